//! y = x·Wᵀ + b, with W laid out for the multiplication once.

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
    packed: PackedBMatrix<f32>,
    bias: Vec<f32>,
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
        Self { packed: KERNEL.with(|kernel| kernel.prepack_b(weights)), bias }
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
        Matrix::new(product(x.len() * self.bias.len(), GemmInputA::Unpacked(a), b, options), self.bias.len())
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
    #[should_panic(expected = "layers do not fit")]
    fn another_width_is_refused() {
        Linear::new(&[1.0; 6], 3, Layout::OutputsFirst, vec![0.0; 2]).forward(&Matrix::new(vec![1.0; 4], 4));
    }
}
