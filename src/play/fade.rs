//! The equal-power fade: gains that keep the summed power constant, from wherever an interrupted fade had come.

use std::f64::consts::FRAC_PI_2;

/// Frames mixed at a time; also the longest span of gains that a fade fills at once.
pub(super) const BLOCK: usize = 64;

/// A running fade of all music towards one voice (or towards silence).
///
/// The entering voice follows `sin φ`, all others `cos φ / cos φ₀` times the gain they had when the fade began, while
/// φ goes from φ₀ to π/2. φ₀ is the arc sine of the gain that the entering voice already has: 0 for a new one. If the
/// squared gains sum to 1 at the start they do so throughout, so a fade may interrupt a fade without a hole or a jump.
pub(super) struct Fade {
    start: f64,
    step: f64,
    done: u64,
    length: u64,
    /// cos and sin of `i · step`: one exact sine pair a span turns these into the gains, without drift.
    turn_cos: [f32; BLOCK],
    turn_sin: [f32; BLOCK],
}

impl Fade {
    /// `length` in frames, at least 1; `entering_gain` is the present gain of the entering voice, 0 to 1.
    pub(super) fn new(length: u64, entering_gain: f32) -> Self {
        let length = length.max(1);
        let start = f64::from(entering_gain.clamp(0.0, 1.0)).asin();
        let step = (FRAC_PI_2 - start) / length as f64;
        let mut fade = Self { start, step, done: 0, length, turn_cos: [0.0; BLOCK], turn_sin: [0.0; BLOCK] };
        for i in 0..BLOCK {
            let (sin, cos) = (i as f64 * step).sin_cos();
            fade.turn_cos[i] = cos as f32;
            fade.turn_sin[i] = sin as f32;
        }
        fade
    }

    /// Frames until the entering voice stands alone.
    pub(super) fn remaining(&self) -> u64 {
        self.length - self.done
    }

    /// Gains of the entering voice and of the others (relative to where they started) for the coming frames.
    ///
    /// Both slices have the same length, at most [`BLOCK`].
    pub(super) fn fill(&self, entering: &mut [f32], leaving: &mut [f32]) {
        let (sin, cos) = self.phase().sin_cos();
        // cos φ₀ is 0 only when the entering voice is already alone; what is left of the others is then silent.
        let scale = 1.0 / self.start.cos().max(1e-6);
        let (sin, cos, leaving_sin, leaving_cos) = (sin as f32, cos as f32, (sin * scale) as f32, (cos * scale) as f32);
        let turns = self.turn_cos.iter().zip(&self.turn_sin);
        for ((entering, leaving), (turn_cos, turn_sin)) in entering.iter_mut().zip(leaving.iter_mut()).zip(turns) {
            *entering = sin * turn_cos + cos * turn_sin;
            *leaving = leaving_cos * turn_cos - leaving_sin * turn_sin;
        }
    }

    /// The gains of this very frame: entering, leaving.
    pub(super) fn now(&self) -> (f32, f32) {
        let (mut entering, mut leaving) = ([0.0], [0.0]);
        self.fill(&mut entering, &mut leaving);
        (entering[0], leaving[0].max(0.0))
    }

    pub(super) fn advance(&mut self, frames: u64) {
        self.done = (self.done + frames).min(self.length);
    }

    fn phase(&self) -> f64 {
        self.start + self.done as f64 * self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Any voice may enter at any gain and any fade may be cut off anywhere: power stays whole.
        #[test]
        fn power_is_kept_through_an_interrupted_fade(
            first in 1u64..100_000, cut in 0.0f64..1.0, second in 1u64..100_000, at in 0.0f64..1.0
        ) {
            let mut fade = Fade::new(first, 0.0);
            fade.advance((first as f64 * cut) as u64);
            let (entering, leaving) = fade.now();
            prop_assert!((entering.powi(2) + leaving.powi(2) - 1.0).abs() < 1e-4);
            // A third voice interrupts; both present ones leave.
            let mut next = Fade::new(second, 0.0);
            next.advance((second as f64 * at) as u64);
            let (third, rest) = next.now();
            let power = third.powi(2) + rest.powi(2) * (entering.powi(2) + leaving.powi(2));
            prop_assert!((power - 1.0).abs() < 1e-4, "{power}");
            // Or the first one returns: it starts from the gain that it has.
            let mut back = Fade::new(second, leaving);
            prop_assert!((back.now().0 - leaving).abs() < 1e-4);
            back.advance((second as f64 * at) as u64);
            let (returned, rest) = back.now();
            let power = returned.powi(2) + (rest * entering).powi(2);
            prop_assert!((power - 1.0).abs() < 1e-3, "{power}");
        }
    }

    #[test]
    fn spans_join_without_a_step() {
        let mut fade = Fade::new(1000, 0.0);
        let (mut last, mut frames) = (0.0, 0);
        while fade.remaining() > 0 {
            let span = fade.remaining().min(BLOCK as u64) as usize;
            let (mut entering, mut leaving) = ([0.0; BLOCK], [0.0; BLOCK]);
            fade.fill(&mut entering[..span], &mut leaving[..span]);
            for (i, gain) in entering[..span].iter().enumerate() {
                let exact = (FRAC_PI_2 * (frames + i) as f64 / 1000.0).sin() as f32;
                assert!((gain - exact).abs() < 1e-6);
                assert!((gain - last).abs() < 0.002);
                last = *gain;
            }
            frames += span;
            fade.advance(span as u64);
        }
    }
}
