//! The audit of a user's own circuit: a malicious prover at every place that it has.
//!
//! ```text
//! Circuit, evaluation -Board-> honest trace -attacks-> Findings
//! Session             -edits-> verifier      -------> Findings
//! ```
//!
//! Attacks on the trace ([`traces`]) need no proof: [`mirror`] reads every rule and what every row
//! puts on the bus exactly, so where it accepts, a proof would verify. [`attack`] changes cells and
//! mends all that follows from them. Attacks on the statement, the claims and the bytes
//! ([`sessions`]) are made on one real proof, before the real verifier. [`board`] holds a circuit with
//! its honest trace; [`random`] draws what is tried.

pub mod attack;
pub mod board;
pub mod mirror;
pub mod random;
pub mod sessions;
pub mod traces;

use std::collections::BTreeMap;
use std::fmt;

use attnc_compiler::circuit::print::operation;
use attnc_compiler::diagnostic::Span;
use serde::{Serialize, Serializer};

use board::{Board, Place};
use mirror::{integer, F};

/// What an attacker tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Cell,
    Hint,
    Pair,
    Range,
    Peak,
    Multiplicity,
    Rows,
    Padding,
    Component,
    Claims,
    Statement,
    File,
}

impl Kind {
    /// All of them: those on the trace, then those on a finished proof.
    pub const ALL: [Self; 12] = [
        Self::Cell,
        Self::Hint,
        Self::Pair,
        Self::Range,
        Self::Peak,
        Self::Multiplicity,
        Self::Rows,
        Self::Padding,
        Self::Component,
        Self::Claims,
        Self::Statement,
        Self::File,
    ];

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Hint => "hint",
            Self::Pair => "pair",
            Self::Range => "range",
            Self::Peak => "peak",
            Self::Multiplicity => "multiplicity",
            Self::Rows => "rows",
            Self::Padding => "padding",
            Self::Component => "component",
            Self::Claims => "claims",
            Self::Statement => "statement",
            Self::File => "file",
        }
    }

    /// What is done.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Cell => "one cell changed, nothing else",
            Self::Hint => "a second witness for a hint, what follows mended",
            Self::Pair => "second witnesses for two hints of one operation",
            Self::Range => "a private element outside its range",
            Self::Peak => "the peak of another row for a maximum",
            Self::Multiplicity => "a multiplicity of a table forged or moved",
            Self::Rows => "two rows swapped, whole or in one column",
            Self::Padding => "padding filled at random",
            Self::Component => "a component left out",
            Self::Claims => "a claim changed, moved, swapped or left out",
            Self::Statement => "a field of the statement, or a public element, changed",
            Self::File => "bytes flipped, cut off or added; proofs out of place",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rows of a component that are attacked: all, if it has no more.
    pub rows: usize,
    /// Which rows and values are drawn.
    pub seed: u64,
}

/// How the attacks of one kind went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Distinct attacks.
    pub tried: u64,
    pub rejected: u64,
    /// Accepted, and the statement is still true: the sign of a zero, padding, another private
    /// input.
    pub harmless: u64,
    /// Mending came to no end: nothing is known.
    pub undecided: u64,
}

/// A cell of the main trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    pub component: String,
    /// 0 is the first; rows above the component's are padding.
    pub row: usize,
    /// Of the component's main trace.
    pub column: usize,
    /// The operation that made the column.
    pub operation: String,
    /// In the honest witness, as the integer of least magnitude.
    pub honest: i64,
    /// In the other one.
    pub other: i64,
    /// Where the source asks for the column.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// A public element for which two values were accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub tensor: String,
    /// Position in the order of the statement.
    pub position: usize,
    pub honest: i64,
    pub claimed: i64,
}

/// An attack that was accepted and must not have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survivor {
    pub kind: Kind,
    /// What was done, in words.
    pub what: String,
    /// What the two witnesses differ in, the attacked cells first: at most [`SHOWN`].
    pub cells: Vec<Cell>,
    /// In how many cells they differ.
    pub differing: usize,
    /// The public elements that were forged.
    pub outputs: Vec<Output>,
}

/// Cells and public elements of a survivor that are kept.
pub const SHOWN: usize = 24;

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub tallies: BTreeMap<Kind, Tally>,
    pub survivors: Vec<Survivor>,
}

/// What became of one attack.
enum Fate {
    Rejected,
    Harmless,
    Undecided,
    Survived(Box<Survivor>),
}

impl Findings {
    fn count(&mut self, kind: Kind, fate: Fate) {
        let tally = self.tallies.entry(kind).or_default();
        tally.tried += 1;
        match fate {
            Fate::Rejected => tally.rejected += 1,
            Fate::Harmless => tally.harmless += 1,
            Fate::Undecided => tally.undecided += 1,
            Fate::Survived(survivor) => self.survivors.push(*survivor),
        }
    }

    /// Adds what was found elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (kind, more) in other.tallies {
            let tally = self.tallies.entry(kind).or_default();
            tally.tried += more.tried;
            tally.rejected += more.rejected;
            tally.harmless += more.harmless;
            tally.undecided += more.undecided;
        }
        self.survivors.extend(other.survivors);
    }

    /// Distinct attacks.
    pub fn tried(&self) -> u64 {
        self.tallies.values().map(|tally| tally.tried).sum()
    }

    /// Attacks of which nothing is known.
    pub fn undecided(&self) -> u64 {
        self.tallies.values().map(|tally| tally.undecided).sum()
    }
}

/// The cell at a place of the trace, with what the other witness has there.
fn cell(board: &Board, place: Place, other: F) -> Cell {
    let (c, row, column) = place;
    let component = &board.circuit.components[c];
    let (op, _) = board.origins[c][column];
    Cell {
        component: component.name.clone(),
        row,
        column,
        operation: operation(&component.ops[op]),
        honest: integer(board.trace[c][column][row]),
        other: integer(other),
        span: component.spans[op],
    }
}
