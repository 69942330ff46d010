//! Inter-sample peaks by four-fold interpolation, after ITU-R BS.1770-4 annex 2.

use std::f64::consts::PI;

/// Taps of the interpolator at the signal's own rate; a point lies between the middle two.
pub(super) const TAPS: usize = 12;
/// Frames judged together: one value of the gain control.
pub(super) const GROUP: usize = 8;
/// Samples that judging one group takes: those on which its interpolated points rest.
const REACH: usize = GROUP + TAPS - 1;

/// Finds the largest absolute value of a group of frames and of the three points after each.
pub(super) struct PeakFinder {
    /// The quarter point's taps as sum and difference with their mirror image, and the half point's, first halves.
    even: [f32; TAPS / 2],
    odd: [f32; TAPS / 2],
    half: [f32; TAPS / 2],
    /// No interpolated point exceeds this times the largest sample it rests on (the largest sum of |taps|).
    overshoot: f32,
}

impl PeakFinder {
    pub(super) fn new() -> Self {
        let (quarter, half) = (kernel(0.25), kernel(0.5));
        let sum = |taps: &[f32; TAPS]| taps.iter().map(|tap| tap.abs()).sum::<f32>();
        let mirrored = |sign: f32| std::array::from_fn(|i| 0.5 * (quarter[i] + sign * quarter[TAPS - 1 - i]));
        Self {
            even: mirrored(1.0),
            odd: mirrored(-1.0),
            half: std::array::from_fn(|i| half[i]),
            overshoot: sum(&quarter).max(sum(&half)),
        }
    }

    /// Whether no point that rests on samples up to `largest` can exceed `ceiling`.
    pub(super) fn is_safe(&self, largest: f32, ceiling: f32) -> bool {
        largest * self.overshoot <= ceiling
    }

    /// The group whose first frame is `frame`; the samples from `frame − 5` to `frame + 13` must be there.
    pub(super) fn group_peak(&self, channel: &[f32], frame: usize, ceiling: f32) -> f32 {
        let from = frame + 1 - TAPS / 2;
        // An array, so that every bound below is known: the loops become plain vector code, four times as fast.
        let Some(samples) = channel[from..].first_chunk::<REACH>() else { return 0.0 };
        if self.is_safe(largest(samples), ceiling) {
            // Not above the ceiling: its exact height does not matter.
            return 0.0;
        }
        let mut peaks = [0.0f32; GROUP];
        for (lane, peak) in peaks.iter_mut().enumerate() {
            *peak = samples[TAPS / 2 - 1 + lane].abs();
        }
        // The quarter points' taps mirror each other: their even and odd parts are shared, a third of the work saved.
        let (mut even, mut odd, mut half) = ([0.0f32; GROUP], [0.0f32; GROUP], [0.0f32; GROUP]);
        for i in 0..TAPS / 2 {
            for lane in 0..GROUP {
                let (early, late) = (samples[i + lane], samples[TAPS - 1 - i + lane]);
                even[lane] += self.even[i] * (early + late);
                odd[lane] += self.odd[i] * (early - late);
                half[lane] += self.half[i] * (early + late);
            }
        }
        for lane in 0..GROUP {
            // |even ± odd| is at most, and for one of them exactly, |even| + |odd|.
            let quarter = even[lane].abs() + odd[lane].abs();
            let half = half[lane].abs();
            let larger = if quarter > half { quarter } else { half };
            peaks[lane] = if larger > peaks[lane] { larger } else { peaks[lane] };
        }
        largest(&peaks)
    }
}

/// Windowed-sinc taps for the point that lies `shift` of a sample after the sixth of twelve.
fn kernel(shift: f64) -> [f32; TAPS] {
    let half = TAPS as f64 / 2.0;
    let tap = |i: usize| {
        let x = i as f64 - (half - 1.0) - shift;
        (PI * x).sin() / (PI * x) * (PI * x / (2.0 * half)).cos().powi(2)
    };
    // Unity at 0 Hz, so that a plateau is not read too low.
    let sum: f64 = (0..TAPS).map(tap).sum();
    std::array::from_fn(|i| (tap(i) / sum) as f32)
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
        // The worst case of each point: every sample with the sign of its tap.
        for taps in [kernel(0.25), kernel(0.5), kernel(0.75)] {
            let mut worst = [0.0; 3 * GROUP];
            worst[GROUP - 5..GROUP + 7].copy_from_slice(&taps.map(f32::signum));
            let peak = finder.group_peak(&worst, GROUP, 0.5);
            assert!(peak <= finder.overshoot + 1e-5 && peak > finder.overshoot - 0.4, "{peak}");
        }
        assert!(finder.overshoot < 2.5);
    }
}
