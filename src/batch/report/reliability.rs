//! How far stated confidence can be believed, and what is gained by giving up the least sure answers.

use serde::{Deserialize, Serialize};

use crate::batch::stats::Share;

const BINS: usize = 10;
/// Points of a coverage curve.
const POINTS: usize = 50;

/// Answers by confidence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reliability {
    pub n: u64,
    /// Mean distance between confidence and accuracy over ten even bins, weighted by their answers (Naeini et al. 2015).
    pub calibration_error: f64,
    /// Bins that hold answers.
    pub bins: Vec<Bin>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    /// Mean confidence of its answers.
    pub confidence: f64,
    pub right: Share,
}

/// What is right when only the surest share of answers is taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CoveragePoint {
    pub coverage: f64,
    /// The least confidence taken.
    pub confidence: f64,
    pub right: Share,
}

/// Confidence of each answer (0..=1) and whether it was right.
#[derive(Clone, Debug, Default)]
pub struct Confidences(Vec<(f32, bool)>);

impl Confidences {
    pub fn add(&mut self, confidence: f32, right: bool) {
        self.0.push((confidence.clamp(0.0, 1.0), right));
    }

    pub fn reliability(&self) -> Reliability {
        let mut bins = [(0.0f64, 0u64, 0u64); BINS];
        for (confidence, right) in &self.0 {
            let (sum, count, n) = &mut bins[((confidence * BINS as f32) as usize).min(BINS - 1)];
            *sum += f64::from(*confidence);
            *count += u64::from(*right);
            *n += 1;
        }
        let edge = |index: usize| index as f64 / BINS as f64;
        let bins: Vec<Bin> = bins
            .iter()
            .enumerate()
            .filter(|(_, (_, _, n))| *n > 0)
            .map(|(index, (sum, count, n))| Bin {
                from: edge(index),
                to: edge(index + 1),
                confidence: sum / *n as f64,
                right: Share::of(*count, *n),
            })
            .collect();
        let n = self.0.len() as f64;
        let distance = |bin: &Bin| (bin.confidence - bin.right.value.unwrap_or(0.0)).abs() * bin.right.n as f64;
        Reliability { n: self.0.len() as u64, calibration_error: bins.iter().map(distance).sum::<f64>() / n, bins }
    }
}

/// The surest first; answers of equal confidence are taken together.
pub fn coverage(confidences: &Confidences) -> Vec<CoveragePoint> {
    let mut sorted = confidences.0.clone();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n = sorted.len();
    let mut points: Vec<CoveragePoint> = Vec::new();
    let mut right = 0;
    for (index, (confidence, is_right)) in sorted.iter().enumerate() {
        right += u64::from(*is_right);
        let taken = index + 1;
        let ends_tie = sorted.get(taken).is_none_or(|next| next.0 < *confidence);
        let due = points.len() * n <= index * POINTS || taken == n;
        if ends_tie && due {
            points.push(CoveragePoint {
                coverage: taken as f64 / n as f64,
                confidence: f64::from(*confidence),
                right: Share::of(right, taken as u64),
            });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibrated_source_has_no_error_and_giving_up_the_unsure_pays() {
        let mut confidences = Confidences::default();
        for i in 0..1000 {
            confidences.add(0.75, i % 4 != 0);
            confidences.add(0.95, i % 20 != 0);
        }
        let reliability = confidences.reliability();
        assert!(reliability.calibration_error < 1e-6, "{reliability:?}");
        assert_eq!(reliability.bins.len(), 2);
        let curve = coverage(&confidences);
        assert_eq!(curve.len(), 2);
        assert_eq!((curve[0].coverage, curve[1].coverage), (0.5, 1.0));
        assert!(curve[0].right.value > curve[1].right.value);
    }

    #[test]
    fn the_curve_is_short_and_ends_with_all() {
        let mut confidences = Confidences::default();
        for i in 0..777 {
            confidences.add(i as f32 / 777.0, true);
        }
        let curve = coverage(&confidences);
        assert!(curve.len() <= POINTS + 1 && curve.last().unwrap().coverage == 1.0, "{}", curve.len());
        assert!(curve.windows(2).all(|pair| pair[0].coverage < pair[1].coverage));
    }
}
