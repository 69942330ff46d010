//! The mel filter bank that Whisper was trained with: Slaney's scale and area normalisation.
//!
//! Formula: M. Slaney, Auditory Toolbox (1998), as in `librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)`.

use crate::units::SampleRate;

/// Number of mel bands.
pub const BANDS: usize = 80;
/// Number of bins of the 400-point spectrum, 0 to 8 kHz.
pub const BINS: usize = 201;

const LINEAR_STEP_HZ: f64 = 200.0 / 3.0;
const LOG_FROM_HZ: f64 = 1000.0;
const LOG_FROM_MEL: f64 = LOG_FROM_HZ / LINEAR_STEP_HZ;

/// Hertz of a point on Slaney's scale: linear below 1 kHz, logarithmic above.
fn hertz(mel: f64) -> f64 {
    if mel < LOG_FROM_MEL {
        mel * LINEAR_STEP_HZ
    } else {
        LOG_FROM_HZ * ((mel - LOG_FROM_MEL) * (6.4f64.ln() / 27.0)).exp()
    }
}

/// Weights of 80 bands × 201 bins, band by band. Each filter is a triangle of unit area over hertz.
pub fn mel_filters() -> Vec<f32> {
    let nyquist = f64::from(SampleRate::SPEECH.hertz()) / 2.0;
    let top = LOG_FROM_MEL + (nyquist / LOG_FROM_HZ).ln() / (6.4f64.ln() / 27.0);
    let edges: Vec<f64> = (0..BANDS + 2).map(|i| hertz(top * i as f64 / (BANDS + 1) as f64)).collect();
    let mut weights = Vec::with_capacity(BANDS * BINS);
    for edge in edges.windows(3) {
        let area = 2.0 / (edge[2] - edge[0]);
        for bin in 0..BINS {
            let frequency = nyquist * bin as f64 / (BINS - 1) as f64;
            let rising = (frequency - edge[0]) / (edge[1] - edge[0]);
            let falling = (edge[2] - frequency) / (edge[2] - edge[1]);
            weights.push((rising.min(falling).max(0.0) * area) as f32);
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_reference() {
        // librosa 0.10, filters.mel(sr=16000, n_fft=400, n_mels=80): first non-zero weights of bands 0 and 79.
        let filters = mel_filters();
        assert_eq!(filters.len(), BANDS * BINS);
        assert!((filters[1] - 0.024_862_6).abs() < 1e-6, "{}", filters[1]);
        // Unit area over hertz, where a triangle is wide enough to be sampled well (40 Hz a bin).
        let area: f32 = filters[79 * BINS..].iter().sum::<f32>() * 40.0;
        assert!((area - 1.0).abs() < 0.02, "{area}");
        assert!(filters.iter().all(|weight| *weight >= 0.0));
    }
}
