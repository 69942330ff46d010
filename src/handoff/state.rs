//! The states of a hand-over, and which may follow which.

use serde::{Deserialize, Serialize};

/// How a hand-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A human has been asked for; nothing is known yet.
    Requested,
    /// The human's telephone rings.
    Ringing,
    /// A human took the call.
    Answered,
    Busy,
    /// Nobody took it in time.
    NoAnswer,
    /// The telephone system could not do it.
    Failed,
    /// The caller did not wait.
    CallerHungUp,
}

/// What the telephone system tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Ringing,
    Answered,
    Busy,
    NoAnswer,
    Failed,
}

impl News {
    pub const ALL: [Self; 5] = [Self::Ringing, Self::Answered, Self::Busy, Self::NoAnswer, Self::Failed];

    /// The word for it in the protocol of [`super::CommandAdapter`] and in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Failed => "failed",
        }
    }
}

impl State {
    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Requested | Self::Ringing)
    }

    /// The state after `news`, or none where it changes nothing: a final state stays, a ringing telephone rings on.
    pub fn after(self, news: News) -> Option<Self> {
        let next = match news {
            News::Ringing => Self::Ringing,
            News::Answered => Self::Answered,
            News::Busy => Self::Busy,
            News::NoAnswer => Self::NoAnswer,
            News::Failed => Self::Failed,
        };
        (!self.is_final() && next != self).then_some(next)
    }
}
