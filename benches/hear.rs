//! What each step of hearing costs, on a second and a half of speech-like sound.
//!
//! `cargo bench --bench hear` (one thread; `CODETTA_THREADS=2` for two). Needs the models (`scripts/setup`).

#[cfg(feature = "whisper")]
use codetta::audio::Samples;
use codetta::hear::{Meaning, read};
#[cfg(feature = "whisper")]
use codetta::units::SampleRate;
use codetta::units::{Language, Scale};
use criterion::{Criterion, criterion_group, criterion_main};

#[cfg(feature = "whisper")]
/// Harmonics of 140 Hz under a syllable-like envelope: costs what speech costs.
fn hum() -> Samples {
    let data = (0..24_000).map(|i| {
        let t = i as f32 / 16_000.0;
        let envelope = (std::f32::consts::PI * (2.0 * t).fract()).sin();
        let tone: f32 = (1..12).map(|k| (std::f32::consts::TAU * 140.0 * k as f32 * t).sin() / k as f32).sum();
        0.1 * envelope * tone
    });
    Samples::new(data.collect(), SampleRate::SPEECH)
}

fn reading(criterion: &mut Criterion) {
    codetta::neural::one_thread();
    criterion.bench_function("read an answer (grammar)", |bencher| {
        bencher.iter(|| read(std::hint::black_box("我给五分，等等，还是四分"), Language::Zh, Scale::default()));
    });
    // A long answer, of 22 words.
    let long = "there's no chance that I can do this now, I'm up a ladder with my hands full, catch me in the evening";
    criterion.bench_function("read an answer (network)", |bencher| {
        bencher.iter(|| Meaning::of(std::hint::black_box(long)));
    });
}

#[cfg(feature = "whisper")]
fn recognising(criterion: &mut Criterion) {
    use std::time::{Duration, Instant};

    use codetta::encoder::{self, SpeechEncoder, States};
    use codetta::hear::{AnswerSound, Options, Recogniser};
    use codetta::model::Store;
    use codetta::segment::Utterance;
    use codetta::units::Frames;

    let path = match Store::locate().and_then(|store| store.path("ggml-whisper-base-q8_0.bin")) {
        Ok(path) => path,
        Err(error) => {
            eprintln!("recognition is not measured: {error}");
            return;
        }
    };
    let threads = std::env::var("CODETTA_THREADS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let samples = hum();
    let span = Frames(0)..samples.frames();
    let frames = samples.data().len() / 256;
    let utterance = Utterance { samples, span, speech_frames: vec![1.0; frames] };
    let mut group = criterion.benchmark_group("recognition");
    group.sample_size(20);
    group.bench_function("load the model", |bencher| bencher.iter(|| Recogniser::load(&path, threads)));
    let Ok(mut recogniser) = Recogniser::load(&path, threads) else { return };
    // As `Recogniser::encode` pads it; whisper-rs works it out from the samples in a state of its own.
    let context = whisper_rs::WhisperContext::new_with_params(&path, Default::default());
    if let Some(mut state) = context.ok().and_then(|context| context.create_state().ok()) {
        let sound = utterance.samples.data().to_vec();
        group.bench_function("mel", |bencher| bencher.iter(|| state.pcm_to_mel(&sound, threads)));
    }
    group.bench_function("mel and encode", |bencher| {
        bencher.iter(|| recogniser.encode(&utterance, Language::Zh, &Options::default()));
    });
    let given = Store::locate().and_then(|store| SpeechEncoder::load(&store.path(encoder::FILE)?));
    let adapted = given.as_ref().ok().and_then(|given| given.for_lines().ok());
    for (name, encoder) in [("states", given.as_ref().ok()), ("states, adapted to noisy lines", adapted.as_ref())] {
        let Some(encoder) = encoder else { continue };
        group.bench_function(name, |bencher| bencher.iter(|| States::of(encoder, &utterance)));
    }
    let sound = adapted.and_then(|encoder| AnswerSound::of_utterance(&encoder, &utterance));
    let steps = [
        ("decode the best text", 0, None),
        ("decode and score six alternatives", 6, None),
        ("decode, score and spell", 6, sound),
    ];
    for (name, alternatives, sound) in steps {
        let options = Options { alternatives, ..Options::default() };
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| {
                let mut spent = Duration::ZERO;
                for _ in 0..times {
                    recogniser.encode(&utterance, Language::Zh, &options).expect("sound of a second is encoded");
                    let sound = sound.clone();
                    let start = Instant::now();
                    std::hint::black_box(recogniser.decode(&options, |_| sound).expect("what is encoded is decoded"));
                    spent += start.elapsed();
                }
                spent
            });
        });
    }
    group.finish();
}

#[cfg(not(feature = "whisper"))]
fn recognising(_criterion: &mut Criterion) {}

criterion_group!(benches, reading, recognising);
criterion_main!(benches);
