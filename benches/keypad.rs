//! Cost of hearing keys: a minute of sound at each rate, as 20 ms chunks, on one core.
//!
//! `cargo bench --no-default-features --bench keypad`; times real time = 60 s over the time printed.

#[path = "../tests/support/keypad_tones.rs"]
mod keypad_tones;

use std::hint::black_box;

use codetta::SampleRate;
use codetta::keypad::Detector;
use criterion::{Criterion, criterion_group, criterion_main};
use keypad_tones::{Random, Sending, send};

const SECONDS: usize = 60;

fn minute(hertz: u32, sound: &str) -> Vec<f32> {
    let length = SECONDS * hertz as usize;
    let mut random = Random(1);
    match sound {
        "keys" => {
            let rate = SampleRate::new(hertz).expect("a usual rate");
            let keys = send(&Sending { snr_db: Some(10.0), ..Sending::default() }, 4, rate, 1).sound.into_data();
            keys.into_iter().cycle().take(length).collect()
        }
        // Decaying harmonics of a gliding pitch: what a voice costs, without anybody's recording.
        "voice" => {
            let mut phase = 0.0;
            (0..length)
                .map(|i| {
                    let t = i as f64 / f64::from(hertz);
                    phase += std::f64::consts::TAU * (140.0 + 30.0 * (7.0 * t).sin()) / f64::from(hertz);
                    let harmonics: f64 = (1..=16).map(|n| (f64::from(n) * phase).sin() / f64::from(n)).sum();
                    (0.2 * harmonics + 0.01 * random.gaussian()) as f32
                })
                .collect()
        }
        _ => (0..length).map(|_| 0.1 * random.gaussian() as f32).collect(),
    }
}

fn keypad(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keypad_minute");
    group.sample_size(20);
    for hertz in [8_000, 16_000, 48_000] {
        for sound in ["noise", "voice", "keys"] {
            let data = minute(hertz, sound);
            let mut detector = Detector::new(SampleRate::new(hertz).expect("a usual rate")).expect("at least 8 kHz");
            group.bench_function(format!("{sound}_{hertz}"), |bencher| {
                bencher.iter(|| {
                    data.chunks(hertz as usize / 50).map(|chunk| detector.push(black_box(chunk)).len()).sum::<usize>()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, keypad);
criterion_main!(benches);
