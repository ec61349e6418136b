//! Ends in machine words against exact rationals, and against astro-float with 128 bits.

use std::f64::consts::{FRAC_PI_2, LN_2};

use astro_float_num::Consts;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;

use super::ends::{Ball, End, Function};
use super::*;
use crate::meaning::graph::Rounding;

/// Numbers that look random, the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn mantissa(&mut self) -> i64 {
        let bits = self.below(62);
        let word = (self.below(1 << 31) << 31) | self.below(1 << 31);
        let value = (word >> (61 - bits)) as i64;
        match self.below(8) {
            0 => 1 << bits,
            1 => -(1 << bits),
            2 => 1 - (1 << 62),
            3..=5 => value,
            _ => -value,
        }
    }

    fn number(&mut self, exponents: i64) -> Short {
        let exponent = self.below(2 * exponents as u64 + 1) as i64 - exponents;
        Short::new(self.mantissa(), exponent)
    }
}

fn value<N: Number>(x: &N) -> BigRational {
    let (numer, denom) = x.fraction();
    BigRational::new(numer, denom)
}

fn long(x: &Short) -> Dyadic {
    let exact = Dyadic::around(&value(x).into(), 128);
    assert_eq!(exact.0, exact.1);
    exact.0
}

#[test]
fn words_round_down_and_say_when_they_do() {
    let mut dice = Dice(1);
    for _ in 0..20_000 {
        let (x, y) = (dice.number(90), dice.number(90));
        let (a, b) = (value(&x), value(&y));
        let close = |(rounded, exact): (Short, bool), to: BigRational| {
            let got = value(&rounded);
            assert!(got <= to, "{x:?} {y:?}");
            assert_eq!(got == to, exact, "{x:?} {y:?}");
            let error = (to.clone() - got) * BigInt::from(1_u64 << 59);
            assert!(error <= to.abs(), "{x:?} {y:?}: far off");
        };
        let sum = x.sum_below(&y, 0);
        assert!(value(&sum.0) <= &a + &b, "{x:?} {y:?}");
        assert_eq!(value(&sum.0) == &a + &b, sum.1, "{x:?} {y:?}");
        close(x.product_below(&y, 0), &a * &b);
        if y.sign().is_ne() {
            close(y.inverse_below(0), b.recip());
        }
        assert_eq!(x.cmp(&y), a.cmp(&b), "{x:?} {y:?}");
        assert_eq!(x.floor().big(), a.floor());
        let half = BigRational::new(1.into(), 2.into());
        assert_eq!(x.nearest_up().big(), (a + half).floor());
        if x.sign().is_ne() && y.sign().is_ne() {
            let ratio: Ratio = (value(&x) / value(&y)).into();
            let (lo, hi) = Short::around(&ratio, 0);
            let (lo, hi, ratio) = (value(&lo), value(&hi), ratio.big());
            assert!(
                lo == hi && lo == ratio || lo < ratio && ratio < hi,
                "{ratio}"
            );
        }
    }
}

/// The functions of words err by less than half of what they allow for.
#[test]
fn functions_of_words_keep_within_half_their_bounds() {
    let mut dice = Dice(2);
    let mut consts = Consts::new().unwrap();
    let functions = [
        Function::Exp,
        Function::Ln,
        Function::Log2,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
    ];
    let mut seen = [0; 6];
    // Fine steps and coarse ones, multiples of what arguments are reduced by, and numbers of all sizes.
    let period = |n: i64| [LN_2, FRAC_PI_2].map(|p| p * n as f64);
    let near_periods = (-40_000..40_000).step_by(37).flat_map(period).map(|x| {
        let scaled = (x * (1_u64 << 40) as f64) as i64;
        Short::new(scaled, -40)
    });
    let grid = (-2000..2000).flat_map(|n| [Short::new(n, -9), Short::new(n * 8191, -3)]);
    let mut random: Vec<Short> = (0..6000).map(|_| dice.number(80)).collect();
    random.extend(near_periods.chain(grid));
    for x in random {
        for (which, &function) in functions.iter().enumerate() {
            let Ok((lo, hi)) = Short::point(function, &x, 0, &mut ()) else {
                continue;
            };
            if function == Function::Exp && value(&x) < BigRational::from_integer((-19_000).into())
            {
                continue;
            }
            seen[which] += 1;
            let exact = Dyadic::point(function, &long(&x), 128, &mut consts).unwrap();
            let (lo, hi, above) = (value(&lo), value(&hi), value(&exact.1));
            let exact = value(&exact.0);
            if lo == hi {
                assert!(exact <= lo && lo <= above, "{function:?} {x:?}");
                continue;
            }
            let slack = match function {
                // A root is rounded, and no more.
                Function::Sqrt => BigRational::from_integer(0.into()),
                Function::Exp => (&hi - &lo) / BigInt::from(4),
                // 8 units.
                _ => BigRational::new(1.into(), (1_u64 << 59).into()),
            };
            assert!(
                &lo + &slack < exact && exact < &hi - &slack,
                "{function:?} {x:?}"
            );
        }
    }
    assert!(seen.iter().all(|&seen| seen > 5000), "{seen:?}");
}

#[test]
fn constants_of_words_are_right() {
    let mut consts = Consts::new().unwrap();
    let within = |(lo, hi): (Short, Short), exact: (Dyadic, Dyadic)| {
        assert!(value(&lo) < value(&exact.0) && value(&exact.1) < value(&hi));
        assert!((value(&hi) - value(&lo)) * BigInt::from(1_u64 << 58) < value(&exact.0));
    };
    within(
        Short::pi(0, &mut ()).unwrap(),
        Dyadic::pi(128, &mut consts).unwrap(),
    );
    within(
        Short::e(0, &mut ()).unwrap(),
        Dyadic::e(128, &mut consts).unwrap(),
    );
}

/// The ends of a product, and whether they are open, are those of all products.
#[test]
fn an_open_end_is_never_reached() {
    let ends = |at: i64, open| End {
        at: Short::int(at),
        open,
    };
    let mut balls = Vec::new();
    for lo in -2..=2 {
        for hi in lo..=2 {
            for open in 0..4 {
                if lo < hi || open == 0 {
                    balls.push(Ball {
                        lo: ends(lo, open & 1 != 0),
                        hi: ends(hi, open & 2 != 0),
                    });
                }
            }
        }
    }
    // Quarters that lie in the ball, as integers.
    let points = |ball: &Ball<Short>| -> Vec<i64> {
        let quarters = |end: &End<Short>| end.at.floor().to_i64().unwrap() * 4;
        let (lo, hi) = (quarters(&ball.lo), quarters(&ball.hi));
        let inside = lo + i64::from(ball.lo.open)..=hi - i64::from(ball.hi.open);
        inside.collect()
    };
    for x in &balls {
        for y in &balls {
            let product = x.product(y, 0);
            let all: Vec<i64> = points(x)
                .iter()
                .flat_map(|a| points(y).into_iter().map(move |b| a * b))
                .collect();
            let end = |end: &End<Short>| end.at.floor().to_i64().unwrap() * 16;
            let (lo, hi) = (end(&product.lo), end(&product.hi));
            let (least, most) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
            assert!(least > lo || least == lo && !product.lo.open, "{x:?} {y:?}");
            assert!(most < hi || most == hi && !product.hi.open, "{x:?} {y:?}");
            // No end is closed without need.
            assert!(product.lo.open || least == lo, "{x:?} {y:?}: {product:?}");
            assert!(product.hi.open || most == hi, "{x:?} {y:?}: {product:?}");
        }
    }
}

#[test]
fn rounding_next_to_an_open_end() {
    use crate::meaning::rounding::divide;
    for policy in Rounding::ALL {
        for halves in -9_i64..=9 {
            let at = Short::new(halves, -1);
            let end = |open| End { at, open };
            let near = |n: i64| divide(policy, n.into(), 1 << 20) as i64;
            let (here, unit) = (halves << 19, 1);
            assert_eq!(
                end(true).rounded_above(policy),
                Ratio::int(near(here + unit))
            );
            assert_eq!(
                end(true).rounded_below(policy),
                Ratio::int(near(here - unit))
            );
            assert_eq!(end(false).rounded_above(policy), Ratio::int(near(here)));
            assert_eq!(end(false).rounded_below(policy), Ratio::int(near(here)));
        }
    }
}
