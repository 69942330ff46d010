//! What happens in a call. Times come beside events, in frames of the call's sample clock.

use crate::handoff::News;
use crate::judge::{Keyed, Spoken};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The caller is on the line: the call begins.
    Connected,
    /// The prompt that was asked for last has been spoken to its end.
    PromptFinished,
    /// The caller began to speak.
    SpeechStarted,
    /// An utterance of the caller has been understood, as far as it can be.
    Answered(Box<Spoken>),
    /// A first key went down; its outcome follows.
    KeyStarted,
    /// The keys of a turn are complete.
    Keyed(Keyed),
    /// The caller does not want words and voice to be judged: the rating alone counts from now on.
    EmotionDeclined,
    /// News of the hand-over.
    Transfer(News),
    /// The outro has come to its end.
    OutroFinished,
    /// Keys as they stood when the caller hung up: they count, but nobody acts on them. Comes before [`Self::HungUp`].
    KeysLeft(Keyed),
    /// The caller hung up.
    HungUp,
    /// Nothing happened; time has passed.
    Tick,
}
