//! `attnc run`: a program's outputs by its reference meaning, without proving anything.

use std::borrow::Cow;
use std::path::PathBuf;

use attnc::files::nested::nest;
use attnc::files::npz;
use attnc_compiler::meaning::graph::OutputId;
use serde_json::{json, Map, Value};

use crate::cli::failure::Failure;
use crate::cli::paths::{apart, write_private, Format};
use crate::cli::program::{Program, ProgramArgs};
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
    let mut program = Program::load(&args.program)?;
    let assignment = program.read_input(&args.input)?;
    let evaluation = program.evaluate(&assignment)?;
    let numbered = program.graph.outputs.iter().zip(0..);
    let tensors = numbered.map(|(output, number)| (output, evaluation.output(OutputId(number))));
    if let (Some(path), Format::Npz) = (output, format) {
        let named = tensors.map(|(output, tensor)| (output.name.as_str(), Cow::Owned(tensor)));
        let bytes = npz::archive(named).map_err(|error| Failure::file(path, "write", &error))?;
        return write_private(path, &bytes);
    }
    let outputs = tensors.map(|(output, tensor)| (output, nest(&tensor)));
    if args.output.is_none() && !json {
        let mut text = String::new();
        for (output, nested) in outputs {
            let name = shaped(&output.name, &output.shape);
            text += &format!("{name} = {nested}\n");
        }
        return say(&text);
    }
    let outputs: Map<String, Value> = outputs
        .map(|(output, nested)| (output.name.clone(), nested))
        .collect();
    let text = json!({ "outputs": outputs }).to_string() + "\n";
    match output {
        Some(path) => write_private(path, text.as_bytes()),
        None => say_json(&text),
    }
}
