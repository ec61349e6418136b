//! What is said to people, and the doors through which text of strangers comes and goes. Under all
//! other rooms; knows nothing of programs.
//!
//! - [`Diagnostic`]: one error as plain data; all that knows codespan.
//! - [`explanation`]: what is to be said of each code: the page of errors, compiled in.
//! - [`visible`]: text from outside as a terminal, a page or JSON may show it.
//! - [`json`]: the one way JSON is read.

pub mod explanation;
pub mod json;
mod message;
pub mod visible;

pub use message::*;
