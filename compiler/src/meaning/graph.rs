//! What a program means: a typed dataflow graph over named indices with integer intervals (spec 3).
//!
//! Every noun is an index into one of the graph's vectors. Spans travel along, so that later
//! stages can name a source line. `check` builds a graph; nothing changes it afterwards.

use serde::Serialize;

use crate::diagnostic::Span;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(pub u32);
        impl $name {
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A bound index variable: a `step`, a `for`, a left-hand index or a reduction's.
    IndexId
);
id!(InputId);
id!(OutputId);
id!(StateId);
id!(TableId);
id!(ValueId);
id!(ExprId);
id!(AssertId);
id!(RegionId);

/// A closed interval of the integers. `+`, `-` and `*` stop at the ends of 128 bits: what a graph
/// keeps lies within 64 (`validate`), so only what `check` then refuses comes near them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Interval {
    pub lo: i128,
    pub hi: i128,
}

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

/// A carried cache: `seeded` entries, and one more each step from `append`.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    pub name: String,
    pub span: Span,
    /// What it starts with, in order: inputs of shape `[n] + element`, and values whose first
    /// index runs over entries and the others over an entry's elements. A declared cache has one
    /// input, or nothing; a piece of one (`cut`) may start with more. None where entries are
    /// counted and not read ([`Append::source`]).
    pub seeds: Vec<Source>,
    /// The seeds' entries.
    pub seeded: u64,
    /// The shape of one entry.
    pub element: Vec<u64>,
    /// Holds every entry's elements.
    pub range: Interval,
    /// `None`: the cache never grows.
    pub append: Option<Append>,
}

/// `state <- source[at...]`: the last `element.len()` indices of the source run free.
/// At step t the entry `seeded + t` is appended, before anything in the step reads the cache.
#[derive(Clone, Debug, Serialize)]
pub struct Append {
    /// `None` in a part that counts the cache's entries and reads none of them.
    pub source: Option<Source>,
    /// One for each leading index of the source (an input's leading dimensions, or the leading
    /// part of a value's space); in scope: the step's index.
    pub at: Vec<IndexExpr>,
    pub step: IndexId,
    pub span: Span,
}

/// A function of one integer, given by its entries for `domain.lo ..= domain.hi`.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    pub name: String,
    pub span: Span,
    pub domain: Interval,
    /// Holds every entry.
    pub range: Interval,
    /// Entry i is the value at `domain.lo + i`. Empty until the input file is known, for a
    /// table `from input`.
    pub entries: Vec<i64>,
    pub from_input: bool,
}

/// A bound index variable.
#[derive(Clone, Debug, Serialize)]
pub struct Index {
    pub name: String,
    pub span: Span,
    pub domain: Domain,
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
}

/// A value, defined over every point of its space.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    pub name: String,
    pub span: Span,
    /// The enclosing `step` and `for` indices, outermost first, then those bound on the left.
    pub space: Vec<IndexId>,
    pub expr: ExprId,
    /// Declared with `name : lo..hi = ...`; enforced in the circuit.
    pub declared: Option<Interval>,
    /// What is known of every element: by arithmetic, and by `declared`.
    pub interval: Interval,
    /// Set if the value is an output's.
    pub output: Option<OutputId>,
}

/// `assert left >= right` at every point of `space`; other comparisons are rewritten to this
/// one (`a > b` to `a >= b + 1`; `a == b` to two).
#[derive(Clone, Debug, Serialize)]
pub struct Assert {
    pub span: Span,
    pub space: Vec<IndexId>,
    pub left: ExprId,
    pub right: ExprId,
}

/// An integer expression with the interval that holds it at every point of its scope.
#[derive(Clone, Debug, Serialize)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    pub interval: Interval,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ExprKind {
    Constant(i128),
    /// An index, used as a number.
    Index(IndexExpr),
    /// One element. For an input or a state, `at` has an index for every dimension (a state's
    /// first is the entry); for a value, one for every index of its space, in the space's
    /// order, the enclosing loops' included.
    Read {
        source: Source,
        at: Vec<IndexExpr>,
    },
    Neg(ExprId),
    Add(ExprId, ExprId),
    Sub(ExprId, ExprId),
    Mul(ExprId, ExprId),
    /// `sum`, `max` or `min` of `body` over every value of `index`.
    Reduce {
        op: Reduction,
        index: IndexId,
        body: ExprId,
    },
    /// `max(lo, min(arg, hi))`, lo <= hi.
    Clip {
        arg: ExprId,
        lo: i128,
        hi: i128,
    },
    /// The larger of two.
    Max(ExprId, ExprId),
    /// The smaller of two.
    Min(ExprId, ExprId),
    Abs(ExprId),
    Lookup {
        table: TableId,
        arg: ExprId,
    },
    /// A rounded quotient; the divisor's interval is positive.
    Divide {
        policy: Rounding,
        num: ExprId,
        den: ExprId,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Reduction {
    Sum,
    Max,
    Min,
}

/// How a quotient becomes an integer (spec 4.5). `Round` is half away from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Rounding {
    Floor,
    Ceil,
    Trunc,
    Round,
    RoundHalfUp,
    RoundHalfEven,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Source {
    Input(InputId),
    State(StateId),
    Value(ValueId),
}

/// A compile-time function of bound indices, used as a subscript. `Div` and `Mod` are floored;
/// their right side is a positive constant. Never out of bounds: `check` has seen to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum IndexExpr {
    Index(IndexId),
    Constant(i64),
    Add(Box<IndexExpr>, Box<IndexExpr>),
    Sub(Box<IndexExpr>, Box<IndexExpr>),
    Mul(Box<IndexExpr>, Box<IndexExpr>),
    Div(Box<IndexExpr>, Box<IndexExpr>),
    Mod(Box<IndexExpr>, Box<IndexExpr>),
}

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
}

/// A plan as declared; `plan::partition` gives it meaning.
#[derive(Clone, Debug, Serialize)]
pub struct PlanDecl {
    pub name: String,
    pub span: Span,
    pub proofs: Vec<ProofDecl>,
    pub boundaries: Vec<BoundaryDecl>,
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

impl ExprKind {
    /// The expressions directly inside it, left to right.
    pub fn children(&self) -> Vec<ExprId> {
        match *self {
            Self::Constant(_) | Self::Index(_) | Self::Read { .. } => Vec::new(),
            Self::Neg(a) | Self::Abs(a) => vec![a],
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Max(a, b)
            | Self::Min(a, b) => vec![a, b],
            Self::Reduce { body, .. } => vec![body],
            Self::Clip { arg, .. } | Self::Lookup { arg, .. } => vec![arg],
            Self::Divide { num, den, .. } => vec![num, den],
        }
    }
}

impl Interval {
    pub const fn new(lo: i128, hi: i128) -> Self {
        Self { lo, hi }
    }

    pub const fn point(value: i128) -> Self {
        Self::new(value, value)
    }

    /// How many integers it holds.
    pub const fn size(self) -> i128 {
        self.hi - self.lo + 1
    }

    pub const fn contains(self, value: i128) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// The interval of products; `None` if it is beyond 128 bits.
    pub fn times(self, other: Self) -> Option<Self> {
        let ends = [
            self.lo.checked_mul(other.lo)?,
            self.lo.checked_mul(other.hi)?,
            self.hi.checked_mul(other.lo)?,
            self.hi.checked_mul(other.hi)?,
        ];
        let points = ends.into_iter().map(Self::point);
        points.reduce(Self::hull)
    }

    pub fn hull(self, other: Self) -> Self {
        Self::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }

    /// The common part; `None` if there is none.
    pub fn meet(self, other: Self) -> Option<Self> {
        let (lo, hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        (lo <= hi).then_some(Self::new(lo, hi))
    }
}

impl std::ops::Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(
            self.lo.saturating_add(other.lo),
            self.hi.saturating_add(other.hi),
        )
    }
}

impl std::ops::Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(self.hi.saturating_neg(), self.lo.saturating_neg())
    }
}

impl std::ops::Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + (-other)
    }
}

impl std::ops::Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let products = [
            self.lo.saturating_mul(other.lo),
            self.lo.saturating_mul(other.hi),
            self.hi.saturating_mul(other.lo),
            self.hi.saturating_mul(other.hi),
        ];
        let lo = products.iter().copied().fold(i128::MAX, i128::min);
        let hi = products.iter().copied().fold(i128::MIN, i128::max);
        Self::new(lo, hi)
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..={}", self.lo, self.hi)
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
}

impl Graph {
    /// Adds the indices that an expression depends on and does not bind itself, and the steps
    /// that the caches of its indices depend on.
    pub fn free_indices(&self, expr: ExprId, bound: &mut Vec<IndexId>, free: &mut Vec<IndexId>) {
        let mut depends = |index: IndexId, bound: &[IndexId]| {
            if !bound.contains(&index) {
                free.push(index);
            }
            if let Domain::Cache { step, .. } = self.index(index).domain {
                free.push(step);
            }
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
            ExprKind::Reduce { index, .. } => {
                if let Domain::Cache { step, .. } = self.index(*index).domain {
                    free.push(step);
                }
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

impl IndexExpr {
    /// The same subscript with other indices.
    pub fn renamed(&self, name: &impl Fn(IndexId) -> IndexId) -> Self {
        let both = |a: &Self, b: &Self| (Box::new(a.renamed(name)), Box::new(b.renamed(name)));
        match self {
            IndexExpr::Index(index) => IndexExpr::Index(name(*index)),
            IndexExpr::Constant(value) => IndexExpr::Constant(*value),
            IndexExpr::Add(a, b) => {
                let (a, b) = both(a, b);
                IndexExpr::Add(a, b)
            }
            IndexExpr::Sub(a, b) => {
                let (a, b) = both(a, b);
                IndexExpr::Sub(a, b)
            }
            IndexExpr::Mul(a, b) => {
                let (a, b) = both(a, b);
                IndexExpr::Mul(a, b)
            }
            IndexExpr::Div(a, b) => {
                let (a, b) = both(a, b);
                IndexExpr::Div(a, b)
            }
            IndexExpr::Mod(a, b) => {
                let (a, b) = both(a, b);
                IndexExpr::Mod(a, b)
            }
        }
    }

    /// Visits every index variable of a subscript.
    pub fn indices(&self, visit: &mut impl FnMut(IndexId)) {
        match self {
            IndexExpr::Index(index) => visit(*index),
            IndexExpr::Constant(_) => {}
            IndexExpr::Add(a, b)
            | IndexExpr::Sub(a, b)
            | IndexExpr::Mul(a, b)
            | IndexExpr::Div(a, b)
            | IndexExpr::Mod(a, b) => {
                a.indices(visit);
                b.indices(visit);
            }
        }
    }
}
