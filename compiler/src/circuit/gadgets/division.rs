//! A rounded quotient: `floor`, `round_half_up` and `round_half_even` of n / d.

use serde::Serialize;

use super::clip::Bounds;
use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;
use crate::meaning::graph::MOST_DIVISOR;

/// The three roundings that have rules of their own. The layout writes `ceil(n / d)` as
/// `-floor(-n / d)`, and `trunc` and `round` as `floor` and `round_half_up` of a numerator that
/// is not negative, of its negative, or of its magnitude (`signed`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Policy {
    Floor,
    HalfUp,
    HalfEven,
}

/// Makes q = n / d, rounded; and where q may be clipped, what its clip makes: y, e and f.
///
/// Columns and rules, with D the largest divisor and r = n - q * d, a column unless d is
/// a constant; n is then of degree 1:
///
/// *Quotient.* q is ranged in q_lo..=q', where for every d, n and r in their intervals
/// |n - (q * d + r)| < P. That is what makes r the true remainder: without the range of q, any
/// r has a q = (n - r) / d in the field. A public q is ranged by the verifier instead,
/// and one of a declared range, of which the same is asked, by that, exactly. A clipped
/// q is no column but y + e - f, with the clip's rules and ranges (`Clip`), all but its first: as
/// these put it in lo - m'..=hi + m', the same is asked for of that interval.
///
/// *Floor.* r >= 0 and d - 1 - r >= 0, both ranged to at most (P - 1) / 2, so that their sum is
/// d - 1 as an integer, and 0 <= r < d. A constant d: r in 0..=d-1, exactly.
///
/// *Half up.* -d <= 2r < d. First r >= -(D / 2), ranged to at most 2^28, with D at most 2^28: r is a
/// small integer, so 2r + d and d - 1 - 2r do not wrap, and both are ranged to be not negative.
/// Without that first range a 2r that is odd modulo P would pass. A constant d: r in
/// -(d / 2)..=-(d / 2) + d - 1, exactly.
///
/// *Half even.* q = 2h + b with b a bit and h ranged; |2r| <= d as above, and a tie only with an
/// even quotient: 2r + d - b >= 0 and d - b - 2r >= 0. If 2r = d or 2r = -d, one of the two
/// candidates is odd, and its b = 1 breaks the inequality; otherwise |2r| < d has one q.
///
/// *Signed.* s = 1 - 2 * sign with sign a bit, m = s * n ranged in 0..=m', m' + |n| < P, so m is
/// |n| (either sign if n = 0, where the quotient is 0 as well); the rules above hold for m, and
/// the result is s * q.
#[derive(Clone, Debug, Serialize)]
pub struct Divide {
    pub policy: Policy,
    pub num: Slot,
    pub den: Slot,
    /// The divisor's interval.
    pub divisor: (i64, i64),
    /// The quotient's interval (of the magnitude's quotient, if `signed`) and the most that
    /// its range may admit.
    pub quotient: (i64, i64, i64),
    /// The quotient is a public output, whose range the verifier checks.
    pub public: bool,
    /// The largest magnitude of the numerator and the most that its range may admit.
    pub signed: Option<(i64, i64)>,
    /// Whether it makes the slots of a clip. The layout says so once: other fields may change.
    pub clips: bool,
    /// What holds the quotient, if a clip of it is all that ranges it.
    pub clipped: Option<Bounds>,
}

/// `n / d` by policy; 0 where d is not positive, as in padding.
fn quotient(policy: Policy, n: i64, d: i64) -> i64 {
    if d <= 0 {
        return 0;
    }
    match policy {
        Policy::Floor => n.div_euclid(d),
        Policy::HalfUp => n.div_euclid(d) + i64::from(n.rem_euclid(d) >= d - d / 2),
        Policy::HalfEven => {
            let q = n.div_euclid(d);
            let twice = 2 * n.rem_euclid(d);
            if twice > d || (twice == d && q % 2 != 0) {
                q + 1
            } else {
                q
            }
        }
    }
}

impl Divide {
    /// The quotient; and where it may be clipped, y, e and f, or three that nothing reads.
    pub fn outputs(&self) -> u32 {
        if self.clips {
            4
        } else {
            1
        }
    }

    pub(crate) fn row<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        n: &R::Value,
        d: &R::Value,
    ) -> Vec<R::Value> {
        let mut made = match self.signed {
            None => self.unsigned(row, n, d),
            Some((most, limit)) => {
                let sign = row.bit(&[n], &|of| i64::from(of[0] < 0));
                let twice = row.scale(&sign, -2);
                let factor = row.offset(&twice, 1);
                let product = row.mul(&factor, n);
                let magnitude = row.cell(&product);
                row.range(&magnitude, 0, most, limit);
                let quotient = &self.unsigned(row, &magnitude, d)[0];
                let product = row.mul(&factor, quotient);
                vec![row.cell(&product)]
            }
        };
        let unread = made[0].clone();
        made.resize(self.outputs() as usize, unread);
        made
    }

    /// The quotient, and what its clip makes.
    fn unsigned<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        n: &R::Value,
        d: &R::Value,
    ) -> Vec<R::Value> {
        let (policy, (lo, hi, limit)) = (self.policy, self.quotient);
        if policy == Policy::HalfEven {
            let bit = row.bit(&[n, d], &move |of| {
                quotient(policy, of[0], of[1]).rem_euclid(2)
            });
            let half = row.digit(
                &[n, d],
                &move |of| quotient(policy, of[0], of[1]).div_euclid(2),
                (lo.div_euclid(2), hi.div_euclid(2)),
                (limit - 1).div_euclid(2),
            );
            let twice = row.scale(&half, 2);
            let q = row.add(&twice, &bit);
            let r = self.remainder(row, n, &q, d);
            let (upper, lower) = self.doubled(row, &r, d);
            self.not_negative(row, &upper, &bit);
            self.not_negative(row, &lower, &bit);
            return vec![q];
        }
        let hint = move |of: &[i64]| quotient(policy, of[0], of[1]);
        let (clipped, q) = if let Some(bounds) = &self.clipped {
            bounds.row(row, &[n, d], &hint)
        } else if self.public {
            (Vec::new(), row.published(&[n, d], &hint))
        } else {
            (Vec::new(), row.digit(&[n, d], &hint, (lo, hi), limit))
        };
        let r = self.remainder(row, n, &q, d);
        let (least, most) = self.divisor;
        match policy {
            Policy::Floor if least == most => row.range(&r, 0, most - 1, most - 1),
            Policy::Floor => {
                row.range(&r, 0, most - 1, HALF);
                let room = row.sub(d, &r);
                let room = row.offset(&room, -1);
                row.range(&room, 0, most - 1, HALF);
            }
            _ if least == most => {
                let lo = -(most / 2);
                row.range(&r, lo, lo + most - 1, lo + most - 1);
            }
            _ => {
                let (upper, lower) = self.doubled(row, &r, d);
                let one = row.constant(1);
                let zero = row.constant(0);
                self.not_negative(row, &upper, &one);
                self.not_negative(row, &lower, &zero);
            }
        }
        [vec![q], clipped].concat()
    }

    /// r = n - q * d, of degree 1: as it is where d is a constant.
    fn remainder<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        n: &R::Value,
        q: &R::Value,
        d: &R::Value,
    ) -> R::Value {
        let product = row.mul(q, d);
        let r = row.sub(n, &product);
        if self.divisor.0 == self.divisor.1 {
            r
        } else {
            row.cell(&r)
        }
    }

    /// d - 2r and d + 2r, after r has been ranged so that neither wraps.
    fn doubled<R: Reading>(
        &self,
        row: &mut Row<'_, R>,
        r: &R::Value,
        d: &R::Value,
    ) -> (R::Value, R::Value) {
        let half = self.divisor.1 / 2;
        row.range(r, -half, half, QUARTER);
        let twice = row.scale(r, 2);
        (row.sub(d, &twice), row.add(d, &twice))
    }

    /// value - less >= 0.
    fn not_negative<R: Reading>(&self, row: &mut Row<'_, R>, value: &R::Value, less: &R::Value) {
        let difference = row.sub(value, less);
        row.range(&difference, 0, 2 * self.divisor.1, QUARTER);
    }
}

/// (P - 1) / 2: two integers up to it have a sum below P.
const HALF: i64 = (1 << 30) - 1;
/// With r and d at most this, |2r| + d < P - [`QUARTER`].
const QUARTER: i64 = MOST_DIVISOR as i64;
