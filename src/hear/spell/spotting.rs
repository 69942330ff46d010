//! Answers amid other talk ("师傅挺准时，给四分", "he was late so I'd give it a two"): found wherever they are said, by their sound alone.
//!
//! Keyword spotting against a filler (Rose and Paul 1990): an answer may begin and end at any state, with any speech before and
//! after it (`background.rs`). What sounds like a part of an answer and is none (五分钟, 良心) stands at the same place as a rival.

use super::listed::{Listed, lines};
use super::spelt::Meanings;
use super::trie::Trie;
use crate::neural::{Matrix, Weights};
use crate::units::{Language, Scale};

/// What a rival counts beside an answer: a rating is asked for. As in `scripts/train/hearing/weigh.py`; why so much, see DESIGN.md.
const RIVALS: f64 = 0.3;
/// How many states before and after an answer's end a rival may end that stands at its place: 400 and 500 ms.
const BEFORE: usize = 20;
const AFTER: usize = 25;

pub(super) struct Spotter {
    answers: Listed,
    rivals: Trie,
}

impl Spotter {
    /// From the texts `spotted` and `rivals` (see [`lines`]). What a rival means is nothing: its tree is enough.
    pub(super) fn read(stored: &Weights, units: usize, language: Language) -> Result<Self, String> {
        let answers = Listed::read(stored, "spotted", units, language)?;
        let (_, rivals) = lines(stored, "rivals", units)?;
        Ok(Self { answers, rivals: Trie::new(rivals.into_iter()) })
    }

    /// How probable each meaning is somewhere in `rows`, which are divided by any speech, as a multiple of that; an answer counts
    /// `share`.
    pub(super) fn spot(&self, rows: &Matrix, share: f64, scale: Scale) -> Meanings {
        let answers = self.answers.anywhere(rows, scale);
        let rivals = self.rivals.anywhere(rows, |probabilities| probabilities.iter().sum::<f64>());
        let mut best = Meanings::default();
        for (at, answer) in answers.into_iter().enumerate() {
            let near = &rivals[at.saturating_sub(BEFORE)..rivals.len().min(at + AFTER + 1)];
            let rival = near.iter().copied().fold(0.0, f64::max);
            best.raise_to(&answer.times(share / (1.0 + RIVALS * share * rival)));
        }
        best
    }

    #[cfg(test)]
    pub(super) fn answers(&self) -> &Listed {
        &self.answers
    }
}

#[cfg(test)]
mod tests {
    use super::super::background::Background;
    use super::super::speller::{Speller, WEIGHTS};
    use super::super::spelt::Spelt;
    use super::*;
    use crate::hear::posterior::Masses;

    /// The units of a text of a speller's lists.
    fn units(stored: &Weights, text: &str) -> Vec<usize> {
        let mut lines =
            ["answers", "spotted", "rivals"].into_iter().flat_map(|list| stored.text(list).unwrap().lines());
        let numbers =
            lines.find_map(|line| line.strip_prefix(text)?.strip_prefix('\t')).unwrap_or_else(|| panic!("{text}"));
        numbers.split(' ').map(|number| number.parse().unwrap()).collect()
    }

    /// What is found where these texts are said one after another, clearly, with a pause of so many states between them.
    fn spotted(language: Language, texts: &[&str], pause: usize) -> Masses {
        let stored = Weights::read(WEIGHTS[language as usize].1).unwrap();
        let background =
            Background::new(stored.floats("frequencies", &[stored.shape("frequencies").unwrap()[0]]).unwrap());
        let width = stored.shape("frequencies").unwrap()[0];
        let row = |unit: usize| (0..width).map(move |other| if other == unit { 0.9 } else { 0.1 / (width - 1) as f32 });
        let mut states = Vec::new();
        for text in texts {
            states.extend(units(&stored, text).into_iter().flat_map(|unit| [unit, unit, 0]));
            states.extend(std::iter::repeat_n(0, pause));
        }
        let mut rows = Matrix::new(states.into_iter().flat_map(row).collect(), width);
        background.divide(&mut rows);
        let found = Speller::of(language).spotter().spot(&rows, 0.1, Scale::default());
        Spelt::by(&[found], None).masses
    }

    fn surest(masses: &Masses) -> Option<usize> {
        masses.levels.iter().position(|level| *level > 100.0 && *level > 10.0 * masses.other).map(|level| level + 1)
    }

    #[test]
    fn a_rating_is_found_before_and_after_other_talk() {
        assert_eq!(surest(&spotted(Language::Zh, &["四分", "什么", "不知道"], 3)), Some(4));
        assert_eq!(surest(&spotted(Language::Zh, &["什么", "不知道", "非常满意"], 3)), Some(5));
        assert_eq!(surest(&spotted(Language::Zh, &["什么", "不知道"], 3)), None);
        assert_eq!(surest(&spotted(Language::En, &["hello", "i don't know", "give it a four"], 3)), Some(4));
        assert_eq!(surest(&spotted(Language::En, &["very dissatisfied", "i don't know"], 3)), Some(1));
        assert_eq!(surest(&spotted(Language::En, &["hello", "i don't know"], 3)), None);
    }

    #[test]
    fn what_begins_like_a_rating_and_goes_on_is_none() {
        assert_eq!(surest(&spotted(Language::Zh, &["什么", "五分钟", "不知道"], 0)), None);
        assert_eq!(surest(&spotted(Language::Zh, &["什么", "两次", "不知道"], 0)), None);
        assert_eq!(surest(&spotted(Language::En, &["hello", "three times", "i don't know"], 0)), None);
        // Elsewhere it says nothing against one.
        assert_eq!(surest(&spotted(Language::Zh, &["四分", "什么", "不知道", "五分钟"], 20)), Some(4));
    }
}
