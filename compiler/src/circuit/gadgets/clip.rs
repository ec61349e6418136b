//! `clip(x, lo, hi)`: the nearest integer to x in an interval.

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// Makes y = max(lo, min(x, hi)), then the excess above if `above`, then that below if `below`.
///
/// Columns and rules:
/// 1. x = y + e - f, where e is there only if `above` and f only if `below`;
/// 2. y in lo..=hi, exactly: here, or by a table lookup of y in the same row;
/// 3. e in 0..=above', f in 0..=below', ranged;
/// 4. e * (hi - y) = 0 and f * (y - lo) = 0.
///
/// Assumes: x in an interval \[a, b\], with b - lo + below' < P and hi + above' - a < P, so that
/// (1) is an equality of integers. Without `above` the layout has shown b <= hi; without
/// `below`, a >= lo: rule 1 then enforces it once more.
///
/// y is unique. If e > 0, then y = hi by (4) and f * (hi - lo) = 0: f = 0 (or lo = hi, and y is
/// that one value by (2)), so x = hi + e > hi. If f > 0, likewise y = lo and x < lo. If both
/// are 0, y = x, which (2) puts in lo..=hi. The three cases exclude each other by x alone.
#[derive(Clone, Debug, Serialize)]
pub struct Clip {
    pub arg: Slot,
    pub lo: i64,
    pub hi: i64,
    /// The largest excess above, and the most that its range may admit.
    pub above: Option<(i64, i64)>,
    pub below: Option<(i64, i64)>,
    /// False if a table lookup of y in this row has the domain lo..=hi.
    pub ranged: bool,
}

impl Clip {
    pub fn outputs(&self) -> u32 {
        1 + u32::from(self.above.is_some()) + u32::from(self.below.is_some())
    }

    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> Vec<R::Value> {
        let (lo, hi) = (self.lo, self.hi);
        // In padding x may be beyond a bound that nothing real reaches; there y is x.
        let y = row.clipped(
            x,
            if self.below.is_some() { lo } else { i64::MIN },
            if self.above.is_some() { hi } else { i64::MAX },
        );
        if self.ranged {
            row.range(&y, lo, hi, hi);
        }
        let mut rebuilt = y.clone();
        let mut made = vec![y.clone()];
        if let Some((most, limit)) = self.above {
            let e = row.digit(&[x], &move |of| (of[0] - hi).max(0), (0, most), limit);
            let minus = row.scale(&y, -1);
            let room = row.offset(&minus, hi);
            let rule = row.mul(&e, &room);
            row.zero(rule);
            rebuilt = row.add(&rebuilt, &e);
            made.push(e);
        }
        if let Some((most, limit)) = self.below {
            let f = row.digit(&[x], &move |of| (lo - of[0]).max(0), (0, most), limit);
            let room = row.offset(&y, -lo);
            let rule = row.mul(&f, &room);
            row.zero(rule);
            rebuilt = row.sub(&rebuilt, &f);
            made.push(f);
        }
        let rule = row.sub(x, &rebuilt);
        row.zero(rule);
        made
    }
}
