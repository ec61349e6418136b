//! Cuts: a graph split along an index, graph to graph (spec 3.7).
//!
//! What is defined over the index becomes one value for each piece; inputs and caches follow where
//! all that reads them allows it, and reductions over the index become reductions of the pieces'.

mod copy;
mod images;

use std::collections::BTreeMap;

use crate::derived::{Derived, Origin};
use crate::diagnostic::{Diagnostic, Span};
use crate::graph::{
    Append, Assert, Domain, ExprId, Graph, Index, IndexExpr, IndexId, Input, InputId, Interval,
    Member, Output, OutputId, PlanDecl, PlanTarget, PlanTerm, ProofDecl, Source, State, StateId,
    TableId, Value, ValueId,
};
use copy::{Bound, Copier};
use images::{images, Divided};

/// A graph that is cut.
pub struct Cut {
    /// Relative to the whole program.
    pub derived: Derived,
    /// For every member: what it is a piece of in the given graph, and which; `None` if it is
    /// not cut.
    pub pieces: BTreeMap<Member, (Member, Option<usize>)>,
}

/// Whether a cut over `over` is about an index: by its name or by the parameter it runs over,
/// with or without an `s` at the end.
fn is_called(index: &Index, over: &str) -> bool {
    let stem = |name: &str| name.strip_suffix('s').unwrap_or(name).to_string();
    let names = [Some(&index.name), index.over.as_ref()];
    names
        .into_iter()
        .flatten()
        .any(|name| stem(name) == stem(over))
}

/// The position of the index that a cut divides in a space.
fn place(graph: &Graph, over: &str, space: &[IndexId]) -> Option<usize> {
    space.iter().position(|&id| {
        let index = graph.index(id);
        matches!(index.domain, Domain::Static(_)) && is_called(index, over)
    })
}

/// What a cut calls the indices that `over` names, and how many values they take; `None` if no
/// value is defined over one, or their sizes differ.
pub fn size_of(graph: &Graph, over: &str) -> Option<(String, u64)> {
    let mut found: Option<(String, u64)> = None;
    for value in &graph.values {
        let Some(place) = place(graph, over, &value.space) else {
            continue;
        };
        let index = graph.index(value.space[place]);
        let Domain::Static(size) = index.domain else {
            continue;
        };
        match &found {
            Some((_, known)) if *known != size => return None,
            Some(_) => {}
            None => found = Some((index.over.clone().unwrap_or(index.name.clone()), size)),
        }
    }
    found
}

/// Splits a graph along the indices that `over` names, at `breaks`: 0, ..., the index's size,
/// ascending.
///
/// # Errors
/// E105 where a read reaches over pieces.
pub fn cut(
    given: &Derived,
    over: &str,
    breaks: &[u64],
    span: Span,
) -> Result<Cut, Vec<Diagnostic>> {
    let graph = &given.graph;
    let divided = images(graph, over, breaks);
    let mut cutter = Cutter {
        given,
        over,
        breaks,
        span,
        divided,
        out: Graph {
            name: graph.name.clone(),
            params: graph.params.clone(),
            tables: graph.tables.clone(),
            plans: vec![trivial(span)],
            ..Graph::default()
        },
        origins: [Vec::new(), Vec::new(), Vec::new()],
        pieces: BTreeMap::new(),
        inputs: BTreeMap::new(),
        states: BTreeMap::new(),
        values: BTreeMap::new(),
        indices: BTreeMap::new(),
        diagnostics: Vec::new(),
    };
    for table in 0..graph.tables.len() as u32 {
        let table = Member::Table(TableId(table));
        cutter.pieces.insert(table, (table, None));
    }
    cutter.inputs();
    cutter.number_values();
    cutter.states();
    cutter.values();
    cutter.asserts();
    if !cutter.diagnostics.is_empty() {
        return Err(cutter.diagnostics);
    }
    let [inputs, outputs, values] = cutter.origins;
    Ok(Cut {
        derived: Derived {
            graph: cutter.out,
            inputs,
            outputs,
            values,
        },
        pieces: cutter.pieces,
    })
}

/// The plan of a derived graph, which nobody asks for: everything in one proof.
pub(crate) fn trivial(span: Span) -> PlanDecl {
    let all = PlanTerm {
        subtract: false,
        target: PlanTarget::All,
        span,
    };
    PlanDecl {
        name: "fused".into(),
        span,
        proofs: vec![ProofDecl {
            name: "all".into(),
            span,
            terms: vec![all],
            cuts: Vec::new(),
        }],
        boundaries: Vec::new(),
    }
}

/// A piece of the cut, or what is not cut.
type Piece = Option<usize>;

struct Cutter<'a> {
    given: &'a Derived,
    over: &'a str,
    breaks: &'a [u64],
    span: Span,
    divided: Divided,
    out: Graph,
    /// Of inputs, outputs and values.
    origins: [Vec<Origin>; 3],
    pieces: BTreeMap<Member, (Member, Piece)>,
    inputs: BTreeMap<(InputId, Piece), InputId>,
    states: BTreeMap<(StateId, Piece), StateId>,
    values: BTreeMap<(ValueId, Piece), ValueId>,
    /// Indices of spaces and steps, which are shared by what is in the same loop.
    indices: BTreeMap<(IndexId, Piece), IndexId>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Cutter<'a> {
    fn graph(&self) -> &'a Graph {
        &self.given.graph
    }

    fn count(&self) -> usize {
        self.breaks.len() - 1
    }

    /// All pieces, or the one of what is not cut.
    fn pieces_of(&self, is_cut: bool) -> Vec<Piece> {
        match is_cut {
            true => (0..self.count()).map(Some).collect(),
            false => vec![None],
        }
    }

    /// `name`, or `name[over 0..2]`.
    fn named(&self, name: &str, piece: Piece) -> String {
        let Some(piece) = piece else {
            return name.to_string();
        };
        let (from, to) = (self.breaks[piece], self.breaks[piece + 1]);
        let over = self.over;
        match to - from {
            1 => format!("{name}[{over} {from}]"),
            _ => format!("{name}[{over} {from}..{to}]"),
        }
    }

    fn cut_at(&self, space: &[IndexId]) -> Option<usize> {
        place(self.graph(), self.over, space)
    }

    fn inputs(&mut self) {
        for (number, input) in self.graph().inputs.iter().enumerate() {
            let id = InputId(number as u32);
            let at = self.divided.input(id).cloned();
            for piece in self.pieces_of(at.is_some()) {
                let mut origin = self.given.inputs[number].clone();
                let mut shape = input.shape.clone();
                if let (Some((dimension, ends)), Some(piece)) = (&at, piece) {
                    shape[*dimension] = ends[piece + 1] - ends[piece];
                    origin.from[*dimension] += ends[piece];
                }
                let new = InputId(self.out.inputs.len() as u32);
                self.out.inputs.push(Input {
                    name: self.named(&input.name, piece),
                    shape,
                    ..input.clone()
                });
                self.origins[0].push(origin);
                self.inputs.insert((id, piece), new);
                self.pieces
                    .insert(Member::Input(new), (Member::Input(id), piece));
            }
        }
    }

    /// Values are known by number before they are copied: states come first.
    fn number_values(&mut self) {
        let mut next = 0;
        for (number, value) in self.graph().values.iter().enumerate() {
            let id = ValueId(number as u32);
            for piece in self.pieces_of(self.cut_at(&value.space).is_some()) {
                self.values.insert((id, piece), ValueId(next));
                self.pieces
                    .insert(Member::Value(ValueId(next)), (Member::Value(id), piece));
                next += 1;
            }
        }
    }

    /// The new index for one of a space or a step.
    fn index(&mut self, id: IndexId, piece: Piece) -> IndexId {
        if let Some(&known) = self.indices.get(&(id, piece)) {
            return known;
        }
        let index = self.graph().index(id);
        let domain = match (index.domain, piece) {
            (Domain::Static(_), Some(piece)) if self.cut_at(&[id]).is_some() => {
                Domain::Static(self.breaks[piece + 1] - self.breaks[piece])
            }
            (Domain::Static(size), _) => Domain::Static(size),
            (Domain::Cache { state, step }, piece) => {
                let state = self.state(state, piece);
                let step = self.index(step, piece);
                Domain::Cache { state, step }
            }
        };
        let new = IndexId(self.out.indices.len() as u32);
        self.out.indices.push(Index {
            domain,
            ..index.clone()
        });
        self.indices.insert((id, piece), new);
        new
    }

    /// A state as a piece sees it.
    fn state(&self, id: StateId, piece: Piece) -> StateId {
        let piece = if self.divided.state(id).is_some() || self.steps(id) {
            piece
        } else {
            None
        };
        match self.states.get(&(id, piece)) {
            Some(&state) => state,
            // Read by what is not cut: the last piece has seen all steps.
            None => self.states[&(id, Some(self.count() - 1))],
        }
    }

    /// Whether the cut divides the steps in which a state grows.
    fn steps(&self, id: StateId) -> bool {
        let append = self.graph().state(id).append.as_ref();
        append.is_some_and(|append| self.cut_at(&[append.step]).is_some())
    }

    fn states(&mut self) {
        let states = &self.graph().states;
        // Cache indices point at states: number all before any index is made.
        let mut next = 0;
        for number in 0..states.len() as u32 {
            let id = StateId(number);
            let is_cut = self.divided.state(id).is_some() || self.steps(id);
            for piece in self.pieces_of(is_cut) {
                self.states.insert((id, piece), StateId(next));
                self.pieces
                    .insert(Member::State(StateId(next)), (Member::State(id), piece));
                next += 1;
            }
        }
        for (number, state) in states.iter().enumerate() {
            let id = StateId(number as u32);
            let element = self.divided.state(id).cloned();
            for piece in self.pieces_of(element.is_some() || self.steps(id)) {
                let new = if self.steps(id) {
                    self.stepped(state, piece)
                } else {
                    self.narrowed(state, element.as_ref(), piece)
                };
                self.out.states.push(State {
                    name: self.named(&state.name, piece),
                    ..new
                });
            }
        }
    }

    /// A piece of the steps: it starts with all that was appended before.
    fn stepped(&mut self, state: &State, piece: Piece) -> State {
        let (Some(append), Some(piece)) = (&state.append, piece) else {
            unreachable!("a state that steps are cut of grows");
        };
        let mut seeds: Vec<Source> = state
            .seeds
            .iter()
            .map(|&seed| self.source(seed, None))
            .collect();
        for before in 0..piece {
            seeds.extend(
                append
                    .source
                    .map(|source| self.source(source, Some(before))),
            );
        }
        let source = append.source.map(|source| self.source(source, Some(piece)));
        let plain = append.at == [IndexExpr::Index(append.step)];
        let whole = match append.source {
            Some(Source::Input(id)) => self.divided.input(id).is_none_or(|(at, _)| *at != 0),
            Some(Source::Value(id)) => self.cut_at(&self.graph().value(id).space) != Some(0),
            Some(Source::State(_)) => true,
            // Only counted.
            None => false,
        };
        if (append.source.is_some() && !plain) || whole {
            self.diagnostics.push(
                Diagnostic::new(
                    "E105",
                    format!("the cache `{}` cannot be cut at a step", state.name),
                )
                .at(self.span, "cut here")
                .also(append.span, "what is appended here is read in other ways too")
                .hint("cut another index, or append an input or value of which each step reads its own entry"),
            );
        }
        State {
            seeds,
            seeded: state.seeded + self.breaks[piece],
            append: Some(Append {
                source,
                at: vec![IndexExpr::Index(self.index(append.step, Some(piece)))],
                step: self.index(append.step, Some(piece)),
                span: append.span,
            }),
            ..state.clone()
        }
    }

    /// What an undivided state holds of a value that is cut has no one place.
    fn held_whole(&mut self, state: &State) {
        let held = state.seeds.iter().copied();
        let held = held.chain(state.append.as_ref().and_then(|append| append.source));
        for source in held.collect::<Vec<_>>() {
            let Source::Value(id) = source else {
                continue;
            };
            let value = self.graph().value(id);
            if self.cut_at(&value.space).is_some() {
                self.diagnostics.push(
                    Diagnostic::new(
                        "E105",
                        format!(
                            "the cache `{}` holds several pieces of `{}`",
                            state.name, value.name
                        ),
                    )
                    .at(self.span, "cut here")
                    .also(state.span, "this cache is read over pieces")
                    .hint(
                        "let what reads the cache read its own piece alone, or cut another index",
                    ),
                );
            }
        }
    }

    /// A piece of the entries' elements, or a state that is not cut.
    fn narrowed(&mut self, state: &State, at: Option<&(usize, Vec<u64>)>, piece: Piece) -> State {
        let mut element = state.element.clone();
        if at.is_none() {
            self.held_whole(state);
        }
        if let (Some((dimension, ends)), Some(piece)) = (at, piece) {
            element[*dimension - 1] = ends[piece + 1] - ends[piece];
        }
        let append = state.append.as_ref().map(|append| {
            let step = self.index(append.step, None);
            let mut bound = Bound::new(None);
            bound.bind(
                append.step,
                IndexExpr::Index(step),
                (0, self.size(append.step)),
            );
            Append {
                source: append.source.map(|source| self.source(source, piece)),
                at: append.at.iter().map(|at| bound.substitute(at)).collect(),
                step,
                span: append.span,
            }
        });
        State {
            seeds: state
                .seeds
                .iter()
                .map(|&seed| self.source(seed, piece))
                .collect(),
            element,
            append,
            ..state.clone()
        }
    }

    fn size(&self, index: IndexId) -> i64 {
        match self.graph().index(index).domain {
            Domain::Static(size) => size as i64,
            Domain::Cache { .. } => unreachable!("a step runs over a static domain"),
        }
    }

    /// The piece of an input or value, or all of it where it is not cut.
    fn source(&self, source: Source, piece: Piece) -> Source {
        match source {
            Source::Input(id) => {
                let found = self
                    .inputs
                    .get(&(id, piece))
                    .or_else(|| self.inputs.get(&(id, None)));
                found.map_or(source, |&id| Source::Input(id))
            }
            Source::Value(id) => {
                let found = self
                    .values
                    .get(&(id, piece))
                    .or_else(|| self.values.get(&(id, None)));
                found.map_or(source, |&id| Source::Value(id))
            }
            Source::State(id) => Source::State(self.state(id, piece)),
        }
    }

    fn values(&mut self) {
        for (number, value) in self.graph().values.iter().enumerate() {
            let at = self.cut_at(&value.space);
            for piece in self.pieces_of(at.is_some()) {
                let (space, bound) = self.enter(&value.space, piece);
                let expr = self.copy(value.expr, bound, &value.name);
                let new = ValueId(self.out.values.len() as u32);
                let from = match (at, piece) {
                    (Some(_), Some(piece)) => self.breaks[piece],
                    _ => 0,
                };
                let mut origin = self.given.values[number].clone();
                if let Some(at) = at {
                    origin.from[at] += from;
                }
                self.origins[2].push(origin);
                let output = value.output.map(|id| self.output(id, new, at, piece));
                self.out.values.push(Value {
                    name: self.named(&value.name, piece),
                    space,
                    expr,
                    output,
                    ..value.clone()
                });
            }
        }
    }

    fn output(
        &mut self,
        id: OutputId,
        value: ValueId,
        at: Option<usize>,
        piece: Piece,
    ) -> OutputId {
        let output = self.graph().output(id);
        let mut shape = output.shape.clone();
        let mut origin = self.given.outputs[id.index()].clone();
        if let (Some(at), Some(piece)) = (at, piece) {
            if let Some(dimension) = output.layout.iter().position(|&place| place == at) {
                shape[dimension] = self.breaks[piece + 1] - self.breaks[piece];
                origin.from[dimension] += self.breaks[piece];
            }
        }
        let new = OutputId(self.out.outputs.len() as u32);
        self.out.outputs.push(Output {
            name: self.named(&output.name, piece),
            shape,
            value,
            ..output.clone()
        });
        self.origins[1].push(origin);
        new
    }

    fn asserts(&mut self) {
        for assert in &self.graph().asserts {
            let is_cut = self.cut_at(&assert.space).is_some();
            for piece in self.pieces_of(is_cut) {
                let (space, bound) = self.enter(&assert.space, piece);
                let left = self.copy(assert.left, bound.clone(), "an assertion");
                let right = self.copy(assert.right, bound, "an assertion");
                self.out.asserts.push(Assert {
                    span: assert.span,
                    space,
                    left,
                    right,
                });
            }
        }
    }

    /// The space of a piece, and what the given indices are in it.
    fn enter(&mut self, space: &[IndexId], piece: Piece) -> (Vec<IndexId>, Bound) {
        let at = self.cut_at(space);
        let mut bound = Bound::new(piece);
        let mut new = Vec::new();
        for (position, &id) in space.iter().enumerate() {
            // Of two indices over the same name only the first is cut.
            let own = match self.cut_at(&[id]) {
                Some(_) if at != Some(position) => None,
                _ => piece,
            };
            let index = self.index(id, own);
            let (form, range) = match (self.out.index(index).domain, own) {
                (Domain::Static(size), Some(piece)) if at == Some(position) => {
                    let from = self.breaks[piece] as i64;
                    let form = copy::shifted(IndexExpr::Index(index), from);
                    (form, (from, from + size as i64))
                }
                (Domain::Static(size), _) => (IndexExpr::Index(index), (0, size as i64)),
                (Domain::Cache { state, .. }, _) => (
                    IndexExpr::Index(index),
                    (0, self.most_entries(state) as i64),
                ),
            };
            bound.bind(id, form, range);
            new.push(index);
        }
        (new, bound)
    }

    /// Entries that a new state holds in the end.
    fn most_entries(&self, id: StateId) -> u64 {
        let state = self.out.state(id);
        let appended = state
            .append
            .as_ref()
            .map(|append| self.out.index(append.step).domain);
        match appended {
            Some(Domain::Static(steps)) => state.seeded + steps,
            _ => state.seeded,
        }
    }

    fn copy(&mut self, expr: ExprId, bound: Bound, of: &str) -> ExprId {
        Copier { cutter: self, of }.copy(expr, &bound)
    }
}

impl Cutter<'_> {
    /// The interval of an expression of the given graph.
    fn interval(&self, expr: ExprId) -> Interval {
        self.graph().expr(expr).interval
    }
}
