//! What the state machine asks of the world.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::report::CallReport;
use crate::judge::{Band, OutroQuery};
use crate::units::Rating;

/// An occasion to speak; the text form names the recording in the library of prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prompt {
    /// Welcome, with the notice that the rating chooses the closing music.
    Greeting,
    /// Asks for a rating by voice or key.
    Question,
    /// Asks again after nothing usable.
    Reprompt,
    /// Asks for a key alone.
    Keypad,
    /// Reads a rating back to have it confirmed.
    Readback(Rating),
    /// Closing words, by band.
    Thanks(Band),
    /// Announces the hand-over to a human.
    Transfer,
    /// Nobody is free: says that a call-back has been noted.
    NobodyFree,
    /// Closing words without a rating.
    Goodbye,
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Greeting => f.write_str("greeting"),
            Self::Question => f.write_str("question"),
            Self::Reprompt => f.write_str("reprompt"),
            Self::Keypad => f.write_str("keypad"),
            Self::Readback(rating) => write!(f, "readback-{rating}"),
            Self::Thanks(Band::Best) => f.write_str("thanks-best"),
            Self::Thanks(Band::Middle) => f.write_str("thanks-middle"),
            Self::Thanks(Band::Low) => f.write_str("thanks-low"),
            Self::Transfer => f.write_str("transfer"),
            Self::NobodyFree => f.write_str("nobody-free"),
            Self::Goodbye => f.write_str("goodbye"),
        }
    }
}

impl Serialize for Prompt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is to be done now. Commands of one event are to be done in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Speak; what plays is ducked meanwhile. Answer with [`super::Event::PromptFinished`].
    Play(Prompt),
    /// The caller speaks or keys over the prompt: stop it.
    StopPrompt,
    /// Write the report as it stands, before anything sounds that follows from it. A later one replaces it.
    Store(Box<CallReport>),
    /// Fade from what plays now into a matching outro. Answer with [`super::Event::OutroFinished`].
    StartOutro(OutroQuery),
    /// Fade into soothing music that goes on until a human answers, and ask for one.
    RequestTransfer(OutroQuery),
    /// The caller corrected a mis-press before anyone answered: take the request back.
    CancelTransfer,
    /// Store a task to call back.
    StoreCallback(CallbackReason),
    /// Join caller and human; the machine is out of the call.
    Connect,
    /// The call is over: hang up.
    HangUp,
}

/// Why somebody is to call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackReason {
    /// No human could be reached during the call.
    NobodyFree,
    /// The caller asked to be called another time.
    CallLater,
    /// The caller hung up while waiting for a human.
    HungUpWaiting,
}
