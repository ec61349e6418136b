//! A malicious prover: it overrides cells of an honest trace and mends all that follows from
//! them, row by row and over the bus, public outputs and multiplicities included.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::row::{Folded, Pole, Reading, Send};
use attnc_compiler::circuit::{Element, Kind, Op, Tag, Witness};
use attnc_compiler::meaning::graph::{ExprKind, Reduction};
use num_traits::Zero;

use super::board::{Board, Place};
use super::mirror::{add, field, integer, Bus, Carried, Event, Key, Seen, Stand, F};
use super::random::Random;

/// Rows that are solved again before an attack is given up: so many, and so many times all rows.
const MAX_STEPS: (usize, usize) = (3000, 4);

/// Cells that an attacker has decided on.
pub type Overrides = HashMap<Place, F>;

/// What became of an attack.
#[derive(Debug)]
pub enum Outcome {
    Rejected,
    /// Mending came to no end: nothing is known.
    Undecided,
    /// Accepted, with the same public tensors; the cells that differ.
    Harmless(Vec<Place>),
    /// Accepted, with other public outputs for the same inputs: tensor, position, honest, claimed.
    Forged(Vec<(usize, usize, i64, i64)>),
}

/// Where a sum of the bus can be mended.
#[derive(Clone, Copy, Debug)]
enum Mend {
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
    takers: HashMap<(Tag, u32), Vec<(Place, usize)>>,
    mends: HashMap<Key, Mend>,
    pub groups: BTreeMap<(u32, u32), Group>,
    group_of: HashMap<Place, (u32, u32)>,
}

impl<'a> Attacker<'a> {
    pub fn new(board: &'a Board) -> Self {
        let mut this = Self {
            board,
            lookups_checked: true,
            lacking: Bus::new(),
            takers: HashMap::new(),
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
            for row in 0..component.rows as usize {
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

    /// Proves as well as it can with these cells.
    pub fn run(&self, overrides: &Overrides) -> Outcome {
        self.work(overrides).outcome()
    }

    /// The rows that change, by component and row.
    pub fn cells(&self, overrides: &Overrides) -> HashMap<(usize, usize), Vec<F>> {
        self.work(overrides).cells
    }

    fn work(&self, overrides: &Overrides) -> Work<'_> {
        let mut work = Work {
            attacker: self,
            overrides: overrides.clone(),
            cells: HashMap::new(),
            seen: HashMap::new(),
            unbalanced: self.lacking.clone(),
            publics: HashMap::new(),
            dirty: BTreeSet::new(),
            endless: false,
            moves: HashMap::new(),
        };
        for (&(c, row, column), &value) in overrides {
            work.set((c, row, column), value);
            work.dirty.insert((c, row));
        }
        work.mend();
        work
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

struct Work<'a> {
    attacker: &'a Attacker<'a>,
    /// What the attacker has decided, in the beginning or to mend a rule.
    overrides: Overrides,
    cells: HashMap<(usize, usize), Vec<F>>,
    seen: HashMap<(usize, usize), Seen>,
    unbalanced: Bus,
    publics: HashMap<(usize, usize), F>,
    dirty: BTreeSet<(usize, usize)>,
    /// Whether mending came to no end.
    endless: bool,
    /// How often a group's peak and flags have been set.
    moves: HashMap<(u32, u32), usize>,
}

impl Work<'_> {
    fn board(&self) -> &Board {
        self.attacker.board
    }

    fn cell(&self, (c, row, column): Place) -> F {
        match self.cells.get(&(c, row)) {
            Some(cells) => cells[column],
            None => self.board().trace[c][column][row],
        }
    }

    fn set(&mut self, (c, row, column): Place, value: F) {
        let board = self.attacker.board;
        let cells = self
            .cells
            .entry((c, row))
            .or_insert_with(|| board.cells(c, row));
        cells[column] = value;
    }

    fn seen(&self, c: usize, row: usize) -> &Seen {
        self.seen
            .get(&(c, row))
            .unwrap_or(&self.attacker.board.seen[c][row])
    }

    /// Mends what can be mended.
    fn mend(&mut self) {
        let mut steps = 0;
        let rows = self.board().seen.iter().map(Vec::len).sum::<usize>();
        let limit = MAX_STEPS.0 + MAX_STEPS.1 * rows;
        loop {
            while let Some((c, row)) = self.dirty.pop_first() {
                steps += 1;
                // To give up must not look like a refusal.
                if steps > limit {
                    self.endless = true;
                    return;
                }
                self.settle(c, row);
            }
            if !self.mend_totals() && !self.move_flags() {
                return;
            }
        }
    }

    /// Solves a row again and tells those that take from it.
    fn settle(&mut self, c: usize, row: usize) {
        let board = self.attacker.board;
        let honest = board.cells(c, row);
        let current = self.cells.get(&(c, row)).unwrap_or(&honest);
        let mut cells = solve(board, (c, row), &honest, current, &self.overrides);
        let before = match row.checked_sub(1) {
            Some(before) => self.seen(c, before).carried.clone(),
            None => Carried::new(),
        };
        let mut seen = board.see_after(c, row, &cells, &before);
        for _ in 0..3 {
            let Some((column, value)) = mend_rule(board, (c, row), &cells, &seen, &self.overrides)
            else {
                break;
            };
            self.overrides.insert((c, row, column), value);
            cells = solve(board, (c, row), &honest, &cells, &self.overrides);
            seen = board.see_after(c, row, &cells, &before);
        }
        let next = board.seen[c].get(row + 1);
        let carries = next.is_some_and(|next| next.continues);
        if carries && seen.carried != self.seen(c, row).carried {
            self.dirty.insert((c, row + 1));
        }
        let before = self.seen(c, row).effect.bus.clone();
        for (key, &value) in &before {
            add(&mut self.unbalanced, key, -value);
        }
        for (key, &value) in &seen.effect.bus {
            add(&mut self.unbalanced, key, value);
        }
        let gives = seen.gives.clone();
        self.cells.insert((c, row), cells);
        self.seen.insert((c, row), seen);
        // A row may take what it gives: it is then settled again.
        for (tag, tuple) in &gives {
            let Some(takers) = self.attacker.takers.get(&(*tag, tuple[0].0)) else {
                continue;
            };
            for &((tc, trow, first), lanes) in takers {
                for lane in 0..lanes {
                    let place = (tc, trow, first + lane);
                    if !self.overrides.contains_key(&place) && self.cell(place) != tuple[1 + lane] {
                        self.set(place, tuple[1 + lane]);
                        self.dirty.insert((tc, trow));
                    }
                }
            }
        }
    }

    fn mend_totals(&mut self) -> bool {
        let mut mended = false;
        for (key, value) in self.unbalanced.clone() {
            match self.attacker.mends.get(&key) {
                Some(&Mend::Cell { place, negative }) => {
                    if self.overrides.contains_key(&place) {
                        continue;
                    }
                    let change = if negative { value } else { -value };
                    let cell = self.cell(place) + change;
                    self.set(place, cell);
                    self.dirty.insert((place.0, place.1));
                    mended = true;
                }
                Some(&Mend::Public { tensor, position }) => {
                    // An input is the verifier's.
                    if self.board().circuit.publics[tensor].input {
                        continue;
                    }
                    let honest = field(self.board().publics[tensor][position]);
                    *self.publics.entry((tensor, position)).or_insert(honest) += value;
                    self.unbalanced.remove(&key);
                }
                None => {}
            }
        }
        mended
    }

    /// Gives every group that has changed its true peak, unless the attacker has decided on
    /// another, and flags where the peak is attained.
    fn move_flags(&mut self) -> bool {
        let mut touched = BTreeSet::new();
        for (&(c, row), seen) in &self.seen {
            for &(flag, _) in &seen.attained {
                touched.extend(self.attacker.group_of.get(&(c, row, flag)));
            }
        }
        let mut moved = false;
        for key in touched {
            let group = &self.attacker.groups[&key];
            let Some(peak) = group.peak else {
                continue;
            };
            let moves = self.moves.entry(key).or_insert(0);
            *moves += 1;
            if *moves > 6 {
                continue;
            }
            let differences: Vec<F> = group.flags.iter().map(|&at| self.difference(at)).collect();
            // The row that lies farthest beyond the peak, or nearest to it, attains it.
            let lead = differences
                .iter()
                .map(|&difference| integer(difference))
                .min();
            let lead = lead.unwrap_or(0);
            if lead != 0 && !self.overrides.contains_key(&peak) {
                let change = field(if group.largest { -lead } else { lead });
                let value = self.cell(peak) + change;
                self.set(peak, value);
                self.dirty.insert((peak.0, peak.1));
                moved = true;
                continue;
            }
            let broken = group
                .flags
                .iter()
                .zip(&differences)
                .any(|(&at, difference)| !difference.is_zero() && !self.cell(at).is_zero());
            let to = differences.iter().position(Zero::is_zero);
            let (true, Some(to)) = (broken, to) else {
                continue;
            };
            for (position, &place) in group.flags.iter().enumerate() {
                if !self.overrides.contains_key(&place) {
                    self.set(place, field(i64::from(position == to)));
                    self.dirty.insert((place.0, place.1));
                    moved = true;
                }
            }
        }
        moved
    }

    fn difference(&self, (c, row, flag): Place) -> F {
        let attained = &self.seen(c, row).attained;
        match attained.iter().find(|(column, _)| *column == flag) {
            Some(&(_, difference)) => difference,
            None => unreachable!("a flag multiplies a difference"),
        }
    }

    fn outcome(self) -> Outcome {
        if self.endless {
            return Outcome::Undecided;
        }
        let board = self.attacker.board;
        // Multiplicities are free: what a table serves can be served as often as one likes.
        let open = self.unbalanced.keys().any(|key| match key {
            Key::Tuple(tag, _) if tag.is_table() => {
                self.attacker.lookups_checked && !board.served.contains(key)
            }
            _ => true,
        });
        if open
            || self
                .seen
                .values()
                .any(|seen| !seen.effect.broken.is_empty())
        {
            return Outcome::Rejected;
        }
        let mut forged = Vec::new();
        for (&(tensor, position), &value) in &self.publics {
            let range = board.circuit.publics[tensor].range;
            let lo = range.lo as i64;
            let claimed = lo + integer_above(value - field(lo));
            if !range.contains(claimed.into()) {
                return Outcome::Rejected;
            }
            let honest = board.publics[tensor][position];
            if claimed != honest {
                forged.push((tensor, position, honest, claimed));
            }
        }
        if !forged.is_empty() {
            return Outcome::Forged(forged);
        }
        let mut changed = Vec::new();
        for (&(c, row), cells) in &self.cells {
            let differs = |&column: &usize| cells[column] != board.trace[c][column][row];
            changed.extend(
                (0..cells.len())
                    .filter(differs)
                    .map(|column| (c, row, column)),
            );
        }
        changed.sort_unstable();
        Outcome::Harmless(changed)
    }
}

fn integer_above(value: F) -> i64 {
    i64::from(value.0)
}

/// For the first broken rule, a hint's column that the rule is linear in and its value there,
/// such that fewer rules are broken.
fn mend_rule(
    board: &Board,
    (c, row): (usize, usize),
    cells: &[F],
    seen: &Seen,
    overrides: &Overrides,
) -> Option<(usize, F)> {
    let &rule = seen.effect.broken.first()?;
    let hints = hints(board, (c, row));
    let mut best = None;
    let mut fewest = seen.effect.broken.len();
    for column in 0..cells.len() {
        if hints[column].is_none() || overrides.contains_key(&(c, row, column)) {
            continue;
        }
        let mut moved = cells.to_vec();
        let mut at = |value: F| {
            moved[column] = value;
            board.see(c, row, &moved)
        };
        let slope = at(cells[column] + field(1)).rules[rule] - seen.rules[rule];
        if slope.is_zero() {
            continue;
        }
        let value = cells[column] - seen.rules[rule] / slope;
        let broken = at(value).effect.broken;
        if !broken.contains(&rule) && broken.len() < fewest {
            fewest = broken.len();
            best = Some((column, value));
        }
    }
    best
}

/// A row's cells, solved again: hints whose arguments have changed are taken anew.
fn solve(
    board: &Board,
    (c, row): (usize, usize),
    honest: &[F],
    current: &[F],
    overrides: &Overrides,
) -> Vec<F> {
    let mut solve = Solve {
        fixed: &board.fixed[c],
        place: (c, row),
        honest,
        current,
        overrides,
        out: Vec::with_capacity(honest.len()),
        hints: Vec::new(),
    };
    board.circuit.components[c].row(&board.circuit.ranges, &mut solve);
    solve.out
}

/// What the hint of every column is a function of, in the honest trace; `None` for a witness.
fn hints(board: &Board, (c, row): (usize, usize)) -> Vec<Option<Vec<F>>> {
    let honest = board.cells(c, row);
    let overrides = Overrides::new();
    let mut solve = Solve {
        fixed: &board.fixed[c],
        place: (c, row),
        honest: &honest,
        current: &honest,
        overrides: &overrides,
        out: Vec::new(),
        hints: Vec::new(),
    };
    board.circuit.components[c].row(&board.circuit.ranges, &mut solve);
    solve.hints
}

struct Solve<'a> {
    fixed: &'a [Vec<i64>],
    place: (usize, usize),
    honest: &'a [F],
    current: &'a [F],
    overrides: &'a Overrides,
    out: Vec<F>,
    hints: Vec<Option<Vec<F>>>,
}

impl Solve<'_> {
    fn put(&mut self, value: F) -> (F, F) {
        let column = self.out.len();
        let (c, row) = self.place;
        let value = self
            .overrides
            .get(&(c, row, column))
            .copied()
            .unwrap_or(value);
        self.out.push(value);
        (self.honest[column], value)
    }
}

impl Reading for Solve<'_> {
    /// The honest value and the present one.
    type Value = (F, F);

    fn constant(&mut self, value: i64) -> (F, F) {
        (field(value), field(value))
    }
    fn fixed(&mut self, column: usize) -> (F, F) {
        let value = field(self.fixed[column][self.place.1]);
        (value, value)
    }
    fn add(&mut self, a: &(F, F), b: &(F, F)) -> (F, F) {
        (a.0 + b.0, a.1 + b.1)
    }
    fn sub(&mut self, a: &(F, F), b: &(F, F)) -> (F, F) {
        (a.0 - b.0, a.1 - b.1)
    }
    fn mul(&mut self, a: &(F, F), b: &(F, F)) -> (F, F) {
        (a.0 * b.0, a.1 * b.1)
    }
    fn scale(&mut self, a: &(F, F), factor: i64) -> (F, F) {
        (a.0 * field(factor), a.1 * field(factor))
    }
    fn advice(&mut self, of: &[&(F, F)], hint: &dyn Fn(&[i64]) -> i64) -> (F, F) {
        self.hints
            .push(Some(of.iter().map(|value| value.0).collect()));
        let value = if of.iter().all(|value| value.0 == value.1) {
            self.honest[self.out.len()]
        } else {
            field(hint(
                &of.iter().map(|value| integer(value.1)).collect::<Vec<_>>(),
            ))
        };
        self.put(value)
    }
    fn witness(&mut self, _: &Witness, _: u32) -> (F, F) {
        self.hints.push(None);
        self.put(self.current[self.out.len()])
    }
    fn multiplicity(&mut self, _: Tag) -> (F, F) {
        self.hints.push(None);
        self.put(self.current[self.out.len()])
    }
    fn zero(&mut self, _: (F, F)) {}
    fn send(&mut self, _: Send<'_, (F, F)>) {}
    fn copied(&mut self, _: u32, _: &(F, F)) -> (F, F) {
        self.hints.push(None);
        self.put(self.current[self.out.len()])
    }
    fn weight(&mut self, _: &[Pole<&(F, F)>], _: &(F, F)) -> usize {
        0
    }
    fn fold(&mut self, _: &(F, F), _: &[Vec<Folded<&(F, F)>>]) -> usize {
        0
    }
    fn product(&mut self, _: u32, _: &(F, F), _: usize, _: usize) {}
}
