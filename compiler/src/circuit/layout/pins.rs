//! What must hold of a component that is laid out, whatever laid it out.

use std::collections::HashMap;

use super::layout::Result;
use crate::circuit::bus::{Folded, Lane, Pole};
use crate::circuit::component::{Component, Fixed, Kind};
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::Slot;
use crate::circuit::operation::{first_slots, Op, Ranged};
use crate::diagnostic::Diagnostic;
use crate::meaning::index::bounds;
use crate::meaning::rows::Rows;

/// What the layout has made of index expressions, and its own numbers of points, fit 64 bits.
pub(super) fn addresses_fit(component: &Component) -> Result<()> {
    let Kind::Space(Rows { dims, .. }) = &component.kind else {
        return Ok(());
    };
    let forms = component.fixed.iter().filter_map(|fixed| match fixed {
        Fixed::Form(form) => Some(form),
        _ => None,
    });
    match forms
        .filter_map(|form| bounds(&dims[..], form).err())
        .next()
    {
        None => Ok(()),
        Some(beyond) => Err(Box::new(
            Diagnostic::new(
                "E113",
                format!(
                    "numbers of the component over ({}) leave 64 bits",
                    component.name
                ),
            )
            .hint(format!(
                "one goes over {}: make the shape smaller",
                beyond.range
            )),
        )),
    }
}

/// Whether a gather's rows have addresses of their own, tuples of one length, and a gate on padding.
pub(super) fn check_gathers(components: &[Component]) {
    // By gather: the length of its tuples, and which addresses are offered.
    let mut gathers: HashMap<u32, (usize, Vec<bool>)> = HashMap::new();
    for op in components.iter().flat_map(|component| &component.ops) {
        if let Op::Gadget(Gadget::Pick(pick)) = op {
            let lanes = pick.lanes as usize;
            let entries = || (lanes, vec![false; pick.entries as usize]);
            let known = gathers.entry(pick.gather).or_insert_with(entries);
            let one = (known.0, known.1.len()) == (lanes, pick.entries as usize);
            assert!(one, "tuples of two lengths");
        }
    }
    for component in components {
        let full = component.rows == 1 << component.log_rows;
        for op in &component.ops {
            let Op::Gadget(Gadget::Offer(offer)) = op else {
                continue;
            };
            assert!(full || component.active().is_some(), "padding is offered");
            let Some((lanes, offered)) = gathers.get_mut(&offer.gather) else {
                unreachable!("what nothing picks is not offered");
            };
            assert_eq!(offer.elements.len(), *lanes, "tuples of two lengths");
            component.for_each_address(offer.address, |address| {
                let twice = std::mem::replace(&mut offered[address as usize], true);
                assert!(!twice, "two rows with one address");
            });
        }
    }
}

/// Whether every copy is tied, in every row, where it is taken from; every private element that
/// leaves its range to another is ranged by one; and folds are multiplied rows by columns.
pub(super) fn check_pins(component: &Component) {
    let slots = first_slots(&component.ops);
    let mut poles: Vec<&[Pole<Slot>]> = Vec::new();
    let mut lanes_only = Vec::new();
    for (op, &slot) in component.ops.iter().zip(&slots) {
        match op {
            Op::Copy { tie, address, .. } => {
                let weighed = component.ops.iter().filter_map(|other| match other {
                    Op::Weigh { address: at, terms } if at == address => Some(terms),
                    _ => None,
                });
                let pins = weighed.flatten().filter(|term| {
                    let pin = (term.family, term.negative, term.lane);
                    pin == (*tie, false, Lane::One) && term.value == slot
                });
                assert_eq!(
                    (pins.count(), component.active()),
                    (1, None),
                    "a loose copy"
                );
            }
            Op::Private { ranged, lo, hi, .. } if *ranged == Ranged::Later => {
                let with = component.ops.iter().filter(|other| match other {
                    Op::Private {
                        ranged: Ranged::With(Some((first, least))),
                        lo: a,
                        hi: b,
                        ..
                    } => *first == slot && least == lo && b - a == hi - lo,
                    _ => false,
                });
                assert_eq!(with.count(), 1, "an element that nothing ranges");
            }
            Op::Weight(of) => poles.push(of),
            Op::Fold { stages, .. } => {
                for terms in stages {
                    let lane = |term: &Folded<Slot>| {
                        matches!(poles[term.weight][term.pole], Pole::Lane(_))
                    };
                    let lanes = terms.iter().filter(|term| lane(term)).count();
                    assert!(
                        lanes == 0 || lanes == terms.len(),
                        "a fold of both kinds of poles"
                    );
                    lanes_only.push(lanes > 0);
                }
            }
            Op::Product { left, right, .. } => {
                let kinds = (lanes_only[*left], lanes_only[*right]);
                assert_eq!(kinds, (false, true), "a product of two folds of a kind");
            }
            _ => {}
        }
    }
}
