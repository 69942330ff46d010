//! `codetta rate`: one answer per file, from sound to decision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use codetta::batch::{self, Rated};
use codetta::judge::{Action, Consent, DecisionRecord, Evidence, Policy};
use codetta::listen::{Listener, Terms};
use codetta::voice::CallerChannel;
use codetta::{Error, Result};

use super::Status;
use super::options::ListenOptions;
use super::output::Output;
use super::voice::callers_side;

#[derive(Args)]
pub struct RateArgs {
    /// Recordings of one answer each: WAV, FLAC, MP3 or Ogg
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Policy that turns evidence into a decision (default: the one built in)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Also write each decision with all that led to it, as NAME.json in this folder, for `codetta replay`
    #[arg(long, value_name = "FOLDER")]
    records: Option<PathBuf>,

    /// Which channel of a stereo call recording is the caller's; the agent's is not heard
    #[arg(long, alias = "channel", value_enum, value_name = "SIDE")]
    caller: Option<CallerChannel>,

    #[command(flatten)]
    listen: ListenOptions,
}

pub fn run(args: &RateArgs, output: &mut Output) -> Result<Status> {
    let policy = args.policy.as_deref().map_or_else(|| Ok(Policy::default()), Policy::load)?;
    let listener = Listener::load(&args.listen.listener())?;
    let consent = args.listen.consent();
    let records = args.records.as_deref().map(|folder| Records::open(folder, &listener)).transpose()?;
    output.columns(&["file", "rating", "heard", "words", "voice", "decision", "why", "ms"]);
    let mut status = Status::Done;
    for file in &args.files {
        match rate(file, args.caller, &listener, args.listen.terms(), &policy, consent) {
            Ok((record, evidence)) => {
                if let Some(records) = &records {
                    records.write(file, &evidence, &policy)?;
                }
                output.result(&record, || row(&record))?;
            }
            Err(error) => {
                eprintln!("codetta: {error}");
                status = Status::SomeFailed;
            }
        }
    }
    output.finish()?;
    Ok(status)
}

/// Reads, listens and judges; says so when nothing was there to be heard.
fn rate(
    file: &Path,
    caller: Option<CallerChannel>,
    listener: &Listener,
    terms: Terms,
    policy: &Policy,
    consent: Consent,
) -> Result<(Rated, Evidence)> {
    let read = || callers_side(file, caller);
    let (answer, decision, seconds) = batch::rate(file, read, listener, terms, policy, consent)?;
    if answer.heard.is_none() && answer.keys.presses.is_empty() {
        eprintln!(
            "codetta: {}: no speech and no key was found in {seconds:.1} s; check that this is the caller's channel",
            file.display(),
        );
    }
    let evidence = answer.evidence(policy, consent);
    let record = batch::rated(file.display().to_string(), &answer, &evidence, decision);
    Ok((Rated { timings_ms: Some(answer.timings), ..record }, evidence))
}

/// Decision records, one file each.
struct Records {
    folder: PathBuf,
    models: BTreeMap<String, String>,
}

impl Records {
    fn open(folder: &Path, listener: &Listener) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
        Ok(Self { folder: folder.to_owned(), models: listener.models()? })
    }

    /// Never over an earlier record: `a.json`, then `a-2.json`.
    fn write(&self, file: &Path, evidence: &Evidence, policy: &Policy) -> Result<()> {
        let record = DecisionRecord::of(evidence.clone(), policy, self.models.clone());
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let names = (1u32..).map(|n| if n == 1 { format!("{stem}.json") } else { format!("{stem}-{n}.json") });
        let free = names.map(|name| self.folder.join(name)).find(|path| !path.exists());
        let path = free.unwrap_or_else(|| self.folder.join("record.json"));
        codetta::files::write_whole(&path, format!("{}\n", record.to_json()).as_bytes())
    }
}

fn row(record: &Rated) -> Vec<String> {
    let rating = record.rating.value.map_or("–".to_owned(), |value| {
        format!("{value} ({:.0} %)", 100.0 * record.rating.posterior[usize::from(value) - 1])
    });
    let decision = &record.decision;
    let action = match (&decision.action, &decision.outro) {
        (Action::Outro, Some(query)) => format!("outro: {:?}", query.mood).to_lowercase(),
        (action, _) => format!("{action:?}").to_lowercase(),
    };
    vec![
        record.file.clone(),
        rating,
        record.transcript.as_ref().map_or(String::new(), |t| t.text.clone()),
        // Exactly 0 is what nothing was read in: a key, a bare number. Nor is a voice called neutral that told nothing.
        record.sentiment.filter(|s| s.score != 0.0).map_or(String::new(), |s| signed(s.score)),
        record.voice.as_ref().filter(|voice| voice.confidence > 0.0).map_or(String::new(), voice_summary),
        action,
        decision.reasons.first().map_or(String::new(), |r| r.en.clone()),
        record.timings_ms.map_or(String::new(), |t| format!("{:.0}", 1000.0 * t.total().as_secs_f64())),
    ]
}

/// A score to two places, without a zero that has a minus.
pub fn signed(score: f32) -> String {
    format!("{:+.2}", (score * 100.0).round() / 100.0 + 0.0)
}

/// Score and label of words. Those that are no more than a rating, or in another script, are not called neutral: nothing
/// was read in them.
pub fn text_summary(text: &codetta::sentiment::TextSentiment) -> String {
    if text.confidence == 0.0 {
        return "tell nothing".to_owned();
    }
    format!("{} {:?}", signed(text.score), text.label).to_lowercase()
}

/// The strongest of the four emotions and its probability.
pub fn voice_summary(voice: &codetta::voice::VoiceEmotion) -> String {
    let (name, p) = [("angry", voice.angry), ("sad", voice.sad), ("neutral", voice.neutral), ("happy", voice.happy)]
        .into_iter()
        .fold(("neutral", f32::MIN), |best, next| if next.1 > best.1 { next } else { best });
    format!("{name} {p:.2}")
}
