//! What the checked program knows of each name: its shape, its interval, and who sees it.

use std::collections::BTreeMap;

use crate::diagnostic::{Sources, Span};
use crate::meaning::graph::{Domain, Graph, IndexId, Interval, Value, Visibility};
use crate::syntax::ast::Ast;

/// Who sees a tensor or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is in the statement.
    Public,
    /// It stays with the prover.
    Private,
    /// It is known when the key is made.
    Known,
}

/// What is known of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its dimensions: sizes, or what an index runs over.
    pub shape: Vec<String>,
    /// How many elements there are, at the most.
    pub elements: u64,
    /// Holds every element.
    pub interval: Interval,
    pub seen: Seen,
    /// How many values it is: one for each call of the definition that it is in.
    pub count: usize,
}

/// What is known of the names of a program's own text, by where they are defined.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    found: BTreeMap<Span, Fact>,
}

impl Facts {
    /// `ast` is the program without definitions, and `graph` what it means.
    pub fn of(ast: &Ast, graph: &Graph, sources: &Sources) -> Self {
        let mut facts = Self::default();
        let mut add = |span: Span, fact: Fact| {
            let span = sources.written(span);
            facts
                .found
                .entry(span)
                .and_modify(|known| {
                    known.interval = known.interval.hull(fact.interval);
                    known.count += 1;
                })
                .or_insert(fact);
        };
        for param in &graph.params {
            let named = ast.params.iter().find(|it| it.name.text == param.name);
            if let Some(named) = named {
                let interval = Interval::point(param.value.into());
                add(named.name.span, fact(Vec::new(), 1, interval, Seen::Known));
            }
        }
        for input in &graph.inputs {
            let sizes = input.shape.iter().map(u64::to_string).collect();
            let seen = of(input.visibility);
            add(
                input.span,
                fact(sizes, count(&input.shape), input.range, seen),
            );
        }
        for output in &graph.outputs {
            let sizes = output.shape.iter().map(u64::to_string).collect();
            let seen = of(output.visibility);
            add(
                output.span,
                fact(sizes, count(&output.shape), output.range, seen),
            );
        }
        for fixed in &graph.statics {
            let sizes: Vec<u64> = crate::meaning::dims::max_sizes(&fixed.dims);
            let shape = match fixed.indices.len() == sizes.len() && fixed.expr.is_some() {
                true => {
                    let both = fixed.indices.iter().zip(&sizes);
                    both.map(|(index, size)| format!("{index} in {size}"))
                        .collect()
                }
                false => sizes.iter().map(u64::to_string).collect(),
            };
            add(
                fixed.span,
                fact(shape, count(&sizes), fixed.interval, Seen::Known),
            );
        }
        for table in &graph.tables {
            let axes = table.axes.iter();
            let shape = axes
                .map(|axis| format!("{} in {}", axis.name, axis.domain))
                .collect();
            let entries = u64::try_from(table.domain.size()).unwrap_or(0);
            add(table.span, fact(shape, entries, table.range, Seen::Known));
        }
        for state in &graph.states {
            let entries = match (&state.append, state.carried) {
                (_, true) => None,
                (Some(append), _) => Some(format!(
                    "{} + {}",
                    state.seeded + 1,
                    graph.index(append.step).name
                )),
                (None, _) => Some(state.seeded.to_string()),
            };
            let sizes = state.element.iter().map(u64::to_string);
            let shape = entries.into_iter().chain(sizes).collect();
            add(
                state.span,
                fact(shape, count(&state.element), state.range, Seen::Private),
            );
        }
        for index in &graph.indices {
            if let Domain::Static(size) = index.domain {
                let first = i128::from(index.first);
                let interval = Interval::new(first, first + i128::from(size) - 1);
                add(index.span, fact(Vec::new(), size, interval, Seen::Known));
            }
        }
        let own = |value: &&Value| value.limb_of().is_none();
        for value in graph.values.iter().filter(own) {
            add(value.span, of_value(graph, value));
        }
        facts
    }

    /// What is known of the name that is defined here.
    pub fn at(&self, span: Span) -> Option<&Fact> {
        self.found.get(&span)
    }

    /// Everything that is known, in the text's order.
    pub fn all(&self) -> impl Iterator<Item = (Span, &Fact)> {
        self.found.iter().map(|(span, fact)| (*span, fact))
    }
}

fn of(visibility: Visibility) -> Seen {
    match visibility {
        Visibility::Public => Seen::Public,
        Visibility::Private => Seen::Private,
    }
}

fn count(shape: &[u64]) -> u64 {
    crate::meaning::dims::product(shape.iter().copied())
}

fn fact(shape: Vec<String>, elements: u64, interval: Interval, seen: Seen) -> Fact {
    Fact {
        shape,
        elements,
        interval,
        seen,
        count: 1,
    }
}

fn of_value(graph: &Graph, value: &Value) -> Fact {
    let shape = value
        .space
        .iter()
        .map(|&index| domain(graph, index))
        .collect();
    let seen = match value.output.map(|id| graph.output(id).visibility) {
        Some(visibility) => of(visibility),
        None => Seen::Private,
    };
    let elements = crate::meaning::dims::count_points(&graph.dims(&value.space));
    fact(shape, elements, value.interval, seen)
}

/// An index with what it runs over.
fn domain(graph: &Graph, index: IndexId) -> String {
    let found = graph.index(index);
    let name = &found.name;
    match found.domain {
        Domain::Static(size) if found.first == 0 => format!("{name} in {size}"),
        Domain::Static(size) => {
            let first = i128::from(found.first);
            format!("{name} in {}..{}", first, first + i128::from(size))
        }
        Domain::Cache { state, .. } => format!("{name} in {}", graph.state(state).name),
        Domain::Growing { base, with } => {
            let with = &graph.index(with).name;
            match base.saturating_sub(1) {
                0 => format!("{name} in 0..={with}"),
                more => format!("{name} in 0..={with} + {more}"),
            }
        }
    }
}
