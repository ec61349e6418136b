//! What is known when the key is made: fixed inputs, and values of indices, parameters, tables and
//! fixed inputs alone.

use std::sync::Arc;

use serde::Serialize;

use super::dim::Dim;
use super::expr::{IndexExpr, Reduction, Rounding};
use super::id::{StaticId, TableId};
use super::interval::Interval;
use crate::diagnostic::Span;

/// A tensor that is known when the key is made. No proof has it: it is a fixed column wherever it
/// is read.
#[derive(Clone, Debug, Serialize)]
pub struct Static {
    pub name: String,
    pub span: Span,
    /// What the indices are called.
    pub indices: Vec<String>,
    /// Of a fixed input all static.
    pub dims: Vec<Dim>,
    /// Holds every element: a fixed input's declared range, what is known of a value.
    pub interval: Interval,
    /// `None`: a fixed input, whose elements come from a file.
    pub expr: Option<StaticExpr>,
}

/// `left >= right` at every point.
#[derive(Clone, Debug, Serialize)]
pub struct StaticAssert {
    pub span: Span,
    /// If it is an end of a static's declared range: the static's name, and the range. One side is
    /// the static, the other a constant.
    pub declared: Option<(String, Interval)>,
    pub indices: Vec<String>,
    pub dims: Vec<Dim>,
    /// Where it is 0 nothing is said.
    pub filter: Option<StaticExpr>,
    pub left: StaticExpr,
    pub right: StaticExpr,
}

/// An expression over the positions of a point, `IndexId(k)` being the k-th. A reduction's index is
/// the position after those that are there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum StaticExpr {
    Constant(i64),
    Form(IndexExpr),
    Read {
        of: StaticId,
        at: Vec<IndexExpr>,
    },
    Lookup {
        table: TableId,
        arg: Box<StaticExpr>,
    },
    Neg(Box<StaticExpr>),
    Abs(Box<StaticExpr>),
    Add(Box<StaticExpr>, Box<StaticExpr>),
    Sub(Box<StaticExpr>, Box<StaticExpr>),
    Mul(Box<StaticExpr>, Box<StaticExpr>),
    Max(Box<StaticExpr>, Box<StaticExpr>),
    Min(Box<StaticExpr>, Box<StaticExpr>),
    Clip {
        arg: Box<StaticExpr>,
        lo: i64,
        hi: i64,
    },
    Divide {
        policy: Rounding,
        num: Box<StaticExpr>,
        den: Box<StaticExpr>,
    },
    Root {
        nearest: bool,
        arg: Box<StaticExpr>,
    },
    Zero(Box<StaticExpr>),
    Reduce {
        op: Reduction,
        extent: Extent,
        /// Where it is 0 there is no term.
        filter: Option<Box<StaticExpr>>,
        body: Box<StaticExpr>,
    },
}

/// How many values a reduction's index takes: `base`, and the value of `more`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Extent {
    pub base: u64,
    pub more: Option<IndexExpr>,
}

/// The elements of statics, and the tables that they are computed with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// By static, its dimensions.
    pub dims: Vec<Vec<Dim>>,
    /// By static, in the lexicographic order of its points; none where it is not known yet.
    pub elements: Vec<Option<Arc<[i64]>>>,
    /// By table, the first number of its domain and its entries.
    pub tables: Vec<(i64, Arc<[i64]>)>,
}

impl Known {
    /// The elements of a static, row-major.
    ///
    /// # Panics
    /// If they are not known yet.
    pub fn elements(&self, id: StaticId) -> &[i64] {
        match &self.elements[id.index()] {
            Some(elements) => elements,
            None => unreachable!("the elements of a static are asked for before they are known"),
        }
    }
}

impl StaticExpr {
    /// The expressions directly inside it, left to right.
    pub fn children(&self) -> Vec<&StaticExpr> {
        match self {
            Self::Constant(_) | Self::Form(_) | Self::Read { .. } => Vec::new(),
            Self::Lookup { arg: a, .. }
            | Self::Neg(a)
            | Self::Abs(a)
            | Self::Zero(a)
            | Self::Root { arg: a, .. }
            | Self::Clip { arg: a, .. } => vec![a],
            Self::Reduce { body, filter, .. } => {
                filter.iter().chain([body]).map(|child| &**child).collect()
            }
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Max(a, b)
            | Self::Min(a, b)
            | Self::Divide { num: a, den: b, .. } => vec![a, b],
        }
    }

    /// Whether it, or something in it, is so.
    pub fn any(&self, is: &impl Fn(&StaticExpr) -> bool) -> bool {
        is(self) || self.children().into_iter().any(|child| child.any(is))
    }
}
