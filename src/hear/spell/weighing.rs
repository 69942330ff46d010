//! How what was written, what was spelt and what was heard as a whole are weighed: a product of experts.

use super::spelt::{UNHEARD, all};
use crate::hear::heard::RatingPosterior;
use crate::hear::posterior::Masses;
use crate::neural::Weights;

/// Ratings 1 to 5, and none.
pub(super) const OUTCOMES: usize = 6;
/// Added to probabilities before their logarithm: how surely an outcome may be ruled out. What is spelt may do so more surely.
const FLOOR: f32 = 1e-3;
const SPELT_FLOOR: f32 = 1e-4;

/// Exponents, and a bias; fitted by `scripts/train/hearing/weigh.py` on voices that none of the rest was fitted on.
#[derive(Clone, Copy)]
pub(in crate::hear) struct Weighing {
    written: f32,
    spelt: f32,
    none: f32,
    /// What any speech that is none of the set counts beside its answers, each of which counts one.
    any_speech: f32,
    /// What was heard as a whole (`short_answers.rs`).
    whole: f32,
    /// What an answer amid other talk counts beside one that is all that was said.
    pub(super) spotted: f32,
    /// Where no answer was heard: the words, and the bias.
    alone: [f32; 2],
}

impl Weighing {
    pub(super) fn read(stored: &Weights) -> Result<Self, String> {
        let [written, spelt, none, any_speech, whole, spotted, alone_written, alone_none] =
            stored.floats("weighing", &[8])?[..]
        else {
            return Err("expected eight numbers of weighing".to_owned());
        };
        Ok(Self { written, spelt, none, any_speech, whole, spotted, alone: [alone_written, alone_none] })
    }

    /// The posterior, from what the words say alone, what was spelt, and what was heard as a whole, if it was.
    pub(in crate::hear) fn rating(
        &self,
        written: &RatingPosterior,
        spelt: &Masses,
        whole: Option<[f32; OUTCOMES]>,
    ) -> RatingPosterior {
        // Where no answer of the set was heard, the words stand alone.
        let known = 1.0 - OUTCOMES as f32 * UNHEARD / all(spelt);
        let all = all(spelt) + self.any_speech;
        let written = [&written.levels[..], &[written.none]].concat();
        let spelt = [&spelt.levels[..], &[spelt.other + self.any_speech]].concat();
        let scores: [f32; OUTCOMES] = std::array::from_fn(|outcome| {
            let words = (written[outcome] + FLOOR).ln();
            let mut sum = self.written * words + self.spelt * (spelt[outcome] / all + SPELT_FLOOR).ln();
            sum += whole.map_or(0.0, |whole| self.whole * (whole[outcome] + FLOOR).ln());
            let (bias, alone_bias) = if outcome == OUTCOMES - 1 { (self.none, self.alone[1]) } else { (0.0, 0.0) };
            known * (sum + bias) + (1.0 - known) * (self.alone[0] * words + alone_bias)
        });
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let [levels @ .., none] = scores.map(|score| (score - largest).exp());
        RatingPosterior::from_weights(levels, none)
    }
}

#[cfg(test)]
mod tests {
    use super::super::spelt::{Meanings, Spelt};
    use super::*;
    use crate::hear::answer::read;
    use crate::units::{Language, Scale};

    fn heard_as_four(probability: f64) -> Meanings {
        let mut meanings = Meanings::default();
        meanings.add(read("四", Language::Zh, Scale::default()), probability);
        meanings
    }

    const NOTHING: &[Meanings] = &[Meanings::NONE; 4];
    const WEIGHING: Weighing =
        Weighing { written: 0.5, spelt: 0.6, none: -0.5, any_speech: 1.0, whole: 0.4, spotted: 0.1, alone: [1.0, 0.0] };

    #[test]
    fn what_is_not_in_the_set_leaves_the_words_alone() {
        let written = RatingPosterior::from_weights([0.0, 0.1, 0.6, 0.1, 0.0], 0.2);
        let best = |own: f64| {
            let Spelt { masses, .. } = Spelt::by(&[heard_as_four(own)], NOTHING, None);
            WEIGHING.rating(&written, &masses, None).best().map(|(rating, _)| rating.value())
        };
        assert_eq!((best(0.0), best(9.0)), (Some(3), Some(4)));
        // By an exponent and a bias of their own: a long remark in which nothing was heard seldom holds a rating.
        let doubting = Weighing { alone: [1.0, 1.5], ..WEIGHING };
        let Spelt { masses, .. } = Spelt::by(&[heard_as_four(0.0)], NOTHING, None);
        assert_eq!(doubting.rating(&written, &masses, None).best(), None);
    }

    #[test]
    fn one_network_that_hears_nothing_does_not_rule_out_what_the_others_hear() {
        let Spelt { masses, .. } = Spelt::by(&[50.0, 0.0, 50.0, 50.0].map(heard_as_four), NOTHING, None);
        let written = RatingPosterior::from_weights([0.2; 5], 0.2);
        let rating = WEIGHING.rating(&written, &masses, None);
        assert!(rating.best().is_some_and(|(rating, p)| rating.value() == 4 && p > 0.5), "{rating:?}");
    }

    #[test]
    fn what_is_heard_as_a_whole_counts_by_its_exponent() {
        let Spelt { masses, .. } = Spelt::by(&[heard_as_four(50.0); 2], NOTHING, None);
        let written = RatingPosterior::from_weights([0.2; 5], 0.2);
        let four = |weighing: Weighing, whole| weighing.rating(&written, &masses, whole).levels[3];
        let (same, another) = (Some([0.0, 0.0, 0.0, 1.0, 0.0, 0.0]), Some([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]));
        assert!(four(WEIGHING, same) > four(WEIGHING, None) && four(WEIGHING, None) > four(WEIGHING, another));
        let without = Weighing { whole: 0.0, ..WEIGHING };
        assert_eq!(four(without, same), four(without, another));
    }
}
