//! What an editor may ask for by name: `attnc.boundaryCost`, `attnc.prove`, `attnc.runTest`.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::diagnostic::Diagnostic;
use lsp_types::{CodeLens, Command, Range};
use serde_json::{json, Value};

use attnc_compiler::ide::document::Document;
use attnc_compiler::ide::symbols::Kind;
use attnc_compiler::plan::candidates::apart;

use crate::library::error::Error;
use crate::library::exploration::Explored;
use crate::library::program::Program;
use crate::library::suite::{object, Suite};
use crate::lsp::answers::Asked;
use crate::lsp::document::{loader, Open};

pub const BOUNDARY_COST: &str = "attnc.boundaryCost";
pub const PROVE: &str = "attnc.prove";
pub const RUN_TEST: &str = "attnc.runTest";

/// The commands that there are.
pub fn all() -> Vec<String> {
    let mut all = vec![BOUNDARY_COST.to_string(), RUN_TEST.to_string()];
    if cfg!(feature = "prove") {
        all.push(PROVE.to_string());
    }
    all
}

/// What a command is about, as it was when it was asked for.
pub struct Subject {
    pub command: String,
    /// The first argument: an object.
    pub given: Value,
    pub path: Option<PathBuf>,
    pub text: Arc<str>,
    pub open: Arc<Open>,
    pub cancelled: Arc<AtomicBool>,
}

impl Subject {
    fn watch(&self) -> ControlFlow<()> {
        match self.cancelled.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn text(&self, name: &str) -> Result<Option<&str>, String> {
        match &self.given[name] {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(format!("`{name}` is no text")),
        }
    }

    fn program(&self) -> Result<Program, Error> {
        let load = loader(self.path.as_deref(), &self.open);
        Program::with(&self.name(), &self.text, &[], &*load)
    }

    fn name(&self) -> String {
        let path = self.path.as_ref();
        path.map_or(String::new(), |path| path.display().to_string())
    }

    /// Runs the test of a name, or all of them.
    fn run_test(&self, name: Option<&str>) -> Result<Value, Error> {
        let load = loader(self.path.as_deref(), &self.open);
        let suite = Suite::with(&self.name(), &self.text, load)?;
        let tests = suite.tests().enumerate();
        let tests = tests.filter(|(_, test)| name.is_none_or(|name| test.name == name));
        let numbers: Vec<usize> = tests.map(|(number, _)| number).collect();
        if numbers.is_empty() {
            let what = match name {
                Some(name) => format!("there is no test `{name}`"),
                None => "there are no tests".to_string(),
            };
            return Err(Error::refused(what));
        }
        let (mut tests, mut passed, mut message) = (Vec::new(), 0, String::new());
        for number in numbers {
            let outcome = suite.run_watched(number, &|| self.watch());
            if self.watch().is_break() {
                return Err(Error::Cancelled);
            }
            let test = line(outcome.test.name).into_owned();
            message += &match &outcome.failed {
                None => format!("`{test}` passed. "),
                Some(failed) => {
                    let first = failed.errors.diagnostics.first();
                    let why = first.map_or_else(String::new, summary);
                    format!("`{test}` FAILED: {}. ", line(&why))
                }
            };
            passed += usize::from(outcome.passed());
            tests.push(object(&outcome));
        }
        Ok(json!({
            "passed": passed,
            "failed": tests.len() - passed,
            "tests": tests,
            "message": message.trim_end(),
        }))
    }

    /// Does what is asked for: what it comes to, whose `message` says it in words.
    ///
    /// # Errors
    /// Why it cannot be done, in words.
    pub fn run(&self) -> Result<Value, String> {
        let said = |error: Error| line(&error.summary()).into_owned();
        match self.command.as_str() {
            BOUNDARY_COST => {
                let (plan, region) = (self.text("plan")?, self.text("region")?);
                let program = self.program().map_err(said)?;
                self.boundary_cost(program, plan, region).map_err(said)
            }
            RUN_TEST => {
                let test = self.text("test")?;
                self.run_test(test).map_err(said)
            }
            #[cfg(feature = "prove")]
            PROVE => {
                let seed = match &self.given["seed"] {
                    Value::Null => 0,
                    seed => seed.as_u64().ok_or("`seed` is no number from 0")?,
                };
                let (plan, input) = (self.text("plan")?, self.text("input")?);
                let program = self.program().map_err(said)?;
                self.prove(program, plan, input, seed).map_err(said)
            }
            other => Err(format!("there is no command `{}`", line(other))),
        }
    }

    /// What plans are predicted to cost: a plan, or a region apart from the rest, beside the first plan.
    fn boundary_cost(
        &self,
        mut program: Program,
        plan: Option<&str>,
        region: Option<&str>,
    ) -> Result<Value, Error> {
        // Entries change no count.
        program.assume_tables();
        let known = |name: &str| {
            program
                .graph
                .regions
                .iter()
                .any(|region| region.name == name)
        };
        // What each is called, and its name or text.
        let as_called = |plan: &str| (plan.to_string(), plan.to_string());
        let plans: Vec<(String, String)> = match (plan, region) {
            (Some(plan), _) => vec![as_called(plan)],
            (None, Some(region)) if known(region) => {
                let ways = ["linked", "open"].map(|way| format!("`{region}` apart, {way}"));
                ways.into_iter().zip(apart(region)).collect()
            }
            (None, Some(region)) => {
                let what = format!("there is no region `{region}`");
                return Err(Error::refused(what).hint("save it in the program first"));
            }
            (None, None) => program.plans().map(as_called).collect(),
        };
        let watch = || self.watch();
        let price = |plan: &str| program.price_plan(Some(plan), &watch);
        let first = program.plans().next().unwrap_or_default().to_string();
        let than = match plans.as_slice() {
            [(_, only)] if *only == first => "proof all: *".to_string(),
            _ => first,
        };
        let than = price(&than)?;
        let mut priced = Vec::new();
        let mut message = String::new();
        for (title, plan) in &plans {
            let found = match price(plan) {
                Ok(found) => found,
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) if plans.len() > 1 => {
                    message += &format!("{title} cannot be: {}. ", error.summary());
                    continue;
                }
                Err(error) => return Err(error),
            };
            match (&found, &than) {
                (Some(found), Some(than)) => message += &said(title, found, than),
                _ => message += &format!("{title}: the setting does not fit its rows. "),
            }
            priced.extend(found.as_ref().map(figures));
        }
        Ok(json!({
            "plans": priced,
            "than": than.as_ref().map(figures),
            "message": message.trim_end(),
        }))
    }

    /// Proves the program on an input, or on one that is drawn, and verifies the proof; nothing is written.
    #[cfg(feature = "prove")]
    fn prove(
        &self,
        mut program: Program,
        plan: Option<&str>,
        input: Option<&str>,
        seed: u64,
    ) -> Result<Value, Error> {
        use crate::library::inputs::Inputs;
        use crate::library::key::Key;
        use crate::library::options::Options;
        use crate::library::prove::Prover;
        use crate::library::verdict::{verify, Demands};

        let inputs = match input {
            None => Inputs::sample(&program, seed),
            Some(input) => {
                let folder = self.path.as_deref().and_then(std::path::Path::parent);
                let path = folder.unwrap_or(std::path::Path::new("")).join(input);
                Inputs::read(&program, &path)?
            }
        };
        program.take_tables(&inputs)?;
        program.sample_fixed(seed)?;
        let options = Options {
            plan: plan.map(str::to_string),
            ..Options::default()
        };
        if self.watch().is_break() {
            return Err(Error::Cancelled);
        }
        let layout = program.lay_out(&options)?;
        let begun = std::time::Instant::now();
        let proof = Prover::new(&layout).prove(&inputs, "", &|_| self.watch())?;
        let prove_ms = begun.elapsed().as_secs_f64() * 1e3;
        let key = Key::make(&layout);
        let begun = std::time::Instant::now();
        let verdict = verify(&key, &proof, &Demands::default());
        let verify_ms = begun.elapsed().as_secs_f64() * 1e3;
        if let Err(rejected) = verdict {
            return Err(Error::Bug(format!(
                "a proof that was just made is refused: {rejected}"
            )));
        }
        let bytes = proof.bytes().len();
        let what = match input {
            Some(input) => line(input).into_owned(),
            None => format!("inputs drawn with seed {seed}"),
        };
        let message = format!(
            "`{}` is proved on {what}: {bytes} bytes, in {prove_ms:.0} ms, verified in {verify_ms:.1} ms",
            program.name()
        );
        Ok(json!({
            "circuit": program.name(),
            "plan": layout.plan(),
            "bytes": bytes,
            "prove_ms": prove_ms,
            "verify_ms": verify_ms,
            "message": message,
        }))
    }
}

/// What a plan costs beside another, in a sentence.
fn said(title: &str, plan: &Explored, than: &Explored) -> String {
    let all = |plan: &Explored| plan.predicted.bytes + plan.predicted.statement_bytes;
    let (bytes, ms) = (all(plan), plan.predicted.ms);
    let many = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    format!(
        "{title}: {} in {}, {bytes:.0} bytes with the statement ({:+.0}) and {ms:.0} ms ({:+.0}), beside {}. ",
        many(plan.proofs, "proof"),
        many(plan.parts, "part"),
        bytes - all(than),
        ms - than.predicted.ms,
        than.plan,
    )
}

fn figures(plan: &Explored) -> Value {
    json!({
        "plan": plan.plan,
        "declared": plan.declared,
        "parts": plan.parts,
        "proofs": plan.proofs,
        "predicted": plan.predicted,
        "predicted_longest_ms": plan.predicted_longest_ms,
    })
}

/// What can be done above a line: the circuit is proved, a boundary priced, a test run.
pub fn lenses(asked: &Asked<'_>) -> Vec<CodeLens> {
    let document: &Document = asked.names();
    let uri = asked.text.uri.as_str();
    let own = document
        .symbols
        .symbols
        .iter()
        .filter(|symbol| symbol.text == 0);
    let lenses = own.filter_map(|symbol| {
        let (title, command, given) = match symbol.kind {
            Kind::Circuit if cfg!(feature = "prove") => {
                ("prove on a drawn input", PROVE, json!({ "uri": uri }))
            }
            Kind::Plan => (
                "what would these boundaries cost?",
                BOUNDARY_COST,
                json!({ "uri": uri, "plan": symbol.name }),
            ),
            Kind::Region => (
                "what would a boundary around this cost?",
                BOUNDARY_COST,
                json!({ "uri": uri, "region": symbol.name }),
            ),
            _ => return None,
        };
        Some(lens(asked.range(symbol.span), title, command, given))
    });
    let tests = document.ast.iter().flat_map(|ast| &ast.tests);
    let tests = tests.map(|test| {
        let given = json!({ "uri": uri, "test": test.name.text });
        lens(
            asked.range(test.name.span),
            "run this test",
            RUN_TEST,
            given,
        )
    });
    lenses.chain(tests).collect()
}

/// What is wrong, with what stands at its place.
fn summary(error: &Diagnostic) -> String {
    match &error.primary {
        Some(label) => format!("{}: {}", error.message, label.message),
        None => error.message.clone(),
    }
}

fn lens(range: Range, title: &str, command: &str, given: Value) -> CodeLens {
    CodeLens {
        range,
        command: Some(Command {
            title: title.to_string(),
            command: command.to_string(),
            arguments: Some(vec![given]),
        }),
        data: None,
    }
}
