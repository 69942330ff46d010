//! The last sections of the page: what to hear, what failed, what it was made with.

use std::fmt::Write;

use base64::Engine;

use super::page::{As, Page};
use super::{Disagreement, Report};
use crate::html::escape;

/// Reasons that are shown for one sort of failure; `quarantine.jsonl` holds all.
const MOST_REASONS: usize = 200;

pub fn disagreements(page: &mut Page, report: &Report, sound: &mut dyn FnMut(&Disagreement) -> Option<Vec<u8>>) {
    if report.disagreements.is_empty() {
        return;
    }
    page.text(
        "<section><h2>Worth hearing</h2><p class=\"soft\">The most informative disagreements: where a sure answer is wrong, \
         or one source contradicts another. The more bits, the greater the surprise.</p>\n",
    );
    for (index, found) in report.disagreements.iter().enumerate() {
        let player = sound(found).map_or("<p class=\"soft\">The recording can no longer be read.</p>".to_owned(), |flac| {
            let data = base64::engine::general_purpose::STANDARD.encode(flac);
            let name = escape(&found.file);
            format!("<audio controls preload=\"none\" src=\"data:audio/flac;base64,{data}\" aria-label=\"{name}\"></audio>")
        });
        let said = found.transcript.as_ref().map_or("no speech".to_owned(), |text| format!("“{}”", escape(text)));
        let at = |field: &str, written| page.figure(&format!("/disagreements/{index}/{field}"), written);
        let line = format!(
            "<article><h3>{} <span class=\"soft\">{} bits</span></h3><p class=\"said\">{said}</p>{player}<p class=\"soft\">\
             <code>{}</code> · rating {} at {} · words {} · negative voice {}</p><p class=\"soft\">{}</p></article>\n",
            escape(&found.what),
            at("bits", As::Number(1)),
            escape(&found.file),
            at("rating", As::Count),
            at("confidence", As::Percent),
            at("sentiment", As::Number(2)),
            at("voice_negative", As::Number(2)),
            escape(&found.reason)
        );
        page.text(&line);
    }
    page.text("</section>\n");
}

pub fn failures(page: &mut Page, report: &Report) {
    page.text("<section><h2>Failures by cause</h2>\n");
    if report.failures.is_empty() {
        page.text("<p>None: every recording has a result.</p></section>\n");
        return;
    }
    for (kind, refusals) in &report.failures {
        let _ = write!(
            page.html,
            "<details{}><summary><b>{}</b>: {}</summary><div class=\"scroll\"><table class=\"words\">",
            if refusals.len() <= 20 { " open" } else { "" },
            escape(&kind.replace('_', " ")),
            refusals.len()
        );
        for refusal in refusals.iter().take(MOST_REASONS) {
            let (file, reason) = (escape(&refusal.file), escape(&refusal.reason));
            let _ = writeln!(page.html, "<tr><td><code>{file}</code></td><td>{reason}</td></tr>");
        }
        page.text("</table></div>");
        if refusals.len() > MOST_REASONS {
            page.text("<p class=\"soft\">All others are in quarantine.jsonl.</p>");
        }
        page.text("</details>\n");
    }
    page.text("</section>\n");
}

pub fn made_with(page: &mut Page, report: &Report) {
    let settings = &report.settings;
    let _ = write!(
        page.html,
        "<section><h2>Made with</h2><div class=\"scroll\"><table class=\"words\">\
         <tr><td>codetta</td><td>{}</td></tr><tr><td>language</td><td>{}</td></tr><tr><td>scale</td><td>{}</td></tr>\
         <tr><td>words and voice</td><td>{}</td></tr><tr><td>longest recording</td><td>{} s</td></tr>\
         <tr><td>policy, SHA-256</td><td><code>{}</code></td></tr>",
        escape(&settings.codetta),
        settings.language,
        settings.scale,
        if settings.emotion { "judged beside the rating" } else { "not judged" },
        settings.max_seconds,
        escape(&settings.policy_hash)
    );
    for model in &settings.models {
        let (name, hash) = (escape(&model.name), escape(&model.sha256));
        let _ = write!(page.html, "<tr><td>{name}</td><td><code>{hash}</code></td></tr>");
    }
    for (sort, count) in &report.counts.left_aside {
        let _ = write!(page.html, "<tr><td>left aside: {}</td><td>{count}</td></tr>", escape(sort));
    }
    page.text("</table></div></section>\n");
}
