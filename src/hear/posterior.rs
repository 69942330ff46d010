//! From hypotheses to calibrated probabilities: which rating, and which request.

use serde::Serialize;

use super::answer::{Answer, is_understood};
use super::heard::{Intents, RatingPosterior};
use super::homophones::Sounds;
use super::word::Request;
use crate::units::{Language, Scale};

/// How a language's raw masses become probabilities. Fitted on development data; see DESIGN.md.
#[derive(Clone, Copy, Debug)]
pub struct Calibration {
    /// Weight of text that is no rating, against text that is.
    pub other_weight: f32,
    /// Softens (above 1) or sharpens (below 1) the masses.
    pub temperature: f32,
    /// Mass below which a level is as good as not heard: keeps near-zero masses from becoming ratings.
    pub floor: f32,
}

impl Calibration {
    pub fn of(language: Language) -> Self {
        match language {
            Language::Zh => Self { other_weight: 0.02, temperature: 1.7, floor: 0.001 },
            Language::En => Self { other_weight: 0.03, temperature: 0.8, floor: 0.003 },
        }
    }
}

/// Likenesses up to this distance are near; they speak for a rating about as words do. Farther ones speak softly.
const NEAR: f32 = 0.2;
/// Weights of near and far likenesses beside words as they are written. `scripts/train/hearing/fit_likeness.py` fits the
/// second on synthetic voices; the first has no bound there, and is held low. See DESIGN.md.
const LIKENESS: [f32; 2] = [1.5, 0.25];
/// Lighter texts are not compared by sound: they would cost time and change nothing.
const ALIKE_FROM: f32 = 1e-4;

/// Raw masses by meaning: what calibration starts from, for diagnosis and fitting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Masses {
    pub levels: [f32; 5],
    /// Mandarin whose characters are no answer but sound like one: near, far. It is part of `other` too.
    pub alike: [[f32; 5]; 2],
    /// All that is no rating as written.
    pub other: f32,
    pub human: f32,
    pub repeat: f32,
    pub later: f32,
    pub no_calls: f32,
    pub wrong_number: f32,
}

/// A text that may have been said, with its probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub text: String,
    /// What it says.
    pub answer: Answer,
    pub mass: f32,
    /// The model has ended it; otherwise it may go on to any that begins with it.
    pub ended: bool,
}

impl Masses {
    /// Sums readings by what they mean; what they do not cover is other. Half a character may still become any: such a
    /// text speaks for nothing and against nothing.
    pub fn of(readings: &[Reading], language: Language, scale: Scale) -> Self {
        let sounds = Sounds::on(scale);
        let mut masses = Self::default();
        let mut covered = 0.0;
        for Reading { text, answer, mass, ended } in readings {
            let (mass, ended) = (*mass, *ended);
            covered += mass;
            if text.ends_with(char::REPLACEMENT_CHARACTER) {
                continue;
            }
            let Answer { rating, request, .. } = *answer;
            match rating {
                Some(rating) => masses.levels[rating.index()] += mass,
                None => masses.other += mass,
            }
            let unread = rating.is_none() && request.is_none() && mass >= ALIKE_FROM;
            let strange = unread && language == Language::Zh && !is_understood(text, language);
            let likeness = if strange { sounds.alike(text) } else { None };
            // One syllable that a longer text begins with (以 of 以前) sounds like a number by chance.
            let likeness = likeness.filter(|likeness| ended || likeness.syllables > 1);
            let is_near = likeness.is_some_and(|likeness| likeness.distance <= NEAR);
            if let Some(rating) = likeness.and_then(|likeness| likeness.answer.rating) {
                masses.alike[usize::from(!is_near)][rating.index()] += mass;
            }
            let request = request.or(likeness.filter(|_| is_near).and_then(|likeness| likeness.answer.request));
            match request {
                Some(Request::Human) => masses.human += mass,
                Some(Request::Repeat) => masses.repeat += mass,
                Some(Request::Later) => masses.later += mass,
                Some(Request::NoCalls) => masses.no_calls += mass,
                Some(Request::WrongNumber) => masses.wrong_number += mass,
                None => {}
            }
        }
        masses.other += (1.0 - covered).max(0.0);
        masses
    }

    /// The calibrated posterior over ratings.
    pub fn rating(&self, calibration: &Calibration) -> RatingPosterior {
        let soften = |mass: f32| mass.max(0.0).powf(1.0 / calibration.temperature);
        let by_sound = |level: usize| (0..2).map(|kind| LIKENESS[kind] * self.alike[kind][level]).sum::<f32>();
        let levels = std::array::from_fn(|level| soften(self.levels[level] + by_sound(level)));
        let other = (self.other - self.alike.as_flattened().iter().sum::<f32>()).max(0.0);
        RatingPosterior::from_weights(levels, soften(calibration.other_weight * other + calibration.floor))
    }

    /// Probabilities of requests.
    pub fn intents(&self) -> Intents {
        let certain = |mass: f32| mass.clamp(0.0, 1.0);
        Intents {
            human: certain(self.human),
            repeat: certain(self.repeat),
            later: certain(self.later),
            no_calls: certain(self.no_calls),
            wrong_number: certain(self.wrong_number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::read;
    use super::*;

    fn reading(text: &str, mass: f32, ended: bool) -> Reading {
        Reading { text: text.into(), answer: read(text, Language::Zh, Scale::default()), mass, ended }
    }

    #[test]
    fn masses_are_summed_by_meaning_and_the_uncovered_rest_is_other() {
        let readings =
            [("五", 0.4), ("5分", 0.2), ("四", 0.1), ("转人工", 0.2)].map(|(text, mass)| reading(text, mass, true));
        let masses = Masses::of(&readings, Language::Zh, Scale::default());
        assert!((masses.levels[4] - 0.6).abs() < 1e-6 && (masses.levels[3] - 0.1).abs() < 1e-6);
        assert!((masses.other - 0.3).abs() < 1e-6 && (masses.human - 0.2).abs() < 1e-6);
        let posterior = masses.rating(&Calibration::of(Language::Zh));
        assert_eq!(posterior.best().unwrap().0.value(), 5);
        assert!((posterior.levels.iter().sum::<f32>() + posterior.none - 1.0).abs() < 1e-5);
    }

    #[test]
    fn what_sounds_like_an_answer_speaks_for_it() {
        let begun = |text: &str, ended| Masses::of(&[reading(text, 0.9, ended)], Language::Zh, Scale::default());
        let masses = |text: &str| begun(text, true);
        let posterior = masses("吴芬").rating(&Calibration::of(Language::Zh));
        assert_eq!(posterior.best().map(|(rating, _)| rating.value()), Some(5));
        assert!((masses("转任工").intents().human - 0.9).abs() < 1e-6);
        assert_eq!(begun("以", false).alike, [[0.0; 5]; 2]);
        // Words that are understood are not made into others.
        for text in ["六分", "五个电话", "是"] {
            assert_eq!(masses(text).alike, [[0.0; 5]; 2], "{text}");
        }
    }

    #[test]
    fn nothing_heard_is_no_rating() {
        let masses = Masses::of(&[], Language::En, Scale::default());
        assert!(masses.rating(&Calibration::of(Language::En)).best().is_none());
    }
}
