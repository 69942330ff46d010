//! What a call leaves behind: valid at every moment, also when the caller hangs up in the middle.

use serde::{Deserialize, Serialize};

use crate::handoff::News;
use crate::judge::{Consent, Decision, Evidence, Mood};
use crate::units::{Frames, Language, Rating, Scale};

/// How a call ended, or stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is decided yet.
    Open,
    /// Closed with an outro of this mood.
    Outro(Mood),
    /// A human was asked for and has not answered yet.
    TransferRequested,
    /// A human took the call.
    Transferred,
    /// Nobody took the call: a task to call back is stored.
    CallbackStored,
    /// The caller asked to be called later.
    CallLater,
    /// The caller wants never to be called again, and neither gave a rating nor reached a human.
    NoCalls,
    /// The call was meant for somebody else.
    WrongNumber,
    /// No usable answer came.
    NoResponse,
    /// The caller hung up before a decision.
    HungUp,
}

/// One judged turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnReport {
    /// When it was judged.
    pub at: Frames,
    pub evidence: Evidence,
    pub decision: Decision,
}

/// The report of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallReport {
    pub language: Language,
    pub scale: Scale,
    pub consent: Consent,
    pub outcome: Outcome,
    /// The canonical rating that stands, if any.
    pub rating: Option<Rating>,
    /// The number keyed, as keyed, when the rating came by key.
    pub raw_key: Option<u8>,
    pub turns: Vec<TurnReport>,
    /// The last news of the hand-over, if one was requested.
    pub transfer: Option<News>,
    /// Whether the caller asked, at any time in the call, never to be called again. No task to call back is stored then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_calls: bool,
    /// Whether the caller ended the call.
    pub hung_up: bool,
    pub started_at: Frames,
    /// When this report was written.
    pub at: Frames,
}
