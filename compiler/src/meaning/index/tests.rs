//! Random index expressions: what `bounds` admits is what an evaluation in wide integers gives.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

use super::*;
use IndexExpr::{Add, Constant, Div, Index, Mod, Mul, Pow, Sub};

/// A small generator: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// Small, or near a power of two of any size, of either sign.
    fn constant(&mut self) -> i64 {
        let near = match self.below(4) {
            0 => 0,
            1 => 1 << 31,
            2 => 1 << 62,
            _ => 1i128 << self.below(64),
        };
        let value = near + i128::from(self.below(9)) - 4;
        let value = if self.below(3) == 0 { -value } else { value };
        i64::try_from(value).unwrap_or(i64::MIN)
    }

    fn expression(&mut self, depth: u64) -> IndexExpr {
        let joined = |join: fn(Box<IndexExpr>, Box<IndexExpr>) -> IndexExpr, a, b| {
            join(Box::new(a), Box::new(b))
        };
        if depth == 0 || self.below(5) == 0 {
            return match self.below(3) {
                0 => Constant(self.constant()),
                _ => Index(IndexId(self.below(3) as u32)),
            };
        }
        let a = self.expression(depth - 1);
        match self.below(8) {
            0 | 1 => joined(Add, a, self.expression(depth - 1)),
            2 | 3 => joined(Sub, a, self.expression(depth - 1)),
            4 | 5 => joined(Mul, a, self.expression(depth - 1)),
            6 => joined(Div, a, Constant(self.constant().saturating_abs().max(1))),
            _ => joined(Mod, a, Constant(self.constant().saturating_abs().max(1))),
        }
    }
}

/// The value over the integers, and the largest magnitude on the way.
fn exact(expr: &IndexExpr, at: &[i64]) -> (BigInt, bool) {
    let both = |a: &IndexExpr, b: &IndexExpr| {
        let ((a, fits), (b, too)) = (exact(a, at), exact(b, at));
        (a, b, fits && too)
    };
    let (value, fits) = match expr {
        Index(index) => (at[index.index()].into(), true),
        Constant(value) => ((*value).into(), true),
        Add(a, b) => {
            let (a, b, fits) = both(a, b);
            (a + b, fits)
        }
        Sub(a, b) => {
            let (a, b, fits) = both(a, b);
            (a - b, fits)
        }
        Mul(a, b) => {
            let (a, b, fits) = both(a, b);
            (a * b, fits)
        }
        Div(a, b) => {
            let (a, b, fits) = both(a, b);
            (a.div_floor(&b), fits)
        }
        Mod(a, b) => {
            let (a, b, fits) = both(a, b);
            (a.mod_floor(&b), fits)
        }
        Pow(a, b) => {
            let (a, b, fits) = both(a, b);
            (a.pow(b.to_u32().unwrap()), fits)
        }
    };
    let inside = value.to_i64().is_some();
    (value, fits && inside)
}

/// Two free indices, and one that grows with the first.
const DIMS: [Dim; 3] = [
    Dim::Static(4),
    Dim::Static(3),
    Dim::Growing {
        base: 2,
        position: 0,
    },
];

#[test]
fn what_bounds_admit_is_exact() {
    let mut random = Random(11);
    let (mut admitted, mut refused, mut large) = (0, 0, 0);
    for _ in 0..40_000 {
        let depth = 1 + random.below(5);
        let expr = random.expression(depth);
        let bounds = bounds(&DIMS[..], &expr);
        let mut leaves = false;
        crate::meaning::dims::for_each_point(&DIMS, &mut |_, at| {
            let (value, fits) = exact(&expr, at);
            leaves |= !fits;
            let checked = expr.checked(&|index| at[index.index()]);
            match fits {
                true => assert_eq!(checked.map(BigInt::from), Some(value.clone()), "{expr:?}"),
                false => assert_eq!(checked, None, "{expr:?} at {at:?}"),
            }
            if let Ok(range) = bounds {
                assert!(fits, "{expr:?} leaves 64 bits at {at:?}");
                let value = value.to_i128().unwrap();
                assert!(range.contains(value), "{expr:?} is {value}, not in {range}");
                large += usize::from(value.abs() > 1 << 40);
            }
        });
        match &bounds {
            Ok(_) => admitted += 1,
            Err(beyond) => {
                refused += 1;
                // Of linear expressions, no more is refused than leaves 64 bits.
                assert!(leaves || linear(&beyond.part).is_none(), "{beyond:?}");
                assert!(WORD.meet(beyond.range) != Some(beyond.range));
            }
        }
    }
    assert!(admitted > 10_000 && refused > 5_000 && large > 10_000);
}

#[test]
fn subscripts_divide_downwards() {
    let minus = Sub(Box::new(Constant(0)), Box::new(Index(IndexId(0))));
    let three = || Box::new(Constant(3));
    let of = |_| 4;
    assert_eq!(Div(Box::new(minus.clone()), three()).value(&of), -2);
    assert_eq!(Mod(Box::new(minus), three()).value(&of), 2);
}

#[test]
fn the_ends_of_64_bits_are_kept() {
    let at = |expr: &IndexExpr| expr.checked(&|_| 1);
    let join = |join: fn(Box<_>, Box<_>) -> IndexExpr, a, b| {
        join(Box::new(Constant(a)), Box::new(Constant(b)))
    };
    assert_eq!(at(&join(Sub, 0, i64::MIN)), None);
    assert_eq!(at(&join(Sub, -1, i64::MIN)), Some(i64::MAX));
    assert_eq!(at(&join(Mul, i64::MIN, -1)), None);
    assert_eq!(at(&join(Add, i64::MAX, 1)), None);
    assert_eq!(at(&join(Div, i64::MIN, i64::MAX)), Some(-2));
    assert_eq!(at(&join(Mod, i64::MIN, i64::MAX)), Some(i64::MAX - 1));
    assert_eq!(at(&join(Div, 1, 0)), None);
    for (a, b) in [(i64::MIN, 0), (i64::MAX, 0), (i64::MIN, i64::MAX)] {
        let sum = join(Add, a, b);
        let range = bounds(&DIMS[..], &sum).unwrap();
        assert_eq!(range, Interval::point(i128::from(a) + i128::from(b)));
    }
}

#[test]
fn powers_are_exact_and_fit_64_bits() {
    let power = |base: i64, exponent: IndexExpr| Pow(Box::new(Constant(base)), Box::new(exponent));
    let index = |position| Index(IndexId(position));
    let sum = Add(Box::new(index(0)), Box::new(index(1)));
    for (base, exponent, lo, hi) in [
        (2, index(0), 1, 8),
        (3, sum.clone(), 1, 243),
        (1, sum.clone(), 1, 1),
        (
            2,
            Sub(Box::new(Constant(62)), Box::new(index(0))),
            1 << 59,
            1 << 62,
        ),
    ] {
        let form = power(base, exponent);
        assert_eq!(
            bounds(&DIMS[..], &form),
            Ok(Interval::new(lo, hi)),
            "{form:?}"
        );
        let value = form.value(&|index| [3, 2, 0][index.index()]);
        assert_eq!(exact(&form, &[3, 2, 0]), (value.into(), true));
    }
    let beyond = power(2, Add(Box::new(sum), Box::new(Constant(58))));
    assert!(bounds(&DIMS[..], &beyond).is_err());
    assert!(bounds(&DIMS[..], &power(i64::MAX, Constant(1_000_000))).is_err());
}
