//! What a row puts on the bus: fractions, and the weights and folds in them (spec 5.1).

use crate::circuit::names::Tag;

/// What a weight has a pole at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Pole<V> {
    /// `lambda - index`: a lane.
    Lane(V),
    /// `totals + alpha * address - z`: an address of weighed sums.
    Address(V),
}

impl<V> Pole<V> {
    pub fn value(&self) -> &V {
        match self {
            Pole::Lane(value) | Pole::Address(value) => value,
        }
    }

    pub fn map<W>(&self, change: impl FnOnce(&V) -> W) -> Pole<W> {
        match self {
            Pole::Lane(value) => Pole::Lane(change(value)),
            Pole::Address(value) => Pole::Address(change(value)),
        }
    }
}

/// One term of a fold: `value / pole`, for one of the poles of a weight.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Folded<V> {
    /// The weight's position among the row's.
    pub weight: usize,
    /// The pole's position among the weight's.
    pub pole: usize,
    pub value: V,
}

/// `numerator / (tag + alpha * first + alpha^2 * rest[0] + ... - z)` on the bus.
pub struct Send<'a, V> {
    pub tag: Tag,
    pub first: &'a V,
    pub rest: &'a [V],
    pub numerator: Numerator<'a, V>,
}

pub enum Numerator<'a, V> {
    /// A multiplicity.
    Times { value: V, negative: bool },
    /// A sum of weighed values. `gate` multiplies the terms that have no lane column; a lane
    /// column carries its own.
    Weighed {
        terms: &'a [Weighed<'a, V>],
        gate: V,
    },
}

/// `delta^family * lane weight * value`, or its negative.
#[derive(Clone)]
pub struct Weighed<'a, V> {
    pub family: u32,
    pub negative: bool,
    pub lane: Lane,
    pub value: &'a V,
}

/// The weight of a lane, `1 / (lambda - lane)`, or a sum of such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Lane {
    /// Not a lane: the weight is 1.
    One,
    /// A constant of the row.
    Constant(u32),
    /// The row's weight with this position, which has one pole, a lane.
    Column(usize),
    /// The row's fold with this position: a sum of lanes.
    Fold(usize),
}

impl Lane {
    /// Whether the weight is an extension column, which is 0 in padding.
    pub const fn is_column(self) -> bool {
        matches!(self, Lane::Column(_) | Lane::Fold(_))
    }
}

impl<V> Send<'_, V> {
    /// The tuple's entries after the tag.
    pub fn tuple(&self) -> impl Iterator<Item = &V> {
        std::iter::once(self.first).chain(self.rest)
    }
}
