//! What a liar does with what only proofs that hide have: the ring, S, and what S runs up to.

use attnc::session::bus::Column;
use attnc_compiler::choice::cost::RING_TUPLE;
use stwo::core::fields::m31::BaseField;

/// A tuple of the ring.
pub type Tuple = [BaseField; RING_TUPLE];

/// Up to what S runs in a proof that stands alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Closes {
    /// What its verifier expects: the public terms, taken off.
    Expected,
    /// What its fractions add up to.
    Truly,
    /// The same, and it is stated as a claim.
    Stated,
}

/// What is done to columns of a proof.
pub type Change<'a> = &'a dyn Fn(usize, &mut Vec<Column>);

/// What is done to the tuples r and s of a proof's ring in a row.
pub type Tuples<'a> = &'a dyn Fn(usize, usize, &mut [Tuple; 2]);

#[derive(Clone, Copy)]
pub struct Hidden<'a> {
    pub closes: Closes,
    /// Changes S of a proof, once it has run.
    pub sum: Change<'a>,
    /// Changes the tuples r and s of a proof's ring in a row.
    pub ring: Tuples<'a>,
    /// Changes the totals of a proof's ring, row by row.
    pub fractions: Change<'a>,
}

impl Hidden<'_> {
    pub const HONEST: Self = Self {
        closes: Closes::Expected,
        sum: &|_, _| {},
        ring: &|_, _, _| {},
        fractions: &|_, _| {},
    };
    /// Every sum runs up to what its fractions add up to.
    pub const TRUE_TOTALS: Self = Self {
        closes: Closes::Truly,
        ..Self::HONEST
    };
}
