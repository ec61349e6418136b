//! `attnc audit` catches a verifier that was weakened on purpose, and finds nothing at a whole one.

use attnc::audit::sessions::{self, Verifier as Offered};
use attnc::audit::{Findings, Kind};
use attnc::files::proof::{encode, Envelope};
use attnc::session::prove::{ProofPart, Session};
use attnc::session::security::Setting;
use num_traits::Zero;
use stwo::core::fields::qm31::SecureField;

use super::audit::{of_kind, OPTIONS};
use crate::common::programs::{self, Case};
use crate::common::session::{honest, Verifier};

/// The audit of a real session before a verifier that `session` and `file` may weaken.
fn tampered(
    session: impl Fn(&Session, &Session) -> Session + Sync,
    file: impl Fn(&[u8], usize) -> Vec<u8> + Sync,
) -> Findings {
    tampered_of(&programs::decode("sidecar").case(1), session, file)
}

pub fn tampered_of(
    case: &Case,
    session: impl Fn(&Session, &Session) -> Session + Sync,
    file: impl Fn(&[u8], usize) -> Vec<u8> + Sync,
) -> Findings {
    let circuit = &case.compiled.circuit;
    let honest = honest(case, case.at(Setting::Standard), "");
    let mut verifier = Verifier::new(case, &honest);
    verifier.min_security = 96.0;
    let length = encode(&honest.statement, circuit, honest.nonce, &honest.parts()).len();
    let accepts = |offered: &Session| verifier.verify(&session(offered, &honest)).is_ok();
    let reads = |bytes: &[u8]| {
        let bytes = file(bytes, length);
        let Ok(envelope) = Envelope::open(&bytes) else {
            return false;
        };
        let (Ok(statement), Ok((nonce, parts))) =
            (envelope.statement(circuit), envelope.session(circuit))
        else {
            return false;
        };
        let proofs = parts.into_iter().map(|part| ProofPart {
            claims: part.claims,
            packed: part.packed.to_vec(),
        });
        let session = Session {
            statement,
            nonce,
            proofs: proofs.collect(),
        };
        verifier.verify(&session).is_ok()
    };
    assert!(accepts(&honest));
    let offered = Offered {
        session: &accepts,
        file: &reads,
    };
    sessions::attack(circuit, &honest, &offered, OPTIONS, &|_| ())
}

pub fn as_offered(offered: &Session, _: &Session) -> Session {
    offered.clone()
}

pub fn as_read(bytes: &[u8], _: usize) -> Vec<u8> {
    bytes.to_vec()
}

#[test]
fn the_verifier_refuses_everything() {
    let sidecar = programs::decode("sidecar").modes(Setting::Standard);
    let alone = programs::two_clips().hiding(Setting::Standard);
    for program in sidecar.into_iter().chain([alone]) {
        let case = program.case(1);
        let found = tampered_of(&case, as_offered, as_read);
        assert_eq!(found.survivors, [], "{}", case.name);
        // Linked proofs that hide state a total each; one that stands alone states none.
        let states = !case.hides || case.compiled.circuit.is_linked();
        let claims = found.tallies.get(&Kind::Claims).map_or(0, |it| it.tried);
        assert_eq!(claims > 0, states, "{}: {claims}", case.name);
        for kind in [Kind::Statement, Kind::File] {
            assert!(found.tallies[&kind].tried >= 40, "{}: {kind}", case.name);
        }
    }
}

#[test]
fn a_verifier_that_only_adds_claims_up() {
    let sum = |session: &Session| {
        let claims = session.proofs.iter().flat_map(|proof| &proof.claims);
        claims.fold(SecureField::zero(), |sum, &claim| sum + claim)
    };
    let found = tampered(
        |offered, honest| {
            let mut seen = offered.clone();
            if sum(offered) == sum(honest) && seen.proofs.len() == honest.proofs.len() {
                for (proof, own) in seen.proofs.iter_mut().zip(&honest.proofs) {
                    proof.claims.clone_from(&own.claims);
                }
            }
            seen
        },
        as_read,
    );
    assert!(!of_kind(&found, Kind::Claims).is_empty());
}

#[test]
fn a_verifier_that_does_not_look_at_outputs() {
    let found = tampered(
        |offered, honest| {
            let mut seen = offered.clone();
            seen.statement.publics.clone_from(&honest.statement.publics);
            seen
        },
        as_read,
    );
    let survivors = of_kind(&found, Kind::Statement);
    assert!(survivors.iter().any(|it| it.what.starts_with("element")));
}

#[test]
fn a_verifier_that_reads_no_further_than_it_must() {
    let found = tampered(as_offered, |bytes, length| {
        bytes[..bytes.len().min(length)].to_vec()
    });
    let survivors = of_kind(&found, Kind::File);
    assert!(survivors
        .iter()
        .any(|it| it.what.contains("after the file's end")));
}
