//! What a malicious prover of an evaluated sum of products may try: each is refused, and by the
//! check that spec 5.7 says.

use std::collections::BTreeSet;

use attnc::session::prove::Session;
use attnc::session::security::Setting;
use attnc::session::statement::Public;
use attnc_compiler::circuit::{Circuit, Component, Element, Kind, Op};
use attnc_compiler::meaning::dims::max_sizes;
use num_traits::Zero;
use stwo::core::utils::{bit_reverse_index, coset_index_to_circle_domain_index};

use super::decode::is_off_balance;
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::{Board, Place};
use crate::common::hidden::Hidden;
use crate::common::mirror::{field, Key, F};
use crate::common::programs::{Case, Program};
use crate::common::session::{accepted, claimed, lie, publics, trace, Lie, Verifier};

const LANES: [u32; 2] = [1, 2];
pub const SETTING: Setting = Setting::Standard;

/// One product, its result public. No operand is 0.
pub fn product(lanes: u32, hides: bool) -> Case {
    let source = "circuit product(n = 4, m = 3, p = 6) {
        private input a[n, m] : -99..=99
        private input b[m, p] : -99..=99
        public output c[n, p]
        c[i in n, j in p] = sum(k in m) a[i, k] * b[k, j]
    }";
    without_zeros(Program::new("product", source, &[], None), lanes, hides)
}

/// Scores over a cache that grows: 2 seeds and 3 steps are 5 positions, an odd number. No operand
/// is 0.
pub fn prefix(lanes: u32, hides: bool) -> Case {
    let source = "circuit prefix(steps = 3, width = 3, seeded = 2) {
        private input q[steps, width]  : -99..=99
        private input k[steps, width]  : -99..=99
        private input s[seeded, width] : -99..=99
        state keys = s
        public output total[steps]
        step t in steps {
            keys <- k[t]
            score[j in keys] = sum(d in width) q[t, d] * keys[j, d]
            total[t] = sum(j in keys) score[j]
        }
    }";
    without_zeros(Program::new("prefix", source, &[], None), lanes, hides)
}

/// Inputs that are small and not 0, far from the ends of what outputs may be.
fn without_zeros(program: Program, lanes: u32, hides: bool) -> Case {
    let mut case = program.evaluated(lanes).mode(SETTING, hides).case(1);
    let elements = case.assignment.inputs.iter_mut().flat_map(|t| &mut t.data);
    for (element, value) in elements.zip((1..=9).cycle()) {
        *element = value;
    }
    case
}

/// Both in one lane and in two, in proofs that do not hide and in such that do.
pub fn cases() -> impl Iterator<Item = Case> {
    let ways = LANES
        .into_iter()
        .flat_map(|lanes| [false, true].map(|hides| (lanes, hides)));
    ways.flat_map(|(lanes, hides)| [product(lanes, hides), prefix(lanes, hides)])
}

pub fn segments(circuit: &Circuit) -> usize {
    let ordered = circuit.components.iter().position(Component::is_ordered);
    ordered.expect("a component of segments")
}

pub fn true_verifier(case: &Case) -> Verifier {
    accepted(case, case.at(SETTING)).1
}

/// A session of the true circuit over other cells and outputs, whose sums run up to their true totals; `None` if
/// a rule is broken.
fn offer(
    case: &Case,
    board: &Board,
    cells: &[(Place, F)],
    publics: Vec<Public>,
) -> Option<Session> {
    let mut columns = board.trace.clone();
    for &((c, row, column), value) in cells {
        columns[c][column][row] = value;
    }
    let lied = Lie {
        trace: trace(&columns),
        hidden: Hidden::TRUE_TOTALS,
        ..Lie::of_publics(board, publics)
    };
    lie(lied, case.at(SETTING), &claimed(case, ""))
}

/// Where a row stands in a column of an ordered component.
pub fn place(row: usize, log_rows: u32) -> usize {
    bit_reverse_index(coset_index_to_circle_domain_index(row, log_rows), log_rows)
}

/// Where a copy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stands {
    Tied,
    BeforeTheSeeds,
    BeyondTheEnd,
    InPadding,
}

/// Every copy, and where it stands.
fn copies(case: &Case, board: &Board) -> Vec<(Place, Stands)> {
    let c = segments(&board.circuit);
    let component = &board.circuit.components[c];
    let Kind::Space(rows) = &component.kind else {
        panic!("segments are an index space");
    };
    let lanes = board.trace[c].len() as u64 / 2;
    let width = max_sizes(&rows.dims).last().unwrap() * lanes;
    let mut found = Vec::new();
    for row in 0..1usize << component.log_rows {
        for column in 0..board.trace[c].len() {
            let (Op::Copy { tie, .. }, _) = board.op(c, column) else {
                panic!("a component of segments has copies");
            };
            let mut cells = board.cells(c, row);
            cells[column] += field(1);
            let change = board.change(c, row, &cells);
            assert!(change.broken.is_empty(), "a copy has no rule");
            let tied = change.bus.keys().filter_map(|key| match key {
                Key::Total {
                    family, address, ..
                } if family == tie => Some(u64::from(*address)),
                _ => None,
            });
            let [address] = tied.collect::<Vec<_>>()[..] else {
                panic!("a copy is tied once");
            };
            let stands = if row as u64 >= component.rows {
                Stands::InPadding
            } else if !board.trace[c][column][row].is_zero() {
                Stands::Tied
            } else if address % width < 2 && case.name.starts_with("prefix") {
                Stands::BeforeTheSeeds
            } else {
                Stands::BeyondTheEnd
            };
            found.push(((c, row, column), stands));
        }
    }
    found
}

/// A copy that differs from its home, and one where nothing is tied: refused as the bus, whatever
/// the prover mends elsewhere.
#[test]
fn a_copy_that_no_home_weighs() {
    let mut offered = BTreeSet::new();
    for case in cases() {
        let board = case.board();
        let attacker = Attacker::new(&board);
        let verifier = true_verifier(&case);
        for (place, stands) in copies(&case, &board) {
            let (c, row, column) = place;
            for by in [1, 2, -1, 1 << 30] {
                let value = board.trace[c][column][row] + field(by);
                let outcome = attacker.run(&Overrides::from([(place, value)]));
                assert!(matches!(outcome, Outcome::Rejected), "{place:?} {stands:?}");
            }
            if offered.insert((case.name.clone(), stands)) {
                let value = board.trace[c][column][row] + field(3);
                let session = offer(&case, &board, &[(place, value)], publics(&case));
                let session = session.expect("no rule is broken");
                let verdict = verifier.verify(&session);
                assert!(
                    is_off_balance(&case, SETTING, &verdict),
                    "{stands:?}: {verdict:?}"
                );
            }
        }
    }
    let counts = |stands| offered.iter().filter(|(_, other)| *other == stands).count();
    assert_eq!(counts(Stands::Tied), 8);
    assert_eq!(counts(Stands::InPadding), 8);
    assert_eq!(counts(Stands::BeforeTheSeeds), 4);
    // Steps are fewer than positions in both; in two lanes the last position is nobody's.
    assert!(counts(Stands::BeyondTheEnd) >= 6, "{offered:?}");
}

/// Operands moved by one position, all of them: the prefix would hold a column too many.
#[test]
fn copies_moved_by_one_position() {
    for case in cases().filter(|case| case.name.starts_with("prefix")) {
        let board = case.board();
        let c = segments(&board.circuit);
        let columns = board.trace[c].len();
        let last = columns / 2;
        let mut cells = Vec::new();
        for of in [0, last] {
            // The order of an operand's positions: row by row, lane by lane.
            let places: Vec<Place> = (0..board.trace[c][0].len())
                .flat_map(|row| (of..of + last).map(move |column| (c, row, column)))
                .collect();
            let moved = places.windows(2).map(|two| {
                let (c, row, column) = two[1];
                (two[0], board.trace[c][column][row])
            });
            cells.push(moved.collect::<Vec<_>>());
        }
        for moved in cells {
            let session = offer(&case, &board, &moved, publics(&case)).expect("no rule is broken");
            let verdict = true_verifier(&case).verify(&session);
            assert!(is_off_balance(&case, SETTING, &verdict), "{verdict:?}");
        }
    }
}

/// Two results changed so that their sum stays: every column has its own lane, every row its own
/// address.
#[test]
fn changes_that_cancel_in_a_sum() {
    for case in cases() {
        let board = case.board();
        let verifier = true_verifier(&case);
        let element = |column: &usize, c: usize| match board.op(c, *column).0 {
            Op::Pinned { witness, .. } => matches!(witness.element, Element::Reduction { .. }),
            _ => false,
        };
        let (c, column) = (0..board.trace.len())
            .filter(|&c| !board.circuit.components[c].is_ordered())
            .find_map(|c| {
                let mut columns = 0..board.trace[c].len();
                let count = board.circuit.components[c].rows;
                let column = columns.find(|column| count > 3 && element(column, c))?;
                Some((c, column))
            })
            .expect("a home of results");
        let mut said = 0;
        for (one, other) in [(0, 1), (1, 2), (0, 5), (3, 8)] {
            let cells = [
                ((c, one, column), board.trace[c][column][one] + field(1)),
                ((c, other, column), board.trace[c][column][other] - field(1)),
            ];
            let outcome = Attacker::new(&board).run(&cells.into());
            assert!(matches!(outcome, Outcome::Rejected), "{outcome:?}");
            // The prover also says the outputs that fit.
            let mut claims = publics(&case);
            let output = claims.iter().position(|public| !public.input).unwrap();
            if case.name.starts_with("product") {
                claims[output].elements[one] += 1;
                claims[output].elements[other] -= 1;
            }
            let session = offer(&case, &board, &cells, claims).expect("no rule is broken");
            let verdict = verifier.verify(&session);
            assert!(is_off_balance(&case, SETTING, &verdict), "{verdict:?}");
            said += 1;
        }
        assert_eq!(said, 4);
    }
}
