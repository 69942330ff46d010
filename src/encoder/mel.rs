//! Whisper's log-mel spectrogram: 80 bands of the Slaney scale, window 25 ms (Hann), step 10 ms, 16 kHz.

use realfft::RealFftPlanner;

use crate::model::mel_filters;
use crate::neural::Matrix;

pub(super) const BANDS: usize = 80;
const WINDOW: usize = 400;
pub(super) const HOP: usize = 160;
const BINS: usize = WINDOW / 2 + 1;

/// Spectrogram of `samples` (16 kHz): a row of `BANDS` values for each frame.
///
/// As in Whisper: centred frames over the mirrored signal, power, mel, log10 floored 8 decades (80 dB) below the
/// loudest value, then (x + 4)/4. Not padded to 30 s: the frames of the real sound only. At least two frames.
pub(super) fn log_mel(samples: &[f32]) -> Matrix {
    let frames = (samples.len() / HOP).max(2);
    // Mirroring needs more samples than it mirrors; silence stands in for what a snippet lacks.
    let length = (frames * HOP).max(WINDOW).max(samples.len());
    let at = |i: isize| {
        let mirrored = if i < 0 { -i } else { i } as usize;
        let mirrored = if mirrored >= length { 2 * (length - 1) - mirrored } else { mirrored };
        samples.get(mirrored).copied().unwrap_or(0.0)
    };
    let hann: Vec<f32> =
        (0..WINDOW).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / WINDOW as f32).cos()).collect();
    let filters = bands();
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut time, mut spectrum) = (transform.make_input_vec(), transform.make_output_vec());
    let mut scratch = transform.make_scratch_vec();
    let mut mel = Vec::with_capacity(BANDS * frames);
    let mut power = [0.0f32; BINS];
    for frame in 0..frames {
        let first = (frame * HOP) as isize - (WINDOW / 2) as isize;
        for (i, (out, w)) in time.iter_mut().zip(&hann).enumerate() {
            *out = w * at(first + i as isize);
        }
        // Lengths come from the plan itself, so this cannot fail.
        let _ = transform.process_with_scratch(&mut time, &mut spectrum, &mut scratch);
        power.iter_mut().zip(&spectrum).for_each(|(p, x)| *p = x.norm_sqr());
        for (first_bin, weights) in &filters {
            let energy: f32 = weights.iter().zip(&power[*first_bin..]).map(|(w, p)| w * p).sum();
            mel.push(energy.max(1e-10).log10());
        }
    }
    let loudest = mel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    mel.iter_mut().for_each(|x| *x = (x.max(loudest - 8.0) + 4.0) / 4.0);
    Matrix::new(mel, BANDS)
}

/// Of each band, the first spectral bin and the weights from there.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let band = |weights: &[f32]| {
        let first = weights.iter().position(|w| *w > 0.0).unwrap_or(0);
        (first, weights[first..].iter().copied().take_while(|w| *w > 0.0).collect())
    };
    mel_filters().chunks_exact(BINS).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f32 = 16_000.0;

    #[test]
    fn a_tone_lights_the_band_around_it() {
        for hertz in [300.0f32, 1000.0, 3000.0] {
            let tone: Vec<f32> =
                (0..8000).map(|i| 0.3 * (std::f32::consts::TAU * hertz * i as f32 / RATE).sin()).collect();
            let mel = log_mel(&tone);
            let frame = mel.rows().nth(20).unwrap();
            let loudest = (0..BANDS).max_by(|&a, &b| frame[a].total_cmp(&frame[b])).unwrap();
            let (first, weights) = &bands()[loudest];
            let bin = (hertz * WINDOW as f32 / RATE).round() as usize;
            assert!((*first..first + weights.len()).contains(&bin), "{hertz} Hz lit band {loudest}");
        }
    }

    #[test]
    fn any_length_gives_finite_values() {
        for length in [0, 1, 159, 161, 399, 400, 401, 3201] {
            let mel = log_mel(&vec![0.1; length]);
            assert!(mel.len() >= 2 && mel.data().iter().all(|x| x.is_finite()));
        }
    }
}
