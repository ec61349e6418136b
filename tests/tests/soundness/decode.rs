//! Honest sessions of the two plans of `decode`, hiding and not, with a verifier's own side of them, for
//! what is changed in them.

use attnc::session::prove::Session;
use attnc::session::security::Setting;
use attnc::session::verify::Rejection;

use crate::common::programs::{self, Case};
use crate::common::session::{claimed, honest, lie, lie_whatever, Lie, Verifier};

/// A plan, and whether its proofs hide.
#[derive(Clone, Copy, Debug)]
pub struct Way(pub &'static str, pub bool);

pub const WAYS: [Way; 4] = [
    Way("fused", false),
    Way("sidecar", false),
    Way("fused", true),
    Way("sidecar", true),
];

pub fn decode(Way(plan, hides): Way, seed: u64) -> Case {
    let program = programs::decode(plan);
    program.mode(Setting::Standard, hides).case(seed)
}

pub fn session(way: Way) -> (Case, Session, Verifier) {
    let case = decode(way, 1);
    let session = honest(&case, case.at(Setting::Standard), "");
    let verifier = Verifier::new(&case, &session);
    (case, session, verifier)
}

/// Refused by what the transcript fixes: no field of the statement differs from what is expected.
pub fn assert_refused(verifier: &Verifier, session: &Session, what: &str) {
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

/// A lie that breaks the bus and nothing else is refused: claims do not cancel; where a proof states none,
/// Stwo's own prover sees that its sum does not close, and from a prover who does not look the verifier does.
pub fn assert_off_balance<'a>(
    case: &Case,
    verifier: &Verifier,
    lied: impl Fn() -> Lie<'a>,
    what: &str,
) {
    let (setting, claimed) = (case.at(Setting::Standard), claimed(case, ""));
    let silent = case.hides && !case.compiled.circuit.is_linked();
    match lie(lied(), setting, &claimed) {
        Some(session) if !silent => {
            assert_eq!(verifier.verify(&session), Err(Rejection::Bus), "{what}");
        }
        None if silent => {
            let session = lie_whatever(lied(), setting, &claimed);
            let verdict = verifier.verify(&session);
            assert!(
                matches!(verdict, Err(Rejection::Stark { .. })),
                "{what}: {verdict:?}"
            );
        }
        made => panic!("{what}: {}", made.is_some()),
    }
}
