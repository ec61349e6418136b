//! What was written: source text to syntax tree and back, without a notion of what it means.
//!
//! ```text
//! text -scan-> -parse-> Ast -print-> canonical text
//! ```
//!
//! - [`ast`]: the tree. [`parse`]: all that knows pest. [`print`]: the canonical text, which digests
//!   are of.

pub mod ast;
pub mod parse;
pub mod print;
mod scan;
