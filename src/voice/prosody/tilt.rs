//! Spectral balance of the voiced sound: alpha ratio and slopes.
//!
//! Definitions of the Geneva minimalistic set (Eyben et al. 2016, IEEE Transactions on Affective Computing 7(2)):
//! alpha ratio is the energy of 50–1000 Hz over that of 1–5 kHz; a slope is the regression line of the level in dB over
//! frequency. Here they are taken from the mean power spectrum of the voiced frames (Hann window, 40 ms).

use realfft::num_complex::Complex;

/// Power spectra of voiced frames, each normalised to its own energy, so that loud frames do not drown the others.
#[derive(Debug)]
pub(super) struct PowerSum {
    bins: Vec<f64>,
    bin_hz: f64,
    frames: u32,
}

impl PowerSum {
    pub(super) fn new(rate: f64, transform_length: usize) -> Self {
        Self { bins: vec![0.0; transform_length / 2 + 1], bin_hz: rate / transform_length as f64, frames: 0 }
    }

    pub(super) fn add(&mut self, spectrum: &[Complex<f64>]) {
        let energy: f64 = spectrum.iter().map(Complex::norm_sqr).sum();
        if energy > 0.0 {
            self.bins.iter_mut().zip(spectrum).for_each(|(bin, x)| *bin += x.norm_sqr() / energy);
            self.frames += 1;
        }
    }

    fn band(&self, from_hz: f64, to_hz: f64) -> impl Iterator<Item = (f64, f64)> {
        let bins = self.bins.iter().enumerate().map(|(i, &power)| (i as f64 * self.bin_hz, power));
        bins.filter(move |&(hertz, _)| hertz >= from_hz && hertz < to_hz)
    }

    /// Decibels: 10·log10 of the energy in 50–1000 Hz over that in 1–5 kHz. None without voiced frames.
    pub(super) fn alpha_ratio_db(&self) -> Option<f64> {
        let energy = |from, to| self.band(from, to).map(|(_, power)| power).sum::<f64>();
        let (low, high) = (energy(50.0, 1000.0), energy(1000.0, 5000.0));
        (self.frames > 0 && low > 0.0 && high > 0.0).then(|| 10.0 * (low / high).log10())
    }

    /// Decibels per kilohertz: slope of the least-squares line through the level of 0–500 or 500–1500 Hz, …
    pub(super) fn slope_db_per_khz(&self, from_hz: f64, to_hz: f64) -> Option<f64> {
        let points: Vec<(f64, f64)> = self
            .band(from_hz, to_hz)
            .filter(|&(_, power)| power > 0.0)
            .map(|(hertz, power)| (hertz / 1000.0, 10.0 * power.log10()))
            .collect();
        if self.frames == 0 || points.len() < 3 {
            return None;
        }
        let count = points.len() as f64;
        let mean_x = points.iter().map(|p| p.0).sum::<f64>() / count;
        let mean_y = points.iter().map(|p| p.1).sum::<f64>() / count;
        let covariance: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
        let variance: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
        Some(covariance / variance)
    }
}
