//! Manifests: a table of recordings with what is known about them, as CSV or JSON Lines (Parquet has its own file).

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Component, Path};

use super::label::Truth;
use super::listing::{Item, Listing, Side};
use super::parquet_manifest;
use super::row::Refusal;
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Language, Scale};

/// The columns that are read, and other names for them. All but `path` may be missing; others are not looked at.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("path", &["file", "filename"]),
    ("language", &["lang"]),
    ("channel", &[]),
    ("rating", &[]),
    ("intent", &[]),
    ("sentiment", &[]),
    ("emotion", &[]),
    ("expected_action", &["action", "expected action"]),
];
/// A line longer than this is no row of a manifest.
const LONGEST_LINE: u64 = 1 << 20;
/// More rows than this are refused: they would not fit into memory beside the models.
const MOST_ROWS: usize = 5_000_000;

/// The table's own name for a column, if it is one that is read.
pub fn column(name: &str) -> Option<&'static str> {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    COLUMNS.iter().find(|(own, others)| *own == name || others.contains(&name.as_str())).map(|(own, _)| *own)
}

/// Adds a manifest's rows to `listing`. A row that cannot be used is refused with its reason; the rest goes on.
///
/// # Errors
/// Those of [`Listing::of`].
pub fn read(path: &Path, scale: Scale, listing: &mut Listing) -> Result<()> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut rows = Rows { scale, listing, subject: path.display().to_string() };
    match extension.as_str() {
        "csv" => delimited(path, b',', &mut rows),
        "tsv" => delimited(path, b'\t', &mut rows),
        "jsonl" | "ndjson" => json_lines(path, &mut rows),
        "parquet" => parquet_manifest::read(path, &mut rows),
        _ => Err(Error::new(
            ErrorKind::Usage,
            rows.subject,
            "expected a folder or a manifest (.csv, .tsv, .jsonl, .ndjson, .parquet); for single files use codetta rate",
        )),
    }
}

/// Takes rows from any sort of manifest.
pub struct Rows<'a> {
    scale: Scale,
    listing: &'a mut Listing,
    pub subject: String,
}

impl Rows<'_> {
    /// Checks the names of all columns.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] unless one of them is `path`, and none of those that are read is there twice.
    pub fn check_columns(&self, names: &[String]) -> Result<()> {
        let known: Vec<&str> = names.iter().filter_map(|name| column(name)).collect();
        let problem = if !known.contains(&"path") {
            format!("expected a column path, found {}", names.join(", "))
        } else if let Some(twice) = known.iter().find(|name| known.iter().filter(|other| other == name).count() > 1) {
            format!("expected one column {twice}, found several")
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::Usage, self.subject.clone(), problem))
    }

    /// One row: cells by their column's own name.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] when there are too many rows.
    pub fn row<'c>(&mut self, number: usize, cells: impl Iterator<Item = (&'static str, &'c str)>) -> Result<()> {
        if self.listing.items.len() + self.listing.refused.len() >= MOST_ROWS {
            let problem = format!("expected at most {MOST_ROWS} rows; split the manifest");
            return Err(Error::new(ErrorKind::Limit, self.subject.clone(), problem));
        }
        let mut item = Item { file: String::new(), language: None, channel: None, truth: Truth::default() };
        let mut problem = None;
        for (name, text) in cells {
            let set = match name {
                "path" => plain_path(text, &self.listing.root).map(|file| item.file = file),
                "language" => language(text).map(|language| item.language = language),
                "channel" if text.trim().is_empty() || text.trim().eq_ignore_ascii_case("mix") => Ok(()),
                "channel" => text.parse::<Side>().map(|side| item.channel = Some(side)).map_err(|e| e.to_string()),
                truth => item.truth.set(truth, text, self.scale),
            };
            if let Err(what) = set {
                problem.get_or_insert(what);
            }
        }
        if item.file.is_empty() && problem.is_none() {
            problem = Some("path: expected a file, got nothing".to_owned());
        }
        match problem {
            None => self.listing.items.push(item),
            Some(problem) => self.refuse(number, &item, &problem),
        }
        Ok(())
    }

    /// Refuses a row that cannot be read at all.
    pub fn unreadable(&mut self, number: usize, problem: &str) {
        let item = Item { file: String::new(), language: None, channel: None, truth: Truth::default() };
        self.refuse(number, &item, problem);
    }

    fn refuse(&mut self, number: usize, item: &Item, problem: &str) {
        let error = Error::new(ErrorKind::Usage, "", format!("row {number} of the manifest: {problem}"));
        let name = if item.file.is_empty() { format!("row {number}") } else { item.file.clone() };
        self.listing.refused.push(Refusal::new(&name, item.channel, &error));
    }
}

fn language(text: &str) -> Result<Option<Language>, String> {
    match text.trim().to_lowercase().as_str() {
        "" | "null" => Ok(None),
        "zh" | "zh-cn" | "cmn" | "mandarin" => Ok(Some(Language::Zh)),
        "en" | "en-us" | "en-gb" | "english" => Ok(Some(Language::En)),
        _ => Err(format!("language: expected zh or en, got {text:?}")),
    }
}

/// The path below the root, in one spelling. A path that climbs out of the root is refused here; one that leaves it by a
/// link is when it is opened.
fn plain_path(text: &str, root: &Path) -> Result<String, String> {
    let path = Path::new(text.trim());
    let leaves =
        || format!("path: expected a file below {}, got {text:?}; name its folder with --root", root.display());
    let below = if path.is_absolute() { path.strip_prefix(root).map_err(|_| leaves())? } else { path };
    let mut parts: Vec<&str> = Vec::new();
    for part in below.components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str().unwrap_or_default()),
            Component::CurDir => {}
            Component::ParentDir if parts.pop().is_some() => {}
            _ => return Err(leaves()),
        }
    }
    Ok(parts.join("/"))
}

fn delimited(path: &Path, delimiter: u8, rows: &mut Rows) -> Result<()> {
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let damaged = |subject: &str, e: csv::Error| Error::new(ErrorKind::Corrupt, subject, format!("not a table: {e}"));
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file);
    let header = reader.byte_headers().map_err(|e| damaged(&rows.subject, e))?;
    let names: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    rows.check_columns(&names)?;
    let own: Vec<Option<&str>> = names.iter().map(|name| column(name)).collect();
    let mut record = csv::ByteRecord::new();
    let mut number = 1;
    while reader.read_byte_record(&mut record).map_err(|e| damaged(&rows.subject, e))? {
        number += 1;
        let cells: Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
        match cells {
            Err(_) => rows.unreadable(number, "expected text in UTF-8"),
            Ok(cells) if cells.len() != own.len() => {
                rows.unreadable(number, &format!("expected {} cells, got {}", own.len(), cells.len()));
            }
            Ok(cells) => rows.row(number, own.iter().zip(cells).filter_map(|(name, cell)| Some(((*name)?, cell))))?,
        }
    }
    Ok(())
}

fn json_lines(path: &Path, rows: &mut Rows) -> Result<()> {
    let io = |e: std::io::Error| Error::io(path, &e);
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let mut line = Vec::new();
    let mut number = 0;
    let mut any_path = false;
    let mut seen: Vec<String> = Vec::new();
    loop {
        line.clear();
        let length = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(io)?;
        if length == 0 {
            break;
        }
        number += 1;
        if length as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
            let problem = format!("row {number}: expected at most {LONGEST_LINE} bytes; this is no manifest");
            return Err(Error::new(ErrorKind::Limit, rows.subject.clone(), problem));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object = match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&line) {
            Ok(object) => object,
            Err(error) => {
                rows.unreadable(number, &format!("expected a JSON object: {error}"));
                continue;
            }
        };
        if seen.is_empty() {
            seen = object.keys().cloned().collect();
        }
        let cells: Vec<(&'static str, String)> = object
            .iter()
            .filter_map(|(name, value)| {
                let text = match value {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Null => String::new(),
                    other => other.to_string(),
                };
                Some((column(name)?, text))
            })
            .collect();
        any_path |= cells.iter().any(|(name, _)| *name == "path");
        rows.row(number, cells.iter().map(|(name, text)| (*name, text.as_str())))?;
    }
    if any_path { Ok(()) } else { rows.check_columns(&seen) }
}
