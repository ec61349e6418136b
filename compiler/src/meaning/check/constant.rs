//! Constant expressions: exact rationals over parameters (spec 3.2).

use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Interval, Rounding};
use crate::meaning::rounding::divide;
use crate::syntax::ast::{BinaryOp, Condition, ConditionKind, Expr, ExprKind, Range, Relation};
use crate::syntax::expand::misplaced;
use crate::syntax::foreign;
use crate::syntax::words::FUNCTIONS;

/// An exact rational in lowest terms, `den` positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rational {
    pub(super) num: i128,
    pub(super) den: i128,
}

impl Rational {
    pub(super) const fn integer(num: i128) -> Self {
        Self { num, den: 1 }
    }

    /// `None` if it is too large, or `den` is 0.
    fn new(num: i128, den: i128) -> Option<Self> {
        if den == 0 {
            return None;
        }
        let (mut a, mut b) = (num.unsigned_abs(), den.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = i128::try_from(a).ok()?;
        let sign = den.signum();
        Some(Self {
            num: (num / divisor).checked_mul(sign)?,
            den: (den / divisor).checked_mul(sign)?,
        })
    }

    fn add(self, other: Self) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Self::new(left.checked_add(right)?, self.den.checked_mul(other.den)?)
    }

    fn mul(self, other: Self) -> Option<Self> {
        Self::new(
            self.num.checked_mul(other.num)?,
            self.den.checked_mul(other.den)?,
        )
    }

    fn neg(self) -> Option<Self> {
        Self::new(self.num.checked_neg()?, self.den)
    }

    fn inverse(self) -> Option<Self> {
        Self::new(self.den, self.num)
    }

    fn less(self, other: Self) -> Option<bool> {
        Some(self.num.checked_mul(other.den)? < other.num.checked_mul(self.den)?)
    }

    fn power(self, exponent: i128) -> Option<Self> {
        let base = if exponent < 0 { self.inverse()? } else { self };
        let exponent = u32::try_from(exponent.unsigned_abs()).ok()?;
        Self::new(
            base.num.checked_pow(exponent)?,
            base.den.checked_pow(exponent)?,
        )
    }
}

impl Checker<'_> {
    /// Whether an expression is built from numbers and parameters alone.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_) => true,
            ExprKind::Name(name) => {
                matches!(self.scopes.get(&name.text), Some((Symbol::Param(_), _)))
            }
            ExprKind::Call { name, arguments } => {
                FUNCTIONS.contains(&name.text.as_str())
                    && arguments.iter().all(|argument| self.is_constant(argument))
            }
            ExprKind::Negate(inner) => self.is_constant(inner),
            ExprKind::Binary { left, right, .. } => {
                self.is_constant(left) && self.is_constant(right)
            }
            ExprKind::Condition(condition) => condition
                .exprs()
                .into_iter()
                .all(|expr| self.is_constant(expr)),
            ExprKind::Element { .. }
            | ExprKind::Reduce { .. }
            | ExprKind::Apply(_)
            | ExprKind::Every => false,
        }
    }

    /// A constant integer, or a diagnostic (E013, E014).
    pub(super) fn integer(&mut self, expr: &Expr) -> Option<i64> {
        let value = self.rational(expr)?;
        if value.den != 1 {
            self.report(
                Diagnostic::new("E014", "this constant is not an integer")
                    .at(expr.span, format!("is {}/{}", value.num, value.den))
                    .hint("round it: `floor(...)`, or change the parameters"),
            );
            return None;
        }
        let Ok(value) = i64::try_from(value.num) else {
            self.too_large(expr.span);
            return None;
        };
        Some(value)
    }

    /// `lo..hi` or `lo..=hi` as a closed interval (E017 if it holds nothing).
    pub(super) fn range(&mut self, range: &Range) -> Option<Interval> {
        let (lo, hi) = (self.integer(&range.lo), self.integer(&range.hi));
        let (lo, hi) = (i128::from(lo?), i128::from(hi?));
        let last = if range.inclusive { hi } else { hi - 1 };
        if lo > last {
            let dots = if range.inclusive { "..=" } else { ".." };
            let mut diagnostic = Diagnostic::new("E017", "this range is empty")
                .at(range.span, format!("is {lo}{dots}{hi}"));
            if lo == hi {
                diagnostic = diagnostic.hint("write `..=` to include the end");
            }
            self.report(diagnostic);
            return None;
        }
        Some(Interval::new(lo, last))
    }

    pub(super) fn too_large(&mut self, span: Span) {
        self.report(
            Diagnostic::new("E014", "this constant is too large").at(span, "does not fit 64 bits"),
        );
    }

    /// A constant as an exact rational, or a diagnostic (E013, E014).
    pub(super) fn rational(&mut self, expr: &Expr) -> Option<Rational> {
        self.descend(expr.span, |checker| checker.rational_at(expr))
    }

    fn rational_at(&mut self, expr: &Expr) -> Option<Rational> {
        let value = match &expr.kind {
            ExprKind::Number(digits) => number(digits),
            ExprKind::Name(name) => {
                let (symbol, span) = self.resolve(name)?;
                let Symbol::Param(value) = symbol else {
                    self.report(
                        Diagnostic::new("E013", "this must be a constant")
                            .at(name.span, format!("`{}` is {}", name.text, symbol.noun()))
                            .also(span, "defined here")
                            .hint("use numbers and parameters"),
                    );
                    return None;
                };
                Some(Rational::integer(i128::from(value)))
            }
            ExprKind::Call { name, arguments } => {
                return self.constant_call(expr, &name.text, arguments)
            }
            ExprKind::Negate(inner) => self.rational(inner)?.neg(),
            ExprKind::Binary { op, left, right } => {
                let (left_value, right_value) = (self.rational(left), self.rational(right));
                let (a, b) = (left_value?, right_value?);
                return self.constant_binary(*op, a, b, expr.span, right.span);
            }
            ExprKind::Condition(condition) => {
                let holds = self.constant_condition(condition)?;
                Some(Rational::integer(holds.into()))
            }
            ExprKind::Apply(_) | ExprKind::Every => {
                self.report(misplaced(expr));
                return None;
            }
            ExprKind::Element { name, .. } => {
                self.report(
                    Diagnostic::new("E013", "this must be a constant")
                        .at(expr.span, format!("reads an element of `{}`", name.text))
                        .hint("use numbers and parameters"),
                );
                return None;
            }
            ExprKind::Reduce { name, .. } => {
                self.report(
                    Diagnostic::new("E013", "this must be a constant")
                        .at(expr.span, format!("a `{}` over an index", name.text))
                        .hint("use numbers and parameters"),
                );
                return None;
            }
        };
        if value.is_none() {
            self.too_large(expr.span);
        }
        value
    }

    fn constant_condition(&mut self, condition: &Condition) -> Option<bool> {
        let span = condition.span;
        match &condition.kind {
            ConditionKind::Holds(expr) => {
                let flag = self.rational(expr)?;
                let holds = [Rational::integer(0), Rational::integer(1)];
                let found = holds.iter().position(|&known| known == flag);
                if found.is_none() {
                    self.not_a_flag(span, &format!("is {}/{}", flag.num, flag.den));
                }
                found.map(|place| place == 1)
            }
            ConditionKind::Compare {
                left,
                relation,
                right,
            } => {
                let (left, right) = (self.rational(left), self.rational(right));
                let (a, b) = (left?, right?);
                let Some(less) = a.less(b) else {
                    self.too_large(span);
                    return None;
                };
                Some(match relation {
                    Relation::Less => less,
                    Relation::AtLeast => !less,
                    Relation::AtMost => less || a == b,
                    Relation::More => !less && a != b,
                    Relation::Equal => a == b,
                    Relation::Different => a != b,
                })
            }
            ConditionKind::Not(inner) => self.constant_condition(inner).map(|holds| !holds),
            ConditionKind::And(left, right) => {
                let sides = (
                    self.constant_condition(left),
                    self.constant_condition(right),
                );
                Some(sides.0? && sides.1?)
            }
            ConditionKind::Or(left, right) => {
                let sides = (
                    self.constant_condition(left),
                    self.constant_condition(right),
                );
                Some(sides.0? || sides.1?)
            }
        }
    }

    fn constant_binary(
        &mut self,
        op: BinaryOp,
        a: Rational,
        b: Rational,
        span: Span,
        right: Span,
    ) -> Option<Rational> {
        if b.num == 0 && matches!(op, BinaryOp::Div | BinaryOp::Mod) {
            self.report(Diagnostic::new("E014", "a constant is divided by zero").at(right, "is 0"));
            return None;
        }
        let value = match op {
            BinaryOp::Add => a.add(b),
            BinaryOp::Sub => b.neg().and_then(|b| a.add(b)),
            BinaryOp::Mul => a.mul(b),
            BinaryOp::Div => b.inverse().and_then(|b| a.mul(b)),
            BinaryOp::Mod => {
                if a.den != 1 || b.den != 1 || b.num < 0 {
                    self.report(
                        Diagnostic::new("E014", "`%` is for an integer and a positive integer")
                            .at(span, "one of the two is not"),
                    );
                    return None;
                }
                Some(Rational::integer(a.num.rem_euclid(b.num)))
            }
            BinaryOp::Pow => {
                if b.den != 1 || (a.num == 0 && b.num < 0) {
                    let diagnostic = Diagnostic::new("E014", "this power is not rational")
                        .at(span, "is not a ratio of integers")
                        .hint("a table's body may take roots and powers of any kind");
                    self.report(diagnostic);
                    return None;
                }
                a.power(b.num)
            }
        };
        if value.is_none() {
            self.too_large(span);
        }
        value
    }

    fn constant_call(&mut self, expr: &Expr, name: &str, arguments: &[Expr]) -> Option<Rational> {
        let takes: &[usize] = match name {
            _ if Rounding::named(name).is_some() => &[1],
            "abs" => &[1],
            "clip" | "if" => &[3],
            "min" | "max" => &[2, usize::MAX],
            _ => {
                self.report(
                    Diagnostic::new("E013", "this must be a constant")
                        .at(expr.span, format!("calls `{name}`"))
                        .hint(match name {
                            "range" | "len" => foreign::function(name).unwrap_or_default(),
                            _ => "use numbers, parameters and roundings",
                        }),
                );
                return None;
            }
        };
        if !self.arity(name, arguments.len(), takes, expr.span) {
            return None;
        }
        let values: Vec<_> = arguments
            .iter()
            .map(|argument| self.rational(argument))
            .collect();
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        let smaller = |a: Rational, b: Rational| Some(if b.less(a)? { b } else { a });
        let larger = |a: Rational, b: Rational| Some(if a.less(b)? { b } else { a });
        let value = match (name, values.as_slice()) {
            ("abs", [x]) => larger(*x, x.neg()?),
            ("if", [condition, then, otherwise]) => match (condition.num, condition.den) {
                (1, 1) => Some(*then),
                (0, 1) => Some(*otherwise),
                (num, den) => {
                    self.not_a_flag(arguments[0].span, &format!("is {num}/{den}"));
                    return None;
                }
            },
            ("clip", [x, lo, hi]) => larger(*lo, smaller(*x, *hi)?),
            ("min", _) => values
                .iter()
                .copied()
                .map(Some)
                .reduce(|a, b| smaller(a?, b?))
                .flatten(),
            ("max", _) => values
                .iter()
                .copied()
                .map(Some)
                .reduce(|a, b| larger(a?, b?))
                .flatten(),
            (_, [x]) => Rounding::named(name).map(|p| Rational::integer(divide(p, x.num, x.den))),
            _ => unreachable!("the number of arguments has been checked"),
        };
        if value.is_none() {
            self.too_large(expr.span);
        }
        value
    }
}

/// Digits with an optional fraction.
fn number(digits: &str) -> Option<Rational> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let num = format!("{whole}{fraction}").parse().ok()?;
    let den = 10i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Rational::new(num, den)
}
