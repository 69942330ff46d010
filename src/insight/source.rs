//! Reading results files, and keeping the calls that are asked for.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use jiff::tz::TimeZone;

use super::row::Row;
use crate::error::{Error, ErrorKind, Result};

/// A line of results is a few kilobytes; more is not one.
const LINE: usize = 4 << 20;

/// Which calls count. Nothing set means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Milliseconds since 1970, inclusive. A call without a time passes only where neither end is set.
    pub from: Option<i64>,
    /// Exclusive.
    pub to: Option<i64>,
    pub brand: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub product: Option<String>,
    pub language: Option<String>,
}

impl Filter {
    pub fn passes(&self, row: &Row) -> bool {
        let is = |wanted: &Option<String>, value: &Option<String>| wanted.is_none() || wanted == value;
        let after = self.from.is_none_or(|from| row.at.is_some_and(|at| at >= from));
        let before = self.to.is_none_or(|to| row.at.is_some_and(|at| at < to));
        after
            && before
            && is(&self.brand, &row.brand)
            && is(&self.queue, &row.queue)
            && is(&self.agent, &row.agent)
            && is(&self.product, &row.product)
            && is(&self.language, &row.language)
    }
}

#[cfg(feature = "ledger")]
impl From<&Filter> for crate::record::FactsFilter {
    fn from(filter: &Filter) -> Self {
        let Filter { from, to, brand, queue, agent, product, language } = filter.clone();
        Self { from, to, brand, queue, agent, product, language }
    }
}

/// Calls `each` with every line of a results file (JSON Lines, with or without a byte-order mark).
///
/// # Errors
/// The file system's; [`ErrorKind::Corrupt`] naming the line that is not a result; [`ErrorKind::Limit`] for a line that
/// never ends.
pub fn read_results(path: &Path, zone: &TimeZone, mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut line = Vec::new();
    let name = path.display().to_string();
    for number in 1usize.. {
        line.clear();
        use std::io::Read;
        let read = (&mut reader).take(LINE as u64).read_until(b'\n', &mut line).map_err(|e| Error::io(path, &e))?;
        if read == 0 {
            break;
        }
        let subject = || format!("{name}, line {number}");
        if read == LINE {
            return Err(Error::new(ErrorKind::Limit, subject(), format!("expected a line of at most {LINE} bytes")));
        }
        let text = std::str::from_utf8(&line)
            .map_err(|_| Error::new(ErrorKind::Corrupt, subject(), "expected UTF-8; JSON is always written in it"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() {
            each(Row::from_json(text, &subject(), zone)?)?;
        }
    }
    Ok(())
}
