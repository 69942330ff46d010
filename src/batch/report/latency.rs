//! How long answers took.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::batch::row::{Timed, key};
use crate::batch::stats::percentile;

/// Bars of the histogram.
const BARS: usize = 24;

/// Milliseconds from reading a recording to its decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Latency {
    pub n: u64,
    pub total: Spread,
    /// Counts between `from` and `to`, evenly up to the 99th percentile; the last bar holds all above.
    pub histogram: Vec<Bar>,
    /// By stage. Stages overlap, so that they do not add up to the total.
    pub stages: BTreeMap<String, Spread>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Spread {
    pub median: f64,
    pub p95: f64,
    pub max: f64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub n: u64,
}

/// Times by recording: where one was done again after an interruption, the last counts.
#[derive(Default)]
pub struct Times {
    totals: HashMap<String, f64>,
    stages: BTreeMap<String, Vec<f64>>,
}

impl Times {
    pub fn add(&mut self, timed: Timed<BTreeMap<String, f64>>) {
        for (stage, milliseconds) in timed.timings_ms {
            if stage == "total" {
                self.totals.insert(key(&timed.file, timed.channel), milliseconds);
            } else {
                self.stages.entry(stage).or_default().push(milliseconds);
            }
        }
    }

    /// None when nothing was timed.
    pub fn latency(self) -> Option<Latency> {
        let mut totals: Vec<f64> = self.totals.into_values().collect();
        let total = spread(&mut totals)?;
        let end = percentile(&totals, 0.99)?.max(f64::MIN_POSITIVE);
        let width = end / BARS as f64;
        let mut counts = [0u64; BARS];
        for value in &totals {
            counts[((value / width) as usize).min(BARS - 1)] += 1;
        }
        let bar = |(index, n): (usize, &u64)| Bar { from: index as f64 * width, to: (index + 1) as f64 * width, n: *n };
        let stages = self.stages.into_iter().filter_map(|(stage, mut values)| Some((stage, spread(&mut values)?)));
        let histogram = counts.iter().enumerate().map(bar).collect();
        Some(Latency { n: totals.len() as u64, total, histogram, stages: stages.collect() })
    }
}

/// Sorts `values`.
fn spread(values: &mut [f64]) -> Option<Spread> {
    values.sort_by(f64::total_cmp);
    Some(Spread { median: percentile(values, 0.5)?, p95: percentile(values, 0.95)?, max: *values.last()? })
}
