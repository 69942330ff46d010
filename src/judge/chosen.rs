//! What the rules chose, before it is put into words.

use super::decision::{Action, Ask, Band, FollowUp, Mood, OutroQuery};
use super::policy::Policy;
use super::reasons::Rule;
use crate::units::Rating;

/// An action and all that goes with it.
pub(super) struct Chosen {
    pub action: Action,
    pub ask: Option<Ask>,
    pub band: Option<Band>,
    pub rating: Option<Rating>,
    pub outro: Option<OutroQuery>,
    pub follow_up: Option<FollowUp>,
    /// The decisive rule and its strength, 0..=1; none when the pooled sources decided by themselves.
    pub rule: Option<(Rule, f64)>,
}

impl Chosen {
    /// What the policy has for `band`.
    pub fn by_band(policy: &Policy, band: Band, rating: Option<Rating>, rule: Option<(Rule, f64)>) -> Self {
        let band_rule = policy.band_rule(band);
        Self {
            action: band_rule.action,
            ask: None,
            band: Some(band),
            rating,
            outro: Some(query(policy, band_rule.mood, band)),
            follow_up: (band == Band::Middle).then_some(FollowUp::Log),
            rule,
        }
    }

    /// Soothing music, whatever the rating: it plays to somebody who waits for a human.
    pub fn transfer(policy: &Policy, rating: Option<Rating>, rule: (Rule, f64)) -> Self {
        Self {
            action: Action::Transfer,
            ask: None,
            band: rating.map(|rating| policy.band(rating)),
            rating,
            outro: Some(query(policy, Mood::Soothing, Band::Low)),
            follow_up: None,
            rule: Some(rule),
        }
    }

    /// Calm music, and no rating.
    pub fn calm_end(policy: &Policy, follow_up: Option<FollowUp>, rule: (Rule, f64)) -> Self {
        Self {
            action: Action::Outro,
            ask: None,
            band: None,
            rating: None,
            outro: Some(query(policy, Mood::Calm, Band::Middle)),
            follow_up,
            rule: Some(rule),
        }
    }

    /// Read back.
    pub fn confirm(policy: &Policy, rating: Rating, rule: (Rule, f64)) -> Self {
        let band = Some(policy.band(rating));
        let (action, ask) = (Action::Confirm, Some(Ask::ReadBack));
        Self { action, ask, band, rating: Some(rating), outro: None, follow_up: None, rule: Some(rule) }
    }

    pub fn ask_again(ask: Ask, rule: (Rule, f64)) -> Self {
        let action = Action::Reprompt;
        Self { action, ask: Some(ask), band: None, rating: None, outro: None, follow_up: None, rule: Some(rule) }
    }
}

fn query(policy: &Policy, mood: Mood, band: Band) -> OutroQuery {
    OutroQuery { mood, tone: policy.band_rule(band).tone.clone() }
}
