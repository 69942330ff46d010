//! The report: every figure once, in `report.json`, and the page that shows the same figures.

mod agreement;
mod chart;
mod confusion;
mod disagreement;
mod ending;
mod latency;
mod page;
mod reliability;
mod section;
mod tally;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use agreement::{Agreement, Decisions};
pub use confusion::Confusion;
pub use disagreement::Disagreement;
pub use latency::{Bar, Latency, Spread};
pub use page::page;
pub use reliability::{Bin, CoveragePoint, Reliability};

use super::journal;
use super::row::{Refusal, Row, Timed};
use super::run::{QUARANTINE, RESULTS, RUN, TIMINGS};
use super::settings::Settings;
use super::stats::Share;
use crate::error::{Error, ErrorKind, Result};

/// Every figure of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub settings: Settings,
    pub counts: Counts,
    /// By what is measured (`rating`, `accepted_rating`, `intent`, `sentiment`, `emotion`, `action`), and within it by
    /// `all`, `zh` and `en`. Only what the recordings' truth allows; empty without truth.
    pub accuracy: BTreeMap<String, BTreeMap<String, Share>>,
    pub confusion: BTreeMap<String, Confusion>,
    pub reliability: BTreeMap<String, Reliability>,
    /// Share of answers taken, and how many of them are right, as the least confident are given up. Without truth empty.
    pub coverage: Vec<CoveragePoint>,
    pub latency: Option<Latency>,
    /// The rating heard, beside `words` and `voice`.
    pub agreement: BTreeMap<String, Agreement>,
    /// By band of the decision (`best`, `middle`, `low`, `none`).
    pub decisions: BTreeMap<String, Decisions>,
    /// The most informative first.
    pub disagreements: Vec<Disagreement>,
    /// By sort of cause.
    pub failures: BTreeMap<String, Vec<Refusal>>,
}

/// What was run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    pub results: u64,
    pub refused: u64,
    /// No recording by its name, or listed elsewhere, by sort.
    pub left_aside: BTreeMap<String, usize>,
    pub with_truth: u64,
    pub with_speech: u64,
    pub keyed: u64,
    pub by_language: BTreeMap<String, u64>,
    /// Length of all recordings that have a result, and of the speech in them.
    pub audio_s: f64,
    pub speech_s: f64,
}

/// Computes a report from the files of a run in `folder`. `left_aside` is what its listing left out.
///
/// Results are read one by one; what is kept of each is a few numbers.
///
/// # Errors
/// Those of reading the files; [`ErrorKind::Corrupt`] where they are damaged.
pub fn report(folder: &Path, left_aside: BTreeMap<String, usize>) -> Result<Report> {
    let path = folder.join(RUN);
    let text = std::fs::read(&path).map_err(|e| Error::io(&path, &e))?;
    let settings: Settings = serde_json::from_slice(&text).map_err(|e| {
        Error::new(ErrorKind::Corrupt, path.display().to_string(), format!("no settings of a run: {e}"))
    })?;
    let mut tally = tally::Tally::default();
    journal::read(&folder.join(RESULTS), |row: Row| {
        tally.add(&row);
        Ok(())
    })?;
    let mut failures: BTreeMap<String, Vec<Refusal>> = BTreeMap::new();
    journal::read(&folder.join(QUARANTINE), |refusal: Refusal| {
        failures.entry(refusal.kind.clone()).or_default().push(refusal);
        Ok(())
    })?;
    for refusals in failures.values_mut() {
        refusals.sort_by_key(Refusal::key);
    }
    let mut times = latency::Times::default();
    journal::read(&folder.join(TIMINGS), |timed: Timed<BTreeMap<String, f64>>| {
        times.add(timed);
        Ok(())
    })?;
    let refused = failures.values().map(|refusals| refusals.len() as u64).sum();
    Ok(tally.report(settings, refused, left_aside, failures, times.latency()))
}
