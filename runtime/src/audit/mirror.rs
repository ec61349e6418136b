//! A reading of rows that shares nothing with the prover's or the verifier's: every rule's value,
//! and what a row puts on the bus, exactly, without challenges.
//!
//! A fraction on the bus is told apart by its tuple, a weighed value by family, address and lane.
//! A fold is the formal sum of what stands at each of its poles, and a product of two folds is the
//! formal product. For random challenges the bus balances if and only if all these sums are zero.

use std::collections::BTreeMap;

use attnc_compiler::circuit::row::{Folded, Lane, Numerator, Pole, Reading, Send};
use attnc_compiler::circuit::{Circuit, Element, Tag, Witness};
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

/// Where a weighed value stands at its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    Lane(Option<u32>),
    /// At every lane of a fold.
    Fold,
}

/// Where something stands on the bus, in the order of the row's operations.
#[derive(Clone, Debug)]
pub enum Event {
    Take { tag: Tag, address: u32 },
    Weigh { address: u32, stands: Vec<Stand> },
}

/// A pole of a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    Lane(u32),
    Address(u32),
}

/// A fold: what it has at each pole; sums of zero are not kept.
pub type Formal = BTreeMap<At, F>;

/// What every fold of a row hands on to the next row: its last stage.
pub type Carried = Vec<Formal>;

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
    /// The value of every rule; those of weights and folds are not the trace's and count as zero.
    pub rules: Vec<F>,
    pub carried: Carried,
    /// Whether its folds continue those of the row before.
    pub continues: bool,
    /// Tuples that are picked, in the order of the row's operations.
    pub picks: Vec<(Tag, Vec<F>)>,
    /// Tuples that are offered, however often.
    pub offers: Vec<(Tag, Vec<F>)>,
    /// Tuples put on wires.
    pub gives: Vec<(Tag, Vec<F>)>,
    /// Columns of a maximum's flags, with the difference that they multiply.
    pub attained: Vec<(usize, F)>,
    pub events: Vec<Event>,
}

/// Reads one row. `main` has the row's cells of the main trace; `before` is what the row before
/// carries, which is empty before row 0.
pub fn see(
    circuit: &Circuit,
    number: usize,
    fixed: &[Vec<i64>],
    row: usize,
    main: &[F],
    before: &Carried,
) -> Seen {
    let mut mirror = Mirror {
        fixed,
        row,
        main,
        before,
        next: 0,
        weights: Vec::new(),
        folds: Vec::new(),
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
    before: &'a Carried,
    next: usize,
    /// Poles and gate of every weight.
    weights: Vec<(Vec<At>, F)>,
    /// Every stage.
    folds: Vec<Formal>,
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
                let gather = send.tag.is_gather();
                let wire = !send.tag.is_table() && !gather && send.tag != Tag::TOTALS;
                if gather {
                    let tuple = (send.tag, send.tuple().copied().collect());
                    match negative {
                        true => self.seen.picks.push(tuple),
                        false => self.seen.offers.push(tuple),
                    }
                }
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
                let mut stands = Vec::new();
                for term in terms {
                    let value = if term.negative {
                        -*term.value
                    } else {
                        *term.value
                    };
                    let mut weigh = |lane: Option<u32>, value: F| {
                        let key = Key::Total {
                            family: term.family,
                            address,
                            lane,
                        };
                        add(&mut self.seen.effect.bus, &key, value);
                        Stand::Lane(lane)
                    };
                    stands.push(match term.lane {
                        Lane::One => weigh(None, gate * value),
                        Lane::Constant(lane) => weigh(Some(lane), gate * value),
                        Lane::Column(position) => {
                            let (poles, gate) = &self.weights[position];
                            let [At::Lane(lane)] = poles[..] else {
                                unreachable!("a lane's weight has one pole");
                            };
                            weigh(Some(lane), *gate * value)
                        }
                        Lane::Fold(position) => {
                            for (pole, part) in &self.folds[position] {
                                weigh(Some(lane_of(pole)), *part * value);
                            }
                            Stand::Fold
                        }
                    });
                }
                self.seen.events.push(Event::Weigh { address, stands });
            }
        }
    }
    fn copied(&mut self, _: u32, _: &F) -> F {
        self.column()
    }
    fn weight(&mut self, poles: &[Pole<&F>], gate: &F) -> usize {
        self.seen.rules.push(F::zero());
        let poles = poles.iter().map(|pole| match pole {
            Pole::Lane(lane) => At::Lane(lane.0),
            Pole::Address(address) => At::Address(address.0),
        });
        self.weights.push((poles.collect(), *gate));
        self.weights.len() - 1
    }
    fn fold(&mut self, keep: &F, stages: &[Vec<Folded<&F>>]) -> usize {
        let first = self.folds.len();
        self.seen.continues |= !keep.is_zero();
        let mut sum = Formal::new();
        if let Some(before) = self.before.get(self.seen.carried.len()) {
            before
                .iter()
                .for_each(|(pole, &part)| add_part(&mut sum, *pole, part * *keep));
        } else {
            // The row before the first is the last, whose folds are not known yet.
            assert!(keep.is_zero(), "the first row begins a segment");
        }
        for terms in stages {
            for term in terms {
                // The weight is gate / (product of the poles): all but one are multiplied away.
                let (poles, gate) = &self.weights[term.weight];
                add_part(&mut sum, poles[term.pole], *term.value * *gate);
            }
            self.seen.rules.push(F::zero());
            self.folds.push(sum.clone());
        }
        self.seen.carried.push(sum);
        first
    }
    fn product(&mut self, family: u32, end: &F, left: usize, right: usize) {
        if end.is_zero() {
            return;
        }
        for (pole, a) in &self.folds[left] {
            let At::Address(address) = *pole else {
                unreachable!("the left fold has addresses");
            };
            for (lane, b) in &self.folds[right] {
                let key = Key::Total {
                    family,
                    address,
                    lane: Some(lane_of(lane)),
                };
                add(&mut self.seen.effect.bus, &key, *end * *a * *b);
            }
        }
    }
}

fn lane_of(pole: &At) -> u32 {
    match pole {
        At::Lane(lane) => *lane,
        At::Address(_) => unreachable!("a fold of lanes has no address"),
    }
}

fn add_part(sum: &mut Formal, pole: At, value: F) {
    let part = sum.entry(pole).or_default();
    *part += value;
    if part.is_zero() {
        sum.remove(&pole);
    }
}
