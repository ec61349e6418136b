//! Whether two expressions are the same, through the definitions of the values that they read.
//!
//! They are compared under a substitution of indices. A pattern is an index on the left side
//! that may stand for any one index expression on the right.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::meaning::graph::{ExprId, ExprKind, Graph, IndexExpr, IndexId, Place, Source};
use crate::meaning::index::last_at;

/// How many comparisons one question may take.
const FUEL: usize = 1024;
/// The operands of a subscript, through the definitions that it went through.
const MAX_SUBSCRIPT: usize = 256;

/// What stands for the indices of a value's definition, where the value is read.
pub(super) type Substitution = Vec<(IndexId, IndexExpr)>;

/// An expression, and what stands for its indices.
#[derive(Clone)]
pub(super) struct Closed {
    pub(super) expr: ExprId,
    pub(super) at: Substitution,
}

impl Closed {
    pub(super) fn plain(expr: ExprId) -> Self {
        Self {
            expr,
            at: Vec::new(),
        }
    }

    pub(super) fn with(&self, expr: ExprId) -> Self {
        Self {
            expr,
            at: self.at.clone(),
        }
    }
}

/// A subscript with what stands for its indices.
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
        IndexExpr::Pow(a, b) => {
            let (a, b) = pair(a, b);
            IndexExpr::Pow(a, b)
        }
    }
}

/// How many operands a subscript has once it is substituted.
fn size(expr: &IndexExpr, at: &[(IndexId, usize)]) -> usize {
    match expr {
        IndexExpr::Index(index) => {
            let found = at.iter().find(|(known, _)| known == index);
            found.map_or(1, |(_, size)| *size)
        }
        IndexExpr::Constant(_) => 1,
        IndexExpr::Add(a, b)
        | IndexExpr::Sub(a, b)
        | IndexExpr::Mul(a, b)
        | IndexExpr::Div(a, b)
        | IndexExpr::Mod(a, b)
        | IndexExpr::Pow(a, b) => size(a, at).saturating_add(size(b, at)),
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
        | IndexExpr::Mod(a, b)
        | IndexExpr::Pow(a, b) => mentions(a, indices) || mentions(b, indices),
    }
}

/// The definition of a value, where it is read; `None` too where its subscripts would be so large that
/// nobody wrote them: each value may double those of the one that it reads.
pub(super) fn opened(graph: &Graph, closed: &Closed) -> Option<Closed> {
    let ExprKind::Read {
        source: Source::Value(id),
        at,
    } = &graph.expr(closed.expr).kind
    else {
        return None;
    };
    let value = graph.value(*id);
    // Two hints of one expression may differ.
    if value.is_hint(graph) {
        return None;
    }
    let sizes: Vec<_> = closed
        .at
        .iter()
        .map(|(index, stands)| (*index, size(stands, &[])))
        .collect();
    if at
        .iter()
        .any(|subscript| size(subscript, &sizes) > MAX_SUBSCRIPT)
    {
        return None;
    }
    let subscripts = at.iter().map(|subscript| substitute(subscript, &closed.at));
    Some(Closed {
        expr: graph.meant(value.expr),
        at: value.space.iter().copied().zip(subscripts).collect(),
    })
}

/// What an expression is with all definitions opened and all subscripts left out, as a number: two
/// that are the same have the same shape. `shapes` has those of the expressions before it.
pub(super) fn shape(graph: &Graph, shapes: &[u64], kind: &ExprKind) -> u64 {
    use ExprKind as K;
    if let K::Read {
        source: Source::Value(id),
        ..
    } = kind
    {
        return shapes[graph.value(*id).expr.index()];
    }
    if let K::Limbs { whole, .. } = kind {
        return shapes[whole.index()];
    }
    let mut hasher = DefaultHasher::new();
    std::mem::discriminant(kind).hash(&mut hasher);
    match kind {
        K::Constant(value) => value.hash(&mut hasher),
        K::Read { source, .. } => source.hash(&mut hasher),
        K::Reduce { op, .. } => op.hash(&mut hasher),
        K::Clip { lo, hi, .. } => (lo, hi).hash(&mut hasher),
        K::Lookup { table, .. } => table.hash(&mut hasher),
        K::Divide { policy, .. } => policy.hash(&mut hasher),
        _ => {}
    }
    for child in kind.children() {
        shapes[child.index()].hash(&mut hasher);
    }
    hasher.finish()
}

pub(super) struct Matcher<'a> {
    graph: &'a Graph,
    shapes: &'a [u64],
    /// The indices that stand for anything, and what they have come to stand for.
    pub(super) patterns: Vec<(IndexId, Option<IndexExpr>)>,
    /// Indices bound inside both sides: a pattern cannot stand for them.
    local: Vec<IndexId>,
    fuel: usize,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(graph: &'a Graph, shapes: &'a [u64], patterns: &[IndexId]) -> Self {
        Self {
            graph,
            shapes,
            patterns: patterns.iter().map(|&index| (index, None)).collect(),
            local: Vec::new(),
            fuel: FUEL,
        }
    }

    pub(super) fn same(&mut self, a: &Closed, b: &Closed) -> bool {
        if self.fuel == 0 {
            return false;
        }
        self.fuel -= 1;
        let shapes = self.shapes;
        if shapes[a.expr.index()] != shapes[b.expr.index()] {
            return false;
        }
        let before = self.patterns.clone();
        if self.same_kind(a, b) {
            return true;
        }
        self.patterns.clone_from(&before);
        // What is defined later cannot be read by what is defined before: of two values it is the
        // later one that must be opened, and there is never a choice.
        let reads = |closed: &Closed| match self.graph.expr(closed.expr).kind {
            ExprKind::Read {
                source: Source::Value(id),
                ..
            } => Some(id),
            _ => None,
        };
        let (left, right) = (reads(a), reads(b));
        let inside = |closed: &Closed, open: bool| match open {
            true => opened(self.graph, closed),
            false => Some(closed.clone()),
        };
        if left.is_none() && right.is_none() {
            return false;
        }
        match (inside(a, left >= right), inside(b, right >= left)) {
            (Some(a), Some(b)) => self.same(&a, &b),
            _ => false,
        }
    }

    fn same_kind(&mut self, a: &Closed, b: &Closed) -> bool {
        use ExprKind as K;
        let graph = self.graph;
        let meant = |closed: &Closed| &graph.expr(graph.meant(closed.expr)).kind;
        match (meant(a), meant(b)) {
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
            (
                K::Pick {
                    source: x,
                    at: left,
                },
                K::Pick {
                    source: y,
                    at: right,
                },
            ) => {
                x == y
                    && left.iter().zip(right).all(|pair| match pair {
                        (Place::Known(x), Place::Known(y)) => {
                            self.unify(&substitute(x, &a.at), &substitute(y, &b.at))
                        }
                        (Place::Run(x), Place::Run(y)) => self.same(&a.with(*x), &b.with(*y)),
                        _ => false,
                    })
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
                K::Reduce {
                    op,
                    index,
                    body: x,
                    filter,
                },
                K::Reduce {
                    op: op2,
                    index: index2,
                    body: y,
                    filter: filter2,
                },
            ) => {
                let (domain, domain2) = (graph.index(*index).domain, graph.index(*index2).domain);
                let last = last_at(graph, domain, &a.at);
                if op != op2 || last.is_none() || last != last_at(graph, domain2, &b.at) {
                    return false;
                }
                let (mut left, mut right) = (a.with(*x), b.with(*y));
                left.at.push((*index, IndexExpr::Index(*index)));
                right.at.push((*index2, IndexExpr::Index(*index)));
                self.local.push(*index);
                let mut same = self.same(&left, &right);
                // Where a reduction is there at all is told where it is read.
                for (x, y) in [(filter.rows, filter2.rows), (filter.gate, filter2.gate)] {
                    same = same
                        && match (x, y) {
                            (Some(x), Some(y)) => self.same(&left.with(x), &right.with(y)),
                            (x, y) => x == y,
                        };
                }
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
            | (I::Mod(x, x2), I::Mod(y, y2))
            | (I::Pow(x, x2), I::Pow(y, y2)) => self.unify(x, y) && self.unify(x2, y2),
            _ => false,
        }
    }
}
