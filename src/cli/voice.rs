//! `codetta voice`: prosody and vocal emotion of recordings, and fitting the emotion head on labelled ones.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use codetta::audio::Samples;
use codetta::capture::{Channel, ReadOptions, read_with};
use codetta::model::Store;
use codetta::segment::{FRAME, Utterance, VoiceDetector, speech};
use codetta::units::Frames;
use codetta::voice::{CallLeg, Caller, CallerChannel, CallerSpeech, Prosody, VoiceAssessment, VoiceScorer};
use codetta::{Error, Result};

use super::Status;
use super::output::Output;
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

pub fn run(args: &VoiceArgs, output: &mut Output) -> Result<Status> {
    if let Some(Command::Train(train)) = &args.command {
        voice_train::run(train, output)?;
        return Ok(Status::Done);
    }
    let scorer = if args.prosody_only { None } else { Some(VoiceScorer::load(Store::locate()?.folder())?) };
    output.columns(&HEADER);
    let mut status = Status::Done;
    for file in &args.files {
        match measure(file, args, scorer.as_ref()) {
            Ok(measured) => output.result(&measured.json(file), || measured.row(file))?,
            Err(error) => {
                status = Status::SomeFailed;
                eprintln!("codetta: {error}");
            }
        }
    }
    output.finish()?;
    Ok(status)
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
        let share = |pick: fn(&codetta::voice::VoiceEmotion) -> f32| number(emotion.as_ref().map(pick), 2);
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
