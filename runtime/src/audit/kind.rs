//! What an attacker tries, and how much of it.

use std::fmt;

use serde::{Serialize, Serializer};

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
    Guess,
}

impl Kind {
    /// All of them: those on the trace, then those on a finished proof.
    pub const ALL: [Self; 13] = [
        Self::Cell,
        Self::Hint,
        Self::Guess,
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
            Self::Guess => "guess",
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
            Self::Guess => "another number for one of the program's own hints",
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
