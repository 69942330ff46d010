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
    /// Required gains of the last groups: a ring.
    required: Vec<f32>,
    next: usize,
    /// Smallest of the ring and for how many more groups it stays in it.
    minimum: f32,
    minimum_stays: usize,
    recovered: f32,
    recovery: f32,
    /// The last recovered gains, oldest first, and their weights.
    recent: Vec<f32>,
    weights: Vec<f32>,
    /// Groups since anything differed from 1.
    rested: usize,
}

impl Envelope {
    pub(super) fn new(rate: SampleRate) -> Self {
        let groups = |seconds: f64| (seconds * f64::from(rate.hertz()) / GROUP as f64).ceil() as usize;
        let look_ahead = groups(LOOK_AHEAD).max(2);
        let taps = look_ahead + 1;
        let bell = |i: usize| (std::f64::consts::PI * (i as f64 + 1.0) / (taps as f64 + 1.0)).sin().powi(2);
        let sum: f64 = (0..taps).map(bell).sum();
        let group_seconds = GROUP as f64 / f64::from(rate.hertz());
        Self {
            required: vec![1.0; look_ahead + 2 + groups(HOLD)],
            next: 0,
            minimum: 1.0,
            minimum_stays: 0,
            recovered: 1.0,
            recovery: (1.0 - (-group_seconds / RELEASE).exp()) as f32,
            recent: vec![1.0; taps],
            weights: (0..taps).map(|i| (bell(i) / sum) as f32).collect(),
            rested: usize::MAX / 2,
        }
    }

    /// Groups by which the gain lags what was required: the smoothed value that [`push`](Self::push) returns belongs
    /// to the end of the group pushed so many calls before.
    pub(super) fn lag(&self) -> usize {
        self.recent.len()
    }

    /// Whether the gain is 1 and stays so while nothing less is required.
    pub(super) fn is_at_rest(&self) -> bool {
        self.rested > self.required.len() + self.recent.len()
    }

    /// Takes the gain that the next group needs (0 to 1), returns the smoothed gain.
    pub(super) fn push(&mut self, required: f32) -> f32 {
        let size = self.required.len();
        self.required[self.next] = required;
        self.next = if self.next + 1 == size { 0 } else { self.next + 1 };
        if required <= self.minimum {
            (self.minimum, self.minimum_stays) = (required, size);
        } else if self.minimum_stays > 1 {
            self.minimum_stays -= 1;
        } else {
            self.find_minimum();
        }
        self.recovered = if self.minimum <= self.recovered {
            self.minimum
        } else {
            self.recovered + self.recovery * (self.minimum - self.recovered)
        };
        if self.recovered > 1.0 - REST {
            self.recovered = self.minimum.min(1.0);
        }
        self.rested = if required < 1.0 || self.recovered < 1.0 { 0 } else { self.rested.saturating_add(1) };
        self.recent.copy_within(1.., 0);
        if let Some(last) = self.recent.last_mut() {
            *last = self.recovered;
        }
        self.recent.iter().zip(&self.weights).map(|(gain, weight)| gain * weight).sum::<f32>().min(1.0)
    }

    /// The smallest in the ring and how long it stays: the latest of equals.
    fn find_minimum(&mut self) {
        // From the oldest on: each value stays one group longer than the one before.
        let (newer, older) = self.required.split_at(self.next);
        self.minimum = f32::INFINITY;
        for (age, &gain) in older.iter().chain(newer).enumerate() {
            if gain <= self.minimum {
                (self.minimum, self.minimum_stays) = (gain, age + 1);
            }
        }
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
