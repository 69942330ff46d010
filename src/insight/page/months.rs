//! The section of the page that shows how ratings moved from month to month.

use std::fmt::Write;

use super::super::statistics::Difference;
use super::super::summary::{Insight, Named};
use super::table::{interval, number, percent};

pub(super) fn months(html: &mut String, insight: &Insight) {
    let months: Vec<&Named> = insight.trend.months.iter().filter(|m| m.figures.mean.n >= insight.min_count).collect();
    if months.is_empty() {
        return;
    }
    html.push_str("<section>\n<h2>Month by month</h2>\n");
    if months.len() >= 2 {
        curve(html, &months);
    }
    let _ = write!(html, "<p class=\"note\">{}", trend_words(insight.trend.slope_per_30_days.as_ref()));
    if let Some(shift) = &insight.trend.nps_shift {
        let _ = write!(
            html,
            " NPS moved by {:+.0} points against the month before [{:+.0}, {:+.0}].",
            shift.difference, shift.low, shift.high
        );
    }
    if let Some(p) = insight.trend.weekday_p {
        let _ = write!(html, " Weekdays {} (p = {p:.3}).", if p < 0.05 { "differ" } else { "do not differ" });
    }
    html.push_str("</p>\n<details><summary>As a table</summary><div class=\"scroll\"><table><thead><tr><th scope=\"col\">month</th><th scope=\"col\" class=\"n\">mean</th><th scope=\"col\" class=\"n\">interval</th><th scope=\"col\" class=\"n\">CSAT</th><th scope=\"col\" class=\"n\">ratings</th></tr></thead><tbody>\n");
    for month in &months {
        let f = &month.figures;
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            month.name,
            number(f.mean.mean, 2),
            interval(&f.mean, 2),
            percent(f.csat.share),
            f.mean.n
        );
    }
    html.push_str("</tbody></table></div></details>\n</section>\n");
}

fn trend_words(slope: Option<&Difference>) -> String {
    match slope {
        Some(slope) if slope.p < 0.05 => format!(
            "The mean rating {} by {:.2} in 30 days [{:+.2}, {:+.2}].",
            if slope.difference < 0.0 { "falls" } else { "rises" },
            slope.difference.abs(),
            slope.low,
            slope.high
        ),
        Some(slope) => {
            format!("No clear trend: {:+.2} in 30 days [{:+.2}, {:+.2}].", slope.difference, slope.low, slope.high)
        }
        None => "Too few ratings for a trend.".into(),
    }
}

/// Means by month with their band, on a fixed scale of 1 to 5.
fn curve(html: &mut String, months: &[&Named]) {
    let x = |i: usize| 40.0 + 620.0 * i as f64 / (months.len() - 1) as f64;
    let y = |v: f64| 20.0 + 40.0 * (5.0 - v.clamp(1.0, 5.0));
    let label = format!("Mean rating by month, {} to {}", months[0].name, months[months.len() - 1].name);
    let _ = write!(html, "<figure><svg viewBox=\"0 0 700 215\" role=\"img\" aria-label=\"{label}\">");
    for level in 1..=5 {
        let at = y(f64::from(level));
        let _ = write!(
            html,
            "<line class=\"grid\" x1=\"40\" x2=\"680\" y1=\"{at}\" y2=\"{at}\"/><text x=\"22\" y=\"{}\">{level}</text>",
            at + 4.0
        );
    }
    let mean = |m: &Named| m.figures.mean.mean.unwrap_or(3.0);
    let edge =
        |m: &Named, low: bool| (if low { m.figures.mean.low } else { m.figures.mean.high }).unwrap_or_else(|| mean(m));
    let mut band = String::new();
    for (i, month) in months.iter().enumerate() {
        let _ = write!(band, "{:.1},{:.1} ", x(i), y(edge(month, false)));
    }
    for (i, month) in months.iter().enumerate().rev() {
        let _ = write!(band, "{:.1},{:.1} ", x(i), y(edge(month, true)));
    }
    let points: String = months.iter().enumerate().map(|(i, m)| format!("{:.1},{:.1} ", x(i), y(mean(m)))).collect();
    let _ =
        write!(html, "<polygon class=\"spread\" points=\"{band}\"/><polyline class=\"curve\" points=\"{points}\"/>");
    let step = months.len().div_ceil(8);
    for (i, month) in months.iter().enumerate() {
        let _ = write!(html, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"/>", x(i), y(mean(month)));
        if i % step == 0 {
            let _ = write!(html, "<text x=\"{:.1}\" y=\"206\" text-anchor=\"middle\">{}</text>", x(i), month.name);
        }
    }
    html.push_str("</svg><figcaption>Mean rating; the band is the 95&nbsp;% interval.</figcaption></figure>\n");
}
