//! Intervals of integers, and their arithmetic.

use serde::Serialize;

/// How many integers a range check holds (spec 4.4).
pub const REACH: i128 = 1 << 30;

/// The largest divisor: twice a remainder by it is far from the field's size (spec 4.5).
pub const MOST_DIVISOR: i128 = 1 << 28;

/// A closed interval of the integers. `+`, `-` and `*` stop at the ends of 128 bits: what a graph
/// keeps lies within 64 (`validate`), so only what `check` then refuses comes near them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Interval {
    pub lo: i128,
    pub hi: i128,
}

impl Interval {
    pub const fn new(lo: i128, hi: i128) -> Self {
        Self { lo, hi }
    }

    pub const fn point(value: i128) -> Self {
        Self::new(value, value)
    }

    /// How many integers it holds.
    pub const fn size(self) -> i128 {
        self.hi - self.lo + 1
    }

    pub const fn contains(self, value: i128) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// Whether any two of its integers are told apart in the field of 2^31 - 1 elements, and each from
    /// its negative (spec 3.5).
    pub const fn fits(self) -> bool {
        const P: i128 = (1 << 31) - 1;
        self.lo > -P && self.hi < P && self.hi - self.lo < P
    }

    /// The interval of products; `None` if it is beyond 128 bits.
    pub fn times(self, other: Self) -> Option<Self> {
        let ends = [
            self.lo.checked_mul(other.lo)?,
            self.lo.checked_mul(other.hi)?,
            self.hi.checked_mul(other.lo)?,
            self.hi.checked_mul(other.hi)?,
        ];
        let points = ends.into_iter().map(Self::point);
        points.reduce(Self::hull)
    }

    pub fn hull(self, other: Self) -> Self {
        Self::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }

    /// The common part; `None` if there is none.
    pub fn meet(self, other: Self) -> Option<Self> {
        let (lo, hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        (lo <= hi).then_some(Self::new(lo, hi))
    }
}

impl std::ops::Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(
            self.lo.saturating_add(other.lo),
            self.hi.saturating_add(other.hi),
        )
    }
}

impl std::ops::Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(self.hi.saturating_neg(), self.lo.saturating_neg())
    }
}

impl std::ops::Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + (-other)
    }
}

impl std::ops::Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let products = [
            self.lo.saturating_mul(other.lo),
            self.lo.saturating_mul(other.hi),
            self.hi.saturating_mul(other.lo),
            self.hi.saturating_mul(other.hi),
        ];
        let lo = products.iter().copied().fold(i128::MAX, i128::min);
        let hi = products.iter().copied().fold(i128::MIN, i128::max);
        Self::new(lo, hi)
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..={}", self.lo, self.hi)
    }
}
