//! Rows of floats.

/// A matrix, row after row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    data: Vec<f32>,
    width: usize,
}

impl Matrix {
    /// Rows of `width` values.
    ///
    /// # Panics
    /// If `data` is not made of whole rows.
    pub fn new(data: Vec<f32>, width: usize) -> Self {
        assert!(data.is_empty() || data.len().is_multiple_of(width), "{} values in rows of {width}", data.len());
        Self { data, width }
    }

    /// Values in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> + DoubleEndedIterator + Clone {
        self.data.chunks_exact(self.width.max(1))
    }

    /// All values, row after row.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    pub(crate) fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.data.chunks_exact_mut(self.width.max(1))
    }

    /// Rows of several matrices of equal length side by side, as many as the shortest has.
    pub fn side_by_side(parts: &[Self]) -> Self {
        let length = parts.iter().map(Self::len).min().unwrap_or(0);
        let row = |at: usize| parts.iter().flat_map(move |part| &part.data[at * part.width..(at + 1) * part.width]);
        Self { data: (0..length).flat_map(row).copied().collect(), width: parts.iter().map(Self::width).sum() }
    }

    /// Adds another of the same shape, value by value.
    pub(crate) fn add(&mut self, other: &Self) {
        debug_assert_eq!((self.len(), self.width), (other.len(), other.width));
        for (x, y) in self.data.iter_mut().zip(&other.data) {
            *x += y;
        }
    }

    /// The mean of all rows; zeros if there are none.
    pub(crate) fn mean_row(&self) -> Vec<f32> {
        let mut mean = vec![0.0; self.width];
        for row in self.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let count = self.len().max(1) as f32;
        mean.iter_mut().for_each(|sum| *sum /= count);
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let m = Matrix::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3);
        assert_eq!((m.len(), m.width(), m.rows().len()), (2, 3, 2));
        assert_eq!(m.mean_row(), [2.5, 3.5, 4.5]);
        let beside = Matrix::side_by_side(&[m.clone(), Matrix::new(vec![7.0, 8.0], 1)]);
        assert_eq!(beside, Matrix::new(vec![1.0, 2.0, 3.0, 7.0, 4.0, 5.0, 6.0, 8.0], 4));
        assert!(Matrix::default().is_empty() && Matrix::default().rows().len() == 0);
    }

    #[test]
    #[should_panic(expected = "5 values in rows of 3")]
    fn a_row_cut_short_is_refused() {
        Matrix::new(vec![0.0; 5], 3);
    }
}
