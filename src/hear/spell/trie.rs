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
        if paths.sounding + paths.paused == 0.0 {
            self.reached.push(node);
        }
        paths.sounding += sounding;
        paths.paused += paused;
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
        let (mut now, mut next) = (Front::new(self.nodes.len()), Front::new(self.nodes.len()));
        now.add(0, 0.0, 1.0);
        for row in rows.rows() {
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
            std::mem::swap(&mut now, &mut next);
        }
        let whole = |node: usize| now.paths[node].sounding + now.paths[node].paused;
        let mut probabilities = vec![0.0; self.answers];
        for &(node, number) in &self.ends {
            probabilities[number] = whole(node);
        }
        probabilities
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
    fn without_states_nothing_was_said() {
        let trie = Trie::new([vec![1], vec![]].into_iter());
        assert_eq!(trie.probabilities(&Matrix::default()), [0.0, 0.0]);
    }
}
