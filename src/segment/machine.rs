//! Endpointing as a pure state machine: voice probabilities go in, starts and ends of speech come out.

use std::ops::Range;

use super::settings::{Counts, EndpointSettings};
use crate::error::Result;

/// What a frame has brought about. Positions count frames from the first one pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Speech began at frame `start` (its first voiced frame, some frames ago).
    Started { start: u64 },
    /// The speaker has paused; `voiced` is first to one past last voiced frame. Followed by `Resumed`,
    /// `Ended`, or `TooLong` (then the speaker went on too).
    Paused { voiced: Range<u64> },
    /// The speaker went on after a pause.
    Resumed,
    /// The utterance is over. `voiced` is that of the last `Paused`.
    Ended { voiced: Range<u64> },
    /// The longest utterance was reached; what follows is ignored until the speaker has been silent.
    TooLong { voiced: Range<u64> },
}

#[derive(Clone, Copy, Debug)]
enum State {
    Silence,
    /// Some voiced frames, not yet enough to believe.
    Maybe {
        start: u64,
        last: u64,
        voiced: u64,
    },
    Speech {
        start: u64,
        last: u64,
        paused: bool,
    },
    /// After `TooLong`: waits for silence.
    Overlong {
        last: u64,
    },
}

/// The machine. It neither allocates nor blocks.
#[derive(Clone, Debug)]
pub struct Machine {
    onset: f32,
    offset: f32,
    counts: Counts,
    state: State,
    next: u64,
}

/// Unvoiced frames (96 ms) that a beginning may contain, as in a voiceless consonant after a first vowel.
const GAP: u64 = 6;

impl Machine {
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) for settings out of range.
    pub fn new(settings: &EndpointSettings) -> Result<Self> {
        let counts = settings.counts()?;
        Ok(Self { onset: settings.onset, offset: settings.offset, counts, state: State::Silence, next: 0 })
    }

    /// Takes the voice probability of the next frame, and whether the line's noise hides weak ends. Not a number counts
    /// as silence.
    pub fn push(&mut self, probability: f32, noisy: bool) -> Option<Transition> {
        let now = self.next;
        self.next += 1;
        let (onset, offset) = (probability >= self.onset, probability >= self.offset);
        match self.state {
            State::Silence if onset => self.begin(now, now, 1),
            State::Silence => None,
            State::Maybe { start, voiced, .. } if onset => self.begin(start, now, voiced + 1),
            State::Maybe { last, .. } => {
                if now - last > GAP {
                    self.state = State::Silence;
                }
                None
            }
            State::Speech { start, last, paused } => {
                let last = if offset { now } else { last };
                self.speak(now, start..last + 1, paused, self.counts.pause(noisy))
            }
            State::Overlong { .. } if offset => {
                self.state = State::Overlong { last: now };
                None
            }
            State::Overlong { last } => {
                if now - last >= self.counts.hangover {
                    self.state = State::Silence;
                }
                None
            }
        }
    }

    fn begin(&mut self, start: u64, last: u64, voiced: u64) -> Option<Transition> {
        if voiced < self.counts.minimum_speech {
            self.state = State::Maybe { start, last, voiced };
            return None;
        }
        self.state = State::Speech { start, last, paused: false };
        Some(Transition::Started { start })
    }

    fn speak(&mut self, now: u64, voiced: Range<u64>, paused: bool, pause: u64) -> Option<Transition> {
        let (start, last) = (voiced.start, voiced.end - 1);
        let silent = now - last;
        if now + 1 - start >= self.counts.maximum {
            // Who has just fallen silent at the limit has said what there was to say.
            let is_over = silent >= pause;
            self.state = if is_over { State::Silence } else { State::Overlong { last } };
            return Some(if is_over { Transition::Ended { voiced } } else { Transition::TooLong { voiced } });
        }
        let has_paused = silent > 0 && (paused || silent >= pause);
        let transition = if silent == 0 {
            paused.then_some(Transition::Resumed)
        } else if silent >= self.counts.hangover {
            self.state = State::Silence;
            return Some(Transition::Ended { voiced });
        } else {
            (has_paused && !paused).then_some(Transition::Paused { voiced })
        };
        self.state = State::Speech { start, last, paused: has_paused };
        transition
    }

    /// After `TooLong`, what follows is not ignored.
    pub(super) fn listen_on(&mut self) {
        if matches!(self.state, State::Overlong { .. }) {
            self.state = State::Silence;
        }
    }

    /// The sound has ended: an utterance that is under way ends with it.
    pub fn finish(&mut self) -> Option<Transition> {
        match std::mem::replace(&mut self.state, State::Silence) {
            State::Speech { start, last, .. } => Some(Transition::Ended { voiced: start..last + 1 }),
            _ => None,
        }
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }
}
