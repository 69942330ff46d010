//! Whisper's log-mel spectrogram: 80 bands of the Slaney scale, window 25 ms (Hann), step 10 ms, 16 kHz.

use realfft::RealFftPlanner;

pub(super) const BANDS: usize = 80;
const WINDOW: usize = 400;
pub(super) const HOP: usize = 160;
const BINS: usize = WINDOW / 2 + 1;
const RATE: f32 = 16_000.0;

/// Spectrogram of `samples` (16 kHz), band after band: `BANDS` rows of `frames` values, with the number of frames.
///
/// As in Whisper: centred frames over the mirrored signal, power, mel, log10 floored 8 decades (80 dB) below the
/// loudest value, then (x + 4)/4. Not padded to 30 s: the frames of the real sound only. At least two frames.
pub(super) fn log_mel(samples: &[f32]) -> (Vec<f32>, usize) {
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
    let filters = mel_filters();
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut time, mut spectrum) = (transform.make_input_vec(), transform.make_output_vec());
    let mut scratch = transform.make_scratch_vec();
    let mut mel = vec![0.0f32; BANDS * frames];
    let mut power = [0.0f32; BINS];
    for frame in 0..frames {
        let first = (frame * HOP) as isize - (WINDOW / 2) as isize;
        for (i, (out, w)) in time.iter_mut().zip(&hann).enumerate() {
            *out = w * at(first + i as isize);
        }
        // Lengths come from the plan itself, so this cannot fail.
        let _ = transform.process_with_scratch(&mut time, &mut spectrum, &mut scratch);
        power.iter_mut().zip(&spectrum).for_each(|(p, x)| *p = x.norm_sqr());
        for (band, (first_bin, weights)) in filters.iter().enumerate() {
            let energy: f32 = weights.iter().zip(&power[*first_bin..]).map(|(w, p)| w * p).sum();
            mel[band * frames + frame] = energy.max(1e-10).log10();
        }
    }
    let loudest = mel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    mel.iter_mut().for_each(|x| *x = (x.max(loudest - 8.0) + 4.0) / 4.0);
    (mel, frames)
}

/// Triangles of the Slaney scale (linear below 1 kHz, logarithmic above), each of unit area in hertz: the first
/// spectral bin and the weights from there.
fn mel_filters() -> Vec<(usize, Vec<f32>)> {
    let hertz: Vec<f64> = (0..BANDS + 2).map(|i| mel_to_hertz(45.245_64 * i as f64 / (BANDS + 1) as f64)).collect();
    (0..BANDS)
        .map(|band| {
            let (low, centre, high) = (hertz[band], hertz[band + 1], hertz[band + 2]);
            let weight = |bin: usize| {
                let f = bin as f64 * f64::from(RATE) / WINDOW as f64;
                let rise = (f - low) / (centre - low);
                let fall = (high - f) / (high - centre);
                (rise.min(fall).max(0.0) * 2.0 / (high - low)) as f32
            };
            let first = (0..BINS).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            (first, (first..BINS).map(weight).take_while(|&w| w > 0.0).collect())
        })
        .collect()
}

/// The Slaney scale: 3 mel per 200 Hz to 1 kHz (15 mel), then 27 mel per factor 6.4. 8 kHz is 45.2456 mel.
fn mel_to_hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lights_the_band_around_it() {
        for (hertz, _) in [(300.0f32, 0), (1000.0, 0), (3000.0, 0)] {
            let tone: Vec<f32> =
                (0..8000).map(|i| 0.3 * (std::f32::consts::TAU * hertz * i as f32 / RATE).sin()).collect();
            let (mel, frames) = log_mel(&tone);
            let loudest = (0..BANDS).max_by(|&a, &b| mel[a * frames + 20].total_cmp(&mel[b * frames + 20])).unwrap();
            let edge = |i: usize| mel_to_hertz(45.245_64 * i as f64 / 81.0) as f32;
            assert!(edge(loudest) <= hertz && hertz <= edge(loudest + 2), "{hertz} Hz lit band {loudest}");
        }
    }

    #[test]
    fn any_length_gives_finite_values() {
        for length in [0, 1, 159, 161, 399, 400, 401, 3201] {
            let (mel, frames) = log_mel(&vec![0.1; length]);
            assert_eq!(mel.len(), BANDS * frames);
            assert!(mel.iter().all(|x| x.is_finite()));
        }
    }
}
