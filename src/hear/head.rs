//! A small learned head over the first token: what one-word answers sound like to Whisper.
//!
//! A word said alone is often written as another ("Hi" for five, 语 for 五), but as *which* others is a matter of
//! sound, not of chance. A multinomial logistic regression on the log-probabilities of some two hundred first
//! tokens, beside what the grammar has found, learns that. It was fitted by `scripts/train/hearing`, and it is
//! used for one-word utterances only; what is longer carries its own context.

use std::sync::LazyLock;

use serde::Deserialize;

use super::heard::RatingPosterior;
use super::posterior::Masses;
use crate::units::Language;

/// Log-probabilities are cut here: less likely tokens say nothing.
const FLOOR: f32 = -10.0;
/// Added to masses before their logarithm.
const MASS_FLOOR: f32 = 1e-3;
/// Ratings 1 to 5, and none.
const CLASSES: usize = 6;

/// Weights of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Bytes of each token, in hexadecimal.
    tokens: Vec<String>,
    /// Per token, the weight for each class.
    weights: Vec<[f32; CLASSES]>,
    bias: [f32; CLASSES],
    /// Weight of the logarithm of the grammar's masses.
    mass: f32,
    /// Divides all scores: calibration.
    temperature: f32,
}

static MANDARIN: LazyLock<Head> = LazyLock::new(|| parse(include_str!("head/zh.json")));
static ENGLISH: LazyLock<Head> = LazyLock::new(|| parse(include_str!("head/en.json")));

fn parse(text: &str) -> Head {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    serde_json::from_str(text).expect("the head's weights are valid")
}

impl Head {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &MANDARIN,
            Language::En => &ENGLISH,
        }
    }

    /// The posterior, from what the grammar found and the log-probability of each token as the first.
    pub fn rating(&self, masses: &Masses, log_probability: impl Fn(&str) -> f32) -> RatingPosterior {
        let found = masses.levels.iter().chain([&masses.other]);
        let mut scores = self.bias;
        for (score, mass) in scores.iter_mut().zip(found) {
            *score += self.mass * (mass + MASS_FLOOR).ln();
        }
        for (token, weights) in self.tokens.iter().zip(&self.weights) {
            let feature = (log_probability(token).max(FLOOR) - FLOOR) / -FLOOR;
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += weight * feature;
            }
        }
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = scores.map(|score| ((score - largest) / self.temperature).exp());
        RatingPosterior::from_weights([weight[0], weight[1], weight[2], weight[3], weight[4]], weight[5])
    }
}

/// Whether `text`, as Whisper wrote it, is one word (or one word in a loop), for which the head was fitted.
pub fn is_one_word(text: &str, language: Language) -> bool {
    let distinct = |mut pieces: Vec<String>| {
        pieces.sort_unstable();
        pieces.dedup();
        pieces.len()
    };
    let lower = text.to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(String::from);
    let single = distinct(words().collect()) <= 1;
    match language {
        Language::En => single,
        Language::Zh if lower.is_ascii() => single,
        Language::Zh => distinct(lower.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect()) <= 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_heads_are_whole() {
        for language in [Language::Zh, Language::En] {
            let head = Head::of(language);
            assert_eq!(head.tokens.len(), head.weights.len());
            assert!(head.tokens.len() >= 50 && head.temperature > 0.0 && head.mass > 0.0);
        }
    }

    #[test]
    fn a_clear_mass_wins_whatever_the_first_tokens_are() {
        for language in [Language::Zh, Language::En] {
            let mut masses = Masses { other: 0.02, ..Masses::default() };
            masses.levels[2] = 0.97;
            let own = if language == Language::Zh { "e4b889" } else { "207468726565" };
            let posterior = Head::of(language).rating(&masses, |token| if token == own { -0.05 } else { -9.0 });
            assert_eq!(posterior.best().map(|(rating, _)| rating.value()), Some(3), "{posterior:?}");
        }
    }

    #[test]
    fn one_word_is_told_from_more() {
        for text in ["Five.", "4 4 4 4", "", "(", "Hi."] {
            assert!(is_one_word(text, Language::En), "{text}");
        }
        for text in ["I'd say four", "very satisfied", "five, no, four"] {
            assert!(!is_one_word(text, Language::En), "{text}");
        }
        assert!(
            is_one_word("五。", Language::Zh) && is_one_word("语", Language::Zh) && is_one_word("Leo", Language::Zh)
        );
        assert!(is_one_word("五分", Language::Zh) && !is_one_word("我给五分", Language::Zh));
    }
}
