//! A number as JSON writes it, exactly: `12`, `-3.50`, `1e2`. Work is linear in its length, whatever
//! its exponent.

/// What a number is among the integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimal {
    Integer(i128),
    Fraction,
    /// An integer of more than [`MAX_DIGITS`] digits.
    Huge,
}

/// All integers of so many digits are an i128's.
const MAX_DIGITS: i64 = 38;

/// Reads a number that is well formed.
pub fn decimal(text: &str) -> Decimal {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let count = (whole.len() + fraction.len()) as i64;
    let counts = |digit: u8| digit != b'0';
    let Some(leading) = digits().position(counts) else {
        return Decimal::Integer(0);
    };
    let trailing = digits().rev().position(counts).unwrap_or(0) as i64;
    let exponent = match exponent.parse::<i64>() {
        // A text has far fewer digits than such an exponent moves the point by.
        Ok(exponent) => exponent.clamp(-(1 << 60), 1 << 60),
        Err(_) if exponent.starts_with('-') => -(1 << 60),
        Err(_) => 1 << 60,
    };
    // What is left of the point after the last digit that is not 0.
    let zeros = exponent - fraction.len() as i64 + trailing;
    if zeros < 0 {
        return Decimal::Fraction;
    }
    let own = count - leading as i64 - trailing;
    if own + zeros > MAX_DIGITS {
        return Decimal::Huge;
    }
    let own = digits().skip(leading).take(own as usize);
    let zeros = std::iter::repeat_n(b'0', zeros as usize);
    let magnitude = own
        .chain(zeros)
        .fold(0i128, |value, digit| 10 * value + i128::from(digit - b'0'));
    Decimal::Integer(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decimal::{Fraction, Huge, Integer};

    #[test]
    fn numbers_are_what_they_say() {
        for (text, expected) in [
            ("0", Integer(0)),
            ("-0", Integer(0)),
            ("-0.000e7", Integer(0)),
            ("0e999999999999999999999", Integer(0)),
            ("12", Integer(12)),
            ("-12.50E+1", Integer(-125)),
            ("1200e-2", Integer(12)),
            ("0.0012e4", Integer(12)),
            ("1.0", Integer(1)),
            ("1e2", Integer(100)),
            ("9007199254740993.0", Integer(9_007_199_254_740_993)),
            ("1e37", Integer(10i128.pow(37))),
            ("1e38", Huge),
            ("100000000000000000000000000000000000000", Huge),
            ("1e999999999", Huge),
            ("1e99999999999999999999999", Huge),
            ("0.5", Fraction),
            ("1e-1", Fraction),
            ("1200e-3", Fraction),
            ("1.0000000000000000001", Fraction),
            ("-1e-999999999", Fraction),
            ("1e-99999999999999999999999", Fraction),
        ] {
            assert_eq!(decimal(text), expected, "{text}");
        }
        let long = format!("0.{}1e1000001", "0".repeat(1_000_000));
        assert_eq!(decimal(&long), Integer(1));
        let long = format!("1{}e-1000000", "0".repeat(1_000_000));
        assert_eq!(decimal(&long), Integer(1));
    }
}
