//! Every answer of a closed set in one pass: how probable each is as a whole, given what was spelt state by state.
//!
//! The forward recursion of connectionist temporal classification (Graves et al. 2006, section 4.1), over a tree of
//! the answers' units instead of one answer: beginnings that answers share are computed once.

use crate::neural::Matrix;

/// Less likely beginnings are given up: they can end in nothing that counts, and numbers too small for the processor's
/// usual way are slow.
const GIVEN_UP: f64 = 1e-20;

/// Tree of unit sequences. Nodes stand after their parents.
pub(super) struct Trie {
    parents: Vec<usize>,
    /// Of the root: 0, which is never asked.
    units: Vec<usize>,
    /// Nodes at which an answer ends, with its number.
    ends: Vec<(usize, usize)>,
}

impl Trie {
    /// Of the answers `0..`, each a sequence of units above 0. Empty ones are left out.
    pub(super) fn new(answers: impl Iterator<Item = Vec<usize>>) -> Self {
        let mut trie = Self { parents: vec![0], units: vec![0], ends: Vec::new() };
        let mut children = std::collections::HashMap::new();
        for (number, units) in answers.enumerate().filter(|(_, units)| !units.is_empty()) {
            let node = units.into_iter().fold(0, |parent, unit| {
                *children.entry((parent, unit)).or_insert_with(|| {
                    trie.parents.push(parent);
                    trie.units.push(unit);
                    trie.units.len() - 1
                })
            });
            trie.ends.push((node, number));
        }
        trie
    }

    /// The probability of each answer with its number: that its units, and nothing else, were said. A row has the
    /// probabilities of a pause and of each unit, or multiples of them; what comes to less than 1e-20 may be told as 0.
    pub(super) fn probabilities(&self, rows: &Matrix) -> Vec<(usize, f64)> {
        // Paths that end at a node in its own unit, and in a pause after it.
        let mut sounding = vec![0.0f64; self.units.len()];
        let mut paused = sounding.clone();
        paused[0] = 1.0;
        for row in rows.rows() {
            let pause = f64::from(row[0]);
            // From the leaves up: what stands at the parent is still that of the state before.
            for node in (1..self.units.len()).rev() {
                let (parent, unit) = (self.parents[node], self.units[node]);
                let (own, own_paused) = (sounding[node], paused[node]);
                // Said twice, a unit needs a pause between.
                let entering = if self.units[parent] == unit { 0.0 } else { sounding[parent] };
                let arriving = own + entering + paused[parent];
                if arriving + own_paused < GIVEN_UP {
                    (sounding[node], paused[node]) = (0.0, 0.0);
                    continue;
                }
                sounding[node] = arriving * f64::from(row[unit]);
                paused[node] = (own + own_paused) * pause;
            }
            paused[0] *= pause;
        }
        self.ends.iter().map(|(node, number)| (*number, sounding[*node] + paused[*node])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability of `units` by adding up every path of units and pauses that collapses to it.
    fn by_paths(rows: &Matrix, units: &[usize]) -> f64 {
        let width = rows.width();
        (0..width.pow(rows.len() as u32))
            .map(|number| {
                let path: Vec<usize> = (0..rows.len()).map(|at| number / width.pow(at as u32) % width).collect();
                let mut collapsed = path.clone();
                collapsed.dedup();
                collapsed.retain(|unit| *unit > 0);
                let probability: f64 = path.iter().zip(rows.rows()).map(|(unit, row)| f64::from(row[*unit])).product();
                if collapsed == units { probability } else { 0.0 }
            })
            .sum()
    }

    #[test]
    fn the_tree_gives_what_adding_up_all_paths_gives() {
        let rows = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.2, 0.4], [0.2, 0.1, 0.7], [0.6, 0.3, 0.1]];
        let rows = Matrix::new(rows.concat(), 3);
        let answers = [vec![1], vec![1, 2], vec![1, 1], vec![2, 1, 2], vec![2], vec![1, 2, 2]];
        let trie = Trie::new(answers.iter().cloned());
        for (number, probability) in trie.probabilities(&rows) {
            let wanted = by_paths(&rows, &answers[number]);
            assert!((probability - wanted).abs() < 1e-12, "{:?}: {probability}, {wanted}", answers[number]);
        }
    }

    #[test]
    fn without_states_nothing_was_said() {
        let trie = Trie::new([vec![1], vec![]].into_iter());
        assert_eq!(trie.probabilities(&Matrix::default()), [(0, 0.0)]);
    }
}
