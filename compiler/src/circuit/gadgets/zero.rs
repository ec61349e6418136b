//! Whether x is 0.

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// Makes y, which is 1 where x is 0, and else 0.
///
/// Columns and rules, with v a column that holds the inverse of x, or 0 where x is 0:
/// 1. x * y = 0;
/// 2. x * v = 1 - y;
/// 3. v * y = 0.
///
/// Assumes: |x| < P, so that x is 0 in the field where it is 0. If x is 0, (2) makes y = 1 and (3)
/// v = 0. If not, (1) makes y = 0 and (2) v = 1 / x. Both columns are unique.
#[derive(Clone, Debug, Serialize)]
pub struct Zero {
    pub arg: Slot,
}

impl Zero {
    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> R::Value {
        row.vanishes(x)
    }
}
