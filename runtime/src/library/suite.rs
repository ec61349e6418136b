//! The tests that stand in a program's file, run (spec 2.9): the one way of the command line, of editors
//! and of other languages.
//!
//! - `draw`: what a test gives and draws; `proved`: a run of one, proved and verified.

mod draw;
mod proved;

use std::path::Path;

use attnc_compiler::diagnostic::{line_and_column, Diagnostic, Sources};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::test::{draws, is_asked_for, malformed, Draws, Unmet};
use attnc_compiler::syntax::ast::{Ast, Test, TestLine};
use attnc_compiler::syntax::expand::{no_files, Loader};
use attnc_compiler::syntax::parse::{parse, parse_library};
use attnc_compiler::{check_tests, prepare, Prepared};

use crate::library::error::{Error, Errors};
use crate::library::program::{beside, folder_of, text_of, wrong, Program};

/// The tests of a program's file.
///
/// ```
/// let source = r#"
///     circuit twice(n = 3) { private input x[n] : 0..9  public output y[n]  y[i in n] = 2 * x[i] }
///     test "small" { x = [1, 2, 8]  expect y == [2, 4, 16] }
///     test "any" (n = 8) { sample 10  expect y[i] <= 16 }
///     test_fails "a nine" E081 { x = [1, 2, 9] }
/// "#;
/// let suite = attnc::Suite::parse("twice.attn", source)?;
/// let names: Vec<&str> = suite.tests().map(|test| test.name).collect();
/// assert_eq!(names, ["small", "any", "a nine"]);
/// assert!(suite.run().all(|outcome| outcome.passed()));
/// # Ok::<(), attnc::Error>(())
/// ```
pub struct Suite<'l> {
    file: String,
    source: String,
    written: Ast,
    load: Box<Loader<'l>>,
}

/// A test as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestInfo<'s> {
    pub name: &'s str,
    /// From 1.
    pub line: usize,
    /// The error that it asks for.
    pub fails: Option<&'s str>,
    /// Whether it proves what it runs.
    pub proves: bool,
}

/// What came of a test.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'s> {
    pub test: TestInfo<'s>,
    /// How often it ran: once, or for each draw until one failed.
    pub runs: u64,
    /// How many of these were proved and verified.
    pub proofs: u64,
    /// None: it passed.
    pub failed: Option<Failed>,
}

impl Outcome<'_> {
    pub fn passed(&self) -> bool {
        self.failed.is_none()
    }
}

/// Why a test failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failed {
    /// At least one, each at its place.
    pub errors: Errors,
    /// What `attnc sample --seed` draws the same inputs with, if they were drawn.
    pub seed: Option<u64>,
    /// What is expected and is not so.
    pub unmet: Vec<Unmet>,
}

/// Why a run failed.
struct Wrong {
    diagnostics: Vec<Diagnostic>,
    unmet: Vec<Unmet>,
    sources: Sources,
}

impl Suite<'static> {
    /// Reads a program's file; those that it uses lie beside it.
    ///
    /// # Errors
    /// [`Error::File`]; errors of syntax, and tests that are not well made.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let source = text_of(path)?;
        let folder = folder_of(path).to_path_buf();
        let file = path.display().to_string();
        Self::with(&file, &source, Box::new(move |used| beside(&folder, used)))
    }

    /// The tests of a program that was read from this path.
    ///
    /// # Errors
    /// Tests that are not well made.
    #[doc(hidden)]
    pub fn of(program: &Program, path: &Path) -> Result<Self, Error> {
        let folder = folder_of(path).to_path_buf();
        let load = Box::new(move |used: &str| beside(&folder, used));
        Self::with(&program.file, program.sources.text(), load)
    }

    /// The tests of a program's text, which uses no other files. `file` is what errors call it.
    ///
    /// # Errors
    /// Errors of syntax, and tests that are not well made.
    pub fn parse(file: &str, source: &str) -> Result<Self, Error> {
        Self::with(file, source, Box::new(no_files))
    }
}

impl<'l> Suite<'l> {
    /// As [`Suite::parse`], of a program that uses files: `load` gives their texts.
    #[doc(hidden)]
    pub fn with(file: &str, source: &str, load: Box<Loader<'l>>) -> Result<Self, Error> {
        let refused = |errors| wrong(file, &Sources::of(source), errors);
        let written = parse(source).map_err(refused)?;
        let errors = malformed(&written.tests);
        match errors.is_empty() {
            true => Ok(Self {
                file: file.to_string(),
                source: source.to_string(),
                written,
                load,
            }),
            false => Err(refused(errors)),
        }
    }

    /// The tests, in the order of the file.
    pub fn tests(&self) -> impl ExactSizeIterator<Item = TestInfo<'_>> {
        self.written.tests.iter().map(|test| self.info(test))
    }

    fn info<'s>(&self, test: &'s Test) -> TestInfo<'s> {
        TestInfo {
            name: &test.name.text,
            line: line_and_column(&self.source, test.span.start).0,
            fails: test.fails.as_ref().map(|fails| fails.code.text.as_str()),
            proves: proves(test),
        }
    }

    /// Checks the tests as far as that can be done without running them.
    ///
    /// # Errors
    /// What is wrong with them, or with the program under their parameters, and not asked for.
    pub fn check(&self) -> Result<(), Error> {
        let checked = check_tests(&self.written, &self.source, &*self.load);
        checked.map_err(|refused| wrong(&self.file, &refused.sources, refused.errors))
    }

    /// Runs all tests, one after the other, as they are asked for.
    pub fn run(&self) -> impl Iterator<Item = Outcome<'_>> {
        (0..self.written.tests.len()).map(|number| self.run_one(number))
    }

    /// Runs the test of this number, from 0.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn run_one(&self, number: usize) -> Outcome<'_> {
        let test = &self.written.tests[number];
        let mut outcome = Outcome {
            test: self.info(test),
            runs: 0,
            proofs: 0,
            failed: None,
        };
        // The suite has asked whether this is an error.
        let drawn = draws(test).ok().flatten();
        let prepared = prepare(&self.written, &self.source, test, &*self.load);
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(refused) => {
                let wrong = Wrong {
                    diagnostics: refused.errors,
                    unmet: Vec::new(),
                    sources: refused.sources,
                };
                outcome.failed = self.judged(test, &[], Err(wrong), None);
                return outcome;
            }
        };
        let once = Draws { count: 1, seed: 0 };
        let Draws { count, seed } = drawn.unwrap_or(once);
        for seed in seed..seed + count {
            let drawn = drawn.map(|_| seed);
            let run = self.once(test, &prepared, drawn);
            outcome.runs += 1;
            outcome.proofs += u64::from(run.is_ok() && proves(test));
            outcome.failed = self.judged(test, &prepared.params, run, drawn);
            if outcome.failed.is_some() {
                break;
            }
        }
        outcome
    }

    /// Runs a test on what it gives, and on what is drawn beside that.
    fn once(&self, test: &Test, prepared: &Prepared, seed: Option<u64>) -> Result<(), Wrong> {
        let refused = |diagnostics| Wrong {
            diagnostics: prepared.sources.resolve(diagnostics),
            unmet: Vec::new(),
            sources: prepared.sources.clone(),
        };
        let fault = |error| {
            let error: Diagnostic = Diagnostic::from(error);
            refused(vec![error.also(test.name.span, "in this test")])
        };
        let (graph, assignment) = draw::drawn(prepared, seed).map_err(fault)?;
        let run = evaluate(&graph, &assignment).map_err(fault)?;
        let expected = prepared.expected.iter();
        let unmet: Vec<Unmet> = expected.filter_map(|it| it.examine(&run)).collect();
        if !unmet.is_empty() {
            return Err(Wrong {
                unmet: unmet.clone(),
                ..refused(unmet.iter().map(Diagnostic::from).collect())
            });
        }
        for line in &test.lines {
            let TestLine::Prove(span) = line else {
                continue;
            };
            let proved = proved::proved(self, prepared, &graph, &assignment);
            proved.map_err(|error| {
                // This attnc has no prover, or has a bug.
                let code = if cfg!(feature = "prove") {
                    "bug"
                } else {
                    "E123"
                };
                let what = "what this test runs is not proved";
                refused(match error {
                    Error::Program(errors) => errors.diagnostics,
                    other => vec![Diagnostic::new(code, what).at(*span, other.to_string())],
                })
            })?;
        }
        Ok(())
    }

    /// Whether that is what a test asks for; if not, why. `params` are those that it sets.
    fn judged(
        &self,
        test: &Test,
        params: &[(String, i64)],
        run: Result<(), Wrong>,
        seed: Option<u64>,
    ) -> Option<Failed> {
        let mut wrong = match (run, &test.fails) {
            (Ok(()), None) => return None,
            (Ok(()), Some(fails)) => Wrong {
                diagnostics: vec![Diagnostic::new(
                    "E122",
                    format!("`{}` is to fail, and does not", test.name.text),
                )
                .at(fails.code.span, "nothing is wrong")
                .hint("write `test`, without an error, or give it what fails")],
                unmet: Vec::new(),
                sources: Sources::of(&self.source),
            },
            (Err(wrong), None) => wrong,
            (Err(wrong), Some(_)) if wrong.diagnostics.iter().any(|it| is_asked_for(test, it)) => {
                return None;
            }
            (Err(mut wrong), Some(fails)) => {
                let found = wrong.diagnostics.first();
                let found = found.map_or("", |error| error.code);
                let what = format!("`{}` fails with another error", test.name.text);
                let label = match (&fails.part, found == fails.code.text) {
                    (Some(part), true) => format!("it does not say `{}`", part.text),
                    _ => format!("it is {found}"),
                };
                let error = Diagnostic::new("E122", what).at(fails.code.span, label);
                wrong.diagnostics.insert(0, error);
                wrong
            }
        };
        if let (Some(seed), Some(first)) = (seed, wrong.diagnostics.first_mut()) {
            let set = params
                .iter()
                .map(|(name, value)| format!(" -p {name}={value}"));
            let set: String = set.collect();
            let hint = format!("`attnc sample --seed {seed}{set}` draws the same inputs");
            first.hints.push(hint);
        }
        Some(Failed {
            errors: self.errors(&wrong.sources, wrong.diagnostics),
            seed,
            unmet: wrong.unmet,
        })
    }

    fn errors(&self, sources: &Sources, diagnostics: Vec<Diagnostic>) -> Errors {
        Errors {
            file: self.file.clone(),
            source: self.source.clone(),
            used: sources.used().to_vec(),
            plan: None,
            diagnostics,
        }
    }
}

/// Whether a file has definitions alone, and so no tests.
#[doc(hidden)]
pub fn is_library(path: &Path) -> bool {
    text_of(path).is_ok_and(|text| parse_library(&text).is_ok())
}

fn proves(test: &Test) -> bool {
    let mut lines = test.lines.iter();
    lines.any(|line| matches!(line, TestLine::Prove(_)))
}
