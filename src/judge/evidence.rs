//! What is known of one turn when it is judged.

use serde::{Deserialize, Serialize};

use crate::hear::{Intents, RatingPosterior};
use crate::sentiment::TextSentiment;
use crate::units::Language;
use crate::voice::VoiceEmotion;

/// How the rating came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RatingSource {
    Speech,
    Keypad,
}

/// An explicit rating, already on the canonical scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingEvidence {
    pub posterior: RatingPosterior,
    pub source: RatingSource,
    /// The number keyed, as keyed, before the scale translated it.
    pub raw_key: Option<u8>,
}

/// What the caller has agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub recording: bool,
    /// Without it the judge sees the rating and requests alone.
    pub emotion: bool,
}

impl Default for Consent {
    fn default() -> Self {
        Self { recording: true, emotion: true }
    }
}

/// Evidence of one turn. Every source may be absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub language: Language,
    pub rating: Option<RatingEvidence>,
    pub intents: Intents,
    /// Key 0 was pressed: a human, always.
    pub human_key: bool,
    pub text: Option<TextSentiment>,
    pub voice: Option<VoiceEmotion>,
    pub consent: Consent,
    /// Seconds of speech heard in this turn.
    pub speech_s: f32,
    /// Turns that were already asked back (re-prompt or confirmation), before this one.
    pub asked_back: u8,
}
