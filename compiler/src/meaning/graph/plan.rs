//! Plans as declared; `plan::partition` gives them meaning.

use serde::Serialize;

use super::id::{InputId, RegionId, StateId, StaticId, TableId, ValueId};
use crate::diagnostic::Span;

/// A named set of values, inputs, states and tables.
#[derive(Clone, Debug, Serialize)]
pub struct Region {
    pub name: String,
    pub span: Span,
    pub members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Member {
    Input(InputId),
    State(StateId),
    Value(ValueId),
    Table(TableId),
    /// Of a region alone: no proof has it, and every proof may read it.
    Static(StaticId),
}

/// A plan as declared; `plan::partition` gives it meaning.
#[derive(Clone, Debug, Serialize)]
pub struct PlanDecl {
    pub name: String,
    pub span: Span,
    pub proofs: Vec<ProofDecl>,
    pub boundaries: Vec<BoundaryDecl>,
    /// Whether its proofs hide, if nothing else says so.
    pub hiding: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProofDecl {
    pub name: String,
    pub span: Span,
    pub terms: Vec<PlanTerm>,
    pub cuts: Vec<CutDecl>,
}

/// A proof for each piece of the indices that are called `over`, or run over the parameter
/// `over`.
#[derive(Clone, Debug, Serialize)]
pub struct CutDecl {
    pub span: Span,
    /// Whether the boundaries between the pieces are open.
    pub open: bool,
    pub over: String,
    pub pieces: Pieces,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Pieces {
    /// So many values of the index in each; the last may have fewer. Positive.
    By(u64),
    /// Half open, as declared: `plan::partition` holds them against the index.
    Ranges(Vec<(i128, i128)>),
}

/// What crosses between two proofs is hidden (linked) or in the statement (open).
#[derive(Clone, Debug, Serialize)]
pub struct BoundaryDecl {
    pub open: bool,
    /// Positions in the plan's proofs; `None`: all that no other declaration is about.
    pub between: Option<(usize, usize)>,
    pub span: Span,
}

/// One term of a set expression such as `* - lookup`; the first is added.
#[derive(Clone, Debug, Serialize)]
pub struct PlanTerm {
    pub subtract: bool,
    pub target: PlanTarget,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PlanTarget {
    All,
    Region(RegionId),
    Member(Member),
}
