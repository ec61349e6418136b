//! Real proofs with lies in them, and real proofs that were tampered with: each is refused with a
//! reason, and none panics. Names are those of the defects that published audits found elsewhere.

mod common;

use attnc::session::prove::{prove_trace, ProveError, Session};
use attnc::session::security::Setting;
use attnc::session::statement::Digest;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::choices::Strategy;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Fixed, Kind, Op};
use common::attack::{Attacker, Outcome, Overrides};
use common::board::Board;
use common::mirror::{field, Bus, Effect};
use common::programs::{self, Case, Program};
use common::random::Random;
use common::session::{
    as_tallied, as_they_are, claimed, honest, lie, one_off, publics, trace, Lie, Verifier,
};
use num_traits::{One, Zero};
use stwo::core::fields::qm31::SecureField;

const PLANS: [&str; 2] = ["fused", "sidecar"];

fn decode(plan: &'static str, seed: u64) -> Case {
    programs::decode(plan).case(seed)
}

fn session(plan: &'static str) -> (Case, Session, Verifier) {
    let case = decode(plan, 1);
    let session = honest(&case, Setting::Standard, "");
    let verifier = Verifier::new(&case, &session);
    (case, session, verifier)
}

#[test]
fn honest_sessions_of_every_program_verify() {
    for program in programs::all() {
        let case = program.case(2);
        let session = honest(&case, Setting::Seed, "a context");
        let verifier = Verifier::new(&case, &session);
        assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
    }
}

/// The exact checker of `soundness.rs` and a real prover agree on what is wrong.
#[test]
fn the_checker_and_the_prover_agree() {
    let mut random = Random::new(21);
    let (mut rules, mut bus, mut free) = (0, 0, 0);
    for program in programs::gadgets() {
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
                Setting::Seed,
                &claimed(&case, ""),
            );
            match proved {
                Ok(_) => {
                    assert_eq!(change, Effect::default());
                    free += 1;
                }
                Err(ProveError::Constraints) => {
                    assert!(!change.broken.is_empty());
                    rules += 1;
                }
                Err(ProveError::Bus) => {
                    assert!(change.broken.is_empty());
                    assert_ne!(change.bus, Bus::new());
                    bus += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert!(
        rules > 0 && bus > 0,
        "{rules} rules, {bus} bus, {free} free"
    );
}

fn lying(case: &Case, board: &Board, columns: &[Vec<Vec<common::mirror::F>>]) -> Option<Session> {
    let lied = Lie {
        circuit: &board.circuit,
        trace: trace(columns),
        publics: publics(case),
        named: None,
        claims: &as_they_are,
        interaction: &as_tallied,
    };
    lie(lied, Setting::Standard, &claimed(case, ""))
}

/// A liar who keeps every rule of every row and breaks only the bus: the claims do not cancel.
#[test]
fn a_bus_that_does_not_balance() {
    for plan in PLANS {
        let (case, _, verifier) = session(plan);
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
            let session = lying(&case, &board, &columns).unwrap();
            assert_eq!(
                verifier.verify(&session),
                Err(Rejection::Bus),
                "{plan} {c} {row} {column}"
            );
        }
    }
}

/// Forge one multiplicity.
#[test]
fn lookup_multiplicities_unchecked() {
    let (case, _, verifier) = session("sidecar");
    let board = case.board();
    for (c, component) in board.circuit.components.iter().enumerate() {
        if !matches!(component.kind, Kind::Space(_)) {
            let mut columns = board.trace.clone();
            columns[c][0][2] += field(1);
            let session = lying(&case, &board, &columns).unwrap();
            assert_eq!(verifier.verify(&session), Err(Rejection::Bus));
        }
    }
}

/// A public output of one's choice over the honest trace, and over a trace mended as far as rules
/// go.
#[test]
fn outputs_not_bound() {
    let (case, _, verifier) = session("fused");
    let board = case.board();
    for position in [0, 9, 63] {
        let mut claimed_publics = publics(&case);
        let element = &mut claimed_publics[0].elements[position];
        one_off(element, board.circuit.publics[0].range);
        let lied = Lie::of_publics(&board, claimed_publics);
        let session = lie(lied, Setting::Standard, &claimed(&case, "")).unwrap();
        assert_eq!(verifier.verify(&session), Err(Rejection::Bus));
    }
}

/// What the attacker of `soundness.rs` forges in a weakened circuit is refused by the verifier of
/// the true one, though the proof is a proof: of another circuit of the same shape.
#[test]
fn a_proof_of_another_circuit_of_the_same_shape() {
    let case = programs::two_clips().case(1);
    let session = honest(&case, Setting::Standard, "");
    let verifier = Verifier::new(&case, &session);
    assert_eq!(verifier.verify(&session), Ok(()));
    let mut circuit = case.compiled.circuit.clone();
    for op in circuit.components.iter_mut().flat_map(|c| &mut c.ops) {
        if let Op::Gadget(Gadget::Clip(clip)) = op {
            clip.hi += 1;
        }
    }
    let board = case.board_of(circuit);
    let session = lying(&case, &board, &board.trace).unwrap();
    let rejection = verifier.verify(&session);
    assert!(
        matches!(rejection, Err(Rejection::Stark { .. })),
        "{rejection:?}"
    );
}

/// Swap a table, and the preprocessed root, for another of the same size.
#[test]
fn table_identity_taken_from_the_proof() {
    let (case, session, verifier) = session("fused");
    let mut circuit: Circuit = case.compiled.circuit.clone();
    for component in &mut circuit.components {
        if let (Kind::Table(_), Some(Fixed::Values { values, .. })) =
            (&component.kind, component.fixed.get_mut(1))
        {
            values.swap(0, 1);
        }
    }
    let board = decode("fused", 1).board();
    for named in [None, Some(session.statement.preprocessed.clone())] {
        let expected = named.is_some();
        let lied = Lie {
            circuit: &circuit,
            trace: trace(&board.trace),
            publics: publics(&case),
            named,
            claims: &as_they_are,
            interaction: &as_tallied,
        };
        let session = lie(lied, Setting::Standard, &claimed(&case, "")).unwrap();
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

/// Move a value from one claim to another; swap the claims of two components of equal size. The
/// sum stays what it was, and every proof is made for the claims that it states.
#[test]
fn claims_that_cancel_in_the_wrong_place() {
    for plan in PLANS {
        let (case, session, verifier) = session(plan);
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
                circuit: &board.circuit,
                trace: trace(&board.trace),
                publics: publics(&case),
                named: None,
                claims,
                interaction: &as_tallied,
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

/// Refused by what the transcript fixes: no field of the statement differs from what is expected.
fn assert_refused(verifier: &Verifier, session: &Session, what: &str) {
    match verifier.verify(session) {
        Err(
            Rejection::Grinding
            | Rejection::Structure { .. }
            | Rejection::Stark { .. }
            | Rejection::Bus
            | Rejection::Unlucky,
        ) => {}
        other => panic!("{what}: {other:?}"),
    }
}

/// Change each field of the statement alone; change a public tensor alone.
#[test]
fn model_weights_inputs_or_outputs_not_bound() {
    for plan in PLANS {
        let (_, session, verifier) = session(plan);
        assert_eq!(verifier.verify(&session), Ok(()));
        let other = Digest::of("test", b"another");
        type Change<'a> = (&'a str, Box<dyn Fn(&mut Session) + 'a>);
        let changes: Vec<Change<'_>> = vec![
            ("version", Box::new(|s| s.statement.version += 1)),
            ("circuit", Box::new(|s| s.statement.circuit.push('x'))),
            ("program", Box::new(|s| s.statement.program = other)),
            ("parameters", Box::new(|s| s.statement.params[0].1 += 1)),
            (
                "parameters",
                Box::new(|s| s.statement.params[0].0.push('x')),
            ),
            ("parameters", Box::new(|s| drop(s.statement.params.pop()))),
            ("plan", Box::new(|s| s.statement.plan.push('x'))),
            ("part", Box::new(|s| s.statement.part.push('x'))),
            ("tables", Box::new(|s| s.statement.tables[0].1 = other)),
            ("tables", Box::new(|s| s.statement.tables[0].0.push('x'))),
            ("tables", Box::new(|s| s.statement.tables.clear())),
            ("layout", Box::new(|s| s.statement.layout = other)),
            (
                "layout choices",
                Box::new(|s| s.statement.choices.pairs ^= true),
            ),
            (
                "layout choices",
                Box::new(|s| s.statement.choices.digit_bits = Some(8)),
            ),
            (
                "layout choices",
                Box::new(|s| s.statement.choices.contract.push(Strategy::Unrolled)),
            ),
            (
                "preprocessed roots",
                Box::new(|s| s.statement.preprocessed[0] = other),
            ),
            (
                "preprocessed roots",
                Box::new(|s| s.statement.preprocessed.clear()),
            ),
            (
                "security setting",
                Box::new(|s| s.statement.security = "none".into()),
            ),
        ];
        for (name, change) in &changes {
            let mut tampered = session.clone();
            change(&mut tampered);
            match verifier.verify(&tampered) {
                Err(Rejection::Statement { field, .. }) => assert_eq!(field, *name),
                found => panic!("{name}: {found:?}"),
            }
        }

        // Both sides agree on another field: then it is the transcript that differs.
        type Agree<'a> = (&'a str, Box<dyn Fn(&mut Session, &mut Verifier) + 'a>);
        let agreed: Vec<Agree<'_>> = vec![
            (
                "circuit",
                Box::new(|s, v| {
                    s.statement.circuit.push('x');
                    v.circuit.name.push('x');
                }),
            ),
            (
                "program",
                Box::new(|s, v| (s.statement.program, v.program) = (other, other)),
            ),
            (
                "parameters",
                Box::new(|s, v| {
                    s.statement.params[0].1 += 1;
                    v.params[0].1 += 1;
                }),
            ),
            (
                "plan",
                Box::new(|s, v| {
                    s.statement.plan.push('x');
                    v.circuit.plan.push('x');
                }),
            ),
            (
                "part",
                Box::new(|s, v| {
                    s.statement.part.push('x');
                    v.circuit.part.push('x');
                }),
            ),
            (
                "tables",
                Box::new(|s, v| {
                    s.statement.tables[0].1 = other;
                    v.tables[0].1 = other;
                }),
            ),
            (
                "layout",
                Box::new(|s, v| (s.statement.layout, v.layout) = (other, other)),
            ),
            (
                "layout choices",
                Box::new(|s, v| {
                    s.statement.choices.pairs ^= true;
                    v.choices.pairs ^= true;
                }),
            ),
            (
                "roots",
                Box::new(|s, v| {
                    s.statement.preprocessed[0] = other;
                    v.preprocessed[0] = other;
                }),
            ),
            ("context", Box::new(|s, _| s.statement.context.push('x'))),
            (
                "the name of a public tensor",
                Box::new(|s, v| {
                    s.statement.publics[0].name.push('x');
                    v.circuit.publics[0].name.push('x');
                }),
            ),
        ];
        for (name, change) in &agreed {
            let (mut tampered, mut other) = (session.clone(), verifier.clone());
            change(&mut tampered, &mut other);
            assert_refused(&other, &tampered, name);
        }

        // Every element of the public tensor, by one; and out of its range.
        let range = verifier.circuit.publics[0].range;
        for position in 0..session.statement.publics[0].elements.len() {
            let mut tampered = session.clone();
            let element = &mut tampered.statement.publics[0].elements[position];
            *element += if i128::from(*element) < range.hi {
                1
            } else {
                -1
            };
            assert_refused(&verifier, &tampered, "a public element");
        }
        let p = (1 << 31) - 1;
        type Tensor<'a> = Box<dyn Fn(&mut attnc::session::statement::Public) + 'a>;
        let wrong: Vec<Tensor<'_>> = vec![
            Box::new(|t| t.elements[0] = range.hi as i64 + 1),
            // The same field element.
            Box::new(|t| t.elements[0] += p),
            Box::new(|t| t.elements[0] -= p),
            Box::new(|t| t.elements.truncate(1)),
            Box::new(|t| t.elements.push(0)),
            Box::new(|t| t.elements.clear()),
            Box::new(|t| t.shape.swap(0, 1)),
            Box::new(|t| t.shape = vec![u64::MAX, u64::MAX, 2]),
            Box::new(|t| t.shape.clear()),
            Box::new(|t| t.name.clear()),
            Box::new(|t| t.input = true),
        ];
        for change in &wrong {
            let mut tampered = session.clone();
            change(&mut tampered.statement.publics[0]);
            let rejection = verifier.verify(&tampered);
            assert!(
                matches!(rejection, Err(Rejection::Public { .. })),
                "{rejection:?}"
            );
        }
        let mut tampered = session.clone();
        tampered.statement.publics.clear();
        assert!(matches!(
            verifier.verify(&tampered),
            Err(Rejection::File(_))
        ));
        let mut tampered = session.clone();
        tampered.nonce ^= 1;
        assert_refused(&verifier, &tampered, "the nonce");
    }
}

/// Replay a proof under another statement: other inputs, other parameters, another plan.
#[test]
fn public_inputs_or_sizes_not_in_the_transcript() {
    let (_, first, verifier) = session("fused");
    let again = honest(&decode("fused", 2), Setting::Standard, "");
    assert_eq!(
        verifier.verify(&again),
        Ok(()),
        "another input is another true statement"
    );
    let replayed = Session {
        statement: again.statement.clone(),
        ..first.clone()
    };
    assert_refused(&verifier, &replayed, "a proof of other inputs");

    // A verifier of another size, and of the other plan.
    let source = std::fs::read_to_string(format!(
        "{}/../examples/decode.attn",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let sizes = [("heads", 1), ("width", 8), ("steps", 9)];
    let taller = Program::new("decode", &source, &sizes, Some("fused")).case(1);
    let key = Verifier::new(&taller, &honest(&taller, Setting::Standard, ""));
    let rejection = key.verify(&first);
    assert!(
        matches!(
            rejection,
            Err(Rejection::Statement {
                field: "parameters",
                ..
            })
        ),
        "{rejection:?}"
    );
    let mut posing = first.clone();
    let claimed = claimed(&taller, "");
    posing.statement.params = claimed.params;
    posing.statement.layout = claimed.layout;
    posing.statement.preprocessed.clone_from(&key.preprocessed);
    let tensor = &mut posing.statement.publics[0];
    tensor.shape[0] = 9;
    tensor.elements.extend([0; 8]);
    assert_refused(&key, &posing, "a proof of another size");

    let (_, parted, other_plan) = session("sidecar");
    for (proof, key) in [(&first, &other_plan), (&parted, &verifier)] {
        let rejection = key.verify(proof);
        assert!(
            matches!(rejection, Err(Rejection::Statement { field: "plan", .. })),
            "{rejection:?}"
        );
        let mut posing = proof.clone();
        posing.statement.plan.clone_from(&key.circuit.plan);
        posing.statement.part.clone_from(&key.circuit.part);
        posing.statement.layout = key.layout;
        posing.statement.preprocessed.clone_from(&key.preprocessed);
        assert!(matches!(key.verify(&posing), Err(Rejection::File(_))));
    }
}

/// Proofs of two sessions mixed; proofs of one session reordered; one left out, one doubled.
#[test]
fn challenges_not_bound_to_what_was_committed() {
    let case = decode("sidecar", 1);
    let one = honest(&case, Setting::Standard, "one");
    let two = honest(&case, Setting::Standard, "two");
    let verifier = Verifier::new(&case, &one);
    assert_eq!(verifier.verify(&one), Ok(()));
    assert_eq!(verifier.verify(&two), Ok(()));
    for proof in 0..2 {
        let mut mixed = one.clone();
        mixed.proofs[proof] = two.proofs[proof].clone();
        assert_refused(&verifier, &mixed, "proofs of two sessions");
    }
    let mut reordered = one.clone();
    reordered.proofs.reverse();
    assert!(verifier.verify(&reordered).is_err());
    let mut renamed = one.clone();
    renamed.statement = two.statement.clone();
    assert_refused(&verifier, &renamed, "another context");
    let mut named = verifier.clone();
    named.context = Some("two".into());
    let rejection = named.verify(&one);
    assert!(
        matches!(
            rejection,
            Err(Rejection::Statement {
                field: "context",
                ..
            })
        ),
        "{rejection:?}"
    );
    for change in [
        |s: &mut Session| drop(s.proofs.pop()),
        |s: &mut Session| drop(s.proofs.remove(0)),
        |s: &mut Session| s.proofs.clear(),
        |s: &mut Session| s.proofs.push(s.proofs[0].clone()),
        |s: &mut Session| s.proofs.insert(0, s.proofs[1].clone()),
    ] {
        let mut tampered = one.clone();
        change(&mut tampered);
        assert!(matches!(
            verifier.verify(&tampered),
            Err(Rejection::File(_))
        ));
    }
    let mut doubled = one.clone();
    doubled.proofs[1] = doubled.proofs[0].clone();
    assert!(verifier.verify(&doubled).is_err());
    // A key that lacks a root must not leave a proof unread.
    let (mut short, mut posing) = (verifier.clone(), one.clone());
    short.preprocessed.pop();
    posing.statement.preprocessed.pop();
    posing.proofs[1].packed.clear();
    assert!(matches!(short.verify(&posing), Err(Rejection::File(_))));
}

/// Truncated, extended and flipped bytes.
#[test]
fn verifier_loops_over_what_the_proof_contains() {
    let mut random = Random::new(23);
    for plan in PLANS {
        let (_, session, verifier) = session(plan);
        for proof in 0..session.proofs.len() {
            let whole = session.proofs[proof].packed.clone();
            let offer = |bytes: Vec<u8>| {
                let mut tampered = session.clone();
                tampered.proofs[proof].packed = bytes;
                verifier.verify(&tampered)
            };
            let mut lengths = vec![0, 1, 31, 32, 95, 96, 128, whole.len() / 2, whole.len() - 1];
            lengths.extend((0..20).map(|_| random.below(whole.len())));
            for length in lengths {
                let rejection = offer(whole[..length].to_vec());
                assert!(
                    matches!(rejection, Err(Rejection::Structure { .. })),
                    "{length}: {rejection:?}"
                );
            }
            for more in [1, 32, 4096] {
                let mut longer = whole.clone();
                longer.resize(whole.len() + more, 0);
                assert!(matches!(offer(longer), Err(Rejection::Structure { .. })));
            }
            let mut positions: Vec<usize> = (0..150).map(|_| random.below(whole.len())).collect();
            positions.extend([0, 32, 64, 96, whole.len() - 1]);
            for position in positions {
                let mut flipped = whole.clone();
                flipped[position] ^= 1 << random.below(8);
                let rejection = offer(flipped);
                assert!(
                    matches!(
                        rejection,
                        Err(Rejection::Structure { .. }
                            | Rejection::Stark { .. }
                            | Rejection::Grinding)
                    ),
                    "byte {position}: {rejection:?}"
                );
            }
            for fill in [0, 0xff] {
                assert!(offer(vec![fill; whole.len()]).is_err());
            }
        }
    }
}

/// A proof at the `seed` setting offered to a verifier that wants 96 bits.
#[test]
fn weak_parameters_accepted() {
    let case = decode("fused", 1);
    let weak = honest(&case, Setting::Seed, "");
    let mut verifier = Verifier::new(&case, &weak);
    assert_eq!(verifier.verify(&weak), Ok(()));
    verifier.min_security = 96.0;
    let rejection = verifier.verify(&weak);
    assert!(
        matches!(rejection, Err(Rejection::Security { proven: false, .. })),
        "{rejection:?}"
    );
    // It calls itself strong.
    let strong = honest(&case, Setting::Standard, "");
    let mut verifier = Verifier::new(&case, &strong);
    verifier.min_security = 96.0;
    assert_eq!(verifier.verify(&strong), Ok(()));
    let mut posing = weak.clone();
    posing.statement.security = "standard".into();
    assert!(matches!(
        verifier.verify(&posing),
        Err(Rejection::Statement { .. })
    ));
    posing
        .statement
        .preprocessed
        .clone_from(&strong.statement.preprocessed);
    assert_refused(&verifier, &posing, "a weak proof under a strong name");
}

/// What the attacker forges without lookups is refused by a real verifier, as the bus.
#[test]
fn a_forged_session_is_refused() {
    let program = programs::gadgets()
        .into_iter()
        .find(|program| program.name == "floor")
        .unwrap();
    let case = program.case(1);
    let board = case.board();
    let mut attacker = Attacker::new(&board);
    attacker.lookups_checked = false;
    let verifier = Verifier::new(&case, &honest(&case, Setting::Standard, ""));
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
            let lied = Lie {
                circuit: &board.circuit,
                trace: trace(&columns),
                publics: claimed_publics,
                named: None,
                claims: &as_they_are,
                interaction: &as_tallied,
            };
            let session = lie(lied, Setting::Standard, &claimed(&case, "")).unwrap();
            assert_eq!(verifier.verify(&session), Err(Rejection::Bus), "{place:?}");
            lies += 1;
            if lies == 5 {
                break 'all;
            }
        }
    }
    assert!(lies > 0);
}
