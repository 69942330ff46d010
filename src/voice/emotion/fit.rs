//! Multinomial logistic regression with L2, and a penalty on what moves ordinary speech, fitted by L-BFGS: small,
//! deterministic, no randomness at all.

use crate::error::{Error, ErrorKind, Result};

const MEMORY: usize = 10;
const ITERATIONS: usize = 200;
/// Stop when no slope is larger than this share of one example's.
const TOLERANCE: f64 = 1e-3;
/// Examples whose slopes are summed in f32.
const BLOCK: usize = 64;

/// Labelled, weighted vectors of equal width.
#[derive(Clone, Debug, Default)]
pub(super) struct Examples {
    pub(super) vectors: Vec<Vec<f32>>,
    /// Class of each vector, below `classes`.
    pub(super) labels: Vec<usize>,
    pub(super) weights: Vec<f64>,
    pub(super) classes: usize,
}

impl Examples {
    /// Gives every class the same total weight, and examples a mean weight of 1.
    pub(super) fn balance(&mut self) {
        let mut totals = vec![0.0; self.classes];
        for (&label, &weight) in self.labels.iter().zip(&self.weights) {
            totals[label] += weight;
        }
        let present = totals.iter().filter(|&&t| t > 0.0).count().max(1) as f64;
        let share = self.labels.len() as f64 / present;
        for (label, weight) in self.labels.iter().zip(&mut self.weights) {
            *weight *= share / totals[*label];
        }
    }
}

/// Vectors that should all score alike: what differs among them is no emotion.
#[derive(Clone, Debug, Default)]
pub(super) struct Alike {
    vectors: Vec<Vec<f32>>,
    /// Of the mean squared score against ½‖W‖².
    weight: f64,
}

impl Alike {
    /// `share` is the penalty along a direction of average variance, as a share of that of ½‖W‖². Vectors are centred.
    pub(super) fn new(mut vectors: Vec<Vec<f32>>, share: f64) -> Self {
        let (count, width) = (vectors.len().max(1), vectors.first().map_or(0, Vec::len));
        let mut centre = vec![0.0f64; width];
        for vector in &vectors {
            centre.iter_mut().zip(vector).for_each(|(c, &x)| *c += f64::from(x) / count as f64);
        }
        let mut variance = 0.0;
        for vector in &mut vectors {
            vector.iter_mut().zip(&centre).for_each(|(x, c)| *x -= *c as f32);
            variance += dot(vector, vector) / (count * width.max(1)) as f64;
        }
        let weight = if variance > 1e-12 { share / variance } else { 0.0 };
        Self { vectors, weight }
    }
}

/// Weights of a linear classifier: one row and one bias per class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Linear {
    pub(super) rows: Vec<Vec<f32>>,
    pub(super) biases: Vec<f32>,
}

impl Linear {
    fn flat(&self) -> Vec<f64> {
        let rows = self.rows.iter().zip(&self.biases);
        rows.flat_map(|(row, bias)| row.iter().chain([bias]).map(|&w| f64::from(w))).collect()
    }

    /// Raw scores, one per class.
    pub(super) fn scores(&self, vector: &[f32]) -> Vec<f32> {
        self.rows.iter().zip(&self.biases).map(|(row, bias)| dot(row, vector) as f32 + bias).collect()
    }
}

/// `start` is where to begin: a solution of a similar problem saves most of the work.
///
/// Minimises ½‖W‖² + ½ · alike.weight · mean ‖W·v‖² over the vectors v that should score alike + strength · Σ weight ·
/// cross-entropy; biases are free. Vectors should be standardised. The second term is that of within-class covariance
/// normalisation (Hatch, Kajarekar & Stolcke 2006, Within-class covariance normalization for SVM-based speaker
/// recognition), with ordinary speech as the one class and the identity to smooth it.
///
/// # Errors
/// [`ErrorKind::Usage`] when there is no example, or fewer than two classes occur.
pub(super) fn fit(examples: &Examples, alike: &Alike, strength: f64, start: Option<&Linear>) -> Result<Linear> {
    let width = examples.vectors.first().map_or(0, Vec::len);
    let mut seen = vec![false; examples.classes];
    examples.labels.iter().for_each(|&label| seen[label] = true);
    if width == 0 || seen.iter().filter(|&&s| s).count() < 2 {
        let problem = "expected labelled recordings of at least two classes; add some to the manifest";
        return Err(Error::new(ErrorKind::Usage, "training set", problem));
    }
    let size = examples.classes * (width + 1);
    let begin = start.map_or_else(|| vec![0.0; size], Linear::flat);
    let tolerance = TOLERANCE * strength;
    let solution = minimise(begin, tolerance, |at| objective(examples, alike, strength, width, at));
    let rows = solution.chunks(width + 1);
    Ok(Linear {
        rows: rows.clone().map(|row| row[..width].iter().map(|&w| w as f32).collect()).collect(),
        biases: rows.map(|row| row[width] as f32).collect(),
    })
}

fn objective(examples: &Examples, alike: &Alike, strength: f64, width: usize, at: &[f64]) -> (f64, Vec<f64>) {
    let narrow: Vec<f32> = at.iter().map(|&w| w as f32).collect();
    let mut gradient = vec![0.0; at.len()];
    let mut value = 0.0;
    for (row, slope) in at.chunks(width + 1).zip(gradient.chunks_mut(width + 1)) {
        for (w, g) in row[..width].iter().zip(slope) {
            value += 0.5 * w * w;
            *g = *w;
        }
    }
    // Slopes are summed in f32, which the compiler can put into vector registers, and widened before they lose digits.
    let mut partial = vec![0.0f32; at.len()];
    let rows: Vec<usize> = (0..examples.vectors.len()).collect();
    for block in rows.chunks(BLOCK) {
        for &i in block {
            let (vector, label) = (&examples.vectors[i], examples.labels[i]);
            let weight = strength * examples.weights[i];
            let scores: Vec<f64> =
                narrow.chunks(width + 1).map(|row| dot(&row[..width], vector) + f64::from(row[width])).collect();
            let probabilities = softmax(&scores);
            value -= weight * probabilities[label].max(1e-300).ln();
            for (class, (p, slope)) in probabilities.iter().zip(partial.chunks_mut(width + 1)).enumerate() {
                let error = (weight * (p - f64::from(u8::from(class == label)))) as f32;
                slope.iter_mut().zip(vector).for_each(|(g, &x)| *g += error * x);
                slope[width] += error;
            }
        }
        gradient.iter_mut().zip(&mut partial).for_each(|(g, p)| *g += f64::from(std::mem::take(p)));
    }
    let weight = alike.weight / alike.vectors.len().max(1) as f64;
    for block in alike.vectors.chunks(BLOCK) {
        for vector in block {
            for (row, slope) in narrow.chunks(width + 1).zip(partial.chunks_mut(width + 1)) {
                let score = dot(&row[..width], vector);
                value += 0.5 * weight * score * score;
                let error = (weight * score) as f32;
                slope.iter_mut().zip(vector).for_each(|(g, &x)| *g += error * x);
            }
        }
        gradient.iter_mut().zip(&mut partial).for_each(|(g, p)| *g += f64::from(std::mem::take(p)));
    }
    (value, gradient)
}

/// Limited-memory BFGS (Nocedal & Wright 2006, algorithm 7.5) with a backtracking line search.
pub(super) fn minimise(mut at: Vec<f64>, tolerance: f64, objective: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let (mut value, mut gradient) = objective(&at);
    let mut history: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..ITERATIONS {
        if gradient.iter().all(|g| g.abs() < tolerance) {
            break;
        }
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut alphas = Vec::with_capacity(history.len());
        for (step, change, rho) in history.iter().rev() {
            let alpha = rho * inner(step, &direction);
            direction.iter_mut().zip(change).for_each(|(d, y)| *d -= alpha * y);
            alphas.push(alpha);
        }
        let scale = match history.last() {
            Some((_, change, rho)) => 1.0 / (rho * inner(change, change)),
            None => 1.0 / inner(&gradient, &gradient).sqrt(),
        };
        direction.iter_mut().for_each(|d| *d *= scale);
        for ((step, change, rho), alpha) in history.iter().zip(alphas.iter().rev()) {
            let beta = rho * inner(change, &direction);
            direction.iter_mut().zip(step).for_each(|(d, s)| *d += (alpha - beta) * s);
        }
        let slope = inner(&gradient, &direction);
        let mut length = 1.0;
        let (next, next_value, next_gradient) = loop {
            let next: Vec<f64> = at.iter().zip(&direction).map(|(x, d)| x + length * d).collect();
            let (next_value, next_gradient) = objective(&next);
            if next_value <= value + 1e-4 * length * slope {
                break (next, next_value, next_gradient);
            }
            length *= 0.5;
            if length < 1e-10 {
                return at;
            }
        };
        let step: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = inner(&step, &change);
        if curvature > 1e-12 {
            history.push((step, change, 1.0 / curvature));
            if history.len() > MEMORY {
                history.remove(0);
            }
        }
        (at, value, gradient) = (next, next_value, next_gradient);
    }
    at
}

pub(super) fn softmax(scores: &[f64]) -> Vec<f64> {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = scores.iter().map(|s| (s - highest).exp()).collect();
    let total: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|e| e / total).collect()
}

/// Inner product in sixteen lanes, which the compiler can put into vector registers.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0f32; 16];
    let (a_chunks, b_chunks) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..16 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().map(|&l| f64::from(l)).sum::<f64>() + f64::from(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes, one feature: at the optimum the gradient of the objective vanishes.
    #[test]
    fn the_solution_is_stationary_and_separates() {
        let vectors: Vec<Vec<f32>> = (0..40).map(|i| vec![i as f32 / 10.0 - 2.0, (i % 3) as f32]).collect();
        let labels: Vec<usize> = (0..40).map(|i| usize::from(i >= 20) + usize::from(i >= 30)).collect();
        let mut examples = Examples { weights: vec![1.0; 40], classes: 3, vectors, labels };
        examples.balance();
        let linear = fit(&examples, &Alike::default(), 1.0, None).unwrap();
        let (_, gradient) = objective(&examples, &Alike::default(), 1.0, 2, &linear.flat());
        assert!(gradient.iter().all(|g| g.abs() < 1e-2), "{gradient:?}");
        let best = |v: &Vec<f32>| {
            let scores = linear.scores(v);
            (0..3).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap()
        };
        let right = examples.vectors.iter().zip(&examples.labels).filter(|(v, l)| best(v) == **l).count();
        assert!(right >= 34, "{right} of 40");
    }

    #[test]
    fn one_class_is_refused() {
        let examples = Examples { vectors: vec![vec![1.0]; 3], labels: vec![0; 3], weights: vec![1.0; 3], classes: 2 };
        assert_eq!(fit(&examples, &Alike::default(), 1.0, None).unwrap_err().kind(), ErrorKind::Usage);
    }
}
