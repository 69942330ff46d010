//! Harmonics-to-noise ratio by forward cross-correlation.
//!
//! Boersma 1993, equation 4: a signal whose correlation one period apart is r has a harmonics-to-noise ratio of
//! 10·log10(r / (1 − r)). Settings are Praat's documented defaults for "To Harmonicity (cc)": step 10 ms, lowest pitch
//! 75 Hz, one period per window, frames below 0.1 of the recording's peak left out.

use super::interpolate::Correlation;
use super::path::PathCosts;
use super::pitch::{centred_frames, fold_above_one};
use crate::audio::Samples;

const FLOOR_HZ: f64 = 75.0;
const STEP_S: f64 = 0.01;
const SILENCE_THRESHOLD: f64 = 0.1;
const DEPTH: usize = 70;
/// Peaks this far below the highest sampled one cannot overtake it by interpolation between samples at speech rates.
const CLOSE_SECOND: f64 = 0.1;

/// Mean harmonics-to-noise ratio over frames with a periodic part, decibels. None when there is no such frame.
pub(super) fn mean_hnr_db(samples: &Samples) -> Option<f64> {
    let rate = f64::from(samples.rate().hertz());
    let period = (rate / FLOOR_HZ) as usize;
    let half = (period / 2).checked_sub(1).filter(|&half| half >= 8)?;
    let window = 2 * half;
    let (count, start_s) = centred_frames(samples.seconds(), 2.0 / FLOOR_HZ, STEP_S);
    let data: Vec<f64> = samples.data().iter().map(|&x| f64::from(x)).collect();
    let mean = data.iter().sum::<f64>() / data.len().max(1) as f64;
    let global_peak = data.iter().fold(0.0f64, |peak, x| peak.max((x - mean).abs()));
    if global_peak <= 0.0 {
        return None;
    }
    let costs = PathCosts {
        ceiling: 0.5 * rate,
        silence_threshold: SILENCE_THRESHOLD,
        voicing_threshold: 0.0,
        octave: 0.0,
        octave_jump: 0.0,
        voiced_unvoiced: 0.0,
        time_step: STEP_S,
    };
    let (mut sum, mut voiced) = (0.0, 0u32);
    let mut correlation = Correlation::new(window);
    let mut frame = Vec::with_capacity(2 * window);
    for i in 0..count {
        let seconds = start_s + i as f64 * STEP_S;
        let right = (seconds * rate - 0.5).floor() as isize + 1;
        let clip = |i: isize| (i.max(0) as usize).min(data.len());
        let around = &data[clip(right - period as isize)..clip(right + period as isize)];
        let mean = around.iter().sum::<f64>() / (2 * period) as f64;
        let near = &data[clip(right - half as isize)..clip(right + half as isize)];
        let peak = near.iter().fold(0.0f64, |peak, x| peak.max((x - mean).abs()));
        // The window starts one period and half a window before the frame's centre, and is slid forward from there.
        let first = clip(((seconds - 1.0 / FLOOR_HZ) * rate - 0.5).floor() as isize);
        frame.clear();
        frame.extend(data[first..(first + 2 * window).min(data.len())].iter().map(|x| x - mean));
        let Some(longest) = frame.len().checked_sub(window).filter(|&longest| longest > 2) else { continue };
        cross_correlate(&frame, window, longest, &mut correlation);
        let unvoiced = costs.unvoiced_strength((peak / global_peak).min(1.0));
        if let Some(strength) = highest_peak(&correlation, longest).filter(|&strength| strength > unvoiced) {
            let strength = strength.clamp(1e-15, 1.0 - 1e-15);
            sum += 10.0 * (strength / (1.0 - strength)).log10();
            voiced += 1;
        }
    }
    (voiced > 0).then(|| sum / f64::from(voiced))
}

/// Correlation of the first `window` samples with those `lag` later, over the root of both energies.
fn cross_correlate(frame: &[f64], window: usize, longest: usize, correlation: &mut Correlation) {
    let reference = &frame[..window];
    let energy: f64 = reference.iter().map(|x| x * x).sum();
    let mut shifted = energy;
    for lag in 1..=correlation.longest() {
        if lag > longest {
            correlation.set(lag, 0.0);
            continue;
        }
        shifted += frame[lag + window - 1].powi(2) - frame[lag - 1].powi(2);
        let product = dot(reference, &frame[lag..lag + window]);
        // Rounding may leave a tiny negative energy in digital silence; `set` turns the resulting NaN into 0.
        correlation.set(lag, product / (energy * shifted).sqrt());
    }
}

/// Inner product in eight lanes, which the compiler can put into vector registers.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

fn highest_peak(correlation: &Correlation, longest: usize) -> Option<f64> {
    let peaks = || (2..longest).filter(|&lag| correlation.at(lag) > 0.0 && correlation.is_peak(lag));
    let highest = peaks().map(|lag| correlation.at(lag)).max_by(f64::total_cmp)?;
    peaks()
        .filter(|&lag| correlation.at(lag) >= highest - CLOSE_SECOND)
        .map(|lag| fold_above_one(correlation.refine_peak(lag, DEPTH).1))
        .max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    /// A tone of power ½ in white noise of known power has a ratio known from theory.
    #[test]
    fn a_tone_in_noise_has_the_ratio_it_was_made_with() {
        for wanted in [5.0, 10.0, 20.0] {
            let noise_power = 0.5 / 10f64.powf(wanted / 10.0);
            let mut state = 7u64;
            let mut uniform = move || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            };
            let data = (0..32000)
                .map(|i| {
                    let tone = (std::f64::consts::TAU * 200.0 * f64::from(i) / 16000.0).sin();
                    (0.3 * (tone + (12.0 * noise_power).sqrt() * uniform())) as f32
                })
                .collect();
            let measured = mean_hnr_db(&Samples::new(data, SampleRate::SPEECH)).unwrap();
            // Picking the highest of several peaks favours lucky ones a little.
            assert!((measured - wanted).abs() < 2.0, "wanted {wanted}, measured {measured}");
        }
    }

    #[test]
    fn silence_and_snippets_have_none() {
        for length in [0, 10, 300, 16000] {
            assert_eq!(mean_hnr_db(&Samples::new(vec![0.0; length], SampleRate::SPEECH)), None);
        }
    }
}
