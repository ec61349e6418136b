//! Subscripts of pieces: shifted, with constants gathered, so that a plain index stays plain.

use crate::meaning::graph::{IndexExpr, IndexId};
use crate::meaning::index::{bounds, Domains};

type Join = fn(Box<IndexExpr>, Box<IndexExpr>) -> IndexExpr;

/// A subscript with every index replaced: by another, so many values further on. The indices that
/// it then has run over `domains`.
pub fn replaced(
    domains: &(impl Domains + ?Sized),
    subscript: &IndexExpr,
    by: &impl Fn(IndexId) -> (IndexId, i64),
) -> IndexExpr {
    let mut moved = false;
    let replaced = walk(subscript, &mut |index| {
        let (index, offset) = by(index);
        moved |= offset != 0;
        match sum(Some(IndexExpr::Index(index)), offset) {
            Some(sum) => sum,
            None => unreachable!("a piece begins within its index"),
        }
    });
    match moved {
        true => gathered(domains, &replaced, 0).unwrap_or(replaced),
        false => replaced,
    }
}

/// The subscript at one value of an index.
pub fn at_value(subscript: &IndexExpr, index: IndexId, value: i64) -> IndexExpr {
    walk(subscript, &mut |other| match other == index {
        true => IndexExpr::Constant(value),
        false => IndexExpr::Index(other),
    })
}

/// `subscript - by`, its constants gathered.
pub fn minus(domains: &(impl Domains + ?Sized), subscript: IndexExpr, by: u64) -> IndexExpr {
    let by = by as i64;
    gathered(domains, &subscript, by)
        .unwrap_or_else(|| joined(IndexExpr::Sub, subscript, IndexExpr::Constant(by)))
}

/// `subscript - by`, its constants gathered; `None` if a part of that would leave 64 bits, where
/// the subscript as written does not.
fn gathered(
    domains: &(impl Domains + ?Sized),
    subscript: &IndexExpr,
    by: i64,
) -> Option<IndexExpr> {
    let (rest, constant) = apart(subscript)?;
    let gathered = sum(rest, constant.checked_sub(by)?)?;
    bounds(domains, &gathered).is_ok().then_some(gathered)
}

/// Whether the index stands in the subscript.
pub fn mentions(subscript: &IndexExpr, index: IndexId) -> bool {
    let mut found = false;
    subscript.indices(&mut |other| found |= other == index);
    found
}

fn walk(subscript: &IndexExpr, visit: &mut impl FnMut(IndexId) -> IndexExpr) -> IndexExpr {
    let (join, a, b): (Join, _, _) = match subscript {
        IndexExpr::Index(index) => return visit(*index),
        IndexExpr::Constant(value) => return IndexExpr::Constant(*value),
        IndexExpr::Add(a, b) => (IndexExpr::Add, a, b),
        IndexExpr::Sub(a, b) => (IndexExpr::Sub, a, b),
        IndexExpr::Mul(a, b) => (IndexExpr::Mul, a, b),
        IndexExpr::Div(a, b) => (IndexExpr::Div, a, b),
        IndexExpr::Mod(a, b) => (IndexExpr::Mod, a, b),
        IndexExpr::Pow(a, b) => (IndexExpr::Pow, a, b),
    };
    let a = walk(a, visit);
    joined(join, a, walk(b, visit))
}

fn joined(join: Join, a: IndexExpr, b: IndexExpr) -> IndexExpr {
    join(Box::new(a), Box::new(b))
}

/// `rest + constant`, as one would write it; `None` beyond 64 bits.
fn sum(rest: Option<IndexExpr>, constant: i64) -> Option<IndexExpr> {
    let by = IndexExpr::Constant;
    Some(match rest {
        None => by(constant),
        Some(IndexExpr::Sub(a, b)) if *a == by(0) => joined(IndexExpr::Sub, by(constant), *b),
        Some(rest) if constant > 0 => joined(IndexExpr::Add, rest, by(constant)),
        Some(rest) if constant < 0 => joined(IndexExpr::Sub, rest, by(constant.checked_neg()?)),
        Some(rest) => rest,
    })
}

/// What depends on indices, if anything does, and the constant that is added to it; `None` if
/// they are not of 64 bits.
fn apart(subscript: &IndexExpr) -> Option<(Option<IndexExpr>, i64)> {
    Some(match subscript {
        IndexExpr::Index(index) => (Some(IndexExpr::Index(*index)), 0),
        IndexExpr::Constant(value) => (None, *value),
        IndexExpr::Add(a, b) => {
            let ((a, more), (b, constant)) = (apart(a)?, apart(b)?);
            let rest = match (a, b) {
                (Some(a), Some(b)) => Some(joined(IndexExpr::Add, a, b)),
                (a, b) => a.or(b),
            };
            (rest, more.checked_add(constant)?)
        }
        IndexExpr::Sub(a, b) => {
            let ((a, more), (b, less)) = (apart(a)?, apart(b)?);
            let rest = match (a, b) {
                (a, None) => a,
                (a, Some(b)) => {
                    let a = a.unwrap_or(IndexExpr::Constant(0));
                    Some(joined(IndexExpr::Sub, a, b))
                }
            };
            (rest, more.checked_sub(less)?)
        }
        IndexExpr::Mul(a, b) => match (apart(a)?, apart(b)?) {
            ((None, factor), (rest, constant)) | ((rest, constant), (None, factor)) => {
                let rest = rest.filter(|_| factor != 0).map(|rest| match factor {
                    1 => rest,
                    factor => joined(IndexExpr::Mul, rest, IndexExpr::Constant(factor)),
                });
                (rest, constant.checked_mul(factor)?)
            }
            ((a, more), (b, constant)) => {
                let product = joined(IndexExpr::Mul, sum(a, more)?, sum(b, constant)?);
                (Some(product), 0)
            }
        },
        // Rounded down: (a + q * n) / n is a / n + q.
        IndexExpr::Div(a, b) => {
            let ((rest, constant), n) = (apart(a)?, divisor(b));
            if rest.is_none() || n == 1 {
                return Some((rest, constant.div_euclid(n)));
            }
            let a = sum(rest, constant.rem_euclid(n))?;
            let rest = joined(IndexExpr::Div, a, IndexExpr::Constant(n));
            (Some(rest), constant.div_euclid(n))
        }
        IndexExpr::Mod(a, b) => {
            let ((rest, constant), n) = (apart(a)?, divisor(b));
            let constant = constant.rem_euclid(n);
            if rest.is_none() {
                return Some((None, constant));
            }
            let rest = joined(IndexExpr::Mod, sum(rest, constant)?, IndexExpr::Constant(n));
            (Some(rest), 0)
        }
        IndexExpr::Pow(base, exponent) => {
            let (rest, constant) = apart(exponent)?;
            let IndexExpr::Constant(number) = **base else {
                unreachable!("a subscript is a power of a constant");
            };
            match rest {
                None => (None, number.checked_pow(u32::try_from(constant).ok()?)?),
                rest => {
                    let exponent = sum(rest, constant)?;
                    let power = joined(IndexExpr::Pow, (**base).clone(), exponent);
                    (Some(power), 0)
                }
            }
        }
    })
}

fn divisor(subscript: &IndexExpr) -> i64 {
    match subscript {
        IndexExpr::Constant(value) => *value,
        _ => unreachable!("a subscript is divided by a constant"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::index::Linear;
    use IndexExpr::{Add, Constant, Div, Index, Mod, Mul, Sub};

    /// Every index runs over so many values.
    struct Points(i128);

    impl Domains for Points {
        fn last(&self, _: IndexId) -> Linear {
            Linear::constant(self.0 - 1)
        }
    }

    fn index() -> IndexExpr {
        Index(IndexId(0))
    }

    #[test]
    fn a_shift_and_its_inverse_leave_a_plain_index() {
        let new = || Index(IndexId(7));
        let shifted = replaced(&Points(9), &index(), &|_| (IndexId(7), 32));
        assert_eq!(shifted, joined(Add, new(), Constant(32)));
        assert_eq!(minus(&Points(9), shifted, 32), new());
        let half = joined(Div, index(), Constant(2));
        let shifted = replaced(&Points(9), &half, &|_| (IndexId(7), 6));
        assert_eq!(
            minus(&Points(9), shifted, 3),
            joined(Div, new(), Constant(2))
        );
    }

    #[test]
    fn a_shifted_subscript_means_the_same_further_on() {
        let other = || Index(IndexId(1));
        let times = |a, factor| joined(Mul, a, Constant(factor));
        let plus = |a, b| joined(Add, a, b);
        let less = |a, b| joined(Sub, a, b);
        let forms = [
            less(Constant(9), index()),
            less(times(index(), 3), plus(index(), Constant(4))),
            joined(Div, less(index(), Constant(5)), Constant(3)),
            joined(Mod, plus(times(index(), -2), other()), Constant(4)),
            joined(Mul, plus(index(), Constant(1)), less(other(), index())),
            less(less(Constant(1), index()), less(Constant(2), other())),
            times(index(), 0),
            joined(Div, index(), Constant(1)),
            joined(Mod, Constant(-7), Constant(4)),
        ];
        for form in forms {
            for offset in [-5, -1, 0, 1, 4, 6] {
                let shifted = replaced(&Points(9), &form, &|index| match index.0 {
                    0 => (IndexId(0), offset),
                    _ => (index, 0),
                });
                let less = minus(&Points(9), shifted.clone(), 3);
                for at in -3..9i64 {
                    let value =
                        |form: &IndexExpr, at: i64| form.value(&|index| [at, 5][index.index()]);
                    assert_eq!(value(&shifted, at), value(&form, at + offset), "{form:?}");
                    assert_eq!(value(&less, at), value(&form, at + offset) - 3, "{form:?}");
                    let fixed = at_value(&form, IndexId(0), at);
                    assert!(!mentions(&fixed, IndexId(0)));
                    assert_eq!(value(&fixed, 99), value(&form, at), "{form:?}");
                }
            }
        }
    }

    #[test]
    fn constants_that_leave_64_bits_stay_apart() {
        let plus = |a, b| joined(Add, a, Constant(b));
        let times = |a, b| joined(Mul, a, Constant(b));
        let rest = |offset: i64| joined(Mod, plus(index(), offset), Constant(7));
        let forms = [
            // Each sum is in 64 bits, the gathered constant is not.
            plus(plus(rest(3), i64::MIN), -3),
            // Neither is the gathered factor: the index has one value.
            times(times(index(), 1 << 62), 1 << 62),
            // The constants cancel what the indices make.
            joined(
                Add,
                plus(times(index(), 1 << 61), i64::MIN),
                plus(times(index(), 1 << 61), 1),
            ),
        ];
        for (form, points) in forms.into_iter().zip([3, 1, 4]) {
            assert!(bounds(&Points(points), &form).is_ok(), "{form:?}");
            let by = |_| (IndexId(0), 0);
            assert_eq!(replaced(&Points(points), &form, &by), form);
            for at in 0..points as i64 {
                let less = minus(&Points(points), form.clone(), 0);
                assert_eq!(less.checked(&|_| at), form.checked(&|_| at), "{form:?}");
                assert!(form.checked(&|_| at).is_some());
            }
            // From 1 on, where there is something from 1 on.
            let (rest, offset) = (points - 1, i64::from(points > 1));
            let shifted = replaced(&Points(rest), &form, &|_| (IndexId(0), offset));
            for at in 0..rest as i64 {
                let whole = form.checked(&|_| at + 1);
                assert_eq!(shifted.checked(&|_| at), whole, "{form:?}");
                assert!(whole.is_some());
            }
        }
    }
}
