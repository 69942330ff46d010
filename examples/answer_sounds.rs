//! Writes what short answers sound like (`hear::AnswerSound`), or all their states, for `scripts/train/train-hearing`.
//!
//! `cargo run --release --example answer_sounds -- MANIFEST FOLDER OUT [--states [--given]]`
//!
//! MANIFEST has one JSON line a clip with `path` (relative to FOLDER, or absolute). Each clip is heard in ten versions:
//! clean, over a noisy telephone line (another noise each time), and played slower and faster (with pitch and formants, as
//! other speakers) over several lines. OUT.jsonl holds the clip's line with the name of the version, OUT.f16 the values, row after row. With
//! `--states` a clip has as many rows as its line's `states` says, each the states of the encoder's last blocks in turn.

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
    /// All states of each clip instead of one sound.
    #[arg(long)]
    states: bool,
    /// By the encoder as it was given, in Mandarin too, which is otherwise heard by the one adapted to noisy lines.
    #[arg(long)]
    given: bool,
}

/// Name, line, and how much faster it is played.
const VERSIONS: [(&str, Line, f64); 10] = [
    ("clean", Line::Clean, 1.0),
    ("noisy", Line::MuLawNoise(10.0), 1.0),
    ("slower", Line::MuLaw, 0.87),
    ("faster, noisy", Line::MuLawNoise(13.0), 1.14),
    ("a little slower, noisier", Line::MuLawNoise(8.0), 0.93),
    ("a little faster", Line::Clean, 1.08),
    ("noisy again", Line::MuLawNoise(10.0), 1.0),
    ("noisier", Line::MuLawNoise(6.0), 1.0),
    ("slower, noisy", Line::MuLawNoise(11.0), 0.9),
    ("faster, noisier", Line::MuLawNoise(9.0), 1.1),
];

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let encoder_file = Store::locate()?.path(encoder::FILE)?;
    let given = SpeechEncoder::load(&encoder_file)?;
    let adapted = given.for_lines()?;
    let create = |extension: &str| {
        let path = arguments.out.with_extension(extension);
        std::fs::File::create(&path).map(BufWriter::new).map_err(|e| Error::io(&path, &e))
    };
    let (mut rows, mut values) = (create("jsonl")?, create("f16")?);
    let failed = |e: &std::io::Error| Error::io(&arguments.out, e);
    let manifest = std::fs::read_to_string(&arguments.manifest).map_err(|e| Error::io(&arguments.manifest, &e))?;
    for line in manifest.lines() {
        let mut clip: Value = serde_json::from_str(line)
            .map_err(|e| Error::new(ErrorKind::Corrupt, arguments.manifest.display().to_string(), e.to_string()))?;
        let path = clip["path"].as_str().unwrap_or_default().to_string();
        let sound = capture::read(&arguments.folder.join(&path))?;
        let encoder = if arguments.given || clip["lang"] == "en" { &given } else { &adapted };
        for (index, (name, line, speed)) in VERSIONS.iter().enumerate() {
            let seed = path_seed(Path::new(&path)) + index as u64;
            let Some(states) = states(encoder, &played(&sound, *speed)?, *line, seed)? else { continue };
            let wanted = if arguments.states { Some(states.side_by_side().data().to_vec()) } else { sound_of(&states) };
            let Some(wanted) = wanted else { continue };
            for value in wanted {
                values.write_all(&half::f16::from_f32(value).to_le_bytes()).map_err(|e| failed(&e))?;
            }
            clip["states"] = states.speech().len().into();
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

fn states(encoder: &SpeechEncoder, sound: &Samples, line: Line, seed: u64) -> Result<Option<States>> {
    let arrived = resample(&telephone(sound, line, seed)?, SampleRate::SPEECH)?;
    Ok(segment::speech(&arrived)?.map(|utterance| States::of(encoder, &utterance)))
}

fn sound_of(states: &States) -> Option<Vec<f32>> {
    AnswerSound::of(states).and_then(|sound| sound.whole().map(<[f32]>::to_vec))
}
