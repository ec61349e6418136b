//! The vocabulary that every row is written in, and what it takes to read one (spec 4.1).
//!
//! A component's row is written once, against [`Row`], and read by every [`Reading`]: *count*
//! in this crate; *fill*, *constrain* and *tally* in the runtime. The vocabulary is sealed: raw
//! advice is private to this file, and every word that makes a column also says what pins it.

use crate::circuit::names::{Tag, Witness};
use crate::circuit::ranges::RangeTables;

pub use crate::circuit::bus::{Folded, Lane, Numerator, Pole, Send, Weighed};
pub use crate::circuit::count::{Before, Count};
pub use crate::circuit::field::{inverse, residue, MAX_DEGREE, P};
pub use crate::circuit::reading::Reading;

/// A row as its component writes it.
pub struct Row<'a, R: Reading> {
    reading: &'a mut R,
    ranges: &'a RangeTables,
    /// 1 in a row that stands for a point of the index space, 0 in padding.
    gate: R::Value,
}

impl<'a, R: Reading> Row<'a, R> {
    /// `active` is the fixed column that is 1 in real rows; `None` if every row is real.
    pub fn new(reading: &'a mut R, ranges: &'a RangeTables, active: Option<usize>) -> Self {
        let gate = match active {
            Some(column) => reading.fixed(column),
            None => reading.constant(1),
        };
        Self {
            reading,
            ranges,
            gate,
        }
    }

    /// Tells the reading that the next operation begins.
    pub fn begin_operation(&mut self) {
        self.reading.begin_operation();
    }

    pub fn constant(&mut self, value: i64) -> R::Value {
        self.reading.constant(value)
    }

    /// A preprocessed column: part of the verifying key.
    pub fn fixed(&mut self, column: usize) -> R::Value {
        self.reading.fixed(column)
    }

    pub fn add(&mut self, a: &R::Value, b: &R::Value) -> R::Value {
        self.reading.add(a, b)
    }

    pub fn sub(&mut self, a: &R::Value, b: &R::Value) -> R::Value {
        self.reading.sub(a, b)
    }

    pub fn mul(&mut self, a: &R::Value, b: &R::Value) -> R::Value {
        self.reading.mul(a, b)
    }

    pub fn scale(&mut self, a: &R::Value, factor: i64) -> R::Value {
        self.reading.scale(a, factor)
    }

    /// `a + constant`.
    pub fn offset(&mut self, a: &R::Value, constant: i64) -> R::Value {
        if constant == 0 {
            return a.clone();
        }
        let constant = self.reading.constant(constant);
        self.reading.add(a, &constant)
    }

    /// A rule.
    pub fn zero(&mut self, rule: R::Value) {
        self.reading.zero(rule);
    }

    /// A column equal to an expression of degree at most [`MAX_DEGREE`].
    pub fn cell(&mut self, value: &R::Value) -> R::Value {
        let column = self.reading.cell(value);
        let rule = self.reading.sub(&column, value);
        self.reading.zero(rule);
        column
    }

    /// A column that holds a hint in `lo..=hi`, enforced exactly unless `limit` admits more
    /// (see [`Row::range`]).
    pub fn digit(
        &mut self,
        of: &[&R::Value],
        hint: &dyn Fn(&[i64]) -> i64,
        (lo, hi): (i64, i64),
        limit: i64,
    ) -> R::Value {
        let column = self.reading.advice(of, hint);
        self.range(&column, lo, hi, limit);
        column
    }

    /// A column that a public tensor's weighed sum pins, in a range that the verifier checks:
    /// the caller weighs it.
    pub fn published(&mut self, of: &[&R::Value], hint: &dyn Fn(&[i64]) -> i64) -> R::Value {
        self.reading.advice(of, hint)
    }

    /// The column y of a clip; the caller ranges it, or looks it up, and rebuilds what is clipped
    /// from it.
    pub(crate) fn clipped(&mut self, of: &[&R::Value], hint: &dyn Fn(&[i64]) -> i64) -> R::Value {
        self.reading.advice(of, hint)
    }

    /// A column that may be non-zero only where `room` is zero; the caller ranges it.
    pub(crate) fn beyond(
        &mut self,
        of: &[&R::Value],
        hint: &dyn Fn(&[i64]) -> i64,
        room: &R::Value,
    ) -> R::Value {
        let column = self.reading.advice(of, hint);
        let rule = self.mul(&column, room);
        self.reading.zero(rule);
        column
    }

    /// A column that is 0 or 1.
    pub fn bit(&mut self, of: &[&R::Value], hint: &dyn Fn(&[i64]) -> i64) -> R::Value {
        let column = self.reading.advice(of, hint);
        self.boolean(&column);
        column
    }

    /// A column that is 1 where `x` (degree at most 2) is 0 and else 0, beside one that holds the
    /// inverse of `x`, or 0 where there is none.
    pub fn vanishes(&mut self, x: &R::Value) -> R::Value {
        let zero = self
            .reading
            .advice(&[x], &|of| i64::from(residue(of[0]) == 0));
        let inverse = self.reading.advice(&[x], &|of| inverse(of[0]));
        let rule = self.mul(x, &zero);
        self.reading.zero(rule);
        let one = self.mul(x, &inverse);
        let one = self.add(&one, &zero);
        let rule = self.offset(&one, -1);
        self.reading.congruent(rule);
        let rule = self.mul(&inverse, &zero);
        self.reading.zero(rule);
        zero
    }

    fn boolean(&mut self, value: &R::Value) {
        let less = self.offset(value, -1);
        let rule = self.mul(value, &less);
        self.reading.zero(rule);
    }

    /// A column that is one of two expressions of degree 1.
    pub fn either(&mut self, a: &R::Value, b: &R::Value, hint: &dyn Fn(&[i64]) -> i64) -> R::Value {
        let column = self.reading.advice(&[a, b], hint);
        let to_a = self.sub(&column, a);
        let to_b = self.sub(&column, b);
        let rule = self.mul(&to_a, &to_b);
        self.reading.zero(rule);
        column
    }

    /// A column that may be non-zero only where `difference` (degree at most 2) is zero, and
    /// whose weighed sum over the group at `address` is, with the term that the group's home
    /// sends, 1: so that `difference` is zero somewhere in the group. It may be non-zero only where
    /// the gate is 1, if there is one.
    pub fn attained(
        &mut self,
        difference: &R::Value,
        gate: Option<&R::Value>,
        first: &Witness,
        address: &R::Value,
        family: u32,
    ) {
        let flag = self.reading.witness(first, 0);
        let rule = self.mul(&flag, difference);
        self.reading.zero(rule);
        if let Some(gate) = gate {
            let open = self.mul(&flag, gate);
            let rule = self.sub(&flag, &open);
            self.reading.zero(rule);
        }
        let term = Weighed {
            family,
            negative: false,
            lane: Lane::One,
            value: &flag,
        };
        self.weigh(address, &[term]);
    }

    /// Columns that arrive over the wire `tag`: the tuple (address, elements) is taken once.
    pub fn take(
        &mut self,
        tag: Tag,
        address: &R::Value,
        witness: &Witness,
        lanes: u32,
    ) -> Vec<R::Value> {
        let elements = self.pinned(witness, lanes);
        self.times(tag, address, &elements, None);
        elements
    }

    /// Puts (address, elements) on the wire `tag`, `count` times.
    pub fn give(&mut self, tag: Tag, address: &R::Value, elements: &[R::Value], count: &R::Value) {
        self.times(tag, address, elements, Some(count.clone()));
    }

    /// Uses the entry (first, rest) of the table `tag` once.
    pub fn look_up(&mut self, tag: Tag, first: &R::Value, rest: &[R::Value]) {
        self.times(tag, first, rest, None);
    }

    /// Puts a tuple on the bus `given` times, or takes it off once.
    fn times(&mut self, tag: Tag, first: &R::Value, rest: &[R::Value], given: Option<R::Value>) {
        let negative = given.is_none();
        let value = given.unwrap_or_else(|| self.gate.clone());
        self.reading.send(Send {
            tag,
            first,
            rest,
            numerator: Numerator::Times { value, negative },
        });
    }

    /// A column that holds the entry of a table of pairs at `argument`.
    pub fn entry(
        &mut self,
        tag: Tag,
        argument: &R::Value,
        hint: &dyn Fn(&[i64]) -> i64,
    ) -> R::Value {
        let column = self.reading.advice(&[argument], hint);
        self.look_up(tag, argument, std::slice::from_ref(&column));
        column
    }

    /// Puts the entry (first, rest) of the table `tag` on the bus as often as it was used. The
    /// multiplicity is free: whatever the prover writes, only entries are served.
    pub fn serve(&mut self, tag: Tag, first: &R::Value, rest: &[R::Value]) {
        let uses = self.reading.multiplicity(tag);
        self.times(tag, first, rest, Some(uses));
    }

    /// Columns that hold what the gather `tag` has at `address`: the tuple is looked up.
    pub fn pick(
        &mut self,
        tag: Tag,
        address: &R::Value,
        witness: &Witness,
        lanes: u32,
    ) -> Vec<R::Value> {
        let elements = self.reading.picked(witness, address, lanes);
        self.look_up(tag, address, &elements);
        elements
    }

    /// Puts this row's (address, elements) on the bus as often as they are picked, in a real row
    /// alone. The multiplicity is free (`gadgets::gather`).
    pub fn offer(&mut self, tag: Tag, address: &R::Value, elements: &[R::Value]) {
        let uses = self.reading.multiplicity(tag);
        let gate = self.gate.clone();
        let uses = self.mul(&uses, &gate);
        self.times(tag, address, elements, Some(uses));
    }

    /// The weight 1 / (product of the poles) of this row; 0 in padding.
    pub fn weight(&mut self, poles: &[Pole<&R::Value>]) -> usize {
        let gate = self.gate.clone();
        self.reading.weight(poles, &gate)
    }

    /// A column that equals what all rows weigh away at `address` in the family `tie`: the caller
    /// weighs it there, in every row, so that it is 0 where nothing is.
    pub fn copied(&mut self, tie: u32, address: &R::Value) -> R::Value {
        self.reading.copied(tie, address)
    }

    /// Running sums over the rows of a segment, in the order of the rows; `keep` is a fixed column
    /// that is 0 where a segment begins and in padding.
    pub fn fold(&mut self, keep: &R::Value, stages: &[Vec<Folded<&R::Value>>]) -> usize {
        self.reading.fold(keep, stages)
    }

    /// Adds the product of two folds at the end of their segment, where the fixed column `end`
    /// is 1.
    pub fn product(&mut self, family: u32, end: &R::Value, left: usize, right: usize) {
        self.reading.product(family, end, left, right);
    }

    /// Adds weighed values at `address`. In every family and lane, what is added at an address
    /// and what is taken away from it are equal.
    pub fn weigh(&mut self, address: &R::Value, terms: &[Weighed<'_, R::Value>]) {
        let gate = self.gate.clone();
        self.reading.send(Send {
            tag: Tag::TOTALS,
            first: address,
            rest: &[],
            numerator: Numerator::Weighed { terms, gate },
        });
    }

    /// Columns of the program's evaluation that the bus pins: a total, a copy of a vector or a
    /// public element that the caller weighs, or a maximum whose flags it weighs.
    pub fn pinned(&mut self, witness: &Witness, lanes: u32) -> Vec<R::Value> {
        self.reading.vector(witness, lanes)
    }

    /// A private element: its column, ranged exactly.
    pub fn private(&mut self, witness: &Witness, lo: i64, hi: i64) -> R::Value {
        let column = self.reading.witness(witness, 0);
        self.range(&column, lo, hi, hi);
        column
    }

    /// A private element that a later [`Row::private_with`] of the row ranges.
    pub fn ranged_later(&mut self, witness: &Witness) -> R::Value {
        self.reading.witness(witness, 0)
    }

    /// A private element in `lo..=hi`, and `other` in 0..=hi - lo: the pair is looked up.
    pub fn private_with(
        &mut self,
        witness: &Witness,
        lo: i64,
        hi: i64,
        other: &R::Value,
    ) -> R::Value {
        let column = self.reading.witness(witness, 0);
        let from_lo = self.offset(&column, -lo);
        self.look_up(Tag::pair(hi - lo + 1), other, &[from_lo]);
        column
    }

    /// Enforces that `x` is congruent to an integer of `lo..=m` with hi <= m <= max(hi, limit).
    ///
    /// With `limit == hi` that is exact. Where a caller's no-wrap inequality leaves room, a
    /// larger limit saves the second lookup. Lookups in the table of N entries 0..N, or in the
    /// digit table of 2^k entries: x - lo = e0 + 2^k e1 + 4^k e2, with e1 and e2 columns and e0
    /// an expression. Digits hold integers below 2^30, so a decomposition cannot wrap, and where
    /// both x - lo and hi - x have one, their sum hi - lo is one of integers.
    pub fn range(&mut self, x: &R::Value, lo: i64, hi: i64, limit: i64) {
        let from_lo = self.offset(x, -lo);
        let size = hi - lo + 1;
        if size <= 2 {
            // Padding need not satisfy a rule on what is only ranged in real rows.
            let gate = self.gate.clone();
            let mut rule = self.mul(&gate, &from_lo);
            if size == 2 {
                let less = self.offset(&from_lo, -1);
                rule = self.mul(&rule, &less);
            }
            self.reading.zero(rule);
            return;
        }
        let ranges = self.ranges;
        let (_, reach) = ranges.digits(size);
        self.reading
            .note_range(size, lo.saturating_add(reach - 1) > limit.max(hi));
        if ranges.has_exact(size) {
            self.look_up(Tag::range(size), &from_lo, &[]);
            return;
        }
        let reached = self.at_least_zero(&from_lo, size);
        if lo.saturating_add(reached - 1) > limit.max(hi) {
            let minus = self.scale(x, -1);
            let to_hi = self.offset(&minus, hi);
            self.at_least_zero(&to_hi, size);
        }
    }

    /// Enforces `x` in `0..reached`, with `size <= reached`; returns `reached`.
    fn at_least_zero(&mut self, x: &R::Value, size: i64) -> i64 {
        let (digits, reached) = self.ranges.digits(size);
        let (tag, base) = (self.ranges.digit_tag(), self.ranges.base());
        let mut low = x.clone();
        let mut place = 1;
        for _ in 1..digits {
            place *= base;
            // Out of range (in padding): any digit will do, and 0 is a bit too.
            let digit = self.reading.advice(&[x], &move |of| {
                if (0..reached).contains(&of[0]) {
                    of[0] / place % base
                } else {
                    0
                }
            });
            let shifted = self.scale(&digit, place);
            low = self.sub(&low, &shifted);
            if reached == 2 * base {
                self.boolean(&digit);
            } else {
                self.look_up(tag, &digit, &[]);
            }
        }
        self.look_up(tag, &low, &[]);
        reached
    }
}
