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
/// 3. e + f in 0..=m', ranged once;
/// 4. e * (hi - y) = 0 and f * (y - lo) = 0.
///
/// Assumes: lo < hi if both are there; x in an interval \[a, b\], with b - lo + m' < P and
/// hi + m' - a < P, so that (1) is an equality of integers. Without `above` the layout has shown
/// b <= hi; without `below`, a >= lo: rule 1 then enforces it once more.
///
/// y is unique. By (4), and because hi - lo is not 0 modulo P, e or f is 0, so that (3) ranges the
/// other. If e is not 0, then y = hi by (4) and x = hi + e > hi. If f is not 0, likewise y = lo and
/// x < lo. If both are 0, y = x, which (2) puts in lo..=hi. The three cases exclude each other by
/// x alone.
///
/// A clipped quotient has no column: `Divide` takes y + e - f in its place.
#[derive(Clone, Debug, Serialize)]
pub struct Clip {
    pub arg: Slot,
    pub bounds: Bounds,
}

/// What holds an integer.
#[derive(Clone, Debug, Serialize)]
pub struct Bounds {
    pub lo: i64,
    pub hi: i64,
    pub above: bool,
    pub below: bool,
    /// The largest excess, and the most that its range may admit.
    pub excess: (i64, i64),
    /// False if a table lookup of y in this row has the domain lo..=hi.
    pub ranged: bool,
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..={}", self.lo, self.hi)
    }
}

impl Clip {
    pub fn outputs(&self) -> u32 {
        self.bounds.outputs()
    }

    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> Vec<R::Value> {
        let (made, rebuilt) = self.bounds.row(row, &[x], &|of| of[0]);
        let rule = row.sub(x, &rebuilt);
        row.zero(rule);
        made
    }
}

impl Bounds {
    pub fn outputs(&self) -> u32 {
        1 + u32::from(self.above) + u32::from(self.below)
    }

    /// y, e and f, of an integer that is `x` of `of`; and y + e - f.
    pub(crate) fn row<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        of: &[&R::Value],
        x: &dyn Fn(&[i64]) -> i64,
    ) -> (Vec<R::Value>, R::Value) {
        let (lo, hi) = (self.lo, self.hi);
        // In padding x may be beyond a bound that nothing real reaches; there y is x.
        let least = if self.below { lo } else { i64::MIN };
        let most = if self.above { hi } else { i64::MAX };
        let y = row.clipped(of, &|of| x(of).clamp(least, most));
        if self.ranged {
            row.range(&y, lo, hi, hi);
        }
        let mut rebuilt = y.clone();
        let mut made = vec![y.clone()];
        if self.above {
            let minus = row.scale(&y, -1);
            let room = row.offset(&minus, hi);
            let e = row.beyond(of, &|of| (x(of) - hi).max(0), &room);
            rebuilt = row.add(&rebuilt, &e);
            made.push(e);
        }
        if self.below {
            let room = row.offset(&y, -lo);
            let f = row.beyond(of, &|of| (lo - x(of)).max(0), &room);
            rebuilt = row.sub(&rebuilt, &f);
            made.push(f);
        }
        let excess = match &made[1..] {
            [] => None,
            [only] => Some(only.clone()),
            [e, f, ..] => Some(row.add(e, f)),
        };
        if let Some(excess) = excess {
            row.range(&excess, 0, self.excess.0, self.excess.1);
        }
        (made, rebuilt)
    }
}
