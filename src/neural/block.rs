//! A transformer block (Vaswani et al. 2017): attention, then two layers, each added to what came in.

use rten_tensor::NdTensorView;

use super::linear::{Addition, Layout, Linear, multiply};
use super::matrix::Matrix;
use super::values::{Norm, gelu, softmax};
use super::weights::Weights;

/// Where rows are normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NormOrder {
    /// Before attention and layers (Whisper).
    Before,
    /// After each sum (BERT).
    After,
}

/// What a block's tensors are called, without `.weight` and `.bias`.
pub(crate) struct BlockNames {
    pub(crate) query: &'static str,
    pub(crate) key: &'static str,
    /// Whisper's keys have none.
    pub(crate) key_has_bias: bool,
    pub(crate) value: &'static str,
    pub(crate) out: &'static str,
    pub(crate) attention_norm: &'static str,
    pub(crate) expand: &'static str,
    pub(crate) contract: &'static str,
    pub(crate) final_norm: &'static str,
}

impl BlockNames {
    /// The bias of the matrix `name`; of keys that have none, zeros.
    fn bias(&self, weights: &Weights<'_>, prefix: &str, name: &str, outputs: usize) -> Result<Vec<f32>, String> {
        match name == self.key && !self.key_has_bias {
            true => Ok(vec![0.0; outputs]),
            false => weights.floats(&format!("{prefix}{name}.bias"), &[outputs]),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Block {
    order: NormOrder,
    heads: usize,
    /// Query, key and value side by side.
    joint: Linear,
    out: Linear,
    attention_norm: Norm,
    expand: Linear,
    contract: Linear,
    final_norm: Norm,
}

impl Block {
    /// The block whose tensors begin with `prefix`; its inner layer is four times as wide.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub(crate) fn load(
        weights: &Weights<'_>,
        prefix: &str,
        names: &BlockNames,
        (width, heads): (usize, usize),
        (order, epsilon): (NormOrder, f32),
    ) -> Result<Self, String> {
        let parts = |name: &str, inputs: usize, outputs: usize| -> Result<_, String> {
            let matrix = weights.floats(&format!("{prefix}{name}.weight"), &[outputs, inputs])?;
            Ok((matrix, names.bias(weights, prefix, name, outputs)?))
        };
        let linear = |name: &str, inputs, outputs| {
            parts(name, inputs, outputs)
                .map(|(weights, bias)| Linear::new(&weights, inputs, Layout::OutputsFirst, bias))
        };
        let norm = |name: &str| Norm::load(weights, &format!("{prefix}{name}"), width, epsilon);
        let (mut stacked, mut biases) = (Vec::with_capacity(3 * width * width), Vec::with_capacity(3 * width));
        for name in [names.query, names.key, names.value] {
            let (weights, bias) = parts(name, width, width)?;
            stacked.extend(weights);
            biases.extend(bias);
        }
        Ok(Self {
            order,
            heads,
            joint: Linear::new(&stacked, width, Layout::OutputsFirst, biases),
            out: linear(names.out, width, width)?,
            attention_norm: norm(names.attention_norm)?,
            expand: linear(names.expand, width, 4 * width)?,
            contract: linear(names.contract, 4 * width, width)?,
            final_norm: norm(names.final_norm)?,
        })
    }

    /// The same block with additions: to matrices products (`NAME.weight.left`, `NAME.weight.right`), to all else whole ones. Both
    /// share the matrices.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub(crate) fn with_additions(
        &self,
        additions: &Weights<'_>,
        prefix: &str,
        names: &BlockNames,
    ) -> Result<Self, String> {
        let width = self.out.inputs();
        let addition = |name: &str, inputs: usize, outputs: usize| -> Result<_, String> {
            let (left, right) = (format!("{prefix}{name}.weight.left"), format!("{prefix}{name}.weight.right"));
            let rank = additions.shape(&left)?.last().copied().unwrap_or(0);
            Ok(Addition {
                left: additions.floats(&left, &[outputs, rank])?,
                right: additions.floats(&right, &[rank, inputs])?,
                bias: names.bias(additions, prefix, name, outputs)?,
            })
        };
        let norm = |norm: &Norm, name: &str| norm.with_additions(additions, &format!("{prefix}{name}"));
        let parts = [names.query, names.key, names.value].map(|name| addition(name, width, width));
        let [query, key, value] = parts;
        Ok(Self {
            order: self.order,
            heads: self.heads,
            joint: self.joint.with_addition(side_by_side([query?, key?, value?], width)),
            out: self.out.with_addition(addition(names.out, width, width)?),
            attention_norm: norm(&self.attention_norm, names.attention_norm)?,
            expand: self.expand.with_addition(addition(names.expand, width, 4 * width)?),
            contract: self.contract.with_addition(addition(names.contract, 4 * width, width)?),
            final_norm: norm(&self.final_norm, names.final_norm)?,
        })
    }

    pub(crate) fn forward(&self, mut x: Matrix) -> Matrix {
        self.with_norm(&mut x, &self.attention_norm, |x| self.attend(x));
        self.with_norm(&mut x, &self.final_norm, |x| {
            let mut hidden = self.expand.forward(x);
            gelu(&mut hidden);
            self.contract.forward(&hidden)
        });
        x
    }

    fn with_norm(&self, x: &mut Matrix, norm: &Norm, layer: impl Fn(&Matrix) -> Matrix) {
        match self.order {
            NormOrder::Before => {
                let mut normal = x.clone();
                norm.apply(&mut normal);
                x.add(&layer(&normal));
            }
            NormOrder::After => {
                x.add(&layer(x));
                norm.apply(x);
            }
        }
    }

    fn attend(&self, x: &Matrix) -> Matrix {
        let (length, width) = (x.len(), x.width());
        let per_head = width / self.heads;
        let joint = self.joint.forward(x);
        let joint = NdTensorView::from_data([length, 3 * width], joint.data());
        let mut mixed = Matrix::new(vec![0.0; length * width], width);
        for head in 0..self.heads {
            let part = |which: usize| {
                let from = which * width + head * per_head;
                joint.slice((.., from..from + per_head))
            };
            let scores = multiply(part(0), part(1).transposed(), (per_head as f32).sqrt().recip());
            let mut scores = Matrix::new(scores, length);
            softmax(&mut scores);
            let of_head = multiply(NdTensorView::from_data([length, length], scores.data()), part(2), 1.0);
            for (row, values) in mixed.rows_mut().zip(of_head.chunks_exact(per_head)) {
                row[head * per_head..][..per_head].copy_from_slice(values);
            }
        }
        self.out.forward(&mixed)
    }
}

/// The additions to three layers, of the same inputs and `width` outputs each, as one to the three side by side.
fn side_by_side(parts: [Addition; 3], width: usize) -> Addition {
    let rank_of = |part: &Addition| part.left.len() / width.max(1);
    let all: usize = parts.iter().map(rank_of).sum();
    let (mut left, mut before) = (Vec::with_capacity(parts.len() * width * all), 0);
    for part in &parts {
        let rank = rank_of(part);
        for row in part.left.chunks(rank.max(1)) {
            left.resize(left.len() + before, 0.0);
            left.extend_from_slice(row);
            left.resize(left.len() + all - before - rank, 0.0);
        }
        before += rank;
    }
    let [query, key, value] = parts;
    Addition {
        left,
        right: [query.right, key.right, value.right].concat(),
        bias: [query.bias, key.bias, value.bias].concat(),
    }
}
