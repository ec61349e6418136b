//! What is said of a program, of its layouts and of proofs: objects, as `--json` prints them (spec 8.5),
//! and words for people. The command line prints it, and the web page shows it.
//!
//! - [`title`], `glimpse`: names with sizes, and tensors, in a line. [`statement`], [`security`]: what a
//!   proof states, and what it is worth.
//! - [`program`]: what a program computes; [`publishes`]: what its plans make public.
//! - [`choices`]: why a layout is as it is; [`layout`]: what it weighs.
//! - [`test`]: what came of a test.
//! - [`verdict`]: what verified proofs show, or why one is refused.
//! - [`errors`]: what is wrong; [`explanation`]: what an error means.

pub mod choices;
pub mod errors;
pub mod explanation;
mod glimpse;
pub mod layout;
pub mod program;
pub mod publishes;
pub mod security;
pub mod statement;
pub mod test;
pub mod title;
pub mod verdict;
