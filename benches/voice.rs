//! Cost of prosody and of vocal emotion per second of speech.
//!
//! `cargo bench --bench voice`; emotion is left out, and says so, where the encoder is not installed.

use std::hint::black_box;

use codetta::audio::Samples;
use codetta::model::Store;
use codetta::segment::Utterance;
use codetta::voice::{CallerSpeech, Prosody, VoiceScorer};
use codetta::{Frames, SampleRate};
use criterion::{Criterion, criterion_group, criterion_main};

/// Two seconds of a voice-like buzz: gliding pitch, syllables of a quarter second.
fn voice_like() -> Samples {
    let mut phase = 0.0f64;
    let data = (0..32_000).map(|i| {
        let t = f64::from(i) / 16_000.0;
        phase += std::f64::consts::TAU * (160.0 + 30.0 * (3.0 * t).sin()) / 16_000.0;
        let syllable = (std::f64::consts::PI * 4.0 * t).sin().abs();
        let buzz: f64 = (1..20).map(|h| (phase * f64::from(h)).sin() / f64::from(h)).sum();
        (0.2 * syllable * buzz) as f32
    });
    Samples::new(data.collect(), SampleRate::SPEECH)
}

fn prosody(criterion: &mut Criterion) {
    let samples = voice_like();
    criterion.bench_function("prosody of 2 s", |b| b.iter(|| Prosody::measure(black_box(&samples))));
}

fn emotion(criterion: &mut Criterion) {
    let scorer = Store::locate().and_then(|store| VoiceScorer::load(&store.path("whisper-base-encoder3.safetensors")?));
    let scorer = match scorer {
        Ok(scorer) => scorer,
        Err(error) => return eprintln!("emotion is not measured: {error}"),
    };
    let samples = voice_like();
    let utterance = Utterance {
        span: Frames(0)..samples.frames(),
        speech_frames: vec![0.9; samples.data().len().div_ceil(256)],
        samples,
    };
    let speech = CallerSpeech::of_caller(&utterance);
    criterion.bench_function("emotion of 2 s", |b| b.iter(|| scorer.score(black_box(&speech))));
}

criterion_group!(benches, prosody, emotion);
criterion_main!(benches);
