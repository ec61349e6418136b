//! What was written: source text to syntax tree and back, without a notion of what it means.
//!
//! ```text
//! text -scan-> -parse-> Ast -print-> canonical text
//! ```
//!
//! - [`ast`]: the tree. [`parse`]: all that knows pest. `print`: the canonical text, which digests
//!   are of.
//! - `scan`: what is asked of a text before it is parsed, and its pieces; `foreign`: words and signs
//!   of other languages.

pub mod ast;
pub(crate) mod foreign;
pub mod parse;
pub(crate) mod print;
mod scan;
