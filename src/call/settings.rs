//! How a call is held, and what it hands out to be understood.

use super::ear::Duplex;
use crate::dialogue::CallSettings;
use crate::listen::Terms;
use crate::segment::Utterance;

/// How one call is held.
#[derive(Clone, Debug, Default)]
pub struct ConversationSettings {
    /// The integrator's own name for the call; it names what is stored.
    pub name: String,
    /// Its clock is set to 16 kHz: that of the caller's sound.
    pub call: CallSettings,
    pub duplex: Duplex,
}

/// An utterance to understand. Give the answer to [`super::Conversation::understood`].
#[derive(Clone, Debug)]
pub struct Job {
    pub id: u64,
    pub utterance: Utterance,
    pub terms: Terms,
}
