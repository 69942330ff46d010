//! Printing results: a readable table, or JSON Lines.

use std::io::{self, Write};

use codetta::{Error, ErrorKind, Result};
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Table,
    Json,
    /// Only `evaluate`: a table, and beside results.jsonl a results.csv
    Csv,
    /// Known so that the answer to it is a clear one: it is not supported
    #[value(hide = true)]
    Parquet,
}

/// Where results go. JSON objects are printed as they come; table rows are printed by [`Output::finish`].
pub struct Output {
    format: Format,
    table: Table,
    rows: usize,
}

impl Output {
    pub fn new(format: Format) -> Self {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        Self { format, table, rows: 0 }
    }

    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Names the columns of the table; ignored for JSON.
    pub fn columns(&mut self, names: &[&str]) {
        self.table.set_header(names.iter().copied());
    }

    /// One result: an object for JSON, a row for the table (made only when it is wanted).
    pub fn result(&mut self, record: &impl Serialize, row: impl FnOnce() -> Vec<String>) -> Result<()> {
        self.rows += 1;
        match self.format {
            Format::Json => {
                let text = serde_json::to_string(record).map_err(|e| {
                    Error::new(ErrorKind::Internal, "result", format!("cannot be written as JSON: {e}"))
                })?;
                print_line(&text)
            }
            Format::Table | Format::Csv | Format::Parquet => {
                self.table.add_row(row());
                Ok(())
            }
        }
    }

    /// One more row of the table about a result that JSON tells whole.
    pub fn row(&mut self, row: impl FnOnce() -> Vec<String>) {
        if self.format != Format::Json {
            self.table.add_row(row());
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Prints the table, if there is anything in it.
    pub fn finish(&mut self) -> Result<()> {
        if self.format != Format::Json && self.rows > 0 { print_line(&self.table.to_string()) } else { Ok(()) }
    }
}

/// Prints one line and flushes it, so that a reader sees each result as it comes.
///
/// # Errors
/// [`ErrorKind::Write`] when standard output is closed or full.
pub fn print_line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|e| not_written(&e))
}

const STANDARD_OUTPUT: &str = "standard output";
const READER_GONE: &str = "its reader is gone";

/// What standard output would not take.
pub fn not_written(error: &io::Error) -> Error {
    let problem = match error.kind() {
        io::ErrorKind::BrokenPipe => READER_GONE.to_owned(),
        _ => error.to_string(),
    };
    Error::new(ErrorKind::Write, STANDARD_OUTPUT, problem)
}

/// Whether whoever read standard output has had enough (`codetta … | head`): nothing went wrong.
pub fn is_reader_gone(error: &Error) -> bool {
    error.subject() == STANDARD_OUTPUT && error.problem() == READER_GONE
}
