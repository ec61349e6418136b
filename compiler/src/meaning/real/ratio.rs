//! Exact rationals: in machine words while they fit, of any size beyond.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

/// Numerators and denominators stay below this many bits.
pub(super) const MAX_BITS: u64 = 1 << 18;
/// Numerators and denominators below this stay in words: then no sum of products leaves `i128`.
const SHORT: u128 = 1 << 62;

/// A rational in lowest terms with a positive denominator, in words if both fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Short(i64, i64),
    Long(Box<BigRational>),
}

fn gcd(a: i64, b: i64) -> i64 {
    a.unsigned_abs().gcd(&b.unsigned_abs()) as i64
}

fn wide_gcd(a: i128, b: i128) -> i128 {
    a.unsigned_abs().gcd(&b.unsigned_abs()) as i128
}

impl Ratio {
    pub fn int(value: i64) -> Self {
        Self::lowest(value.into(), 1)
    }

    pub fn integer(value: BigInt) -> Self {
        match value.to_i64() {
            Some(value) => Self::int(value),
            None => Self(Form::Long(Box::new(BigRational::from_integer(value)))),
        }
    }

    /// `numer / denom`, which is in lowest terms, for `denom > 0`.
    fn lowest(numer: i128, denom: i128) -> Self {
        if numer.unsigned_abs() < SHORT && denom.unsigned_abs() < SHORT {
            return Self(Form::Short(numer as i64, denom as i64));
        }
        Self(Form::Long(Box::new(BigRational::new_raw(
            numer.into(),
            denom.into(),
        ))))
    }

    /// Numerator and denominator, if they are in words.
    pub fn short(&self) -> Option<(i64, i64)> {
        match self.0 {
            Form::Short(numer, denom) => Some((numer, denom)),
            Form::Long(_) => None,
        }
    }

    pub fn big(&self) -> BigRational {
        match &self.0 {
            Form::Short(numer, denom) => BigRational::new_raw((*numer).into(), (*denom).into()),
            Form::Long(x) => (**x).clone(),
        }
    }

    /// The bits of the numerator and of the denominator, the larger.
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Form::Short(numer, denom) => {
                let bits = |n: u64| u64::from(64 - n.leading_zeros());
                bits(numer.unsigned_abs()).max(bits(denom.unsigned_abs()))
            }
            Form::Long(x) => x.numer().bits().max(x.denom().bits()),
        }
    }

    /// Numerator and denominator, if they are below 2^126.
    fn wide(&self) -> Option<(i128, i128)> {
        match &self.0 {
            Form::Short(numer, denom) => Some(((*numer).into(), (*denom).into())),
            Form::Long(x) if self.bits() <= 126 => {
                Some((x.numer().to_i128()?, x.denom().to_i128()?))
            }
            Form::Long(_) => None,
        }
    }

    /// `numer / denom` with a product each, in lowest terms.
    fn of_products(numer: (i128, i128), denom: (i128, i128)) -> Self {
        let short = (numer.0.checked_mul(numer.1), denom.0.checked_mul(denom.1));
        match short {
            (Some(numer), Some(denom)) => Self::lowest(numer, denom),
            _ => {
                let product = |(a, b)| BigInt::from(a) * BigInt::from(b);
                let long = BigRational::new_raw(product(numer), product(denom));
                Self(Form::Long(Box::new(long)))
            }
        }
    }

    pub fn denom(&self) -> BigInt {
        match &self.0 {
            Form::Short(_, denom) => (*denom).into(),
            Form::Long(x) => x.denom().clone(),
        }
    }

    pub fn numer(&self) -> BigInt {
        match &self.0 {
            Form::Short(numer, _) => (*numer).into(),
            Form::Long(x) => x.numer().clone(),
        }
    }

    pub fn is_zero(&self) -> bool {
        self.sign().is_eq()
    }

    pub fn is_one(&self) -> bool {
        self.short() == Some((1, 1))
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Short(_, denom) => *denom == 1,
            Form::Long(x) => x.is_integer(),
        }
    }

    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Short(numer, 1) => Some(*numer),
            Form::Short(..) => None,
            Form::Long(x) if x.is_integer() => x.numer().to_i64(),
            Form::Long(_) => None,
        }
    }

    /// Less, equal or greater than zero.
    pub fn sign(&self) -> Ordering {
        match &self.0 {
            Form::Short(numer, _) => numer.cmp(&0),
            Form::Long(x) if x.is_negative() => Ordering::Less,
            Form::Long(x) if x.is_positive() => Ordering::Greater,
            Form::Long(_) => Ordering::Equal,
        }
    }

    pub fn abs(&self) -> Self {
        match self.sign().is_lt() {
            true => -self,
            false => self.clone(),
        }
    }

    pub fn floor(&self) -> Self {
        match &self.0 {
            Form::Short(numer, denom) => Self::int(numer.div_euclid(*denom)),
            Form::Long(x) => x.floor().into(),
        }
    }
}

impl From<BigRational> for Ratio {
    /// From lowest terms.
    fn from(x: BigRational) -> Self {
        match (x.numer().to_i128(), x.denom().to_i128()) {
            (Some(numer), Some(denom)) if numer.unsigned_abs() < 1 << 126 => {
                Self::lowest(numer, denom)
            }
            _ => Self(Form::Long(Box::new(x))),
        }
    }
}

impl Neg for &Ratio {
    type Output = Ratio;
    fn neg(self) -> Ratio {
        Ratio(match &self.0 {
            Form::Short(numer, denom) => Form::Short(-numer, *denom),
            Form::Long(x) => Form::Long(Box::new(-&**x)),
        })
    }
}

impl Add for &Ratio {
    type Output = Ratio;
    fn add(self, other: &Ratio) -> Ratio {
        let (Some((a, b)), Some((c, d))) = (self.short(), other.short()) else {
            let wide = self.wide().zip(other.wide());
            let sum = wide.and_then(|(x, y)| wide_sum(x, y));
            return sum.unwrap_or_else(|| (self.big() + other.big()).into());
        };
        if b == 1 && d == 1 {
            return Ratio::lowest(i128::from(a) + i128::from(c), 1);
        }
        let common = gcd(b, d);
        let (left, right) = (b / common, d / common);
        let sum = i128::from(a) * i128::from(right) + i128::from(c) * i128::from(left);
        // Only what both denominators have can cancel.
        let rest = gcd((sum % i128::from(common)) as i64, common);
        let denom = i128::from(left) * i128::from(d / rest);
        Ratio::lowest(sum / i128::from(rest), denom)
    }
}

/// The sum, if what it takes fits.
fn wide_sum((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<Ratio> {
    let common = wide_gcd(b, d);
    let (left, right) = (b / common, d / common);
    let sum = a.checked_mul(right)?.checked_add(c.checked_mul(left)?)?;
    let rest = wide_gcd(sum % common, common);
    Some(Ratio::of_products((sum / rest, 1), (left, d / rest)))
}

impl Mul for &Ratio {
    type Output = Ratio;
    fn mul(self, other: &Ratio) -> Ratio {
        let (Some((a, b)), Some((c, d))) = (self.short(), other.short()) else {
            let (Some((a, b)), Some((c, d))) = (self.wide(), other.wide()) else {
                return (self.big() * other.big()).into();
            };
            let (left, right) = (wide_gcd(a, d), wide_gcd(c, b));
            return Ratio::of_products((a / left, c / right), (b / right, d / left));
        };
        let (left, right) = (gcd(a, d), gcd(c, b));
        let numer = i128::from(a / left) * i128::from(c / right);
        Ratio::lowest(numer, i128::from(b / right) * i128::from(d / left))
    }
}

impl Div for &Ratio {
    type Output = Ratio;
    /// By what is not zero.
    fn div(self, other: &Ratio) -> Ratio {
        match other.short() {
            Some((numer, denom)) => {
                let sign = numer.signum();
                self * &Ratio::lowest((denom * sign).into(), (numer * sign).into())
            }
            None => self * &Ratio(Form::Long(Box::new(other.big().recip()))),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.short(), other.short()) {
            (Some((a, b)), Some((c, d))) => {
                (i128::from(a) * i128::from(d)).cmp(&(i128::from(c) * i128::from(b)))
            }
            _ => self.big().cmp(&other.big()),
        }
    }
}

/// The exact `degree`-th root of a number that is not negative, if it is rational.
pub fn exact_root(x: &Ratio, degree: u32) -> Option<Ratio> {
    if x.is_zero() || x.is_one() {
        return Some(x.clone());
    }
    // Another number's root has a degree of at most its bits.
    if degree == 0 || u64::from(degree) > x.bits() {
        return None;
    }
    if let Some((numer, denom)) = x.short() {
        let root = |n: u64| {
            let root = num_integer::Roots::nth_root(&n, degree);
            (root.checked_pow(degree) == Some(n)).then_some(root as i64)
        };
        let (numer, denom) = (root(numer.unsigned_abs())?, root(denom.unsigned_abs())?);
        return Some(Ratio::lowest(numer.into(), denom.into()));
    }
    let root = |n: &BigInt| {
        let root = n.nth_root(degree);
        (num_traits::pow(root.clone(), degree as usize) == *n).then_some(root)
    };
    let x = x.big();
    Some(BigRational::new_raw(root(x.numer())?, root(x.denom())?).into())
}

/// `base ^ exponent` for `base` not zero.
pub fn power(base: &Ratio, exponent: i32) -> Ratio {
    let short = base.short().and_then(|(numer, denom)| {
        let power = |n: i64| n.checked_pow(exponent.unsigned_abs());
        let (numer, denom) = (power(numer)?, power(denom)?);
        let turned = (denom.checked_mul(numer.signum())?, numer.checked_abs()?);
        let (numer, denom) = if exponent < 0 { turned } else { (numer, denom) };
        Some(Ratio::lowest(numer.into(), denom.into()))
    });
    short.unwrap_or_else(|| base.big().pow(exponent).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_beyond_agree_with_big_rationals() {
        let parts = [
            (0, 1),
            (1, 1),
            (-1, 1),
            (5, 6),
            (-7, 10),
            (1 << 40, 3),
            ((1 << 62) - 1, 1),
            (1 - (1 << 62), (1 << 61) - 1),
            (1, (1 << 62) - 1),
            (i64::MAX, 2),
            (i64::MAX, i64::MAX - 1),
            (3, i64::MAX),
            (i64::MIN, 3),
        ];
        let big = |(n, d): (i64, i64)| BigRational::new(n.into(), d.into());
        for a in parts {
            let x: Ratio = big(a).into();
            assert_eq!(x.big(), big(a));
            assert_eq!((-&x).big(), -big(a));
            assert_eq!(x.floor().big(), big(a).floor());
            for b in parts {
                let y: Ratio = big(b).into();
                assert_eq!(&x + &y, (big(a) + big(b)).into(), "{a:?} + {b:?}");
                assert_eq!(&x * &y, (big(a) * big(b)).into(), "{a:?} * {b:?}");
                assert_eq!(x.cmp(&y), big(a).cmp(&big(b)), "{a:?} {b:?}");
                if !y.is_zero() {
                    assert_eq!(&x / &y, (big(a) / big(b)).into(), "{a:?} / {b:?}");
                }
            }
            for exponent in (-3..=3).filter(|_| !x.is_zero()) {
                assert_eq!(power(&x, exponent), big(a).pow(exponent).into());
            }
            // Numbers of several words, in all sizes up to 500 bits.
            let mut long = x.clone_or_one();
            for b in parts {
                let exact = long.big();
                let y: Ratio = big(b).into();
                assert_eq!((&long + &y).big(), &exact + big(b));
                assert_eq!((&long * &y).big(), &exact * big(b));
                assert_eq!((&y + &long).big(), &exact + big(b));
                long = &long * &y.clone_or_one();
            }
            // What fits words is in words, whatever it came from.
            assert_eq!((&(&x * &x) / &x.clone_or_one()).short(), x.short());
        }
    }

    impl Ratio {
        fn clone_or_one(&self) -> Self {
            match self.is_zero() {
                true => Self::int(1),
                false => self.clone(),
            }
        }
    }

    #[test]
    fn roots_are_exact_or_none() {
        let ratio = |n: i64, d: i64| -> Ratio { BigRational::new(n.into(), d.into()).into() };
        assert_eq!(exact_root(&ratio(8, 27), 3), Some(ratio(2, 3)));
        assert_eq!(exact_root(&ratio(9, 27), 3), None);
        assert_eq!(exact_root(&ratio(1, 1), 40_000), Some(ratio(1, 1)));
        assert_eq!(exact_root(&ratio(0, 1), 2), Some(ratio(0, 1)));
        let long = power(&ratio(7, 3), 90);
        assert_eq!(exact_root(&long, 45), Some(ratio(49, 9)));
        assert_eq!(exact_root(&long, 44), None);
    }
}
