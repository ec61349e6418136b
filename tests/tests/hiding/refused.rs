//! Lies of provers who hide, and layouts that cannot.

use attnc::session::prove::{prove, prove_trace, public_tensors, ProveError, Session};
use attnc::session::security::Setting;
use attnc::session::trace::fill;
use attnc::session::verify::Rejection;
use attnc_compiler::meaning::eval::evaluate;
use num_traits::One;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;

use crate::common::programs::Case;
use crate::common::session::{claimed, honest, Verifier};
use crate::programs::{product, vote};

fn hiding() -> Setting {
    Setting::Seed.hiding()
}

fn ballots(least_bits: Option<u32>) -> Case {
    vote(&[], least_bits).case(&[&[3, 9, 0, 7]])
}

fn products(plan: &'static str) -> Case {
    product(plan, Some(5)).case(&[&[1, 2], &[4, 3]])
}

/// The honest session of a case, and who has accepted it.
fn accepted(case: &Case) -> (Session, Verifier) {
    let session = honest(case, hiding(), "");
    let verifier = Verifier::new(case, &session);
    assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
    (session, verifier)
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
        let mut session = honest(&case, setting.plain(), "");
        let verifier = Verifier::new(&case, &session);
        session.statement.security = setting.name();
        match verifier.verify(&session) {
            Err(Rejection::Statement { field, .. }) => assert_eq!(field, "security setting"),
            verdict => panic!("{verdict:?}"),
        }
    }
}

#[test]
fn totals_of_linked_proofs_are_bound() {
    let case = products("two");
    let (session, verifier) = accepted(&case);
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
        let (mut session, verifier) = accepted(&case);
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
        let (mut session, verifier) = accepted(&case);
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
