//! Every answer of a closed set in one pass: how probable each is as a whole, given what was spelt state by state.
//!
//! The forward recursion of connectionist temporal classification (Graves et al. 2006, section 4.1), over a tree of
//! the answers' units instead of one answer: beginnings that answers share are computed once, and followed only while they
//! can still end in something that counts.

use std::collections::HashMap;

use crate::neural::Matrix;

/// Less likely beginnings are given up. Against any speech (`background.rs`) what counts is a hundred-thousandth and above.
const GIVEN_UP: f64 = 1e-12;

/// Tree of unit sequences.
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// Nodes at which an answer ends, with its number.
    ends: Vec<(usize, usize)>,
    answers: usize,
}

#[derive(Clone, Default)]
struct Node {
    /// Of the root: 0, which is no node's.
    unit: usize,
    /// Their units and numbers.
    children: Vec<(usize, usize)>,
}

/// How probable the paths are that end at a node: in its own unit, and in a pause after it.
#[derive(Clone, Copy, Default)]
struct Paths {
    sounding: f64,
    paused: f64,
}

impl Paths {
    fn either(&self) -> f64 {
        self.sounding + self.paused
    }
}

/// The paths of all nodes, with a list of those that have any.
struct Front {
    paths: Vec<Paths>,
    reached: Vec<usize>,
}

impl Front {
    fn new(nodes: usize) -> Self {
        Self { paths: vec![Paths::default(); nodes], reached: Vec::new() }
    }

    fn add(&mut self, node: usize, sounding: f64, paused: f64) {
        if sounding + paused < GIVEN_UP {
            return;
        }
        let paths = &mut self.paths[node];
        if paths.either() == 0.0 {
            self.reached.push(node);
        }
        paths.sounding += sounding;
        paths.paused += paused;
    }

    /// An answer may begin here, whatever was said before.
    fn begin(&mut self) {
        if self.paths[0].either() == 0.0 {
            self.reached.push(0);
        }
        self.paths[0] = Paths { sounding: 0.0, paused: 1.0 };
    }

    fn clear(&mut self) {
        for node in self.reached.drain(..) {
            self.paths[node] = Paths::default();
        }
    }
}

impl Trie {
    /// Of the answers `0..`, each a sequence of units above 0. An empty one is never said.
    pub(super) fn new(answers: impl Iterator<Item = Vec<usize>>) -> Self {
        let mut trie = Self { nodes: vec![Node::default()], ends: Vec::new(), answers: 0 };
        let mut known = HashMap::new();
        for (number, units) in answers.enumerate() {
            trie.answers = number + 1;
            if units.is_empty() {
                continue;
            }
            let end = units.into_iter().fold(0, |parent, unit| {
                *known.entry((parent, unit)).or_insert_with(|| {
                    let node = trie.nodes.len();
                    trie.nodes.push(Node { unit, ..Node::default() });
                    trie.nodes[parent].children.push((unit, node));
                    node
                })
            });
            trie.ends.push((end, number));
        }
        trie
    }

    /// The probability of each answer by its number: that its units, and nothing else, were said. A row has the
    /// probabilities of a pause and of each unit, or multiples of them; what comes to less than 1e-12 may be told as 0.
    pub(super) fn probabilities(&self, rows: &Matrix) -> Vec<f64> {
        self.ended(&self.follow(rows, false, |_| ()))
    }

    /// After each state, what `each` makes of how probable every answer is that ends there or has ended in a pause, by its number,
    /// with any speech before it. The rows have to be multiples of what any speech is worth (`background.rs`), which makes speech until
    /// any state, and from it on, count one.
    pub(super) fn anywhere<T>(&self, rows: &Matrix, mut each: impl FnMut(&[f64]) -> T) -> Vec<T> {
        let mut by_state = Vec::with_capacity(rows.len());
        self.follow(rows, true, |front| by_state.push(each(&self.ended(front))));
        by_state
    }

    /// The same of what was said first, with nothing but a pause before it.
    pub(super) fn first<T>(&self, rows: &Matrix, mut each: impl FnMut(&[f64]) -> T) -> Vec<T> {
        let mut by_state = Vec::with_capacity(rows.len());
        self.follow(rows, false, |front| by_state.push(each(&self.ended(front))));
        by_state
    }

    /// The same of what was said last, with nothing but a pause after it.
    pub(super) fn last(&self, rows: &Matrix) -> Vec<f64> {
        self.ended(&self.follow(rows, true, |_| ()))
    }

    /// The front after all states, and `after` each of them. An answer begins at the first state or, where it may, at any.
    fn follow(&self, rows: &Matrix, begins_anywhere: bool, mut after: impl FnMut(&Front)) -> Front {
        let (mut now, mut next) = (Front::new(self.nodes.len()), Front::new(self.nodes.len()));
        now.begin();
        for row in rows.rows() {
            if begins_anywhere {
                now.begin();
            }
            self.step(&mut now, &mut next, row);
            after(&now);
        }
        now
    }

    /// Of each answer that it ends here.
    fn ended(&self, front: &Front) -> Vec<f64> {
        let mut probabilities = vec![0.0; self.answers];
        for &(node, number) in &self.ends {
            probabilities[number] = front.paths[node].either();
        }
        probabilities
    }

    /// From one state to the next.
    fn step(&self, now: &mut Front, next: &mut Front, row: &[f32]) {
        let probability = |unit: usize| f64::from(row[unit]);
        for &at in &now.reached {
            let (node, Paths { sounding, paused }) = (&self.nodes[at], now.paths[at]);
            next.add(at, sounding * probability(node.unit), (sounding + paused) * probability(0));
            for &(unit, child) in &node.children {
                // Said twice, a unit needs a pause between.
                let entering = if unit == node.unit { paused } else { sounding + paused };
                next.add(child, entering * probability(unit), 0.0);
            }
        }
        now.clear();
        std::mem::swap(now, next);
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
        for (units, probability) in answers.iter().zip(trie.probabilities(&rows)) {
            let wanted = by_paths(&rows, units);
            assert!((probability - wanted).abs() < 1e-12, "{units:?}: {probability}, {wanted}");
        }
    }

    #[test]
    fn anywhere_is_from_whatever_beginning() {
        let rows = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.2, 0.4], [0.2, 0.1, 0.7], [0.6, 0.3, 0.1]];
        // As if any speech were worth a fifth of a state: all are worth more than that at some places.
        let rows: Vec<[f32; 3]> = rows.map(|row| row.map(|p| 5.0 * p)).to_vec();
        let answers = [vec![1], vec![1, 2], vec![1, 1], vec![2, 1, 2], vec![2]];
        let trie = Trie::new(answers.iter().cloned());
        let by_state = trie.anywhere(&Matrix::new(rows.concat(), 3), <[f64]>::to_vec);
        for (number, units) in answers.iter().enumerate() {
            // Each path that ends at one state, from wherever it began, counts.
            let to = |end: usize| {
                (0..end)
                    .map(|begin| {
                        let part = Matrix::new(rows[begin..end].concat(), 3);
                        // What begins with a pause has begun at a later state.
                        let paused = match begin + 1 < end {
                            true => {
                                f64::from(rows[begin][0])
                                    * by_paths(&Matrix::new(rows[begin + 1..end].concat(), 3), units)
                            }
                            false => 0.0,
                        };
                        by_paths(&part, units) - paused
                    })
                    .sum::<f64>()
            };
            for (at, probabilities) in by_state.iter().enumerate() {
                let (probability, wanted) = (probabilities[number], to(at + 1));
                assert!(
                    (probability - wanted).abs() < 1e-6 * (1.0 + wanted),
                    "{units:?}, {at}: {probability}, {wanted}"
                );
            }
        }
    }

    #[test]
    fn first_is_with_nothing_before_it_and_last_with_nothing_after_it() {
        let rows = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.2, 0.4], [0.2, 0.1, 0.7]];
        let rows: Vec<[f32; 3]> = rows.map(|row| row.map(|p| 5.0 * p)).to_vec();
        let trie = Trie::new([vec![1], vec![1, 2], vec![2, 1]].into_iter());
        let of = |rows: &[[f32; 3]]| Matrix::new(rows.concat(), 3);
        for (at, probabilities) in trie.first(&of(&rows), <[f64]>::to_vec).iter().enumerate() {
            assert_eq!(*probabilities, trie.probabilities(&of(&rows[..=at])));
        }
        assert_eq!(trie.anywhere(&of(&rows), <[f64]>::to_vec).last(), Some(&trie.last(&of(&rows))));
    }

    #[test]
    fn without_states_nothing_was_said() {
        let trie = Trie::new([vec![1], vec![]].into_iter());
        assert_eq!(trie.probabilities(&Matrix::default()), [0.0, 0.0]);
        assert!(trie.anywhere(&Matrix::default(), <[f64]>::to_vec).is_empty());
    }
}
