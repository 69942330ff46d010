//! What is to sound when: a plan knows tracks and times, and nothing of ratings.

use std::sync::Arc;

use super::track::{Sink, Track};
use crate::units::Frames;

/// One thing that is to happen to the sound.
#[derive(Clone, Debug)]
pub enum Action {
    /// Fade with equal power from whatever music sounds to this track. Without music it begins at full level.
    ///
    /// A track that is still fading out comes back from where it is; prepare it anew to hear it from its beginning.
    /// With music present a fade takes at least [`Action::SHORTEST_FADE_SECONDS`].
    Music { track: Arc<Track>, fade: Frames },
    /// Speak over the music, which steps back by 12 dB until all prompts are over.
    Prompt { track: Arc<Track> },
    /// Fade all prompts out: the caller speaks.
    HushPrompts { fade: Frames },
    /// Bring the music to an end within this time, the musical way if there is one: run out, else cross to the marked
    /// ending, else fade away.
    Finish { within: Frames },
    /// Fade all music away: somebody answered.
    FadeOut { fade: Frames },
}

impl Action {
    /// A shorter fade between two sounding tracks would click.
    pub const SHORTEST_FADE_SECONDS: f64 = 0.005;
}

/// An action and its time on the mixer's clock. A time that has passed means now.
#[derive(Clone, Debug)]
pub struct Cue {
    pub at: Frames,
    pub action: Action,
}

impl Cue {
    pub fn new(at: Frames, action: Action) -> Self {
        Self { at, action }
    }

    /// At the beginning of the next block of 64 frames.
    pub fn now(action: Action) -> Self {
        Self { at: Frames(0), action }
    }
}

/// A whole performance: cues in any order, for one sink. Equal times keep their order.
#[derive(Clone, Debug)]
pub struct PlayPlan {
    pub sink: Sink,
    pub cues: Vec<Cue>,
    /// Where to stop; without it, when all has sounded.
    pub length: Option<Frames>,
}

/// The parts of a call's last seconds, prepared for one sink.
#[derive(Clone, Debug)]
pub struct EndingParts {
    /// What plays while the caller is asked; looped if marked so.
    pub bed: Option<Arc<Track>>,
    /// What is said over it, each after a pause (seconds).
    pub prompts: Vec<(f64, Arc<Track>)>,
    pub outro: Arc<Track>,
    /// Seconds between the last word and the beginning of the fade: the caller's answer and the decision.
    pub answer_s: f64,
    pub fade_s: f64,
}

impl PlayPlan {
    /// Bed, prompts one after the other, then the fade into the outro, which plays to its end.
    ///
    /// A looped outro is told to finish within 20 s of its entry, so that every ending ends.
    pub fn ending(parts: EndingParts, sink: Sink) -> Self {
        const LONGEST_OUTRO_SECONDS: f64 = 20.0;
        let mut cues = Vec::new();
        if let Some(track) = parts.bed {
            cues.push(Cue::new(Frames(0), Action::Music { track, fade: Frames(0) }));
        }
        let mut clock = 0;
        for (pause, track) in parts.prompts {
            clock += sink.rate.frames(pause).0;
            let length = track.length() as u64;
            cues.push(Cue::new(Frames(clock), Action::Prompt { track }));
            clock += length;
        }
        clock += sink.rate.frames(parts.answer_s).0;
        let looped = parts.outro.is_looped();
        let fade = sink.rate.frames(parts.fade_s);
        cues.push(Cue::new(Frames(clock), Action::Music { track: parts.outro, fade }));
        if looped {
            let within = sink.rate.frames(LONGEST_OUTRO_SECONDS);
            cues.push(Cue::new(Frames(clock + fade.0 + 1), Action::Finish { within }));
        }
        Self { sink, cues, length: None }
    }
}
