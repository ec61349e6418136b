//! `attnc sample`: random inputs in range.

use std::path::PathBuf;

use attnc::{files::nested, files::sample};

use crate::cli::failure::Failure;
use crate::cli::paths::{apart, write_private, Format};
use crate::cli::program::{Program, ProgramArgs};
use crate::cli::report::say_json;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The same seed draws the same inputs on every platform
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write to a file instead of standard output: npz if it ends with .npz, else JSON
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, _json: bool) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let format = output.map_or(Ok(Format::Json), Format::of)?;
    apart([args.program.file.as_path()], output)?;
    let program = Program::load(&args.program)?;
    let assignment = sample::sample(&program.graph, args.seed);
    if let (Some(path), Format::Npz) = (output, format) {
        let bytes = nested::to_npz(&program.graph, &assignment);
        let bytes = bytes.map_err(|error| Failure::file(path, "write", &error))?;
        return write_private(path, &bytes);
    }
    let text = nested::to_json(&program.graph, &assignment).to_string() + "\n";
    match output {
        Some(path) => write_private(path, text.as_bytes()),
        None => say_json(&text),
    }
}
