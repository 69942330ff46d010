//! Confusion matrices, and what follows from them.

use serde::{Deserialize, Serialize};

/// Counts of what was said to be, by what it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Confusion {
    pub labels: Vec<String>,
    /// Row: truth. Column: what was heard, felt or decided.
    pub counts: Vec<Vec<u64>>,
    pub n: u64,
    /// Unweighted mean of the recalls of the labels that occur.
    pub balanced_accuracy: f64,
    /// Unweighted mean of F1 over the labels that occur or were given.
    pub macro_f1: f64,
}

pub struct ConfusionTally<const N: usize> {
    labels: [&'static str; N],
    counts: [[u64; N]; N],
}

impl<const N: usize> ConfusionTally<N> {
    pub fn new(labels: [&'static str; N]) -> Self {
        Self { labels, counts: [[0; N]; N] }
    }

    pub fn add(&mut self, truth: usize, given: usize) {
        self.counts[truth][given] += 1;
    }

    /// None without cases.
    pub fn confusion(&self) -> Option<Confusion> {
        let row = |i: usize| self.counts[i].iter().sum::<u64>();
        let column = |i: usize| self.counts.iter().map(|row| row[i]).sum::<u64>();
        let n = (0..N).map(row).sum();
        if n == 0 {
            return None;
        }
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let recalls = (0..N).filter(|i| row(*i) > 0).map(|i| self.counts[i][i] as f64 / row(i) as f64).collect();
        let f1 = (0..N).filter(|i| row(*i) + column(*i) > 0);
        let f1 = f1.map(|i| 2.0 * self.counts[i][i] as f64 / (row(i) + column(i)) as f64).collect();
        Some(Confusion {
            labels: self.labels.iter().map(|label| (*label).to_owned()).collect(),
            counts: self.counts.iter().map(|row| row.to_vec()).collect(),
            n,
            balanced_accuracy: mean(recalls),
            macro_f1: mean(f1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_the_labels_that_occur() {
        let mut tally = ConfusionTally::new(["a", "b", "c"]);
        assert!(tally.confusion().is_none());
        for (truth, given) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
            tally.add(truth, given);
        }
        let confusion = tally.confusion().unwrap();
        assert_eq!((confusion.n, confusion.counts[0][1]), (4, 1));
        assert!((confusion.balanced_accuracy - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
        // a: 2·2/(3+2), b: 2·1/(1+2).
        assert!((confusion.macro_f1 - (0.8 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }
}
