//! What proofs tell of what they do not state (spec 9.1). In the order of what whoever asks has in hand:
//!
//! - a finished proof, and what every verifier has: `attack`; two proofs of one input: `fresh`;
//! - proofs with the verifier's coins fixed, of two inputs with one statement: `views`, by exact linear
//!   algebra; what no linear relation shows: `derivative`;
//! - lies of provers who hide: `refused`, and `lifted` for Stwo's lifted trees.
//!
//! `programs` has what is proved, `opened` reads a proof's bytes, `coins` fixes the verifier's, and `hull`
//! is the linear algebra.

mod attack;
mod coins;
mod derivative;
mod fresh;
mod hull;
mod lifted;
mod opened;
mod programs;
mod refused;
mod views;
