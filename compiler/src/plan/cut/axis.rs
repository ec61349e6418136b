//! What a graph is cut along: a name, and the indices that it means.

use std::collections::BTreeSet;

use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::graph::{Domain, Graph, IndexId};

/// What a graph is cut along.
pub struct Axis {
    pub name: String,
    pub size: u64,
    /// Indices of the spaces of values and assertions, and the steps of appends; one a space.
    pub indices: BTreeSet<IndexId>,
}

/// The name of the parameter that `over` names or that the indices of this name run over, else
/// the index's, and how many values it has. A trailing `s` may be added or left off.
///
/// # Errors
/// E107 if no value is defined over such an index, or if indices of this name differ in size.
pub fn find(graph: &Graph, over: &str, span: Span) -> Result<(String, u64), Box<Diagnostic>> {
    axis(graph, over, span).map(|axis| (axis.name, axis.size))
}

/// Whether a cut along `over`, if there is one, is one of the steps by which a cache grows.
pub fn is_of_steps(graph: &Graph, over: &str) -> bool {
    let mut appends = graph
        .states
        .iter()
        .filter_map(|state| state.append.as_ref());
    let axis = axis(graph, over, Span::default());
    axis.is_ok_and(|axis| appends.any(|append| axis.indices.contains(&append.step)))
}

pub fn axis(graph: &Graph, over: &str, span: Span) -> Result<Axis, Box<Diagnostic>> {
    let known = candidates(graph);
    let by_name = |name: &str| select(&known, |index| graph.index(index).name == name);
    let by_param = |name: &str| {
        select(&known, |index| {
            graph.index(index).over.as_deref() == Some(name)
        })
    };
    let other = match over.strip_suffix('s') {
        Some(singular) => singular.to_owned(),
        None => format!("{over}s"),
    };
    let found = [
        (over, by_param(over)),
        (over, by_name(over)),
        (&other, by_param(&other)),
        (&other, by_name(&other)),
    ];
    let found = found.into_iter().find(|(_, indices)| !indices.is_empty());
    let Some((name, indices)) = found else {
        let mut error = Diagnostic::new("E107", format!("nothing is defined over `{over}`"))
            .at(span, "this cut divides nothing");
        let names = known.iter().flat_map(|&index| {
            let index = graph.index(index);
            [Some(index.name.as_str()), index.over.as_deref()]
        });
        if let Some(near) = suggest(over, names.flatten()) {
            error = error.meant(span, near);
        }
        return Err(Box::new(error.hint(
            "name an index of a `step`, a `for` or a left-hand side, or the parameter that it \
             runs over",
        )));
    };
    let size = |index: IndexId| match graph.index(index).domain {
        Domain::Static(size) => size,
        Domain::Cache { .. } | Domain::Growing { .. } => {
            unreachable!("a candidate's domain is static")
        }
    };
    let mut all = indices.iter().map(|&index| (index, size(index)));
    let Some((first, size)) = all.next() else {
        unreachable!("a set that was found is not empty")
    };
    if let Some((index, different)) = all.find(|&(_, other)| other != size) {
        let (first, other) = (graph.index(first), graph.index(index));
        return Err(Box::new(
            Diagnostic::new("E107", format!("indices called `{name}` differ in size"))
                .at(span, "which of them this cut divides is not clear")
                .also(first.span, format!("has {size} values"))
                .also(other.span, format!("has {different} values"))
                .hint("give them different names, or domains that are parameters"),
        ));
    }
    // An index's name and its parameter are one, unless others run over the parameter as well.
    let param = graph.index(first).over.as_deref();
    let name = param
        .filter(|param| by_param(param) == indices)
        .unwrap_or(name);
    let name = name.to_owned();
    let indices = outermost(graph, &indices);
    Ok(Axis {
        name,
        size,
        indices,
    })
}

/// Those that stand in no space behind another of them: a space is cut once. An enclosing loop's
/// index is in the spaces of all that it encloses, so one that is behind another somewhere is so
/// everywhere.
fn outermost(graph: &Graph, indices: &BTreeSet<IndexId>) -> BTreeSet<IndexId> {
    let spaces = graph.values.iter().map(|value| &value.space);
    let spaces = spaces.chain(graph.asserts.iter().map(|assert| &assert.space));
    let mut outermost = indices.clone();
    for space in spaces {
        let inner = space.iter().filter(|index| indices.contains(index)).skip(1);
        inner.for_each(|index| {
            outermost.remove(index);
        });
    }
    outermost
}

/// The indices that may be cut.
fn candidates(graph: &Graph) -> BTreeSet<IndexId> {
    let spaces = graph.values.iter().map(|value| &value.space);
    let spaces = spaces.chain(graph.asserts.iter().map(|assert| &assert.space));
    let appends = graph
        .states
        .iter()
        .filter_map(|state| state.append.as_ref());
    let steps = appends.flat_map(|append| append.outer.iter().copied().chain([append.step]));
    // A piece's numbers are those of the index: it counts from 0.
    let is_static = |index: &IndexId| {
        let index = graph.index(*index);
        matches!(index.domain, Domain::Static(_)) && index.first == 0
    };
    spaces
        .flatten()
        .copied()
        .chain(steps)
        .filter(is_static)
        .collect()
}

fn select(from: &BTreeSet<IndexId>, is: impl Fn(IndexId) -> bool) -> BTreeSet<IndexId> {
    from.iter().copied().filter(|&index| is(index)).collect()
}
