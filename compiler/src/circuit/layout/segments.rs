//! The segments of a contraction, and the copies of its operands in them, each tied to its home.

use super::builder::Builder;
use super::contraction::{grows, Contraction, Operand};
use super::form::{fold, identity, positions, Bind, Env, Fold};
use super::layout::{Layout, Result};
use crate::circuit::bus::Lane;
use crate::circuit::component::Fixed;
use crate::circuit::field::P;
use crate::circuit::names::{Element, Form, Slot};
use crate::circuit::operation::Term;
use crate::diagnostic::Span;
use crate::meaning::dims::{product, Dim};
use crate::meaning::graph::{Domain, ExprId, ExprKind, IndexExpr, IndexId, Source, StaticExpr};
use crate::meaning::statics::{closed, Forms};

/// The component that checks a contraction: a segment for every point of the batch and the
/// contracted indices, each with `length` rows.
pub(super) struct Segments {
    pub(super) component: usize,
    of: Vec<IndexId>,
    pub(super) sizes: Vec<u64>,
    pub(super) length: u64,
    /// Elements of each operand in a row.
    pub(super) left: u64,
    pub(super) right: u64,
}

impl Layout<'_> {
    pub(super) fn segments(
        &mut self,
        id: ExprId,
        contraction: &Contraction,
        lanes: u32,
    ) -> Result<Segments> {
        let of: Vec<IndexId> = [&contraction.batch[..], &contraction.contracted].concat();
        let sizes: Vec<u64> = of.iter().map(|&i| self.extent(i)).collect();
        let (rows, columns) = (
            self.points(&contraction.rows)
                .saturating_add(contraction.causal.unwrap_or(0)),
            self.points(&contraction.columns),
        );
        let longest = rows.max(columns).max(1);
        let length = longest.div_ceil(u64::from(lanes).clamp(1, longest));
        // A causal sum meets rows and columns position by position.
        let (left, right) = match contraction.causal {
            Some(_) => (longest.div_ceil(length), longest.div_ceil(length)),
            None => (
                rows.div_ceil(length).max(1),
                columns.div_ceil(length).max(1),
            ),
        };
        let mut dims: Vec<Dim> = sizes.iter().map(|&n| Dim::Static(n)).collect();
        dims.push(Dim::Static(length));
        let positions = product([length, left.max(right)].iter().chain(&sizes).copied());
        if i128::from(positions) >= P {
            return Err(self.too_many_rows("segments", positions));
        }
        let proof = self.owner[&id];
        let key = (dims.clone(), proof);
        let component = match self.segments_of.get(&key) {
            Some(&component) => component,
            None => {
                let label = format!("segments of {}", self.label(&of));
                let mut builder = Builder::new(label, proof, dims.into());
                builder.gated = false;
                self.builders.push(builder);
                self.segments_of.insert(key, self.builders.len() - 1);
                self.builders.len() - 1
            }
        };
        Ok(Segments {
            component,
            of,
            sizes,
            length,
            left,
            right,
        })
    }

    /// Copies of an operand's elements, so many `lanes` a row, each tied to its home at its position:
    /// the segment's number, and `inner`, a function of the operand's indices.
    pub(super) fn copies(
        &mut self,
        segments: &Segments,
        lanes: u64,
        operand: &Operand,
        along: Option<&[IndexId]>,
        inner: IndexExpr,
        span: Span,
    ) -> Result<Vec<Slot>> {
        if operand.rows.is_none() && operand.factors.iter().all(|f| self.statics[f.index()]) {
            if let Some(slots) = self.fixed_operand(segments, lanes, operand, along) {
                return Ok(slots);
            }
        }
        let width = (segments.length * lanes) as i64;
        let segment = segments.of.iter().zip(&segments.sizes);
        let place = segment.fold(IndexExpr::Constant(0), |number, (&index, &size)| {
            let scaled =
                IndexExpr::Mul(Box::new(number), Box::new(IndexExpr::Constant(size as i64)));
            IndexExpr::Add(Box::new(scaled), Box::new(IndexExpr::Index(index)))
        });
        let place = IndexExpr::Add(
            Box::new(IndexExpr::Mul(
                Box::new(place),
                Box::new(IndexExpr::Constant(width)),
            )),
            Box::new(inner),
        );
        let (tie, name) = self.tie(segments.component, operand, &place, span)?;
        let builder = &mut self.builders[segments.component];
        let first = builder.fixed(Fixed::Number(lanes));
        Ok((0..lanes as i64)
            .map(|lane| {
                let address = builder.offset(first, lane);
                builder.copy(tie, address, &name, Some(span))
            })
            .collect())
    }

    /// An operand that is known when the key is made, as fixed columns of the segments: no home, no
    /// tie. Its positions in a segment are the points of the indices `along`; behind the last of them
    /// it is 0, as a copy is that nothing is tied to. `None` for a causal sum, whose operands stand at
    /// positions of their own, and where an index runs over a cache that grows: some points are none.
    fn fixed_operand(
        &mut self,
        segments: &Segments,
        lanes: u64,
        operand: &Operand,
        along: Option<&[IndexId]>,
    ) -> Option<Vec<Slot>> {
        let along = along?;
        if operand
            .space
            .iter()
            .any(|&index| grows(self.graph, index).is_some())
        {
            return None;
        }
        let rank = segments.sizes.len() + 1;
        let row = match segments.length {
            1 => IndexExpr::Constant(0),
            _ => IndexExpr::Index(IndexId(rank as u32 - 1)),
        };
        let points = self.points(along);
        let mut columns = Vec::new();
        for lane in 0..lanes {
            let by = |a: IndexExpr, b: u64| (Box::new(a), Box::new(IndexExpr::Constant(b as i64)));
            let (a, b) = by(row.clone(), lanes);
            let (a, b) = by(fold(IndexExpr::Mul(a, b)), lane);
            let position = fold(IndexExpr::Add(a, b));
            let mut forms: Forms = segments
                .of
                .iter()
                .copied()
                .zip(positions(rank - 1))
                .collect();
            forms.extend(self.apart(along, &position));
            let scale = (operand.scale != 1).then_some(StaticExpr::Constant(operand.scale));
            let factors = operand.factors.iter();
            let factors = factors.map(|&factor| closed(self.graph, factor, &forms, rank));
            let factors: Vec<StaticExpr> = factors.collect::<Option<_>>()?;
            let product = factors.into_iter().chain(scale);
            let expr = product.reduce(|a, b| StaticExpr::Mul(Box::new(a), Box::new(b)))?;
            let whole = segments.length * lanes <= points;
            let within = (!whole).then_some((position, points));
            columns.push(Fixed::Static { expr, within });
        }
        let builder = &mut self.builders[segments.component];
        Some(
            columns
                .into_iter()
                .map(|column| builder.fixed(column))
                .collect(),
        )
    }

    /// Weighs every element of an operand away, once, at `place`, a function of its indices.
    /// Returns the family and the operand's name.
    fn tie(
        &mut self,
        segments: usize,
        operand: &Operand,
        place: &IndexExpr,
        span: Span,
    ) -> Result<(u32, String)> {
        if let Some((element, subscripts)) = self.whole_tensor(operand) {
            // By subscripts, not indices: another sum over the same tensor has its own indices.
            let by_subscript: Env = subscripts
                .iter()
                .zip(positions(subscripts.len()))
                .map(|(&index, form)| (index, Bind { form, lane: false }))
                .collect();
            let place = Fold::new(&by_subscript).bind(place).form;
            let name = self.name_of(&element);
            let key = (element.clone(), place.clone(), segments);
            if let Some(&tie) = self.ties.get(&key) {
                return Ok((tie, name));
            }
            let tie = self.family();
            self.ties.insert(key, tie);
            for home in self.homes(&element)? {
                let at: Env = (0u32..)
                    .map(IndexId)
                    .zip(&home.at)
                    .map(|(p, form)| {
                        let form = form.clone();
                        (p, Bind { form, lane: false })
                    })
                    .collect();
                let address = Fold::new(&at).bind(&place).form;
                self.weigh_away(home.component, &address, tie, home.slot);
            }
            return Ok((tie, name));
        }
        // An expression: a row for each of its points. No copy is tied to one without.
        let rows = match operand.rows {
            Some(rows) => self.rows(&operand.space, [rows], span)?,
            None => self.operand_dims(&operand.space).into(),
        };
        let label = self.label(&operand.space);
        let proof = self.owner[&operand.factors[0]];
        let component = self.component(rows, proof, &label);
        let env = identity(&operand.space);
        let mut product: Option<Slot> = None;
        for &factor in &operand.factors {
            let slot = self.lower(component, factor, &env)?;
            let builder = &mut self.builders[component];
            product = Some(match product {
                Some(other) => builder.mul(other, slot, Some(span)),
                None => slot,
            });
        }
        let builder = &mut self.builders[component];
        let slot = match product {
            Some(slot) => builder.scale(slot, operand.scale, Some(span)),
            None => builder.constant(operand.scale),
        };
        let tie = self.family();
        let address = Fold::new(&env).bind(place).form;
        self.weigh_away(component, &address, tie, slot);
        Ok((tie, "operand".into()))
    }

    fn weigh_away(&mut self, component: usize, address: &Form, tie: u32, value: Slot) {
        let builder = &mut self.builders[component];
        let address = builder.form(address);
        let term = Term {
            family: tie,
            negative: true,
            lane: Lane::One,
            value,
        };
        builder.weigh(address, term);
    }

    /// The tensor that an operand is, every element once, with the index of every subscript.
    fn whole_tensor(&self, operand: &Operand) -> Option<(Element, Vec<IndexId>)> {
        let ([factor], 1, None) = (&operand.factors[..], operand.scale, operand.rows) else {
            return None;
        };
        let ExprKind::Read { source, at } = &self.graph.expr(*factor).kind else {
            return None;
        };
        let mut subscripts = Vec::new();
        for subscript in at {
            match subscript {
                IndexExpr::Index(index) if !subscripts.contains(index) => subscripts.push(*index),
                _ => return None,
            }
        }
        if subscripts.len() < operand.space.len() {
            return None;
        }
        let domain = |index: IndexId| self.graph.index(index).domain;
        let same = match source {
            Source::Value(id) => {
                let value = self.graph.value(*id);
                // Where it does not grow with one of them, it is whole.
                let growth = |index: IndexId, step: &dyn Fn(IndexId) -> Option<usize>| match grows(
                    self.graph, index,
                ) {
                    Some((by, seeded)) if step(by).is_some() => (step(by), seeded),
                    _ => (None, self.extent(index)),
                };
                let place = |space: &[IndexId], step| space.iter().position(|&i| i == step);
                !self.is_inlined(*id)
                    && value.space.iter().zip(&subscripts).all(|(&own, &read)| {
                        growth(own, &|step| place(&value.space, step))
                            == growth(read, &|step| place(&subscripts, step))
                    })
            }
            Source::Input(id) if !self.graph.input(*id).growing.is_empty() => {
                let dims = self.graph.input(*id).dims();
                dims.iter().zip(&subscripts).all(|(&dim, &read)| {
                    match (dim, grows(self.graph, read)) {
                        (Dim::Growing { base, position }, Some((step, seeded))) => {
                            base == seeded + 1 && subscripts[position] == step
                        }
                        (Dim::Static(size), None) => size == self.extent(read),
                        _ => false,
                    }
                })
            }
            Source::Static(_) => return None,
            Source::Input(_) | Source::State(_) => {
                let dims = self.element_dims(&Element::Of(*source));
                dims.iter().zip(&subscripts).all(|(dim, &read)| {
                    // With its step among them, a cache is read only as far as it has grown.
                    if grows(self.graph, read).is_some_and(|(step, _)| subscripts.contains(&step)) {
                        return false;
                    }
                    let whole = !matches!(domain(read), Domain::Cache { .. })
                        || matches!(source, Source::State(_));
                    whole && *dim == Dim::Static(self.extent(read))
                })
            }
        };
        same.then_some((Element::Of(*source), subscripts))
    }

    /// The dimensions of an operand's rows: a cache that does not grow among them is whole.
    fn operand_dims(&self, space: &[IndexId]) -> Vec<Dim> {
        space
            .iter()
            .map(|&index| match grows(self.graph, index) {
                Some((step, seeded)) => match space.iter().position(|&other| other == step) {
                    Some(position) => Dim::Growing {
                        base: seeded + 1,
                        position,
                    },
                    None => Dim::Static(self.extent(index)),
                },
                None => Dim::Static(self.extent(index)),
            })
            .collect()
    }
}
