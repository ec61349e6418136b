//! `attnc jobs`: how a plan is proved in pieces, for whatever runs graphs of jobs (spec 8.7).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use attnc::price::price;
use attnc::security::{Security, Setting};
use clap::ValueEnum;
use serde::Serialize;

use crate::commands::verify::fits;
use crate::failure::Failure;
use crate::paths::{apart, named, write};
use crate::program::{Assembled, Program, ProgramArgs};
use crate::report::say;
use crate::tuning::Tuning;

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A Makefile: `make -j`
    Make,
    /// One object, for any other runner
    Json,
}

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The plan, a name or a text: 'proof a: * - x proof b: x'; the program's first one without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    #[command(flatten)]
    tuning: Tuning,
    /// How sure a verifier can be, as `attnc prove` takes it
    #[arg(long, value_name = "SETTING", default_value = "standard")]
    security: Security,
    /// A text of your own that the proofs are bound to
    #[arg(long, value_name = "TEXT", default_value = "")]
    context: String,
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// The folder that the jobs write to, as they will name it
    #[arg(long, value_name = "FOLDER", default_value = "jobs")]
    folder: PathBuf,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A command, to be run when those before it have ended well.
#[derive(Serialize)]
struct Job {
    name: String,
    command: Vec<String>,
    /// Names of jobs.
    needs: Vec<String>,
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// What proving is expected to take with two cores.
    predicted_ms: Option<f64>,
    predicted_memory_bytes: Option<f64>,
}

#[derive(Serialize)]
struct Graph {
    format: &'static str,
    version: u32,
    circuit: String,
    plan: String,
    folder: String,
    /// Each after those that it needs.
    jobs: Vec<Job>,
}

pub fn run(args: &Args, _json: bool) -> Result<(), Failure> {
    fits(&args.context)?;
    let read = [args.program.file.as_path(), &args.input];
    named(read)?;
    apart(read, args.output.as_deref())?;
    let mut program = Program::load(&args.program)?;
    // So that every job would find what it needs.
    program.read_input(&args.input)?;
    let parts = program.assemble(args.plan.as_deref(), &args.tuning, args.security)?;
    let graph = graph(args, &program, &parts)?;
    let text = match args.format {
        Format::Json => match serde_json::to_string_pretty(&graph) {
            Ok(text) => text + "\n",
            Err(error) => unreachable!("jobs serialise: {error}"),
        },
        Format::Make => makefile(&graph)?,
    };
    match &args.output {
        Some(path) => write(path, text.as_bytes()),
        None => say(&text),
    }
}

fn graph(args: &Args, program: &Program, parts: &[Assembled]) -> Result<Graph, Failure> {
    let circuit = &program.graph.name;
    let inside = |name: String| args.folder.join(name).display().to_string();
    let program_file = args.program.file.display().to_string();
    let input = args.input.display().to_string();
    let key = inside(format!("{circuit}.key"));
    let mut jobs = vec![Job {
        name: "key".into(),
        command: key_command(args, program, &key),
        needs: Vec::new(),
        inputs: vec![program_file, input.clone()],
        outputs: vec![key.clone()],
        predicted_ms: None,
        predicted_memory_bytes: None,
    }];
    let whole = inside(format!("{circuit}.proof"));
    let mut proofs = Vec::new();
    for part in parts {
        let part_circuit = &part.compiled.circuit;
        let setting = args.tuning.settle(part_circuit, args.security)?;
        let price = price(part_circuit, setting.into(), args.tuning.objective());
        let (proof, only) = match parts.len() {
            1 => (whole.clone(), None),
            _ => (
                inside(format!("{circuit}.{}.proof", part_circuit.proofs[0])),
                Some(part_circuit.proofs[0].clone()),
            ),
        };
        jobs.push(Job {
            name: format!("prove {}", part_circuit.part),
            command: prove_command(args, &key, only, setting, &proof),
            needs: vec!["key".into()],
            inputs: vec![key.clone(), input.clone()],
            outputs: vec![proof.clone()],
            predicted_ms: price.as_ref().map(|price| price.ms.round()),
            predicted_memory_bytes: price.as_ref().map(|price| price.memory_bytes.round()),
        });
        proofs.push(proof);
    }
    let proved: Vec<String> = jobs[1..].iter().map(|job| job.name.clone()).collect();
    if parts.len() > 1 {
        let mut command = words(&["attnc", "join"]);
        command.extend(proofs.iter().cloned());
        command.extend(words(&["--key", &key, "-o", &whole]));
        let mut inputs = vec![key.clone()];
        inputs.extend(proofs);
        jobs.push(Job {
            name: "join".into(),
            command,
            needs: proved,
            inputs,
            outputs: vec![whole.clone()],
            predicted_ms: None,
            predicted_memory_bytes: None,
        });
    }
    let before = jobs.last().map(|job| job.name.clone());
    let mut command = words(&["attnc", "verify", &whole, "--key", &key, "--whole"]);
    if !args.context.is_empty() {
        command.extend(words(&["--context", &args.context]));
    }
    if args.security == Setting::Seed.into() {
        // Whoever runs the jobs asked for it.
        command.extend(words(&["--min-security", "13"]));
    }
    jobs.push(Job {
        name: "verify".into(),
        command,
        needs: before.into_iter().collect(),
        inputs: vec![key, whole],
        outputs: Vec::new(),
        predicted_ms: None,
        predicted_memory_bytes: None,
    });
    Ok(Graph {
        format: "attnc-jobs",
        version: 1,
        circuit: circuit.clone(),
        plan: parts[0].compiled.circuit.plan.clone(),
        folder: args.folder.display().to_string(),
        jobs,
    })
}

fn key_command(args: &Args, program: &Program, key: &str) -> Vec<String> {
    let mut command = words(&["attnc", "key", &args.program.file.display().to_string()]);
    for (name, value) in &args.program.params {
        command.extend(words(&["-p", &format!("{name}={value}")]));
    }
    if let Some(plan) = &args.plan {
        command.extend(words(&["--plan", plan]));
    }
    if program.wants_tables() {
        command.extend(words(&["--input", &args.input.display().to_string()]));
    }
    command.extend(args.tuning.flags());
    command.extend(words(&[
        "--security",
        &args.security.to_string(),
        "-o",
        key,
    ]));
    command
}

fn prove_command(
    args: &Args,
    key: &str,
    only: Option<String>,
    setting: Setting,
    proof: &str,
) -> Vec<String> {
    let mut command = words(&["attnc", "prove", "--key", key]);
    if let Some(only) = &only {
        command.extend(words(&["--only", only]));
    }
    command.extend(words(&["--input", &args.input.display().to_string()]));
    command.extend(words(&["--security", &setting.name()]));
    if !args.context.is_empty() {
        command.extend(words(&["--context", &args.context]));
    }
    command.extend(words(&["-o", proof]));
    command
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}

/// A Makefile whose targets are the files; `attnc` is `$(ATTNC)`.
fn makefile(graph: &Graph) -> Result<String, Failure> {
    let mut text = format!(
        "# Proves {}, plan {}. Written by `attnc jobs`; run it with `make -j`.\n\
         ATTNC ?= attnc\n\n.DELETE_ON_ERROR:\n.PHONY: verify\n",
        graph.circuit, graph.plan
    );
    // The first target is what `make` makes.
    for job in graph.jobs.iter().rev() {
        let mut inputs = Vec::new();
        for input in &job.inputs {
            inputs.push(target(input)?);
        }
        let name = match job.outputs.first() {
            Some(output) => target(output)?,
            None => job.name.clone(),
        };
        let quoted = shell_words::join(&job.command[1..]).replace('$', "$$");
        let folder = job
            .outputs
            .first()
            .and_then(|output| Path::new(output).parent());
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let _ = write!(text, "\n{name}: {}\n", inputs.join(" "));
        if let Some(folder) = folder {
            let folder = folder.display().to_string();
            let folder = shell_words::quote(&folder).replace('$', "$$");
            let _ = writeln!(text, "\t@mkdir -p {folder}");
        }
        let _ = writeln!(text, "\t$(ATTNC) {quoted}");
    }
    Ok(text)
}

/// A file as a target of make, which cannot quote everything.
fn target(path: &str) -> Result<String, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,@".contains(c) || !c.is_ascii();
    if path.chars().all(plain) && !path.is_empty() {
        return Ok(path.to_string());
    }
    Err(
        Failure::misuse(format!("make has no way to write the file name {path:?}"))
            .hint("use names of letters, digits and . _ - + / or --format json"),
    )
}
