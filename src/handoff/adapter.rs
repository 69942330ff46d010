//! What a telephone system must offer to be handed a caller.

use serde::{Deserialize, Serialize};

use super::state::News;
use crate::error::Result;
use crate::judge::{Band, Reason};
use crate::units::{Language, Rating};

/// What the human is told about the caller who waits. Holds no transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandoffRequest {
    /// The integrator's own name for the call.
    pub call: String,
    pub language: Language,
    pub rating: Option<Rating>,
    pub band: Option<Band>,
    /// Why, heaviest first.
    pub reasons: Vec<Reason>,
}

/// A way to reach a human.
pub trait Adapter: Send {
    /// Asks for a human. Must return at once: the caller's music is mixed by whoever calls this.
    ///
    /// # Errors
    /// When the request cannot even be made; the call then ends as with [`News::Failed`].
    fn request(&mut self, request: &HandoffRequest) -> Result<Box<dyn Line>>;
}

/// One request on its way.
pub trait Line: Send {
    /// The next news, if there is any. Must return at once.
    fn poll(&mut self) -> Option<News>;

    /// Takes the request back. Must return at once and may be called more than once.
    fn cancel(&mut self);

    /// What went wrong, in one line, once it has.
    fn problem(&self) -> Option<String> {
        None
    }
}
