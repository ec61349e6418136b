//! Sums of products that are checked at a random point: only operands and result are committed
//! (spec 4.9 and 5.7).

use super::*;
use crate::circuit::row::{Folded, Pole};
use crate::meaning::index::WORD;

/// `sum over contracted of left * right`, told apart by which operand depends on what.
#[derive(Clone, Debug)]
pub(super) struct Contraction {
    contracted: Vec<IndexId>,
    /// What both operands depend on, besides the contracted indices.
    batch: Vec<IndexId>,
    /// What only the left one depends on.
    rows: Vec<IndexId>,
    /// What only the right one depends on.
    columns: Vec<IndexId>,
    left: Operand,
    right: Operand,
    /// The column runs over a cache that grows with the row: row t meets the columns up to
    /// this many entries beyond t.
    causal: Option<u64>,
}

/// A product of expressions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Operand {
    factors: Vec<ExprId>,
    scale: i64,
    space: Vec<IndexId>,
}

/// The sums of products that can be evaluated at a random point, in the order in which the
/// program's values and assertions hold them: what [`Choices::contract`] decides.
pub fn contractions(graph: &Graph) -> Vec<ExprId> {
    told_apart(graph).into_iter().map(|(id, _)| id).collect()
}

/// The [`contractions`], each with what it is.
pub(super) fn told_apart(graph: &Graph) -> Vec<(ExprId, Contraction)> {
    fn walk(graph: &Graph, expr: ExprId, found: &mut Vec<(ExprId, Contraction)>) {
        let mut known = found.iter().any(|(id, _)| *id == expr);
        if !known {
            if let Some(contraction) = contraction(graph, expr) {
                found.push((expr, contraction));
                known = true;
            }
        }
        let mut inner = expr;
        if known {
            // The sums inside are part of it.
            while let ExprKind::Reduce { body, .. } = graph.expr(inner).kind {
                inner = body;
            }
        }
        for child in graph.expr(inner).kind.children() {
            walk(graph, child, found);
        }
    }
    let mut found = Vec::new();
    for value in &graph.values {
        walk(graph, value.expr, &mut found);
    }
    for assert in &graph.asserts {
        walk(graph, assert.left, &mut found);
        walk(graph, assert.right, &mut found);
    }
    found
}

/// The contraction that an expression is, if it is one that can be evaluated.
fn contraction(graph: &Graph, id: ExprId) -> Option<Contraction> {
    let (mut contracted, mut body) = (Vec::new(), id);
    while let ExprKind::Reduce {
        op: Reduction::Sum,
        index,
        body: inner,
    } = graph.expr(body).kind
    {
        contracted.push(index);
        body = inner;
    }
    if contracted.is_empty() {
        return None;
    }
    let (mut factors, mut scale) = (Vec::new(), 1i64);
    if !flatten(graph, body, &mut factors, &mut scale) {
        return None;
    }
    // The operands: what depends on as much as the factor that depends on most, and the rest.
    let spaces: Vec<Vec<IndexId>> = factors.iter().map(|&f| mentions(graph, f)).collect();
    let widest = (0..factors.len()).rev().max_by_key(|&i| spaces[i].len())?;
    let within = |space: &[IndexId]| space.iter().all(|i| spaces[widest].contains(i));
    let operand = |inside: bool, scale: i64| {
        let chosen = (0..factors.len()).filter(|&i| within(&spaces[i]) == inside);
        let chosen: Vec<usize> = chosen.collect();
        let mut space: Vec<IndexId> = chosen.iter().flat_map(|&i| spaces[i].clone()).collect();
        space.sort_unstable();
        space.dedup();
        Operand {
            factors: chosen.into_iter().map(|i| factors[i]).collect(),
            scale,
            space,
        }
    };
    let (mut left, mut right) = (operand(true, scale), operand(false, 1));
    // A factor within the widest may be all that depends on it less: two of the same space are
    // one operand, and a second factor that is smaller is the other.
    if right.factors.is_empty() {
        let smaller: Vec<usize> = (0..factors.len())
            .filter(|&i| spaces[i].len() < spaces[widest].len())
            .collect();
        let [only] = smaller[..] else { return None };
        left.factors.retain(|&f| f != factors[only]);
        right.factors.push(factors[only]);
        right.space.clone_from(&spaces[only]);
    }
    let both = |i: &IndexId| left.space.contains(i) && right.space.contains(i);
    if !contracted.iter().all(both) {
        return None;
    }
    let free = |space: &[IndexId], other: &[IndexId]| -> Vec<IndexId> {
        let outer = space.iter().filter(|i| !contracted.contains(i));
        outer.filter(|i| !other.contains(i)).copied().collect()
    };
    let batch: Vec<IndexId> = left.space.iter().copied().filter(both).collect();
    let mut batch = free(&batch, &[]);
    let (mut rows, mut columns) = (
        free(&left.space, &right.space),
        free(&right.space, &left.space),
    );
    let mut all: Vec<IndexId> = [&batch[..], &rows, &columns].concat();
    all.sort_unstable();
    let mut space = Vec::new();
    graph.free_indices(id, &mut Vec::new(), &mut space);
    space.sort_unstable();
    space.dedup();
    if all != space || (rows.is_empty() && columns.is_empty()) {
        return None;
    }
    // A cache's index on one side whose step is on the other: the cache's side is the columns.
    let meets = |caches: &[IndexId], steps: &[IndexId]| {
        caches
            .iter()
            .any(|&i| grows(graph, i).is_some_and(|(step, _)| steps.contains(&step)))
    };
    if rows.is_empty() || meets(&rows, &columns) {
        std::mem::swap(&mut left, &mut right);
        std::mem::swap(&mut rows, &mut columns);
    }
    if meets(&rows, &columns) {
        return None;
    }
    let grown = columns.iter().find_map(|&column| {
        let (step, seeded) = grows(graph, column)?;
        rows.contains(&step).then_some((step, column, seeded))
    });
    let causal = grown.map(|(step, column, seeded)| {
        // A row is a step and a column an entry. What else one operand depends on tells segments
        // apart, with the other operand repeated.
        let others = |of: &[IndexId], one: IndexId| -> Vec<IndexId> {
            of.iter().copied().filter(|&index| index != one).collect()
        };
        for (indices, operand) in [
            (others(&rows, step), &mut right),
            (others(&columns, column), &mut left),
        ] {
            operand.space.extend(&indices);
            operand.space.sort_unstable();
            batch.extend(indices);
        }
        (rows, columns) = (vec![step], vec![column]);
        seeded
    });
    if !multiplies(graph, &left) || !multiplies(graph, &right) {
        return None;
    }
    Some(Contraction {
        contracted,
        batch,
        rows,
        columns,
        left,
        right,
        causal,
    })
}

/// Whether an operand's factors are multiplied within 64 bits: as one product, which the program
/// need not have in it.
fn multiplies(graph: &Graph, operand: &Operand) -> bool {
    let factors = operand.factors.iter().map(|&f| graph.expr(f).interval);
    let factors = factors.chain([Interval::point(operand.scale.into())]);
    let within = |product: Interval, factor: Interval| {
        let product = product.times(factor);
        product.filter(|&product| WORD.meet(product) == Some(product))
    };
    factors
        .into_iter()
        .try_fold(Interval::point(1), within)
        .is_some()
}

/// The factors of a product; false if a constant does not fit the field.
fn flatten(graph: &Graph, id: ExprId, factors: &mut Vec<ExprId>, scale: &mut i64) -> bool {
    match graph.expr(id).kind {
        ExprKind::Mul(a, b) => {
            flatten(graph, a, factors, scale) && flatten(graph, b, factors, scale)
        }
        ExprKind::Constant(value) => {
            let product = value.checked_mul(i128::from(*scale));
            match product.filter(|p| p.abs() < P) {
                Some(product) => *scale = product as i64,
                None => return false,
            }
            true
        }
        _ => {
            factors.push(id);
            true
        }
    }
}

/// The indices that an expression's elements depend on, in order. Unlike its free indices, not
/// the step of a cache that it only reads from.
fn mentions(graph: &Graph, id: ExprId) -> Vec<IndexId> {
    fn walk(graph: &Graph, id: ExprId, bound: &mut Vec<IndexId>, found: &mut Vec<IndexId>) {
        let mut note = |index: IndexId, bound: &[IndexId]| {
            if !bound.contains(&index) {
                found.push(index);
            }
            // A sum inside may stand in rows of its own, which know the steps of all its caches.
            if let (Domain::Cache { step, .. }, false) =
                (graph.index(index).domain, bound.is_empty())
            {
                found.push(step);
            }
        };
        match &graph.expr(id).kind {
            ExprKind::Index(subscript) => subscript.indices(&mut |i| note(i, bound)),
            ExprKind::Read { at, .. } => {
                at.iter().for_each(|s| s.indices(&mut |i| note(i, bound)));
            }
            ExprKind::Reduce { index, .. } => {
                if let Domain::Cache { step, .. } = graph.index(*index).domain {
                    note(step, bound);
                }
                bound.push(*index);
            }
            _ => {}
        }
        for child in graph.expr(id).kind.children() {
            walk(graph, child, bound, found);
        }
        if matches!(graph.expr(id).kind, ExprKind::Reduce { .. }) {
            bound.pop();
        }
    }
    let mut found = Vec::new();
    walk(graph, id, &mut Vec::new(), &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

/// The step and the seeds of an index over a cache that grows.
fn grows(graph: &Graph, index: IndexId) -> Option<(IndexId, u64)> {
    match graph.index(index).domain {
        Domain::Cache { state, step } => {
            let state = graph.state(state);
            state.append.as_ref().map(|_| (step, state.seeded))
        }
        Domain::Static(_) => None,
    }
}

/// The component that checks a contraction: a segment for every point of the batch and the
/// contracted indices, each with `length` rows.
struct Segments {
    component: usize,
    of: Vec<IndexId>,
    sizes: Vec<u64>,
    length: u64,
    /// Elements of each operand in a row.
    left: u64,
    right: u64,
}

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
        let left = self.copies(&segments, lanes.0, &contraction.left, rows, span)?;
        let right = self.copies(&segments, lanes.1, &contraction.right, columns, span)?;

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

    fn segments(&mut self, id: ExprId, contraction: &Contraction, lanes: u32) -> Result<Segments> {
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
                let mut builder = Builder::new(label, proof, dims);
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
    fn copies(
        &mut self,
        segments: &Segments,
        lanes: u64,
        operand: &Operand,
        inner: IndexExpr,
        span: Span,
    ) -> Result<Vec<Slot>> {
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
        // An expression: a row for each of its points.
        let dims: Vec<Dim> = self.operand_dims(&operand.space);
        let label = self.label(&operand.space);
        let proof = self.owner[&operand.factors[0]];
        let component = self.component(dims, proof, &label);
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
        let ([factor], 1) = (&operand.factors[..], operand.scale) else {
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
                let growth = |index: IndexId, step: &dyn Fn(IndexId) -> Option<usize>| match grows(
                    self.graph, index,
                ) {
                    Some((by, seeded)) => (step(by), seeded),
                    None => (None, self.extent(index)),
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

    /// The most values that an index takes.
    fn extent(&self, index: IndexId) -> u64 {
        match self.graph.index(index).domain {
            Domain::Static(size) => size,
            Domain::Cache { state, .. } => self.entries_of(state),
        }
    }

    /// The indices of the point of this number.
    fn apart(&self, indices: &[IndexId], number: &Form) -> Vec<(IndexId, Form)> {
        let mut each = Vec::new();
        let mut below = 1;
        for (position, &index) in indices.iter().enumerate().rev() {
            let by = |a: Form, b: u64| (Box::new(a), Box::new(IndexExpr::Constant(b as i64)));
            let (a, b) = by(number.clone(), below);
            let mut form = fold(IndexExpr::Div(a, b));
            if position > 0 {
                let (a, b) = by(form, self.extent(index));
                form = fold(IndexExpr::Mod(a, b));
            }
            each.push((index, form));
            below *= self.extent(index);
        }
        each
    }

    fn points(&self, indices: &[IndexId]) -> u64 {
        product(indices.iter().map(|&i| self.extent(i)))
    }

    /// The number of a point of `indices` under `env`.
    fn number(&self, indices: &[IndexId], env: &Env) -> Form {
        Fold::new(env).bind(&self.inner(indices)).form
    }

    /// The number of a point of `indices`.
    fn inner(&self, indices: &[IndexId]) -> IndexExpr {
        let sizes: Vec<u64> = indices.iter().map(|&i| self.extent(i)).collect();
        let at: Vec<Form> = indices.iter().map(|&i| IndexExpr::Index(i)).collect();
        flat(&at, &sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `batch | contracted | rows | columns` of every sum that can be evaluated; rows with the
    /// seeds that they are shifted by.
    fn parts(body: &str) -> Vec<String> {
        let source = format!(
            "circuit test(n = 3, m = 2, seeded = 2) {{
            private input x[n, m]    : -9..=9
            private input y[m, n]    : -9..=9
            private input z[n, m, n] : -9..=9
            private input v[m]       : -9..=9
            private input seed[seeded, m] : -9..=9
            state keys = seed
            {body} }}"
        );
        let (_, graph) = crate::analyse(&source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
        let names = |of: &[IndexId]| -> String {
            let names = of.iter().map(|&i| graph.index(i).name.as_str());
            names.collect::<Vec<_>>().join(",")
        };
        let found = contractions(&graph).into_iter();
        let parts = found.filter_map(|id| contraction(&graph, id));
        parts
            .map(|c| {
                let shift = c.causal.map(|seeded| format!("+{seeded}"));
                format!(
                    "{} | {} | {}{} | {}",
                    names(&c.batch),
                    names(&c.contracted),
                    names(&c.rows),
                    shift.unwrap_or_default(),
                    names(&c.columns)
                )
            })
            .collect()
    }

    fn product(left: &str, body: &str) -> Vec<String> {
        parts(&format!(
            "public output o[n, n] o[i in n, j in n] = {left}{body}"
        ))
    }

    #[test]
    fn operands_are_told_apart_by_what_they_depend_on() {
        assert_eq!(
            product("", "sum(k in m) x[i, k] * y[k, j]"),
            [" | k | i | j"]
        );
        assert_eq!(
            product("3 * ", "sum(k in m) 2 * y[k, j] * x[i, k]"),
            [" | k | j | i"]
        );
        assert_eq!(
            product("", "sum(k in m) z[i, k, j] * v[k]"),
            [" | k | i,j | "]
        );
        assert_eq!(
            product("", "sum(k in m) z[i, k, j] * x[j, k]"),
            ["j | k | i | "]
        );
        assert_eq!(
            product("", "sum(k in m, l in n) z[i, k, l] * z[j, k, l]"),
            [" | k,l | i | j"]
        );
    }

    #[test]
    fn a_sum_of_results_is_one_over_them() {
        let outer = "sum(l in n) sum(k in m) x[l, k] * y[k, j]";
        assert_eq!(product("", outer), [" | k | l | j"]);
    }

    #[test]
    fn other_sums_are_not_contractions() {
        for body in [
            "sum(k in m) x[i, k]",
            "sum(k in m) x[i, k] * x[i, k]",
            "sum(k in m) v[k] * v[k]",
            "sum(k in m) (x[i, k] * y[k, j] + 1)",
            "max(k in m) x[i, k] * y[k, j]",
        ] {
            assert!(product("", body).is_empty(), "{body}");
        }
    }

    #[test]
    fn a_growing_cache_is_the_column() {
        let step = |body: &str| {
            parts(&format!(
                "public output o[n] step t in n {{ keys <- x[t] {body} }}"
            ))
        };
        assert_eq!(
            step("s[j in keys] = sum(d in m) x[t, d] * keys[j, d] o[t] = max(j in keys) s[j]"),
            [" | d | t+2 | j"]
        );
        // Heads of the query alone: the keys are repeated for each.
        assert_eq!(
            step(
                "s[h in n, j in keys] = sum(d in m) z[t, d, h] * keys[j, d]
                 o[t] = max(j in keys) s[0, j]"
            ),
            ["h | d | t+2 | j"]
        );
        assert_eq!(
            step(
                "w[j in keys] = clip(keys[j, 0], 0, 3)
                 s[d in m] = sum(j in keys) w[j] * keys[j, d] o[t] = s[0]"
            ),
            [" | j | t | d"]
        );
    }
}
