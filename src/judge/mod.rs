//! Deciding: pure, synchronous, replayable. The same evidence and policy give the same bytes, any day.

mod beside;
mod chosen;
mod decide;
mod decision;
mod evidence;
mod explain;
mod policy;
mod policy_file;
mod pool;
mod reasons;
mod replay;
mod stated;
mod turn;
mod words;

pub use beside::words_beside_rating;
pub use decide::{decide, wants_no_calls};
pub use decision::{Action, Ask, Band, Decision, FollowUp, Mood, OutroQuery, Reason};
pub use evidence::{Consent, Evidence, RatingEvidence, RatingSource, ReadBack};
pub use explain::{Explained, explain};
pub use policy::{AfterLimit, BandRule, Bands, Limits, Policy, PoolWeights, Rules, Thresholds, WordAction, WordRule};
pub use replay::{DecisionRecord, Difference, Replayed, replay};
pub use turn::{Keyed, Spoken, TurnContext};
pub use words::beyond_plain_rating;
pub(crate) use words::normalised;
