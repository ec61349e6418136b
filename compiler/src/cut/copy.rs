//! Expressions of one piece: subscripts moved, reductions split where they reach over pieces.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cutter, Piece};
use crate::diagnostic::Diagnostic;
use crate::graph::{
    Domain, Expr, ExprId, ExprKind, Index, IndexExpr, IndexId, Interval, Reduction, Source,
};

/// What the given graph's indices are in a piece: a function of its own, and the values that the
/// given index takes there, half open.
#[derive(Clone)]
pub(super) struct Bound {
    pub piece: Piece,
    indices: BTreeMap<IndexId, (IndexExpr, (i64, i64))>,
}

impl Bound {
    pub fn new(piece: Piece) -> Self {
        Self {
            piece,
            indices: BTreeMap::new(),
        }
    }

    pub fn bind(&mut self, index: IndexId, form: IndexExpr, range: (i64, i64)) {
        self.indices.insert(index, (form, range));
    }

    /// The subscript as a function of the piece's indices.
    pub fn substitute(&self, subscript: &IndexExpr) -> IndexExpr {
        use IndexExpr::{Add, Constant, Div, Mod, Mul, Sub};
        let both = |a: &IndexExpr, b: &IndexExpr| (self.substitute(a), self.substitute(b));
        let new = match subscript {
            IndexExpr::Index(index) => match self.indices.get(index) {
                Some((form, _)) => return form.clone(),
                None => unreachable!("the graph binds every index that it reads"),
            },
            Constant(value) => return Constant(*value),
            Add(a, b) => match both(a, b) {
                (a, Constant(b)) | (Constant(b), a) => return shifted(a, b),
                (a, b) => Add(a.into(), b.into()),
            },
            Sub(a, b) => match both(a, b) {
                (a, Constant(b)) => return shifted(a, -b),
                (a, b) => Sub(a.into(), b.into()),
            },
            Mul(a, b) => match both(a, b) {
                (Constant(a), Constant(b)) => Constant(a * b),
                (a, b) => Mul(a.into(), b.into()),
            },
            Div(a, b) => match both(a, b) {
                (Constant(a), Constant(b)) if b > 0 => Constant(a.div_euclid(b)),
                (a, b) => Div(a.into(), b.into()),
            },
            Mod(a, b) => match both(a, b) {
                (Constant(a), Constant(b)) if b > 0 => Constant(a.rem_euclid(b)),
                (a, b) => Mod(a.into(), b.into()),
            },
        };
        // `(h + 2) / 2` where h is 0 or 1.
        match self.range(subscript) {
            (lo, hi) if lo == hi => Constant(lo),
            _ => new,
        }
    }

    /// The least and the most value of a subscript of the given graph.
    fn range(&self, subscript: &IndexExpr) -> (i64, i64) {
        use IndexExpr::{Add, Constant, Div, Mod, Mul, Sub};
        match subscript {
            IndexExpr::Index(index) => match self.indices.get(index) {
                Some((_, (from, to))) => (*from, (to - 1).max(*from)),
                None => unreachable!("the graph binds every index that it reads"),
            },
            Constant(value) => (*value, *value),
            Add(a, b) => {
                let ((a, b), (c, d)) = (self.range(a), self.range(b));
                (a + c, b + d)
            }
            Sub(a, b) => {
                let ((a, b), (c, d)) = (self.range(a), self.range(b));
                (a - d, b - c)
            }
            Mul(a, b) => {
                let ((a, b), (c, d)) = (self.range(a), self.range(b));
                let products = [a * c, a * d, b * c, b * d];
                let least = products.iter().copied().fold(i64::MAX, i64::min);
                let most = products.iter().copied().fold(i64::MIN, i64::max);
                (least, most)
            }
            Div(a, b) => {
                let ((a, b), (c, _)) = (self.range(a), self.range(b));
                (a.div_euclid(c.max(1)), b.div_euclid(c.max(1)))
            }
            Mod(a, b) => {
                let ((a, b), (c, _)) = (self.range(a), self.range(b));
                let c = c.max(1);
                match a.div_euclid(c) == b.div_euclid(c) {
                    true => (a.rem_euclid(c), b.rem_euclid(c)),
                    false => (0, c - 1),
                }
            }
        }
    }
}

/// `form + by`, with one constant at most.
pub(super) fn shifted(form: IndexExpr, by: i64) -> IndexExpr {
    use IndexExpr::{Add, Constant};
    match form {
        Constant(value) => Constant(value + by),
        Add(a, b) => match *b {
            Constant(b) => shifted(*a, b + by),
            b if by == 0 => Add(a, b.into()),
            b => Add(Add(a, b.into()).into(), Constant(by).into()),
        },
        form if by == 0 => form,
        form => Add(form.into(), Constant(by).into()),
    }
}

/// Copies the expressions of one value.
pub(super) struct Copier<'c, 'g> {
    pub cutter: &'c mut Cutter<'g>,
    /// The value's name.
    pub of: &'c str,
}

impl Copier<'_, '_> {
    pub fn copy(&mut self, id: ExprId, bound: &Bound) -> ExprId {
        let graph = self.cutter.graph();
        let expr = graph.expr(id);
        let mut each = |id: ExprId| self.copy(id, bound);
        let kind = match &expr.kind {
            ExprKind::Constant(value) => ExprKind::Constant(*value),
            ExprKind::Index(subscript) => match bound.substitute(subscript) {
                IndexExpr::Constant(value) => ExprKind::Constant(value.into()),
                subscript => ExprKind::Index(subscript),
            },
            ExprKind::Neg(a) => ExprKind::Neg(each(*a)),
            ExprKind::Abs(a) => ExprKind::Abs(each(*a)),
            ExprKind::Add(a, b) => ExprKind::Add(each(*a), each(*b)),
            ExprKind::Sub(a, b) => ExprKind::Sub(each(*a), each(*b)),
            ExprKind::Mul(a, b) => ExprKind::Mul(each(*a), each(*b)),
            ExprKind::Max(a, b) => ExprKind::Max(each(*a), each(*b)),
            ExprKind::Min(a, b) => ExprKind::Min(each(*a), each(*b)),
            ExprKind::Clip { arg, lo, hi } => ExprKind::Clip {
                arg: each(*arg),
                lo: *lo,
                hi: *hi,
            },
            ExprKind::Lookup { table, arg } => ExprKind::Lookup {
                table: *table,
                arg: each(*arg),
            },
            ExprKind::Divide { policy, num, den } => ExprKind::Divide {
                policy: *policy,
                num: each(*num),
                den: each(*den),
            },
            ExprKind::Read { source, at } => self.read(expr, *source, at, bound),
            ExprKind::Reduce { op, index, body } => {
                return self.reduce(id, *op, *index, *body, bound)
            }
        };
        self.push(kind, expr, expr.interval)
    }

    fn push(&mut self, kind: ExprKind, like: &Expr, interval: Interval) -> ExprId {
        let exprs = &mut self.cutter.out.exprs;
        exprs.push(Expr {
            kind,
            span: like.span,
            interval,
        });
        ExprId(exprs.len() as u32 - 1)
    }

    /// Where a source is cut: the dimension, and the ends of its pieces.
    fn cut_of(&self, source: Source) -> Option<(usize, Vec<u64>)> {
        match source {
            Source::Input(id) => self.cutter.divided.input(id).cloned(),
            Source::State(id) => self.cutter.divided.state(id).cloned(),
            Source::Value(id) => {
                let at = self.cutter.cut_at(&self.cutter.graph().value(id).space)?;
                Some((at, self.cutter.breaks.to_vec()))
            }
        }
    }

    fn read(&mut self, expr: &Expr, source: Source, at: &[IndexExpr], bound: &Bound) -> ExprKind {
        let mut new: Vec<IndexExpr> = at.iter().map(|at| bound.substitute(at)).collect();
        let mut piece = bound.piece;
        if let Some((dimension, ends)) = self.cut_of(source) {
            let (least, most) = bound.range(&at[dimension]);
            let holding = ends
                .partition_point(|&end| end as i64 <= least)
                .saturating_sub(1);
            if holding + 1 >= ends.len() || most >= ends[holding + 1] as i64 {
                self.reaches_over(expr, source);
            } else {
                let old = std::mem::replace(&mut new[dimension], IndexExpr::Constant(0));
                new[dimension] = shifted(old, -(ends[holding] as i64));
                piece = Some(holding);
            }
        }
        ExprKind::Read {
            source: self.cutter.source(source, piece),
            at: new,
        }
    }

    fn reaches_over(&mut self, expr: &Expr, source: Source) {
        let graph = self.cutter.graph();
        let (over, name) = (self.cutter.over, graph.member_name(source.member()));
        let diagnostic = Diagnostic::new(
            "E105",
            format!("`{}` reads several pieces of `{name}` at once", self.of),
        )
        .at(self.cutter.span, format!("`{over}` is cut here"))
        .also(expr.span, "the pieces cannot be told apart here")
        .hint(format!(
            "cut at other places or another index, or read `{name}` in a sum, a maximum or a \
             minimum over `{over}`"
        ));
        if !self.cutter.diagnostics.contains(&diagnostic) {
            self.cutter.diagnostics.push(diagnostic);
        }
    }

    fn reduce(
        &mut self,
        id: ExprId,
        op: Reduction,
        index: IndexId,
        body: ExprId,
        bound: &Bound,
    ) -> ExprId {
        let graph = self.cutter.graph();
        let (expr, given) = (graph.expr(id), graph.index(index));
        let size = match given.domain {
            Domain::Static(size) => size,
            Domain::Cache { state, step } => {
                let state = self.cutter.state(state, bound.piece);
                let step = self.cutter.index(step, bound.piece);
                let most = self.cutter.most_entries(state) as i64;
                let domain = Domain::Cache { state, step };
                return self.reduce_over(id, (op, index, body), domain, (0, most), bound);
            }
        };
        let mut ends = BTreeSet::from([0, size as i64]);
        self.crossings(body, index, &mut ends);
        let ends: Vec<i64> = ends.into_iter().collect();
        if ends.len() == 2 {
            let whole = (0, size as i64);
            return self.reduce_over(id, (op, index, body), given.domain, whole, bound);
        }
        let element = self.cutter.interval(body);
        let mut joined: Option<(ExprId, Interval)> = None;
        for (number, piece) in ends.windows(2).enumerate() {
            let (from, to) = (piece[0], piece[1]);
            let domain = Domain::Static((to - from) as u64);
            let part = self.reduce_over(id, (op, index, body), domain, (from, to), bound);
            let count = i128::from(to - from);
            let interval = match op {
                Reduction::Sum => Interval::new(element.lo * count, element.hi * count),
                Reduction::Max | Reduction::Min => element,
            };
            if matches!(self.cutter.out.expr(part).kind, ExprKind::Reduce { .. }) {
                self.cutter.out.exprs[part.index()].interval = interval;
            }
            joined = Some(match joined {
                None => (part, interval),
                Some((before, known)) => {
                    let (kind, all) = match op {
                        Reduction::Sum => (ExprKind::Add(before, part), known + interval),
                        Reduction::Max => (ExprKind::Max(before, part), element),
                        Reduction::Min => (ExprKind::Min(before, part), element),
                    };
                    // Of the whole more may be known.
                    let all = if number + 2 == ends.len() {
                        expr.interval
                    } else {
                        all
                    };
                    (self.push(kind, expr, all), all)
                }
            });
        }
        match joined {
            Some((joined, _)) => joined,
            None => unreachable!("an index has a piece"),
        }
    }

    /// A reduction over the values `from..to` of its index; over one, its body.
    fn reduce_over(
        &mut self,
        id: ExprId,
        (op, index, body): (Reduction, IndexId, ExprId),
        domain: Domain,
        (from, to): (i64, i64),
        bound: &Bound,
    ) -> ExprId {
        let graph = self.cutter.graph();
        let (expr, given) = (graph.expr(id), graph.index(index));
        let mut within = bound.clone();
        let is_piece =
            matches!((given.domain, domain), (Domain::Static(a), Domain::Static(b)) if a != b);
        if is_piece && to - from == 1 {
            within.bind(index, IndexExpr::Constant(from), (from, to));
            return self.copy(body, &within);
        }
        let new = IndexId(self.cutter.out.indices.len() as u32);
        self.cutter.out.indices.push(Index {
            domain,
            ..given.clone()
        });
        within.bind(index, shifted(IndexExpr::Index(new), from), (from, to));
        let body = self.copy(body, &within);
        let kind = ExprKind::Reduce {
            op,
            index: new,
            body,
        };
        self.push(kind, expr, expr.interval)
    }

    /// The values of a reduction's index at which some read in its body goes over to another piece.
    fn crossings(&self, id: ExprId, index: IndexId, ends: &mut BTreeSet<i64>) {
        let graph = self.cutter.graph();
        let kind = &graph.expr(id).kind;
        match kind {
            ExprKind::Read { source, at } => {
                if let Some((dimension, pieces)) = self.cut_of(*source) {
                    let offset = match &at[dimension] {
                        IndexExpr::Index(read) if *read == index => Some(0),
                        IndexExpr::Add(a, b) => match (&**a, &**b) {
                            (IndexExpr::Index(read), IndexExpr::Constant(by))
                            | (IndexExpr::Constant(by), IndexExpr::Index(read))
                                if *read == index =>
                            {
                                Some(*by)
                            }
                            _ => None,
                        },
                        _ => None,
                    };
                    let last = ends.last().copied().unwrap_or(0);
                    let inside = |end: &i64| *end > 0 && *end < last;
                    ends.extend(
                        offset
                            .into_iter()
                            .flat_map(|by| pieces.iter().map(move |&end| end as i64 - by))
                            .filter(inside)
                            .collect::<Vec<_>>(),
                    );
                }
            }
            _ => {}
        }
        for child in kind.children() {
            self.crossings(child, index, ends);
        }
    }
}
