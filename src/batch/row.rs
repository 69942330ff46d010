//! Lines of the files that a batch writes.

use serde::{Deserialize, Serialize};

use super::label::{Emotion, Intent, TrueRating, Truth};
use super::listing::Side;
use super::rated::Rated;
use crate::error::{Error, ErrorKind};
use crate::judge::Action;
use crate::units::{Language, Rating};

/// One line of `results.jsonl`; its fields are told in the documentation of [`crate::batch`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    #[serde(flatten)]
    pub rated: Rated,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Side>,
    pub language: Language,
    /// Length of the recording, to the millisecond.
    pub seconds: f64,
    pub speech_s: f32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keys: String,
    #[serde(default, skip_serializing_if = "Truth::is_empty")]
    pub truth: Truth,
}

impl Row {
    /// What tells this row from all others: file and channel.
    pub fn key(&self) -> String {
        key(&self.rated.file, self.channel)
    }

    /// The rating that was heard or keyed.
    pub fn heard_rating(&self) -> TrueRating {
        let rating = self.rated.rating.value.and_then(|value| Rating::new(value).ok());
        rating.map_or(TrueRating::NONE, TrueRating::Level)
    }

    /// P(level 1), …, P(level 5), P(none).
    pub fn posterior(&self) -> [f32; 6] {
        let [a, b, c, d, e] = self.rated.rating.posterior;
        [a, b, c, d, e, self.rated.rating.none]
    }

    /// What the answer is for: a request that is more probable than not, else a rating if there is one.
    pub fn intent(&self) -> Intent {
        let intents = self.rated.intents;
        if intents.human > 0.5 || self.keys.starts_with('0') && self.rated.rating.value.is_none() {
            Intent::Human
        } else if intents.later > 0.5 {
            Intent::Later
        } else if intents.repeat > 0.5 {
            Intent::Repeat
        } else if self.rated.rating.value.is_some() {
            Intent::Rating
        } else if intents.no_calls > 0.5 {
            Intent::NoCalls
        } else if intents.wrong_number > 0.5 {
            Intent::WrongNumber
        } else {
            Intent::None
        }
    }

    /// The most probable of the four emotions and its probability.
    pub fn emotion(&self) -> Option<(Emotion, f32)> {
        let voice = self.rated.voice?;
        [
            (Emotion::Angry, voice.angry),
            (Emotion::Sad, voice.sad),
            (Emotion::Neutral, voice.neutral),
            (Emotion::Happy, voice.happy),
        ]
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Whether the call would have ended with this answer, instead of asking back.
    pub fn is_final(&self) -> bool {
        matches!(self.rated.decision.action, Action::Outro | Action::Transfer)
    }
}

/// One line of `quarantine.jsonl`: a recording that could not be done, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Side>,
    /// The sort of cause: `corrupt`, `unsupported`, `limit`, `permission`, `not_found`, `usage` …
    pub kind: String,
    pub reason: String,
}

impl Refusal {
    pub fn new(file: &str, channel: Option<Side>, error: &Error) -> Self {
        Self {
            file: file.to_owned(),
            channel,
            kind: cause(error.kind()).to_owned(),
            reason: error.problem().to_owned(),
        }
    }

    pub fn key(&self) -> String {
        key(&self.file, self.channel)
    }

    /// Whether the cause lies outside the recording and may be gone by now: a bound on time or length, a file that
    /// was away or closed to this user, a disk that was full. What is damaged stays so.
    pub(super) fn may_have_passed(&self) -> bool {
        let passing = [ErrorKind::Limit, ErrorKind::NotFound, ErrorKind::Permission, ErrorKind::Write];
        passing.into_iter().any(|kind| self.kind == cause(kind))
    }
}

/// One line of `timings.jsonl`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Timed<T> {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Side>,
    /// Milliseconds by stage, `total` among them.
    pub timings_ms: T,
}

/// File and channel as one text; no path holds a NUL.
pub fn key(file: &str, channel: Option<Side>) -> String {
    channel.map_or_else(|| file.to_owned(), |side| format!("{file}\0{side}"))
}

fn cause(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Usage => "usage",
        ErrorKind::NotFound => "not_found",
        ErrorKind::Permission => "permission",
        ErrorKind::Corrupt => "corrupt",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Limit => "limit",
        ErrorKind::Model => "model",
        ErrorKind::Device => "device",
        ErrorKind::Write => "write",
        ErrorKind::Internal => "internal",
    }
}
