//! The caller's line, listened to as it comes in: keys and speech, and utterances to understand ahead of their end.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::judge::Keyed;
use crate::keypad::{Detector, Door, Key, KeyEvent, Origin};
use crate::listen::KeyBursts;
use crate::segment::{EndpointSettings, Endpointer, Event, Utterance, VoiceDetector};
use crate::units::{Frames, SampleRate, Scale};

/// Whether the caller's words are listened to while we sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplex {
    /// Words are heard only while nothing sounds, since a microphone beside a speaker hears us too. Keys always are.
    #[default]
    Half,
    /// The caller may speak over prompts and music: a headset, or a call leg.
    Full,
}

/// After our own sound the room is left to fade for this long.
const ROOM_S: f64 = 0.25;

/// What the line has brought.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Heard {
    SpeechStarted,
    /// The caller paused: begin to understand this, under this number.
    Understand(u64, Utterance),
    /// The caller went on: the work under the last number is in vain.
    Resumed,
    /// The utterance of this number was the whole answer; its last voiced frame was at this time.
    SpeechEnded(u64, Frames),
    Key(Key),
    KeysBegan,
    Keyed(Keyed),
}

/// Listens to one 16 kHz channel.
pub(super) struct Ear {
    duplex: Duplex,
    detector: Detector,
    door: Door,
    bursts: KeyBursts,
    endpointer: Endpointer,
    /// Frames heard, and frames that the endpointer was given: it is not given what is ours.
    clock: u64,
    given: u64,
    jobs: u64,
    /// The utterance that is being understood ahead of its end.
    ahead: Option<u64>,
    speaking: bool,
    /// Our own sound is in the room until then.
    closed_until: u64,
    was_open: bool,
}

impl Ear {
    pub(super) fn new(duplex: Duplex, scale: Scale) -> Result<Self> {
        Ok(Self {
            duplex,
            detector: Detector::new(SampleRate::SPEECH)?,
            door: Door::new(),
            bursts: KeyBursts::new(scale),
            endpointer: Endpointer::new(&EndpointSettings::default(), VoiceDetector::live())?,
            clock: 0,
            given: 0,
            jobs: 0,
            ahead: None,
            speaking: false,
            closed_until: 0,
            was_open: false,
        })
    }

    pub(super) fn now(&self) -> Frames {
        Frames(self.clock)
    }

    /// Whether words are heard now.
    pub(super) fn is_open(&self) -> bool {
        self.was_open
    }

    pub(super) fn is_speaking(&self) -> bool {
        self.speaking
    }

    /// Takes the next samples; `we_sound` says whether something of ours is to be heard meanwhile.
    pub(super) fn hear(&mut self, samples: &[f32], we_sound: bool) -> Result<Vec<Heard>> {
        let mut heard = Vec::new();
        let began = self.clock;
        self.clock += samples.len() as u64;
        // Keys: the detector's times are those of the stream.
        let pressed: Vec<(Key, u64)> = self
            .detector
            .push(samples)
            .iter()
            .filter_map(|event| match event {
                KeyEvent::Pressed { digit, start_s } => Some((*digit, milliseconds(*start_s))),
                KeyEvent::Released(_) => None,
            })
            .collect();
        for (key, at_ms) in pressed {
            self.key(Origin::Tone, key, at_ms, &mut heard)?;
        }
        self.tick(&mut heard);
        // Words.
        if we_sound && self.duplex == Duplex::Half {
            self.closed_until = self.clock + SampleRate::SPEECH.frames(ROOM_S).0;
        }
        let open = began >= self.closed_until;
        if self.was_open
            && !open
            && let Some(event) = self.endpointer.finish()
        {
            self.speech(event, &mut heard);
        }
        self.was_open = open;
        if open {
            self.given += samples.len() as u64;
            for event in self.endpointer.push(samples) {
                self.speech(event, &mut heard);
            }
        }
        Ok(heard)
    }

    /// A key that the call leg (or a keyboard) signals.
    pub(super) fn signalled(&mut self, key: Key) -> Result<Vec<Heard>> {
        let mut heard = Vec::new();
        let at_ms = milliseconds(Frames(self.clock).seconds(SampleRate::SPEECH));
        self.key(Origin::Signalled, key, at_ms, &mut heard)?;
        Ok(heard)
    }

    /// What the keys that are still gathered amount to as they are.
    pub(super) fn keys_left(&mut self) -> Vec<Keyed> {
        let mut left = Vec::new();
        while let Some(due) = self.bursts.deadline() {
            left.extend(self.bursts.tick(due));
        }
        left
    }

    fn key(&mut self, origin: Origin, key: Key, at_ms: u64, heard: &mut Vec<Heard>) -> Result<()> {
        if !self.door.admit(origin, key, at_ms) {
            return Ok(());
        }
        heard.push(Heard::Key(key));
        if !self.bursts.is_gathering() {
            heard.push(Heard::KeysBegan);
        }
        heard.extend(self.bursts.press(key, at_ms)?.map(Heard::Keyed));
        Ok(())
    }

    fn tick(&mut self, heard: &mut Vec<Heard>) {
        let now_ms = milliseconds(Frames(self.clock).seconds(SampleRate::SPEECH));
        if self.bursts.deadline().is_some_and(|due| due <= now_ms) {
            heard.extend(self.bursts.tick(now_ms).map(Heard::Keyed));
        }
    }

    fn speech(&mut self, event: Event, heard: &mut Vec<Heard>) {
        match event {
            Event::SpeechStart { .. } => {
                self.speaking = true;
                heard.push(Heard::SpeechStarted);
            }
            Event::PauseStarted(utterance) => self.understand(utterance, heard),
            Event::SpeechResumed => {
                self.ahead = None;
                heard.push(Heard::Resumed);
            }
            Event::SpeechEnd(utterance) | Event::TooLong(utterance) => {
                self.speaking = false;
                // The endpointer's clock stood still while our own sound was in the room.
                let ago = self.given.saturating_sub(utterance.voice_end().0);
                let end = Frames(self.clock.saturating_sub(ago));
                if self.ahead.is_none() {
                    self.understand(utterance, heard);
                }
                heard.extend(self.ahead.take().map(|job| Heard::SpeechEnded(job, end)));
            }
        }
    }

    fn understand(&mut self, utterance: Utterance, heard: &mut Vec<Heard>) {
        self.jobs += 1;
        self.ahead = Some(self.jobs);
        heard.push(Heard::Understand(self.jobs, utterance));
    }
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}
