//! What stands on lines of its own.

use super::document::Doc;
use super::trivia::Own;

/// Blanks before a comment at the end of a line.
pub const GAP: usize = 2;

/// An item, a statement, a definition, a proof.
pub struct Item {
    pub above: Vec<Own>,
    /// An empty line stands above it.
    pub apart: bool,
    pub head: Doc,
    /// What `rest` begins with, if it stands in one column with that of its neighbours.
    pub mark: Option<Mark>,
    pub rest: Doc,
    pub after: Vec<String>,
}

/// Signs that are aligned in adjacent lines which have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Define,
    Append,
    State { ranged: bool },
    Table,
    TableFromInput,
    Tensor,
    Set,
}
