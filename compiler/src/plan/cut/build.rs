//! The graph of pieces, all of it: inputs, caches, values, assertions and outputs, each with its
//! origin.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::divide::{place, Split};
use super::rewrite::Crossing;
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{
    Assert, Domain, ExprId, Index, IndexId, Input, InputId, Member, Output, OutputId, Source,
    TableId, Value, ValueId,
};
use crate::meaning::validate::validate;
use crate::plan::derived::{Derived, Origin};

/// A graph split along an index.
#[derive(Clone, Debug)]
pub struct Cut {
    /// Its origins are those of the whole program.
    pub derived: Derived,
    /// For every member of the derived graph, the member of the given one that it is made from,
    /// and which piece of it; `None` if it is not cut.
    pub pieces: BTreeMap<Member, (Member, Option<usize>)>,
}

impl Builder<'_> {
    pub fn build(mut self) -> Result<Cut, Vec<Diagnostic>> {
        for table in (0..self.graph.tables.len() as u32).map(TableId) {
            let member = Member::Table(table);
            self.pieces.insert(member, (member, None));
        }
        self.number();
        self.find_after();
        self.add_indices();
        self.add_inputs();
        self.add_states();
        let entries = self.entries();
        let handed = self.handed();
        self.add_values((entries.len() + handed.len()) as u32);
        // Values are where they were numbered only if each of them could be made.
        if self.diagnostics.is_empty() {
            self.fill_states(&entries, &handed);
        }
        self.add_asserts();
        if !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        self.add_outputs();
        let given = &self.given.handed;
        let repeats = |made: &Member| match self.pieces[made].0 {
            Member::Value(of) => given.contains(&of),
            _ => false,
        };
        let values = (0..self.graph.values.len() as u32).map(ValueId);
        let again = values.filter(|&made| repeats(&Member::Value(made)));
        let first = handed.values().filter_map(|&source| match source {
            Source::Value(made) => Some(made),
            _ => None,
        });
        let cut = Cut {
            derived: Derived {
                handed: again.chain(first).collect(),
                is_whole: false,
                graph: self.graph,
                inputs: self.inputs_from,
                outputs: self.outputs_from,
                values: self.values_from,
            },
            pieces: self.pieces,
        };
        debug_assert_eq!(validate(&cut.derived.graph), Ok(()));
        Ok(cut)
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
                    (Domain::Growing { base, with }, piece) => Domain::Growing {
                        // A piece's own index is 0 where the whole one is at its first point.
                        base: base + piece.map_or(0, |piece| self.breaks[piece]),
                        with: self.piece(&self.indices[with.index()], piece),
                    },
                };
                let index = index.clone();
                self.graph.indices.push(Index { domain, ..index });
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
                let filter = self.filter(value.filter, piece);
                let written = self.expr(value.expr, &mut Scope::of(piece));
                let (filter, expr) = match filter.and_then(|filter| Ok((filter, written?))) {
                    Ok(both) => both,
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
                    .insert(Member::Value(made), self.place(Member::Value(id), piece));
                self.values_from.push(from);
                self.graph.values.push(Value {
                    name: self.name(&value.name, piece),
                    space,
                    filter,
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

    fn filter(
        &mut self,
        filter: Option<ExprId>,
        piece: Option<usize>,
    ) -> Result<Option<ExprId>, Crossing> {
        let written = filter.map(|filter| self.expr(filter, &mut Scope::of(piece)));
        written.transpose()
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
                let Ok(filter) = self.filter(assert.filter, piece) else {
                    unreachable!("a condition of rows reads nothing that is cut");
                };
                let space = self.space(&assert.space, piece);
                self.graph.asserts.push(Assert {
                    span: assert.span,
                    space,
                    filter,
                    left,
                    right,
                    equal: assert.equal,
                    written: None,
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
}

/// A box of a tensor: its shape, and where it begins in the whole one.
fn cut_shape(split: Option<&Split>, piece: Option<usize>, shape: &mut [u64], from: &mut Origin) {
    if let (Some(Split { dimension, breaks }), Some(piece)) = (split, piece) {
        shape[*dimension] = breaks[piece + 1] - breaks[piece];
        from.from[*dimension] += breaks[piece];
    }
}
