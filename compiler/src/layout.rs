//! From a graph and a plan to a circuit: which component holds what, and how it crosses (spec 4.3).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::builder::{Bind, Builder, Env, Fold};
use crate::circuit::{
    count_points, max_sizes, Circuit, Component, Dim, Element, Fixed, Form, Kind, Op, PublicTensor,
    RangeTables, Slot, Tag, Term, Witness,
};
use crate::diagnostic::{Diagnostic, Span};
use crate::gadgets::clip::Clip;
use crate::gadgets::division::{self, Divide, Policy};
use crate::gadgets::magnitude::Magnitude;
use crate::gadgets::maximum::Maximum;
use crate::gadgets::selection::Select;
use crate::gadgets::table::Lookup;
use crate::gadgets::Gadget;
use crate::graph::{
    Domain, ExprId, ExprKind, Graph, IndexExpr, IndexId, InputId, Interval, Member, Reduction,
    Rounding, Source, StateId, TableId, ValueId, Visibility,
};
use crate::plan::Plan;
use crate::row::{Lane, P};

/// A contraction over at most this many points is written into one row.
const UNROLLED: u64 = 256;
/// Values that a range check can hold.
const REACH: i128 = 1 << 28;
const LIMIT: i64 = (P - 1) as i64;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Lays out the circuit of one plan. Tables `from input` whose entries are not known yet count
/// as zeros, which changes no shape.
///
/// # Errors
/// E110 where a range is wider than a range check holds, E111 where an identity may wrap around
/// the field, E112 for an append that is not plain, E113 where a component would be too large.
pub fn lay_out(graph: &Graph, plan: &Plan) -> std::result::Result<Circuit, Vec<Diagnostic>> {
    let mut layout = Layout::new(graph, plan);
    layout.demand();
    if !layout.diagnostics.is_empty() {
        return Err(layout.diagnostics);
    }
    layout.finish().map_err(|diagnostic| vec![*diagnostic])
}

/// Where an element's column stands.
#[derive(Clone, Debug)]
struct Home {
    component: usize,
    slot: Slot,
    /// The element's subscripts as functions of the component's row.
    at: Vec<Form>,
}

struct Wire {
    element: Element,
    /// Positions of the subscripts that run inside the tuple.
    lanes: Vec<usize>,
    /// Component and the address that each of its rows takes.
    takers: Vec<(usize, Form)>,
}

struct Layout<'g> {
    graph: &'g Graph,
    plan: &'g Plan,
    entries: Vec<Arc<[i64]>>,
    builders: Vec<Builder>,
    component_of: HashMap<(Vec<Dim>, usize), usize>,
    values: HashMap<ValueId, Home>,
    inputs: HashMap<InputId, Home>,
    reductions: HashMap<ExprId, Home>,
    /// Which proof an expression belongs to.
    owner: HashMap<ExprId, usize>,
    vectors: HashMap<(Element, Vec<usize>), (usize, Slot, u32)>,
    wires: Vec<Wire>,
    wire_of: HashMap<(Element, Vec<usize>), u32>,
    families: u32,
    lanes: u32,
    publics: Vec<PublicTensor>,
    diagnostics: Vec<Diagnostic>,
}

impl<'g> Layout<'g> {
    fn new(graph: &'g Graph, plan: &'g Plan) -> Self {
        let entries = graph
            .tables
            .iter()
            .map(|table| {
                if table.entries.is_empty() {
                    vec![0; table.domain.size() as usize].into()
                } else {
                    table.entries.clone().into()
                }
            })
            .collect();
        let mut layout = Self {
            graph,
            plan,
            entries,
            builders: Vec::new(),
            component_of: HashMap::new(),
            values: HashMap::new(),
            inputs: HashMap::new(),
            reductions: HashMap::new(),
            owner: HashMap::new(),
            vectors: HashMap::new(),
            wires: Vec::new(),
            wire_of: HashMap::new(),
            families: 0,
            lanes: 0,
            publics: Vec::new(),
            diagnostics: Vec::new(),
        };
        for (position, value) in graph.values.iter().enumerate() {
            layout.own(
                value.expr,
                plan.proof_of[&Member::Value(ValueId(position as u32))],
            );
        }
        for assert in &graph.asserts {
            let proof = layout
                .proof_of_assert(assert.left)
                .or(layout.proof_of_assert(assert.right));
            layout.own(assert.left, proof.unwrap_or(0));
            layout.own(assert.right, proof.unwrap_or(0));
        }
        layout
    }

    fn own(&mut self, expr: ExprId, proof: usize) {
        self.owner.insert(expr, proof);
        for child in self.graph.expr(expr).kind.children() {
            self.own(child, proof);
        }
    }

    /// The proof of the first value that an assertion reads.
    fn proof_of_assert(&self, expr: ExprId) -> Option<usize> {
        if let ExprKind::Read { source, .. } = &self.graph.expr(expr).kind {
            return Some(self.plan.proof_of[&source.member()]);
        }
        self.graph.expr(expr).kind.children()
            .into_iter()
            .find_map(|child| self.proof_of_assert(child))
    }

    /// Lays out all that must hold: outputs, assertions, declared ranges, public inputs.
    fn demand(&mut self) {
        for number in 0..self.graph.outputs.len() {
            let value = self.graph.outputs[number].value;
            self.attempt(|layout| layout.value_home(value).map(drop));
        }
        for position in 0..self.graph.values.len() {
            if self.graph.values[position].declared.is_some() {
                self.attempt(|layout| layout.value_home(ValueId(position as u32)).map(drop));
            }
        }
        for number in 0..self.graph.asserts.len() {
            self.attempt(|layout| layout.assertion(number));
        }
        for number in 0..self.graph.inputs.len() {
            if self.graph.inputs[number].visibility == Visibility::Public {
                self.attempt(|layout| layout.input_home(InputId(number as u32)).map(drop));
            }
        }
    }

    fn attempt(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) {
        if let Err(diagnostic) = work(self) {
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(*diagnostic);
            }
        }
    }

    // ---- spaces ----

    fn dims(&self, space: &[IndexId]) -> Vec<Dim> {
        space
            .iter()
            .map(|&index| match self.graph.index(index).domain {
                Domain::Static(n) => Dim::Static(n),
                Domain::Cache { state, step } => {
                    let cache = self.graph.state(state);
                    if cache.append.is_none() {
                        Dim::Static(cache.seeded)
                    } else {
                        match space.iter().position(|&other| other == step) {
                            Some(position) => Dim::Growing {
                                base: cache.seeded + 1,
                                position,
                            },
                            None => unreachable!("a cache's index stands inside its step"),
                        }
                    }
                }
            })
            .collect()
    }

    fn element_dims(&self, element: &Element) -> Vec<Dim> {
        match element {
            Element::Of(Source::Input(id)) => self
                .graph
                .input(*id)
                .shape
                .iter()
                .map(|&n| Dim::Static(n))
                .collect(),
            Element::Of(Source::State(id)) => {
                let state = self.graph.state(*id);
                let mut dims = vec![Dim::Static(self.entries_of(*id))];
                dims.extend(state.element.iter().map(|&n| Dim::Static(n)));
                dims
            }
            Element::Of(Source::Value(id)) => self.dims(&self.graph.value(*id).space),
            Element::Reduction { space, .. } | Element::First { space, .. } => self.dims(space),
        }
    }

    /// Entries that a state holds in the end.
    fn entries_of(&self, state: StateId) -> u64 {
        let state = self.graph.state(state);
        let appended =
            state
                .append
                .as_ref()
                .map_or(0, |append| match self.graph.index(append.step).domain {
                    Domain::Static(steps) => steps,
                    Domain::Cache { .. } => unreachable!("a step runs over a static domain"),
                });
        state.seeded + appended
    }

    fn component(&mut self, dims: Vec<Dim>, proof: usize, label: &str) -> usize {
        if let Some(&component) = self.component_of.get(&(dims.clone(), proof)) {
            return component;
        }
        let component = self.builders.len();
        self.builders
            .push(Builder::new(label.to_string(), proof, dims.clone()));
        self.component_of.insert((dims, proof), component);
        component
    }

    fn label(&self, space: &[IndexId]) -> String {
        let names: Vec<_> = space
            .iter()
            .map(|&index| self.graph.index(index).name.as_str())
            .collect();
        names.join(",")
    }

    fn family(&mut self) -> u32 {
        self.families += 1;
        self.families - 1
    }

    fn name_of(&self, element: &Element) -> String {
        match element {
            Element::Of(source) => self.graph.member_name(source.member()).to_string(),
            Element::Reduction { expr, .. } | Element::First { expr, .. } => {
                match &self.graph.expr(*expr).kind {
                    ExprKind::Reduce {
                        op: Reduction::Sum, ..
                    } => "sum".into(),
                    ExprKind::Reduce {
                        op: Reduction::Max, ..
                    } => "max".into(),
                    _ => "min".into(),
                }
            }
        }
    }

    fn witness(&self, element: Element, at: Vec<Form>, lanes: Vec<(usize, u64)>) -> Witness {
        let name = self.name_of(&element);
        Witness {
            element,
            at,
            lanes,
            name,
        }
    }

    /// The free indices of an expression, and the steps that its caches depend on, in order.
    fn free(&self, expr: ExprId) -> Vec<IndexId> {
        let mut free = Vec::new();
        self.graph.free_indices(expr, &mut Vec::new(), &mut free);
        free.sort_unstable();
        free.dedup();
        free
    }

    // ---- homes ----

    fn input_home(&mut self, id: InputId) -> Result<Home> {
        if let Some(home) = self.inputs.get(&id) {
            return Ok(home.clone());
        }
        let input = self.graph.input(id);
        let dims: Vec<_> = input.shape.iter().map(|&n| Dim::Static(n)).collect();
        let at = positions(dims.len());
        let proof = self.plan.proof_of[&Member::Input(id)];
        let component = self.component(dims, proof, &input.name);
        let witness = self.witness(Element::Of(Source::Input(id)), at.clone(), vec![]);
        let (lo, hi) = self.small(input.range, input.span)?;
        let builder = &mut self.builders[component];
        let slot = match input.visibility {
            Visibility::Private => {
                if i128::from(hi) - i128::from(lo) >= REACH {
                    return Err(self.too_wide(
                        &format!("input `{}`", input.name),
                        input.range,
                        input.span,
                    ));
                }
                builder.push(Op::Private { witness, lo, hi }, Some(input.span), 1)
            }
            Visibility::Public => {
                builder.push(Op::Pinned { witness, lanes: 1 }, Some(input.span), 1)
            }
        };
        let home = Home {
            component,
            slot,
            at,
        };
        self.inputs.insert(id, home.clone());
        if input.visibility == Visibility::Public {
            let (name, shape, range) = (input.name.clone(), input.shape.clone(), input.range);
            self.publish(&home, name, true, shape, range, id.index());
        }
        Ok(home)
    }

    fn value_home(&mut self, id: ValueId) -> Result<Home> {
        if let Some(home) = self.values.get(&id) {
            return Ok(home.clone());
        }
        let graph = self.graph;
        let value = graph.value(id);
        let dims = self.dims(&value.space);
        let proof = self.plan.proof_of[&Member::Value(id)];
        let label = self.label(&value.space);
        let component = self.component(dims, proof, &label);
        let at = positions(value.space.len());
        let env: Env = identity(&value.space);
        let public = value
            .output
            .filter(|&output| graph.output(output).visibility == Visibility::Public);
        let slot = match (&graph.expr(value.expr).kind, public) {
            (ExprKind::Divide { policy, num, den }, Some(_)) => {
                self.divide(component, value.expr, *policy, *num, *den, &env, true)?
            }
            _ => self.lower(component, value.expr, &env)?,
        };
        let slot = self.builders[component].column(slot, Some(value.span));
        let home = Home {
            component,
            slot,
            at: at.clone(),
        };
        self.values.insert(id, home.clone());
        if let Some(declared) = value.declared {
            if public.is_none() {
                let interval = graph.expr(value.expr).interval;
                self.range(component, slot, interval, declared, value.span, &value.name)?;
            }
        }
        if let Some(output) = public {
            let output = graph.output(output);
            let coordinates = output.layout.iter().map(|&p| at[p].clone()).collect();
            let published = Home {
                component,
                slot,
                at: coordinates,
            };
            self.publish(
                &published,
                output.name.clone(),
                false,
                output.shape.clone(),
                value.interval,
                value.output.map_or(0, |o| o.index()),
            );
        }
        Ok(home)
    }

    /// Where a source's elements stand: one home, or a state's seed and append.
    fn homes(&mut self, element: &Element) -> Result<Vec<Home>> {
        match element {
            Element::Of(Source::Input(id)) => Ok(vec![self.input_home(*id)?]),
            Element::Of(Source::Value(id)) => Ok(vec![self.value_home(*id)?]),
            Element::Of(Source::State(id)) => {
                let state = self.graph.state(*id);
                let mut homes = Vec::new();
                if let (Some(seed), true) = (state.seed, state.seeded > 0) {
                    homes.push(self.input_home(seed)?);
                }
                if let Some(append) = &state.append {
                    let plain = append.at == [IndexExpr::Index(append.step)];
                    let home = match append.source {
                        Source::Input(input)
                            if plain
                                && Some(self.graph.input(input).shape[0])
                                    == Some(self.entries_of(*id) - state.seeded) =>
                        {
                            self.input_home(input)?
                        }
                        Source::Value(value)
                            if plain
                                && self.graph.value(value).space.first() == Some(&append.step) =>
                        {
                            self.value_home(value)?
                        }
                        _ => {
                            return Err(Box::new(Diagnostic::new("E112", format!("what is appended to `{}` is not one whole entry a step", state.name))
                                .at(append.span, "appended here")
                                .hint("append an input's element of this step, `state <- input[t]` with as many entries as there are steps, or a value defined at the step's top level")));
                        }
                    };
                    let mut at = home.at.clone();
                    at[0] = fold(IndexExpr::Add(
                        Box::new(at[0].clone()),
                        Box::new(IndexExpr::Constant(state.seeded as i64)),
                    ));
                    homes.push(Home { at, ..home });
                }
                Ok(homes)
            }
            Element::Reduction { expr, .. } => Ok(vec![self.reductions[expr].clone()]),
            Element::First { .. } => unreachable!("a flag is not read"),
        }
    }

    /// Ties a public tensor to its home.
    fn publish(
        &mut self,
        home: &Home,
        name: String,
        input: bool,
        shape: Vec<u64>,
        range: Interval,
        number: usize,
    ) {
        let family = self.family();
        let laned = shape.len() >= 2;
        let sizes = &shape[..shape.len() - usize::from(laned)];
        let address = flat(&home.at[..sizes.len()], sizes);
        let lane = match (laned, home.at.last(), shape.last()) {
            (true, Some(last), Some(&size)) => self.lane_column(home.component, last, size),
            _ => Lane::One,
        };
        let builder = &mut self.builders[home.component];
        let address = builder.form(&address);
        builder.weigh(
            address,
            Term {
                family,
                negative: false,
                lane,
                value: home.slot,
            },
        );
        self.publics.push(PublicTensor {
            name,
            input,
            shape,
            range,
            family,
            laned,
            number,
        });
    }

    fn lane_column(&mut self, component: usize, index: &Form, size: u64) -> Lane {
        self.lanes = self.lanes.max(size as u32);
        let builder = &mut self.builders[component];
        let index = builder.form(index);
        builder.lane_weight(index)
    }

    // ---- reads ----

    /// A slot of `component` that holds `element[at]`.
    fn read(
        &mut self,
        component: usize,
        element: &Element,
        at: &[Bind],
        span: Span,
    ) -> Result<Slot> {
        if let Element::Of(Source::Value(id)) = element {
            let graph = self.graph;
            let value = graph.value(*id);
            let env: Env = value
                .space
                .iter()
                .copied()
                .zip(at.iter().cloned())
                .collect();
            if let ExprKind::Reduce { .. } = &graph.expr(value.expr).kind {
                if !self.unrolls(value.expr) {
                    return self.reduction_at(component, value.expr, &env, span);
                }
            }
            let proof = self.plan.proof_of[&Member::Value(*id)];
            let homed = self.values.get(id).map(|home| home.component) == Some(component);
            if !homed
                && proof == self.builders[component].proof
                && value.output.is_none()
                && value.declared.is_none()
                && self.is_polynomial(value.expr)
            {
                let key = (*id, at.to_vec());
                if let Some(&slot) = self.builders[component].inlined.get(&key) {
                    return Ok(slot);
                }
                let slot = self.lower(component, value.expr, &env)?;
                self.builders[component].inlined.insert(key, slot);
                return Ok(slot);
            }
        }
        if !matches!(element, Element::Of(Source::State(_))) {
            let home = match self.homes(element)?.pop() {
                Some(home) => home,
                None => unreachable!("a tensor has a home"),
            };
            let here = home.component == component
                && at.iter().all(|bind| !bind.lane)
                && at.iter().map(|bind| &bind.form).eq(home.at.iter());
            if here {
                return Ok(home.slot);
            }
        }
        let lanes: Vec<usize> = (0..at.len()).filter(|&i| at[i].lane).collect();
        if lanes.is_empty() {
            let at: Vec<Form> = at.iter().map(|bind| bind.form.clone()).collect();
            return self.take(component, element, &at, span);
        }
        let dims = self.element_dims(element);
        let sizes = max_sizes(&dims);
        let mut lane = 0;
        for &position in &lanes {
            let IndexExpr::Constant(constant) = at[position].form else {
                return self.take_mixed(component, element, at, span);
            };
            lane = lane * sizes[position] + constant as u64;
        }
        if lanes.iter().map(|&p| sizes[p]).product::<u64>() > UNROLLED
            || lanes
                .iter()
                .any(|&p| matches!(dims[p], Dim::Growing { .. }))
        {
            return self.take_mixed(component, element, at, span);
        }
        let others: Vec<Form> = (0..at.len())
            .filter(|i| !lanes.contains(i))
            .map(|i| at[i].form.clone())
            .collect();
        let first = self.take_vector(component, element, &lanes, &others, span)?;
        Ok(Slot(first.0 + lane as u32))
    }

    /// An element whose subscripts mix lanes and row indices: taken by itself.
    fn take_mixed(
        &mut self,
        component: usize,
        element: &Element,
        at: &[Bind],
        span: Span,
    ) -> Result<Slot> {
        let at: Vec<Form> = at.iter().map(|bind| bind.form.clone()).collect();
        self.take(component, element, &at, span)
    }

    fn wire(&mut self, element: &Element, lanes: &[usize]) -> u32 {
        let key = (element.clone(), lanes.to_vec());
        if let Some(&wire) = self.wire_of.get(&key) {
            return wire;
        }
        let wire = self.wires.len() as u32;
        self.wires.push(Wire {
            element: element.clone(),
            lanes: lanes.to_vec(),
            takers: Vec::new(),
        });
        self.wire_of.insert(key, wire);
        wire
    }

    fn take(
        &mut self,
        component: usize,
        element: &Element,
        at: &[Form],
        span: Span,
    ) -> Result<Slot> {
        let key = (element.clone(), at.to_vec(), vec![]);
        if let Some(&slot) = self.builders[component].taken.get(&key) {
            return Ok(slot);
        }
        let sizes = max_sizes(&self.element_dims(element));
        let address = flat(at, &sizes);
        let wire = self.wire(element, &[]);
        self.wires[wire as usize]
            .takers
            .push((component, address.clone()));
        let witness = self.witness(element.clone(), at.to_vec(), vec![]);
        let builder = &mut self.builders[component];
        let address = builder.form(&address);
        let slot = builder.push(
            Op::Take {
                wire,
                address,
                witness,
                lanes: 1,
            },
            Some(span),
            1,
        );
        builder.taken.insert(key, slot);
        Ok(slot)
    }

    /// All lanes of a vector, in consecutive slots.
    fn take_vector(
        &mut self,
        component: usize,
        element: &Element,
        lanes: &[usize],
        others: &[Form],
        span: Span,
    ) -> Result<Slot> {
        let key = (element.clone(), others.to_vec(), lanes.to_vec());
        if let Some(&slot) = self.builders[component].taken.get(&key) {
            return Ok(slot);
        }
        self.vector(element, lanes, span)?;
        let dims = self.element_dims(element);
        let sizes = max_sizes(&dims);
        let kept: Vec<u64> = (0..dims.len())
            .filter(|i| !lanes.contains(i))
            .map(|i| sizes[i])
            .collect();
        let address = flat(others, &kept);
        let wire = self.wire(element, lanes);
        self.wires[wire as usize]
            .takers
            .push((component, address.clone()));
        let (witness, width) = self.vector_witness(element, lanes, others, &sizes);
        let builder = &mut self.builders[component];
        let address = builder.form(&address);
        let slot = builder.push(
            Op::Take {
                wire,
                address,
                witness,
                lanes: width,
            },
            Some(span),
            1,
        );
        builder.taken.insert(key, slot);
        Ok(slot)
    }

    fn vector_witness(
        &self,
        element: &Element,
        lanes: &[usize],
        others: &[Form],
        sizes: &[u64],
    ) -> (Witness, u32) {
        let mut others = others.iter().cloned();
        let at = (0..sizes.len())
            .map(|i| {
                if lanes.contains(&i) {
                    IndexExpr::Constant(0)
                } else {
                    others.next().unwrap_or(IndexExpr::Constant(0))
                }
            })
            .collect();
        let laned: Vec<(usize, u64)> = lanes.iter().map(|&p| (p, sizes[p])).collect();
        let width = laned.iter().map(|&(_, n)| n as u32).product();
        (self.witness(element.clone(), at, laned), width)
    }

    /// The component that holds an element's vectors, one a row, tied to the element's homes by
    /// weighed sums.
    fn vector(&mut self, element: &Element, lanes: &[usize], span: Span) -> Result<()> {
        let key = (element.clone(), lanes.to_vec());
        if self.vectors.contains_key(&key) {
            return Ok(());
        }
        let homes = self.homes(element)?;
        let dims = self.element_dims(element);
        let sizes = max_sizes(&dims);
        let kept: Vec<usize> = (0..dims.len()).filter(|i| !lanes.contains(i)).collect();
        let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
        let row_dims: Vec<Dim> = kept
            .iter()
            .map(|&i| match dims[i] {
                Dim::Growing { base, position } => match kept.iter().position(|&k| k == position) {
                    Some(position) => Dim::Growing { base, position },
                    None => Dim::Static(sizes[i]),
                },
                dim => dim,
            })
            .collect();
        let proof = match element {
            Element::Of(source) => self.plan.proof_of[&source.member()],
            Element::Reduction { expr, .. } | Element::First { expr, .. } => self.owner[expr],
        };
        let name = self.name_of(element);
        let component = self.component(row_dims, proof, &format!("vectors of {name}"));
        let others = positions(kept.len());
        let (witness, width) = self.vector_witness(element, lanes, &others, &sizes);
        let family = self.family();
        self.lanes = self.lanes.max(width);
        let builder = &mut self.builders[component];
        let first = builder.push(
            Op::Pinned {
                witness,
                lanes: width,
            },
            Some(span),
            1,
        );
        let address = builder.form(&flat(&others, &kept_sizes));
        for lane in 0..width {
            let value = Slot(first.0 + lane);
            builder.weigh(
                address,
                Term {
                    family,
                    negative: false,
                    lane: Lane::Constant(lane),
                    value,
                },
            );
        }
        let lane_sizes: Vec<u64> = lanes.iter().map(|&p| sizes[p]).collect();
        for home in homes {
            let lane_at: Vec<Form> = lanes.iter().map(|&p| home.at[p].clone()).collect();
            let lane = self.lane_column(
                home.component,
                &flat(&lane_at, &lane_sizes),
                u64::from(width),
            );
            let address: Vec<Form> = kept.iter().map(|&p| home.at[p].clone()).collect();
            let builder = &mut self.builders[home.component];
            let address = builder.form(&flat(&address, &kept_sizes));
            builder.weigh(
                address,
                Term {
                    family,
                    negative: true,
                    lane,
                    value: home.slot,
                },
            );
        }
        self.vectors.insert(key, (component, first, width));
        Ok(())
    }

    // ---- expressions ----

    /// Whether a sum is written into the row.
    fn unrolls(&self, expr: ExprId) -> bool {
        match &self.graph.expr(expr).kind {
            ExprKind::Reduce {
                op: Reduction::Sum,
                index,
                ..
            } => {
                matches!(self.graph.index(*index).domain, Domain::Static(n) if n <= UNROLLED)
            }
            _ => false,
        }
    }

    /// Whether an expression needs no column of its own.
    fn is_polynomial(&self, expr: ExprId) -> bool {
        let own = match &self.graph.expr(expr).kind {
            ExprKind::Constant(_) | ExprKind::Index(_) | ExprKind::Read { .. } => true,
            ExprKind::Neg(_) | ExprKind::Add(..) | ExprKind::Sub(..) | ExprKind::Mul(..) => true,
            ExprKind::Reduce { .. } => self.unrolls(expr),
            _ => false,
        };
        own && self.graph.expr(expr).kind.children()
            .into_iter()
            .all(|child| self.is_polynomial(child))
    }

    fn binds(&self, at: &[IndexExpr], env: &Env) -> Vec<Bind> {
        at.iter()
            .map(|subscript| Fold::new(env).bind(subscript))
            .collect()
    }

    /// A slot of `component` that holds the expression under `env`.
    fn lower(&mut self, component: usize, id: ExprId, env: &Env) -> Result<Slot> {
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
            ExprKind::Mul(a, b) => {
                let (a, b) = (
                    self.lower(component, *a, env)?,
                    self.lower(component, *b, env)?,
                );
                Ok(self.builders[component].mul(a, b, span))
            }
            ExprKind::Reduce { index, body, .. } if self.unrolls(id) => {
                self.unrolled_sum(component, *index, *body, env, span)
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
                let most = self.reachable(-interval.lo.min(-interval.hi), interval, expr.span)?;
                let builder = &mut self.builders[component];
                let arg = builder.column(x, span);
                let gadget = Gadget::Magnitude(Magnitude {
                    arg,
                    most,
                    limit: LIMIT - most,
                });
                Ok(builder.push(Op::Gadget(gadget), span, 1))
            }
            ExprKind::Lookup { table, arg } => {
                let x = self.lower(component, *arg, env)?;
                Ok(self.look_up(component, *table, x, expr.span))
            }
            ExprKind::Divide { policy, num, den } => {
                self.divide(component, id, *policy, *num, *den, env, false)
            }
        }
    }

    fn unrolled_sum(
        &mut self,
        component: usize,
        index: IndexId,
        body: ExprId,
        env: &Env,
        span: Option<Span>,
    ) -> Result<Slot> {
        let Domain::Static(size) = self.graph.index(index).domain else {
            unreachable!("only a static domain unrolls");
        };
        if !self.free(body).contains(&index) {
            let slot = self.lower(component, body, env)?;
            return Ok(self.builders[component].scale(slot, size as i64, span));
        }
        let (mut pairs, mut terms) = (Vec::new(), Vec::new());
        for lane in 0..size {
            let mut env = env.clone();
            env.insert(
                index,
                Bind {
                    form: IndexExpr::Constant(lane as i64),
                    lane: true,
                },
            );
            if let ExprKind::Mul(a, b) = self.graph.expr(body).kind {
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

    /// Reads the reduction `id`, whose rows stand elsewhere, at the point that `env` names.
    fn reduction_at(
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
    fn reduction(&mut self, id: ExprId) -> Result<Vec<IndexId>> {
        let graph = self.graph;
        let space = self.free(id);
        if self.reductions.contains_key(&id) {
            return Ok(space);
        }
        let ExprKind::Reduce { op, index, body } = graph.expr(id).kind else {
            unreachable!("a reduction");
        };
        let span = graph.expr(id).span;
        let proof = self.owner[&id];
        let dims = self.dims(&space);
        let sizes = max_sizes(&dims);
        let label = self.label(&space);
        let home_component = self.component(dims, proof, &label);
        let at = positions(space.len());
        let element = Element::Reduction {
            expr: id,
            space: space.clone(),
        };
        let witness = self.witness(element.clone(), at.clone(), vec![]);
        let slot =
            self.builders[home_component].push(Op::Pinned { witness, lanes: 1 }, Some(span), 1);
        self.reductions.insert(
            id,
            Home {
                component: home_component,
                slot,
                at: at.clone(),
            },
        );

        let lane = if op == Reduction::Sum {
            self.broadcast_index(&space, body)
        } else {
            None
        };
        let mut row_space: Vec<IndexId> =
            space.iter().copied().filter(|&i| Some(i) != lane).collect();
        row_space.push(index);
        row_space.sort_unstable();
        let row_dims = self.dims(&row_space);
        let label = self.label(&row_space);
        let rows = self.component(row_dims, proof, &label);
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
            let most = self.reachable(most, interval, span)?;
            self.builders[rows].maxima.push((
                Maximum {
                    difference,
                    bound: Some((most, LIMIT - most)),
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
    fn broadcast_index(&self, space: &[IndexId], body: ExprId) -> Option<IndexId> {
        let mut leaves = Vec::new();
        self.leaves(body, &mut leaves);
        space.iter().rev().copied().find(|&index| {
            let small =
                matches!(self.graph.index(index).domain, Domain::Static(n) if n <= UNROLLED);
            let is_step =
                self.graph.indices.iter().any(
                    |other| matches!(other.domain, Domain::Cache { step, .. } if step == index),
                );
            small
                && !is_step
                && leaves.iter().any(|leaf| !leaf.contains(&index))
                && leaves.iter().any(|leaf| leaf.contains(&index))
        })
    }

    /// The free indices of every element that a polynomial reads.
    fn leaves(&self, expr: ExprId, leaves: &mut Vec<Vec<IndexId>>) {
        if let ExprKind::Read { .. } = self.graph.expr(expr).kind {
            leaves.push(self.free(expr));
        }
        for child in self.graph.expr(expr).kind.children() {
            self.leaves(child, leaves);
        }
    }

    // ---- gadgets ----

    fn clip(
        &mut self,
        component: usize,
        arg: ExprId,
        lo: i128,
        hi: i128,
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let interval = self.graph.expr(arg).interval;
        let x = self.lower(component, arg, env)?;
        if interval.lo >= lo && interval.hi <= hi {
            return Ok(x);
        }
        let bounds = Interval::new(lo, hi);
        if interval.hi <= lo || interval.lo >= hi {
            let value = self.fits(if interval.hi <= lo { lo } else { hi }, span)?;
            return Ok(self.builders[component].constant(value));
        }
        // Bounds that nothing reaches are brought in, so that the range of y stays narrow.
        let (lo, hi) = (lo.max(interval.lo), hi.min(interval.hi));
        let above = (interval.hi > bounds.hi).then_some(interval.hi - hi);
        let below = (interval.lo < bounds.lo).then_some(lo - interval.lo);
        let limit_above = P - 1 + interval.lo - hi;
        let limit_below = P - 1 - interval.hi + lo;
        let above = above
            .map(|most| self.bounded(most, limit_above, interval, span))
            .transpose()?;
        let below = below
            .map(|most| self.bounded(most, limit_below, interval, span))
            .transpose()?;
        if hi - lo >= REACH {
            return Err(self.too_wide("a clip", Interval::new(lo, hi), span));
        }
        let (lo, hi) = (self.fits(lo, span)?, self.fits(hi, span)?);
        let builder = &mut self.builders[component];
        let clip = Clip {
            arg: x,
            lo,
            hi,
            above,
            below,
            ranged: true,
        };
        let y = builder.push(Op::Gadget(Gadget::Clip(clip)), Some(span), 1);
        builder.clips.insert(y, builder.last_op());
        if above.is_some() && below.is_none() && lo >= 0 {
            let rebuilt = builder.add(y, Slot(y.0 + 1), Some(span));
            builder.not_negative.insert(x, rebuilt);
        }
        Ok(y)
    }

    fn look_up(&mut self, component: usize, table: TableId, x: Slot, span: Span) -> Slot {
        let declared = self.graph.table(table);
        let entries = self.entries[table.index()].clone();
        let builder = &mut self.builders[component];
        let arg = builder.column(x, Some(span));
        if let Some(&slot) = builder.looked_up.get(&(table, arg)) {
            return slot;
        }
        // The lookup ranges its argument: a clip to the table's domain need not.
        if let Some(&op) = builder.clips.get(&arg) {
            if let Op::Gadget(Gadget::Clip(clip)) = &mut builder.ops[op] {
                if declared.domain == Interval::new(clip.lo.into(), clip.hi.into()) {
                    clip.ranged = false;
                }
            }
        }
        let lookup = Lookup {
            table,
            arg,
            first: declared.domain.lo as i64,
            entries,
        };
        let slot = builder.push(Op::Gadget(Gadget::Lookup(lookup)), Some(span), 1);
        builder.looked_up.insert((table, arg), slot);
        slot
    }

    fn select(
        &mut self,
        component: usize,
        a: ExprId,
        b: ExprId,
        larger: bool,
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let (left, right) = (self.graph.expr(a).interval, self.graph.expr(b).interval);
        let (slot_a, slot_b) = (
            self.lower(component, a, env)?,
            self.lower(component, b, env)?,
        );
        if left.lo >= right.hi {
            return Ok(if larger { slot_a } else { slot_b });
        }
        if right.lo >= left.hi {
            return Ok(if larger { slot_b } else { slot_a });
        }
        let reach = (left.hi - right.lo).max(right.hi - left.lo);
        let (to_a, to_b) = if larger {
            (right.hi - left.lo, left.hi - right.lo)
        } else {
            (left.hi - right.lo, right.hi - left.lo)
        };
        let to_a = self.bounded(to_a, P - 1 - reach, left, span)?;
        let to_b = self.bounded(to_b, P - 1 - reach, right, span)?;
        let builder = &mut self.builders[component];
        let (a, b) = (
            builder.column(slot_a, Some(span)),
            builder.column(slot_b, Some(span)),
        );
        let gadget = Gadget::Select(Select {
            a,
            b,
            larger,
            to_a,
            to_b,
        });
        Ok(builder.push(Op::Gadget(gadget), Some(span), 1))
    }

    #[allow(clippy::too_many_arguments)]
    fn divide(
        &mut self,
        component: usize,
        id: ExprId,
        policy: Rounding,
        num: ExprId,
        den: ExprId,
        env: &Env,
        public: bool,
    ) -> Result<Slot> {
        let graph = self.graph;
        let span = graph.expr(id).span;
        let (n, d) = (graph.expr(num).interval, graph.expr(den).interval);
        let q = graph.expr(id).interval;
        let mut numerator = self.lower(component, num, env)?;
        if d == Interval::point(1) {
            return Ok(numerator);
        }
        let denominator = self.lower(component, den, env)?;
        if d.hi > i128::from(division::QUARTER) {
            return Err(self.too_wide("this divisor", d, span));
        }
        let (policy, negate, signed) = match policy {
            Rounding::Floor => (Policy::Floor, false, false),
            Rounding::Ceil => (Policy::Floor, true, false),
            Rounding::RoundHalfUp => (Policy::HalfUp, false, false),
            Rounding::RoundHalfEven => (Policy::HalfEven, false, false),
            Rounding::Trunc => (Policy::Floor, n.hi <= 0, n.lo < 0 && n.hi > 0),
            Rounding::Round => (Policy::HalfUp, n.hi <= 0, n.lo < 0 && n.hi > 0),
        };
        let (n, q) = if negate { (-n, -q) } else { (n, q) };
        let builder = &mut self.builders[component];
        let den = builder.column(denominator, Some(span));
        if negate {
            numerator = builder.scale(numerator, -1, Some(span));
        }
        let (n, q, magnitude) = if signed {
            numerator = builder.column(numerator, Some(span));
            let most = n.hi.max(-n.lo);
            (
                Interval::new(0, most),
                Interval::new(0, q.hi.max(-q.lo)),
                Some(self.bounded(most, P - 1 - most, n, span)?),
            )
        } else {
            (n, q, None)
        };
        let (r_lo, r_hi) = match policy {
            Policy::Floor => (0, d.hi - 1),
            Policy::HalfUp | Policy::HalfEven => (-(d.hi / 2), d.hi / 2),
        };
        // The least q must not reach past n, and the largest that is admitted neither.
        let least = (q.lo * d.lo).min(q.lo * d.hi) + r_lo;
        let limit = (P - 1 + n.lo - r_hi).div_euclid(d.hi);
        if n.hi - least >= P || limit < q.hi {
            return Err(Box::new(
                Diagnostic::new("E111", "this division does not fit the field")
                    .at(span, format!("numerator {n}, divisor {d}, quotient {q}"))
                    .also(graph.expr(num).span, format!("the numerator is in {n}"))
                    .hint("n - q * d must stay below 2^31 - 1: narrow the inputs, or declare a range for the result"),
            ));
        }
        if !public && q.hi - q.lo >= REACH {
            return Err(self.too_wide("this quotient", q, span));
        }
        let quotient = (
            self.fits(q.lo, span)?,
            self.fits(q.hi, span)?,
            limit.min(P - 1) as i64,
        );
        let gadget = Gadget::Divide(Divide {
            policy,
            num: numerator,
            den,
            divisor: (d.lo as i64, d.hi as i64),
            quotient,
            public: public && !signed && policy != Policy::HalfEven,
            signed: magnitude,
        });
        let builder = &mut self.builders[component];
        let slot = builder.push(Op::Gadget(gadget), Some(span), 1);
        Ok(if negate {
            builder.scale(slot, -1, Some(span))
        } else {
            slot
        })
    }

    /// Enforces a declared range, exactly.
    fn range(
        &mut self,
        component: usize,
        x: Slot,
        interval: Interval,
        range: Interval,
        span: Span,
        name: &str,
    ) -> Result<()> {
        if range.hi - range.lo >= REACH {
            return Err(self.too_wide(&format!("`{name}`"), range, span));
        }
        if range.hi - interval.lo >= P || interval.hi - range.lo >= P {
            return Err(Box::new(
                Diagnostic::new(
                    "E111",
                    format!("the range of `{name}` does not fit the field"),
                )
                .at(
                    span,
                    format!("the value is in {interval}, its range is {range}"),
                )
                .hint("narrow what it is computed from"),
            ));
        }
        let (lo, hi) = self.small(range, span)?;
        self.builders[component].push(
            Op::Range {
                x,
                lo,
                hi,
                limit: hi,
            },
            Some(span),
            0,
        );
        Ok(())
    }

    fn assertion(&mut self, number: usize) -> Result<()> {
        let graph = self.graph;
        let assert = &graph.asserts[number];
        let dims = self.dims(&assert.space);
        let label = self.label(&assert.space);
        let component = self.component(dims, self.owner[&assert.left], &label);
        let env = identity(&assert.space);
        let (a, b) = (
            self.lower(component, assert.left, &env)?,
            self.lower(component, assert.right, &env)?,
        );
        let interval = graph.expr(assert.left).interval - graph.expr(assert.right).interval;
        let (most, limit) = self.bounded(
            interval.hi.max(0),
            P - 1 + interval.lo.min(0),
            interval,
            assert.span,
        )?;
        let builder = &mut self.builders[component];
        let difference = builder.sub(a, b, Some(assert.span));
        let x = builder.column(difference, Some(assert.span));
        builder.push(
            Op::Range {
                x,
                lo: 0,
                hi: most,
                limit,
            },
            Some(assert.span),
            0,
        );
        Ok(())
    }

    // ---- numbers ----

    fn fits(&self, value: i128, span: Span) -> Result<i64> {
        if value.abs() < P {
            Ok(value as i64)
        } else {
            Err(Box::new(
                Diagnostic::new("E111", format!("{value} does not fit the field"))
                    .at(span, "this number")
                    .hint("numbers must be below 2^31 - 1 in magnitude"),
            ))
        }
    }

    fn small(&self, interval: Interval, span: Span) -> Result<(i64, i64)> {
        Ok((self.fits(interval.lo, span)?, self.fits(interval.hi, span)?))
    }

    fn too_wide(&self, what: &str, interval: Interval, span: Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::new(
                "E110",
                format!("the range of {what} is too wide to be enforced"),
            )
            .at(span, format!("{interval} has more than 2^28 integers"))
            .hint("declare a narrower range, or divide earlier"),
        )
    }

    fn reachable(&self, most: i128, interval: Interval, span: Span) -> Result<i64> {
        if most < REACH {
            Ok(most as i64)
        } else {
            Err(self.too_wide("this value", interval, span))
        }
    }

    /// A bound that a range check holds, and the most that the no-wrap inequality admits.
    fn bounded(
        &self,
        most: i128,
        limit: i128,
        interval: Interval,
        span: Span,
    ) -> Result<(i64, i64)> {
        let most = self.reachable(most, interval, span)?;
        if i128::from(most) > limit {
            return Err(Box::new(
                Diagnostic::new("E111", "this does not fit the field")
                    .at(span, format!("the value is in {interval}"))
                    .hint("narrow what it is computed from"),
            ));
        }
        Ok((most, limit.min(P - 1) as i64))
    }

    // ---- the end ----

    fn finish(mut self) -> Result<Circuit> {
        for component in 0..self.builders.len() {
            self.builders[component].finish_maxima();
        }
        self.give()?;
        for builder in &mut self.builders {
            builder.finish_sums();
        }
        let mut components: Vec<Component> = Vec::new();
        for builder in std::mem::take(&mut self.builders) {
            if builder.ops.is_empty() {
                continue;
            }
            let rows = count_points(&builder.dims);
            if rows > 1 << 22 {
                return Err(Box::new(
                    Diagnostic::new(
                        "E113",
                        format!(
                            "the component over ({}) would have {rows} rows",
                            builder.name
                        ),
                    )
                    .hint("at most 4,194,304 rows are supported: make the shape smaller"),
                ));
            }
            components.push(builder.into_component(rows));
        }
        let widest = components.iter().map(|c| c.log_rows).max().unwrap_or(8);
        let mut ranges = RangeTables {
            digit_bits: widest.clamp(8, 14),
            exact: Vec::new(),
            digits_used: false,
        };
        let mut wanted: BTreeMap<i64, usize> = BTreeMap::new();
        for component in &components {
            for (size, uses) in component.recount(&ranges).exact_ranges {
                *wanted.entry(size).or_insert(0) += uses;
            }
        }
        // A table of its own costs about three second lookups.
        ranges.exact = wanted
            .into_iter()
            .filter(|&(size, uses)| uses >= 3 && size < ranges.base())
            .map(|(size, _)| size)
            .collect();
        let mut used: Vec<i64> = Vec::new();
        let mut tables: BTreeMap<TableId, usize> = BTreeMap::new();
        for component in &components {
            used.extend(component.recount(&ranges).range_uses.into_keys());
            for op in &component.ops {
                if let Op::Gadget(Gadget::Lookup(lookup)) = op {
                    tables.entry(lookup.table).or_insert(component.proof);
                }
            }
        }
        ranges.digits_used = used.contains(&ranges.base());
        ranges.exact.retain(|size| used.contains(size));
        for (table, proof) in tables {
            let proof = if self.plan.placed_tables.contains(&table) {
                self.plan.proof_of[&Member::Table(table)]
            } else {
                proof
            };
            components.push(self.table_component(table, proof));
        }
        if !ranges.sizes().is_empty() {
            components.push(ranges_component(&ranges));
        }
        for component in &mut components {
            component.count = component.recount(&ranges);
            component.batches = component.count.batches();
        }
        // Within a proof the tallest come first; the order is part of the circuit.
        components.sort_by_key(|c| (c.proof, std::cmp::Reverse(c.log_rows)));
        Ok(Circuit {
            name: self.graph.name.clone(),
            plan: self.plan.name.clone(),
            proofs: self.plan.proofs.clone(),
            components,
            ranges,
            publics: self.publics,
            families: self.families,
            lanes: self.lanes,
        })
    }

    /// Every wire's definers put each element on it as often as it is taken.
    fn give(&mut self) -> Result<()> {
        for number in 0..self.wires.len() {
            let (element, lanes) = (
                self.wires[number].element.clone(),
                self.wires[number].lanes.clone(),
            );
            let mut taken: HashMap<i64, i64> = HashMap::new();
            for (component, address) in &self.wires[number].takers {
                self.builders[*component].for_each(|at| {
                    *taken
                        .entry(crate::circuit::eval_form(address, at))
                        .or_insert(0) += 1
                });
            }
            let dims = self.element_dims(&element);
            let sizes = max_sizes(&dims);
            let kept: Vec<usize> = (0..dims.len()).filter(|i| !lanes.contains(i)).collect();
            let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
            let homes: Vec<Home> = if lanes.is_empty() {
                self.homes(&element)?
            } else {
                let (component, slot, _) = self.vectors[&(element.clone(), lanes.clone())];
                let mut others = positions(kept.len()).into_iter();
                let at = (0..dims.len())
                    .map(|i| {
                        if lanes.contains(&i) {
                            IndexExpr::Constant(0)
                        } else {
                            others.next().unwrap_or(IndexExpr::Constant(0))
                        }
                    })
                    .collect();
                vec![Home {
                    component,
                    slot,
                    at,
                }]
            };
            let width = lanes.iter().map(|&p| sizes[p] as u32).product::<u32>();
            for home in homes {
                let at: Vec<Form> = kept.iter().map(|&p| home.at[p].clone()).collect();
                let address = flat(&at, &kept_sizes);
                let builder = &mut self.builders[home.component];
                let mut counts = Vec::new();
                builder.for_each(|at| {
                    counts.push(
                        taken
                            .get(&crate::circuit::eval_form(&address, at))
                            .copied()
                            .unwrap_or(0),
                    )
                });
                if counts.iter().all(|&count| count == 0) {
                    continue;
                }
                let elements: Vec<Slot> = (0..width)
                    .map(|lane| builder.column(Slot(home.slot.0 + lane), None))
                    .collect();
                let address = builder.form(&address);
                let count = builder.fixed(Fixed::Values {
                    values: counts,
                    rest: 0,
                });
                builder.push(
                    Op::Give {
                        wire: number as u32,
                        address,
                        elements,
                        count,
                    },
                    None,
                    0,
                );
            }
        }
        Ok(())
    }

    fn table_component(&self, id: TableId, proof: usize) -> Component {
        let table = self.graph.table(id);
        let entries = &self.entries[id.index()];
        let arguments: Vec<i64> = (0..entries.len() as i64)
            .map(|i| table.domain.lo as i64 + i)
            .collect();
        let last = |values: &[i64]| values.last().copied().unwrap_or(0);
        let mut component = Component {
            name: format!("table {}", table.name),
            proof,
            kind: Kind::Table(id),
            rows: entries.len() as u64,
            log_rows: log_rows(entries.len() as u64),
            fixed: vec![
                Fixed::Values {
                    rest: last(&arguments),
                    values: arguments,
                },
                Fixed::Values {
                    rest: last(entries),
                    values: entries.to_vec(),
                },
            ],
            ops: Vec::new(),
            spans: Vec::new(),
            count: Default::default(),
            batches: Vec::new(),
        };
        component.ops = vec![
            Op::Fixed(0),
            Op::Fixed(1),
            Op::Serve {
                tag: Tag::table(id),
                tuple: vec![Slot(0), Slot(1)],
            },
        ];
        component.spans = vec![Some(table.span); 3];
        component
    }
}

/// One component serves every range table: a column each, as tall as the largest.
fn ranges_component(ranges: &RangeTables) -> Component {
    let sizes = ranges.sizes();
    let most = sizes.last().copied().unwrap_or(1);
    let mut ops: Vec<Op> = (0..sizes.len()).map(Op::Fixed).collect();
    for (position, &size) in sizes.iter().enumerate() {
        ops.push(Op::Serve {
            tag: Tag::range(size),
            tuple: vec![Slot(position as u32)],
        });
    }
    Component {
        name: "ranges".into(),
        proof: 0,
        kind: Kind::Ranges,
        rows: most as u64,
        log_rows: log_rows(most as u64),
        fixed: sizes
            .iter()
            .map(|&size| Fixed::Values {
                values: (0..size).collect(),
                rest: size - 1,
            })
            .collect(),
        spans: vec![None; ops.len()],
        ops,
        count: Default::default(),
        batches: Vec::new(),
    }
}

/// log2 of the padded row count: at least 16 rows.
pub(crate) fn log_rows(rows: u64) -> u32 {
    rows.max(16).next_power_of_two().trailing_zeros()
}

/// The index functions that are a row's own subscripts.
fn positions(rank: usize) -> Vec<Form> {
    (0..rank)
        .map(|i| IndexExpr::Index(IndexId(i as u32)))
        .collect()
}

fn identity(space: &[IndexId]) -> Env {
    space
        .iter()
        .zip(positions(space.len()))
        .map(|(&index, form)| (index, Bind { form, lane: false }))
        .collect()
}

/// The row-major number of a point.
fn flat(at: &[Form], sizes: &[u64]) -> Form {
    let mut address = IndexExpr::Constant(0);
    for (form, &size) in at.iter().zip(sizes) {
        let scaled = IndexExpr::Mul(
            Box::new(address),
            Box::new(IndexExpr::Constant(size as i64)),
        );
        address = fold(IndexExpr::Add(
            Box::new(fold(scaled)),
            Box::new(form.clone()),
        ));
    }
    address
}

use crate::builder::fold;
