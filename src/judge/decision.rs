//! What was decided, and why.

use serde::{Deserialize, Serialize};

use crate::units::Rating;

/// What happens next in the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Close with an outro.
    Outro,
    /// Soothing music, then a human.
    Transfer,
    /// Read the rating back once.
    Confirm,
    /// Ask again.
    Reprompt,
}

/// Bands of the canonical scale, as the policy cuts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    Low,
    Middle,
    Best,
}

/// Mood of an outro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    Bright,
    Calm,
    Soothing,
}

/// What the caller is asked next, when the call goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The question again, for a spoken or keyed answer.
    Question,
    /// The question once more, for a key.
    Keypad,
    /// Whether the rating that was understood is right.
    ReadBack,
}

/// What is to be arranged after the call, beside its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUp {
    /// The caller asked to be called another time.
    CallLater,
    /// No answer came: `NoResponse` is stored.
    NoResponse,
    /// Lukewarm: logged for the quality team.
    Log,
    /// The caller wants never to be called again.
    NoCalls,
    /// The call was meant for somebody else.
    WrongNumber,
}

/// What to look for in the library of outros.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutroQuery {
    pub mood: Mood,
    /// Brand tone (classical, pop, neutral, …); none takes any.
    pub tone: Option<String>,
}

/// One reason, in words a supervisor understands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable identifier, such as `rating.stated` or `human.asked`.
    pub code: String,
    /// Share of this reason in the decision, 0..=1.
    pub weight: f32,
    pub zh: String,
    pub en: String,
}

/// The judge's decision on one turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub action: Action,
    /// Present for `outro` and `transfer`.
    pub outro: Option<OutroQuery>,
    /// Present for `confirm` and `reprompt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
    pub band: Option<Band>,
    /// The rating that is to be recorded (or read back), if there is one.
    pub rating: Option<Rating>,
    /// Pooled P(satisfaction = 1..=5); sums to 1.
    pub satisfaction: [f32; 5],
    /// Mean of `satisfaction`, 1..=5.
    pub mean: f32,
    /// Entropy of `satisfaction`, bits.
    pub entropy_bits: f32,
    /// In order of weight, heaviest first.
    /// Weights sum to 1.
    pub reasons: Vec<Reason>,
    /// SHA-256 of the policy's canonical form, hexadecimal.
    pub policy_hash: String,
}
