//! Sums of products that are checked at a random point: only operands and result are committed
//! (spec 4.9 and 5.7).

use super::builder::Builder;
use super::contraction::Contraction;
use super::form::{fold, identity, Bind, Env};
use super::layout::{Home, Layout, Result};
use crate::circuit::bus::{Folded, Lane, Pole};
use crate::circuit::component::Fixed;
use crate::circuit::names::{Form, Slot};
use crate::circuit::operation::{Op, Term};
use crate::meaning::dims::product;
use crate::meaning::graph::{ExprId, IndexExpr, IndexId};

impl Layout<'_> {
    /// Ties a contraction's result, at `home`, to its operands (spec 5.7).
    pub(super) fn evaluate(
        &mut self,
        id: ExprId,
        contraction: &Contraction,
        lanes: u32,
        space: &[IndexId],
        home: &Home,
    ) -> Result<()> {
        let span = self.graph.expr(id).span;
        let result = self.family();
        // The result: minus delta^result * C / (its row's pole, its column's lane).
        let env: Env = space
            .iter()
            .zip(&home.at)
            .map(|(&index, form)| {
                let form = form.clone();
                (index, Bind { form, lane: false })
            })
            .collect();
        // In the order of the program's indices, as all other sums at the same point.
        let mut of_row: Vec<IndexId> = [&contraction.batch[..], &contraction.rows].concat();
        of_row.sort_unstable();
        let (row, column) = (
            self.number(&of_row, &env),
            self.number(&contraction.columns, &env),
        );
        let size = self.points(&contraction.columns);
        let lane = match column {
            IndexExpr::Constant(lane) => Lane::Constant(lane as u32),
            _ => self.lane_column(home.component, &column, size),
        };
        let builder = &mut self.builders[home.component];
        let address = builder.form(&row);
        builder.weigh(
            address,
            Term {
                family: result,
                negative: true,
                lane,
                value: home.slot,
            },
        );

        let segments = self.segments(id, contraction, lanes)?;
        self.lanes = self.lanes.max((segments.length * segments.right) as u32);
        let component = segments.component;
        // Where the operands stand in their segment.
        let rows = self.inner(&contraction.rows);
        let rows = match contraction.causal {
            Some(seeded) => {
                IndexExpr::Add(Box::new(rows), Box::new(IndexExpr::Constant(seeded as i64)))
            }
            None => rows,
        };
        let columns = self.inner(&contraction.columns);
        let lanes = (segments.left, segments.right);
        let apart = |indices| match contraction.causal {
            Some(_) => None,
            None => Some(indices),
        };
        let (along, across) = (
            apart(&contraction.rows[..]),
            apart(&contraction.columns[..]),
        );
        let left = self.copies(&segments, lanes.0, &contraction.left, along, rows, span)?;
        let right = self.copies(
            &segments,
            lanes.1,
            &contraction.right,
            across,
            columns,
            span,
        )?;

        // A row's number and a column's, at every position of a component's row.
        let inner = match segments.length {
            1 => IndexExpr::Constant(0),
            _ => IndexExpr::Index(IndexId(segments.sizes.len() as u32)),
        };
        let shift = contraction.causal.unwrap_or(0) as i64;
        let at = |lane: u64, lanes: u64| {
            let scaled = IndexExpr::Mul(
                Box::new(inner.clone()),
                Box::new(IndexExpr::Constant(lanes as i64)),
            );
            let lane = IndexExpr::Constant(lane as i64);
            fold(IndexExpr::Add(Box::new(fold(scaled)), Box::new(lane)))
        };
        let row_at = |lane: u64| {
            let shift = IndexExpr::Constant(shift);
            let position = fold(IndexExpr::Sub(Box::new(at(lane, lanes.0)), Box::new(shift)));
            let mut env: Env = identity(&contraction.batch);
            for (index, form) in self.apart(&contraction.rows, &position) {
                env.insert(index, Bind { form, lane: false });
            }
            self.number(&of_row, &env)
        };
        let rows: Vec<Form> = (0..lanes.0).map(row_at).collect();
        let columns: Vec<Form> = (0..lanes.1).map(|lane| at(lane, lanes.1)).collect();
        // Lanes of one index lie evenly apart.
        let apart = match contraction.rows[..] {
            [row] => {
                let later = of_row.iter().filter(|&&index| index > row);
                Some(product(later.map(|&i| self.extent(i))) as i64)
            }
            _ => None,
        };
        let builder = &mut self.builders[component];
        let mut each = |forms: &[Form], apart: Option<i64>| -> Vec<Slot> {
            let first = builder.form(&forms[0]);
            let mut slots = vec![first];
            for (lane, form) in (1..).zip(&forms[1..]) {
                slots.push(match apart {
                    Some(apart) => builder.offset(first, apart * lane),
                    None => builder.form(form),
                });
            }
            slots
        };
        let (rows, columns) = (each(&rows, apart), each(&columns, Some(1)));
        // Two poles a weight: more would raise its rule's degree.
        let folded = |builder: &mut Builder, poles: Vec<Pole<Slot>>, values: &[Slot]| {
            let mut terms = Vec::new();
            for (poles, values) in poles.chunks(2).zip(values.chunks(2)) {
                let weight = builder.weight(poles.to_vec());
                terms.extend((0..).zip(values).map(|(pole, &value)| Folded {
                    weight,
                    pole,
                    value,
                }));
            }
            terms
        };
        let lanes = columns.iter().copied().map(Pole::Lane).collect();
        let right = folded(builder, lanes, &right);
        if contraction.causal.is_some() {
            let stages: Vec<_> = right.into_iter().map(|term| vec![term]).collect();
            let first = builder.fold(stages);
            for (stage, (&address, &value)) in rows.iter().zip(&left).enumerate() {
                builder.weigh(
                    address,
                    Term {
                        family: result,
                        negative: false,
                        lane: Lane::Fold(first + stage),
                        value,
                    },
                );
            }
        } else {
            let addresses = rows.iter().copied().map(Pole::Address).collect();
            let left = folded(builder, addresses, &left);
            let left = builder.fold(vec![left]);
            let right = builder.fold(vec![right]);
            let end = builder.fixed(Fixed::End);
            let product = Op::Product {
                family: result,
                end,
                left,
                right,
            };
            builder.push(product, Some(span), 0);
        }
        Ok(())
    }
}
