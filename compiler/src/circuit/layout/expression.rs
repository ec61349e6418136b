//! Expressions as slots of a row.

use super::contraction::multiplies;
use super::form::{Bind, Env, Fold};
use super::layout::{Layout, Result};
use super::polynomial::{is_polynomial, is_short};
use crate::circuit::component::Fixed;
use crate::circuit::field::P;
use crate::circuit::gadgets::magnitude::Magnitude;
use crate::circuit::gadgets::zero::Zero;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Element, Slot};
use crate::circuit::operation::Op;
use crate::diagnostic::Span;
use crate::meaning::graph::{ExprId, ExprKind, IndexExpr, IndexId, ValueId};
use crate::meaning::statics::{closed, Forms};

impl Layout<'_> {
    /// Whether a sum is written into the row.
    pub(super) fn unrolls(&self, expr: ExprId) -> bool {
        if self.evaluated.contains_key(&expr) || self.spread.contains(&expr) {
            return false;
        }
        is_short(self.graph, expr)
    }

    /// Whether a value is written into every row that reads it.
    pub(super) fn is_inlined(&self, id: ValueId) -> bool {
        let value = self.graph.value(id);
        value.output.is_none()
            && value.declared.is_none()
            && self.choices.columns.binary_search(&id.0).is_err()
            && self.is_polynomial(value.expr)
    }

    /// Whether an expression needs no column of its own.
    pub(super) fn is_polynomial(&self, expr: ExprId) -> bool {
        is_polynomial(self.graph, expr, &|sum| self.unrolls(sum))
    }

    pub(super) fn binds(&self, at: &[IndexExpr], env: &Env) -> Vec<Bind> {
        at.iter()
            .map(|subscript| Fold::new(env).bind(subscript))
            .collect()
    }

    /// The fixed column that an expression is which is known when the key is made.
    fn fixed(&mut self, component: usize, id: ExprId, env: &Env) -> Option<Slot> {
        // Constants and index functions have forms of their own.
        let plain = matches!(
            self.graph.expr(id).kind,
            ExprKind::Constant(_) | ExprKind::Index(_)
        );
        if plain || !self.statics[id.index()] {
            return None;
        }
        let forms: Forms = env
            .iter()
            .map(|(&i, bind)| (i, bind.form.clone()))
            .collect();
        let builder = &mut self.builders[component];
        let expr = closed(self.graph, id, &forms, builder.rows.dims.len())?;
        Some(builder.fixed(Fixed::Static { expr, within: None }))
    }

    /// A slot of `component` that holds the expression under `env`: one for every point that it is
    /// read at.
    pub(super) fn lower(&mut self, component: usize, id: ExprId, env: &Env) -> Result<Slot> {
        if let Some(slot) = self.fixed(component, id, env) {
            return Ok(slot);
        }
        let kind = &self.graph.expr(id).kind;
        if let ExprKind::Constant(_) | ExprKind::Index(_) | ExprKind::Read { .. } = kind {
            return self.lower_anew(component, id, env);
        }
        // Not all of its caches' steps need be bound in an operand's rows.
        let free = self.free(id).into_iter();
        let at = free.filter_map(|index| env.get(&index).cloned());
        let key = (id, at.collect::<Vec<_>>());
        if let Some(&slot) = self.builders[component].lowered.get(&key) {
            return Ok(slot);
        }
        let slot = self.lower_anew(component, id, env)?;
        self.builders[component].lowered.insert(key, slot);
        Ok(slot)
    }

    fn lower_anew(&mut self, component: usize, id: ExprId, env: &Env) -> Result<Slot> {
        let graph = self.graph;
        let expr = graph.expr(id);
        let span = Some(expr.span);
        match &expr.kind {
            ExprKind::Constant(value) => {
                let value = self.fits(*value, expr.span)?;
                Ok(self.builders[component].constant(value))
            }
            ExprKind::Index(subscript) => {
                let bind = Fold::new(env).bind(subscript);
                Ok(self.builders[component].form(&bind.form))
            }
            ExprKind::Read { source, at } => {
                let at = self.binds(at, env);
                self.read(component, &Element::Of(*source), &at, expr.span)
            }
            ExprKind::Pick { source, at } => self.pick(component, *source, at, env, expr.span),
            ExprKind::Neg(a) => {
                let a = self.lower(component, *a, env)?;
                Ok(self.builders[component].scale(a, -1, span))
            }
            ExprKind::Add(a, b) => {
                let (a, b) = (
                    self.lower(component, *a, env)?,
                    self.lower(component, *b, env)?,
                );
                Ok(self.builders[component].add(a, b, span))
            }
            ExprKind::Sub(a, b) => {
                let (a, b) = (
                    self.lower(component, *a, env)?,
                    self.lower(component, *b, env)?,
                );
                Ok(self.builders[component].sub(a, b, span))
            }
            ExprKind::Mul(..) => self.product(component, id, env),
            ExprKind::Reduce {
                index,
                body,
                filter,
                ..
            } if self.unrolls(id) => {
                let terms = self.terms(*index, filter.rows);
                self.unrolled_sum(component, (*index, &terms), *body, env, span)
            }
            ExprKind::Reduce { .. } => self.reduction_at(component, id, env, expr.span),
            ExprKind::Clip { arg, lo, hi } => self.clip(component, *arg, *lo, *hi, env, expr.span),
            ExprKind::Max(a, b) => self.select(component, *a, *b, true, env, expr.span),
            ExprKind::Min(a, b) => self.select(component, *a, *b, false, env, expr.span),
            ExprKind::Abs(arg) => {
                let interval = graph.expr(*arg).interval;
                let x = self.lower(component, *arg, env)?;
                if interval.lo >= 0 {
                    return Ok(x);
                }
                if interval.hi <= 0 {
                    return Ok(self.builders[component].scale(x, -1, span));
                }
                let most = -interval.lo.min(-interval.hi);
                let (most, limit) = self.bounded(most, P - 1 - most, interval, expr.span)?;
                let builder = &mut self.builders[component];
                let arg = builder.column(x, span);
                let gadget = Gadget::Magnitude(Magnitude { arg, most, limit });
                Ok(builder.push(Op::Gadget(gadget), span, 1))
            }
            ExprKind::Zero(arg) => {
                let x = self.lower(component, *arg, env)?;
                let builder = &mut self.builders[component];
                let arg = builder.column(x, span);
                Ok(builder.push(Op::Gadget(Gadget::Zero(Zero { arg })), span, 1))
            }
            ExprKind::Root { nearest, arg } => self.root(component, *nearest, *arg, env, expr.span),
            ExprKind::Limbs { limbs, .. } => self.lower(component, *limbs, env),
            ExprKind::Hint(_) => unreachable!("a hint is all of a value's definition"),
            ExprKind::Lookup { table, arg } => {
                let x = self.lower(component, *arg, env)?;
                Ok(self.look_up(component, *table, x, expr.span))
            }
            ExprKind::Divide { policy, num, den } => {
                self.divide(component, id, *policy, *num, *den, env, false)
            }
        }
    }

    /// A product: what is the same in all lanes of the row first, as one column for all of them.
    fn product(&mut self, component: usize, id: ExprId, env: &Env) -> Result<Slot> {
        let span = Some(self.graph.expr(id).span);
        let factors = self.factors(id);
        let in_lane = |id: ExprId| {
            let free = self.free(id);
            free.iter()
                .any(|index| env.get(index).is_some_and(|bind| bind.lane))
        };
        let (own, same): (Vec<_>, Vec<_>) = factors.into_iter().partition(|&id| in_lane(id));
        let ordered = [same, own].concat();
        if !multiplies(self.graph, &ordered, 1) {
            let ExprKind::Mul(a, b) = self.graph.expr(id).kind else {
                unreachable!("a product");
            };
            let (a, b) = (
                self.lower(component, a, env)?,
                self.lower(component, b, env)?,
            );
            return Ok(self.builders[component].mul(a, b, span));
        }
        let mut product = None;
        for factor in ordered {
            let slot = self.lower(component, factor, env)?;
            product = Some(match product {
                None => slot,
                Some(before) => self.builders[component].mul(before, slot, span),
            });
        }
        Ok(match product {
            Some(slot) => slot,
            None => unreachable!("a product has factors"),
        })
    }

    /// The factors of a product of products, as it is written; what is known when the key is made is one.
    fn factors(&self, id: ExprId) -> Vec<ExprId> {
        let ExprKind::Mul(a, b) = self.graph.expr(id).kind else {
            return vec![id];
        };
        let parts = [a, b].map(|part| match self.statics[part.index()] {
            true => vec![part],
            false => self.factors(part),
        });
        parts.concat()
    }

    /// The values of an index that a condition on it alone lets through.
    fn terms(&self, index: IndexId, rows: Option<ExprId>) -> Vec<i64> {
        let Some(rows) = self.conditions.rows(self.graph, &[index], rows) else {
            unreachable!("the checker has asked each condition at every point");
        };
        let mut terms = Vec::new();
        rows.for_each(&mut |_, at| terms.push(at[0]));
        terms
    }

    fn unrolled_sum(
        &mut self,
        component: usize,
        (index, values): (IndexId, &[i64]),
        body: ExprId,
        env: &Env,
        span: Option<Span>,
    ) -> Result<Slot> {
        // What it is a sum of is there where it has a term.
        if values.is_empty() {
            return Ok(self.builders[component].constant(0));
        }
        if !self.free(body).contains(&index) {
            let slot = self.lower(component, body, env)?;
            return Ok(self.builders[component].scale(slot, values.len() as i64, span));
        }
        let (mut pairs, mut terms) = (Vec::new(), Vec::new());
        for &lane in values {
            let mut env = env.clone();
            env.insert(
                index,
                Bind {
                    form: IndexExpr::Constant(lane),
                    lane: true,
                },
            );
            if let [a, b] = self.factors(body)[..] {
                let (a, b) = (
                    self.lower(component, a, &env)?,
                    self.lower(component, b, &env)?,
                );
                let builder = &mut self.builders[component];
                if builder.degree(a) == 1 && builder.degree(b) == 1 {
                    pairs.push((a, b));
                } else {
                    terms.push(builder.mul(a, b, span));
                }
            } else {
                terms.push(self.lower(component, body, &env)?);
            }
        }
        Ok(self.builders[component].sum(pairs, terms, span))
    }
}
