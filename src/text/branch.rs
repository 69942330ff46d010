//! The upper layers of the text encoder, fitted for one task, and its head.

use std::ops::Range;

use super::trunk::SHARED;
use crate::neural::{Block, BlockNames, Layout, Linear, Matrix, NormOrder, Weights};

pub(super) const HIDDEN: usize = 384;
pub(super) const EPSILON: f32 = 1e-12;
const HEADS: usize = 12;
const NAMES: BlockNames = BlockNames {
    query: "attention.self.query",
    key: "attention.self.key",
    key_has_bias: true,
    value: "attention.self.value",
    out: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    expand: "intermediate.dense",
    contract: "output.dense",
    final_norm: "output.LayerNorm",
};

/// Layers above a [`Trunk`](super::Trunk), the mean over pieces, and a linear head.
pub(crate) struct Branch {
    layers: Vec<Block>,
    head: Linear,
}

impl Branch {
    /// The layers above the trunk's, up to `layers` in all, and a head with so many `outputs`. Memory: 7 MB a layer.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub(crate) fn load(weights: &Weights<'_>, layers_in_all: usize, outputs: usize) -> Result<Self, String> {
        let head = weights.floats("head.weight", &[outputs, HIDDEN])?;
        let head = Linear::new(&head, HIDDEN, Layout::OutputsFirst, weights.floats("head.bias", &[outputs])?);
        Ok(Self { layers: layers(weights, SHARED..layers_in_all)?, head })
    }

    /// Log-odds of the outputs for what the trunk has `read`.
    pub(crate) fn logits(&self, read: Matrix) -> Vec<f32> {
        self.head.forward(&Matrix::new(self.states(read).mean_row(), HIDDEN)).data().to_vec()
    }

    /// What each piece says for the outputs, `[pieces, outputs]`: those of the whole are the means.
    pub(crate) fn logits_by_piece(&self, read: Matrix) -> Matrix {
        self.head.forward(&self.states(read))
    }

    fn states(&self, read: Matrix) -> Matrix {
        self.layers.iter().fold(read, |read, layer| layer.forward(read))
    }
}

pub(super) fn layers(weights: &Weights<'_>, numbers: Range<usize>) -> Result<Vec<Block>, String> {
    numbers
        .map(|i| Block::load(weights, &format!("layer.{i}."), &NAMES, (HIDDEN, HEADS), (NormOrder::After, EPSILON)))
        .collect()
}
