//! What a session took: times, and the bytes of its proofs.

use std::time::Duration;

use attnc_compiler::choice::cost::Breakdown;

use super::session::Session;
use crate::session::pack::Proof;

/// What one proof of a session takes.
#[derive(Clone, Debug)]
pub struct Measured {
    pub breakdown: Breakdown,
    pub(super) stark: Proof,
}

impl Measured {
    /// Length of `serde_json` of `{"stark_proof": ...}`: what published figures count.
    pub fn json_bytes(&self) -> usize {
        json_bytes(&self.stark)
    }

    /// Stwo's own estimate of the proof's bytes.
    pub fn size_estimate(&self) -> usize {
        self.stark.size_estimate()
    }
}

/// Times of a session's stages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// What the circuit's [`Prover`](super::Prover) took to make; zero if it was there.
    pub setup: Duration,
    pub fill: Duration,
    pub commit: Duration,
    pub grind: Duration,
    pub bus: Duration,
    pub stark: Duration,
}

impl Times {
    /// All stages together.
    pub fn total(&self) -> Duration {
        self.setup + self.fill + self.commit + self.grind + self.bus + self.stark
    }
}

/// A session with what it took.
pub struct Proved {
    pub session: Session,
    pub measured: Vec<Measured>,
    pub times: Times,
}

/// Bytes of the JSON form that published figures count.
fn json_bytes(proof: &Proof) -> usize {
    #[derive(serde::Serialize)]
    struct Published<'a> {
        stark_proof: &'a Proof,
    }
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, &Published { stark_proof: proof }) {
        Ok(()) => counter.0,
        Err(error) => unreachable!("a proof serialises: {error}"),
    }
}
