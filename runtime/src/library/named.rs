//! The tensors of a run by name: inputs, fixed ones too, tables, caches, values, outputs.

use attnc_compiler::diagnostic::suggest;
use attnc_compiler::meaning::dims::Dim;
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::{
    Graph, InputId, OutputId, Source, State, StateId, StaticId, TableId, ValueId,
};

use crate::files::nested::layers_first;
use crate::library::error::Error;

/// A tensor of the program.
#[derive(Clone, Copy)]
enum What {
    Input(InputId),
    Table(TableId),
    /// Known when the key is made.
    Static(StaticId),
    State(StateId),
    Value(ValueId),
    Output(OutputId),
}

/// A tensor and its name. Blocks may have values of one name: from the second on they are `x#2`.
pub struct Named {
    pub name: String,
    what: What,
}

/// A tensor's elements.
pub struct Elements {
    pub dims: Vec<Dim>,
    /// Those that exist, in lexicographic order of their subscripts; empty if there are wide ones.
    pub narrow: Vec<i64>,
    /// Of a value that may have more than 64 bits.
    pub wide: Vec<i128>,
}

impl Named {
    /// Whether a name is its own, or that of all values that are called alike.
    pub fn is(&self, name: &str) -> bool {
        // A name that a call made has a `#` of its own: `norm#1.square#2`.
        let (own, of) = match self.name.rsplit_once('#') {
            Some((own, of)) => (own, of),
            None => (self.name.as_str(), ""),
        };
        let nth = of.bytes().all(|digit| digit.is_ascii_digit());
        let called = self.name.split('#').next();
        self.name == name || (nth && own == name) || called == Some(name)
    }

    /// Whether a run that came to an error has all of it.
    pub fn is_whole(&self, run: &Evaluation<'_>) -> bool {
        let graph = run.graph();
        match self.what {
            What::Input(_) | What::Table(_) | What::Static(_) => true,
            // It has zeros for what is not appended yet, and for what its seed is not yet.
            What::State(id) => {
                let state = graph.state(id);
                let appended = state.append.iter().filter_map(|append| append.source);
                let mut sources = state.seeds.iter().copied().chain(appended);
                sources.all(|source| match source {
                    Source::Value(id) => run.has(id),
                    Source::State(_) => false,
                    Source::Input(_) | Source::Static(_) => true,
                })
            }
            What::Value(id) => run.has(id),
            What::Output(id) => run.has(graph.output(id).value),
        }
    }

    /// Its dimensions.
    pub fn dims(&self, run: &Evaluation<'_>) -> Vec<Dim> {
        match self.what {
            What::Value(id) => run.graph().dims(&run.graph().value(id).space),
            _ => self.elements(run).dims,
        }
    }

    /// What the program calls the index of a value's first dimension.
    pub fn first_index<'g>(&self, graph: &'g Graph) -> Option<&'g str> {
        let value = match self.what {
            What::Value(id) => graph.value(id),
            What::Output(id) => {
                let output = graph.output(id);
                let first = *output.layout.first()?;
                let index = *graph.value(output.value).space.get(first)?;
                return Some(&graph.index(index).name);
            }
            _ => return None,
        };
        let index = *value.space.first()?;
        Some(&graph.index(index).name)
    }

    /// Its elements in a run.
    pub fn elements(&self, run: &Evaluation<'_>) -> Elements {
        let graph = run.graph();
        let fixed = |sizes: &[u64]| sizes.iter().map(|&size| Dim::Static(size)).collect();
        let (dims, elements): (Vec<Dim>, Vec<i64>) = match self.what {
            What::Input(id) => (graph.input(id).dims(), run.input(id).to_vec()),
            What::Table(id) => {
                let shape = graph.table(id).shape();
                (fixed(&shape), run.table(id).to_vec())
            }
            What::Static(id) => {
                let known = graph.known.as_deref();
                let elements = known.map_or(&[][..], |known| known.elements(id));
                (graph.fixed(id).dims.clone(), elements.to_vec())
            }
            What::State(id) => {
                let (element, entries) = (&graph.state(id).element, run.state(id));
                let entry = element.iter().product::<u64>().max(1);
                let held = entries.len() as u64 / entry;
                let entries_first =
                    graph.state(id).tiles.is_empty() || graph.state(id).append.is_some();
                if !entries_first {
                    (fixed(element), entries.to_vec())
                } else {
                    // The layers come first, as in all that is read after a loop.
                    let append = graph.state(id).append.as_ref();
                    let layers = append.map_or(0, |append| append.outer.len());
                    let (outer, rest) = element.split_at(layers);
                    let shape = [outer, &[held], rest].concat();
                    let outer = outer.iter().product::<u64>().max(1) as usize;
                    (fixed(&shape), layers_first(entries, outer, entry as usize))
                }
            }
            What::Value(id) if !run.value(id).wide.is_empty() => {
                return Elements {
                    dims: graph.dims(&graph.value(id).space),
                    narrow: Vec::new(),
                    wide: run.value(id).wide.clone(),
                };
            }
            What::Value(id) => (
                graph.dims(&graph.value(id).space),
                run.value(id).data.clone(),
            ),
            What::Output(id) => (fixed(&graph.output(id).shape), run.output(id).data),
        };
        Elements {
            dims,
            narrow: elements,
            wide: Vec::new(),
        }
    }
}

/// Those of a name, and those that blocks call alike.
///
/// # Errors
/// That there is none.
pub fn find<'n>(all: &'n [Named], circuit: &str, name: &str) -> Result<Vec<&'n Named>, Error> {
    let found: Vec<&Named> = all.iter().filter(|known| known.is(name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let names: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
    let hint = match suggest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", names.join(", ")),
    };
    Err(Error::refused(format!("`{circuit}` has no value `{name}`")).hint(hint))
}

/// All tensors, in the order of the way: what is given, carried, computed.
pub fn names(run: &Evaluation<'_>) -> Vec<Named> {
    let graph = run.graph();
    let inputs = graph.inputs.iter().zip(0..);
    let inputs = inputs.map(|(input, id)| (input.name.as_str(), What::Input(InputId(id))));
    let tables = graph.tables.iter().zip(0..);
    let tables = tables.map(|(table, id)| (table.name.as_str(), What::Table(TableId(id))));
    // One that a cache has is a value too, and shown as that.
    let is_value = |span| graph.values.iter().any(|value| value.span == span);
    let statics = graph.statics.iter().zip(0..);
    let statics = statics.filter(|(fixed, _)| graph.known.is_some() && !is_value(fixed.span));
    let statics = statics.map(|(fixed, id)| (fixed.name.as_str(), What::Static(StaticId(id))));
    let states = graph.states.iter().zip(0..);
    // What is defined by parts is shown as one tensor: an output, if it is one.
    let is_output = |name: &str| graph.outputs.iter().any(|output| output.name == name);
    let states = states.filter(|(state, _)| state.tiles.is_empty() || !is_output(&state.name));
    let is_part = |id| {
        let mut tensors = graph.states.iter().filter(|state| !state.tiles.is_empty());
        let name = &graph.value(ValueId(id)).name;
        // Of a state, what is made for it alone.
        let made = |state: &State| state.append.is_none() || state.name == *name;
        tensors.any(|state| {
            let appended = state.append.iter().filter_map(|append| append.source);
            let mut sources = state.seeds.iter().copied().chain(appended);
            made(state) && sources.any(|source| source == Source::Value(ValueId(id)))
        })
    };
    let states = states.map(|(state, id)| (state.name.as_str(), What::State(StateId(id))));
    let values = graph.values.iter().zip(0..);
    let values = values.filter(|&(value, id)| !is_part(id) && value.limb_of().is_none());
    let values = values.map(|(value, id)| match value.output {
        Some(output) => (graph.output(output).name.as_str(), What::Output(output)),
        None => (value.name.as_str(), What::Value(ValueId(id))),
    });
    let mut all: Vec<Named> = Vec::new();
    for (name, what) in inputs
        .chain(tables)
        .chain(statics)
        .chain(states)
        .chain(values)
    {
        let before = all.iter().filter(|known| known.is(name)).count();
        let name = match before {
            0 => name.to_string(),
            _ => format!("{name}#{}", before + 1),
        };
        all.push(Named { name, what });
    }
    all
}
