//! Expressions: of integers, and of indices as subscripts.

use serde::Serialize;

use super::id::{ExprId, IndexId, InputId, StateId, TableId, ValueId};
use super::interval::Interval;
use crate::diagnostic::Span;

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
    /// A positive constant to a power that is never negative.
    Pow(Box<IndexExpr>, Box<IndexExpr>),
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
            IndexExpr::Pow(a, b) => {
                let (a, b) = both(a, b);
                IndexExpr::Pow(a, b)
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
            | IndexExpr::Mod(a, b)
            | IndexExpr::Pow(a, b) => {
                a.indices(visit);
                b.indices(visit);
            }
        }
    }
}
