//! The graph of pieces: inputs, caches, values, assertions and outputs, each with its origin.

use std::collections::BTreeMap;

use super::divide::{place, Division, Split};
use super::rewrite::{Crossing, Scope};
use super::{trivial, Axis, Cut};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Assert, Domain, Graph, IndexId, Input, InputId, Member, Output, OutputId, Source, StateId,
    TableId, Value, ValueId,
};
use crate::plan::derived::{Derived, Origin};

pub struct Builder<'a> {
    pub given: &'a Derived,
    pub axis: &'a Axis,
    pub breaks: &'a [u64],
    pub division: &'a Division,
    pub span: Span,
    pub graph: Graph,
    pub inputs_from: Vec<Origin>,
    outputs_from: Vec<Origin>,
    pub values_from: Vec<Origin>,
    pub pieces: BTreeMap<Member, (Member, Option<usize>)>,
    /// What each noun of the given graph becomes: one, or one for every piece.
    pub indices: Vec<Vec<IndexId>>,
    pub inputs: Vec<Vec<InputId>>,
    pub states: Vec<Vec<StateId>>,
    pub values: Vec<Vec<ValueId>>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    pub fn new(
        given: &'a Derived,
        axis: &'a Axis,
        breaks: &'a [u64],
        division: &'a Division,
        span: Span,
    ) -> Self {
        let graph = Graph {
            name: given.graph.name.clone(),
            params: given.graph.params.clone(),
            tables: given.graph.tables.clone(),
            plans: vec![trivial(span)],
            ..Graph::default()
        };
        Self {
            given,
            axis,
            breaks,
            division,
            span,
            graph,
            inputs_from: Vec::new(),
            outputs_from: Vec::new(),
            values_from: Vec::new(),
            pieces: BTreeMap::new(),
            indices: Vec::new(),
            inputs: Vec::new(),
            states: Vec::new(),
            values: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    pub fn build(mut self) -> Result<Cut, Vec<Diagnostic>> {
        for table in (0..self.graph.tables.len() as u32).map(TableId) {
            let member = Member::Table(table);
            self.pieces.insert(member, (member, None));
        }
        self.number();
        self.add_indices();
        self.add_inputs();
        self.add_states();
        let entries = self.entries();
        self.add_values(entries.len() as u32);
        self.fill_states(&entries);
        self.add_asserts();
        if !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        self.add_outputs();
        let cut = Cut {
            derived: Derived {
                is_whole: false,
                graph: self.graph,
                inputs: self.inputs_from,
                outputs: self.outputs_from,
                values: self.values_from,
            },
            pieces: self.pieces,
        };
        debug_assert_eq!(
            crate::meaning::validate::validate(&cut.derived.graph),
            Ok(())
        );
        Ok(cut)
    }

    /// The one that a piece has to do with.
    pub fn piece<T: Copy>(&self, of: &[T], piece: Option<usize>) -> T {
        match of {
            [only] => *only,
            _ => of[piece.unwrap_or(0)],
        }
    }

    pub fn split(&self, source: Source) -> Option<&'a Split> {
        self.division.of(source)
    }

    /// The pieces to make of something.
    pub fn each(&self, cut: bool) -> Vec<Option<usize>> {
        match cut {
            true => (0..self.breaks.len() - 1).map(Some).collect(),
            false => vec![None],
        }
    }

    /// Numbers everything but values.
    fn number(&mut self) {
        fn numbered<T>(counts: impl Iterator<Item = usize>, id: fn(u32) -> T) -> Vec<Vec<T>> {
            let mut next = 0..;
            counts
                .map(|n| next.by_ref().take(n).map(id).collect())
                .collect()
        }
        let count = self.breaks.len() - 1;
        let given = &self.given.graph;
        let pieces = |source: Source| match self.division.of(source) {
            Some(_) => count,
            None => 1,
        };
        let inputs = (0..given.inputs.len() as u32).map(InputId);
        let inputs = numbered(inputs.map(|id| pieces(Source::Input(id))), InputId);
        let states = (0..given.states.len() as u32).map(StateId);
        let states = numbered(states.map(|id| pieces(Source::State(id))), StateId);
        // In the given order within every piece: rows and segments are ordered by it.
        let indices = (0..given.indices.len() as u32).map(IndexId).map(|index| {
            let cut = match given.index(index).domain {
                Domain::Static(_) => self.axis.indices.contains(&index),
                Domain::Cache { state, step } => {
                    self.axis.indices.contains(&step) || pieces(Source::State(state)) > 1
                }
            };
            if cut {
                count
            } else {
                1
            }
        });
        let indices = numbered(indices, IndexId);
        (self.inputs, self.states, self.indices) = (inputs, states, indices);
    }

    fn add_indices(&mut self) {
        for (number, index) in self.given.graph.indices.iter().enumerate() {
            let cut = self.indices[number].len() > 1;
            for piece in self.each(cut) {
                let domain = match (index.domain, piece) {
                    (Domain::Static(_), Some(piece)) => {
                        Domain::Static(self.breaks[piece + 1] - self.breaks[piece])
                    }
                    (Domain::Static(size), None) => Domain::Static(size),
                    (Domain::Cache { state, step }, piece) => Domain::Cache {
                        state: self.piece(&self.states[state.index()], piece),
                        step: self.piece(&self.indices[step.index()], piece),
                    },
                };
                let index = index.clone();
                self.graph
                    .indices
                    .push(crate::meaning::graph::Index { domain, ..index });
            }
        }
    }

    fn add_inputs(&mut self) {
        for (number, input) in self.given.graph.inputs.iter().enumerate() {
            let id = InputId(number as u32);
            let split = self.split(Source::Input(id));
            for piece in self.each(split.is_some()) {
                let (mut shape, mut from) =
                    (input.shape.clone(), self.given.inputs[number].clone());
                cut_shape(split, piece, &mut shape, &mut from);
                let made = InputId(self.graph.inputs.len() as u32);
                self.pieces
                    .insert(Member::Input(made), (Member::Input(id), piece));
                self.graph.inputs.push(Input {
                    name: self.name(&input.name, piece),
                    shape,
                    ..input.clone()
                });
                self.inputs_from.push(from);
            }
        }
    }

    fn add_values(&mut self, first: u32) {
        let given = &self.given.graph;
        let mut next = first;
        for number in 0..given.values.len() as u32 {
            let split = self.split(Source::Value(ValueId(number)));
            let ids = self.each(split.is_some()).into_iter().map(|_| {
                next += 1;
                ValueId(next - 1)
            });
            let ids = ids.collect();
            self.values.push(ids);
        }
        for (number, value) in given.values.iter().enumerate() {
            let id = ValueId(number as u32);
            let split = self.split(Source::Value(id));
            for piece in self.each(split.is_some()) {
                let space = self.space(&value.space, piece);
                let expr = match self.expr(value.expr, &mut Scope::of(piece)) {
                    Ok(expr) => expr,
                    Err(crossing) => {
                        let what = format!("`{}`", value.name);
                        self.crossed(&what, &crossing, value.span);
                        break;
                    }
                };
                let mut from = self.given.values[number].clone();
                if let (Some(split), Some(piece)) = (split, piece) {
                    from.from[split.dimension] += split.breaks[piece];
                }
                let made = ValueId(self.graph.values.len() as u32);
                self.pieces
                    .insert(Member::Value(made), (Member::Value(id), piece));
                self.values_from.push(from);
                self.graph.values.push(Value {
                    name: self.name(&value.name, piece),
                    space,
                    expr,
                    output: None,
                    ..value.clone()
                });
            }
        }
    }

    fn space(&self, space: &[IndexId], piece: Option<usize>) -> Vec<IndexId> {
        let new = |index: &IndexId| self.piece(&self.indices[index.index()], piece);
        space.iter().map(new).collect()
    }

    fn add_asserts(&mut self) {
        for assert in &self.given.graph.asserts {
            let cut = place(self.axis, &assert.space).is_some();
            for piece in self.each(cut) {
                let mut sides = [assert.left, assert.right].map(|side| {
                    let written = self.expr(side, &mut Scope::of(piece));
                    written.map_err(|crossing| self.crossed("an assertion", &crossing, assert.span))
                });
                let [Ok(left), Ok(right)] = &mut sides else {
                    break;
                };
                let (left, right) = (*left, *right);
                let space = self.space(&assert.space, piece);
                self.graph.asserts.push(Assert {
                    span: assert.span,
                    space,
                    left,
                    right,
                });
            }
        }
    }

    fn add_outputs(&mut self) {
        for (number, output) in self.given.graph.outputs.iter().enumerate() {
            let split = self.split(Source::Value(output.value));
            // The position of the output's shape that the cut index runs over.
            let split = split.map(|split| Split {
                dimension: output
                    .layout
                    .iter()
                    .position(|&p| p == split.dimension)
                    .unwrap_or(0),
                breaks: split.breaks.clone(),
            });
            for piece in self.each(split.is_some()) {
                let value = self.piece(&self.values[output.value.index()], piece);
                let (mut shape, mut from) =
                    (output.shape.clone(), self.given.outputs[number].clone());
                cut_shape(split.as_ref(), piece, &mut shape, &mut from);
                self.graph.values[value.index()].output =
                    Some(OutputId(self.graph.outputs.len() as u32));
                self.outputs_from.push(from);
                self.graph.outputs.push(Output {
                    name: self.name(&output.name, piece),
                    shape,
                    value,
                    ..output.clone()
                });
            }
        }
    }

    /// `name[heads 3]`, `name[steps 0..32, heads 3]`.
    pub fn name(&self, name: &str, piece: Option<usize>) -> String {
        let Some(piece) = piece else {
            return name.to_owned();
        };
        let label = self.label(piece);
        match name.strip_suffix(']') {
            Some(cut) => format!("{cut}, {label}]"),
            None => format!("{name}[{label}]"),
        }
    }

    fn label(&self, piece: usize) -> String {
        let (from, to) = (self.breaks[piece], self.breaks[piece + 1]);
        match to - from {
            1 => format!("{} {from}", self.axis.name),
            _ => format!("{} {from}..{to}", self.axis.name),
        }
    }

    pub fn crossed(&mut self, reader: &str, crossing: &Crossing, span: Span) {
        let name = self.given.graph.member_name(crossing.source.member());
        let span = crossing
            .expr
            .map_or(span, |id| self.given.graph.expr(id).span);
        let axis = &self.axis.name;
        self.diagnostics.push(
            Diagnostic::new(
                "E105",
                format!("{reader} reads `{name}` across the pieces of `{axis}`"),
            )
            .at(span, format!("lies in no single piece of `{name}`"))
            .also(self.span, format!("`{name}` is cut here"))
            .hint(format!(
                "a piece reads another's elements if it is known which: run over `{axis}` here \
                 too, or read them in a sum, maximum or minimum over `{axis}`, or through a cache; \
                 else cut elsewhere"
            )),
        );
    }
}

/// A box of a tensor: its shape, and where it begins in the whole one.
fn cut_shape(split: Option<&Split>, piece: Option<usize>, shape: &mut [u64], from: &mut Origin) {
    if let (Some(Split { dimension, breaks }), Some(piece)) = (split, piece) {
        shape[*dimension] = breaks[piece + 1] - breaks[piece];
        from.from[*dimension] += breaks[piece];
    }
}
