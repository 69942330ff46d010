//! `codetta tasks`: from alerts to tasks, from tasks to solutions, and whether it helped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use codetta::insight::{
    AlertRules, Alerts, CallingHours, Occasion, Plan, Row, Sums, Webhook, local, moment, plan, read_csv, welch, zone,
};
use codetta::record::{FactsFilter, Key, Ledger, NewTask, Right, Task, TaskStatus, system_clock};
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
        Action::Effect { id, days } => effect(&ledger, *id, *days, output),
        Action::Plan { file, time_zone, holiday } => plan_calls(&ledger, file, time_zone, holiday, output),
        Action::Send { url, secret_file, attempts, pause_ms } => {
            let secret = std::fs::read(secret_file).map_err(|e| Error::io(secret_file, &e))?;
            // The same care as for a ledger's key.
            Key::read(secret_file)?;
            let webhook = Webhook {
                url: url.clone(),
                secret: secret.trim_ascii().to_vec(),
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

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn effect(ledger: &Ledger, id: i64, days: i64, output: &mut Output) -> Result<Status> {
    ledger_may_analyse(ledger)?;
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

fn ledger_may_analyse(ledger: &Ledger) -> Result<()> {
    if ledger.role().may(Right::Analyse) {
        return Ok(());
    }
    let problem = format!("the {}'s key may not read the figures of calls; use the analyst's", ledger.role());
    Err(Error::new(ErrorKind::Permission, "tasks", problem))
}

fn plan_calls(
    ledger: &Ledger,
    file: &Path,
    zone_name: &str,
    holidays: &[String],
    output: &mut Output,
) -> Result<Status> {
    let zone = zone(zone_name)?;
    let day = |text: &str| moment(text, &zone).map(|at| local(at, &zone).date());
    let hours = CallingHours {
        holidays: holidays.iter().map(|text| day(text)).collect::<Result<_>>()?,
        ..CallingHours::default()
    };
    let now = local(system_clock(), &zone);
    let (header, rows) = read_csv(file)?;
    let subject = file.display().to_string();
    let column = |name: &str| {
        header.iter().position(|column| column == name).ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                subject.clone(),
                format!("expected a column {name:?}, found: {}", header.join(", ")),
            )
        })
    };
    let (customer, occasion, date) = (column("customer")?, column("occasion")?, column("date")?);
    let solved = column("solved").ok();
    output.columns(&["customer", "occasion", "plan", "until"]);
    let mut status = Status::Done;
    for (number, row) in rows.iter().enumerate() {
        let place = format!("{subject}, row {}", number + 2);
        let planned = (|| {
            let occasion = <Occasion as clap::ValueEnum>::from_str(&row[occasion], true).map_err(|_| {
                let problem = format!("expected service, complaint or go-live, got {:?}", row[occasion]);
                Error::new(ErrorKind::Corrupt, place.clone(), problem)
            })?;
            let happened = day(&row[date]).map_err(|e| e.about(place.clone()))?;
            let solved =
                solved.is_some_and(|i| matches!(row[i].to_lowercase().as_str(), "yes" | "y" | "1" | "true" | "是"));
            let blocked = ledger.is_do_not_call(&row[customer])?;
            Ok((occasion, plan(occasion, happened, (solved, blocked), &now, &hours)))
        })();
        match planned {
            Ok((occasion, plan)) => {
                let record = json!({ "customer": row[customer], "occasion": occasion, "follow_up": plan });
                output.result(&record, || {
                    let (what, until) = match &plan {
                        Plan::Call { at, until, late } => {
                            (format!("call from {at}{}", if *late { " (late)" } else { "" }), until.clone())
                        }
                        Plan::Skip { reason } => (format!("skip: {reason}"), String::new()),
                    };
                    vec![row[customer].clone(), format!("{occasion:?}").to_lowercase(), what, until]
                })?;
            }
            Err(error) => {
                let error: Error = error;
                eprintln!("codetta: {error}");
                status = Status::SomeFailed;
            }
        }
    }
    output.finish()?;
    Ok(status)
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
