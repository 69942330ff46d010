//! `codetta rate`: one answer per file, from sound to decision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use codetta::judge::{self, Action, Consent, DecisionRecord, Evidence, Policy, RatingSource};
use codetta::listen::{Answer, Listener, Stage, Terms, Timings};
use codetta::voice::CallerChannel;
use codetta::{Error, Result};
use serde::Serialize;

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

/// One answer as it is printed: the contract of the `rate` verb.
#[derive(Serialize)]
pub struct Rated<'a> {
    file: String,
    rating: RatingRecord,
    transcript: Option<&'a codetta::hear::Transcript>,
    intents: codetta::hear::Intents,
    sentiment: Option<SentimentRecord>,
    voice: Option<codetta::voice::VoiceEmotion>,
    decision: &'a judge::Decision,
    timings_ms: Timings,
}

#[derive(Serialize)]
struct RatingRecord {
    /// The canonical rating that was heard or keyed, if one is more probable than none.
    value: Option<u8>,
    posterior: [f32; 5],
    none: f32,
    source: Option<RatingSource>,
}

#[derive(Serialize)]
struct SentimentRecord {
    score: f32,
    label: codetta::sentiment::SentimentLabel,
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
            Ok((answer, decision)) => {
                let evidence = answer.evidence(&policy, consent);
                if let Some(records) = &records {
                    records.write(file, &evidence, &policy)?;
                }
                let record = rated(file, &answer, &evidence, &decision);
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

/// Reads, listens and judges.
pub fn rate(
    file: &Path,
    caller: Option<CallerChannel>,
    listener: &Listener,
    terms: Terms,
    policy: &Policy,
    consent: Consent,
) -> Result<(Answer, judge::Decision)> {
    let start = Instant::now();
    let mut timings = Timings::default();
    let samples = timings.time(Stage::Read, || callers_side(file, caller))?;
    let mut answer = listener.listen(&samples, terms).map_err(|e| e.about(file.display().to_string()))?;
    if answer.heard.is_none() && answer.keys.presses.is_empty() {
        eprintln!(
            "codetta: {}: no speech and no key was found in {:.1} s; check that this is the caller's channel",
            file.display(),
            samples.seconds()
        );
    }
    let decision = timings.time(Stage::Judge, || judge::decide(&answer.evidence(policy, consent), policy));
    answer.timings.merge(&timings);
    answer.timings.set_total(start.elapsed());
    Ok((answer, decision))
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

fn rated<'a>(file: &Path, answer: &'a Answer, evidence: &Evidence, decision: &'a judge::Decision) -> Rated<'a> {
    let posterior = evidence.rating.map_or(codetta::hear::RatingPosterior::NONE, |r| r.posterior);
    let best = posterior.best();
    Rated {
        file: file.display().to_string(),
        rating: RatingRecord {
            value: best.map(|(rating, _)| rating.value()),
            posterior: posterior.levels,
            none: posterior.none,
            source: best.and(evidence.rating.map(|r| r.source)),
        },
        transcript: answer.heard.as_ref().map(|h| &h.transcript),
        intents: evidence.intents,
        sentiment: answer.text.map(|t| SentimentRecord { score: t.score, label: t.label }),
        voice: answer.voice,
        decision,
        timings_ms: answer.timings,
    }
}

fn row(record: &Rated) -> Vec<String> {
    let rating = record.rating.value.map_or("–".to_owned(), |value| {
        format!("{value} ({:.0} %)", 100.0 * record.rating.posterior[usize::from(value) - 1])
    });
    let decision = record.decision;
    let action = match (&decision.action, &decision.outro) {
        (Action::Outro, Some(query)) => format!("outro: {:?}", query.mood).to_lowercase(),
        (action, _) => format!("{action:?}").to_lowercase(),
    };
    vec![
        record.file.clone(),
        rating,
        record.transcript.map_or(String::new(), |t| t.text.clone()),
        record.sentiment.as_ref().map_or(String::new(), |s| format!("{:+.2}", s.score)),
        record.voice.as_ref().map_or(String::new(), voice_summary),
        action,
        decision.reasons.first().map_or(String::new(), |r| r.en.clone()),
        format!("{:.0}", 1000.0 * record.timings_ms.total().as_secs_f64()),
    ]
}

/// The strongest of the four emotions and its probability.
pub fn voice_summary(voice: &codetta::voice::VoiceEmotion) -> String {
    let (name, p) = [("angry", voice.angry), ("sad", voice.sad), ("neutral", voice.neutral), ("happy", voice.happy)]
        .into_iter()
        .fold(("neutral", f32::MIN), |best, next| if next.1 > best.1 { next } else { best });
    format!("{name} {p:.2}")
}
