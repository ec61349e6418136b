//! An index function at every point of a space, in order, by a few additions a point.

use crate::meaning::dims::{dim_size, eval_form, for_each_point, Dim};
use crate::meaning::graph::IndexExpr;

/// Gives an index function's value at each point of a space in lexicographic order.
pub fn for_each_value(dims: &[Dim], form: &IndexExpr, visit: &mut impl FnMut(i64)) {
    let Some(terms) = Term::all(form, dims.len()) else {
        return for_each_point(dims, &mut |_, at| visit(eval_form(form, at)));
    };
    let start: Vec<i64> = terms.iter().map(|term| term.inside.constant).collect();
    walk(dims, &mut Vec::new(), &start, &terms, visit);
}

/// As for [`eval_form`], no value leaves 64 bits; a sum on the way may, and comes back.
fn walk(
    dims: &[Dim],
    at: &mut Vec<i64>,
    sums: &[i64],
    terms: &[Term],
    visit: &mut impl FnMut(i64),
) {
    let position = at.len();
    let Some(&dim) = dims.get(position) else {
        return visit(value(terms, sums));
    };
    let size = dim_size(dim, at);
    let stride = |term: &Term| term.inside.strides[position];
    if position + 1 == dims.len() {
        if let [term] = terms {
            let stride = stride(term);
            let mut sum = sums[0];
            for _ in 0..size {
                visit(term.of(sum));
                sum = sum.wrapping_add(stride);
            }
            return;
        }
    }
    let mut sums = sums.to_vec();
    for i in 0..size {
        at.push(i);
        walk(dims, at, &sums, terms, visit);
        at.pop();
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum = sum.wrapping_add(stride(term));
        }
    }
}

fn value(terms: &[Term], sums: &[i64]) -> i64 {
    let each = terms.iter().zip(sums).map(|(term, &sum)| term.of(sum));
    each.fold(0, i64::wrapping_add)
}

/// A constant and a multiple of each index.
#[derive(Clone)]
struct Affine {
    constant: i64,
    strides: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Quotient(i64),
    Remainder(i64),
}

/// `factor * inside`, or the same of quotients and remainders of it, one after the other.
struct Term {
    factor: i64,
    inside: Affine,
    parts: Vec<Part>,
}

impl Term {
    fn of(&self, sum: i64) -> i64 {
        let inside = self.parts.iter().fold(sum, |value, part| match part {
            Part::Quotient(by) => value.div_euclid(*by),
            Part::Remainder(by) => value.rem_euclid(*by),
        });
        inside.wrapping_mul(self.factor)
    }

    fn scaled(mut self, by: i64) -> Self {
        if self.parts.is_empty() {
            let strides = self.inside.strides.iter_mut();
            for number in strides.chain([&mut self.inside.constant]) {
                *number = number.wrapping_mul(by);
            }
        } else {
            self.factor = self.factor.wrapping_mul(by);
        }
        self
    }

    /// A function as the sum of terms, of which the first is affine; `None` if it is none.
    fn all(form: &IndexExpr, rank: usize) -> Option<Vec<Self>> {
        use IndexExpr as I;
        let affine = |constant: i64, index: Option<usize>| {
            let mut strides = vec![0; rank];
            if let Some(index) = index {
                *strides.get_mut(index)? = 1;
            }
            Some(vec![Self {
                factor: 1,
                inside: Affine { constant, strides },
                parts: Vec::new(),
            }])
        };
        match form {
            I::Index(index) => affine(0, Some(index.index())),
            I::Constant(value) => affine(*value, None),
            I::Add(a, b) => Some(Self::sum(Self::all(a, rank)?, Self::all(b, rank)?, 1)),
            I::Sub(a, b) => Some(Self::sum(Self::all(a, rank)?, Self::all(b, rank)?, -1)),
            I::Mul(a, b) => match (&**a, &**b) {
                (I::Constant(by), other) | (other, I::Constant(by)) => {
                    let terms = Self::all(other, rank)?.into_iter();
                    Some(terms.map(|term| term.scaled(*by)).collect())
                }
                _ => None,
            },
            I::Div(a, b) => Self::part(a, b, rank, Part::Quotient),
            I::Mod(a, b) => Self::part(a, b, rank, Part::Remainder),
            I::Pow(..) => None,
        }
    }

    fn part(
        inside: &IndexExpr,
        by: &IndexExpr,
        rank: usize,
        part: fn(i64) -> Part,
    ) -> Option<Vec<Self>> {
        let IndexExpr::Constant(by @ 1..) = by else {
            return None;
        };
        let mut terms = Self::all(inside, rank)?;
        let nothing = |term: &Self| term.inside.constant == 0 && term.inside.is_constant();
        terms.retain(|term| !nothing(term));
        match terms.as_mut_slice() {
            [term] if term.factor == 1 => {
                term.parts.push(part(*by));
                Some(terms)
            }
            _ => None,
        }
    }

    /// The sum of both, or their difference: affine ones become one.
    fn sum(mut left: Vec<Self>, right: Vec<Self>, by: i64) -> Vec<Self> {
        for term in right.into_iter().map(|term| term.scaled(by)) {
            let same = |known: &&mut Self| known.parts.is_empty() && term.parts.is_empty();
            match left.iter_mut().find(same) {
                Some(known) => {
                    let inside = &mut known.inside;
                    inside.constant = inside.constant.wrapping_add(term.inside.constant);
                    for (stride, more) in inside.strides.iter_mut().zip(&term.inside.strides) {
                        *stride = stride.wrapping_add(*more);
                    }
                }
                None => left.push(term),
            }
        }
        left
    }
}

impl Affine {
    fn is_constant(&self) -> bool {
        self.strides.iter().all(|&stride| stride == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::graph::IndexId;

    /// Forms of sums, products, quotients and remainders, over spaces that grow and that do not.
    #[test]
    fn the_values_are_those_of_the_points() {
        let mut state = 7u64;
        let mut roll = |sides: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005);
            state = state.wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % sides
        };
        fn form(depth: u64, rank: u64, roll: &mut impl FnMut(u64) -> u64) -> IndexExpr {
            let constant = |value: u64| IndexExpr::Constant(value as i64);
            if depth == 0 {
                return match roll(3) {
                    0 => constant(roll(9)),
                    _ => IndexExpr::Index(IndexId(roll(rank) as u32)),
                };
            }
            let a = Box::new(form(depth - 1, rank, roll));
            let b = Box::new(form(depth - 1, rank, roll));
            let by = Box::new(constant(1 + roll(5)));
            match roll(7) {
                0 | 1 => IndexExpr::Add(a, b),
                2 => IndexExpr::Sub(a, b),
                3 => IndexExpr::Mul(a, by),
                4 => IndexExpr::Mul(a, b),
                5 => IndexExpr::Div(a, by),
                _ => IndexExpr::Mod(a, by),
            }
        }
        let growing = |base, position| Dim::Growing { base, position };
        let spaces = [
            vec![Dim::Static(7)],
            vec![Dim::Static(4), growing(1, 0), Dim::Static(3)],
            vec![Dim::Static(3), Dim::Static(1), growing(0, 0)],
        ];
        let mut compiled = 0;
        for round in 0..3000 {
            let dims = &spaces[round % spaces.len()];
            let depth = roll(4);
            let form = form(depth, dims.len() as u64, &mut roll);
            compiled += usize::from(Term::all(&form, dims.len()).is_some());
            let (mut walked, mut each) = (Vec::new(), Vec::new());
            for_each_value(dims, &form, &mut |value| walked.push(value));
            for_each_point(dims, &mut |_, at| each.push(eval_form(&form, at)));
            assert_eq!(walked, each, "{form:?}");
        }
        assert!((1000..3000).contains(&compiled), "{compiled}");
        let mut once = 0;
        for_each_value(&[], &IndexExpr::Constant(3), &mut |value| once += value);
        assert_eq!(once, 3);
    }
}
