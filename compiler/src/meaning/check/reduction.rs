//! Sums, maxima and minima, of the terms that their conditions let through (spec 3.4).

use super::reach::shown;
use super::subscript::sizes;
use super::{Checker, Ended};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, ExprKind, Filter, IndexId, Reduction};
use crate::syntax::ast::{Binder, Condition, Expr, Name};

/// What a reduction runs over, and what it is of.
pub(super) struct Terms {
    pub(super) indices: Vec<IndexId>,
    /// Where there is a term, if not everywhere.
    pub(super) rows: Option<ExprId>,
    /// Which terms count, if not all.
    pub(super) gate: Option<ExprId>,
    pub(super) body: ExprId,
}

impl Checker<'_> {
    pub(super) fn reduce(
        &mut self,
        name: &Name,
        (binders, filter): (&[Binder], Option<&Condition>),
        body: &Expr,
        span: Span,
    ) -> Option<ExprId> {
        let op = match name.text.as_str() {
            "argmax" | "argmin" => return self.argument(name, (binders, filter), body, span),
            "max" => Reduction::Max,
            "min" => Reduction::Min,
            _ => Reduction::Sum,
        };
        let mut terms = self.gathered(name, (binders, filter), body, span)?;
        if op == Reduction::Sum {
            terms.body = match terms.gate.take() {
                Some(gate) => self.mul(gate, terms.body, span)?,
                None => terms.body,
            };
        }
        if let (Some(_), true, Some(condition)) = (terms.gate, binders.len() > 1, filter) {
            self.report(
                Diagnostic::new(
                    "E067",
                    format!("this condition is known only when the program runs: a `{}` over several indices has none such", name.text),
                )
                .at(condition.span, "depends on what is given")
                .hint(format!(
                    "write one `{0}` within another: `{0}(i in n) {0}(j in m where ...) ...`",
                    name.text
                )),
            );
            return None;
        }
        self.reduced(op, &terms, span)
    }

    /// The terms of a reduction.
    pub(super) fn gathered(
        &mut self,
        name: &Name,
        (binders, filter): (&[Binder], Option<&Condition>),
        body: &Expr,
        span: Span,
    ) -> Option<Terms> {
        self.scopes.open();
        if self.reductions == 0 {
            self.outside = self.bound.len();
        }
        self.reductions += 1;
        let (bound, mark) = (self.bound.len(), self.filters.len());
        let indices: Vec<_> = binders.iter().map(|binder| self.bind(binder)).collect();
        let gate = self.passed(filter);
        let body = self.expr(body);
        let rows = self.all_from(mark, span);
        self.filters.truncate(mark);
        self.bound.truncate(bound);
        self.reductions -= 1;
        self.scopes.close();
        self.ended.extend(binders.iter().map(|binder| Ended {
            index: binder.index.text.clone(),
            reducer: name.text.clone(),
            span,
            by: None,
        }));
        let indices = indices.into_iter().collect::<Option<Vec<_>>>()?;
        let (body, gate) = (body?, gate?);
        let rows = match rows? {
            Some(rows) => {
                let space = self.graph.free(rows);
                self.partial(rows, &space, span)?
            }
            None => None,
        };
        Some(Terms {
            indices,
            rows,
            gate,
            body,
        })
    }

    pub(super) fn reduced(&mut self, op: Reduction, terms: &Terms, span: Span) -> Option<ExprId> {
        let Terms {
            ref indices,
            rows,
            gate,
            body,
        } = *terms;
        let result = self.nested(op, (indices, rows, gate), body, span)?;
        if let Some(normed) = self.normed(result) {
            let interval = &mut self.graph.exprs[result.index()].interval;
            *interval = interval.meet(normed).unwrap_or(*interval);
        }
        // The outermost holds the inner ones: every cache holds an entry.
        self.summed(result)
    }

    /// The reductions over one index each, the last within the others. The condition on the rows is
    /// the innermost one's; outside of a maximum, a value counts if there is a term for it.
    fn nested(
        &mut self,
        op: Reduction,
        (indices, rows, gate): (&[IndexId], Option<ExprId>, Option<ExprId>),
        body: ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let mut each = vec![None; indices.len()];
        if let Some(rows) = rows {
            let innermost = indices.len() - 1;
            for level in 0..indices.len() {
                each[level] = match op {
                    _ if level == innermost => Some(rows),
                    Reduction::Sum => None,
                    Reduction::Max | Reduction::Min => {
                        let some = self.for_some(rows, &indices[level + 1..], span)?;
                        let space = self.graph.free(some);
                        self.partial(some, &space, span)?
                    }
                };
            }
        }
        let mut result = body;
        for (level, &index) in indices.iter().enumerate().rev() {
            let mark = self.filters.len();
            self.filters.extend(each[..level].iter().flatten());
            let reduced = self.reduction(op, (index, each[level], gate), result, span);
            self.filters.truncate(mark);
            result = reduced?;
        }
        Some(result)
    }

    fn reduction(
        &mut self,
        op: Reduction,
        (index, rows, gate): (IndexId, Option<ExprId>, Option<ExprId>),
        body: ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let inner = self.interval(body);
        let kind = |scope| ExprKind::Reduce {
            op,
            index,
            body,
            filter: Filter { rows, scope, gate },
        };
        let plain = self.push(kind(None), span, inner)?;
        let free = self.graph.free(plain);
        let scope = self.scope_of(&free, span)?;
        let counts =
            match rows {
                Some(rows) => {
                    let (counts, nothing) = self.counts(index, rows, scope, span)?;
                    match nothing {
                        Some(point) if op != Reduction::Sum => {
                            let word = if op == Reduction::Max { "max" } else { "min" };
                            self.report(
                            Diagnostic::new("E066", format!("this `{word}` is over nothing"))
                                .at(span, format!("its condition holds nowhere{}", shown(&point)))
                                .hint("let the condition hold for one value of the index at least"),
                        );
                            return None;
                        }
                        _ => counts,
                    }
                }
                None => sizes(&self.graph, self.graph.index(index).domain),
            };
        let interval = match op {
            Reduction::Max | Reduction::Min => inner,
            Reduction::Sum => self.sum_within((index, Filter { rows, scope, gate }), body, counts),
        };
        let reduced = self.push(kind(scope), span, interval)?;
        self.wide.count(reduced, counts);
        Some(reduced)
    }
}
