//! Entries of states: what they start with, and what each iteration appends or leaves; and the
//! elements of tensors that are defined by parts.

use super::Evaluation;
use crate::meaning::dims::for_each_point;
use crate::meaning::graph::{Dim, Source, State, StateId, Tile, ValueId};
use crate::meaning::space::domain_size;
use crate::meaning::tensor::Tensor;

/// Puts the elements of a part, row-major, where its tile lies in the whole: those that are known,
/// up to those of the iteration `around`, from there on.
fn lay(
    whole: &mut [i64],
    state: &State,
    tile: &Tile,
    (shape, around): (&[u64], &[i64]),
    elements: &[i64],
) {
    let (outer, inner) = shape.split_at(around.len());
    let dims: Vec<Dim> = inner.iter().map(|&size| Dim::Static(size)).collect();
    let before = around.iter().zip(outer);
    let before = before.fold(0, |number, (&at, &size)| {
        number * size as usize + at as usize
    });
    let before = before * inner.iter().product::<u64>() as usize;
    let sizes = [state.seeded]
        .into_iter()
        .chain(state.element.iter().copied());
    let sizes: Vec<u64> = sizes.collect();
    for_each_point(&dims, &mut |number, at| {
        let at = [around, at].concat();
        let offset = tile
            .0
            .iter()
            .zip(&sizes)
            .fold(0, |offset, (dimension, size)| {
                let place = dimension.place.map_or(0, |place| at[place] as u64);
                offset * size + dimension.from + place
            });
        whole[offset as usize] = elements[before + number];
    });
}

impl Evaluation<'_> {
    /// Room for all entries of a state, with its seeds that are inputs.
    pub(super) fn seeded(&self, id: StateId) -> Vec<i64> {
        let state = self.graph.state(id);
        let entry: u64 = state.element.iter().product();
        let mut entries = vec![0; (self.graph.entries(id) * entry) as usize];
        let mut start = 0;
        for (&seed, tile) in state.seeds.iter().zip(&state.tiles) {
            if let Source::Input(input) = seed {
                let shape = &self.graph.input(input).shape;
                lay(
                    &mut entries,
                    state,
                    tile,
                    (shape, &[]),
                    self.inputs[input.index()],
                );
            }
        }
        if !state.tiles.is_empty() {
            return entries;
        }
        for &seed in &state.seeds {
            let size = match seed {
                Source::Input(input) => {
                    let elements = self.inputs[input.index()];
                    entries[start..start + elements.len()].copy_from_slice(elements);
                    elements.len()
                }
                Source::Value(value) => self.size_of(value),
                Source::State(_) | Source::Static(_) => {
                    unreachable!("a state is seeded by inputs and values")
                }
            };
            start += size;
        }
        entries
    }

    fn size_of(&self, value: ValueId) -> usize {
        let sizes = self.graph.space_sizes(&self.graph.value(value).space);
        sizes.iter().product::<u64>() as usize
    }

    /// Puts a value into the states that start with it: what an iteration has defined of it.
    pub(super) fn seed_from(&mut self, value: ValueId, around: &[i64]) {
        for (id, state) in self.graph.states.iter().enumerate() {
            for (&seed, tile) in state.seeds.iter().zip(&state.tiles) {
                if seed == Source::Value(value) {
                    let shape = self.graph.space_sizes(&self.graph.value(value).space);
                    let elements = &self.values[value.index()].data;
                    lay(
                        &mut self.states[id],
                        state,
                        tile,
                        (&shape, around),
                        elements,
                    );
                }
            }
            // A cache begins with what is defined outside of every loop that carries.
            if !state.tiles.is_empty() || !around.is_empty() {
                continue;
            }
            let mut start = 0;
            for &seed in &state.seeds {
                let size = match seed {
                    Source::Input(input) => self.inputs[input.index()].len(),
                    Source::Value(other) => self.size_of(other),
                    Source::State(_) | Source::Static(_) => 0,
                };
                if seed == Source::Value(value) {
                    let elements = &self.values[value.index()].data;
                    self.states[id][start..start + size].copy_from_slice(elements);
                }
                start += size;
            }
        }
    }

    /// Appends to every state what it takes from `value`, or from an input: what the iteration
    /// `around` of the loops around the value appends, if they are loops that carry.
    pub(super) fn append_from(&mut self, value: Option<ValueId>, around: &[i64]) {
        for (id, state) in self.graph.states.iter().enumerate() {
            let Some(append) = &state.append else {
                continue;
            };
            let Some(source) = append.source else {
                continue;
            };
            let now = match source {
                Source::Value(source) => value == Some(source),
                Source::Input(_) => value.is_none(),
                Source::State(_) | Source::Static(_) => {
                    unreachable!("a state is appended to from an input or a value")
                }
            };
            if !now {
                continue;
            }
            let element = Tensor {
                shape: state.element.iter().map(|&s| s as usize).collect(),
                data: Vec::new(),
            };
            let size: usize = element.shape.iter().product();
            let steps = domain_size(self.graph, append.step, |_| 0);
            let space = value.map_or(&[][..], |value| &self.graph.value(value).space);
            let mut around = space.iter().zip(around);
            let now = around.find(|(index, _)| **index == append.step);
            let steps = now.map_or(0..steps, |(_, &t)| t..t + 1);
            for t in steps {
                let mut at: Vec<i64> = append
                    .at
                    .iter()
                    .map(|subscript| subscript.value(&|_| t))
                    .collect();
                let start = (state.seeded as usize + t as usize) * size;
                for offset in 0..size {
                    at.truncate(append.at.len());
                    at.extend(element.position(offset).iter().map(|&k| k as i64));
                    let entry = self.element(source, &at);
                    self.states[id][start + offset] = entry;
                }
            }
        }
    }
}
