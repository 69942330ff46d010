//! Writes what answers sound like, state by state (`hear::AnswerSound`), for `scripts/train/train-hearing`.
//!
//! `cargo run --release --example answer_sounds -- MANIFEST FOLDER OUT`
//!
//! MANIFEST has one JSON line a clip with `path` (relative to FOLDER, or absolute). Each clip is heard in six versions:
//! clean, over a noisy telephone line, and played slower and faster (with pitch and formants, as other speakers) over
//! several lines. OUT.jsonl holds the clip's line with the name of the version and its number of `states`; OUT.f16 has as
//! many rows, version after version.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use codetta::audio::{Line, Samples, resample, telephone};
use codetta::encoder::{self, SpeechEncoder, States};
use codetta::hear::AnswerSound;
use codetta::model::Store;
use codetta::{Error, ErrorKind, Result, SampleRate, capture, segment};
use serde_json::Value;

#[derive(Parser)]
struct Arguments {
    manifest: PathBuf,
    folder: PathBuf,
    out: PathBuf,
}

/// Name, line, and how much faster it is played.
const VERSIONS: [(&str, Line, f64); 6] = [
    ("clean", Line::Clean, 1.0),
    ("noisy", Line::MuLawNoise(10.0), 1.0),
    ("slower", Line::MuLaw, 0.87),
    ("faster, noisy", Line::MuLawNoise(13.0), 1.14),
    ("a little slower, noisier", Line::MuLawNoise(8.0), 0.93),
    ("a little faster", Line::Clean, 1.08),
];

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let encoder = SpeechEncoder::load(&Store::locate()?.path(encoder::FILE)?)?;
    let create = |extension: &str| {
        let path = arguments.out.with_extension(extension);
        std::fs::File::create(&path).map(BufWriter::new).map_err(|e| Error::io(&path, &e))
    };
    let (mut rows, mut values) = (create("jsonl")?, create("f16")?);
    let failed = |e: &std::io::Error| Error::io(&arguments.out, e);
    let corrupt = |e: String| Error::new(ErrorKind::Corrupt, arguments.manifest.display().to_string(), e);
    let manifest = std::fs::read_to_string(&arguments.manifest).map_err(|e| Error::io(&arguments.manifest, &e))?;
    for line in manifest.lines() {
        let mut clip: Value = serde_json::from_str(line).map_err(|e| corrupt(e.to_string()))?;
        let path = clip["path"].as_str().unwrap_or_default().to_string();
        let sound = capture::read(&arguments.folder.join(&path))?;
        for (index, (name, line, speed)) in VERSIONS.iter().enumerate() {
            let seed = path_seed(Path::new(&path)) + index as u64;
            let arrived = resample(&telephone(&played(&sound, *speed)?, *line, seed)?, SampleRate::SPEECH)?;
            let Some(utterance) = segment::speech(&arrived)? else { continue };
            let Some(answer) = AnswerSound::of(&States::of(&encoder, &utterance)?)? else { continue };
            let states = answer.states().to_vec2::<f32>().map_err(|e| corrupt(e.to_string()))?;
            for value in states.iter().flatten() {
                values.write_all(&half::f16::from_f32(*value).to_le_bytes()).map_err(|e| failed(&e))?;
            }
            clip["states"] = states.len().into();
            clip["line"] = (*name).into();
            writeln!(rows, "{clip}").map_err(|e| failed(&e))?;
        }
    }
    Ok(())
}

/// The same seed wherever the data lies: of the file's name alone.
fn path_seed(path: &Path) -> u64 {
    path.file_name().map_or(0, |name| name.as_encoded_bytes().iter().copied().map(u64::from).sum())
}

fn played(sound: &Samples, speed: f64) -> Result<Samples> {
    let rate = SampleRate::new((f64::from(sound.rate().hertz()) * speed).round() as u32)?;
    Ok(Samples::new(sound.data().to_vec(), rate))
}
