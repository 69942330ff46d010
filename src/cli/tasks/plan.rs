//! `codetta tasks plan`: when each customer of a list is called again.

use std::path::Path;

use codetta::insight::{CallingHours, Occasion, Plan, local, moment, plan, read_csv, zone};
use codetta::record::{Ledger, system_clock};
use codetta::{Error, ErrorKind, Result};
use serde_json::json;

use crate::cli::Status;
use crate::cli::output::Output;

pub(super) fn run(
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
