//! Lies of provers who hide, and layouts that cannot.

use std::ops::ControlFlow;

use attnc::files::key::Identity;
use attnc::files::proof::encode;
use attnc::session::prove::{prove, prove_trace, public_tensors, ProveError};
use attnc::session::security::Setting;
use attnc::session::trace::fill;
use attnc::session::verify::Rejection;
use attnc::{Demands, Inputs, Key, Options, Program, Proof};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::plan::partition;
use attnc_compiler::plan::text::choose;
use attnc_compiler::{analyse, lay_out_part};
use num_traits::One;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;

use super::programs::{product, vote};
use crate::common::programs::Case;
use crate::common::session::{accepted, claimed, honest, lie, publics, Lie, Verifier};

fn hiding() -> Setting {
    Setting::Seed.hiding()
}

fn ballots(least_bits: Option<u32>) -> Case {
    vote(&[], least_bits).case(&[&[3, 9, 0, 7]])
}

fn products(plan: &'static str) -> Case {
    product(plan, Some(5)).case(&[&[1, 2], &[4, 3]])
}

#[test]
fn a_layout_with_too_few_rows_for_masks() {
    for (least_bits, setting) in [
        (None, Setting::Seed),
        (Some(6), Setting::Standard),
        (Some(7), Setting::Fast),
    ] {
        let case = ballots(least_bits);
        let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
        let circuit = &case.compiled.circuit;
        let setting = setting.hiding();
        let proved = prove(circuit, &evaluation, setting, &claimed(&case, ""));
        assert!(matches!(proved, Err(ProveError::Layout)), "{setting}");
        // Nor is one read that says so.
        let made = match least_bits {
            None => Setting::Seed,
            Some(_) => hiding(),
        };
        let mut session = honest(&case, made, "");
        let verifier = Verifier::new(&case, &session);
        session.statement.security = setting.name();
        match verifier.verify(&session) {
            Err(Rejection::Statement { field, .. }) => assert_eq!(field, "security setting"),
            verdict => panic!("{verdict:?}"),
        }
    }
}

/// A layout with rows for masks is proved with masks: whoever sees the key knows that its proofs hide.
#[test]
fn a_proof_that_does_not_hide_of_a_layout_that_does() {
    let case = ballots(Some(5));
    let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
    let circuit = &case.compiled.circuit;
    let proved = prove(circuit, &evaluation, Setting::Seed, &claimed(&case, ""));
    assert!(matches!(proved, Err(ProveError::Layout)));
    // A liar's, which is sound.
    let board = case.board();
    let plain = Lie::of_publics(&board, publics(&case));
    let session = lie(plain, Setting::Seed, &claimed(&case, "")).unwrap();
    match Verifier::new(&case, &session).verify(&session) {
        Err(Rejection::Statement {
            field, expected, ..
        }) => {
            assert_eq!(field, "security setting");
            assert!(expected.contains("proofs that hide"), "{expected}");
        }
        verdict => panic!("{verdict:?}"),
    }
}

/// A plan says that its proofs hide, another's prover lays it out for such that do not: no key is made for it,
/// neither by the verifier of its program nor from a file.
#[test]
fn a_plan_that_hides_laid_out_without_masks() {
    let source = "circuit twice(n = 3) {
        private input x[n] : 0..8
        public output y[n]
        y[i in n] = 2 * x[i]
        plan secret { hiding proof all: * }
    }";
    let program = Program::check("twice.attn", source, &[]).unwrap();
    let inputs = Inputs::parse(&program, br#"{"x": [1, 2, 3]}"#).unwrap();
    let layout = program.lay_out(&Options::default()).unwrap();
    let watch = |_: attnc::Progress<'_>| ControlFlow::Continue(());
    let hidden = attnc::Prover::new(&layout)
        .prove(&inputs, "", &watch)
        .unwrap();
    let known = |proof: &Proof| match Key::for_proof(&program, None, proof).unwrap() {
        Ok(key) => attnc::verify(&key, proof, &Demands::default())
            .map(drop)
            .map_err(|rejected| rejected.reason),
        Err(rejected) => Err(rejected.reason),
    };
    assert_eq!(known(&hidden), Ok(()));

    let (ast, graph) = analyse(source, &[]).unwrap();
    let mut part = partition(&graph, &choose(&ast, &graph, None).unwrap())
        .unwrap()
        .only()
        .unwrap();
    part.hiding = false;
    let compiled = lay_out_part(&ast, &graph, part, &Choices::default()).unwrap();
    let evaluation = program.run(&inputs).unwrap();
    let claimed = Identity::of(&compiled).claimed(String::new());
    let made = prove(
        &compiled.circuit,
        evaluation.evaluation(),
        Setting::Standard,
        &claimed,
    );
    let session = made.unwrap().session;
    let parts = session.parts();
    let file = encode(&session.statement, &compiled.circuit, session.nonce, &parts);
    let said = known(&Proof::of_files(vec![file])).unwrap_err();
    assert!(said.contains("the plan says `hiding`"), "{said}");

    let text = Key::make(&layout).to_json();
    let plain = text.replace(" least=8", "");
    assert_ne!(text, plain);
    let said = Key::parse(plain.as_bytes()).err().unwrap().to_string();
    assert!(said.contains("the plan says `hiding`"), "{said}");
}

#[test]
fn totals_of_linked_proofs_are_bound() {
    let case = products("two");
    let (session, verifier) = accepted(&case, hiding());
    let claims: Vec<Vec<SecureField>> = session.proofs.iter().map(|it| it.claims.clone()).collect();
    let [[first], [second]] =
        [0, 1].map(|proof| <[_; 1]>::try_from(claims[proof].clone()).unwrap());
    let one = SecureField::one();
    let edited = |claims: [Vec<SecureField>; 2]| {
        let mut session = session.clone();
        for (part, claims) in session.proofs.iter_mut().zip(claims) {
            part.claims = claims;
        }
        verifier.verify(&session)
    };
    assert_eq!(edited([vec![first], vec![second]]), Ok(()));
    // What they add up to stays as it is.
    for claims in [[first + one, second - one], [second, first]] {
        match edited(claims.map(|total| vec![total])) {
            Err(Rejection::Structure { .. } | Rejection::Stark { .. }) => {}
            verdict => panic!("{verdict:?}"),
        }
    }
    for claims in [
        [vec![], vec![second]],
        [vec![first], vec![]],
        [vec![], vec![]],
        [vec![first, second], vec![]],
        [vec![first], vec![second - one, one]],
    ] {
        assert!(matches!(edited(claims), Err(Rejection::File(_))));
    }
}

#[test]
fn a_proof_that_stands_alone_has_no_total() {
    for case in [ballots(Some(5)), products("one")] {
        let (mut session, verifier) = accepted(&case, hiding());
        assert!(session.proofs[0].claims.is_empty());
        for total in [SecureField::one(), SecureField::one() - SecureField::one()] {
            session.proofs[0].claims = vec![total];
            assert!(matches!(verifier.verify(&session), Err(Rejection::File(_))));
        }
    }
}

#[test]
fn another_output_is_refused() {
    for case in [ballots(Some(5)), products("one"), products("two")] {
        let (mut session, verifier) = accepted(&case, hiding());
        session.statement.publics[0].elements[0] += 1;
        assert!(verifier.verify(&session).is_err(), "{}", case.name);
        // Nor is there a proof that is made for it.
        let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
        let circuit = &case.compiled.circuit;
        let mut publics = public_tensors(circuit, &evaluation);
        publics[0].elements[0] += 1;
        let trace = fill(circuit, &evaluation).unwrap();
        let proved = prove_trace(circuit, trace, publics, hiding(), &claimed(&case, ""));
        assert!(matches!(proved, Err(ProveError::Bus)), "{}", case.name);
    }
}

/// In every column of every component, and of every proof.
#[test]
fn another_cell_is_refused() {
    for case in [ballots(Some(5)), products("two")] {
        let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
        let circuit = &case.compiled.circuit;
        let components = circuit.components.iter().enumerate();
        let columns = components.flat_map(|(number, component)| {
            let columns = 0..component.count.columns;
            columns.map(move |column| (number, column))
        });
        for (number, column) in columns {
            let mut trace = fill(circuit, &evaluation).unwrap();
            trace.columns[number][column][0] += BaseField::one();
            let publics = public_tensors(circuit, &evaluation);
            let proved = prove_trace(circuit, trace, publics, hiding(), &claimed(&case, ""));
            match proved {
                Err(ProveError::Constraints | ProveError::Bus) => {}
                Err(error) => panic!("{}: {error}", case.name),
                Ok(_) => panic!("{}: column {column} of {number}", case.name),
            }
        }
    }
}
