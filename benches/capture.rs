//! Reading recordings: seconds of sound decoded per second.

use codetta::capture::{ReadOptions, decode};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("capture/decode");
    for name in ["mulaw.wav", "tone.flac", "tone.mp3", "tone.ogg"] {
        let Ok(bytes) = std::fs::read(std::path::Path::new("tests/data/tone").join(name)) else { continue };
        // One element is one sample at 16 kHz.
        group.throughput(Throughput::Elements(8_000));
        group.bench_function(name, |bencher| bencher.iter(|| decode(&bytes, name, &ReadOptions::default())));
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
