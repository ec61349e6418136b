//! Sums, maxima and minima over rows.

use super::contraction::mentions;
use super::form::{flat, identity, positions, Bind, Env};
use super::layout::{Home, Layout, Result};
use super::polynomial::UNROLLED;
use crate::circuit::bus::Lane;
use crate::circuit::field::P;
use crate::circuit::gadgets::maximum::Maximum;
use crate::circuit::names::{Element, Form, Slot};
use crate::circuit::operation::{Op, Term};
use crate::diagnostic::Span;
use crate::meaning::dims::max_sizes;
use crate::meaning::graph::{Domain, ExprId, ExprKind, IndexExpr, IndexId, Reduction};

impl Layout<'_> {
    /// Reads the reduction `id`, whose rows stand elsewhere, at the point that `env` names.
    pub(super) fn reduction_at(
        &mut self,
        component: usize,
        id: ExprId,
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let space = self.reduction(id)?;
        let at: Vec<Bind> = space
            .iter()
            .map(|index| match env.get(index) {
                Some(bind) => bind.clone(),
                None => unreachable!("a free index is bound"),
            })
            .collect();
        self.read(
            component,
            &Element::Reduction { expr: id, space },
            &at,
            span,
        )
    }

    /// Lays out a sum, maximum or minimum over rows; returns the space that it is defined over.
    pub(super) fn reduction(&mut self, id: ExprId) -> Result<Vec<IndexId>> {
        let graph = self.graph;
        let space = self.free(id);
        if self.reductions.contains_key(&id) {
            return Ok(space);
        }
        let ExprKind::Reduce {
            op,
            index,
            body,
            filter,
        } = graph.expr(id).kind
        else {
            unreachable!("a reduction");
        };
        let span = graph.expr(id).span;
        let proof = self.owner[&id];
        let dims = self.graph.dims(&space);
        let sizes = max_sizes(&dims);
        let label = self.label(&space);
        let homes = self.rows(&space, filter.scope, span)?;
        let home_component = self.component(homes, proof, &label);
        let at = positions(space.len());
        let element = Element::Reduction {
            expr: id,
            space: space.clone(),
        };
        let witness = self.witness(element.clone(), at.clone(), vec![]);
        let slot =
            self.builders[home_component].push(Op::Pinned { witness, lanes: 1 }, Some(span), 1);
        let home = Home {
            component: home_component,
            slot,
            at: at.clone(),
        };
        self.reductions.insert(id, home.clone());
        if let Some((contraction, lanes)) = self.evaluated.get(&id).cloned() {
            self.evaluate(id, &contraction, lanes, &space, &home)?;
            return Ok(space);
        }

        let lane = if op == Reduction::Sum {
            let conditions = [filter.rows, filter.scope].into_iter().flatten();
            let mut asked: Vec<IndexId> = conditions.flat_map(|it| self.free(it)).collect();
            asked.push(index);
            self.broadcast_index(&space, index, body, &asked)
        } else {
            None
        };
        let mut row_space: Vec<IndexId> =
            space.iter().copied().filter(|&i| Some(i) != lane).collect();
        row_space.push(index);
        row_space.sort_unstable();
        // A term that is left out has no row, and weighs nothing.
        let conditions = [filter.scope, filter.rows].into_iter().flatten();
        let terms = self.rows(&row_space, conditions, span)?;
        let label = self.label(&row_space);
        let rows = self.component(terms, proof, &label);
        let mut env = identity(&row_space);
        let family = self.family();
        let kept: Vec<usize> = (0..space.len())
            .filter(|&i| Some(space[i]) != lane)
            .collect();
        let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
        let address: Vec<Form> = kept.iter().map(|&i| env[&space[i]].form.clone()).collect();
        let address = self.builders[rows].form(&flat(&address, &kept_sizes));
        let home_address: Vec<Form> = kept.iter().map(|&i| at[i].clone()).collect();
        let home_address = self.builders[home_component].form(&flat(&home_address, &kept_sizes));

        if op != Reduction::Sum {
            let peak_at: Vec<Bind> = space.iter().map(|i| env[i].clone()).collect();
            let peak = self.read(rows, &element, &peak_at, span)?;
            let x = self.lower(rows, body, &env)?;
            let builder = &mut self.builders[rows];
            let difference = if op == Reduction::Max {
                builder.sub(peak, x, Some(span))
            } else {
                builder.sub(x, peak, Some(span))
            };
            let gate = match filter.gate {
                Some(gate) => {
                    let gate = self.lower(rows, gate, &env)?;
                    Some(self.builders[rows].column(gate, Some(span)))
                }
                None => None,
            };
            let builder = &mut self.builders[rows];
            let difference = match gate {
                Some(gate) => {
                    let difference = builder.column(difference, Some(span));
                    builder.mul(gate, difference, Some(span))
                }
                None => difference,
            };
            let interval = graph.expr(body).interval;
            let most = interval.hi - interval.lo;
            let mut first_space = space.clone();
            first_space.push(index);
            let first_at: Vec<Form> = first_space.iter().map(|i| env[i].form.clone()).collect();
            let first = self.witness(
                Element::First {
                    expr: id,
                    space: first_space,
                },
                first_at,
                vec![],
            );
            let bound = self.bounded(most, P - 1 - most, interval, span)?;
            self.builders[rows].maxima.push((
                Maximum {
                    difference,
                    gate,
                    bound: Some(bound),
                    first,
                    address,
                    family,
                },
                span,
            ));
            let builder = &mut self.builders[home_component];
            let one = builder.constant(1);
            builder.weigh(
                home_address,
                Term {
                    family,
                    negative: true,
                    lane: Lane::One,
                    value: one,
                },
            );
            return Ok(space);
        }

        let home_lane = match lane {
            None => {
                let value = self.lower(rows, body, &env)?;
                self.builders[rows].weigh(
                    address,
                    Term {
                        family,
                        negative: false,
                        lane: Lane::One,
                        value,
                    },
                );
                Lane::One
            }
            Some(lane_index) => {
                let Domain::Static(size) = graph.index(lane_index).domain else {
                    unreachable!("lanes are static");
                };
                for lane in 0..size {
                    env.insert(
                        lane_index,
                        Bind {
                            form: IndexExpr::Constant(lane as i64),
                            lane: true,
                        },
                    );
                    let value = self.lower(rows, body, &env)?;
                    self.builders[rows].weigh(
                        address,
                        Term {
                            family,
                            negative: false,
                            lane: Lane::Constant(lane as u32),
                            value,
                        },
                    );
                }
                let position = space.iter().position(|&i| i == lane_index).unwrap_or(0);
                self.lane_column(home_component, &at[position], size)
            }
        };
        self.builders[home_component].weigh(
            home_address,
            Term {
                family,
                negative: true,
                lane: home_lane,
                value: slot,
            },
        );
        Ok(space)
    }

    /// An index of `space` that some factor of the body does not depend on: its lanes stand in
    /// one row, so that the other factor is not copied for each of them.
    /// None that the sum's conditions ask for; and none where some factor depends on all: it stands
    /// in a row for each point, and the others come there.
    fn broadcast_index(
        &self,
        space: &[IndexId],
        index: IndexId,
        body: ExprId,
        asked: &[IndexId],
    ) -> Option<IndexId> {
        let mut leaves = Vec::new();
        self.leaves(body, &mut leaves);
        if self.stands_everywhere(body, &[space, &[index]].concat()) {
            return None;
        }
        space.iter().rev().copied().find(|&index| {
            let small =
                matches!(self.graph.index(index).domain, Domain::Static(n) if n <= UNROLLED);
            let mut others = self.graph.indices.iter();
            let is_step = others.any(|other| other.domain.follows() == Some(index));
            small
                && !is_step
                && !asked.contains(&index)
                && leaves.iter().any(|leaf| !leaf.contains(&index))
                && leaves.iter().any(|leaf| leaf.contains(&index))
        })
    }

    /// Whether a polynomial reads an element whose subscripts have all of these indices.
    fn stands_everywhere(&self, expr: ExprId, all: &[IndexId]) -> bool {
        let kind = &self.graph.expr(expr).kind;
        if let ExprKind::Read { .. } | ExprKind::Pick { .. } = kind {
            let own = mentions(self.graph, expr);
            return all.iter().all(|index| own.contains(index));
        }
        let mut parts = kind.proved().into_iter();
        parts.any(|part| self.stands_everywhere(part, all))
    }

    /// The free indices of every element that a polynomial reads.
    pub(super) fn leaves(&self, expr: ExprId, leaves: &mut Vec<Vec<IndexId>>) {
        if let ExprKind::Read { .. } | ExprKind::Pick { .. } = self.graph.expr(expr).kind {
            leaves.push(self.free(expr));
        }
        for child in self.graph.expr(expr).kind.proved() {
            self.leaves(child, leaves);
        }
    }
}
