//! A call as log lines, or as JSON Lines.

use codetta::Result;
use codetta::call::{Note, Screen, View};

use crate::cli::output::{Output, print_line};

/// Prints each event as it happens.
pub struct Plain<'a> {
    output: &'a mut Output,
}

impl<'a> Plain<'a> {
    pub fn new(output: &'a mut Output) -> Self {
        Self { output }
    }
}

impl Screen for Plain<'_> {
    fn note(&mut self, note: &Note) -> Result<()> {
        if self.output.is_json() { self.output.result(note, Vec::new) } else { print_line(&note.to_string()) }
    }

    fn draw(&mut self, _: &View) -> Result<()> {
        Ok(())
    }
}
