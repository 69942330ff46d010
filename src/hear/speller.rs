//! Spells an answer by its sound: how probable each unit of speech is, state by state, before any word is written; and so
//! how probable each answer of a closed set is.
//!
//! The networks that hear the units (`spelling.rs`) were fitted by `scripts/train/hearing/spell.py`; the model card is
//! `models/speller.md`. The recogniser's decoder writes what it has read most; these know no words, so that 五分 is not
//! turned into 胡聲.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::closed_set::ClosedSet;
use super::grammar::Request;
use super::heard::{Intents, RatingPosterior};
use super::posterior::Masses;
use super::spelling::Network;
use super::trie::Trie;
use crate::neural::{Matrix, Weights};
use crate::units::{Language, Scale};

/// Added to probabilities before their logarithm.
const FLOOR: f32 = 1e-3;
/// So much less probable than the likeliest spelling, an answer changes nothing.
const NEGLIGIBLE: f32 = 1e-12;

/// The fitted networks, and the answers that they tell apart.
pub(super) struct Speller {
    /// They err differently, so that the mean of their answers is better than any.
    networks: Vec<Network>,
    answers: ClosedSet,
    /// The tree of their units.
    trie: Trie,
    /// Of what was written as one word, and as more.
    blends: [Blend; 2],
}

/// What was spelt of an utterance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelt {
    /// How probable each meaning is, as a multiple of the likeliest spelling of any sort.
    pub(super) masses: Masses,
    /// The likeliest answer of the set, and how probable it is in the same measure.
    likeliest: Option<(usize, f32)>,
}

/// How what was spelt is weighed beside the words that were written.
#[derive(Clone, Copy)]
struct Blend {
    written: f32,
    spelt: f32,
    none: f32,
    /// What all answers of the set together are held against, as a share of the likeliest spelling: less says nothing.
    floor: f32,
}

/// The embedded weights by file name.
pub(super) const WEIGHTS: [(&str, &[u8]); 2] = [
    ("speller-zh.safetensors", include_bytes!("../../models/speller-zh.safetensors")),
    ("speller-en.safetensors", include_bytes!("../../models/speller-en.safetensors")),
];

static MANDARIN: LazyLock<Speller> = LazyLock::new(|| embedded(WEIGHTS[0].1, Language::Zh));
static ENGLISH: LazyLock<Speller> = LazyLock::new(|| embedded(WEIGHTS[1].1, Language::En));

fn embedded(bytes: &[u8], language: Language) -> Speller {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    Speller::read(bytes, language).expect("the embedded speller is valid")
}

impl Speller {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &MANDARIN,
            Language::En => &ENGLISH,
        }
    }

    fn read(bytes: &[u8], language: Language) -> Result<Self, String> {
        let stored = Weights::read(bytes)?;
        let networks: Vec<_> = (0..)
            .take_while(|number| stored.shape(&format!("{number}.project")).is_ok())
            .map(|number| Network::read(&stored, number))
            .collect::<Result<_, _>>()?;
        let units = networks.first().map_or(0, Network::units);
        if units == 0 || networks.iter().any(|network| network.units() != units) {
            return Err("expected networks of the same units, one at least".to_owned());
        }
        let listed = stored.text("answers")?;
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
        let blend = stored.floats("blend", &[8])?;
        let blend =
            |at: usize| Blend { written: blend[at], spelt: blend[at + 1], none: blend[at + 2], floor: blend[at + 3] };
        Ok(Self {
            networks,
            answers: ClosedSet::new(texts, language),
            trie: Trie::new(spellings.into_iter()),
            blends: [blend(0), blend(4)],
        })
    }

    /// How probable each meaning is among the answers of the set, as a multiple of the likeliest spelling of any sort
    /// (0 or above; an answer with many likely paths may exceed 1), in the mean of the networks. So a long answer is not held
    /// against its length. What is none of them is left out. `states`: `[states, blocks · width]`. None if a number of the
    /// scale is not in the set, or the states are another encoder's.
    pub(super) fn spell(&self, states: &Matrix, scale: Scale) -> Option<Spelt> {
        if !self.answers.covers(scale) {
            return None;
        }
        let mut masses = Masses::default();
        let mut sums = vec![0.0; self.answers.len()];
        for network in &self.networks {
            let mut rows = network.spell(states)?;
            for row in rows.rows_mut() {
                let likeliest = row.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
                row.iter_mut().for_each(|probability| *probability /= likeliest);
            }
            for (number, probability) in self.trie.probabilities(&rows) {
                sums[number] += probability;
            }
        }
        let mut likeliest: Option<(usize, f32)> = None;
        for (number, sum) in sums.into_iter().enumerate() {
            let probability = (sum / self.networks.len() as f64) as f32;
            if probability > likeliest.map_or(0.0, |(_, most)| most) {
                likeliest = Some((number, probability));
            }
            if probability < NEGLIGIBLE {
                continue;
            }
            let answer = self.answers.meaning(number, scale);
            match answer.rating {
                Some(rating) => masses.levels[rating.index()] += probability,
                None => masses.other += probability,
            }
            match answer.request {
                Some(Request::Human) => masses.human += probability,
                Some(Request::Repeat) => masses.repeat += probability,
                Some(Request::Later) => masses.later += probability,
                None => {}
            }
        }
        Some(Spelt { masses, likeliest })
    }

    /// The words of the likeliest answer, if it is likelier than all others together with what is none of them.
    pub(super) fn words(&self, spelt: &Spelt, one_word: bool) -> Option<String> {
        let (number, probability) = spelt.likeliest?;
        (2.0 * probability >= self.all(&spelt.masses, one_word)).then(|| as_a_sentence(self.answers.text(number)))
    }

    /// Requests as they were written or as they were spelt, whichever is surer: the decoder writes 债人公子 for 转人工.
    pub(super) fn intents(&self, written: Intents, spelt: &Masses, one_word: bool) -> Intents {
        let all = self.all(spelt, one_word);
        let either = |written: f32, spelt: f32| written.max(spelt / all).clamp(0.0, 1.0);
        Intents {
            human: either(written.human, spelt.human),
            repeat: either(written.repeat, spelt.repeat),
            later: either(written.later, spelt.later),
        }
    }

    /// Everything that may have been said: the answers of the set, and for each outcome what is none of them.
    fn all(&self, spelt: &Masses, one_word: bool) -> f32 {
        spelt.levels.iter().sum::<f32>() + spelt.other + 6.0 * self.blends[usize::from(!one_word)].floor
    }

    /// The calibrated posterior, from what the words say alone and what was spelt.
    pub(super) fn rating(&self, written: &RatingPosterior, spelt: &Masses, one_word: bool) -> RatingPosterior {
        let Blend { written: by_words, spelt: by_sound, none, floor } = self.blends[usize::from(!one_word)];
        let all = self.all(spelt, one_word);
        // Where no answer of the set was heard, the words stand alone.
        let known = 1.0 - 6.0 * floor / all;
        let score = |written: f32, spelt: f32, bias: f32| {
            let words = (written + FLOOR).ln();
            let both = by_words * words + by_sound * ((spelt + floor) / all + FLOOR).ln() + bias;
            known * both + (1.0 - known) * words
        };
        let levels = std::array::from_fn(|level| score(written.levels[level], spelt.levels[level], 0.0));
        let none = score(written.none, spelt.other, none);
        let largest = levels.iter().copied().fold(none, f32::max);
        RatingPosterior::from_weights(levels.map(|score: f32| (score - largest).exp()), (none - largest).exp())
    }
}

/// English answers are listed in small letters.
fn as_a_sentence(answer: &str) -> String {
    let words = answer.split(' ').map(|word| match word {
        "i" | "i'm" | "i'd" | "i'll" => word.replacen('i', "I", 1),
        _ => word.to_owned(),
    });
    let mut line = words.collect::<Vec<_>>().join(" ");
    if let Some(first) = line.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a state: two blocks of 512 values.
    const WIDTH: usize = 1024;

    #[test]
    fn the_embedded_spellers_give_probabilities_of_all_their_units() {
        for language in [Language::Zh, Language::En] {
            let speller = Speller::of(language);
            for network in &speller.networks {
                let rows = network.spell(&Matrix::new(vec![0.0; 3 * WIDTH], WIDTH)).unwrap();
                assert_eq!(rows.len(), 3);
                for row in rows.rows() {
                    assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
                }
                assert!(network.spell(&Matrix::new(vec![0.0; 21], 7)).is_none());
            }
            let meanings =
                || (0..speller.answers.len()).map(|number| speller.answers.meaning(number, Scale::default()));
            let rated = meanings().filter(|answer| answer.rating.is_some()).count();
            let asked = meanings().filter(|answer| answer.request.is_some()).count();
            assert!(rated > 1_000 && asked > 100, "{rated} ratings and {asked} requests");
        }
    }

    #[test]
    fn what_is_not_in_the_set_leaves_the_words_alone() {
        let written = RatingPosterior::from_weights([0.0, 0.1, 0.6, 0.1, 0.0], 0.2);
        for language in [Language::Zh, Language::En] {
            let best = |spelt: &Masses| {
                Speller::of(language).rating(&written, spelt, false).best().map(|(rating, _)| rating.value())
            };
            assert_eq!(best(&Masses::default()), Some(3));
            assert_eq!(best(&Masses { levels: [0.0, 0.0, 0.0, 0.9, 0.0], ..Masses::default() }), Some(4));
        }
    }

    #[test]
    fn words_and_requests_are_told_where_they_are_likelier_than_all_else() {
        for (language, text, sentence) in
            [(Language::Zh, "非常满意", "非常满意"), (Language::En, "i'd say four", "I'd say four")]
        {
            let speller = Speller::of(language);
            let number = (0..speller.answers.len()).find(|number| speller.answers.text(*number) == text).unwrap();
            let words = |own: f32, others: f32| {
                let masses = Masses { levels: [0.0, 0.0, others, 0.0, own], ..Masses::default() };
                speller.words(&Spelt { masses, likeliest: Some((number, own)) }, false)
            };
            assert_eq!(words(0.9, 0.1).as_deref(), Some(sentence));
            assert_eq!(words(0.4, 0.6), None);
            let asked = Masses { other: 0.9, human: 0.9, levels: [0.1, 0.0, 0.0, 0.0, 0.0], ..Masses::default() };
            let written = Intents { repeat: 0.3, ..Intents::default() };
            let intents = speller.intents(written, &asked, false);
            assert!((intents.human - 0.9).abs() < 1e-3 && intents.repeat == 0.3 && intents.later == 0.0, "{intents:?}");
            assert_eq!(speller.words(&Spelt { masses: Masses::default(), likeliest: None }, false), None);
        }
    }

    #[test]
    fn a_speller_serves_the_scales_whose_numbers_it_knows() {
        for language in [Language::Zh, Language::En] {
            let speller = Speller::of(language);
            let states = Matrix::new(vec![0.0; 9 * WIDTH], WIDTH);
            let serves = |scale: &str| speller.spell(&states, scale.parse().unwrap()).is_some();
            assert!(serves("1..5:best=5") && serves("1..5:best=1") && serves("0..10:best=10"));
            assert!(!serves("0..99:best=99"));
        }
    }

    #[test]
    fn a_damaged_speller_is_refused() {
        let whole = WEIGHTS[0].1;
        assert!(Speller::read(&whole[..whole.len() / 2], Language::Zh).is_err());
        assert!(Speller::read(b"", Language::Zh).is_err());
    }
}
