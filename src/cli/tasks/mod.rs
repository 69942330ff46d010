//! `codetta tasks`: from alerts to tasks, from tasks to solutions, and whether it helped.

mod effect;
mod plan;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use codetta::insight::{AlertRules, Alerts, Row, Webhook, local, moment};
use codetta::record::{FactsFilter, Key, Ledger, NewTask, Task, TaskStatus, system_clock};
use codetta::spreadsheet::harmless;
use codetta::{Error, ErrorKind, Result};
use serde_json::json;

use super::Status;
use super::ledger::key::KeyOptions;
use super::output::{Output, not_written};

#[derive(Args)]
pub struct TasksArgs {
    #[command(flatten)]
    key: KeyOptions,

    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Look for alerts in the ledger and make a task of each new one (analyst or administrator)
    Raise {
        /// Ratings up to this
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=5))]
        low_rating: u8,
        /// Probability of anger in the voice from this on
        #[arg(long, default_value_t = 0.8)]
        strong_anger: f64,
        /// Ratings of one customer in a row, each lower than the one before
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(2..=20))]
        falling: u8,
        /// Hours after the call until somebody must have acted
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(1..=8760))]
        hours: i64,
    },
    /// List tasks, those due first
    List {
        #[arg(long)]
        status: Option<TaskStatus>,
        #[arg(long)]
        owner: Option<String>,
        /// CSV for a customer relations system
        #[arg(long)]
        csv: bool,
    },
    /// Give a task an owner
    Assign {
        id: i64,
        #[arg(long)]
        owner: String,
        /// New due date, such as 2026-11-30 or 2026-11-30 17:00 (UTC)
        #[arg(long)]
        due: Option<String>,
    },
    /// Close a task: say how it was solved
    Close {
        id: i64,
        #[arg(long, default_value = "")]
        solution: String,
    },
    /// Ratings before a task arose and after it was closed, of the same agent, queue or product
    Effect {
        id: i64,
        /// Days on either side
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3650))]
        days: i64,
    },
    /// Plan follow-up calls from a CSV: customer, occasion (service, complaint, go-live), date, solved (yes or no)
    Plan {
        file: PathBuf,
        #[arg(long, default_value = "UTC")]
        time_zone: String,
        /// Days on which nobody is called, such as 2026-10-01; may be repeated
        #[arg(long)]
        holiday: Vec<String>,
    },
    /// Send tasks that were not sent yet to a webhook, each as a signed POST
    Send {
        #[arg(long)]
        url: String,
        /// File of the shared secret: 32 raw bytes or 64 hexadecimal digits, mode 0600
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
        /// Tries for each task
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10))]
        attempts: u32,
        /// Milliseconds before the second try; doubled before each further one
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
        pause_ms: u64,
    },
}

pub fn run(args: &TasksArgs, output: &mut Output) -> Result<Status> {
    let ledger = args.key.open()?;
    match &args.action {
        Action::Raise { low_rating, strong_anger, falling, hours } => {
            let rules = AlertRules {
                low_rating: *low_rating,
                strong_anger: *strong_anger,
                falling: usize::from(*falling),
                hours: *hours,
            };
            raise(&ledger, rules, output)
        }
        Action::List { status, owner, csv } => list(&ledger.tasks(*status, owner.as_deref())?, *csv, output),
        Action::Assign { id, owner, due } => {
            let due = due.as_deref().map(|text| moment(text, &jiff::tz::TimeZone::UTC)).transpose()?;
            list(&[ledger.assign(*id, owner, due)?], false, output)
        }
        Action::Close { id, solution } => {
            let task = ledger.close(*id, solution)?;
            list(&[task], false, output)
        }
        Action::Effect { id, days } => effect::run(&ledger, *id, *days, output),
        Action::Plan { file, time_zone, holiday } => plan::run(&ledger, file, time_zone, holiday, output),
        Action::Send { url, secret_file, attempts, pause_ms } => {
            // The same care as for a ledger's key.
            Key::read(secret_file)?;
            let content = std::fs::read(secret_file).map_err(|e| Error::io(secret_file, &e))?;
            let webhook = Webhook {
                url: url.clone(),
                secret: secret(&content).to_vec(),
                attempts: *attempts,
                timeout: Duration::from_secs(10),
                pause: Duration::from_millis(*pause_ms),
            };
            send(&ledger, &webhook, output)
        }
    }
}

fn raise(ledger: &Ledger, rules: AlertRules, output: &mut Output) -> Result<Status> {
    let mut alerts = Alerts::new(rules);
    ledger.facts(&FactsFilter::default(), |facts| alerts.add(&Row::from(facts)))?;
    let tasks: Vec<NewTask> = alerts
        .finish()
        .into_iter()
        .map(|alert| NewTask {
            call: alert.call,
            customer: alert.customer,
            rule: alert.rule.into(),
            reason: alert.reason,
            due: alert.due,
            effect: alert.effect.into(),
        })
        .collect();
    let raised = ledger.raise(&tasks)?;
    output.columns(&["alerts", "new tasks"]);
    output.result(&json!({ "alerts": tasks.len(), "raised": raised }), || {
        vec![tasks.len().to_string(), raised.to_string()]
    })?;
    output.finish()?;
    Ok(Status::Done)
}

fn list(tasks: &[Task], csv: bool, output: &mut Output) -> Result<Status> {
    let time = |at: i64| local(at, &jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    if csv {
        let broken = |e: csv::Error| not_written(&std::io::Error::from(e));
        let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
        let heads = [
            "id",
            "created",
            "call",
            "customer",
            "rule",
            "reason",
            "owner",
            "due",
            "expected_effect",
            "status",
            "solution",
            "closed",
        ];
        writer.write_record(heads).map_err(broken)?;
        for t in tasks {
            let or_empty = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
            writer
                .write_record([
                    t.id.to_string(),
                    time(t.created_unix_ms),
                    harmless(&t.call),
                    or_empty(&t.customer),
                    t.rule.clone(),
                    t.reason.clone(),
                    or_empty(&t.owner),
                    time(t.due_unix_ms),
                    t.expected_effect.clone(),
                    t.status.name().into(),
                    or_empty(&t.solution),
                    t.closed_unix_ms.map(time).unwrap_or_default(),
                ])
                .map_err(broken)?;
        }
        writer.flush().map_err(|e| not_written(&e))?;
        return Ok(Status::Done);
    }
    output.columns(&["id", "call", "rule", "reason", "owner", "due (UTC)", "status", "expected effect"]);
    for t in tasks {
        output.result(t, || {
            let owner = t.owner.clone().unwrap_or_default();
            let (id, due, effect) = (t.id.to_string(), time(t.due_unix_ms), t.expected_effect.clone());
            vec![id, t.call.clone(), t.rule.clone(), t.reason.clone(), owner, due, t.status.name().into(), effect]
        })?;
    }
    output.finish()?;
    Ok(Status::Done)
}

/// The secret as the receiver has it: 32 raw bytes as they are, of which any may look like a space; else the digits
/// without the line's end.
fn secret(content: &[u8]) -> &[u8] {
    if content.len() == Key::LENGTH { content } else { content.trim_ascii() }
}

fn send(ledger: &Ledger, webhook: &Webhook, output: &mut Output) -> Result<Status> {
    let mut status = Status::Done;
    output.columns(&["task", "delivered", "tries", "answer"]);
    for task in ledger.tasks(None, None)?.into_iter().filter(|task| task.sent_unix_ms.is_none()) {
        let body = serde_json::to_vec(&task)
            .map_err(|e| Error::new(ErrorKind::Internal, "task", format!("cannot be written as JSON: {e}")))?;
        let delivery = webhook.deliver(&body, &format!("codetta-task-{}", task.id), system_clock)?;
        if delivery.delivered {
            ledger.mark_sent(task.id)?;
        } else {
            status = Status::SomeFailed;
            let problem = delivery.problem.clone().unwrap_or_default();
            eprintln!("codetta: task {}: not delivered after {} tries: {problem}", task.id, delivery.attempts);
        }
        output.result(&json!({ "task": task.id, "delivery": delivery }), || {
            let answer = delivery.status.map_or("none".into(), |status| status.to_string());
            vec![task.id.to_string(), delivery.delivered.to_string(), delivery.attempts.to_string(), answer]
        })?;
    }
    output.finish()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_secret_keeps_bytes_that_look_like_spaces() {
        let mut raw = [7; 32];
        (raw[0], raw[31]) = (b' ', b'\n');
        assert_eq!(secret(&raw), raw);
        let digits = "ab".repeat(32);
        assert_eq!(secret(format!("{digits}\r\n").as_bytes()), digits.as_bytes());
    }
}
