//! A closed set of answers that are known by their sound, and what each means on the scale that was asked.

use std::collections::HashSet;

use super::answer::{Answer, has_number, read};
use super::grammar::Grammar;
use crate::units::{Language, Scale};

pub(super) struct ClosedSet {
    /// As they are written.
    texts: Vec<String>,
    /// Those of them that are nothing but a number.
    numbers: HashSet<u8>,
    /// What each means on the usual scale.
    usual: Vec<Answer>,
    /// Whether a number is part of it.
    has_number: Vec<bool>,
    language: Language,
}

impl ClosedSet {
    pub(super) fn new(texts: Vec<String>, language: Language) -> Self {
        Self {
            numbers: Grammar::of(language).lone_numbers(texts.iter().map(String::as_str)),
            usual: texts.iter().map(|text| read(text, language, Scale::default())).collect(),
            has_number: texts.iter().map(|text| has_number(text, language)).collect(),
            texts,
            language,
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether every number of the scale is in the set: what is not would be taken for something else.
    pub(super) fn covers(&self, scale: Scale) -> bool {
        (scale.min()..=scale.max()).all(|number| self.numbers.contains(&number))
    }

    /// An answer as it is written, by its number.
    pub(super) fn text(&self, number: usize) -> &str {
        &self.texts[number]
    }

    /// What an answer means, by its number.
    pub(super) fn meaning(&self, number: usize, scale: Scale) -> Answer {
        match scale == Scale::default() {
            true => self.usual[number],
            false => read(&self.texts[number], self.language, scale),
        }
    }

    /// Whether an answer that means nothing on its scale is a number: one off the scale, between two of it, or a count.
    pub(super) fn has_number(&self, number: usize) -> bool {
        self.has_number[number]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_covers_the_scales_whose_numbers_it_has_and_reads_them_by_the_scale() {
        let texts = ["一", "二分", "两", "三", "四", "五", "一分", "非常满意"].map(String::from).to_vec();
        let set = ClosedSet::new(texts, Language::Zh);
        let scale = |scale: &str| scale.parse::<Scale>().unwrap();
        assert!(set.covers(scale("1..5:best=5")) && set.covers(scale("1..5:best=1")));
        assert!(!set.covers(scale("0..10:best=10")) && !set.covers(scale("0..99:best=99")));
        let level = |number, on: &str| set.meaning(number, scale(on)).rating.map(|rating| rating.value());
        assert_eq!((level(6, "1..5:best=5"), level(6, "1..5:best=1")), (Some(1), Some(5)));
        assert_eq!((level(7, "1..5:best=5"), level(7, "1..5:best=1")), (Some(5), Some(5)));
        assert_eq!(set.len(), 8);
        assert!(set.has_number(1) && !set.has_number(7));
    }
}
