//! What changed between two runs over the same recordings: paired, with intervals and exact tests.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::journal;
use super::label::{TrueRating, Truth};
use super::row::Row;
use super::stats::{bootstrap_mean, paired_difference, sign_test};
use crate::error::{Error, ErrorKind, Result};
use crate::judge::Action;

/// Changed recordings that are named.
const MOST_NAMED: usize = 50;

/// A share of right answers in both runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paired {
    pub measure: String,
    /// Recordings that are in both runs and have what the measure needs.
    pub n: u64,
    pub a: f64,
    pub b: f64,
    /// B less A, with its 95 % interval (Bonett and Price 2012).
    pub difference: f64,
    pub interval: [f64; 2],
    /// True of B alone, and of A alone.
    pub gained: u64,
    pub lost: u64,
    /// McNemar's exact test.
    pub p: f64,
}

/// A number in both runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PairedMean {
    pub measure: String,
    pub n: u64,
    /// Mean of B less A, with its bootstrap interval.
    pub difference: f64,
    pub interval: [f64; 2],
    pub higher: u64,
    pub lower: u64,
    /// Sign test over those that differ.
    pub p: f64,
}

/// One recording on which the runs differ.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    pub file: String,
    /// Rating heard (1–5 or null) and action, in A and in B.
    pub rating: [Option<u8>; 2],
    pub action: [Action; 2],
    #[serde(skip_serializing_if = "Truth::is_empty")]
    pub truth: Truth,
}

/// Everything that changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comparison {
    pub a: String,
    pub b: String,
    pub in_both: u64,
    pub only_a: u64,
    pub only_b: u64,
    /// Recordings whose truth differs between the runs: left out of the accuracies.
    pub truth_differs: u64,
    pub same_policy: bool,
    pub shares: Vec<Paired>,
    pub means: Vec<PairedMean>,
    pub ratings_changed: u64,
    pub actions_changed: u64,
    /// The first of the changes, by name.
    pub changes: Vec<Change>,
    /// What the evidence says, in one sentence.
    pub verdict: String,
}

/// What is kept of a row.
struct Kept {
    rating: TrueRating,
    posterior: [f32; 6],
    action: Action,
    final_right: Option<bool>,
    right: [Option<bool>; 5],
    mean: f32,
    truth: Truth,
    policy: String,
    file: String,
}

const MEASURES: [&str; 5] = ["rating right", "intent right", "sentiment right", "emotion right", "action as expected"];

impl Kept {
    fn of(row: &Row) -> Self {
        let truth = row.truth;
        let rating = row.heard_rating();
        let decided = row.rated.decision.rating.map_or(TrueRating::NONE, TrueRating::Level);
        Self {
            rating,
            posterior: row.posterior(),
            action: row.rated.decision.action,
            final_right: truth.rating.map(|t| row.is_final() && decided == t),
            right: [
                truth.rating.map(|t| t == rating),
                truth.intent.map(|t| t == row.intent()),
                truth.sentiment.map(|t| row.rated.sentiment.is_some_and(|s| s.label == t)),
                truth.emotion.map(|t| row.emotion().is_some_and(|(e, _)| e == t)),
                truth.action.map(|t| t == row.rated.decision.action),
            ],
            mean: row.rated.decision.mean,
            truth,
            policy: row.rated.decision.policy_hash.clone(),
            file: row.rated.file.clone(),
        }
    }

    fn is_final(&self) -> bool {
        matches!(self.action, Action::Outro | Action::Transfer)
    }
}

/// Compares two results files by their recordings.
///
/// # Errors
/// Those of reading them; [`ErrorKind::Corrupt`] for a row that is no result or is there twice; [`ErrorKind::Usage`]
/// if they have no recording in common.
pub fn compare(a: &Path, b: &Path) -> Result<Comparison> {
    let (mut rows_a, rows_b) = (load(a)?, load(b)?);
    let mut keys: Vec<&String> = rows_b.keys().collect();
    keys.sort_unstable();
    let count_a = rows_a.len() as u64;
    let pairs: Vec<(Kept, &Kept)> =
        keys.into_iter().filter_map(|key| Some((rows_a.remove(key)?, &rows_b[key]))).collect();
    let in_both = pairs.len() as u64;
    if in_both == 0 {
        let problem = format!("expected recordings that are in {} as well, found none", b.display());
        return Err(Error::new(ErrorKind::Usage, a.display().to_string(), problem));
    }
    let same_truth: Vec<&(Kept, &Kept)> = pairs.iter().filter(|(a, b)| a.truth == b.truth).collect();
    let mut shares = Vec::new();
    for (index, measure) in MEASURES.iter().enumerate() {
        shares.extend(paired(measure, same_truth.iter().filter_map(|(a, b)| Some((a.right[index]?, b.right[index]?)))));
    }
    shares.extend(paired(
        "rating final and right",
        same_truth.iter().filter_map(|(a, b)| Some((a.final_right?, b.final_right?))),
    ));
    let has_truth = !shares.is_empty();
    shares.extend(paired("ended without asking back", pairs.iter().map(|(a, b)| (a.is_final(), b.is_final()))));
    let handed = |kept: &Kept| kept.action == Action::Transfer;
    shares.extend(paired("handed to a human", pairs.iter().map(|(a, b)| (handed(a), handed(b)))));
    let probability = |kept: &Kept| kept.truth.rating.map(|t| f64::from(kept.posterior[t.index()]));
    let means = [
        mean("probability given to the true rating", {
            same_truth.iter().filter_map(|(a, b)| Some(probability(b)? - probability(a)?)).collect()
        }),
        mean("satisfaction (1 to 5)", pairs.iter().map(|(a, b)| f64::from(b.mean) - f64::from(a.mean)).collect()),
    ];
    let differing = |pair: &&(Kept, &Kept)| pair.0.rating != pair.1.rating || pair.0.action != pair.1.action;
    let value = |kept: &Kept| match kept.rating {
        TrueRating::Level(rating) => Some(rating.value()),
        TrueRating::Without(_) => None,
    };
    let changes = pairs.iter().filter(differing).take(MOST_NAMED).map(|(a, b)| Change {
        file: b.file.clone(),
        rating: [value(a), value(b)],
        action: [a.action, b.action],
        truth: b.truth,
    });
    let changes = changes.collect();
    Ok(Comparison {
        a: a.display().to_string(),
        b: b.display().to_string(),
        in_both,
        only_a: count_a - in_both,
        only_b: rows_b.len() as u64 - in_both,
        truth_differs: in_both - same_truth.len() as u64,
        same_policy: pairs.iter().all(|(a, b)| a.policy == b.policy),
        verdict: verdict(&shares, has_truth),
        shares,
        means: means.into_iter().flatten().collect(),
        ratings_changed: pairs.iter().filter(|(a, b)| a.rating != b.rating).count() as u64,
        actions_changed: pairs.iter().filter(|(a, b)| a.action != b.action).count() as u64,
        changes,
    })
}

fn load(path: &Path) -> Result<HashMap<String, Kept>> {
    let mut rows = HashMap::new();
    journal::read(path, |row: Row| match rows.insert(row.key(), Kept::of(&row)) {
        None => Ok(()),
        Some(_) => {
            let problem = format!("expected one row for {}, found several", row.rated.file);
            Err(Error::new(ErrorKind::Corrupt, path.display().to_string(), problem))
        }
    })?;
    if rows.is_empty() {
        let problem = "expected the results.jsonl of a run, found no row";
        return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
    }
    Ok(rows)
}

fn paired(measure: &str, pairs: impl Iterator<Item = (bool, bool)>) -> Option<Paired> {
    let (mut n, mut a, mut b, mut gained, mut lost) = (0u64, 0u64, 0u64, 0, 0);
    for (in_a, in_b) in pairs {
        n += 1;
        a += u64::from(in_a);
        b += u64::from(in_b);
        gained += u64::from(in_b && !in_a);
        lost += u64::from(in_a && !in_b);
    }
    let (difference, interval) = paired_difference(gained, lost, n)?;
    let share = |count: u64| count as f64 / n as f64;
    let p = sign_test(gained, lost);
    Some(Paired { measure: measure.to_owned(), n, a: share(a), b: share(b), difference, interval, gained, lost, p })
}

fn mean(measure: &str, differences: Vec<f64>) -> Option<PairedMean> {
    let (difference, interval) = bootstrap_mean(&differences)?;
    let higher = differences.iter().filter(|d| **d > 0.0).count() as u64;
    let lower = differences.iter().filter(|d| **d < 0.0).count() as u64;
    let n = differences.len() as u64;
    Some(PairedMean {
        measure: measure.to_owned(),
        n,
        difference,
        interval,
        higher,
        lower,
        p: sign_test(higher, lower),
    })
}

/// Speaks of what is right alone: that more calls end without asking back is no gain in itself.
fn verdict(shares: &[Paired], has_truth: bool) -> String {
    if !has_truth {
        return "No truth in the results: what changed is shown, not which run is better.".to_owned();
    }
    let judged = shares.iter().filter(|s| s.measure.contains("right") || s.measure.contains("expected"));
    let significant: Vec<&Paired> = judged.filter(|s| s.p < 0.05).collect();
    let named = |better: bool| -> Vec<String> {
        let of = significant.iter().filter(|s| (s.difference > 0.0) == better);
        of.map(|s| format!("{} {:+.1} points, p = {:.3}", s.measure, 100.0 * s.difference, s.p)).collect()
    };
    match (named(true), named(false)) {
        (better, worse) if better.is_empty() && worse.is_empty() => {
            "No difference in accuracy that chance does not explain (p < 0.05 nowhere).".to_owned()
        }
        (better, worse) if worse.is_empty() => format!("B is better: {}.", better.join("; ")),
        (better, worse) if better.is_empty() => format!("B is worse: {}.", worse.join("; ")),
        (better, worse) => {
            format!("B is better in part ({}) and worse in part ({}).", better.join("; "), worse.join("; "))
        }
    }
}
