//! What takes longer than a keystroke: checking a program, laying it out, and what commands ask for.

use std::ops::ControlFlow;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::Arc;
use std::time::Duration;

use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::ide::document::wrong;
use attnc_compiler::ide::facts::Facts;

use crate::laboratory::attribute::{attribute, Attribution};
use crate::library::error::Error;
use crate::library::layout::Assembled;
use crate::library::options::Options;
use crate::library::program::Program;
use crate::lsp::document::{loader, Checked, Costed, Open};

/// How long a text is to rest before its layout is searched.
const REST: Duration = Duration::from_millis(150);

/// A version of a document that is to be checked.
pub struct ToCheck {
    pub uri: String,
    pub path: Option<PathBuf>,
    pub stamp: i32,
    pub text: Arc<str>,
    pub open: Arc<Open>,
}

/// A version whose lines are to be priced. `newest` has the version that the document has by now.
pub struct ToCost {
    pub uri: String,
    pub stamp: i32,
    pub newest: Arc<AtomicI32>,
    pub program: Arc<Program>,
}

impl ToCost {
    fn watch(&self) -> ControlFlow<()> {
        match self.newest.load(Ordering::Relaxed) == self.stamp {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }
}

/// What is told of a panic.
pub fn bug(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "a panic".to_string());
    format!("this is a bug of attnc: {text}; please report it with the program that shows it")
}

/// Does something; a panic in it is an error like any other.
///
/// # Errors
/// What it panicked with.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| bug(&*payload))
}

/// Checks a version; a panic is said to be one.
pub fn check(job: &ToCheck) -> Result<Checked, String> {
    caught(|| {
        let load = loader(job.path.as_deref(), &job.open);
        let none = Checked::none(job.stamp);
        if let Some((errors, sources)) = wrong(&job.text, &*load) {
            return Checked {
                errors,
                used: sources.used().to_vec(),
                ..none
            };
        }
        let name = job
            .path
            .as_ref()
            .map_or(String::new(), |path| path.display().to_string());
        match Program::with(&name, &job.text, &[], &*load) {
            Ok(program) => {
                let facts = Facts::of(&program.ast, &program.graph, &program.sources);
                Checked {
                    used: program.sources.used().to_vec(),
                    facts: Some(Arc::new(facts)),
                    program: Some(Arc::new(program)),
                    ..none
                }
            }
            Err(Error::Program(errors)) => Checked {
                errors: errors.diagnostics,
                used: errors.used,
                ..none
            },
            Err(other) => Checked {
                errors: vec![Diagnostic::new("E003", other.summary())],
                ..none
            },
        }
    })
}

/// Lays a version out, under each of its plans as far as it takes to know that it can be, and prices its lines
/// under the first; nothing if there is a newer one.
pub fn cost(job: &ToCost) -> Result<Option<Costed>, String> {
    // While somebody types, each keystroke would begin a search.
    std::thread::sleep(REST);
    if job.watch().is_break() {
        return Ok(None);
    }
    caught(|| {
        let mut program = (*job.program).clone();
        // Entries change no count.
        program.assume_tables();
        let mut errors = Vec::new();
        for plan in program.plans() {
            let options = Options {
                plan: Some(plan.to_string()),
                ..Options::default()
            };
            if let Err(Error::Program(wrong)) = program.layable(&options) {
                errors.extend(wrong.diagnostics);
            }
            if job.watch().is_break() {
                return None;
            }
        }
        errors.dedup();
        let lines = match errors.is_empty() {
            true => lines(&program, &|| job.watch()),
            false => None,
        };
        job.watch().is_continue().then_some(Costed {
            stamp: job.stamp,
            errors,
            lines,
        })
    })
}

/// What the lines of a program cost under its first plan.
fn lines(program: &Program, watch: &(dyn Fn() -> ControlFlow<()> + Sync)) -> Option<Attribution> {
    let options = Options::default();
    let parts: Vec<Assembled> = program.assemble_watched(&options, watch).ok()?;
    let compiled = parts.iter().map(|part| &part.compiled);
    let settled = compiled.map(|it| Some((&it.circuit, options.settle(it).ok()?)));
    let settled: Option<Vec<_>> = settled.collect();
    attribute(&program.graph, &program.sources, &settled?)
}
