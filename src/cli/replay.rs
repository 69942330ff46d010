//! `codetta replay`: judge recorded decisions again; identical bytes, or what differs.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use codetta::judge::{Difference, Replayed, replay};
use codetta::{Error, Result};
use serde::Serialize;

use super::Status;
use super::output::Output;

/// One record is a few kilobytes; a longer line is not read further.
const LINE_LIMIT: u64 = (1 << 20) + 2;

#[derive(Args)]
pub struct ReplayArgs {
    /// Files of decision records, one JSON object a line
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct ReplayResult {
    file: String,
    line: usize,
    /// `identical`, `reformatted` (same values, another layout) or `differs`.
    result: &'static str,
    action: Option<codetta::judge::Action>,
    differences: Vec<Difference>,
}

pub fn run(args: &ReplayArgs, output: &mut Output) -> Result<Status> {
    output.columns(&["record", "result", "differences"]);
    let mut status = Status::Done;
    for file in &args.files {
        if let Err(error) = each_line(file, |line, text| {
            match replayed(file, line, text) {
                Ok(result) => {
                    if result.result == "differs" {
                        status = Status::SomeFailed;
                    }
                    output.result(&result, || row(&result))?;
                }
                Err(error) => {
                    eprintln!("codetta: {error}");
                    status = Status::SomeFailed;
                }
            }
            Ok(())
        }) {
            eprintln!("codetta: {error}");
            status = Status::SomeFailed;
        }
    }
    output.finish()?;
    Ok(status)
}

fn replayed(file: &Path, line: usize, text: &str) -> Result<ReplayResult> {
    let (result, action, differences) = match replay(text, &format!("{}:{line}", file.display()))? {
        Replayed::Identical(record) => ("identical", Some(record.decision.action), Vec::new()),
        Replayed::Reformatted(record) => ("reformatted", Some(record.decision.action), Vec::new()),
        Replayed::Differs(differences) => ("differs", None, differences),
    };
    Ok(ReplayResult { file: file.display().to_string(), line, result, action, differences })
}

fn row(result: &ReplayResult) -> Vec<String> {
    let differences: Vec<String> = result.differences.iter().map(Difference::to_string).collect();
    vec![format!("{}:{}", result.file, result.line), result.result.to_owned(), differences.join("\n")]
}

/// Calls `each` with every line that is not blank; a line of more than a megabyte ends the file.
fn each_line(file: &Path, mut each: impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
    let io = |error: std::io::Error| Error::io(file, &error);
    let mut reader = BufReader::new(File::open(file).map_err(io)?);
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(LINE_LIMIT).read_line(&mut line).map_err(io)?;
        if read == 0 {
            break;
        }
        if !line.trim().is_empty() {
            each(number, &line)?;
        }
        if read as u64 == LINE_LIMIT {
            break;
        }
    }
    Ok(())
}
