//! Elements at an address that is known when the program runs: picked by any row, offered by their homes.

use serde::Serialize;

use crate::circuit::names::{Slot, Tag, Witness};
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// Makes the element, or the elements of the vector, that a tensor has at `address`.
///
/// A *gather* is a relation of its own for each tensor and each set of subscripts that run inside
/// the tuple. Its tuples are (address, element) or (address, element 0, element 1, ...), the
/// address being the row-major number of the other subscripts.
///
/// 1. *Pick*: a column for each element, and one use of the tuple (address, elements).
/// 2. *Offer*: a row of a home puts (its address, its elements) on the bus m * active times. The
///    address is a fixed column, the elements are the columns that the home has anyhow, or fixed columns, m is a
///    column that nothing pins, and active is the fixed column that is 0 in padding.
/// 3. Only homes offer under the tag, and no two of their real rows have the same address
///    (`layout::pins` looks at every row).
/// 4. Every subscript of a pick that is known only when the program runs has an interval within
///    its dimension, and every other one is a fixed column that is: the address is congruent to
///    sum of stride * subscript over integers that lie in their dimensions, and two points have
///    two addresses. For a cache that grows the dimension is what it holds at that step.
///
/// *The witness is unique.* By 2 and 3 whatever is on the bus with a positive sign under the tag
/// is (a, e) for a real row, with e what the home has at a. Let a pick use (a', e'). If no real
/// row has the address a', or the home's elements there are not e', then the numerators of the
/// tuple sum to minus the number of its uses, which is below P (E113) and so not 0: the bus does
/// not balance (spec 5.2). So e' is what the home has at a', and by 4 that is the element at the
/// subscripts. Multiplicities are sums in the field and need no range; each is determined by the
/// number of uses. A wire of the same tensor has another tag: its counts are fixed, and neither
/// can pay for the other.
///
/// *Degree.* m * active has degree 2, over a denominator of degree 1: rules of degree 3 at most,
/// alone or two to a column. *No-wrap condition*: the entries are fewer than P, as rows are.
#[derive(Clone, Debug, Serialize)]
pub struct Pick {
    pub gather: u32,
    /// Addresses that the tensor has.
    pub entries: u64,
    pub address: Slot,
    /// Its subscripts are functions of the address alone.
    pub witness: Witness,
    pub lanes: u32,
}

/// Serves the elements of a home's row to those that pick them: rule 2 of [`Pick`].
#[derive(Clone, Debug, Serialize)]
pub struct Offer {
    pub gather: u32,
    /// A fixed column, or a constant.
    pub address: Slot,
    pub elements: Vec<Slot>,
}

impl Pick {
    pub fn tag(&self) -> Tag {
        Tag::gather(self.gather)
    }

    pub(crate) fn row<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        address: &R::Value,
    ) -> Vec<R::Value> {
        row.pick(self.tag(), address, &self.witness, self.lanes)
    }
}

impl Offer {
    pub fn tag(&self) -> Tag {
        Tag::gather(self.gather)
    }

    pub(crate) fn row<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        address: &R::Value,
        elements: &[R::Value],
    ) {
        row.offer(self.tag(), address, elements);
    }
}
