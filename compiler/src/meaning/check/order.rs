//! What structure tells about intervals: `max` is not below its terms, a mean lies among its
//! values, a square is not negative, a remainder is less than its divisor (spec 3.4).

use super::same::{opened, Closed, Matcher};
use super::subscript::up_to;
use crate::meaning::graph::{
    ExprId, ExprKind, Graph, IndexExpr, IndexId, Interval, Reduction, Rounding,
};
use crate::meaning::index::{last_at, Linear};

/// A product of more factors is not looked through for squares.
const MOST_FACTORS: usize = 8;

/// What a reduction is of.
struct Reduced {
    /// Outermost first.
    indices: Vec<IndexId>,
    /// The last point of each, where the reduction is read.
    lasts: Vec<Linear>,
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
    let (mut indices, mut lasts) = (Vec::new(), Vec::new());
    let (mut rows, mut gates) = (Vec::new(), Vec::new());
    while let ExprKind::Reduce {
        op,
        index,
        body,
        filter,
    } = graph.expr(graph.meant(here.expr)).kind
    {
        if op != wanted {
            break;
        }
        let Some(last) = last_at(graph, graph.index(index).domain, &here.at) else {
            break;
        };
        indices.push(index);
        lasts.push(last);
        rows.extend(filter.rows);
        gates.extend(filter.gate);
        here.expr = body;
    }
    (!indices.is_empty()).then_some(Reduced {
        indices,
        lasts,
        rows,
        gates,
        body: here,
    })
}

/// Whether `bound` is the `op` of terms of which `term` is one
/// that counts: without a gate, or with this one.
fn is_extremum_over(
    (graph, shapes): (&Graph, &[u64]),
    (op, always): (Reduction, Always),
    bound: ExprId,
    term: ExprId,
    gate: Option<ExprId>,
) -> bool {
    let Some(reduced) = reduction(graph, &Closed::plain(bound), op) else {
        return false;
    };
    let mut matcher = Matcher::new(graph, shapes, &reduced.indices);
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
    for ((index, stands), last) in matcher.patterns.into_iter().zip(&reduced.lasts) {
        match stands {
            Some(stands) if up_to(graph, &stands, last) => {
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
pub(super) fn at_least(
    (graph, shapes): (&Graph, &[u64]),
    always: Always,
    a: ExprId,
    b: ExprId,
) -> bool {
    let equal = |x: ExprId, y: ExprId| {
        Matcher::new(graph, shapes, &[]).same(&Closed::plain(x), &Closed::plain(y))
    };
    let meant = |id: ExprId| &graph.expr(graph.meant(id)).kind;
    let chosen = match (meant(a), meant(b)) {
        (ExprKind::Max(x, y), _) => equal(*x, b) || equal(*y, b),
        (_, ExprKind::Min(x, y)) => equal(*x, a) || equal(*y, a),
        _ => false,
    };
    chosen
        || is_extremum_over((graph, shapes), (Reduction::Max, always), a, b, None)
        || is_extremum_over((graph, shapes), (Reduction::Min, always), b, a, None)
}

/// Whether the structure shows that `gate * difference` is not negative: the difference of a maximum
/// and one of its terms, where the term counts.
pub(super) fn counts_at_least(
    (graph, shapes): (&Graph, &[u64]),
    always: Always,
    gate: ExprId,
    difference: ExprId,
) -> bool {
    let ExprKind::Sub(a, b) = graph.expr(difference).kind else {
        return false;
    };
    is_extremum_over((graph, shapes), (Reduction::Max, always), a, b, Some(gate))
        || is_extremum_over((graph, shapes), (Reduction::Min, always), b, a, Some(gate))
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
        match graph.expr(graph.meant(closed.expr)).kind {
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

/// The interval of a product, if factors of it are squared: what is the same, through the values that
/// name it, is the same integer at every point, and its square is not negative.
pub(super) fn squared(graph: &Graph, shapes: &[u64], a: ExprId, b: ExprId) -> Option<Interval> {
    let mut product = Product::of(graph, &Closed::plain(a))?;
    let other = Product::of(graph, &Closed::plain(b))?;
    product.factors.extend(other.factors);
    if product.factors.len() > MOST_FACTORS {
        return None;
    }
    let constant = product.constant.checked_mul(other.constant)?;
    let mut interval = Interval::point(constant);
    let mut found = false;
    while let Some(factor) = product.factors.pop() {
        let own = graph.expr(factor.expr).interval;
        let twin = product
            .factors
            .iter()
            .position(|other| Matcher::new(graph, shapes, &[]).same(&factor, other));
        let by = match twin {
            Some(twin) => {
                found = true;
                let twin = product.factors.swap_remove(twin);
                let own = own.meet(graph.expr(twin.expr).interval).unwrap_or(own);
                own.times(own)?.meet(Interval::new(0, i128::MAX))?
            }
            None => own,
        };
        interval = interval.times(by)?;
    }
    found.then_some(interval)
}

/// A rounded quotient, through the values that name it.
struct Quotient {
    policy: Rounding,
    num: Closed,
    den: Closed,
}

fn quotient_of(graph: &Graph, closed: &Closed) -> Option<Quotient> {
    let mut here = closed.clone();
    while let Some(inside) = opened(graph, &here) {
        here = inside;
    }
    match graph.expr(graph.meant(here.expr)).kind {
        ExprKind::Divide { policy, num, den } => Some(Quotient {
            policy,
            num: here.with(num),
            den: here.with(den),
        }),
        _ => None,
    }
}

/// If `a - b` is `n - d * q`, where q is n / d rounded: how, and the interval of d. That is the
/// remainder of this division, whatever stands for n and d, as long as both are the same at every
/// point of the expression. A factor of `b` is q, and the others make d.
pub(super) fn remainder_of(
    graph: &Graph,
    shapes: &[u64],
    a: ExprId,
    b: ExprId,
) -> Option<(Rounding, Interval)> {
    let mut here = Closed::plain(b);
    loop {
        let product = Product::of(graph, &here)?;
        let same = |x: &Closed, y: &Closed| Matcher::new(graph, shapes, &[]).same(x, y);
        for (place, factor) in product.factors.iter().enumerate() {
            let Some(quotient) = quotient_of(graph, factor) else {
                continue;
            };
            let others: Vec<&Closed> = (product.factors.iter().enumerate())
                .filter(|(other, _)| *other != place)
                .map(|(_, factor)| factor)
                .collect();
            let divides = match (others.as_slice(), &graph.expr(quotient.den.expr).kind) {
                ([], ExprKind::Constant(den)) => *den == product.constant,
                ([other], _) => product.constant == 1 && same(other, &quotient.den),
                _ => false,
            };
            if divides && same(&quotient.num, &Closed::plain(a)) {
                return Some((quotient.policy, graph.expr(quotient.den.expr).interval));
            }
        }
        match (product.constant, product.factors.as_slice()) {
            (1, [only]) => here = opened(graph, only)?,
            _ => return None,
        }
    }
}

/// A constant times what is held at or above a positive constant, as in `max(x, 1)`: the constant
/// and x.
fn held_up(graph: &Graph, expr: ExprId) -> Option<(i128, Closed)> {
    let mut constant: i128 = 1;
    let mut here = Closed::plain(expr);
    loop {
        let product = Product::of(graph, &here)?;
        constant = constant.checked_mul(product.constant)?;
        let [factor] = product.factors.as_slice() else {
            return None;
        };
        if let ExprKind::Max(a, b) = graph.expr(graph.meant(factor.expr)).kind {
            let positive = |id: ExprId| match graph.expr(id).kind {
                ExprKind::Constant(value) => value >= 1,
                _ => false,
            };
            let held = match (positive(a), positive(b)) {
                (true, false) => b,
                (false, true) => a,
                _ => return None,
            };
            return (constant > 0).then(|| (constant, factor.with(held)));
        }
        here = opened(graph, factor)?;
    }
}

/// A constant times a sum: the constant, the sum, and its term as a product.
fn scaled_sum(graph: &Graph, closed: &Closed) -> Option<(i128, Reduced, Product)> {
    let mut constant: i128 = 1;
    let mut here = closed.clone();
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
/// `c * sum(J) w*v / (k * sum(J) w)` lies between the extremes of `c*v/k`. If the divisor is
/// `k * max(l * sum(J) w, m)` with m >= 1 it lies between those of `c*v/(k*l)` and 0: it is that mean,
/// or where the sum is less than m / l, that mean times a number from 0 to 1.
pub(super) fn mean(
    graph: &Graph,
    shapes: &[u64],
    num: ExprId,
    den: ExprId,
) -> Option<(Interval, i128)> {
    let (above, above_sum, mut term) = scaled_sum(graph, &Closed::plain(num))?;
    let held = held_up(graph, den);
    let (around, inside) = held.clone().unwrap_or_else(|| (1, Closed::plain(den)));
    let (below, below_sum, weight) = scaled_sum(graph, &inside)?;
    let (above_indices, below_indices) = (&above_sum.indices, &below_sum.indices);
    let by = below.checked_mul(weight.constant)?.checked_mul(around)?;
    if by <= 0 || above_sum.lasts != below_sum.lasts {
        return None;
    }
    let mut matcher = Matcher::new(graph, shapes, below_indices);
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
    for ((_, stands), last) in matcher.patterns.iter().zip(&below_sum.lasts) {
        match stands {
            None => {}
            Some(IndexExpr::Index(index)) => {
                let place = above_indices.iter().position(|above| above == index)?;
                if taken.contains(index) || above_sum.lasts[place] != *last {
                    return None;
                }
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
    let means = Interval::point(factor).times(values)?;
    let zero = Interval::point(0);
    Some((held.map_or(means, |_| means.hull(zero)), by))
}
