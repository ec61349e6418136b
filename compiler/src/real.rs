//! Real numbers for tables: exact rationals and multiples of pi as long as possible, then enclosures.
//!
//! An enclosure is a pair of dyadic rationals with the number between them. Arithmetic on its
//! ends is exact and then rounded outwards; only `exp`, `ln`, `sin` and their kin are asked of
//! astro-float, with 64 bits to spare, and widened. So a decision that an enclosure allows is
//! the same on every platform.

mod dyadic;

use astro_float_num::{Consts, RoundingMode};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::graph::Rounding;
use crate::rounding::round_fraction;
use dyadic::Dyadic;

/// Numerators and denominators stay below this many bits.
const MAX_BITS: u64 = 1 << 18;
/// `exp` is evaluated for arguments up to this size; e^20000 has 28,854 bits.
const MAX_EXP: i64 = 20_000;
/// 2^-28000 is above e^-20000.
const TINY: i64 = -28_000;

/// A real number, as exactly as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Real {
    Exact(BigRational),
    /// A nonzero rational multiple of pi.
    Turns(BigRational),
    /// Somewhere between the two, the ends included.
    Ball(Dyadic, Dyadic),
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
}

type Result<T> = std::result::Result<T, Trouble>;

#[derive(Clone, Copy)]
enum Function {
    Exp,
    Ln,
    Log2,
    Sqrt,
    Sin,
    Cos,
}

/// Arithmetic at one working precision.
pub struct Arithmetic {
    bits: u64,
    /// Digits of pi, e and ln 2 so far.
    consts: Consts,
}

fn int(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

fn bounded(x: BigRational) -> Result<Real> {
    if x.numer().bits().max(x.denom().bits()) > MAX_BITS {
        return Err(Trouble::TooLarge);
    }
    Ok(Real::Exact(x))
}

/// The exact `degree`-th root of a number that is not negative, if it is rational.
fn exact_root(x: &BigRational, degree: u32) -> Option<BigRational> {
    let root = |n: &BigInt| {
        let root = n.nth_root(degree);
        (num_traits::pow(root.clone(), degree as usize) == *n).then_some(root)
    };
    // A root of degree above the number's bits is 1 or none.
    if degree == 0 || u64::from(degree) > x.numer().bits().max(x.denom().bits()).max(1) {
        return x.is_one().then(BigRational::one);
    }
    Some(BigRational::new(root(x.numer())?, root(x.denom())?))
}

impl Real {
    /// A decimal of at most six places, for messages.
    pub fn approximate(&self) -> String {
        let x = match self {
            Real::Exact(x) => x.clone(),
            Real::Turns(x) => x * BigRational::new(355.into(), 113.into()),
            Real::Ball(lo, hi) => {
                let (numer, denom) = (lo + hi).fraction();
                BigRational::new(numer, denom * 2)
            }
        };
        let scaled = x.abs() * int(1_000_000);
        let scaled = round_fraction(Rounding::Round, scaled.numer(), scaled.denom());
        let (whole, places) = scaled.div_rem(&BigInt::from(1_000_000));
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

/// The ends of a product.
fn product((a, b): &(Dyadic, Dyadic), (c, d): &(Dyadic, Dyadic)) -> (Dyadic, Dyadic) {
    let (ac, ad, bc, bd) = (a * c, a * d, b * c, b * d);
    let lo = (&ac).min(&ad).min(&bc).min(&bd).clone();
    (lo, ac.max(ad).max(bc).max(bd))
}

impl Arithmetic {
    /// Arithmetic whose enclosures keep `bits` bits. Errs only if memory runs out.
    pub fn new(bits: u64) -> Result<Self> {
        let consts = Consts::new().map_err(|_| Trouble::TooLarge)?;
        Ok(Self { bits, consts })
    }

    /// From here on, enclosures keep `bits` bits.
    pub fn set_bits(&mut self, bits: u64) {
        self.bits = bits;
    }

    fn ball(&self, (lo, hi): (Dyadic, Dyadic)) -> Real {
        Real::Ball(lo.down(self.bits), -(-hi).down(self.bits))
    }

    fn float_bits(&self) -> usize {
        self.bits as usize + 64
    }

    /// Both ends a relative 2^-bits away: far more than astro-float's own error.
    fn widened(&self, x: &Dyadic) -> (Dyadic, Dyadic) {
        let slack = &x.abs() * &Dyadic::power_of_two(-(self.bits as i64));
        (x - &slack, x + &slack)
    }

    pub fn pi(&self) -> Real {
        Real::Turns(BigRational::one())
    }

    pub fn e(&mut self) -> Result<Real> {
        let bits = self.float_bits();
        let e = Dyadic::from_float(&self.consts.e(bits, RoundingMode::None))?;
        Ok(self.ball(self.widened(&e)))
    }

    /// The ends between which the number is known to lie; equal if it is dyadic.
    fn ends(&mut self, x: &Real) -> Result<(Dyadic, Dyadic)> {
        let between = |x: &BigRational, bits| (Dyadic::below(x, bits), -Dyadic::below(&-x, bits));
        Ok(match x {
            Real::Exact(x) => between(x, self.bits),
            Real::Ball(lo, hi) => (lo.clone(), hi.clone()),
            Real::Turns(turns) => {
                let bits = self.float_bits();
                let pi = Dyadic::from_float(&self.consts.pi(bits, RoundingMode::None))?;
                product(&self.widened(&pi), &between(turns, self.bits))
            }
        })
    }

    pub fn neg(&self, x: &Real) -> Real {
        match x {
            Real::Exact(x) => Real::Exact(-x),
            Real::Turns(x) => Real::Turns(-x),
            Real::Ball(lo, hi) => Real::Ball(-hi.clone(), -lo.clone()),
        }
    }

    pub fn add(&mut self, x: &Real, y: &Real) -> Result<Real> {
        match (x, y) {
            (Real::Exact(x), Real::Exact(y)) => bounded(x + y),
            (Real::Turns(x), Real::Turns(y)) if (x + y).is_zero() => Ok(Real::Exact(x + y)),
            (Real::Turns(x), Real::Turns(y)) => Ok(Real::Turns(x + y)),
            (x, Real::Exact(zero)) | (Real::Exact(zero), x) if zero.is_zero() => Ok(x.clone()),
            _ => {
                let ((a, b), (c, d)) = (self.ends(x)?, self.ends(y)?);
                Ok(self.ball((&a + &c, &b + &d)))
            }
        }
    }

    pub fn sub(&mut self, x: &Real, y: &Real) -> Result<Real> {
        let y = self.neg(y);
        self.add(x, &y)
    }

    pub fn mul(&mut self, x: &Real, y: &Real) -> Result<Real> {
        match (x, y) {
            (Real::Exact(x), Real::Exact(y)) => bounded(x * y),
            (Real::Exact(zero), _) | (_, Real::Exact(zero)) if zero.is_zero() => {
                Ok(Real::Exact(BigRational::zero()))
            }
            (Real::Exact(x), Real::Turns(y)) | (Real::Turns(y), Real::Exact(x)) => {
                Ok(Real::Turns(x * y))
            }
            _ => {
                let ends = product(&self.ends(x)?, &self.ends(y)?);
                Ok(self.ball(ends))
            }
        }
    }

    pub fn div(&mut self, x: &Real, y: &Real) -> Result<Real> {
        match (x, y) {
            (_, Real::Exact(zero)) if zero.is_zero() => {
                Err(Trouble::Undefined("a division by zero"))
            }
            (Real::Exact(x), Real::Exact(y)) => bounded(x / y),
            (Real::Turns(x), Real::Exact(y)) => Ok(Real::Turns(x / y)),
            (Real::Turns(x), Real::Turns(y)) => bounded(x / y),
            _ => {
                let (c, d) = self.ends(y)?;
                if !c.is_positive() && !d.is_negative() {
                    return Err(Trouble::Undecided);
                }
                let (bits, minus) = (self.bits, -c);
                let reciprocal =
                    Real::Ball(d.reciprocal_below(bits), -minus.reciprocal_below(bits));
                self.mul(x, &reciprocal)
            }
        }
    }

    /// The rest that has the divisor's sign: `x - y * floor(x / y)`.
    pub fn modulo(&mut self, x: &Real, y: &Real) -> Result<Real> {
        let quotient = self.div(x, y)?;
        let whole = self.round(Rounding::Floor, &quotient)?;
        let whole = self.mul(&whole, y)?;
        self.sub(x, &whole)
    }

    pub fn abs(&mut self, x: &Real) -> Real {
        match x {
            Real::Exact(x) => Real::Exact(x.abs()),
            Real::Turns(x) => Real::Turns(x.abs()),
            Real::Ball(lo, hi) if lo.is_negative() && hi.is_positive() => {
                Real::Ball(Dyadic::int(0), (-lo.clone()).max(hi.clone()))
            }
            Real::Ball(lo, _) if lo.is_negative() => self.neg(x),
            Real::Ball(..) => x.clone(),
        }
    }

    pub fn max(&mut self, x: &Real, y: &Real) -> Result<Real> {
        if let (Real::Exact(a), Real::Exact(b)) = (x, y) {
            return Ok(if a >= b { x.clone() } else { y.clone() });
        }
        let ((a, b), (c, d)) = (self.ends(x)?, self.ends(y)?);
        Ok(if a >= d {
            x.clone()
        } else if c >= b {
            y.clone()
        } else {
            Real::Ball(a.max(c), b.max(d))
        })
    }

    pub fn min(&mut self, x: &Real, y: &Real) -> Result<Real> {
        let (x, y) = (self.neg(x), self.neg(y));
        let least = self.max(&x, &y)?;
        Ok(self.neg(&least))
    }

    /// The integer that the policy makes of `x`; undecided if the ends of `x` disagree.
    pub fn round(&mut self, policy: Rounding, x: &Real) -> Result<Real> {
        let round = |(numer, denom): (BigInt, BigInt)| round_fraction(policy, &numer, &denom);
        let rounded = match x {
            Real::Exact(x) => round_fraction(policy, x.numer(), x.denom()),
            _ => {
                let (lo, hi) = self.ends(x)?;
                let (lo, hi) = (round(lo.fraction()), round(hi.fraction()));
                if lo != hi {
                    return Err(Trouble::Undecided);
                }
                lo
            }
        };
        Ok(Real::Exact(BigRational::from_integer(rounded)))
    }

    /// An enclosure of the function at one point.
    fn point(&mut self, function: Function, x: &Dyadic) -> Result<(Dyadic, Dyadic)> {
        let (bits, mode, consts) = (self.float_bits(), RoundingMode::None, &mut self.consts);
        let x = x.to_float()?;
        let y = match function {
            Function::Exp => x.exp(bits, mode, consts),
            Function::Ln => x.ln(bits, mode, consts),
            Function::Log2 => x.log2(bits, mode, consts),
            Function::Sqrt => x.sqrt(bits, mode),
            Function::Sin => x.sin(bits, mode, consts),
            Function::Cos => x.cos(bits, mode, consts),
        };
        Ok(self.widened(&Dyadic::from_float(&y)?))
    }

    /// A function that never falls, on an enclosure.
    fn rising(&mut self, function: Function, x: &Real) -> Result<Real> {
        let (lo, hi) = self.ends(x)?;
        let (below, mut above) = self.point(function, &lo)?;
        if hi != lo {
            above = self.point(function, &hi)?.1;
        }
        Ok(self.ball((below, above)))
    }

    pub fn exp(&mut self, x: &Real) -> Result<Real> {
        let (lo, hi) = self.ends(x)?;
        if lo.is_zero() && hi.is_zero() {
            Ok(Real::Exact(BigRational::one()))
        } else if lo > Dyadic::int(MAX_EXP) {
            Err(Trouble::TooLarge)
        } else if hi < Dyadic::int(-MAX_EXP) {
            Ok(Real::Ball(Dyadic::int(0), Dyadic::power_of_two(TINY)))
        } else if lo < Dyadic::int(-2 * MAX_EXP) || hi > Dyadic::int(2 * MAX_EXP) {
            Err(Trouble::Undecided)
        } else {
            self.rising(Function::Exp, x)
        }
    }

    /// Whether `x` is above zero; an error of that name if it is known not to be.
    fn positive(&mut self, x: &Real, what: &'static str) -> Result<()> {
        let (lo, hi) = self.ends(x)?;
        if lo.is_positive() {
            Ok(())
        } else if hi.is_positive() {
            Err(Trouble::Undecided)
        } else {
            Err(Trouble::Undefined(what))
        }
    }

    pub fn ln(&mut self, x: &Real) -> Result<Real> {
        self.positive(x, "a logarithm of a number that is not positive")?;
        match x {
            Real::Exact(one) if one.is_one() => Ok(Real::Exact(BigRational::zero())),
            _ => self.rising(Function::Ln, x),
        }
    }

    pub fn log2(&mut self, x: &Real) -> Result<Real> {
        self.positive(x, "a logarithm of a number that is not positive")?;
        if let Real::Exact(x) = x {
            let power = |n: &BigInt| n.trailing_zeros() == Some(n.bits() - 1);
            if power(x.numer()) && power(x.denom()) {
                let exponent = x.numer().bits() as i64 - x.denom().bits() as i64;
                return Ok(Real::Exact(int(exponent)));
            }
        }
        self.rising(Function::Log2, x)
    }

    pub fn sqrt(&mut self, x: &Real) -> Result<Real> {
        if let Real::Exact(x) = x {
            if x.is_negative() {
                return Err(Trouble::Undefined("a square root of a negative number"));
            }
            if let Some(root) = exact_root(x, 2) {
                return Ok(Real::Exact(root));
            }
        }
        let (lo, hi) = self.ends(x)?;
        if hi.is_negative() {
            return Err(Trouble::Undefined("a square root of a negative number"));
        }
        if lo.is_negative() {
            return Err(Trouble::Undecided);
        }
        self.rising(Function::Sqrt, x)
    }

    /// `turns` half turns: sin(turns * pi). By Niven's theorem only a multiple of a twelfth of
    /// a turn has a rational sine, and those are given exactly.
    fn sin_turns(&mut self, turns: &BigRational) -> Result<Real> {
        let turns = turns - (turns / int(2)).floor() * int(2);
        let sixths = &turns * int(6);
        let half = |sign: i64| Ok(Real::Exact(BigRational::new(sign.into(), 2.into())));
        match sixths
            .is_integer()
            .then(|| sixths.to_integer().to_i64())
            .flatten()
        {
            Some(0 | 6) => Ok(Real::Exact(BigRational::zero())),
            Some(1 | 5) => half(1),
            Some(3) => Ok(Real::Exact(int(1))),
            Some(7 | 11) => half(-1),
            Some(9) => Ok(Real::Exact(int(-1))),
            _ => self.wave(Function::Sin, &Real::Turns(turns)),
        }
    }

    /// Sine or cosine of an enclosure: its slope is at most 1.
    fn wave(&mut self, function: Function, x: &Real) -> Result<Real> {
        let (lo, hi) = self.ends(x)?;
        if lo.abs().max(hi.abs()) > Dyadic::power_of_two(64) {
            return Err(Trouble::TooLarge);
        }
        let radius = &hi - &lo;
        let (below, above) = self.point(function, &lo)?;
        let below = (&below - &radius).max(Dyadic::int(-1));
        let above = (&above + &radius).min(Dyadic::int(1));
        Ok(self.ball((below, above)))
    }

    pub fn sin(&mut self, x: &Real) -> Result<Real> {
        match x {
            Real::Exact(zero) if zero.is_zero() => Ok(x.clone()),
            Real::Turns(turns) => self.sin_turns(turns),
            _ => self.wave(Function::Sin, x),
        }
    }

    pub fn cos(&mut self, x: &Real) -> Result<Real> {
        match x {
            Real::Exact(zero) if zero.is_zero() => Ok(Real::Exact(int(1))),
            Real::Turns(turns) => self.sin_turns(&(turns + BigRational::new(1.into(), 2.into()))),
            _ => self.wave(Function::Cos, x),
        }
    }

    /// `1 - 2 / (1 + exp(2 x))`, odd.
    pub fn tanh(&mut self, x: &Real) -> Result<Real> {
        let (lo, hi) = self.ends(x)?;
        if lo.is_zero() && hi.is_zero() {
            return Ok(x.clone());
        }
        if lo.is_positive() {
            let mirrored = self.tanh(&self.neg(x))?;
            return Ok(self.neg(&mirrored));
        }
        let [one, two] = [1, 2].map(|value| Real::Exact(int(value)));
        let doubled = self.mul(&two, x)?;
        let power = self.exp(&doubled)?;
        let below = self.add(&one, &power)?;
        let part = self.div(&two, &below)?;
        self.sub(&one, &part)
    }

    /// `1 / (1 + exp(-x))`.
    pub fn sigmoid(&mut self, x: &Real) -> Result<Real> {
        let one = Real::Exact(int(1));
        let (lo, _) = self.ends(x)?;
        if lo.is_negative() {
            let power = self.exp(x)?;
            let below = self.add(&one, &power)?;
            return self.div(&power, &below);
        }
        let power = self.exp(&self.neg(x))?;
        let below = self.add(&one, &power)?;
        self.div(&one, &below)
    }

    /// `base ^ exponent`; `0 ^ 0` is 1. A negative base needs an integer exponent.
    pub fn pow(&mut self, base: &Real, exponent: &Real) -> Result<Real> {
        if let Real::Exact(y) = exponent {
            if y.is_zero() {
                return Ok(Real::Exact(int(1)));
            }
            if y.is_one() {
                return Ok(base.clone());
            }
        }
        match (base, exponent) {
            (Real::Exact(x), Real::Exact(y)) if y.is_integer() => {
                Self::pow_exact(x, &y.to_integer())
            }
            (Real::Exact(x), _) if x.is_one() => Ok(base.clone()),
            (Real::Exact(x), _) if x.is_zero() => {
                self.positive(exponent, "a power of zero with an exponent below zero")?;
                Ok(base.clone())
            }
            (Real::Exact(x), Real::Exact(y)) if x.is_positive() => {
                let root = y.denom().to_u32().and_then(|degree| exact_root(x, degree));
                match root {
                    Some(root) => Self::pow_exact(&root, y.numer()),
                    None => self.pow_positive(base, exponent),
                }
            }
            (_, Real::Exact(y)) if y.is_integer() => {
                let (lo, hi) = self.ends(base)?;
                if lo.is_positive() {
                    self.pow_positive(base, exponent)
                } else if hi.is_negative() {
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

    fn pow_exact(base: &BigRational, exponent: &BigInt) -> Result<Real> {
        if base.is_zero() {
            return match exponent.is_negative() {
                true => Err(Trouble::Undefined(
                    "a power of zero with an exponent below zero",
                )),
                false => Ok(Real::Exact(base.clone())),
            };
        }
        if base.abs().is_one() {
            let negative = base.is_negative() && exponent.is_odd();
            return Ok(Real::Exact(int(if negative { -1 } else { 1 })));
        }
        let bits = base.numer().bits().max(base.denom().bits());
        let size = exponent
            .magnitude()
            .to_u64()
            .and_then(|size| size.checked_mul(bits));
        match (exponent.to_i32(), size) {
            (Some(exponent), Some(size)) if size <= MAX_BITS => bounded(base.pow(exponent)),
            _ => Err(Trouble::TooLarge),
        }
    }

    fn pow_positive(&mut self, base: &Real, exponent: &Real) -> Result<Real> {
        let logarithm = self.ln(base)?;
        let product = self.mul(&logarithm, exponent)?;
        self.exp(&product)
    }
}
