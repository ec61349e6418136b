//! `attnc jobs`: how a plan is proved in pieces, for whatever runs graphs of jobs (spec 8.7).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use attnc::library::layout::Assembled;
use attnc::price::price;
use attnc::session::security::{Security, Setting};
use attnc::{Inputs, Program};
use attnc_compiler::diagnostic::visible::{is_hidden, line};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;

use crate::cli::commands::verify::fits;
use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::given::unnamed;
use crate::cli::paths::{apart, named, say_written, write};
use crate::cli::program::ProgramArgs;
use crate::cli::report::{is_seed, say, say_json};
use crate::cli::tuning::Tuning;

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

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    if json && matches!(args.format, Format::Make) {
        return Err(
            Failure::misuse("--format make writes a Makefile, --json asks for JSON")
                .hint("leave out one of them"),
        );
    }
    fits(&args.context)?;
    args.tuning.require_floor(args.security)?;
    let read = args.program.paths().chain([args.input.as_path()]);
    named(read.clone())?;
    apart(read, args.output.as_deref())?;
    let mut program = args.program.load()?;
    // So that every job would find what it needs.
    Fixed::require(&program)?;
    let inputs = Inputs::read(&program, &args.input)?;
    program.take_tables(&inputs)?;
    let parts = program.assemble(&args.tuning.options(args.plan.as_deref(), args.security))?;
    let graph = graph(args, &program, &parts)?;
    let say = match args.format {
        Format::Json => say_json,
        Format::Make => say,
    };
    let text = match args.format {
        Format::Json => match serde_json::to_string_pretty(&graph) {
            Ok(text) => text + "\n",
            Err(error) => unreachable!("jobs serialise: {error}"),
        },
        Format::Make => makefile(&graph)?,
    };
    match &args.output {
        Some(path) => {
            write(path, text.as_bytes())?;
            let what = json!({ "circuit": graph.circuit, "jobs": graph.jobs.len() });
            say_written(path, json, what, text.as_bytes())
        }
        None => say(&text),
    }
}

fn graph(args: &Args, program: &Program, parts: &[Assembled]) -> Result<Graph, Failure> {
    let circuit = &program.graph.name;
    let folder = operand(&args.folder)?;
    let inside = |name: String| Path::new(&folder).join(name).display().to_string();
    let program_file = operand(&args.program.file)?;
    let input = unnamed(&operand(&args.input)?);
    let fixed = fixed(args)?;
    let key = inside(format!("{circuit}.key"));
    let mut jobs = vec![Job {
        name: "key".into(),
        command: key_command(args, program, parts, &key, &program_file, &input, &fixed),
        needs: Vec::new(),
        inputs: [&[program_file, input.clone()], fixed.files.as_slice()].concat(),
        outputs: vec![key.clone()],
        predicted_ms: None,
        predicted_memory_bytes: None,
    }];
    let whole = inside(format!("{circuit}.proof"));
    let mut proofs = Vec::new();
    for part in parts {
        let part_circuit = &part.compiled.circuit;
        let setting = args.tuning.settle(&part.compiled, args.security)?;
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
            command: prove_command(args, &key, only, setting, &proof, &input, &fixed),
            needs: vec!["key".into()],
            inputs: [&[key.clone(), input.clone()], fixed.files.as_slice()].concat(),
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
    command.extend(context(args));
    if is_seed(args.security) {
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
        folder,
        jobs,
    })
}

/// A file as an argument: nothing that a command would take for a flag, or that is another file's
/// name when it is written as text.
fn operand(path: &Path) -> Result<String, Failure> {
    match path.to_str() {
        Some(text) if text.starts_with('-') => Ok(format!("./{text}")),
        Some(text) => Ok(text.to_string()),
        None => Err(Failure::misuse(format!(
            "the file name {} is not UTF-8, and jobs are written as text",
            path.display()
        ))),
    }
}

/// The flags of the fixed inputs, and their files.
struct FixedFiles {
    flags: Vec<String>,
    files: Vec<String>,
}

fn fixed(args: &Args) -> Result<FixedFiles, Failure> {
    let (mut flags, mut files) = (Vec::new(), Vec::new());
    for source in args.program.fixed.sources() {
        let file = operand(source.path)?;
        let named = source.name.map(|name| format!("{name}={file}"));
        flags.extend([
            "--fixed".to_string(),
            named.unwrap_or_else(|| unnamed(&file)),
        ]);
        files.push(file);
    }
    Ok(FixedFiles { flags, files })
}

fn context(args: &Args) -> Vec<String> {
    match args.context.as_str() {
        "" => Vec::new(),
        flag if flag.starts_with('-') => vec![format!("--context={flag}")],
        text => words(&["--context", text]),
    }
}

fn key_command(
    args: &Args,
    program: &Program,
    parts: &[Assembled],
    key: &str,
    program_file: &str,
    input: &str,
    fixed: &FixedFiles,
) -> Vec<String> {
    let mut command = words(&["attnc", "key", program_file]);
    for (name, value) in &args.program.params {
        command.extend(words(&["-p", &format!("{name}={value}")]));
    }
    // As it is named, which is on one line and means the same.
    if args.plan.is_some() {
        command.extend(words(&["--plan", &parts[0].compiled.circuit.plan]));
    }
    if program.wants_tables() {
        command.extend(words(&["--input", input]));
    }
    command.extend(fixed.flags.iter().cloned());
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
    input: &str,
    fixed: &FixedFiles,
) -> Vec<String> {
    let mut command = words(&["attnc", "prove", "--key", key]);
    if let Some(only) = &only {
        command.extend(words(&["--only", only]));
    }
    command.extend(words(&["--input", input]));
    command.extend(fixed.flags.iter().cloned());
    command.extend(words(&["--security", &setting.name()]));
    command.extend(context(args));
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
        let quoted = recipe(&job.command[1..])?;
        let folder = job
            .outputs
            .first()
            .and_then(|output| Path::new(output).parent());
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let _ = write!(text, "\n{name}: {}\n", inputs.join(" "));
        if let Some(folder) = folder {
            let folder = recipe(&[folder.display().to_string()])?;
            let _ = writeln!(text, "\t@mkdir -p {folder}");
        }
        let _ = writeln!(text, "\t$(ATTNC) {quoted}");
    }
    Ok(text)
}

/// Words of one line of a recipe: quoted for the shell, and `$` for make. Make ends a line whatever
/// quotes stand around its end, so no word has one, or another control character.
fn recipe(words: &[String]) -> Result<String, Failure> {
    if let Some(word) = words.iter().find(|word| word.contains(char::is_control)) {
        let message = format!("make has no way to write {}", line(word));
        return Err(Failure::misuse(message).hint("leave line breaks out, or take --format json"));
    }
    Ok(shell_words::join(words).replace('$', "$$"))
}

/// A file as a target of make, which cannot quote everything.
fn target(path: &str) -> Result<String, Failure> {
    let plain = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || "/._-+,@".contains(c),
        false => !is_hidden(c),
    };
    // `verify` is a target that is no file, and names that begin with a dot may mean more.
    let file = path.trim_start_matches("./");
    let special = file == "verify" || (file.starts_with('.') && !path.contains('/'));
    if path.chars().all(plain) && !path.is_empty() && !special {
        return Ok(path.to_string());
    }
    Err(
        Failure::misuse(format!("make has no way to write the file name {path:?}"))
            .hint("use names of letters, digits and . _ - + / or --format json"),
    )
}
