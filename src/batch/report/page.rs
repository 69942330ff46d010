//! The report's page: one self-contained file without scripts.

use std::fmt::Write;

use serde_json::Value;

use super::{Disagreement, Report};
use super::{ending, section};
use crate::error::{Error, ErrorKind, Result};

const STYLE: &str = include_str!("page.css");

/// The page under construction, beside the report as JSON: every figure on the page is looked up there by its pointer,
/// and carries the pointer, so that page and `report.json` cannot differ.
pub struct Page {
    pub html: String,
    json: Value,
}

/// How a figure is written.
#[derive(Clone, Copy, Debug)]
pub enum As {
    /// A share, with one decimal.
    Percent,
    Count,
    /// With the decimals given.
    Number(usize),
}

impl Page {
    pub fn text(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// The value at a JSON pointer.
    pub fn number(&self, pointer: &str) -> Option<f64> {
        self.json.pointer(pointer).and_then(Value::as_f64)
    }

    /// A figure of the report; a dash where it has none.
    pub fn figure(&self, pointer: &str, written: As) -> String {
        let Some(value) = self.number(pointer) else { return "–".to_owned() };
        let (text, unit) = match written {
            As::Percent => (format!("{:.1}\u{a0}%", 100.0 * value), "percent"),
            As::Count => (format!("{value:.0}"), "count"),
            As::Number(decimals) => (format!("{value:.decimals$}"), "number"),
        };
        format!("<span data-figure=\"{pointer}\" data-as=\"{unit}\">{text}</span>")
    }

    /// A share with its interval and number of cases.
    pub fn share(&self, pointer: &str) -> String {
        let at = |field: &str, written| self.figure(&format!("{pointer}/{field}"), written);
        format!(
            "<td>{}</td><td>{} to {}</td><td>{}</td>",
            at("value", As::Percent),
            at("low", As::Percent),
            at("high", As::Percent),
            at("n", As::Count)
        )
    }
}

/// The whole page. `sound` gives the recording of a disagreement as a FLAC file, if it can still be read.
///
/// # Errors
/// [`ErrorKind::Internal`] if the report cannot be written as JSON.
pub fn page(report: &Report, mut sound: impl FnMut(&Disagreement) -> Option<Vec<u8>>) -> Result<String> {
    let json = serde_json::to_value(report)
        .map_err(|e| Error::new(ErrorKind::Internal, "report", format!("cannot be written as JSON: {e}")))?;
    let mut page = Page { html: String::new(), json };
    let _ = write!(
        page.html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>codetta: evaluation of {} recordings</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n",
        report.counts.results + report.counts.refused
    );
    section::summary(&mut page, report);
    page.text("<main>\n");
    section::accuracy(&mut page, report);
    section::confusion(&mut page, report);
    section::trust(&mut page, report);
    section::agreement(&mut page, report);
    section::decisions(&mut page, report);
    section::latency(&mut page, report);
    ending::disagreements(&mut page, report, &mut sound);
    ending::failures(&mut page, report);
    ending::made_with(&mut page, report);
    page.text("</main>\n</body>\n</html>\n");
    Ok(page.html)
}
