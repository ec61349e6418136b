//! A dense tensor of integers, row-major.

use serde::Serialize;

/// Integers over a box of indices, the last index fastest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tensor {
    /// Sizes, outermost first. A size may be 0.
    pub shape: Vec<usize>,
    /// As many as the product of the shape.
    pub data: Vec<i64>,
}

impl Tensor {
    /// A tensor of zeros.
    pub fn zeros(shape: &[usize]) -> Self {
        Self {
            shape: shape.to_vec(),
            data: vec![0; shape.iter().product()],
        }
    }

    /// How far apart in `data` two neighbours along each dimension are.
    pub fn strides(shape: &[usize]) -> Vec<usize> {
        let mut strides = vec![1; shape.len()];
        for k in (1..shape.len()).rev() {
            strides[k - 1] = strides[k] * shape[k];
        }
        strides
    }

    /// Where in `data` the element at `at` lies; `at` has an index below its size for every
    /// dimension.
    pub fn offset(&self, at: &[usize]) -> usize {
        debug_assert!(at.len() == self.shape.len());
        at.iter()
            .zip(&self.shape)
            .fold(0, |offset, (&at, &size)| offset * size + at)
    }

    pub fn get(&self, at: &[usize]) -> i64 {
        self.data[self.offset(at)]
    }

    /// The index of the element at `offset` in `data`.
    pub fn position(&self, mut offset: usize) -> Vec<usize> {
        let mut at = vec![0; self.shape.len()];
        for (at, &size) in at.iter_mut().zip(&self.shape).rev() {
            *at = offset % size.max(1);
            offset /= size.max(1);
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_positions_are_inverse() {
        let mut tensor = Tensor::zeros(&[2, 3, 4]);
        tensor.data = (0..24).collect();
        assert_eq!(tensor.get(&[1, 2, 3]), 23);
        assert_eq!(tensor.get(&[0, 1, 2]), 6);
        assert!((0..24).all(|offset| tensor.offset(&tensor.position(offset)) == offset));
        assert_eq!(Tensor::strides(&[2, 3, 4]), [12, 4, 1]);
        assert_eq!(Tensor::zeros(&[0, 5]).data.len(), 0);
    }
}
