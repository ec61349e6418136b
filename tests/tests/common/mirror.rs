//! A reading of rows that shares nothing with the prover's or the verifier's: every rule's value,
//! and what a row puts on the bus, exactly, without challenges.
//!
//! A fraction on the bus is told apart by its tuple, a weighed value by family, address and lane.
//! For random challenges the bus balances if and only if all these sums are zero.

use std::collections::BTreeMap;

use attnc_compiler::circuit::{Circuit, Element, Tag, Witness};
use attnc_compiler::row::{Lane, Numerator, Reading, Send};
use num_traits::Zero;
use stwo::core::fields::m31::BaseField;

pub type F = BaseField;

pub const P: i64 = (1 << 31) - 1;

/// The field element of an integer.
pub fn field(value: i64) -> F {
    F::from_u32_unchecked(value.rem_euclid(P) as u32)
}

/// The integer of least magnitude that a field element is congruent to.
pub fn integer(value: F) -> i64 {
    let value = i64::from(value.0);
    if value > P / 2 {
        value - P
    } else {
        value
    }
}

/// What is told apart on the bus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A tuple without trailing zeros, which the bus does not see.
    Tuple(Tag, Vec<u32>),
    Total {
        family: u32,
        address: u32,
        lane: Option<u32>,
    },
}

pub type Bus = BTreeMap<Key, F>;

/// Adds to the sum of a key; sums of zero are not kept.
pub fn add(bus: &mut Bus, key: &Key, value: F) {
    if value.is_zero() {
        return;
    }
    let sum = bus.get(key).copied().unwrap_or_default() + value;
    if sum.is_zero() {
        bus.remove(key);
    } else {
        bus.insert(key.clone(), sum);
    }
}

/// Where something stands on the bus, in the order of the row's operations.
#[derive(Clone, Debug)]
pub enum Event {
    Take {
        tag: Tag,
        address: u32,
    },
    Weigh {
        address: u32,
        lanes: Vec<Option<u32>>,
    },
}

/// What one row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// The rules that are not zero, by number.
    pub broken: Vec<usize>,
    pub bus: Bus,
}

/// An effect, and what an attacker wants to know besides.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub effect: Effect,
    /// The value of every rule; lane weights' rules are not the trace's and count as zero.
    pub rules: Vec<F>,
    /// Tuples put on wires.
    pub gives: Vec<(Tag, Vec<F>)>,
    /// Columns of a maximum's flags, with the difference that they multiply.
    pub attained: Vec<(usize, F)>,
    pub events: Vec<Event>,
}

/// Reads one row. `main` has the row's cells of the main trace.
pub fn see(circuit: &Circuit, number: usize, fixed: &[Vec<i64>], row: usize, main: &[F]) -> Seen {
    let mut mirror = Mirror {
        fixed,
        row,
        main,
        next: 0,
        lanes: Vec::new(),
        flag: None,
        seen: Seen::default(),
    };
    circuit.components[number].row(&circuit.ranges, &mut mirror);
    assert_eq!(mirror.next, main.len(), "every column is read once");
    mirror.seen
}

struct Mirror<'a> {
    fixed: &'a [Vec<i64>],
    row: usize,
    main: &'a [F],
    next: usize,
    /// Index and gate of every lane weight.
    lanes: Vec<(F, F)>,
    flag: Option<usize>,
    seen: Seen,
}

impl Mirror<'_> {
    fn column(&mut self) -> F {
        self.next += 1;
        self.main[self.next - 1]
    }
}

impl Reading for Mirror<'_> {
    type Value = F;

    fn constant(&mut self, value: i64) -> F {
        field(value)
    }
    fn fixed(&mut self, column: usize) -> F {
        field(self.fixed[column][self.row])
    }
    fn add(&mut self, a: &F, b: &F) -> F {
        *a + *b
    }
    fn sub(&mut self, a: &F, b: &F) -> F {
        *a - *b
    }
    fn mul(&mut self, a: &F, b: &F) -> F {
        if let Some(flag) = self.flag.take() {
            self.seen.attained.push((flag, *b));
        }
        *a * *b
    }
    fn scale(&mut self, a: &F, factor: i64) -> F {
        *a * field(factor)
    }
    fn advice(&mut self, _: &[&F], _: &dyn Fn(&[i64]) -> i64) -> F {
        self.column()
    }
    fn witness(&mut self, witness: &Witness, _: u32) -> F {
        if let Element::First { .. } = witness.element {
            self.flag = Some(self.next);
        }
        self.column()
    }
    fn multiplicity(&mut self, _: Tag) -> F {
        self.column()
    }
    fn zero(&mut self, rule: F) {
        if !rule.is_zero() {
            self.seen.effect.broken.push(self.seen.rules.len());
        }
        self.seen.rules.push(rule);
    }
    fn send(&mut self, send: Send<'_, F>) {
        match send.numerator {
            Numerator::Times { value, negative } => {
                let wire = !send.tag.is_table() && send.tag != Tag::TOTALS;
                if wire && negative {
                    let (tag, address) = (send.tag, send.first.0);
                    self.seen.events.push(Event::Take { tag, address });
                }
                if wire && !negative && !value.is_zero() {
                    self.seen
                        .gives
                        .push((send.tag, send.tuple().copied().collect()));
                }
                let mut tuple: Vec<u32> = send.tuple().map(|x| x.0).collect();
                while tuple.last() == Some(&0) {
                    tuple.pop();
                }
                let key = Key::Tuple(send.tag, tuple);
                add(
                    &mut self.seen.effect.bus,
                    &key,
                    if negative { -value } else { value },
                );
            }
            Numerator::Weighed { terms, gate } => {
                assert_eq!((send.tag, send.rest.len()), (Tag::TOTALS, 0));
                let address = send.first.0;
                let mut lanes = Vec::new();
                for term in terms {
                    let (lane, gate) = match term.lane {
                        Lane::One => (None, gate),
                        Lane::Constant(lane) => (Some(lane), gate),
                        Lane::Column(position) => {
                            let (index, gate) = self.lanes[position];
                            (Some(index.0), gate)
                        }
                    };
                    lanes.push(lane);
                    let key = Key::Total {
                        family: term.family,
                        address,
                        lane,
                    };
                    let value = gate * *term.value;
                    let value = if term.negative { -value } else { value };
                    add(&mut self.seen.effect.bus, &key, value);
                }
                self.seen.events.push(Event::Weigh { address, lanes });
            }
        }
    }
    fn lane_weight(&mut self, index: &F, gate: &F) -> usize {
        self.seen.rules.push(F::zero());
        self.lanes.push((*index, *gate));
        self.lanes.len() - 1
    }
}
