//! `codetta tasks effect`: ratings before a task arose and after it was closed.

use codetta::insight::{Sums, welch};
use codetta::record::{FactsFilter, Ledger, Right};
use codetta::{Error, ErrorKind, Result};
use serde_json::json;

use crate::cli::Status;
use crate::cli::output::Output;

pub(super) fn run(ledger: &Ledger, id: i64, days: i64, output: &mut Output) -> Result<Status> {
    may_analyse(ledger)?;
    let task = ledger.tasks(None, None)?.into_iter().find(|task| task.id == id);
    let Some(task) = task else {
        return Err(Error::new(ErrorKind::NotFound, format!("task {id}"), "there is no such task"));
    };
    let Some(closed) = task.closed_unix_ms else {
        return Err(Error::new(ErrorKind::Usage, format!("task {id}"), "it is not closed yet: there is no after"));
    };
    let mut subject = None;
    ledger.facts(&FactsFilter::default(), |facts| {
        if facts.call == task.call {
            subject = Some((facts.agent, facts.queue, facts.product));
        }
    })?;
    let (by, filter) = match subject {
        Some((Some(agent), ..)) => ("agent", FactsFilter { agent: Some(agent), ..Default::default() }),
        Some((_, Some(queue), _)) => ("queue", FactsFilter { queue: Some(queue), ..Default::default() }),
        Some((.., Some(product))) => ("product", FactsFilter { product: Some(product), ..Default::default() }),
        _ => ("all", FactsFilter::default()),
    };
    let window = days * 86_400_000;
    let (mut before, mut after) = (Sums::default(), Sums::default());
    ledger.facts(&filter, |facts| {
        let Some(rating) = facts.rating else { return };
        if (task.created_unix_ms - window..task.created_unix_ms).contains(&facts.at) {
            before.add(f64::from(rating));
        } else if (closed..closed + window).contains(&facts.at) {
            after.add(f64::from(rating));
        }
    })?;
    let difference = welch(&before, &after);
    let record = json!({ "task": id, "by": by, "days": days, "before": before.mean(), "after": after.mean(),
        "difference": difference, "note": "before and after are not a controlled comparison" });
    output.columns(&["task", "compared by", "before", "after", "difference", "p"]);
    output.result(&record, || {
        let mean = |s: &Sums| s.mean().mean.map_or("–".into(), |m| format!("{m:.2} (n {})", s.n));
        let (d, p) = difference.map_or(("–".into(), "–".into()), |d| {
            (format!("{:+.2} [{:+.2}, {:+.2}]", d.difference, d.low, d.high), format!("{:.3}", d.p))
        });
        vec![id.to_string(), by.into(), mean(&before), mean(&after), d, p]
    })?;
    output.finish()?;
    Ok(Status::Done)
}

fn may_analyse(ledger: &Ledger) -> Result<()> {
    if ledger.role().may(Right::Analyse) {
        return Ok(());
    }
    let problem = format!("the {}'s key may not read the figures of calls; use the analyst's", ledger.role());
    Err(Error::new(ErrorKind::Permission, "tasks", problem))
}
