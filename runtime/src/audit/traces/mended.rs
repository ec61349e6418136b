//! Attacks with everything mended that follows from them: hints, ranges, peaks.

use std::collections::BTreeSet;

use attnc_compiler::circuit::{Element, Op};
use attnc_compiler::meaning::graph::Source;

use super::places::{distinct, Changed, Traces};
use super::survivor::{survivor, survivor_of};
use crate::audit::attack::{Outcome, Overrides};
use crate::audit::board::Place;
use crate::audit::findings::{Fate, Findings};
use crate::audit::kind::Kind;
use crate::audit::mirror::{field, F};
use crate::audit::random::Random;

/// Values tried for a cell in an attack on two of them.
const SHORT: usize = 6;

impl Traces<'_> {
    pub(super) fn hints(&self) -> Findings {
        let kind = Kind::Hint;
        self.every(self.in_spaces(kind), |findings, c, row| {
            let mut random = self.random(kind, c, row);
            for column in self.columns(c).filter(|&k| !self.board.is_input(c, k)) {
                let place = (c, row, column);
                for value in self.attacker.candidates(place, &mut random) {
                    let overrides = Overrides::from([(place, value)]);
                    let fate = self.mended(kind, &overrides, "a hint has a second witness");
                    findings.count(kind, fate);
                }
            }
        })
    }

    /// A bit with its half, a value with its excess, a sign with its magnitude, a digit with what
    /// it is a digit of.
    pub(super) fn pairs(&self) -> Findings {
        let kind = Kind::Pair;
        let rows: Vec<_> = self
            .spaces()
            .flat_map(|c| {
                let rows = self.board.circuit.components[c].rows as usize;
                let other = self.random(kind, c, 0).below(rows);
                BTreeSet::from([0, other]).into_iter().map(move |r| (c, r))
            })
            .collect();
        self.every(rows.into_iter(), |findings, c, row| {
            let mut random = self.random(kind, c, row);
            let component = &self.board.circuit.components[c];
            for (op, made) in component.ops.iter().enumerate() {
                if !matches!(made, Op::Gadget(_)) {
                    continue;
                }
                let of_op = |&k: &usize| self.board.origins[c][k].0 == op;
                let columns: Vec<usize> = self.columns(c).filter(of_op).collect();
                for (position, &first) in columns.iter().enumerate() {
                    for &second in &columns[position + 1..] {
                        let (a, b) = ((c, row, first), (c, row, second));
                        for x in self.short(a, &mut random) {
                            for y in self.short(b, &mut random) {
                                let overrides = Overrides::from([(a, x), (b, y)]);
                                let what = "two hints of one operation have second witnesses";
                                findings.count(kind, self.mended(kind, &overrides, what));
                            }
                        }
                    }
                }
            }
        })
    }

    fn short(&self, place: Place, random: &mut Random) -> Vec<F> {
        let mut values = self.attacker.candidates(place, random);
        while values.len() > SHORT {
            values.swap_remove(random.below(values.len()));
        }
        values
    }

    pub(super) fn ranges(&self) -> Findings {
        let kind = Kind::Range;
        self.every(self.in_spaces(kind), |findings, c, row| {
            for column in self.columns(c) {
                let (Op::Private { witness, .. }, 0) = self.board.op(c, column) else {
                    continue;
                };
                let Element::Of(Source::Input(input)) = witness.element else {
                    continue;
                };
                // The program's range, whatever the circuit makes of it.
                let range = self.subject.graph.input(input).range;
                let (lo, hi) = (range.lo as i64, range.hi as i64);
                let base = self.board.circuit.ranges.base();
                let mut values: Vec<F> = [lo - 1, hi + 1, hi + base, 1 << 30]
                    .into_iter()
                    .filter(|value| !(lo..=hi).contains(value))
                    .map(field)
                    .collect();
                distinct(&mut values, self.board.trace[c][column][row]);
                for value in values {
                    let overrides = Overrides::from([((c, row, column), value)]);
                    let what = format!("a private element in {lo}..={hi} is outside of it");
                    findings.count(kind, self.mended(kind, &overrides, &what));
                }
            }
        })
    }

    pub(super) fn peaks(&self) -> Findings {
        let kind = Kind::Peak;
        let groups: Vec<_> = self.attacker.groups.values().collect();
        let chosen = self.sample(kind, usize::MAX >> 32, groups.len());
        let rows = chosen.into_iter().map(|group| (group, 0));
        self.every(rows, |findings, group, _| {
            let group = groups[group];
            let Some(peak) = group.peak else {
                let what = "a maximum has no peak that its rows could attain".to_string();
                findings.count(kind, survivor(self.board, kind, what, &Changed::new(), &[]));
                return;
            };
            let flags = self.sample(kind, peak.0, group.flags.len());
            for &(c, row, flag) in flags.iter().map(|&flag| &group.flags[flag]) {
                let mut attained = self.board.seen[c][row].attained.iter();
                let Some(&(_, difference)) = attained.find(|(column, _)| *column == flag) else {
                    continue;
                };
                let honest = self.board.trace[peak.0][peak.2][peak.1];
                let other = if group.largest {
                    honest - difference
                } else {
                    honest + difference
                };
                let mut overrides = Overrides::from([(peak, other)]);
                for &place in &group.flags {
                    overrides.insert(place, field(i64::from(place == (c, row, flag))));
                }
                // The row that is flagged already.
                let at = |&(c, row, column): &Place| self.board.trace[c][column][row];
                if overrides.iter().all(|(place, value)| at(place) == *value) {
                    continue;
                }
                let what = "a maximum has the peak of another row";
                findings.count(kind, self.mended(kind, &overrides, what));
            }
        })
    }

    /// An attack with everything mended that follows from it.
    fn mended(&self, kind: Kind, overrides: &Overrides, what: &str) -> Fate {
        let forged = match self.attacker.run(overrides) {
            Outcome::Rejected => return Fate::Rejected,
            Outcome::Undecided => return Fate::Undecided,
            Outcome::Harmless(_) => Vec::new(),
            Outcome::Forged(forged) => forged,
        };
        let mut changed = Changed::new();
        let mut put = |place: Place, value: F| {
            let (c, row, column) = place;
            if value != self.board.trace[c][column][row] {
                changed.insert(place, value);
            }
        };
        overrides.iter().for_each(|(&at, &value)| put(at, value));
        for ((c, row), cells) in self.attacker.cells(overrides) {
            let cells = cells.into_iter().enumerate();
            cells.for_each(|(column, value)| put((c, row, column), value));
        }
        if self.is_true(&changed, &forged) {
            return Fate::Harmless;
        }
        let attacked: Vec<Place> = overrides.keys().copied().collect();
        let what = what.to_string();
        survivor_of(self.board, kind, what, &changed, &attacked, &forged)
    }
}
