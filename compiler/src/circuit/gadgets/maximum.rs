//! `max(j) x_j` and `min(j) x_j`: a bound that is attained.

use serde::Serialize;

use crate::circuit::names::{Slot, Witness};
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// One row of a maximum: `difference` is peak - x_j (for a minimum, x_j - low).
///
/// Columns and rules, for the rows j of one group:
/// 1. difference in 0..=bound', ranged: here, or because a clip of this row decomposes the same
///    difference into parts that are ranged and not negative;
/// 2. b_j * difference = 0, with b_j free;
/// 3. the b_j of the group sum to 1, on the bus, at the group's address.
///
/// Assumes: difference in an interval whose negative integers are not congruent to any of
/// 0..=bound', that is bound' - lo < P. For a clip that stands in for the range, its own no-wrap
/// inequality is about whatever peak and x_j can be, not about a difference known to be positive.
///
/// The peak is unique: by (1) it is at least every x_j; by (3) some b_j is not 0, and there (2)
/// says that the peak is x_j.
#[derive(Clone, Debug, Serialize)]
pub struct Maximum {
    pub difference: Slot,
    /// The largest difference, and the most that its range may admit; `None` if it is ranged
    /// by a clip.
    pub bound: Option<(i64, i64)>,
    pub first: Witness,
    pub address: Slot,
    pub family: u32,
}

impl Maximum {
    pub(crate) fn row<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        difference: &R::Value,
        address: &R::Value,
    ) {
        if let Some((most, limit)) = self.bound {
            row.range(difference, 0, most, limit);
        }
        row.attained(difference, &self.first, address, self.family);
    }
}
