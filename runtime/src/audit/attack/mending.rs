//! An attack: all that follows from some cells is mended, row by row and over the bus.

use std::collections::{BTreeSet, HashMap};

use attnc_compiler::circuit::Tag;
use num_traits::Zero;

use super::attacker::{Attacker, Mend};
use super::solve::{mend_rule, solve, Overrides};
use crate::audit::board::{Board, Place};
use crate::audit::mirror::{add, field, integer, Bus, Carried, Key, Seen, F};

/// Rows that are solved again before an attack is given up: so many, and so many times all rows.
const MAX_STEPS: (usize, usize) = (3000, 4);

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

impl Attacker<'_> {
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
        let offers = match (row as u64) < board.circuit.components[c].rows {
            true => seen.offers.clone(),
            false => Vec::new(),
        };
        self.cells.insert((c, row), cells);
        self.seen.insert((c, row), seen);
        self.follow(c, row);
        for (tag, tuple) in &offers {
            for (c, row) in self.pickers(*tag, tuple[0].0) {
                self.follow(c, row);
            }
        }
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

    /// The rows that pick at an address now, and those that did.
    fn pickers(&self, tag: Tag, address: u32) -> Vec<(usize, usize)> {
        let picks = |seen: &Seen| {
            let mut picks = seen.picks.iter();
            picks.any(|(picked, tuple)| (*picked, tuple[0].0) == (tag, address))
        };
        let now = self.seen.iter().filter(|(_, seen)| picks(seen));
        let honest = self.attacker.pickers.get(&(tag, address));
        let honest = honest.map_or(&[][..], Vec::as_slice).iter();
        now.map(|(&at, _)| at).chain(honest.copied()).collect()
    }

    /// What is offered at an address.
    fn offered(&self, tag: Tag, address: u32) -> Option<&[F]> {
        let &(c, row, number) = self.attacker.offered.get(&(tag, address))?;
        Some(&self.seen(c, row).offers[number].1)
    }

    /// Lets a row pick what is offered at the addresses that it has.
    fn follow(&mut self, c: usize, row: usize) {
        let picks = self.seen(c, row).picks.clone();
        for ((tag, tuple), &(first, lanes)) in picks.iter().zip(&self.attacker.picks[c]) {
            let Some(offered) = self.offered(*tag, tuple[0].0).map(<[F]>::to_vec) else {
                continue;
            };
            for lane in 0..lanes {
                let place = (c, row, first + lane);
                if !self.overrides.contains_key(&place) && self.cell(place) != offered[1 + lane] {
                    self.set(place, offered[1 + lane]);
                    self.dirty.insert((c, row));
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
            Key::Tuple(tag, tuple) if tag.is_gather() => {
                let offered = self.offered(*tag, tuple.first().copied().unwrap_or(0));
                // Without trailing zeros, as on the bus.
                let same = offered.is_some_and(|offered| {
                    let places = 0..offered.len().max(tuple.len());
                    let mut places = places.map(|k| {
                        let used = tuple.get(k).copied().unwrap_or(0);
                        (used, offered.get(k).map_or(0, |element| element.0))
                    });
                    places.all(|(used, offered)| used == offered)
                });
                self.attacker.lookups_checked && !same
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
