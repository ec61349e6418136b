//! A graph split along an index into pieces, graph to graph (spec 3.7).
//!
//! - `axis`: what it is split along. `divide`: which tensors that splits, and where.
//! - `builder`: the graph of pieces while it is written; `subscript`, `rewrite`: expressions in it;
//!   `state`: caches; `build`: all of it.

mod axis;
mod build;
mod builder;
mod divide;
mod rewrite;
mod state;
mod subscript;

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Append, Graph, IndexId, Source, State};
use crate::meaning::turns::Turn;
use crate::plan::derived::Derived;
use axis::{axis, Axis};
pub use axis::{find, is_of_steps};
pub use build::Cut;
use builder::Builder;
use divide::Division;

/// Splits all that is defined over the indices called `over`, or running over the parameter
/// `over`, where one piece ends and the next one begins: `breaks` ascend from 0 to the index's
/// size.
///
/// # Errors
/// E107 if there is no such index; E105 if a read reaches over several pieces and is no part of a
/// sum, maximum or minimum over them; E116 if it would divide what a loop carries.
pub fn cut(
    given: &Derived,
    over: &str,
    breaks: &[u64],
    span: Span,
) -> Result<Cut, Vec<Diagnostic>> {
    let graph = &given.graph;
    let axis = axis(graph, over, span).map_err(|diagnostic| vec![*diagnostic])?;
    // Two names may be of the same indices: after the first cut, the second divides pieces.
    if breaks.last() != Some(&axis.size) {
        return Err(vec![Diagnostic::new(
            "E107",
            format!("`{over}` is cut already, under another name"),
        )
        .at(span, "cut again")
        .hint("write all pieces in one cut")]);
    }
    debug_assert!(breaks.first() == Some(&0));
    debug_assert!(breaks.is_sorted_by(|a, b| a < b));
    if breaks.len() == 2 {
        let members = graph.members().into_iter();
        return Ok(Cut {
            derived: given.clone(),
            pieces: members.map(|member| (member, (member, None))).collect(),
        });
    }
    if let Some(diagnostic) = carried(graph, &axis, span) {
        return Err(vec![diagnostic]);
    }
    let division = Division::new(graph, &axis, breaks, span)?;
    Builder::new(given, &axis, breaks, &division, span).build()
}

/// What says that a loop carries something through a cut.
fn carried(graph: &Graph, axis: &Axis, span: Span) -> Option<Diagnostic> {
    let turns = graph.turns().unwrap_or_default();
    let divides = |space: &[IndexId]| space.iter().any(|index| axis.indices.contains(index));
    let divided = |source: &Source| match *source {
        Source::Value(id) => divides(&graph.value(id).space),
        _ => false,
    };
    let through = |state: &&State| {
        let by_layer = |append: &&Append| state.is_carried() || !append.outer.is_empty();
        let Some(append) = state.append.as_ref().filter(by_layer) else {
            return false;
        };
        let of_it = |turn: &&Turn| match turn {
            Turn::Loop { index, .. } => *index == append.step,
            Turn::Value(_) => false,
        };
        let around = turns.iter().filter(of_it).flat_map(Turn::values);
        let mut around = around.map(Source::Value);
        divides(&[append.step])
            || divides(&append.outer)
            || state.seeds.iter().chain(&append.source).any(divided)
            || around.any(|source| divided(&source))
    };
    let state = graph.states.iter().find(through)?;
    let (name, over) = (&state.name, &axis.name);
    Some(
        Diagnostic::new("E116", format!("`{name}` is carried through this cut"))
            .at(span, format!("divides the loop along `{over}`"))
            .also(
                state.span,
                "one iteration reads what the one before has left",
            )
            .hint("keep the loop in one proof: cut an index that nothing in it has"),
    )
}
