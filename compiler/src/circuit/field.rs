//! The field, and the degree that its proofs have room for.

/// The modulus of the field M31.
pub const P: i128 = (1 << 31) - 1;

/// The largest degree of a rule: the composition polynomial is committed at twice the trace's
/// length, which leaves room for degree 3.
pub const MAX_DEGREE: u32 = 3;

/// The element of the field that an integer is, in 0..P.
pub fn residue(x: i64) -> i64 {
    i128::from(x).rem_euclid(P) as i64
}

/// The inverse of an integer in the field, in 0..P; 0 of 0.
pub fn inverse(x: i64) -> i64 {
    let (mut power, mut base, mut exponent) = (1, i128::from(residue(x)), P - 2);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * base % P;
        }
        base = base * base % P;
        exponent /= 2;
    }
    power as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_times_its_inverse_is_one() {
        for x in [1, -1, 2, 46340, -46341, (1 << 31) - 2, 1 << 40] {
            let product = i128::from(x) * i128::from(inverse(x));
            assert_eq!(product.rem_euclid(P), 1, "{x}");
        }
        assert_eq!(inverse(0), 0);
        assert_eq!(inverse((1 << 31) - 1), 0);
    }
}
