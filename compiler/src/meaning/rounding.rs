//! The six rounding policies: how a quotient becomes an integer (spec 4.5).

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Signed;

use crate::meaning::graph::Rounding;

impl Rounding {
    pub const ALL: [Rounding; 6] = [
        Rounding::Floor,
        Rounding::Ceil,
        Rounding::Trunc,
        Rounding::Round,
        Rounding::RoundHalfUp,
        Rounding::RoundHalfEven,
    ];

    /// The policy's name in a program.
    pub const fn name(self) -> &'static str {
        match self {
            Rounding::Floor => "floor",
            Rounding::Ceil => "ceil",
            Rounding::Trunc => "trunc",
            Rounding::Round => "round",
            Rounding::RoundHalfUp => "round_half_up",
            Rounding::RoundHalfEven => "round_half_even",
        }
    }

    /// The policy of that name, if there is one.
    pub fn named(name: &str) -> Option<Rounding> {
        Rounding::ALL
            .into_iter()
            .find(|policy| policy.name() == name)
    }
}

/// `n / d` for `d > 0` as the policy rounds it:
/// - `Floor`: the largest integer not above it; `Ceil`: the smallest not below it;
/// - `Trunc`: towards zero;
/// - `Round`: the nearest, a half away from zero;
/// - `RoundHalfUp`: the nearest, a half upwards, so -1/2 gives 0;
/// - `RoundHalfEven`: the nearest, a half to the even one.
pub fn divide(policy: Rounding, n: i128, d: i128) -> i128 {
    debug_assert!(d > 0, "a divisor is positive");
    let (floor, rest) = (n.div_euclid(d), n.rem_euclid(d));
    // `rest` against the half `d / 2`, without doubling it.
    let half = rest.cmp(&(d - rest));
    let up = match policy {
        Rounding::Floor => false,
        Rounding::Ceil => rest > 0,
        Rounding::Trunc => rest > 0 && n < 0,
        Rounding::Round => half.is_gt() || half.is_eq() && n > 0,
        Rounding::RoundHalfUp => half.is_ge(),
        Rounding::RoundHalfEven => half.is_gt() || half.is_eq() && floor % 2 != 0,
    };
    floor + i128::from(up)
}

/// As [`divide`], for integers of any size.
pub fn round_fraction(policy: Rounding, n: &BigInt, d: &BigInt) -> BigInt {
    let (floor, rest) = n.div_mod_floor(d);
    let half = rest.cmp(&(d - &rest));
    let up = match policy {
        Rounding::Floor => false,
        Rounding::Ceil => rest.is_positive(),
        Rounding::Trunc => rest.is_positive() && n.is_negative(),
        Rounding::Round => half.is_gt() || half.is_eq() && n.is_positive(),
        Rounding::RoundHalfUp => half.is_ge(),
        Rounding::RoundHalfEven => half.is_gt() || half.is_eq() && floor.is_odd(),
    };
    floor + i32::from(up)
}

/// The square root of `x >= 0`, rounded down or to the nearest integer: no integer's root is a half.
pub fn root(nearest: bool, x: i64) -> i64 {
    let floor = x.max(0).unsigned_abs().isqrt() as i64;
    // x > r * (r + 1) is x > (r + 1/2)^2 of integers.
    floor + i64::from(nearest && x - floor * floor > floor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;

    /// The policies by their definitions over the rationals.
    fn defined(policy: Rounding, x: &BigRational) -> BigInt {
        let half = BigRational::new(1.into(), 2.into());
        let up = (x + &half).floor().to_integer();
        let tie = BigRational::from_integer(up.clone()) - x == half;
        match policy {
            Rounding::Floor => x.floor().to_integer(),
            Rounding::Ceil => x.ceil().to_integer(),
            Rounding::Trunc => x.trunc().to_integer(),
            Rounding::Round if tie && x.is_negative() => up - 1,
            Rounding::RoundHalfEven if tie && up.is_odd() => up - 1,
            Rounding::Round | Rounding::RoundHalfUp | Rounding::RoundHalfEven => up,
        }
    }

    #[test]
    fn quotients_agree_with_rationals() {
        let mut state = 1u64;
        let mut draw = |size: i128| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            i128::from(state >> 33) % size
        };
        let small = (-30..=30).flat_map(|n| (1..=12).map(move |d| (n, d)));
        let large = (0..2000).map(|_| (draw(1 << 31) - (1 << 30), draw(1 << 20) + 1));
        for (n, d) in small.chain(large) {
            let exact = BigRational::new(n.into(), d.into());
            for policy in Rounding::ALL {
                let expected = defined(policy, &exact);
                assert_eq!(round_fraction(policy, &n.into(), &d.into()), expected);
                assert_eq!(
                    BigInt::from(divide(policy, n, d)),
                    expected,
                    "{} {n}/{d}",
                    policy.name()
                );
            }
        }
    }

    #[test]
    fn the_policies_by_their_definitions() {
        let rows: [(i128, [i128; 6]); 6] = [
            (-3, [-2, -1, -1, -2, -1, -2]),
            (-1, [-1, 0, 0, -1, 0, 0]),
            (0, [0; 6]),
            (1, [0, 1, 0, 1, 1, 0]),
            (3, [1, 2, 1, 2, 2, 2]),
            (5, [2, 3, 2, 3, 3, 2]),
        ];
        for (n, row) in rows {
            assert_eq!(
                Rounding::ALL.map(|policy| divide(policy, n, 2)),
                row,
                "{n}/2"
            );
        }
        assert_eq!(divide(Rounding::Round, i128::MAX, i128::MAX), 1);
        assert_eq!(
            Rounding::named("round_half_up"),
            Some(Rounding::RoundHalfUp)
        );
        assert_eq!(Rounding::named("rond"), None);
    }
}
