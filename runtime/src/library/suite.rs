//! The tests that stand in a program's file, run (spec 2.9): the one way of the command line, of editors
//! and of other languages.
//!
//! - `draw`: what a test gives and draws; `proved`: a run of one, proved and verified; `outcome`: what came of it;
//!   `object`: that as data.

mod draw;
mod object;
mod outcome;
mod proved;

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

use attnc_compiler::diagnostic::{line_and_column, suggest, Diagnostic, Sources};
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::meaning::test::{draws, is_asked_for, malformed, other_error, Draws, Unmet};
use attnc_compiler::syntax::ast::{Ast, Test, TestLine};
use attnc_compiler::syntax::expand::{no_files, Loader};
use attnc_compiler::syntax::parse::{parse, parse_library};
use attnc_compiler::{check_tests, prepare, Prepared, Refused};

#[doc(hidden)]
pub use object::object;
pub use outcome::{Failed, Outcome};

use crate::files::nested;
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

/// What a test runs on: what it sets and gives, and what is drawn beside that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ground {
    pub params: Vec<(String, i64)>,
    /// By name: inputs, and the entries of tables from input.
    pub inputs: Vec<(String, Tensor)>,
    pub fixed: Vec<(String, Tensor)>,
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

    /// What the test of this name expects and is not so, as far as that is known without proving; of one that
    /// draws, with this seed, or its first.
    #[doc(hidden)]
    pub fn unmet(&self, name: &str, seed: Option<u64>) -> Option<Failed> {
        let mut tests = self.written.tests.iter();
        let test = tests.find(|test| test.name.text == name)?;
        let drawn = draws(test).ok().flatten();
        let seed = drawn.map(|drawn| seed.unwrap_or(drawn.seed));
        let prepared = prepare(&self.written, &self.source, test, &*self.load).ok()?;
        let mut places = vec![0; prepared.expected.len()];
        let run = self.examined(test, &prepared, seed, &mut places);
        let failed = self.judged(test, run.map(|_| ()), seed);
        // Of what is drawn another draw may have a place to look at.
        match drawn {
            Some(_) => failed,
            None => failed.or_else(|| self.unseen(test, &prepared, &places, 1)),
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
        self.run_watched(number, &|| ControlFlow::Continue(()))
    }

    /// As [`Suite::run_one`], asking before each draw whether to go on: one that is ended has run less often.
    #[doc(hidden)]
    pub fn run_watched(&self, number: usize, watch: &dyn Fn() -> ControlFlow<()>) -> Outcome<'_> {
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
                outcome.failed = self.judged(test, Err(wrong), None);
                return outcome;
            }
        };
        let once = Draws { count: 1, seed: 0 };
        let Draws { count, seed } = drawn.unwrap_or(once);
        let mut places = vec![0; prepared.expected.len()];
        for seed in seed..seed + count {
            if watch().is_break() {
                return outcome;
            }
            let drawn = drawn.map(|_| seed);
            let run = self.once(test, &prepared, drawn, &mut places);
            outcome.runs += 1;
            outcome.proofs += u64::from(run.is_ok() && proves(test));
            outcome.failed = self.judged(test, run, drawn);
            if outcome.failed.is_some() {
                return outcome;
            }
        }
        outcome.failed = self.unseen(test, &prepared, &places, outcome.runs);
        outcome
    }

    /// What is expected and was looked at nowhere in so many runs.
    fn unseen(
        &self,
        test: &Test,
        prepared: &Prepared,
        places: &[usize],
        runs: u64,
    ) -> Option<Failed> {
        let unseen = prepared.expected.iter().zip(places);
        let unseen = unseen.filter(|(_, places)| **places == 0 && test.fails.is_none());
        let unseen: Vec<Diagnostic> = unseen.map(|(it, _)| it.nowhere(runs)).collect();
        (!unseen.is_empty()).then(|| Failed {
            errors: self.errors(&prepared.sources, prepared.sources.resolve(unseen)),
            seed: None,
            unmet: Vec::new(),
        })
    }

    /// What the test of this name runs on; of one that draws, with this seed, or its first.
    ///
    /// # Errors
    /// That there is no such test, or that it draws nothing; what is wrong with it.
    pub fn given(&self, name: &str, seed: Option<u64>) -> Result<Ground, Error> {
        let tests = &self.written.tests;
        let Some(test) = tests.iter().find(|test| test.name.text == name) else {
            let error = Error::refused(format!("{} has no test `{name}`", self.file));
            let names = tests.iter().map(|test| test.name.text.as_str());
            let all: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
            return Err(error.hint(match suggest(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None if all.is_empty() => "it has no tests".to_string(),
                None => format!("it has {}", all.join(", ")),
            }));
        };
        let refused = |refused: Refused| wrong(&self.file, &refused.sources, refused.errors);
        let drawn = draws(test).ok().flatten();
        if let (None, Some(seed)) = (drawn, seed) {
            let error = Error::refused(format!("the test `{name}` draws nothing"));
            return Err(error.hint(format!("leave out the seed, {seed}")));
        }
        let seed = seed.or(drawn.map(|drawn| drawn.seed));
        let prepared = prepare(&self.written, &self.source, test, &*self.load).map_err(refused)?;
        let (graph, assignment) = draw::drawn(&prepared, seed).map_err(|error| {
            let errors = prepared.sources.resolve(vec![error.into()]);
            wrong(&self.file, &prepared.sources, errors)
        })?;
        let named = nested::named(&graph, &assignment);
        let inputs = named.map(|(name, tensor)| (name.to_string(), tensor.into_owned()));
        let names = graph.fixed_inputs().map(|(_, fixed)| fixed.name.clone());
        let fixed = match graph.fixed_inputs().next() {
            Some(_) => names.zip(graph.given_again()).collect(),
            None => Vec::new(),
        };
        Ok(Ground {
            params: prepared.params.clone(),
            inputs: inputs.collect(),
            fixed,
        })
    }

    /// As [`Self::examined`], and proves what was run if the test asks for that.
    fn once(
        &self,
        test: &Test,
        prepared: &Prepared,
        seed: Option<u64>,
        places: &mut [usize],
    ) -> Result<(), Wrong> {
        let (graph, assignment) = self.examined(test, prepared, seed, places)?;
        let proved = self.prove(test, prepared, &graph, &assignment);
        proved.map_err(|diagnostics| Wrong {
            diagnostics: prepared.sources.resolve(diagnostics),
            unmet: Vec::new(),
            sources: prepared.sources.clone(),
        })
    }

    /// Runs a test on what it gives, and on what is drawn beside that; adds how many places each of what it
    /// expects was held at.
    fn examined<'p>(
        &self,
        test: &Test,
        prepared: &'p Prepared,
        seed: Option<u64>,
        places: &mut [usize],
    ) -> Result<(Cow<'p, Graph>, Assignment), Wrong> {
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
        let examined = prepared.expected.iter().zip(places);
        let unmet = examined.filter_map(|(expected, places)| {
            let examined = expected.examine(&run);
            *places += examined.places;
            examined.unmet
        });
        let unmet: Vec<Unmet> = unmet.collect();
        if !unmet.is_empty() {
            return Err(Wrong {
                unmet: unmet.clone(),
                ..refused(unmet.iter().map(Diagnostic::from).collect())
            });
        }
        Ok((graph, assignment))
    }

    /// Proves what a test ran, if it asks for that.
    fn prove(
        &self,
        test: &Test,
        prepared: &Prepared,
        graph: &Graph,
        assignment: &Assignment,
    ) -> Result<(), Vec<Diagnostic>> {
        for line in &test.lines {
            let TestLine::Prove(span) = line else {
                continue;
            };
            let proved = proved::proved(self, prepared, graph, assignment);
            proved.map_err(|error| {
                // This attnc has no prover, or has a bug.
                let code = if cfg!(feature = "prove") {
                    "bug"
                } else {
                    "E123"
                };
                let what = "what this test runs is not proved";
                match error {
                    Error::Program(errors) => errors.diagnostics,
                    other => vec![Diagnostic::new(code, what).at(*span, other.to_string())],
                }
            })?;
        }
        Ok(())
    }

    /// Whether that is what a test asks for; if not, why.
    fn judged(&self, test: &Test, run: Result<(), Wrong>, seed: Option<u64>) -> Option<Failed> {
        let wrong = match (run, &test.fails) {
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
            (Err(mut wrong), Some(_)) => {
                let error = other_error(test, &wrong.diagnostics);
                wrong.diagnostics.splice(0..0, error);
                wrong
            }
        };
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
