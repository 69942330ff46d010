//! What the caller hears: carries out the dialogue's wishes on a mixer, and knows when a prompt or an outro is over.

use super::sounds::{Ready, Sounds};
use crate::error::Result;
use crate::judge::OutroQuery;
use crate::outro::PromptId;
use crate::play::{Action, Cue, Remote};
use crate::units::{Frames, SampleRate};

/// From the bed into the outro.
const FADE_S: f64 = 2.5;
/// From silence: a quick breath in, no waiting.
const ENTRY_S: f64 = 0.08;
/// A prompt that the caller speaks over: the first half is heard as stepping back.
const HUSH_S: f64 = 0.3;
/// One prompt in place of another.
const REPLACE_S: f64 = 0.08;
/// The music when a human answers.
const ANSWERED_S: f64 = 1.2;
/// A looped outro comes to its end within this.
const LONGEST_OUTRO_S: f64 = 20.0;

/// What plays beside prompts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Music {
    Silence,
    Bed(String),
    Outro(String),
    /// Soothing music until a human answers.
    Waiting(String),
}

/// Times are those of the call's clock.
pub(super) struct Stage {
    remote: Remote,
    sounds: Sounds,
    clock: SampleRate,
    pub(super) music: Music,
    pub(super) prompt: Option<PromptId>,
    prompt_until: Frames,
    outro_until: Option<Frames>,
}

/// What is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    Prompt,
    Outro,
}

impl Stage {
    pub(super) fn new(remote: Remote, sounds: Sounds, clock: SampleRate) -> Self {
        let (music, outro_until) = (Music::Silence, None);
        Self { remote, sounds, clock, music, prompt: None, prompt_until: Frames(0), outro_until }
    }

    /// The bed begins, if there is one.
    pub(super) fn open(&mut self) -> Result<()> {
        if let Some(bed) = self.sounds.bed().cloned() {
            self.send(Action::Music { track: bed.track, fade: self.frames(0.5) })?;
            self.music = Music::Bed(bed.outro.title);
        }
        Ok(())
    }

    /// Speaks, in place of what is still being spoken; returns the text.
    pub(super) fn speak(&mut self, id: PromptId, now: Frames) -> Result<String> {
        let Some((track, text)) = self.sounds.prompt(id).cloned() else {
            // The list is checked when it is prepared; without the prompt the call goes on at once.
            (self.prompt, self.prompt_until) = (Some(id), now);
            return Ok(String::new());
        };
        if self.prompt.is_some() {
            self.send(Action::HushPrompts { fade: self.frames(REPLACE_S) })?;
        }
        let length = self.in_call(track.length() as u64);
        self.send(Action::Prompt { track })?;
        (self.prompt, self.prompt_until) = (Some(id), Frames(now.0 + length));
        Ok(text)
    }

    /// The caller speaks: the prompt steps back and stops.
    pub(super) fn hush(&mut self) -> Result<()> {
        self.prompt = None;
        self.send(Action::HushPrompts { fade: self.frames(HUSH_S) })
    }

    /// Fades from what plays into an outro; none if there is no outro at all.
    pub(super) fn outro(&mut self, query: &OutroQuery, now: Frames) -> Result<Option<Ready>> {
        let Some(ready) = self.sounds.outro(query).cloned() else {
            self.outro_until = Some(now);
            return Ok(None);
        };
        let fade = self.frames(if self.music == Music::Silence { ENTRY_S } else { FADE_S });
        let looped = ready.track.is_looped();
        let length = if looped { LONGEST_OUTRO_S } else { ready.track.length() as f64 / self.sink_hertz() };
        self.send(Action::Music { track: ready.track.clone(), fade })?;
        if looped {
            let at = Frames(self.remote.status().clock.0 + fade.0 + 1);
            let within = self.frames(LONGEST_OUTRO_S - FADE_S);
            self.remote.send(Cue::new(at, Action::Finish { within }))?;
        }
        self.music = Music::Outro(ready.outro.title.clone());
        self.outro_until = Some(Frames(now.0 + self.clock.frames(length).0));
        Ok(Some(ready))
    }

    /// Soothing music that goes on.
    pub(super) fn wait_music(&mut self, query: &OutroQuery) -> Result<Option<Ready>> {
        self.outro_until = None;
        let Some(ready) = self.sounds.outro(query).cloned() else { return Ok(None) };
        let fade = self.frames(if self.music == Music::Silence { ENTRY_S } else { FADE_S });
        self.send(Action::Music { track: ready.track.clone(), fade })?;
        self.music = Music::Waiting(ready.outro.title.clone());
        Ok(Some(ready))
    }

    /// Somebody answered, or the line is closed.
    pub(super) fn fade_away(&mut self) -> Result<()> {
        (self.music, self.prompt, self.outro_until) = (Music::Silence, None, None);
        let fade = self.frames(ANSWERED_S);
        self.send(Action::HushPrompts { fade: self.frames(REPLACE_S) })?;
        self.send(Action::FadeOut { fade })
    }

    /// What is over by now; call it until it returns none.
    pub(super) fn over(&mut self, now: Frames) -> Option<Over> {
        if self.prompt.is_some() && self.prompt_until <= now {
            self.prompt = None;
            return Some(Over::Prompt);
        }
        if self.outro_until.is_some_and(|until| until <= now) {
            self.outro_until = None;
            return Some(Over::Outro);
        }
        None
    }

    /// Whether nothing is to be heard, so that a microphone beside the speaker hears the caller alone.
    pub(super) fn is_silent(&self) -> bool {
        self.prompt.is_none() && self.music == Music::Silence
    }

    /// Frees finished tracks where freeing is allowed.
    pub(super) fn collect(&mut self) {
        self.remote.collect();
    }

    fn send(&mut self, action: Action) -> Result<()> {
        self.remote.send(Cue::now(action))
    }

    fn sink_hertz(&self) -> f64 {
        f64::from(self.sounds.sink().rate.hertz())
    }

    fn frames(&self, seconds: f64) -> Frames {
        self.sounds.sink().rate.frames(seconds)
    }

    /// Frames of the sink as frames of the call's clock.
    fn in_call(&self, frames: u64) -> u64 {
        self.clock.frames(frames as f64 / self.sink_hertz()).0
    }
}
