//! Lies in what only proofs that hide have: S, the totals of rows that it adds up, the ring of linked proofs.

use attnc::session::bus::Column;
use attnc::session::security::Setting;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::Kind;
use num_traits::One;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::{SecureField, SECURE_EXTENSION_DEGREE};
use stwo::prover::backend::Column as _;

use super::decode::{session, Way};
use crate::common::board::Board;
use crate::common::hidden::{Change, Hidden, Tuple, Tuples};
use crate::common::mirror::{field, Key};
use crate::common::programs::Case;
use crate::common::session::{claimed, lie, lie_whatever, publics, trace, Lie, Verifier};

const WAYS: [Way; 2] = [Way("fused", true), Way("sidecar", true)];

/// Stwo's prover sees that a rule does not hold; from one who does not look, the verifier does.
fn assert_broken<'a>(case: &Case, verifier: &Verifier, lied: impl Fn() -> Lie<'a>, what: &str) {
    let (setting, claimed) = (case.at(Setting::Standard), claimed(case, ""));
    assert!(lie(lied(), setting, &claimed).is_none(), "{what}");
    let session = lie_whatever(lied(), setting, &claimed);
    let verdict = verifier.verify(&session);
    let refused = matches!(verdict, Err(Rejection::Stark { .. }));
    assert!(refused, "{what}: {verdict:?}");
}

fn add(column: &mut Column, place: usize, value: BaseField) {
    let value = column.values.at(place) + value;
    column.values.set(place, value);
}

/// The truth, but for what is done to what only proofs that hide have.
fn with<'a>(board: &'a Board, case: &Case, hidden: Hidden<'a>) -> Lie<'a> {
    Lie {
        hidden,
        ..Lie::of_publics(board, publics(case))
    }
}

/// With a change to S.
fn with_sum<'a>(board: &'a Board, case: &Case, sum: Change<'a>) -> Lie<'a> {
    let hidden = Hidden {
        sum,
        ..Hidden::HONEST
    };
    with(board, case, hidden)
}

/// With other tuples in the ring.
fn with_ring<'a>(board: &'a Board, case: &Case, ring: Tuples<'a>) -> Lie<'a> {
    let hidden = Hidden {
        ring,
        ..Hidden::HONEST
    };
    with(board, case, hidden)
}

/// The verdict on a proof that Stwo's prover finds nothing wrong with.
fn verdict(case: &Case, verifier: &Verifier, lied: Lie<'_>) -> Result<(), Rejection> {
    let session = lie(lied, case.at(Setting::Standard), &claimed(case, ""));
    verifier.verify(&session.expect("no rule is broken"))
}

/// From one place of a column to another.
fn move_one(column: &mut Column) {
    add(column, 2, BaseField::one());
    add(column, 5, -BaseField::one());
}

/// S in one row is not what it runs up to there. As a whole it may stand higher: it has no first value.
#[test]
fn a_sum_that_skips() {
    for way in WAYS {
        let (case, _, verifier) = session(way);
        let board = case.board();
        let shifted = |_: usize, sum: &mut Vec<Column>| {
            for place in 0..sum[0].values.len() {
                add(&mut sum[0], place, BaseField::one());
            }
        };
        let shifted = with_sum(&board, &case, &shifted);
        assert_eq!(verdict(&case, &verifier, shifted), Ok(()), "{way:?}");
        let last = case.compiled.circuit.proofs.len() - 1;
        for proof in [0, last] {
            for (coordinate, places) in [(0, 0..1), (3, 5..6), (1, 1..usize::MAX)] {
                let skips = |of: usize, sum: &mut Vec<Column>| {
                    let end = places.end.min(sum[coordinate].values.len());
                    for place in (places.start..end).filter(|_| of == proof) {
                        add(&mut sum[coordinate], place, BaseField::one());
                    }
                };
                let what = format!("{way:?}, proof {proof}: {coordinate}, {places:?}");
                assert_broken(&case, &verifier, || with_sum(&board, &case, &skips), &what);
            }
        }
    }
}

/// Totals of two rows of a component are changed so that what S adds up stays as it was: of the tallest, and of
/// every lower one.
#[test]
fn totals_of_rows_that_cancel() {
    for way in WAYS {
        let (case, _, verifier) = session(way);
        let board = case.board();
        // Tall or low is a component beside the others of its proof.
        let mut heights = Vec::new();
        for (number, component) in board.circuit.components.iter().enumerate() {
            let height = (component.proof, component.log_rows);
            if heights.contains(&height) {
                continue;
            }
            heights.push(height);
            let moved = |of: usize, columns: &mut Vec<Column>| {
                if of == number {
                    let total = columns.len() - SECURE_EXTENSION_DEGREE;
                    move_one(&mut columns[total]);
                }
            };
            let lied = || Lie {
                interaction: &moved,
                ..Lie::of_publics(&board, publics(&case))
            };
            assert_broken(&case, &verifier, lied, &format!("{way:?} {number}"));
        }
        assert!(heights.len() > 1, "{way:?}: {heights:?}");
    }
}

/// Totals of linked proofs that hide, each absorbed as it is stated, whose sum is as it was: no sum over a
/// proof's rows runs up to another total.
#[test]
fn totals_that_cancel_in_the_wrong_place() {
    let (case, _, verifier) = session(Way("sidecar", true));
    let board = case.board();
    let moved = |proof: usize, claims: &mut Vec<SecureField>| match proof {
        0 => claims[0] += SecureField::one(),
        _ => claims[0] -= SecureField::one(),
    };
    let lied = || Lie {
        claims: &moved,
        ..Lie::of_publics(&board, publics(&case))
    };
    assert_broken(&case, &verifier, lied, "totals");
}

/// A proof's s is not the next one's r: each proof is one, and their totals do not cancel.
#[test]
fn a_ring_that_does_not_close() {
    let (case, _, verifier) = session(Way("sidecar", true));
    let board = case.board();
    for (proof, side, element) in [(0, 1, 0), (1, 0, 3), (1, 1, 2)] {
        let opened = |of: usize, row: usize, tuples: &mut [Tuple; 2]| {
            if (of, row) == (proof, 7) {
                tuples[side][element] += BaseField::one();
            }
        };
        let verdict = verdict(&case, &verifier, with_ring(&board, &case, &opened));
        assert_eq!(verdict, Err(Rejection::Bus), "{proof} {side}");
    }
}

/// What a table answers too often and too seldom stands in the ring, the other way round: under the ring's tag
/// it takes nothing off the bus.
#[test]
fn a_ring_that_pays_for_a_table() {
    let (case, _, verifier) = session(Way("sidecar", true));
    let board = case.board();
    let mut tables = 0;
    for (number, component) in board.circuit.components.iter().enumerate() {
        if matches!(component.kind, Kind::Space(_)) {
            continue;
        }
        tables += 1;
        let rows = [2, 3];
        let mut columns = board.trace.clone();
        columns[number][0][rows[0]] += field(1);
        columns[number][0][rows[1]] -= field(1);
        let entries = rows.map(|row| {
            let cells = columns[number].iter().map(|column| column[row]);
            let change = board.change(number, row, &cells.collect::<Vec<_>>());
            let keys: Vec<_> = change.bus.into_keys().collect();
            let [Key::Tuple(_, ref entry)] = keys[..] else {
                panic!("a multiplicity counts one entry: {keys:?}");
            };
            let mut tuple = Tuple::default();
            for (element, &value) in tuple.iter_mut().zip(entry) {
                *element = value.into();
            }
            tuple
        });
        for swapped in [false, true] {
            let pays = |proof: usize, row: usize, tuples: &mut [Tuple; 2]| {
                if row == 0 {
                    // In this row the ring is at rest but for the first proof's.
                    *tuples = [Tuple::default(); 2];
                    if proof == 0 {
                        *tuples = entries;
                        if swapped {
                            tuples.reverse();
                        }
                    }
                }
            };
            let lied = Lie {
                trace: trace(&columns),
                ..with_ring(&board, &case, &pays)
            };
            let verdict = verdict(&case, &verifier, lied);
            assert_eq!(verdict, Err(Rejection::Bus), "{number}");
        }
    }
    assert!(tables > 0);
}

/// Totals of a ring that are not its tuples': moved from row to row, and from proof to proof, so that whatever is
/// added up stays as it was.
#[test]
fn a_ring_with_other_totals() {
    let (case, _, verifier) = session(Way("sidecar", true));
    let board = case.board();
    let in_one = |proof: usize, totals: &mut Vec<Column>| {
        if proof == 0 {
            move_one(&mut totals[0]);
        }
    };
    let in_two = |proof: usize, totals: &mut Vec<Column>| match proof {
        0 => add(&mut totals[1], 2, BaseField::one()),
        _ => add(&mut totals[1], 2, -BaseField::one()),
    };
    let lies: [Change<'_>; 2] = [&in_one, &in_two];
    for (number, fractions) in lies.into_iter().enumerate() {
        let hidden = Hidden {
            fractions,
            ..Hidden::HONEST
        };
        let lied = || with(&board, &case, hidden);
        assert_broken(&case, &verifier, lied, &format!("lie {number}"));
    }
}

/// A ring that rests in a row, r and s alike, takes and gives nothing there: what the test above lies with is
/// otherwise an honest ring.
#[test]
fn a_ring_that_rests() {
    let (case, _, verifier) = session(Way("sidecar", true));
    let board = case.board();
    let rests = |_: usize, row: usize, tuples: &mut [Tuple; 2]| {
        if row == 0 {
            *tuples = [Tuple::default(); 2];
        }
    };
    let verdict = verdict(&case, &verifier, with_ring(&board, &case, &rests));
    assert_eq!(verdict, Ok(()));
}
