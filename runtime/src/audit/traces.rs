//! Attacks on the trace, checked without a proof.
//!
//! - `places`: what is attacked. `mended`, `unmended`: the attacks, by whether the rest is mended.
//!   `guesses`: those on the program's own hints.
//! - `truth`: whether what is accepted is true. `survivor`: what is said where it is not.

mod guesses;
mod mended;
mod places;
mod survivor;
mod truth;
mod unmended;

use super::attack::Attacker;
use super::board::Board;
use super::findings::Findings;
use super::kind::{Kind, Options};
use crate::session::trace::FillError;

pub use places::Subject;
use places::Traces;

/// Attacks every place of a circuit, or those that `options` draw; `watch` is told of every kind.
///
/// # Errors
/// The first row of the honest trace that does not obey the circuit.
pub fn attack(
    subject: &Subject<'_>,
    options: Options,
    watch: &dyn Fn(Kind),
) -> Result<Findings, FillError> {
    let circuit = subject.circuit.clone();
    let board = Board::new(subject.name, circuit, subject.graph, subject.evaluation)?;
    let traces = Traces {
        subject,
        attacker: Attacker::new(&board),
        board: &board,
        options,
    };
    let mut findings = Findings::default();
    type Attack<'a> = fn(&Traces<'a>) -> Findings;
    let attacks: [(Kind, Attack<'_>); 10] = [
        (Kind::Cell, Traces::cells),
        (Kind::Hint, Traces::hints),
        (Kind::Guess, Traces::guesses),
        (Kind::Pair, Traces::pairs),
        (Kind::Range, Traces::ranges),
        (Kind::Peak, Traces::peaks),
        (Kind::Multiplicity, Traces::multiplicities),
        (Kind::Rows, Traces::rows),
        (Kind::Padding, Traces::padding),
        (Kind::Component, Traces::components),
    ];
    for (kind, attack) in attacks {
        watch(kind);
        findings.merge(attack(&traces));
    }
    Ok(findings)
}
