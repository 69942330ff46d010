//! Which rating a turn leaves standing: clear at once, unsure, read back, or none.

use super::evidence::{Evidence, RatingSource};
use super::policy::Policy;
use super::pool;
use super::reasons::Rule;
use crate::units::Rating;

/// The rating of this turn, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stated {
    /// Taken as final, for the reason given (none: it was clear at once).
    Final(Rating, Option<Rule>),
    /// Worth a read-back: the rating and its probability.
    Unsure(Rating, f64),
    /// None, or too unsure to name; the probability of the best guess.
    Missing(Rule),
}

/// The rating that stands without having been stated in this turn: read back and not denied.
pub(super) fn standing(stated: Stated) -> Option<Rating> {
    match stated {
        Stated::Final(rating, Some(Rule::ReadBackAffirmed | Rule::ReadBackUnanswered)) => Some(rating),
        _ => None,
    }
}

/// Which rating this turn leaves standing.
pub(super) fn stated(evidence: &Evidence, policy: &Policy) -> Stated {
    let thresholds = &policy.rules().thresholds;
    let best = evidence.rating.as_ref().and_then(|rating| {
        let (level, p) = rating.posterior.best()?;
        // A key is what it is; only hearing can be unsure.
        Some((level, if rating.source == RatingSource::Keypad { 1.0 } else { f64::from(pool::unit(p)) }))
    });
    let clear = |p: f64| p >= thresholds.accept;
    let likely = |p: f64| p >= thresholds.confirm;
    let answered = evidence.speech_s > 0.0 || evidence.rating.is_some();
    let limits = policy.rules().limits;
    let exhausted = evidence.asked_back >= limits.reprompts.saturating_add(u8::from(limits.keypad));
    if let Some(read_back) = evidence.read_back {
        // "Five? No": the number that is denied is no answer. Keys say no such thing.
        let spoken = evidence.rating.is_some_and(|rating| rating.source == RatingSource::Speech);
        let denied = spoken && read_back.affirmed == Some(false);
        let best = best.filter(|(level, _)| !(denied && *level == read_back.rating));
        return match (best, read_back.affirmed) {
            // Heard twice: together surer than either.
            (Some((level, p)), _) if level == read_back.rating && likely(p) => {
                Stated::Final(level, Some(Rule::ReadBackRepeated))
            }
            (Some((level, p)), _) if clear(p) => Stated::Final(level, Some(Rule::ReadBackCorrected)),
            (_, Some(true)) => Stated::Final(read_back.rating, Some(Rule::ReadBackAffirmed)),
            (_, Some(false)) => Stated::Missing(Rule::ReadBackDenied),
            // Something came, but neither yes nor no: ask, while asking is allowed.
            _ if answered && !exhausted => Stated::Missing(Rule::RatingUnclear),
            _ => Stated::Final(read_back.rating, Some(Rule::ReadBackUnanswered)),
        };
    }
    match best {
        Some((level, p)) if clear(p) => Stated::Final(level, None),
        Some((level, p)) if likely(p) => Stated::Unsure(level, p),
        Some(_) => Stated::Missing(Rule::RatingUnclear),
        None if evidence.rating.is_some_and(|rating| rating.source == RatingSource::Keypad) => {
            Stated::Missing(Rule::KeysInvalid)
        }
        None if evidence.speech_s <= 0.0 && evidence.rating.is_none() => Stated::Missing(Rule::NothingHeard),
        None => Stated::Missing(Rule::NoRating),
    }
}
