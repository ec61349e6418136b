//! What goes wrong, in the user's words and with the places where it does.

use std::fmt;
use std::path::{Path, PathBuf};

use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::diagnostic::{
    render_texts, texts, Diagnostic, Span, Text, UsedText, PLAN_TEXT,
};

use crate::files::key::KeyError;

/// Why something could not be done.
///
/// ```
/// let error = attnc::Program::check("vote.attn", "circuit vote { output y }", &[]).unwrap_err();
/// assert!(error.to_string().contains("vote.attn:1"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with a program, its parameters, its plan, or what it is given.
    Program(Errors),
    /// A file cannot be read or written.
    File {
        path: PathBuf,
        /// `read` or `write`.
        doing: &'static str,
        error: std::io::Error,
    },
    /// A file or some bytes are no key for this attnc.
    Key(KeyError),
    /// What was asked for cannot be had: what, and what to do instead.
    Refused {
        message: String,
        hint: Option<String>,
    },
    /// A challenge hit a pole, by chance: prove again with another context.
    Unlucky,
    /// There is no proof, by a bug of attnc.
    Bug(String),
    /// The one who watched the progress of a proof ended it.
    Cancelled,
}

/// Errors of one program, each with a code, labels and hints.
#[derive(Debug)]
pub struct Errors {
    /// The file, as it was named.
    pub file: String,
    pub source: String,
    /// The texts that it uses.
    #[doc(hidden)]
    pub used: Vec<UsedText>,
    /// The plan that was given as a text, if the errors are of one.
    pub plan: Option<String>,
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
}

impl Errors {
    /// As a terminal without colours shows them, each with its line of the source.
    pub fn rendered(&self) -> String {
        let mut texts = texts(&self.file, &self.source, &self.used);
        texts.extend(self.plan.as_deref().map(Text::plan));
        render_texts(&self.diagnostics, &texts, false)
    }

    /// Whether an error is of a place in a plan's text.
    fn points_into_plan(&self) -> bool {
        let mut labels = self.diagnostics.iter().filter_map(|e| e.primary.as_ref());
        labels.any(|label| is_of_plan(label.span))
    }
}

/// Whether a place is one of a plan that is given as a text.
#[doc(hidden)]
pub fn is_of_plan(span: Span) -> bool {
    (PLAN_TEXT..2 * PLAN_TEXT).contains(&span.start)
}

impl Error {
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::Refused {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Refused { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    pub(crate) fn file(path: &Path, doing: &'static str, error: std::io::Error) -> Self {
        Self::File {
            path: path.to_path_buf(),
            doing,
            error,
        }
    }

    /// The same, of errors of a plan that is given as a text.
    pub(crate) fn of_plan(mut self, text: &str) -> Self {
        if let Self::Program(errors) = &mut self {
            errors.plan = Some(text.to_string());
        }
        self
    }

    /// Errors of a layout are of the plan's text only where a label points into it.
    pub(crate) fn where_it_points(self, text: Option<&str>) -> Self {
        match (&self, text) {
            (Self::Program(errors), Some(text)) if errors.points_into_plan() => self.of_plan(text),
            _ => self,
        }
    }

    /// Its messages in one line.
    pub fn summary(&self) -> String {
        match self {
            Self::Program(errors) => {
                let each = errors.diagnostics.iter().map(|e| e.message.as_str());
                each.collect::<Vec<_>>().join("; ")
            }
            Self::File { path, doing, error } => {
                format!("cannot {doing} {}: {error}", path.display())
            }
            Self::Key(error) => error.to_string(),
            Self::Refused { message, .. } => message.clone(),
            Self::Unlucky => "a challenge hit a pole; prove again with another --context".into(),
            Self::Bug(what) => what.clone(),
            Self::Cancelled => "the proof was cancelled".into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(errors) => f.write_str(&errors.rendered()),
            Self::Refused {
                message,
                hint: Some(hint),
            } => f.write_str(&line(&format!("{message}: {hint}"))),
            other => f.write_str(&line(&other.summary())),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(error),
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}
