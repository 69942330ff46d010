//! From keys to an answer: a pure state machine that is told the time and never reads a clock.

use serde::{Deserialize, Serialize};

use super::Key;
use super::gather_policy::{Failure, GatherPolicy, ZeroKey};
use crate::error::Result;
use crate::units::Rating;

/// An answer on the scale: as keyed, and as the rest of the crate understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyed {
    /// The number keyed. Stored, never compared between scales.
    pub raw: u8,
    /// Its canonical rating.
    pub rating: Rating,
}

/// How asking by keypad ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// An answer.
    Digits(Keyed),
    /// Key 0: the caller wants a human. An answer keyed before it, or 0 itself where it is one, is kept.
    Human { keyed: Option<Keyed> },
    /// No answer after the last retry; `last` is how the last attempt failed.
    NoResponse { last: Failure },
}

/// What is to be done after something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until the next key or [`Gatherer::deadline`].
    Wait,
    /// Play the prompt of this failure ([`GatherPolicy::retry`]); `attempt` counts from 1, so this is 2 or more.
    AskAgain { failure: Failure, attempt: u16 },
    /// It is over, and stays so.
    Done(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The prompt plays; keys count already.
    Prompt,
    /// The prompt is over; no key yet.
    FirstKey,
    /// There are keys, or they were cleared; another digit may belong to the answer.
    Growing,
    /// No further digit can belong to it.
    Settling,
    /// The attempt has failed by its keys; the rest of the burst is let go by, or it would answer the next attempt.
    Spoiled(Failure),
    Over(Outcome),
}

/// Gathers the keys of one question.
///
/// Times are milliseconds of one clock, whichever; a time before one already told counts as that one. Keys heard as
/// tones and keys signalled by a call leg enter alike, by [`Self::key`] (see [`super::Door`] for callers whose keys
/// arrive both ways). Every path ends in an [`Outcome`] if the caller of these methods ticks at each deadline.
#[derive(Clone, Debug)]
pub struct Gatherer {
    policy: GatherPolicy,
    phase: Phase,
    now_ms: u64,
    deadline_ms: u64,
    raw: u8,
    digits: u8,
    attempt: u16,
    failures: [u8; 3],
}

impl Gatherer {
    /// Begins with the question's prompt, at `now_ms`.
    ///
    /// # Errors
    /// Those of [`GatherPolicy::check`].
    pub fn new(policy: GatherPolicy, now_ms: u64) -> Result<Self> {
        policy.check()?;
        let mut gatherer = Self {
            policy,
            phase: Phase::Prompt,
            now_ms,
            deadline_ms: 0,
            raw: 0,
            digits: 0,
            attempt: 1,
            failures: [0; 3],
        };
        gatherer.ask();
        Ok(gatherer)
    }

    pub fn policy(&self) -> &GatherPolicy {
        &self.policy
    }

    /// When [`Self::tick`] has something to do if nothing else happens; none when it is over.
    pub fn deadline(&self) -> Option<u64> {
        (!matches!(self.phase, Phase::Over(_))).then_some(self.deadline_ms)
    }

    /// The prompt has played to its end: the timer of the first key starts now, unless a key has come.
    pub fn prompt_ended(&mut self, at_ms: u64) -> Step {
        let step = self.tick(at_ms);
        if self.phase == Phase::Prompt && step == Step::Wait {
            self.enter(Phase::FirstKey, self.policy.first_key_ms);
        }
        step
    }

    /// Time passes. Late ticks are as good as punctual ones.
    pub fn tick(&mut self, at_ms: u64) -> Step {
        self.now_ms = self.now_ms.max(at_ms);
        if self.now_ms < self.deadline_ms { self.step() } else { self.time_is_up() }
    }

    /// A key was pressed. A key at the very deadline still counts for it; one that comes later belongs to the next
    /// attempt, whose prompt it interrupts.
    pub fn key(&mut self, key: Key, at_ms: u64) -> Step {
        self.now_ms = self.now_ms.max(at_ms);
        if self.now_ms > self.deadline_ms {
            self.time_is_up();
        }
        match self.phase {
            Phase::Over(_) => self.step(),
            _ if Some(key) == self.policy.terminator => self.end_of_answer(),
            _ if Some(key) == self.policy.clear => {
                (self.raw, self.digits) = (0, 0);
                self.enter(Phase::Growing, self.policy.between_keys_ms)
            }
            phase => match key.digit() {
                Some(0) if !self.zero_belongs_to_answer() => self.human(),
                Some(digit) => self.digit(digit),
                None if matches!(phase, Phase::Spoiled(_)) => self.enter(phase, self.quiet_ms()),
                None => self.enter(Phase::Spoiled(Failure::Invalid), self.quiet_ms()),
            },
        }
    }

    fn digit(&mut self, digit: u8) -> Step {
        if let Phase::Spoiled(_) = self.phase {
            return self.enter(self.phase, self.quiet_ms());
        }
        if self.digits == self.policy.max_digits() {
            return self.enter(Phase::Spoiled(Failure::TooMany), self.quiet_ms());
        }
        // At most two digits: 99.
        self.raw = self.raw * 10 + digit;
        self.digits += 1;
        if self.policy.may_grow(self.raw, self.digits) {
            self.enter(Phase::Growing, self.policy.between_keys_ms)
        } else if self.policy.settle_ms == 0 {
            self.end_of_answer()
        } else {
            self.enter(Phase::Settling, self.policy.settle_ms)
        }
    }

    /// Whether a 0 now is a digit like others.
    fn zero_belongs_to_answer(&self) -> bool {
        let contains = |raw: u8| self.policy.scale.canonical(raw).is_some();
        match self.phase {
            Phase::Growing if self.digits > 0 => contains(self.raw * 10),
            _ => self.policy.zero == ZeroKey::Rating && contains(0),
        }
    }

    fn human(&mut self) -> Step {
        let spoiled = matches!(self.phase, Phase::Spoiled(_));
        let keyed = if self.digits > 0 {
            self.keyed().filter(|_| !spoiled)
        } else {
            // `raw` is 0 here: the answer that the key itself would be.
            self.keyed().filter(|_| !spoiled && self.policy.zero == ZeroKey::HumanAndRating)
        };
        self.over(Outcome::Human { keyed })
    }

    fn keyed(&self) -> Option<Keyed> {
        self.policy.scale.canonical(self.raw).map(|rating| Keyed { raw: self.raw, rating })
    }

    /// What is there now is all there will be.
    fn end_of_answer(&mut self) -> Step {
        match self.phase {
            Phase::Spoiled(failure) => self.fail(failure),
            _ if self.digits == 0 => self.fail(Failure::Invalid),
            _ => match self.keyed() {
                Some(keyed) => self.over(Outcome::Digits(keyed)),
                None => self.fail(Failure::Invalid),
            },
        }
    }

    fn time_is_up(&mut self) -> Step {
        match self.phase {
            Phase::Over(_) => self.step(),
            Phase::Prompt | Phase::FirstKey => self.fail(Failure::NoInput),
            Phase::Growing if self.digits == 0 => self.fail(Failure::NoInput),
            _ => self.end_of_answer(),
        }
    }

    fn fail(&mut self, failure: Failure) -> Step {
        let count = &mut self.failures[failure as usize];
        if *count == self.policy.retry(failure).retries {
            return self.over(Outcome::NoResponse { last: failure });
        }
        *count += 1;
        self.attempt += 1;
        self.ask();
        Step::AskAgain { failure, attempt: self.attempt }
    }

    fn ask(&mut self) {
        (self.raw, self.digits) = (0, 0);
        self.enter(Phase::Prompt, self.policy.prompt_ms + self.policy.first_key_ms);
    }

    fn over(&mut self, outcome: Outcome) -> Step {
        self.enter(Phase::Over(outcome), 0)
    }

    fn enter(&mut self, phase: Phase, ms: u32) -> Step {
        self.phase = phase;
        self.deadline_ms = self.now_ms.saturating_add(u64::from(ms));
        self.step()
    }

    fn step(&self) -> Step {
        match self.phase {
            Phase::Over(outcome) => Step::Done(outcome),
            _ => Step::Wait,
        }
    }

    /// How long a pause shows that a burst of keys is over.
    fn quiet_ms(&self) -> u32 {
        self.policy.settle_ms.max(1_000).min(self.policy.between_keys_ms)
    }
}
