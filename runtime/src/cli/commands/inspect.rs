//! `attnc inspect`: what a program's proofs are made of, and what they will weigh.

#[cfg(feature = "prove")]
use std::path::{Path, PathBuf};

#[cfg(feature = "prove")]
use attnc::laboratory::drawing::Drawing;
use attnc::printed::layout::Inspected;
use attnc::Security;
#[cfg(feature = "prove")]
use serde_json::json;

use crate::cli::failure::Failure;
#[cfg(feature = "prove")]
use crate::cli::paths::{apart, write};
use crate::cli::program::ProgramArgs;
use crate::cli::report::{say, say_json, warn_of_seed};
use crate::cli::tuning::Tuning;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The plan, a name or a text: 'proof a: * - x proof b: x'; the program's first one without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    #[command(flatten)]
    tuning: Tuning,
    /// How sure a verifier can be: seed, standard, fast, compact, or conjectured bits, 80 to 120,
    /// for the best setting that has them
    #[arg(long, value_name = "SETTING", default_value = "standard")]
    security: Security,
    /// Print the program with the columns, sends and predicted bytes of each line
    #[arg(long)]
    by_line: bool,
    /// Draw what is computed where and what crosses, as .svg or .dot
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "PATH", conflicts_with = "by_line")]
    graph: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    warn_of_seed(args.security);
    args.tuning.require_floor(args.security)?;
    #[cfg(feature = "prove")]
    if let Some(path) = &args.graph {
        Format::of(path)?;
        apart(args.program.paths(), [path.as_path()])?;
        Failure::unless_writable(path)?;
    }
    let mut program = args.program.load()?;
    // Entries change no count.
    program.assume_tables();
    let options = args.tuning.options(args.plan.as_deref(), args.security);
    let inspected = Inspected::of(&program, &options)?;
    #[cfg(feature = "prove")]
    if let Some(path) = &args.graph {
        return drawn(&inspected.drawing()?, path, json);
    }
    match (args.by_line, json) {
        (true, true) => say_json(&inspected.by_line()?.to_string()),
        (true, false) => say(&inspected.by_line_text()?),
        (false, true) => say_json(&inspected.object().to_string()),
        (false, false) => say(&inspected.text()),
    }
}

#[cfg(feature = "prove")]
enum Format {
    Svg,
    Dot,
}

#[cfg(feature = "prove")]
impl Format {
    /// By a file's extension.
    fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("dot") => Ok(Self::Dot),
            _ => {
                let message = format!("{} is no name for a drawing", path.display());
                Err(Failure::misuse(message).hint("end it with .svg or .dot"))
            }
        }
    }
}

#[cfg(feature = "prove")]
fn drawn(drawing: &Drawing, path: &Path, json: bool) -> Result<(), Failure> {
    let text = match Format::of(path)? {
        Format::Svg => drawing.svg("attnc-graph"),
        Format::Dot => drawing.dot(),
    };
    write(path, text.as_bytes())?;
    if json {
        return say_json(
            &json!({ "graph": path.display().to_string(), "bytes": text.len() }).to_string(),
        );
    }
    say(&format!(
        "{}: {}",
        crate::cli::report::shown(path),
        drawing.title
    ))
}
