//! Voice detection and endpointing: one 16 ms frame, and a whole clip.

use codetta::SampleRate;
use codetta::audio::Samples;
use codetta::segment::{EndpointSettings, Endpointer, FRAME, VoiceDetector, speech};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn segment(criterion: &mut Criterion) {
    // Two seconds of a buzz that comes and goes: the cost does not depend on what is said.
    let sound: Vec<f32> = (0..32_000).map(|i| if i % 107 == 0 && i / 6_000 % 2 == 1 { 0.5 } else { 0.001 }).collect();
    let mut group = criterion.benchmark_group("segment");
    let mut detector = VoiceDetector::live();
    let mut frame = [0.0; FRAME];
    frame.copy_from_slice(&sound[6_000..6_000 + FRAME]);
    group.throughput(Throughput::Elements(FRAME as u64));
    group.bench_function("one frame", |bencher| bencher.iter(|| detector.predict(&frame)));
    group.throughput(Throughput::Elements(sound.len() as u64));
    group.bench_function("two seconds, live", |bencher| {
        bencher.iter(|| {
            let mut endpointer = Endpointer::new(&EndpointSettings::default(), VoiceDetector::live()).ok()?;
            let events = endpointer.push(&sound).len();
            Some((events, endpointer.finish()))
        });
    });
    let recording = Samples::new(sound.clone(), SampleRate::SPEECH);
    group.bench_function("two seconds, whole", |bencher| bencher.iter(|| speech(&recording)));
    group.finish();
}

criterion_group!(benches, segment);
criterion_main!(benches);
