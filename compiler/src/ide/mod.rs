//! What an editor asks of a text, as pure functions of it: places are bytes, and nothing is said of a protocol.
//!
//! ```text
//! text -Document::of-> names, even of a broken text;  -analyse-> Facts, where nothing is wrong
//! ```
//!
//! - [`symbols`]: the names that a text defines, and what each means at a place; `collect`, `reads`: how they are
//!   found in a tree; [`document`]: a text with its tree and its names.
//! - [`facts`]: what the checked program knows of each name.
//! - [`words`]: the functions and words of the language, explained.
//! - [`hover`], [`complete`], [`signature`], [`outline`], [`highlight`], [`hints`], [`rename`]: one question each.

mod collect;
pub mod complete;
pub mod document;
pub mod facts;
pub mod highlight;
pub mod hints;
pub mod hover;
pub mod outline;
mod reads;
pub mod rename;
pub mod signature;
pub mod symbols;
#[cfg(test)]
mod tests;
pub mod words;
