//! `max(a, b)` and `min(a, b)` of two expressions.

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// Makes the larger (or smaller) of two expressions of degree 1.
///
/// Columns and rules, for the larger:
/// 1. (y - a) * (y - b) = 0;
/// 2. y - a in 0..=m_a, y - b in 0..=m_b, ranged.
///
/// Assumes: a - b in \[-m, m\] with m + m_a < P and m + m_b < P. By (1) y is a or b; by (2) it
/// is not less than either, since a negative difference is congruent to more than is admitted.
/// The smaller: the same with a - y and b - y.
#[derive(Clone, Debug, Serialize)]
pub struct Select {
    pub a: Slot,
    pub b: Slot,
    pub larger: bool,
    /// The largest differences to a and to b, and the most that their ranges may admit.
    pub to_a: (i64, i64),
    pub to_b: (i64, i64),
}

impl Select {
    pub(crate) fn row<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        a: &R::Value,
        b: &R::Value,
    ) -> R::Value {
        let larger = self.larger;
        let y = row.either(a, b, &move |of| {
            if larger {
                of[0].max(of[1])
            } else {
                of[0].min(of[1])
            }
        });
        for (other, (most, limit)) in [(a, self.to_a), (b, self.to_b)] {
            let difference = if larger {
                row.sub(&y, other)
            } else {
                row.sub(other, &y)
            };
            row.range(&difference, 0, most, limit);
        }
        y
    }
}
