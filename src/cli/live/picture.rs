//! The screen as a picture: the very layout that a terminal shows, as SVG. For the documentation.

use std::collections::VecDeque;
use std::fmt::Write;
use std::path::PathBuf;

use codetta::call::{Note, Request, Screen, View};
use codetta::html::escape;
use codetta::{Error, ErrorKind, Result};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use tokio::sync::mpsc::UnboundedSender;

use super::layout::{Heading, draw};

const COLUMNS: u16 = 104;
const ROWS: u16 = 34;
/// A cell in units of the picture.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 14.0;
/// Seconds after the ending's cue at which the picture is taken.
const AFTER_S: f64 = 1.0;

/// Takes one picture, then hangs up.
pub struct Picture {
    path: PathBuf,
    heading: Heading,
    requests: UnboundedSender<Request>,
    notes: VecDeque<Note>,
    began_s: Option<f64>,
    taken: bool,
}

impl Picture {
    pub fn new(path: PathBuf, heading: Heading, requests: UnboundedSender<Request>) -> Self {
        Self { path, heading, requests, notes: VecDeque::new(), began_s: None, taken: false }
    }
}

impl Screen for Picture {
    fn note(&mut self, note: &Note) -> Result<()> {
        self.notes.push_back(note.clone());
        Ok(())
    }

    fn draw(&mut self, view: &View) -> Result<()> {
        if view.after_speech_ms.is_none() || self.taken {
            return Ok(());
        }
        let began_s = *self.began_s.get_or_insert(view.clock_s);
        if view.clock_s < began_s + AFTER_S {
            return Ok(());
        }
        self.taken = true;
        let failed = |problem: String| Error::new(ErrorKind::Internal, "picture", problem);
        let mut terminal = Terminal::new(TestBackend::new(COLUMNS, ROWS)).map_err(|e| failed(e.to_string()))?;
        let (heading, notes) = (&self.heading, &self.notes);
        terminal.draw(|frame| draw(frame, heading, view, notes)).map_err(|e| failed(e.to_string()))?;
        codetta::files::write_whole(&self.path, svg(terminal.backend().buffer()).as_bytes())?;
        // Nobody is left to hang up when the call is over already.
        let _ = self.requests.send(Request::HangUp);
        Ok(())
    }
}

/// Runs of cells of one style become one text element; wide characters stand alone, so that columns stay columns.
fn svg(buffer: &Buffer) -> String {
    let area = buffer.area();
    let (width, height) =
        (f64::from(area.width) * WIDTH + 2.0 * MARGIN, f64::from(area.height) * HEIGHT + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-size=\"14\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans CJK SC', monospace\">\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1f24\"/>\n"
    );
    for y in 0..area.height {
        let mut run = Run::default();
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(x, y)];
            let symbol = cell.symbol();
            let wide = symbol.chars().any(|c| ('\u{2E80}'..='\u{FFEF}').contains(&c));
            let style = (colour(cell.fg), cell.modifier.contains(Modifier::BOLD));
            if wide || run.style != style {
                run.flush(&mut out, y);
            }
            if run.text.is_empty() {
                (run.x, run.style) = (x, style);
            }
            run.text.push_str(symbol);
            run.cells += 1;
            x += 1;
            if wide {
                run.cells += 1;
                run.flush(&mut out, y);
                x += 1;
            }
        }
        run.flush(&mut out, y);
    }
    out.push_str("</svg>\n");
    out
}

#[derive(Default)]
struct Run {
    x: u16,
    cells: u16,
    text: String,
    style: (String, bool),
}

impl Run {
    fn flush(&mut self, out: &mut String, row: u16) {
        let text = std::mem::take(&mut self.text);
        let cells = std::mem::take(&mut self.cells);
        if text.trim().is_empty() {
            return;
        }
        let (x, y) = (MARGIN + f64::from(self.x) * WIDTH, MARGIN + (f64::from(row) + 0.75) * HEIGHT);
        let weight = if self.style.1 { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{}\"{weight} textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
             xml:space=\"preserve\">{}</text>",
            self.style.0,
            f64::from(cells) * WIDTH,
            escape(&text)
        );
    }
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        _ => "#d6dce4".to_owned(),
    }
}
