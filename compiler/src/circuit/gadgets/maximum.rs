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
/// says that the peak is x_j. The rows of a group are those of its component: a term that a static
/// condition leaves out has none, and its value is nowhere to be written.
///
/// With a gate g_j, which is 0 or 1 in every real row by what its own columns are ranged to,
/// `difference` is a column equal to g_j (peak - x_j), so that (1) and (2) say something where g_j
/// is 1 alone, and
/// 4. b_j * (1 - g_j) = 0.
///
/// Then by (1) the peak is at least every x_j with g_j = 1; by (3) some b_j is not 0, by (4) its g_j
/// is 1, and by (2) the peak is that x_j. Where no g_j is 1 every b_j is 0, and (3) has no solution:
/// there is no maximum of nothing. Where g_j is 0 the difference is 0, whatever x_j is, so that the
/// no-wrap condition is the same.
#[derive(Clone, Debug, Serialize)]
pub struct Maximum {
    pub difference: Slot,
    /// Whether the row counts, of degree 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Slot>,
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
        gate: Option<&R::Value>,
        address: &R::Value,
    ) {
        if let Some((most, limit)) = self.bound {
            row.range(difference, 0, most, limit);
        }
        row.attained(difference, gate, &self.first, address, self.family);
    }
}
