//! The encoder: six layers of a BERT over word pieces, and a five-level head.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::neural::Weights;
use crate::text::{Branch, ENCODER, Trunk};

const LAYERS: usize = 6;
const LEVELS: usize = 5;

/// The mean of the layers' states, and from it the levels.
pub(super) struct Encoder {
    trunk: Arc<Trunk>,
    branch: Branch,
}

impl Encoder {
    /// The weights that are part of the program. Memory: 43 MB of floats, 14 of them the trunk's, which others share.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where they are damaged.
    pub(super) fn embedded() -> Result<Self> {
        Ok(Self { trunk: Trunk::embedded(), branch: branch(ENCODER)? })
    }

    /// `weights` and `tokenizer` as `scripts/train/sentiment` writes them.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where a file is damaged or tensors are missing.
    pub(super) fn from_bytes(weights: Vec<u8>, tokenizer: &[u8]) -> Result<Self> {
        let branch = branch(&weights)?;
        Ok(Self { trunk: Arc::new(Trunk::from_bytes(Cow::Owned(weights), tokenizer)?), branch })
    }

    /// Log-odds of the five levels for a normalised text, in bounded time: of a long one the mean over windows.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the tokenizer refuses a text, which none should cause.
    pub(super) fn logits(&self, normal: &str) -> Result<[f32; LEVELS]> {
        let windows = self.trunk.read_in_windows(normal)?;
        let count = windows.len() as f32;
        let logits: Vec<_> = windows.into_iter().map(|window| self.branch.logits(window)).collect();
        Ok(std::array::from_fn(|level| logits.iter().map(|window| window[level]).sum::<f32>() / count))
    }
}

fn branch(file: &[u8]) -> Result<Branch> {
    let loaded = Weights::read(file).and_then(|weights| Branch::load(&weights, LAYERS, LEVELS));
    loaded.map_err(|e| Error::new(ErrorKind::Model, "sentiment encoder weights", format!("{e}; restore the file")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_refused() {
        let cut = ENCODER[..ENCODER.len() / 2].to_vec();
        assert_eq!(Encoder::from_bytes(cut, b"{}").err().map(|e| e.kind()), Some(ErrorKind::Model));
    }
}
