//! One dimension of an index space.

use serde::Serialize;

/// One dimension of an index space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Dim {
    Static(u64),
    /// `base + i` points, where i is the index at an earlier position of the space.
    Growing {
        base: u64,
        position: usize,
    },
}
