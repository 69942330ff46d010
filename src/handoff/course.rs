//! One hand-over by the sample clock: whatever the adapter does, it comes to an end in time.

use super::adapter::{Adapter, HandoffRequest, Line};
use super::state::{News, State};
use crate::units::Frames;

/// News that change nothing, read in one poll.
const NEWS_LIMIT: usize = 64;

/// A hand-over under way.
pub struct Handoff {
    line: Option<Box<dyn Line>>,
    state: State,
    deadline: Frames,
    problem: Option<String>,
    /// Known at once, told at the first poll.
    refused: bool,
}

impl Handoff {
    /// Asks `adapter` for a human. It has `patience` from `at` on to bring one; after that the request is taken back
    /// and counts as unanswered.
    pub fn begin(adapter: &mut dyn Adapter, request: &HandoffRequest, at: Frames, patience: Frames) -> Self {
        let deadline = Frames(at.0.saturating_add(patience.0));
        let (line, problem) = match adapter.request(request) {
            Ok(line) => (Some(line), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let refused = line.is_none();
        Self { line, state: State::Requested, deadline, problem, refused }
    }

    /// The next change of state at `now`, as news; none when nothing changed. Call it until it returns none.
    pub fn poll(&mut self, now: Frames) -> Option<News> {
        if self.state.is_final() {
            return None;
        }
        if std::mem::take(&mut self.refused) {
            return self.step(News::Failed);
        }
        // What the adapter said in time counts even if it is read late; one that babbles is not listened to for ever.
        for _ in 0..NEWS_LIMIT {
            let Some(news) = self.line.as_mut().and_then(|line| line.poll()) else { break };
            if let Some(told) = self.step(news) {
                return Some(told);
            }
        }
        if now >= self.deadline {
            self.problem.get_or_insert_with(|| "no human answered in time; the request was taken back".to_owned());
            return self.step(News::NoAnswer);
        }
        None
    }

    /// The caller did not wait, or took a mis-press back.
    pub fn cancel(&mut self) {
        if !self.state.is_final() {
            self.state = State::CallerHungUp;
            self.release();
        }
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// When [`Self::poll`] must be called at the latest.
    pub fn deadline(&self) -> Option<Frames> {
        (!self.state.is_final()).then_some(self.deadline)
    }

    /// What went wrong, in one line, once it has.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    fn step(&mut self, news: News) -> Option<News> {
        self.state = self.state.after(news)?;
        if self.state.is_final() {
            self.release();
        }
        Some(news)
    }

    /// An answered line is left alone; any other is taken back.
    fn release(&mut self) {
        if let Some(mut line) = self.line.take() {
            self.problem = line.problem().or(self.problem.take());
            if self.state != State::Answered {
                line.cancel();
            }
        }
    }
}

impl Drop for Handoff {
    /// A call that is torn down leaves no request behind.
    fn drop(&mut self) {
        self.cancel();
    }
}
