//! A rounded square root: `floor(sqrt(x))`, and the nearest integer to sqrt(x).

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;
use crate::meaning::rounding::root;

/// The largest root that the field has room for: (46339 + 1)^2 < P, and 46339 * 46340 < P.
pub const MOST: i64 = 46339;

/// The largest argument whose root is at most [`MOST`]: down, or to the nearest.
pub const fn largest(nearest: bool) -> i64 {
    match nearest {
        true => MOST * (MOST + 1),
        false => (MOST + 1) * (MOST + 1) - 1,
    }
}

/// Makes r, the rounded square root of x.
///
/// Columns and rules:
/// 1. r in lo..=hi, ranged to at most [`MOST`];
/// 2. *floor*: e = x - r^2; *nearest*: e = x - r^2 + r - 1; a column;
/// 3. with m = 2r, or m = 2r - 1 for *nearest*: e >= 0 and m - e >= 0, both ranged to at most
///    (P - 1) / 2, so that their sum is m as an integer, and 0 <= e <= m.
///
/// Assumes: x in 0..P, and for *nearest* x >= 1 and lo >= 1. By (1) and (3), x is congruent to
/// r^2 + e, or to r^2 - r + 1 + e; either lies in 0..P, since it is at most (r + 1)^2 - 1, or
/// r * (r + 1), and so equal to x.
///
/// r is unique: *floor*: r^2 <= x < (r + 1)^2. *Nearest*: (r - 1) * r < x <= r * (r + 1), which for
/// an integer x is (r - 1/2)^2 < x < (r + 1/2)^2: no integer has a root that is a half. These
/// intervals are disjoint, and e is a function of x and r.
#[derive(Clone, Debug, Serialize)]
pub struct Root {
    pub nearest: bool,
    pub arg: Slot,
    pub lo: i64,
    pub hi: i64,
}

impl Root {
    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> R::Value {
        let nearest = self.nearest;
        let r = row.digit(
            &[x],
            &move |of| root(nearest, of[0].max(0)),
            (self.lo, self.hi),
            MOST,
        );
        let square = row.mul(&r, &r);
        let rest = row.sub(x, &square);
        let (rest, most) = match nearest {
            true => {
                let rest = row.add(&rest, &r);
                (row.offset(&rest, -1), 2 * self.hi - 1)
            }
            false => (rest, 2 * self.hi),
        };
        let e = row.cell(&rest);
        row.range(&e, 0, most, HALF);
        let twice = row.scale(&r, 2);
        let room = row.sub(&twice, &e);
        let room = row.offset(&room, -i64::from(nearest));
        row.range(&room, 0, most, HALF);
        r
    }
}

/// (P - 1) / 2: two integers up to it have a sum below P.
const HALF: i64 = (1 << 30) - 1;
