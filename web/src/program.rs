//! A program: its errors, what it computes, and what its proofs weigh.

use std::collections::BTreeMap;

use attnc::library::suite::object;
use attnc::printed::errors;
use attnc::printed::layout::Inspected;
use attnc::printed::program::Checked;
use attnc::printed::test::{differences, told};
use attnc::{Error, Options, Program, Security, Suite};
use attnc_compiler::syntax::format::format;
use serde::Deserialize;
use serde_json::{json, Value};

/// A program's text, called `file`, with some of its parameters set.
#[derive(Deserialize)]
pub struct Subject {
    file: String,
    source: String,
    #[serde(default)]
    params: BTreeMap<String, i64>,
}

impl Subject {
    /// What `check --json` prints, with what `check` says in words.
    pub fn check(&self) -> Value {
        let said = self.program().and_then(|program| {
            let suite = Suite::parse(&self.file, &self.source)?;
            suite.check()?;
            let checked = Checked::of(&program, None, &suite)?;
            Ok(json!({
                "check": checked.object(),
                "text": checked.text(),
                "warnings": checked.loose(),
                "tests": suite.tests().map(|test| json!({
                    "name": test.name,
                    "line": test.line,
                    "proves": test.proves,
                })).collect::<Vec<_>>(),
            }))
        });
        said.unwrap_or_else(|error| errors::object(&error))
    }

    /// What comes of the test of this number, from 0, as `attnc test` says it: a line, errors, and what differs.
    pub fn test(&self, number: usize) -> Value {
        let suite = match Suite::parse(&self.file, &self.source) {
            Ok(suite) => suite,
            Err(error) => return errors::object(&error),
        };
        if number >= suite.tests().len() {
            return errors::message("there is no such test", None);
        }
        let outcome = suite.run_one(number);
        let unmet = outcome.failed.iter().flat_map(|failed| &failed.unmet);
        json!({
            "line": told(&outcome),
            "test": object(&outcome),
            "differences": unmet.map(differences).collect::<String>(),
        })
    }

    /// The text as `fmt` writes it.
    pub fn format(&self) -> Value {
        match format(&self.source) {
            Ok(text) => json!({ "text": text }),
            Err(found) => errors::of_program(&self.file, &self.source, &[], None, &found),
        }
    }

    fn program(&self) -> Result<Program, Error> {
        let params = self.params.iter();
        let params: Vec<(String, i64)> =
            params.map(|(name, &value)| (name.clone(), value)).collect();
        let mut program = Program::check(&self.file, &self.source, &params)?;
        // Entries change no count.
        program.assume_tables();
        Ok(program)
    }
}

/// A program under a plan, for a security.
#[derive(Deserialize)]
pub struct Plan {
    subject: Subject,
    /// A name or a text; the first without it.
    plan: Option<String>,
    security: String,
    hiding: bool,
}

impl Plan {
    /// What `inspect --json`, `inspect --by-line --json` and `inspect --graph` give.
    pub fn inspect(&self) -> Value {
        self.inspected()
            .unwrap_or_else(|error| errors::object(&error))
    }

    fn inspected(&self) -> Result<Value, Error> {
        let refused = |message: String| Error::Refused {
            message,
            hint: None,
        };
        let security = self.security.parse::<Security>();
        let security = security.map_err(|error| refused(error.to_string()))?;
        let program = self.subject.program()?;
        let options = Options {
            plan: self.plan.clone(),
            security,
            hiding: self.hiding,
            ..Options::default()
        };
        let inspected = Inspected::of(&program, &options)?;
        Ok(json!({
            "inspect": inspected.object(),
            "by_line": inspected.by_line()?,
            "graph": inspected.drawing()?.svg("attnc-graph"),
        }))
    }
}
