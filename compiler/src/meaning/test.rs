//! A test against what its program means: what it gives, and what it expects (spec 2.9).
//!
//! What is expected is computed as the program's own values are: each side of a comparison becomes a
//! definition at the end of the circuit, so that one grammar, one checker and one evaluator say what
//! it is.
//!
//! - `form`: what is asked of a test before its program is looked at; `shape`: what a name of the program
//!   has. `give`: tensors; `expect`: those definitions, with a `gate` for what is looked at and without tensors
//!   that are `partial` and indices that are `unread`; `examine`: what came of them.

mod examine;
mod expect;
mod form;
mod gate;
mod give;
mod partial;
mod shape;
#[cfg(test)]
mod tests;
mod unread;

use crate::diagnostic::Diagnostic;
use crate::meaning::graph::Graph;
use crate::meaning::tensor::Tensor;
use crate::syntax::ast::{Ast, Item, Test, TestLine};

pub use examine::{Examined, Mismatch, Unmet};
pub use expect::Expected;
pub use form::{draws, malformed, settings, Draws};

/// A tensor that a test gives, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub what: Giver,
    pub tensor: Tensor,
}

/// Whose elements a test gives, by its position among its like in the graph: all tables count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    Input(usize),
    Fixed(usize),
    Table(usize),
}

/// What a test says, for a program with the parameters that it sets.
#[derive(Clone, Debug)]
pub struct Said {
    pub given: Vec<Given>,
    pub expected: Vec<Expected>,
    /// What stands at the end of the circuit, for what is expected.
    pub items: Vec<Item>,
}

/// Whether an error is the one that a test asks for.
pub fn is_asked_for(test: &Test, error: &Diagnostic) -> bool {
    test.fails.as_ref().is_some_and(|fails| {
        let part = fails.part.as_ref();
        error.code == fails.code.text && part.is_none_or(|part| error.message.contains(&part.text))
    })
}

/// That a test that is to fail fails with other errors.
pub fn other_error(test: &Test, errors: &[Diagnostic]) -> Option<Diagnostic> {
    let fails = test.fails.as_ref()?;
    let found = errors.first()?.code;
    let label = match (&fails.part, found == fails.code.text) {
        (Some(part), true) => format!("it does not say `{}`", part.text),
        _ => format!("it is {found}"),
    };
    let what = format!("`{}` fails with another error", test.name.text);
    Some(Diagnostic::new("E122", what).at(fails.code.span, label))
}

/// What a test says of a checked program.
///
/// # Errors
/// E079 to E083 of what is given, E120 of what is expected.
pub fn said(ast: &Ast, graph: &Graph, test: &Test) -> Result<Said, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let given = give::given(ast, graph, test).unwrap_or_else(|wrong| {
        errors.extend(wrong);
        Vec::new()
    });
    let (mut expected, mut items) = (Vec::new(), Vec::new());
    for line in &test.lines {
        let TestLine::Expect(expect) = line else {
            continue;
        };
        match expect::lowered(ast, graph, expect, expected.len() + 1) {
            Ok((one, made)) => {
                expected.push(one);
                items.extend(made);
            }
            Err(wrong) => errors.extend(wrong),
        }
    }
    match errors.is_empty() {
        true => Ok(Said {
            given,
            expected,
            items,
        }),
        false => Err(errors),
    }
}
