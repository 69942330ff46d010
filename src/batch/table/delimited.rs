//! `results.csv`: each row is handed to the system as it comes. Text that a spreadsheet would take for a formula gets an
//! apostrophe before it; numbers stay numbers.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{COLUMNS, Cell};
use crate::error::{Error, ErrorKind, Result};
use crate::spreadsheet::harmless;

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
            Cell::Text(text) => text.as_deref().map(harmless).unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_said_is_no_formula_and_a_number_below_zero_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.csv");
        let mut table = Csv::create(&path).unwrap();
        let mut cells = vec![Cell::Text(None); COLUMNS.len()];
        cells[0] = Cell::Text(Some("=cmd|'/c calc'!A0".into()));
        cells[1] = Cell::Number(Some(-0.5));
        table.append(&cells).unwrap();
        table.finish().unwrap();
        let row = csv::Reader::from_path(&path).unwrap().records().next().unwrap().unwrap();
        assert_eq!((&row[0], &row[1]), ("'=cmd|'/c calc'!A0", "-0.5"));
    }
}
