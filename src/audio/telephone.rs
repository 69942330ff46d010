//! A simulated telephone line: what a clean recording sounds like after band, noise and codec. For tests and training.
//!
//! In this order: 8 kHz, level, noise, band-pass, G.711. Figures measured on it say how codetta stands on
//! simulated lines; they are not measurements of real calls.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::{Random, Samples, g711, resample};
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// What the line does to the sound, besides 8 kHz and the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line {
    /// Nothing else.
    Clean,
    /// Band-pass 300 to 3400 Hz and mu-law.
    MuLaw,
    /// The same with pink noise at this signal-to-noise ratio in dB, of active speech, measured in the band.
    MuLawNoise(f32),
}

/// Shorter clips, seconds, are padded: they have been cut out of their line.
pub(crate) const CUT_OUT_S: f64 = 1.2;

/// The sound as it arrives over `line`: 8 kHz, active level −30 to −22 dBFS, short clips padded to 1.2 s with
/// noise at −60 dBFS. The same sound, line and seed give the same samples.
///
/// # Errors
/// [`ErrorKind::Internal`] if a transform refuses its length.
pub fn telephone(sound: &Samples, line: Line, seed: u64) -> Result<Samples> {
    let mut random = Random::new(seed);
    let mut data = resample(sound, SampleRate::TELEPHONE)?.into_data();
    set_level(&mut data, -26.0 + 4.0 * (2.0 * random.uniform() - 1.0));
    pad(&mut data, &mut random);
    let band = BandPass::telephone();
    match line {
        Line::Clean => {}
        Line::MuLaw => data = through_codec(&band.run(&data)),
        Line::MuLawNoise(snr) => {
            let noise = pink_noise(data.len(), &mut random)?;
            let (speech_in_band, noise_in_band) = (active_power(&band.run(&data)), power(&band.run(&noise)));
            let wanted = speech_in_band / 10f64.powf(f64::from(snr) / 10.0);
            let gain = (wanted / noise_in_band.max(1e-20)).sqrt() as f32;
            let noisy: Vec<f32> = data.iter().zip(&noise).map(|(s, n)| s + gain * n).collect();
            data = through_codec(&band.run(&noisy));
        }
    }
    Ok(Samples::new(data, SampleRate::TELEPHONE))
}

fn through_codec(data: &[f32]) -> Vec<f32> {
    data.iter().map(|&s| g711::mu_law_round_trip(s)).collect()
}

/// Removes the mean and brings active speech to `decibels` over a full-scale square wave.
fn set_level(data: &mut [f32], decibels: f32) {
    let mean = data.iter().sum::<f32>() / data.len().max(1) as f32;
    data.iter_mut().for_each(|s| *s -= mean);
    let active = active_power(data).sqrt() as f32;
    if active > 0.0 {
        let gain = 10f32.powf(decibels / 20.0) / active;
        data.iter_mut().for_each(|s| *s *= gain);
    }
}

/// 0.25 s before and the rest of 1.2 s after, with noise at −60 dBFS.
fn pad(data: &mut Vec<f32>, random: &mut Random) {
    let shortest = SampleRate::TELEPHONE.frames(CUT_OUT_S).0 as usize;
    if data.len() >= shortest {
        return;
    }
    let before = SampleRate::TELEPHONE.frames(0.25).0 as usize;
    let mut hiss = |_| 0.001 * random.normal();
    let lead: Vec<f32> = (0..before).map(&mut hiss).collect();
    data.splice(0..0, lead);
    let missing = shortest.saturating_sub(data.len());
    data.extend((0..missing).map(hiss));
}

fn power(data: &[f32]) -> f64 {
    data.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>() / data.len().max(1) as f64
}

/// Mean power of the 20 ms frames within 30 dB of the loudest one.
fn active_power(data: &[f32]) -> f64 {
    let powers: Vec<f64> = data.chunks(160).map(power).collect();
    let floor = powers.iter().fold(0.0, |a: f64, &b| a.max(b)) / 1000.0;
    let active: Vec<f64> = powers.into_iter().filter(|&p| p > 0.0 && p >= floor).collect();
    active.iter().sum::<f64>() / active.len().max(1) as f64
}

/// White noise whose spectrum is divided by the square root of frequency: power falls by 3 dB an octave.
fn pink_noise(length: usize, random: &mut Random) -> Result<Vec<f32>> {
    let failed = |e: realfft::FftError| Error::new(ErrorKind::Internal, "noise transform", e.to_string());
    let size = length.next_power_of_two().max(2);
    let inverse = RealFftPlanner::<f32>::new().plan_fft_inverse(size);
    let mut spectrum = inverse.make_input_vec();
    let last = spectrum.len() - 1;
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let scale = 1.0 / (bin.max(1) as f32).sqrt();
        // The first and the last bin of a real signal are real; no offset.
        *value = match bin {
            0 => Complex::new(0.0, 0.0),
            _ if bin == last => Complex::new(scale * random.normal(), 0.0),
            _ => Complex::new(scale * random.normal(), scale * random.normal()),
        };
    }
    let mut noise = inverse.make_output_vec();
    inverse.process(&mut spectrum, &mut noise).map_err(failed)?;
    noise.truncate(length);
    Ok(noise)
}

/// Butterworth band-pass from a 4th-order low-pass prototype, as second-order sections, one forward pass.
///
/// Poles by the low-pass to band-pass transform and the bilinear transform with pre-warped edges (Oppenheim and
/// Schafer, Discrete-Time Signal Processing, §7.1); four zeros each at 0 Hz and at half the rate.
struct BandPass {
    /// Feedback coefficients a1 and a2 of each section; all feed forward 1, 0, −1.
    sections: Vec<[f64; 2]>,
    gain: f64,
}

impl BandPass {
    fn telephone() -> Self {
        Self::new(300.0, 3_400.0, 8_000.0)
    }

    fn new(low: f64, high: f64, rate: f64) -> Self {
        let warp = |hertz: f64| 2.0 * rate * (std::f64::consts::PI * hertz / rate).tan();
        let (low_edge, high_edge) = (warp(low), warp(high));
        let (width, centre) = (high_edge - low_edge, (low_edge * high_edge).sqrt());
        let mut sections = Vec::new();
        for k in 0..2 {
            // Prototype poles in the upper half plane; their conjugates come with the real coefficients.
            let angle = std::f64::consts::PI * (0.5 + (2.0 * f64::from(k) + 1.0) / 8.0);
            let half = Complex::from_polar(0.5 * width, angle);
            let root = (half * half - centre * centre).sqrt();
            for pole in [half + root, half - root] {
                let z = (2.0 * rate + pole) / (2.0 * rate - pole);
                sections.push([-2.0 * z.re, z.norm_sqr()]);
            }
        }
        let mut band = Self { sections, gain: 1.0 };
        let middle = 2.0 * (centre / (2.0 * rate)).atan();
        band.gain = 1.0 / band.response(middle);
        band
    }

    /// Magnitude at `radians` per sample.
    fn response(&self, radians: f64) -> f64 {
        let delay = Complex::from_polar(1.0, -radians);
        self.sections.iter().fold(self.gain, |gain, [a1, a2]| {
            gain * ((1.0 - delay * delay) / (1.0 + delay * *a1 + delay * delay * *a2)).norm()
        })
    }

    fn run(&self, data: &[f32]) -> Vec<f32> {
        let mut memory = vec![[0.0f64; 4]; self.sections.len()];
        data.iter()
            .map(|&sample| {
                let mut value = f64::from(sample) * self.gain;
                for ([a1, a2], [x1, x2, y1, y2]) in self.sections.iter().zip(&mut memory) {
                    let out = value - *x2 - a1 * *y1 - a2 * *y2;
                    (*x2, *x1, *y2, *y1) = (*x1, value, *y1, out);
                    value = out;
                }
                value as f32
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f64) -> Samples {
        let step = std::f64::consts::TAU * hertz / 16_000.0;
        Samples::new((0..32_000).map(|i| 0.3 * (i as f64 * step).sin() as f32).collect(), SampleRate::SPEECH)
    }

    #[test]
    fn the_band_is_three_decibels_down_at_its_edges() {
        let band = BandPass::telephone();
        let decibels = |hertz: f64| 20.0 * band.response(std::f64::consts::TAU * hertz / 8_000.0).log10();
        assert!((decibels(300.0) + 3.01).abs() < 0.01 && (decibels(3_400.0) + 3.01).abs() < 0.01);
        assert!(decibels(1_000.0).abs() < 0.01, "{}", decibels(1_000.0));
        assert!(decibels(150.0) < -20.0 && decibels(3_800.0) < -20.0);
    }

    #[test]
    fn pink_noise_falls_by_three_decibels_an_octave() {
        let noise = pink_noise(1 << 16, &mut Random::new(1)).unwrap();
        let octave = |low: f64| power(&BandPass::new(low, 2.0 * low, 8_000.0).run(&noise));
        for low in [125.0, 250.0, 500.0] {
            // Equal power in each octave.
            let ratio = octave(low) / octave(2.0 * low);
            assert!((0.8..1.25).contains(&ratio), "{low} Hz: {ratio}");
        }
    }

    #[test]
    fn the_noise_has_the_ratio_that_was_asked_for() {
        for snr in [15.0, 10.0, 0.0] {
            let clean = telephone(&tone(1_000.0), Line::MuLaw, 7).unwrap();
            let noisy = telephone(&tone(1_000.0), Line::MuLawNoise(snr), 7).unwrap();
            let noise: Vec<f32> = noisy.data().iter().zip(clean.data()).map(|(a, b)| a - b).collect();
            let measured = 10.0 * (power(clean.data()) / power(&noise)).log10() as f32;
            assert!((measured - snr).abs() < 0.7, "{snr} dB became {measured}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_line_and_short_clips_are_padded() {
        let word = tone(500.0).slice(0..4_000);
        let once = telephone(&word, Line::MuLawNoise(10.0), 3).unwrap();
        assert_eq!(once, telephone(&word, Line::MuLawNoise(10.0), 3).unwrap());
        assert_ne!(once, telephone(&word, Line::MuLawNoise(10.0), 4).unwrap());
        assert_eq!(once.data().len(), 9_600);
        let silence = Samples::silence(crate::units::Frames(0), SampleRate::SPEECH);
        assert_eq!(telephone(&silence, Line::MuLaw, 1).unwrap().data().len(), 9_600);
    }
}
