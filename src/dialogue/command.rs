//! What the state machine asks of the world.

use serde::Serialize;

use super::report::CallReport;
use crate::handoff::CallbackReason;
use crate::judge::OutroQuery;
use crate::outro::PromptId;

/// What is to be done now. Commands of one event are to be done in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Speak, in place of what is still being spoken; music is ducked meanwhile. Answer with [`super::Event::PromptFinished`].
    Play(PromptId),
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
