//! From scores to probabilities that can be taken at their word, and the measure of how far they can.

use super::fit::{minimise, softmax};

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

/// Log-odds as they are to be believed (Platt 1999): slope · log-odds + offset, and the slope grows with how much was said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Platt {
    /// At one second of speech.
    pub(super) slope: f64,
    /// What the slope gains as the seconds grow e-fold.
    pub(super) growth: f64,
    pub(super) offset: f64,
    /// The fewest and the most seconds that it was fitted on; beyond them nothing grows.
    pub(super) seconds: [f64; 2],
}

/// Whatever the growth, more log-odds are never less probable.
const LEAST_SLOPE: f64 = 0.05;
/// Shares of the fitted recordings that are shorter and longer than [`Platt::seconds`].
const TAIL: f64 = 0.05;

impl Platt {
    /// By regularised maximum likelihood, with a weak pull toward slope 1, growth 0 and offset 0.
    pub(super) fn fit(log_odds: &[f64], seconds: &[f64], truth: &[bool], weights: &[f64]) -> Self {
        let mut sorted = seconds.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| sorted.get((share * sorted.len() as f64) as usize).copied().unwrap_or(1.0).max(1e-3);
        let ends = [at(TAIL), at(1.0 - TAIL)];
        let objective = |at: &[f64]| {
            let mut value = 0.5 * ((at[0] - 1.0).powi(2) + at[1].powi(2) + at[2].powi(2));
            let mut gradient = vec![at[0] - 1.0, at[1], at[2]];
            for (((&x, &seconds), &is), &weight) in log_odds.iter().zip(seconds).zip(truth).zip(weights) {
                let features = [x, x * seconds.clamp(ends[0], ends[1]).ln(), 1.0];
                let sum: f64 = features.iter().zip(at).map(|(feature, weight)| feature * weight).sum();
                let margin = if is { sum } else { -sum };
                value += weight * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0));
                let error = weight * (1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(is)));
                gradient.iter_mut().zip(features).for_each(|(slope, feature)| *slope += error * feature);
            }
            (value, gradient)
        };
        let found = minimise(vec![1.0, 0.0, 0.0], 1e-6 * log_odds.len().max(1) as f64, objective);
        Self { slope: found[0], growth: found[1], offset: found[2], seconds: ends }
    }

    /// The log-odds to be believed of those of so many seconds of speech.
    pub(super) fn believed(&self, log_odds: f64, seconds: f64) -> f64 {
        let seconds = seconds.clamp(self.seconds[0], self.seconds[1]);
        (self.slope + self.growth * seconds.ln()).max(LEAST_SLOPE) * log_odds + self.offset
    }
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
        let platt = Platt::fit(&log_odds, &vec![2.0; log_odds.len()], &truth, &weights);
        let slope = platt.believed(1.0, 2.0) - platt.believed(0.0, 2.0);
        assert!((slope - 1.0 / 3.0).abs() < 0.05 && platt.believed(0.0, 2.0).abs() < 0.2, "{platt:?}");
        let calibrated: Vec<f64> = log_odds.iter().map(|&x| 1.0 / (1.0 + (-platt.believed(x, 2.0)).exp())).collect();
        let bold: Vec<f64> = log_odds.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
        assert!(expected_calibration_error(&calibrated, &truth) < 0.05);
        assert!(expected_calibration_error(&bold, &truth) > 0.1);
    }

    /// Log-odds that are twice too bold in half a second, and right in two.
    #[test]
    fn what_is_short_is_believed_less() {
        let (mut log_odds, mut seconds, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..4000 {
            let (right, short) = ((f64::from(i) * 0.37).sin() * 3.0, i % 2 == 0);
            log_odds.push(if short { 2.0 * right } else { right });
            seconds.push(if short { 0.5 } else { 2.0 });
            truth.push((f64::from(i) * 0.618_034).fract() < 1.0 / (1.0 + (-right).exp()));
        }
        let platt = Platt::fit(&log_odds, &seconds, &truth, &vec![1.0; 4000]);
        let slope = |seconds: f64| platt.believed(1.0, seconds) - platt.believed(0.0, seconds);
        assert!((slope(0.5) - 0.5).abs() < 0.06 && (slope(2.0) - 1.0).abs() < 0.1, "{platt:?}");
        // Not beyond what it was fitted on.
        assert_eq!((slope(0.0), slope(60.0)), (slope(0.5), slope(2.0)));
        assert_eq!(platt.believed(1.0, f64::INFINITY), platt.believed(1.0, 2.0));
    }

    #[test]
    fn areas_by_hand() {
        assert_eq!(area_under_curve(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
        assert_eq!(area_under_curve(&[0.5, 0.5], &[false, true]), Some(0.5));
        assert_eq!(area_under_curve(&[0.5], &[true]), None);
    }
}
