//! Subscripts: compile-time functions of bound indices, and their exact bounds (spec 3.3).

use super::scope::Symbol;
use super::Checker;
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::diagnostic::{Diagnostic, Span};
use crate::graph::{Domain, Graph, IndexExpr, IndexId, Interval};

/// A sum of multiples of indices, and a constant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Linear {
    terms: Vec<(IndexId, i128)>,
    constant: i128,
}

impl Linear {
    fn constant(constant: i128) -> Self {
        Self {
            terms: Vec::new(),
            constant,
        }
    }

    fn index(index: IndexId) -> Self {
        Self {
            terms: vec![(index, 1)],
            constant: 0,
        }
    }

    fn plus(mut self, other: &Self, times: i128) -> Self {
        self.constant = self
            .constant
            .saturating_add(other.constant.saturating_mul(times));
        for &(index, factor) in &other.terms {
            let factor = factor.saturating_mul(times);
            match self.terms.iter_mut().find(|(known, _)| *known == index) {
                Some((_, sum)) => *sum = sum.saturating_add(factor),
                None => self.terms.push((index, factor)),
            }
        }
        self
    }
}

/// The number of the last entry of a cache at its step: an index, if it grows, and a constant.
fn last(graph: &Graph, domain: Domain) -> Linear {
    match domain {
        Domain::Static(size) => Linear::constant(i128::from(size) - 1),
        Domain::Cache { state, step } => {
            let state = graph.state(state);
            let seeded = Linear::constant(i128::from(state.seeded));
            if state.append.is_some() {
                seeded.plus(&Linear::index(step), 1)
            } else {
                seeded.plus(&Linear::constant(1), -1)
            }
        }
    }
}

/// The form as written, if it is linear.
fn linear(expr: &IndexExpr) -> Option<Linear> {
    Some(match expr {
        IndexExpr::Index(index) => Linear::index(*index),
        IndexExpr::Constant(value) => Linear::constant(i128::from(*value)),
        IndexExpr::Add(a, b) => linear(a)?.plus(&linear(b)?, 1),
        IndexExpr::Sub(a, b) => linear(a)?.plus(&linear(b)?, -1),
        IndexExpr::Mul(a, b) => match (&**a, &**b) {
            (IndexExpr::Constant(factor), form) | (form, IndexExpr::Constant(factor)) => {
                Linear::default().plus(&linear(form)?, i128::from(*factor))
            }
            _ => return None,
        },
        IndexExpr::Div(..) | IndexExpr::Mod(..) => return None,
    })
}

/// A linear form that is nowhere below the expression.
fn linear_above(graph: &Graph, expr: &IndexExpr) -> Option<Linear> {
    match expr {
        IndexExpr::Add(a, b) => Some(linear_above(graph, a)?.plus(&linear_above(graph, b)?, 1)),
        IndexExpr::Sub(a, b) => Some(linear_above(graph, a)?.plus(&linear(b)?, -1)),
        IndexExpr::Div(a, _) | IndexExpr::Mod(a, _) if bounds(graph, a).lo >= 0 => {
            linear_above(graph, a)
        }
        _ => linear(expr),
    }
}

/// The exact bounds of a linear form: each index over a cache goes to the end that its sign
/// asks for, which leaves a form over indices that run free of each other.
fn linear_bounds(graph: &Graph, form: &Linear) -> Interval {
    let end = |upper: bool| {
        let mut rest = Linear::constant(form.constant);
        for &(index, factor) in &form.terms {
            let domain = graph.index(index).domain;
            if matches!(domain, Domain::Static(_)) {
                rest = rest.plus(&Linear::index(index), factor);
            } else if (factor > 0) == upper {
                rest = rest.plus(&last(graph, domain), factor);
            }
        }
        let mut sum = rest.constant;
        for (index, factor) in rest.terms {
            if (factor > 0) == upper {
                let most = last(graph, graph.index(index).domain).constant;
                sum = sum.saturating_add(factor.saturating_mul(most));
            }
        }
        sum
    };
    Interval::new(end(false), end(true))
}

/// The smallest and largest value of an index expression, over every point of its scope.
/// Exact if it is linear.
pub(crate) fn bounds(graph: &Graph, expr: &IndexExpr) -> Interval {
    if let Some(form) = linear(expr) {
        return linear_bounds(graph, &form);
    }
    match expr {
        IndexExpr::Add(a, b) => bounds(graph, a) + bounds(graph, b),
        IndexExpr::Sub(a, b) => bounds(graph, a) - bounds(graph, b),
        IndexExpr::Mul(a, b) => bounds(graph, a) * bounds(graph, b),
        IndexExpr::Div(a, b) => {
            let (a, divisor) = (bounds(graph, a), bounds(graph, b).lo.max(1));
            Interval::new(a.lo.div_euclid(divisor), a.hi.div_euclid(divisor))
        }
        IndexExpr::Mod(a, b) => {
            let (a, divisor) = (bounds(graph, a), bounds(graph, b).lo.max(1));
            if a.lo.div_euclid(divisor) == a.hi.div_euclid(divisor) {
                Interval::new(a.lo.rem_euclid(divisor), a.hi.rem_euclid(divisor))
            } else {
                Interval::new(0, divisor - 1)
            }
        }
        IndexExpr::Index(_) | IndexExpr::Constant(_) => {
            unreachable!("an index and a constant are linear")
        }
    }
}

/// Whether an index expression lies in a domain at every point of its scope.
pub(super) fn within(graph: &Graph, expr: &IndexExpr, domain: Domain) -> bool {
    let range = bounds(graph, expr);
    if range.lo < 0 {
        return false;
    }
    let last = last(graph, domain);
    if last.terms.is_empty() {
        return range.hi <= last.constant;
    }
    // A cache that grows holds at least this much at its first step.
    range.hi <= last.constant
        || linear_above(graph, expr)
            .is_some_and(|above| linear_bounds(graph, &last.plus(&above, -1)).lo >= 0)
}

/// Whether two domains hold the same numbers at every step.
pub(super) fn same_domain(graph: &Graph, a: Domain, b: Domain) -> bool {
    last(graph, a) == last(graph, b)
}

/// How many points a domain holds: at least, at most.
pub(super) fn sizes(graph: &Graph, domain: Domain) -> Interval {
    linear_bounds(graph, &last(graph, domain)) + Interval::point(1)
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
                    BinaryOp::Div | BinaryOp::Pow => None,
                },
                _ => None,
            }
        }
        walk(self, expr) == Some(true)
    }

    /// A subscript, or a diagnostic (E021).
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

    fn subscript_op(
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
        Some(match op {
            BinaryOp::Add => IndexExpr::Add(left, right),
            BinaryOp::Sub => IndexExpr::Sub(left, right),
            BinaryOp::Mul => IndexExpr::Mul(left, right),
            BinaryOp::Div => IndexExpr::Div(left, right),
            BinaryOp::Mod => IndexExpr::Mod(left, right),
            BinaryOp::Pow => unreachable!("a power is not a subscript"),
        })
    }
}
