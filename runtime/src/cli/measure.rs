//! A cell of a study, in the words of attnc's own command line.

use std::path::Path;

use attnc::laboratory::measure::{self, Ended};
use serde_json::Value;

use crate::cli::fixed::Fixed;
use crate::cli::given::unnamed;
use crate::cli::report::typed;
use crate::cli::tuning::Tuning;

/// What the file of drawn fixed inputs is called.
const DRAWN: &str = "fixed.npz";

/// A program at some parameters, under a plan, at a setting.
pub struct Cell<'a> {
    /// What commands read.
    pub program: &'a Path,
    pub params: &'a [(String, i64)],
    pub fixed: &'a Fixed,
    /// Whether the fixed inputs are drawn with the others.
    pub draws_fixed: bool,
    pub plan: &'a str,
    pub security: String,
    pub tuning: Tuning,
}

impl Cell<'_> {
    /// The program with its parameters, as every verb takes them.
    fn subject(&self) -> Vec<String> {
        let mut words = vec![self.program.display().to_string()];
        for (name, value) in self.params {
            words.extend(["-p".to_string(), format!("{name}={value}")]);
        }
        words
    }

    /// With the plan and the flags.
    fn planned(&self, verb: &str) -> Vec<String> {
        let mut words = vec![verb.to_string()];
        words.extend(self.subject());
        words.extend(["--plan".to_string(), self.plan.to_string()]);
        words.extend(self.tuning.flags());
        words.extend([
            "--security".to_string(),
            self.security.clone(),
            "--json".to_string(),
        ]);
        words
    }

    /// What `attnc inspect --json` prints.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn inspect(&self, folder: &Path) -> Result<Value, Ended> {
        run(&self.planned("inspect"), folder)
    }

    /// Draws inputs into a file.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn sample(&self, seed: u64, into: &Path, folder: &Path) -> Result<(), Ended> {
        let drawn = folder.join(DRAWN);
        let mut words = self.sampled(seed, &drawn);
        words.extend(["-o".to_string(), into.display().to_string()]);
        words.push("--json".to_string());
        run(&words, folder).map(|_| ())
    }

    /// What `attnc prove --check --json` prints. The proof is written into the folder.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn prove(&self, input: &Path, folder: &Path) -> Result<Value, Ended> {
        let mut words = self.proved(input, &folder.join(DRAWN));
        let proof = folder.join("proof").display().to_string();
        words.extend(["-o".to_string(), proof]);
        run(&words, folder)
    }

    fn proved(&self, input: &Path, drawn: &Path) -> Vec<String> {
        let mut words = self.planned("prove");
        words.extend(self.fixed.flags());
        if self.draws_fixed {
            words.push("--fixed".to_string());
            words.push(unnamed(&drawn.display().to_string()));
        }
        words.extend(["--check".to_string(), "--input".to_string()]);
        words.push(unnamed(&input.display().to_string()));
        words
    }

    fn sampled(&self, seed: u64, drawn: &Path) -> Vec<String> {
        let mut words = vec!["sample".to_string()];
        words.extend(self.subject());
        if seed != 0 {
            words.extend(["--seed".to_string(), seed.to_string()]);
        }
        if self.draws_fixed {
            words.extend(["--draw-fixed".to_string(), drawn.display().to_string()]);
        }
        words
    }

    /// What a person types to see the same: with a file of inputs, or with those of a seed.
    pub fn command(&self, input: Result<&Path, u64>) -> String {
        match input {
            Ok(input) => typed(&self.proved(input, Path::new(DRAWN))),
            Err(seed) => format!(
                "{} -o in.json && {}",
                typed(&self.sampled(seed, Path::new(DRAWN))),
                typed(&self.proved(Path::new("in.json"), Path::new(DRAWN)))
            ),
        }
    }
}

/// Runs this attnc in a process of its own.
fn run(words: &[String], folder: &Path) -> Result<Value, Ended> {
    measure::run(&std::env::current_exe()?, words, folder)
}
