//! Where an expression is rewritten.

use std::collections::BTreeMap;

use crate::meaning::graph::IndexId;

/// What a rewritten expression depends on besides itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The piece of what the expression belongs to; `None` if that is not cut.
    pub piece: Option<usize>,
    /// Indices of split reductions: what they are now, and how far they are shifted.
    pub split: BTreeMap<IndexId, (IndexId, i64)>,
}

impl Scope {
    pub fn of(piece: Option<usize>) -> Self {
        let split = BTreeMap::new();
        Self { piece, split }
    }
}
