//! One part's graph while it is written.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;

use super::division::Division;
use super::needs::Needs;
use crate::diagnostic::Span;
use crate::meaning::dims::growing;
use crate::meaning::graph::{
    Append, Assert, Domain, Expr, ExprId, ExprKind, Filter, Graph, Index, IndexExpr, IndexId,
    Input, InputId, Member, Output, OutputId, Place, Region, Source, State, StateId, TableId,
    Value, ValueId, Visibility,
};
use crate::plan::derived::{everything, Derived, Origin};

/// The graph of one part.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// Origins are in the whole program.
    pub derived: Derived,
    /// For every member of the part's graph, what it is in the graph that was divided. An input
    /// may be a value there, of another part.
    pub members: BTreeMap<Member, Member>,
    /// Inputs that other parts have or define too, all public.
    pub crossing_in: Vec<InputId>,
    /// Outputs that other parts are given, all public.
    pub crossing_out: Vec<OutputId>,
}

/// One part's graph while it is written.
pub struct Extraction<'a> {
    division: &'a Division<'a>,
    given: &'a Graph,
    part: usize,
    needs: &'a Needs,
    out: Extracted,
    inputs: HashMap<InputId, InputId>,
    values: HashMap<ValueId, Source>,
    states: HashMap<StateId, StateId>,
    indices: HashMap<IndexId, IndexId>,
    exprs: HashMap<ExprId, ExprId>,
}

impl<'a> Extraction<'a> {
    pub fn new(division: &'a Division<'a>, part: usize) -> Self {
        let given = &division.given.graph;
        let graph = Graph {
            name: given.name.clone(),
            params: given.params.clone(),
            tables: given.tables.clone(),
            statics: given.statics.clone(),
            static_asserts: given.static_asserts.clone(),
            known: given.known.clone(),
            plans: vec![everything(Span::default())],
            ..Graph::default()
        };
        let tables = (0..given.tables.len() as u32).map(|id| Member::Table(TableId(id)));
        let derived = Derived {
            is_whole: false,
            graph,
            inputs: Vec::new(),
            outputs: Vec::new(),
            values: Vec::new(),
            handed: BTreeSet::new(),
        };
        Self {
            division,
            given,
            part,
            needs: &division.needs[part],
            out: Extracted {
                derived,
                members: tables.map(|table| (table, table)).collect(),
                crossing_in: Vec::new(),
                crossing_out: Vec::new(),
            },
            inputs: HashMap::new(),
            values: HashMap::new(),
            states: HashMap::new(),
            indices: HashMap::new(),
            exprs: HashMap::new(),
        }
    }

    pub fn run(mut self) -> Extracted {
        let needs = self.needs;
        // An index names its cache, and a cache its step: numbers first.
        for (number, &id) in (0..).zip(&needs.counted) {
            self.states.insert(id, StateId(number));
        }
        for (number, &id) in (0..).zip(&needs.indices) {
            self.indices.insert(id, IndexId(number));
        }
        self.copy_indices();
        self.copy_inputs();
        for &id in &needs.values {
            if !self.division.is_own(self.part, id) {
                self.cross(id);
            }
        }
        for number in 0..self.given.values.len() as u32 {
            let id = ValueId(number);
            if self.division.is_own(self.part, id) {
                self.copy_value(id);
            }
        }
        for &id in &needs.counted {
            self.copy_state(id);
        }
        self.copy_asserts();
        self.copy_outputs();
        self.copy_regions();
        self.out
    }

    fn origins(&self) -> &'a Derived {
        self.division.given
    }

    fn copy_indices(&mut self) {
        for &id in &self.needs.indices {
            let index = self.given.index(id);
            let domain = match index.domain {
                Domain::Static(size) => Domain::Static(size),
                Domain::Cache { state, step } => Domain::Cache {
                    state: self.states[&state],
                    step: self.indices[&step],
                },
                Domain::Growing { base, with } => Domain::Growing {
                    base,
                    with: self.indices[&with],
                },
            };
            let index = index.clone();
            self.out
                .derived
                .graph
                .indices
                .push(Index { domain, ..index });
        }
    }

    fn copy_inputs(&mut self) {
        for (number, input) in self.given.inputs.iter().enumerate() {
            let holders = &self.division.inputs[number];
            if !holders.contains(&self.part) {
                continue;
            }
            let mut input = input.clone();
            let crosses = holders.len() > 1;
            if crosses {
                input.visibility = Visibility::Public;
            }
            let id = InputId(number as u32);
            let origin = self.origins().inputs[number].clone();
            let new = self.add_input(input, origin, Member::Input(id), crosses);
            self.inputs.insert(id, new);
        }
    }

    fn add_input(
        &mut self,
        input: Input,
        origin: Origin,
        stands_for: Member,
        crosses: bool,
    ) -> InputId {
        let id = InputId(self.out.derived.graph.inputs.len() as u32);
        self.out.derived.graph.inputs.push(input);
        self.out.derived.inputs.push(origin);
        self.out.members.insert(Member::Input(id), stands_for);
        if crosses {
            self.out.crossing_in.push(id);
        }
        id
    }

    /// The input that another part's value becomes.
    fn cross(&mut self, id: ValueId) {
        let value = self.given.value(id);
        let input = Input {
            name: self.division.names[id.index()].clone(),
            span: value.span,
            visibility: Visibility::Public,
            shape: self.given.space_sizes(&value.space),
            growing: growing(&self.given.dims(&value.space)),
            range: value.interval,
        };
        let origin = self.origins().values[id.index()].clone();
        let new = self.add_input(input, origin, Member::Value(id), true);
        self.values.insert(id, Source::Input(new));
    }

    fn copy_value(&mut self, id: ValueId) {
        let value = self.given.value(id);
        let copy = Value {
            space: self.space(&value.space),
            filter: value.filter.map(|filter| self.expr(filter)),
            expr: self.expr(value.expr),
            output: None,
            ..value.clone()
        };
        let new = ValueId(self.out.derived.graph.values.len() as u32);
        self.out.derived.graph.values.push(copy);
        let origin = self.origins().values[id.index()].clone();
        self.out.derived.values.push(origin);
        if self.origins().handed.contains(&id) {
            self.out.derived.handed.insert(new);
        }
        self.values.insert(id, Source::Value(new));
        let (member, given) = (Member::Value(new), Member::Value(id));
        self.out.members.insert(member, given);
    }

    fn copy_state(&mut self, id: StateId) {
        let state = self.given.state(id);
        let step = |append: &Append| self.indices[&append.step];
        let copy = if self.needs.read.contains(&id) {
            State {
                seeds: state.seeds.iter().map(|&seed| self.source(seed)).collect(),
                append: state.append.as_ref().map(|append| Append {
                    source: append.source.map(|source| self.source(source)),
                    at: self.subscripts(&append.at),
                    outer: self.space(&append.outer),
                    step: step(append),
                    span: append.span,
                }),
                ..state.clone()
            }
        } else {
            State {
                seeds: Vec::new(),
                tiles: Vec::new(),
                carried: false,
                element: Vec::new(),
                append: state.append.as_ref().map(|append| Append {
                    source: None,
                    at: Vec::new(),
                    outer: Vec::new(),
                    step: step(append),
                    span: append.span,
                }),
                ..state.clone()
            }
        };
        self.out.derived.graph.states.push(copy);
        let (member, given) = (Member::State(self.states[&id]), Member::State(id));
        self.out.members.insert(member, given);
    }

    fn copy_asserts(&mut self) {
        for (assert, &part) in self.given.asserts.iter().zip(&self.division.asserts) {
            if part == self.part {
                let assert = Assert {
                    span: assert.span,
                    space: self.space(&assert.space),
                    filter: assert.filter.map(|filter| self.expr(filter)),
                    left: self.expr(assert.left),
                    right: self.expr(assert.right),
                    equal: assert.equal,
                    written: None,
                };
                self.out.derived.graph.asserts.push(assert);
            }
        }
    }

    /// The outputs of the part's values, in the given order, then the values that cross.
    fn copy_outputs(&mut self) {
        for (number, output) in self.given.outputs.iter().enumerate() {
            let Some(&Source::Value(new)) = self.values.get(&output.value) else {
                continue;
            };
            let crosses = !self.division.readers[output.value.index()].is_empty();
            let mut output = output.clone();
            output.value = new;
            if crosses {
                output.visibility = Visibility::Public;
            }
            let origin = self.origins().outputs[number].clone();
            self.add_output(output, origin, crosses);
        }
        for (number, value) in self.given.values.iter().enumerate() {
            let Some(&Source::Value(new)) = self.values.get(&ValueId(number as u32)) else {
                continue;
            };
            if value.output.is_some() || self.division.readers[number].is_empty() {
                continue;
            }
            let output = Output {
                name: self.division.names[number].clone(),
                span: value.span,
                visibility: Visibility::Public,
                shape: self.given.space_sizes(&value.space),
                range: value.interval,
                value: new,
                layout: (0..value.space.len()).collect(),
            };
            let origin = self.origins().values[number].clone();
            self.add_output(output, origin, true);
        }
    }

    fn add_output(&mut self, output: Output, origin: Origin, crosses: bool) {
        let id = OutputId(self.out.derived.graph.outputs.len() as u32);
        self.out.derived.graph.values[output.value.index()].output = Some(id);
        self.out.derived.graph.outputs.push(output);
        self.out.derived.outputs.push(origin);
        if crosses {
            self.out.crossing_out.push(id);
        }
    }

    /// Regions, as far as the part defines or has their members itself.
    fn copy_regions(&mut self) {
        let own: BTreeMap<Member, Member> = self
            .out
            .members
            .iter()
            .filter(|(new, given)| std::mem::discriminant(*new) == std::mem::discriminant(*given))
            .map(|(&new, &given)| (given, new))
            .collect();
        let regions = self.given.regions.iter().map(|region| Region {
            name: region.name.clone(),
            span: region.span,
            members: region
                .members
                .iter()
                .filter_map(|member| own.get(member).copied())
                .collect(),
        });
        self.out.derived.graph.regions = regions.collect();
    }

    fn source(&self, source: Source) -> Source {
        match source {
            Source::Input(id) => Source::Input(self.inputs[&id]),
            Source::State(id) => Source::State(self.states[&id]),
            Source::Value(id) => self.values[&id],
            Source::Static(id) => Source::Static(id),
        }
    }

    fn space(&self, space: &[IndexId]) -> Vec<IndexId> {
        space.iter().map(|index| self.indices[index]).collect()
    }

    fn subscripts(&self, at: &[IndexExpr]) -> Vec<IndexExpr> {
        at.iter()
            .map(|subscript| self.subscript(subscript))
            .collect()
    }

    fn subscript(&self, subscript: &IndexExpr) -> IndexExpr {
        subscript.renamed(&|index| self.indices[&index])
    }

    fn filter(&mut self, filter: Filter) -> Filter {
        let copied = filter.map(|id| Ok::<_, Infallible>(self.expr(id)));
        copied.unwrap_or_else(|never| match never {})
    }

    fn expr(&mut self, id: ExprId) -> ExprId {
        if let Some(&known) = self.exprs.get(&id) {
            return known;
        }
        let expr = self.given.expr(id);
        let kind = match &expr.kind {
            ExprKind::Index(subscript) => ExprKind::Index(self.subscript(subscript)),
            ExprKind::Read { source, at } => ExprKind::Read {
                source: self.source(*source),
                at: self.subscripts(at),
            },
            ExprKind::Pick { source, at } => ExprKind::Pick {
                source: self.source(*source),
                at: at
                    .iter()
                    .map(|place| match place {
                        Place::Known(subscript) => Place::Known(self.subscript(subscript)),
                        Place::Run(expr) => Place::Run(self.expr(*expr)),
                    })
                    .collect(),
            },
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => ExprKind::Reduce {
                op: *op,
                index: self.indices[index],
                body: self.expr(*body),
                filter: self.filter(*filter),
            },
            other => {
                let copied = other
                    .clone()
                    .map(|child| Ok::<_, Infallible>(self.expr(child)));
                copied.unwrap_or_else(|never| match never {})
            }
        };
        let new = ExprId(self.out.derived.graph.exprs.len() as u32);
        self.out.derived.graph.exprs.push(Expr {
            kind,
            span: expr.span,
            interval: expr.interval,
        });
        self.exprs.insert(id, new);
        new
    }
}
