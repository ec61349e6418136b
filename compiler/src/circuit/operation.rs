//! One operation of a row: what it reads, and how many slots it makes.

use serde::Serialize;

use crate::circuit::bus::{Folded, Lane, Pole};
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Slot, Tag, Witness};

/// One operation of a row. Every operation makes the number of slots that `outputs` says.
#[derive(Clone, Debug, Serialize)]
pub enum Op {
    Constant(i64),
    Fixed(usize),
    Add(Slot, Slot),
    Sub(Slot, Slot),
    Mul(Slot, Slot),
    Scale(Slot, i64),
    /// The sum of products.
    Dot(Vec<(Slot, Slot)>),
    Sum(Vec<Slot>),
    Cell(Slot),
    Range {
        x: Slot,
        lo: i64,
        hi: i64,
        limit: i64,
    },
    Private {
        witness: Witness,
        lo: i64,
        hi: i64,
        ranged: Ranged,
    },
    /// Columns that the bus pins: weighed in the same row, or a maximum.
    Pinned {
        witness: Witness,
        lanes: u32,
    },
    Take {
        wire: u32,
        address: Slot,
        witness: Witness,
        lanes: u32,
    },
    Give {
        wire: u32,
        address: Slot,
        elements: Vec<Slot>,
        count: Slot,
    },
    /// A copy of an operand's element, tied at `address` in a weighed sum of the same row.
    Copy {
        tie: u32,
        address: Slot,
        name: String,
    },
    /// Makes no slot; the weight has the number of `Weight`s before it.
    Weight(Vec<Pole<Slot>>),
    /// Makes no slot; its stages have the numbers after those of the `Fold`s before it.
    Fold {
        keep: Slot,
        stages: Vec<Vec<Folded<Slot>>>,
    },
    /// Two folds, multiplied at the end of their segment.
    Product {
        family: u32,
        end: Slot,
        left: usize,
        right: usize,
    },
    Weigh {
        address: Slot,
        terms: Vec<Term>,
    },
    Serve {
        tag: Tag,
        first: Slot,
        rest: Vec<Slot>,
    },
    Gadget(Gadget),
}

/// How a private element is ranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Ranged {
    /// By a range of its own.
    Alone,
    /// Together with a later private element of the row, which does it.
    Later,
    /// In a table of pairs, with an earlier element, less its own lowest value; or with 0.
    With(Option<(Slot, i64)>),
}

#[derive(Clone, Debug, Serialize)]
pub struct Term {
    pub family: u32,
    pub negative: bool,
    pub lane: Lane,
    pub value: Slot,
}

impl Op {
    /// Whether it certainly makes a column of the main trace.
    pub fn makes_column(&self) -> bool {
        matches!(
            self,
            Op::Cell(_)
                | Op::Private { .. }
                | Op::Pinned { .. }
                | Op::Take { .. }
                | Op::Copy { .. }
                | Op::Serve { .. }
                | Op::Gadget(_)
        )
    }

    /// The slots that it reads, in any order.
    pub fn operands(&self) -> Vec<Slot> {
        match self {
            Op::Constant(_) | Op::Fixed(_) | Op::Pinned { .. } => Vec::new(),
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) => vec![*a, *b],
            Op::Scale(a, _) | Op::Cell(a) | Op::Range { x: a, .. } => vec![*a],
            Op::Dot(pairs) => pairs.iter().flat_map(|(a, b)| [*a, *b]).collect(),
            Op::Sum(terms) => terms.clone(),
            Op::Private { ranged, .. } => match ranged {
                Ranged::With(Some((other, _))) => vec![*other],
                _ => Vec::new(),
            },
            Op::Take { address, .. } | Op::Copy { address, .. } => vec![*address],
            Op::Give {
                address,
                elements,
                count,
                ..
            } => [elements.as_slice(), &[*address, *count]].concat(),
            Op::Weight(poles) => poles.iter().map(|pole| *pole.value()).collect(),
            Op::Fold { keep, stages } => {
                let terms = stages.iter().flatten().map(|term| term.value);
                terms.chain([*keep]).collect()
            }
            Op::Product { end, .. } => vec![*end],
            Op::Weigh { address, terms } => {
                let values = terms.iter().map(|term| term.value);
                values.chain([*address]).collect()
            }
            Op::Serve { first, rest, .. } => [rest.as_slice(), &[*first]].concat(),
            Op::Gadget(gadget) => gadget.operands(),
        }
    }

    /// How many slots it makes.
    pub fn outputs(&self) -> u32 {
        match self {
            Op::Pinned { lanes, .. } | Op::Take { lanes, .. } => *lanes,
            Op::Range { .. }
            | Op::Give { .. }
            | Op::Weight(_)
            | Op::Fold { .. }
            | Op::Product { .. }
            | Op::Weigh { .. }
            | Op::Serve { .. } => 0,
            Op::Gadget(gadget) => gadget.outputs(),
            _ => 1,
        }
    }
}

/// The first slot of every operation.
pub fn first_slots(ops: &[Op]) -> Vec<Slot> {
    let firsts = ops.iter().scan(0, |next, op| {
        let first = *next;
        *next += op.outputs();
        Some(Slot(first))
    });
    firsts.collect()
}
