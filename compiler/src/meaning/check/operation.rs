//! Operations on integer expressions: intervals, and what folds away (spec 3.4).

use super::order::{at_least, counts_at_least, remainder_of, squared};
use super::quotient::remainder;
use super::same::{shape, Closed};
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{self, ExprId, ExprKind, Interval};
use crate::meaning::index::WORD;

/// What an expression may come to that is proved by its limbs.
const FAR: Interval = Interval::new(-(1 << 120), 1 << 120);

/// The most operations of one expression, written out: a power stands for many.
const MAX_OPERATIONS: usize = 1 << 16;

impl Checker<'_> {
    /// Adds an expression to the graph.
    pub(super) fn push(
        &mut self,
        kind: ExprKind,
        span: Span,
        interval: Interval,
    ) -> Option<ExprId> {
        self.push_wide(kind, span, interval, false)
    }

    /// Adds an expression; `wide`: no proof is made of it as it is, because what it is made of does not
    /// fit. If it fits itself it is proved by its limbs (E034 if these do not help).
    pub(super) fn push_wide(
        &mut self,
        kind: ExprKind,
        span: Span,
        interval: Interval,
        wide: bool,
    ) -> Option<ExprId> {
        let inside = kind.children();
        let size = inside
            .iter()
            .map(|id| self.sizes[id.index()])
            .fold(1, usize::saturating_add);
        if size > MAX_OPERATIONS {
            self.too_deep(span, MAX_OPERATIONS);
            return None;
        }
        let mut wide = wide || self.is_of_wide(&kind);
        let expr = graph::Expr {
            kind,
            span,
            interval,
        };
        let id = self.add_expr(expr, size);
        if WORD.meet(interval) != Some(interval) {
            // Statics are evaluated in 64 bits; the rest in 128, and far from their ends.
            if FAR.meet(interval) != Some(interval) || self.all_static(&[id]) {
                self.does_not_fit("this expression", span, &[("its value", interval)], &[id]);
                return None;
            }
            wide = true;
        }
        self.wide.set(id, wide);
        match wide && interval.fits() {
            true if interval.lo == interval.hi => self.constant(interval.lo, span),
            true => self.by_limbs(id),
            false => Some(id),
        }
    }

    /// Adds an expression that stands for so many operations, and what is kept of each.
    pub(super) fn add_expr(&mut self, expr: graph::Expr, size: usize) -> ExprId {
        let id = ExprId(self.graph.exprs.len() as u32);
        let shape = shape(&self.graph, &self.shapes, &expr.kind);
        self.sizes.push(size);
        self.shapes.push(shape);
        self.wide.add();
        self.graph.exprs.push(expr);
        id
    }

    /// Gives up the expressions from this one on.
    pub(super) fn drop_exprs(&mut self, from: usize) {
        self.graph.exprs.truncate(from);
        self.sizes.truncate(from);
        self.shapes.truncate(from);
        self.wide.truncate(from);
    }

    pub(super) fn interval(&self, id: ExprId) -> Interval {
        self.graph.expr(id).interval
    }

    pub(super) fn constant_of(&self, id: ExprId) -> Option<i128> {
        match self.graph.expr(id).kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn constant(&mut self, value: i128, span: Span) -> Option<ExprId> {
        self.push(ExprKind::Constant(value), span, Interval::point(value))
    }

    pub(super) fn neg(&mut self, a: ExprId, span: Span) -> Option<ExprId> {
        if let Some(value) = self.constant_of(a) {
            return self.constant(-value, span);
        }
        if let ExprKind::Neg(inner) = self.graph.expr(a).kind {
            return Some(inner);
        }
        self.push(ExprKind::Neg(a), span, -self.interval(a))
    }

    pub(super) fn add(&mut self, a: ExprId, b: ExprId, span: Span) -> Option<ExprId> {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(x), Some(y)) => return self.constant(x + y, span),
            (Some(0), _) => return Some(b),
            (_, Some(0)) => return Some(a),
            _ => {}
        }
        self.push(
            ExprKind::Add(a, b),
            span,
            self.interval(a) + self.interval(b),
        )
    }

    pub(super) fn sub(&mut self, a: ExprId, b: ExprId, span: Span) -> Option<ExprId> {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(x), Some(y)) => return self.constant(x - y, span),
            (_, Some(0)) => return Some(a),
            _ => {}
        }
        let mut interval = self.interval(a) - self.interval(b);
        let always = |condition: &Closed| self.always(condition);
        let graph = (&self.graph, &self.shapes[..]);
        let (above, below) = (
            at_least(graph, &always, a, b),
            at_least(graph, &always, b, a),
        );
        if above {
            interval = interval
                .meet(Interval::new(0, i128::MAX))
                .unwrap_or(interval);
        }
        if below {
            interval = interval
                .meet(Interval::new(i128::MIN, 0))
                .unwrap_or(interval);
        }
        if let Some((policy, den)) = remainder_of(&self.graph, &self.shapes, a, b) {
            let rest = remainder(policy, self.interval(a), den);
            interval = interval.meet(rest).unwrap_or(interval);
        }
        self.push(ExprKind::Sub(a, b), span, interval)
    }

    pub(super) fn mul(&mut self, a: ExprId, b: ExprId, span: Span) -> Option<ExprId> {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(x), Some(y)) => return self.constant(x.saturating_mul(y), span),
            (Some(0), _) | (_, Some(0)) => return self.constant(0, span),
            (Some(1), _) => return Some(b),
            (_, Some(1)) => return Some(a),
            _ => {}
        }
        let mut interval = self.interval(a) * self.interval(b);
        let always = |condition: &Closed| self.always(condition);
        let graph = (&self.graph, &self.shapes[..]);
        if a == b
            || self.graph.expr(a).kind == self.graph.expr(b).kind
            || counts_at_least(graph, &always, a, b)
            || counts_at_least(graph, &always, b, a)
        {
            interval = interval
                .meet(Interval::new(0, i128::MAX))
                .unwrap_or(interval);
        } else if let Some(known) = squared(&self.graph, &self.shapes, a, b) {
            interval = interval.meet(known).unwrap_or(interval);
        }
        self.push(ExprKind::Mul(a, b), span, interval)
    }

    pub(super) fn abs(&mut self, a: ExprId, span: Span) -> Option<ExprId> {
        let inner = self.interval(a);
        if inner.lo >= 0 {
            return Some(a);
        }
        if inner.hi <= 0 {
            return self.neg(a, span);
        }
        // Either sign is a number that must be told apart from the other.
        let wide = self.is_wide(inner.hull(-inner), &[a]);
        let interval = Interval::new(0, inner.hi.max(-inner.lo));
        self.push_wide(ExprKind::Abs(a), span, interval, wide)
    }

    /// The larger of two, or the smaller.
    pub(super) fn extremum(
        &mut self,
        larger: bool,
        a: ExprId,
        b: ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let (first, second) = (self.interval(a), self.interval(b));
        let (above, below) = if larger {
            (first, second)
        } else {
            (second, first)
        };
        if above.lo >= below.hi {
            return Some(a);
        }
        if below.lo >= above.hi {
            return Some(b);
        }
        let wide = self.is_wide(first.hull(second), &[a, b]);
        let (kind, interval) = if larger {
            let interval = Interval::new(first.lo.max(second.lo), first.hi.max(second.hi));
            (ExprKind::Max(a, b), interval)
        } else {
            let interval = Interval::new(first.lo.min(second.lo), first.hi.min(second.hi));
            (ExprKind::Min(a, b), interval)
        };
        self.push_wide(kind, span, interval, wide)
    }

    /// `arg` held within constant bounds.
    pub(super) fn clipped(&mut self, arg: ExprId, to: Interval, span: Span) -> Option<ExprId> {
        let inner = self.interval(arg);
        if to.lo <= inner.lo && inner.hi <= to.hi {
            return Some(arg);
        }
        if inner.hi <= to.lo {
            return self.constant(to.lo, span);
        }
        if inner.lo >= to.hi {
            return self.constant(to.hi, span);
        }
        let wide = self.is_wide(inner, &[arg]);
        let interval = inner.meet(to).unwrap_or(to);
        let kind = ExprKind::Clip {
            arg,
            lo: to.lo,
            hi: to.hi,
        };
        self.push_wide(kind, span, interval, wide)
    }

    /// A divisor: never 0 (E028).
    pub(super) fn divisor(&mut self, id: ExprId) -> Option<()> {
        let interval = self.interval(id);
        if !interval.contains(0) {
            return Some(());
        }
        let span = self.graph.expr(id).span;
        let mut diagnostic = Diagnostic::new("E028", "this divisor may be 0")
            .at(span, format!("may lie anywhere in {interval}"));
        diagnostic.secondary = self.causes(&[id]);
        self.report(diagnostic.hint(if interval.lo >= 0 {
            "if it never is, give it a name and say so: `assert x >= 1`; or add a constant to it"
        } else {
            "hold it away from 0: `max(x, 1)`, or give it a name and `assert x >= 1`"
        }));
        None
    }
}
