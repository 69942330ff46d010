//! The page's sections of figures, in their order.

use std::fmt::Write;

use super::page::{As, Page};
use super::{Report, chart};
use crate::html::escape;

const MEASURES: [(&str, &str); 6] = [
    ("rating", "Rating heard"),
    ("accepted_rating", "Rating, of answers taken as final"),
    ("intent", "Intent"),
    ("sentiment", "Sentiment of the words"),
    ("emotion", "Emotion of the voice"),
    ("action", "Action as expected"),
];

/// Of a table of confusions with more columns than these, the names of the columns stand upright.
const MOST_LYING: usize = 6;

pub fn summary(page: &mut Page, report: &Report) {
    let tile = |page: &Page, name: &str, pointer: &str, written| {
        format!("<div><dt>{name}</dt><dd>{}</dd></div>", page.figure(pointer, written))
    };
    let mut tiles = vec![
        tile(page, "recordings rated", "/counts/results", As::Count),
        tile(page, "put in quarantine", "/counts/refused", As::Count),
        tile(page, "with speech", "/counts/with_speech", As::Count),
        tile(page, "with keys", "/counts/keyed", As::Count),
        tile(page, "with truth", "/counts/with_truth", As::Count),
        tile(page, "seconds of sound", "/counts/audio_s", As::Count),
    ];
    if report.accuracy.contains_key("rating") {
        tiles.push(tile(page, "ratings right", "/accuracy/rating/all/value", As::Percent));
    }
    if report.latency.is_some() {
        tiles.push(tile(page, "median ms an answer", "/latency/total/median", As::Count));
    }
    let _ = write!(
        page.html,
        "<header>\n<h1>codetta</h1>\n<p class=\"soft\">Evaluation of <code>{}</code>. Every figure here is in \
         <code>report.json</code> beside this page.</p>\n<dl class=\"tiles\">{}</dl>\n</header>\n",
        escape(&report.settings.input),
        tiles.concat()
    );
}

pub fn accuracy(page: &mut Page, report: &Report) {
    page.text("<section><h2>Accuracy</h2>\n");
    if report.accuracy.is_empty() {
        page.text(
            "<p>The recordings came without truth, so that nothing can be said about accuracy. Give a manifest with a \
             column such as <code>rating</code> to have it measured.</p></section>\n",
        );
        return;
    }
    page.text(
        "<p class=\"soft\">Share that is right, with its 95 % interval (Wilson).</p><div class=\"scroll\"><table>\
         <tr><th>measure</th><th></th><th>right</th><th>95 % interval</th><th>n</th></tr>\n",
    );
    for (measure, name) in MEASURES {
        for (group, _) in report.accuracy.get(measure).into_iter().flatten() {
            let share = page.share(&format!("/accuracy/{measure}/{group}"));
            let _ = writeln!(page.html, "<tr><td>{name}</td><td>{group}</td>{share}</tr>");
        }
    }
    page.text("</table></div></section>\n");
}

pub fn confusion(page: &mut Page, report: &Report) {
    if report.confusion.is_empty() {
        return;
    }
    page.text(
        "<section><h2>Confusions</h2><p class=\"soft\">Rows: what a person says. Columns: what codetta says.</p>\
         <div class=\"grid\">\n",
    );
    for (measure, name) in MEASURES {
        let Some(confusion) = report.confusion.get(measure) else { continue };
        // Names of many columns stand upright, so that the table needs no scrolling.
        let class = if confusion.labels.len() > MOST_LYING { " class=\"upright\"" } else { "" };
        let _ = write!(page.html, "<div><h3>{name}</h3><div class=\"scroll\"><table{class}><tr><th></th>");
        for label in &confusion.labels {
            let _ = write!(page.html, "<th><span>{label}</span></th>");
        }
        page.text("</tr>\n");
        for (row, counts) in confusion.counts.iter().enumerate() {
            let all: u64 = counts.iter().sum();
            if all == 0 {
                continue;
            }
            let _ = write!(page.html, "<tr><th>{}</th>", confusion.labels[row]);
            for (column, count) in counts.iter().enumerate() {
                let figure = page.figure(&format!("/confusion/{measure}/counts/{row}/{column}"), As::Count);
                let share = 0.75 * *count as f64 / all as f64;
                let class = if row == column { "cell right" } else { "cell" };
                let _ = write!(page.html, "<td class=\"{class}\" style=\"--share:{share:.3}\">{figure}</td>");
            }
            page.text("</tr>\n");
        }
        let at = |field: &str| page.figure(&format!("/confusion/{measure}/{field}"), As::Number(3));
        let line = format!(
            "</table></div><p class=\"soft\">balanced accuracy {}, macro F1 {}</p></div>\n",
            at("balanced_accuracy"),
            at("macro_f1")
        );
        page.text(&line);
    }
    page.text("</div></section>\n");
}

pub fn trust(page: &mut Page, report: &Report) {
    if report.reliability.is_empty() {
        return;
    }
    page.text(
        "<section><h2>How far to trust it</h2><p class=\"soft\">A calibrated source lies on the diagonal: of the answers \
         it is 80 % sure of, 80 % are right. Bars are 95 % intervals. Coverage: what is right when only the surest \
         answers are taken.</p><div class=\"grid\">\n",
    );
    if !report.coverage.is_empty() {
        let chart = chart::coverage(&report.coverage);
        let _ = writeln!(page.html, "<figure>{chart}<figcaption>rating: accuracy by coverage</figcaption></figure>");
    }
    for (name, title) in [
        ("rating", "rating, all"),
        ("rating_zh", "rating, Mandarin"),
        ("rating_en", "rating, English"),
        ("emotion", "emotion of the voice"),
    ] {
        let Some(reliability) = report.reliability.get(name) else { continue };
        let caption = format!(
            "{title}: calibration error {}, n = {}",
            page.figure(&format!("/reliability/{name}/calibration_error"), As::Number(3)),
            page.figure(&format!("/reliability/{name}/n"), As::Count)
        );
        let chart = chart::reliability(title, reliability);
        let _ = writeln!(page.html, "<figure>{chart}<figcaption>{caption}</figcaption></figure>");
    }
    page.text("</div></section>\n");
}

pub fn agreement(page: &mut Page, report: &Report) {
    if report.agreement.is_empty() {
        return;
    }
    page.text(
        "<section><h2>The rating beside words and voice</h2><p class=\"soft\">No truth is needed for this: a rating that \
         words or voice contradict is worth hearing.</p><div class=\"grid\">\n",
    );
    for (name, title) in [("words", "Words"), ("voice", "Voice")] {
        if !report.agreement.contains_key(name) {
            continue;
        }
        let _ = write!(
            page.html,
            "<div><h3>{title}</h3><div class=\"scroll\"><table><tr><th>rated</th><th>negative</th><th>neutral</th>\
             <th>positive</th></tr>"
        );
        for (row, band) in ["low", "middle", "best"].iter().enumerate() {
            let _ = write!(page.html, "<tr><th>{band}</th>");
            for column in 0..3 {
                let figure = page.figure(&format!("/agreement/{name}/counts/{row}/{column}"), As::Count);
                let class = if row == column { "cell right" } else { "cell" };
                let _ = write!(page.html, "<td class=\"{class}\">{figure}</td>");
            }
            page.text("</tr>");
        }
        let at = |field: &str, written| page.figure(&format!("/agreement/{name}/{field}"), written);
        let line = format!(
            "</table></div><p class=\"soft\">agree {} ({} to {}), opposite {}; rank correlation {} ({} to {}), n = {}</p>\
             </div>\n",
            at("agree/value", As::Percent),
            at("agree/low", As::Percent),
            at("agree/high", As::Percent),
            at("opposite/value", As::Percent),
            at("correlation", As::Number(2)),
            at("interval/0", As::Number(2)),
            at("interval/1", As::Number(2)),
            at("n", As::Count)
        );
        page.text(&line);
    }
    page.text("</div></section>\n");
}

pub fn decisions(page: &mut Page, report: &Report) {
    page.text(
        "<section><h2>Decisions by band</h2><div class=\"scroll\"><table><tr><th>band</th><th>outro</th>\
         <th>transfer</th><th>confirm</th><th>reprompt</th></tr>\n",
    );
    for band in ["best", "middle", "low", "none"] {
        let Some(decisions) = report.decisions.get(band) else { continue };
        let all = decisions.outro + decisions.transfer + decisions.confirm + decisions.reprompt;
        let _ = write!(page.html, "<tr><th>{band}</th>");
        for action in ["outro", "transfer", "confirm", "reprompt"] {
            let pointer = format!("/decisions/{band}/{action}");
            let share = 0.75 * page.number(&pointer).unwrap_or(0.0) / all.max(1) as f64;
            let figure = page.figure(&pointer, As::Count);
            let _ = write!(page.html, "<td class=\"cell\" style=\"--share:{share:.3}\">{figure}</td>");
        }
        page.text("</tr>\n");
    }
    page.text("</table></div></section>\n");
}

pub fn latency(page: &mut Page, report: &Report) {
    let Some(latency) = &report.latency else { return };
    let chart = chart::latency(latency);
    let _ = write!(
        page.html,
        "<section><h2>Time per answer</h2><div class=\"grid\"><figure>{chart}<figcaption>from reading a recording to its \
         decision, n = {}; several answers are done at a time</figcaption></figure>\n<div class=\"scroll\"><table>\
         <tr><th>stage, ms</th><th>median</th><th>95 %</th><th>longest</th></tr>",
        page.figure("/latency/n", As::Count)
    );
    let row = |page: &Page, name: &str, pointer: &str| {
        let at = |field: &str| page.figure(&format!("{pointer}/{field}"), As::Number(1));
        format!("<tr><td>{name}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", at("median"), at("p95"), at("max"))
    };
    for stage in ["read", "keypad", "resample", "segment", "hear", "sentiment", "voice", "prosody", "judge"] {
        if latency.stages.contains_key(stage) {
            let line = row(page, stage, &format!("/latency/stages/{stage}"));
            page.text(&line);
        }
    }
    let line = row(page, "<b>all</b>", "/latency/total");
    page.text(&line);
    page.text("</table></div></div></section>\n");
}
