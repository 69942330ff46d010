//! The dashboard: one self-contained page without scripts; every chart is a table too, and every mean has its interval.

mod months;
mod table;

use std::fmt::Write;

use crate::html::escape;

use super::statistics::Share;
use super::summary::{Figures, Grouping, Insight, MentionFigures};
use months::months;
use table::{bar_row, close_table, ends, interval, number, open_table, percent, row};

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
    let caption = "Words of the lexicon, negation considered, and categories where others said it; orange speaks against the service.";
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
