//! Lookups in tables: where the arguments may lie, and what is found there (spec 3.4).

use super::{Checker, MAX_LOOKED_UP};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Axis, ExprId, ExprKind, IndexExpr, Interval, TableId};
use crate::meaning::statics::is_static;
use crate::syntax::ast::{BinaryOp, Expr};

impl Checker<'_> {
    /// An entry of a table; each argument must lie in its domain (E031).
    pub(super) fn lookup(
        &mut self,
        id: TableId,
        declared: Span,
        arguments: &[Expr],
        span: Span,
    ) -> Option<ExprId> {
        let table = self.graph.table(id);
        let (name, axes, domain) = (table.name.clone(), table.axes.clone(), table.domain);
        let values: Vec<_> = arguments.iter().map(|each| self.expr(each)).collect();
        if !self.arity(&name, arguments.len(), &[axes.len()], span) {
            return None;
        }
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        for ((value, axis), written) in values.iter().zip(&axes).zip(arguments) {
            self.argument_in(*value, axis, axes.len() > 1, &name, declared, written.span)?;
        }
        let arg = match (values.as_slice(), axes.as_slice()) {
            ([only], _) => *only,
            _ => self.position(&values, &axes, span)?,
        };
        if domain.size() > MAX_LOOKED_UP && !is_static(&self.graph, arg) {
            let what = format!("`{name}` is too large to be looked up when the program runs");
            let size = domain.size();
            self.report(
                Diagnostic::new("E033", what)
                    .at(span, "the argument is known only then")
                    .also(declared, format!("has {size} entries"))
                    .hint(format!(
                        "a table that is looked up at anything but what is static has at \
                         most {MAX_LOOKED_UP} entries"
                    )),
            );
            return None;
        }
        let interval = self.entries_at(id, &values)?;
        self.push(ExprKind::Lookup { table: id, arg }, span, interval)
    }

    fn argument_in(
        &mut self,
        value: ExprId,
        axis: &Axis,
        several: bool,
        name: &str,
        declared: Span,
        span: Span,
    ) -> Option<()> {
        let (mut inner, domain) = (self.interval(value), axis.domain);
        let fits = |inner: Interval| domain.contains(inner.lo) && domain.contains(inner.hi);
        if !fits(inner) {
            inner = self.exact(value).unwrap_or(inner);
        }
        if fits(inner) {
            return Some(());
        }
        let Interval { lo, hi } = domain;
        let (which, clip) = match several {
            true => (
                format!(" `{}`", axis.name),
                format!("`clip(..., {lo}, {hi})`"),
            ),
            false => (String::new(), format!("`{name}(clip(..., {lo}, {hi}))`")),
        };
        // A table of a definition is looked up by what a call gives.
        let hint = match name.split_once('#') {
            Some((called, _)) => format!("clip what `{called}` is given: `clip(..., {lo}, {hi})`"),
            None => format!("clip the argument: {clip}"),
        };
        let what = format!("`{name}` has no entry for every argument{which}");
        let mut diagnostic = Diagnostic::new("E031", what)
            .at(span, format!("may lie anywhere in {inner}"))
            .also(declared, format!("has entries for {domain}"));
        diagnostic.secondary.extend(self.causes(&[value]));
        self.report(diagnostic.hint(hint));
        None
    }

    /// Where the entry of these arguments stands: `(a - lo_a) * size_b + (b - lo_b)`. As each lies
    /// in its domain, it is below the number of entries, and no other arguments have it.
    fn position(&mut self, values: &[ExprId], axes: &[Axis], span: Span) -> Option<ExprId> {
        let known: Option<Vec<IndexExpr>> = values
            .iter()
            .map(|&value| match &self.graph.expr(value).kind {
                ExprKind::Index(index) => Some(index.clone()),
                ExprKind::Constant(value) => i64::try_from(*value).ok().map(IndexExpr::Constant),
                _ => None,
            })
            .collect();
        if let Some(known) = known {
            return self.static_position(known, axes, span);
        }
        let mut position = self.constant(0, span)?;
        for (&value, axis) in values.iter().zip(axes) {
            let size = self.constant(axis.domain.size(), span)?;
            let lo = self.constant(axis.domain.lo.abs(), span)?;
            let from = match axis.domain.lo {
                ..0 => self.add(value, lo, span)?,
                _ => self.sub(value, lo, span)?,
            };
            position = self.mul(position, size, span)?;
            position = self.add(position, from, span)?;
        }
        Some(position)
    }

    /// The same as a function of indices, so that it is a fixed column.
    fn static_position(
        &mut self,
        values: Vec<IndexExpr>,
        axes: &[Axis],
        span: Span,
    ) -> Option<ExprId> {
        let constant = |value: i128| i64::try_from(value).ok();
        let mut interval = Interval::point(0);
        let mut position = IndexExpr::Constant(0);
        for (value, axis) in values.into_iter().zip(axes) {
            let (size, lo) = (constant(axis.domain.size())?, constant(axis.domain.lo)?);
            let from = match lo {
                0 => value,
                ..0 => self.subscript_op(BinaryOp::Add, value, IndexExpr::Constant(-lo), span)?,
                _ => self.subscript_op(BinaryOp::Sub, value, IndexExpr::Constant(lo), span)?,
            };
            position = match position {
                IndexExpr::Constant(0) => from,
                before => {
                    let size = IndexExpr::Constant(size);
                    let row = self.subscript_op(BinaryOp::Mul, before, size, span)?;
                    self.subscript_op(BinaryOp::Add, row, from, span)?
                }
            };
            interval = Interval::new(0, (interval.hi + 1) * i128::from(size) - 1);
        }
        match position {
            IndexExpr::Constant(value) => self.constant(value.into(), span),
            index => self.push(ExprKind::Index(index), span, interval),
        }
    }

    /// What the entries at these arguments lie in: each is anywhere in its interval.
    fn entries_at(&mut self, id: TableId, values: &[ExprId]) -> Option<Interval> {
        let table = self.graph.table(id);
        // That each lies in its domain has been seen to.
        let both = values.iter().zip(&table.axes);
        let within = both.map(|(&value, axis)| self.interval(value).meet(axis.domain));
        let within: Vec<Interval> = within.collect::<Option<_>>()?;
        if table.from_input {
            return Some(table.range);
        }
        if let Some(known) = self.reached.get(&(id, within.clone())) {
            return Some(*known);
        }
        // Runs of entries: the last argument's, from each row of the others.
        let mut starts: Vec<usize> = vec![0];
        let mut length = 1;
        for (axis, interval) in table.axes.iter().zip(&within) {
            let first = usize::try_from(interval.lo - axis.domain.lo).ok()?;
            let size = axis.size() as usize;
            let rows = starts.into_iter();
            starts = rows
                .flat_map(|row| (0..length).map(move |i| (row + i) * size + first))
                .collect();
            length = usize::try_from(interval.size()).ok()?;
        }
        let runs = starts
            .iter()
            .map(|&start| &table.entries[start..start + length]);
        let points = runs.flatten().map(|&entry| Interval::point(entry.into()));
        let interval = points.reduce(Interval::hull)?;
        self.reached.insert((id, within), interval);
        Some(interval)
    }
}
