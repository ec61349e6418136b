//! What can go wrong when a program is evaluated on an assignment.

use std::fmt;

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::Interval;

/// A point of an index space with its indices' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Point(pub Vec<(String, i64)>);

/// What a range is of that a value leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranged {
    Value,
    Hint,
    /// A state, declared at `span`, which the value called `by` replaces, or which begins with it.
    State {
        by: String,
        span: Span,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalError {
    InputCount {
        expected: usize,
        found: usize,
    },
    InputShape {
        name: String,
        span: Span,
        expected: Vec<usize>,
        found: Vec<usize>,
    },
    InputRange {
        name: String,
        span: Span,
        at: Vec<usize>,
        value: i64,
        range: Interval,
    },
    TableSize {
        name: String,
        span: Span,
        expected: usize,
        found: usize,
    },
    TableRange {
        /// `f(3)`
        entry: String,
        span: Span,
        value: i64,
        range: Interval,
    },
    Assertion {
        span: Span,
        at: Point,
        left: i128,
        right: i128,
        /// It asserts that they are equal.
        equal: bool,
        /// The hints that it depends on.
        hints: Vec<String>,
        /// It is of what is known when the key is made.
        known: bool,
    },
    ValueRange {
        name: String,
        span: Span,
        at: Point,
        value: i64,
        range: Interval,
        of: Ranged,
    },
    Overflow {
        span: Span,
        at: Point,
    },
    Divisor {
        span: Span,
        at: Point,
        value: i128,
    },
    /// A `max` or `min` whose condition holds nowhere on this input.
    NoTerm {
        span: Span,
        at: Point,
    },
    /// A `max` or `min` over no elements.
    Empty {
        span: Span,
        at: Point,
    },
    OutsideTable {
        name: String,
        span: Span,
        at: Point,
        argument: i64,
        domain: Interval,
    },
    /// A subscript that is known only when the program runs.
    Subscript {
        span: Span,
        at: Point,
        value: i64,
        range: Interval,
    },
}

impl fmt::Display for Point {
    /// ` at t = 3, h = 0`, or nothing for a space without indices.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, (name, value)) in self.0.iter().enumerate() {
            let before = if k == 0 { " at" } else { "," };
            write!(f, "{before} {name} = {value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InputCount { expected, found } => {
                write!(
                    f,
                    "the program has {expected} inputs, but {found} are given"
                )
            }
            Self::InputShape {
                name,
                expected,
                found,
                ..
            } => {
                write!(
                    f,
                    "input `{name}` must have the shape {expected:?}, but has {found:?}"
                )
            }
            Self::InputRange {
                name,
                at,
                value,
                range,
                ..
            } => {
                write!(f, "`{name}{at:?}` is {value}, outside its range {range}")
            }
            Self::TableSize {
                name,
                expected,
                found,
                ..
            } => {
                write!(
                    f,
                    "table `{name}` must have {expected} entries, but has {found}"
                )
            }
            Self::TableRange {
                entry,
                value,
                range,
                ..
            } => {
                write!(f, "`{entry}` is {value}, outside the table's range {range}")
            }
            Self::Assertion {
                at,
                left,
                right,
                equal,
                ..
            } => {
                let relation = if *equal { "not" } else { "less than" };
                write!(f, "an assertion fails{at}: {left} is {relation} {right}")
            }
            Self::ValueRange {
                name,
                at,
                value,
                range,
                of: Ranged::State { by, .. },
                ..
            } => write!(
                f,
                "`{by}` is {value}{at}, outside the range {range} of the state `{name}`"
            ),
            Self::ValueRange {
                name,
                at,
                value,
                range,
                ..
            } => {
                write!(f, "`{name}` is {value}{at}, outside its range {range}")
            }
            Self::Overflow { at, .. } => write!(f, "a number beyond what is evaluated{at}"),
            Self::NoTerm { at, .. } => write!(f, "the extreme of no terms at all{at}"),
            Self::Empty { at, .. } => write!(f, "the extreme of no elements{at}"),
            Self::Divisor { at, value, .. } => write!(f, "a division by {value}{at}"),
            Self::Subscript {
                at, value, range, ..
            } => write!(f, "a subscript is {value}{at}, outside {range}"),
            Self::OutsideTable {
                name,
                at,
                argument,
                domain,
                ..
            } => write!(
                f,
                "`{name}` is looked up at {argument}{at}, outside its domain {domain}"
            ),
        }
    }
}

impl std::error::Error for EvalError {}

impl From<EvalError> for Diagnostic {
    fn from(error: EvalError) -> Self {
        let message = error.to_string();
        let (code, label, hint) = match &error {
            EvalError::InputCount { .. } => (
                "E080",
                None,
                "give one tensor for each input of the program",
            ),
            EvalError::InputShape { span, .. } => (
                "E080",
                Some((*span, "its shape is declared here")),
                "give the tensor in this shape, or set the parameters to its sizes",
            ),
            EvalError::InputRange { span, .. } => (
                "E081",
                Some((*span, "its range is declared here")),
                "clip or quantize the tensor, or declare a wider range",
            ),
            EvalError::TableSize { span, .. } => (
                "E082",
                Some((*span, "its domain is declared here")),
                "give one entry for each number of the domain, lowest first; of several arguments the last runs fastest",
            ),
            EvalError::TableRange { span, .. } => (
                "E083",
                Some((*span, "its range is declared here")),
                "change the entry, or declare a wider range",
            ),
            EvalError::Assertion {
                span, known, hints, ..
            } => (
                "E084",
                Some((*span, "asserted here")),
                match (known, hints.is_empty()) {
                    (true, _) => "no key is made of such elements: give others, or assert less",
                    (false, true) => "no proof exists for this input",
                    (false, false) => "no proof exists for this input with these hints",
                },
            ),
            EvalError::ValueRange {
                span,
                of: Ranged::State { .. },
                ..
            } => (
                "E085",
                Some((*span, "it is taken in here")),
                "no proof exists for this input; clip it, or declare a wider range for the state",
            ),
            EvalError::ValueRange {
                span,
                of: Ranged::Hint,
                ..
            } => (
                "E085",
                Some((*span, "the hint declares its range here")),
                "what stands after its `=` is put there: let it lie in the range, `clip(..., lo, hi)`, or \
                 declare a wider one",
            ),
            EvalError::ValueRange { span, .. } => (
                "E085",
                Some((*span, "its range is declared here")),
                "no proof exists for this input; declare a wider range if it should",
            ),
            EvalError::NoTerm { span, .. } => (
                "E086",
                Some((*span, "its condition holds nowhere")),
                "no proof exists for this input: let the condition hold somewhere",
            ),
            // The checker has shown these away; they have no code of their own.
            EvalError::Overflow { span, .. }
            | EvalError::Divisor { span, .. }
            | EvalError::Empty { span, .. }
            | EvalError::Subscript { span, .. }
            | EvalError::OutsideTable { span, .. } => (
                "bug",
                Some((*span, "evaluated here")),
                "the program should have been refused: please report this",
            ),
        };
        let mut diagnostic = Diagnostic::new(code, message).hint(hint);
        if let Some((span, label)) = label {
            diagnostic = diagnostic.at(span, label);
        }
        match &error {
            EvalError::ValueRange {
                of: Ranged::State { span, .. },
                ..
            } => diagnostic.also(*span, "the state and its range"),
            EvalError::Assertion { hints, .. } if !hints.is_empty() => {
                let hints: Vec<String> = hints.iter().map(|hint| format!("`{hint}`")).collect();
                diagnostic.hint(format!(
                    "it depends on {}: what stands after the `=` of a hint is put there, and another number \
                     may satisfy it",
                    hints.join(", ")
                ))
            }
            _ => diagnostic,
        }
    }
}
