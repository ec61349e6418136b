//! A survivor: what was done, and the cells and public elements that differ.

use attnc_compiler::circuit::print::operation;

use super::places::Changed;
use crate::audit::board::{Board, Place};
use crate::audit::findings::{Cell, Fate, Output, Survivor, SHOWN};
use crate::audit::kind::Kind;
use crate::audit::mirror::{integer, F};

pub(super) fn survivor(
    board: &Board,
    kind: Kind,
    what: String,
    changed: &Changed,
    forged: &[(usize, usize, i64, i64)],
) -> Fate {
    survivor_of(board, kind, what, changed, &[], forged)
}

/// A survivor; the cells in `attacked` are shown first.
pub(super) fn survivor_of(
    board: &Board,
    kind: Kind,
    what: String,
    changed: &Changed,
    attacked: &[Place],
    forged: &[(usize, usize, i64, i64)],
) -> Fate {
    let first = changed.iter().filter(|(place, _)| attacked.contains(place));
    let rest = changed
        .iter()
        .filter(|(place, _)| !attacked.contains(place));
    let cells = first.chain(rest).take(SHOWN);
    let outputs = forged.iter().take(SHOWN);
    Fate::Survived(Box::new(Survivor {
        kind,
        what,
        cells: cells.map(|(&at, &value)| cell(board, at, value)).collect(),
        differing: changed.len(),
        outputs: outputs
            .map(|&(tensor, position, honest, claimed)| Output {
                tensor: board.circuit.publics[tensor].name.clone(),
                position,
                honest,
                claimed,
            })
            .collect(),
    }))
}

/// The cell at a place of the trace, with what the other witness has there.
fn cell(board: &Board, place: Place, other: F) -> Cell {
    let (c, row, column) = place;
    let component = &board.circuit.components[c];
    let (op, _) = board.origins[c][column];
    Cell {
        component: component.title(),
        row,
        column,
        operation: operation(&component.ops[op]),
        honest: integer(board.trace[c][column][row]),
        other: integer(other),
        span: component.spans[op],
    }
}
