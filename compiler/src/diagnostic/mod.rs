//! What is said to people, and the doors through which text of strangers comes and goes. Under all
//! other rooms; knows nothing of programs.
//!
//! - `message`: [`Diagnostic`], one error as plain data; `text`: what its [`Span`]s point into.
//! - `sources`: the texts of one program, those that it uses included.
//! - `render`: errors for a terminal, and all that knows codespan; `located`: for JSON.
//! - `suggest`: what a misspelt name was to be.
//! - [`explanation`]: what is to be said of each code: the page of errors, compiled in.
//! - [`visible`]: text from outside as a terminal, a page or JSON may show it.
//! - [`json`]: the one way JSON is read.

pub mod explanation;
pub mod json;
mod located;
mod message;
mod render;
mod sources;
mod suggest;
mod text;
pub mod visible;

pub use located::{located, Located, LocatedEdit, LocatedFix, LocatedLabel};
pub use message::{Diagnostic, Edit, Fix, Label, Span, PLAN_TEXT};
pub use render::{render, render_texts};
pub use sources::{texts, Source, Sources, UsedText};
pub use suggest::suggest;
pub use text::{line_and_column, Text};
