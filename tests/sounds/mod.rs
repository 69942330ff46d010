//! Test sounds and the measures that tests take of them.

#![allow(dead_code)] // Each test file uses its part.

use std::f64::consts::{PI, TAU};
use std::ops::Range;

use codetta::SampleRate;
use codetta::audio::Stereo;

/// White Gaussian-like noise (sum of uniforms), unrelated sides, given root mean square.
pub fn noise(seed: u64, level: f32, seconds: f64, rate: SampleRate) -> Stereo {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    // The first outputs of neighbouring seeds resemble each other.
    for _ in 0..32 {
        uniform();
    }
    let length = rate.frames(seconds).0 as usize;
    let mut side = || (0..length).map(|_| level * (0..12).map(|_| uniform()).sum::<f32>()).collect::<Vec<f32>>();
    let (left, right) = (side(), side());
    Stereo::new(left, right, rate)
}

pub fn tone(hertz: f64, amplitude: f32, seconds: f64, rate: SampleRate) -> Stereo {
    let step = TAU * hertz / f64::from(rate.hertz());
    let side: Vec<f32> =
        (0..rate.frames(seconds).0).map(|i| amplitude * (i as f64 * step + PI / 4.0).sin() as f32).collect();
    Stereo::new(side.clone(), side, rate)
}

pub fn constant(value: f32, seconds: f64, rate: SampleRate) -> Stereo {
    let side = vec![value; rate.frames(seconds).0 as usize];
    Stereo::new(side.clone(), side, rate)
}

/// Root mean square of both sides over a span of seconds, dB re full scale.
pub fn level_db(sound: &Stereo, seconds: Range<f64>) -> f32 {
    let frame = |second: f64| (sound.rate().frames(second).0 as usize).min(sound.left().len());
    let span = frame(seconds.start)..frame(seconds.end);
    let both = sound.left()[span.clone()].iter().chain(&sound.right()[span.clone()]);
    let energy: f64 = both.map(|&s| f64::from(s).powi(2)).sum();
    (10.0 * (energy / (2 * span.len()) as f64).log10()) as f32
}

/// A copy of a span of seconds.
pub fn part(sound: &Stereo, seconds: Range<f64>) -> Stereo {
    let frame = |second: f64| (sound.rate().frames(second).0 as usize).min(sound.left().len());
    let span = frame(seconds.start)..frame(seconds.end);
    Stereo::new(sound.left()[span.clone()].to_vec(), sound.right()[span].to_vec(), sound.rate())
}

/// Largest step from one sample to the next.
pub fn steepest(sound: &Stereo) -> f32 {
    let side = |data: &[f32]| data.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    side(sound.left()).max(side(sound.right()))
}

/// True peak in dB by 16-fold interpolation with a long kernel: stricter than the standard's meter.
pub fn true_peak_of(sound: &Stereo) -> f64 {
    const REACH: isize = 32;
    let kernel = |x: f64| {
        let window = (PI * x / (2.0 * (REACH as f64 + 1.0))).cos().powi(2);
        if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) * window }
    };
    let kernels: Vec<Vec<f64>> = (0..16)
        .map(|phase| (1 - REACH..=REACH).map(|i| kernel(i as f64 - f64::from(phase) / 16.0)).collect())
        .collect();
    let mut peak = 0.0f64;
    for side in [sound.left(), sound.right()] {
        for window in side.windows(2 * REACH as usize) {
            // Only near large samples can the peak lie.
            if window[REACH as usize - 1].abs().max(window[REACH as usize].abs()) > 0.4 {
                for kernel in &kernels {
                    let point: f64 = kernel.iter().zip(window).map(|(k, &s)| k * f64::from(s)).sum();
                    peak = peak.max(point.abs());
                }
            }
        }
    }
    20.0 * peak.log10()
}

/// Levels (dB) of what is left when the best-fitting tone is taken out, and of that tone.
pub fn residual_of_tone(sound: &Stereo, hertz: f64, seconds: Range<f64>) -> (f32, f32) {
    let frame = |second: f64| sound.rate().frames(second).0 as usize;
    let data = &sound.left()[frame(seconds.start)..frame(seconds.end)];
    let step = TAU * hertz / f64::from(sound.rate().hertz());
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (i, &s) in data.iter().enumerate() {
        let (sin, cos) = (i as f64 * step).sin_cos();
        sine += 2.0 * f64::from(s) * sin / data.len() as f64;
        cosine += 2.0 * f64::from(s) * cos / data.len() as f64;
    }
    let (mut residual, mut fundamental) = (0.0, 0.0);
    for (i, &s) in data.iter().enumerate() {
        let (sin, cos) = (i as f64 * step).sin_cos();
        let fitted = sine * sin + cosine * cos;
        residual += (f64::from(s) - fitted).powi(2);
        fundamental += fitted.powi(2);
    }
    let db = |energy: f64| (10.0 * (energy / data.len() as f64).max(1e-20).log10()) as f32;
    (db(residual), db(fundamental))
}
