//! Functions of single values and rows.

use rten_simd::{SimdOp, SimdUnaryOp};
use rten_vecmath::{Gelu, Normalize, NormalizeOptions, Softmax, Sum, SumSquareSub};

use super::matrix::Matrix;
use super::weights::Weights;

/// Gaussian error linear unit (Hendrycks & Gimpel 2016) of each value, by the error function, to 1e-6.
pub(crate) fn gelu(x: &mut Matrix) {
    Gelu {}.map_mut(x.data_mut());
}

/// Each row becomes probabilities.
pub(crate) fn softmax(x: &mut Matrix) {
    for row in x.rows_mut() {
        Softmax::new_mut(row).dispatch();
    }
}

/// Layer normalisation (Ba et al. 2016): each row to mean 0 and deviation 1, then scaled and moved.
#[derive(Debug)]
pub(crate) struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl Norm {
    /// From the tensors `NAME.weight` and `NAME.bias`.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub(crate) fn load(weights: &Weights<'_>, name: &str, width: usize, epsilon: f32) -> Result<Self, String> {
        let part = |part: &str| weights.floats(&format!("{name}.{part}"), &[width]);
        Ok(Self { weight: part("weight")?, bias: part("bias")?, epsilon })
    }

    /// The same with what the tensors of that name hold added to both.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub(crate) fn with_additions(&self, additions: &Weights<'_>, name: &str) -> Result<Self, String> {
        let Self { weight, bias, .. } = Self::load(additions, name, self.weight.len(), self.epsilon)?;
        let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a + b).collect();
        Ok(Self { weight: sum(&self.weight, &weight), bias: sum(&self.bias, &bias), epsilon: self.epsilon })
    }

    pub(crate) fn apply(&self, x: &mut Matrix) {
        for row in x.rows_mut() {
            let count = row.len() as f32;
            let mean = Sum::new(row).dispatch() / count;
            let variance = SumSquareSub::new(row, mean).dispatch() / count;
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: (variance + self.epsilon).sqrt().recip(),
                element_scale: Some(&self.weight),
                element_bias: Some(&self.bias),
                ..NormalizeOptions::default()
            };
            Normalize::new_mut(row, options).dispatch();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_by_hand() {
        let norm = Norm { weight: vec![1.0, 2.0, 1.0, 1.0], bias: vec![0.0, 0.0, 3.0, 0.0], epsilon: 0.0 };
        let mut x = Matrix::new(vec![1.0, 3.0, 1.0, 3.0, 0.0, 0.0, 0.0, 4.0], 4);
        norm.apply(&mut x);
        let deviation = 3f32.sqrt();
        let wanted = [-1.0, 2.0, 2.0, 1.0, -1.0 / deviation, -2.0 / deviation, 3.0 - 1.0 / deviation, 3.0 / deviation];
        for (got, wanted) in x.data().iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-6, "{got} against {wanted}");
        }
    }

    #[test]
    fn gelu_and_softmax_by_hand() {
        let mut x = Matrix::new(vec![-1.0, 0.0, 2.0], 3);
        gelu(&mut x);
        for (got, wanted) in x.data().iter().zip([-0.158_655_26, 0.0, 1.954_499_7]) {
            assert!((got - wanted).abs() < 2e-6, "{got} against {wanted}");
        }
        let mut x = Matrix::new(vec![0.0, 3f32.ln(), 1000.0, 1000.0], 2);
        softmax(&mut x);
        for (got, wanted) in x.data().iter().zip([0.25, 0.75, 0.5, 0.5]) {
            assert!((got - wanted).abs() < 1e-6, "{got} against {wanted}");
        }
    }
}
