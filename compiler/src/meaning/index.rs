//! Index expressions: their value, and the bounds that show that no part of one leaves 64 bits
//! (spec 3.3).
//!
//! Whatever stage evaluates an index expression, it does so here. `check` refuses an expression
//! of which a part may leave 64 bits, [`validate`](crate::meaning::validate) asks the same of what later
//! stages write, and so [`IndexExpr::value`] is the value over the integers.

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::Dim;
use crate::meaning::graph::{Domain, ExprKind, Graph, IndexExpr, IndexId, Interval, Place};

/// The integers that index expressions and elements are computed in.
pub const WORD: Interval = Interval::new(i64::MIN as i128, i64::MAX as i128);

impl IndexExpr {
    /// Its value, where `of` gives the value of each bound index; `None` if a part of it does not
    /// fit 64 bits.
    pub fn checked(&self, of: &impl Fn(IndexId) -> i64) -> Option<i64> {
        match self {
            IndexExpr::Index(index) => Some(of(*index)),
            IndexExpr::Constant(value) => Some(*value),
            IndexExpr::Add(a, b) => a.checked(of)?.checked_add(b.checked(of)?),
            IndexExpr::Sub(a, b) => a.checked(of)?.checked_sub(b.checked(of)?),
            IndexExpr::Mul(a, b) => a.checked(of)?.checked_mul(b.checked(of)?),
            IndexExpr::Div(a, b) => a.checked(of)?.checked_div_euclid(b.checked(of)?),
            IndexExpr::Mod(a, b) => a.checked(of)?.checked_rem_euclid(b.checked(of)?),
            IndexExpr::Pow(a, b) => {
                let power = u32::try_from(b.checked(of)?).ok()?;
                a.checked(of)?.checked_pow(power)
            }
        }
    }

    /// As [`IndexExpr::checked`].
    ///
    /// # Panics
    /// If a part of it does not fit 64 bits: at no point of its scope, as `bounds` has shown.
    pub fn value(&self, of: &impl Fn(IndexId) -> i64) -> i64 {
        match self.checked(of) {
            Some(value) => value,
            None => unreachable!("an index expression leaves 64 bits: {self:?}"),
        }
    }
}

/// Folds the constants of an index function whose parts are folded.
pub(crate) fn fold(form: IndexExpr) -> IndexExpr {
    use IndexExpr::{Add, Constant, Div, Mul, Sub};
    let of_constants = match &form {
        Add(a, b)
        | Sub(a, b)
        | Mul(a, b)
        | Div(a, b)
        | IndexExpr::Mod(a, b)
        | IndexExpr::Pow(a, b) => {
            matches!((&**a, &**b), (Constant(_), Constant(_)))
        }
        _ => false,
    };
    if of_constants {
        // Only what no row comes to could leave 64 bits: it stays as it is written.
        return form.checked(&|_| 0).map_or(form, Constant);
    }
    match form {
        Add(a, b) => match (*a, *b) {
            (Constant(0), other) | (other, Constant(0)) => other,
            (a, b) => Add(Box::new(a), Box::new(b)),
        },
        Sub(a, b) => match (*a, *b) {
            (other, Constant(0)) => other,
            (a, b) => Sub(Box::new(a), Box::new(b)),
        },
        Mul(a, b) => match (*a, *b) {
            (Constant(0), _) | (_, Constant(0)) => Constant(0),
            (Constant(1), other) | (other, Constant(1)) => other,
            (a, b) => Mul(Box::new(a), Box::new(b)),
        },
        Div(a, b) => match (*a, *b) {
            (other, Constant(1)) => other,
            (a, b) => Div(Box::new(a), Box::new(b)),
        },
        other => other,
    }
}

/// A sum of multiples of indices, and a constant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linear {
    terms: Vec<(IndexId, i128)>,
    constant: i128,
}

impl Linear {
    pub fn constant(constant: i128) -> Self {
        Self {
            terms: Vec::new(),
            constant,
        }
    }

    pub fn index(index: IndexId) -> Self {
        Self {
            terms: vec![(index, 1)],
            constant: 0,
        }
    }

    /// The constant, if it is nothing else.
    pub fn as_constant(&self) -> Option<i128> {
        self.terms.is_empty().then_some(self.constant)
    }

    pub fn indices(&self) -> impl Iterator<Item = IndexId> + '_ {
        self.terms.iter().map(|&(index, _)| index)
    }

    /// What it comes to at a point; `None` beyond 128 bits.
    pub fn value(&self, of: impl Fn(IndexId) -> i64) -> Option<i128> {
        let mut terms = self.terms.iter();
        terms.try_fold(self.constant, |sum, &(index, factor)| {
            sum.checked_add(factor.checked_mul(of(index).into())?)
        })
    }

    /// An index, and what is added to it; `None` if it is no such form.
    pub fn as_index(&self) -> Option<(IndexId, i128)> {
        match self.terms[..] {
            [(index, 1)] => Some((index, self.constant)),
            _ => None,
        }
    }

    /// The form with another in the place of an index; `None` beyond 128 bits.
    pub fn replaced(mut self, index: IndexId, by: &Self) -> Option<Self> {
        match self.terms.iter().position(|(known, _)| *known == index) {
            Some(place) => {
                let (_, factor) = self.terms.remove(place);
                self.plus(by, factor)
            }
            None => Some(self),
        }
    }

    /// `self + times * other`; `None` beyond 128 bits.
    pub fn plus(mut self, other: &Self, times: i128) -> Option<Self> {
        let constant = other.constant.checked_mul(times)?;
        self.constant = self.constant.checked_add(constant)?;
        for &(index, factor) in &other.terms {
            let factor = factor.checked_mul(times)?;
            match self.terms.iter_mut().find(|(known, _)| *known == index) {
                Some((_, sum)) => *sum = sum.checked_add(factor)?,
                None => self.terms.push((index, factor)),
            }
        }
        Some(self)
    }
}

/// What indices run over, from 0.
pub trait Domains {
    /// The index's largest value: a constant, or for an index over a cache that grows, the step's
    /// index and a constant.
    fn last(&self, index: IndexId) -> Linear;
}

impl Domains for Graph {
    fn last(&self, index: IndexId) -> Linear {
        last_of(self, self.index(index).domain)
    }
}

/// The positions of a component's row.
impl Domains for [Dim] {
    fn last(&self, index: IndexId) -> Linear {
        match self[index.index()] {
            Dim::Static(size) => Linear::constant(i128::from(size) - 1),
            Dim::Growing { base, position } => Linear {
                terms: vec![(IndexId(position as u32), 1)],
                constant: i128::from(base) - 1,
            },
        }
    }
}

/// The last point of a domain.
pub fn last_of(graph: &Graph, domain: Domain) -> Linear {
    let least = Linear::constant(i128::from(graph.least(domain)) - 1);
    match graph.growth(domain) {
        Some((_, with)) => Linear {
            terms: vec![(with, 1)],
            ..least
        },
        None => least,
    }
}

/// As [`last_of`], where other forms stand for indices; `None` if what stands for the one that the domain
/// grows with is not linear.
pub fn last_at(graph: &Graph, domain: Domain, at: &[(IndexId, IndexExpr)]) -> Option<Linear> {
    let last = last_of(graph, domain);
    let Some((_, with)) = graph.growth(domain) else {
        return Some(last);
    };
    match at.iter().find(|(index, _)| *index == with) {
        Some((_, stands)) => last.replaced(with, &linear(stands)?),
        None => Some(last),
    }
}

/// The form as written, if it is linear.
pub fn linear(expr: &IndexExpr) -> Option<Linear> {
    Some(match expr {
        IndexExpr::Index(index) => Linear::index(*index),
        IndexExpr::Constant(value) => Linear::constant(i128::from(*value)),
        IndexExpr::Add(a, b) => linear(a)?.plus(&linear(b)?, 1)?,
        IndexExpr::Sub(a, b) => linear(a)?.plus(&linear(b)?, -1)?,
        IndexExpr::Mul(a, b) => product(&linear(a)?, &linear(b)?)?,
        IndexExpr::Div(..) | IndexExpr::Mod(..) | IndexExpr::Pow(..) => return None,
    })
}

/// The product of two forms, if one of them is a constant.
fn product(a: &Linear, b: &Linear) -> Option<Linear> {
    match (a.as_constant(), b.as_constant()) {
        (Some(factor), _) => Linear::default().plus(b, factor),
        (_, Some(factor)) => Linear::default().plus(a, factor),
        _ => None,
    }
}

/// The exact bounds of a linear form: each index over a cache goes to the end that its sign
/// asks for, which leaves a form over indices that run free of each other. `None` beyond 128 bits.
pub fn linear_bounds(domains: &(impl Domains + ?Sized), form: &Linear) -> Option<Interval> {
    let end = |upper: bool| {
        let mut rest = Linear::constant(form.constant);
        for &(index, factor) in &form.terms {
            let last = domains.last(index);
            if last.as_constant().is_some() {
                rest = rest.plus(&Linear::index(index), factor)?;
            } else if (factor > 0) == upper {
                rest = rest.plus(&last, factor)?;
            }
        }
        let mut sum = rest.constant;
        for (index, factor) in rest.terms {
            if (factor > 0) == upper {
                let most = domains.last(index).constant;
                sum = sum.checked_add(factor.checked_mul(most)?)?;
            }
        }
        Some(sum)
    };
    Some(Interval::new(end(false)?, end(true)?))
}

/// A part of an index expression that may leave 64 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Beyond {
    pub part: IndexExpr,
    /// What the part may be.
    pub range: Interval,
}

impl Beyond {
    /// E014, at the place of the expression.
    pub fn diagnostic(&self, span: Span) -> Diagnostic {
        Diagnostic::new("E014", "an index expression leaves 64 bits")
            .at(span, format!("goes over {}", self.range))
            .hint("each of its parts must fit 64 bits: divide, or take the remainder, earlier")
    }
}

/// The smallest and largest value of an index expression, over every point of its scope: exact if
/// it is linear.
///
/// # Errors
/// A part of it, or itself, that may leave 64 bits.
pub fn bounds(
    domains: &(impl Domains + ?Sized),
    expr: &IndexExpr,
) -> Result<Interval, Box<Beyond>> {
    examined(domains, expr).map(|(range, _)| range)
}

type Examined = (Interval, Option<Linear>);

/// The bounds, and the form if it is linear. The parts fit 64 bits, so no interval here comes near
/// the ends of 128.
fn examined(domains: &(impl Domains + ?Sized), expr: &IndexExpr) -> Result<Examined, Box<Beyond>> {
    let both = |a: &IndexExpr, b: &IndexExpr| -> Result<(Examined, Examined), Box<Beyond>> {
        Ok((examined(domains, a)?, examined(domains, b)?))
    };
    let (range, form) = match expr {
        IndexExpr::Index(index) => (WORD, Some(Linear::index(*index))),
        IndexExpr::Constant(value) => {
            let value = i128::from(*value);
            (Interval::point(value), Some(Linear::constant(value)))
        }
        IndexExpr::Add(a, b) => {
            let ((a, left), (b, right)) = both(a, b)?;
            (a + b, left.zip(right).and_then(|(a, b)| a.plus(&b, 1)))
        }
        IndexExpr::Sub(a, b) => {
            let ((a, left), (b, right)) = both(a, b)?;
            (a - b, left.zip(right).and_then(|(a, b)| a.plus(&b, -1)))
        }
        IndexExpr::Mul(a, b) => {
            let ((a, left), (b, right)) = both(a, b)?;
            (a * b, left.zip(right).and_then(|(a, b)| product(&a, &b)))
        }
        IndexExpr::Div(a, b) => {
            let ((a, _), (b, _)) = both(a, b)?;
            let n = divisor(b);
            (Interval::new(a.lo.div_euclid(n), a.hi.div_euclid(n)), None)
        }
        IndexExpr::Mod(a, b) => {
            let ((a, _), (b, _)) = both(a, b)?;
            let n = divisor(b);
            let range = if a.lo.div_euclid(n) == a.hi.div_euclid(n) {
                Interval::new(a.lo.rem_euclid(n), a.hi.rem_euclid(n))
            } else {
                Interval::new(0, n - 1)
            };
            (range, None)
        }
        IndexExpr::Pow(a, b) => {
            let ((a, _), (b, _)) = both(a, b)?;
            // Grows with the exponent, for a base from 1; beyond 64 bits it is refused, however far.
            let power = |exponent: i128| {
                let exponent = u32::try_from(exponent.clamp(0, 127)).unwrap_or(127);
                a.lo.saturating_pow(exponent).min(WORD.hi + 1)
            };
            (Interval::new(power(b.lo), power(b.hi)), None)
        }
    };
    let exact = form.as_ref().and_then(|form| linear_bounds(domains, form));
    let range = match exact {
        // Over no point: an index over nothing goes from 0 to -1.
        Some(exact) if exact.lo > exact.hi => exact,
        Some(exact) => exact.meet(range).unwrap_or(range),
        None => range,
    };
    match WORD.lo <= range.lo && range.hi <= WORD.hi {
        true => Ok((range, form)),
        false => Err(Box::new(Beyond {
            part: expr.clone(),
            range,
        })),
    }
}

/// How many points an index expression is tried at.
const TRIED: u64 = 1 << 16;

/// The smallest and largest value of an index expression that is well bounded, by trying all points
/// of its indices; `None` if they are more than 2^16, or how many one has depends on another.
pub fn enumerated(graph: &Graph, expr: &IndexExpr) -> Option<Interval> {
    let mut indices = Vec::new();
    expr.indices(&mut |index| indices.push(index));
    indices.sort_unstable();
    indices.dedup();
    let size = |index: &IndexId| match graph.index(*index).domain {
        Domain::Static(size) => Some(size),
        Domain::Cache { .. } | Domain::Growing { .. } => None,
    };
    let sizes: Vec<u64> = indices.iter().map(size).collect::<Option<_>>()?;
    let points = sizes.iter().try_fold(1u64, |points, &size| {
        let points = points.checked_mul(size)?;
        (points <= TRIED).then_some(points)
    })?;
    let value = |point: u64| {
        let mut rest = point;
        let each = indices.iter().zip(&sizes).map(|(&index, &size)| {
            let at = (rest % size) as i64;
            rest /= size;
            (index, at)
        });
        let at: Vec<(IndexId, i64)> = each.collect();
        let of = |index| at.iter().find(|(known, _)| *known == index);
        expr.checked(&|index| of(index).map_or(0, |(_, value)| *value))
    };
    let values: Option<Vec<i64>> = (0..points).map(value).collect();
    let ends = values?
        .into_iter()
        .map(|value| Interval::point(value.into()));
    ends.reduce(Interval::hull)
}

fn divisor(range: Interval) -> i128 {
    match range {
        Interval { lo, hi } if lo == hi && lo > 0 => lo,
        _ => unreachable!("a subscript is divided by a positive constant"),
    }
}

/// The first index expression of a graph of which a part may leave 64 bits, and where it stands.
pub fn beyond(graph: &Graph) -> Option<(Span, Box<Beyond>)> {
    let mut found = None;
    let mut examine = |expr: &IndexExpr, span: Span| {
        if found.is_none() {
            found = bounds(graph, expr).err().map(|beyond| (span, beyond));
        }
    };
    for expr in &graph.exprs {
        match &expr.kind {
            ExprKind::Index(index) => examine(index, expr.span),
            ExprKind::Read { at, .. } => at.iter().for_each(|at| examine(at, expr.span)),
            ExprKind::Pick { at, .. } => {
                let known = at.iter().filter_map(Place::known);
                known.for_each(|at| examine(at, expr.span));
            }
            _ => {}
        }
    }
    for append in graph
        .states
        .iter()
        .filter_map(|state| state.append.as_ref())
    {
        append.at.iter().for_each(|at| examine(at, append.span));
    }
    found
}

#[cfg(test)]
mod tests;
