//! What was written: the source text as a tree, with spans, before any name has a meaning.

mod test;

use crate::diagnostic::Span;
use serde::Serialize;

pub use test::{Claim, Expect, Fails, Give, Sample, Test, TestLine};

/// A name as written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// `circuit name(params) { items }`, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ast {
    pub name: Name,
    pub params: Vec<Param>,
    pub items: Vec<Item>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Use>,
    /// None once they are expanded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defs: Vec<Def>,
    /// No part of what is computed: digests and printed text are without them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
}

/// A file of definitions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Library {
    pub uses: Vec<Use>,
    pub defs: Vec<Def>,
    pub tables: Vec<Table>,
}

/// `use "norms.attn"` or `use nn`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Use {
    pub what: Used,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Used {
    /// One that ships with attnc.
    Library(String),
    /// A path from the folder of the file that says it.
    File(String),
}

/// `def name(parameters) -> results { body }`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Def {
    pub name: Name,
    pub parameters: Vec<Parameter>,
    /// At least one.
    pub results: Vec<Outcome>,
    /// Tables and statements alone.
    pub body: Vec<Item>,
    pub span: Span,
}

/// `x[n, 2 * m]`, `x` or `x = default`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    pub name: Name,
    /// None: a number.
    pub shape: Vec<Expr>,
    pub default: Option<Expr>,
}

/// `y[n]` of a definition's head.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    pub name: Name,
    pub shape: Vec<Expr>,
}

/// `name = default`; the default is a constant expression over earlier parameters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Param {
    pub name: Name,
    pub default: Expr,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Item {
    Table(Table),
    Tensor(Tensor),
    State(State),
    Statement(Statement),
    Region(Region),
    Plan(Plan),
}

/// `table f(x in lo..=hi) = expr`, with `= [[...], [...]]`, or with `: range from input`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    pub name: Name,
    pub arguments: Vec<Argument>,
    pub range: Option<Range>,
    pub entries: Entries,
    pub span: Span,
}

/// `x in lo..=hi`, of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Argument {
    pub name: Name,
    pub domain: Range,
}

/// What a table's entries are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Entries {
    FromInput,
    /// One expression of the arguments.
    Each(Expr),
    /// As written, a level for each argument.
    Listed(List),
}

/// `[a, b, c]`; never empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct List {
    pub entries: Vec<Listed>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Listed {
    One(Expr),
    List(List),
}

/// `lo..hi` or `lo..=hi`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Range {
    pub lo: Expr,
    pub hi: Expr,
    pub inclusive: bool,
    pub span: Span,
}

/// Who has a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Visibility {
    Public,
    Private,
    Fixed,
}

/// `private input name[shape] : range`, `public output name[shape] : range`,
/// `fixed input name[shape] : range`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tensor {
    pub visibility: Visibility,
    pub input: bool,
    pub name: Name,
    pub shape: Vec<Expr>,
    pub range: Option<Range>,
    pub span: Span,
}

/// `state name = seed`, `state name = empty`, or `state name[shape] : range = seed`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    pub name: Name,
    pub shape: Vec<Expr>,
    /// With a range it is replaced, and else it grows.
    pub range: Option<Range>,
    /// `None`: `empty`.
    pub seed: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Statement {
    /// `step t in steps { body }`
    Step(Loop),
    /// `layer l in layers { body }`
    Layer(Loop),
    /// `for h in heads { body }`
    For(Loop),
    /// `name <- source` or `name <- source[at]`
    Append {
        state: Name,
        source: Name,
        at: Vec<Expr>,
        span: Span,
    },
    Define(Define),
    Assert(Assert),
    /// Directly inside a layer: a state of each layer.
    State(State),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loop {
    pub binder: Binder,
    pub body: Vec<Statement>,
    pub span: Span,
}

/// `index in domain`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Binder {
    pub index: Name,
    pub domain: Over,
}

/// What an index runs over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Over {
    /// A state's name, or a constant expression: from 0.
    Size(Expr),
    /// `lo..hi` or `lo..=hi`.
    Range(Range),
}

impl Over {
    pub fn span(&self) -> Span {
        match self {
            Self::Size(size) => size.span,
            Self::Range(range) => range.span,
        }
    }
}

/// `name[subscripts where filter] : range = expr`, or the same after `hint`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Define {
    /// The expression says what the trace is filled with, and nothing is proved of it.
    pub hint: bool,
    pub name: Name,
    pub subscripts: Vec<Subscript>,
    pub filter: Option<Condition>,
    pub range: Option<Range>,
    pub expr: Expr,
    pub span: Span,
}

/// On the left: an index already bound, one bound here, or a constant: the position of a part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Subscript {
    Bound(Name),
    Binds(Binder),
    At(Expr),
}

/// `assert left >= right` or `assert[j in keys] left >= right`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assert {
    pub binders: Vec<Binder>,
    pub filter: Option<Condition>,
    pub left: Expr,
    pub comparison: Comparison,
    pub right: Expr,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Comparison {
    AtLeast,
    AtMost,
    More,
    Less,
    Equal,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ExprKind {
    /// Digits as written, with an optional fraction: `256`, `0.5`.
    Number(String),
    /// A name alone: a parameter, an index, or a value without subscripts.
    Name(Name),
    /// `name[a, b]`
    Element {
        name: Name,
        at: Vec<Expr>,
    },
    /// `name(a, b)`: a table, a rounding policy, clip, abs, min, max, or a real function.
    Call {
        name: Name,
        arguments: Vec<Expr>,
    },
    /// `name(a, b = c).result[d]`: what only a definition can be given, or give.
    Apply(Box<Apply>),
    /// `..`: every position, in an argument of a definition.
    Every,
    /// `sum(j in keys where filter) body`; `name` is `sum`, `max`, `min`, `argmax` or `argmin`. The
    /// body is a product: it ends before a `+` or `-`.
    Reduce {
        name: Name,
        binders: Vec<Binder>,
        filter: Option<Box<Condition>>,
        body: Box<Expr>,
    },
    Negate(Box<Expr>),
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a >= b`, `a and b`, `not a`: 1 where it holds, else 0. Never one expression alone.
    Condition(Box<Condition>),
}

/// A call of a definition, if it is not written as a [`ExprKind::Call`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Apply {
    pub name: Name,
    pub given: Vec<Given>,
    pub result: Option<Name>,
    pub at: Vec<Expr>,
}

/// `value` or `name = value`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    pub name: Option<Name>,
    pub value: Expr,
}

/// What holds or does not: which points of the indices before it count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    pub kind: ConditionKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ConditionKind {
    /// An expression that is 0 or 1.
    Holds(Expr),
    Compare {
        left: Expr,
        relation: Relation,
        right: Expr,
    },
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// The expressions in it, left to right.
    pub fn exprs(&self) -> Vec<&Expr> {
        match &self.kind {
            ConditionKind::Holds(expr) => vec![expr],
            ConditionKind::Compare { left, right, .. } => vec![left, right],
            ConditionKind::Not(inner) => inner.exprs(),
            ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
                [left.exprs(), right.exprs()].concat()
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Relation {
    AtLeast,
    AtMost,
    More,
    Less,
    Equal,
    Different,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
}

/// `region name { members }`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Region {
    pub name: Name,
    pub members: Vec<Name>,
    pub span: Span,
}

/// `plan name { hiding  proof a: * - x  proof b: x  open a | b }`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    pub name: Name,
    pub proofs: Vec<Proof>,
    pub boundaries: Vec<Boundary>,
    /// Whether its proofs hide, if nothing else says so.
    pub hiding: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    pub name: Name,
    pub terms: Vec<Term>,
    pub cuts: Vec<Cut>,
    pub span: Span,
}

/// `by head`, `by 2 heads`, `steps 0..32 | 32..64`, or the same after `open`: a proof for each
/// piece of an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cut {
    pub open: bool,
    pub over: Name,
    pub pieces: Pieces,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Pieces {
    /// So many values of the index in each piece; the last may have fewer. `None`: one.
    By(Option<Expr>),
    Ranges(Vec<Range>),
}

/// `open a | b`, `linked a | b`, `open *` or `linked *`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Boundary {
    pub open: bool,
    /// `None`: all that no other line is about.
    pub between: Option<(Name, Name)>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    pub subtract: bool,
    /// `None`: `*`.
    pub target: Option<Name>,
    pub span: Span,
}
