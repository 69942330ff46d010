//! Band-limited interpolation of a correlation function between its samples.

use std::f64::consts::PI;

/// A correlation over lags −n..=n, stored so that lag 0 is in the middle: it is even, so both sides hold the same.
#[derive(Debug)]
pub(super) struct Correlation {
    values: Vec<f64>,
    longest: usize,
}

impl Correlation {
    /// All zero but lag 0, which is 1.
    pub(super) fn new(longest: usize) -> Self {
        let mut values = vec![0.0; 2 * longest + 1];
        values[longest] = 1.0;
        Self { values, longest }
    }

    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    pub(super) fn at(&self, lag: usize) -> f64 {
        self.values[self.longest + lag]
    }

    pub(super) fn set(&mut self, lag: usize, value: f64) {
        let value = if value.is_finite() { value } else { 0.0 };
        self.values[self.longest + lag] = value;
        self.values[self.longest - lag] = value;
    }

    /// Whether the value at `lag` is a local maximum. `lag` is at least 1 and below the longest.
    pub(super) fn is_peak(&self, lag: usize) -> bool {
        self.at(lag) > self.at(lag - 1) && self.at(lag) >= self.at(lag + 1)
    }

    /// The value at a real `lag` by sin(x)/x interpolation under a raised-cosine (Hann) window that reaches `depth`
    /// samples to each side, or to the end of what is known (Boersma 1993, equations 22 and 23).
    pub(super) fn interpolate(&self, lag: f64, depth: usize) -> f64 {
        let place = (lag + self.longest as f64).clamp(0.0, (self.values.len() - 1) as f64);
        let left = place.floor() as usize;
        let offset = place - left as f64;
        if offset < 1e-12 {
            return self.values[left];
        }
        // Both wings hold equally many samples, so that the window stays symmetric.
        let wing = depth.min(left + 1).min(self.values.len() - 1 - left);
        let sine = (PI * offset).sin() / PI;
        let before = self.values[..=left].iter().rev().take(wing);
        let after = self.values[left + 1..].iter().take(wing);
        let reach = wing as f64;
        sine * (wing_sum(before, offset, offset + reach) + wing_sum(after, 1.0 - offset, 1.0 - offset + reach))
    }

    /// The maximum beside the sampled peak at `lag`: its real lag and its value.
    ///
    /// Two rounds of a parabola through the interpolated function, ±0.1 and then ±0.02 samples wide: the function is
    /// smooth at that scale, so the lag is right to about 1e-4 samples.
    pub(super) fn refine_peak(&self, lag: usize, depth: usize) -> (f64, f64) {
        let mut best = self.parabolic_peak(lag);
        for step in [0.1, 0.02] {
            let [low, middle, high] = [best - step, best, best + step].map(|x| self.interpolate(x, depth));
            let curvature = 2.0 * middle - low - high;
            if curvature > 0.0 {
                best += (0.5 * step * (high - low) / curvature).clamp(-3.0 * step, 3.0 * step);
            }
        }
        (best, self.interpolate(best, depth))
    }

    /// First estimate: the vertex of the parabola through a sampled peak and its neighbours.
    pub(super) fn parabolic_peak(&self, lag: usize) -> f64 {
        let (low, middle, high) = (self.at(lag - 1), self.at(lag), self.at(lag + 1));
        let curvature = 2.0 * middle - low - high;
        if curvature > 0.0 { lag as f64 + 0.5 * (high - low) / curvature } else { lag as f64 }
    }
}

/// Σ (−1)^k · y_k / d_k · ½(1 + cos(π·d_k / reach)), with distances d_k = distance + k.
fn wing_sum<'a>(values: impl Iterator<Item = &'a f64>, distance: f64, reach: f64) -> f64 {
    let step = PI / reach;
    // cos(a + step) = 2·cos(step)·cos(a) − cos(a − step): one cosine for the whole wing.
    let twice = 2.0 * step.cos();
    let mut cosine = (step * distance).cos();
    let mut previous = (step * (distance - 1.0)).cos();
    let mut sign = 0.5;
    let mut sum = 0.0;
    for (k, value) in values.enumerate() {
        sum += sign * value / (distance + k as f64) * (1.0 + cosine);
        (previous, cosine) = (cosine, twice * cosine - previous);
        sign = -sign;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_of_a_sampled_cosine_is_found_between_samples() {
        for period in [20.3, 57.77, 133.01] {
            let mut correlation = Correlation::new(320);
            for lag in 0..=320 {
                correlation.set(lag, (2.0 * PI * lag as f64 / period).cos());
            }
            let nearest = period.round() as usize;
            let (lag, value) = correlation.refine_peak(nearest, 70);
            assert!((lag - period).abs() < 1e-3, "period {period}: {lag}");
            assert!((value - 1.0).abs() < 1e-4, "period {period}: {value}");
        }
    }

    #[test]
    fn samples_are_kept_and_ends_are_safe() {
        let mut correlation = Correlation::new(3);
        correlation.set(2, 0.7);
        correlation.set(3, f64::NAN);
        assert_eq!(correlation.interpolate(2.0, 30), 0.7);
        for lag in [-9.0, -2.5, 2.5, 3.0, 99.0] {
            assert!(correlation.interpolate(lag, 30).is_finite());
        }
    }
}
