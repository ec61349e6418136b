//! The elements of one value.

use crate::meaning::space::Layout;

/// The elements of one value over its space.
#[derive(Clone, Debug)]
pub struct Elements {
    pub layout: Layout,
    /// In the lexicographic order of the space's points. Empty if they may leave 64 bits.
    pub data: Vec<i64>,
    /// The elements of a value that may leave 64 bits; of others empty.
    pub wide: Vec<i128>,
}

impl Elements {
    /// All elements, in order.
    pub fn exact(&self) -> Vec<i128> {
        match self.wide.is_empty() {
            true => self.data.iter().copied().map(i128::from).collect(),
            false => self.wide.clone(),
        }
    }

    /// The element at a point of the space of a value that does not leave 64 bits.
    pub fn get(&self, at: &[i64]) -> i64 {
        self.data[self.layout.offset(|k| at[k])]
    }
}
