//! A hand-over for the demo: it says what a telephone system would do, and does it by the number of polls.

use std::io::Write;

use super::adapter::{Adapter, HandoffRequest, Line};
use super::state::News;
use crate::error::{Error, Result};

/// Tells a writer (a terminal, as a rule) about each request, then follows a script.
pub struct ConsoleAdapter<W> {
    writer: W,
    script: Vec<(u32, News)>,
}

impl<W: Write + Send> ConsoleAdapter<W> {
    /// `script`: after how many polls which news comes; a pause longer than the caller's patience is "nobody there".
    pub fn new(writer: W, script: Vec<(u32, News)>) -> Self {
        Self { writer, script }
    }

    /// Rings after one poll and is answered after twenty.
    pub fn answering(writer: W) -> Self {
        Self::new(writer, vec![(1, News::Ringing), (20, News::Answered)])
    }
}

impl<W: Write + Send> Adapter for ConsoleAdapter<W> {
    fn request(&mut self, request: &HandoffRequest) -> Result<Box<dyn Line>> {
        let rating = request.rating.map_or_else(|| "no rating".to_owned(), |rating| format!("rated {rating} of 5"));
        let why = request.reasons.first().map_or("", |reason| reason.en.as_str());
        writeln!(self.writer, "hand-over of {} ({}, {rating}): {why}", request.call, request.language)
            .map_err(|e| Error::io("console".as_ref(), &e))?;
        Ok(Box::new(Scripted { script: self.script.clone().into_iter(), polls: 0, next: None }))
    }
}

struct Scripted {
    script: std::vec::IntoIter<(u32, News)>,
    polls: u32,
    next: Option<(u32, News)>,
}

impl Line for Scripted {
    fn poll(&mut self) -> Option<News> {
        self.polls = self.polls.saturating_add(1);
        if self.next.is_none() {
            self.next = self.script.next();
        }
        self.next.take_if(|(polls, _)| *polls <= self.polls).map(|(_, news)| news)
    }

    fn cancel(&mut self) {
        (self.script, self.next) = (Vec::new().into_iter(), None);
    }
}
