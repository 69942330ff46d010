//! Measures the prosody of WAV files, as a library user would: one JSON line a file.
//!
//! `cargo run --release --example prosody -- answer.wav`

use codetta::audio::Samples;
use codetta::voice::Prosody;
use codetta::{Result, SampleRate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let mut reader = hound::WavReader::open(&path)?;
        let rate = SampleRate::new(reader.spec().sample_rate)?;
        let data: Vec<f32> =
            reader.samples::<i16>().map(|s| s.map(|s| f32::from(s) / 32768.0)).collect::<Result<_, _>>()?;
        let begin = std::time::Instant::now();
        let prosody = Prosody::measure(&Samples::new(data, rate));
        let line = serde_json::json!({"file": path, "prosody": prosody, "timings_ms": {"prosody": begin.elapsed().as_secs_f64() * 1e3}});
        println!("{line}");
    }
    Ok(())
}
