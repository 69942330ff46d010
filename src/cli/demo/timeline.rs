//! The course of an ending as a picture: the level of each layer over time, and what happened when.

use std::fmt::Write;

use codetta::html::escape;

/// Levels over time, one value per `step_s`, in dBFS (RMS); −∞ where a layer is silent.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    pub step_s: f64,
    /// The bed that sounds before the decision.
    pub before: Vec<f32>,
    /// Prompts and the caller.
    pub voice: Vec<f32>,
    /// The outro or soothing track.
    pub after: Vec<f32>,
    /// What comes out.
    pub sum: Vec<f32>,
    /// Start and end of the crossfade, seconds.
    pub fade: Option<(f64, f64)>,
    /// How far the level in the middle third of the crossfade is from the power sum of its two layers, dB.
    pub mid_fade_deviation_db: Option<f32>,
    /// Moments with a name, seconds.
    pub marks: Vec<(f64, String)>,
}

pub const LEGEND: &str = "Level over time: grey the bed, green the voices, coloured the ending; the line is what is heard, \
                          the tinted stripe the crossfade.";

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 164.0;
/// The lowest level drawn; quieter is drawn as silence.
const FLOOR_DB: f32 = -60.0;

/// Inline SVG, 960 × 190 units, coloured by the page's style sheet.
pub fn svg(timeline: &Timeline) -> String {
    let seconds = timeline.sum.len() as f64 * timeline.step_s;
    let x = |t: f64| LEFT + (WIDTH - LEFT - 8.0) * (t / seconds.max(1e-3)).clamp(0.0, 1.0);
    let y = |db: f32| BOTTOM - (BOTTOM - TOP) * f64::from((db.max(FLOOR_DB) - FLOOR_DB) / -FLOOR_DB).min(1.0);
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"level over time\" xmlns=\"http://www.w3.org/2000/svg\">"
    );
    for db in [-60.0f32, -40.0, -20.0, 0.0] {
        let _ = write!(
            out,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{db:.0} dB</text>",
            WIDTH - 8.0,
            LEFT - 5.0,
            y(db) + 4.0,
            y = y(db)
        );
    }
    let every = if seconds > 30.0 { 10.0 } else { 5.0 };
    let mut t = 0.0;
    while t <= seconds {
        let _ = write!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{t:.0} s</text>",
            x(t),
            BOTTOM + 16.0
        );
        t += every;
    }
    if let Some((start, end)) = timeline.fade {
        let _ = write!(
            out,
            "<rect class=\"fade\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            x(start),
            (x(end) - x(start)).max(1.0),
            BOTTOM - TOP
        );
    }
    for (class, levels, closed) in [
        ("before", &timeline.before, true),
        ("voice", &timeline.voice, true),
        ("after", &timeline.after, true),
        ("sum", &timeline.sum, false),
    ] {
        path(&mut out, class, levels, closed, |i| x(i as f64 * timeline.step_s), y);
    }
    // Neighbouring names share the line above the chart: the later one steps aside when they would touch, and one that
    // would leave the chart ends with it.
    let mut taken = f64::NEG_INFINITY;
    for (t, name) in &timeline.marks {
        let at = x(*t);
        let width = 6.8 * name.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum::<f64>();
        let label = at.min(WIDTH - 8.0 - width).max(taken + 6.0);
        taken = label + width;
        let _ = write!(
            out,
            "<line class=\"axis\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{}\" y2=\"{BOTTOM}\"/>\
             <text class=\"tick\" x=\"{label:.1}\" y=\"14\">{}</text>",
            TOP - 8.0,
            escape(name)
        );
    }
    out.push_str("</svg>");
    out
}

fn path(out: &mut String, class: &str, levels: &[f32], closed: bool, x: impl Fn(usize) -> f64, y: impl Fn(f32) -> f64) {
    if levels.iter().all(|db| *db <= FLOOR_DB) {
        return;
    }
    let _ = write!(out, "<path class=\"{class}\" d=\"");
    for (i, &db) in levels.iter().enumerate() {
        let _ = write!(out, "{}{:.1} {:.1}", if i == 0 { 'M' } else { 'L' }, x(i), y(db));
    }
    if closed {
        let _ = write!(out, "L{:.1} {BOTTOM}L{:.1} {BOTTOM}Z", x(levels.len().saturating_sub(1)), x(0));
    }
    out.push_str("\"/>");
}
