//! The demo's page: one self-contained HTML file with players, fades drawn as SVG, and reasons.

use std::fmt::Write;

use base64::Engine;
use codetta::html::escape;

use super::timeline::{self, Timeline};

/// One call as the page shows it.
pub struct PageCall {
    pub title: String,
    pub language: String,
    /// What the caller said or keyed, as it was heard.
    pub heard: String,
    /// P(1), …, P(5), P(none).
    pub posterior: [f32; 6],
    /// Name and value of what was felt, such as ("words", "+0.82 positive").
    pub felt: Vec<(String, String)>,
    /// "outro", "transfer", "confirm" or "reprompt".
    pub action: String,
    /// What sounds, such as "Morning Light: bright, classical".
    pub music: String,
    /// Weight 0..=1 and words, heaviest first.
    pub reasons: Vec<(f32, String)>,
    /// From the end of the answer's samples to the decision.
    pub milliseconds: f64,
    pub timeline: Timeline,
    /// The rendered ending as a FLAC file.
    pub flac: Vec<u8>,
    /// The same ending as a WAV file beside the page.
    pub wav_name: String,
}

const STYLE: &str = include_str!("page.css");

/// The whole page. Nothing in it refers to anything outside it.
pub fn page(calls: &[PageCall]) -> String {
    let mut html = String::new();
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>codetta: {} calls, each with its ending</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>codetta</h1>\n\
         <p>A caller answers, codetta listens, and the call ends as it should. Press play: each recording holds the \
         question, the caller's answer and the ending that was chosen for it. All of it was computed on this machine.\
         </p>\n</header>\n<main>\n",
        calls.len()
    );
    for call in calls {
        card(&mut html, call);
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn card(html: &mut String, call: &PageCall) {
    let audio = base64::engine::general_purpose::STANDARD.encode(&call.flac);
    let _ = write!(
        html,
        "<article class=\"{action}\">\n<h2>{title} <span class=\"tag\">{language}</span> \
         <span class=\"action\">{action}</span></h2>\n\
         <audio controls preload=\"metadata\" src=\"data:audio/flac;base64,{audio}\" aria-label=\"{title}\"></audio>\n\
         <figure>{chart}<figcaption>{legend}</figcaption></figure>\n<div class=\"columns\">\n",
        action = escape(&call.action),
        title = escape(&call.title),
        language = escape(&call.language),
        chart = timeline::svg(&call.timeline),
        legend = timeline::LEGEND,
    );
    let _ = writeln!(
        html,
        "<section><h3>Heard</h3><p class=\"heard\">{}</p>{}</section>",
        escape(&call.heard),
        bars(&call.posterior)
    );
    html.push_str("<section><h3>Felt</h3>");
    if call.felt.is_empty() {
        html.push_str("<p class=\"small\">neither words nor a voice</p>");
    }
    html.push_str("<dl>");
    for (name, value) in &call.felt {
        let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    }
    let _ = write!(html, "</dl></section>\n<section><h3>Decided</h3><p>{}</p><ol>", escape(&call.music));
    for (weight, words) in &call.reasons {
        let _ = write!(
            html,
            "<li><span class=\"weight\" style=\"--w:{:.0}%\"></span>{}</li>",
            100.0 * weight.clamp(0.0, 1.0),
            escape(words)
        );
    }
    let _ = write!(
        html,
        "</ol><p class=\"small\">{:.0} ms from sound to decision · file <code>{}</code></p></section>\n</div>\n</article>\n",
        call.milliseconds,
        escape(&call.wav_name)
    );
}

/// The rating posterior as six horizontal bars.
fn bars(posterior: &[f32; 6]) -> String {
    let mut out = String::from("<div class=\"bars\" role=\"img\" aria-label=\"probability of each rating\">");
    for (label, p) in ["1", "2", "3", "4", "5", "none"].iter().zip(posterior) {
        let percent = 100.0 * p.clamp(0.0, 1.0);
        let _ = write!(
            out,
            "<span>{label}</span><i style=\"--w:{percent:.1}%\"></i><b>{}</b>",
            if percent < 0.5 { String::new() } else { format!("{percent:.0} %") }
        );
    }
    out.push_str("</div>");
    out
}
