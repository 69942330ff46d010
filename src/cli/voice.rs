//! `codetta voice`: prosody and vocal emotion of recordings of the caller, and fitting the emotion head on labelled ones.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use codetta::audio::{Samples, resample};
use codetta::capture::{Channel, ReadOptions, read_stereo, read_with};
use codetta::model::Store;
use codetta::segment::{FRAME, Utterance, VoiceDetector, speech};
use codetta::voice::{
    CallLeg, Caller, CallerChannel, CallerSpeech, Caution, Prosody, VoiceAssessment, VoiceEmotion, VoiceScorer,
    is_two_sided,
};
use codetta::{Error, ErrorKind, Frames, Result, SampleRate};
use serde::Serialize;

use super::Status;
use super::output::Output;
use super::rate::voice_summary;
use super::voice_train::{self, TrainArgs};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct VoiceArgs {
    #[command(subcommand)]
    command: Option<Command>,

    /// Recordings: WAV, FLAC, MP3 or Ogg
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Which channel of a stereo call recording is the caller's; the agent's is not looked at
    #[arg(long, alias = "channel", value_enum, value_name = "SIDE")]
    caller: Option<CallerChannel>,

    /// Take each file as one utterance, without looking for speech in it
    #[arg(long)]
    whole: bool,

    /// Prosody alone: needs no model
    #[arg(long)]
    prosody_only: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Fit the emotion head on labelled recordings of your own
    Train(TrainArgs),
}

/// The contract of the `voice` verb.
#[derive(Serialize)]
struct Voiced {
    file: String,
    /// Absent when no speech was found, or with `--prosody-only`.
    voice: Option<VoiceEmotion>,
    /// Why the voice is not trusted in full, if it is not.
    caution: Option<Caution>,
    prosody: Option<Prosody>,
    timings_ms: Timings,
}

#[derive(Serialize)]
struct Timings {
    prosody: f64,
    voice: f64,
}

pub fn run(args: &VoiceArgs, output: &mut Output) -> Result<Status> {
    if let Some(Command::Train(train)) = &args.command {
        return voice_train::run(train, output);
    }
    let scorer = if args.prosody_only {
        None
    } else {
        Some(VoiceScorer::load(&Store::locate()?.path(codetta::encoder::FILE)?)?)
    };
    output.columns(&["file", "voice", "trust", "pitch", "loudness", "harmonicity", "tempo", "note"]);
    let mut status = Status::Done;
    for file in &args.files {
        let record = match measure(file, args, scorer.as_ref()) {
            Ok(record) => record,
            Err(error) => {
                eprintln!("codetta: {}", error.about(file.display().to_string()));
                status = Status::SomeFailed;
                continue;
            }
        };
        if record.prosody.is_none() {
            eprintln!("codetta: {}: no speech was found; check that this is the caller's channel", record.file);
        }
        output.result(&record, || row(&record))?;
    }
    output.finish()?;
    Ok(status)
}

fn measure(file: &Path, args: &VoiceArgs, scorer: Option<&VoiceScorer>) -> Result<Voiced> {
    let found = caller_speech(file, args.caller, args.whole)?;
    let begin = Instant::now();
    let prosody = found.as_ref().map(|speech| Prosody::of(speech.utterance()));
    let prosody_ms = 1e3 * begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let voice = match (scorer, &found) {
        (Some(scorer), Some(speech)) => Some(scorer.assess(speech, None)),
        (Some(_), None) => Some(VoiceAssessment::NOTHING_HEARD),
        (None, _) => None,
    };
    Ok(Voiced {
        file: file.display().to_string(),
        voice: voice.map(|v| v.emotion).filter(|_| found.is_some()),
        caution: voice.and_then(|v| v.caution),
        prosody,
        timings_ms: Timings { prosody: prosody_ms, voice: 1e3 * begin.elapsed().as_secs_f64() },
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
        record.caution.map_or(String::new(), |c| c.reason().to_owned()),
    ]
}

/// The caller's side of a recording, mono.
///
/// # Errors
/// [`ErrorKind::Usage`] where the recording has two sides and none is named: the agent's voice is never judged.
pub fn callers_side(file: &Path, caller: Option<CallerChannel>) -> Result<Samples> {
    let channel = match caller {
        None => Channel::Mix,
        Some(CallerChannel::Left) => Channel::LEFT,
        Some(CallerChannel::Right) => Channel::RIGHT,
    };
    if caller.is_none() && is_two_sided(&read_stereo(file)?) {
        let problem = "two people on two channels; name the caller's with --caller left or --caller right";
        return Err(Error::new(ErrorKind::Usage, file.display().to_string(), problem));
    }
    read_with(file, &ReadOptions { channel, ..ReadOptions::default() })
}

/// The caller's speech in a recording, if there is any.
pub fn caller_speech(file: &Path, caller: Option<CallerChannel>, whole: bool) -> Result<Option<CallerSpeech<'static>>> {
    let recording = callers_side(file, caller)?;
    let leg = CallLeg::<Caller>::of_caller(resample(&recording, SampleRate::SPEECH)?);
    let found = leg.speech(|samples| -> Result<Vec<Utterance>> {
        if whole { Ok(vec![undivided(samples)]) } else { Ok(speech(samples)?.into_iter().collect()) }
    });
    found.map(|mut found| found.pop()).map_err(|e: Error| e.about(file.display().to_string()))
}

/// The recording as one utterance.
fn undivided(samples: &Samples) -> Utterance {
    let mut detector = VoiceDetector::for_recording(samples);
    let probability = |part: &[f32]| {
        let mut frame = [0.0; FRAME];
        frame[..part.len()].copy_from_slice(part);
        detector.predict(&frame)
    };
    Utterance {
        samples: samples.clone(),
        span: Frames(0)..samples.frames(),
        speech_frames: samples.data().chunks(FRAME).map(probability).collect(),
    }
}
