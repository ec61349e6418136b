//! Arithmetic at one working precision: sums, products, quotients, orders and roundings.

mod functions;

use std::cmp::Ordering;

use super::ends::{round_exact, Ball, End};
use super::ratio::MAX_BITS;
use super::trouble::Result;
use super::{Number, Ratio, Real, Trouble};
use crate::meaning::graph::Rounding;

/// Units of work of an exact operation whose numbers are not in words, at the least.
const EXACT_UNITS: u64 = 1000;

/// Arithmetic at one working precision.
pub struct Arithmetic<N: Number> {
    bits: u64,
    memory: N::Memory,
    /// Units of work done, and how many are granted (spec 4.7).
    spent: u64,
    granted: u64,
}

impl<N: Number> Arithmetic<N> {
    /// Arithmetic whose enclosures keep `bits` bits. Errs only if memory runs out.
    pub fn new(bits: u64) -> Result<Self> {
        Ok(Self {
            bits,
            memory: N::memory()?,
            spent: 0,
            granted: u64::MAX,
        })
    }

    /// From here on, enclosures keep `bits` bits.
    pub fn set_bits(&mut self, bits: u64) {
        self.bits = bits;
    }

    /// From here on, this many units of work may be done.
    pub fn grant(&mut self, units: u64) {
        (self.spent, self.granted) = (0, units);
    }

    /// The units of work done since then.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    fn spend(&mut self, units: u64) -> Result<()> {
        self.spent = self.spent.saturating_add(units);
        match self.spent > self.granted {
            true => Err(Trouble::Spent),
            false => Ok(()),
        }
    }

    /// Spends what an operation of this weight takes at this precision.
    pub fn pay(&mut self, weight: u64) -> Result<()> {
        self.spend(weight.saturating_mul(N::price(self.bits)))
    }

    /// Spends what reducing a fraction of so many bits takes, if it is not in words.
    fn pay_exact(&mut self, bits: u64) -> Result<()> {
        let words = bits / 64 + 1;
        match bits {
            0..62 => Ok(()),
            // Those of up to 126 bits take no long division.
            62..=126 => self.spend(EXACT_UNITS),
            _ => self.spend(EXACT_UNITS.saturating_mul(10 + words.saturating_mul(words) / 10)),
        }
    }

    fn bounded(x: Ratio) -> Result<Real<N>> {
        match x.bits() > MAX_BITS {
            true => Err(Trouble::TooLarge),
            false => Ok(Real::Exact(x)),
        }
    }

    fn ball(&self, lo: End<N>, hi: End<N>) -> Result<Real<N>> {
        let (lo, hi) = (lo.within_reach(), (-hi).within_reach());
        match (lo, hi) {
            (Some(lo), Some(hi)) => Ok(Real::Ball(Ball { lo, hi: -hi })),
            _ => Err(Trouble::TooLarge),
        }
    }

    pub fn pi(&self) -> Real<N> {
        Real::Turns(Ratio::int(1))
    }

    pub fn e(&mut self) -> Result<Real<N>> {
        let e = Ball::around(N::e(self.bits, &mut self.memory)?);
        Ok(Real::Ball(e))
    }

    /// The ends between which the number is known to lie; equal if it is dyadic, and short enough.
    fn ends(&mut self, x: &Real<N>) -> Result<Ball<N>> {
        let bits = self.bits;
        Ok(match x {
            Real::Exact(x) => Ball::around(N::around(x, bits)),
            Real::Ball(ball) => ball.clone(),
            Real::Turns(turns) => {
                let pi = Ball::around(N::pi(bits, &mut self.memory)?);
                pi.product(&Ball::around(N::around(turns, bits)), bits)
            }
        })
    }

    pub fn neg(&self, x: &Real<N>) -> Real<N> {
        match x {
            Real::Exact(x) => Real::Exact(-x),
            Real::Turns(x) => Real::Turns(-x),
            Real::Ball(ball) => Real::Ball(-ball.clone()),
        }
    }

    pub fn add(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        match (x, y) {
            (Real::Exact(x), Real::Exact(y)) => {
                self.pay_exact(x.bits().max(y.bits()))?;
                Self::bounded(x + y)
            }
            (Real::Turns(x), Real::Turns(y)) => {
                self.pay_exact(x.bits().max(y.bits()))?;
                let sum = x + y;
                Ok(match sum.is_zero() {
                    true => Real::Exact(sum),
                    false => Real::Turns(sum),
                })
            }
            (x, Real::Exact(zero)) | (Real::Exact(zero), x) if zero.is_zero() => Ok(x.clone()),
            _ => {
                let (x, y) = (self.ends(x)?, self.ends(y)?);
                let lo = x.lo.sum_below(&y.lo, self.bits);
                let hi = (-x.hi).sum_below(&-y.hi, self.bits);
                self.ball(lo, -hi)
            }
        }
    }

    pub fn sub(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        let y = self.neg(y);
        self.add(x, &y)
    }

    pub fn mul(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        match (x, y) {
            (Real::Exact(zero), _) | (_, Real::Exact(zero)) if zero.is_zero() => {
                Ok(Real::Exact(zero.clone()))
            }
            (Real::Exact(x), Real::Exact(y)) => {
                self.pay_exact(x.bits().max(y.bits()))?;
                Self::bounded(x * y)
            }
            (Real::Exact(x), Real::Turns(y)) | (Real::Turns(y), Real::Exact(x)) => {
                self.pay_exact(x.bits().max(y.bits()))?;
                Ok(Real::Turns(x * y))
            }
            _ => {
                let (x, y) = (self.ends(x)?, self.ends(y)?);
                let Ball { lo, hi } = x.product(&y, self.bits);
                self.ball(lo, hi)
            }
        }
    }

    pub fn div(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        match (x, y) {
            (_, Real::Exact(zero)) if zero.is_zero() => {
                Err(Trouble::Undefined("a division by zero"))
            }
            (Real::Exact(x), Real::Exact(y)) | (Real::Turns(x), Real::Turns(y)) => {
                self.pay_exact(x.bits().max(y.bits()))?;
                Self::bounded(x / y)
            }
            (Real::Turns(x), Real::Exact(y)) => {
                self.pay_exact(x.bits().max(y.bits()))?;
                Ok(Real::Turns(x / y))
            }
            _ => {
                let Ball { lo, hi } = self.ends(y)?;
                if lo.at.sign().is_le() && hi.at.sign().is_ge() {
                    return Err(Trouble::Undecided);
                }
                let below = hi.inverse_below(self.bits);
                let above = -(-lo).inverse_below(self.bits);
                let reciprocal = self.ball(below, above)?;
                self.mul(x, &reciprocal)
            }
        }
    }

    /// The rest that has the divisor's sign: `x - y * floor(x / y)`.
    pub fn modulo(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        let quotient = self.div(x, y)?;
        let whole = self.round(Rounding::Floor, &quotient)?;
        let whole = self.mul(&whole, y)?;
        self.sub(x, &whole)
    }

    pub fn abs(&mut self, x: &Real<N>) -> Real<N> {
        match x {
            Real::Exact(x) => Real::Exact(x.abs()),
            Real::Turns(x) => Real::Turns(x.abs()),
            Real::Ball(ball) => match (ball.lo.at.sign(), ball.hi.at.sign()) {
                (Ordering::Less, Ordering::Greater) => {
                    let [below, above] = [-ball.lo.clone(), ball.hi.clone()];
                    Real::Ball(Ball {
                        lo: End::closed(N::int(0)),
                        hi: End::upper(below, above),
                    })
                }
                (Ordering::Less, _) => self.neg(x),
                _ => x.clone(),
            },
        }
    }

    pub fn max(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        if let (Real::Exact(a), Real::Exact(b)) = (x, y) {
            self.pay_exact(a.bits().max(b.bits()))?;
            return Ok(if a >= b { x.clone() } else { y.clone() });
        }
        let (a, b) = (self.ends(x)?, self.ends(y)?);
        Ok(if a.lo.at >= b.hi.at {
            x.clone()
        } else if b.lo.at >= a.hi.at {
            y.clone()
        } else {
            Real::Ball(Ball {
                lo: -End::lower(-a.lo, -b.lo),
                hi: End::upper(a.hi, b.hi),
            })
        })
    }

    pub fn min(&mut self, x: &Real<N>, y: &Real<N>) -> Result<Real<N>> {
        let (x, y) = (self.neg(x), self.neg(y));
        let least = self.max(&x, &y)?;
        Ok(self.neg(&least))
    }

    /// The integer that the policy makes of `x`; undecided if the ends of `x` disagree.
    pub fn round(&mut self, policy: Rounding, x: &Real<N>) -> Result<Real<N>> {
        let rounded = match x {
            Real::Exact(x) if x.is_integer() => x.clone(),
            Real::Exact(x) => {
                self.pay_exact(x.bits())?;
                round_exact(policy, x)
            }
            _ => {
                let Ball { lo, hi } = self.ends(x)?;
                let (lo, hi) = (lo.rounded_above(policy), hi.rounded_below(policy));
                if lo != hi {
                    return Err(Trouble::Undecided);
                }
                lo
            }
        };
        Ok(Real::Exact(rounded))
    }
}
