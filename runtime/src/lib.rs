//! Statement, trace, proof and verdict of circuits that `attnc-compiler` lays out.
//!
//! ```text
//! Circuit -fill-> Trace -prove-> Proof -verify-> verdict
//! ```
//!
//! Rooms, in the order of the way; each imports only from those before it:
//!
//! - [`session`]: the protocol: statement, transcript, AIR, trace, bus, prove, verify, account.
//! - [`files`]: what goes in and how it is written down: inputs, keys, proofs; all writing.
//! - [`price`]: what a session would cost, and the setting that a security floor is met with.
//! - [`claim`]: what proofs show together.
//! - [`laboratory`]: what was measured, and how it is drawn.
//! - `audit`: a user's own circuit, attacked.
//!
//! Then the binary's room, whose map is in `main.rs`.
//!
//! The verifier builds without the feature `prove`.

#[cfg(feature = "prove")]
pub mod audit;
pub mod claim;
pub mod files;
pub mod laboratory;
pub mod price;
pub mod session;
