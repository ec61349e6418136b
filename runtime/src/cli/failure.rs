//! How a command ends when it does not end well: an exit status, and what to say.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use attnc::printed::errors;
use attnc::Error;
use attnc_compiler::diagnostic::explanation::explanation;
use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::diagnostic::{render_texts, Diagnostic, UsedText};
use clap::builder::styling::{AnsiColor, Style};
use serde_json::Value;

use crate::cli::color::colored;
use crate::cli::output;

/// The answer is no.
const NO: u8 = 1;
/// The question was wrong.
const MISUSE: u8 = 2;
/// attnc is.
const BUG: u8 = 101;

/// As clap has its own errors.
const RED: Style = AnsiColor::Red.on_default().bold();

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    what: What,
}

#[derive(Debug)]
enum What {
    Message {
        message: String,
        hint: Option<String>,
    },
    Program {
        file: String,
        source: String,
        used: Vec<UsedText>,
        /// The plan that was given as a text, if the errors are of one.
        plan: Option<String>,
        diagnostics: Vec<Diagnostic>,
    },
    /// Everything is said.
    Nothing,
}

impl Failure {
    pub fn misuse(message: impl Into<String>) -> Self {
        Self::message(MISUSE, message.into())
    }

    pub fn no(message: impl Into<String>) -> Self {
        Self::message(NO, message.into())
    }

    /// The same as a no: what was asked for was right, and what it is about is not.
    pub fn answered(mut self) -> Self {
        if self.exit == MISUSE {
            self.exit = NO;
        }
        self
    }

    /// A panic, which said `what`.
    pub fn bug(what: &str) -> Self {
        Self::message(BUG, format!("this is a bug of attnc: {what}"))
            .hint("please report it, with the command and the files that it read")
    }

    fn message(exit: u8, message: String) -> Self {
        let hint = None;
        let what = What::Message { message, hint };
        Self { exit, what }
    }

    /// A no that has been printed already.
    pub fn said() -> Self {
        Self {
            exit: NO,
            what: What::Nothing,
        }
    }

    /// A failure that has been printed: nothing is left but how the command ends.
    pub fn told(&self) -> Self {
        Self {
            exit: self.exit,
            what: What::Nothing,
        }
    }

    /// Of several that have been printed, how the command ends: with misuse if any is.
    pub fn of_all(told: Vec<Self>) -> Result<(), Self> {
        match told.into_iter().max_by_key(|failure| failure.exit) {
            Some(worst) => Err(worst),
            None => Ok(()),
        }
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path, verb: &str, error: &std::io::Error) -> Self {
        Self::misuse(format!("cannot {verb} {}: {error}", path.display()))
    }

    /// Asks whether a file can be written, before the work for it is done.
    #[cfg(feature = "prove")]
    pub fn unless_writable(path: &Path) -> Result<(), Self> {
        attnc::files::probe(path).map_err(|error| Self::file(path, "write", &error))
    }

    /// Says what to do; after what is said already.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        match &mut self.what {
            What::Message {
                hint: Some(hint), ..
            } => *hint = format!("{hint}; {}", text.into()),
            What::Message { hint, .. } => *hint = Some(text.into()),
            What::Program { diagnostics, .. } => {
                if let Some(last) = diagnostics.last_mut() {
                    last.hints.push(text.into());
                }
            }
            What::Nothing => {}
        }
        self
    }

    /// Says what the message is about.
    #[cfg(feature = "prove")]
    pub fn before(mut self, what: &str) -> Self {
        if let What::Message { message, .. } = &mut self.what {
            *message = format!("{what}: {message}");
        }
        self
    }

    /// Names the file that the failure is about, if it does not yet.
    #[cfg(feature = "prove")]
    pub fn about(mut self, path: &Path) -> Self {
        let path = path.display().to_string();
        let message = match &mut self.what {
            What::Message { message, .. } => Some(message),
            What::Program { diagnostics, .. } => {
                diagnostics.first_mut().map(|error| &mut error.message)
            }
            What::Nothing => None,
        };
        if let Some(message) = message.filter(|message| !message.contains(&path)) {
            *message = format!("{path}: {message}");
        }
        self
    }

    /// Errors of a program, of its parameters and plan, or of what it is given.
    pub fn program(file: &str, source: &str, diagnostics: Vec<Diagnostic>) -> Self {
        // E012: parameters set on the command line; E078 to E083: input files; E100: the plan.
        let given =
            |code: &str| code == "E012" || ("E078"..="E083").contains(&code) || code == "E100";
        let misuse = diagnostics.iter().all(|error| given(error.code));
        Self {
            exit: if misuse { MISUSE } else { NO },
            what: What::Program {
                file: file.to_string(),
                source: source.to_string(),
                used: Vec::new(),
                plan: None,
                diagnostics,
            },
        }
    }

    /// What is wrong, as the list that `--json` has of it; nothing if everything is said.
    pub fn errors(&self) -> Option<Value> {
        self.object().map(|mut object| object["errors"].take())
    }

    fn object(&self) -> Option<Value> {
        match &self.what {
            What::Message { message, hint } => Some(errors::message(message, hint.as_deref())),
            What::Program {
                file,
                source,
                used,
                plan,
                diagnostics,
            } => Some(errors::of_program(
                file,
                source,
                used,
                plan.as_deref(),
                diagnostics,
            )),
            What::Nothing => None,
        }
    }

    /// Says it: on standard error, or as JSON on standard output.
    pub fn report(self, json: bool) -> ExitCode {
        if json {
            if let Some(object) = self.object() {
                // Nobody is left to tell if this fails.
                let _ = output::json(&object.to_string());
            }
        } else {
            match self.what {
                What::Message { message, hint } => {
                    let hint = hint.map(|hint| format!("  hint: {}\n", line(&hint)));
                    let hint = hint.unwrap_or_default();
                    let mut stderr = std::io::stderr();
                    let error = match colored(stderr.is_terminal()) {
                        true => format!("{RED}error:{RED:#}"),
                        false => "error:".to_string(),
                    };
                    let text = format!("{error} {}\n{hint}", line(&message));
                    // Nobody is left to tell if this fails.
                    let _ = stderr.write_all(text.as_bytes());
                }
                What::Program {
                    file,
                    source,
                    used,
                    plan,
                    diagnostics,
                } => {
                    let mut stderr = std::io::stderr();
                    let color = colored(stderr.is_terminal());
                    let texts = errors::all(&file, &source, &used, plan.as_deref());
                    let text = render_texts(&diagnostics, &texts, color);
                    // It has escaped what it was given, and may have colours.
                    let _ = stderr.write_all((text + &more(&diagnostics)).as_bytes());
                }
                What::Nothing => {}
            }
        }
        ExitCode::from(self.exit)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Program(errors) => {
                let mut failure = Self::program(&errors.file, &errors.source, errors.diagnostics);
                if let What::Program { plan, used, .. } = &mut failure.what {
                    *used = errors.used;
                    // The command line gives it.
                    if errors.plan.is_some() {
                        failure.exit = MISUSE;
                    }
                    *plan = errors.plan;
                }
                failure
            }
            Error::File { path, doing, error } => Self::file(&path, doing, &error),
            Error::Refused { message, hint } => {
                let failure = Self::misuse(message);
                match hint {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                }
            }
            Error::Key(error) => Self::misuse(error.to_string()),
            Error::Bug(what) => Self::message(NO, what).hint(errors::BUG),
            other => Self::message(NO, other.summary()),
        }
    }
}

/// The line under errors that says where to read on.
pub fn more(diagnostics: &[Diagnostic]) -> String {
    let mut codes: Vec<&str> = Vec::new();
    for error in diagnostics {
        if !codes.contains(&error.code) && explanation(error.code).is_some() {
            codes.push(error.code);
        }
    }
    match codes.is_empty() {
        true => String::new(),
        false => format!("\nfor more: attnc explain {}\n", codes.join(" ")),
    }
}
