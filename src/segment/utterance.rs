//! One stretch of the caller's speech, cut out of its recording.

use std::ops::Range;

use super::detector::{AUDIBLE, FRAME};
use crate::audio::Samples;
use crate::units::Frames;

/// Speech of the caller: 16 kHz mono, from a little before the first voiced frame to a little after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// 16 kHz mono.
    pub samples: Samples,
    /// Where `samples` lies in the recording it came from, in frames at 16 kHz.
    pub span: Range<Frames>,
    /// Voice probability of each 256-sample (16 ms) frame of `samples`, 0..=1.
    pub speech_frames: Vec<f32>,
}

impl Utterance {
    /// Seconds of 16 ms frames that are more likely speech than not.
    pub fn speech_seconds(&self) -> f32 {
        self.speech_frames.iter().filter(|&&p| p >= 0.5).count() as f32 * 0.016
    }

    /// One past the last frame that counts as voice (probability at least 0.3), in frames at 16 kHz.
    pub fn voice_end(&self) -> Frames {
        let last = self.speech_frames.iter().rposition(|&p| p >= AUDIBLE);
        Frames(self.span.start.0 + last.map_or(0, |last| (last + 1) * FRAME) as u64)
    }

    /// Both as one, the pause between them cut: `next` is what the caller went on to say.
    ///
    /// The span reaches from the first to the last, so that it is longer than the samples.
    pub fn followed_by(&self, next: &Self) -> Self {
        let joined = |a: &[f32], b: &[f32]| [a, b].concat();
        Self {
            samples: Samples::new(joined(self.samples.data(), next.samples.data()), next.samples.rate()),
            span: self.span.start..next.span.end,
            speech_frames: joined(&self.speech_frames, &next.speech_frames),
        }
    }
}
