//! Whether the sound just now is a keypad or call tone and nothing else: a network trained on speech takes some for
//! voice.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::detector::FRAME;

/// Two detector frames, 32 ms: bins of 31.25 Hz.
const WINDOW: usize = 2 * FRAME;
/// Where the lower and the higher tone of a pair lie (ITU-T Q.23: 697 to 941 and 1209 to 1633 Hz), as bins.
const LOW_GROUP: std::ops::Range<usize> = 21..32;
const HIGH_GROUP: std::ops::Range<usize> = 37..55;
/// Half the main lobe of a Hann window.
const LOBE: usize = 2;
/// Share of all power that two tones alone have; the harmonics of a voice leave much more outside.
const SHARE: f32 = 0.93;
/// Each tone's least share: pairs are sent within some 8 dB of each other.
const LEAST: f32 = 0.08;

/// Share of all power that a single tone alone has, from which bin on (375 Hz), and for how many frames: over the
/// telephone the "u" of "two" may come near it for a moment.
const SINGLE_SHARE: f32 = 0.995;
const SINGLE_FROM: usize = 12;
const SINGLE_FRAMES: u32 = 3;
/// Frames (160 ms) after a tone that do not count either: its end is a click, and the network lets go late.
const HOLD: u32 = 10;

/// Remembers one frame back. Does not allocate after it is made.
pub(super) struct Tones {
    transform: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    last: [f32; FRAME],
    hold: u32,
    single: u32,
    input: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Tones {
    pub fn new() -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let turn = std::f32::consts::TAU / WINDOW as f32;
        Self {
            hann: (0..WINDOW).map(|i| 0.5 - 0.5 * (i as f32 * turn).cos()).collect(),
            last: [0.0; FRAME],
            hold: 0,
            single: 0,
            input: transform.make_input_vec(),
            spectrum: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
        }
    }

    /// Whether this frame belongs to a tone or to its end.
    pub fn hold(&mut self, frame: &[f32; FRAME]) -> bool {
        self.hold = if self.are_alone(frame) { HOLD } else { self.hold.saturating_sub(1) };
        self.hold > 0
    }

    /// Whether this frame and the one before hold a tone pair or one tone alone.
    fn are_alone(&mut self, frame: &[f32; FRAME]) -> bool {
        let both = self.last.iter().chain(frame);
        for ((to, &from), &weight) in self.input.iter_mut().zip(both).zip(&self.hann) {
            *to = from * weight;
        }
        self.last = *frame;
        // The lengths are those of the plan, so this cannot fail; a failure would mean "no tone".
        let done = self.transform.process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
        if done.is_err() {
            return false;
        }
        // Below 100 Hz is hum.
        let total: f32 = self.spectrum[3..].iter().map(|bin| bin.norm_sqr()).sum();
        let [low, high] = [LOW_GROUP, HIGH_GROUP].map(|group| self.strongest(group));
        let single = self.strongest(SINGLE_FROM..self.spectrum.len() - LOBE);
        let is_single = total > 0.0 && single > SINGLE_SHARE * total;
        self.single = if is_single { self.single + 1 } else { 0 };
        (low + high > SHARE * total && low.min(high) > LEAST * total) || self.single >= SINGLE_FRAMES
    }

    /// Power of the strongest line in a range of bins.
    fn strongest(&self, group: std::ops::Range<usize>) -> f32 {
        let power = |bin: usize| self.spectrum[bin].norm_sqr();
        let peak = group.max_by(|&a, &b| power(a).total_cmp(&power(b))).unwrap_or(LOBE);
        (peak - LOBE..=peak + LOBE).map(power).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(hertz: &[f64]) -> Vec<[f32; FRAME]> {
        let wave =
            |i: usize| -> f64 { hertz.iter().map(|h| (std::f64::consts::TAU * h * i as f64 / 16_000.0).sin()).sum() };
        (0..6).map(|n| std::array::from_fn(|i| 0.1 * wave(n * FRAME + i) as f32)).collect()
    }

    #[test]
    fn every_key_even_off_pitch_and_no_harmonic_sound() {
        for low in [697.0, 770.0, 852.0, 941.0] {
            for high in [1209.0, 1336.0, 1477.0, 1633.0] {
                for drift in [0.985, 1.0, 1.015] {
                    let mut pair = Tones::new();
                    let held =
                        frames(&[low * drift, high * drift]).iter().filter(|frame| pair.are_alone(frame)).count();
                    assert!(held >= 5, "{low}+{high} at {drift}: {held} of 6 frames");
                }
            }
        }
        for pitch in [100.0, 150.0, 220.0, 300.0] {
            let harmonics: Vec<f64> = (1..=8).map(|n| pitch * f64::from(n)).collect();
            let mut pair = Tones::new();
            assert!(!frames(&harmonics).iter().any(|frame| pair.are_alone(frame)), "a voice at {pitch} Hz");
        }
        let mut pair = Tones::new();
        // Its first frame follows silence, and two more have to agree.
        assert_eq!(frames(&[450.0]).iter().filter(|frame| pair.are_alone(frame)).count(), 3, "a busy tone");
        assert!(!pair.are_alone(&[0.0; FRAME]));
    }
}
