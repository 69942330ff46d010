//! Draws a rendered crossfade as SVG: the mix as a waveform, and the level of both sounds and of their sum over time.
//!
//! usage: cargo run --release --example draw_fade -- FROM TO OUT.svg

use std::fmt::Write;
use std::path::Path;

use codetta::capture::read_stereo;
use codetta::play::{CrossfadeSettings, Crossfaded, Sink, Timeline, crossfade};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 944.0;
/// Top and bottom of the waveform, then of the levels.
const WAVE: (f64, f64) = (52.0, 172.0);
const LEVELS: (f64, f64) = (200.0, 372.0);
const FLOOR_DB: f32 = -48.0;
/// Seconds shown before and after the fade.
const AROUND_S: f64 = 5.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, out] = &arguments[..] else { return Err("usage: draw_fade FROM TO OUT.svg".into()) };
    let settings =
        CrossfadeSettings { at_s: Some(12.0), fade_s: 3.0, matched: true, timeline: true, sink: Some(Sink::STUDIO) };
    let mixed = crossfade(&read_stereo(Path::new(from))?, &read_stereo(Path::new(to))?, &settings)?;
    let timeline = mixed.timeline.as_ref().ok_or("a timeline was asked for")?;
    let name =
        |path: &str| Path::new(path).file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
    codetta::files::write_whole(out.as_ref(), svg(&mixed, timeline, &name(from), &name(to)).as_bytes())?;
    Ok(())
}

fn svg(mixed: &Crossfaded, timeline: &Timeline, from: &str, to: &str) -> String {
    let (first, last) = (mixed.at_s - AROUND_S, mixed.at_s + mixed.fade_s + AROUND_S);
    let x = |second: f64| LEFT + (RIGHT - LEFT) * (second - first) / (last - first);
    let y = |db: f32| LEVELS.1 - (LEVELS.1 - LEVELS.0) * f64::from((db.max(FLOOR_DB) - FLOOR_DB) / -FLOOR_DB).min(1.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} 420\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#fbfaf8\"/>\
         <text x=\"{LEFT}\" y=\"28\" font-size=\"16\" font-weight=\"600\" fill=\"#2b2b33\">{from} → {to}</text>\
         <text x=\"{RIGHT}\" y=\"28\" text-anchor=\"end\" fill=\"#6b6b76\">before {:.1} LUFS · after {:.1} LUFS · true peak {:.1} dBTP</text>\n",
        mixed.before_lufs.unwrap_or(f32::NAN),
        mixed.after_lufs.unwrap_or(f32::NAN),
        mixed.true_peak_dbtp.unwrap_or(f32::NAN),
    );
    let (start, end) = (x(mixed.at_s), x(mixed.at_s + mixed.fade_s));
    let _ = writeln!(
        out,
        "<rect x=\"{start:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{}\" fill=\"#efe6fa\"/>",
        WAVE.0,
        end - start,
        LEVELS.1 - WAVE.0
    );
    wave(&mut out, mixed, first, last, &x);
    for db in [0, -12, -24, -36, -48] {
        let at = y(db as f32);
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#dcdae0\"/>\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#6b6b76\" font-size=\"11\">{db} dB</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    for second in (first.ceil() as i64..=last.floor() as i64).filter(|second| second % 2 == 0) {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"390\" text-anchor=\"middle\" fill=\"#6b6b76\" font-size=\"11\">{second} s</text>",
            x(second as f64)
        );
    }
    let points = || timeline.points.iter().filter(|point| (first..=last).contains(&point.at_s));
    for (index, (colour, name)) in [("#8a8a94", from), ("#8e5bd0", to)].into_iter().enumerate() {
        let level = |track: usize| timeline.tracks[track] == if index == 0 { "from" } else { "to" };
        let line: Vec<(f64, f64)> = points()
            .filter_map(|point| Some((x(point.at_s), y(point.tracks.iter().find(|t| level(t.track))?.level_dbfs))))
            .collect();
        path(&mut out, &line, colour, 2.0);
        let at = if index == 0 { LEFT + 4.0 } else { RIGHT - 4.0 };
        let anchor = if index == 0 { "start" } else { "end" };
        let _ = writeln!(
            out,
            "<text x=\"{at}\" y=\"410\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-weight=\"600\">{name}</text>"
        );
    }
    let sum: Vec<(f64, f64)> = points().map(|point| (x(point.at_s), y(point.level_dbfs))).collect();
    path(&mut out, &sum, "#2b2b33", 1.4);
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"410\" text-anchor=\"middle\" fill=\"#2b2b33\">what is heard · equal-power fade of {:.0} s</text></svg>",
        (start + end) / 2.0,
        mixed.fade_s
    );
    out
}

/// The mix: smallest and largest sample of each column.
fn wave(out: &mut String, mixed: &Crossfaded, first: f64, last: f64, x: &impl Fn(f64) -> f64) {
    let rate = f64::from(mixed.sound.rate().hertz());
    let (middle, half) = (0.5 * (WAVE.0 + WAVE.1), 0.5 * (WAVE.1 - WAVE.0));
    let columns = 446;
    let mut line = String::new();
    for column in 0..columns {
        let second = |c: usize| first + (last - first) * c as f64 / f64::from(columns as u32);
        let span = (second(column) * rate) as usize..(second(column + 1) * rate) as usize;
        let samples = mixed.sound.left()[span].iter().copied();
        let (low, high) = samples.fold((0.0f32, 0.0f32), |(low, high), s| (low.min(s), high.max(s)));
        let at = x(second(column));
        let _ =
            write!(line, "M{at:.1} {:.1}V{:.1}", middle - half * f64::from(high), middle - half * f64::from(low) + 0.4);
    }
    let _ = writeln!(out, "<path d=\"{line}\" stroke=\"#5b7fb8\" stroke-width=\"1.2\" fill=\"none\"/>");
}

fn path(out: &mut String, points: &[(f64, f64)], colour: &str, width: f64) {
    let mut line = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let _ = write!(line, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    let _ = writeln!(
        out,
        "<path d=\"{line}\" stroke=\"{colour}\" stroke-width=\"{width}\" fill=\"none\" stroke-linejoin=\"round\"/>"
    );
}
