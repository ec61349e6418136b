//! What the open boundaries of a plan make public (spec 3.8).

use std::collections::{BTreeMap, BTreeSet};

use super::part::Part;
use crate::diagnostic::Span;
use crate::meaning::dims::count_points as count_dims;
use crate::meaning::graph::{Graph, InputId, OutputId, ValueId, Visibility};
use crate::meaning::space::count_points;
use crate::plan::derived::{Origin, Whole};

/// A tensor or value of the program that is in the statements of parts, though the program does not
/// say that it is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// As the program calls it.
    pub name: String,
    pub what: Kind,
    pub span: Span,
    /// Of the whole; the largest sizes.
    pub shape: Vec<u64>,
    /// How many of its elements some statement has.
    pub elements: u64,
    /// How many elements it has.
    pub of: u64,
    /// The names of the parts whose statements have some of it, in the plan's order.
    pub parts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    PrivateInput,
    PrivateOutput,
    Value,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrivateInput => "private input",
            Self::PrivateOutput => "private output",
            Self::Value => "value",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Input(InputId),
    Value(ValueId),
}

#[derive(Default)]
struct Seen {
    /// Where the boxes begin that statements have: pieces of one tensor do not overlap.
    boxes: BTreeSet<Vec<u64>>,
    elements: u64,
    parts: Vec<String>,
}

/// What the statements of some parts of a plan have that the program keeps private: its inputs,
/// then its values, each in the program's order. Nothing for a plan without open boundaries.
pub fn published<'p>(graph: &Graph, parts: impl IntoIterator<Item = &'p Part>) -> Vec<Published> {
    let mut seen: BTreeMap<Of, Seen> = BTreeMap::new();
    for part in parts {
        let own = part.graph();
        let mut add = |origin: &Origin, elements: u64| {
            let (of, from) = place(graph, origin);
            if is_public(graph, of) {
                return;
            }
            let seen = seen.entry(of).or_default();
            if seen.boxes.insert(from) {
                seen.elements += elements;
            }
            if seen.parts.last() != Some(&part.name) {
                seen.parts.push(part.name.clone());
            }
        };
        for (input, origin) in own.inputs.iter().zip(&part.derived.inputs) {
            if input.visibility == Visibility::Public {
                add(origin, count_dims(&input.dims()));
            }
        }
        for (output, origin) in own.outputs.iter().zip(&part.derived.outputs) {
            if output.visibility == Visibility::Public {
                add(origin, count_points(own, &own.value(output.value).space));
            }
        }
    }
    let seen = seen.into_iter();
    seen.map(|(of, seen)| described(graph, of, seen)).collect()
}

/// What an origin is of, and where it begins in the order of a value's space.
fn place(graph: &Graph, origin: &Origin) -> (Of, Vec<u64>) {
    match origin.whole {
        Whole::Input(id) => (Of::Input(id), origin.from.clone()),
        Whole::Value(id) => (Of::Value(id), origin.from.clone()),
        Whole::Output(id) => {
            let output = graph.output(id);
            let mut from = origin.from.clone();
            for (&place, &at) in output.layout.iter().zip(&origin.from) {
                from[place] = at;
            }
            (Of::Value(output.value), from)
        }
    }
}

fn output(graph: &Graph, of: Of) -> Option<OutputId> {
    match of {
        Of::Input(_) => None,
        Of::Value(id) => graph.value(id).output,
    }
}

fn is_public(graph: &Graph, of: Of) -> bool {
    let visibility = match (of, output(graph, of)) {
        (Of::Input(id), _) => graph.input(id).visibility,
        (_, Some(id)) => graph.output(id).visibility,
        (_, None) => Visibility::Private,
    };
    visibility == Visibility::Public
}

fn described(graph: &Graph, of: Of, seen: Seen) -> Published {
    let (name, what, span, shape, count) = match (of, output(graph, of)) {
        (Of::Input(id), _) => {
            let input = graph.input(id);
            let (what, shape) = (Kind::PrivateInput, input.shape.clone());
            (
                &input.name,
                what,
                input.span,
                shape,
                count_dims(&input.dims()),
            )
        }
        (Of::Value(id), output) => {
            let value = graph.value(id);
            let count = count_points(graph, &value.space);
            match output.map(|id| graph.output(id)) {
                Some(output) => {
                    let (what, shape) = (Kind::PrivateOutput, output.shape.clone());
                    (&output.name, what, output.span, shape, count)
                }
                None => {
                    let shape = graph.space_sizes(&value.space);
                    (&value.name, Kind::Value, value.span, shape, count)
                }
            }
        }
    };
    Published {
        name: name.clone(),
        what,
        span,
        shape,
        elements: seen.elements,
        of: count,
        parts: seen.parts,
    }
}
