//! Component instances, their rows and fixed columns: what `lay_out` makes and the runtime proves.

use serde::Serialize;

use crate::circuit::gadgets::Gadget;
use crate::circuit::row::{Count, Folded, Lane, Pole, Reading, Row, Weighed};
use crate::diagnostic::Span;
use crate::meaning::dims::{count_points, dims, eval_form, for_each_point, max_sizes, Dim};
use crate::meaning::graph::{
    ExprId, Growing, IndexExpr, IndexId, Interval, Member, Source, TableId,
};

/// The name of a relation: the first entry of every tuple on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Tag(pub u32);

impl Tag {
    /// Weighed sums.
    pub const TOTALS: Tag = Tag(1);
    const TABLES: u32 = 1 << 10;
    const WIRES: u32 = 1 << 20;
    const RANGES: u32 = 1 << 30;
    const PAIRS: u32 = (1 << 30) + (1 << 29);

    /// A table of pairs that the program declares.
    pub const fn table(table: TableId) -> Tag {
        Tag(Self::TABLES + table.0)
    }
    pub const fn wire(number: u32) -> Tag {
        Tag(Self::WIRES + number)
    }
    /// The integers `0..size`.
    pub const fn range(size: i64) -> Tag {
        Tag(Self::RANGES + size as u32)
    }
    /// The pairs of integers `0..size`.
    pub const fn pair(size: i64) -> Tag {
        Tag(Self::PAIRS + size as u32)
    }
    /// Whether it names a table that a component serves, declared or of a range.
    pub const fn is_table(self) -> bool {
        self.0 >= Self::RANGES || (self.0 >= Self::TABLES && self.0 < Self::WIRES)
    }
    /// The size of the range table that it names.
    pub const fn range_size(self) -> Option<i64> {
        if self.0 >= Self::RANGES && self.0 < Self::PAIRS {
            Some((self.0 - Self::RANGES) as i64)
        } else {
            None
        }
    }
    /// The size of the range whose pairs it names.
    pub const fn pair_size(self) -> Option<i64> {
        if self.0 >= Self::PAIRS {
            Some((self.0 - Self::PAIRS) as i64)
        } else {
            None
        }
    }
    /// The declared table that it names.
    pub const fn declared_table(self) -> Option<TableId> {
        if self.0 >= Self::TABLES && self.0 < Self::WIRES {
            Some(TableId(self.0 - Self::TABLES))
        } else {
            None
        }
    }
}

/// A circuit: the components of every proof of one plan, and what ties them.
#[derive(Clone, Debug, Serialize)]
pub struct Circuit {
    pub name: String,
    pub plan: String,
    /// The part of the plan that it proves.
    pub part: String,
    /// In the order of the session.
    pub proofs: Vec<String>,
    pub components: Vec<Component>,
    pub ranges: RangeTables,
    /// Public tensors: each is tied to the components by a family of weighed sums.
    pub publics: Vec<PublicTensor>,
    pub families: u32,
    /// Lanes of the widest address: 1 / (lambda - lane) is used for lanes below this.
    pub lanes: u32,
}

/// A tensor of the statement.
#[derive(Clone, Debug, Serialize)]
pub struct PublicTensor {
    pub name: String,
    pub input: bool,
    /// The largest size of each dimension.
    pub shape: Vec<u64>,
    /// The dimensions of a ragged tensor that grow. Only the elements that exist are stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub growing: Vec<Growing>,
    /// Every element lies in it: the verifier checks.
    pub range: Interval,
    pub family: u32,
    /// Whether the last dimension is weighed by lanes (and the address is that of the leading
    /// ones), or every element has an address.
    pub laned: bool,
    /// The graph's input or output number.
    pub number: usize,
}

impl PublicTensor {
    /// Visits the subscripts of every element, in the order of a statement.
    pub fn for_each_point(&self, mut visit: impl FnMut(&[i64])) {
        for_each_point(&self.dims(), &mut |_, at| visit(at));
    }
}

/// An index function of a row: [`IndexExpr`] whose `IndexId(k)` is position k of the space.
pub type Form = IndexExpr;

/// An element of the program's evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Element {
    Of(Source),
    /// A reduction over rows, with the free indices that it is defined over.
    Reduction {
        expr: ExprId,
        space: Vec<IndexId>,
    },
    /// For the maximum or minimum `expr`: 1 where the body first attains it; the last
    /// subscript is the reduction's index.
    First {
        expr: ExprId,
        space: Vec<IndexId>,
    },
}

/// What the honest prover writes into a column: `element[at]`, where the subscripts in `lanes`
/// (position, size) come from the lane's number, row-major.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Witness {
    pub element: Element,
    pub at: Vec<Form>,
    pub lanes: Vec<(usize, u64)>,
    /// The sizes of the space that the subscripts index, for messages.
    pub name: String,
}

/// A preprocessed column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Fixed {
    /// 1 in real rows, 0 in padding.
    Active,
    /// An index function; 0 in padding.
    Form(Form),
    /// The row's number times this, in padding too.
    Number(u64),
    /// 1 where the last index is not 0; 0 in padding.
    After,
    /// 1 where the last index is its largest; 0 in padding.
    End,
    /// As given; padding continues with `rest`.
    Values { values: Vec<i64>, rest: i64 },
}

/// An element of a row: the number of the output, counted over all operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Slot(pub u32);

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

/// What a component's rows stand for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Kind {
    /// The points of an index space, in lexicographic order.
    Space(Vec<Dim>),
    /// The entries of a declared table.
    Table(TableId),
    /// The entries of all range tables.
    Ranges,
}

/// What a fold adds to: its stage `end` of the row before, times the fixed column `keep`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    pub keep: usize,
    pub end: usize,
}

/// An index space and what is defined over it.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    pub name: String,
    /// Position in [`Circuit::proofs`].
    pub proof: usize,
    pub kind: Kind,
    /// Real rows.
    pub rows: u64,
    pub log_rows: u32,
    pub fixed: Vec<Fixed>,
    pub ops: Vec<Op>,
    /// For every operation, where it comes from.
    pub spans: Vec<Option<Span>>,
    pub count: Count,
    /// The logup column of every send.
    pub batches: Vec<usize>,
    /// Members of the graph whose elements stand in its rows, as columns or as expressions. For
    /// who looks at a circuit: nothing is proved by it.
    #[serde(skip)]
    pub holds: Vec<Member>,
}

/// The range tables of a circuit: tables of `0..N` for the sizes in `exact`, and the digit
/// table of `2^digit_bits` entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RangeTables {
    pub digit_bits: u32,
    pub exact: Vec<i64>,
    /// Whether anything uses the digit table.
    pub digits_used: bool,
    /// The size of the range of which a table of pairs is served.
    pub pairs: Option<i64>,
}

impl RangeTables {
    pub fn has_exact(&self, size: i64) -> bool {
        self.exact.binary_search(&size).is_ok() || size == self.base()
    }

    pub const fn base(&self) -> i64 {
        1 << self.digit_bits
    }

    pub const fn digit_tag(&self) -> Tag {
        Tag::range(1 << self.digit_bits)
    }

    /// Digits for the integers `0..size`, and the size that they reach: 1, or 2 with a bit or a
    /// digit on top, or 3. Whatever they reach is at most 2^30 < P, so no decomposition wraps.
    pub const fn digits(&self, size: i64) -> (u32, i64) {
        let base = self.base();
        if size <= base {
            (1, base)
        } else if size <= 2 * base {
            (2, 2 * base)
        } else if size <= base * base {
            (2, base * base)
        } else {
            (3, base * base * base)
        }
    }

    /// The digit table for traces of 2^`log_rows` rows whose widest range has `size` integers:
    /// no taller than the traces, unless three digits of at most 30 bits, or two, need it.
    pub fn for_trace(log_rows: u32, size: i64) -> Self {
        let needed = 64 - (size - 1).max(1).leading_zeros();
        let mut digit_bits = log_rows.clamp(8, 15);
        while 2 * digit_bits < needed && !(digit_bits <= 10 && needed <= 3 * digit_bits) {
            digit_bits += 1;
        }
        Self {
            digit_bits,
            exact: Vec::new(),
            digits_used: false,
            pairs: None,
        }
    }

    /// All tables that are served, by size.
    pub fn sizes(&self) -> Vec<i64> {
        let mut sizes = self.exact.clone();
        if self.digits_used && !sizes.contains(&self.base()) {
            sizes.push(self.base());
        }
        sizes.sort_unstable();
        sizes
    }
}

impl Circuit {
    /// The components of one proof, in order.
    pub fn components_of(&self, proof: usize) -> impl Iterator<Item = (usize, &Component)> {
        self.components
            .iter()
            .enumerate()
            .filter(move |(_, c)| c.proof == proof)
    }

    /// One more than the largest lane that is a constant of some row.
    pub fn constant_lanes(&self) -> usize {
        let ops = self.components.iter().flat_map(|component| &component.ops);
        let lanes = ops.filter_map(|op| match op {
            Op::Weigh { terms, .. } => Some(terms.iter().map(|term| match term.lane {
                Lane::Constant(lane) => lane as usize + 1,
                _ => 0,
            })),
            _ => None,
        });
        lanes.flatten().max().unwrap_or(0)
    }

    /// What the degree of the bus's equation is made of.
    pub fn bus_degree(&self) -> BusDegree {
        let sends: u64 = self
            .components
            .iter()
            .map(|c| ((c.count.sends.len() + c.count.weighed_addresses) as u64) << c.log_rows)
            .sum();
        let publics: u64 = self.publics.iter().map(PublicTensor::elements).sum();
        let longest = self.components.iter().map(|c| c.count.longest_tuple).max();
        BusDegree {
            uses: sends + publics,
            longest: longest.unwrap_or(1) as u64,
            families: self.families,
            lanes: self.lanes,
        }
    }
}

/// What the degree of the bus's equation is made of (spec 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BusDegree {
    /// Sends and poles at addresses, in all rows of all proofs, and public elements.
    pub uses: u64,
    /// Elements of the longest tuple.
    pub longest: u64,
    /// Families of weighed sums.
    pub families: u32,
    /// Lanes of the widest address.
    pub lanes: u32,
}

impl BusDegree {
    /// The degree that comes of the poles of tuples and addresses: their number times the longest
    /// tuple and two.
    pub fn poles(&self) -> u128 {
        u128::from(self.uses) * (u128::from(self.longest) + 2)
    }

    /// The degree that comes of the weights of families and lanes.
    pub fn weights(&self) -> u128 {
        u128::from(self.families) + u128::from(self.lanes)
    }

    /// The whole degree.
    pub fn total(&self) -> u128 {
        self.poles() + self.weights()
    }

    /// log2 of the whole degree.
    pub fn log2(&self) -> f64 {
        (self.total() as f64).log2()
    }
}

impl Component {
    /// The real rows' index, in order. `visit` gets the row and its subscripts.
    pub fn for_each_row(&self, mut visit: impl FnMut(usize, &[i64])) {
        if let Kind::Space(dims) = &self.kind {
            for_each_point(dims, &mut visit);
        }
    }

    /// The fixed column that is 1 in real rows, if there is padding.
    pub fn active(&self) -> Option<usize> {
        self.fixed
            .iter()
            .position(|fixed| matches!(fixed, Fixed::Active))
    }

    /// A fixed column's entries, padding included.
    pub fn fixed_values(&self, column: usize) -> Vec<i64> {
        let size = 1usize << self.log_rows;
        let mut values = vec![0; size];
        match &self.fixed[column] {
            Fixed::Active => values[..self.rows as usize].fill(1),
            Fixed::Form(form) => self.for_each_row(|row, at| values[row] = eval_form(form, at)),
            Fixed::Number(by) => {
                let numbers = values.iter_mut().zip(0..);
                numbers.for_each(|(value, row)| *value = row * *by as i64);
            }
            Fixed::After => {
                self.for_each_row(|row, at| values[row] = i64::from(at.last() > Some(&0)));
            }
            Fixed::End => {
                let last = match &self.kind {
                    Kind::Space(dims) => max_sizes(dims).last().map(|&n| n as i64 - 1),
                    _ => None,
                };
                self.for_each_row(|row, at| values[row] = i64::from(at.last().copied() == last));
            }
            Fixed::Values {
                values: given,
                rest,
            } => {
                values[..given.len()].copy_from_slice(given);
                values[given.len()..].fill(*rest);
            }
        }
        values
    }

    /// Whether its folds look at the row before: its rows then stand in the order of the trace's
    /// domain. All others' may stand in any order.
    pub fn is_ordered(&self) -> bool {
        self.ops.iter().any(|op| matches!(op, Op::Fold { .. }))
    }

    /// The stages of all its folds; where a fold begins, what carries it.
    pub fn fold_stages(&self) -> Vec<Option<Carried>> {
        let mut fixed = std::collections::HashMap::new();
        let mut stages_of = Vec::new();
        for (op, slot) in self.ops.iter().zip(first_slots(&self.ops)) {
            match op {
                Op::Fixed(column) => {
                    fixed.insert(slot, *column);
                }
                Op::Fold { keep, stages } => {
                    let Some(&keep) = fixed.get(keep) else {
                        unreachable!("a fold is kept by a fixed column");
                    };
                    let end = stages_of.len() + stages.len() - 1;
                    stages_of.push(Some(Carried { keep, end }));
                    stages_of.extend((1..stages.len()).map(|_| None));
                }
                _ => {}
            }
        }
        stages_of
    }

    /// Rows of a segment: the points of the last dimension.
    pub fn segment(&self) -> usize {
        match &self.kind {
            Kind::Space(dims) => max_sizes(dims).last().map_or(1, |&n| n as usize),
            _ => 1,
        }
    }

    /// Writes the row, once, for whatever reads it.
    pub fn row<R: Reading>(&self, ranges: &RangeTables, reading: &mut R) {
        let mut row = Row::new(reading, ranges, self.active());
        let mut slots: Vec<R::Value> = Vec::with_capacity(self.ops.len());
        let at = |slots: &[R::Value], slot: Slot| slots[slot.0 as usize].clone();
        for op in &self.ops {
            row.begin_operation();
            match op {
                Op::Constant(value) => slots.push(row.constant(*value)),
                Op::Fixed(column) => slots.push(row.fixed(*column)),
                Op::Add(a, b) => slots.push(row.add(&slots[a.0 as usize], &slots[b.0 as usize])),
                Op::Sub(a, b) => slots.push(row.sub(&slots[a.0 as usize], &slots[b.0 as usize])),
                Op::Mul(a, b) => slots.push(row.mul(&slots[a.0 as usize], &slots[b.0 as usize])),
                Op::Scale(a, factor) => slots.push(row.scale(&slots[a.0 as usize], *factor)),
                Op::Dot(pairs) => {
                    let mut sum: Option<R::Value> = None;
                    for (a, b) in pairs {
                        let product = row.mul(&slots[a.0 as usize], &slots[b.0 as usize]);
                        sum = Some(match sum {
                            Some(sum) => row.add(&sum, &product),
                            None => product,
                        });
                    }
                    let sum = sum.unwrap_or_else(|| row.constant(0));
                    slots.push(sum);
                }
                Op::Sum(terms) => {
                    let mut sum = row.constant(0);
                    for term in terms {
                        sum = row.add(&sum, &slots[term.0 as usize]);
                    }
                    slots.push(sum);
                }
                Op::Cell(a) => slots.push(row.cell(&slots[a.0 as usize])),
                Op::Range { x, lo, hi, limit } => row.range(&slots[x.0 as usize], *lo, *hi, *limit),
                Op::Private {
                    witness,
                    lo,
                    hi,
                    ranged,
                } => {
                    let element = match ranged {
                        Ranged::Alone => row.private(witness, *lo, *hi),
                        Ranged::Later => row.ranged_later(witness),
                        Ranged::With(other) => {
                            let other = match other {
                                Some((slot, lo)) => row.offset(&slots[slot.0 as usize], -lo),
                                None => row.constant(0),
                            };
                            row.private_with(witness, *lo, *hi, &other)
                        }
                    };
                    slots.push(element);
                }
                Op::Pinned { witness, lanes } => slots.extend(row.pinned(witness, *lanes)),
                Op::Take {
                    wire,
                    address,
                    witness,
                    lanes,
                } => {
                    let taken = row.take(
                        Tag::wire(*wire),
                        &slots[address.0 as usize],
                        witness,
                        *lanes,
                    );
                    slots.extend(taken);
                }
                Op::Give {
                    wire,
                    address,
                    elements,
                    count,
                } => {
                    let elements: Vec<_> = elements.iter().map(|&slot| at(&slots, slot)).collect();
                    let (address, count) = (at(&slots, *address), at(&slots, *count));
                    row.give(Tag::wire(*wire), &address, &elements, &count);
                }
                Op::Copy { tie, address, .. } => {
                    let copied = row.copied(*tie, &slots[address.0 as usize]);
                    slots.push(copied);
                }
                Op::Weight(poles) => {
                    let poles: Vec<_> = poles
                        .iter()
                        .map(|pole| pole.map(|slot| &slots[slot.0 as usize]))
                        .collect();
                    row.weight(&poles);
                }
                Op::Fold { keep, stages } => {
                    let folded = |term: &Folded<Slot>| Folded {
                        weight: term.weight,
                        pole: term.pole,
                        value: &slots[term.value.0 as usize],
                    };
                    let stages: Vec<Vec<_>> = stages
                        .iter()
                        .map(|terms| terms.iter().map(folded).collect())
                        .collect();
                    row.fold(&slots[keep.0 as usize], &stages);
                }
                Op::Product {
                    family,
                    end,
                    left,
                    right,
                } => row.product(*family, &slots[end.0 as usize], *left, *right),
                Op::Weigh { address, terms } => {
                    let terms: Vec<_> = terms
                        .iter()
                        .map(|term| Weighed {
                            family: term.family,
                            negative: term.negative,
                            lane: term.lane,
                            value: &slots[term.value.0 as usize],
                        })
                        .collect();
                    row.weigh(&slots[address.0 as usize], &terms);
                }
                Op::Serve { tag, first, rest } => {
                    let rest: Vec<_> = rest.iter().map(|&slot| at(&slots, slot)).collect();
                    row.serve(*tag, &slots[first.0 as usize], &rest);
                }
                Op::Gadget(gadget) => gadget.row(&mut row, &mut slots),
            }
        }
    }

    /// Base field columns, in all trees.
    pub fn columns(&self) -> usize {
        self.fixed.len() + self.count.columns + self.count.interaction_columns()
    }

    /// Base field elements that are committed to, padding included.
    pub fn cells(&self) -> u64 {
        (self.columns() as u64) << self.log_rows
    }

    /// Reads the row for its cost.
    pub fn recount(&self, ranges: &RangeTables) -> Count {
        let mut count = Count::default();
        self.row(ranges, &mut count);
        count
    }
}

impl PublicTensor {
    pub fn dims(&self) -> Vec<Dim> {
        dims(&self.shape, &self.growing)
    }

    /// How many elements it has.
    pub fn elements(&self) -> u64 {
        count_points(&self.dims())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_never_reach_the_field() {
        for bits in 0..=20 {
            for log in 0..=28 {
                for size in [1i64 << log, (1 << log) + 1] {
                    let size = size.min(1 << 28);
                    let ranges = RangeTables::for_trace(bits, size);
                    let (digits, reached) = ranges.digits(size);
                    assert!(size <= reached && reached <= 1 << 30, "{bits} {size}");
                    assert!((1..=3).contains(&digits));
                }
            }
        }
    }
}
