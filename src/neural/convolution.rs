//! Convolutions along time, zeros beyond both ends.

use super::linear::{Layout, Linear};
use super::matrix::Matrix;

/// One over `span` rows at a time, an odd number, every `stride` rows; the middle one lies in turn on each.
#[derive(Debug)]
pub(crate) struct Convolution {
    /// Of `span` rows, one after the other.
    kernel: Linear,
    span: usize,
    stride: usize,
}

impl Convolution {
    /// From a kernel of `[span, inputs, outputs]`.
    pub(crate) fn new(kernel: &[f32], span: usize, stride: usize, bias: Vec<f32>) -> Self {
        let inputs = kernel.len() / bias.len().max(1);
        Self { kernel: Linear::new(kernel, inputs, Layout::InputsFirst, bias), span, stride }
    }

    /// From a kernel of `[outputs, inputs, span]`, as PyTorch stores it.
    pub(crate) fn outputs_first(kernel: &[f32], span: usize, stride: usize, bias: Vec<f32>) -> Self {
        let inputs = kernel.len() / bias.len().max(1) / span;
        let by_input = |output: usize, at: usize| (0..inputs).map(move |input| (output * inputs + input) * span + at);
        let places = (0..bias.len()).flat_map(|output| (0..span).flat_map(move |at| by_input(output, at)));
        let turned: Vec<f32> = places.map(|place| kernel[place]).collect();
        Self { kernel: Linear::new(&turned, inputs * span, Layout::OutputsFirst, bias), span, stride }
    }

    /// # Panics
    /// If `x` is not as wide as the kernel has inputs.
    pub(crate) fn forward(&self, x: &Matrix) -> Matrix {
        let (before, width) = (self.span / 2, x.width());
        let mut seen = Vec::with_capacity(x.len().div_ceil(self.stride) * self.span * width);
        for middle in (0..x.len()).step_by(self.stride) {
            let from = middle.saturating_sub(before);
            let to = (middle + before + 1).min(x.len());
            let missing = before - (middle - from);
            let end = seen.len() + self.span * width;
            seen.resize(seen.len() + missing * width, 0.0);
            seen.extend_from_slice(&x.data()[from * width..to * width]);
            seen.resize(end, 0.0);
        }
        self.kernel.forward(&Matrix::new(seen, self.span * width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_and_ends_by_hand() {
        // Two channels in, one out: before, at, after.
        let inputs_first = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0];
        let outputs_first = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
        let x = Matrix::new(vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0], 2);
        for stride in [1, 2] {
            let a = Convolution::new(&inputs_first, 3, stride, vec![0.5]).forward(&x);
            let b = Convolution::outputs_first(&outputs_first, 3, stride, vec![0.5]).forward(&x);
            let all = [2.0 + 30.0, 1.0 + 20.0 + 33.0, 10.0 + 22.0].map(|x| x + 0.5);
            assert_eq!(a.data(), all.iter().copied().step_by(stride).collect::<Vec<_>>());
            assert_eq!(a, b);
        }
        assert!(Convolution::new(&inputs_first, 3, 1, vec![0.5]).forward(&Matrix::new(vec![], 2)).is_empty());
        assert_eq!(
            Convolution::new(&inputs_first, 3, 1, vec![0.0]).forward(&Matrix::new(vec![1.0, 1.0], 2)).data(),
            [22.0]
        );
    }
}
