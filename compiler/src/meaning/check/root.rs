//! Rounded square roots: what each policy makes of them (spec 3.4).

use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, ExprKind, Interval, Rounding};
use crate::meaning::rounding::root;
use crate::syntax::ast::Expr;

impl Checker<'_> {
    /// `policy(sqrt(x))`.
    ///
    /// No integer's root is a half, so that the three policies to the nearest agree. With F for
    /// floor(sqrt(x)): where x >= 1, ceil(sqrt(x)) is F(x - 1) + 1. Where x may be 0 it is
    /// F(max(x - 1, 0)) + min(x, 1), and the nearest integer is floor((F(4 * x) + 1) / 2).
    pub(super) fn root(
        &mut self,
        policy: Rounding,
        arguments: &[Expr],
        span: Span,
    ) -> Option<ExprId> {
        if !self.arity("sqrt", arguments.len(), &[1], span) {
            return None;
        }
        let inside = &arguments[0];
        let ratio = self.ratio(inside, true)?;
        let down = matches!(policy, Rounding::Floor | Rounding::Trunc);
        let x = match ratio.den {
            None => ratio.num,
            // floor(sqrt(x)) is floor(sqrt(floor(x))).
            Some(den) if down => self.divide(Rounding::Floor, ratio.num, den, inside.span)?,
            Some(_) => {
                self.report(
                    Diagnostic::new("E026", "this division is not rounded")
                        .at(inside.span, "a root is taken of an exact integer")
                        .hint("round it too, as in `round(sqrt(round(x / n)))`"),
                );
                return None;
            }
        };
        let of = self.interval(x);
        if of.lo < 0 {
            let mut diagnostic =
                Diagnostic::new("E029", "this may be the root of a negative number")
                    .at(inside.span, format!("may lie anywhere in {of}"));
            diagnostic.secondary = self.causes(&[x]);
            self.report(diagnostic.hint(
                "if it never is negative, give it a name and say so: `assert x >= 0`; or hold it \
                 up: `max(x, 0)`",
            ));
            return None;
        }
        match policy {
            Rounding::Floor | Rounding::Trunc => self.rooted(false, x, span),
            Rounding::Ceil => {
                let one = self.constant(1, span)?;
                let (less, more) = match of.lo {
                    0 => {
                        let less = self.sub(x, one, span)?;
                        let zero = self.constant(0, span)?;
                        let less = self.extremum(true, less, zero, span)?;
                        (less, self.extremum(false, x, one, span)?)
                    }
                    _ => (self.sub(x, one, span)?, one),
                };
                let root = self.rooted(false, less, span)?;
                self.add(root, more, span)
            }
            Rounding::Round | Rounding::RoundHalfUp | Rounding::RoundHalfEven if of.lo > 0 => {
                self.rooted(true, x, span)
            }
            Rounding::Round | Rounding::RoundHalfUp | Rounding::RoundHalfEven => {
                let four = self.constant(4, span)?;
                let four = self.mul(four, x, span)?;
                let twice = self.rooted(false, four, span)?;
                let one = self.constant(1, span)?;
                let more = self.add(twice, one, span)?;
                let two = self.constant(2, span)?;
                self.divide(Rounding::Floor, more, two, span)
            }
        }
    }

    pub(super) fn rooted(&mut self, nearest: bool, arg: ExprId, span: Span) -> Option<ExprId> {
        let of = self.interval(arg);
        let end = |x: i128| i64::try_from(x).ok().map(|x| i128::from(root(nearest, x)));
        let (Some(lo), Some(hi)) = (end(of.lo), end(of.hi)) else {
            let sides = [("its value", of)];
            self.does_not_fit("the argument of this root", span, &sides, &[arg]);
            return None;
        };
        if let Some(x) = self.constant_of(arg) {
            return match end(x) {
                Some(root) => self.constant(root, span),
                None => None,
            };
        }
        let wide = self.is_wide(of, &[arg]);
        let interval = Interval::new(lo, hi);
        self.push_wide(ExprKind::Root { nearest, arg }, span, interval, wide)
    }
}
