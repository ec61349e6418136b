//! `x < 0`.

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// Makes s, which is 1 where x is negative and else 0: a comparison is the sign of a difference.
///
/// Columns and rules, with D at least `size` and at most 2^30, what the lookups of one range reach
/// (`Row::within_reach`):
/// 1. s is a bit;
/// 2. x + D * s in 0..D, exactly.
///
/// Assumes: x in -size..size with `size` below 2^30, so that x + D * s and what (2) puts it in differ by
/// less than P: x + D is at most 2^30 - 2 + 2^30 = P - 1, and D - 1 - x at most as much. (2) is one of
/// integers then. If x is negative, s = 0 breaks it; if x is not, x + D is beyond D - 1, and s = 1 does.
#[derive(Clone, Debug, Serialize)]
pub struct Sign {
    pub arg: Slot,
    pub size: i64,
}

impl Sign {
    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> R::Value {
        let negative = row.bit(&[x], &|of| i64::from(of[0] < 0));
        row.within_reach(self.size, |row, reach| {
            let lifted = row.scale(&negative, reach);
            row.add(x, &lifted)
        });
        negative
    }
}
