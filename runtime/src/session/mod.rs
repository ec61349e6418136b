//! The protocol (spec 5 to 7 and 9): one session proves one plan.
//!
//! ```text
//! Circuit -fill-> Trace -prove-> proof -verify-> verdict
//! ```
//!
//! - [`statement`]: what is proved, and its digests. [`security`], [`account`]: the parameters, and
//!   what they are worth.
//! - [`challenges`], [`air`]: what both sides draw, and the constraints that they read from a row.
//! - `trace`, `bus`, `prove`: the prover. [`verify`]: the verifier, which cannot see it.
//! - [`pack`], [`replay`], [`shape`]: a proof's bytes, and what Stwo must find in them; `bits`: runs of
//!   bits in them.
//! - `shared`: the steps of both sides; `version`: what is said of a format that is not read.

pub mod account;
pub mod air;
mod bits;
#[cfg(feature = "prove")]
pub mod bus;
pub mod challenges;
pub mod pack;
#[cfg(feature = "prove")]
pub mod prove;
pub mod replay;
pub mod security;
pub mod shape;
mod shared;
pub mod statement;
#[cfg(feature = "prove")]
pub mod trace;
pub mod verify;
pub(crate) mod version;

pub use shared::*;
