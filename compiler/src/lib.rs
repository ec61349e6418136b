//! The map of the house. attnc's compiler is pure: no IO, no cryptography.
//!
//! ```text
//! source -parse-> Ast -check-> Graph -partition-> Plan -lay_out-> Circuit
//! ```
//!
//! - [`diagnostic`]: one plain-data error; all that knows codespan.
//! - [`ast`], [`parse`]: what was written.
//! - [`graph`], [`check`]: what it means: typed dataflow over named indices with integer intervals.
//! - [`table`]: compile-time evaluation of tables in arbitrary precision.
//! - [`eval`]: the reference meaning over the integers.

pub mod ast;
pub mod diagnostic;
pub mod eval;
pub mod graph;
pub mod real;
pub mod rounding;
pub mod space;
pub mod table;
pub mod tensor;
