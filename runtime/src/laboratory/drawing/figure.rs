//! What is drawn: boxes in boxes, nodes, and arrows between them.

use petgraph::graph::DiGraph;

/// What is drawn.
pub struct Drawing {
    pub title: String,
    pub(super) boxes: Vec<Frame>,
    pub(super) graph: DiGraph<Node, Arrow>,
}

/// A box around others.
pub(super) struct Frame {
    /// Position among the boxes.
    pub(super) within: Option<usize>,
    pub(super) depth: Depth,
    pub(super) title: String,
    pub(super) note: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Part,
    Proof,
    Component,
}

pub(super) struct Node {
    pub(super) within: usize,
    pub(super) section: usize,
    pub(super) proof: usize,
    pub(super) name: String,
    /// What it is, in words.
    pub(super) note: String,
    pub(super) kind: NodeKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Input,
    State,
    Table,
    Value,
    Output,
    /// What a component does for a member that stands in another.
    Terms,
}

pub(super) struct Arrow {
    pub(super) boundary: Boundary,
    /// Lines; none within a component.
    pub(super) label: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Boundary {
    /// Within a component.
    Inside,
    /// Between components of a proof.
    Component,
    /// Between proofs that share a transcript.
    Linked,
    /// Between parts: in the statement.
    Open,
}
