//! What is wrong, as a Python exception.

use attnc_compiler::diagnostic::{located, render_texts, texts, visible, Diagnostic, Text};
use pyo3::exceptions::{PyKeyboardInterrupt, PyOSError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::words::{hint_in_python, in_python};

static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// An `attnc.Error`: `errors` is JSON, all there is to say of each.
fn new(
    message: &str,
    code: Option<&str>,
    hints: Vec<String>,
    rendered: &str,
    errors: &str,
) -> PyErr {
    Python::attach(|py| {
        let class = CLASS.get_or_try_init(py, || {
            let module = py.import("attnc._errors")?;
            let class = module.getattr("Error")?.cast_into::<PyType>()?;
            Ok::<_, PyErr>(class.unbind())
        });
        let made = class.and_then(|class| {
            class
                .bind(py)
                .call1((message, code, hints, rendered, errors))
        });
        made.map_or_else(|error| error, PyErr::from_value)
    })
}

/// What has no place in a program; it may quote a stranger's file.
pub fn refused(message: &str, hint: Option<String>) -> PyErr {
    let message = &in_python(&visible::line(message));
    let hint = hint.and_then(|hint| hint_in_python(&visible::line(&hint)));
    let rendered = match &hint {
        Some(hint) => format!("{message}: {hint}"),
        None => message.to_string(),
    };
    new(message, None, hint.into_iter().collect(), &rendered, "[]")
}

/// The exception of an error of attnc.
pub fn raised(error: attnc::Error) -> PyErr {
    match &error {
        attnc::Error::Program(errors) => {
            let mut texts = texts(&errors.file, &errors.source, &errors.used);
            texts.extend(errors.plan.as_deref().map(|plan| Text {
                name: "plan",
                ..Text::plan(plan)
            }));
            let said: Vec<Diagnostic> = errors.diagnostics.iter().map(said).collect();
            let shown = serde_json::to_string(&located(&said, &texts));
            let messages: Vec<&str> = said.iter().map(|error| error.message.as_str()).collect();
            new(
                &visible::line(&messages.join("; ")),
                said.first().map(|error| error.code),
                said.iter().flat_map(|error| error.hints.clone()).collect(),
                &render_texts(&said, &texts, false),
                &shown.unwrap_or_else(|_| "[]".into()),
            )
        }
        attnc::Error::File { error: inner, .. } => match inner.raw_os_error() {
            Some(number) => PyOSError::new_err((number, error.summary())),
            None => PyOSError::new_err(error.summary()),
        },
        attnc::Error::Cancelled => PyKeyboardInterrupt::new_err(()),
        attnc::Error::Refused { message, hint } => refused(message, hint.clone()),
        _ => refused(&error.summary(), None),
    }
}

/// An error of a program in Python's words.
fn said(error: &Diagnostic) -> Diagnostic {
    Diagnostic {
        message: in_python(&error.message),
        hints: error
            .hints
            .iter()
            .filter_map(|hint| hint_in_python(hint))
            .collect(),
        ..error.clone()
    }
}
