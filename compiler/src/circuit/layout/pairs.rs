//! Private elements of the same narrow range that are looked up two at a time.

use std::collections::BTreeMap;

use super::layout::Layout;
use crate::circuit::names::Slot;
use crate::circuit::operation::{first_slots, Op, Ranged};

impl Layout<'_> {
    /// Looks private elements of the same narrow range up two at a time: the size of the range
    /// that saves the most lookups, if any does and its pairs fit 2^`digit_bits` rows.
    pub(super) fn pair_private(&mut self, digit_bits: u32) -> Option<i64> {
        // By builder and size: the private elements' operations and slots.
        let private: Vec<BTreeMap<i64, Vec<(usize, Slot)>>> = self
            .builders
            .iter()
            .map(|builder| {
                let mut sized: BTreeMap<i64, Vec<(usize, Slot)>> = BTreeMap::new();
                let slots = first_slots(&builder.ops);
                for ((at, op), slot) in builder.ops.iter().enumerate().zip(slots) {
                    if let Op::Private { lo, hi, .. } = op {
                        sized.entry(hi - lo + 1).or_default().push((at, slot));
                    }
                }
                sized
            })
            .collect();
        let mut saved: BTreeMap<i64, usize> = BTreeMap::new();
        for (&size, elements) in private.iter().flatten() {
            *saved.entry(size).or_insert(0) += elements.len() / 2;
        }
        let fits = |size: i64| size > 2 && size * size <= 1 << digit_bits;
        let (&size, _) = saved
            .iter()
            .rev()
            .filter(|(&size, &saved)| fits(size) && saved > 0)
            .max_by_key(|(_, &saved)| saved)?;
        for (builder, sized) in self.builders.iter_mut().zip(&private) {
            for pair in sized.get(&size).map_or(&[][..], Vec::as_slice).chunks(2) {
                let mut set = |(at, _): (usize, Slot), how: Ranged| match &mut builder.ops[at] {
                    Op::Private { ranged, lo, .. } => {
                        *ranged = how;
                        *lo
                    }
                    _ => unreachable!("a private element"),
                };
                match *pair {
                    [first, last] => {
                        let lo = set(first, Ranged::Later);
                        set(last, Ranged::With(Some((first.1, lo))));
                    }
                    [only] => drop(set(only, Ranged::With(None))),
                    _ => unreachable!("chunks of two"),
                }
            }
        }
        Some(size)
    }
}
