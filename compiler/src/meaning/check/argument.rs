//! `argmax` and `argmin`: where the extreme is, the first of equals (spec 3.4).

use super::reduction::Terms;
use super::subscript::sizes;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, ExprKind, IndexExpr, Interval, Reduction, Rounding, REACH};
use crate::syntax::ast::{Binder, Condition, Expr, Name};

/// What an `argmax` or `argmin` is made of: with N more than every position of its index,
/// `argmax(j) x[j]` is N - 1 - k % N, where k is the largest x[j] * N + N - 1 - j. Of equal elements
/// the first has the largest such key, and every position another one. `argmin` is k % N of the
/// least x[j] * N + j. Where a key would be too large for that, it is the least j where x[j] is the
/// extreme.
impl Checker<'_> {
    pub(super) fn argument(
        &mut self,
        name: &Name,
        (binders, filter): (&[Binder], Option<&Condition>),
        body: &Expr,
        span: Span,
    ) -> Option<ExprId> {
        let larger = name.text == "argmax";
        if binders.len() != 1 {
            self.report(
                Diagnostic::new("E024", format!("`{}` is over one index", name.text))
                    .at(span, format!("has {}", binders.len()))
                    .hint("number the pairs by one index: `argmax(k in n * m) x[floor(k / m), k % m]`"),
            );
            return None;
        }
        let op = match larger {
            true => Reduction::Max,
            false => Reduction::Min,
        };
        let told = self.diagnostics.len();
        let position = self.position_of(op, name, (binders, filter), body, span);
        // What is said of the extreme is said of what was written.
        let extreme = if larger { "max" } else { "min" };
        for wrong in self.diagnostics.iter_mut().skip(told) {
            if wrong
                .primary
                .as_ref()
                .is_some_and(|label| label.span == span)
            {
                let told = std::iter::once(&mut wrong.message).chain(&mut wrong.hints);
                for text in told {
                    for sign in ["this ", "this `", "`"] {
                        let word = format!("{sign}{extreme}");
                        *text = text.replacen(&word, &format!("{sign}{}", name.text), 1);
                    }
                }
            }
        }
        position
    }

    fn position_of(
        &mut self,
        op: Reduction,
        name: &Name,
        (binders, filter): (&[Binder], Option<&Condition>),
        body: &Expr,
        span: Span,
    ) -> Option<ExprId> {
        let terms = self.gathered(name, (binders, filter), body, span)?;
        let index = *terms.indices.first()?;
        let size = sizes(&self.graph, self.graph.index(index).domain).hi;
        let place = self.push(
            ExprKind::Index(IndexExpr::Index(index)),
            span,
            Interval::new(0, size - 1),
        )?;
        let position = match self.has_keys(terms.body, size) {
            true => self.of_keys(op, terms, (place, size), span)?,
            false => self.first_of_equals(op, terms, place, span)?,
        };
        let first = i128::from(self.graph.index(index).first);
        let held = Interval::new(first, first + size - 1);
        let first = self.constant(first, span)?;
        let position = self.add(position, first, span)?;
        let interval = &mut self.graph.exprs[position.index()].interval;
        *interval = interval.meet(held).unwrap_or(*interval);
        Some(position)
    }

    /// Whether keys of so many positions can be told apart by a range check, or need not be.
    fn has_keys(&self, body: ExprId, size: i128) -> bool {
        if self.wide.hinting || self.all_static(&[body]) {
            return true;
        }
        let of = self.interval(body);
        let keys = of * Interval::point(size) + Interval::new(0, size - 1);
        self.is_proved(body) && keys.fits() && keys.hi - keys.lo < REACH
    }

    fn of_keys(
        &mut self,
        op: Reduction,
        terms: Terms,
        (place, size): (ExprId, i128),
        span: Span,
    ) -> Option<ExprId> {
        let last = self.constant(size - 1, span)?;
        let n = self.constant(size, span)?;
        let high = self.mul(terms.body, n, span)?;
        let low = match op {
            Reduction::Max => self.sub(last, place, span)?,
            _ => place,
        };
        let body = self.add(high, low, span)?;
        let key = self.reduced(op, &Terms { body, ..terms }, span)?;
        let whole = self.divide(Rounding::Floor, key, n, span)?;
        let whole = self.mul(n, whole, span)?;
        let rest = self.sub(key, whole, span)?;
        match op {
            Reduction::Max => self.sub(last, rest, span),
            _ => Some(rest),
        }
    }

    fn first_of_equals(
        &mut self,
        op: Reduction,
        terms: Terms,
        place: ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let extreme = self.reduced(op, &terms, span)?;
        let extreme = self.hidden(extreme, "extreme", span)?;
        let apart = self.sub(terms.body, extreme, span)?;
        // Where there is no term there is nothing to write in limbs.
        let left_out = usize::from(terms.rows.is_some());
        self.wide.filtered += left_out;
        let equal = self.zero(apart, span);
        self.wide.filtered -= left_out;
        let equal = equal?;
        let gate = match terms.gate {
            Some(gate) => self.mul(gate, equal, span)?,
            None => equal,
        };
        let first = Terms {
            gate: Some(gate),
            body: place,
            ..terms
        };
        self.reduced(Reduction::Min, &first, span)
    }
}
