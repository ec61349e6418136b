//! A row's cells, solved again where the attacker has decided on some of them.

use std::collections::HashMap;

use attnc_compiler::circuit::row::{Folded, Pole, Reading, Send};
use attnc_compiler::circuit::{Tag, Witness};
use num_traits::Zero;

use crate::audit::board::{Board, Place};
use crate::audit::mirror::{field, integer, Seen, F};

/// Cells that an attacker has decided on.
pub type Overrides = HashMap<Place, F>;

/// For the first broken rule, a hint's column that the rule is linear in and its value there,
/// such that fewer rules are broken.
pub(super) fn mend_rule(
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
pub(super) fn solve(
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
pub(super) fn hints(board: &Board, (c, row): (usize, usize)) -> Vec<Option<Vec<F>>> {
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
