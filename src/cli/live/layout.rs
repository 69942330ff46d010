//! The screen of a call: who speaks, what was heard and felt, what was decided and why, what happened.

use std::collections::VecDeque;

use codetta::Language;
use codetta::call::{Note, Speech, View};
use codetta::handoff::News;
use codetta::judge::Action;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Wrap};

use super::reason_in;
use crate::cli::rate::text_summary;

/// What stands above everything.
pub struct Heading {
    pub language: Language,
    /// The two ends of the line.
    pub line: String,
}

const QUIET: Color = Color::Rgb(110, 118, 129);
const TEXT: Color = Color::Rgb(214, 220, 228);
const CALLER: Color = Color::Rgb(97, 175, 239);
const GOOD: Color = Color::Rgb(126, 200, 128);
const MIDDLE: Color = Color::Rgb(229, 192, 123);
const BAD: Color = Color::Rgb(224, 108, 117);
const MUSIC: Color = Color::Rgb(198, 146, 233);
/// One bar, in eighths.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// Draws all of it.
pub fn draw(frame: &mut Frame<'_>, heading: &Heading, view: &View, notes: &VecDeque<Note>) {
    let area = frame.area();
    let [top, middle, decided, log, foot] = Layout::vertical([
        Constraint::Length(6),
        Constraint::Length(8),
        Constraint::Length(7),
        Constraint::Min(3),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_line(frame, top, heading, view);
    let [heard, felt] = Layout::horizontal([Constraint::Percentage(55), Constraint::Percentage(45)]).areas(middle);
    draw_heard(frame, heard, view);
    draw_felt(frame, felt, view);
    draw_decision(frame, decided, heading, view);
    draw_log(frame, log, notes);
    let keys = " 0–9 * #  keys of the telephone    q  hang up ";
    frame.render_widget(Line::from(keys.fg(QUIET)), foot);
}

fn block(title: &str) -> Block<'_> {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(Style::new().fg(QUIET))
        .title(Span::styled(format!(" {title} "), Style::new().fg(TEXT).add_modifier(Modifier::BOLD)))
}

/// A bar of `width` cells, filled to `share`.
fn bar(share: f32, width: usize, colour: Color) -> Vec<Span<'static>> {
    let eighths = (share.clamp(0.0, 1.0) * width as f32 * 8.0).round() as usize;
    let mut text = "█".repeat(eighths / 8);
    text.push_str(EIGHTHS[eighths % 8]);
    let rest = width - text.chars().count().min(width);
    vec![
        Span::styled(text, Style::new().fg(colour)),
        Span::styled("·".repeat(rest), Style::new().fg(Color::Rgb(60, 66, 74))),
    ]
}

fn draw_line(frame: &mut Frame<'_>, area: Rect, heading: &Heading, view: &View) {
    let (speech, colour) = match view.speech {
        Speech::Closed => ("we speak, keys alone are heard", QUIET),
        Speech::Listening => ("listening", CALLER),
        Speech::Speaking => ("the caller speaks", GOOD),
        Speech::Understanding => ("understanding", MIDDLE),
    };
    // −60 dBFS to full scale.
    let share = (view.level_dbfs + 60.0) / 60.0;
    let level_colour = if view.peak_dbfs > -1.0 { BAD } else { CALLER };
    let mut level = vec!["caller  ".fg(QUIET)];
    level.extend(bar(share, 28, level_colour));
    level.push(format!("  {:>5.1} dBFS  ", view.level_dbfs).fg(TEXT));
    level.push(speech.fg(colour).bold());
    let says = match view.prompt {
        Some(prompt) => {
            vec!["says    ".fg(QUIET), format!("{prompt}: ").fg(TEXT).bold(), view.prompt_text.clone().fg(TEXT)]
        }
        None => vec!["says    ".fg(QUIET), "–".fg(QUIET)],
    };
    let plays = if view.music.is_empty() { "–".fg(QUIET) } else { format!("♪ {}", view.music).fg(MUSIC).bold() };
    let late = view.after_speech_ms.map_or(String::new(), |ms| format!("   {ms:.0} ms after the last word"));
    let transfer = view.transfer.map_or("", |news| match news {
        News::Ringing => "   a telephone rings",
        News::Answered => "   a human is on the line",
        News::Busy | News::NoAnswer | News::Failed => "   nobody is free: a call back is noted",
    });
    let plays = vec!["plays   ".fg(QUIET), plays, late.fg(QUIET), transfer.fg(MIDDLE)];
    let language = if heading.language == Language::Zh { "Mandarin" } else { "English" };
    let title = format!("codetta live · {language} · {}", heading.line);
    let clock = Line::from(format!(" {:.1} s ", view.clock_s).fg(TEXT)).right_aligned();
    let lines = vec![Line::from(level), Line::from(says), Line::from(plays)];
    let text = Paragraph::new(lines).wrap(Wrap { trim: false }).block(block(&title).title(clock));
    frame.render_widget(text, area);
}

fn draw_heard(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let said = match (&view.transcript, view.keys.as_str()) {
        (Some(transcript), "") => format!("“{}”", transcript.text),
        (None, "") => "nothing yet".to_owned(),
        (Some(transcript), keys) => format!("“{}”, keys {keys}", transcript.text),
        (None, keys) => format!("keys {keys}"),
    };
    let mut lines = vec![Line::from(said.fg(TEXT).bold())];
    let (levels, none) = view.rating.map_or(([0.0; 5], 0.0), |rating| (rating.levels, rating.none));
    let width = usize::from(area.width).saturating_sub(16);
    let colours = [BAD, BAD, MIDDLE, GOOD, GOOD];
    for (index, (p, colour)) in levels.into_iter().zip(colours).enumerate().rev() {
        let mut spans = vec![format!("{}  ", index + 1).fg(QUIET)];
        spans.extend(bar(p, width, colour));
        spans.push(if p < 0.005 { "".into() } else { format!(" {:>3.0} %", 100.0 * p).fg(TEXT) });
        lines.push(Line::from(spans));
    }
    let title = if none > 0.5 { "Heard · no rating" } else { "Heard" };
    frame.render_widget(Paragraph::new(lines).block(block(title)), area);
}

fn draw_felt(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let width = usize::from(area.width).saturating_sub(26);
    let mut lines = Vec::new();
    match &view.sentiment {
        // No bar in the middle for what nobody has voiced.
        Some(text) if text.confidence == 0.0 => {
            lines.push(Line::from(vec!["words    ".fg(QUIET), text_summary(text).fg(QUIET)]));
        }
        Some(text) => {
            let colour = if text.score < -0.2 {
                BAD
            } else if text.score > 0.2 {
                GOOD
            } else {
                MIDDLE
            };
            let mut spans = vec!["words    ".fg(QUIET)];
            spans.extend(bar((text.score + 1.0) / 2.0, width, colour));
            spans.push(format!(" {}", text_summary(text)).fg(TEXT));
            lines.push(Line::from(spans));
        }
        None => lines.push(Line::from(vec!["words    ".fg(QUIET), "–".fg(QUIET)])),
    }
    match &view.voice {
        Some(voice) => {
            let all = [
                ("angry", voice.angry, BAD),
                ("sad", voice.sad, CALLER),
                ("neutral", voice.neutral, TEXT),
                ("happy", voice.happy, GOOD),
            ];
            for (name, p, colour) in all {
                let mut spans = vec![format!("{name:<9}").fg(QUIET)];
                spans.extend(bar(p, width, colour));
                spans.push(format!(" {:>3.0} %", 100.0 * p).fg(TEXT));
                lines.push(Line::from(spans));
            }
            lines.push(Line::from(format!("         voice trusted {:.0} %", 100.0 * voice.confidence).fg(QUIET)));
        }
        None => lines.push(Line::from(vec!["voice    ".fg(QUIET), "–".fg(QUIET)])),
    }
    frame.render_widget(Paragraph::new(lines).block(block("Felt")), area);
}

fn draw_decision(frame: &mut Frame<'_>, area: Rect, heading: &Heading, view: &View) {
    let Some(decision) = &view.decision else {
        return frame.render_widget(Paragraph::new("nothing yet".fg(QUIET)).block(block("Decided")), area);
    };
    let (action, colour) = match decision.action {
        Action::Outro => ("outro", GOOD),
        Action::Transfer => ("soothing music, then a human", BAD),
        Action::Confirm => ("reads the rating back", MIDDLE),
        Action::Reprompt => ("asks again", MIDDLE),
    };
    let mood = decision.outro.as_ref().filter(|_| decision.action == Action::Outro);
    let mood = mood.map_or(String::new(), |query| format!(", {:?}", query.mood).to_lowercase());
    let mean = format!("   satisfaction {:.1} of 5", decision.mean);
    let mut lines = vec![Line::from(vec![format!("{action}{mood}").fg(colour).bold(), mean.fg(QUIET)])];
    for reason in decision.reasons.iter().take(4) {
        let mut spans = bar(reason.weight, 10, colour);
        spans.push(format!(" {}", reason_in(heading.language, reason)).fg(TEXT));
        lines.push(Line::from(spans));
    }
    frame.render_widget(Paragraph::new(lines).block(block("Decided")), area);
}

fn draw_log(frame: &mut Frame<'_>, area: Rect, notes: &VecDeque<Note>) {
    let room = usize::from(area.height).saturating_sub(2);
    let skipped = notes.len().saturating_sub(room);
    let lines: Vec<Line<'_>> = notes.iter().skip(skipped).map(|note| Line::from(note.to_string().fg(QUIET))).collect();
    frame.render_widget(Paragraph::new(lines).block(block("What happened")), area);
}
