//! `argmax` and `argmin`: where the extreme is, the first of equals (spec 3.4).

use super::subscript::sizes;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, ExprKind, IndexExpr, Interval, Reduction, Rounding};
use crate::syntax::ast::{Binder, Condition, Expr, Name};

/// What an `argmax` or `argmin` is made of: with N more than every position of its index,
/// `argmax(j) x[j]` is N - 1 - k % N, where k is the largest x[j] * N + N - 1 - j. Of equal elements
/// the first has the largest such key, and every position another one. `argmin` is k % N of the
/// least x[j] * N + j.
impl Checker<'_> {
    pub(super) fn argument(
        &mut self,
        name: &Name,
        (binders, filter): (&[Binder], Option<&Condition>),
        body: &Expr,
        span: Span,
    ) -> Option<ExprId> {
        let larger = name.text == "argmax";
        let [binder] = binders else {
            self.report(
                Diagnostic::new("E024", format!("`{}` is over one index", name.text))
                    .at(span, format!("has {}", binders.len()))
                    .hint("number the pairs by one index: `argmax(k in n * m) x[floor(k / m), k % m]`"),
            );
            return None;
        };
        let op = if larger {
            Reduction::Max
        } else {
            Reduction::Min
        };
        let mut found = None;
        let key = |checker: &mut Self, index, body| {
            let size = sizes(&checker.graph, checker.graph.index(index).domain).hi;
            let first = checker.graph.index(index).first;
            found = Some((size, first));
            let place = checker.push(
                ExprKind::Index(IndexExpr::Index(index)),
                span,
                Interval::new(0, size - 1),
            )?;
            let times = checker.constant(size, span)?;
            let high = checker.mul(body, times, span)?;
            let low = match larger {
                true => {
                    let last = checker.constant(size - 1, span)?;
                    checker.sub(last, place, span)?
                }
                false => place,
            };
            checker.add(high, low, span)
        };
        let key = self.reduced(op, name, (binders, filter), body, span, key)?;
        let (size, first) = found?;
        let _ = binder;
        let n = self.constant(size, span)?;
        let whole = self.divide(Rounding::Floor, key, n, span)?;
        let whole = self.mul(n, whole, span)?;
        let rest = self.sub(key, whole, span)?;
        let first = i128::from(first);
        let position = match larger {
            true => {
                let last = self.constant(size - 1 + first, span)?;
                self.sub(last, rest, span)?
            }
            false => {
                let first = self.constant(first, span)?;
                self.add(rest, first, span)?
            }
        };
        let held = Interval::new(first, first + size - 1);
        let interval = &mut self.graph.exprs[position.index()].interval;
        *interval = interval.meet(held).unwrap_or(*interval);
        Some(position)
    }
}
