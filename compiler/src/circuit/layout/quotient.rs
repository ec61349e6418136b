//! What holds a quotient in place of its own range: the verifier, a declared range, a clip.

use super::builder::Builder;
use crate::circuit::field::P;
use crate::circuit::gadgets::clip::Bounds;
use crate::circuit::gadgets::division::Divide;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::Slot;
use crate::circuit::operation::Op;
use crate::meaning::graph::Interval;

impl Builder {
    /// The division that makes a quotient which is ranged by nothing but itself, if a range that holds it
    /// leaves room.
    fn quotient_within(&mut self, slot: Slot, range: Interval) -> Option<&mut Divide> {
        let &(op, room) = self.quotients.get(&slot)?;
        let fits = room.lo <= range.lo && range.hi <= room.hi;
        match &mut self.ops[op] {
            Op::Gadget(Gadget::Divide(divide)) if fits => Some(divide),
            _ => None,
        }
    }

    /// A quotient that an output is, though it is another value's: its column is weighed to the output in each
    /// of its rows, so that the verifier ranges it.
    pub fn publish_quotient(&mut self, slot: Slot, range: Interval) {
        if let Some(divide) = self.quotient_within(slot, range) {
            divide.public = true;
        }
    }

    /// Ranges a quotient by what is declared of it, in place of all that it may be, if that leaves room and
    /// nothing else ranges it.
    pub fn range_quotient(&mut self, slot: Slot, range: Interval) -> bool {
        match self.quotient_within(slot, range) {
            Some(divide) if !divide.public => {
                let (lo, hi) = (range.lo as i64, range.hi as i64);
                divide.quotient = (lo, hi, hi);
                self.quotients.remove(&slot);
                true
            }
            _ => false,
        }
    }

    /// Lets a clip put the quotient `x` together, if none does yet and what its excess admits leaves
    /// room: the clipped slot.
    pub fn clip_quotient(&mut self, x: Slot, bounds: &Bounds) -> Option<Slot> {
        let &(op, room) = self.quotients.get(&x)?;
        let (lo, hi) = (i128::from(bounds.lo), i128::from(bounds.hi));
        let above = bounds.above.then_some(room.hi - hi);
        let below = bounds.below.then_some(lo - room.lo);
        let limit = above.into_iter().chain(below).min()?.min(P - 1);
        if i128::from(bounds.excess.0) > limit {
            return None;
        }
        let Op::Gadget(Gadget::Divide(divide)) = &mut self.ops[op] else {
            unreachable!("a division makes a quotient");
        };
        self.quotients.remove(&x);
        divide.clipped = Some(Bounds {
            excess: (bounds.excess.0, limit as i64),
            ..bounds.clone()
        });
        let y = Slot(x.0 + 1);
        self.clips.insert(y, op);
        Some(y)
    }
}
