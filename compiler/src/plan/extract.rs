//! Parts: the subgraphs that sessions of their own prove, with what crosses between them made
//! public (spec 3.8).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagnostic::Span;
use crate::meaning::dims::growing;
use crate::meaning::graph::{
    Append, Assert, Domain, Expr, ExprId, ExprKind, Graph, Index, IndexExpr, IndexId, Input,
    InputId, Member, Output, OutputId, PlanDecl, PlanTarget, PlanTerm, ProofDecl, Region, Source,
    State, StateId, TableId, Value, ValueId, Visibility,
};
use crate::plan::derived::{Derived, Origin};

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

/// Divides a graph into `count` parts. `part_of` has every member's part, numbered so that each
/// comes after those whose values it reads.
///
/// A value that another part reads becomes a public output of its own part and a public input of
/// the other; an input that several read is public in each, and one that a single part reads goes
/// there. A value that is a box of an input is in every part that reads it. Every part has all
/// tables, and the caches that it reads or whose entries it counts. An assertion goes to the last
/// part whose values it reads, else to one that reads its inputs.
///
/// Values that nothing depends on ([`Graph::live`]) are in no part: nothing is proved of them, and
/// for what they read nothing becomes public.
pub fn extract(given: &Derived, part_of: &BTreeMap<Member, usize>, count: usize) -> Vec<Extracted> {
    let division = Division::new(given, part_of, count);
    (0..count)
        .map(|part| Extraction::new(&division, part).run())
        .collect()
}

/// What is read somewhere.
#[derive(Clone, Default)]
struct Needs {
    inputs: BTreeSet<InputId>,
    values: BTreeSet<ValueId>,
    /// Caches whose entries are read.
    read: BTreeSet<StateId>,
    /// Those, and caches that an index runs over.
    counted: BTreeSet<StateId>,
    indices: BTreeSet<IndexId>,
}

impl Needs {
    fn index(&mut self, graph: &Graph, index: IndexId) {
        self.indices.insert(index);
        if let Domain::Cache { state, step } = graph.index(index).domain {
            self.indices.insert(step);
            self.count(graph, state);
        }
    }

    fn subscripts(&mut self, graph: &Graph, at: &[IndexExpr]) {
        for subscript in at {
            subscript.indices(&mut |index| self.index(graph, index));
        }
    }

    fn count(&mut self, graph: &Graph, state: StateId) {
        self.counted.insert(state);
        let append = graph.state(state).append.as_ref();
        self.indices.extend(append.map(|append| append.step));
    }

    fn source(&mut self, given: &Derived, source: Source) {
        let graph = &given.graph;
        match source {
            Source::Input(id) => drop(self.inputs.insert(id)),
            Source::Value(id) => {
                if self.values.insert(id) && given.is_of_input(id) {
                    self.value(given, id);
                }
            }
            Source::State(id) => {
                if self.read.insert(id) {
                    self.count(graph, id);
                    for source in graph.sources(id) {
                        self.source(given, source);
                    }
                    if let Some(append) = &graph.state(id).append {
                        self.subscripts(graph, &append.at);
                    }
                }
            }
        }
    }

    /// What it takes to compute a value.
    fn value(&mut self, given: &Derived, id: ValueId) {
        let value = given.graph.value(id);
        for &index in &value.space {
            self.index(&given.graph, index);
        }
        self.expr(given, value.expr);
    }

    fn expr(&mut self, given: &Derived, id: ExprId) {
        let graph = &given.graph;
        let kind = &graph.expr(id).kind;
        match kind {
            ExprKind::Index(subscript) => {
                subscript.indices(&mut |index| self.index(graph, index));
            }
            ExprKind::Read { source, at } => {
                self.source(given, *source);
                self.subscripts(graph, at);
            }
            ExprKind::Reduce { index, .. } => self.index(graph, *index),
            _ => {}
        }
        for child in kind.children() {
            self.expr(given, child);
        }
    }

    fn assert(&mut self, given: &Derived, assert: &Assert) {
        for &index in &assert.space {
            self.index(&given.graph, index);
        }
        self.expr(given, assert.left);
        self.expr(given, assert.right);
    }
}

/// Who reads what, and what each part has.
struct Division<'a> {
    given: &'a Derived,
    /// The part that computes each value; none for one that nothing depends on, or that every
    /// reader has.
    home: Vec<Option<usize>>,
    needs: Vec<Needs>,
    /// The part of every assertion.
    asserts: Vec<usize>,
    /// The parts that have each input, and those that read each value besides its own.
    inputs: Vec<Vec<usize>>,
    readers: Vec<Vec<usize>>,
    /// What each value is called where it crosses.
    names: Vec<String>,
}

impl<'a> Division<'a> {
    fn new(given: &'a Derived, part_of: &'a BTreeMap<Member, usize>, count: usize) -> Self {
        let graph = &given.graph;
        let live = graph.live();
        let values = || (0..graph.values.len() as u32).map(ValueId);
        let home = values().map(|id| {
            let member = Member::Value(id);
            let computed = live.contains(&member) && !given.is_of_input(id);
            computed.then(|| part_of[&member])
        });
        let home: Vec<Option<usize>> = home.collect();
        let mut needs = vec![Needs::default(); count];
        for (id, part) in values().zip(&home) {
            if let Some(part) = *part {
                needs[part].value(given, id);
            }
        }
        let mut asserts = Vec::new();
        for assert in &graph.asserts {
            let part = part_of_assert(given, assert, part_of, &home, &needs);
            needs[part].assert(given, assert);
            asserts.push(part);
        }
        let inputs = (0..graph.inputs.len() as u32).map(InputId).map(|id| {
            let readers: Vec<usize> = (0..count)
                .filter(|&part| needs[part].inputs.contains(&id))
                .collect();
            match readers[..] {
                [] => vec![part_of[&Member::Input(id)]],
                _ => readers,
            }
        });
        let readers = values().zip(&home).map(|(id, &own)| {
            let others = (0..count).filter(|&part| own.is_some_and(|own| own != part));
            others
                .filter(|&part| needs[part].values.contains(&id))
                .collect()
        });
        Self {
            inputs: inputs.collect(),
            readers: readers.collect(),
            names: crossing_names(graph),
            given,
            home,
            needs,
            asserts,
        }
    }

    /// Whether a part computes a value.
    fn is_own(&self, part: usize, value: ValueId) -> bool {
        match self.home[value.index()] {
            Some(own) => own == part,
            None => self.needs[part].values.contains(&value),
        }
    }
}

/// The last part whose values an assertion reads; of one that reads inputs alone, the part that
/// reads most of them anyhow.
fn part_of_assert(
    given: &Derived,
    assert: &Assert,
    part_of: &BTreeMap<Member, usize>,
    home: &[Option<usize>],
    needs: &[Needs],
) -> usize {
    let mut reads = Needs::default();
    reads.assert(given, assert);
    let values = reads.values.iter();
    if let Some(last) = values.filter_map(|id| home[id.index()]).max() {
        return last;
    }
    let shared = |part: &usize| reads.inputs.intersection(&needs[*part].inputs).count();
    let most = (0..needs.len()).rev().max_by_key(shared);
    match (most.filter(|part| shared(part) > 0), reads.inputs.first()) {
        (Some(part), _) => part,
        (None, Some(&first)) => part_of[&Member::Input(first)],
        (None, None) => 0,
    }
}

/// Each value's name, with a number where an input, an output or an earlier value has it too.
fn crossing_names(graph: &Graph) -> Vec<String> {
    let inputs = graph.inputs.iter().map(|input| input.name.as_str());
    let outputs = graph.outputs.iter().map(|output| output.name.as_str());
    let mut seen: HashMap<&str, usize> = inputs.chain(outputs).map(|name| (name, 1)).collect();
    let mut names = Vec::new();
    for value in &graph.values {
        names.push(match value.output {
            Some(output) => graph.output(output).name.clone(),
            None => {
                let number = seen.entry(&value.name).or_insert(0);
                *number += 1;
                match number {
                    1 => value.name.clone(),
                    _ => format!("{}#{number}", value.name),
                }
            }
        });
    }
    names
}

/// One part's graph while it is written.
struct Extraction<'a> {
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
    fn new(division: &'a Division<'a>, part: usize) -> Self {
        let given = &division.given.graph;
        let graph = Graph {
            name: given.name.clone(),
            params: given.params.clone(),
            tables: given.tables.clone(),
            plans: vec![everything()],
            ..Graph::default()
        };
        let tables = (0..given.tables.len() as u32).map(|id| Member::Table(TableId(id)));
        let derived = Derived {
            is_whole: false,
            graph,
            inputs: Vec::new(),
            outputs: Vec::new(),
            values: Vec::new(),
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

    fn run(mut self) -> Extracted {
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
            expr: self.expr(value.expr),
            output: None,
            ..value.clone()
        };
        let new = ValueId(self.out.derived.graph.values.len() as u32);
        self.out.derived.graph.values.push(copy);
        let origin = self.origins().values[id.index()].clone();
        self.out.derived.values.push(origin);
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
                    step: step(append),
                    span: append.span,
                }),
                ..state.clone()
            }
        } else {
            State {
                seeds: Vec::new(),
                element: Vec::new(),
                append: state.append.as_ref().map(|append| Append {
                    source: None,
                    at: Vec::new(),
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
                    left: self.expr(assert.left),
                    right: self.expr(assert.right),
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

    fn expr(&mut self, id: ExprId) -> ExprId {
        if let Some(&known) = self.exprs.get(&id) {
            return known;
        }
        let expr = self.given.expr(id);
        let kind = match &expr.kind {
            ExprKind::Constant(value) => ExprKind::Constant(*value),
            ExprKind::Index(subscript) => ExprKind::Index(self.subscript(subscript)),
            ExprKind::Read { source, at } => ExprKind::Read {
                source: self.source(*source),
                at: self.subscripts(at),
            },
            ExprKind::Neg(a) => ExprKind::Neg(self.expr(*a)),
            ExprKind::Add(a, b) => ExprKind::Add(self.expr(*a), self.expr(*b)),
            ExprKind::Sub(a, b) => ExprKind::Sub(self.expr(*a), self.expr(*b)),
            ExprKind::Mul(a, b) => ExprKind::Mul(self.expr(*a), self.expr(*b)),
            ExprKind::Reduce { op, index, body } => ExprKind::Reduce {
                op: *op,
                index: self.indices[index],
                body: self.expr(*body),
            },
            ExprKind::Clip { arg, lo, hi } => ExprKind::Clip {
                arg: self.expr(*arg),
                lo: *lo,
                hi: *hi,
            },
            ExprKind::Max(a, b) => ExprKind::Max(self.expr(*a), self.expr(*b)),
            ExprKind::Min(a, b) => ExprKind::Min(self.expr(*a), self.expr(*b)),
            ExprKind::Abs(a) => ExprKind::Abs(self.expr(*a)),
            ExprKind::Lookup { table, arg } => ExprKind::Lookup {
                table: *table,
                arg: self.expr(*arg),
            },
            ExprKind::Divide { policy, num, den } => ExprKind::Divide {
                policy: *policy,
                num: self.expr(*num),
                den: self.expr(*den),
            },
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

/// The plan of a graph that was not declared: all in one proof.
fn everything() -> PlanDecl {
    let span = Span::default();
    let all = PlanTerm {
        subtract: false,
        target: PlanTarget::All,
        span,
    };
    PlanDecl {
        name: "fused".to_string(),
        span,
        proofs: vec![ProofDecl {
            name: "all".to_string(),
            span,
            terms: vec![all],
            cuts: Vec::new(),
        }],
        boundaries: Vec::new(),
    }
}
