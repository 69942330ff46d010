//! `codetta voice`: prosody and vocal emotion of recordings of the caller.

use std::path::{Path, PathBuf};

use clap::Args;
use codetta::audio::resample;
use codetta::model::Store;
use codetta::units::SampleRate;
use codetta::voice::{Prosody, VoiceEmotion, VoiceScorer};
use codetta::{Result, capture, segment};
use serde::Serialize;

use super::Status;
use super::output::Output;
use super::rate::voice_summary;

#[derive(Args)]
pub struct VoiceArgs {
    /// Recordings: WAV, FLAC, MP3 or Ogg
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The contract of the `voice` verb.
#[derive(Serialize)]
struct Voiced {
    file: String,
    /// Absent when no speech was found.
    voice: Option<VoiceEmotion>,
    prosody: Option<Prosody>,
}

pub fn run(args: &VoiceArgs, output: &mut Output) -> Result<Status> {
    let scorer = VoiceScorer::load(&Store::locate()?.path("whisper-base-encoder3.safetensors")?)?;
    output.columns(&["file", "voice", "trust", "pitch", "loudness", "harmonicity", "tempo"]);
    let mut status = Status::Done;
    for file in &args.files {
        let record = match measure(file, &scorer) {
            Ok(record) => record,
            Err(error) => {
                eprintln!("codetta: {}", error.about(file.display().to_string()));
                status = Status::SomeFailed;
                continue;
            }
        };
        if record.voice.is_none() {
            eprintln!("codetta: {}: no speech was found; check that this is the caller's channel", record.file);
        }
        output.result(&record, || row(&record))?;
    }
    output.finish()?;
    Ok(status)
}

fn measure(file: &Path, scorer: &VoiceScorer) -> Result<Voiced> {
    let recording = resample(&capture::read(file)?, SampleRate::SPEECH)?;
    let utterance = segment::speech(&recording)?;
    Ok(Voiced {
        file: file.display().to_string(),
        voice: utterance.as_ref().map(|u| scorer.score(u)).transpose()?,
        prosody: utterance.as_ref().map(Prosody::of),
    })
}

fn row(record: &Voiced) -> Vec<String> {
    let value = |v: Option<f32>, unit: &str| v.map_or("–".to_owned(), |v| format!("{v:.1} {unit}"));
    let prosody = record.prosody.unwrap_or_default();
    vec![
        record.file.clone(),
        record.voice.as_ref().map_or("–".to_owned(), voice_summary),
        record.voice.map_or(String::new(), |v| format!("{:.0} %", 100.0 * v.confidence)),
        value(prosody.f0_mean_hz, "Hz"),
        value(prosody.loudness_lufs, "LUFS"),
        value(prosody.hnr_db, "dB"),
        value(prosody.speech_rate_hz, "/s"),
    ]
}
