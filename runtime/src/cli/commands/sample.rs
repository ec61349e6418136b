//! `attnc sample`: random inputs in range, and random fixed inputs.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use attnc::files::nested::{self, nest};
use attnc::{Inputs, Program};
use serde_json::{json, Map, Value};

use crate::cli::failure::Failure;
use crate::cli::paths::{apart, arrays, say_written, unless_printed, write_private, Format};
use crate::cli::program::ProgramArgs;
use crate::cli::report::say_json;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The same seed draws the same inputs on every platform
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Draw the fixed inputs too, into this file, which other commands take with --fixed: closer to 0
    /// than their ranges, if assertions want that. Its name says the format, as of -o
    #[arg(long, value_name = "FILE", conflicts_with = "fixed")]
    draw_fixed: Option<PathBuf>,
    /// Write to a file instead of standard output: npz if it ends with .npz, one array if it
    /// ends with .npy, else JSON
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let format = output.map_or(Ok(Format::Json), Format::of)?;
    let written = args.draw_fixed.as_deref().into_iter().chain(output);
    apart(args.program.paths(), written)?;
    let mut program = args.program.load()?;
    let inputs = Inputs::sample(&program, args.seed);
    if let Some(path) = &args.draw_fixed {
        program.take_tables(&inputs)?;
        draw_fixed(&mut program, args.seed, path, json)?;
    }
    let assignment = inputs.assignment(&program)?;
    let as_json = || nested::to_json(&program.graph, assignment);
    let Some(path) = output else {
        return say_json(&as_json().to_string());
    };
    let named: Vec<_> = nested::named(&program.graph, assignment).collect();
    let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    let mut what = json!({ "format": format.name(), "tensors": names, "seed": args.seed });
    if let Some(path) = &args.draw_fixed {
        what["fixed"] = json!(path.display().to_string());
    }
    let bytes = arrays(path, format, named, as_json)?;
    write_private(path, &bytes)?;
    say_written(path, json, what, &bytes)
}

/// Draws the fixed inputs of a program into a file.
fn draw_fixed(program: &mut Program, seed: u64, path: &Path, json: bool) -> Result<(), Failure> {
    let format = Format::of(path)?;
    unless_printed(path, json)?;
    if !program.wants_fixed() {
        let message = format!("`{}` has no fixed inputs", program.name());
        return Err(Failure::misuse(message).hint("leave out --draw-fixed"));
    }
    program.sample_fixed(seed)?;
    let named = program.named_fixed();
    let nested = || {
        let nested = named.iter().map(|(name, it)| (name.to_string(), nest(it)));
        Value::Object(nested.collect::<Map<_, _>>())
    };
    let tensors = named.iter().map(|(name, it)| (*name, Cow::Borrowed(it)));
    let bytes = arrays(path, format, tensors.collect(), nested)?;
    write_private(path, &bytes)
}
