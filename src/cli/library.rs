//! `codetta library`: lists the outros and prompts, and checks them as a sound engineer would.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use codetta::Result;
use codetta::capture::decode_stereo;
use codetta::outro::{Library, Severity, check_library};
use serde_json::json;

use super::Status;
use super::output::Output;

#[derive(Args)]
pub struct LibraryArgs {
    #[command(subcommand)]
    command: Command,

    /// A folder of own sounds, laid over those built in (else CODETTA_AUDIO, else the built-in ones)
    #[arg(long, global = true, value_name = "DIR")]
    audio: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Name each outro and prompt: mood, tone or language, licence, file
    List,
    /// Decode and measure every sound: loudness, true peak, clicks, silence, seams, licences, duplicates
    Check,
}

pub fn run(args: &LibraryArgs, output: &mut Output) -> Result<Status> {
    let library = Library::locate(args.audio.as_deref())?;
    match args.command {
        Command::List => list(&library, output),
        Command::Check => check(&library, output),
    }
}

fn list(library: &Library, output: &mut Output) -> Result<Status> {
    output.columns(&["id", "what", "title or text", "licence", "file"]);
    for outro in library.outros() {
        output.result(&json!({ "outro": outro }), || {
            let mood = serde_json::to_value(outro.mood).ok();
            let mood = mood.as_ref().and_then(|mood| mood.as_str()).unwrap_or_default().to_owned();
            let repeats = if outro.loop_s().is_some() { ", repeats" } else { "" };
            let what = format!("{mood}, {}{repeats}", outro.tone);
            vec![outro.id.clone(), what, outro.title.clone(), outro.licence.clone(), outro.file.clone()]
        })?;
    }
    for prompt in library.prompts() {
        output.result(&json!({ "prompt": prompt }), || {
            let what = format!("prompt, {}", prompt.language);
            vec![prompt.id.to_string(), what, prompt.text.clone(), prompt.licence.clone(), prompt.file.clone()]
        })?;
    }
    output.finish()?;
    Ok(Status::Done)
}

/// Done when there is no fault; a remark alone does not fail a library.
fn check(library: &Library, output: &mut Output) -> Result<Status> {
    let findings = check_library(library, |sound| decode_stereo(&sound.bytes, &sound.name));
    output.columns(&["sound", "severity", "finding"]);
    for finding in &findings {
        output.result(finding, || {
            let severity = if finding.severity == Severity::Fault { "fault" } else { "remark" };
            vec![finding.subject.clone(), severity.to_owned(), finding.problem.clone()]
        })?;
    }
    output.finish()?;
    let faults = findings.iter().filter(|finding| finding.severity == Severity::Fault).count();
    let (outros, prompts) = (library.outros().len(), library.prompts().len());
    eprintln!("{outros} outros, {prompts} prompts: {faults} faults, {} remarks", findings.len() - faults);
    Ok(if faults == 0 { Status::Done } else { Status::SomeFailed })
}
