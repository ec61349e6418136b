//! What structure tells about intervals: `max` is not below its terms, a mean lies among its
//! values (spec 3.4).

use super::same::{at_its_step, opened, Closed, Matcher};
use super::subscript::{same_domain, within};
use crate::meaning::graph::{ExprId, ExprKind, Graph, IndexExpr, IndexId, Interval, Reduction};

/// A reduction, through the values that name it: its indices, outermost first, and its body.
fn reduction(graph: &Graph, closed: &Closed, wanted: Reduction) -> Option<(Vec<IndexId>, Closed)> {
    let mut here = closed.clone();
    while let Some(inside) = opened(graph, &here) {
        here = inside;
    }
    let mut indices = Vec::new();
    while let ExprKind::Reduce { op, index, body } = graph.expr(here.expr).kind {
        if op != wanted || !at_its_step(graph.index(index).domain, &here.at) {
            break;
        }
        indices.push(index);
        here.expr = body;
    }
    (!indices.is_empty()).then_some((indices, here))
}

/// Whether `bound` is the `op` of terms of which `term` is one.
fn is_extremum_over(graph: &Graph, op: Reduction, bound: ExprId, term: ExprId) -> bool {
    let Some((indices, body)) = reduction(graph, &Closed::plain(bound), op) else {
        return false;
    };
    let mut matcher = Matcher::new(graph, &indices);
    matcher.same(&body, &Closed::plain(term))
        && matcher.patterns.iter().all(|(index, stands)| {
            let domain = graph.index(*index).domain;
            stands
                .as_ref()
                .is_none_or(|stands| within(graph, stands, domain))
        })
}

/// Whether the structure of the two shows that `a >= b` everywhere.
pub(super) fn at_least(graph: &Graph, a: ExprId, b: ExprId) -> bool {
    let equal =
        |x: ExprId, y: ExprId| Matcher::new(graph, &[]).same(&Closed::plain(x), &Closed::plain(y));
    let chosen = match (&graph.expr(a).kind, &graph.expr(b).kind) {
        (ExprKind::Max(x, y), _) => equal(*x, b) || equal(*y, b),
        (_, ExprKind::Min(x, y)) => equal(*x, a) || equal(*y, a),
        _ => false,
    };
    chosen
        || is_extremum_over(graph, Reduction::Max, a, b)
        || is_extremum_over(graph, Reduction::Min, b, a)
}

/// A constant times other factors.
struct Product {
    constant: i128,
    factors: Vec<Closed>,
}

impl Product {
    /// `None` if the constant is beyond 128 bits.
    fn of(graph: &Graph, closed: &Closed) -> Option<Self> {
        let mut product = Self {
            constant: 1,
            factors: Vec::new(),
        };
        product.collect(graph, closed)?;
        Some(product)
    }

    fn collect(&mut self, graph: &Graph, closed: &Closed) -> Option<()> {
        match graph.expr(closed.expr).kind {
            ExprKind::Constant(value) => self.constant = self.constant.checked_mul(value)?,
            ExprKind::Neg(inner) => {
                self.constant = self.constant.checked_neg()?;
                self.collect(graph, &closed.with(inner))?;
            }
            ExprKind::Mul(a, b) => {
                self.collect(graph, &closed.with(a))?;
                self.collect(graph, &closed.with(b))?;
            }
            _ => self.factors.push(closed.clone()),
        }
        Some(())
    }
}

/// A constant times a sum: the constant, the sum's indices, and its term as a product.
fn scaled_sum(graph: &Graph, expr: ExprId) -> Option<(i128, Vec<IndexId>, Product)> {
    let mut constant: i128 = 1;
    let mut here = Closed::plain(expr);
    loop {
        let product = Product::of(graph, &here)?;
        constant = constant.checked_mul(product.constant)?;
        let [factor] = product.factors.as_slice() else {
            return None;
        };
        match opened(graph, factor) {
            Some(inside) => here = inside,
            None => {
                here = factor.clone();
                break;
            }
        }
    }
    let (indices, body) = reduction(graph, &here, Reduction::Sum)?;
    Some((constant, indices, Product::of(graph, &body)?))
}

/// If `num / den` is a constant times the mean of values under weights that are not negative:
/// an interval and a positive divisor whose quotient holds it.
///
/// `c * sum(J) w*v / (k * sum(J) w)` lies between the extremes of `c*v/k`.
pub(super) fn mean(graph: &Graph, num: ExprId, den: ExprId) -> Option<(Interval, i128)> {
    let (above, above_indices, mut term) = scaled_sum(graph, num)?;
    let (below, below_indices, weight) = scaled_sum(graph, den)?;
    let by = below.checked_mul(weight.constant)?;
    if by <= 0 || above_indices.len() != below_indices.len() {
        return None;
    }
    let domains = |index: &IndexId| graph.index(*index).domain;
    let pairs = above_indices
        .iter()
        .map(domains)
        .zip(below_indices.iter().map(domains));
    for (a, b) in pairs {
        if !same_domain(graph, a, b) {
            return None;
        }
    }
    let mut matcher = Matcher::new(graph, &below_indices);
    let mut lowest = Interval::point(1);
    for factor in &weight.factors {
        lowest = lowest.times(graph.expr(factor.expr).interval)?;
        let place = term.factors.iter().position(|candidate| {
            let before = matcher.patterns.clone();
            let same = matcher.same(factor, candidate);
            if !same {
                matcher.patterns = before;
            }
            same
        })?;
        term.factors.remove(place);
    }
    if lowest.lo < 0 {
        return None;
    }
    let mut taken = Vec::new();
    for (pattern, stands) in &matcher.patterns {
        match stands {
            None => {}
            Some(IndexExpr::Index(index))
                if above_indices.contains(index)
                    && !taken.contains(index)
                    && same_domain(graph, domains(index), domains(pattern)) =>
            {
                taken.push(*index);
            }
            Some(_) => return None,
        }
    }
    let values = term
        .factors
        .iter()
        .map(|factor| graph.expr(factor.expr).interval)
        .try_fold(Interval::point(1), Interval::times)?;
    let factor = above.checked_mul(term.constant)?;
    Some((Interval::point(factor).times(values)?, by))
}
