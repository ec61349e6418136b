//! Attacks on the trace, checked without a proof.

use std::collections::{BTreeMap, BTreeSet};

use attnc_compiler::circuit::{Circuit, Element, Kind as Space, Op};
use attnc_compiler::meaning::dims::eval_form;
use attnc_compiler::meaning::eval::{evaluate, Assignment, Evaluation};
use attnc_compiler::meaning::graph::{Graph, Source};
use num_traits::Zero;
use rayon::prelude::*;

use super::attack::{Attacker, Outcome, Overrides};
use super::board::{Board, Place};
use super::mirror::{add, field, Bus, Effect, F};
use super::random::Random;
use super::{cell, Fate, Findings, Kind, Options, Output, Survivor, SHOWN};
use crate::session::prove::public_tensors;
use crate::session::trace::{fill, FillError};

/// What is attacked: a circuit, and an evaluation of the graph that it is of.
pub struct Subject<'a> {
    pub name: &'a str,
    pub circuit: &'a Circuit,
    pub graph: &'a Graph,
    pub assignment: &'a Assignment,
    pub evaluation: &'a Evaluation<'a>,
}

/// Attacks every place of a circuit, or those that `options` draw; `watch` is told of every kind.
///
/// # Errors
/// The first row of the honest trace that does not obey the circuit.
pub fn attack(
    subject: &Subject<'_>,
    options: Options,
    watch: &dyn Fn(Kind),
) -> Result<Findings, FillError> {
    let circuit = subject.circuit.clone();
    let board = Board::new(subject.name, circuit, subject.graph, subject.evaluation)?;
    let traces = Traces {
        subject,
        attacker: Attacker::new(&board),
        board: &board,
        options,
    };
    let mut findings = Findings::default();
    type Attack<'a> = fn(&Traces<'a>) -> Findings;
    let attacks: [(Kind, Attack<'_>); 9] = [
        (Kind::Cell, Traces::cells),
        (Kind::Hint, Traces::hints),
        (Kind::Pair, Traces::pairs),
        (Kind::Range, Traces::ranges),
        (Kind::Peak, Traces::peaks),
        (Kind::Multiplicity, Traces::multiplicities),
        (Kind::Rows, Traces::rows),
        (Kind::Padding, Traces::padding),
        (Kind::Component, Traces::components),
    ];
    for (kind, attack) in attacks {
        watch(kind);
        findings.merge(attack(&traces));
    }
    Ok(findings)
}

/// Values tried for a cell in an attack on two of them.
const SHORT: usize = 6;

struct Traces<'a> {
    subject: &'a Subject<'a>,
    board: &'a Board,
    attacker: Attacker<'a>,
    options: Options,
}

/// Cells that are not the honest ones.
type Changed = BTreeMap<Place, F>;

impl Traces<'_> {
    /// The same numbers for the same place, whatever else is attacked.
    fn random(&self, kind: Kind, c: usize, row: usize) -> Random {
        let place = ((kind as u64) << 56) ^ ((c as u64) << 32) ^ row as u64;
        Random::new(self.options.seed ^ place.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    fn spaces(&self) -> impl Iterator<Item = usize> + '_ {
        let components = self.board.circuit.components.iter().enumerate();
        let spaces = components.filter(|(_, it)| matches!(it.kind, Space::Space(_)));
        spaces.map(|(c, _)| c)
    }

    fn tables(&self) -> impl Iterator<Item = usize> + '_ {
        let components = self.board.circuit.components.iter().enumerate();
        let tables = components.filter(|(_, it)| !matches!(it.kind, Space::Space(_)));
        tables.map(|(c, _)| c)
    }

    /// Real rows: all if there are few, else the ends and some others.
    fn real(&self, kind: Kind, c: usize) -> Vec<usize> {
        let rows = self.board.circuit.components[c].rows as usize;
        self.sample(kind, c, rows)
    }

    fn sample(&self, kind: Kind, c: usize, rows: usize) -> Vec<usize> {
        let wanted = self.options.rows.max(2);
        if rows <= wanted {
            return (0..rows).collect();
        }
        let mut random = self.random(kind, c, rows);
        let mut sample = BTreeSet::from([0, rows - 1]);
        while sample.len() < wanted {
            sample.insert(random.below(rows));
        }
        sample.into_iter().collect()
    }

    fn columns(&self, c: usize) -> std::ops::Range<usize> {
        0..self.board.trace[c].len()
    }

    /// Every row that is attacked, at once.
    fn every(
        &self,
        rows: impl Iterator<Item = (usize, usize)>,
        attack: impl Fn(&mut Findings, usize, usize) + Sync,
    ) -> Findings {
        let rows: Vec<(usize, usize)> = rows.collect();
        let found: Vec<Findings> = rows
            .into_par_iter()
            .map(|(c, row)| {
                let mut findings = Findings::default();
                attack(&mut findings, c, row);
                findings
            })
            .collect();
        let mut all = Findings::default();
        found.into_iter().for_each(|found| all.merge(found));
        all
    }

    fn in_spaces(&self, kind: Kind) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.spaces()
            .flat_map(move |c| self.real(kind, c).into_iter().map(move |row| (c, row)))
    }

    fn cells(&self) -> Findings {
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

    fn hints(&self) -> Findings {
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
    fn pairs(&self) -> Findings {
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

    fn ranges(&self) -> Findings {
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

    fn peaks(&self) -> Findings {
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

    fn multiplicities(&self) -> Findings {
        let kind = Kind::Multiplicity;
        let rows: Vec<_> = self
            .tables()
            .flat_map(|c| self.real(kind, c).into_iter().map(move |row| (c, row)))
            .collect();
        self.every(rows.into_iter(), |findings, c, row| {
            let mut random = self.random(kind, c, row);
            let to = random.below(self.board.circuit.components[c].rows as usize);
            for column in self.columns(c) {
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

    fn rows(&self) -> Findings {
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
    fn padding(&self) -> Findings {
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
    fn components(&self) -> Findings {
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
                let name = &component.name;
                let what = format!("nothing misses component `{name}`: it sends nothing");
                survivor(self.board, kind, what, &Changed::new(), &[])
            };
            findings.count(kind, fate);
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

    /// Whether an accepted trace with these cells proves what is true: it is the honest one of the
    /// private inputs that it has, for which the program gives the claimed public tensors, up to
    /// cells of which two values are as good.
    fn is_true(&self, changed: &Changed, forged: &[(usize, usize, i64, i64)]) -> bool {
        let Some((assignment, touched)) = self.assignment_of(changed) else {
            return false;
        };
        if !touched {
            // The same inputs have the same outputs and the same trace.
            let trace = &self.board.trace;
            let mut cells = changed.iter();
            return forged.is_empty() && cells.all(|(&at, &cell)| self.is_free(trace, at, cell));
        }
        // An input that the program refuses, by an assertion or a declared range, is no input.
        let Ok(evaluation) = evaluate(self.subject.graph, &assignment) else {
            return false;
        };
        let mut claimed = self.board.publics.clone();
        for &(tensor, position, _, claim) in forged {
            claimed[tensor][position] = claim;
        }
        let publics = public_tensors(&self.board.circuit, &evaluation);
        let publics = publics.into_iter().map(|public| public.elements);
        if !publics.eq(claimed) {
            return false;
        }
        let Ok(honest) = fill(&self.board.circuit, &evaluation) else {
            return false;
        };
        let honest = honest.columns;
        let stands = |place: Place| -> F {
            let (c, row, column) = place;
            let changed = changed.get(&place).copied();
            changed.unwrap_or(self.board.trace[c][column][row])
        };
        self.spaces().all(|c| {
            let places = self.columns(c).flat_map(|column| {
                let rows = 0..self.board.trace[c][column].len();
                rows.map(move |row| (c, row, column))
            });
            let mut places = places.map(|place| (place, stands(place)));
            places.all(|(place, cell)| {
                let (c, row, column) = place;
                cell == honest[c][column][row] || self.is_free(&honest, place, cell)
            })
        }) && changed
            .keys()
            .all(|&place| !self.is_table(place.0) || self.is_served(place))
    }

    /// The inputs that a trace with these cells has, and whether one has changed; `None` if one is
    /// outside its range.
    fn assignment_of(&self, changed: &Changed) -> Option<(Assignment, bool)> {
        let mut assignment = self.subject.assignment.clone();
        let mut touched = false;
        for (&(c, row, column), &value) in changed {
            if !self.board.is_input(c, column) {
                continue;
            }
            let (Op::Private { witness, .. } | Op::Pinned { witness, .. }, _) =
                self.board.op(c, column)
            else {
                continue;
            };
            let Element::Of(Source::Input(input)) = witness.element else {
                continue;
            };
            let mut point = None;
            self.board.circuit.components[c].for_each_row(|number, at| {
                if number == row {
                    point = Some(at.to_vec());
                }
            });
            // Padding holds no element.
            let Some(point) = point else {
                continue;
            };
            let range = self.subject.graph.input(input).range;
            let above = i64::from((value - field(range.lo as i64)).0);
            let element = range.lo as i64 + above;
            if !range.contains(element.into()) {
                return None;
            }
            let tensor = &mut assignment.inputs[input.0 as usize];
            let at = witness.at.iter().zip(&tensor.shape);
            let offset = at.fold(0, |offset, (form, &size)| {
                offset * size + eval_form(form, &point) as usize
            });
            tensor.data[offset] = element;
            touched = true;
        }
        Some((assignment, touched))
    }

    /// Whether a cell may be other than in the honest trace, and what is stated stays the same:
    /// padding behind a gate, the sign of a zero, what a clip to one number has above and below it,
    /// the flag of a row that attains a maximum, or of any row if it is 0, and how often a table
    /// serves from which of its rows, as far as the bus counts it.
    fn is_free(&self, honest: &[Vec<Vec<F>>], place: Place, cell: F) -> bool {
        let (c, row, _) = place;
        if self.is_table(c) {
            return self.is_served(place);
        }
        if !self.board.counts(c, row)
            || self.board.is_sign_of_zero_in(honest, place)
            || self.board.is_excess_of_a_point(place)
        {
            return true;
        }
        self.board.is_flag(place) && (cell.is_zero() || self.attains(honest, place))
    }

    /// Whether a flag's row attains its maximum.
    fn attains(&self, honest: &[Vec<Vec<F>>], (c, row, flag): Place) -> bool {
        let cells: Vec<F> = honest[c].iter().map(|column| column[row]).collect();
        let attained = self.board.see(c, row, &cells).attained;
        let own = attained.iter().find(|(column, _)| *column == flag);
        own.is_some_and(|(_, difference)| difference.is_zero())
    }

    fn is_table(&self, c: usize) -> bool {
        !matches!(self.board.circuit.components[c].kind, Space::Space(_))
    }

    /// Whether a table's row puts what this multiplicity counts on the bus.
    fn is_served(&self, (c, row, column): Place) -> bool {
        let mut once = vec![field(0); self.board.trace[c].len()];
        once[column] = field(1);
        self.board.see(c, row, &once).effect.bus != Bus::new()
    }
}

/// Keeps the values that differ from the honest one and from each other.
fn distinct(values: &mut Vec<F>, honest: F) {
    values.sort_unstable_by_key(|value| value.0);
    values.dedup();
    values.retain(|&value| value != honest);
}

fn survivor(
    board: &Board,
    kind: Kind,
    what: String,
    changed: &Changed,
    forged: &[(usize, usize, i64, i64)],
) -> Fate {
    survivor_of(board, kind, what, changed, &[], forged)
}

/// A survivor; the cells in `attacked` are shown first.
fn survivor_of(
    board: &Board,
    kind: Kind,
    what: String,
    changed: &Changed,
    attacked: &[Place],
    forged: &[(usize, usize, i64, i64)],
) -> Fate {
    let first = changed.iter().filter(|(place, _)| attacked.contains(place));
    let rest = changed
        .iter()
        .filter(|(place, _)| !attacked.contains(place));
    let cells = first.chain(rest).take(SHOWN);
    let outputs = forged.iter().take(SHOWN);
    Fate::Survived(Box::new(Survivor {
        kind,
        what,
        cells: cells.map(|(&at, &value)| cell(board, at, value)).collect(),
        differing: changed.len(),
        outputs: outputs
            .map(|&(tensor, position, honest, claimed)| Output {
                tensor: board.circuit.publics[tensor].name.clone(),
                position,
                honest,
                claimed,
            })
            .collect(),
    }))
}
