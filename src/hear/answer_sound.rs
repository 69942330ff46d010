//! What an answer sounds like, state by state, before any word is written.

use candle_core::Tensor;

use crate::encoder::States;
use crate::error::Result;

/// A state counts as voiced from this voice probability on.
const VOICED: f32 = 0.5;
/// The spellers were fitted on nothing longer: 5 s of states at 20 ms.
const LONGEST: usize = 250;

/// The sound of one answer.
#[derive(Clone, Debug)]
pub struct AnswerSound {
    states: Tensor,
    /// How many of them are voiced.
    #[cfg_attr(not(feature = "whisper"), expect(dead_code, reason = "it is spelt beside the words of a recogniser"))]
    voiced: usize,
}

impl AnswerSound {
    /// None if nothing was voiced, or if it lasted longer than an answer of a few words does (5 s).
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the states are no matrix.
    pub fn of(states: &States) -> Result<Option<Self>> {
        let voiced = states.speech().iter().filter(|p| **p >= VOICED).count();
        if voiced == 0 || states.speech().len() > LONGEST {
            return Ok(None);
        }
        Ok(Some(Self { states: states.side_by_side()?, voiced }))
    }

    /// `[states, blocks · width]`, the encoder's blocks side by side.
    pub fn states(&self) -> &Tensor {
        &self.states
    }

    /// How many of the states are voiced.
    #[cfg(feature = "whisper")]
    pub(super) fn voiced(&self) -> usize {
        self.voiced
    }

    #[cfg(all(test, feature = "whisper"))]
    pub(super) fn of_states(states: Tensor, voiced: usize) -> Self {
        Self { states, voiced }
    }
}
