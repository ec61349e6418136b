//! Entries of states: what they start with, and what each iteration appends or leaves; and the
//! elements of tensors that are defined by parts.

use super::Evaluation;
use crate::meaning::dims::for_each_point;
use crate::meaning::graph::{Dim, IndexId, Source, State, StateId, Tile, ValueId};

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
            let size: usize = state.element.iter().product::<u64>() as usize;
            // The points of the loops around it and of its step that are known by now.
            let loops = [&[append.step], &append.outer[..]].concat();
            let space = value.map_or(&[][..], |value| &self.graph.value(value).space);
            let known = |index: IndexId| {
                let mut around = space.iter().zip(around);
                around
                    .find(|(other, _)| **other == index)
                    .map(|(_, &at)| at)
            };
            let sizes = state.element[append.outer.len()..].iter();
            let rest: Vec<Dim> = sizes.map(|&size| Dim::Static(size)).collect();
            let rest_size: usize =
                state.element[append.outer.len()..].iter().product::<u64>() as usize;
            let mut found: Vec<(usize, i64)> = Vec::new();
            for_each_point(&self.graph.dims(&loops), &mut |number, point| {
                let now = |(&index, &at): (&IndexId, &i64)| known(index).is_none_or(|it| it == at);
                if !loops.iter().zip(point).all(now) {
                    return;
                }
                let of = |index: IndexId| {
                    let place = loops.iter().position(|&other| other == index);
                    place.map_or(0, |place| point[place])
                };
                let lead: Vec<i64> = append.at.iter().map(|at| at.value(&of)).collect();
                let start = state.seeded as usize * size + number * rest_size;
                for_each_point(&rest, &mut |offset, own| {
                    let element = self.element(source, &[&lead, own].concat());
                    found.push((start + offset, element));
                });
            });
            for (place, element) in found {
                self.states[id][place] = element;
            }
        }
    }
}
