//! A table as it is handed to evaluation.

use std::ops::RangeInclusive;

use crate::syntax::ast::Expr;

/// A table's entries before they are evaluated.
#[derive(Clone)]
pub struct Entries<'a> {
    pub body: &'a Expr,
    pub argument: &'a str,
    pub params: &'a [(String, i64)],
    pub points: RangeInclusive<i64>,
}
