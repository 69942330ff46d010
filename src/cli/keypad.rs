//! `codetta keypad`: telephone keys heard in recordings.

use std::path::PathBuf;

use clap::Args;
use codetta::{Result, capture, keypad};
use serde::Serialize;

use super::Status;
use super::output::Output;

#[derive(Args)]
pub struct KeypadArgs {
    /// Recordings: WAV, FLAC, MP3 or Ogg
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The contract of the `keypad` verb.
#[derive(Serialize)]
struct Keyed {
    file: String,
    digits: String,
    events: Vec<keypad::KeyPress>,
}

pub fn run(args: &KeypadArgs, output: &mut Output) -> Result<Status> {
    output.columns(&["file", "digits", "held (s)"]);
    let mut status = Status::Done;
    for file in &args.files {
        let events = match capture::read(file).and_then(|recording| keypad::detect(&recording)) {
            Ok(events) => events,
            Err(error) => {
                eprintln!("codetta: {}", error.about(file.display().to_string()));
                status = Status::SomeFailed;
                continue;
            }
        };
        let digits: String = events.iter().map(|press| char::from(press.digit)).collect();
        let record = Keyed { file: file.display().to_string(), digits, events };
        output.result(&record, || {
            let spans = record.events.iter().map(|e| format!("{}: {:.2}–{:.2}", e.digit, e.start_s, e.end_s));
            vec![record.file.clone(), record.digits.clone(), spans.collect::<Vec<_>>().join("  ")]
        })?;
    }
    output.finish()?;
    Ok(status)
}
