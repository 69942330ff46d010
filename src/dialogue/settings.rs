//! How a call is held: language, scale, consent, and how long things may take.

use crate::judge::Consent;
use crate::units::{Frames, Language, SampleRate, Scale};

/// Settings of one call. Times are in seconds; the clock turns them into frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallSettings {
    pub language: Language,
    /// An answer that is clearly in the other language is heard in it; prompts stay in the call's.
    pub either_language: bool,
    pub scale: Scale,
    pub consent: Consent,
    /// Frames per second of the times that come with events.
    pub clock: SampleRate,
    /// Silence after a question that counts as no answer.
    pub answer_s: f64,
    /// Longest wait for the second source when speech and keys came at once.
    pub gather_s: f64,
    /// An answer that is not clear is acted on after so much further silence: who has said half of it may go on.
    pub hesitation_s: f64,
    /// Longest utterance, and longest gathering of keys: after it the turn is judged on what there is.
    pub turn_s: f64,
    /// After a decision: how long a mis-press may still be corrected.
    pub correction_s: f64,
    /// Longest wait for a human.
    pub transfer_s: f64,
    /// Bound on a prompt whose end is never reported.
    pub prompt_s: f64,
    /// Bound on an outro whose end is never reported.
    pub outro_s: f64,
}

impl Default for CallSettings {
    /// Six seconds to begin an answer and a minute for a human are the field's usual patience. With the endpointer's own
    /// patience, a hesitation adds up to a second of silence: about the longest that speakers leave in a conversation
    /// before somebody takes it up (Jefferson 1989, the "standard maximum").
    fn default() -> Self {
        Self {
            language: Language::default(),
            either_language: false,
            scale: Scale::default(),
            consent: Consent::default(),
            clock: SampleRate::SPEECH,
            answer_s: 6.0,
            gather_s: 1.5,
            hesitation_s: 0.6,
            turn_s: 15.0,
            correction_s: 8.0,
            transfer_s: 60.0,
            prompt_s: 30.0,
            outro_s: 60.0,
        }
    }
}

impl CallSettings {
    /// The moment `seconds` after `at`.
    pub(super) fn after(&self, at: Frames, seconds: f64) -> Frames {
        Frames(at.0.saturating_add(self.clock.frames(seconds).0))
    }
}
