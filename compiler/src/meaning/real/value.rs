//! A real number, as exactly as it is known, and how messages write it.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

use super::ends::Ball;
use super::{Number, Ratio};
use crate::meaning::graph::Rounding;
use crate::meaning::rounding::round_fraction;

/// A real number, as exactly as it is known.
#[derive(Clone, Debug)]
pub enum Real<N> {
    Exact(Ratio),
    /// A nonzero rational multiple of pi.
    Turns(Ratio),
    /// Somewhere between two ends.
    Ball(Ball<N>),
}

impl<N: Number> Real<N> {
    /// A decimal of at most six places, for messages.
    pub fn approximate(&self) -> String {
        let x = match self {
            Real::Exact(x) => x.big(),
            Real::Turns(x) => x.big() * BigRational::new(355.into(), 113.into()),
            Real::Ball(ball) => {
                let [lo, hi] = [&ball.lo, &ball.hi].map(|end| {
                    let (numer, denom) = end.at.fraction();
                    BigRational::new(numer, denom)
                });
                (lo + hi) / BigInt::from(2)
            }
        };
        let million = BigInt::from(1_000_000);
        let scaled = x.abs() * &million;
        let scaled = round_fraction(Rounding::Round, scaled.numer(), scaled.denom());
        let (whole, places) = scaled.div_rem(&million);
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
