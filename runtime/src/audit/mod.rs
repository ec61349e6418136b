//! The audit of a user's own circuit: a malicious prover at every place that it has.
//!
//! ```text
//! Circuit, evaluation -Board-> honest trace -attacks-> Findings
//! Session             -edits-> verifier      -------> Findings
//! ```
//!
//! Attacks on the trace ([`traces`]) need no proof: [`mirror`] reads every rule and what every row
//! puts on the bus exactly, so where it accepts, a proof would verify. [`attack`] changes cells and
//! mends all that follows from them. Attacks on the statement, the claims and the bytes
//! ([`sessions`]) are made on one real proof, before the real verifier.
//!
//! In the order in which they use each other: `kind`, `findings`, [`random`], [`mirror`], [`board`],
//! [`attack`], [`traces`] and [`sessions`]; `findings` names cells, and knows no board.

pub mod attack;
pub mod board;
mod findings;
mod kind;
pub mod mirror;
pub mod random;
pub mod sessions;
pub mod traces;

pub use findings::{Cell, Findings, Output, Survivor, Tally, SHOWN};
pub use kind::{Kind, Options};
