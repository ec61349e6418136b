//! Expressions: from what was written to integer expressions with intervals (spec 3.4).

use super::over_root::OverRoot;
use super::ratio::Ratio;
use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::{Diagnostic, Edit, Span};
use crate::meaning::graph::{ExprId, Interval, Rounding};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind as Written, Name};
use crate::syntax::expand::misplaced;

impl Checker<'_> {
    /// Goes one level down into an expression (E055 if that is too deep).
    pub(super) fn descend<T>(
        &mut self,
        span: Span,
        inner: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.depth >= super::MAX_DEPTH {
            self.too_deep(span, super::MAX_DEPTH);
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Reports an expression that is too large (E055), once for all that it is part of.
    pub(super) fn too_deep(&mut self, span: Span, limit: usize) {
        let known = self
            .diagnostics
            .last()
            .is_some_and(|last| last.code == "E055");
        if !known {
            self.report(
                Diagnostic::new("E055", "this expression is too large")
                    .at(
                        span,
                        format!("more than {limit} operations within each other"),
                    )
                    .hint("give a part of it a name"),
            );
        }
    }

    /// An integer expression; a division in it must be rounded.
    pub(super) fn expr(&mut self, expr: &Expr) -> Option<ExprId> {
        self.ratio(expr, false).map(|ratio| ratio.num)
    }

    /// An expression in rational normal form; `rounded`: a rounding policy stands around it.
    pub(super) fn ratio(&mut self, expr: &Expr, rounded: bool) -> Option<Ratio> {
        self.descend(expr.span, |checker| checker.ratio_at(expr, rounded))
    }

    fn ratio_at(&mut self, expr: &Expr, rounded: bool) -> Option<Ratio> {
        let span = expr.span;
        if self.is_constant(expr) {
            return self.constant_ratio(expr, rounded);
        }
        if self.is_index(expr) {
            let index = self.subscript(expr)?;
            return self.indexed(index, span).map(Ratio::integer);
        }
        match &expr.kind {
            Written::Number(_) => unreachable!("a number is a constant"),
            Written::Apply(_) | Written::Every => {
                self.report(misplaced(expr));
                None
            }
            Written::Name(name) => self.element(name, &[], span).map(Ratio::integer),
            Written::Element { name, at } => self.element(name, at, span).map(Ratio::integer),
            Written::Call { name, arguments } => {
                self.call(name, arguments, span).map(Ratio::integer)
            }
            Written::Reduce {
                name,
                binders,
                filter,
                body,
            } => {
                let reduced = self.reduce(name, (binders, filter.as_deref()), body, span);
                reduced.map(Ratio::integer)
            }
            Written::Condition(condition) => self.test(condition).map(Ratio::integer),
            Written::Negate(inner) => {
                let inner = self.ratio(inner, rounded)?;
                let num = self.neg(inner.num, span)?;
                Some(Ratio {
                    num,
                    den: inner.den,
                })
            }
            Written::Binary {
                op: BinaryOp::Pow,
                left,
                right,
            } => self.power(left, right, rounded, span),
            Written::Binary {
                op: BinaryOp::Mod,
                left,
                right,
            } => {
                let (a, n) = (self.expr(left), self.expr(right));
                self.rest(a?, n?, span).map(Ratio::integer)
            }
            Written::Binary { op, left, right } => {
                let (a, b) = self.sides(*op, left, right, rounded);
                if *op == BinaryOp::Div && !rounded {
                    return self.bare_division(span);
                }
                self.combine(*op, a?, b?, span)
            }
        }
    }

    fn sides(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        rounded: bool,
    ) -> (Option<Ratio>, Option<Ratio>) {
        let a = self.ratio(left, rounded);
        for ended in self.ended.iter_mut().rev() {
            if ended.span.end == left.span.end && ended.by.is_none() {
                ended.by = Some(op);
            }
        }
        (a, self.ratio(right, rounded))
    }

    fn bare_division(&mut self, span: Span) -> Option<Ratio> {
        let diagnostic = if self.reductions > 0 {
            Diagnostic::new("E026", "this division is not rounded")
                .at(span, "inside a sum, max or min, every term is an integer")
                .hint(
                    "round each term, as in `sum(j in keys) floor(x[j] / y)`, or divide the whole",
                )
        } else {
            Diagnostic::new("E026", "this division is not rounded")
                .at(span, "everything is an exact integer")
        };
        let diagnostic = diagnostic.hint(
            "say how: floor(...), ceil(...), trunc(...), round(...), round_half_up(...) or round_half_even(...)",
        );
        let (start, end) = (
            Span::new(span.start, span.start),
            Span::new(span.end, span.end),
        );
        let edit = |span: Span, text: String| Edit { span, text };
        let policies = Rounding::ALL.map(Rounding::name).into_iter();
        let rounded = policies.fold(diagnostic, |error, policy| {
            let edits = vec![edit(start, format!("{policy}(")), edit(end, ")".to_owned())];
            error.fix(format!("round it by `{policy}`"), edits)
        });
        self.report(rounded);
        None
    }

    fn constant_ratio(&mut self, expr: &Expr, rounded: bool) -> Option<Ratio> {
        let value = self.rational(expr)?;
        if value.den != 1 && !rounded {
            self.report(
                Diagnostic::new("E027", "this constant is not an integer")
                    .at(expr.span, format!("is {}/{}", value.num, value.den))
                    .hint("round it, for instance floor(...), or change the parameters"),
            );
            return None;
        }
        let num = self.constant(value.num, expr.span)?;
        let den = match value.den {
            1 => None,
            den => Some(self.constant(den, expr.span)?),
        };
        Some(Ratio { num, den })
    }

    pub(super) fn combine(
        &mut self,
        op: BinaryOp,
        a: Ratio,
        b: Ratio,
        span: Span,
    ) -> Option<Ratio> {
        match op {
            BinaryOp::Mul => {
                let num = self.mul(a.num, b.num, span)?;
                let den = self.product(a.den, b.den, span)?;
                Some(Ratio { num, den })
            }
            BinaryOp::Div => {
                self.divisor(b.num)?;
                let num = self.scaled(a.num, b.den, span)?;
                let den = self.product(a.den, Some(b.num), span)?;
                Some(Ratio { num, den })
            }
            _ => {
                let same = match (a.den, b.den) {
                    (Some(x), Some(y)) => {
                        x == y || self.graph.expr(x).kind == self.graph.expr(y).kind
                    }
                    (x, y) => x == y,
                };
                let (left, right, den) = if same {
                    (a.num, b.num, a.den)
                } else {
                    let left = self.scaled(a.num, b.den, span)?;
                    let right = self.scaled(b.num, a.den, span)?;
                    (left, right, self.product(a.den, b.den, span)?)
                };
                let num = match op {
                    BinaryOp::Add => self.add(left, right, span)?,
                    _ => self.sub(left, right, span)?,
                };
                Some(Ratio { num, den })
            }
        }
    }

    fn scaled(&mut self, num: ExprId, by: Option<ExprId>, span: Span) -> Option<ExprId> {
        by.map_or(Some(num), |by| self.mul(num, by, span))
    }

    fn product(
        &mut self,
        a: Option<ExprId>,
        b: Option<ExprId>,
        span: Span,
    ) -> Option<Option<ExprId>> {
        match (a, b) {
            (Some(a), Some(b)) => self.mul(a, b, span).map(Some),
            (a, b) => Some(a.or(b)),
        }
    }

    fn power(&mut self, base: &Expr, exponent: &Expr, rounded: bool, span: Span) -> Option<Ratio> {
        let ratio = self.ratio(base, rounded);
        let constant = self.is_constant(exponent);
        let times = if constant {
            self.integer(exponent)?
        } else {
            -1
        };
        if !(0..=16).contains(&times) {
            let hint = match self.is_constant(base) && !constant {
                true => format!(
                    "a power of an index is known, `{base} ^ k`; of any other number a table has them: \
                     `table power(k in 0..=16) = {base} ^ k`, then `power({exponent})`"
                ),
                false => "for anything else, write a table".to_owned(),
            };
            self.report(
                Diagnostic::new("E030", "`^` takes a constant exponent from 0 to 16 here")
                    .at(
                        exponent.span,
                        if constant {
                            "is not"
                        } else {
                            "is not a constant"
                        },
                    )
                    .hint(hint),
            );
            return None;
        }
        let ratio = ratio?;
        let mut result = Ratio::integer(self.constant(1, span)?);
        for _ in 0..times {
            result = self.combine(BinaryOp::Mul, result, ratio, span)?;
        }
        Some(result)
    }

    fn call(&mut self, name: &Name, arguments: &[Expr], span: Span) -> Option<ExprId> {
        let text = name.text.as_str();
        if let Some(policy) = Rounding::named(text) {
            if !self.arity(text, arguments.len(), &[1], span) {
                return None;
            }
            if let Written::Call { name, arguments } = &arguments[0].kind {
                if name.text == "sqrt" {
                    return self.root(policy, arguments, span);
                }
            }
            if let Some(over) = OverRoot::of(&arguments[0]) {
                return self.over_root(policy, &over, span);
            }
            let ratio = self.ratio(&arguments[0], true)?;
            return match ratio.den {
                Some(den) => self.divide(policy, ratio.num, den, span),
                None => Some(ratio.num),
            };
        }
        match text {
            "clip" => return self.clip(arguments, span),
            "if" => return self.choice(arguments, span),
            "abs" => {
                if !self.arity(text, arguments.len(), &[1], span) {
                    return None;
                }
                let inner = self.expr(&arguments[0])?;
                return self.abs(inner, span);
            }
            "min" | "max" if arguments.len() == 1 => {
                self.not_reduced(name, arguments);
                return None;
            }
            "min" | "max" => {
                if !self.arity(text, arguments.len(), &[2, usize::MAX], span) {
                    return None;
                }
                let values: Vec<_> = arguments
                    .iter()
                    .map(|argument| self.expr(argument))
                    .collect();
                let values = values.into_iter().collect::<Option<Vec<_>>>()?;
                let (first, rest) = values.split_first()?;
                return rest
                    .iter()
                    .try_fold(*first, |a, b| self.extremum(text == "max", a, *b, span));
            }
            _ => {}
        }
        let found = self.scopes.get(text);
        if let Some((Symbol::Table(table), declared)) = found {
            return self.lookup(table, declared, arguments, span);
        }
        if found.is_none() && ["sum", "argmax", "argmin"].contains(&text) {
            self.not_reduced(name, arguments);
            return None;
        }
        for argument in arguments {
            let _ = self.ratio(argument, true);
        }
        self.not_a_function(name, found);
        None
    }

    fn clip(&mut self, arguments: &[Expr], span: Span) -> Option<ExprId> {
        if !self.arity("clip", arguments.len(), &[3], span) {
            return None;
        }
        let inner = self.expr(&arguments[0]);
        let (lo, hi) = (&arguments[1], &arguments[2]);
        if !(self.is_constant(lo) && self.is_constant(hi)) {
            let (lo, hi) = (self.expr(lo), self.expr(hi));
            let below = self.extremum(false, inner?, hi?, span)?;
            return self.extremum(true, lo?, below, span);
        }
        let (low, high) = (self.integer(lo), self.integer(hi));
        let (low, high) = (i128::from(low?), i128::from(high?));
        if low > high {
            self.report(
                Diagnostic::new("E017", "these bounds hold nothing")
                    .at(lo.span.to(hi.span), format!("is {low} to {high}"))
                    .hint("write clip(x, lo, hi) with lo <= hi"),
            );
            return None;
        }
        self.clipped(inner?, Interval::new(low, high), span)
    }
}
