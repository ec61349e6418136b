//! What a row names: relations, index functions, elements of the program's evaluation, slots.

use serde::Serialize;

use crate::meaning::graph::{ExprId, IndexExpr, IndexId, Source, TableId};

/// The name of a relation: the first entry of every tuple on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Tag(pub u32);

// No component of a circuit sends under the ring's tag.
const _: () = assert!(Tag::RING.0 != Tag::TOTALS.0 && Tag::RING.0 < Tag::TABLES);

impl Tag {
    /// Weighed sums.
    pub const TOTALS: Tag = Tag(1);
    /// The ring of linked proofs that hide (spec 9.1): of no component of a circuit.
    pub const RING: Tag = Tag(2);
    const TABLES: u32 = 1 << 10;
    const WIRES: u32 = 1 << 20;
    const GATHERS: u32 = 1 << 29;
    const RANGES: u32 = 1 << 30;
    const PAIRS: u32 = (1 << 30) + (1 << 29);

    /// A table of pairs that the program declares.
    pub const fn table(table: TableId) -> Tag {
        Tag(Self::TABLES + table.0)
    }
    pub const fn wire(number: u32) -> Tag {
        Tag(Self::WIRES + number)
    }
    /// Elements, or vectors, of a tensor by their address (`gadgets::gather`).
    pub const fn gather(number: u32) -> Tag {
        Tag(Self::GATHERS + number)
    }
    /// The integers `0..size`.
    pub const fn range(size: i64) -> Tag {
        Tag(Self::RANGES + size as u32)
    }
    /// The pairs of integers `0..size`.
    pub const fn pair(size: i64) -> Tag {
        Tag(Self::PAIRS + size as u32)
    }
    /// Whether it names a table that a component serves, declared or of a range.
    pub const fn is_table(self) -> bool {
        self.0 >= Self::RANGES || (self.0 >= Self::TABLES && self.0 < Self::WIRES)
    }
    /// Whether it names elements by their address, which rows of their homes serve.
    pub const fn is_gather(self) -> bool {
        self.0 >= Self::GATHERS && self.0 < Self::RANGES
    }
    /// The size of the range table that it names.
    pub const fn range_size(self) -> Option<i64> {
        if self.0 >= Self::RANGES && self.0 < Self::PAIRS {
            Some((self.0 - Self::RANGES) as i64)
        } else {
            None
        }
    }
    /// The size of the range whose pairs it names.
    pub const fn pair_size(self) -> Option<i64> {
        if self.0 >= Self::PAIRS {
            Some((self.0 - Self::PAIRS) as i64)
        } else {
            None
        }
    }
    /// The declared table that it names.
    pub const fn declared_table(self) -> Option<TableId> {
        if self.0 >= Self::TABLES && self.0 < Self::WIRES {
            Some(TableId(self.0 - Self::TABLES))
        } else {
            None
        }
    }
}

/// An index function of a row: [`IndexExpr`] whose `IndexId(k)` is position k of the space.
pub type Form = IndexExpr;

/// An element of the program's evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Element {
    Of(Source),
    /// A reduction over rows, with the free indices that it is defined over.
    Reduction {
        expr: ExprId,
        space: Vec<IndexId>,
    },
    /// For the maximum or minimum `expr`: 1 where the body first attains it; the last
    /// subscript is the reduction's index.
    First {
        expr: ExprId,
        space: Vec<IndexId>,
    },
}

/// What the honest prover writes into a column: `element[at]`, where the subscripts in `lanes`
/// (position, size) come from the lane's number, row-major.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Witness {
    pub element: Element,
    pub at: Vec<Form>,
    pub lanes: Vec<(usize, u64)>,
    /// The sizes of the space that the subscripts index, for messages.
    pub name: String,
}

/// An element of a row: the number of the output, counted over all operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Slot(pub u32);
