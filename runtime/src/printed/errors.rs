//! What is wrong, as `--json` has it (spec 8.5).

use attnc_compiler::diagnostic::{located, texts, Diagnostic, Text, UsedText};
use serde_json::{json, Value};

use crate::library::error::Error;

/// An error that has no place in a program.
pub fn message(message: &str, hint: Option<&str>) -> Value {
    let hints: Vec<&str> = hint.into_iter().collect();
    json!({ "errors": [{ "message": message, "hints": hints }] })
}

/// Errors of a program, of the texts that it uses, and of a plan that is given as a text.
pub fn of_program(
    file: &str,
    source: &str,
    used: &[UsedText],
    plan: Option<&str>,
    diagnostics: &[Diagnostic],
) -> Value {
    json!({ "errors": located(diagnostics, &all(file, source, used, plan)) })
}

/// The texts that errors point into.
pub fn all<'a>(
    file: &'a str,
    source: &'a str,
    used: &'a [UsedText],
    plan: Option<&'a str>,
) -> Vec<Text<'a>> {
    let mut all = texts(file, source, used);
    all.extend(plan.map(Text::plan));
    all
}

/// Whatever went wrong.
pub fn object(error: &Error) -> Value {
    match error {
        Error::Program(errors) => of_program(
            &errors.file,
            &errors.source,
            &errors.used,
            errors.plan.as_deref(),
            &errors.diagnostics,
        ),
        Error::Refused {
            message: what,
            hint,
        } => message(what, hint.as_deref()),
        Error::Bug(what) => message(what, Some(BUG)),
        other => message(&other.summary(), None),
    }
}

/// What is said of an error that is attnc's own.
pub const BUG: &str = "this is a bug of attnc: please report it with the program and its input";
