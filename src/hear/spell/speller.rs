//! Spells an answer by its sound: how probable each unit of speech is, state by state, before any word is written; and so
//! how probable each answer of a closed set is.
//!
//! The networks that hear the units (`network.rs`) were fitted by `scripts/train/hearing/spell.py`; the model card is
//! `models/speller.md`. The recogniser's decoder writes what it has read most; these know no words, so that 五分 is not
//! turned into 胡聲.

use std::sync::LazyLock;

use super::background::Background;
use super::listed::Listed;
use super::network::Network;
use super::spelt::{Meanings, Spelt, geometric_mean};
use super::spotting::Spotter;
use super::weighing::Weighing;
use crate::neural::{Matrix, Weights};
use crate::units::{Language, Scale};

/// States of an answer that may be one of the set as a whole, at 20 ms: the networks learnt nothing longer.
const LONGEST_ANSWER: usize = 250;

/// The fitted networks, and the answers that they tell apart.
pub(in crate::hear) struct Speller {
    /// They err differently, so that the mean of their answers is better than any.
    networks: Vec<Network>,
    background: Background,
    answers: Listed,
    spotter: Spotter,
    /// How its word counts beside what was written.
    pub(in crate::hear) weighing: Weighing,
}

/// The embedded weights by file name.
pub(in crate::hear) const WEIGHTS: [(&str, &[u8]); 2] = [
    ("speller-zh.safetensors", include_bytes!("../../../models/speller-zh.safetensors")),
    ("speller-en.safetensors", include_bytes!("../../../models/speller-en.safetensors")),
];

static MANDARIN: LazyLock<Speller> = LazyLock::new(|| embedded(WEIGHTS[0].1, Language::Zh));
static ENGLISH: LazyLock<Speller> = LazyLock::new(|| embedded(WEIGHTS[1].1, Language::En));

fn embedded(bytes: &[u8], language: Language) -> Speller {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    Speller::read(bytes, language).expect("the embedded speller is valid")
}

impl Speller {
    pub(in crate::hear) fn of(language: Language) -> &'static Self {
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
        Ok(Self {
            networks,
            background: Background::new(stored.floats("frequencies", &[units])?),
            answers: Listed::read(&stored, "answers", units, language)?,
            spotter: Spotter::read(&stored, units, language)?,
            weighing: Weighing::read(&stored)?,
        })
    }

    /// How probable each meaning is among the answers of the set, as a multiple of any speech at all, in the geometric mean of
    /// the networks. So a long answer is not held against its length, nor one in noise against the noise. What was said amid other
    /// talk counts by its share (`Weighing::spotted`); of more than `LONGEST_ANSWER` states nothing else does. `states`: `[states, blocks
    /// · width]`. None if a number of the scale is not in the set, or the states are another encoder's.
    pub(in crate::hear) fn spell(&self, states: &Matrix, scale: Scale) -> Option<Spelt> {
        if !self.answers.covers(scale) {
            return None;
        }
        let (mut whole, mut amid) = (Vec::new(), Vec::new());
        let mut heard = Vec::with_capacity(self.networks.len());
        for network in &self.networks {
            let mut rows = network.spell(states)?;
            self.background.divide(&mut rows);
            let mut meanings = Meanings::default();
            if states.len() <= LONGEST_ANSWER {
                let probabilities = self.answers.whole(&rows);
                meanings = self.answers.meanings(&probabilities, scale);
                heard.push(probabilities);
            }
            whole.push(meanings);
            amid.push(match self.weighing.spotted > 0.0 {
                true => self.spotter.spot(&rows, f64::from(self.weighing.spotted), scale),
                false => Meanings::default(),
            });
        }
        let best_of = |probabilities: &Vec<f64>| {
            (0..probabilities.len()).max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]))
        };
        let mean = |number: usize| geometric_mean(heard.iter().map(|probabilities| probabilities[number]));
        let likeliest =
            heard.iter().filter_map(best_of).map(|number| (number, mean(number))).max_by(|a, b| a.1.total_cmp(&b.1));
        Some(Spelt::by(&whole, &amid, likeliest))
    }

    #[cfg(test)]
    pub(super) fn spotter(&self) -> &Spotter {
        &self.spotter
    }

    /// The words of the likeliest answer, if it is likelier than all else.
    pub(in crate::hear) fn words(&self, spelt: &Spelt) -> Option<String> {
        spelt.sure().map(|number| as_a_sentence(self.answers.text(number)))
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
    use super::super::listed::NOT_ON_SCALE;
    use super::*;
    use crate::hear::posterior::Masses;

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
            let meanings = || {
                (0..speller.answers.set().len()).map(|number| speller.answers.set().meaning(number, Scale::default()))
            };
            let rated = meanings().filter(|answer| answer.rating.is_some()).count();
            let asked = meanings().filter(|answer| answer.request.is_some()).count();
            assert!(rated > 1_000 && asked > 100, "{rated} ratings and {asked} requests");
        }
    }

    #[test]
    fn what_is_off_the_scale_or_between_two_of_its_numbers_stands_in_the_tree_and_counts_less() {
        let texts = [
            (Language::Zh, ["十分", "两三分", "三到四分", "三点五分", "我给四分半吧"]),
            (Language::En, ["nine", "three or four", "a three and a half", "four point five", "between two and three"]),
        ];
        for (language, texts) in texts {
            let speller = Speller::of(language);
            let number_of =
                |text: &str| (0..speller.answers.set().len()).find(|&number| speller.answers.text(number) == text);
            for text in texts {
                let mut probabilities = vec![0.0; speller.answers.set().len()];
                probabilities[number_of(text).unwrap_or_else(|| panic!("{text} is in the tree"))] = 1.0;
                let meanings = speller.answers.meanings(&probabilities, Scale::default());
                let Masses { levels, other, .. } = Spelt::by(&[meanings], &[Meanings::default()], None).masses;
                assert!((f64::from(other) - NOT_ON_SCALE).abs() < 1e-3, "{text}: {other}");
                assert!(levels.iter().all(|level| *level < 1e-4), "{text}: {levels:?}");
            }
        }
    }

    #[test]
    fn what_is_found_amid_other_talk_is_read_by_the_grammar_on_every_scale() {
        for (language, text, levels) in [
            (Language::Zh, "四分", [Some(4), Some(2)]),
            (Language::Zh, "不满意", [Some(2), Some(2)]),
            (Language::Zh, "六分", [None, None]),
            (Language::En, "four stars", [Some(4), Some(2)]),
        ] {
            let set = Speller::of(language).spotter.answers().set();
            let number = (0..set.len()).find(|number| set.text(*number) == text).unwrap_or_else(|| panic!("{text}"));
            let read = ["1..5:best=5", "1..5:best=1"]
                .map(|scale| set.meaning(number, scale.parse().unwrap()).rating.map(|rating| rating.value()));
            assert_eq!(read, levels, "{text}");
        }
    }

    #[test]
    fn words_are_told_where_they_are_likelier_than_all_else() {
        for (language, text, sentence) in
            [(Language::Zh, "非常满意", "非常满意"), (Language::En, "i'd say four", "I'd say four")]
        {
            let speller = Speller::of(language);
            let number = (0..speller.answers.set().len()).find(|number| speller.answers.text(*number) == text).unwrap();
            let words = |own: f32, others: f32| {
                let masses = Masses { levels: [0.0, 0.0, others, 0.0, own], ..Masses::default() };
                speller.words(&Spelt { masses, told: None, likeliest: Some((number, own)) })
            };
            assert_eq!(words(900.0, 100.0).as_deref(), Some(sentence));
            assert_eq!(words(400.0, 600.0), None);
            // Any speech at all is likelier.
            assert_eq!(words(0.9, 0.0), None);
            assert_eq!(speller.words(&Spelt { masses: Masses::default(), told: None, likeliest: None }), None);
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
