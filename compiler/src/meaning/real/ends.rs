//! Enclosures: two ends, each open or closed, and arithmetic that rounds them outwards.

use std::cmp::Ordering;
use std::ops::Neg;

use num_bigint::BigInt;

use super::trouble::Result;
use super::Ratio;
use crate::meaning::graph::Rounding;
use crate::meaning::rounding::round_fraction;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Exp,
    Ln,
    Log2,
    Sqrt,
    Sin,
    Cos,
}

/// What the ends of enclosures are made of: dyadic rationals with a limited number of bits.
pub trait Number: Clone + Ord {
    /// What its functions keep from call to call.
    type Memory;
    /// Ends stay below 2^REACH in magnitude, and but for 0 above 2^-REACH.
    const REACH: i64;

    /// Errs only if memory runs out.
    fn memory() -> Result<Self::Memory>;
    /// What an operation costs with so many bits, with 62 as the unit.
    fn price(bits: u64) -> u64;
    fn int(value: i64) -> Self;
    fn power_of_two(exponent: i64) -> Self;
    /// Both `x`, or two numbers with `x` strictly between them.
    fn around(x: &Ratio, bits: u64) -> (Self, Self);
    fn negated(&self) -> Self;
    /// A number not above the sum, and whether it is the sum.
    fn sum_below(&self, other: &Self, bits: u64) -> (Self, bool);
    /// A number not above the product, and whether it is the product.
    fn product_below(&self, other: &Self, bits: u64) -> (Self, bool);
    /// A number not above the inverse of one that is not zero, and whether it is the inverse.
    fn inverse_below(&self, bits: u64) -> (Self, bool);
    /// Less, equal or greater than zero.
    fn sign(&self) -> Ordering;
    /// The least `n` with a magnitude below 2^n.
    fn size(&self) -> i64;
    fn floor(&self) -> Ratio;
    /// The nearest integer, a half upwards.
    fn nearest_up(&self) -> Ratio;
    /// Numerator and denominator, not in lowest terms.
    fn fraction(&self) -> (BigInt, BigInt);
    fn pi(bits: u64, memory: &mut Self::Memory) -> Result<(Self, Self)>;
    fn e(bits: u64, memory: &mut Self::Memory) -> Result<(Self, Self)>;
    /// Both the function's value at `x`, or two numbers with it strictly between them.
    fn point(
        function: Function,
        x: &Self,
        bits: u64,
        memory: &mut Self::Memory,
    ) -> Result<(Self, Self)>;
}

/// An end of an enclosure; what is enclosed is not the end itself if that is open.
#[derive(Clone, Debug)]
pub struct End<N> {
    pub at: N,
    pub open: bool,
}

#[derive(Clone, Debug)]
pub struct Ball<N> {
    pub lo: End<N>,
    pub hi: End<N>,
}

impl<N: Number> Neg for End<N> {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            at: self.at.negated(),
            open: self.open,
        }
    }
}

impl<N: Number> Neg for Ball<N> {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            lo: -self.hi,
            hi: -self.lo,
        }
    }
}

/// The integer that the policy makes of an exact number.
pub fn round_exact(policy: Rounding, x: &Ratio) -> Ratio {
    match x.short() {
        Some((numer, denom)) => {
            let rounded = crate::meaning::rounding::divide(policy, numer.into(), denom.into());
            Ratio::integer(rounded.into())
        }
        None => Ratio::integer(round_fraction(policy, &x.numer(), &x.denom())),
    }
}

impl<N: Number> End<N> {
    pub fn closed(at: N) -> Self {
        Self { at, open: false }
    }

    /// The lower of two upper ends that both hold: of two that are equal, the open one.
    pub fn lower(x: Self, y: Self) -> Self {
        match x.at.cmp(&y.at) {
            Ordering::Less => x,
            Ordering::Greater => y,
            Ordering::Equal => Self {
                open: x.open || y.open,
                at: x.at,
            },
        }
    }

    /// The upper end of what may have either: of two that are equal, the closed one.
    pub fn upper(x: Self, y: Self) -> Self {
        match x.at.cmp(&y.at) {
            Ordering::Greater => x,
            Ordering::Less => y,
            Ordering::Equal => Self {
                open: x.open && y.open,
                at: x.at,
            },
        }
    }

    /// As a lower end: none if it is too large, and 0 or the least negative end if it is too small.
    pub fn within_reach(self) -> Option<Self> {
        let size = self.at.size();
        match self.at.sign() {
            Ordering::Equal => Some(self),
            _ if size > N::REACH => None,
            _ if size >= -N::REACH => Some(self),
            Ordering::Greater => Some(Self {
                at: N::int(0),
                open: true,
            }),
            Ordering::Less => Some(Self {
                at: N::power_of_two(-N::REACH).negated(),
                open: true,
            }),
        }
    }

    /// The sum of two lower ends.
    pub fn sum_below(&self, other: &Self, bits: u64) -> Self {
        let (at, exact) = self.at.sum_below(&other.at, bits);
        let open = self.open || other.open || !exact;
        Self { at, open }
    }

    /// The product of two ends, as a lower end if it is the least there is. That it is taken needs
    /// both factors, but for a factor 0, with which any other will do.
    fn product_below(&self, other: &Self, bits: u64) -> Self {
        let (at, exact) = self.at.product_below(&other.at, bits);
        let missed = (self.open && (other.open || other.at.sign().is_ne()))
            || (other.open && self.at.sign().is_ne());
        Self {
            at,
            open: missed || !exact,
        }
    }

    /// The inverse of an upper end, as a lower one.
    pub fn inverse_below(&self, bits: u64) -> Self {
        let (at, exact) = self.at.inverse_below(bits);
        let open = self.open || !exact;
        Self { at, open }
    }

    /// The least integer that the policy makes of what is above this end.
    pub fn rounded_above(&self, policy: Rounding) -> Ratio {
        let next = |x: Ratio| &x + &Ratio::int(1);
        match policy {
            _ if !self.open => self.rounded(policy),
            Rounding::Floor => self.at.floor(),
            Rounding::Trunc if self.at.sign().is_ge() => self.at.floor(),
            Rounding::Ceil | Rounding::Trunc => next(self.at.floor()),
            Rounding::Round | Rounding::RoundHalfUp | Rounding::RoundHalfEven => {
                self.at.nearest_up()
            }
        }
    }

    /// The largest integer that the policy makes of what is below this end.
    pub fn rounded_below(&self, policy: Rounding) -> Ratio {
        let mirrored = match policy {
            Rounding::Floor => Rounding::Ceil,
            Rounding::Ceil => Rounding::Floor,
            other => other,
        };
        match self.open {
            false => self.rounded(policy),
            true => -&(-self.clone()).rounded_above(mirrored),
        }
    }

    /// The integer that the policy makes of the end itself.
    fn rounded(&self, policy: Rounding) -> Ratio {
        let (numer, denom) = self.at.fraction();
        Ratio::integer(round_fraction(policy, &numer, &denom))
    }
}

impl<N: Number> Ball<N> {
    pub fn around((lo, hi): (N, N)) -> Self {
        let open = lo != hi;
        Self {
            lo: End { at: lo, open },
            hi: End { at: hi, open },
        }
    }

    pub fn product(&self, other: &Self, bits: u64) -> Self {
        let lower = |x: &Self, y: &Self| {
            let end = |a: &End<N>, b: &End<N>| -a.product_below(b, bits);
            match (x.lo.at.sign().is_gt(), y.lo.at.sign().is_gt()) {
                (true, true) => -end(&x.lo, &y.lo),
                _ => {
                    let left = End::upper(end(&x.lo, &y.lo), end(&x.lo, &y.hi));
                    let right = End::upper(end(&x.hi, &y.lo), end(&x.hi, &y.hi));
                    -End::upper(left, right)
                }
            }
        };
        Self {
            lo: lower(self, other),
            hi: -lower(self, &-other.clone()),
        }
    }
}
