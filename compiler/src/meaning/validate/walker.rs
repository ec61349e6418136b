//! Expressions in their scopes: what they read is there, and their conditions are static.

use crate::meaning::dims::max_sizes;
use crate::meaning::graph::{
    ExprId, ExprKind, Graph, IndexExpr, IndexId, Interval, Place, Reduction, Source,
};
use crate::meaning::index::{bounds, enumerated};
use crate::meaning::statics::is_static;

/// What a graph keeps. Beyond 64 bits there are limbs of it (spec 3.5).
const FAR: Interval = Interval::new(-(1 << 120), 1 << 120);

/// Not empty, and far from the ends of 128 bits.
pub(super) fn not_empty(name: &str, interval: Interval) -> Result<(), String> {
    if interval.lo > interval.hi {
        return Err(format!("the interval {interval} of `{name}` is empty"));
    }
    if FAR.meet(interval) != Some(interval) {
        return Err(format!(
            "the interval {interval} of `{name}` leaves 120 bits"
        ));
    }
    Ok(())
}

pub(super) struct Walker<'a> {
    pub(super) graph: &'a Graph,
    /// Values from here on cannot be read.
    pub(super) before: usize,
    /// A condition leaves points of the scope out: what subscripts come to there is of no account.
    pub(super) filtered: bool,
}

impl Walker<'_> {
    pub(super) fn space(&self, space: &[IndexId]) -> Result<(), String> {
        for (position, &index) in space.iter().enumerate() {
            if space[..position].contains(&index) || index.index() >= self.graph.indices.len() {
                return Err(format!("the index {} of its space is not its own", index.0));
            }
            self.step_in_scope(index, &space[..position])?;
        }
        Ok(())
    }

    fn step_in_scope(&self, index: IndexId, scope: &[IndexId]) -> Result<(), String> {
        let index = self.graph.index(index);
        match index.domain.follows() {
            Some(with) if !scope.contains(&with) => Err(format!(
                "`{}` stands outside of what it grows with",
                index.name
            )),
            _ => Ok(()),
        }
    }

    /// Expressions over a space, of which a condition leaves points out.
    pub(super) fn filtered(
        &mut self,
        space: &[IndexId],
        filter: Option<ExprId>,
        exprs: &[ExprId],
    ) -> Result<(), String> {
        let mut scope = space.to_vec();
        if let Some(filter) = filter {
            self.condition(filter, &mut scope)?;
        }
        let outer = self.filtered;
        self.filtered |= filter.is_some();
        let mut exprs = exprs.iter();
        let held = exprs.try_for_each(|&expr| self.expr(expr, &mut scope));
        self.filtered = outer;
        held
    }

    /// A condition that says which rows there are.
    fn condition(&mut self, id: ExprId, scope: &mut Vec<IndexId>) -> Result<(), String> {
        if !is_static(self.graph, id) {
            return Err("a condition of rows depends on an input".to_owned());
        }
        // The right side of a product is asked where the left one holds.
        let ExprKind::Mul(left, right) = self.graph.expr(id).kind else {
            return self.flag(id, scope);
        };
        self.condition(left, scope)?;
        let outer = std::mem::replace(&mut self.filtered, true);
        let held = self.condition(right, scope);
        self.filtered = outer;
        held
    }

    fn flag(&mut self, id: ExprId, scope: &mut Vec<IndexId>) -> Result<(), String> {
        self.expr(id, scope)?;
        match Interval::new(0, 1).meet(self.graph.expr(id).interval) {
            Some(within) if within == self.graph.expr(id).interval => Ok(()),
            _ => Err("a condition is not 0 or 1".to_owned()),
        }
    }

    fn expr(&mut self, id: ExprId, scope: &mut Vec<IndexId>) -> Result<(), String> {
        let Some(expr) = self.graph.exprs.get(id.index()) else {
            return Err(format!("the expression {} is not there", id.0));
        };
        not_empty("an expression", expr.interval)?;
        match &expr.kind {
            ExprKind::Index(index) => {
                self.index(index, scope)?;
            }
            ExprKind::Read { source, at } => {
                let sizes = self.sizes(*source);
                if sizes.as_ref().map(Vec::len) != Some(at.len()) {
                    return Err(format!(
                        "{source:?} of {sizes:?} is read with {} subscripts",
                        at.len()
                    ));
                }
                for (subscript, size) in at.iter().zip(sizes.unwrap_or_default()) {
                    let range = self.index(subscript, scope)?;
                    let outside = |range: Interval| range.lo < 0 || range.hi >= i128::from(size);
                    let tried = || enumerated(self.graph, subscript).is_none_or(outside);
                    if outside(range) && !self.filtered && tried() {
                        return Err(format!("a subscript goes over {range} in {size}"));
                    }
                }
            }
            ExprKind::Pick { source, at } => {
                let sizes = self.sizes(*source);
                if sizes.as_ref().map(Vec::len) != Some(at.len()) {
                    return Err(format!(
                        "{source:?} of {sizes:?} is picked from with {} subscripts",
                        at.len()
                    ));
                }
                let mut runs = false;
                for (place, size) in at.iter().zip(sizes.unwrap_or_default()) {
                    let range = match place {
                        Place::Known(subscript) => self.index(subscript, scope)?,
                        Place::Run(expr) => {
                            runs = true;
                            self.graph.expr(*expr).interval
                        }
                    };
                    let outside = |range: Interval| range.lo < 0 || range.hi >= i128::from(size);
                    let known = place.known();
                    let tried = known.is_some_and(|subscript| {
                        let range = enumerated(self.graph, subscript);
                        range.is_some_and(|range| !outside(range))
                    });
                    if outside(range) && !tried && !(known.is_some() && self.filtered) {
                        return Err(format!("a subscript goes over {range} in {size}"));
                    }
                }
                if !runs {
                    return Err("a pick of which every subscript is known".to_owned());
                }
            }
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => {
                if index.index() >= self.graph.indices.len() || scope.contains(index) {
                    return Err(format!("a reduction binds the index {} again", index.0));
                }
                self.step_in_scope(*index, scope)?;
                if let Some(within) = filter.scope {
                    self.condition(within, scope)?;
                }
                scope.push(*index);
                if let Some(rows) = filter.rows {
                    self.condition(rows, scope)?;
                }
                let outer = self.filtered;
                self.filtered |= filter.rows.is_some();
                if let Some(gate) = filter.gate {
                    if *op == Reduction::Sum {
                        return Err("a sum has a gate, and no factor".to_owned());
                    }
                    self.flag(gate, scope)?;
                }
                self.expr(*body, scope)?;
                self.filtered = outer;
                scope.pop();
            }
            ExprKind::Lookup { table, .. } if table.index() >= self.graph.tables.len() => {
                return Err(format!("the table {} is not there", table.0));
            }
            ExprKind::Divide { den, .. } if self.graph.expr(*den).interval.lo < 1 => {
                return Err("a divisor is not positive".to_owned());
            }
            _ => {}
        }
        if !matches!(expr.kind, ExprKind::Reduce { .. }) {
            for child in expr.kind.children() {
                self.expr(child, scope)?;
            }
        }
        Ok(())
    }

    /// The largest sizes of what can be read.
    fn sizes(&self, source: Source) -> Option<Vec<u64>> {
        match source {
            Source::Input(id) => {
                let input = self.graph.inputs.get(id.index());
                input.map(|input| input.shape.clone())
            }
            Source::State(id) => {
                let state = self.graph.states.get(id.index());
                let state = state.filter(|state| !state.is_counted())?;
                let part = |seed: &Source| match seed {
                    Source::Value(id) => id.index() < self.before,
                    _ => true,
                };
                // What a loop carries is in the order of its turns.
                let ordered = state.tiles.is_empty() || state.is_carried();
                if !ordered && !state.seeds.iter().all(part) {
                    return None;
                }
                Some(self.graph.state_sizes(id))
            }
            Source::Static(id) => {
                let fixed = self.graph.statics.get(id.index());
                fixed.map(|fixed| max_sizes(&fixed.dims))
            }
            Source::Value(id) if id.index() >= self.before => None,
            Source::Value(id) => {
                let value = self.graph.values.get(id.index());
                value.map(|value| self.graph.space_sizes(&value.space))
            }
        }
    }

    /// What an index expression may be.
    pub(super) fn index(&self, expr: &IndexExpr, scope: &[IndexId]) -> Result<Interval, String> {
        self.index_in(expr, scope)?;
        bounds(self.graph, expr).map_err(|beyond| format!("{beyond:?} leaves 64 bits"))
    }

    fn index_in(&self, expr: &IndexExpr, scope: &[IndexId]) -> Result<(), String> {
        match expr {
            IndexExpr::Index(index) if scope.contains(index) => Ok(()),
            IndexExpr::Index(index) => Err(format!("the index {} is not in scope", index.0)),
            IndexExpr::Constant(_) => Ok(()),
            IndexExpr::Add(a, b) | IndexExpr::Sub(a, b) | IndexExpr::Mul(a, b) => {
                self.index_in(a, scope)?;
                self.index_in(b, scope)
            }
            IndexExpr::Pow(a, b) => {
                if !matches!(**a, IndexExpr::Constant(base) if base > 0) {
                    return Err("a subscript is a power of no positive constant".to_owned());
                }
                if bounds(self.graph, b).is_ok_and(|b| b.lo < 0 && b.lo <= b.hi) {
                    return Err("a subscript has a negative power".to_owned());
                }
                self.index_in(b, scope)
            }
            IndexExpr::Div(a, b) | IndexExpr::Mod(a, b) => {
                if !matches!(**b, IndexExpr::Constant(divisor) if divisor > 0) {
                    return Err("a subscript is not divided by a positive constant".to_owned());
                }
                self.index_in(a, scope)
            }
        }
    }
}
