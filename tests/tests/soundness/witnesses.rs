//! Malicious traces: nothing but the honest witness satisfies a circuit.
//!
//! The checker (`audit/mirror.rs`) is exact: where it accepts, a proof would verify. Names are
//! those of the defects that published audits found elsewhere.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use attnc_compiler::circuit::{Kind, Op};
use num_traits::Zero;

use super::gadgets::cases;
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::{Board, Place};
use crate::common::mirror::{field, Bus, Effect, F};
use crate::common::programs;
use crate::common::random::Random;

/// The honest trace of every program, filled once for all tests.
pub fn boards() -> &'static [Board] {
    static BOARDS: OnceLock<Vec<Board>> = OnceLock::new();
    BOARDS.get_or_init(|| {
        let programs = programs::all().into_iter();
        programs.map(|program| program.case(1).board()).collect()
    })
}

#[test]
fn honest_traces_satisfy_every_rule_and_balance_the_bus() {
    for program in programs::all() {
        for seed in 0..4 {
            let board = program.case(seed).board();
            let faults = board.faults();
            assert!(faults.none(), "{}: {faults:?}", board.name);
        }
    }
}

#[test]
fn the_programs_reach_every_case_of_every_gadget() {
    let mut found = BTreeSet::new();
    for board in boards() {
        for op in board.circuit.components.iter().flat_map(|c| &c.ops) {
            if let Op::Gadget(gadget) = op {
                found.extend(cases(gadget));
            }
        }
    }
    let mut wanted: BTreeSet<String> = [
        "clip: both ends",
        "clip: above",
        "clip: below",
        "clip: ranged",
        "clip: looked up",
        "clipped quotient: both ends",
        "clipped quotient: above",
        "clipped quotient: ranged",
        "clipped quotient: looked up",
        "Floor: signed",
        "HalfUp: signed",
        "Floor: public",
        "Floor: public by another name",
        "HalfUp: public",
        "magnitude",
        "maximum: ranged itself",
        "maximum: ranged by a clip",
        "maximum: gated",
        "select: larger",
        "select: smaller",
        "lookup",
        "pick: element",
        "pick: vector",
        "offer: element",
        "offer: vector",
        "root: down",
        "root: nearest",
        "sign",
        "zero",
    ]
    .map(String::from)
    .into();
    for policy in ["Floor", "HalfUp", "HalfEven"] {
        for case in ["constant", "variable", "plain", "ranged"] {
            wanted.insert(format!("{policy}: {case}"));
        }
    }
    assert_eq!(found, wanted);
}

/// A private input may be any other in its range.
fn is_another_input(board: &Board, (c, _, column): Place, value: F) -> bool {
    match board.op(c, column) {
        (&Op::Private { lo, hi, .. }, 0) => {
            (lo..=hi).contains(&crate::common::mirror::integer(value))
        }
        _ => false,
    }
}

#[test]
fn change_each_column_of_each_component_in_one_row() {
    let mut random = Random::new(3);
    for board in boards() {
        for (c, component) in board.circuit.components.iter().enumerate() {
            for row in 0..1usize << component.log_rows {
                let mut cells = board.cells(c, row);
                for column in 0..cells.len() {
                    let kept = cells[column];
                    for value in [kept + field(1), -kept, field(0), random.field()] {
                        if value == kept {
                            continue;
                        }
                        cells[column] = value;
                        let place = (c, row, column);
                        // The rest of the bus is as it was: it balances if and only if the row,
                        // and those that its folds reach, put the same on it.
                        let caught = board.change(c, row, &cells) != Effect::default();
                        assert!(
                            caught
                                || !board.counts(c, row)
                                || board.is_sign_of_zero(place)
                                || is_another_input(board, place, value),
                            "{}: {place:?} of `{}`, {:?}, is {kept} and may be {value}",
                            board.name,
                            component.name,
                            board.op(c, column)
                        );
                    }
                    cells[column] = kept;
                }
            }
        }
    }
}

/// Padding behind a gate is free, and therefore must not reach the bus, whatever stands in it.
#[test]
fn padding_puts_nothing_on_the_bus() {
    let mut random = Random::new(4);
    for board in boards() {
        for (c, component) in board.circuit.components.iter().enumerate() {
            if !matches!(component.kind, Kind::Space(_)) || component.is_ordered() {
                continue;
            }
            for row in component.rows as usize..1 << component.log_rows {
                let cells: Vec<F> = board.cells(c, row).iter().map(|_| random.field()).collect();
                let seen = board.see(c, row, &cells);
                assert_eq!(
                    seen.effect.bus,
                    Bus::new(),
                    "{} `{}`",
                    board.name,
                    component.name
                );
            }
        }
    }
}

/// Leave each component out of what is proved: the bus misses it.
#[test]
fn an_operator_claimed_but_not_constrained() {
    for board in boards() {
        for (c, component) in board.circuit.components.iter().enumerate() {
            let mut sum = Bus::new();
            for seen in &board.seen[c] {
                for (key, &value) in &seen.effect.bus {
                    crate::common::mirror::add(&mut sum, key, value);
                }
            }
            assert_ne!(
                sum,
                Bus::new(),
                "{}: `{}` is not missed",
                board.name,
                component.name
            );
        }
    }
}

/// Everything that an attacker gets away with on a board, by one cell at a time.
pub fn get_away(attacker: &Attacker<'_>, seed: u64) -> Vec<(Place, Outcome)> {
    let board = attacker.board;
    let mut random = Random::new(seed);
    let mut accepted = Vec::new();
    for (c, component) in board.circuit.components.iter().enumerate() {
        if !matches!(component.kind, Kind::Space(_)) {
            continue;
        }
        for row in board.sample_rows(c, &mut random) {
            for column in (0..board.trace[c].len()).filter(|&k| !board.is_input(c, k)) {
                let place = (c, row, column);
                for value in attacker.candidates(place, &mut random) {
                    let outcome = attacker.run(&Overrides::from([(place, value)]));
                    if !matches!(outcome, Outcome::Rejected) {
                        accepted.push((place, outcome));
                    }
                }
            }
        }
    }
    accepted
}

/// What may be accepted without changing anything that is stated.
fn is_documented(board: &Board, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Rejected => true,
        Outcome::Harmless(changed) => changed.iter().all(|&place| {
            // How often an element is picked is a sum in the field, which the bus counts.
            board.is_sign_of_zero(place) || board.is_offered(place)
        }),
        Outcome::Undecided | Outcome::Forged(_) => false,
    }
}

/// For each hint and each witness column another value, with everything that follows mended:
/// quotients that wrap the field, independent digits, another denominator with the output that
/// fits it, peak + 1 with all gaps shifted, output + 1 with all else made consistent.
#[test]
fn second_witness_for_every_hint() {
    for board in boards() {
        for (place, outcome) in get_away(&Attacker::new(board), 11) {
            let (op, offset) = board.op(place.0, place.2);
            assert!(
                is_documented(board, &outcome),
                "{}: {place:?} of `{}`, column {offset} of {op:?}: {outcome:?}",
                board.name,
                board.circuit.components[place.0].name
            );
        }
    }
}

/// Two hints of one gadget at once: a bit with its half, a value with its excess, a sign with its
/// magnitude, a digit with what it is a digit of.
#[test]
fn second_witness_for_every_pair_of_hints() {
    let mut random = Random::new(12);
    for board in boards() {
        let attacker = Attacker::new(board);
        for (c, component) in board.circuit.components.iter().enumerate() {
            for (op, made) in component.ops.iter().enumerate() {
                if !matches!(made, Op::Gadget(_)) {
                    continue;
                }
                let of_op = |&column: &usize| board.origins[c][column].0 == op;
                let columns: Vec<usize> = (0..board.trace[c].len()).filter(of_op).collect();
                for row in [0, random.below(component.rows as usize)] {
                    for (position, &first) in columns.iter().enumerate() {
                        for &second in &columns[position + 1..] {
                            let (a, b) = ((c, row, first), (c, row, second));
                            for x in short(&attacker, a, &mut random) {
                                for y in short(&attacker, b, &mut random) {
                                    let outcome = attacker.run(&Overrides::from([(a, x), (b, y)]));
                                    assert!(
                                        is_documented(board, &outcome),
                                        "{}: {a:?}, {b:?} of {made:?}: {outcome:?}",
                                        board.name
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A few of the values that an attacker tries in a cell.
fn short(attacker: &Attacker<'_>, place: Place, random: &mut Random) -> Vec<F> {
    let mut values = attacker.candidates(place, random);
    while values.len() > 6 {
        values.swap_remove(random.below(values.len()));
    }
    values
}

/// The peak of another row: accepted only where that row attains the maximum as well.
#[test]
fn the_maximum_is_attained_and_is_a_maximum() {
    let (mut refused, mut ties) = (0, 0);
    for board in boards() {
        let attacker = Attacker::new(board);
        for group in attacker.groups.values() {
            let Some(peak) = group.peak else {
                panic!("{}: a group without its peak", board.name);
            };
            for &(c, row, flag) in &group.flags {
                let attained = &board.seen[c][row].attained;
                let Some(&(_, difference)) = attained.iter().find(|(column, _)| *column == flag)
                else {
                    panic!("a flag multiplies a difference");
                };
                let honest = board.trace[peak.0][peak.2][peak.1];
                let other = if group.largest {
                    honest - difference
                } else {
                    honest + difference
                };
                let mut overrides = Overrides::from([(peak, other)]);
                for &place in &group.flags {
                    overrides.insert(place, field(i64::from(place == (c, row, flag))));
                }
                match attacker.run(&overrides) {
                    Outcome::Rejected => refused += 1,
                    Outcome::Harmless(changed) => {
                        assert!(difference.is_zero());
                        assert!(changed.iter().all(|&place| board.is_flag(place)));
                        ties += usize::from(!changed.is_empty());
                    }
                    forged => panic!("{}: {forged:?}", board.name),
                }
            }
        }
    }
    assert!(refused > 0 && ties > 0, "{refused} refused, {ties} ties");
}

/// A private element just outside its range, or anywhere in the field.
#[test]
fn a_private_element_outside_its_range() {
    let mut random = Random::new(5);
    for board in boards() {
        let attacker = Attacker::new(board);
        for c in 0..board.circuit.components.len() {
            for column in 0..board.trace[c].len() {
                let (&Op::Private { lo, hi, .. }, 0) = board.op(c, column) else {
                    continue;
                };
                for row in board.sample_rows(c, &mut random) {
                    for value in [lo - 1, hi + 1, hi + board.circuit.ranges.base(), 1 << 30] {
                        let place = (c, row, column);
                        let outcome = attacker.run(&Overrides::from([(place, field(value))]));
                        let inside = (lo..=hi).contains(&value);
                        assert!(
                            inside || matches!(outcome, Outcome::Rejected),
                            "{}: {value} at {place:?}: {outcome:?}",
                            board.name
                        );
                    }
                }
            }
        }
    }
}

/// An attacker who keeps to the ranges reaches other outputs by other private inputs: mending
/// works, and what `second_witness_for_every_hint` rejects is not rejected for its clumsiness.
#[test]
fn control_another_private_input_is_another_honest_proof() {
    // Mending leaves hints as they are: another input wants others.
    for board in boards()
        .iter()
        .filter(|board| !board.name.starts_with("hints"))
    {
        let (attacker, mut random) = (Attacker::new(board), Random::new(6));
        let (mut tried, mut accepted) = (0, 0);
        for c in 0..board.circuit.components.len() {
            for column in 0..board.trace[c].len() {
                let (&Op::Private { lo, hi, .. }, 0) = board.op(c, column) else {
                    continue;
                };
                // Assertions pin a hint.
                if !board.is_input(c, column) {
                    continue;
                }
                for row in board.sample_rows(c, &mut random) {
                    let value = field(random.within(lo, hi));
                    let outcome = attacker.run(&Overrides::from([((c, row, column), value)]));
                    tried += 1;
                    accepted += usize::from(!matches!(outcome, Outcome::Rejected));
                }
            }
        }
        assert!(
            2 * accepted >= tried,
            "{}: {accepted} of {tried}",
            board.name
        );
    }
}
