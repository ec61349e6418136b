//! Honest sessions of the two plans of `decode` with a verifier's own side of them, for what is
//! changed in them.

use attnc::session::prove::Session;
use attnc::session::security::Setting;
use attnc::session::verify::Rejection;

use crate::common::programs::{self, Case};
use crate::common::session::{honest, Verifier};

pub const PLANS: [&str; 2] = ["fused", "sidecar"];

pub fn decode(plan: &'static str, seed: u64) -> Case {
    programs::decode(plan).case(seed)
}

pub fn session(plan: &'static str) -> (Case, Session, Verifier) {
    let case = decode(plan, 1);
    let session = honest(&case, Setting::Standard, "");
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
