//! Conditions of a table: which of two numbers is larger, decided exactly.

use std::cmp::Ordering;

use super::precise::{Precise, Stop};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::Rounding;
use crate::meaning::real::{Number, Ratio, Real};
use crate::syntax::ast::{Condition, ConditionKind, Expr, Relation};

impl<'a, N: Number> Precise<'a, N> {
    /// Whether a condition holds; its right side is asked only where the left does not decide.
    pub(super) fn holds(&mut self, condition: &'a Condition, depth: usize) -> Result<bool, Stop> {
        match &condition.kind {
            ConditionKind::Holds(expr) => self.flag(expr, depth),
            ConditionKind::Compare {
                left,
                relation,
                right,
            } => {
                let x = self.expr(left, depth + 1)?;
                let y = self.expr(right, depth + 1)?;
                let apart = self.arithmetic.sub(&x, &y);
                let apart = self.settle(condition.span, apart)?;
                let mut sign = |policy| self.sign(policy, &apart, condition.span);
                Ok(match relation {
                    Relation::AtLeast => sign(Rounding::Floor)?.is_ge(),
                    Relation::AtMost => sign(Rounding::Ceil)?.is_le(),
                    Relation::More => sign(Rounding::Ceil)?.is_gt(),
                    Relation::Less => sign(Rounding::Floor)?.is_lt(),
                    Relation::Equal => {
                        sign(Rounding::Floor)?.is_eq() && sign(Rounding::Ceil)?.is_eq()
                    }
                    Relation::Different => {
                        sign(Rounding::Floor)?.is_ne() || sign(Rounding::Ceil)?.is_ne()
                    }
                })
            }
            ConditionKind::Not(inner) => Ok(!self.holds(inner, depth + 1)?),
            ConditionKind::And(left, right) => {
                Ok(self.holds(left, depth + 1)? && self.holds(right, depth + 1)?)
            }
            ConditionKind::Or(left, right) => {
                Ok(self.holds(left, depth + 1)? || self.holds(right, depth + 1)?)
            }
        }
    }

    /// The sign of a number that is rounded.
    fn sign(&mut self, policy: Rounding, x: &Real<N>, span: Span) -> Result<Ordering, Stop> {
        let rounded = match x {
            Real::Exact(x) => return Ok(x.sign()),
            x => self.arithmetic.round(policy, x),
        };
        match self.settle(span, rounded)? {
            Real::Exact(x) => Ok(x.sign()),
            _ => Err(Stop::Undecided(span)),
        }
    }

    /// A number that is 0 or 1 (E065).
    pub(super) fn flag(&mut self, expr: &'a Expr, depth: usize) -> Result<bool, Stop> {
        match self.expr(expr, depth + 1)? {
            Real::Exact(flag) if flag.is_zero() => Ok(false),
            Real::Exact(flag) if flag.is_one() => Ok(true),
            other => {
                let what = format!(
                    "a condition is 0 or 1; {} this is {}",
                    self.place(),
                    other.approximate()
                );
                Err(Diagnostic::new("E065", what)
                    .at(expr.span, "not a condition")
                    .hint("compare it: `x >= 1`, `x != 0`")
                    .into())
            }
        }
    }

    /// `if(condition, then, else)`, the first of three.
    pub(super) fn choice(
        &mut self,
        arguments: &'a [Expr],
        depth: usize,
        span: Span,
    ) -> Result<Real<N>, Stop> {
        let [condition, then, otherwise] = arguments else {
            let what = format!("`if` takes 3 arguments; here are {}", arguments.len());
            return Err(Diagnostic::new("E076", what)
                .at(span, "wrong number of arguments")
                .hint("write `if(x >= 0, x, 0)`: the condition, what it is then, what it is else")
                .into());
        };
        match self.flag(condition, depth)? {
            true => self.expr(then, depth + 1),
            false => self.expr(otherwise, depth + 1),
        }
    }

    /// 1 or 0.
    pub(super) fn truth(holds: bool) -> Real<N> {
        Real::Exact(Ratio::int(holds.into()))
    }
}
