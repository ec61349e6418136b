//! What is shown beside the text though it is not written: the intervals of values.

use super::document::Document;
use super::facts::Facts;
use crate::syntax::ast::{Define, Item, Loop, Statement};

/// An interval, shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Behind the left side of a definition.
    pub at: usize,
    pub text: String,
}

/// The interval of each value that declares none, behind its name and subscripts.
pub fn intervals(document: &Document, facts: &Facts) -> Vec<Hint> {
    let mut hints = Vec::new();
    let Some(ast) = &document.ast else {
        return hints;
    };
    let mut each = |define: &Define| {
        if define.range.is_some() {
            return;
        }
        let Some(fact) = facts.at(define.name.span) else {
            return;
        };
        // Before the `=` of the definition.
        let left = document
            .text
            .get(define.name.span.end..define.expr.span.start);
        let Some(equals) = left.and_then(equals) else {
            return;
        };
        let left = document.text[define.name.span.end..define.name.span.end + equals].trim_end();
        hints.push(Hint {
            at: define.name.span.end + left.len(),
            text: format!(": {}", fact.interval),
        });
    };
    let defs = ast.defs.iter().flat_map(|def| &def.body);
    for item in ast.items.iter().chain(defs) {
        if let Item::Statement(statement) = item {
            defines(statement, &mut each);
        }
    }
    hints.sort_by_key(|hint| hint.at);
    hints
}

/// The last `=` that defines: behind subscripts, which may compare.
fn equals(left: &str) -> Option<usize> {
    let mut found = left.rmatch_indices('=').map(|(at, _)| at);
    found.find(|at| {
        let before = left[..*at].chars().next_back();
        !before.is_some_and(|c| "<>=!.".contains(c)) && !left[at + 1..].starts_with('=')
    })
}

fn defines(statement: &Statement, each: &mut impl FnMut(&Define)) {
    match statement {
        Statement::Define(define) => each(define),
        Statement::Step(Loop { body, .. })
        | Statement::Layer(Loop { body, .. })
        | Statement::For(Loop { body, .. }) => body.iter().for_each(|it| defines(it, each)),
        Statement::Append { .. } | Statement::Assert(_) | Statement::State(_) => {}
    }
}
