//! From source text to tree; with its submodules, and `format`, all that knows pest.
//!
//! - `grammar`: the grammar, and how its pairs are read. `expression`, `plan`, `test_block`, `tree`: what
//!   they become. `left`: what is well formed of the rest; `explain`, `expected`,
//!   `hint`, `tested`: what is said if they do not; `recover`: what can be read all the same; `next`: what could stand
//!   behind a text that is not finished.

mod expected;
mod explain;
mod expression;
mod grammar;
mod hint;
mod left;
mod next;
mod plan;
mod recover;
mod test_block;
mod tested;
#[cfg(test)]
mod tests;
mod tree;

use pest::iterators::{Pair, Pairs};
use pest::Parser;

use crate::diagnostic::{Diagnostic, PLAN_TEXT};
use crate::syntax::ast::{Ast, Library, Plan};
use crate::syntax::foreign;
use crate::syntax::scan;
pub use crate::syntax::scan::{decode, MAX_NESTING, MAX_OPERATORS, MAX_SOURCE};
pub use explain::RESERVED;
use grammar::Grammar;
pub(super) use grammar::Rule;
pub use left::Lost;
pub use next::{next, Next};
pub use recover::{is_program, recover, Recovered, Written};

/// The tree of a program (spec 2).
///
/// # Errors
/// E001 or E002 for a text over the limits of [`MAX_SOURCE`], [`MAX_NESTING`] and
/// [`MAX_OPERATORS`], E005 for a control character; otherwise E003, one for each piece of the text
/// that is not well formed.
pub fn parse(source: &str) -> Result<Ast, Vec<Diagnostic>> {
    program(source).map(tree::ast)
}

/// A program that is not well formed: what is wrong with it, and what can be read of it.
#[derive(Clone, Debug)]
pub struct Broken {
    pub errors: Vec<Diagnostic>,
    /// Its tree without the items that cannot be read; nothing if its brackets or its head are wrong.
    pub rest: Option<Box<(Ast, Lost)>>,
}

/// As [`parse`]; of a program that is not well formed also its other items, with their places.
///
/// # Errors
/// As [`parse`].
pub fn parse_most(source: &str) -> Result<Ast, Broken> {
    scan::limits(source).map_err(|error| Broken {
        errors: vec![error],
        rest: None,
    })?;
    let error = match (
        foreign::division(source),
        Grammar::parse(Rule::program, source),
    ) {
        (None, Ok(pairs)) => return Ok(tree::ast(only(pairs))),
        (Some(error), _) => Ok(error),
        (None, Err(failure)) => Err(failure),
    };
    // They are looked at once, for what is wrong with them and for what is left.
    let unread = left::unreadable(source);
    let rest = left::rest(source, &unread).map(Box::new);
    let errors = match error {
        Ok(error) => vec![error],
        Err(failure) => explain::program_errors(source, &failure, unread),
    };
    Err(Broken { errors, rest })
}

/// The definitions of a file that a program uses (spec 2.8).
///
/// # Errors
/// As [`parse`].
pub fn parse_library(source: &str) -> Result<Library, Vec<Diagnostic>> {
    library(source).map(tree::library)
}

/// The tokens of a program by the rules of the grammar, with the errors of [`parse`].
pub(super) fn program(source: &str) -> Result<Pair<'_, Rule>, Vec<Diagnostic>> {
    pairs(source, Rule::program, explain::program_errors)
}

/// Those of a file of definitions, with the errors of [`parse_library`].
pub(super) fn library(source: &str) -> Result<Pair<'_, Rule>, Vec<Diagnostic>> {
    pairs(source, Rule::library, explain::library_errors)
}

fn pairs(
    source: &str,
    rule: Rule,
    explain: impl Fn(&str, &left::Failure, Vec<left::Unread<'_>>) -> Vec<Diagnostic>,
) -> Result<Pair<'_, Rule>, Vec<Diagnostic>> {
    scan::limits(source).map_err(|error| vec![error])?;
    if let Some(error) = foreign::division(source) {
        return Err(vec![error]);
    }
    match Grammar::parse(rule, source) {
        Ok(pairs) => Ok(only(pairs)),
        Err(error) => Err(explain(source, &error, left::unreadable(source))),
    }
}

fn only(mut pairs: Pairs<'_, Rule>) -> Pair<'_, Rule> {
    match pairs.next() {
        Some(pair) => pair,
        None => unreachable!("a parse that succeeds gives its rule"),
    }
}

/// What keeps a text that was printed from being read again: its size, or how deep it nests.
pub(crate) fn limits(source: &str) -> Result<(), Diagnostic> {
    scan::limits(source)
}

/// The plan whose body is `text`; spans are from [`PLAN_TEXT`] on. It has no name.
///
/// # Errors
/// E002 for a text over the limits of [`MAX_NESTING`] and [`MAX_OPERATORS`]; E003 for one that is
/// not well formed.
pub fn parse_plan(text: &str) -> Result<Plan, Diagnostic> {
    scan::limits(text).map_err(|error| error.moved(PLAN_TEXT))?;
    let pairs =
        Grammar::parse(Rule::plan_text, text).map_err(|error| explain::plan_error(text, &error))?;
    Ok(plan::given(text, only(pairs)))
}
