//! Cost of mixing: per stereo stream, through a fade, and with the limiter at work. Times are for 1 s of sound.

use std::hint::black_box;
use std::sync::Arc;

use codetta::audio::Stereo;
use codetta::play::{Action, Channels, Cue, Loudness, Mixer, MixerSettings, Remote, Sink, Track, TrackSettings};
use codetta::{Decibels, Frames, SampleRate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const RATE: SampleRate = SampleRate::STUDIO;

/// Ten seconds of noise of a music-like level, unrelated sides.
fn programme(seed: u32, gain: Decibels) -> Arc<Track> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut side = || {
        (0..480_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                0.35 * ((state >> 8) as f32 / (1u32 << 23) as f32 - 1.0)
            })
            .collect::<Vec<f32>>()
    };
    let sound = Stereo::new(side(), side(), RATE);
    let settings = TrackSettings { loudness: Loudness::Gain(gain), ..TrackSettings::default() };
    let sink = Sink { rate: RATE, channels: Channels::Stereo };
    Arc::new(Track::prepare("noise", &sound, sink, &settings).expect("marks are not set"))
}

fn mixer(tracks: &[Arc<Track>], fade_s: f64, limiter: bool) -> (Remote, Mixer) {
    let (mut remote, mixer) = Mixer::new(RATE, MixerSettings { limiter, ..MixerSettings::default() });
    for (i, track) in tracks.iter().enumerate() {
        let fade = if i == 0 { Frames(0) } else { RATE.frames(fade_s) };
        remote.send(Cue::now(Action::Music { track: Arc::clone(track), fade })).expect("room in the queue");
    }
    (remote, mixer)
}

fn mixing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("play");
    group.throughput(Throughput::Elements(u64::from(RATE.hertz())));
    let quiet: Vec<_> = (1..=8).map(|seed| programme(seed, Decibels::UNITY)).collect();
    let hot = [programme(1, Decibels(14.0)), programme(2, Decibels(14.0))];
    let cases: [(&str, &[Arc<Track>], bool); 6] = [
        ("one stream, no limiter", &quiet[..1], false),
        ("one stream", &quiet[..1], true),
        ("fade of two streams", &quiet[..2], true),
        ("fade of eight streams", &quiet, true),
        ("one stream, limiter at work", &hot[..1], true),
        ("fade of two streams, limiter at work", &hot, true),
    ];
    for (name, tracks, limiter) in cases {
        let (mut left, mut right) = ([0.0f32; 480], [0.0f32; 480]);
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || mixer(tracks, 5.0, limiter),
                |(_remote, mixer)| {
                    for _ in 0..100 {
                        mixer.render(&mut left, &mut right);
                        black_box((&left, &right));
                    }
                },
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, mixing);
criterion_main!(benches);
