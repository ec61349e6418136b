//! The map of the house. attnc's compiler is pure: no IO, no cryptography.
//!
//! ```text
//! source -parse-> Ast -check-> Graph -partition-> Plan -lay_out-> Circuit
//! ```
//!
//! - [`diagnostic`]: one plain-data error; all that knows codespan.
//! - [`ast`], [`parse`], [`print`]: what was written, from text and back to canonical text.
//! - [`graph`], [`check`]: what it means: typed dataflow over named indices with integer intervals.
//! - [`validate`], [`dataflow`], [`graph_print`]: a graph's invariants, who reads whom, its printout.
//! - [`table`], [`real`]: compile-time evaluation of tables in arbitrary precision.
//! - [`eval`]: the reference meaning over the integers, in the words of [`tensor`], [`space`]
//!   and [`rounding`].

pub mod ast;
pub mod check;
pub mod dataflow;
pub mod diagnostic;
pub mod eval;
pub mod graph;
pub mod graph_print;
pub mod parse;
pub mod print;
pub mod real;
pub mod rounding;
mod scan;
pub mod space;
pub mod table;
pub mod tensor;
pub mod validate;
