//! What an audit found: how the attacks of each kind went, and those that must not have been
//! accepted.

use std::collections::BTreeMap;

use attnc_compiler::diagnostic::Span;
use serde::Serialize;

use super::kind::Kind;

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
pub(super) enum Fate {
    Rejected,
    Harmless,
    Undecided,
    Survived(Box<Survivor>),
}

impl Findings {
    pub(super) fn count(&mut self, kind: Kind, fate: Fate) {
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
