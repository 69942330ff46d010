//! What is known of one turn when it is judged.

use serde::{Deserialize, Serialize};

use crate::hear::{Intents, RatingPosterior};
use crate::sentiment::TextSentiment;
use crate::units::{Language, Rating};
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

/// A rating that was read back before this turn, and what the caller answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    pub rating: Rating,
    /// How the rating that was read back had come in.
    pub source: RatingSource,
    /// Yes or no, when the answer said so.
    pub affirmed: Option<bool>,
}

/// Evidence of one turn. Every source may be absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub language: Language,
    pub rating: Option<RatingEvidence>,
    /// What was said beside a key: the key wins the turn, the words stay evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken_beside_key: Option<RatingPosterior>,
    pub intents: Intents,
    /// Key 0 was pressed: a human, always.
    pub human_key: bool,
    /// Names of the policy's word rules that the transcript met, from [`super::Policy::words_said`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Sentiment of the words beyond the rating itself: see [`super::beyond_plain_rating`].
    pub text: Option<TextSentiment>,
    pub voice: Option<VoiceEmotion>,
    pub consent: Consent,
    /// Seconds of speech heard in this turn.
    pub speech_s: f32,
    /// Turns that were already asked back (re-prompt or keypad prompt; not read-backs), before this one.
    pub asked_back: u8,
    /// Ratings that were read back before this turn.
    #[serde(default)]
    pub read_backs: u8,
    /// The read-back that this turn answers, if it answers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_back: Option<ReadBack>,
}

impl Evidence {
    /// A first turn in which nothing was heard and no key pressed, with full consent.
    pub fn silence(language: Language) -> Self {
        Self {
            language,
            rating: None,
            spoken_beside_key: None,
            intents: Intents::default(),
            human_key: false,
            words: Vec::new(),
            text: None,
            voice: None,
            consent: Consent::default(),
            speech_s: 0.0,
            asked_back: 0,
            read_backs: 0,
            read_back: None,
        }
    }
}
