//! `attnc emit STAGE`: a stage of the compiler as it prints itself.

use std::path::PathBuf;

use attnc::session::security::Setting;
use attnc_compiler::circuit::Circuit;
use clap::ValueEnum;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::paths::{apart, say_written, write};
use crate::cli::program::ProgramArgs;
use crate::cli::report::{say, say_json};
use crate::cli::tuning::Tuning;

#[derive(Clone, Copy, ValueEnum)]
enum Stage {
    /// What was written, in canonical form, with calls of definitions expanded
    Ast,
    /// What it means: values over index spaces, with their intervals
    Graph,
    /// Which values each proof has
    Plan,
    /// Components, columns and operations, with the lines they come from
    Circuit,
}

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "STAGE")]
    stage: Stage,
    #[command(flatten)]
    program: ProgramArgs,
    /// The plan, a name or a text: 'proof a: * - x proof b: x'; the program's first one without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    #[command(flatten)]
    tuning: Tuning,
    /// Of the ast: as it was written, with its definitions, calls not expanded
    #[arg(long)]
    written: bool,
    /// The input file, for the entries of tables that come from it
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Flags that are about a later stage than the one that is printed.
fn without_effect(args: &Args) -> Result<(), Failure> {
    let stage = match args.stage {
        Stage::Ast => 0,
        Stage::Graph => 1,
        Stage::Plan => 2,
        Stage::Circuit => 3,
    };
    let layout = args.tuning.flags();
    let given = [
        (args.input.is_some() && stage < 1, "--input", "graph"),
        (args.plan.is_some() && stage < 2, "--plan", "plan"),
        (
            !layout.is_empty() && stage < 3,
            layout.first().map_or("", String::as_str),
            "circuit",
        ),
    ];
    let without = given.into_iter().find(|(without, ..)| *without);
    if args.written && stage > 0 {
        return Err(Failure::misuse(
            "--written has no effect on this stage: it is of the expanded program",
        )
        .hint("leave it out, or emit ast"));
    }
    match without {
        Some((_, flag, first)) => Err(Failure::misuse(format!(
            "{flag} has no effect on this stage: the first that it changes is the {first}"
        ))
        .hint(format!("leave it out, or emit {first}"))),
        None => args.tuning.require_floor(Setting::Standard.into()),
    }
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    without_effect(args)?;
    let read = args.program.paths().chain(args.input.as_deref());
    apart(read, args.output.as_deref())?;
    let mut program = args.program.load()?;
    if let Some(input) = &args.input {
        program.read_tables(Some(input))?;
    }
    program.assume_tables();
    let plan = args.plan.as_deref();
    let ast = match args.written {
        true => &program.written,
        false => &program.ast,
    };
    let text = match args.stage {
        Stage::Ast if json => to_json(ast),
        Stage::Ast => ast.to_string(),
        Stage::Graph if json => to_json(&program.graph),
        Stage::Graph => program.graph.to_string(),
        Stage::Plan if json => to_json(&program.partition(plan)?),
        Stage::Plan => program.partition(plan)?.to_string(),
        Stage::Circuit => {
            let security = Setting::Standard.into();
            let assembled = program.assemble(&args.tuning.options(plan, security))?;
            let circuits: Vec<Circuit> =
                assembled.into_iter().map(|a| a.compiled.circuit).collect();
            match (json, circuits.as_slice()) {
                (true, [circuit]) => to_json(circuit),
                (true, circuits) => to_json(&circuits),
                (false, circuits) => {
                    let each = circuits
                        .iter()
                        .map(|c| c.show(&program.sources).to_string());
                    each.collect::<Vec<_>>().join("\n")
                }
            }
        }
    };
    match &args.output {
        Some(path) => {
            write(path, text.as_bytes())?;
            let stage = args.stage.to_possible_value();
            let stage = stage.map(|stage| stage.get_name().to_string());
            say_written(path, json, json!({ "stage": stage }), text.as_bytes())
        }
        None if json => say_json(&text),
        None => say(&text),
    }
}

fn to_json(stage: &impl serde::Serialize) -> String {
    match serde_json::to_string(stage) {
        Ok(text) => text + "\n",
        Err(error) => unreachable!("a stage serialises: {error}"),
    }
}
