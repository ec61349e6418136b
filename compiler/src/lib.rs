//! The map of the house. attnc's compiler is pure: no IO, no cryptography.
//!
//! ```text
//! source -parse-> Ast -check-> Graph -partition-> Plan -lay_out-> Circuit
//! ```
//!
//! - [`diagnostic`]: one plain-data error; all that knows codespan.
//! - [`ast`], [`parse`], `scan`, `print`: what was written; `parse` is all that knows pest.
//! - [`graph`], `space`: what it means: typed dataflow over named indices with integer intervals.
//! - [`table`], `real`, [`rounding`]: compile-time evaluation of tables in arbitrary precision.
//! - [`eval`], [`tensor`]: the reference meaning over the integers.
//! - [`plan`], [`cost`]: which values share a proof, and what proofs weigh.
//! - [`layout`], `builder`: which values share a component, and how the rest crosses.
//! - [`circuit`]: component instances, row counts, fixed columns.
//! - [`row`], [`gadgets`]: the vocabulary that every row is written in.

pub mod ast;
mod builder;
pub mod circuit;
pub mod cost;
pub mod diagnostic;
pub mod eval;
pub mod gadgets;
pub mod graph;
pub mod layout;
pub mod parse;
pub mod plan;
pub mod print;
pub mod real;
pub mod rounding;
pub mod row;
mod scan;
pub mod space;
pub mod table;
pub mod tensor;
