//! What a subscript may be.

use crate::meaning::graph::Domain;

/// What a subscript runs over.
#[derive(Clone, Copy)]
pub(super) struct Dimension {
    pub(super) domain: Domain,
    /// The first position, as written.
    pub(super) first: i64,
}

impl Dimension {
    pub(super) fn from_0(domain: Domain) -> Self {
        Self { domain, first: 0 }
    }

    pub(super) fn of_size(size: u64) -> Self {
        Self::from_0(Domain::Static(size))
    }
}
