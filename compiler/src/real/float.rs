//! Dyadic rationals, and their exchange with astro-float.

use astro_float_num::{BigFloat, Exponent, Sign, Word, WORD_BIT_SIZE};
use num_bigint::{BigInt, BigUint, Sign as BigSign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Trouble, MAX_BITS};

pub(super) fn power_of_two(exponent: i64) -> BigRational {
    let power = BigInt::one() << exponent.unsigned_abs();
    if exponent < 0 {
        BigRational::new_raw(BigInt::one(), power)
    } else {
        BigRational::from_integer(power)
    }
}

/// The multiple of a power of two just below, with at least `bits` significant bits.
pub(super) fn down(x: &BigRational, bits: u64) -> BigRational {
    if x.is_zero() || x.numer().bits() + x.denom().bits() <= bits {
        return x.clone();
    }
    let shift = x.numer().bits() as i64 - x.denom().bits() as i64 - bits as i64;
    if shift < 0 {
        let floor = (x.numer() << shift.unsigned_abs()).div_floor(x.denom());
        BigRational::new(floor, BigInt::one() << shift.unsigned_abs())
    } else {
        let floor = x.numer().div_floor(&(x.denom() << shift.unsigned_abs()));
        BigRational::from_integer(floor << shift.unsigned_abs())
    }
}

pub(super) fn up(x: &BigRational, bits: u64) -> BigRational {
    -down(&-x, bits)
}

/// The number as a fraction of a power of two; any other rational is rounded down to one.
pub(super) fn dyadic(x: &BigRational, bits: u64) -> BigRational {
    let denom = x.denom();
    if denom.trailing_zeros() == Some(denom.bits() - 1) {
        return x.clone();
    }
    let shift = x.numer().bits() as i64 - denom.bits() as i64 - bits as i64;
    if shift < 0 {
        let floor = (x.numer() << shift.unsigned_abs()).div_floor(denom);
        BigRational::new(floor, BigInt::one() << shift.unsigned_abs())
    } else {
        x.floor()
    }
}

pub(super) fn to_float(x: &BigRational) -> Result<BigFloat, Trouble> {
    let bytes = x.numer().magnitude().to_bytes_le();
    let words: Vec<Word> = bytes
        .chunks(WORD_BIT_SIZE / 8)
        .map(|chunk| {
            let shifted = chunk.iter().rev();
            shifted.fold(0, |word: Word, &byte| (word << 8) | Word::from(byte))
        })
        .collect();
    let sign = if x.is_negative() {
        Sign::Neg
    } else {
        Sign::Pos
    };
    let exponent = (words.len() * WORD_BIT_SIZE) as i64 - (x.denom().bits() as i64 - 1);
    let exponent = Exponent::try_from(exponent).map_err(|_| Trouble::TooLarge)?;
    Ok(BigFloat::from_words(&words, sign, exponent))
}

pub(super) fn from_float(x: &BigFloat) -> Result<BigRational, Trouble> {
    let (words, _, sign, exponent, _) = x.as_raw_parts().ok_or(Trouble::TooLarge)?;
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let magnitude = BigUint::from_bytes_le(&bytes);
    let sign = if sign == Sign::Neg {
        BigSign::Minus
    } else {
        BigSign::Plus
    };
    let numer = BigRational::from_integer(BigInt::from_biguint(sign, magnitude));
    let shift = i64::from(exponent) - (words.len() * WORD_BIT_SIZE) as i64;
    if shift.unsigned_abs() > MAX_BITS {
        return Err(Trouble::TooLarge);
    }
    Ok(numer * power_of_two(shift))
}
