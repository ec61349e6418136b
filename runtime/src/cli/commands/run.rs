//! `attnc run`: a program's outputs by its reference meaning, without proving anything.

use std::borrow::Cow;
use std::path::PathBuf;

use attnc::files::nested::nest;
use attnc::files::npz;
use attnc::Inputs;
use serde_json::{json, Map, Value};

use crate::cli::failure::Failure;
use crate::cli::paths::{apart, write_private, Format};
use crate::cli::program::ProgramArgs;
use crate::cli::report::{say, say_json, shaped};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs: .json with nested arrays by tensor name, or .npz
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Write the outputs to a file, npz if it ends with .npz, else JSON, as also for -
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let format = output.map_or(Ok(Format::Json), Format::of)?;
    apart([args.program.file.as_path(), &args.input], output)?;
    let program = args.program.load()?;
    let inputs = Inputs::read(&program, &args.input)?;
    let run = program.run(&inputs)?;
    let tensors = run.outputs();
    if let (Some(path), Format::Npz) = (output, format) {
        let named = tensors.map(|(name, tensor)| (name, Cow::Owned(tensor)));
        let bytes = npz::archive(named).map_err(|error| Failure::file(path, "write", &error))?;
        return write_private(path, &bytes);
    }

    if args.output.is_none() && !json {
        let mut text = String::new();
        for (name, tensor) in tensors {
            let shape: Vec<u64> = tensor.shape.iter().map(|&size| size as u64).collect();
            text += &format!("{} = {}\n", shaped(name, &shape), nest(&tensor));
        }
        return say(&text);
    }
    let outputs: Map<String, Value> = tensors
        .map(|(name, tensor)| (name.to_string(), nest(&tensor)))
        .collect();
    let text = json!({ "outputs": outputs }).to_string() + "\n";
    match output {
        Some(path) => write_private(path, text.as_bytes()),
        None => say_json(&text),
    }
}
