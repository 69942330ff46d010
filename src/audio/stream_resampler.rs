//! Sample-rate conversion of a stream that comes in pieces: for live sound, 10 ms at a time.

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// One channel of a stream at another rate, some 15 ms late. Memory is bounded; equal rates pass unchanged.
pub struct StreamResampler {
    inner: Option<Fft<f32>>,
    waiting: Vec<f32>,
    block: Vec<f32>,
}

impl StreamResampler {
    /// # Errors
    /// [`ErrorKind::Internal`] if the resampler refuses the ratio.
    pub fn new(from: SampleRate, to: SampleRate) -> Result<Self> {
        if from == to {
            return Ok(Self { inner: None, waiting: Vec::new(), block: Vec::new() });
        }
        let (input, output) = (from.hertz() as usize, to.hertz() as usize);
        let inner = Fft::<f32>::new(input, output, (input / 100).max(1), 1, FixedSync::Both)
            .map_err(|e| failed(format!("{from} to {to}: {e}")))?;
        let (waiting, block) = (Vec::with_capacity(inner.input_frames_max()), vec![0.0; inner.output_frames_max()]);
        Ok(Self { inner: Some(inner), waiting, block })
    }

    /// Takes the next samples and appends what is ready to `out`.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the resampler breaks its promise.
    pub fn push(&mut self, mut samples: &[f32], out: &mut Vec<f32>) -> Result<()> {
        let Some(inner) = &mut self.inner else {
            out.extend_from_slice(samples);
            return Ok(());
        };
        while !samples.is_empty() {
            let wanted = inner.input_frames_next();
            let (now, later) = samples.split_at(samples.len().min(wanted - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            samples = later;
            if self.waiting.len() == wanted {
                let count = inner.output_frames_next();
                let input = InterleavedSlice::new(&self.waiting, 1, wanted).map_err(|e| failed(e.to_string()))?;
                let mut output =
                    InterleavedSlice::new_mut(&mut self.block, 1, count).map_err(|e| failed(e.to_string()))?;
                inner.process_into_buffer(&input, &mut output, None).map_err(|e| failed(e.to_string()))?;
                out.extend_from_slice(&self.block[..count]);
                self.waiting.clear();
            }
        }
        Ok(())
    }
}

fn failed(problem: String) -> Error {
    Error::new(ErrorKind::Internal, "resampler", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of any length give the same stream, and a slow tone arrives as it was, a little later.
    #[test]
    fn a_tone_in_pieces_is_the_tone_at_the_new_rate() {
        for hertz in [8_000u32, 44_100, 48_000] {
            let from = SampleRate::new(hertz).unwrap();
            let tone = |i: usize, rate: f64| (std::f64::consts::TAU * 300.0 * i as f64 / rate).sin() as f32;
            let input: Vec<f32> = (0..hertz as usize).map(|i| tone(i, f64::from(hertz))).collect();
            let run = |piece: usize| {
                let mut resampler = StreamResampler::new(from, SampleRate::SPEECH).unwrap();
                let mut out = Vec::new();
                input.chunks(piece).for_each(|chunk| resampler.push(chunk, &mut out).unwrap());
                out
            };
            let (out, other) = (run(37), run(1000));
            assert_eq!(out, other);
            assert!((15_400..=16_000).contains(&out.len()), "{} from {hertz}", out.len());
            let error = |delay: usize| {
                (4000..12_000).map(|i| (out[i] - tone(i - delay, 16_000.0)).abs()).fold(0.0f32, f32::max)
            };
            let least = (0..500).map(error).fold(f32::MAX, f32::min);
            assert!(least < 0.06, "{least} from {hertz}");
        }
    }

    #[test]
    fn equal_rates_pass_unchanged() {
        let mut resampler = StreamResampler::new(SampleRate::SPEECH, SampleRate::SPEECH).unwrap();
        let mut out = vec![9.0];
        resampler.push(&[1.0, 2.0], &mut out).unwrap();
        assert_eq!(out, [9.0, 1.0, 2.0]);
    }
}
