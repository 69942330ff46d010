//! When speech begins and ends: the thresholds and times of endpointing.

use super::detector::FRAME;
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// Thresholds (voice probability, 0..=1) and times (seconds) of endpointing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndpointSettings {
    /// A frame at or above it counts as voice while nobody speaks.
    pub onset: f32,
    /// A frame at or above it counts as voice while somebody speaks; at most `onset`.
    pub offset: f32,
    /// Voiced time after which speech is believed; shorter sounds are clicks and breaths.
    pub minimum_speech: f64,
    /// Silence after which recognition may start on the quiet; also how much is kept after the last voiced frame.
    pub pause: f64,
    /// The same where the line's noise hides the weak end of a word, so that more of it is kept: at least `pause`.
    pub pause_in_noise: f64,
    /// Silence after which the utterance has ended; more than either pause.
    pub hangover: f64,
    /// Sound kept before the first voiced frame, so that no consonant is lost.
    pub pre_roll: f64,
    /// The longest utterance; who talks longer is cut off there.
    pub maximum: f64,
}

impl Default for EndpointSettings {
    fn default() -> Self {
        Self {
            onset: 0.5,
            offset: 0.3,
            minimum_speech: 0.08,
            pause: 0.128,
            pause_in_noise: 0.192,
            hangover: 0.4,
            pre_roll: 0.24,
            maximum: 30.0,
        }
    }
}

/// The same in detector frames of 16 ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub minimum_speech: u64,
    pub pause: u64,
    pub pause_in_noise: u64,
    pub hangover: u64,
    pub pre_roll: u64,
    pub maximum: u64,
}

impl Counts {
    /// Silent frames after which the speaker has paused.
    pub fn pause(&self, noisy: bool) -> u64 {
        if noisy { self.pause_in_noise } else { self.pause }
    }
}

impl EndpointSettings {
    /// # Errors
    /// [`ErrorKind::Usage`] naming the setting that is out of its range.
    pub(super) fn counts(&self) -> Result<Counts> {
        let wrong = |name: &str, problem: String| Err(Error::new(ErrorKind::Usage, name, problem));
        if !(self.onset > 0.0 && self.onset <= 1.0) {
            return wrong("onset", format!("expected more than 0 and at most 1, got {}", self.onset));
        }
        if !(self.offset > 0.0 && self.offset <= self.onset) {
            return wrong(
                "offset",
                format!("expected more than 0 and at most onset {}, got {}", self.onset, self.offset),
            );
        }
        let times = [
            ("minimum_speech", self.minimum_speech),
            ("pause", self.pause),
            ("pause_in_noise", self.pause_in_noise),
            ("hangover", self.hangover),
            ("pre_roll", self.pre_roll),
            ("maximum", self.maximum),
        ];
        for (name, seconds) in times {
            if !(0.0..=600.0).contains(&seconds) {
                return wrong(name, format!("expected 0 to 600 s, got {seconds}"));
            }
        }
        let frames = |seconds: f64| (SampleRate::SPEECH.frames(seconds).0).div_ceil(FRAME as u64);
        let counts = Counts {
            minimum_speech: frames(self.minimum_speech).max(1),
            pause: frames(self.pause).max(1),
            pause_in_noise: frames(self.pause_in_noise).max(1),
            hangover: frames(self.hangover),
            pre_roll: frames(self.pre_roll),
            maximum: frames(self.maximum),
        };
        if counts.pause_in_noise < counts.pause {
            let problem = format!("expected at least pause {} s, got {}", self.pause, self.pause_in_noise);
            return wrong("pause_in_noise", problem);
        }
        if counts.hangover <= counts.pause_in_noise {
            let problem = format!("expected more than pause_in_noise {} s, got {}", self.pause_in_noise, self.hangover);
            return wrong("hangover", problem);
        }
        if counts.maximum <= counts.minimum_speech + counts.hangover {
            return wrong("maximum", format!("expected more than minimum_speech + hangover, got {}", self.maximum));
        }
        Ok(counts)
    }
}
