//! Dyadic rationals, `mantissa * 2^exponent`: the ends of enclosures, and what astro-float takes.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg};

use astro_float_num::{BigFloat, Consts, Exponent, RoundingMode, Sign, Word, WORD_BIT_SIZE};
use num_bigint::{BigInt, BigUint, Sign as BigSign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::ends::Function;
use super::ratio::MAX_BITS;
use super::trouble::Result;
use super::{Number, Ratio, Trouble};

#[derive(Clone, Debug)]
pub struct Dyadic {
    mantissa: BigInt,
    exponent: i64,
}

impl Dyadic {
    /// A number not above `x` with about `bits` bits.
    fn below(x: &BigRational, bits: u64) -> Self {
        let denom = x.denom();
        let exponent = x.numer().bits() as i64 - denom.bits() as i64 - bits as i64;
        let shift = exponent.unsigned_abs();
        let mantissa = if exponent < 0 {
            (x.numer() << shift).div_floor(denom)
        } else {
            x.numer().div_floor(&(denom << shift))
        };
        Self { mantissa, exponent }
    }

    /// The largest number not above this one with at most `bits` bits.
    fn down(mut self, bits: u64) -> Self {
        let shift = self.mantissa.bits().saturating_sub(bits);
        if shift > 0 {
            self.mantissa >>= shift;
            self.exponent += shift as i64;
        }
        self
    }

    /// Rounded down to `bits` bits, and whether that changed nothing.
    fn rounded(self, bits: u64) -> (Self, bool) {
        let surplus = self.mantissa.bits().saturating_sub(bits);
        let zeros = self.mantissa.trailing_zeros();
        let exact = surplus == 0 || zeros.is_none_or(|zeros| zeros >= surplus);
        (self.down(bits), exact)
    }

    /// Both ends a relative 2^-bits away: far more than astro-float's own error with 64 bits more.
    fn widened(&self, bits: u64) -> (Self, Self) {
        let slack = Self {
            mantissa: self.mantissa.abs(),
            exponent: self.exponent - bits as i64,
        };
        (self + &-slack.clone(), self + &slack)
    }

    /// Both mantissas at the lower of the two exponents.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let mantissa = |x: &Self| &x.mantissa << (x.exponent - exponent).unsigned_abs();
        (mantissa(self), mantissa(other), exponent)
    }

    fn to_float(&self) -> Result<BigFloat> {
        let bytes = self.mantissa.magnitude().to_bytes_le();
        let words: Vec<Word> = bytes
            .chunks(WORD_BIT_SIZE / 8)
            .map(|chunk| {
                let highest_first = chunk.iter().rev();
                highest_first.fold(0, |word: Word, &byte| (word << 8) | Word::from(byte))
            })
            .collect();
        let sign = if self.mantissa.is_negative() {
            Sign::Neg
        } else {
            Sign::Pos
        };
        // A float's mantissa is a fraction below 1.
        let exponent = self.exponent + (words.len() * WORD_BIT_SIZE) as i64;
        let exponent = Exponent::try_from(exponent).map_err(|_| Trouble::TooLarge)?;
        Ok(BigFloat::from_words(&words, sign, exponent))
    }

    fn from_float(x: &BigFloat) -> Result<Self> {
        let (words, _, sign, exponent, _) = x.as_raw_parts().ok_or(Trouble::TooLarge)?;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let sign = if sign == Sign::Neg {
            BigSign::Minus
        } else {
            BigSign::Plus
        };
        let exponent = i64::from(exponent) - (words.len() * WORD_BIT_SIZE) as i64;
        if exponent.unsigned_abs() > MAX_BITS {
            return Err(Trouble::TooLarge);
        }
        let mantissa = BigInt::from_biguint(sign, BigUint::from_bytes_le(&bytes));
        Ok(Self { mantissa, exponent })
    }
}

/// The bits that astro-float is asked for.
fn float_bits(bits: u64) -> usize {
    bits as usize + 64
}

impl Number for Dyadic {
    /// Digits of pi, e and ln 2 so far.
    type Memory = Consts;
    const REACH: i64 = MAX_BITS as i64;

    fn memory() -> Result<Consts> {
        Consts::new().map_err(|_| Trouble::TooLarge)
    }

    fn price(bits: u64) -> u64 {
        bits
    }

    fn int(value: i64) -> Self {
        Self {
            mantissa: value.into(),
            exponent: 0,
        }
    }

    fn power_of_two(exponent: i64) -> Self {
        Self {
            mantissa: BigInt::one(),
            exponent,
        }
    }

    fn around(x: &Ratio, bits: u64) -> (Self, Self) {
        let x = x.big();
        let denom = x.denom();
        if denom.trailing_zeros() == Some(denom.bits() - 1) {
            let exact = Self {
                mantissa: x.numer().clone(),
                exponent: 1 - denom.bits() as i64,
            };
            return (exact.clone().down(bits), -(-exact).down(bits));
        }
        (Self::below(&x, bits), -Self::below(&-x, bits))
    }

    fn negated(&self) -> Self {
        -self.clone()
    }

    fn sum_below(&self, other: &Self, bits: u64) -> (Self, bool) {
        (self + other).rounded(bits)
    }

    fn product_below(&self, other: &Self, bits: u64) -> (Self, bool) {
        (self * other).rounded(bits)
    }

    fn inverse_below(&self, bits: u64) -> (Self, bool) {
        let shift = bits + self.mantissa.bits();
        let (mantissa, rest) = (BigInt::one() << shift).div_mod_floor(&self.mantissa);
        let inverse = Self {
            mantissa,
            exponent: -self.exponent - shift as i64,
        };
        (inverse, rest.is_zero())
    }

    fn sign(&self) -> Ordering {
        self.mantissa.cmp(&BigInt::ZERO)
    }

    fn size(&self) -> i64 {
        self.mantissa.bits() as i64 + self.exponent
    }

    fn floor(&self) -> Ratio {
        let (numer, denom) = self.fraction();
        Ratio::integer(numer.div_floor(&denom))
    }

    fn nearest_up(&self) -> Ratio {
        let (numer, denom) = self.fraction();
        let doubled: BigInt = numer * 2 + &denom;
        Ratio::integer(doubled.div_floor(&(denom * 2)))
    }

    fn fraction(&self) -> (BigInt, BigInt) {
        let shift = self.exponent.unsigned_abs();
        match self.exponent < 0 {
            true => (self.mantissa.clone(), BigInt::one() << shift),
            false => (&self.mantissa << shift, BigInt::one()),
        }
    }

    fn pi(bits: u64, consts: &mut Consts) -> Result<(Self, Self)> {
        let pi = consts.pi(float_bits(bits), RoundingMode::None);
        Ok(Self::from_float(&pi)?.widened(bits))
    }

    fn e(bits: u64, consts: &mut Consts) -> Result<(Self, Self)> {
        let e = consts.e(float_bits(bits), RoundingMode::None);
        Ok(Self::from_float(&e)?.widened(bits))
    }

    fn point(function: Function, x: &Self, bits: u64, consts: &mut Consts) -> Result<(Self, Self)> {
        let (mode, x) = (RoundingMode::None, x.to_float()?);
        let y = match function {
            Function::Exp => x.exp(float_bits(bits), mode, consts),
            Function::Ln => x.ln(float_bits(bits), mode, consts),
            Function::Log2 => x.log2(float_bits(bits), mode, consts),
            Function::Sqrt => x.sqrt(float_bits(bits), mode),
            Function::Sin => x.sin(float_bits(bits), mode, consts),
            Function::Cos => x.cos(float_bits(bits), mode, consts),
        };
        Ok(Self::from_float(&y)?.widened(bits))
    }
}

impl Neg for Dyadic {
    type Output = Dyadic;
    fn neg(self) -> Dyadic {
        Dyadic {
            mantissa: -self.mantissa,
            exponent: self.exponent,
        }
    }
}

impl Add for &Dyadic {
    type Output = Dyadic;
    fn add(self, other: &Dyadic) -> Dyadic {
        let (a, b, exponent) = self.aligned(other);
        Dyadic {
            mantissa: a + b,
            exponent,
        }
    }
}

impl Mul for &Dyadic {
    type Output = Dyadic;
    fn mul(self, other: &Dyadic) -> Dyadic {
        Dyadic {
            mantissa: &self.mantissa * &other.mantissa,
            exponent: self.exponent + other.exponent,
        }
    }
}

impl PartialEq for Dyadic {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Dyadic {}

impl PartialOrd for Dyadic {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dyadic {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.mantissa.sign().cmp(&other.mantissa.sign());
        if signs.is_ne() {
            return signs;
        }
        let (a, b, _) = self.aligned(other);
        a.cmp(&b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numer: i64, denom: i64) -> BigRational {
        BigRational::new(numer.into(), denom.into())
    }

    fn value(x: &Dyadic) -> BigRational {
        let (numer, denom) = x.fraction();
        BigRational::new(numer, denom)
    }

    #[test]
    fn rounding_is_outwards_and_close() {
        for (n, d) in [
            (1, 3),
            (-1, 3),
            (22, 7),
            (-22, 7),
            (1_000_003, 10),
            (5, 1_000_003),
        ] {
            let (x, tolerance) = (ratio(n, d), ratio(n.abs(), d) / BigInt::from(1 << 20));
            let below = value(&Dyadic::around(&x.clone().into(), 24).0);
            assert!(below <= x && &x - &below <= tolerance, "{n}/{d}");
            let shorter = value(&Dyadic::below(&x, 60).down(24));
            assert!(shorter <= x && &x - &shorter <= tolerance, "{n}/{d}");
            let inverse = value(&Dyadic::int(d).inverse_below(24).0);
            assert!(inverse <= ratio(1, d) && ratio(1, d) - inverse <= ratio(1, d << 20));
        }
        let exact = Dyadic::around(&ratio(-5, 8).into(), 3);
        assert_eq!(
            (value(&exact.0), value(&exact.1)),
            (ratio(-5, 8), ratio(-5, 8))
        );
        let quarter = Dyadic::int(-4).inverse_below(8);
        assert_eq!((value(&quarter.0), quarter.1), (ratio(-1, 4), true));
    }

    #[test]
    fn floats_go_round() {
        for (n, d) in [
            (0, 1),
            (1, 1),
            (-3, 4),
            (1 << 40, 1),
            (5, 1 << 50),
            (-12345, 32),
        ] {
            let x = Dyadic::around(&ratio(n, d).into(), 64).0;
            assert_eq!(Dyadic::from_float(&x.to_float().unwrap()).unwrap(), x);
        }
    }

    #[test]
    fn order_and_arithmetic() {
        let [a, b] = [Dyadic::power_of_two(-3), Dyadic::int(3)];
        assert!(a < b && -b.clone() < a && -b.clone() < -a.clone());
        assert_eq!(value(&(&a + &b)), ratio(25, 8));
        assert_eq!(value(&(&a + &-b.clone())), ratio(-23, 8));
        assert_eq!(value(&(&a * &b)), ratio(3, 8));
    }
}
