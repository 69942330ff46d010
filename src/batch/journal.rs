//! A file of JSON lines that only grows, and is whole again after any interruption.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};

/// No line that we write comes near this length.
const LONGEST_LINE: u64 = 1 << 24;

/// An open journal. Each line is handed to the system whole as it is written, so that a killed run loses at most the
/// line it was writing.
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens `path` for appending, after `each` has seen its lines in order. What an interruption left of a last line is
    /// cut off.
    ///
    /// # Errors
    /// Those of the file system; [`ErrorKind::Corrupt`] for a damaged line before the last, naming it.
    pub fn open<T: DeserializeOwned>(path: &Path, each: impl FnMut(T) -> Result<()>) -> Result<Self> {
        let io = |e: std::io::Error| Error::io(path, &e);
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(io)?;
        let whole = read(path, each)?;
        if file.metadata().map_err(io)?.len() > whole {
            file.set_len(whole).map_err(io)?;
        }
        Ok(Self { file, path: path.to_owned() })
    }

    /// Appends one line.
    ///
    /// # Errors
    /// [`ErrorKind::Write`] when the disk is full; what was written before is kept.
    pub fn append(&mut self, record: &impl Serialize) -> Result<()> {
        let line = line(record)?;
        self.file.write_all(&line).map_err(|e| full(&self.path, &e))
    }

    /// Hands everything to the disk.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn sync(&self) -> Result<()> {
        // A device or pipe in the place of the file cannot be flushed to disk; that is no failure.
        match self.file.sync_all() {
            Err(e) if e.kind() != std::io::ErrorKind::InvalidInput => Err(full(&self.path, &e)),
            _ => Ok(()),
        }
    }
}

/// A record as its line, with the line's end.
///
/// # Errors
/// [`ErrorKind::Internal`] for what JSON cannot hold.
pub fn line(record: &impl Serialize) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)
        .map_err(|e| Error::new(ErrorKind::Internal, "record", format!("cannot be written as JSON: {e}")))?;
    line.push(b'\n');
    Ok(line)
}

/// Shows every whole line to `each`; returns the length of the whole lines in bytes.
///
/// # Errors
/// As [`Journal::open`].
pub fn read<T: DeserializeOwned>(path: &Path, mut each: impl FnMut(T) -> Result<()>) -> Result<u64> {
    let io = |e: std::io::Error| Error::io(path, &e);
    // A device has no lines to show, and reading one might never end.
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Ok(0);
    }
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let (mut whole, mut number) = (0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(io)?;
        if length as u64 == LONGEST_LINE {
            let problem =
                format!("line {}: expected at most {LONGEST_LINE} bytes; this is no results file", number + 1);
            return Err(Error::new(ErrorKind::Limit, path.display().to_string(), problem));
        }
        number += 1;
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok(whole);
        }
        let record = serde_json::from_slice(&line).map_err(|e| {
            let problem = format!("line {number}: {e}; remove that line, or run again into another folder");
            Error::new(ErrorKind::Corrupt, path.display().to_string(), problem)
        })?;
        each(record)?;
        whole += length as u64;
    }
}

/// Writing failed, in the words of one who can go on later.
fn full(path: &Path, error: &std::io::Error) -> Error {
    let problem = format!("{error}; free some space and run again with --resume: what is recorded is kept");
    Error::new(ErrorKind::Write, path.display().to_string(), problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_cut_off_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        let whole = "1\n22\n333\n";
        for torn in ["", "4", "{\"a\":", "\u{1}"] {
            std::fs::write(&path, format!("{whole}{torn}")).unwrap();
            let mut seen: Vec<u32> = Vec::new();
            let mut journal = Journal::open(&path, |n| {
                seen.push(n);
                Ok(())
            })
            .unwrap();
            journal.append(&5).unwrap();
            assert_eq!(seen, [1, 22, 333]);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{whole}5\n"), "{torn:?}");
        }
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, "1\nnothing\n3\n").unwrap();
        let error = read::<u32>(&path, |_| Ok(())).unwrap_err();
        assert!(error.kind() == ErrorKind::Corrupt && error.to_string().contains("line 2"), "{error}");
    }
}
