//! What a program means: a typed dataflow graph over named indices with integer intervals (spec 3).
//!
//! Every noun is an index into one of the graph's vectors. Spans travel along, so that later
//! stages can name a source line. `check` builds a graph; nothing changes it afterwards.
//!
//! - `dim`: a dimension of a space; `id`: positions in those vectors; `interval`; `expr`: expressions,
//!   subscripts too; `plan`: regions and plans as declared; `statics`: what is known when the key is
//!   made; `table`. Here: the tensors, caches and values over them.

mod dim;
mod expr;
mod id;
mod interval;
mod plan;
mod statics;
mod table;

use std::sync::Arc;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Span};
pub use dim::Dim;
pub use expr::{Expr, ExprKind, Filter, IndexExpr, Place, Reduction, Rounding, Source};
pub use id::{
    AssertId, ExprId, IndexId, InputId, OutputId, RegionId, StateId, StaticId, TableId, ValueId,
};
pub use interval::{Interval, MOST_DIVISOR, REACH};
pub use plan::{
    BoundaryDecl, CutDecl, Member, Pieces, PlanDecl, PlanTarget, PlanTerm, ProofDecl, Region,
};
pub use statics::{Extent, Known, Static, StaticAssert, StaticExpr};
pub use table::{Axis, Table};

/// Whether a tensor is part of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Visibility {
    Public,
    Private,
}

/// A program with its parameters applied.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Graph {
    pub name: String,
    pub params: Vec<Param>,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub states: Vec<State>,
    pub tables: Vec<Table>,
    /// Fixed inputs and static values, each after those that it reads.
    pub statics: Vec<Static>,
    /// What static values have to be: held when the key is made.
    pub static_asserts: Vec<StaticAssert>,
    /// The elements of all of `statics`, once everything that they depend on is given.
    #[serde(skip)]
    pub known: Option<Arc<Known>>,
    pub indices: Vec<Index>,
    /// In an order in which every value comes after those that it reads.
    pub values: Vec<Value>,
    pub asserts: Vec<Assert>,
    pub exprs: Vec<Expr>,
    pub regions: Vec<Region>,
    /// As declared; never empty: a program without plans has one, `fused`, with one proof of `*`.
    pub plans: Vec<PlanDecl>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Param {
    pub name: String,
    pub value: i64,
}

/// A tensor that is given. Its elements lie in `range`, which is enforced: by a lookup if it
/// is private, by the verifier if it is public.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    pub name: String,
    pub span: Span,
    pub visibility: Visibility,
    /// Sizes, outermost first. A size may be 0 (a seed of no entries).
    pub shape: Vec<u64>,
    /// Dimensions whose size differs from entry to entry; `shape` has their largest sizes. No
    /// declared input has any: a value over a cache's entries that crosses into a part does.
    pub growing: Vec<Growing>,
    pub range: Interval,
}

/// A dimension of a ragged tensor: it has `base + i` entries, where i is the index at `position`,
/// which stands before it and does not grow. All of a tensor's name the same position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Growing {
    pub dimension: usize,
    pub base: u64,
    pub position: usize,
}

/// A tensor that the program defines, every element exactly once.
#[derive(Clone, Debug, Serialize)]
pub struct Output {
    pub name: String,
    pub span: Span,
    pub visibility: Visibility,
    pub shape: Vec<u64>,
    /// Declared, or taken from the value's interval.
    pub range: Interval,
    pub value: ValueId,
    /// For each position of the output's shape, the position in the space of `value` whose
    /// index runs over it. A permutation.
    pub layout: Vec<usize>,
}

/// A cache: `seeded` entries, and one more each step from `append`. Or a carried state: one entry
/// that it begins with, `tiles`, and one that each iteration leaves, `append`, and the next one
/// reads.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    pub name: String,
    pub span: Span,
    /// What it starts with, in order: inputs of shape `[n] + element`, and values whose first
    /// index runs over entries and the others over an entry's elements. A declared cache has one
    /// input, or nothing; a piece of one (`cut`) may start with more. None where entries are
    /// counted and not read ([`Append::source`]).
    pub seeds: Vec<Source>,
    /// Where each seed lies, of a carried state, a cache of a layer, or a tensor of one entry that is
    /// defined by parts; else empty: seeds follow one another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiles: Vec<Tile>,
    /// Whether each iteration replaces it: it has one entry that the first reads, and one that each
    /// leaves for the next.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub carried: bool,
    /// The seeds' entries.
    pub seeded: u64,
    /// The shape of one entry.
    pub element: Vec<u64>,
    /// Holds every entry's elements.
    pub range: Interval,
    /// `None`: it never grows, or is never replaced.
    pub append: Option<Append>,
}

/// Where a part of a tensor lies in it, dimension by dimension, the entry's number first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tile(pub Vec<TileDimension>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TileDimension {
    pub from: u64,
    /// Which of the part's dimensions runs here, from `from` on; none: the part has this one
    /// position.
    pub place: Option<usize>,
}

/// `state <- source[at...]`: the last indices of the source run free, over the dimensions of an entry
/// behind those of the loops around the state.
/// At step t the entry `seeded + t` is appended: to a cache before anything in the step reads it, to
/// a carried state after everything in it that does.
#[derive(Clone, Debug, Serialize)]
pub struct Append {
    /// `None` in a part that counts the cache's entries and reads none of them.
    pub source: Option<Source>,
    /// One for each leading index of the source (an input's leading dimensions, or the leading
    /// part of a value's space); in scope: the step's index, and those of `outer`.
    pub at: Vec<IndexExpr>,
    /// The loops around the state, which has its entries in each of their iterations: the first
    /// dimensions of an entry are theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outer: Vec<IndexId>,
    pub step: IndexId,
    pub span: Span,
}

/// A bound index variable.
#[derive(Clone, Debug, Serialize)]
pub struct Index {
    pub name: String,
    pub span: Span,
    pub domain: Domain,
    /// What the program calls its first point: the least bound of `i in lo..hi`. In the graph an
    /// index is 0 there.
    pub first: i64,
    /// The parameter that the domain was written as.
    pub over: Option<String>,
}

/// What an index runs over, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Domain {
    Static(u64),
    /// The entries that a state holds at the step `step`: `seeded + t + 1` of them if it grows,
    /// `seeded` if it does not.
    Cache {
        state: StateId,
        step: IndexId,
    },
    /// `base` points where the index `with` is 0, at least one, and one more for each step of it:
    /// `j in 0..=t`. That index is over a static domain, and stands before it in every space.
    Growing {
        base: u64,
        with: IndexId,
    },
}

impl Domain {
    /// The index that its size depends on, or may depend on.
    pub fn follows(self) -> Option<IndexId> {
        match self {
            Self::Static(_) => None,
            Self::Cache { step, .. } => Some(step),
            Self::Growing { with, .. } => Some(with),
        }
    }
}

/// A value, defined over every point of its space that its filter lets through.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    pub name: String,
    pub span: Span,
    /// The enclosing `step` and `for` indices, outermost first, then those bound on the left.
    pub space: Vec<IndexId>,
    /// Static, 0 or 1: there is an element where it is 1.
    pub filter: Option<ExprId>,
    pub expr: ExprId,
    /// Declared with `name : lo..hi = ...`; enforced in the circuit.
    pub declared: Option<Interval>,
    /// What is known of every element: by arithmetic, and by `declared`.
    pub interval: Interval,
    /// Set if the value is an output's.
    pub output: Option<OutputId>,
}

/// `assert left >= right`, or `left == right`, at every point of `space`; other comparisons are rewritten to
/// these (`a > b` to `a >= b + 1`).
#[derive(Clone, Debug, Serialize)]
pub struct Assert {
    pub span: Span,
    pub space: Vec<IndexId>,
    /// Static, 0 or 1: it is asserted where it is 1.
    pub filter: Option<ExprId>,
    pub left: ExprId,
    pub right: ExprId,
    pub equal: bool,
    /// The sides as they are written, where they do not fit: `left` and `right` are about their limbs
    /// (spec 3.5), and hold where these do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<(ExprId, ExprId)>,
}

impl Value {
    /// Whether no rule says what it is ([`ExprKind::Hint`]).
    pub fn is_hint(&self, graph: &Graph) -> bool {
        matches!(graph.expr(self.expr).kind, ExprKind::Hint(_))
    }

    /// Whose limbs or digits it has (spec 3.5), if it has any: `z` of `z.part0`, `f#1.y` of `f#1.y.digit0`.
    /// No program can name such a value.
    pub fn limb_of(&self) -> Option<&str> {
        let name = self.name.split('[').next()?;
        let mut dots = name.match_indices('.').map(|(at, _)| at);
        let first = dots.next()?;
        let at = match name[..first].contains('#') {
            true => dots.next()?,
            false => first,
        };
        Some(&name[..at])
    }
}

impl Input {
    /// Whether there is an element at a point of the tensor's shape.
    pub fn has(&self, at: &[usize]) -> bool {
        let mut growing = self.growing.iter();
        growing.all(|g| (at[g.dimension] as u64) < g.base + at[g.position] as u64)
    }
}

impl Graph {
    pub fn input(&self, id: InputId) -> &Input {
        &self.inputs[id.index()]
    }
    pub fn output(&self, id: OutputId) -> &Output {
        &self.outputs[id.index()]
    }
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.index()]
    }
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.index()]
    }
    #[allow(clippy::should_implement_trait)]
    pub fn index(&self, id: IndexId) -> &Index {
        &self.indices[id.index()]
    }
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.index()]
    }
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }
    /// The expression as it is written, where proofs are made of its limbs.
    pub fn meant(&self, id: ExprId) -> ExprId {
        match self.expr(id).kind {
            ExprKind::Limbs { whole, .. } => whole,
            _ => id,
        }
    }
    pub fn fixed(&self, id: StaticId) -> &Static {
        &self.statics[id.index()]
    }

    /// The fixed inputs, in the program's order: the statics whose elements come from a file.
    pub fn fixed_inputs(&self) -> impl Iterator<Item = (StaticId, &Static)> {
        let numbered = (0..).map(StaticId).zip(&self.statics);
        numbered.filter(|(_, given)| given.expr.is_none())
    }
}

impl Graph {
    /// Adds the indices that an expression depends on and does not bind itself, and the steps
    /// that the caches of its indices depend on.
    pub fn free_indices(&self, expr: ExprId, bound: &mut Vec<IndexId>, free: &mut Vec<IndexId>) {
        let mut depends = |index: IndexId, bound: &[IndexId]| {
            let follows = self.index(index).domain.follows();
            let all = [index].into_iter().chain(follows);
            free.extend(all.filter(|index| !bound.contains(index)));
        };
        match &self.expr(expr).kind {
            ExprKind::Index(subscript) => {
                subscript.indices(&mut |index| depends(index, bound));
            }
            ExprKind::Read { at, .. } => {
                for subscript in at {
                    subscript.indices(&mut |index| depends(index, bound));
                }
            }
            ExprKind::Pick { at, .. } => {
                for subscript in at.iter().filter_map(Place::known) {
                    subscript.indices(&mut |index| depends(index, bound));
                }
            }
            ExprKind::Reduce { index, .. } => {
                let follows = self.index(*index).domain.follows();
                free.extend(follows.filter(|follows| !bound.contains(follows)));
                bound.push(*index);
            }
            _ => {}
        }
        for child in self.expr(expr).kind.children() {
            self.free_indices(child, bound, free);
        }
        if matches!(self.expr(expr).kind, ExprKind::Reduce { .. }) {
            bound.pop();
        }
    }
}

impl Graph {
    /// The graph that is proved: limbs in the place of what they are of, which nothing reads then.
    /// Expressions and values keep their numbers.
    pub fn in_limbs(mut self) -> Self {
        for id in 0..self.exprs.len() {
            // What an expression is made of stands before it.
            if let ExprKind::Limbs { limbs, .. } = self.exprs[id].kind {
                self.exprs[id].kind = self.exprs[limbs.index()].kind.clone();
            }
        }
        for assert in &mut self.asserts {
            assert.written = None;
        }
        self
    }

    /// Whether a condition leaves points of a space out.
    pub fn is_filtered(&self) -> bool {
        let reduced = |expr: &Expr| match expr.kind {
            ExprKind::Reduce { filter, .. } => !filter.is_none(),
            _ => false,
        };
        self.values.iter().any(|value| value.filter.is_some())
            || self.asserts.iter().any(|assert| assert.filter.is_some())
            || self.exprs.iter().any(reduced)
    }

    /// The free indices of an expression, and the steps that its caches depend on, in order.
    pub fn free(&self, expr: ExprId) -> Vec<IndexId> {
        let mut free = Vec::new();
        self.free_indices(expr, &mut Vec::new(), &mut free);
        free.sort_unstable();
        free.dedup();
        free
    }

    /// A member's name as written.
    pub fn member_name(&self, member: Member) -> &str {
        match member {
            Member::Input(id) => &self.input(id).name,
            Member::State(id) => &self.state(id).name,
            Member::Value(id) => &self.value(id).name,
            Member::Table(id) => &self.table(id).name,
            Member::Static(id) => &self.fixed(id).name,
        }
    }

    /// The declared plan of this name; the first one for `None`.
    ///
    /// # Errors
    /// E100 if there is none of this name.
    pub fn plan(&self, name: Option<&str>) -> Result<&PlanDecl, Diagnostic> {
        let Some(name) = name else {
            return Ok(&self.plans[0]);
        };
        self.plans
            .iter()
            .find(|plan| plan.name == name)
            .ok_or_else(|| plan::unknown(&self.plans, name))
    }

    /// Where a cache's entries come from: its seeds, then what is appended.
    pub fn sources(&self, id: StateId) -> Vec<Source> {
        let state = self.state(id);
        let appended = state.append.as_ref().and_then(|append| append.source);
        state.seeds.iter().copied().chain(appended).collect()
    }
}
