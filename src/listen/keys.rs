//! Keys as turns of an answer: the gatherer, begun anew with the first key of each burst.

use serde::Serialize;

use crate::error::Result;
use crate::judge;
use crate::keypad::{GatherPolicy, Gatherer, Key, KeyPress, Outcome, Retry, Step};
use crate::units::Scale;

/// What the keys of an answer amount to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Keys {
    pub presses: Vec<KeyPress>,
    /// What its bursts amount to together ([`judge::Keyed::after`]).
    pub keyed: Option<judge::Keyed>,
}

impl Keys {
    /// Reads the keys of a recording by the same timers as those of a live call.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the timers are unsound, which a test rules out.
    pub fn read(presses: Vec<KeyPress>, scale: Scale) -> Result<Self> {
        let mut bursts = KeyBursts::new(scale);
        let mut keyed = None;
        let mut note = |outcome: Option<judge::Keyed>| {
            keyed = outcome.map(|outcome| outcome.after(keyed)).or(keyed);
        };
        for press in &presses {
            let at_ms = milliseconds(press.start_s);
            while let Some(due) = bursts.deadline().filter(|&due| due < at_ms) {
                note(bursts.tick(due));
            }
            note(bursts.press(press.digit, at_ms)?);
        }
        while let Some(due) = bursts.deadline() {
            note(bursts.tick(due));
        }
        Ok(Self { presses, keyed })
    }
}

/// Gathers keys burst by burst; pure, told the time in milliseconds of one clock.
#[derive(Debug)]
pub struct KeyBursts {
    policy: GatherPolicy,
    current: Option<Gatherer>,
}

impl KeyBursts {
    /// Asking again after a failure is the dialogue's business, so that a burst has one attempt.
    pub fn new(scale: Scale) -> Self {
        let once = |prompt: &str| Retry { retries: 0, prompt: prompt.to_owned() };
        let (no_input, invalid, too_many) = (once("reprompt"), once("keypad"), once("keypad"));
        Self { policy: GatherPolicy { scale, no_input, invalid, too_many, ..GatherPolicy::default() }, current: None }
    }

    /// Whether a burst is under way.
    pub fn is_gathering(&self) -> bool {
        self.current.is_some()
    }

    /// When [`Self::tick`] is due.
    pub fn deadline(&self) -> Option<u64> {
        self.current.as_ref().and_then(Gatherer::deadline)
    }

    /// A key went down; what the burst amounts to, if that is certain now. Call [`Self::tick`] for what was due before.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the timers are unsound, which a test rules out.
    pub fn press(&mut self, key: Key, at_ms: u64) -> Result<Option<judge::Keyed>> {
        let mut gatherer = match self.current.take() {
            Some(gatherer) => gatherer,
            None => Gatherer::new(self.policy.clone(), at_ms)?,
        };
        let step = gatherer.key(key, at_ms);
        self.current = Some(gatherer);
        Ok(self.after(step))
    }

    /// Time passes; what the burst amounts to, if that is certain now.
    pub fn tick(&mut self, at_ms: u64) -> Option<judge::Keyed> {
        let step = self.current.as_mut()?.tick(at_ms);
        self.after(step)
    }

    fn after(&mut self, step: Step) -> Option<judge::Keyed> {
        let outcome: Outcome = match step {
            Step::Done(outcome) => outcome,
            Step::Wait | Step::AskAgain { .. } => return None,
        };
        self.current = None;
        // Keys were pressed and taken back, or were none of the scale: still an answer by key, of no use.
        Some(judge::Keyed::of_outcome(outcome).unwrap_or(judge::Keyed::Invalid))
    }
}

/// The gatherer's clock.
pub(crate) fn milliseconds(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Keyed;

    /// One key every `step_s` seconds.
    fn read(text: &str, step_s: f64, scale: &str) -> Option<Keyed> {
        let press = |(i, c)| {
            let start_s = i as f64 * step_s;
            KeyPress { digit: Key::new(c).unwrap(), start_s, end_s: start_s + 0.1 }
        };
        let presses = text.chars().enumerate().map(press).collect();
        Keys::read(presses, scale.parse().unwrap()).unwrap().keyed
    }

    #[test]
    fn a_recording_is_read_as_a_live_call_would_be() {
        for (text, step_s, scale, expected) in [
            ("", 0.3, "1..5:best=5", None),
            ("4", 0.3, "1..5:best=5", Some(Keyed::Number(4))),
            ("4#", 0.3, "1..5:best=1", Some(Keyed::Number(4))),
            ("10", 0.5, "0..10:best=10", Some(Keyed::Number(10))),
            ("12", 0.3, "1..5:best=5", Some(Keyed::Invalid)),
            ("12", 2.0, "1..5:best=5", Some(Keyed::Number(2))),
            ("4*3", 0.3, "1..5:best=5", Some(Keyed::Number(3))),
            ("9", 0.3, "1..5:best=5", Some(Keyed::Invalid)),
            ("*", 0.3, "1..5:best=5", Some(Keyed::Invalid)),
            ("#", 0.3, "1..5:best=5", Some(Keyed::Invalid)),
        ] {
            assert_eq!(read(text, step_s, scale), expected, "{text} every {step_s} s on {scale}");
        }
    }

    #[test]
    fn zero_brings_a_human_whatever_follows_and_keeps_the_answer_that_it_may_be() {
        assert_eq!(read("0", 0.3, "1..5:best=5"), Some(Keyed::Human(None)));
        assert_eq!(read("05", 2.0, "1..5:best=5"), Some(Keyed::Human(None)));
        assert_eq!(read("50", 2.0, "1..5:best=5"), Some(Keyed::Human(Some(5))));
        assert_eq!(read("0", 0.3, "0..10:best=10"), Some(Keyed::Human(Some(0))));
    }
}
