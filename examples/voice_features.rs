//! dev: pooled features of WAV files listed on stdin → f32 rows in FILE
use std::io::{BufRead, Write};
use codetta::audio::Samples;
use codetta::segment::Utterance;
use codetta::voice::{SpeechEncoder, pooled_features};
use codetta::{Frames, SampleRate};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let encoder = SpeechEncoder::load(std::path::Path::new(&args[1]))?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(&args[2])?);
    let mut spent = 0.0; let mut seconds = 0.0;
    for path in std::io::stdin().lock().lines() {
        let path = path?;
        let mut reader = hound::WavReader::open(&path)?;
        let data: Vec<f32> = reader.samples::<i16>().map(|s| s.map(|s| f32::from(s) / 32768.0)).collect::<Result<_, _>>()?;
        let mut vad = earshot::Detector::default();
        let speech_frames: Vec<f32> = data.chunks(256).map(|c| { let mut f = [0f32; 256]; f[..c.len()].copy_from_slice(c); vad.predict_f32(&f) }).collect();
        let n = data.len();
        let u = Utterance { samples: Samples::new(data, SampleRate::SPEECH), span: Frames(0)..Frames(n as u64), speech_frames };
        let begin = std::time::Instant::now();
        let f = pooled_features(&encoder, &u)?;
        spent += begin.elapsed().as_secs_f64(); seconds += n as f64 / 16000.0;
        for x in f { out.write_all(&x.to_le_bytes())?; }
    }
    eprintln!("{spent:.2} s for {seconds:.1} s of audio");
    Ok(())
}
