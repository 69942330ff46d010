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

/// What an answer may be taken for that is said last, and one that is said first, beside one anywhere: there are fewer places. As in
/// `scripts/train/hearing/weigh.py`.
const LAST: f64 = 10.0;
const FIRST: f64 = 0.1;

pub(super) struct Spotter {
    /// Found wherever they are said.
    amid: Placed,
    /// Found only where nothing is said after them, and nothing before: bare numbers, which would be heard by chance elsewhere, and
    /// numbers with units once more, which are meant where they are said last.
    last: Placed,
    first: Placed,
}

/// Answers that are found at some place, and their rivals there.
struct Placed {
    answers: Listed,
    /// What a rival means is nothing: its tree is enough.
    rivals: Trie,
}

impl Placed {
    fn read(stored: &Weights, [answers, rivals]: [&str; 2], units: usize, language: Language) -> Result<Self, String> {
        let (_, rivals) = lines(stored, rivals, units)?;
        Ok(Self { answers: Listed::read(stored, answers, units, language)?, rivals: Trie::new(rivals.into_iter()) })
    }
}

impl Spotter {
    /// From the texts `spotted` and `rivals`, `last` and `last_rivals`, `first` and `first_rivals` (see [`lines`]).
    pub(super) fn read(stored: &Weights, units: usize, language: Language) -> Result<Self, String> {
        let read = |names| Placed::read(stored, names, units, language);
        Ok(Self {
            amid: read(["spotted", "rivals"])?,
            last: read(["last", "last_rivals"])?,
            first: read(["first", "first_rivals"])?,
        })
    }

    /// How probable each meaning is somewhere in `rows`, which are divided by any speech, as a multiple of that; an answer counts
    /// `share`.
    pub(super) fn spot(&self, rows: &Matrix, share: f64, scale: Scale) -> Meanings {
        let Self { amid, last, first } = self;
        let rivals = amid.rivals.anywhere(rows, sum);
        let anywhere = likeliest(&amid.answers.anywhere(rows, scale), &rivals, share);
        let rivals: Vec<f64> =
            last.rivals.anywhere(rows, sum).into_iter().zip(rivals).map(|(own, amid)| own.max(amid)).collect();
        // Rivals speak against an answer at their place, which is the end.
        let near = &rivals[rivals.len().saturating_sub(BEFORE + 1)..];
        let ending = likeliest(&[last.answers.last(rows, scale)], near, LAST * share);
        let beginning = likeliest(&first.answers.first(rows, scale), &first.rivals.first(rows, sum), FIRST * share);
        anywhere.or(&ending).or(&beginning)
    }

    #[cfg(test)]
    pub(super) fn answers(&self) -> &Listed {
        &self.amid.answers
    }
}

fn sum(probabilities: &[f64]) -> f64 {
    probabilities.iter().sum()
}

/// The likeliest answer of each meaning, by state, where each counts `share` and a rival speaks against it that ends near it.
fn likeliest(answers: &[Meanings], rivals: &[f64], share: f64) -> Meanings {
    let mut best = Meanings::default();
    for (at, answer) in answers.iter().enumerate() {
        let near = rivals.iter().skip(at.saturating_sub(BEFORE)).take(at.min(BEFORE) + AFTER + 1);
        let rival = near.copied().fold(0.0, f64::max);
        best.raise_to(&answer.times(share / (1.0 + RIVALS * share * rival)));
    }
    best
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
        let mut lines = ["answers", "spotted", "rivals", "last_rivals", "first_rivals"]
            .into_iter()
            .flat_map(|list| stored.text(list).unwrap().lines());
        let numbers =
            lines.find_map(|line| line.strip_prefix(text)?.strip_prefix('\t')).unwrap_or_else(|| panic!("{text}"));
        numbers.split(' ').map(|number| number.parse().unwrap()).collect()
    }

    /// What is found where these texts are said one after another, clearly, with a pause of so many states between them.
    fn spotted(language: Language, texts: &[&str], pause: usize) -> Masses {
        weighed(language, texts, pause, 1.0)
    }

    /// The same, an answer counting `share`.
    fn weighed(language: Language, texts: &[&str], pause: usize, share: f64) -> Masses {
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
        let found = Speller::of(language).spotter().spot(&rows, share, Scale::default());
        Spelt::by(&[Meanings::NONE], &[found], None).masses
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
    fn a_bare_number_is_found_where_it_is_said_first_or_last() {
        let found = |texts: &[&str]| surest(&spotted(Language::En, texts, 3));
        assert_eq!(found(&["hello", "i don't know", "four"]), Some(4));
        assert_eq!(found(&["five", "hello", "i don't know"]), Some(5));
        assert_eq!(found(&["hello", "four", "i don't know"]), None);
        // What counts, and what sounds like one at the end of a sentence.
        assert_eq!(found(&["three times", "i don't know"]), None);
        assert_eq!(found(&["hello", "paid for"]), None);
        assert_eq!(found(&["hello", "that too"]), None);
        // In Mandarin it is one syllable, which is said by chance.
        assert_eq!(surest(&spotted(Language::Zh, &["什么", "不知道", "四"], 3)), None);
    }

    #[test]
    fn of_two_numbers_the_one_that_is_said_last_counts_more() {
        // So little that what resembles them (时分, 三星) hardly speaks against them.
        let levels = |texts: &[&str]| weighed(Language::Zh, texts, 3, 1e-7).levels;
        let [.., three, four, _] = levels(&["三分", "什么", "不知道", "四分"]);
        assert!(four > 3.0 * three, "{four} {three}");
        let [.., three, four, _] = levels(&["四分", "什么", "不知道", "三分"]);
        assert!(three > 3.0 * four, "{three} {four}");
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
