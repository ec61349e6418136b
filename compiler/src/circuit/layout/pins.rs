//! What must hold of a component that is laid out, whatever laid it out.

use std::collections::{HashMap, HashSet};

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
    let mut tuples: HashMap<u32, usize> = HashMap::new();
    let mut offered: HashSet<(u32, i64)> = HashSet::new();
    for component in components {
        let full = component.rows == 1 << component.log_rows;
        for op in &component.ops {
            let (gather, tuple) = match op {
                Op::Gadget(Gadget::Offer(offer)) => {
                    assert!(full || component.active().is_some(), "padding is offered");
                    component.for_each_address(offer.address, |address| {
                        assert!(
                            offered.insert((offer.gather, address)),
                            "two rows with one address"
                        );
                    });
                    (offer.gather, offer.elements.len())
                }
                Op::Gadget(Gadget::Pick(pick)) => (pick.gather, pick.lanes as usize),
                _ => continue,
            };
            assert_eq!(
                *tuples.entry(gather).or_insert(tuple),
                tuple,
                "tuples of two lengths"
            );
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
