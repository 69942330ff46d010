//! From any sample rate down to 8–16 kHz: all that a telephone key needs, at a known delay.

use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// The lowest rate that carries the sixteen keys and their second harmonics (3266 Hz).
const LOWEST: u32 = 8_000;
/// Filter taps per unit of decimation; with a Hamming window the transition is 3.3/16 of the output rate.
const TAPS_PER_STEP: usize = 16;
/// The filter's −6 dB point: between the highest second harmonic and the first frequency that would alias onto a key.
const CUTOFF_HERTZ: f64 = 3_600.0;
/// Full scale is 1; anything far beyond is damage, and is bounded so that energies stay finite.
const BOUND: f32 = 16.0;

/// A linear-phase low-pass that keeps every `step`-th output.
pub(super) struct Decimator {
    step: usize,
    /// Empty when the input rate is below 16 kHz: then samples pass as they are.
    taps: Vec<f32>,
    /// The newest `taps.len()` inputs twice over, so that they are always one slice.
    line: Vec<f32>,
    place: usize,
    until_output: usize,
}

impl Decimator {
    /// # Errors
    /// [`ErrorKind::Unsupported`] below 8 kHz.
    pub fn new(rate: SampleRate) -> Result<Self> {
        if rate.hertz() < LOWEST {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "sample rate",
                format!("keypad tones need at least {LOWEST} Hz, got {rate}; resample the recording"),
            ));
        }
        let step = (rate.hertz() / LOWEST) as usize;
        let taps = if step == 1 { Vec::new() } else { low_pass(step, rate) };
        Ok(Self { step, line: vec![0.0; 2 * taps.len()], taps, place: 0, until_output: 0 })
    }

    /// Input samples per output sample.
    pub fn step(&self) -> usize {
        self.step
    }

    /// How many input samples an output lies behind the newest input it was made from.
    pub fn delay(&self) -> usize {
        self.taps.len() / 2
    }

    /// Back to silence; the next input gives an output.
    pub fn reset(&mut self) {
        self.line.fill(0.0);
        (self.place, self.until_output) = (0, 0);
    }

    /// Takes one input sample; gives an output sample every [`Self::step`] inputs. Does not allocate.
    pub fn push(&mut self, sample: f32) -> Option<f32> {
        let sample = if sample.is_finite() { sample.clamp(-BOUND, BOUND) } else { 0.0 };
        let length = self.taps.len();
        if length == 0 {
            return Some(sample);
        }
        self.line[self.place] = sample;
        self.line[self.place + length] = sample;
        self.place = (self.place + 1) % length;
        if self.until_output > 0 {
            self.until_output -= 1;
            return None;
        }
        self.until_output = self.step - 1;
        let newest = &self.line[self.place..self.place + length];
        Some(dot(newest, &self.taps))
    }
}

/// Inner product in eight running sums, which a compiler may keep in one register each; a single sum may not be split.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += a[lane] * b[lane];
        }
    }
    rest + sums.iter().sum::<f32>()
}

/// Hamming-windowed sinc of unit gain at 0 Hz; an odd length makes the delay a whole number of samples.
fn low_pass(step: usize, rate: SampleRate) -> Vec<f32> {
    let length = TAPS_PER_STEP * step + 1;
    let middle = (length / 2) as f64;
    let cutoff = CUTOFF_HERTZ / f64::from(rate.hertz());
    let tap = |i: usize| {
        let from_middle = i as f64 - middle;
        let angle = std::f64::consts::TAU * cutoff * from_middle;
        let sinc = if from_middle == 0.0 { 1.0 } else { angle.sin() / angle };
        sinc * (0.54 + 0.46 * (std::f64::consts::PI * from_middle / middle).cos())
    };
    let sum: f64 = (0..length).map(tap).sum();
    (0..length).map(|i| (tap(i) / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain(rate: u32, hertz: f64) -> f32 {
        let mut decimator = Decimator::new(SampleRate::new(rate).unwrap()).unwrap();
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        let out: Vec<f32> =
            (0..rate / 4).filter_map(|i| decimator.push((f64::from(i) * step).sin() as f32)).skip(100).collect();
        (2.0 * out.iter().map(|s| s * s).sum::<f32>() / out.len() as f32).sqrt()
    }

    #[test]
    fn keys_pass_and_what_would_alias_onto_them_does_not() {
        for rate in [16_000, 44_100, 48_000, 192_000] {
            for hertz in [0.0, 697.0, 1633.0] {
                let passed = if hertz == 0.0 { 1.0 } else { gain(rate, hertz) };
                assert!((passed - 1.0).abs() < 0.03, "{rate} Hz: {hertz} Hz passes with gain {passed}");
            }
            // Images of 600..1700 Hz about the lowest output rate.
            for hertz in [6_300.0, 7_300.0] {
                let leaked = gain(rate, hertz);
                assert!(leaked < 0.01, "{rate} Hz: {hertz} Hz leaks with gain {leaked}");
            }
        }
    }

    #[test]
    fn an_impulse_comes_out_at_the_stated_delay() {
        let mut decimator = Decimator::new(SampleRate::STUDIO).unwrap();
        let at = 600; // a multiple of the step, so that an output falls on the filter's middle
        let delay = decimator.delay();
        let outputs: Vec<f32> = (0..1200).filter_map(|i| decimator.push(f32::from(u8::from(i == at)))).collect();
        let largest = (0..outputs.len()).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b])).unwrap();
        assert_eq!(largest * decimator.step(), at + delay);
    }

    #[test]
    fn low_rates_are_refused_and_damage_is_bounded() {
        assert_eq!(Decimator::new(SampleRate::new(7_999).unwrap()).err().unwrap().kind(), ErrorKind::Unsupported);
        let mut decimator = Decimator::new(SampleRate::SPEECH).unwrap();
        let wild = [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN];
        assert!((0..400).filter_map(|i| decimator.push(wild[i % 4])).all(|s| s.abs() <= 2.0 * BOUND));
    }
}
