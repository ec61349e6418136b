//! A component: an index space, what is defined over it, and its row, written once for whatever reads it.

use serde::Serialize;

use crate::circuit::bus::{Folded, Weighed};
use crate::circuit::count::Count;
use crate::circuit::gadgets::gather::Offer;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Form, Slot, Tag};
use crate::circuit::operation::{first_slots, Op, Ranged};
use crate::circuit::ranges::RangeTables;
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;
use crate::diagnostic::Span;
use crate::meaning::dims::{eval_form, max_sizes};
use crate::meaning::graph::{Known, Member, StaticExpr, TableId};
use crate::meaning::rows::Rows;
use crate::meaning::statics::Statics;

/// A preprocessed column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Fixed {
    /// 1 in real rows, 0 in padding.
    Active,
    /// An index function; 0 in padding.
    Form(Form),
    /// An expression that is known when the key is made; 0 in padding, and where the index function
    /// is not below its number.
    Static {
        expr: StaticExpr,
        within: Option<(Form, u64)>,
    },
    /// The row's number times this, in padding too.
    Number(u64),
    /// 1 where the last index is not 0; 0 in padding.
    After,
    /// 1 where the last index is its largest; 0 in padding.
    End,
    /// As given; padding continues with `rest`.
    Values { values: Vec<i64>, rest: i64 },
}

/// What a component's rows stand for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Kind {
    /// The points of an index space, in lexicographic order.
    Space(Rows),
    /// The entries of a declared table.
    Table(TableId),
    /// The entries of all range tables.
    Ranges,
}

/// log2 of the padded row count: at least 16 rows, or 2^least.
pub(crate) fn log_rows(rows: u64, least: Option<u32>) -> u32 {
    let least = 1 << least.unwrap_or(4);
    rows.max(least).next_power_of_two().trailing_zeros()
}

/// Of [`Component::from`]: whether no block stands before.
fn is_first(from: &u64) -> bool {
    *from == 0
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
    /// Position in [`Circuit::proofs`](crate::circuit::Circuit::proofs).
    pub proof: usize,
    pub kind: Kind,
    /// The number of its first row among the points of its space: not 0 after a first block.
    #[serde(skip_serializing_if = "is_first")]
    pub from: u64,
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

impl Component {
    /// What people are told that it is; its name may be empty, and several blocks have one.
    pub fn title(&self) -> String {
        let name = match self.name.as_str() {
            "" => "one row, without indices",
            name => name,
        };
        format!("{name}{}", self.block())
    }

    /// Where a block after the first begins, to stand behind a name.
    pub fn block(&self) -> String {
        match self.from {
            0 => String::new(),
            from => format!(", from row {from}"),
        }
    }

    /// The real rows' index, in order. `visit` gets the row and its subscripts.
    pub fn for_each_row(&self, mut visit: impl FnMut(usize, &[i64])) {
        let Kind::Space(rows) = &self.kind else {
            return;
        };
        let own = self.from as usize..(self.from + self.rows) as usize;
        rows.for_each(&mut |row, at| {
            if own.contains(&row) {
                visit(row - own.start, at);
            }
        });
    }

    /// The fixed column that is 1 in real rows, if there is padding.
    pub fn active(&self) -> Option<usize> {
        self.fixed
            .iter()
            .position(|fixed| matches!(fixed, Fixed::Active))
    }

    /// A fixed column's entries, padding included; `known` has what statics are.
    ///
    /// # Panics
    /// If the column is of statics whose elements are not known.
    pub fn fixed_values(&self, column: usize, known: Option<&Known>) -> Vec<i64> {
        let size = 1usize << self.log_rows;
        let mut values = vec![0; size];
        match &self.fixed[column] {
            Fixed::Active => values[..self.rows as usize].fill(1),
            Fixed::Form(form) => {
                if let Kind::Space(rows) = &self.kind {
                    let mut before = self.from;
                    let mut places = values[..self.rows as usize].iter_mut();
                    rows.for_each_value(form, &mut |value| {
                        if before > 0 {
                            before -= 1;
                        } else if let Some(place) = places.next() {
                            *place = value;
                        }
                    });
                }
            }
            Fixed::Static { expr, within } => {
                let nothing = Known::default();
                let statics = Statics::new(known.unwrap_or(&nothing));
                let mut here = Vec::new();
                self.for_each_row(|row, at| {
                    let inside = |(form, size): &(Form, u64)| (eval_form(form, at) as u64) < *size;
                    if !within.as_ref().is_none_or(inside) {
                        return;
                    }
                    here.clear();
                    here.extend_from_slice(at);
                    values[row] = match statics.value(expr, &mut here) {
                        Some(value) => value,
                        None => unreachable!("a static leaves 64 bits: {expr:?} at {at:?}"),
                    };
                });
            }
            Fixed::Number(by) => {
                let numbers = values.iter_mut().zip(0..);
                numbers.for_each(|(value, row)| *value = row * *by as i64);
            }
            Fixed::After => {
                self.for_each_row(|row, at| values[row] = i64::from(at.last() > Some(&0)));
            }
            Fixed::End => {
                let last = match &self.kind {
                    Kind::Space(rows) => max_sizes(&rows.dims).last().map(|&n| n as i64 - 1),
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

    /// What a slot that is a fixed column or a constant has in the real rows, in order.
    pub fn for_each_address(&self, slot: Slot, mut visit: impl FnMut(i64)) {
        let made = self.ops.iter().zip(first_slots(&self.ops));
        let maker = made.filter(|(op, first)| *first == slot && op.outputs() == 1);
        match maker.map(|(op, _)| op).next() {
            Some(Op::Constant(value)) => (0..self.rows).for_each(|_| visit(*value)),
            Some(Op::Fixed(column)) => {
                let values = self.fixed_values(*column, None);
                values[..self.rows as usize].iter().copied().for_each(visit);
            }
            _ => unreachable!("an address is a fixed column or a constant"),
        }
    }

    /// What its rows offer, with the column of the multiplicities of each.
    pub fn offers(&self, ranges: &RangeTables) -> Vec<(usize, &Offer)> {
        let offer = |op| match op {
            &Op::Gadget(Gadget::Offer(ref offer)) => Some(offer),
            _ => None,
        };
        if !self.ops.iter().any(|op| offer(op).is_some()) {
            return Vec::new();
        }
        let mut count = Count::by_operation();
        self.row(ranges, &mut count);
        let before = count.before.unwrap_or_default();
        let offers = self.ops.iter().zip(before);
        offers
            .filter_map(|(op, before)| Some((before.columns, offer(op)?)))
            .collect()
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
            Kind::Space(rows) => max_sizes(&rows.dims).last().map_or(1, |&n| n as usize),
            _ => 1,
        }
    }

    /// Writes the row, once, for whatever reads it.
    pub fn row<R: Reading>(&self, ranges: &RangeTables, reading: &mut R) {
        let slots = self.ops.iter().map(|op| op.outputs() as usize).sum();
        self.row_in(ranges, reading, &mut Vec::with_capacity(slots));
    }

    /// [`Component::row`], with the slots in memory that was used before.
    pub fn row_in<R: Reading>(
        &self,
        ranges: &RangeTables,
        reading: &mut R,
        slots: &mut Vec<R::Value>,
    ) {
        slots.clear();
        let mut row = Row::new(reading, ranges, self.active());
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
                    let elements: Vec<_> = elements.iter().map(|&slot| at(slots, slot)).collect();
                    let (address, count) = (at(slots, *address), at(slots, *count));
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
                    let rest: Vec<_> = rest.iter().map(|&slot| at(slots, slot)).collect();
                    row.serve(*tag, &slots[first.0 as usize], &rest);
                }
                Op::Gadget(gadget) => gadget.row(&mut row, slots),
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
