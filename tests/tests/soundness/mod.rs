//! Soundness: nothing but what the program says can be proved. In the order of what an attacker has in
//! hand:
//!
//! - traces, read by an exact checker: `witnesses`, their `controls`, `random_programs`;
//! - proofs of lies: `liars`, `sums` for what only proofs that hide have, `contraction_lies` and `folds` for
//!   evaluated sums, `picks`, `cases` for published defects before a `court`, `blocks` for components in parts,
//!   `lifted` for Stwo's lifted trees;
//! - finished proofs: `tampered`; other weights than the key's: `fixed`;
//! - `attnc audit`, which does the same to a user's circuit: `audit`, `audit_verifiers`.
//!
//! `contraction` holds that both ways to prove a sum prove the same; `decode` has the sessions that
//! several of these change.

mod audit;
mod audit_verifiers;
mod blocks;
mod carried;
mod cases;
mod contraction;
mod contraction_lies;
mod controls;
mod court;
mod decode;
mod filters;
mod fixed;
mod folds;
mod gadgets;
mod liars;
mod lifted;
mod picks;
mod random_programs;
mod sums;
mod tampered;
mod witnesses;
