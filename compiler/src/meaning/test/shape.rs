//! What a name of the program has: its dimensions, and lists that are to fit them.

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Dim, Graph, Value};
use crate::syntax::ast::{Expr, List, Listed};

/// What a subscript of a tensor runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub first: i64,
    /// None: it differs from place to place, or from block to block.
    pub size: Option<u64>,
}

fn of_sizes(sizes: &[u64]) -> Vec<Extent> {
    let extent = |&size: &u64| Extent {
        first: 0,
        size: Some(size),
    };
    sizes.iter().map(extent).collect()
}

fn of_dims(dims: &[Dim], firsts: impl Iterator<Item = i64>) -> Vec<Extent> {
    let extent = |(dim, first): (&Dim, i64)| Extent {
        first,
        size: match dim {
            Dim::Static(size) => Some(*size),
            Dim::Growing { .. } => None,
        },
    };
    dims.iter().zip(firsts).map(extent).collect()
}

/// What the subscripts of a tensor of this name run over, where nothing is around it; none if the
/// program has no such tensor.
pub fn extents(graph: &Graph, name: &str) -> Option<Vec<Extent>> {
    if let Some(input) = graph.inputs.iter().find(|input| input.name == name) {
        return Some(of_sizes(&input.shape));
    }
    if let Some(output) = graph.outputs.iter().find(|output| output.name == name) {
        return Some(of_sizes(&output.shape));
    }
    if let Some(fixed) = graph.statics.iter().find(|fixed| fixed.name == name) {
        return Some(of_dims(&fixed.dims, std::iter::repeat(0)));
    }
    let value = |value: &Value| {
        let firsts = value.space.iter().map(|&index| graph.index(index).first);
        of_dims(&graph.dims(&value.space), firsts)
    };
    let mut values = graph.values.iter().filter(|value| value.name == name);
    // A state that is replaced, or a tensor of parts: what the last part or iteration leaves.
    if let Some(state) = graph.states.iter().find(|state| state.name == name) {
        return Some(of_sizes(&state.element));
    }
    let first = value(values.next()?);
    let same = values.all(|other| value(other) == first);
    let unknown = |extent: &Extent| Extent {
        size: None,
        ..*extent
    };
    Some(match same {
        true => first,
        false => first.iter().map(unknown).collect(),
    })
}

/// Whether the program has something of this name.
pub fn is_known(graph: &Graph, name: &str) -> bool {
    graph.params.iter().any(|param| param.name == name)
        || graph.tables.iter().any(|table| table.name == name)
        || extents(graph, name).is_some()
}

/// `[3, 4]`, as errors say it.
pub fn shown(sizes: &[u64]) -> String {
    match sizes {
        [] => "no dimensions".to_string(),
        _ => format!("the shape {sizes:?}"),
    }
}

/// The elements of a list in order, as many as each size says, and a list in a list for each further
/// one; `code` is that of what is wrong, `name` whose elements they are.
pub fn flatten<'a>(
    list: &'a List,
    name: &str,
    shape: &[u64],
    code: &'static str,
) -> Result<Vec<&'a Expr>, Diagnostic> {
    let wrong = |span: Span, message: String, label: String| {
        Diagnostic::new(code, message)
            .at(span, label)
            .hint(format!("`{name}` has {}", shown(shape)))
    };
    fn walk<'a>(
        list: &'a List,
        sizes: &[u64],
        into: &mut Vec<&'a Expr>,
        wrong: &dyn Fn(Span, String, String) -> Diagnostic,
    ) -> Result<(), Diagnostic> {
        let Some((&size, rest)) = sizes.split_first() else {
            let what = "a list stands where there must be a number".to_string();
            return Err(wrong(list.span, what, "here".to_string()));
        };
        let found = list.entries.len();
        if found as u64 != size {
            let what = format!("a list has {found} entries where there are {size}");
            return Err(wrong(list.span, what, format!("{found} here")));
        }
        for entry in &list.entries {
            match (entry, rest) {
                (Listed::One(entry), []) => into.push(entry),
                (Listed::List(list), _) => walk(list, rest, into, wrong)?,
                (Listed::One(entry), _) => {
                    let what = "a number stands where there must be a list".to_string();
                    return Err(wrong(entry.span, what, "here".to_string()));
                }
            }
        }
        Ok(())
    }
    let mut elements = Vec::new();
    walk(list, shape, &mut elements, &wrong)?;
    Ok(elements)
}
