//! Real proofs with lies in them: a prover who breaks a rule or the bus, claims another output, or
//! proves another circuit is refused with a reason. Names are those of the defects that published
//! audits found elsewhere.

use attnc::session::prove::{prove_trace, ProveError};
use attnc::session::security::Setting;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Fixed, Kind, Op};
use num_traits::{One, Zero};
use stwo::core::fields::qm31::SecureField;

use super::decode::{assert_off_balance, assert_refused, decode, session, WAYS};
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::Board;
use crate::common::gadgets;
use crate::common::mirror::{field, Bus, Effect, F};
use crate::common::programs::{self, Case};
use crate::common::random::Random;
use crate::common::session::{
    accepted, claimed, honest, lie, lie_whatever, one_off, publics, trace, Lie, Verifier,
};

#[test]
fn honest_sessions_of_every_program_verify() {
    let modes = |program: programs::Program| program.modes(Setting::Seed);
    for program in programs::all().into_iter().flat_map(modes) {
        let case = program.case(2);
        let session = honest(&case, case.at(Setting::Seed), "a context");
        let verifier = Verifier::new(&case, &session);
        assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
    }
}

/// The exact checker of `witnesses.rs` and a real prover agree on what is wrong.
#[test]
fn the_checker_and_the_prover_agree() {
    let mut random = Random::new(21);
    // By mode: rules, bus, free.
    let mut found = [[0; 3]; 2];
    let modes = |program: programs::Program| program.modes(Setting::Seed);
    for program in gadgets::all().into_iter().flat_map(modes) {
        let case = program.case(1);
        let board = case.board();
        let circuit = &board.circuit;
        for _ in 0..6 {
            let c = random.below(circuit.components.len());
            let row = random.below(1 << circuit.components[c].log_rows);
            let column = random.below(board.trace[c].len());
            let mut columns = board.trace.clone();
            columns[c][column][row] += field(1);
            let cells: Vec<_> = columns[c].iter().map(|column| column[row]).collect();
            let change = board.change(c, row, &cells);
            let proved = prove_trace(
                circuit,
                trace(&columns),
                publics(&case),
                case.at(Setting::Seed),
                &claimed(&case, ""),
            );
            match proved {
                Ok(_) => {
                    assert_eq!(change, Effect::default());
                    found[usize::from(case.hides)][2] += 1;
                }
                Err(ProveError::Constraints) => {
                    assert!(!change.broken.is_empty());
                    found[usize::from(case.hides)][0] += 1;
                }
                Err(ProveError::Bus) => {
                    // Of a proof that hides and stands alone the bus is looked at first.
                    assert!(case.hides || change.broken.is_empty());
                    assert_ne!(change.bus, Bus::new());
                    found[usize::from(case.hides)][1] += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    let enough = found.iter().all(|[rules, bus, _]| *rules > 0 && *bus > 0);
    assert!(enough, "{found:?}");
}

/// A trace with the honest public tensors.
fn lying<'a>(case: &Case, board: &'a Board, columns: &[Vec<Vec<F>>]) -> Lie<'a> {
    Lie {
        trace: trace(columns),
        ..Lie::of_publics(board, publics(case))
    }
}

/// A liar who keeps every rule of every row and breaks only the bus: the claims do not cancel.
#[test]
fn a_bus_that_does_not_balance() {
    for way in WAYS {
        let (case, _, verifier) = session(way);
        let board = case.board();
        let mut random = Random::new(22);
        let mut lies = 0;
        while lies < 4 {
            let c = random.below(board.trace.len());
            let row = random.below(board.circuit.components[c].rows as usize);
            let column = random.below(board.trace[c].len());
            let mut columns = board.trace.clone();
            columns[c][column][row] += field(1);
            let cells: Vec<_> = columns[c].iter().map(|column| column[row]).collect();
            let change = board.change(c, row, &cells);
            if !change.broken.is_empty() || change.bus.is_empty() {
                continue;
            }
            lies += 1;
            let what = format!("{way:?} {c} {row} {column}");
            assert_off_balance(&case, &verifier, || lying(&case, &board, &columns), &what);
        }
    }
}

/// Forge one multiplicity.
#[test]
fn lookup_multiplicities_unchecked() {
    for way in WAYS {
        let (case, _, verifier) = session(way);
        let board = case.board();
        for (c, component) in board.circuit.components.iter().enumerate() {
            if !matches!(component.kind, Kind::Space(_)) {
                let mut columns = board.trace.clone();
                columns[c][0][2] += field(1);
                let lied = || lying(&case, &board, &columns);
                assert_off_balance(&case, &verifier, lied, &format!("{way:?} {c}"));
            }
        }
    }
}

/// A public output of one's choice over the honest trace, and over a trace mended as far as rules
/// go.
#[test]
fn outputs_not_bound() {
    for way in WAYS {
        let (case, _, verifier) = session(way);
        let board = case.board();
        for position in [0, 9, 63] {
            let mut claimed_publics = publics(&case);
            let element = &mut claimed_publics[0].elements[position];
            one_off(element, board.circuit.publics[0].range);
            let lied = || Lie::of_publics(&board, claimed_publics.clone());
            assert_off_balance(&case, &verifier, lied, &format!("{way:?} {position}"));
        }
    }
}

/// What the attacker of `witnesses.rs` forges in a weakened circuit is refused by the verifier of
/// the true one, though the proof is a proof: of another circuit of the same shape.
#[test]
fn a_proof_of_another_circuit_of_the_same_shape() {
    for program in programs::two_clips().modes(Setting::Standard) {
        let case = program.case(1);
        let setting = case.at(Setting::Standard);
        let (_, verifier) = accepted(&case, setting);
        let mut circuit = case.compiled.circuit.clone();
        for op in circuit.components.iter_mut().flat_map(|c| &mut c.ops) {
            if let Op::Gadget(Gadget::Clip(clip)) = op {
                clip.bounds.hi += 1;
            }
        }
        let board = case.board_of(circuit);
        let lied = lying(&case, &board, &board.trace);
        let session = lie(lied, setting, &claimed(&case, "")).unwrap();
        let rejection = verifier.verify(&session);
        assert!(
            matches!(rejection, Err(Rejection::Stark { .. })),
            "{rejection:?}"
        );
    }
}

/// Swap a table, and the preprocessed root, for another of the same size.
#[test]
fn table_identity_taken_from_the_proof() {
    for way in [WAYS[0], WAYS[2]] {
        let (case, session, verifier) = session(way);
        let mut circuit: Circuit = case.compiled.circuit.clone();
        for component in &mut circuit.components {
            if let (Kind::Table(_), Some(Fixed::Values { values, .. })) =
                (&component.kind, component.fixed.get_mut(1))
            {
                values.swap(0, 1);
            }
        }
        let board = decode(way, 1).board();
        for named in [None, Some(session.statement.preprocessed.clone())] {
            let expected = named.is_some();
            let lied = Lie {
                circuit: &circuit,
                named,
                ..Lie::of_publics(&board, publics(&case))
            };
            let session = lie_whatever(lied, case.at(Setting::Standard), &claimed(&case, ""));
            let rejection = verifier.verify(&session).unwrap_err();
            match rejection {
                Rejection::Statement { field, .. } => {
                    assert!(!expected);
                    assert_eq!(field, "preprocessed roots");
                }
                // The statement is as it should be; the challenges are not the liar's.
                Rejection::Grinding | Rejection::Structure { .. } | Rejection::Stark { .. } => {
                    assert!(expected);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Move a value from one claim to another; swap the claims of two components of equal size. The
/// sum stays what it was, and every proof is made for the claims that it states.
#[test]
fn claims_that_cancel_in_the_wrong_place() {
    for way in [WAYS[0], WAYS[1]] {
        let (case, session, verifier) = session(way);
        let board = case.board();
        let moved = |proof: usize, claims: &mut Vec<SecureField>| {
            if proof == 0 {
                claims[0] += SecureField::one();
                claims[1] -= SecureField::one();
            }
        };
        let swapped = |proof: usize, claims: &mut Vec<SecureField>| {
            if proof == 0 {
                claims.swap(0, 1);
            }
        };
        type Choice<'a> = &'a dyn Fn(usize, &mut Vec<SecureField>);
        let choices: [Choice<'_>; 2] = [&moved, &swapped];
        for claims in choices {
            let lied = Lie {
                claims,
                ..Lie::of_publics(&board, publics(&case))
            };
            // Stwo's prover sees that the running sums do not close.
            assert!(lie(lied, Setting::Standard, &claimed(&case, "")).is_none());
            // In a finished proof it is the verifier that sees it.
            let mut tampered = session.clone();
            claims(0, &mut tampered.proofs[0].claims);
            assert_refused(&verifier, &tampered, "claims of one proof");
        }
        // Across the boundary of two proofs.
        if session.proofs.len() == 2 {
            let mut tampered = session.clone();
            tampered.proofs[0].claims[0] += SecureField::one();
            tampered.proofs[1].claims[0] -= SecureField::one();
            assert_refused(&verifier, &tampered, "claims of two proofs");
        }
        let mut tampered = session.clone();
        tampered.proofs[0].claims[0] = SecureField::zero();
        assert_refused(&verifier, &tampered, "a claim of zero");
        tampered.proofs[0].claims.pop();
        assert!(matches!(
            verifier.verify(&tampered),
            Err(Rejection::File(_))
        ));
        tampered.proofs[0].claims.clear();
        assert!(matches!(
            verifier.verify(&tampered),
            Err(Rejection::File(_))
        ));
    }
}

/// What the attacker forges without lookups is refused by a real verifier, as the bus.
#[test]
fn a_forged_session_is_refused() {
    for program in programs::named("floor").modes(Setting::Standard) {
        let case = program.case(1);
        let board = case.board();
        let mut attacker = Attacker::new(&board);
        attacker.lookups_checked = false;
        let (_, verifier) = accepted(&case, case.at(Setting::Standard));
        let mut lies = 0;
        'all: for (c, component) in board.circuit.components.iter().enumerate() {
            if !matches!(component.kind, Kind::Space(_)) {
                continue;
            }
            for column in (0..board.trace[c].len()).filter(|&k| !board.is_input(c, k)) {
                let place = (c, 3, column);
                let value = board.trace[c][column][3] + field(1);
                let overrides = Overrides::from([(place, value)]);
                let Outcome::Forged(forged) = attacker.run(&overrides) else {
                    continue;
                };
                let mut claimed_publics = publics(&case);
                for &(tensor, position, _, element) in &forged {
                    claimed_publics[tensor].elements[position] = element;
                }
                let mut columns = board.trace.clone();
                for ((c, row), cells) in attacker.cells(&overrides) {
                    for (column, cell) in cells.into_iter().enumerate() {
                        columns[c][column][row] = cell;
                    }
                }
                let lied = || Lie {
                    trace: trace(&columns),
                    ..Lie::of_publics(&board, claimed_publics.clone())
                };
                assert_off_balance(&case, &verifier, lied, &format!("{place:?}"));
                lies += 1;
                if lies == 5 {
                    break 'all;
                }
            }
        }
        assert!(lies > 0);
    }
}
