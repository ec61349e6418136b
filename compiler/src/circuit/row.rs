//! The vocabulary that every row is written in, and what it takes to read one (spec 4.1).
//!
//! A component's row is written once, against [`Row`], and read by every [`Reading`]: *count*
//! in this crate; *fill*, *constrain* and *tally* in the runtime. The vocabulary is sealed: raw
//! advice is private to this file, and every word that makes a column also says what pins it.

use std::collections::BTreeMap;

use crate::circuit::{RangeTables, Tag, Witness};

/// The modulus of the field M31.
pub const P: i128 = (1 << 31) - 1;

/// The largest degree of a rule: the composition polynomial is committed at twice the trace's
/// length, which leaves room for degree 3.
pub const MAX_DEGREE: u32 = 3;

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
    /// The next column of the main trace; the honest prover writes how often the entry of table
    /// `tag` at this row was used.
    fn multiplicity(&mut self, tag: Tag) -> Self::Value;
    /// A rule: the expression is zero in every row.
    fn zero(&mut self, rule: Self::Value);
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

    /// The column y of a clip; the caller ranges it, or looks it up, and rebuilds `x` from it.
    pub(crate) fn clipped(&mut self, x: &R::Value, lo: i64, hi: i64) -> R::Value {
        self.reading.advice(&[x], &move |of| of[0].clamp(lo, hi))
    }

    /// A column that is 0 or 1.
    pub fn bit(&mut self, of: &[&R::Value], hint: &dyn Fn(&[i64]) -> i64) -> R::Value {
        let column = self.reading.advice(of, hint);
        self.boolean(&column);
        column
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
    /// sends, 1: so that `difference` is zero somewhere in the group.
    pub fn attained(
        &mut self,
        difference: &R::Value,
        first: &Witness,
        address: &R::Value,
        family: u32,
    ) {
        let flag = self.reading.witness(first, 0);
        let rule = self.mul(&flag, difference);
        self.reading.zero(rule);
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

/// The count reading: what a row costs, in columns, rules, degrees and sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// Columns of the main trace.
    pub columns: usize,
    /// Extension columns of weights and folds, in order: at how many points each is opened.
    pub extensions: Vec<u32>,
    /// Poles at addresses that weights have.
    pub weighed_addresses: usize,
    /// The degree of every rule, weights' and folds' included.
    pub rules: Vec<u32>,
    /// Degree of the numerator and of the denominator of every send.
    pub sends: Vec<(u32, u32)>,
    /// The longest tuple sent.
    pub longest_tuple: usize,
    /// Lookups a row in each range table, by size.
    pub range_uses: BTreeMap<i64, usize>,
    /// Lookups a row in declared tables.
    pub table_uses: usize,
    /// Integers in the widest range.
    #[serde(skip)]
    pub widest_range: i64,
    /// Ranges a row that had to be exact, by size.
    #[serde(skip)]
    pub exact_ranges: BTreeMap<i64, usize>,
    /// The degrees of every weight's poles.
    #[serde(skip)]
    weights: Vec<Vec<u32>>,
    #[serde(skip)]
    folds: usize,
    /// What was there before each operation; kept if it is `Some`.
    #[serde(skip)]
    pub before: Option<Vec<Before>>,
}

/// What a row had before one of its operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    pub columns: usize,
    pub extensions: usize,
    pub sends: usize,
    pub table_uses: usize,
}

impl Reading for Count {
    type Value = u32;

    fn begin_operation(&mut self) {
        let now = self.now();
        if let Some(before) = &mut self.before {
            before.push(now);
        }
    }

    fn constant(&mut self, _: i64) -> u32 {
        0
    }
    fn fixed(&mut self, _: usize) -> u32 {
        1
    }
    fn add(&mut self, a: &u32, b: &u32) -> u32 {
        *a.max(b)
    }
    fn sub(&mut self, a: &u32, b: &u32) -> u32 {
        *a.max(b)
    }
    fn mul(&mut self, a: &u32, b: &u32) -> u32 {
        a + b
    }
    fn scale(&mut self, a: &u32, _: i64) -> u32 {
        *a
    }
    fn advice(&mut self, _: &[&u32], _: &dyn Fn(&[i64]) -> i64) -> u32 {
        self.columns += 1;
        1
    }
    fn witness(&mut self, _: &Witness, _: u32) -> u32 {
        self.columns += 1;
        1
    }
    fn multiplicity(&mut self, _: Tag) -> u32 {
        self.columns += 1;
        1
    }
    fn zero(&mut self, rule: u32) {
        self.rules.push(rule);
    }
    fn send(&mut self, send: Send<'_, u32>) {
        let numerator = match send.numerator {
            Numerator::Times { value, .. } => value,
            Numerator::Weighed { terms, gate } => terms
                .iter()
                .map(|term| *term.value + if term.lane.is_column() { 1 } else { gate })
                .max()
                .unwrap_or(0),
        };
        let denominator = send.tuple().copied().max().unwrap_or(0);
        self.longest_tuple = self.longest_tuple.max(1 + send.rest.len());
        if let Some(size) = send.tag.range_size() {
            *self.range_uses.entry(size).or_insert(0) += 1;
        } else if send.tag.declared_table().is_some() {
            self.table_uses += 1;
        }
        self.sends.push((numerator, denominator));
    }
    fn note_range(&mut self, size: i64, exact: bool) {
        self.widest_range = self.widest_range.max(size);
        if exact {
            *self.exact_ranges.entry(size).or_insert(0) += 1;
        }
    }
    fn copied(&mut self, _: u32, _: &u32) -> u32 {
        self.columns += 1;
        1
    }
    fn weight(&mut self, poles: &[Pole<&u32>], gate: &u32) -> usize {
        let degrees: Vec<u32> = poles.iter().map(|pole| **pole.value()).collect();
        self.rules
            .push((degrees.iter().sum::<u32>() + 1).max(*gate));
        self.extensions.push(1);
        let is_address = |pole: &&Pole<&u32>| matches!(pole, Pole::Address(_));
        self.weighed_addresses += poles.iter().filter(is_address).count();
        self.weights.push(degrees);
        self.weights.len() - 1
    }
    fn fold(&mut self, keep: &u32, stages: &[Vec<Folded<&u32>>]) -> usize {
        let before = self.folds;
        for (position, terms) in stages.iter().enumerate() {
            let carried = if position == 0 { keep + 1 } else { 1 };
            let degree = terms.iter().map(|term| {
                let poles = self.weights[term.weight].iter().enumerate();
                let others = poles.filter(|(i, _)| *i != term.pole).map(|(_, d)| d);
                *term.value + 1 + others.sum::<u32>()
            });
            self.rules.push(degree.max().unwrap_or(0).max(carried));
        }
        // The last stage is read first, at this row and at the one before.
        self.extensions.push(2);
        self.extensions.extend((1..stages.len()).map(|_| 1));
        self.folds += stages.len();
        before
    }
    fn product(&mut self, _: u32, end: &u32, _: usize, _: usize) {
        self.sends.push((end + 2, 0));
    }
}

impl Count {
    /// A count that keeps what there was before each operation.
    pub fn by_operation() -> Self {
        Self {
            before: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// What there is so far.
    pub fn now(&self) -> Before {
        Before {
            columns: self.columns,
            extensions: self.extensions.len(),
            sends: self.sends.len(),
            table_uses: self.table_uses,
        }
    }

    /// Groups the sends into logup columns, as many as possible in pairs, so that no rule is
    /// of a degree above [`MAX_DEGREE`]: the batch of every send, numbered from 0.
    pub fn batches(&self) -> Vec<usize> {
        let mut batch_of = vec![usize::MAX; self.sends.len()];
        let mut open: Option<usize> = None;
        let mut next = 0;
        let fits = |(na, da): (u32, u32), (nb, db): (u32, u32)| {
            (na + db).max(nb + da).max(1 + da + db) <= MAX_DEGREE
        };
        for (position, &send) in self.sends.iter().enumerate() {
            if !fits(send, (0, 1)) {
                batch_of[position] = next;
                next += 1;
                continue;
            }
            match open {
                Some(other) if fits(self.sends[other], send) => {
                    batch_of[position] = batch_of[other];
                    open = None;
                }
                _ => {
                    batch_of[position] = next;
                    next += 1;
                    open = Some(position);
                }
            }
        }
        batch_of
    }

    /// Base columns of the interaction trace.
    pub fn interaction_columns(&self) -> usize {
        4 * (self.extensions.len() + self.logup_columns())
    }

    /// Extension columns of running sums.
    pub fn logup_columns(&self) -> usize {
        self.batches().iter().max().map_or(0, |last| last + 1)
    }

    /// The largest degree of any rule, those of the running sums included.
    pub fn max_degree(&self) -> u32 {
        let batches = self.batches();
        let sums = (0..self.logup_columns()).map(|batch| {
            let members: Vec<_> = self
                .sends
                .iter()
                .zip(&batches)
                .filter(|(_, &b)| b == batch)
                .map(|(s, _)| *s)
                .collect();
            match members[..] {
                [(n, d)] => n.max(1 + d),
                [(na, da), (nb, db)] => (na + db).max(nb + da).max(1 + da + db),
                _ => unreachable!("a batch has one or two sends"),
            }
        });
        self.rules.iter().copied().chain(sums).max().unwrap_or(0)
    }

    /// Rules of the component as Stwo counts them.
    pub fn constraints(&self) -> usize {
        self.rules.len() + self.logup_columns()
    }
}
