//! A study: one program proved at every cell of a grid, and what each cell took (spec 8.9).
//!
//! - [`compare`]: a row among the others. [`table`]: all as a table. [`folder`]: as files.

pub mod compare;
pub mod folder;
mod sound;
pub mod table;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use attnc_compiler::choice::cost::Breakdown;
use serde::{Deserialize, Serialize};

/// What `format` says in a study's file.
pub const FORMAT: &str = "attnc-study";
pub const VERSION: u32 = 2;
/// Rows of a study at most.
pub const MAX_ROWS: usize = 1 << 16;

/// A study's file, `study.json`, without the figures that compare rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    pub format: String,
    pub version: u32,
    #[serde(flatten)]
    pub subject: Subject,
    /// What was asked for, oldest first: every `attnc sweep` that extended the study.
    pub runs: Vec<Run>,
    /// One for each cell, in the order of the runs and of their grids.
    pub rows: Vec<Row>,
}

/// What all rows of a study have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// The version of attnc that measured.
    pub attnc: String,
    pub circuit: String,
    /// The program's path as it was given.
    pub file: String,
    /// The program's text.
    pub source: String,
    /// Digest of the program's canonical text, whatever its parameters.
    pub program: String,
    /// All parameters, in the program's order.
    pub parameters: Vec<String>,
    pub inputs: Inputs,
    /// The files of the fixed inputs, as they were given; drawn like the inputs if there is none.
    pub fixed: Vec<String>,
    /// The flags of the layout and of a floor's setting that differ from their defaults.
    pub flags: Vec<String>,
    pub machine: Machine,
}

/// Where a cell's inputs come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inputs {
    /// Those that `attnc sample` draws.
    Seed(u64),
    /// A file, as it was given.
    File(String),
}

/// What times depend on beside the program. No name of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The build of attnc, with the registers that it uses.
    pub build: String,
    /// Threads that proving may use.
    pub cores: usize,
    /// GiB of memory, rounded.
    pub memory_gib: u64,
}

/// One `attnc sweep`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// As one would type it.
    pub command: String,
    /// The parameters that it gives, in the order in which they vary, the first slowest.
    pub grid: Vec<Axis>,
    /// Names or texts of plans.
    pub plans: Vec<String>,
    pub security: Vec<String>,
}

/// A parameter with the values that it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    pub name: String,
    pub values: Vec<i64>,
}

/// One cell of a grid, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The value of every parameter.
    pub params: BTreeMap<String, i64>,
    /// A declared plan's name, or a plan's text.
    pub plan: String,
    /// As it was asked for.
    pub security: String,
    pub status: Status,
    /// Why it failed or was skipped.
    pub reason: Option<String>,
    /// Gives the row again.
    pub command: String,
    /// `None` if the program does not compile at these parameters.
    pub structure: Option<Structure>,
    pub predicted: Option<Predicted>,
    /// Of cells that are done.
    pub measured: Option<Measured>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Proved and verified.
    Done,
    /// Not to be proved, or the prover ended otherwise.
    Failed,
    /// Predicted to need more memory than there is.
    Skipped,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What the circuits of a plan's parts are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structure {
    /// Uses of declared tables.
    pub lookup_claims: u64,
    /// Padded rows of the component over the pair space, the largest of all parts.
    pub trace_rows: u64,
    /// Base field columns of all trees but the composition's.
    pub columns: u64,
    /// Columns times padded rows.
    pub cells: u64,
    pub components: u64,
    pub proofs: u64,
    pub parts: u64,
}

/// What proving was expected to take (spec 8.4). Null where the setting does not fit the rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predicted {
    pub bytes: Option<f64>,
    /// With two cores.
    pub ms: Option<f64>,
    pub memory_bytes: Option<f64>,
}

/// What proving took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The setting that was found, and its bits, the least of all parts.
    pub setting: String,
    pub conjectured_bits: f64,
    pub proven_bits: f64,
    /// Proofs with their claims and lengths, without statements.
    pub packed_bytes: u64,
    /// `serde_json` of the proofs: what published figures count.
    pub json_bytes: u64,
    /// Stwo's own estimate.
    pub size_estimate: u64,
    pub statement_bytes: u64,
    pub file_bytes: u64,
    /// Of the packed proofs; claims and lengths are in none of its fields.
    pub breakdown: Breakdown,
    pub stages_ms: Stages,
    /// Filling the main trace.
    pub trace_ms: f64,
    /// All stages.
    pub prove_ms: f64,
    pub verify_ms: f64,
    /// The most that the process had resident.
    pub memory_bytes: Option<u64>,
    /// Proofs that were made; times are their medians.
    pub repeats: u32,
}

/// Milliseconds by stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// Twiddles and preprocessed trees.
    pub setup: f64,
    pub fill: f64,
    pub commit: f64,
    pub grind: f64,
    pub bus: f64,
    pub stark: f64,
}

/// A row's place in a study.
pub type Place<'a> = (&'a BTreeMap<String, i64>, &'a str, &'a str);

impl Row {
    pub fn place(&self) -> Place<'_> {
        (&self.params, &self.plan, &self.security)
    }
}

impl Study {
    pub fn new(subject: Subject) -> Self {
        Self {
            format: FORMAT.to_string(),
            version: VERSION,
            subject,
            runs: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// The parameters that take several values, in the order of the runs' grids.
    pub fn varied(&self) -> Vec<&str> {
        let axes = self.runs.iter().flat_map(|run| &run.grid);
        let mut names: Vec<&str> = Vec::new();
        for axis in axes {
            let name = axis.name.as_str();
            if !names.contains(&name) && self.values(name).len() > 1 {
                names.push(name);
            }
        }
        // One whose default differs between runs.
        for name in &self.subject.parameters {
            if !names.contains(&name.as_str()) && self.values(name).len() > 1 {
                names.push(name);
            }
        }
        names
    }

    /// The values that a parameter takes, ascending.
    pub fn values(&self, name: &str) -> Vec<i64> {
        let values = self.rows.iter().filter_map(|row| row.params.get(name));
        let mut values: Vec<i64> = values.copied().collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// The plans of rows, in the order of the runs.
    pub fn plans(&self) -> Vec<&str> {
        distinct(self.rows.iter().map(|row| row.plan.as_str()))
    }

    pub fn securities(&self) -> Vec<&str> {
        distinct(self.rows.iter().map(|row| row.security.as_str()))
    }

    /// How many rows have a status.
    pub fn count(&self, status: Status) -> usize {
        self.rows.iter().filter(|row| row.status == status).count()
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}
