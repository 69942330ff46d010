//! The command line: one file a verb. Results go to standard output, everything else to standard error.

mod demo;
mod evaluate;
mod evaluate_alone;
mod evaluate_compare;
mod insight;
mod keypad;
#[cfg(feature = "ledger")]
mod ledger;
mod library;
mod live;
mod mix;
mod models;
mod options;
mod output;
mod policy;
mod rate;
mod replay;
mod sentiment;
#[cfg(feature = "ledger")]
mod tasks;
mod voice;
mod voice_train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use codetta::{Error, ErrorKind, Result};

use output::{Format, Output};

/// Ends service calls well: hears a rating and a mood, and crossfades into a fitting outro
/// or hands over to a human. Everything runs on this machine.
#[derive(Parser)]
#[command(name = "codetta", version, max_term_width = 100)]
struct Cli {
    /// How results are printed: a table, or one JSON object a line (evaluate also writes csv or parquet files)
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Sample calls end to end; writes the rendered endings and a page to hear them
    Demo(demo::DemoArgs),
    /// One answer per file: what was heard and felt, and how the call should end
    Rate(rate::RateArgs),
    /// A folder or manifest of recordings: results, accuracy, calibration, a report; or two runs compared
    Evaluate(Box<evaluate::EvaluateArgs>),
    /// Sentiment of one utterance a line on standard input
    Sentiment(sentiment::SentimentArgs),
    /// Prosody and vocal emotion of the caller
    Voice(voice::VoiceArgs),
    /// Telephone keys heard in the audio
    Keypad(keypad::KeypadArgs),
    /// Loudness-matched crossfade from one sound into another
    Mix(mix::MixArgs),
    /// A whole call as it happens: with microphone and speaker, or from a recording
    Live(Box<live::LiveArgs>),
    /// Outros and prompts: list them, check them
    Library(library::LibraryArgs),
    /// Policies: check, explain, print the default
    Policy(policy::PolicyArgs),
    /// Judge recorded decisions anew and say what differs
    Replay(replay::ReplayArgs),
    /// The encrypted record of calls: keys, copies, retention, audit
    #[cfg(feature = "ledger")]
    Ledger(ledger::LedgerArgs),
    /// What the record teaches: figures, trends, words, customers, a page
    Insight(Box<insight::InsightArgs>),
    /// Tasks that arise from calls: raise, list, assign, close, send
    #[cfg(feature = "ledger")]
    Tasks(tasks::TasksArgs),
    /// Speech models: list, verify, import
    Models(models::ModelsArgs),
}

/// How a run ended, as its exit status says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything asked for was done: 0.
    Done,
    /// Some inputs failed, each named on standard error: 1.
    SomeFailed,
}

pub fn run() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("CODETTA_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .without_time()
        .with_target(false)
        .init();
    let cli = Cli::parse();
    let mut output = Output::new(cli.format);
    match dispatch(cli.verb, &mut output) {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::SomeFailed) => ExitCode::from(1),
        // As if the signal had ended us, which is what a shell expects.
        Err(error) if output::is_reader_gone(&error) => ExitCode::from(128 + 13),
        Err(error) => {
            eprintln!("codetta: {error}");
            ExitCode::from(if error.kind() == ErrorKind::Usage { 2 } else { 1 })
        }
    }
}

fn dispatch(verb: Verb, output: &mut Output) -> Result<Status> {
    if matches!(output.format(), Format::Csv | Format::Parquet) && !matches!(verb, Verb::Evaluate(_)) {
        return Err(Error::new(
            ErrorKind::Usage,
            "--format",
            "csv and parquet are files that evaluate writes; expected table or json",
        ));
    }
    match verb {
        Verb::Demo(args) => demo::run(&args, output),
        Verb::Rate(args) => rate::run(&args, output),
        Verb::Evaluate(args) => evaluate::run(&args, output),
        Verb::Keypad(args) => keypad::run(&args, output),
        Verb::Sentiment(args) => sentiment::run(&args, output),
        Verb::Voice(args) => voice::run(&args, output),
        Verb::Mix(args) => mix::run(&args, output),
        Verb::Live(args) => live::run(&args, output),
        Verb::Library(args) => library::run(&args, output),
        Verb::Policy(args) => policy::run(&args, output),
        Verb::Replay(args) => replay::run(&args, output),
        #[cfg(feature = "ledger")]
        Verb::Ledger(args) => ledger::run(&args, output),
        Verb::Insight(args) => insight::run(&args, output),
        #[cfg(feature = "ledger")]
        Verb::Tasks(args) => tasks::run(&args, output),
        Verb::Models(args) => models::run(&args, output),
    }
}
