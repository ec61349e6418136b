//! What an attacker knows of a board: who depends on what over the bus, and what to try in a cell.

use std::collections::{BTreeMap, HashMap};

use attnc_compiler::circuit::gadgets::clip::Bounds;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Element, Kind, Op, Tag};
use attnc_compiler::meaning::graph::{ExprKind, Reduction};
use num_traits::Zero;

use super::solve::hints;
use crate::audit::board::{Board, Place};
use crate::audit::mirror::{field, Bus, Event, Key, Stand, F};
use crate::audit::random::Random;

/// Where a sum of the bus can be mended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mend {
    Cell { place: Place, negative: bool },
    Public { tensor: usize, position: usize },
}

/// A group of a maximum: its flags, and the cell of its peak.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub flags: Vec<Place>,
    pub peak: Option<Place>,
    pub largest: bool,
}

/// What an attacker knows of a board: who depends on what over the bus.
pub struct Attacker<'a> {
    pub board: &'a Board,
    /// False for a control: a bus that does not ask what tables serve.
    pub lookups_checked: bool,
    /// What the bus of the honest trace lacks, in a circuit that is not the program's.
    pub lacking: Bus,
    pub(super) takers: HashMap<(Tag, u32), Vec<(Place, usize)>>,
    /// For every component, the first column of each pick and how many it makes.
    pub(super) picks: Vec<Vec<(usize, usize)>>,
    /// The row that offers at an address, and which of its offers it is.
    pub(super) offered: HashMap<(Tag, u32), (usize, usize, usize)>,
    /// The honest rows that pick at an address.
    pub(super) pickers: HashMap<(Tag, u32), Vec<(usize, usize)>>,
    pub(super) mends: HashMap<Key, Mend>,
    pub groups: BTreeMap<(u32, u32), Group>,
    pub(super) group_of: HashMap<Place, (u32, u32)>,
}

impl<'a> Attacker<'a> {
    pub fn new(board: &'a Board) -> Self {
        let mut this = Self {
            board,
            lookups_checked: true,
            lacking: Bus::new(),
            takers: HashMap::new(),
            picks: vec![Vec::new(); board.circuit.components.len()],
            offered: HashMap::new(),
            pickers: HashMap::new(),
            mends: HashMap::new(),
            groups: BTreeMap::new(),
            group_of: HashMap::new(),
        };
        let mut totals = Vec::new();
        let mut homes: HashMap<(u32, u32), (usize, usize)> = HashMap::new();
        for (c, component) in board.circuit.components.iter().enumerate() {
            if !matches!(component.kind, Kind::Space(_)) {
                continue;
            }
            let mut column_of_slot = Vec::new();
            for (op, made) in component.ops.iter().enumerate() {
                let first = board.origins[c].iter().position(|&(of, _)| of == op);
                for offset in 0..made.outputs() as usize {
                    column_of_slot.push((op, first.map(|first| first + offset)));
                }
            }
            let made = component.ops.iter().enumerate();
            this.picks[c].extend(made.filter_map(|(op, made)| match made {
                Op::Gadget(Gadget::Pick(pick)) => {
                    let first = board.origins[c].iter().position(|&(of, _)| of == op)?;
                    Some((first, pick.lanes as usize))
                }
                _ => None,
            }));
            for row in 0..component.rows as usize {
                for (tag, tuple) in &board.seen[c][row].picks {
                    let pickers = this.pickers.entry((*tag, tuple[0].0)).or_default();
                    pickers.push((c, row));
                }
                for (number, (tag, tuple)) in board.seen[c][row].offers.iter().enumerate() {
                    let offered = (c, row, number);
                    this.offered.insert((*tag, tuple[0].0), offered);
                }
                let mut events = board.seen[c][row].events.iter();
                for (op, made) in component.ops.iter().enumerate() {
                    let first = || board.origins[c].iter().position(|&(of, _)| of == op);
                    match made {
                        Op::Take { lanes, .. } => {
                            let Some(&Event::Take { tag, address }) = events.next() else {
                                unreachable!("a take takes");
                            };
                            let Some(first) = first() else {
                                unreachable!("a take makes columns");
                            };
                            this.takers
                                .entry((tag, address))
                                .or_default()
                                .push(((c, row, first), *lanes as usize));
                        }
                        Op::Gadget(Gadget::Maximum(maximum)) => {
                            let Some(&Event::Weigh { address, .. }) = events.next() else {
                                unreachable!("a maximum weighs its flag");
                            };
                            let flags: Vec<usize> = board.seen[c][row]
                                .attained
                                .iter()
                                .map(|&(flag, _)| flag)
                                .filter(|&flag| board.origins[c][flag].0 == op)
                                .collect();
                            let group = (maximum.family, address);
                            let place = (c, row, flags[0]);
                            this.groups.entry(group).or_default().flags.push(place);
                            this.group_of.insert(place, group);
                            let Element::First { expr, .. } = &maximum.first.element else {
                                unreachable!("a flag is a first");
                            };
                            let ExprKind::Reduce { op, .. } = &board.graph.expr(*expr).kind else {
                                unreachable!("a maximum is a reduction");
                            };
                            let known = this.groups.entry(group).or_default();
                            known.largest = *op == Reduction::Max;
                        }
                        Op::Weigh { terms, .. } => {
                            let Some(Event::Weigh { address, stands }) = events.next() else {
                                unreachable!("a weigh weighs");
                            };
                            for (term, &stand) in terms.iter().zip(stands) {
                                let Stand::Lane(lane) = stand else {
                                    continue;
                                };
                                let key = Key::Total {
                                    family: term.family,
                                    address: *address,
                                    lane,
                                };
                                let (from, column) = column_of_slot[term.value.0 as usize];
                                let place = || match column {
                                    Some(column) => (c, row, column),
                                    None => unreachable!("what is pinned or copied has a column"),
                                };
                                match &component.ops[from] {
                                    Op::Pinned { witness, .. } => totals.push((
                                        key,
                                        place(),
                                        term.negative,
                                        !witness.lanes.is_empty(),
                                    )),
                                    Op::Copy { .. } => {
                                        totals.push((key, place(), term.negative, true))
                                    }
                                    Op::Constant(1) => {
                                        homes.insert((term.family, *address), (c, row));
                                    }
                                    _ => {}
                                }
                            }
                        }
                        _ => {}
                    }
                }
                assert!(events.next().is_none(), "every event has its operation");
            }
        }
        // A copy, or a vector of them, follows its home; a total follows its terms.
        for vectors in [false, true] {
            for (key, place, negative, vector) in &totals {
                if *vector == vectors && *negative != *vector {
                    let (place, negative) = (*place, *negative);
                    this.mends
                        .insert(key.clone(), Mend::Cell { place, negative });
                }
            }
        }
        for (tensor, elements) in board.publics.iter().enumerate() {
            for position in 0..elements.len() {
                let key = board.public_key(tensor, position);
                this.mends.insert(key, Mend::Public { tensor, position });
            }
        }
        this.find_peaks(&homes);
        this
    }

    /// The cell of every group's peak: the reduction's column in the group's home row.
    fn find_peaks(&mut self, homes: &HashMap<(u32, u32), (usize, usize)>) {
        let board = self.board;
        for (key, group) in &mut self.groups {
            let (c, _, flag) = group.flags[0];
            let (Op::Gadget(Gadget::Maximum(maximum)), _) = board.op(c, flag) else {
                continue;
            };
            let Element::First { expr: wanted, .. } = &maximum.first.element else {
                continue;
            };
            let Some(&(home, row)) = homes.get(key) else {
                continue;
            };
            group.peak = (0..board.origins[home].len())
                .find(|&column| match board.op(home, column).0 {
                    Op::Pinned { witness, .. } => {
                        matches!(&witness.element, Element::Reduction { expr, .. } if expr == wanted)
                            && witness.lanes.is_empty()
                    }
                    _ => false,
                })
                .map(|column| (home, row, column));
        }
    }

    /// What holds the quotient that a cell is a part of, if a clip does.
    fn clipped(&self, (c, _, column): Place) -> Option<&Bounds> {
        match self.board.op(c, column) {
            (Op::Gadget(Gadget::Divide(divide)), _) => divide.clipped.as_ref(),
            _ => None,
        }
    }

    /// The values that an attacker tries in a cell.
    pub fn candidates(&self, place: Place, random: &mut Random) -> Vec<F> {
        let (c, row, column) = place;
        let board = self.board;
        let honest = board.trace[c][column][row];
        let one = field(1);
        let mut values = vec![
            honest + one,
            honest - one,
            -honest,
            field(0),
            one,
            honest + field(2),
            honest + field(board.circuit.ranges.base()),
            random.field(),
            field(random.within(-300, 300)),
        ];
        let other = random.below(board.circuit.components[c].rows as usize);
        values.push(board.trace[c][column][other]);
        let of = hints(board, (c, row))
            .swap_remove(column)
            .unwrap_or_default();
        values.extend(&of);
        if let [n, d] = of[..] {
            if !d.is_zero() {
                // Quotients that a remainder in range has in the field.
                let inverse = field(1) / d;
                for _ in 0..3 {
                    let r = field(random.below(i64::from(d.0).max(1) as usize) as i64);
                    let q = (n - r) * inverse;
                    values.extend([q, q / field(2), (q - one) / field(2)]);
                    if let Some(bounds) = self.clipped(place) {
                        values.extend([q - field(bounds.hi), field(bounds.lo) - q]);
                    }
                }
                values.push(honest + inverse);
                values.push(honest - inverse);
            }
        }
        values.sort_by_key(|value| value.0);
        values.dedup();
        values.retain(|&value| value != honest);
        values
    }
}
