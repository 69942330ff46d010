//! Is this stretch of sound a key? Goertzel bins pick the candidate, a joint fit of both tones decides.
//!
//! What is asked of a key, and where it comes from, stands at each constant; ITU-T Q.23 gives the frequencies,
//! Q.24 the tolerances of receivers.

use super::fit::{Rotor, TwoToneFit};
use super::key::Key;

/// ITU-T Q.23: row and column frequencies of the sixteen keys.
pub(super) const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
pub(super) const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// Relative frequency error accepted. Q.24 wants 1.5 % and 2 Hz (1.8 % of the lowest tone) taken and 3.5 % refused;
/// nearer the first, since the error of measurement is some 0.2 % and the notes of music lie everywhere.
const FREQUENCY_TOLERANCE: f64 = 0.022;
/// Spacing of the three bins that a frequency is interpolated from, relative to it.
const FREQUENCY_STEP: f64 = 0.025;
/// Share of a stretch's energy that the two strongest bins must hold to be worth a fit. Cheap and generous.
const CANDIDATE_SHARE: f64 = 0.35;
/// Share that the fitted tones must explain, whatever the rest is.
const EXPLAINED_CLEAN: f64 = 0.9;
/// Share that they must explain when the rest sounds like noise. White noise 5 dB below the tones leaves them 0.76.
const EXPLAINED_NOISY: f64 = 0.65;
/// Spectral flatness from which the rest counts as noise: white noise gives 0.4 to 0.6, voices and music stay below
/// 0.16 where two of their harmonics pass for a key (development speech, see BENCHMARKS.md).
const NOISE_FLATNESS: f64 = 0.25;
/// Where flatness is measured: the telephone's band, so that band-limited noise counts as noise too.
const FLATNESS_BAND: std::ops::Range<f64> = 250.0..3_400.0;
/// The row may be at most this much stronger than the column: Q.24's 8 dB and 2 dB for measuring in noise.
const ROW_OVER_COLUMN: f64 = 3.162;
/// The column may be at most this much stronger than the row: Q.24's 4 dB and 2 dB for measuring in noise.
const COLUMN_OVER_ROW: f64 = 1.995;
/// A tone's second harmonic, as a share of its amplitude. Voices have overtones, keys do not.
const SECOND_HARMONIC: f64 = 0.35;
/// Weakest amplitude of a tone: −60 dBFS.
const FLOOR: f64 = 0.001;

const BINS: usize = ROWS.len() + COLUMNS.len();

/// A key heard in one stretch, with what is needed to follow it from sample to sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub key: Key,
    /// Measured frequencies in radians per sample.
    pub angles: [f64; 2],
    /// Peak amplitudes of row and column tone.
    pub amplitudes: [f64; 2],
}

impl Heard {
    /// How much of this key is in another stretch: the weaker of the two tones, relative to its amplitude here.
    pub fn presence(&self, samples: &[f32]) -> f64 {
        TwoToneFit::new(samples, self.angles[0], self.angles[1])
            .map_or(0.0, |fit| (fit.low / self.amplitudes[0]).min(fit.high / self.amplitudes[1]))
    }
}

/// Hears keys in stretches of one fixed length.
pub(super) struct Ear {
    /// Radians per sample of 1 Hz.
    radians_per_hertz: f64,
    hann: Vec<f32>,
    /// Windowed cosines and sines of the eight nominal frequencies, one row a sample: a sum over rows is eight bins.
    bins: Vec<[f32; 2 * BINS]>,
    /// What a fit leaves of a stretch.
    rest: Vec<f32>,
}

impl Ear {
    pub fn new(rate_hertz: f64, length: usize) -> Self {
        let radians_per_hertz = std::f64::consts::TAU / rate_hertz;
        let hann: Vec<f32> = (0..length)
            .map(|i| (std::f64::consts::PI * (i as f64 + 0.5) / length as f64).sin().powi(2) as f32)
            .collect();
        let row = |(i, &weight): (usize, &f32)| {
            let mut row = [0.0; 2 * BINS];
            for (bin, hertz) in ROWS.iter().chain(&COLUMNS).enumerate() {
                let (sin, cos) = (hertz * radians_per_hertz * i as f64).sin_cos();
                row[bin] = weight * cos as f32;
                row[bin + BINS] = weight * sin as f32;
            }
            row
        };
        let bins = hann.iter().enumerate().map(row).collect();
        Self { radians_per_hertz, hann, bins, rest: vec![0.0; length] }
    }

    /// The key that fills `stretch`, if one does. Does not allocate.
    ///
    /// `stretch` has the length given to [`Self::new`].
    pub fn hear(&mut self, stretch: &[f32]) -> Option<Heard> {
        let mean = stretch.iter().sum::<f32>() / stretch.len() as f32;
        let power = stretch.iter().map(|s| (s - mean) * (s - mean)).sum::<f32>() / stretch.len() as f32;
        if f64::from(power) < FLOOR * FLOOR {
            return None;
        }
        let (row, column) = self.candidate(stretch, mean, power)?;
        let row_angle = self.measure(stretch, mean, ROWS[row])?;
        let column_angle = self.measure(stretch, mean, COLUMNS[column])?;
        let fit = TwoToneFit::new(stretch, row_angle, column_angle)?;
        let explained = fit.explained();
        if explained < EXPLAINED_NOISY
            || fit.low.min(fit.high) < FLOOR
            || fit.low > fit.high * ROW_OVER_COLUMN
            || fit.high > fit.low * COLUMN_OVER_ROW
        {
            return None;
        }
        fit.rest(stretch, &mut self.rest);
        if explained < EXPLAINED_CLEAN && self.flatness_of_rest() < NOISE_FLATNESS {
            return None;
        }
        if self.overtone_of_rest(row_angle) > fit.low * SECOND_HARMONIC
            || self.overtone_of_rest(column_angle) > fit.high * SECOND_HARMONIC
        {
            return None;
        }
        let key = Key::ALL[row * COLUMNS.len() + column];
        Some(Heard { key, angles: [row_angle, column_angle], amplitudes: [fit.low, fit.high] })
    }

    /// Strongest row and column, if together they could be most of the sound.
    fn candidate(&self, stretch: &[f32], mean: f32, power: f32) -> Option<(usize, usize)> {
        let mut sums = [0.0f32; 2 * BINS];
        for (sample, bins) in stretch.iter().zip(&self.bins) {
            let sample = sample - mean;
            for (sum, bin) in sums.iter_mut().zip(bins) {
                *sum += sample * bin;
            }
        }
        // A Hann window sums to half its length, and a sinusoid of amplitude A has power A²/2.
        let scale = 4.0 / stretch.len() as f32;
        let powers: [f32; BINS] =
            std::array::from_fn(|i| 0.5 * scale * scale * (sums[i] * sums[i] + sums[i + BINS] * sums[i + BINS]));
        let strongest = |range: std::ops::Range<usize>| range.max_by(|&a, &b| powers[a].total_cmp(&powers[b]));
        let (row, column) = (strongest(0..ROWS.len())?, strongest(ROWS.len()..BINS)?);
        (f64::from(powers[row] + powers[column]) >= CANDIDATE_SHARE * f64::from(power))
            .then_some((row, column - ROWS.len()))
    }

    /// The frequency near `nominal` hertz, in radians per sample, by a parabola through three log magnitudes of the
    /// windowed spectrum (J. O. Smith, Spectral Audio Signal Processing, "Quadratic Interpolation of Spectral Peaks").
    /// None if it is out of tolerance.
    fn measure(&self, stretch: &[f32], mean: f32, nominal: f64) -> Option<f64> {
        let mut ratio = 1.0;
        // Beyond its outer points the parabola falls short, and a tone just out of tolerance would slip in: hence the
        // second look, from where the first one ended.
        for _ in 0..2 {
            let [below, at, above] = [ratio - FREQUENCY_STEP, ratio, ratio + FREQUENCY_STEP]
                .map(|ratio| self.log_magnitude(stretch, mean, nominal * ratio));
            let curvature = below - 2.0 * at + above;
            if curvature >= 0.0 {
                return None;
            }
            ratio += (0.5 * (below - above) / curvature).clamp(-2.0, 2.0) * FREQUENCY_STEP;
        }
        ((ratio - 1.0).abs() <= FREQUENCY_TOLERANCE).then_some(nominal * ratio * self.radians_per_hertz)
    }

    fn log_magnitude(&self, stretch: &[f32], mean: f32, hertz: f64) -> f64 {
        self.power(stretch, mean, hertz * self.radians_per_hertz).max(f64::MIN_POSITIVE).ln() / 2.0
    }

    /// Squared magnitude of the windowed spectrum at one frequency, in radians per sample.
    fn power(&self, stretch: &[f32], mean: f32, angle: f64) -> f64 {
        let mut rotor = Rotor::new(angle);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (sample, weight) in stretch.iter().zip(&self.hann) {
            let (cos, sin) = rotor.next();
            let weighted = f64::from((sample - mean) * weight);
            real += weighted * cos;
            imaginary += weighted * sin;
        }
        real * real + imaginary * imaginary
    }

    /// Amplitude at twice a tone's frequency in what the fit left; a Hann window sums to half its length.
    fn overtone_of_rest(&self, angle: f64) -> f64 {
        self.power(&self.rest, 0.0, 2.0 * angle).sqrt() * 4.0 / self.rest.len() as f64
    }

    /// Geometric over arithmetic mean of what the fit left, bin by bin: 1 if flat, towards 0 if a few lines stand out.
    fn flatness_of_rest(&self) -> f64 {
        let hertz_per_bin = std::f64::consts::TAU / (self.rest.len() as f64 * self.radians_per_hertz);
        let bins = (FLATNESS_BAND.start / hertz_per_bin).ceil() as usize..(FLATNESS_BAND.end / hertz_per_bin) as usize;
        let (count, mut sum, mut sum_of_logs) = (bins.len() as f64, 0.0, 0.0);
        for bin in bins {
            let angle = std::f64::consts::TAU * bin as f64 / self.rest.len() as f64;
            let power = self.power(&self.rest, 0.0, angle).max(f64::MIN_POSITIVE);
            sum += power;
            sum_of_logs += power.ln();
        }
        (sum_of_logs / count).exp() / (sum / count)
    }
}
