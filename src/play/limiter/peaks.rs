//! Inter-sample peaks by four-fold interpolation, after ITU-R BS.1770-4 annex 2.

use std::f64::consts::PI;

/// Taps of the interpolator at the signal's own rate; a point lies between the middle two.
pub(super) const TAPS: usize = 12;
/// Interpolated points between two samples.
const PHASES: usize = 3;
/// Frames judged together: one value of the gain control.
pub(super) const GROUP: usize = 8;
/// Samples that judging one group takes: those on which its interpolated points rest.
const REACH: usize = GROUP + TAPS - 1;

/// Finds the largest absolute value of a group of frames and of the three points after each.
pub(super) struct PeakFinder {
    taps: [[f32; TAPS]; PHASES],
    /// No interpolated point exceeds this times the largest sample it rests on (the largest sum of |taps|).
    overshoot: f32,
}

impl PeakFinder {
    pub(super) fn new() -> Self {
        let mut taps = [[0.0; TAPS]; PHASES];
        let half = TAPS as f64 / 2.0;
        for (phase, taps) in taps.iter_mut().enumerate() {
            let shift = (phase + 1) as f64 / (PHASES + 1) as f64;
            for (i, tap) in taps.iter_mut().enumerate() {
                // Distance of the sample from the interpolated point, in samples.
                let x = i as f64 - (half - 1.0) - shift;
                let window = (PI * x / (2.0 * half)).cos().powi(2);
                *tap = ((PI * x).sin() / (PI * x) * window) as f32;
            }
            // Unity at 0 Hz, so that a plateau is not read too low.
            let sum: f32 = taps.iter().sum();
            taps.iter_mut().for_each(|tap| *tap /= sum);
        }
        let overshoot = taps.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum()).fold(1.0, f32::max);
        Self { taps, overshoot }
    }

    /// Whether no point that rests on samples up to `largest` can exceed `ceiling`.
    pub(super) fn is_safe(&self, largest: f32, ceiling: f32) -> bool {
        largest * self.overshoot <= ceiling
    }

    /// The group whose first frame is `frame`; the samples from `frame − 5` to `frame + 13` must be there.
    pub(super) fn group_peak(&self, channel: &[f32], frame: usize, ceiling: f32) -> f32 {
        let from = frame + 1 - TAPS / 2;
        let samples: &[f32] = &channel[from..from + REACH];
        let around = largest(samples);
        if self.is_safe(around, ceiling) {
            // Not above the ceiling: its exact height does not matter.
            return 0.0;
        }
        let mut peak = largest(&channel[frame..frame + GROUP]);
        for taps in &self.taps {
            let mut points = [0.0f32; GROUP];
            for (i, tap) in taps.iter().enumerate() {
                for (point, sample) in points.iter_mut().zip(&samples[i..i + GROUP]) {
                    *point += tap * sample;
                }
            }
            peak = peak.max(largest(&points));
        }
        peak
    }
}

/// Largest absolute value.
pub(super) fn largest(samples: &[f32]) -> f32 {
    // Eight lanes: a single running maximum is a chain that the compiler may not break.
    let mut lanes = [0.0f32; 8];
    let chunks = samples.chunks_exact(8);
    let rest = chunks.remainder().iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
    for chunk in chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            let magnitude = sample.abs();
            *lane = if magnitude > *lane { magnitude } else { *lane };
        }
    }
    lanes.iter().fold(rest, |peak, lane| peak.max(*lane))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tones whose samples miss the crest by as much as they can.
    #[test]
    fn crests_between_samples_are_found() {
        let finder = PeakFinder::new();
        for cycles in [0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.35] {
            let tone: Vec<f32> =
                (0..400).map(|i| ((f64::from(i) + 0.5) * cycles * 2.0 * PI + 0.3).sin() as f32).collect();
            let found = (2..45).map(|group| finder.group_peak(&tone, group * GROUP, 0.1)).fold(0.0, f32::max);
            let error = 20.0 * found.log10();
            assert!((-0.35..0.1).contains(&error), "{cycles} of the rate: {error} dB");
        }
    }

    #[test]
    fn what_is_called_safe_is_safe() {
        let finder = PeakFinder::new();
        // The worst case of each phase: every sample with the sign of its tap.
        for taps in &finder.taps {
            let worst: f32 = taps.iter().map(|tap| tap * tap.signum()).sum();
            assert!(worst <= finder.overshoot);
        }
        assert!(finder.overshoot < 2.5);
    }
}
