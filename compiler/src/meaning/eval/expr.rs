//! One expression at one point: addresses worked out beforehand, no allocation on the way.

use std::collections::BTreeMap;

use super::Evaluation;
use crate::meaning::graph::{
    ExprId, ExprKind, Filter, Graph, IndexExpr, IndexId, Place, Reduction, Source, StaticExpr,
    TableId,
};
use crate::meaning::rounding::{divide, root};
use crate::meaning::rows::Conditions;
use crate::meaning::space::domain_size;
use crate::meaning::statics::Forms;

/// Why an expression has no value, and which part of it.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Overflow(ExprId),
    Divisor(ExprId, i128),
    Outside(ExprId, TableId, i64),
    NoTerm(ExprId),
    Empty(ExprId),
    Subscript(ExprId, i64),
}

/// The conditions of a graph's reductions, each by itself, over all indices.
pub(super) fn filters(graph: &Graph, conditions: &Conditions) -> BTreeMap<ExprId, StaticExpr> {
    let rank = graph.indices.len();
    let indices = (0..rank as u32).map(IndexId);
    let forms: Forms = indices.map(|id| (id, IndexExpr::Index(id))).collect();
    let rows = graph.exprs.iter().filter_map(|expr| match expr.kind {
        ExprKind::Reduce { filter, .. } => filter.rows,
        _ => None,
    });
    let closed = |id| conditions.closed(graph, id, &forms, rank);
    rows.filter_map(|id| Some((id, closed(id)?))).collect()
}

/// What a reduction of no terms begins with.
fn nothing(op: Reduction) -> i64 {
    match op {
        Reduction::Sum => 0,
        Reduction::Max => i64::MIN,
        Reduction::Min => i64::MAX,
    }
}

/// `None` beyond 64 bits.
fn joined(op: Reduction, total: i64, element: i64) -> Option<i64> {
    match op {
        Reduction::Sum => total.checked_add(element),
        Reduction::Max => Some(total.max(element)),
        Reduction::Min => Some(total.min(element)),
    }
}

impl Evaluation<'_> {
    pub(super) fn storage(&self, source: Source) -> &[i64] {
        match source {
            Source::Input(id) => self.inputs[id.index()],
            Source::State(id) => &self.states[id.index()],
            Source::Value(id) => &self.values[id.index()].data,
            Source::Static(id) => self.known.elements(id),
        }
    }

    /// The expression at `env`. The indices of reductions in it are overwritten.
    pub(super) fn eval(&self, id: ExprId, env: &mut [i64]) -> Result<i64, Fault> {
        let overflow = Fault::Overflow(id);
        let narrow = |value: i128| i64::try_from(value).map_err(|_| overflow);
        match &self.graph.expr(id).kind {
            ExprKind::Constant(value) => narrow(*value),
            ExprKind::Index(index) => index.checked(&|index| env[index.index()]).ok_or(overflow),
            ExprKind::Read { source, .. } => match &self.addresses[id.index()] {
                Some(address) => Ok(self.storage(*source)[address.offset(env)]),
                None => unreachable!("every read has an address"),
            },
            ExprKind::Pick { source, at } => self.pick(*source, at, env),
            ExprKind::Neg(a) => self.eval(*a, env)?.checked_neg().ok_or(overflow),
            ExprKind::Abs(a) => self.eval(*a, env)?.checked_abs().ok_or(overflow),
            ExprKind::Zero(a) => Ok(i64::from(self.eval(*a, env)? == 0)),
            ExprKind::Hint(whole) | ExprKind::Limbs { whole, .. } => {
                let exact = narrow(self.exact(*whole, env)?);
                debug_assert!(self.limbs_agree(id, exact.ok(), env));
                exact
            }
            ExprKind::Root { nearest, arg } => Ok(root(*nearest, self.eval(*arg, env)?)),
            ExprKind::Add(a, b) => self
                .eval(*a, env)?
                .checked_add(self.eval(*b, env)?)
                .ok_or(overflow),
            ExprKind::Sub(a, b) => self
                .eval(*a, env)?
                .checked_sub(self.eval(*b, env)?)
                .ok_or(overflow),
            ExprKind::Mul(a, b) => self
                .eval(*a, env)?
                .checked_mul(self.eval(*b, env)?)
                .ok_or(overflow),
            ExprKind::Max(a, b) => Ok(self.eval(*a, env)?.max(self.eval(*b, env)?)),
            ExprKind::Min(a, b) => Ok(self.eval(*a, env)?.min(self.eval(*b, env)?)),
            ExprKind::Clip { arg, lo, hi } => {
                let arg = i128::from(self.eval(*arg, env)?);
                narrow(arg.min(*hi).max(*lo))
            }
            ExprKind::Lookup { table, arg } => {
                let argument = self.eval(*arg, env)?;
                let entry = i128::from(argument) - self.graph.table(*table).domain.lo;
                let entry = usize::try_from(entry).ok();
                let found = entry.and_then(|entry| self.tables[table.index()].get(entry));
                found.copied().ok_or(Fault::Outside(id, *table, argument))
            }
            ExprKind::Divide { policy, num, den } => {
                let (num, den) = (self.eval(*num, env)?, self.eval(*den, env)?);
                if den <= 0 {
                    return Err(Fault::Divisor(id, den.into()));
                }
                narrow(divide(*policy, num.into(), den.into()))
            }
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => {
                let size = domain_size(self.graph, *index, |step| env[step.index()]);
                match filter.rows.is_none() && filter.gate.is_none() {
                    true => self.reduce(id, *op, *index, size, *body, env),
                    false => self.filtered(id, (*op, *index, size, *body), *filter, env),
                }
            }
        }
    }

    /// The element at subscripts of which some are evaluated first.
    fn pick(&self, source: Source, at: &[Place], env: &mut [i64]) -> Result<i64, Fault> {
        let point = self.picked(at, env)?;
        Ok(self.element(source, &point))
    }

    pub(super) fn picked(&self, at: &[Place], env: &mut [i64]) -> Result<Vec<i64>, Fault> {
        let mut point = Vec::with_capacity(at.len());
        for place in at {
            point.push(match *place {
                Place::Known(ref subscript) => subscript.value(&|index| env[index.index()]),
                Place::Run(expr) => {
                    let value = self.eval(expr, env)?;
                    let interval = self.graph.expr(expr).interval;
                    if !interval.contains(value.into()) {
                        return Err(Fault::Subscript(expr, value));
                    }
                    value
                }
            });
        }
        Ok(point)
    }

    fn reduce(
        &self,
        id: ExprId,
        op: Reduction,
        index: IndexId,
        size: i64,
        body: ExprId,
        env: &mut [i64],
    ) -> Result<i64, Fault> {
        let overflow = Fault::Overflow(id);
        let join = |total, element| joined(op, total, element).ok_or(overflow);
        let mut total = nothing(op);
        if op != Reduction::Sum && size <= 0 {
            return Err(Fault::Empty(id));
        }
        if let (ExprKind::Mul(a, b), Reduction::Sum) = (&self.graph.expr(body).kind, op) {
            if let (Some(mut a), Some(mut b)) =
                (self.line(*a, index, env), self.line(*b, index, env))
            {
                for _ in 0..size {
                    let product = a.next().checked_mul(b.next());
                    total = product
                        .and_then(|product| total.checked_add(product))
                        .ok_or(overflow)?;
                }
                return Ok(total);
            }
        }
        if let Some(mut line) = self.line(body, index, env) {
            for _ in 0..size {
                total = join(total, line.next())?;
            }
            return Ok(total);
        }
        for at in 0..size {
            env[index.index()] = at;
            total = join(total, self.eval(body, env)?)?;
        }
        Ok(total)
    }

    /// A reduction of the terms that its filter lets through.
    fn filtered(
        &self,
        id: ExprId,
        (op, index, size, body): (Reduction, IndexId, i64, ExprId),
        filter: Filter,
        env: &mut [i64],
    ) -> Result<i64, Fault> {
        let (mut total, mut any) = (nothing(op), false);
        self.each_term((index, size), filter, env, &mut |env| {
            any = true;
            total = joined(op, total, self.eval(body, env)?).ok_or(Fault::Overflow(id))?;
            Ok(())
        })?;
        match (any || op == Reduction::Sum, filter.gate) {
            (true, _) => Ok(total),
            (false, Some(_)) => Err(Fault::NoTerm(id)),
            (false, None) => Err(Fault::Empty(id)),
        }
    }

    /// Goes through the points of an index at which a filter lets a term through.
    pub(super) fn each_term(
        &self,
        (index, size): (IndexId, i64),
        filter: Filter,
        env: &mut [i64],
        visit: &mut dyn FnMut(&mut [i64]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let rows = filter.rows.map(|rows| match self.filters.get(&rows) {
            Some(rows) => rows,
            None => unreachable!("every filter has been taken by itself"),
        });
        let mut here = env.to_vec();
        for at in 0..size {
            env[index.index()] = at;
            here[index.index()] = at;
            if rows.is_some_and(|rows| !self.conditions.holds(rows, &mut here)) {
                continue;
            }
            if let Some(gate) = filter.gate {
                if self.eval(gate, env)? == 0 {
                    continue;
                }
            }
            visit(env)?;
        }
        Ok(())
    }

    /// The elements that a read meets while `index` runs, if they lie evenly spaced.
    fn line(&self, id: ExprId, index: IndexId, env: &mut [i64]) -> Option<Line<'_>> {
        let ExprKind::Read { source, .. } = self.graph.expr(id).kind else {
            return None;
        };
        let (at, stride) = self.addresses[id.index()].as_ref()?.line(index, env)?;
        Some(Line {
            data: self.storage(source),
            at,
            stride,
        })
    }
}

/// A walk through a storage at even steps.
struct Line<'e> {
    data: &'e [i64],
    at: usize,
    stride: isize,
}

impl Line<'_> {
    #[inline]
    fn next(&mut self) -> i64 {
        let element = self.data[self.at];
        self.at = self.at.wrapping_add_signed(self.stride);
        element
    }
}
