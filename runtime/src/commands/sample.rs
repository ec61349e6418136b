//! `attnc sample`: random inputs in range.

use std::path::PathBuf;

use attnc::{files, nested, sample};

use crate::failure::Failure;
use crate::program::{Program, ProgramArgs};
use crate::report::say_json;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The same seed draws the same inputs on every platform
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write to a JSON file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, _json: bool) -> Result<(), Failure> {
    let program = Program::load(&args.program)?;
    let assignment = sample::sample(&program.graph, args.seed);
    let text = nested::to_json(&program.graph, &assignment).to_string() + "\n";
    match &args.output {
        Some(path) => files::write(path, text.as_bytes())
            .map_err(|error| Failure::file(path, "write", &error)),
        None => say_json(&text),
    }
}
