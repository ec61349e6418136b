//! What is known when the key is made: fixed inputs, static values, static assertions (spec 3.9).

use super::dimension::Dimension;
use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::max_sizes;
use crate::meaning::fault::EvalError;
use crate::meaning::graph::{
    Dim, Domain, Expr, ExprId, ExprKind, Index, IndexExpr, IndexId, Interval, Member, Source,
    Static, StaticAssert, StaticExpr, StaticId, Value, ValueId,
};
use crate::meaning::statics::{closed, work, Forms, Statics, MAX_WORK};
use crate::syntax::ast::Name;

/// Fixed inputs of a program: a statement has a digest of each.
const MAX_FIXED: usize = 1024;

/// Points of an expression whose interval is found by evaluating it, and the work that they take.
const MAX_EXACT: u64 = 1 << 16;
const EXACT_WORK: u64 = 1 << 20;

/// The positions of a space.
fn positions(space: &[IndexId]) -> Forms {
    let numbered = space.iter().zip(0..);
    let numbered = numbered.map(|(&index, k)| (index, IndexExpr::Index(IndexId(k))));
    numbered.collect()
}

impl Checker<'_> {
    /// A fixed input, whose shape and range are known.
    pub(super) fn fixed_input(&mut self, name: &Name, shape: &[u64], range: Interval) {
        let id = StaticId(self.graph.statics.len() as u32);
        if self.graph.fixed_inputs().count() == MAX_FIXED {
            self.report(
                Diagnostic::new("E015", "there are too many fixed inputs")
                    .at(name.span, format!("{MAX_FIXED} stand before it"))
                    .hint("give several as one tensor, with one more dimension"),
            );
            return self.define_wrong(name);
        }
        if !self.define(name, Symbol::Fixed(id)) {
            return;
        }
        self.add_static(Static {
            name: name.text.clone(),
            span: name.span,
            indices: vec![String::new(); shape.len()],
            dims: shape.iter().map(|&size| Dim::Static(size)).collect(),
            interval: range,
            expr: None,
        });
        self.spaces.push((Vec::new(), 0));
    }

    fn add_static(&mut self, made: Static) -> StaticId {
        let id = StaticId(self.graph.statics.len() as u32);
        if let Some(expr) = &made.expr {
            let takes = work(expr, &made.dims);
            self.spend(takes, made.span);
        }
        self.graph.statics.push(made);
        let (statics, left) = (&self.graph.statics, &mut self.static_work);
        if let Err(error) = self.known.take(statics, id, left) {
            self.report(error.into());
            self.known.skip(&self.graph.statics[id.index()]);
        }
        id
    }

    /// Counts what statics take in all (E033).
    fn spend(&mut self, takes: u64, span: Span) {
        let before = self.static_total;
        self.static_total = before.saturating_add(takes);
        if before <= MAX_WORK && self.static_total > MAX_WORK {
            self.report(
                Diagnostic::new(
                    "E033",
                    "what is known when the key is made takes too much work",
                )
                .at(span, "with this more than it may take")
                .hint(format!(
                    "all static values and assertions together take at most {MAX_WORK} \
                         operations: sum over fewer points, or give the values as a fixed input"
                )),
            );
        }
    }

    /// The domains of a static's subscripts, and the loops that it is in.
    pub(super) fn static_domains(&self, id: StaticId) -> (Vec<Dimension>, Vec<IndexId>) {
        let fixed = self.graph.fixed(id);
        if fixed.expr.is_none() {
            let sizes = max_sizes(&fixed.dims).into_iter();
            return (sizes.map(Dimension::of_size).collect(), Vec::new());
        }
        let (loops, own) = self.apart(Symbol::Static(id));
        let domains = own.iter().map(|&index| self.dimension(index));
        (domains.collect(), loops)
    }

    /// Makes a static of a value whose expression is one; what was written for it since `before` is
    /// given up.
    pub(super) fn static_value(&mut self, value: &Value, before: usize) -> Option<StaticId> {
        // One that is not everywhere has the elements of a value.
        if value.filter.is_some() {
            return None;
        }
        let rank = value.space.len();
        let expr = closed(&self.graph, value.expr, &positions(&value.space), rank)?;
        self.drop_exprs(before);
        let names = value.space.iter();
        let indices: Vec<String> = names.map(|&i| self.graph.index(i).name.clone()).collect();
        let dims = self.graph.dims(&value.space);
        let id = self.add_static(Static {
            name: value.name.clone(),
            span: value.span,
            indices: indices.clone(),
            dims: dims.clone(),
            interval: value.interval,
            expr: Some(expr),
        });
        self.spaces.push((value.space.clone(), self.frames.len()));
        let named = self.named.entry(value.name.clone()).or_default();
        named.push(Member::Static(id));
        if let Some(range) = value.declared {
            let at = (0..rank as u32).map(|k| IndexExpr::Index(IndexId(k)));
            let own = || StaticExpr::Read {
                of: id,
                at: at.clone().collect(),
            };
            let end = |end: i128| i64::try_from(end).ok().map(StaticExpr::Constant);
            let sides = [(Some(own()), end(range.lo)), (end(range.hi), Some(own()))];
            for (left, right) in sides {
                let (Some(left), Some(right)) = (left, right) else {
                    continue;
                };
                self.hold_statically(StaticAssert {
                    span: value.span,
                    declared: Some((value.name.clone(), range)),
                    indices: indices.clone(),
                    dims: dims.clone(),
                    filter: None,
                    left,
                    right,
                });
            }
        }
        // Its elements say more than arithmetic of intervals does.
        if let Some(Some(elements)) = self.known.elements.get(id.index()) {
            let points = elements.iter().map(|&e| Interval::point(e.into()));
            if let Some(exact) = points.reduce(Interval::hull) {
                let fixed = &mut self.graph.statics[id.index()];
                fixed.interval = exact.meet(fixed.interval).unwrap_or(exact);
            }
        }
        Some(id)
    }

    /// Takes an assertion between statics, `left >= right`, out of what a proof holds: true if it is
    /// one.
    pub(super) fn assert_statically(
        &mut self,
        (left, right): (ExprId, ExprId),
        (space, filter): (&[IndexId], Option<ExprId>),
        span: Span,
    ) -> bool {
        let (forms, rank) = (positions(space), space.len());
        let side = |id| closed(&self.graph, id, &forms, rank);
        let (Some(left), Some(right), filter) = (side(left), side(right), filter.map(side)) else {
            return false;
        };
        let filter = match filter {
            Some(None) => return false,
            Some(filter) => filter,
            None => None,
        };
        let names = space.iter();
        self.hold_statically(StaticAssert {
            span,
            declared: None,
            indices: names.map(|&i| self.graph.index(i).name.clone()).collect(),
            dims: self.graph.dims(space),
            filter,
            left,
            right,
        });
        true
    }

    /// Holds a static assertion at once if its sides are known, and keeps it for the key otherwise.
    fn hold_statically(&mut self, assert: StaticAssert) {
        let sides = [&assert.left, &assert.right]
            .into_iter()
            .chain(&assert.filter);
        let takes = sides.clone().map(|side| work(side, &assert.dims));
        let takes = takes.fold(0, u64::saturating_add);
        self.spend(takes, assert.span);
        let left = self.static_work.checked_sub(takes);
        let known = sides.into_iter().all(|side| self.known.has(side));
        if let (true, Some(left)) = (known, left) {
            self.static_work = left;
            if let Err(error) = self.known.hold(&assert) {
                self.report(never(&error, assert.span));
            }
        }
        self.graph.static_asserts.push(assert);
    }

    /// The interval of a static expression where it is reached, by evaluating it where that is few
    /// points; `None` if it is not static, or not known yet.
    pub(super) fn exact(&self, id: ExprId) -> Option<Interval> {
        let (space, rows) = self.reached(&self.graph.free(id))?;
        let expr = closed(&self.graph, id, &positions(&space), space.len())?;
        let takes = work(&expr, &rows.dims);
        if !self.known.has(&expr) || rows.count() > MAX_EXACT || takes > EXACT_WORK {
            return None;
        }
        let of = Statics::new(&self.known);
        let mut values: Option<Vec<i64>> = Some(Vec::new());
        rows.for_each(&mut |_, at| {
            let value = of.value(&expr, &mut at.to_vec());
            values = values.take().zip(value).map(|(mut values, value)| {
                values.push(value);
                values
            });
        });
        let points = values?
            .into_iter()
            .map(|value| Interval::point(value.into()));
        points.reduce(Interval::hull)
    }

    /// A static as a value that proofs have: for a cache to start with or to grow by.
    pub(super) fn as_value(&mut self, id: StaticId) -> ValueId {
        let fixed = self.graph.fixed(id);
        let (name, span, interval) = (
            fixed.name.clone(),
            fixed.span,
            self.known(Source::Static(id)),
        );
        let space = match fixed.expr {
            Some(_) => self.spaces[id.index()].0.clone(),
            None => {
                let sizes = max_sizes(&fixed.dims);
                let first = self.graph.indices.len() as u32;
                self.graph.indices.extend(sizes.iter().map(|&size| Index {
                    name: "element".into(),
                    span,
                    domain: Domain::Static(size),
                    first: 0,
                    over: None,
                }));
                (first..first + sizes.len() as u32).map(IndexId).collect()
            }
        };
        let at = space.iter().copied().map(IndexExpr::Index).collect();
        let source = Source::Static(id);
        let read = Expr {
            kind: ExprKind::Read { source, at },
            span,
            interval,
        };
        self.add_expr(read, 1);
        let value = ValueId(self.graph.values.len() as u32);
        let named = self.named.entry(name.clone()).or_default();
        named.push(Member::Value(value));
        self.implicit.push(match self.graph.fixed(id).expr {
            Some(_) => self.spaces[id.index()].1,
            None => 0,
        });
        self.graph.values.push(Value {
            name,
            span,
            space,
            expr: ExprId(self.graph.exprs.len() as u32 - 1),
            filter: None,
            declared: None,
            interval,
            output: None,
        });
        value
    }

    /// Keeps what is known for whoever evaluates, if that is everything.
    pub(super) fn settle(&mut self) {
        let given = self.graph.tables.iter().all(|table| !table.from_input);
        if given && self.known.elements.iter().all(Option::is_some) {
            self.graph.known = Some(std::mem::take(&mut self.known).into());
        }
    }
}

/// A static assertion that is known not to hold.
fn never(error: &EvalError, span: Span) -> Diagnostic {
    let code = match error {
        EvalError::ValueRange { .. } => "E035",
        _ => "E036",
    };
    let hint = "it depends on no input: change what it is made of, or what is said of it";
    Diagnostic::new(code, error.to_string())
        .at(span, "is not so, whatever the inputs are")
        .hint(hint)
}
