//! Attacks that mend nothing: cells, multiplicities, rows, padding, whole components.

use std::collections::BTreeMap;

use attnc_compiler::circuit::Kind as Space;

use super::places::{distinct, Changed, Traces};
use super::survivor::survivor;
use crate::audit::findings::{Fate, Findings};
use crate::audit::kind::Kind;
use crate::audit::mirror::{add, field, Bus, Effect, F};

impl Traces<'_> {
    pub(super) fn cells(&self) -> Findings {
        let kind = Kind::Cell;
        let padding = self.spaces().filter_map(|c| {
            let component = &self.board.circuit.components[c];
            let last = (1usize << component.log_rows) - 1;
            (last as u64 >= component.rows).then_some((c, last))
        });
        let rows: Vec<_> = self.in_spaces(kind).chain(padding).collect();
        self.every(rows.into_iter(), |findings, c, row| {
            let mut random = self.random(kind, c, row);
            for column in self.columns(c) {
                let honest = self.board.trace[c][column][row];
                let mut values = vec![honest + field(1), -honest, field(0), random.field()];
                distinct(&mut values, honest);
                for value in values {
                    let changed = Changed::from([((c, row, column), value)]);
                    let what = || "one cell was changed, and nothing else".to_string();
                    findings.count(kind, self.unmended(kind, c, &changed, what));
                }
            }
        })
    }

    pub(super) fn multiplicities(&self) -> Findings {
        let kind = Kind::Multiplicity;
        let offers = |&c: &usize| self.columns(c).any(|column| self.counts_uses(c, column));
        let rows: Vec<_> = self
            .tables()
            .chain(self.spaces().filter(offers))
            .flat_map(|c| self.real(kind, c).into_iter().map(move |row| (c, row)))
            .collect();
        self.every(rows.into_iter(), |findings, c, row| {
            let mut random = self.random(kind, c, row);
            let to = random.below(self.board.circuit.components[c].rows as usize);
            for column in self
                .columns(c)
                .filter(|&column| self.counts_uses(c, column))
            {
                let at = |row: usize| self.board.trace[c][column][row];
                let honest = at(row);
                let mut values = vec![
                    honest + field(1),
                    honest - field(1),
                    -honest,
                    field(0),
                    random.field(),
                ];
                distinct(&mut values, honest);
                let forged = values
                    .into_iter()
                    .map(|value| Changed::from([((c, row, column), value)]));
                let moved = (to != row).then(|| {
                    Changed::from([
                        ((c, row, column), honest - field(1)),
                        ((c, to, column), at(to) + field(1)),
                    ])
                });
                for changed in forged.chain(moved) {
                    let what = || "a table's multiplicity is not what was looked up".to_string();
                    findings.count(kind, self.unmended(kind, c, &changed, what));
                }
            }
        })
    }

    /// Whether a column has multiplicities: all of a table's, and those of what is picked.
    fn counts_uses(&self, c: usize, column: usize) -> bool {
        let table = !matches!(self.board.circuit.components[c].kind, Space::Space(_));
        table || self.board.is_offered((c, 0, column))
    }

    pub(super) fn rows(&self) -> Findings {
        let kind = Kind::Rows;
        let pairs: Vec<(usize, usize, usize)> = self
            .spaces()
            .flat_map(|c| {
                let rows = self.real(kind, c);
                let others = rows.iter().copied().skip(1);
                let pairs: Vec<_> = rows.iter().copied().zip(others).collect();
                pairs.into_iter().map(move |(a, b)| (c, a, b))
            })
            .collect();
        let numbers = (0..pairs.len()).map(|pair| (pair, 0));
        self.every(numbers, |findings, pair, _| {
            let (c, a, b) = pairs[pair];
            let at = |column: usize, row: usize| self.board.trace[c][column][row];
            let differing: Vec<usize> = self
                .columns(c)
                .filter(|&column| at(column, a) != at(column, b))
                .collect();
            let swapped = |columns: &[usize]| -> Changed {
                let columns = columns.iter();
                let cells = columns.flat_map(|&k| [((c, a, k), at(k, b)), ((c, b, k), at(k, a))]);
                cells.collect()
            };
            let mut tries: Vec<Changed> =
                differing.iter().map(|&column| swapped(&[column])).collect();
            if differing.len() > 1 {
                tries.push(swapped(&differing));
            }
            for changed in tries {
                let what = || format!("rows {a} and {b} were swapped");
                findings.count(kind, self.unmended(kind, c, &changed, what));
            }
        })
    }

    /// Padding behind a gate is free, and must therefore not reach the bus, whatever stands in it.
    pub(super) fn padding(&self) -> Findings {
        let kind = Kind::Padding;
        let rows: Vec<_> = self
            .spaces()
            .filter(|&c| !self.board.circuit.components[c].is_ordered())
            .flat_map(|c| {
                let component = &self.board.circuit.components[c];
                let real = component.rows as usize;
                let padding = (1usize << component.log_rows) - real;
                let sample = self.sample(kind, c, padding);
                sample.into_iter().map(move |row| (c, real + row))
            })
            .collect();
        self.every(rows.into_iter(), |findings, c, row| {
            let mut random = self.random(kind, c, row);
            let cells: Vec<F> = self.columns(c).map(|_| random.field()).collect();
            let reached = self.board.see(c, row, &cells).effect.bus;
            let fate = if reached == Bus::new() {
                Fate::Rejected
            } else {
                let changed = (0..).zip(cells).map(|(k, value)| ((c, row, k), value));
                let what = "what stands in a padding row reaches the bus".to_string();
                survivor(self.board, kind, what, &changed.collect(), &[])
            };
            findings.count(kind, fate);
        })
    }

    /// The bus misses what is left out. Where it does not, the component must have put nothing but
    /// zeros on it.
    pub(super) fn components(&self) -> Findings {
        let kind = Kind::Component;
        let all = (0..self.board.circuit.components.len()).map(|c| (c, 0));
        self.every(all, |findings, c, _| {
            let mut sum = Bus::new();
            for seen in &self.board.seen[c] {
                for (key, &value) in &seen.effect.bus {
                    add(&mut sum, key, value);
                }
            }
            let component = &self.board.circuit.components[c];
            let fate = if sum != Bus::new() {
                Fate::Rejected
            } else if !component.count.sends.is_empty() {
                Fate::Harmless
            } else {
                let name = component.title();
                let what = format!("nothing misses component `{name}`: it sends nothing");
                survivor(self.board, kind, what, &Changed::new(), &[])
            };
            findings.count(kind, fate);
        })
    }

    /// An attack on one component that mends nothing.
    fn unmended(&self, kind: Kind, c: usize, changed: &Changed, what: impl Fn() -> String) -> Fate {
        let mut rows: BTreeMap<usize, Vec<F>> = BTreeMap::new();
        for (&(_, row, column), &value) in changed {
            let cells = rows.entry(row).or_insert_with(|| self.board.cells(c, row));
            cells[column] = value;
        }
        // The rest of the bus is as it was: it balances if and only if these rows, and those that
        // their folds reach, put the same on it.
        if self.board.changes(c, &rows) != Effect::default() {
            return Fate::Rejected;
        }
        if self.is_true(changed, &[]) {
            return Fate::Harmless;
        }
        survivor(self.board, kind, what(), changed, &[])
    }
}
