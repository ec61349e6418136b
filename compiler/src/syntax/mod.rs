//! What was written: source text to syntax tree and back, without a notion of what it means.
//!
//! ```text
//! text -scan-> -parse-> Ast -expand-> Ast without definitions -print-> canonical text
//! ```
//!
//! - [`ast`]: the tree. [`parse`]: all that knows pest. `print`: the canonical text, which digests
//!   are of. `format`: a text as it was written, laid out.
//! - [`expand`]: calls of definitions as what they stand for, and the files that a program uses.
//! - `words`: the functions of the language; `libraries`: the definitions that ship with it. `scan`: what is
//!   asked of a text before it is parsed, and its pieces; `foreign`: words and signs of other languages.

pub mod ast;
pub mod expand;
pub(crate) mod foreign;
pub mod format;
pub(crate) mod libraries;
pub mod parse;
pub(crate) mod print;
pub(crate) mod scan;
pub(crate) mod words;
