//! What a plan makes of a graph: parts, each with its proofs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Graph, Member, TableId};
use crate::plan::derived::Derived;

/// What a declared plan makes of a graph: one part, unless a boundary is open.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The declared name, or the text of a plan that has none.
    pub name: String,
    /// In an order in which every part comes after those whose tensors it is given.
    pub parts: Vec<Part>,
}

/// What is proved in one session: a graph, and its members' partition into proofs that share a
/// transcript.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its plan's.
    pub plan: String,
    /// Whether its plan says that its proofs hide.
    pub hiding: bool,
    /// The names of its proofs, joined by `+`.
    pub name: String,
    pub proofs: Vec<String>,
    /// Where each proof is declared: its set, or the cut that it is a piece of.
    #[serde(skip)]
    pub places: Vec<Span>,
    /// Position in `proofs`, for every member of the graph.
    #[serde(skip)]
    pub proof_of: BTreeMap<Member, usize>,
    /// Tables that the plan names or that a named region holds; the others go where they are
    /// looked up.
    #[serde(skip)]
    pub placed_tables: Vec<TableId>,
    #[serde(skip)]
    pub derived: Derived,
}

impl Plan {
    /// The only part of a plan without open boundaries.
    ///
    /// # Errors
    /// E106 if there are several.
    pub fn only(mut self) -> Result<Part, Vec<Diagnostic>> {
        match (self.parts.pop(), self.parts.len()) {
            (Some(part), 0) => Ok(part),
            (_, more) => Err(vec![Diagnostic::new(
                "E106",
                format!("plan `{}` has {} parts", self.name, more + 1),
            )
            .hint("open boundaries make a part of each side: ask for one of them")]),
        }
    }
}

impl Part {
    /// What it proves.
    pub fn graph(&self) -> &Graph {
        &self.derived.graph
    }
}
