//! Components: one row each, in a sealed vocabulary, and what crosses between them.
//!
//! ```text
//! Part -lay_out-> Circuit -row-> one description, read by prover, verifier, counts and audit
//! ```
//!
//! - [`row`], [`gadgets`]: the vocabulary that every row is written in, and what is built of it.
//! - [`Circuit`], [`Component`], [`Op`]: component instances, row counts, fixed columns.
//! - [`choices`]: the decisions of a layout; [`layout`]: which values share a component.
//! - [`crossing`]: what crosses between components, and what that costs; [`ledger`]: which place of
//!   the source a column or send is there for.
//! - [`print`]: how a circuit prints itself.

pub mod choices;
mod component;
pub mod crossing;
pub mod gadgets;
pub mod layout;
pub mod ledger;
pub mod print;
pub mod row;

pub use component::*;
