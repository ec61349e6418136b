//! Expressions: of integers, and of indices as subscripts.

use serde::Serialize;

use super::id::{ExprId, IndexId, InputId, StateId, StaticId, TableId, ValueId};
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
    /// One element, as of a `Read`, of which some subscript is known only when the program runs.
    Pick {
        source: Source,
        at: Vec<Place>,
    },
    Neg(ExprId),
    Add(ExprId, ExprId),
    Sub(ExprId, ExprId),
    Mul(ExprId, ExprId),
    /// `sum`, `max` or `min` of `body` over every value of `index` that `filter` lets through.
    Reduce {
        op: Reduction,
        index: IndexId,
        body: ExprId,
        filter: Filter,
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
    /// A square root, rounded down or to the nearest integer; the argument is not negative, and
    /// positive if `nearest`.
    Root {
        nearest: bool,
        arg: ExprId,
    },
    /// 1 where it is 0, else 0.
    Zero(ExprId),
    /// What the trace is filled with. No rule says that it is so: a proof shows no more than that
    /// it lies in the interval.
    Hint(ExprId),
    /// `whole`, as it is written, and an expression that is the same integer and that proofs are made
    /// of: `whole` may be made of what does not fit (spec 3.5).
    Limbs {
        whole: ExprId,
        limbs: ExprId,
    },
}

/// A subscript of a [`ExprKind::Pick`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Place {
    Known(IndexExpr),
    /// Its interval lies within the dimension: within what a cache holds at its first step.
    Run(ExprId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Reduction {
    Sum,
    Max,
    Min,
}

/// Which values of a reduction's index count. Each part is an expression that is 0 or 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Filter {
    /// Static, over the scope and the index: where it is 0 there is no term.
    pub rows: Option<ExprId>,
    /// Static, over what the reduction depends on: it has a value only where this is 1, and is read
    /// nowhere else.
    pub scope: Option<ExprId>,
    /// Of a maximum or minimum: where it is 0 the term does not count. There is one that does.
    pub gate: Option<ExprId>,
}

impl Filter {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    pub fn parts(self) -> impl Iterator<Item = ExprId> {
        [self.rows, self.scope, self.gate].into_iter().flatten()
    }

    /// The same with other expressions.
    pub fn map<E>(self, mut expr: impl FnMut(ExprId) -> Result<ExprId, E>) -> Result<Self, E> {
        Ok(Self {
            rows: self.rows.map(&mut expr).transpose()?,
            scope: self.scope.map(&mut expr).transpose()?,
            gate: self.gate.map(expr).transpose()?,
        })
    }
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
    Static(StaticId),
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
            Self::Pick { ref at, .. } => at.iter().filter_map(Place::run).collect(),
            Self::Neg(a) | Self::Abs(a) | Self::Zero(a) | Self::Hint(a) => vec![a],
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Max(a, b)
            | Self::Min(a, b) => vec![a, b],
            Self::Reduce { body, filter, .. } => {
                std::iter::once(body).chain(filter.parts()).collect()
            }
            Self::Clip { arg, .. } | Self::Lookup { arg, .. } | Self::Root { arg, .. } => vec![arg],
            Self::Divide { num, den, .. } => vec![num, den],
            Self::Limbs { whole, limbs } => vec![whole, limbs],
        }
    }

    /// Those of them that rules are about.
    pub fn proved(&self) -> Vec<ExprId> {
        match self {
            Self::Hint(_) => Vec::new(),
            Self::Limbs { limbs, .. } => vec![*limbs],
            _ => self.children(),
        }
    }

    /// The same of other expressions, left to right.
    pub fn map<E>(self, mut expr: impl FnMut(ExprId) -> Result<ExprId, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Constant(_) | Self::Index(_) | Self::Read { .. } => self,
            Self::Pick { source, at } => {
                let at = at.into_iter().map(|place| match place {
                    Place::Run(run) => expr(run).map(Place::Run),
                    known => Ok(known),
                });
                let at = at.collect::<Result<_, E>>()?;
                Self::Pick { source, at }
            }
            Self::Neg(a) => Self::Neg(expr(a)?),
            Self::Abs(a) => Self::Abs(expr(a)?),
            Self::Zero(a) => Self::Zero(expr(a)?),
            Self::Hint(a) => Self::Hint(expr(a)?),
            Self::Root { nearest, arg } => Self::Root {
                nearest,
                arg: expr(arg)?,
            },
            Self::Add(a, b) => Self::Add(expr(a)?, expr(b)?),
            Self::Sub(a, b) => Self::Sub(expr(a)?, expr(b)?),
            Self::Mul(a, b) => Self::Mul(expr(a)?, expr(b)?),
            Self::Max(a, b) => Self::Max(expr(a)?, expr(b)?),
            Self::Min(a, b) => Self::Min(expr(a)?, expr(b)?),
            Self::Reduce {
                op,
                index,
                body,
                filter,
            } => Self::Reduce {
                op,
                index,
                body: expr(body)?,
                filter: filter.map(expr)?,
            },
            Self::Clip { arg, lo, hi } => Self::Clip {
                arg: expr(arg)?,
                lo,
                hi,
            },
            Self::Lookup { table, arg } => Self::Lookup {
                table,
                arg: expr(arg)?,
            },
            Self::Divide { policy, num, den } => Self::Divide {
                policy,
                num: expr(num)?,
                den: expr(den)?,
            },
            Self::Limbs { whole, limbs } => Self::Limbs {
                whole: expr(whole)?,
                limbs: expr(limbs)?,
            },
        })
    }
}

impl Place {
    /// The subscript, if it is known when the program is compiled.
    pub fn known(&self) -> Option<&IndexExpr> {
        match self {
            Self::Known(subscript) => Some(subscript),
            Self::Run(_) => None,
        }
    }

    /// The expression that says it when the program runs.
    pub fn run(&self) -> Option<ExprId> {
        match *self {
            Self::Known(_) => None,
            Self::Run(expr) => Some(expr),
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
