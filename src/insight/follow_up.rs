//! When to call a customer again: 3 to 7 days after service, 3 to 5 working days after a complaint, 7 days after
//! go-live; never in quiet hours, never who must not be called, not about what is solved.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::{ToSpan, ZonedDateTime};
use serde::Serialize;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    Service,
    Complaint,
    GoLive,
}

/// When calls may be made.
#[derive(Clone, Debug)]
pub struct CallingHours {
    /// Local time, inclusive.
    pub from: Time,
    /// Exclusive.
    pub to: Time,
    /// Quiet hours at noon: local time, from inclusive, to exclusive.
    pub noon: Option<(Time, Time)>,
    /// Days on which nobody works and nobody is called.
    pub holidays: BTreeSet<Date>,
}

impl Default for CallingHours {
    fn default() -> Self {
        Self {
            from: Time::constant(9, 0, 0, 0),
            to: Time::constant(20, 0, 0, 0),
            noon: Some((Time::constant(12, 0, 0, 0), Time::constant(14, 0, 0, 0))),
            holidays: BTreeSet::new(),
        }
    }
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "plan", rename_all = "snake_case")]
pub enum Plan {
    /// Call at the earliest at `at`, and not after the day `until`.
    Call {
        at: String,
        until: String,
        /// The window was missed: the call is to be made as soon as it may.
        late: bool,
    },
    Skip {
        reason: &'static str,
    },
}

/// Plans the call that follows `occasion`, which happened at `happened`; the zone of `now` is the customer's.
pub fn plan(
    occasion: Occasion,
    happened: Date,
    (solved, do_not_call): (bool, bool),
    now: &ZonedDateTime,
    hours: &CallingHours,
) -> Plan {
    if do_not_call {
        return Plan::Skip { reason: "the customer must not be called" };
    }
    if solved && occasion == Occasion::Complaint {
        return Plan::Skip { reason: "the complaint is solved" };
    }
    let (first, last) = match occasion {
        Occasion::Service => (days_after(happened, 3), days_after(happened, 7)),
        Occasion::Complaint => (working_days_after(happened, 3, hours), working_days_after(happened, 5, hours)),
        Occasion::GoLive => (days_after(happened, 7), days_after(happened, 7)),
    };
    let opening = first.at(hours.from.hour(), hours.from.minute(), 0, 0).to_zoned_datetime(now.time_zone().clone());
    let earliest = opening.unwrap_or_else(|_| now.clone()).max(now.clone());
    let at = next_allowed(earliest, hours);
    let late = at.date() > last;
    // Where a holiday ends the window, the first day after it is the last.
    let until = last.max(at.date());
    Plan::Call { at: at.strftime("%Y-%m-%dT%H:%M%:z").to_string(), until: until.to_string(), late }
}

/// The first moment from `at` on at which calls may be made.
fn next_allowed(mut at: ZonedDateTime, hours: &CallingHours) -> ZonedDateTime {
    // A year of holidays is no calendar.
    for _ in 0..800 {
        let (date, time) = (at.date(), at.time());
        let to = |date: Date, time: Time| date.to_datetime(time).to_zoned_datetime(at.time_zone().clone());
        let next = if hours.holidays.contains(&date) || time >= hours.to {
            to(days_after(date, 1), hours.from)
        } else if time < hours.from {
            to(date, hours.from)
        } else {
            match hours.noon {
                Some((from, until)) if time >= from && time < until => to(date, until),
                _ => return at,
            }
        };
        match next {
            Ok(next) => at = next,
            Err(_) => return at,
        }
    }
    at
}

fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

fn working_days_after(mut date: Date, days: u32, hours: &CallingHours) -> Date {
    let mut left = days;
    // Bounded like the loop above.
    for _ in 0..800 {
        if left == 0 {
            break;
        }
        date = days_after(date, 1);
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        left -= u32::from(!weekend && !hours.holidays.contains(&date));
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> ZonedDateTime {
        text.parse::<jiff::civil::DateTime>().unwrap().to_zoned_datetime(TimeZone::fixed(jiff::tz::offset(8))).unwrap()
    }

    fn call(occasion: Occasion, happened: Date, now: &str, hours: &CallingHours) -> (String, String, bool) {
        match plan(occasion, happened, (false, false), &at(now), hours) {
            Plan::Call { at, until, late } => (at, until, late),
            Plan::Skip { reason } => panic!("skipped: {reason}"),
        }
    }

    #[test]
    fn each_occasion_has_its_window() {
        let hours = CallingHours::default();
        // 2026-11-25 is a Wednesday.
        let day = date(2026, 11, 25);
        let expect = |at: &str, until: &str, late| (format!("{at}+08:00"), until.to_owned(), late);
        assert_eq!(
            call(Occasion::Service, day, "2026-11-25T18:00", &hours),
            expect("2026-11-28T09:00", "2026-12-02", false)
        );
        assert_eq!(
            call(Occasion::Complaint, day, "2026-11-25T18:00", &hours),
            expect("2026-11-30T09:00", "2026-12-02", false)
        );
        assert_eq!(
            call(Occasion::GoLive, day, "2026-11-25T18:00", &hours),
            expect("2026-12-02T09:00", "2026-12-02", false)
        );
        // Within the window, at noon; at night; and after the window.
        assert_eq!(call(Occasion::Service, day, "2026-11-29T12:30", &hours).0, "2026-11-29T14:00+08:00");
        assert_eq!(call(Occasion::Service, day, "2026-11-29T20:00", &hours).0, "2026-11-30T09:00+08:00");
        assert!(call(Occasion::Service, day, "2026-12-05T10:00", &hours).2);
        let holidays = [date(2026, 11, 30), date(2026, 11, 28)].into_iter().collect();
        let hours = CallingHours { holidays, ..CallingHours::default() };
        assert_eq!(call(Occasion::Service, day, "2026-11-25T18:00", &hours).0, "2026-11-29T09:00+08:00");
        assert_eq!(call(Occasion::Complaint, day, "2026-11-25T18:00", &hours).0, "2026-12-01T09:00+08:00");
    }

    #[test]
    fn nobody_is_called_who_must_not_be_or_about_what_is_solved() {
        let (now, hours) = (at("2026-11-25T18:00"), CallingHours::default());
        for (occasion, flags, skipped) in [
            (Occasion::Service, (false, true), true),
            (Occasion::Complaint, (true, false), true),
            (Occasion::Service, (true, false), false),
        ] {
            let plan = plan(occasion, date(2026, 11, 25), flags, &now, &hours);
            assert_eq!(matches!(plan, Plan::Skip { .. }), skipped, "{occasion:?} {flags:?}");
        }
    }
}
