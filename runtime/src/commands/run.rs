//! `attnc run`: a program's outputs by its reference meaning, without proving anything.

use std::path::PathBuf;

use attnc::files;
use attnc::nested::nest;
use attnc_compiler::graph::OutputId;
use serde_json::{json, Map, Value};

use crate::failure::Failure;
use crate::program::{Program, ProgramArgs};
use crate::report::{say, say_json, shaped};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs: .json with nested arrays by tensor name, or .npz
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Write the outputs to a JSON file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let mut program = Program::load(&args.program)?;
    let assignment = program.read_input(&args.input)?;
    let evaluation = program.evaluate(&assignment)?;
    let numbered = program.graph.outputs.iter().zip(0..);
    let outputs = numbered.map(|(output, number)| {
        let tensor = evaluation.output(OutputId(number));
        (output, nest(&tensor))
    });
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
    match &args.output {
        Some(path) => files::write(path, text.as_bytes())
            .map_err(|error| Failure::file(path, "write", &error)),
        None => say_json(&text),
    }
}
