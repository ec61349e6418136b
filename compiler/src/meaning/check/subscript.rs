//! Subscripts: compile-time functions of bound indices, within 64 bits and their domains (spec 3.3).

use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Domain, Graph, IndexExpr, Interval};
use crate::meaning::index::{bounds, enumerated, last_of, linear, linear_bounds, Linear};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

/// A linear form that is nowhere below the expression.
fn linear_above(graph: &Graph, expr: &IndexExpr) -> Option<Linear> {
    match expr {
        IndexExpr::Add(a, b) => linear_above(graph, a)?.plus(&linear_above(graph, b)?, 1),
        IndexExpr::Sub(a, b) => linear_above(graph, a)?.plus(&linear(b)?, -1),
        IndexExpr::Div(a, _) | IndexExpr::Mod(a, _)
            if bounds(graph, a).is_ok_and(|a| a.lo >= 0) =>
        {
            linear_above(graph, a)
        }
        _ => linear(expr),
    }
}

/// Whether an index expression lies in a domain at every point of its scope.
pub(super) fn within(graph: &Graph, expr: &IndexExpr, domain: Domain) -> bool {
    let Ok(range) = bounds(graph, expr) else {
        return false;
    };
    let last = last_of(graph, domain);
    if let Some(last) = last.as_constant() {
        let inside = |range: Interval| range.lo >= 0 && range.hi <= last;
        return inside(range) || enumerated(graph, expr).is_some_and(inside);
    }
    if range.lo < 0 {
        return false;
    }
    // A cache that grows holds at least this much at its first step.
    if linear_bounds(graph, &last).is_some_and(|last| range.hi <= last.lo) {
        return true;
    }
    let room = linear_above(graph, expr).and_then(|above| last.plus(&above, -1));
    let room = room.and_then(|room| linear_bounds(graph, &room));
    room.is_some_and(|room| room.lo >= 0)
}

/// Whether two domains hold the same numbers at every step.
pub(super) fn same_domain(graph: &Graph, a: Domain, b: Domain) -> bool {
    last_of(graph, a) == last_of(graph, b)
}

/// How many points a domain holds: at least, at most.
pub(super) fn sizes(graph: &Graph, domain: Domain) -> Interval {
    match linear_bounds(graph, &last_of(graph, domain)) {
        Some(last) => last + Interval::point(1),
        None => unreachable!(
            "a domain has at most {} points a dimension",
            super::MAX_SIZE
        ),
    }
}

impl Checker<'_> {
    /// Whether an expression is made of indices and constants alone, and has an index.
    pub(super) fn is_index(&self, expr: &Expr) -> bool {
        fn walk(checker: &Checker, expr: &Expr) -> Option<bool> {
            match &expr.kind {
                ExprKind::Name(name) => match checker.scopes.get(&name.text)?.0 {
                    Symbol::Index(_) => Some(true),
                    Symbol::Param(_) => Some(false),
                    _ => None,
                },
                ExprKind::Number(digits) => (!digits.contains('.')).then_some(false),
                ExprKind::Negate(inner) => walk(checker, inner),
                ExprKind::Binary { op, left, right } => match op {
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
                        Some(walk(checker, left)? | walk(checker, right)?)
                    }
                    BinaryOp::Mod => checker.is_constant(right).then(|| walk(checker, left))?,
                    // A power of constants alone is a rational.
                    BinaryOp::Pow if walk(checker, left)? => None,
                    BinaryOp::Pow => walk(checker, right)?.then_some(true),
                    BinaryOp::Div => None,
                },
                _ => None,
            }
        }
        walk(self, expr) == Some(true)
    }

    /// A subscript, or a diagnostic (E014, E021).
    pub(super) fn subscript(&mut self, expr: &Expr) -> Option<IndexExpr> {
        self.descend(expr.span, |checker| checker.subscript_at(expr))
    }

    fn subscript_at(&mut self, expr: &Expr) -> Option<IndexExpr> {
        match &expr.kind {
            ExprKind::Name(name) => match self.resolve(name)? {
                (Symbol::Index(index), _) => Some(IndexExpr::Index(index)),
                (Symbol::Param(value), _) => Some(IndexExpr::Constant(value)),
                (symbol, span) => {
                    self.report(
                        Diagnostic::new("E021", "a subscript must be known at compile time")
                            .at(name.span, format!("`{}` is {}", name.text, symbol.noun()))
                            .also(span, "defined here")
                            .hint("a subscript is made of bound indices and constants"),
                    );
                    None
                }
            },
            ExprKind::Negate(inner) => {
                let inner = self.subscript(inner)?;
                self.subscript_op(BinaryOp::Sub, IndexExpr::Constant(0), inner, expr.span)
            }
            ExprKind::Binary {
                op: BinaryOp::Pow,
                left,
                right,
            } if self.is_index(expr) => self.power_of_index(left, right, expr.span),
            ExprKind::Binary { op, left, right } if *op != BinaryOp::Pow => {
                let (left, right) = (self.subscript(left), self.subscript(right));
                self.subscript_op(*op, left?, right?, expr.span)
            }
            _ if self.is_constant(expr) => self.integer(expr).map(IndexExpr::Constant),
            _ => {
                self.report(
                    Diagnostic::new("E021", "a subscript must be known at compile time")
                        .at(expr.span, "is not a function of indices and constants")
                        .hint("a subscript has only + - * and / % by a constant"),
                );
                None
            }
        }
    }

    /// A constant to the power of an index: what it is of a column is fixed (E030).
    fn power_of_index(&mut self, base: &Expr, exponent: &Expr, span: Span) -> Option<IndexExpr> {
        let (number, power) = (self.integer(base)?, self.subscript(exponent)?);
        let least = bounds(&self.graph, &power).map_or(0, |power| power.lo);
        if number < 1 || least < 0 {
            let (at, what, hint) = match number {
                ..=0 => (
                    base,
                    format!("is {number}"),
                    "the base is a positive constant",
                ),
                _ => (
                    exponent,
                    format!("may be {least}"),
                    "the exponent is never negative; divide by the power instead",
                ),
            };
            self.report(
                Diagnostic::new(
                    "E030",
                    "this power of an index is no integer that is known here",
                )
                .at(at.span, what)
                .hint(hint),
            );
            return None;
        }
        let made = IndexExpr::Pow(Box::new(IndexExpr::Constant(number)), Box::new(power));
        if let Err(beyond) = bounds(&self.graph, &made) {
            self.report(beyond.diagnostic(span));
            return None;
        }
        Some(made)
    }

    pub(super) fn subscript_op(
        &mut self,
        op: BinaryOp,
        left: IndexExpr,
        right: IndexExpr,
        span: Span,
    ) -> Option<IndexExpr> {
        if matches!(op, BinaryOp::Div | BinaryOp::Mod) {
            let positive = matches!(right, IndexExpr::Constant(value) if value > 0);
            if !positive {
                self.report(
                    Diagnostic::new("E021", "a subscript is divided by a positive constant only")
                        .at(span, "the right side is not a positive constant"),
                );
                return None;
            }
        }
        if let (IndexExpr::Constant(a), IndexExpr::Constant(b)) = (&left, &right) {
            let value = match op {
                BinaryOp::Add => a.checked_add(*b),
                BinaryOp::Sub => a.checked_sub(*b),
                BinaryOp::Mul => a.checked_mul(*b),
                BinaryOp::Div => Some(a.div_euclid(*b)),
                BinaryOp::Mod => Some(a.rem_euclid(*b)),
                BinaryOp::Pow => unreachable!("a power is not a subscript"),
            };
            let Some(value) = value else {
                self.report(
                    Diagnostic::new("E014", "this constant is too large")
                        .at(span, "does not fit 64 bits"),
                );
                return None;
            };
            return Some(IndexExpr::Constant(value));
        }
        let (left, right) = (Box::new(left), Box::new(right));
        let made = match op {
            BinaryOp::Add => IndexExpr::Add(left, right),
            BinaryOp::Sub => IndexExpr::Sub(left, right),
            BinaryOp::Mul => IndexExpr::Mul(left, right),
            BinaryOp::Div => IndexExpr::Div(left, right),
            BinaryOp::Mod => IndexExpr::Mod(left, right),
            BinaryOp::Pow => unreachable!("a power is not a subscript"),
        };
        if let Err(beyond) = bounds(&self.graph, &made) {
            self.report(beyond.diagnostic(span));
            return None;
        }
        Some(made)
    }
}
