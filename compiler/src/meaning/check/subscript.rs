//! Subscripts: compile-time functions of bound indices, within 64 bits and their domains, and expressions
//! whose intervals lie within them (spec 3.3).

use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, ExprId, ExprKind as Checked, Graph, IndexExpr, Interval, Place,
};
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
    up_to(graph, expr, &last_of(graph, domain))
}

/// Whether an index expression lies in `0..=last` at every point of its scope.
pub(super) fn up_to(graph: &Graph, expr: &IndexExpr, last: &Linear) -> bool {
    let Ok(range) = bounds(graph, expr) else {
        return false;
    };
    if let Some(last) = last.as_constant() {
        let inside = |range: Interval| range.lo >= 0 && range.hi <= last;
        return inside(range) || enumerated(graph, expr).is_some_and(inside);
    }
    if range.lo < 0 {
        return false;
    }
    // A cache that grows holds at least this much at its first step.
    if linear_bounds(graph, last).is_some_and(|last| range.hi <= last.lo) {
        return true;
    }
    let room = linear_above(graph, expr).and_then(|above| last.clone().plus(&above, -1));
    let room = room.and_then(|room| linear_bounds(graph, &room));
    room.is_some_and(|room| room.lo >= 0)
}

/// Whether an expression that is known only when the program runs lies in a domain at every point
/// of its scope.
pub(super) fn runs_within(graph: &Graph, expr: ExprId, domain: Domain) -> bool {
    graph.expr(expr).interval.lo >= 0 && at_most(graph, expr, &last_of(graph, domain))
}

/// Whether an expression is nowhere above `last`: by its interval, or because one side of a `min`
/// is an index expression that is not.
fn at_most(graph: &Graph, id: ExprId, last: &Linear) -> bool {
    let expr = graph.expr(id);
    let least = linear_bounds(graph, last).map(|last| last.lo);
    if least.is_some_and(|least| expr.interval.hi <= least) {
        return true;
    }
    match &expr.kind {
        Checked::Index(index) => {
            let room = linear_above(graph, index).and_then(|above| last.clone().plus(&above, -1));
            let room = room.and_then(|room| linear_bounds(graph, &room));
            room.is_some_and(|room| room.lo >= 0)
        }
        Checked::Min(a, b) => at_most(graph, *a, last) || at_most(graph, *b, last),
        Checked::Max(a, b) => at_most(graph, *a, last) && at_most(graph, *b, last),
        _ => false,
    }
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

    /// Whether something in an expression is known only when the program runs: an element, or what
    /// a function makes.
    fn runs(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Every => false,
            ExprKind::Name(name) => {
                let found = self.scopes.get(&name.text).map(|(symbol, _)| symbol);
                let element = |symbol: &Symbol| {
                    matches!(
                        symbol,
                        Symbol::Input(_)
                            | Symbol::Fixed(_)
                            | Symbol::State(_)
                            | Symbol::Carried(_)
                            | Symbol::Value(_)
                            | Symbol::Static(_)
                            | Symbol::Output(_)
                    )
                };
                found.as_ref().is_some_and(element)
            }
            ExprKind::Element { .. } | ExprKind::Reduce { .. } | ExprKind::Apply(_) => true,
            ExprKind::Call { .. } => !self.is_constant(expr),
            ExprKind::Negate(inner) => self.runs(inner),
            ExprKind::Binary { left, right, .. } => self.runs(left) || self.runs(right),
            ExprKind::Condition(_) => true,
        }
    }

    /// A subscript of a read: known when the program is compiled, or when it runs.
    pub(super) fn place(&mut self, expr: &Expr) -> Option<Place> {
        if !self.runs(expr) {
            return self.subscript(expr).map(Place::Known);
        }
        let id = self.running(expr)?;
        Some(match &self.graph.expr(id).kind {
            Checked::Index(index) => Place::Known(index.clone()),
            Checked::Constant(value) => match i64::try_from(*value) {
                Ok(value) => Place::Known(IndexExpr::Constant(value)),
                Err(_) => Place::Run(id),
            },
            _ => Place::Run(id),
        })
    }

    /// A subscript that is known only when the program runs. Parts of it that are made of indices
    /// are subscripts: their `/` is floored.
    fn running(&mut self, expr: &Expr) -> Option<ExprId> {
        self.descend(expr.span, |checker| checker.running_at(expr))
    }

    fn running_at(&mut self, expr: &Expr) -> Option<ExprId> {
        let span = expr.span;
        if !self.runs(expr) {
            return match self.subscript(expr)? {
                IndexExpr::Constant(value) => self.constant(value.into(), span),
                index => self.indexed(index, span),
            };
        }
        match &expr.kind {
            ExprKind::Negate(inner) => {
                let inner = self.running(inner)?;
                self.neg(inner, span)
            }
            ExprKind::Binary { op, left, right } => {
                if !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul) {
                    return self.expr(expr);
                }
                let (left, right) = (self.running(left), self.running(right));
                let (left, right) = (left?, right?);
                match op {
                    BinaryOp::Add => self.add(left, right, span),
                    BinaryOp::Sub => self.sub(left, right, span),
                    _ => self.mul(left, right, span),
                }
            }
            _ => self.expr(expr),
        }
    }

    /// An index expression as a number.
    pub(super) fn indexed(&mut self, index: IndexExpr, span: Span) -> Option<ExprId> {
        match bounds(&self.graph, &index) {
            Ok(interval) => self.push(Checked::Index(index), span, interval),
            Err(beyond) => {
                self.report(beyond.diagnostic(span));
                None
            }
        }
    }

    /// A subscript of what is appended, which no input can change.
    pub(super) fn appended_at(&mut self, expr: &Expr) -> Option<IndexExpr> {
        if !self.runs(expr) {
            return self.subscript(expr);
        }
        // What is wrong with it by itself is said first.
        self.expr(expr)?;
        self.report(
            Diagnostic::new(
                "E021",
                "what is appended must be known at compile time: which entry it is",
            )
            .at(expr.span, "is known only when the program runs")
            .hint("give the entry a name, `chosen[d in n] = x[at[t], d]`, and append that"),
        );
        None
    }

    /// A subscript that is known at compile time, or a diagnostic (E014, E021).
    pub(super) fn subscript(&mut self, expr: &Expr) -> Option<IndexExpr> {
        self.descend(expr.span, |checker| checker.subscript_at(expr))
    }

    fn subscript_at(&mut self, expr: &Expr) -> Option<IndexExpr> {
        match &expr.kind {
            ExprKind::Name(name) => match self.resolve(name)? {
                (Symbol::Index(index), _) => {
                    let first = self.graph.index(index).first;
                    self.moved(IndexExpr::Index(index), first.into(), name.span)
                }
                (Symbol::Param(value), _) => Some(IndexExpr::Constant(value)),
                (symbol, span) => {
                    self.report(
                        Diagnostic::new("E021", format!("`{}` is not a subscript", name.text))
                            .at(name.span, format!("is {}", symbol.noun()))
                            .also(span, "defined here")
                            .hint("a subscript is an integer: of indices and constants, or known when the program runs"),
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
                let what = match &expr.kind {
                    ExprKind::Binary { .. } => "is a power of indices",
                    _ => "is not made of indices and constants by arithmetic alone",
                };
                self.report(
                    Diagnostic::new("E021", "this is not a subscript")
                        .at(expr.span, what)
                        .hint("of indices a subscript has only + - * and / % by a constant, and `2 ^ k`"),
                );
                None
            }
        }
    }

    /// A subscript and a constant, as one form where it ends with one.
    pub(super) fn moved(
        &mut self,
        subscript: IndexExpr,
        by: i128,
        span: Span,
    ) -> Option<IndexExpr> {
        let (rest, known) = match subscript {
            IndexExpr::Add(rest, constant) => match *constant {
                IndexExpr::Constant(known) => (*rest, i128::from(known)),
                other => (IndexExpr::Add(rest, Box::new(other)), 0),
            },
            IndexExpr::Sub(rest, constant) => match *constant {
                IndexExpr::Constant(known) => (*rest, -i128::from(known)),
                other => (IndexExpr::Sub(rest, Box::new(other)), 0),
            },
            other => (other, 0),
        };
        let (op, by) = match known + by {
            0 => return Some(rest),
            by if by < 0 => (BinaryOp::Sub, -by),
            by => (BinaryOp::Add, by),
        };
        let Ok(by) = i64::try_from(by) else {
            self.too_large(span);
            return None;
        };
        self.subscript_op(op, rest, IndexExpr::Constant(by), span)
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
