//! Dyadic rationals in machine words, and functions of them with proven errors: the first look at
//! an entry. Integers alone are computed with, so that every platform sees the same.
//!
//! Functions work on fixed-point numbers with 62 places; a *unit* is 2^-62. A product or quotient
//! is rounded by less than a unit. Series are summed from their last term, so that an error is
//! multiplied by less than 1 with every term; what is left out of them is below 2^-70. The bounds
//! that are argued for are doubled, and tests hold them against evaluation with 128 bits.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::ends::Function;
use super::trouble::Result;
use super::{Number, Ratio, Trouble};

/// The bits of a mantissa.
const BITS: u32 = 62;
const ONE: i64 = 1 << BITS;
/// The error of a function, in units. None of them errs by more than 8.
const SLACK: i128 = 16;
/// Places of an argument before it is reduced.
const LONG: i64 = 90;
/// ln 2 and pi / 2 with 90 places, to the nearest.
const LN_2: i128 = 0x2c5_c85f_df47_3de6_af27_8ece;
const HALF_PI: i128 = 0x648_7ed5_110b_4611_a626_3314;
/// 1 / ln 2 and the square root of a half with 62 places.
const LOG2_E: i64 = 0x5c55_1d94_ae0b_f85e;
const SQRT_HALF: i64 = 0x2d41_3ccc_fe77_9921;
/// pi and e with 60 places, rounded down.
const PI: i64 = 0x3243_f6a8_885a_308d;
const E: i64 = 0x2b7e_1516_28ae_d2a6;

/// `mantissa * 2^exponent`; the mantissa is at most 2^62 in magnitude.
#[derive(Clone, Copy, Debug)]
pub struct Short {
    mantissa: i64,
    exponent: i64,
}

fn length(x: u128) -> i64 {
    i64::from(128 - x.leading_zeros())
}

impl Short {
    #[cfg(test)]
    pub(super) fn new(mantissa: i64, exponent: i64) -> Self {
        Self { mantissa, exponent }
    }

    /// The largest number not above `mantissa * 2^exponent`, and whether it is equal.
    fn below(mantissa: i128, exponent: i64) -> (Self, bool) {
        let surplus = (length(mantissa.unsigned_abs()) - i64::from(BITS)).max(0);
        let short = mantissa >> surplus;
        let rounded = Self {
            mantissa: short as i64,
            exponent: exponent + surplus,
        };
        (rounded, short << surplus == mantissa)
    }

    /// The numbers around `(mantissa -+ slack) * 2^exponent`.
    fn near(mantissa: i128, slack: i128, exponent: i64) -> (Self, Self) {
        let (lo, _) = Self::below(mantissa - slack, exponent);
        let (hi, _) = Self::below(-mantissa - slack, exponent);
        (lo, hi.negated())
    }

    /// With 90 places, rounded down; the number is below 2^37.
    fn long(self) -> i128 {
        let shift = self.exponent + LONG;
        match shift >= 0 {
            true => i128::from(self.mantissa) << shift,
            false => i128::from(self.mantissa >> (-shift).min(63)),
        }
    }
}

/// How often `period` goes into `x`, about, and what is left with 62 places. Both have 90 places.
/// The error of the rest is below 2 units if the multiple is below 2^27.
fn reduced(x: i128, period: i128) -> (i64, i64) {
    // 30 places are enough to find a multiple that leaves little more than half a period.
    let coarse = (period >> 60) as i64;
    let multiple = (((x >> 60) as i64) + coarse / 2).div_euclid(coarse);
    let rest = x - i128::from(multiple) * period;
    (multiple, (rest >> 28) as i64)
}

/// The numbers around a long fraction, from the first bits of its numerator and denominator.
fn around_long(x: &Ratio) -> (Short, Short) {
    // The leading bits, what they are multiples of, and whether others follow.
    let leading = |x: &BigUint| {
        let surplus = x.bits().saturating_sub(BITS.into());
        let leading = x >> surplus;
        let more = x.trailing_zeros().is_some_and(|zeros| zeros < surplus);
        (
            leading.to_u64().unwrap_or(0),
            surplus as i64,
            i128::from(more),
        )
    };
    let (numer, numer_exponent, numer_more) = leading(x.numer().magnitude());
    let (denom, denom_exponent, denom_more) = leading(x.denom().magnitude());
    let shift = i64::from(BITS) + length(denom.into()) - length(numer.into());
    let (numer, denom) = (i128::from(numer), i128::from(denom));
    let lo = (numer << shift) / (denom + denom_more);
    let hi = -((-((numer + numer_more) << shift)).div_euclid(denom));
    let exponent = numer_exponent - denom_exponent - shift;
    let (lo, hi) = (
        Short::below(lo, exponent).0,
        Short::below(-hi, exponent).0.negated(),
    );
    match x.sign().is_lt() {
        true => (hi.negated(), lo.negated()),
        false => (lo, hi),
    }
}

fn product(x: i64, y: i64) -> i64 {
    ((i128::from(x) * i128::from(y)) >> BITS) as i64
}

/// exp(x) for abs(x) < 0.36. An error e of the rest of the series becomes 0.36 e + 2 units at most,
/// so it stays below 4, and the argument's 2 become at most 3 more.
fn exp(x: i64) -> i64 {
    (1..=17)
        .rev()
        .fold(ONE, |rest, n| ONE + product(x, rest) / n)
}

/// sin(x) and cos(x) for abs(x) < 0.9. An error e of the rest becomes (0.81 e + 2) / 2 + 1 units at
/// most, so it stays below 4, and the argument's 2 add as many.
fn sin_cos(x: i64) -> (i64, i64) {
    let square = product(x, x);
    let series = |first: i64| {
        let terms = (0..11).rev().map(|n| (first + 2 * n) * (first + 1 + 2 * n));
        terms.fold(ONE, |rest, below| ONE - product(square, rest) / below)
    };
    (product(x, series(2)), series(1))
}

/// The exponent, and the logarithm of what remains: 2 artanh((m - 1) / (m + 1)) for m between the
/// square roots of a half and of 2, at most 5 units off.
fn ln(x: &Short) -> (i64, i64) {
    let bits = length(x.mantissa.unsigned_abs().into());
    let (mut m, mut exponent) = (
        x.mantissa << (i64::from(BITS) - bits).max(0),
        x.exponent + bits,
    );
    if bits > i64::from(BITS) {
        m = ONE >> 1;
    }
    if m < SQRT_HALF {
        m *= 2;
        exponent -= 1;
    }
    let (above, below) = (i128::from(m - ONE), i128::from(m) + i128::from(ONE));
    let ratio = ((above << BITS) / below) as i64;
    let square = product(ratio, ratio);
    let series = (0..14)
        .rev()
        .fold(0, |rest, n| ONE / (2 * n + 1) + product(square, rest));
    (exponent, 2 * product(ratio, series))
}

impl Number for Short {
    type Memory = ();
    const REACH: i64 = 1 << 17;

    fn memory() -> Result<()> {
        Ok(())
    }

    fn price(_: u64) -> u64 {
        1
    }

    fn int(value: i64) -> Self {
        Self::below(value.into(), 0).0
    }

    fn power_of_two(exponent: i64) -> Self {
        Self {
            mantissa: 1,
            exponent,
        }
    }

    fn around(x: &Ratio, _: u64) -> (Self, Self) {
        let Some((numer, denom)) = x.short() else {
            return around_long(x);
        };
        let zeros = i64::from(denom.trailing_zeros());
        if denom == 1 << zeros {
            let exact = Self {
                mantissa: numer,
                exponent: -zeros,
            };
            return (exact, exact);
        }
        let bits = |n: i64| length(n.unsigned_abs().into());
        let shift = i64::from(BITS) + bits(denom) - bits(numer);
        let (numer, denom) = (i128::from(numer) << shift, i128::from(denom));
        let (lo, hi) = (numer.div_euclid(denom), -(-numer).div_euclid(denom));
        (
            Self::below(lo, -shift).0,
            Self::below(-hi, -shift).0.negated(),
        )
    }

    fn negated(&self) -> Self {
        Self {
            mantissa: -self.mantissa,
            exponent: self.exponent,
        }
    }

    fn sum_below(&self, other: &Self, _: u64) -> (Self, bool) {
        if self.mantissa == 0 || other.mantissa == 0 {
            return (if self.mantissa == 0 { *other } else { *self }, true);
        }
        let (low, high) = match self.exponent <= other.exponent {
            true => (self, other),
            false => (other, self),
        };
        let distance = high.exponent - low.exponent;
        let (up, down) = (distance.min(64), (distance - 64).clamp(0, 63));
        let shifted = low.mantissa >> down;
        let sum = (i128::from(high.mantissa) << up) + i128::from(shifted);
        let (rounded, exact) = Self::below(sum, high.exponent - up);
        (rounded, exact && shifted << down == low.mantissa)
    }

    fn product_below(&self, other: &Self, _: u64) -> (Self, bool) {
        let product = i128::from(self.mantissa) * i128::from(other.mantissa);
        Self::below(product, self.exponent + other.exponent)
    }

    fn inverse_below(&self, _: u64) -> (Self, bool) {
        let shift = i64::from(BITS) + length(self.mantissa.unsigned_abs().into());
        let (one, mantissa) = (1_i128 << shift, i128::from(self.mantissa));
        let (quotient, rest) = match mantissa > 0 {
            true => (one / mantissa, one % mantissa),
            false => (-((one - mantissa - 1) / -mantissa), one % mantissa),
        };
        let (rounded, exact) = Self::below(quotient, -self.exponent - shift);
        (rounded, exact && rest == 0)
    }

    fn sign(&self) -> Ordering {
        self.mantissa.cmp(&0)
    }

    fn size(&self) -> i64 {
        length(self.mantissa.unsigned_abs().into()) + self.exponent
    }

    fn floor(&self) -> Ratio {
        match self.exponent >= 0 {
            true => Ratio::integer(BigInt::from(self.mantissa) << self.exponent as u64),
            false => Ratio::int(self.mantissa >> (-self.exponent).min(63)),
        }
    }

    fn nearest_up(&self) -> Ratio {
        match self.exponent {
            0.. => self.floor(),
            // Far below a half.
            ..-100 => Ratio::int(0),
            exponent => {
                let sum = i128::from(self.mantissa) + (1 << (-exponent - 1));
                Ratio::int((sum >> -exponent) as i64)
            }
        }
    }

    fn fraction(&self) -> (BigInt, BigInt) {
        let (mantissa, shift) = (BigInt::from(self.mantissa), self.exponent.unsigned_abs());
        match self.exponent >= 0 {
            true => (mantissa << shift, 1.into()),
            false => (mantissa, BigInt::from(1) << shift),
        }
    }

    fn pi(_: u64, (): &mut ()) -> Result<(Self, Self)> {
        Ok(Self::near(i128::from(PI), 1, -60))
    }

    fn e(_: u64, (): &mut ()) -> Result<(Self, Self)> {
        Ok(Self::near(i128::from(E), 1, -60))
    }

    fn point(function: Function, x: &Self, _: u64, (): &mut ()) -> Result<(Self, Self)> {
        let units = -i64::from(BITS);
        match function {
            Function::Exp if x.size() <= 16 => {
                let (doublings, rest) = reduced(x.long(), LN_2);
                Ok(Self::near(exp(rest).into(), SLACK, doublings + units))
            }
            Function::Ln if x.mantissa > 0 && x.size().abs() <= Self::REACH => {
                let (exponent, rest) = ln(x);
                // The multiple of ln 2 is off by less than half a unit.
                let sum = i128::from(exponent) * LN_2 + (i128::from(rest) << 28);
                Ok(Self::near(sum, SLACK << 28, -LONG))
            }
            Function::Log2 if x.mantissa > 0 => {
                let (exponent, rest) = ln(x);
                let rest = (i128::from(rest) * i128::from(LOG2_E)) >> BITS;
                let sum = (i128::from(exponent) << BITS) + rest;
                Ok(Self::near(sum, 2 * SLACK, units))
            }
            Function::Sqrt if x.mantissa == 0 => Ok((*x, *x)),
            Function::Sqrt if x.mantissa > 0 => {
                let bits = length(x.mantissa.unsigned_abs().into());
                let shift = 2 * i64::from(BITS) - bits;
                let shift = shift - (x.exponent - shift).rem_euclid(2);
                let square = (x.mantissa as u128) << shift;
                let (root, exponent) = (square.isqrt(), (x.exponent - shift) / 2);
                let above = root + u128::from(root * root != square);
                let (lo, _) = Self::below(root as i128, exponent);
                let (hi, _) = Self::below(-(above as i128), exponent);
                Ok((lo, hi.negated()))
            }
            Function::Sin | Function::Cos if x.size() <= 26 => {
                let (quarters, rest) = reduced(x.long(), HALF_PI);
                let (sin, cos) = sin_cos(rest);
                let value = match (quarters + i64::from(function == Function::Cos)) & 3 {
                    0 => sin,
                    1 => cos,
                    2 => -sin,
                    _ => -cos,
                };
                Ok(Self::near(value.into(), SLACK, units))
            }
            _ => Err(Trouble::Undecided),
        }
    }
}

impl PartialEq for Short {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Short {}

impl PartialOrd for Short {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Short {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.sign().cmp(&other.sign());
        if signs.is_ne() || self.mantissa == 0 {
            return signs;
        }
        let sizes = self.size().cmp(&other.size());
        if sizes.is_ne() {
            let negative = self.mantissa < 0;
            return if negative { sizes.reverse() } else { sizes };
        }
        // Of equal size, the exponents differ by less than 64.
        let exponent = self.exponent.min(other.exponent);
        let mantissa = |x: &Self| i128::from(x.mantissa) << (x.exponent - exponent);
        mantissa(self).cmp(&mantissa(other))
    }
}
