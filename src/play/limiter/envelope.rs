//! The limiter's gain over time: down before the peak, held across a bass wave, up again slowly, never a corner.

use crate::units::SampleRate;

use super::peaks::GROUP;

/// Seconds by which the gain begins to fall before a peak.
const LOOK_AHEAD: f64 = 0.003;
/// Seconds the gain is held after a peak: half a wave of 45 Hz, so that it does not follow the waveform of a bass note.
const HOLD: f64 = 0.011;
/// Time constant of the recovery, seconds.
const RELEASE: f64 = 0.15;
/// A gain this near to 1 becomes 1.
const REST: f32 = 1e-4;

/// Turns the gain that each group of frames needs into one smooth curve that is nowhere above it.
///
/// The required gain passes a sliding minimum (look-ahead and hold), an exponential recovery, and a raised-cosine
/// weighted mean over the look-ahead. As the mean covers only minima that contain the peak, the curve has reached the
/// required gain when the peak comes.
pub(super) struct Envelope {
    minimum: SlidingMinimum,
    recovered: f32,
    recovery: f32,
    /// The last recovered gains, twice in a row: from `newest + 1` on they lie oldest first in one piece.
    recent: Vec<f32>,
    newest: usize,
    /// Weights of the recent gains, oldest first, filled up with zeros to whole lanes.
    weights: Vec<f32>,
    taps: usize,
    window: usize,
    /// Groups since anything differed from 1.
    rested: usize,
}

/// Sums run in so many lanes: one running sum would wait for each addition.
const LANES: usize = 4;

impl Envelope {
    pub(super) fn new(rate: SampleRate) -> Self {
        let groups = |seconds: f64| (seconds * f64::from(rate.hertz()) / GROUP as f64).ceil() as usize;
        let look_ahead = groups(LOOK_AHEAD).max(2);
        let taps = look_ahead + 1;
        let bell = |i: usize| (std::f64::consts::PI * (i as f64 + 1.0) / (taps as f64 + 1.0)).sin().powi(2);
        let sum: f64 = (0..taps).map(bell).sum();
        let group_seconds = GROUP as f64 / f64::from(rate.hertz());
        let padded = taps.next_multiple_of(LANES);
        let mut weights = vec![0.0; padded - taps];
        weights.extend((0..taps).map(|i| (bell(i) / sum) as f32));
        let window = look_ahead + 2 + groups(HOLD);
        Self {
            minimum: SlidingMinimum::new(window),
            recovered: 1.0,
            recovery: (1.0 - (-group_seconds / RELEASE).exp()) as f32,
            recent: vec![1.0; 2 * padded],
            newest: 0,
            weights,
            taps,
            window,
            rested: usize::MAX / 2,
        }
    }

    /// Groups by which the gain lags what was required: the smoothed value that [`push`](Self::push) returns belongs
    /// to the end of the group pushed so many calls before.
    pub(super) fn lag(&self) -> usize {
        self.taps
    }

    /// Whether the gain is 1 and stays so while nothing less is required.
    pub(super) fn is_at_rest(&self) -> bool {
        self.rested > self.window + self.taps
    }

    /// Takes the gain that the next group needs (0 to 1), returns the smoothed gain.
    pub(super) fn push(&mut self, required: f32) -> f32 {
        let minimum = self.minimum.push(required);
        self.recovered = if minimum <= self.recovered {
            minimum
        } else {
            self.recovered + self.recovery * (minimum - self.recovered)
        };
        if self.recovered > 1.0 - REST {
            self.recovered = minimum.min(1.0);
        }
        self.rested = if required < 1.0 || self.recovered < 1.0 { 0 } else { self.rested.saturating_add(1) };
        let size = self.weights.len();
        self.newest = if self.newest + 1 == size { 0 } else { self.newest + 1 };
        (self.recent[self.newest], self.recent[self.newest + size]) = (self.recovered, self.recovered);
        let recent = &self.recent[self.newest + 1..self.newest + 1 + size];
        let mut sums = [0.0f32; LANES];
        for (gains, weights) in recent.chunks_exact(LANES).zip(self.weights.chunks_exact(LANES)) {
            for ((sum, gain), weight) in sums.iter_mut().zip(gains).zip(weights) {
                *sum += gain * weight;
            }
        }
        sums.iter().sum::<f32>().min(1.0)
    }
}

/// The smallest of the last values, at a constant cost in the mean: only values that may still become the smallest are
/// kept, in rising order (Lemire 2006).
struct SlidingMinimum {
    size: usize,
    /// A ring of values and when they came; its length is a power of two.
    kept: Vec<(f32, u64)>,
    first: usize,
    count: usize,
    now: u64,
}

impl SlidingMinimum {
    fn new(size: usize) -> Self {
        Self { size, kept: vec![(0.0, 0); (size + 1).next_power_of_two()], first: 0, count: 0, now: 0 }
    }

    fn push(&mut self, value: f32) -> f32 {
        let mask = self.kept.len() - 1;
        while self.count > 0 && self.kept[(self.first + self.count - 1) & mask].0 >= value {
            self.count -= 1;
        }
        self.kept[(self.first + self.count) & mask] = (value, self.now);
        self.count += 1;
        if self.kept[self.first & mask].1 + (self.size as u64) <= self.now {
            self.first = (self.first + 1) & mask;
            self.count -= 1;
        }
        self.now += 1;
        self.kept[self.first & mask].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is required, the gain at both ends of each group is not above it.
        #[test]
        fn the_gain_never_exceeds_what_is_required(
            hertz in prop::sample::select(vec![8_000u32, 16_000, 44_100, 48_000]),
            required in prop::collection::vec(prop_oneof![8 => Just(1.0f32), 1 => 0.05f32..1.0], 50..600)
        ) {
            let mut envelope = Envelope::new(SampleRate::new(hertz).unwrap());
            let lag = envelope.lag();
            let gains: Vec<f32> =
                required.iter().copied().chain(std::iter::repeat_n(1.0, lag)).map(|r| envelope.push(r)).collect();
            for (group, required) in required.iter().enumerate() {
                let (before, after) = (gains[group + lag - 1], gains[group + lag]);
                prop_assert!(before <= required + 1e-5 && after <= required + 1e-5, "{before} {after} {required}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_sliding_minimum_is_that_of_the_last_values(size in 1usize..40, values in prop::collection::vec(0.0f32..1.0, 1..200)) {
            let mut minimum = SlidingMinimum::new(size);
            for (i, &value) in values.iter().enumerate() {
                let expected = values[(i + 1).saturating_sub(size)..=i].iter().copied().fold(f32::INFINITY, f32::min);
                prop_assert_eq!(minimum.push(value), expected);
            }
        }
    }

    #[test]
    fn it_comes_to_rest_at_one() {
        let mut envelope = Envelope::new(SampleRate::STUDIO);
        assert!(envelope.is_at_rest());
        envelope.push(0.5);
        assert!(!envelope.is_at_rest());
        let mut last = 0.0;
        for _ in 0..20_000 {
            last = envelope.push(1.0);
        }
        assert!(envelope.is_at_rest());
        assert!((last - 1.0).abs() < 1e-6);
    }
}
