//! What any speech would be worth: the units in whatever order, each as frequent as it is in what was learnt.
//!
//! An answer of many units is less probable than one of few, and in noise each unit costs more; so how probable an answer
//! is says little by itself. How much more probable it is than any speech at all says the same of short and long answers, on
//! clean lines and noisy ones. (A filler model, as word spotting has: Rose and Paul 1990.)

use crate::neural::Matrix;

/// How frequent each unit is: they sum to 1, the first, a pause, is 0.
pub(super) struct Background(Vec<f32>);

impl Background {
    pub(super) fn new(frequencies: Vec<f32>) -> Self {
        Self(frequencies)
    }

    /// Divides each row, the probabilities of a pause (unit 0) and of each unit at one state, so that the paths of all
    /// sequences of units, each sequence by the product of its units' frequencies, come to 1 together after every state.
    ///
    /// What [`super::trie::Trie`] makes of these rows is how many times more probable an answer is than any speech.
    pub(super) fn divide(&self, rows: &mut Matrix) {
        // The paths that end in a pause, and in each unit.
        let (mut paused, mut sounding) = (1.0f64, vec![0.0f64; self.0.len()]);
        for row in rows.rows_mut() {
            let all = paused + sounding.iter().sum::<f64>();
            for ((sounding, frequency), probability) in sounding.iter_mut().zip(&self.0).zip(&*row) {
                // It goes on, or begins after a pause or another unit.
                *sounding += f64::from(*frequency) * (all - *sounding);
                *sounding *= f64::from(*probability);
            }
            sounding[0] = 0.0;
            paused = all * f64::from(row[0]);
            let whole = paused + sounding.iter().sum::<f64>();
            paused /= whole;
            sounding.iter_mut().for_each(|sounding| *sounding /= whole);
            row.iter_mut().for_each(|probability| *probability = (f64::from(*probability) / whole) as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trie::Trie;
    use super::*;

    /// All sequences of up to `longest` of `units` units.
    fn sequences(units: usize, longest: usize) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..longest {
            let to = all.len();
            for at in from..to {
                let longer: Vec<_> = (1..=units).map(|unit| [all[at].as_slice(), &[unit]].concat()).collect();
                all.extend(longer);
            }
            from = to;
        }
        all
    }

    #[test]
    fn all_there_is_to_say_comes_to_one() {
        let frequencies = [0.0, 0.7, 0.3];
        let rows = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.2, 0.4], [0.2, 0.1, 0.7]];
        let mut rows = Matrix::new(rows.concat(), 3);
        Background::new(frequencies.to_vec()).divide(&mut rows);
        let answers = sequences(2, 4);
        let said: f64 = Trie::new(answers.iter().cloned())
            .probabilities(&rows)
            .into_iter()
            .enumerate()
            .map(|(number, probability)| {
                probability * answers[number].iter().map(|unit| f64::from(frequencies[*unit])).product::<f64>()
            })
            .sum();
        let nothing: f64 = rows.rows().map(|row| f64::from(row[0])).product();
        assert!((said + nothing - 1.0).abs() < 1e-5, "{said} and {nothing}");
    }

    #[test]
    fn what_is_clear_is_worth_more_than_what_any_speech_would_be() {
        let worth = |probability: f32| {
            let rest = (1.0 - probability) / 3.0;
            let row = |unit: usize| (0..4).map(move |other| if other == unit { probability } else { rest });
            let mut rows = Matrix::new([1, 0, 2, 0, 3].into_iter().flat_map(row).collect(), 4);
            Background::new(vec![0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]).divide(&mut rows);
            let worth = Trie::new([vec![1, 2, 3], vec![3, 1]].into_iter()).probabilities(&rows);
            (worth[0], worth[1])
        };
        let ((clear, other), (noisy, _)) = (worth(0.9), worth(0.5));
        // At most 3³: all that was said.
        assert!(
            clear > 15.0 && clear < 27.0 && noisy > 1.0 && noisy < clear && other < 0.1,
            "{clear}, {noisy}, {other}"
        );
    }
}
