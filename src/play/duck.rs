//! Ducking: the music steps back under a prompt and returns after it, along a smooth curve.

use crate::units::{Decibels, SampleRate};

/// How far the music steps back.
const DEPTH: Decibels = Decibels(-12.0);
/// Seconds to step back. Short enough that the first word is clear, long enough not to be heard as a cut.
const ATTACK: f64 = 0.15;
/// Seconds to return. Slower than the attack: a swift return is heard as pumping between two sentences.
const RELEASE: f64 = 0.6;

/// A gain that moves along a raised-cosine-like curve (smoothstep, no corner at either end) and may turn back midway.
pub(super) struct Glide {
    from: f32,
    to: f32,
    done: u64,
    length: u64,
}

impl Glide {
    pub(super) fn at(gain: f32) -> Self {
        Self { from: gain, to: gain, done: 0, length: 0 }
    }

    pub(super) fn start(&mut self, to: f32, length: u64) {
        *self = Self { from: self.now(), to, done: 0, length };
    }

    pub(super) fn target(&self) -> f32 {
        self.to
    }

    /// Whether the gain stands still.
    pub(super) fn is_still(&self) -> bool {
        self.done >= self.length
    }

    pub(super) fn now(&self) -> f32 {
        self.after(0)
    }

    /// The gain some frames from now.
    fn after(&self, frames: u64) -> f32 {
        if self.done + frames >= self.length {
            return self.to;
        }
        let t = (self.done + frames) as f32 / self.length as f32;
        self.from + (self.to - self.from) * t * t * (3.0 - 2.0 * t)
    }

    /// Multiplies the coming frames of both channels and moves on.
    pub(super) fn apply(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.is_still() {
            if self.to != 1.0 {
                left.iter_mut().chain(right.iter_mut()).for_each(|sample| *sample *= self.to);
            }
            return;
        }
        for (i, (left, right)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let gain = self.after(i as u64);
            *left *= gain;
            *right *= gain;
        }
        self.done += left.len() as u64;
    }
}

/// The music bus's gain under prompts.
pub(super) struct Ducker {
    glide: Glide,
    depth: f32,
    attack: u64,
    release: u64,
}

impl Ducker {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            glide: Glide::at(1.0),
            depth: DEPTH.amplitude(),
            attack: rate.frames(ATTACK).0,
            release: rate.frames(RELEASE).0,
        }
    }

    /// Steps back while a prompt speaks, else returns.
    pub(super) fn follow(&mut self, prompt_speaks: bool) {
        let (target, length) = if prompt_speaks { (self.depth, self.attack) } else { (1.0, self.release) };
        if self.glide.target() != target {
            self.glide.start(target, length);
        }
    }

    pub(super) fn apply(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.glide.apply(left, right);
    }

    pub(super) fn gain(&self) -> f32 {
        self.glide.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ducking_reaches_its_depth_smoothly_and_turns_back_midway() {
        let rate = SampleRate::TELEPHONE;
        let mut ducker = Ducker::new(rate);
        let mut gains = Vec::new();
        // Speech for 0.1 s (cut off within the attack), a pause of 0.2 s, speech for 1 s, then music.
        for (speaks, seconds) in [(true, 0.1), (false, 0.2), (true, 1.0), (false, 1.0)] {
            for _ in 0..rate.frames(seconds).0 / 8 {
                ducker.follow(speaks);
                let (mut left, mut right) = ([1.0; 8], [1.0; 8]);
                ducker.apply(&mut left, &mut right);
                assert_eq!(left, right);
                gains.extend(left);
            }
        }
        let steepest = gains.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 1.6 * 0.75 / (ATTACK as f32 * 8000.0), "{steepest}");
        let deepest = gains.iter().copied().fold(1.0, f32::min);
        assert!((Decibels::from_amplitude(deepest).0 - DEPTH.0).abs() < 0.01);
        assert_eq!(gains.last(), Some(&1.0));
    }
}
