//! Functions of real numbers: exact where a theorem says so, else enclosures.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive};

use super::Arithmetic;
use crate::meaning::real::ends::{Ball, End, Function};
use crate::meaning::real::ratio::{exact_root, power, MAX_BITS};
use crate::meaning::real::trouble::Result;
use crate::meaning::real::{Number, Ratio, Real, Trouble};

/// `exp` is evaluated for arguments up to this size; e^20000 has 28,854 bits.
const MAX_EXP: i64 = 20_000;
/// 2^-28000 is above e^-20000.
const TINY: i64 = -28_000;

impl<N: Number> Arithmetic<N> {
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
