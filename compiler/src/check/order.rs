//! What structure tells about intervals: `max` is not below its terms, a mean lies among its
//! values (spec 3.4).
//!
//! Two expressions are compared through the definitions of the values that they read, under a
//! substitution of indices. A pattern is an index on the left side that may stand for any one
//! index expression on the right.

use super::subscript::{same_domain, within};
use crate::graph::{
    Domain, ExprId, ExprKind, Graph, IndexExpr, IndexId, Interval, Reduction, Source,
};

/// How many comparisons one question may take.
const FUEL: usize = 4096;

/// What stands for the indices of a value's definition, where the value is read.
type Substitution = Vec<(IndexId, IndexExpr)>;

/// An expression, and what stands for its indices.
#[derive(Clone)]
struct Closed {
    expr: ExprId,
    at: Substitution,
}

impl Closed {
    fn plain(expr: ExprId) -> Self {
        Self {
            expr,
            at: Vec::new(),
        }
    }

    fn with(&self, expr: ExprId) -> Self {
        Self {
            expr,
            at: self.at.clone(),
        }
    }
}

fn substitute(expr: &IndexExpr, at: &Substitution) -> IndexExpr {
    let pair =
        |a: &IndexExpr, b: &IndexExpr| (Box::new(substitute(a, at)), Box::new(substitute(b, at)));
    match expr {
        IndexExpr::Index(index) => {
            let found = at.iter().find(|(known, _)| known == index);
            found.map_or_else(|| expr.clone(), |(_, stands)| stands.clone())
        }
        IndexExpr::Constant(_) => expr.clone(),
        IndexExpr::Add(a, b) => {
            let (a, b) = pair(a, b);
            IndexExpr::Add(a, b)
        }
        IndexExpr::Sub(a, b) => {
            let (a, b) = pair(a, b);
            IndexExpr::Sub(a, b)
        }
        IndexExpr::Mul(a, b) => {
            let (a, b) = pair(a, b);
            IndexExpr::Mul(a, b)
        }
        IndexExpr::Div(a, b) => {
            let (a, b) = pair(a, b);
            IndexExpr::Div(a, b)
        }
        IndexExpr::Mod(a, b) => {
            let (a, b) = pair(a, b);
            IndexExpr::Mod(a, b)
        }
    }
}

fn mentions(expr: &IndexExpr, indices: &[IndexId]) -> bool {
    match expr {
        IndexExpr::Index(index) => indices.contains(index),
        IndexExpr::Constant(_) => false,
        IndexExpr::Add(a, b)
        | IndexExpr::Sub(a, b)
        | IndexExpr::Mul(a, b)
        | IndexExpr::Div(a, b)
        | IndexExpr::Mod(a, b) => mentions(a, indices) || mentions(b, indices),
    }
}

/// The definition of a value, where it is read.
fn opened(graph: &Graph, closed: &Closed) -> Option<Closed> {
    let ExprKind::Read {
        source: Source::Value(id),
        at,
    } = &graph.expr(closed.expr).kind
    else {
        return None;
    };
    let value = graph.value(*id);
    let subscripts = at.iter().map(|subscript| substitute(subscript, &closed.at));
    Some(Closed {
        expr: value.expr,
        at: value.space.iter().copied().zip(subscripts).collect(),
    })
}

struct Matcher<'a> {
    graph: &'a Graph,
    /// The indices that stand for anything, and what they have come to stand for.
    patterns: Vec<(IndexId, Option<IndexExpr>)>,
    /// Indices bound inside both sides: a pattern cannot stand for them.
    local: Vec<IndexId>,
    fuel: usize,
}

impl<'a> Matcher<'a> {
    fn new(graph: &'a Graph, patterns: &[IndexId]) -> Self {
        Self {
            graph,
            patterns: patterns.iter().map(|&index| (index, None)).collect(),
            local: Vec::new(),
            fuel: FUEL,
        }
    }

    fn same(&mut self, a: &Closed, b: &Closed) -> bool {
        if self.fuel == 0 {
            return false;
        }
        self.fuel -= 1;
        let before = self.patterns.clone();
        if self.same_kind(a, b) {
            return true;
        }
        self.patterns.clone_from(&before);
        if let Some(a) = opened(self.graph, a) {
            if self.same(&a, b) {
                return true;
            }
            self.patterns.clone_from(&before);
        }
        opened(self.graph, b).is_some_and(|b| self.same(a, &b))
    }

    fn same_kind(&mut self, a: &Closed, b: &Closed) -> bool {
        use ExprKind as K;
        let graph = self.graph;
        match (&graph.expr(a.expr).kind, &graph.expr(b.expr).kind) {
            (K::Constant(x), K::Constant(y)) => x == y,
            (K::Index(x), K::Index(y)) => self.unify(&substitute(x, &a.at), &substitute(y, &b.at)),
            (
                K::Read {
                    source: x,
                    at: left,
                },
                K::Read {
                    source: y,
                    at: right,
                },
            ) => {
                x == y
                    && left
                        .iter()
                        .zip(right)
                        .all(|(x, y)| self.unify(&substitute(x, &a.at), &substitute(y, &b.at)))
            }
            (K::Neg(x), K::Neg(y)) | (K::Abs(x), K::Abs(y)) => self.same(&a.with(*x), &b.with(*y)),
            (K::Add(x, x2), K::Add(y, y2))
            | (K::Sub(x, x2), K::Sub(y, y2))
            | (K::Mul(x, x2), K::Mul(y, y2))
            | (K::Max(x, x2), K::Max(y, y2))
            | (K::Min(x, x2), K::Min(y, y2)) => {
                self.same(&a.with(*x), &b.with(*y)) && self.same(&a.with(*x2), &b.with(*y2))
            }
            (
                K::Clip { arg: x, lo, hi },
                K::Clip {
                    arg: y,
                    lo: lo2,
                    hi: hi2,
                },
            ) => (lo, hi) == (lo2, hi2) && self.same(&a.with(*x), &b.with(*y)),
            (
                K::Lookup { table, arg: x },
                K::Lookup {
                    table: table2,
                    arg: y,
                },
            ) => table == table2 && self.same(&a.with(*x), &b.with(*y)),
            (
                K::Divide {
                    policy,
                    num: x,
                    den: x2,
                },
                K::Divide {
                    policy: policy2,
                    num: y,
                    den: y2,
                },
            ) => {
                policy == policy2
                    && self.same(&a.with(*x), &b.with(*y))
                    && self.same(&a.with(*x2), &b.with(*y2))
            }
            (
                K::Reduce { op, index, body: x },
                K::Reduce {
                    op: op2,
                    index: index2,
                    body: y,
                },
            ) => {
                let (domain, domain2) = (graph.index(*index).domain, graph.index(*index2).domain);
                if op != op2 || !same_at(graph, domain, &a.at, domain2, &b.at) {
                    return false;
                }
                let (mut left, mut right) = (a.with(*x), b.with(*y));
                left.at.push((*index, IndexExpr::Index(*index)));
                right.at.push((*index2, IndexExpr::Index(*index)));
                self.local.push(*index);
                let same = self.same(&left, &right);
                self.local.pop();
                same
            }
            _ => false,
        }
    }

    fn unify(&mut self, a: &IndexExpr, b: &IndexExpr) -> bool {
        use IndexExpr as I;
        if let I::Index(index) = a {
            if let Some(place) = self
                .patterns
                .iter()
                .position(|(pattern, _)| pattern == index)
            {
                return match &self.patterns[place].1 {
                    Some(stands) => stands == b,
                    None if mentions(b, &self.local) => false,
                    None => {
                        self.patterns[place].1 = Some(b.clone());
                        true
                    }
                };
            }
        }
        match (a, b) {
            (I::Index(x), I::Index(y)) => x == y,
            (I::Constant(x), I::Constant(y)) => x == y,
            (I::Add(x, x2), I::Add(y, y2))
            | (I::Sub(x, x2), I::Sub(y, y2))
            | (I::Mul(x, x2), I::Mul(y, y2))
            | (I::Div(x, x2), I::Div(y, y2))
            | (I::Mod(x, x2), I::Mod(y, y2)) => self.unify(x, y) && self.unify(x2, y2),
            _ => false,
        }
    }
}

/// Whether the step that a domain depends on is the one that is open.
fn at_its_step(domain: Domain, at: &Substitution) -> bool {
    match domain {
        Domain::Static(_) => true,
        Domain::Cache { step, .. } => at
            .iter()
            .all(|(index, stands)| *index != step || *stands == IndexExpr::Index(step)),
    }
}

fn same_at(graph: &Graph, a: Domain, at: &Substitution, b: Domain, bt: &Substitution) -> bool {
    at_its_step(a, at) && at_its_step(b, bt) && same_domain(graph, a, b)
}

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
                .map_or(true, |stands| within(graph, stands, domain))
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
    fn of(graph: &Graph, closed: &Closed) -> Self {
        let mut product = Self {
            constant: 1,
            factors: Vec::new(),
        };
        product.collect(graph, closed);
        product
    }

    fn collect(&mut self, graph: &Graph, closed: &Closed) {
        match graph.expr(closed.expr).kind {
            ExprKind::Constant(value) => self.constant = self.constant.saturating_mul(value),
            ExprKind::Neg(inner) => {
                self.constant = self.constant.saturating_neg();
                self.collect(graph, &closed.with(inner));
            }
            ExprKind::Mul(a, b) => {
                self.collect(graph, &closed.with(a));
                self.collect(graph, &closed.with(b));
            }
            _ => self.factors.push(closed.clone()),
        }
    }
}

/// A constant times a sum: the constant, the sum's indices, and its term as a product.
fn scaled_sum(graph: &Graph, expr: ExprId) -> Option<(i128, Vec<IndexId>, Product)> {
    let mut constant: i128 = 1;
    let mut here = Closed::plain(expr);
    loop {
        let product = Product::of(graph, &here);
        constant = constant.saturating_mul(product.constant);
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
    Some((constant, indices, Product::of(graph, &body)))
}

/// If `num / den` is a constant times the mean of values under weights that are not negative:
/// an interval and a positive divisor whose quotient holds it.
///
/// `c * sum(J) w*v / (k * sum(J) w)` lies between the extremes of `c*v/k`.
pub(super) fn mean(graph: &Graph, num: ExprId, den: ExprId) -> Option<(Interval, i128)> {
    let (above, above_indices, mut term) = scaled_sum(graph, num)?;
    let (below, below_indices, weight) = scaled_sum(graph, den)?;
    let by = below.saturating_mul(weight.constant);
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
        lowest = lowest * graph.expr(factor.expr).interval;
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
        .fold(Interval::point(1), |product, interval| product * interval);
    let factor = above.saturating_mul(term.constant);
    Some((Interval::point(factor) * values, by))
}
