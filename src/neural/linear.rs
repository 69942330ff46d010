//! y = x·Wᵀ + b, with W laid out for the multiplication once.

use std::sync::Arc;

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmUninitOptions, PackedBMatrix};
use rten_tensor::{Layout as _, NdTensorView};
use rten_vecmath::ExtendInit;

use super::matrix::Matrix;

thread_local! {
    /// The kernel for this machine: the same for all threads, but no thread may hold another's.
    static KERNEL: GemmExecutor = GemmExecutor::new();
}

/// How a matrix of weights is stored.
#[derive(Clone, Copy)]
pub(crate) enum Layout {
    /// `[outputs, inputs]`, as PyTorch does.
    OutputsFirst,
    /// `[inputs, outputs]`.
    InputsFirst,
}

/// A layer of weights. Memory: four bytes a weight.
pub(crate) struct Linear {
    packed: Arc<PackedBMatrix<f32>>,
    bias: Vec<f32>,
    /// Two narrow layers, one after the other, whose outputs are added.
    addition: Option<Box<[Self; 2]>>,
}

/// What is added to a layer: `left`·`right` to its weights, `[outputs, rank]` and `[rank, inputs]` (Hu et al. 2021, LoRA).
pub(crate) struct Addition {
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl std::fmt::Debug for Linear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Linear({} to {})", self.inputs(), self.bias.len())
    }
}

impl Linear {
    /// `bias` has a value for each output.
    ///
    /// # Panics
    /// If `weights` is not as large as `inputs` times outputs.
    pub(crate) fn new(weights: &[f32], inputs: usize, layout: Layout, bias: Vec<f32>) -> Self {
        let outputs = bias.len();
        let weights = match layout {
            Layout::OutputsFirst => NdTensorView::from_data([outputs, inputs], weights).transposed(),
            Layout::InputsFirst => NdTensorView::from_data([inputs, outputs], weights),
        };
        Self { packed: Arc::new(KERNEL.with(|kernel| kernel.prepack_b(weights))), bias, addition: None }
    }

    /// The same layer with an addition. Both share the weights.
    ///
    /// # Panics
    /// If the addition is of other sizes.
    pub(crate) fn with_addition(&self, addition: Addition) -> Self {
        let Addition { left, right, bias } = addition;
        let rank = right.len() / self.inputs().max(1);
        let narrow = Self::new(&right, self.inputs(), Layout::OutputsFirst, vec![0.0; rank]);
        let wide = Self::new(&left, rank, Layout::OutputsFirst, bias);
        let addition = Some(Box::new([narrow, wide]));
        Self { packed: Arc::clone(&self.packed), bias: self.bias.clone(), addition }
    }

    pub(crate) fn inputs(&self) -> usize {
        self.packed.rows()
    }

    /// # Panics
    /// If `x` is not as wide as there are inputs.
    pub(crate) fn forward(&self, x: &Matrix) -> Matrix {
        let a = NdTensorView::from_data([x.len(), x.width()], x.data());
        let bias = Some(BiasVector::Row(&self.bias));
        let options = GemmUninitOptions { bias, ..GemmUninitOptions::default() };
        let b = GemmInputB::Packed(&self.packed);
        let mut y =
            Matrix::new(product(x.len() * self.bias.len(), GemmInputA::Unpacked(a), b, options), self.bias.len());
        if let Some([narrow, wide]) = self.addition.as_deref() {
            y.add(&wide.forward(&narrow.forward(x)));
        }
        y
    }
}

/// `alpha`·a·b of two views.
pub(super) fn multiply(a: NdTensorView<f32, 2>, b: NdTensorView<f32, 2>, alpha: f32) -> Vec<f32> {
    let options = GemmUninitOptions { alpha, ..GemmUninitOptions::default() };
    product(a.size(0) * b.size(1), GemmInputA::Unpacked(a), GemmInputB::Unpacked(b), options)
}

fn product(size: usize, a: GemmInputA<f32>, b: GemmInputB<f32>, options: GemmUninitOptions<f32, f32, f32>) -> Vec<f32> {
    let mut out = Vec::with_capacity(size);
    // The room left in `out` may be more than was asked for.
    KERNEL.with(|kernel| {
        out.extend_init(|room| match kernel.gemm_uninit(&mut room[..size], a, b, options.clone()) {
            Ok(filled) => filled,
            Err(problem) => panic!("layers do not fit: {problem}"),
        });
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against sums by hand, in sizes that no kernel's tiles divide.
    #[test]
    fn both_layouts_are_the_same_product() {
        let (rows, inputs, outputs) = (7, 37, 19);
        let value = |i: usize| ((i * 7919) % 201) as f32 / 100.0 - 1.0;
        let x = Matrix::new((0..rows * inputs).map(value).collect(), inputs);
        let weights: Vec<f32> = (0..inputs * outputs).map(|i| value(i + 5)).collect();
        let bias: Vec<f32> = (0..outputs).map(value).collect();
        let turned: Vec<f32> = (0..inputs).flat_map(|i| weights.iter().skip(i).step_by(inputs)).copied().collect();
        let first = Linear::new(&weights, inputs, Layout::OutputsFirst, bias.clone()).forward(&x);
        let second = Linear::new(&turned, inputs, Layout::InputsFirst, bias.clone()).forward(&x);
        assert_eq!(first, second);
        for (row, got) in x.rows().zip(first.rows()) {
            for (output, got) in got.iter().enumerate() {
                let weights = &weights[output * inputs..(output + 1) * inputs];
                let wanted = row.iter().zip(weights).map(|(x, w)| x * w).sum::<f32>() + bias[output];
                assert!((got - wanted).abs() < 1e-4, "{got} against {wanted}");
            }
        }
        assert!(
            Linear::new(&weights, inputs, Layout::OutputsFirst, bias).forward(&Matrix::new(vec![], inputs)).is_empty()
        );
    }

    #[test]
    fn an_addition_is_a_product_of_two_narrow_matrices() {
        let given = Linear::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, Layout::OutputsFirst, vec![0.5, -0.5]);
        let (left, right) = (vec![1.0, 2.0], vec![1.0, 0.0, -1.0]);
        let adapted = given.with_addition(Addition { left, right, bias: vec![10.0, 20.0] });
        let x = Matrix::new(vec![1.0, 1.0, 1.0, 0.0, 1.0, 2.0], 3);
        assert_eq!(given.forward(&x).data(), [6.5, 14.5, 8.5, 16.5]);
        // The weights' sum is [2, 2, 2] and [6, 5, 4].
        assert_eq!(adapted.forward(&x).data(), [16.5, 34.5, 16.5, 32.5]);
    }

    #[test]
    #[should_panic(expected = "layers do not fit")]
    fn another_width_is_refused() {
        Linear::new(&[1.0; 6], 3, Layout::OutputsFirst, vec![0.0; 2]).forward(&Matrix::new(vec![1.0; 4], 4));
    }
}
