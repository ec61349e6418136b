//! `attnc sample`: random inputs in range.

use std::path::PathBuf;

use attnc::{files::nested, files::sample};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::paths::{apart, arrays, say_written, write_private, Format};
use crate::cli::program::ProgramArgs;
use crate::cli::report::say_json;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The same seed draws the same inputs on every platform
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write to a file instead of standard output: npz if it ends with .npz, one array if it
    /// ends with .npy, else JSON
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let format = output.map_or(Ok(Format::Json), Format::of)?;
    apart([args.program.file.as_path()], output)?;
    let program = args.program.load()?;
    let assignment = sample::sample(&program.graph, args.seed);
    let as_json = || nested::to_json(&program.graph, &assignment);
    let Some(path) = output else {
        return say_json(&as_json().to_string());
    };
    let named: Vec<_> = nested::named(&program.graph, &assignment).collect();
    let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    let what = json!({ "format": format.name(), "tensors": names, "seed": args.seed });
    let bytes = arrays(path, format, named, as_json)?;
    write_private(path, &bytes)?;
    say_written(path, json, what, &bytes)
}
