//! Entries of caches: what they start with, and what each step appends.

use super::Evaluation;
use crate::meaning::graph::{Source, StateId, ValueId};
use crate::meaning::space::domain_size;
use crate::meaning::tensor::Tensor;

impl Evaluation<'_> {
    /// Room for all entries of a state, with its seeds that are inputs.
    pub(super) fn seeded(&self, id: StateId) -> Vec<i64> {
        let state = self.graph.state(id);
        let entry: u64 = state.element.iter().product();
        let steps = match &state.append {
            Some(append) => domain_size(self.graph, append.step, |_| 0) as u64,
            None => 0,
        };
        let mut entries = vec![0; ((state.seeded + steps) * entry) as usize];
        let mut start = 0;
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

    /// Puts a value into the states that start with it.
    pub(super) fn seed_from(&mut self, value: ValueId) {
        for (id, state) in self.graph.states.iter().enumerate() {
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

    /// Appends to every state what it takes from `value`, or from an input.
    pub(super) fn append_from(&mut self, value: Option<ValueId>) {
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
            for t in 0..steps {
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
