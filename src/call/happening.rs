//! What happens in a call, in the words of a log: one line each, or one JSON object each.

use std::fmt;

use serde::Serialize;

use crate::dialogue::Outcome;
use crate::handoff::{CallbackReason, News};
use crate::hear::{RatingPosterior, Transcript};
use crate::judge::{Decision, Keyed, Mood};
use crate::keypad::Key;
use crate::outro::PromptId;
use crate::sentiment::TextSentiment;
use crate::voice::VoiceEmotion;

/// One thing that happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// Seconds of the caller's sound since the call began.
    pub at_s: f64,
    #[serde(flatten)]
    pub happening: Happening,
}

/// Something worth telling.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    Connected,
    Prompt {
        prompt: PromptId,
        text: String,
    },
    /// The caller spoke or keyed over it.
    PromptStopped,
    SpeechStarted,
    SpeechResumed,
    SpeechEnded,
    Key {
        key: Key,
    },
    Keyed {
        keyed: Keyed,
    },
    Understood {
        transcript: Option<Transcript>,
        rating: Option<RatingPosterior>,
        sentiment: Option<TextSentiment>,
        voice: Option<VoiceEmotion>,
        /// From the last voiced frame to now, on the sample clock.
        after_speech_ms: f64,
    },
    Decided {
        decision: Box<Decision>,
    },
    Outro {
        id: String,
        title: String,
        mood: Mood,
        /// A substitute, and for what.
        substitute: Option<String>,
        /// From the caller's last voiced frame to the cue, on the sample clock.
        after_speech_ms: Option<f64>,
    },
    /// Soothing music plays while a human is asked for.
    Waiting {
        id: String,
        title: String,
        after_speech_ms: Option<f64>,
    },
    Transfer {
        news: News,
    },
    CallbackStored {
        reason: CallbackReason,
    },
    /// Something went wrong; the call goes on.
    Problem {
        problem: String,
    },
    HumanConnected,
    Over {
        outcome: Outcome,
        hung_up: bool,
        /// The caller asked never to be called again.
        no_calls: bool,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:7.2} s  {}", self.at_s, self.happening)
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = |ms: &Option<f64>| ms.map_or(String::new(), |ms| format!(" ({ms:.0} ms after the last word)"));
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Prompt { prompt, text } => write!(f, "says     {prompt}: {text}"),
            Self::PromptStopped => f.write_str("stops    the caller speaks"),
            Self::SpeechStarted => f.write_str("caller   begins to speak"),
            Self::SpeechResumed => f.write_str("caller   goes on"),
            Self::SpeechEnded => f.write_str("caller   has spoken"),
            Self::Key { key } => write!(f, "caller   presses {key}"),
            Self::Keyed { keyed } => write!(f, "keys     {keyed:?}"),
            Self::Understood { transcript, rating, sentiment, voice, after_speech_ms } => {
                let words = transcript.as_ref().map_or("", |t| t.text.as_str());
                write!(f, "heard    “{words}”")?;
                if let Some((best, p)) = rating.as_ref().and_then(RatingPosterior::best) {
                    write!(f, ", rating {best} ({:.0} %)", 100.0 * p)?;
                }
                // A bare number says nothing of a feeling.
                if let Some(sentiment) = sentiment.as_ref().filter(|sentiment| sentiment.confidence > 0.0) {
                    write!(f, ", words {:+.2}", sentiment.score)?;
                }
                if let Some(voice) = voice {
                    write!(f, ", voice {:.0} % negative", 100.0 * voice.negative)?;
                }
                write!(f, "{}", late(&Some(*after_speech_ms)))
            }
            Self::Decided { decision } => {
                let why = decision.reasons.first().map_or("", |reason| reason.en.as_str());
                write!(f, "decides  {:?}: {why}", decision.action)
            }
            Self::Outro { title, mood, substitute, after_speech_ms, .. } => {
                write!(f, "plays    {title} ({mood:?}){}", late(after_speech_ms))?;
                substitute.as_ref().map_or(Ok(()), |why| write!(f, "; {why}"))
            }
            Self::Waiting { title, after_speech_ms, .. } => {
                write!(f, "plays    {title} until a human answers{}", late(after_speech_ms))
            }
            Self::Transfer { news } => write!(f, "transfer {}", news.word()),
            Self::CallbackStored { reason } => write!(f, "stored   a task to call back: {reason:?}"),
            Self::Problem { problem } => write!(f, "problem  {problem}"),
            Self::HumanConnected => f.write_str("a human is on the line"),
            Self::Over { outcome, hung_up, no_calls } => {
                let wish = if *no_calls { ", never to be called again" } else { "" };
                write!(f, "over     {outcome:?}{wish}{}", if *hung_up { ", the caller hung up" } else { "" })
            }
        }
    }
}
