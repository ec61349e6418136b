//! A source text as it is to be laid out (spec 2.10): blanks, ends of lines and empty lines are changed,
//! tokens and comments never.
//!
//! - `trivia`: what stands between tokens. `document`: what can be laid out in several ways.
//! - `printer`: tokens, lists, blocks; `line`: what has lines of its own, `align`: which of these have a sign in
//!   one column.
//! - `expression`, `plan`, `test_block`, `item`: what is printed with them, rule by rule.

mod align;
mod document;
mod expression;
mod item;
mod line;
mod plan;
mod printer;
mod test_block;
#[cfg(test)]
mod tests;
mod trivia;

use crate::diagnostic::Diagnostic;
use crate::syntax::foreign;
use crate::syntax::parse;
use crate::syntax::scan;
pub use document::WIDTH;
use printer::Printer;
use trivia::Trivia;

/// The text of a program, or of a file of definitions, laid out. To lay that out again changes nothing.
///
/// # Errors
/// As [`parse::parse`]: what is not well formed is not touched.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let words = scan::tokens(source);
    let pair = match words.iter().any(|token| token.text == "circuit") {
        true => parse::program(source)?,
        false => parse::library(source)?,
    };
    let print = |alone: &dyn Fn(&str) -> bool| {
        let trivia = Trivia::of(source, &pair, alone);
        let mut printer = Printer { trivia, depth: 0 };
        let text = printer.text(&pair).rendered();
        assert!(printer.trivia.is_empty(), "a comment is lost");
        text
    };
    let mut text = print(&|_| false);
    // On one line with a definition, a comment that is a name is refused as a division.
    if foreign::division(&text).is_some() {
        text = print(&foreign::divisors(source));
    }
    let printed = scan::tokens(&text);
    let same = words
        .iter()
        .map(|token| token.text)
        .eq(printed.iter().map(|token| token.text));
    assert!(same, "the formatter changes a token");
    Ok(text)
}
