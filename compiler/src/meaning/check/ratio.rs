//! What stands inside a rounding.

use crate::meaning::graph::ExprId;

/// `num / den`, or an integer.
#[derive(Clone, Copy)]
pub(super) struct Ratio {
    pub(super) num: ExprId,
    pub(super) den: Option<ExprId>,
}

impl Ratio {
    pub(super) fn integer(num: ExprId) -> Self {
        Self { num, den: None }
    }
}
