//! One interpretation of a row: what it takes to read one (spec 4.1).

use crate::circuit::bus::{Folded, Pole, Send};
use crate::circuit::names::{Tag, Witness};

/// One interpretation of a row.
pub trait Reading {
    /// An element of the row: an integer, a field element, a packed one, or only a degree.
    type Value: Clone;

    fn constant(&mut self, value: i64) -> Self::Value;
    /// The component's preprocessed column at this row.
    fn fixed(&mut self, column: usize) -> Self::Value;
    fn add(&mut self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn sub(&mut self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn mul(&mut self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    fn scale(&mut self, a: &Self::Value, factor: i64) -> Self::Value;
    /// The next column of the main trace; `hint` says what the honest prover writes, as an
    /// integer function of `of`.
    fn advice(&mut self, of: &[&Self::Value], hint: &dyn Fn(&[i64]) -> i64) -> Self::Value;
    /// The next column of the main trace; the honest prover writes `value`, which a rule demands. It
    /// alone may be an integer beyond the field: its residue obeys the rule.
    fn cell(&mut self, value: &Self::Value) -> Self::Value {
        self.advice(&[value], &|of| of[0])
    }
    /// The next column of the main trace; the honest prover writes an element of the program's
    /// evaluation.
    fn witness(&mut self, witness: &Witness, lane: u32) -> Self::Value;
    /// The next `lanes` columns of the main trace: lanes 0 and up of an element.
    fn vector(&mut self, witness: &Witness, lanes: u32) -> Vec<Self::Value> {
        (0..lanes).map(|lane| self.witness(witness, lane)).collect()
    }
    /// The next `lanes` columns of the main trace: lanes 0 and up of the element that is at
    /// `address`, of which the witness's subscripts are functions.
    fn picked(
        &mut self,
        witness: &Witness,
        _address: &Self::Value,
        lanes: u32,
    ) -> Vec<Self::Value> {
        self.vector(witness, lanes)
    }
    /// The next column of the main trace; the honest prover writes how often the entry of `tag`
    /// at this row was used.
    fn multiplicity(&mut self, tag: Tag) -> Self::Value;
    /// A rule: the expression is zero in every row.
    fn zero(&mut self, rule: Self::Value);
    /// A rule that integers obey modulo the field's P alone: one with an inverse.
    fn congruent(&mut self, rule: Self::Value) {
        self.zero(rule);
    }
    /// The next operation of the component begins.
    fn begin_operation(&mut self) {}
    /// A range of `size` integers was asked for; `exact` if none more may be admitted.
    fn note_range(&mut self, _size: i64, _exact: bool) {}
    /// One fraction on the bus.
    fn send(&mut self, send: Send<'_, Self::Value>);
    /// The next column of the main trace; the honest prover writes what was weighed away at
    /// `address` in the family `tie`, or 0: its residue, as of [`Reading::cell`].
    fn copied(&mut self, tie: u32, address: &Self::Value) -> Self::Value;
    /// The next extension column of the interaction trace, `gate / (product of the poles)`, and
    /// its rule. Returns its position among the component's weights.
    fn weight(&mut self, poles: &[Pole<&Self::Value>], gate: &Self::Value) -> usize;
    /// The next extension columns of the interaction trace, one a stage, and their rules. The
    /// last stage of the row before, times `keep`, is added to the first one's terms, and every
    /// stage to the next one's. Returns the first stage's position among the component's folds.
    fn fold(&mut self, keep: &Self::Value, stages: &[Vec<Folded<&Self::Value>>]) -> usize;
    /// Adds `delta^family * end * left * right` to the bus, for two folds.
    fn product(&mut self, family: u32, end: &Self::Value, left: usize, right: usize);
}
