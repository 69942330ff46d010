//! The rules in their order: requests first, then the rating, then what the words and the voice may add.

use super::chosen::Chosen;
use super::decision::{Action, Ask, Band, Decision, FollowUp};
use super::evidence::Evidence;
use super::policy::{AfterLimit, Policy, WordAction};
use super::pool::{self, Pooled, Source};
use super::reasons::{self, Rule};
use super::stated::{Stated, standing, stated};
use crate::sentiment::TextSentiment;
use crate::units::Rating;

/// Judges one turn. Pure: the same evidence and policy give the same decision on every machine.
///
/// The order of the rules, first match wins:
/// 1. An asked-for human (key 0, the recogniser's request, the policy's own words): transfer. Nothing cancels it.
/// 2. A rating that is taken as final: a contradiction is read back once; strong anger, or an unhappy caller with a
///    middling rating, is handed over; otherwise the band's action.
/// 3. No final rating: a wish never to be called again is honoured; who was called by mistake is left in peace; anger or clearly unhappy words are handed over; "call me later" is honoured; "repeat" repeats;
///    an unsure rating is read back; otherwise the question is asked again, then once for a key.
/// 4. After the last question: the band that words and voice suggest, else [`AfterLimit`].
pub fn decide(evidence: &Evidence, policy: &Policy) -> Decision {
    Judging::new(evidence, policy).decide()
}

/// From this probability a call is unwanted, or was meant for somebody else, whatever the policy says.
const MORE_PROBABLE_THAN_NOT: f32 = 0.5;

/// Whether the caller asked in this turn never to be called again. More probable than not is enough, whatever the policy says.
pub fn wants_no_calls(evidence: &Evidence, policy: &Policy) -> bool {
    evidence.intents.no_calls >= MORE_PROBABLE_THAN_NOT || said(WordAction::NoCalls, evidence, policy)
}

/// Whether the caller's words met a rule of the policy for `action`.
fn said(action: WordAction, evidence: &Evidence, policy: &Policy) -> bool {
    policy.rules().words.iter().any(|rule| rule.action == action && evidence.words.contains(&rule.name))
}

struct Judging<'a> {
    evidence: &'a Evidence,
    policy: &'a Policy,
    /// All sources.
    pooled: Pooled,
    /// P(satisfaction) of words and voice alone; even where there are none.
    felt: [f64; 5],
    stated: Stated,
}

impl<'a> Judging<'a> {
    fn new(evidence: &'a Evidence, policy: &'a Policy) -> Self {
        let weights = &policy.rules().pool;
        let stated = stated(evidence, policy);
        let contributions = pool::contributions(evidence, standing(stated), weights);
        let of_feeling = contributions.iter().copied().filter(|c| c.source != Source::Rating).collect();
        // Words and voice are compared with a rating, so the prior, which stands for neither, stays out.
        let felt = Pooled::of(of_feeling, &[0.2; 5]).levels;
        let pooled = Pooled::of(contributions, &weights.prior);
        Self { evidence, policy, pooled, felt, stated }
    }

    fn decide(self) -> Decision {
        let chosen = self
            .asked_for_human()
            .or_else(|| match self.stated {
                Stated::Final(rating, how) => Some(self.rated(rating, how)),
                _ => None,
            })
            .unwrap_or_else(|| self.unrated());
        let round = |p: f64| reasons::rounded(p);
        Decision {
            action: chosen.action,
            outro: chosen.outro,
            ask: chosen.ask,
            follow_up: if self.ends_calls(chosen.action) { Some(FollowUp::NoCalls) } else { chosen.follow_up },
            band: chosen.band,
            rating: chosen.rating,
            satisfaction: self.pooled.levels.map(round),
            mean: round(self.pooled.mean()),
            entropy_bits: round(self.pooled.entropy_bits()),
            reasons: reasons::in_order(self.evidence, &self.pooled, chosen.rule, chosen.rating),
            policy_hash: self.policy.hash().to_owned(),
        }
    }

    fn asked_for_human(&self) -> Option<Chosen> {
        let asked = f64::from(pool::unit(self.evidence.intents.human));
        let rule = if self.evidence.human_key {
            (Rule::HumanKey, 1.0)
        } else if self.words(WordAction::Transfer) {
            (Rule::HumanWords, 1.0)
        } else if asked >= self.policy.rules().thresholds.human {
            (Rule::HumanAsked, asked)
        } else {
            return None;
        };
        Some(Chosen::transfer(self.policy, self.final_rating(), rule))
    }

    /// The caller gave a rating that stands.
    fn rated(&self, rating: Rating, how: Option<Rule>) -> Chosen {
        let thresholds = &self.policy.rules().thresholds;
        let band = self.policy.band(rating);
        if let Some(reason) = self.contradiction(rating, band).filter(|_| self.may_read_back()) {
            return Chosen::confirm(self.policy, rating, reason);
        }
        let outweighed = band == Band::Best && self.words_speak_for(band);
        if self.angry() && !outweighed && self.policy.band_rule(band).action != Action::Transfer {
            return Chosen::transfer(self.policy, Some(rating), (Rule::Anger, self.anger()));
        }
        let unhappy = self.felt_in(Band::Low);
        if band == Band::Middle && !wants_no_calls(self.evidence, self.policy) && unhappy >= thresholds.unhappy {
            return Chosen::transfer(self.policy, Some(rating), (Rule::Unhappy, unhappy));
        }
        Chosen::by_band(self.policy, band, Some(rating), how.map(|rule| (rule, 0.3)))
    }

    /// No rating stands, or not yet.
    fn unrated(&self) -> Chosen {
        let thresholds = &self.policy.rules().thresholds;
        let intents = &self.evidence.intents;
        let unsure = match self.stated {
            Stated::Unsure(rating, p) if self.may_read_back() => Some((rating, p)),
            _ => None,
        };
        if wants_no_calls(self.evidence, self.policy) {
            // To be asked again, or handed over, is what this caller wants least.
            return Chosen::calm_end(self.policy, Some(FollowUp::NoCalls), (Rule::NoCallsAsked, 1.0));
        }
        // Said to a rating that was read back, the number is the rating.
        let mistaken = pool::unit(intents.wrong_number);
        if mistaken >= MORE_PROBABLE_THAN_NOT && self.evidence.read_back.is_none() {
            let rule = (Rule::WrongNumber, f64::from(mistaken));
            return Chosen::calm_end(self.policy, Some(FollowUp::WrongNumber), rule);
        }
        let objects = unsure.is_some_and(|(rating, _)| self.policy.band(rating) == Band::Best);
        if !objects && self.angry() {
            return Chosen::transfer(self.policy, None, (Rule::Anger, self.anger()));
        }
        let unhappy = self.felt_in(Band::Low);
        if !objects && unhappy >= thresholds.unhappy {
            return Chosen::transfer(self.policy, None, (Rule::Unhappy, unhappy));
        }
        if let Some((rating, p)) = unsure {
            return Chosen::confirm(self.policy, rating, (Rule::RatingUnsure, 1.0 - p));
        }
        let later = f64::from(pool::unit(intents.later));
        if self.words(WordAction::Later) || later >= thresholds.later {
            let strength = if self.words(WordAction::Later) { 1.0 } else { later };
            return Chosen::calm_end(self.policy, Some(FollowUp::CallLater), (Rule::LaterAsked, strength));
        }
        let repeat = f64::from(pool::unit(intents.repeat));
        let why = match self.stated {
            _ if self.words(WordAction::Repeat) => (Rule::RepeatAsked, 1.0),
            _ if repeat >= thresholds.repeat => (Rule::RepeatAsked, repeat),
            Stated::Missing(rule) => (rule, 0.8),
            _ => (Rule::RatingUnclear, 0.8),
        };
        let limits = self.policy.rules().limits;
        if self.evidence.asked_back < limits.reprompts {
            return Chosen::ask_again(Ask::Question, why);
        }
        if limits.keypad && self.evidence.asked_back == limits.reprompts {
            return Chosen::ask_again(Ask::Keypad, why);
        }
        self.after_limit()
    }

    fn after_limit(&self) -> Chosen {
        let bands = [Band::Low, Band::Middle, Band::Best];
        let suggested = bands
            .map(|band| (band, self.mass(&self.pooled.levels, band)))
            .into_iter()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|&(_, p)| p >= self.policy.rules().thresholds.inferred);
        if let Some((band, p)) = suggested {
            return Chosen::by_band(self.policy, band, None, Some((Rule::Inferred, 1.0 - p)));
        }
        match self.policy.rules().limits.after {
            AfterLimit::Transfer => Chosen::transfer(self.policy, None, (Rule::LimitTransfer, 0.8)),
            AfterLimit::NoResponse => {
                Chosen::calm_end(self.policy, Some(FollowUp::NoResponse), (Rule::NoResponse, 0.8))
            }
        }
    }

    /// Whether something else that the caller did says the opposite of `rating`.
    fn contradiction(&self, rating: Rating, band: Band) -> Option<(Rule, f64)> {
        let thresholds = &self.policy.rules().thresholds;
        if let Some((spoken, p)) = self.evidence.spoken_beside_key.and_then(|posterior| posterior.best()) {
            let p = f64::from(p);
            if self.policy.band(spoken) != band && spoken != rating && p >= thresholds.accept {
                return Some((Rule::KeyAgainstSpeech, p));
            }
        }
        if band == Band::Best && self.angry() && !self.words_speak_for(band) {
            return Some((Rule::AngerAgainstRating, self.anger()));
        }
        if wants_no_calls(self.evidence, self.policy) {
            // The words are about the calls.
            return None;
        }
        let opposite = match band {
            Band::Low => Band::Best,
            Band::Best => Band::Low,
            Band::Middle => return None,
        };
        let against = self.felt_in(opposite);
        (against >= thresholds.contradiction).then_some((Rule::Contradiction, against))
    }

    fn may_read_back(&self) -> bool {
        let used = self.evidence.read_backs.max(u8::from(self.evidence.read_back.is_some()));
        used < self.policy.rules().limits.read_backs
    }

    /// Whether the words alone put the caller clearly in `band`. Beside a rating that says the same they outweigh a
    /// voice that seems to say otherwise: delight and anger are both loud, and sound alike to a model.
    fn words_speak_for(&self, band: Band) -> bool {
        let speak = |text: &TextSentiment| {
            self.mass(&text.levels.map(f64::from), band) * f64::from(pool::unit(text.confidence))
                >= self.policy.rules().thresholds.contradiction
        };
        self.evidence.consent.emotion && self.evidence.text.as_ref().is_some_and(speak)
    }

    fn angry(&self) -> bool {
        let thresholds = &self.policy.rules().thresholds;
        let sure = self.evidence.voice.is_some_and(|v| f64::from(v.confidence) >= thresholds.anger_confidence);
        self.evidence.consent.emotion && sure && self.anger() >= thresholds.anger
    }

    fn anger(&self) -> f64 {
        self.evidence.voice.map_or(0.0, |voice| f64::from(pool::unit(voice.angry)))
    }

    fn ends_calls(&self, action: Action) -> bool {
        matches!(action, Action::Outro | Action::Transfer) && wants_no_calls(self.evidence, self.policy)
    }

    fn words(&self, action: WordAction) -> bool {
        said(action, self.evidence, self.policy)
    }

    fn felt_in(&self, band: Band) -> f64 {
        self.mass(&self.felt, band)
    }

    fn mass(&self, levels: &[f64; 5], band: Band) -> f64 {
        self.policy.band_rule(band).ratings.iter().map(|rating| levels[rating.index()]).sum()
    }

    fn final_rating(&self) -> Option<Rating> {
        match self.stated {
            Stated::Final(rating, _) => Some(rating),
            _ => None,
        }
    }
}
