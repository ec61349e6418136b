//! A program on the command line: its file, its parameters, its plan, and what it is given.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use attnc::files;
use attnc::files::input::{self, Fault, InputError};
use attnc::session::security::Security;
use attnc_compiler::choice::search::{any, search, Cost, Decision, Tried};
use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::meaning::eval::{evaluate, Assignment, Evaluation};
use attnc_compiler::meaning::graph::{Graph, PlanDecl};
use attnc_compiler::plan::text::{choose, is_text};
use attnc_compiler::plan::{partition, Part, Plan};
use attnc_compiler::syntax::ast::Ast;
use attnc_compiler::syntax::parse::{decode, MAX_SOURCE};
use attnc_compiler::{analyse, Compiled};

use crate::cli::failure::Failure;
use crate::cli::mistaken::{unless_program, Kind};
use crate::cli::tuning::Tuning;

/// The program and its parameters.
#[derive(clap::Args)]
pub struct ProgramArgs {
    /// The program
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a parameter of the program
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub params: Vec<(String, i64)>,
}

/// `name=value`.
pub fn parameter(text: &str) -> Result<(String, i64), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write it as name=value, for example -p steps=32")?;
    let number = value
        .trim()
        .parse()
        .map_err(|_| format!("`{value}` is not an integer that `{name}` can be set to"))?;
    Ok((name.trim().to_string(), number))
}

/// A compiled program, and how its layout was found.
pub struct Assembled {
    pub compiled: Compiled,
    /// What its circuit costs; `None` if it does not fit the setting.
    pub cost: Option<Cost>,
    /// All layouts that were tried.
    pub explored: Vec<Tried>,
    pub decisions: Vec<Decision>,
}

/// A program that is checked.
pub struct Program {
    pub file: String,
    pub source: String,
    pub ast: Ast,
    pub graph: Graph,
}

impl Program {
    pub fn load(args: &ProgramArgs) -> Result<Self, Failure> {
        Self::load_from(&args.file, &args.params)
    }

    /// Reads and checks a program.
    pub fn load_from(path: &Path, params: &[(String, i64)]) -> Result<Self, Failure> {
        let read = files::read_start(path, MAX_SOURCE as u64 + 1);
        let bytes = read.map_err(|error| Failure::file(path, "read", &error))?;
        let file = path.display().to_string();
        unless_program(path, &bytes).map_err(|error| {
            let readable = String::from_utf8_lossy(&bytes);
            Failure::program(&file, &readable, vec![error])
        })?;
        let source = decode(&bytes).map_err(|error| {
            let readable = String::from_utf8_lossy(&bytes);
            Failure::program(&file, &readable, vec![error])
        })?;
        match analyse(source, params) {
            Ok((ast, graph)) => Ok(Self {
                file,
                source: source.to_string(),
                ast,
                graph,
            }),
            Err(diagnostics) => Err(Failure::program(&file, source, diagnostics)),
        }
    }

    pub fn failure(&self, diagnostics: Vec<Diagnostic>) -> Failure {
        Failure::program(&self.file, &self.source, diagnostics)
    }

    /// Whether a table's entries come from an input file.
    pub fn wants_tables(&self) -> bool {
        self.graph.tables.iter().any(|table| table.from_input)
    }

    /// Reads the program's inputs, and gives its tables from input their entries.
    pub fn read_input(&mut self, path: &Path) -> Result<Assignment, Failure> {
        let read = input::read(path, &self.graph);
        let assignment = read.map_err(|error| self.bad_input(path, &error))?;
        self.set_tables(&assignment.tables);
        Ok(assignment)
    }

    fn bad_input(&self, path: &Path, error: &InputError) -> Failure {
        let mut diagnostic = error.diagnostic(&self.graph);
        // Another kind of file is no damaged input.
        let found = Kind::at(path).filter(|kind| !kind.is_input());
        if let Some(kind) = found.filter(|_| ["E078", "E079"].contains(&diagnostic.code)) {
            let what = format!("this is {}, not an input file", kind.name());
            diagnostic = Diagnostic::new("E078", what).hint(kind.hint());
        }
        // The error of a file that cannot be read names it already.
        if !matches!(error.fault, Fault::Unreadable { .. }) {
            diagnostic.message = format!("{}: {}", path.display(), diagnostic.message);
        }
        self.failure(vec![diagnostic])
    }

    /// Reads only the program's tables from input.
    fn read_tables(&mut self, path: &Path) -> Result<(), Failure> {
        let read = input::read_tables(path, &self.graph);
        let tables = read.map_err(|error| self.bad_input(path, &error))?;
        self.set_tables(&tables);
        Ok(())
    }

    /// Reads the tables from input; `input` must be there if the program has any. What else the file
    /// has is checked.
    pub fn require_tables(&mut self, input: Option<&Path>) -> Result<(), Failure> {
        match input {
            Some(path) => self.read_tables(path),
            None if self.wants_tables() => {
                let mut names = self.graph.tables.iter().filter(|table| table.from_input);
                let name = names.next().map_or("", |table| table.name.as_str());
                Err(
                    Failure::misuse(format!("table `{name}` comes from the input file"))
                        .hint("give the file with --input"),
                )
            }
            None => Ok(()),
        }
    }

    /// Gives tables whose entries do not matter now, and are not given, the least of their range.
    pub fn assume_tables(&mut self) {
        for table in self.graph.tables.iter_mut().filter(|t| t.from_input) {
            if table.entries.is_empty() {
                table.entries = vec![table.range.lo as i64; table.domain.size() as usize];
            }
        }
    }

    /// Gives the tables from input their entries.
    pub fn set_tables(&mut self, tables: &[Vec<i64>]) {
        for (table, entries) in self.graph.tables.iter_mut().zip(tables) {
            if table.from_input {
                table.entries.clone_from(entries);
            }
        }
    }

    /// Evaluates the program.
    pub fn evaluate<'a>(&'a self, assignment: &'a Assignment) -> Result<Evaluation<'a>, Failure> {
        evaluate(&self.graph, assignment).map_err(|error| self.failure(vec![error.into()]))
    }

    /// The plan of this name or text, or the first one.
    pub fn plan(&self, plan: Option<&str>) -> Result<Cow<'_, PlanDecl>, Failure> {
        choose(&self.ast, &self.graph, plan).map_err(|errors| self.plan_failure(plan, errors))
    }

    /// Partitions under the plan of this name or text, or the first one.
    pub fn partition(&self, plan: Option<&str>) -> Result<Plan, Failure> {
        partition(&self.graph, &*self.plan(plan)?)
            .map_err(|diagnostics| self.plan_failure(plan, diagnostics))
    }

    fn plan_failure(&self, plan: Option<&str>, diagnostics: Vec<Diagnostic>) -> Failure {
        of_plan(plan, self.failure(diagnostics))
    }

    /// Partitions under the plan, or the first one: every part has a layout, whatever it costs.
    pub fn lay_out(&self, plan: Option<&str>, tuning: &Tuning) -> Result<Vec<Part>, Failure> {
        let parts = self.partition(plan)?.parts;
        for part in &parts {
            any(part, tuning.contract())
                .map_err(|diagnostics| where_it_points(plan, self.failure(diagnostics)))?;
        }
        Ok(parts)
    }

    /// Partitions under the plan, or the first one, and lays every part out as costs least.
    pub fn assemble(
        &self,
        plan: Option<&str>,
        tuning: &Tuning,
        security: Security,
    ) -> Result<Vec<Assembled>, Failure> {
        let parts = self.partition(plan)?.parts.into_iter();
        let parts = parts.map(|part| self.assemble_part(part, tuning, security));
        parts
            .collect::<Result<_, Failure>>()
            .map_err(|failure| where_it_points(plan, failure))
    }

    /// Lays a part out as costs least.
    pub fn assemble_part(
        &self,
        part: Part,
        tuning: &Tuning,
        security: Security,
    ) -> Result<Assembled, Failure> {
        let price = |circuit: &_| tuning.price(circuit, security);
        let searched = search(&part, tuning.contract(), &price)
            .map_err(|diagnostics| self.failure(diagnostics))?;
        Ok(Assembled {
            compiled: Compiled {
                ast: self.ast.clone(),
                graph: self.graph.clone(),
                part,
                choices: searched.choices,
                circuit: searched.circuit,
            },
            cost: searched.cost,
            explored: searched.explored,
            decisions: searched.decisions,
        })
    }
}

/// Errors of a layout are of the plan's text only where a label points into it.
fn where_it_points(plan: Option<&str>, failure: Failure) -> Failure {
    match failure.points_into_plan() {
        true => of_plan(plan, failure),
        false => failure,
    }
}

fn of_plan(plan: Option<&str>, failure: Failure) -> Failure {
    match plan.filter(|plan| is_text(plan)) {
        Some(text) => failure.of_plan(text),
        None => failure,
    }
}
