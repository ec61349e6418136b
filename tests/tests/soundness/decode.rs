//! Honest sessions of the two plans of `decode`, hiding and not, with a verifier's own side of them, for
//! what is changed in them.

use attnc::session::prove::Session;
use attnc::session::security::Setting;
use attnc::session::verify::Rejection;

use crate::common::hidden::{Closes, Hidden};
use crate::common::programs::{self, Case};
use crate::common::session::{
    accepted, claimed, lie, lie_whatever, off_balance, states_nothing, Lie, Verifier,
};

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
    let (session, verifier) = accepted(&case, case.at(Setting::Standard));
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

/// Whether a proof at `setting` is refused for its bus.
pub fn is_off_balance(case: &Case, setting: Setting, verdict: &Result<(), Rejection>) -> bool {
    let circuit = &case.compiled.circuit;
    let found = verdict.as_ref().err();
    found.is_some_and(|rejection| off_balance(circuit, case.at(setting), rejection))
}

/// A lie that breaks the bus and nothing else is refused. Of a proof that states no claim, Stwo's own prover
/// sees that S does not close where its verifier expects; it sees nothing where S runs up to the true total,
/// stated or not.
pub fn assert_off_balance<'a>(
    case: &Case,
    verifier: &Verifier,
    lied: impl Fn() -> Lie<'a>,
    what: &str,
) {
    let (setting, claimed) = (case.at(Setting::Standard), claimed(case, ""));
    let closing = |closes| Lie {
        hidden: Hidden {
            closes,
            ..Hidden::HONEST
        },
        ..lied()
    };
    if states_nothing(&case.compiled.circuit, setting) {
        assert!(lie(lied(), setting, &claimed).is_none(), "{what}");
        let session = lie_whatever(lied(), setting, &claimed);
        let verdict = verifier.verify(&session);
        assert!(
            is_off_balance(case, Setting::Standard, &verdict),
            "{what}: {verdict:?}"
        );
        let session = lie(closing(Closes::Stated), setting, &claimed).expect(what);
        let verdict = verifier.verify(&session);
        let refused = matches!(verdict, Err(Rejection::File(_)));
        assert!(refused, "{what}: {verdict:?}");
    }
    let session = lie(closing(Closes::Truly), setting, &claimed).expect(what);
    let verdict = verifier.verify(&session);
    assert!(
        is_off_balance(case, Setting::Standard, &verdict),
        "{what}: {verdict:?}"
    );
}
