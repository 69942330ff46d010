//! Sample-rate conversion with rubato's synchronous FFT resampler: the ratio is fixed, the length exact.

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::Samples;
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// Frames handed to the resampler at a time; shorter sounds are padded and trimmed by `process_all`.
const CHUNK: usize = 1024;

/// The sound at another rate, delay-compensated: sample `i` of the result is at time `i / rate`.
///
/// The result has `⌈n · to / from⌉` samples. Equal rates cost one copy.
///
/// # Errors
/// [`ErrorKind::Internal`] if the resampler refuses the ratio.
pub fn resample(samples: &Samples, to: SampleRate) -> Result<Samples> {
    let from = samples.rate();
    if from == to || samples.is_empty() {
        return Ok(Samples::new(samples.data().to_vec(), to));
    }
    let failed = |what: String| Error::new(ErrorKind::Internal, "resampler", format!("{from} to {to}: {what}"));
    let (input_hertz, output_hertz) = (from.hertz() as usize, to.hertz() as usize);
    let mut resampler =
        Fft::<f32>::new(input_hertz, output_hertz, CHUNK, 1, FixedSync::Both).map_err(|e| failed(e.to_string()))?;
    let length = samples.data().len();
    let input = InterleavedSlice::new(samples.data(), 1, length).map_err(|e| failed(e.to_string()))?;
    let output = resampler.process_all(&input, length, None).map_err(|e| failed(e.to_string()))?;
    let wanted = (length as u64 * u64::from(to.hertz())).div_ceil(u64::from(from.hertz())) as usize;
    let mut data = output.take_data();
    data.resize(wanted, 0.0);
    Ok(Samples::new(data, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f64, rate: SampleRate, length: usize) -> Samples {
        let step = std::f64::consts::TAU * hertz / f64::from(rate.hertz());
        Samples::new((0..length).map(|i| (i as f64 * step).sin() as f32).collect(), rate)
    }

    /// One-word answers are shorter than a chunk; older resamplers did not trim those at all.
    #[test]
    fn a_tone_keeps_its_place_at_every_length() {
        for length in [37, 400, 1000, 1024, 1025, 2049, 8000] {
            let up = resample(&sine(200.0, SampleRate::TELEPHONE, length), SampleRate::SPEECH).unwrap();
            assert_eq!(up.data().len(), 2 * length);
            let expected = sine(200.0, SampleRate::SPEECH, 2 * length);
            // The edges ring (the sound starts abruptly): compare the inside.
            let edge = (length / 2).min(200);
            for i in edge..(2 * length).saturating_sub(edge) {
                let difference = (up.data()[i] - expected.data()[i]).abs();
                assert!(difference < 0.03, "length {length}, sample {i}: off by {difference}");
            }
        }
    }

    #[test]
    fn a_slow_ramp_survives_there_and_back() {
        let ramp: Vec<f32> = (0..4000).map(|i| i as f32 / 4000.0 - 0.5).collect();
        let there = resample(&Samples::new(ramp.clone(), SampleRate::SPEECH), SampleRate::STUDIO).unwrap();
        let back = resample(&there, SampleRate::SPEECH).unwrap();
        assert_eq!(back.data().len(), ramp.len());
        for (i, (there, here)) in back.data().iter().zip(&ramp).enumerate().take(3700).skip(300) {
            assert!((there - here).abs() < 5e-3, "sample {i}: {there} against {here}");
        }
    }

    #[test]
    fn silence_stays_silent_and_empty_stays_empty() {
        let silence = Samples::silence(crate::units::Frames(777), SampleRate::TELEPHONE);
        assert!(resample(&silence, SampleRate::SPEECH).unwrap().data().iter().all(|&s| s == 0.0));
        assert!(resample(&silence.slice(0..0), SampleRate::SPEECH).unwrap().is_empty());
    }
}
