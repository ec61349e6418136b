//! The closed set of gadgets: for each, one proof in its doc and one function.
//!
//! The remaining words of a row have their proofs where they are defined: a range in
//! [`crate::circuit::row::Row::range`], wires and weighed sums in spec 5. In every proof here, P is
//! 2^31 - 1, an equality of field elements is one of integers when the integers differ by less
//! than P, and the intervals are those that the circuit enforces.
//!
//! [`clip`], [`division`], [`gather`], [`magnitude`], [`maximum`], [`root`], [`selection`], [`table`],
//! [`zero`].

pub mod clip;
pub mod division;
pub mod gather;
pub mod magnitude;
pub mod maximum;
pub mod root;
pub mod selection;
pub mod table;
pub mod zero;

use serde::Serialize;

use crate::circuit::names::Slot;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;

/// A gadget of a row, with the slots that it reads.
#[derive(Clone, Debug, Serialize)]
pub enum Gadget {
    Clip(clip::Clip),
    Divide(division::Divide),
    Magnitude(magnitude::Magnitude),
    Maximum(maximum::Maximum),
    Select(selection::Select),
    Lookup(table::Lookup),
    Pick(gather::Pick),
    Offer(gather::Offer),
    Root(root::Root),
    Zero(zero::Zero),
}

impl Gadget {
    /// How many slots it makes.
    pub fn outputs(&self) -> u32 {
        match self {
            Gadget::Clip(clip) => clip.outputs(),
            Gadget::Divide(divide) => divide.outputs(),
            Gadget::Pick(pick) => pick.lanes,
            Gadget::Maximum(_) | Gadget::Offer(_) => 0,
            Gadget::Magnitude(_)
            | Gadget::Select(_)
            | Gadget::Lookup(_)
            | Gadget::Root(_)
            | Gadget::Zero(_) => 1,
        }
    }

    /// The slots that it reads, in any order.
    pub fn operands(&self) -> Vec<Slot> {
        match self {
            Gadget::Clip(clip) => vec![clip.arg],
            Gadget::Divide(divide) => vec![divide.num, divide.den],
            Gadget::Magnitude(magnitude) => vec![magnitude.arg],
            Gadget::Maximum(maximum) => {
                let own = [maximum.difference, maximum.address];
                own.into_iter().chain(maximum.gate).collect()
            }
            Gadget::Select(select) => vec![select.a, select.b],
            Gadget::Lookup(lookup) => vec![lookup.arg],
            Gadget::Root(root) => vec![root.arg],
            Gadget::Zero(zero) => vec![zero.arg],
            Gadget::Pick(pick) => vec![pick.address],
            Gadget::Offer(offer) => [offer.elements.as_slice(), &[offer.address]].concat(),
        }
    }

    /// Its name in listings.
    pub fn name(&self) -> &'static str {
        match self {
            Gadget::Clip(_) => "clip",
            Gadget::Divide(_) => "division",
            Gadget::Magnitude(_) => "magnitude",
            Gadget::Maximum(_) => "maximum",
            Gadget::Select(_) => "selection",
            Gadget::Lookup(_) => "table",
            Gadget::Pick(_) => "pick",
            Gadget::Offer(_) => "offer",
            Gadget::Root(_) => "root",
            Gadget::Zero(_) => "zero",
        }
    }

    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, slots: &mut Vec<R::Value>) {
        let at = |slot: Slot| slots[slot.0 as usize].clone();
        match self {
            Gadget::Clip(clip) => {
                let made = clip.row(row, &at(clip.arg));
                slots.extend(made);
            }
            Gadget::Divide(divide) => {
                let made = divide.row(row, &at(divide.num), &at(divide.den));
                slots.extend(made);
            }
            Gadget::Magnitude(magnitude) => {
                let made = magnitude.row(row, &at(magnitude.arg));
                slots.push(made);
            }
            Gadget::Maximum(maximum) => {
                let gate = maximum.gate.map(at);
                let (difference, address) = (at(maximum.difference), at(maximum.address));
                maximum.row(row, &difference, gate.as_ref(), &address);
            }
            Gadget::Root(root) => {
                let made = root.row(row, &at(root.arg));
                slots.push(made);
            }
            Gadget::Zero(zero) => {
                let made = zero.row(row, &at(zero.arg));
                slots.push(made);
            }
            Gadget::Select(select) => {
                let made = select.row(row, &at(select.a), &at(select.b));
                slots.push(made);
            }
            Gadget::Lookup(lookup) => {
                let made = lookup.row(row, &at(lookup.arg));
                slots.push(made);
            }
            Gadget::Pick(pick) => {
                let made = pick.row(row, &at(pick.address));
                slots.extend(made);
            }
            Gadget::Offer(offer) => {
                let elements: Vec<_> = offer.elements.iter().map(|&slot| at(slot)).collect();
                offer.row(row, &at(offer.address), &elements);
            }
        }
    }
}
