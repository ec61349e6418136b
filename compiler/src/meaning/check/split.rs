//! How what is wide is written in limbs: a way to split, a limb, the limbs of a value (spec 3.5).

use crate::meaning::graph::{ExprId, ValueId};

/// Which factors of a product are written in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// One that is known when the key is made, else one of fewer elements.
    Smaller,
    Larger,
    Both,
}

/// A way to write what is wide in limbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Split {
    /// Of a digit.
    pub(super) bits: u32,
    pub(super) side: Side,
    /// Summands are written in digits too.
    pub(super) summands: bool,
}

/// The limbs of a named value: at which powers of two they stand, and what carries each into the
/// next.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) parts: Vec<(u32, ValueId)>,
    pub(super) carries: Vec<Option<ValueId>>,
}

/// A limb and the power of two that it stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) at: u32,
    pub(super) expr: ExprId,
}

/// How far an expression is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// What fits is one limb.
    Whole,
    /// Products in it are of limbs.
    Open,
    /// It is a factor that is written in digits.
    Digits,
}
