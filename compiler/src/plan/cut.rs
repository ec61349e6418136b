//! A graph split along an index into pieces, graph to graph (spec 3.7).
//!
//! - `axis`: what it is split along. `divide`: which tensors that splits, and where.
//! - `builder`: the graph of pieces while it is written; `scope`, `subscript`, `rewrite`: expressions in it;
//!   `state`: caches; `carried`: what a loop hands from piece to piece; `build`: all of it.

mod axis;
mod build;
mod builder;
mod carried;
mod divide;
mod rewrite;
mod scope;
mod state;
mod subscript;

use crate::diagnostic::{Diagnostic, Span};
use crate::plan::derived::Derived;
use axis::axis;
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
/// sum, maximum or minimum over them; E116 if it would divide the iterations of a loop that carries.
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
    if let Some(diagnostic) = carried::refused(graph, &axis, span) {
        return Err(vec![diagnostic]);
    }
    let division = Division::new(graph, &axis, breaks, span)?;
    Builder::new(given, &axis, breaks, &division, span).build()
}
