//! `codetta evaluate`: a folder or manifest of recordings in; results, report and comparison out.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use codetta::batch::{self, Batch, Disagreement, Listing, Outcome, Progress, Report, Settings, TableKind};
use codetta::capture::{self, Channel, ReadOptions};
use codetta::files::write_whole;
use codetta::judge::Policy;
use codetta::listen::{Listener, ListenerOptions};
use codetta::{Error, ErrorKind, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Status;
use super::demo::flac;
use super::evaluate_alone::{Alone, option};
use super::evaluate_compare;
use super::options::ListenOptions;
use super::output::{Format, Output};

/// Of a recording on the report's page, the first seconds are enough.
const PLAYED_SECONDS: f64 = 20.0;

#[derive(Args)]
#[command(mut_arg("threads", |threads| threads.help("Processor threads in all (default: every core)")))]
pub struct EvaluateArgs {
    /// Folder of recordings, or manifest (.csv, .tsv, .jsonl, .parquet) with a column path and, where known, language,
    /// channel, rating, intent, sentiment, emotion, expected_action
    #[arg(required_unless_present = "compare", conflicts_with = "compare")]
    path: Option<PathBuf>,

    /// Folder for results.jsonl, quarantine.jsonl, timings.jsonl and report/
    #[arg(long, default_value = "evaluation", value_name = "FOLDER")]
    out: PathBuf,

    /// Go on with a run that was interrupted; what was refused for a cause that may have passed is tried again
    #[arg(long)]
    resume: bool,

    /// What changed between two runs: their results files
    #[arg(long, num_args = 2, value_names = ["A.jsonl", "B.jsonl"])]
    compare: Option<Vec<PathBuf>>,

    /// Policy that turns evidence into a decision (default: the one built in)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Folder that recordings may lie in, which a manifest's paths are below (default: PATH, or the manifest's folder)
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,

    /// Longest recording that is taken, seconds
    #[arg(long, default_value_t = 60.0, value_name = "SECONDS", value_parser = seconds)]
    max_seconds: f64,

    /// Longest time that one recording may take, seconds
    #[arg(long, default_value_t = 120.0, value_name = "SECONDS", value_parser = seconds)]
    time_limit: f64,

    /// Processor threads for one answer; as many answers are done at a time as fit into --threads
    #[arg(long, default_value = "1", value_name = "N")]
    threads_per_answer: NonZeroUsize,

    #[command(flatten)]
    listen: ListenOptions,
}

fn seconds(text: &str) -> std::result::Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("expected seconds, got {text:?}"))?;
    if value > 0.0 && value <= 86_400.0 {
        Ok(value)
    } else {
        Err(format!("expected above 0, at most 86400, got {text}"))
    }
}

pub fn run(args: &EvaluateArgs, output: &mut Output) -> Result<Status> {
    if let Some([a, b]) = args.compare.as_deref() {
        return evaluate_compare::run(a, b, output);
    }
    let path = args.path.as_deref().unwrap_or_else(|| Path::new("."));
    let policy = args.policy.as_deref().map_or_else(|| Ok(Policy::default()), Policy::load)?;
    let listing = Listing::of(path, args.root.as_deref(), &args.out, args.listen.scale)?;
    let root = listing.root.clone();
    let outcome = evaluate(args, path, policy, listing, output.format())?;
    let report = write_report(&args.out, &root, &outcome)?;
    summary(&report, &outcome, &args.out, output)?;
    Ok(if outcome.refused == 0 { Status::Done } else { Status::SomeFailed })
}

fn evaluate(args: &EvaluateArgs, path: &Path, policy: Policy, listing: Listing, format: Format) -> Result<Outcome> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = args.listen.threads.map_or(cores, NonZeroUsize::get);
    let each = args.threads_per_answer.min(NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN));
    let at_once = NonZeroUsize::new(threads / each.get()).unwrap_or(NonZeroUsize::MIN);
    let options = ListenerOptions {
        threads: Some(each),
        // Recognition gives up before the recording as a whole does, so that its worker is free again.
        deadline: Duration::from_secs_f64(args.time_limit * 0.75),
        at_once,
        ..args.listen.listener()
    };
    let settings = Settings {
        codetta: env!("CARGO_PKG_VERSION").to_owned(),
        input: path.display().to_string(),
        language: args.listen.lang,
        either_language: args.listen.either_lang,
        scale: args.listen.scale,
        emotion: !args.listen.no_emotion,
        max_seconds: args.max_seconds,
        threads_per_answer: each.get(),
        policy_hash: policy.hash().to_owned(),
        models: Settings::models(&options)?,
    };
    let batch = Batch {
        listener: Arc::new(Listener::load(&options)?),
        policy: Arc::new(policy),
        consent: args.listen.consent(),
        terms: args.listen.terms(),
        settings,
        out: args.out.clone(),
        resume: args.resume,
        at_once,
        time_limit: Duration::from_secs_f64(args.time_limit),
        table: match format {
            Format::Csv => Some(TableKind::Csv),
            Format::Parquet => Some(TableKind::Parquet),
            Format::Table | Format::Json => None,
        },
        alone: Box::new({
            let alone = alone(args, &listing.root);
            move |item| alone.death(item)
        }),
    };
    // Quiet where standard error is no terminal.
    let bar = ProgressBar::new(0);
    let style = "{bar:32} {pos}/{len}  {per_sec}  {eta} left  {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is sound"));
    let mut begun = false;
    let outcome = batch::run(&batch, listing, |progress: Progress| {
        bar.set_length(progress.listed as u64);
        bar.set_position(progress.done as u64);
        if !std::mem::replace(&mut begun, true) {
            // The rate is this run's, not that of what an earlier one had done.
            bar.reset_eta();
        }
        if progress.refused > 0 {
            bar.set_message(format!("{} in quarantine", progress.refused));
        }
    });
    bar.finish_and_clear();
    outcome
}

/// This run's options for a run over one recording.
fn alone(args: &EvaluateArgs, root: &Path) -> Alone {
    let mut options = Vec::new();
    option(&mut options, "--lang", args.listen.lang.code());
    option(&mut options, "--scale", args.listen.scale.to_string());
    option(&mut options, "--max-seconds", args.max_seconds.to_string());
    option(&mut options, "--time-limit", args.time_limit.to_string());
    if args.listen.either_lang {
        options.push("--either-lang".into());
    }
    for (name, path) in [("--policy", &args.policy), ("--asr-model", &args.listen.asr_model)] {
        if let Some(path) = path {
            option(&mut options, name, path);
        }
    }
    Alone { folder: args.out.join(".alone"), root: root.to_owned(), options }
}

fn write_report(out: &Path, root: &Path, outcome: &Outcome) -> Result<Report> {
    let report = batch::report(out, outcome.left_aside.clone())?;
    let folder = out.join("report");
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
    let json = serde_json::to_vec_pretty(&report)
        .map_err(|e| Error::new(ErrorKind::Internal, "report", format!("cannot be written as JSON: {e}")))?;
    write_whole(&folder.join("report.json"), &json)?;
    let page = batch::page(&report, |found| sound(root, found))?;
    write_whole(&folder.join("index.html"), page.as_bytes())?;
    Ok(report)
}

/// The beginning of a recording, for the page; none if it can no longer be read.
fn sound(root: &Path, found: &Disagreement) -> Option<Vec<u8>> {
    let channel = found.channel.map_or(Channel::Mix, Channel::from);
    let samples = capture::read_with(&root.join(&found.file), &ReadOptions { channel, ..Default::default() }).ok()?;
    let samples = samples.slice(0..samples.rate().frames(PLAYED_SECONDS).0 as usize);
    flac::encode(&samples, &found.file).ok()
}

fn summary(report: &Report, outcome: &Outcome, out: &Path, output: &mut Output) -> Result<()> {
    let seconds = outcome.elapsed.as_secs_f64();
    let rate = if seconds > 0.0 { outcome.added as f64 / seconds } else { 0.0 };
    let page = out.join("report").join("index.html");
    let record = json!({
        "results": outcome.results, "refused": outcome.refused, "added": outcome.added,
        "seconds": (1000.0 * seconds).round() / 1000.0, "files_per_second": (1000.0 * rate).round() / 1000.0,
        "first_result_ms": outcome.first_result.map(|first| (first.as_secs_f64() * 1e5).round() / 100.0),
        "accuracy": report.accuracy, "left_aside": outcome.left_aside,
        "out": out, "report": page,
    });
    output.columns(&["", ""]);
    output.result(&record, || vec!["results".to_owned(), outcome.results.to_string()])?;
    output.row(|| vec!["in quarantine".to_owned(), outcome.refused.to_string()]);
    output.row(|| vec!["this run".to_owned(), format!("{} in {seconds:.1} s, {rate:.2} a second", outcome.added)]);
    for (measure, groups) in &report.accuracy {
        let Some(share) = groups.get("all") else { continue };
        let text = match (share.value, share.low, share.high) {
            (Some(value), Some(low), Some(high)) => format!("{value:.3} ({low:.3} to {high:.3}), n = {}", share.n),
            _ => "–".to_owned(),
        };
        output.row(|| vec![format!("right: {}", measure.replace('_', " ")), text]);
    }
    if report.accuracy.is_empty() {
        output.row(|| vec!["right".to_owned(), "unknown: the recordings came without truth".to_owned()]);
    }
    output.row(|| vec!["report".to_owned(), page.display().to_string()]);
    output.finish()?;
    if outcome.refused > 0 {
        eprintln!(
            "codetta: {} in quarantine, each with its reason: {}",
            outcome.refused,
            out.join("quarantine.jsonl").display()
        );
    }
    Ok(())
}
