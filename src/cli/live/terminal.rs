//! The screen on a real terminal, and the keys that are typed at it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use codetta::call::{Note, Request, Screen, View};
use codetta::keypad::Key;
use codetta::{Error, ErrorKind, Result};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc::UnboundedSender;

use super::layout::{Heading, draw};

/// Lines of the log that are kept.
const NOTES: usize = 200;
/// How soon the reader of keys notices that the screen is gone.
const LOOK: Duration = Duration::from_millis(100);

/// A terminal in full-screen mode; dropping it gives the terminal back as it was, and prints the log.
pub struct Terminal {
    terminal: DefaultTerminal,
    heading: Heading,
    notes: VecDeque<Note>,
    open: Arc<AtomicBool>,
}

impl Terminal {
    /// # Errors
    /// [`ErrorKind::Write`] when the terminal cannot be used so; `--plain` works everywhere.
    pub fn open(heading: Heading, requests: UnboundedSender<Request>) -> Result<Self> {
        let terminal = ratatui::try_init().map_err(|e| failed(&e))?;
        let open = Arc::new(AtomicBool::new(true));
        let still_open = Arc::clone(&open);
        std::thread::spawn(move || {
            while still_open.load(Ordering::Relaxed) {
                // Without a readable terminal there are no keys; the call goes on.
                if !event::poll(LOOK).unwrap_or(false) {
                    continue;
                }
                let Ok(Event::Key(key)) = event::read() else { continue };
                if let Some(request) = request(&key)
                    && requests.send(request).is_err()
                {
                    return;
                }
            }
        });
        Ok(Self { terminal, heading, notes: VecDeque::new(), open })
    }
}

fn request(key: &event::KeyEvent) -> Option<Request> {
    if key.kind != KeyEventKind::Press {
        return None;
    }
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Request::HangUp),
        KeyCode::Char('q') | KeyCode::Esc => Some(Request::HangUp),
        KeyCode::Char(character) => {
            Key::new(character).filter(|key| key.digit().is_some() || !character.is_alphabetic()).map(Request::Key)
        }
        _ => None,
    }
}

impl Screen for Terminal {
    fn note(&mut self, note: &Note) -> Result<()> {
        self.notes.push_back(note.clone());
        if self.notes.len() > NOTES {
            self.notes.pop_front();
        }
        Ok(())
    }

    fn draw(&mut self, view: &View) -> Result<()> {
        let (heading, notes) = (&self.heading, &self.notes);
        self.terminal.draw(|frame| draw(frame, heading, view, notes)).map(|_| ()).map_err(|e| failed(&e))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.open.store(false, Ordering::Relaxed);
        ratatui::restore();
        // What scrolled by stays readable after the call.
        for note in &self.notes {
            println!("{note}");
        }
    }
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Write, "terminal", format!("{error}; use --plain"))
}
