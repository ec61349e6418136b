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

pub fn of_sizes(sizes: &[u64]) -> Vec<Extent> {
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

/// The elements of a list in order, as many as each extent says, and a list in a list for each further
/// one; `code` is that of what is wrong, `name` whose elements they are.
pub fn flatten<'a>(
    list: &'a List,
    name: &str,
    extents: &[Extent],
    code: &'static str,
) -> Result<Vec<&'a Expr>, Diagnostic> {
    let mut fit = Fit {
        name,
        extents,
        code,
        at: Vec::new(),
        elements: Vec::new(),
    };
    fit.list(list)?;
    Ok(fit.elements)
}

/// Elements of lists that are to fit a tensor.
struct Fit<'a, 'n> {
    name: &'n str,
    extents: &'n [Extent],
    code: &'static str,
    /// The place of the list that is looked at.
    at: Vec<i64>,
    elements: Vec<&'a Expr>,
}

impl<'a> Fit<'a, '_> {
    fn list(&mut self, list: &'a List) -> Result<(), Diagnostic> {
        let Some(extent) = self.extents.get(self.at.len()).copied() else {
            return Err(self.wrong(
                list.span,
                "is one number, and a list stands for it",
                "a list",
            ));
        };
        // One of which nothing is known has been reported.
        let (found, size) = (list.entries.len(), extent.size.unwrap_or(0));
        if found as u64 != size {
            let what = format!("has {size} {}, and this list has {found}", entries(size));
            return Err(self.wrong(list.span, &what, &format!("{found} here")));
        }
        for (entry, at) in list.entries.iter().zip(extent.first..) {
            self.at.push(at);
            match entry {
                Listed::List(list) => self.list(list)?,
                Listed::One(entry) => match self.extents.get(self.at.len()) {
                    None => self.elements.push(entry),
                    Some(Extent { size, .. }) => {
                        let size = size.unwrap_or(0);
                        let what =
                            format!("has {size} {}, and a number stands for it", entries(size));
                        return Err(self.wrong(entry.span, &what, "a number"));
                    }
                },
            }
            self.at.pop();
        }
        Ok(())
    }

    fn wrong(&self, span: Span, what: &str, label: &str) -> Diagnostic {
        let Self { name, at, .. } = self;
        let at: Vec<String> = at.iter().map(ToString::to_string).collect();
        let place = match (at.is_empty(), name.strip_suffix(']')) {
            (true, _) => (*name).to_string(),
            // What is compared may have subscripts already.
            (false, Some(begun)) => format!("{begun}, {}]", at.join(", ")),
            (false, None) => format!("{name}[{}]", at.join(", ")),
        };
        let sizes = self.extents.iter().map(|extent| extent.size.unwrap_or(0));
        let shape = shown(&sizes.collect::<Vec<_>>());
        Diagnostic::new(self.code, format!("`{place}` {what}"))
            .at(span, label)
            .hint(format!("`{name}` has {shape}"))
    }
}

fn entries(size: u64) -> &'static str {
    match size {
        1 => "entry",
        _ => "entries",
    }
}
