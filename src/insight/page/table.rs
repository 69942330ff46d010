//! Parts of the page: tables whose rows carry a bar with its interval, and figures as text.

use std::fmt::Write;

use super::super::statistics::{Mean, Share};
use crate::html::escape;

pub(super) fn open_table(html: &mut String, title: &str, caption: &str, heads: &[&str]) {
    let _ = write!(
        html,
        "<section>\n<h2>{}</h2>\n<div class=\"scroll\"><table><caption>{caption}</caption><thead><tr>",
        escape(title)
    );
    for (i, head) in heads.iter().enumerate() {
        let class = ["", " class=\"bar\"", " class=\"n\"", " class=\"n wide\"", " class=\"n\""][i.min(4)];
        let hidden = if head.is_empty() { " aria-hidden=\"true\"" } else { "" };
        let tag = if head.is_empty() { "td" } else { "th scope=\"col\"" };
        let _ = write!(html, "<{tag}{class}{hidden}>{}</{}>", escape(head), tag.split(' ').next().unwrap_or("td"));
    }
    html.push_str("</tr></thead><tbody>\n");
}

pub(super) fn close_table(html: &mut String) {
    html.push_str("</tbody></table></div>\n</section>\n");
}

pub(super) fn row(html: &mut String, name: &str, share: &Share, bad: bool) {
    let cells = [percent(share.share), ends(share), share.count.to_string()];
    bar_row(html, name, share.share.unwrap_or(0.0), share.low.zip(share.high), bad, cells);
}

/// One row: name, bar with its interval (both 0..=1), three cells. The cells say what the bar shows.
pub(super) fn bar_row(
    html: &mut String,
    name: &str,
    value: f64,
    ends: Option<(f64, f64)>,
    bad: bool,
    cells: [String; 3],
) {
    let width = 100.0 * value.clamp(0.0, 1.0);
    let class = if bad { "bad" } else { "fill" };
    let whisker = ends.map_or(String::new(), |(low, high)| {
        format!("<line class=\"whisker\" x1=\"{:.2}%\" x2=\"{:.2}%\" y1=\"8\" y2=\"8\"/>", 100.0 * low, 100.0 * high)
    });
    let _ = writeln!(
        html,
        "<tr><th scope=\"row\">{}</th><td class=\"bar\" aria-hidden=\"true\"><svg><rect class=\"track\" y=\"3\" width=\"100%\" \
         height=\"10\" rx=\"3\"/><rect class=\"{class}\" y=\"3\" width=\"{width:.2}%\" height=\"10\" rx=\"3\"/>{whisker}</svg></td>\
         <td class=\"n\">{}</td><td class=\"n wide\">{}</td><td class=\"n\">{}</td></tr>",
        escape(name),
        cells[0],
        cells[1],
        cells[2]
    );
}

pub(super) fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".into(), |value| format!("{value:.digits$}"))
}

pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or("–".into(), |value| format!("{:.1} %", 100.0 * value))
}

pub(super) fn interval(mean: &Mean, digits: usize) -> String {
    match mean.low.zip(mean.high) {
        Some((low, high)) => format!("[{low:.digits$}, {high:.digits$}]"),
        None => "[no interval from one value]".into(),
    }
}

pub(super) fn ends(share: &Share) -> String {
    match share.low.zip(share.high) {
        Some((low, high)) => format!("[{:.1}, {:.1}]", 100.0 * low, 100.0 * high),
        None => "–".into(),
    }
}
