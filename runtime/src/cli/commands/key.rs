//! `attnc key`: the verifying key of a program.

use std::path::{Path, PathBuf};

use attnc::files::key::PartKey;
use attnc::{Key, Security, Setting};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::given::{self, one_input, Given};
use crate::cli::paths::{apart, say_of, unless_printed, write};
use crate::cli::program::ProgramArgs;
use crate::cli::progress::Progress;
use crate::cli::report::{digests, say_json, shown, titled};
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
    /// The input file, for the entries of tables that come from it; NAME=FILE for one tensor or table
    /// alone, and again for others
    #[arg(long, value_name = "FILE", value_parser = given::parser())]
    input: Vec<Given>,
    /// Roots for this setting alone: seed, standard, fast, compact, conjectured bits as `prove`
    /// takes them, or a setting as a proof names it
    #[arg(long, value_name = "SETTING")]
    security: Option<Security>,
    /// The key file; <circuit>.key without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let security = args.security.unwrap_or(Setting::Standard.into());
    args.tuning.require_floor(security)?;
    one_input(&args.input)?;
    let read: Vec<&Path> = args
        .program
        .paths()
        .chain(given::paths(&args.input))
        .collect();
    apart(read.iter().copied(), args.output.as_deref())?;
    let progress = Progress::start("reading");
    let mut program = args.program.load()?;
    Fixed::require(&program)?;
    program.read_tables_of(&given::sources(&args.input))?;
    let default = || PathBuf::from(format!("{}.key", program.graph.name));
    let path = args.output.clone().unwrap_or_else(default);
    unless_printed(&path, json)?;
    apart(read, [path.as_path()])?;
    Failure::unless_writable(&path)?;
    progress.stage("compiling");
    let layout = program.lay_out(&args.tuning.options(args.plan.as_deref(), security))?;
    progress.stage("committing");
    let key = match args.security {
        Some(_) => Key::make_for(&layout),
        None => Key::make(&layout),
    };
    write(&path, key.to_json().as_bytes())?;
    drop(progress);
    let key = key.file;
    let hides = key.hides();
    if json {
        let part = |part: &PartKey| {
            json!({
                "name": part.name,
                "choices": part.choices,
                "layout": part.layout,
                "blowups": part.preprocessed.keys().collect::<Vec<_>>(),
            })
        };
        let object = json!({
            "key": path.display().to_string(),
            "circuit": key.circuit,
            "plan": key.plan,
            "program": key.program,
            "hiding": hides,
            "fixed": digests(&key.fixed),
            "parts": key.parts.iter().map(part).collect::<Vec<_>>(),
            "bytes": key.to_json().len(),
        });
        return say_json(&object.to_string());
    }
    let title = titled(&key.circuit, &key.params);
    let told = format!(
        "{}: key of {title}, plan {}, program {}, of proofs that {}hide",
        shown(&path),
        key.plan,
        key.program,
        if hides { "" } else { "do not " },
    );
    say_of(&path, &told)
}
