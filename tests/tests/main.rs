//! Tests that compile, prove and verify, in one binary: what they share is compiled and linked once. A folder's
//! tests are run by its name: `cargo test --workspace --test circuits soundness`.
//!
//! - `language`, before anything is proved; `lsp`, its server;
//! - `plans` and `proofs`, honest ones; `hiding`, what they tell;
//! - `soundness`, what nobody can prove; `damaged`, files that are none.
//!
//! `common` is what they share.

mod common;
mod damaged;
mod hiding;
mod language;
mod lsp;
mod plans;
mod proofs;
mod soundness;
