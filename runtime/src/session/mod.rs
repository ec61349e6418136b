//! The protocol (spec 5 to 7 and 9): one session proves one plan.
//!
//! ```text
//! Circuit -fill-> Trace -prove-> proof -verify-> verdict
//! ```
//!
//! In the order in which they use each other:
//!
//! - [`statement`]: what is proved, and its digests. [`security`]: the parameters.
//! - [`challenges`], [`air`]: what both sides draw, and the constraints that they read from a row.
//! - `hiding`: what a proof that hides has besides.
//! - `scheme`, `transcript`: what a setting means for each proof, and the steps that both sides
//!   share. `account`: what all of it is worth.
//! - [`shape`], [`replay`], [`pack`]: a proof's bytes, and what Stwo must find in them. `bits` and
//!   `pack_error` are under them, and under the statement's bytes.
//! - `rejection`: why a proof is refused. [`verify`]: the verifier, which cannot see the prover.
//! - `trace`, `bus`, `prove`: the prover. `version`: what is said of a format that is not read.

pub mod account;
pub mod air;
mod bits;
#[cfg(feature = "prove")]
pub mod bus;
pub mod challenges;
pub mod hiding;
pub mod pack;
mod pack_error;
#[cfg(feature = "prove")]
pub mod prove;
mod rejection;
pub mod replay;
mod scheme;
pub mod security;
pub mod shape;
pub mod statement;
#[cfg(feature = "prove")]
pub mod trace;
mod transcript;
pub mod verify;
pub(crate) mod version;

pub use account::account;
pub use scheme::{claims, features, Scheme};
pub use transcript::{
    absorb_claims, balance, bus_degree, draw, fork, public_terms, session_pow_bits,
};
