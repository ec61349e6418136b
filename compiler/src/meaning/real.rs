//! Real numbers for tables: exact rationals and multiples of pi as long as possible, then enclosures.
//!
//! An enclosure is a pair of dyadic rationals with the number between them; an end that the number
//! is known not to be is *open*, so that 255 tanh(50) has floor 254 at any precision. Sums, products
//! and inverses of ends are rounded outwards. There are two kinds of ends: [`Short`] ones of 62 bits,
//! computed by integers in machine words, and [`Dyadic`] ones of any precision, whose `exp`, `ln`,
//! `sin` and their kin are asked of astro-float, with 64 bits to spare, and widened. So a decision
//! that an enclosure allows is the same on every platform.

mod dyadic;
mod ends;
mod ratio;
mod short;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

use crate::meaning::graph::Rounding;
use crate::meaning::rounding::round_fraction;
pub use dyadic::Dyadic;
pub use ends::Number;
use ends::{Ball, End};
pub use ratio::Ratio;
use ratio::{exact_root, power};
pub use short::Short;

/// Numerators and denominators stay below this many bits.
const MAX_BITS: u64 = 1 << 18;
/// `exp` is evaluated for arguments up to this size; e^20000 has 28,854 bits.
const MAX_EXP: i64 = 20_000;
/// 2^-28000 is above e^-20000.
const TINY: i64 = -28_000;
/// Units of work of an exact operation whose numbers are not in words, at the least.
const EXACT_UNITS: u64 = 1000;

/// A real number, as exactly as it is known.
#[derive(Clone, Debug)]
pub enum Real<N> {
    Exact(Ratio),
    /// A nonzero rational multiple of pi.
    Turns(Ratio),
    /// Somewhere between two ends.
    Ball(Ball<N>),
}

/// Why an operation has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The enclosure is too wide to tell; more bits may help.
    Undecided,
    /// The operation is not defined there; says what was asked.
    Undefined(&'static str),
    /// Numbers would grow beyond all use.
    TooLarge,
    /// The work that was granted is done.
    Spent,
}

type Result<T> = std::result::Result<T, Trouble>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Exp,
    Ln,
    Log2,
    Sqrt,
    Sin,
    Cos,
}

/// Arithmetic at one working precision.
pub struct Arithmetic<N: Number> {
    bits: u64,
    memory: N::Memory,
    /// Units of work done, and how many are granted (spec 4.7).
    spent: u64,
    granted: u64,
}

impl<N: Number> Real<N> {
    /// A decimal of at most six places, for messages.
    pub fn approximate(&self) -> String {
        let x = match self {
            Real::Exact(x) => x.big(),
            Real::Turns(x) => x.big() * BigRational::new(355.into(), 113.into()),
            Real::Ball(ball) => {
                let [lo, hi] = [&ball.lo, &ball.hi].map(|end| {
                    let (numer, denom) = end.at.fraction();
                    BigRational::new(numer, denom)
                });
                (lo + hi) / BigInt::from(2)
            }
        };
        let million = BigInt::from(1_000_000);
        let scaled = x.abs() * &million;
        let scaled = round_fraction(Rounding::Round, scaled.numer(), scaled.denom());
        let (whole, places) = scaled.div_rem(&million);
        let whole = whole.to_string();
        let sign = if x.is_negative() { "-" } else { "" };
        if whole.len() > 24 {
            return format!("{sign}{}...e{}", &whole[..6], whole.len() - 6);
        }
        let places = format!("{:06}", places.to_u32().unwrap_or(0));
        let places = places.trim_end_matches('0');
        let point = if places.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{places}")
    }
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
                ends::round_exact(policy, x)
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

    /// An enclosure of the function at one point.
    fn point(&mut self, function: Function, x: &N) -> Result<Ball<N>> {
        N::point(function, x, self.bits, &mut self.memory).map(Ball::around)
    }

    /// A function that never falls, on an enclosure.
    fn rising(&mut self, function: Function, x: &Real<N>) -> Result<Real<N>> {
        let Ball { lo, hi } = self.ends(x)?;
        let mut value = self.point(function, &lo.at)?;
        if hi.at != lo.at {
            value.hi = self.point(function, &hi.at)?.hi;
        }
        self.ball(value.lo, value.hi)
    }

    pub fn exp(&mut self, x: &Real<N>) -> Result<Real<N>> {
        let Ball { lo, hi } = self.ends(x)?;
        if lo.at.sign().is_eq() && hi.at.sign().is_eq() {
            Ok(Real::Exact(Ratio::int(1)))
        } else if lo.at > N::int(MAX_EXP) {
            Err(Trouble::TooLarge)
        } else if hi.at < N::int(-MAX_EXP) {
            let tiny = Ball::around((N::int(0), N::power_of_two(TINY)));
            self.ball(tiny.lo, tiny.hi)
        } else if lo.at < N::int(-2 * MAX_EXP) || hi.at > N::int(MAX_EXP) {
            Err(Trouble::Undecided)
        } else {
            self.rising(Function::Exp, x)
        }
    }

    /// Whether `x` is above zero; an error of that name if it is known not to be.
    fn positive(&mut self, x: &Real<N>, what: &'static str) -> Result<()> {
        let Ball { lo, hi } = self.ends(x)?;
        if lo.at.sign().is_gt() {
            Ok(())
        } else if hi.at.sign().is_gt() {
            Err(Trouble::Undecided)
        } else {
            Err(Trouble::Undefined(what))
        }
    }

    pub fn ln(&mut self, x: &Real<N>) -> Result<Real<N>> {
        self.positive(x, "a logarithm of a number that is not positive")?;
        match x {
            Real::Exact(one) if one.is_one() => Ok(Real::Exact(Ratio::int(0))),
            _ => self.rising(Function::Ln, x),
        }
    }

    pub fn log2(&mut self, x: &Real<N>) -> Result<Real<N>> {
        self.positive(x, "a logarithm of a number that is not positive")?;
        if let Real::Exact(x) = x {
            let power = |n: &BigInt| n.trailing_zeros() == Some(n.bits() - 1);
            let (numer, denom) = (x.numer(), x.denom());
            if power(&numer) && power(&denom) {
                let exponent = numer.bits() as i64 - denom.bits() as i64;
                return Ok(Real::Exact(Ratio::int(exponent)));
            }
        }
        self.rising(Function::Log2, x)
    }

    pub fn sqrt(&mut self, x: &Real<N>) -> Result<Real<N>> {
        if let Real::Exact(x) = x {
            if x.sign().is_lt() {
                return Err(Trouble::Undefined("a square root of a negative number"));
            }
            self.pay_exact(2 * x.bits())?;
            if let Some(root) = exact_root(x, 2) {
                return Ok(Real::Exact(root));
            }
        }
        let Ball { lo, hi } = self.ends(x)?;
        if hi.at.sign().is_lt() {
            return Err(Trouble::Undefined("a square root of a negative number"));
        }
        if lo.at.sign().is_lt() {
            return Err(Trouble::Undecided);
        }
        self.rising(Function::Sqrt, x)
    }

    /// `turns` half turns: sin(turns * pi). By Niven's theorem only a multiple of a twelfth of
    /// a turn has a rational sine, and those are given exactly.
    fn sin_turns(&mut self, turns: &Ratio) -> Result<Real<N>> {
        self.pay_exact(turns.bits())?;
        let circles = (turns / &Ratio::int(2)).floor();
        let turns = turns + &(&circles * &Ratio::int(-2));
        let half = |sign: i64| Ok(Real::Exact(&Ratio::int(sign) / &Ratio::int(2)));
        match (&turns * &Ratio::int(6)).to_i64() {
            Some(0 | 6) => Ok(Real::Exact(Ratio::int(0))),
            Some(1 | 5) => half(1),
            Some(3) => Ok(Real::Exact(Ratio::int(1))),
            Some(7 | 11) => half(-1),
            Some(9) => Ok(Real::Exact(Ratio::int(-1))),
            _ => self.wave(Function::Sin, &Real::Turns(turns)),
        }
    }

    /// Sine or cosine of an enclosure: its slope is at most 1.
    fn wave(&mut self, function: Function, x: &Real<N>) -> Result<Real<N>> {
        let Ball { lo, hi } = self.ends(x)?;
        let limit = N::power_of_two(64);
        if hi.at > limit || lo.at < limit.negated() {
            return Err(Trouble::TooLarge);
        }
        let value = self.point(function, &lo.at)?;
        let minus_radius = lo.sum_below(&-hi, self.bits);
        let below = value.lo.sum_below(&minus_radius, self.bits);
        let above = (-value.hi).sum_below(&minus_radius, self.bits);
        let one = End::closed(N::int(1));
        let below = -End::lower(-below, one.clone());
        let above = End::lower(-above, one);
        self.ball(below, above)
    }

    pub fn sin(&mut self, x: &Real<N>) -> Result<Real<N>> {
        match x {
            Real::Exact(zero) if zero.is_zero() => Ok(x.clone()),
            Real::Turns(turns) => self.sin_turns(turns),
            _ => self.wave(Function::Sin, x),
        }
    }

    pub fn cos(&mut self, x: &Real<N>) -> Result<Real<N>> {
        match x {
            Real::Exact(zero) if zero.is_zero() => Ok(Real::Exact(Ratio::int(1))),
            Real::Turns(turns) => self.sin_turns(&(turns + &(&Ratio::int(1) / &Ratio::int(2)))),
            _ => self.wave(Function::Cos, x),
        }
    }

    /// `1 - 2 / (1 + exp(2 x))`, odd.
    pub fn tanh(&mut self, x: &Real<N>) -> Result<Real<N>> {
        let Ball { lo, hi } = self.ends(x)?;
        if lo.at.sign().is_eq() && hi.at.sign().is_eq() {
            return Ok(x.clone());
        }
        // An exact number would be enclosed again at every step.
        let positive = lo.at.sign().is_gt();
        let x = &Real::Ball(Ball { lo, hi });
        if positive {
            let mirrored = self.tanh(&self.neg(x))?;
            return Ok(self.neg(&mirrored));
        }
        let [one, two] = [1, 2].map(|value| Real::Exact(Ratio::int(value)));
        let doubled = self.mul(&two, x)?;
        let power = self.exp(&doubled)?;
        let below = self.add(&one, &power)?;
        let part = self.div(&two, &below)?;
        self.sub(&one, &part)
    }

    /// `1 / (1 + exp(-x))`.
    pub fn sigmoid(&mut self, x: &Real<N>) -> Result<Real<N>> {
        let one = Real::Exact(Ratio::int(1));
        let ball = self.ends(x)?;
        let negative = ball.lo.at.sign().is_lt();
        let x = &Real::Ball(ball);
        if negative {
            let power = self.exp(x)?;
            let below = self.add(&one, &power)?;
            return self.div(&power, &below);
        }
        let power = self.exp(&self.neg(x))?;
        let below = self.add(&one, &power)?;
        self.div(&one, &below)
    }

    /// `base ^ exponent`; `0 ^ 0` is 1. A negative base needs an integer exponent.
    pub fn pow(&mut self, base: &Real<N>, exponent: &Real<N>) -> Result<Real<N>> {
        if let Real::Exact(y) = exponent {
            if y.is_zero() {
                return Ok(Real::Exact(Ratio::int(1)));
            }
            if y.is_one() {
                return Ok(base.clone());
            }
        }
        match (base, exponent) {
            (Real::Exact(x), Real::Exact(y)) if y.is_integer() => self.pow_exact(x, &y.numer()),
            (Real::Exact(x), _) if x.is_one() => Ok(base.clone()),
            (Real::Exact(x), _) if x.is_zero() => {
                self.positive(exponent, "a power of zero with an exponent below zero")?;
                Ok(base.clone())
            }
            (Real::Exact(x), Real::Exact(y)) if x.sign().is_gt() => {
                self.pay_exact(2 * x.bits())?;
                let root = y.denom().to_u32().and_then(|degree| exact_root(x, degree));
                match root {
                    Some(root) => self.pow_exact(&root, &y.numer()),
                    None => self.pow_positive(base, exponent),
                }
            }
            (_, Real::Exact(y)) if y.is_integer() => {
                let Ball { lo, hi } = self.ends(base)?;
                if lo.at.sign().is_gt() {
                    self.pow_positive(base, exponent)
                } else if hi.at.sign().is_lt() {
                    let power = self.pow_positive(&self.neg(base), exponent)?;
                    Ok(if y.numer().is_even() {
                        power
                    } else {
                        self.neg(&power)
                    })
                } else {
                    Err(Trouble::Undecided)
                }
            }
            _ => {
                self.positive(base, "a fractional power of a negative number")?;
                self.pow_positive(base, exponent)
            }
        }
    }

    fn pow_exact(&mut self, base: &Ratio, exponent: &BigInt) -> Result<Real<N>> {
        if base.is_zero() {
            return match exponent.is_negative() {
                true => Err(Trouble::Undefined(
                    "a power of zero with an exponent below zero",
                )),
                false => Ok(Real::Exact(base.clone())),
            };
        }
        if base.abs().is_one() {
            let negative = base.sign().is_lt() && exponent.is_odd();
            return Ok(Real::Exact(Ratio::int(if negative { -1 } else { 1 })));
        }
        let bits = base.bits();
        let size = exponent
            .magnitude()
            .to_u64()
            .and_then(|size| size.checked_mul(bits));
        match (exponent.to_i32(), size) {
            (Some(exponent), Some(size)) if size <= MAX_BITS => {
                self.pay_exact(size)?;
                Self::bounded(power(base, exponent))
            }
            _ => Err(Trouble::TooLarge),
        }
    }

    fn pow_positive(&mut self, base: &Real<N>, exponent: &Real<N>) -> Result<Real<N>> {
        let logarithm = self.ln(base)?;
        let product = self.mul(&logarithm, exponent)?;
        self.exp(&product)
    }
}
