//! Reading dates as people write them, and refusing those that can be read in two ways.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::error::{Error, ErrorKind, Result};

/// A point in time, milliseconds since 1970, from any of:
/// `2026-11-25T10:30:00+08:00` (or `Z`), `2026-11-25 10:30`, `2026/11/25 10:30`, `25.11.2026 10:30`,
/// `2026年11月25日 10:30`; without a time of day it is midnight, without an offset `zone`'s.
///
/// # Errors
/// [`ErrorKind::Usage`] for anything else, such as `11/12/2026`, which is November or December.
pub fn moment(text: &str, zone: &TimeZone) -> Result<i64> {
    let text = text.trim();
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Ok(stamp.as_millisecond());
    }
    let wrong = || {
        let problem = format!(
            "{text:?} is no date that can be read in one way only; write 2026-11-25, 2026/11/25, 25.11.2026 or 2026年11月25日, \
             with 10:30 after it if there is a time"
        );
        Error::new(ErrorKind::Usage, "date", problem)
    };
    let split = text.find([' ', 'T']).or_else(|| text.find('日').map(|at| at + '日'.len_utf8()));
    let (day, time) = split.map_or((text, ""), |at| text.split_at(at));
    let date = date(day).ok_or_else(wrong)?;
    let time = match time.trim_matches([' ', 'T']) {
        "" => Time::midnight(),
        time => time.parse().map_err(|_| wrong())?,
    };
    DateTime::from_parts(date, time)
        .to_zoned_datetime(zone.clone())
        .map(|zoned| zoned.timestamp().as_millisecond())
        .map_err(|_| wrong())
}

fn date(text: &str) -> Option<Date> {
    let numbers = |parts: Vec<&str>| -> Option<Vec<i16>> { parts.into_iter().map(|part| part.parse().ok()).collect() };
    let (year_first, parts) = if let Some(rest) = text.strip_suffix('日') {
        (true, rest.split(['年', '月']).collect())
    } else if text.contains('.') {
        (false, text.split('.').collect())
    } else if text.contains('/') {
        (true, text.split('/').collect::<Vec<_>>())
    } else {
        (true, text.split('-').collect())
    };
    let numbers = numbers(parts)?;
    let [a, b, c] = numbers[..] else { return None };
    let (year, month, day) = if year_first { (a, b, c) } else { (c, b, a) };
    // A year of two digits could be a day.
    if year < 1970 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The time zone of that name, such as `Asia/Shanghai`; `UTC` always works.
///
/// # Errors
/// [`ErrorKind::Usage`] for a name that the system does not know.
pub fn zone(name: &str) -> Result<TimeZone> {
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        let problem = format!("the system knows no time zone {name:?}; write one such as Asia/Shanghai or UTC");
        Error::new(ErrorKind::Usage, "time zone", problem)
    })
}

/// The wall-clock time there at a moment; moments beyond the calendar are taken to its ends.
pub fn local(at: i64, zone: &TimeZone) -> ZonedDateTime {
    let stamp = Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX });
    stamp.to_zoned_datetime(zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_day_in_every_form_is_the_same_moment() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let expected = "2026-11-25T10:30:00+08:00".parse::<Timestamp>().unwrap().as_millisecond();
        for text in [
            "2026-11-25T10:30:00+08:00",
            "2026-11-25T02:30:00Z",
            "2026-11-25 10:30",
            "2026/11/25 10:30:00",
            "25.11.2026 10:30",
            "2026年11月25日 10:30",
            "2026年11月25日10:30",
        ] {
            assert_eq!(moment(text, &zone).unwrap(), expected, "{text}");
        }
        assert_eq!(moment("2026/1/5", &zone).unwrap(), moment("2026-01-05 00:00", &zone).unwrap());
        for text in ["11/12/2026", "12.13.2026", "2026-02-30", "26-11-25", "", "yesterday", "2026-11-25 25:00", "1.2"] {
            let error = moment(text, &zone).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage, "{text}");
        }
    }
}
