//! Deciding: pure, synchronous, replayable. The same evidence and policy give the same bytes, any day.

mod decision;
mod evidence;

pub use decision::{Action, Band, Decision, Mood, OutroQuery, Reason};
pub use evidence::{Consent, Evidence, RatingEvidence, RatingSource};
