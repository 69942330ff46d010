//! A closed set of answers as a speller's file lists them, and the tree of their units.

use std::collections::HashSet;

use super::spelt::Meanings;
use super::trie::Trie;
use crate::hear::answer::Answer;
use crate::hear::closed_set::ClosedSet;
use crate::neural::{Matrix, Weights};
use crate::units::{Language, Scale};

/// Who is asked for a number of a scale seldom says one that is none of it, or between two of it: so much less often than any
/// other answer.
pub(super) const NOT_ON_SCALE: f64 = 0.2;
/// Less probable answers change nothing.
const NEGLIGIBLE: f64 = 1e-9;

/// A line of `name` an answer: its words, a tab, and the numbers of its units, which are below `units`.
pub(super) fn lines(stored: &Weights, name: &str, units: usize) -> Result<(Vec<String>, Vec<Vec<usize>>), String> {
    let listed = stored.text(name)?;
    let (mut texts, mut spellings) = (Vec::new(), Vec::new());
    for line in listed.lines() {
        let spelling = line.split_once('\t').and_then(|(text, numbers)| {
            let spelling: Result<Vec<usize>, _> = numbers.split(' ').map(str::parse).collect();
            Some((text, spelling.ok().filter(|spelling| spelling.iter().all(|unit| (1..units).contains(unit)))?))
        });
        let Some((text, spelling)) = spelling else {
            return Err(format!("expected a text and its units below {units}, got {line:?}"));
        };
        texts.push(text.to_owned());
        spellings.push(spelling);
    }
    // Two would outvote a third answer.
    if spellings.iter().collect::<HashSet<_>>().len() < spellings.len() {
        return Err("expected each sound of an answer once".to_owned());
    }
    Ok((texts, spellings))
}

pub(super) struct Listed {
    set: ClosedSet,
    trie: Trie,
}

impl Listed {
    /// From the text called `name`, as [`lines`] reads it.
    pub(super) fn read(stored: &Weights, name: &str, units: usize, language: Language) -> Result<Self, String> {
        let (texts, spellings) = lines(stored, name, units)?;
        Ok(Self { set: ClosedSet::new(texts, language), trie: Trie::new(spellings.into_iter()) })
    }

    /// How probable it is that each answer, and nothing else, was said, as a multiple of any speech.
    pub(super) fn whole(&self, rows: &Matrix) -> Vec<f64> {
        self.trie.probabilities(rows)
    }

    /// How probable each meaning is that was said until each state, whatever came before.
    pub(super) fn anywhere(&self, rows: &Matrix, scale: Scale) -> Vec<Meanings> {
        self.trie.anywhere(rows, |probabilities| self.meanings(probabilities, scale))
    }

    /// The same of what was said first, with nothing before it.
    pub(super) fn first(&self, rows: &Matrix, scale: Scale) -> Vec<Meanings> {
        self.trie.first(rows, |probabilities| self.meanings(probabilities, scale))
    }

    /// How probable each meaning is that was said last, whatever came before.
    pub(super) fn last(&self, rows: &Matrix, scale: Scale) -> Meanings {
        self.meanings(&self.trie.last(rows), scale)
    }

    /// How probable each meaning is.
    pub(super) fn meanings(&self, probabilities: &[f64], scale: Scale) -> Meanings {
        let mut meanings = Meanings::default();
        for (number, &probability) in probabilities.iter().enumerate() {
            if probability < NEGLIGIBLE {
                continue;
            }
            let answer = self.set.meaning(number, scale);
            let not_on_scale = answer == Answer::default() && self.set.has_number(number);
            meanings.add(answer, probability * if not_on_scale { NOT_ON_SCALE } else { 1.0 });
        }
        meanings
    }

    /// Whether every number of the scale is an answer of the set.
    pub(super) fn covers(&self, scale: Scale) -> bool {
        self.set.covers(scale)
    }

    /// An answer as it is written, by its number.
    pub(super) fn text(&self, number: usize) -> &str {
        self.set.text(number)
    }

    #[cfg(test)]
    pub(super) fn set(&self) -> &ClosedSet {
        &self.set
    }
}
