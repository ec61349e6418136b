//! `abs(x)`.

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// Makes y = |x|.
///
/// Columns and rules:
/// 1. (y - x) * (y + x) = 0;
/// 2. y in 0..=limit', ranged.
///
/// Assumes: x in \[-most, most\] with most + limit' < P. By (1) y is x or -x in the field; the
/// negative one of the two is congruent to P - |x| > limit', so (2) leaves |x| alone.
#[derive(Clone, Debug, Serialize)]
pub struct Magnitude {
    pub arg: Slot,
    pub most: i64,
    pub limit: i64,
}

impl Magnitude {
    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> R::Value {
        let minus = row.scale(x, -1);
        let y = row.either(x, &minus, &|of| of[0].abs());
        row.range(&y, 0, self.most, self.limit);
        y
    }
}
