//! From a graph and a plan to a circuit: which component holds what, and how it crosses (spec 4.3).
//!
//! The files, each of which imports only from those before it:
//!
//! - `form`: index functions of a row; `builder`: a component while it is laid out; `quotient`: what ranges one.
//! - [`contraction`](contractions()), [`polynomial`](polynomials()), [`short_sums`]: what [`Choices`] decides.
//! - `layout`: a layout while it is made. Its methods call one another and stand in the files after it:
//!   - `space`: index spaces and names; `range`: what a range check holds;
//!   - `home`, `wire`, `pick`: where elements stand, and how other rows read them;
//!   - `expression`, `operation`, `reduction`: expressions as operations of a row;
//!   - `segments`, `evaluation`: contractions that are checked at a random point;
//!   - `pairs`, `served`, `pins`, `blocks`, `finish`: what is decided and checked when all rows are written.

mod blocks;
mod builder;
mod contraction;
mod evaluation;
mod expression;
mod finish;
mod form;
mod home;
#[expect(clippy::module_inception, reason = "the room is named for its noun")]
mod layout;
mod operation;
mod pairs;
mod pick;
mod pins;
mod polynomial;
mod quotient;
mod range;
mod reduction;
mod segments;
mod served;
mod space;
#[cfg(test)]
mod tests;
mod wire;

pub use contraction::contractions;
pub use polynomial::{polynomials, short_sums};

use crate::circuit::choices::Choices;
use crate::circuit::circuit::Circuit;
use crate::diagnostic::Diagnostic;
use crate::meaning::index::beyond;
use crate::meaning::rows::Conditions;
use crate::meaning::validate::tiles;
use crate::plan::Part;
use layout::Layout;

/// Lays out the circuit of one part of a plan. Tables `from input` whose entries are not known yet count
/// as zeros, which changes no shape.
///
/// # Errors
/// E014 where a part of an index expression may leave 64 bits, E103 where nothing stands in a proof,
/// E110 where a range is wider than a range check holds, E111 where an identity may wrap around the
/// field, E113 where a component would be too large, E114 for
/// choices of another program.
pub fn lay_out(part: &Part, choices: &Choices) -> std::result::Result<Circuit, Vec<Diagnostic>> {
    lay_out_under(part, choices, &Conditions::of(part.graph()))
}

/// As [`lay_out`], with the conditions of the part's graph: of many layouts, what one asks of them the
/// others know.
///
/// # Errors
/// As [`lay_out`].
pub fn lay_out_under(
    part: &Part,
    choices: &Choices,
    conditions: &Conditions,
) -> std::result::Result<Circuit, Vec<Diagnostic>> {
    // Cuts and parts have rewritten what the program says.
    if let Some((span, beyond)) = beyond(part.graph()) {
        return Err(vec![beyond.diagnostic(span)]);
    }
    for state in &part.graph().states {
        // So that each address of such a tensor is given by one row.
        if let (false, Err(reason)) = (state.tiles.is_empty(), tiles(part.graph(), state)) {
            unreachable!("{reason}");
        }
    }
    let mut layout = Layout::new(part, choices, conditions.clone());
    layout.choose().map_err(|diagnostic| vec![*diagnostic])?;
    layout.demand();
    if !layout.diagnostics.is_empty() {
        return Err(layout.diagnostics);
    }
    layout.finish().map_err(|diagnostic| vec![*diagnostic])
}
