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
//! `codetta voice`: prosody and vocal emotion of recordings, and fitting the emotion head on labelled ones.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::audio::Samples;
use crate::capture::{Channel, ReadOptions, read_with};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Store;
use crate::segment::{FRAME, Utterance, VoiceDetector, speech};
use crate::units::Frames;
use crate::voice::{CallLeg, Caller, CallerChannel, CallerSpeech, Prosody, VoiceAssessment, VoiceScorer};

use super::voice_train::{self, TrainArgs};

/// Arguments of `codetta voice`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct VoiceArgs {
    #[command(subcommand)]
    command: Option<Command>,
    /// Recordings of a caller.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Which channel of a stereo call recording is the caller's. The other, the agent's, is not looked at.
    #[arg(long)]
    caller: Option<CallerChannel>,
    /// Take each file as one utterance, without looking for speech in it.
    #[arg(long)]
    whole: bool,
    /// Measure prosody alone; needs no model.
    #[arg(long)]
    prosody_only: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fit the emotion head on labelled recordings of your own.
    Train(TrainArgs),
}

/// Runs the command and returns how many inputs failed, each named on standard error.
///
/// # Errors
/// [`ErrorKind::Model`] when the encoder is missing; [`ErrorKind::Write`] if `output` fails; those of training.
pub fn run(args: &VoiceArgs, json_lines: bool, output: &mut dyn Write) -> Result<usize> {
    if let Some(Command::Train(train)) = &args.command {
        voice_train::run(train, json_lines, output)?;
        return Ok(0);
    }
    let scorer = if args.prosody_only { None } else { Some(VoiceScorer::load(Store::locate()?.folder())?) };
    let mut failed = 0;
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(HEADER);
    for file in &args.files {
        match measure(file, args, scorer.as_ref()) {
            Ok(measured) if json_lines => {
                writeln!(output, "{}", measured.json(file)).map_err(write_error)?;
            }
            Ok(measured) => {
                table.add_row(measured.row(file));
            }
            Err(error) => {
                failed += 1;
                eprintln!("{error}");
            }
        }
    }
    if !json_lines {
        writeln!(output, "{table}").map_err(write_error)?;
    }
    Ok(failed)
}

const HEADER: [&str; 11] =
    ["file", "angry", "sad", "neutral", "happy", "negative", "arousal", "trust", "F0 Hz", "HNR dB", "note"];

struct Measured {
    voice: Option<VoiceAssessment>,
    prosody: Prosody,
    prosody_ms: f64,
    voice_ms: f64,
}

impl Measured {
    fn json(&self, file: &Path) -> Value {
        let mut line = json!({
            "file": file,
            "prosody": self.prosody,
            "timings_ms": { "prosody": self.prosody_ms, "voice": self.voice_ms },
        });
        if let Some(voice) = &self.voice {
            line["voice"] = json!(voice.emotion);
            line["caution"] = json!(voice.caution);
        }
        line
    }

    fn row(&self, file: &Path) -> Vec<String> {
        let number = |x: Option<f32>, digits: usize| x.map_or("–".to_owned(), |x| format!("{x:.digits$}"));
        let emotion = self.voice.map(|v| v.emotion);
        let share = |pick: fn(&crate::voice::VoiceEmotion) -> f32| number(emotion.as_ref().map(pick), 2);
        vec![
            file.display().to_string(),
            share(|e| e.angry),
            share(|e| e.sad),
            share(|e| e.neutral),
            share(|e| e.happy),
            share(|e| e.negative),
            share(|e| e.arousal),
            share(|e| e.confidence),
            number(self.prosody.f0_mean_hz, 0),
            number(self.prosody.hnr_db, 1),
            self.voice.and_then(|v| v.caution).map_or("", |c| c.reason()).to_owned(),
        ]
    }
}

fn measure(file: &Path, args: &VoiceArgs, scorer: Option<&VoiceScorer>) -> Result<Measured> {
    let found = caller_speech(file, args.caller, args.whole)?;
    let begin = Instant::now();
    let prosody = found.as_ref().map_or_else(Prosody::default, |speech| Prosody::of(speech.utterance()));
    let prosody_ms = begin.elapsed().as_secs_f64() * 1e3;
    let begin = Instant::now();
    let voice = match (scorer, &found) {
        (Some(scorer), Some(speech)) => Some(scorer.assess(speech, None)?),
        (Some(_), None) => Some(VoiceAssessment::NOTHING_HEARD),
        (None, _) => None,
    };
    Ok(Measured { voice, prosody, prosody_ms, voice_ms: begin.elapsed().as_secs_f64() * 1e3 })
}

/// The caller's speech in a recording, if there is any.
pub(super) fn caller_speech(file: &Path, caller: Option<CallerChannel>, whole: bool) -> Result<Option<CallerSpeech>> {
    let channel = match caller {
        None => Channel::Mix,
        Some(CallerChannel::Left) => Channel::LEFT,
        Some(CallerChannel::Right) => Channel::RIGHT,
    };
    let leg = CallLeg::<Caller>::of_caller(read_with(file, &ReadOptions { channel, ..ReadOptions::default() })?);
    let found =
        leg.speech(
            |samples| if whole { Ok(vec![undivided(samples)]) } else { Ok(speech(samples)?.into_iter().collect()) },
        );
    found.map(|mut found| found.pop()).map_err(|e: Error| e.about(file.display().to_string()))
}

/// The recording as one utterance, its voice probabilities measured at the level of its loudest frames.
fn undivided(samples: &Samples) -> Utterance {
    let frames = || samples.data().chunks(FRAME);
    let energy = |frame: &[f32]| frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32;
    let mut detector = VoiceDetector::for_level(frames().map(energy).fold(0.0, f32::max));
    let probability = |part: &[f32]| {
        let mut frame = [0.0; FRAME];
        frame[..part.len()].copy_from_slice(part);
        detector.predict(&frame)
    };
    Utterance {
        samples: samples.clone(),
        span: Frames(0)..samples.frames(),
        speech_frames: frames().map(probability).collect(),
    }
}

pub(super) fn write_error(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Write, "standard output", format!("{error}; check where output goes"))
}
