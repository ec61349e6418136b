//! What structure tells about intervals: `max` is not below its terms, a mean lies among its
//! values (spec 3.4).

use super::same::{at_its_step, opened, Closed, Matcher};
use super::subscript::{same_domain, within};
use crate::meaning::graph::{ExprId, ExprKind, Graph, IndexExpr, IndexId, Interval, Reduction};

/// What a reduction is of.
struct Reduced {
    /// Outermost first.
    indices: Vec<IndexId>,
    /// All of these hold of a term that counts.
    rows: Vec<ExprId>,
    /// Each of these is 1 for a term that counts.
    gates: Vec<ExprId>,
    /// With what stands for its indices.
    body: Closed,
}

/// Whether a condition holds wherever it is asked here.
pub(super) type Always<'a> = &'a dyn Fn(&Closed) -> bool;

/// A reduction, through the values that name it.
fn reduction(graph: &Graph, closed: &Closed, wanted: Reduction) -> Option<Reduced> {
    let mut here = closed.clone();
    while let Some(inside) = opened(graph, &here) {
        here = inside;
    }
    let (mut indices, mut rows, mut gates) = (Vec::new(), Vec::new(), Vec::new());
    while let ExprKind::Reduce {
        op,
        index,
        body,
        filter,
    } = graph.expr(here.expr).kind
    {
        if op != wanted || !at_its_step(graph.index(index).domain, &here.at) {
            break;
        }
        indices.push(index);
        rows.extend(filter.rows);
        gates.extend(filter.gate);
        here.expr = body;
    }
    (!indices.is_empty()).then_some(Reduced {
        indices,
        rows,
        gates,
        body: here,
    })
}

/// Whether `bound` is the `op` of terms of which `term` is one
/// that counts: without a gate, or with this one.
fn is_extremum_over(
    graph: &Graph,
    (op, always): (Reduction, Always),
    bound: ExprId,
    term: ExprId,
    gate: Option<ExprId>,
) -> bool {
    let Some(reduced) = reduction(graph, &Closed::plain(bound), op) else {
        return false;
    };
    let mut matcher = Matcher::new(graph, &reduced.indices);
    if !matcher.same(&reduced.body, &Closed::plain(term)) {
        return false;
    }
    let gated = match (&reduced.gates[..], gate) {
        ([], None) => true,
        (&[own], Some(gate)) => matcher.same(&reduced.body.with(own), &Closed::plain(gate)),
        _ => false,
    };
    if !gated {
        return false;
    }
    let mut at = reduced.body.at;
    for (index, stands) in matcher.patterns {
        match stands {
            Some(stands) if within(graph, &stands, graph.index(index).domain) => {
                at.push((index, stands));
            }
            // Any value would do, if all count.
            None if reduced.rows.is_empty() && reduced.gates.is_empty() => {}
            _ => return false,
        }
    }
    let mut rows = reduced.rows.into_iter();
    rows.all(|expr| {
        let at = at.clone();
        always(&Closed { expr, at })
    })
}

/// Whether the structure of the two shows that `a >= b` everywhere.
pub(super) fn at_least(graph: &Graph, always: Always, a: ExprId, b: ExprId) -> bool {
    let equal =
        |x: ExprId, y: ExprId| Matcher::new(graph, &[]).same(&Closed::plain(x), &Closed::plain(y));
    let chosen = match (&graph.expr(a).kind, &graph.expr(b).kind) {
        (ExprKind::Max(x, y), _) => equal(*x, b) || equal(*y, b),
        (_, ExprKind::Min(x, y)) => equal(*x, a) || equal(*y, a),
        _ => false,
    };
    chosen
        || is_extremum_over(graph, (Reduction::Max, always), a, b, None)
        || is_extremum_over(graph, (Reduction::Min, always), b, a, None)
}

/// Whether the structure shows that `gate * difference` is not negative: the difference of a maximum
/// and one of its terms, where the term counts.
pub(super) fn counts_at_least(
    graph: &Graph,
    always: Always,
    gate: ExprId,
    difference: ExprId,
) -> bool {
    let ExprKind::Sub(a, b) = graph.expr(difference).kind else {
        return false;
    };
    is_extremum_over(graph, (Reduction::Max, always), a, b, Some(gate))
        || is_extremum_over(graph, (Reduction::Min, always), b, a, Some(gate))
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

/// A constant times a sum: the constant, the sum, and its term as a product.
fn scaled_sum(graph: &Graph, expr: ExprId) -> Option<(i128, Reduced, Product)> {
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
    let sum = reduction(graph, &here, Reduction::Sum).filter(|sum| sum.gates.is_empty())?;
    let term = Product::of(graph, &sum.body)?;
    Some((constant, sum, term))
}

/// If `num / den` is a constant times the mean of values under weights that are not negative:
/// an interval and a positive divisor whose quotient holds it.
///
/// `c * sum(J) w*v / (k * sum(J) w)` lies between the extremes of `c*v/k`.
pub(super) fn mean(graph: &Graph, num: ExprId, den: ExprId) -> Option<(Interval, i128)> {
    let (above, above_sum, mut term) = scaled_sum(graph, num)?;
    let (below, below_sum, weight) = scaled_sum(graph, den)?;
    let (above_indices, below_indices) = (above_sum.indices, below_sum.indices);
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
    // Both sums are of the same terms.
    let rows = below_sum.rows.iter().zip(&above_sum.rows);
    let mut same = rows.map(|(&below, &above)| {
        matcher.same(&below_sum.body.with(below), &above_sum.body.with(above))
    });
    if below_sum.rows.len() != above_sum.rows.len() || !same.all(|same| same) {
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
