//! `results.csv`: each row is handed to the system as it comes.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{COLUMNS, Cell};
use crate::error::{Error, ErrorKind, Result};

pub struct Csv {
    writer: csv::Writer<File>,
    path: PathBuf,
}

impl Csv {
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|e| Error::io(path, &e))?;
        let mut table = Self { writer: csv::Writer::from_writer(file), path: path.to_owned() };
        let written = table.writer.write_record(COLUMNS.map(|(name, _)| name));
        table.check(written)?;
        Ok(table)
    }

    pub fn append(&mut self, cells: &[Cell]) -> Result<()> {
        let texts = cells.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone().unwrap_or_default(),
            Cell::Number(number) => number.map_or_else(String::new, |n| n.to_string()),
        });
        let written = self.writer.write_record(texts);
        self.check(written)?;
        let flushed = self.writer.flush();
        self.check(flushed.map_err(csv::Error::from))
    }

    pub fn finish(mut self) -> Result<()> {
        let flushed = self.writer.flush();
        self.check(flushed.map_err(csv::Error::from))
    }

    fn check(&self, written: Result<(), csv::Error>) -> Result<()> {
        written.map_err(|e| {
            let problem = format!("{e}; free some space and run again with --resume");
            Error::new(ErrorKind::Write, self.path.display().to_string(), problem)
        })
    }
}
