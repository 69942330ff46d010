//! The dashboard: one self-contained page without scripts; every chart is a table too, and every mean has its interval.

use std::fmt::Write;

use crate::html::escape;

use super::statistics::{Difference, Mean, Share};
use super::summary::{Figures, Grouping, Insight, MentionFigures, Named};

const STYLE: &str = include_str!("page.css");
/// Groups and words shown of each list.
const SHOWN: usize = 25;

/// The whole page. Nothing in it refers to anything outside it, and nothing in it runs.
pub fn page(insight: &Insight) -> String {
    let period = match (&insight.first, &insight.last) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "without dates".into(),
    };
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>codetta insight: {calls} calls, {period}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>What callers say</h1>\n<p>{calls} calls, {period}. Brackets are 95&nbsp;% intervals. Groups and words with \
         fewer than {min} answers are not shown.</p>\n</header>\n<main>\n",
        calls = insight.figures.calls,
        min = insight.min_count,
    );
    tiles(&mut html, insight);
    ratings(&mut html, &insight.figures);
    months(&mut html, insight);
    for grouping in &insight.groupings {
        teams(&mut html, grouping);
    }
    words(&mut html, insight);
    needs(&mut html, insight);
    endings(&mut html, insight);
    customers(&mut html, insight);
    html.push_str(
        "</main>\n<footer><p>CSAT: ratings of 4 and 5 among all ratings. Intervals: Wilson (shares), Student's t (means), \
         adjusted Wald (NPS). NPS counts answers on 0 to 10 only. Made by codetta on this machine; nothing was sent \
         anywhere.</p></footer>\n</body>\n</html>\n",
    );
    html
}

fn tiles(html: &mut String, insight: &Insight) {
    let f = &insight.figures;
    html.push_str("<section aria-label=\"Key figures\">\n<div class=\"tiles\">\n");
    let mut tile = |value: String, name: &str, detail: String| {
        let _ = writeln!(html, "<div class=\"tile\"><span>{name}</span><b>{value}</b><span>{detail}</span></div>");
    };
    tile(number(f.mean.mean, 2), "Mean rating (1–5)", format!("{} · {} ratings", interval(&f.mean, 2), f.mean.n));
    tile(percent(f.csat.share), "Satisfied (CSAT)", ends(&f.csat));
    match f.nps.score {
        Some(score) => tile(
            format!("{score:+.0}"),
            "Net promoter score",
            format!("[{:+.0}, {:+.0}]", f.nps.low.unwrap_or(score), f.nps.high.unwrap_or(score)),
        ),
        None => tile("–".into(), "Net promoter score", "no answers on 0 to 10".into()),
    }
    tile(percent(f.response_rate.share), "Reacted", ends(&f.response_rate));
    tile(percent(f.answer_rate.share), "Gave a rating", ends(&f.answer_rate));
    tile(percent(f.transfers.share), "Handed to a human", ends(&f.transfers));
    if let Some(share) = &f.first_contact_resolution {
        tile(percent(share.share), "Solved at first contact", ends(share));
    }
    if let Some(mean) = &f.first_response_s {
        tile(format!("{} s", number(mean.mean, 0)), "First response", interval(mean, 0));
    }
    for (name, mean) in &f.sub_scores {
        tile(number(mean.mean, 2), &escape(name), interval(mean, 2));
    }
    html.push_str("</div>\n");
    let repeats = &insight.repeat_complaints;
    if repeats.rate.of > 0 {
        let class = if repeats.alarm { " class=\"alarm\"" } else { "" };
        let _ = writeln!(
            html,
            "<h3>Repeated complaints</h3><p{class}><b>{}</b> {} of {} complaints were followed by another within {} days{}.</p>",
            percent(repeats.rate.share),
            ends(&repeats.rate),
            repeats.rate.of,
            repeats.days,
            if repeats.alarm_is_certain {
                format!(": above the limit of {:.0} %, and hardly by chance", 100.0 * repeats.alarm_above)
            } else if repeats.alarm {
                format!(": above the limit of {:.0} %, which may be chance", 100.0 * repeats.alarm_above)
            } else {
                format!(" (the limit is {:.0} %)", 100.0 * repeats.alarm_above)
            }
        );
    }
    html.push_str("</section>\n");
}

fn ratings(html: &mut String, figures: &Figures) {
    open_table(
        html,
        "Ratings",
        "Share of each rating; the line is its interval.",
        &["rating", "", "share", "interval", "calls"],
    );
    for (level, share) in (1..=5u8).zip(&figures.ratings).rev() {
        row(html, &level.to_string(), share, level <= 2);
    }
    close_table(html);
    if figures.nps.score.is_some() {
        let (p, n, d) = (figures.nps.promoters, figures.nps.passives, figures.nps.detractors);
        let of = p + n + d;
        open_table(html, "Net promoter score", "Who makes the score.", &["answers", "", "share", "interval", "calls"]);
        row(html, "promoters (9, 10)", &Share::new(p, of), false);
        row(html, "passives (7, 8)", &Share::new(n, of), false);
        row(html, "detractors (0–6)", &Share::new(d, of), true);
        close_table(html);
    }
}

fn months(html: &mut String, insight: &Insight) {
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

fn teams(html: &mut String, grouping: &Grouping) {
    if grouping.groups.is_empty() {
        return;
    }
    let few = match grouping.suppressed {
        0 => String::new(),
        n => format!(" {n} with too few ratings are left out."),
    };
    let caption = format!("Mean rating of each {}, most calls first; the line is its interval.{few}", grouping.by);
    let title = format!("By {}", grouping.by);
    open_table(html, &title, &caption, &[grouping.by.as_str(), "", "mean", "interval", "ratings"]);
    for group in grouping.groups.iter().take(SHOWN) {
        let mean = &group.figures.mean;
        let scale = |v: f64| (v.clamp(1.0, 5.0) - 1.0) / 4.0;
        let value = mean.mean.map(scale).unwrap_or(0.0);
        let ends = mean.low.zip(mean.high).map(|(low, high)| (scale(low), scale(high)));
        bar_row(
            html,
            &group.name,
            value,
            ends,
            mean.mean.is_some_and(|m| m < 3.0),
            [number(mean.mean, 2), interval(mean, 2), mean.n.to_string()],
        );
    }
    close_table(html);
}

fn words(html: &mut String, insight: &Insight) {
    if insight.words.is_empty() {
        return;
    }
    let most = insight.words.iter().map(|word| word.count).max().unwrap_or(1) as f64;
    let caption = "Words of the lexicon, negation considered; orange speaks against the service.";
    open_table(html, "What is said", caption, &["word", "", "about", "", "times"]);
    for word in insight.words.iter().take(SHOWN) {
        let minus = word.positive == Some(false);
        bar_row(
            html,
            &word.what,
            word.count as f64 / most,
            None,
            minus,
            [escape(&word.category), String::new(), word.count.to_string()],
        );
    }
    html.push_str("</tbody></table></div>\n");
    examples(html, &insight.words);
    html.push_str("<details><summary>As a cloud</summary><p class=\"cloud\">");
    let mut cloud: Vec<&MentionFigures> = insight.words.iter().take(60).collect();
    cloud.sort_by(|a, b| a.what.cmp(&b.what));
    for word in cloud {
        let size = 0.8 + 1.6 * (word.count as f64 / most).sqrt();
        let class = if word.positive == Some(false) { "minus" } else { "plus" };
        let _ = write!(html, "<span class=\"{class}\" style=\"font-size:{size:.2}rem\">{}</span> ", escape(&word.what));
    }
    html.push_str("</p></details>\n</section>\n");
}

fn needs(html: &mut String, insight: &Insight) {
    if insight.needs.is_empty() {
        return;
    }
    let most = insight.needs.iter().map(|need| need.count).max().unwrap_or(1) as f64;
    open_table(
        html,
        "What is asked for",
        "Clauses that wish, request, suggest or demand.",
        &["need", "", "", "", "times"],
    );
    for need in &insight.needs {
        let cells = [String::new(), String::new(), need.count.to_string()];
        bar_row(html, &need.what, need.count as f64 / most, None, need.what == "demand", cells);
    }
    html.push_str("</tbody></table></div>\n");
    examples(html, &insight.needs);
    html.push_str("</section>\n");
}

fn examples(html: &mut String, mentions: &[MentionFigures]) {
    let with: Vec<_> = mentions.iter().filter(|mention| !mention.examples.is_empty()).take(SHOWN).collect();
    if with.is_empty() {
        return;
    }
    html.push_str("<details><summary>Example lines</summary>\n");
    for mention in with {
        let _ = write!(html, "<h3>{}</h3>", escape(&mention.what));
        for line in &mention.examples {
            let _ = writeln!(html, "<p class=\"example\">“{}”</p>", escape(line));
        }
    }
    html.push_str("</details>\n");
}

fn endings(html: &mut String, insight: &Insight) {
    if !insight.outros.is_empty() {
        open_table(html, "Endings", "How often each outro was chosen.", &["outro", "", "share", "interval", "calls"]);
        let mut outros: Vec<_> = insight.outros.iter().collect();
        outros.sort_by_key(|outro| std::cmp::Reverse(outro.share.count));
        for outro in outros.into_iter().take(SHOWN) {
            row(html, &outro.name, &outro.share, false);
        }
        close_table(html);
    }
    if !insight.outro_association.is_empty() {
        let caption = "Share of customers who rate 4 or 5 the next time, by this call's band and outro. Confounded: an outro \
                       is chosen by the rating, so this is no effect of the outro. Only an experiment shows one.";
        let heads = ["band and outro", "", "satisfied", "interval", "known"];
        open_table(html, "Endings and the next rating (confounded)", caption, &heads);
        for line in insight.outro_association.iter().take(SHOWN) {
            row(html, &format!("{}: {}", line.band, line.outro), &line.later_satisfied, false);
        }
        close_table(html);
    }
    for band in insight.experiment.iter().flatten() {
        let title = format!("Experiment, band {}", band.band);
        open_table(html, &title, &escape(&band.verdict), &["arm", "", "satisfied later", "interval", "known"]);
        for arm in &band.arms {
            row(html, &arm.arm, &arm.later_satisfied, false);
        }
        close_table(html);
    }
}

fn customers(html: &mut String, insight: &Insight) {
    if insight.customers == 0 {
        return;
    }
    let caption = format!("{} customers; the first rule that holds counts.", insight.customers);
    open_table(html, "Customers", &caption, &["segment", "", "share", "interval", "customers"]);
    for segment in &insight.segments {
        if segment.customers.count >= insight.min_count {
            row(html, segment.segment.name(), &segment.customers, false);
        }
    }
    html.push_str("</tbody></table></div>\n<details><summary>The rules</summary>\n");
    for segment in &insight.segments {
        let _ = writeln!(html, "<p class=\"example\"><b>{}</b>: {}</p>", segment.segment.name(), segment.rule);
    }
    html.push_str("</details>\n</section>\n");
}

fn open_table(html: &mut String, title: &str, caption: &str, heads: &[&str]) {
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

fn close_table(html: &mut String) {
    html.push_str("</tbody></table></div>\n</section>\n");
}

fn row(html: &mut String, name: &str, share: &Share, bad: bool) {
    let cells = [percent(share.share), ends(share), share.count.to_string()];
    bar_row(html, name, share.share.unwrap_or(0.0), share.low.zip(share.high), bad, cells);
}

/// One row: name, bar with its interval (both 0..=1), three cells. The cells say what the bar shows.
fn bar_row(html: &mut String, name: &str, value: f64, ends: Option<(f64, f64)>, bad: bool, cells: [String; 3]) {
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

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".into(), |value| format!("{value:.digits$}"))
}

fn percent(value: Option<f64>) -> String {
    value.map_or("–".into(), |value| format!("{:.1} %", 100.0 * value))
}

fn interval(mean: &Mean, digits: usize) -> String {
    match mean.low.zip(mean.high) {
        Some((low, high)) => format!("[{low:.digits$}, {high:.digits$}]"),
        None => "[no interval from one value]".into(),
    }
}

fn ends(share: &Share) -> String {
    match share.low.zip(share.high) {
        Some((low, high)) => format!("[{:.1}, {:.1}]", 100.0 * low, 100.0 * high),
        None => "–".into(),
    }
}
