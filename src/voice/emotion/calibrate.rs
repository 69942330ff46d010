//! From scores to probabilities that can be taken at their word, and the measure of how far they can.

use super::fit::softmax;

/// The temperature (Guo et al. 2017) that minimises the weighted negative log-likelihood, found by golden section over
/// its logarithm, between 0.1 and 10.
pub(super) fn fit_temperature(scores: &[Vec<f64>], labels: &[usize], weights: &[f64]) -> f64 {
    let loss = |log_temperature: f64| -> f64 {
        let divide = (-log_temperature).exp();
        let one = |((scores, &label), weight): ((&Vec<f64>, &usize), &f64)| {
            let tempered: Vec<f64> = scores.iter().map(|s| s * divide).collect();
            -weight * softmax(&tempered)[label].max(1e-300).ln()
        };
        scores.iter().zip(labels).zip(weights).map(one).sum()
    };
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (0.1f64.ln(), 10f64.ln());
    for _ in 0..40 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if loss(left) < loss(right) { high = right } else { low = left }
    }
    (0.5 * (low + high)).exp()
}

/// Slope and offset of log-odds (Platt 1999) by Newton's method, with a weak pull toward slope 1 and offset 0.
pub(super) fn fit_platt(log_odds: &[f64], truth: &[bool], weights: &[f64]) -> (f64, f64) {
    let (mut slope, mut offset) = (1.0f64, 0.0f64);
    for _ in 0..50 {
        let (mut gradient, mut hessian) = ([slope - 1.0, offset], [1.0, 0.0, 1.0]);
        for ((&x, &is), &w) in log_odds.iter().zip(truth).zip(weights) {
            let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
            let error = w * (p - f64::from(u8::from(is)));
            gradient = [gradient[0] + error * x, gradient[1] + error];
            let curvature = w * p * (1.0 - p);
            hessian = [hessian[0] + curvature * x * x, hessian[1] + curvature * x, hessian[2] + curvature];
        }
        let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        let step = [
            (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
            (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
        ];
        slope = (slope - step[0].clamp(-0.5, 0.5)).clamp(0.05, 5.0);
        offset = (offset - step[1].clamp(-0.5, 0.5)).clamp(-10.0, 10.0);
        if step.iter().all(|s| s.abs() < 1e-6) {
            break;
        }
    }
    (slope, offset)
}

/// Expected calibration error over ten bins of equal width: Σ share of bin · |mean probability − share of true|.
pub(super) fn expected_calibration_error(probabilities: &[f64], truth: &[bool]) -> f64 {
    let mut bins = [(0usize, 0.0f64, 0.0f64); 10];
    for (&p, &is) in probabilities.iter().zip(truth) {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + p, bin.2 + f64::from(u8::from(is)));
    }
    let total = probabilities.len().max(1) as f64;
    bins.iter().map(|(_, predicted, seen)| (predicted - seen).abs() / total).sum()
}

/// Area under the receiver operating characteristic: how often a true case scores above a false one (ties half).
/// None when one side is empty.
pub(super) fn area_under_curve(scores: &[f64], truth: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let positives = truth.iter().filter(|&&t| t).count() as f64;
    let negatives = truth.len() as f64 - positives;
    let (mut rank_sum, mut i) = (0.0, 0);
    while i < order.len() {
        let tie = order[i..].iter().take_while(|&&j| scores[j] == scores[order[i]]).count();
        let rank = i as f64 + 0.5 * (tie as f64 + 1.0);
        rank_sum += rank * order[i..i + tie].iter().filter(|&&j| truth[j]).count() as f64;
        i += tie;
    }
    let area = (rank_sum - 0.5 * positives * (positives + 1.0)) / (positives * negatives);
    (positives > 0.0 && negatives > 0.0).then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that are three times too bold are cooled by three.
    #[test]
    fn temperature_undoes_boldness() {
        let (mut scores, mut labels) = (Vec::new(), Vec::new());
        for i in 0..2000 {
            let log_odds = (f64::from(i) * 0.37).sin() * 2.0;
            let p = 1.0 / (1.0 + (-log_odds).exp());
            scores.push(vec![3.0 * log_odds, 0.0]);
            labels.push(usize::from((f64::from(i) * 0.618_034).fract() > p));
        }
        let weights = vec![1.0; labels.len()];
        let temperature = fit_temperature(&scores, &labels, &weights);
        assert!((temperature - 3.0).abs() < 0.4, "{temperature}");
        let log_odds: Vec<f64> = scores.iter().map(|s| s[0]).collect();
        let truth: Vec<bool> = labels.iter().map(|&l| l == 0).collect();
        let (slope, offset) = fit_platt(&log_odds, &truth, &weights);
        assert!((slope - 1.0 / 3.0).abs() < 0.05 && offset.abs() < 0.2, "{slope} {offset}");
        let calibrated: Vec<f64> = log_odds.iter().map(|x| 1.0 / (1.0 + (-(slope * x + offset)).exp())).collect();
        let bold: Vec<f64> = log_odds.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
        assert!(expected_calibration_error(&calibrated, &truth) < 0.05);
        assert!(expected_calibration_error(&bold, &truth) > 0.1);
    }

    #[test]
    fn areas_by_hand() {
        assert_eq!(area_under_curve(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
        assert_eq!(area_under_curve(&[0.5, 0.5], &[false, true]), Some(0.5));
        assert_eq!(area_under_curve(&[0.5], &[true]), None);
    }
}
