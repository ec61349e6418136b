//! `attnc prove`: a proof file that a program, on some inputs, gives its public outputs.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use attnc::files;
use attnc::key::{listed, Identity, Key};
use attnc::proof::{encode, part_bytes};
use attnc::prove::{ProveError, Proved, Prover, Stage};
use attnc::security::{Security, Setting};
use attnc::session::{account, Scheme};
use attnc::statement::{program_digest, MAX_CONTEXT};
use attnc::verify::{verify, Part};
use attnc_compiler::cost::Breakdown;
use attnc_compiler::eval::Assignment;
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::program::{parameter, Program};
use crate::progress::Progress;
use crate::report::{predicted, predicted_session, say, security, titled, warn_of_seed, Figures};
use crate::tuning::Tuning;

#[derive(clap::Args)]
pub struct Args {
    /// The program; with --key it may be left out
    #[arg(value_name = "FILE", required_unless_present = "key")]
    file: Option<PathBuf>,
    /// Set a parameter of the program
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", requires = "file",
          value_parser = parameter)]
    params: Vec<(String, i64)>,
    /// The key: its program, parameters, plan and tables are proved
    #[arg(long, value_name = "KEY", conflicts_with_all = ["contract", "optimize", "memory"])]
    key: Option<PathBuf>,
    /// The program's inputs: .json with nested arrays by tensor name, or .npz; give it again for
    /// another proof
    #[arg(long, value_name = "FILE", required = true)]
    input: Vec<PathBuf>,
    /// The plan; without it the key's, or the program's first one
    #[arg(long, value_name = "NAME")]
    plan: Option<String>,
    #[command(flatten)]
    tuning: Tuning,
    /// How sure a verifier can be: seed, standard, fast, compact, or conjectured bits, 80 to 120,
    /// for the best setting that has them
    #[arg(long, value_name = "SETTING", default_value = "standard")]
    security: Security,
    /// A text of your own that the proof is bound to
    #[arg(long, value_name = "TEXT", default_value = "")]
    context: String,
    /// Verify the proof before writing it
    #[arg(long)]
    check: bool,
    /// The proof file; <circuit>.proof without it. For several inputs as many files, or a folder
    /// in which every proof has its input's name
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    if args.context.len() > MAX_CONTEXT {
        return Err(Failure::misuse(format!(
            "the context has {} bytes, {MAX_CONTEXT} at most",
            args.context.len()
        )));
    }
    let outputs = outputs(&args.input, &args.output)?;
    warn_of_seed(args.security);
    let progress = Progress::start("reading");
    let (mut program, keyed) = load(args)?;
    let several = args.input.len() > 1;
    let first = program
        .read_input(&args.input[0])
        .map_err(|failure| among(failure, several, &args.input[0], &[]))?;
    progress.stage("compiling");
    let (compiled, mut key) = match keyed {
        Some((key, compiled)) => (compiled, Some(key)),
        None => {
            let assembled = program.assemble(args.plan.as_deref(), &args.tuning, args.security)?;
            (assembled.compiled, None)
        }
    };
    let key_given = key.is_some();
    let default = || vec![PathBuf::from(format!("{}.proof", compiled.circuit.name))];
    let outputs = outputs.unwrap_or_else(default);
    let claimed = Identity::of(&compiled).claimed(args.context.clone());
    let setting = args.tuning.settle(&compiled.circuit, args.security)?;
    drop(progress);

    let prover = OnceCell::new();
    let mut first = Some(first);
    let mut reports = Vec::new();
    for (position, (input, output)) in args.input.iter().zip(&outputs).enumerate() {
        let progress = Progress::start("reading");
        let written = &outputs[..position];
        let of_this = |failure| among(failure, several, input, written);
        let assignment = match first.take() {
            Some(assignment) => assignment,
            None => program.read_input(input).map_err(of_this)?,
        };
        same_tables(&compiled, &assignment, key_given).map_err(of_this)?;
        progress.stage("evaluating");
        let evaluation = program.evaluate(&assignment).map_err(of_this)?;
        progress.stage("preprocessing");
        let prover = prover.get_or_init(|| Prover::new(&compiled.circuit, setting));
        if let (Some(key), Some(path)) = (&key, &args.key) {
            same_roots(key, path, &compiled, prover, setting)?;
        }
        let watch = |stage| {
            progress.stage(match stage {
                Stage::Preprocessing => "preprocessing",
                Stage::Filling => "filling",
                Stage::Committing => "committing",
                Stage::Challenges => "drawing challenges",
                Stage::Proving => "proving",
            });
        };
        let mut proved = prover
            .prove_watched(&evaluation, &claimed, &watch)
            .map_err(|error| of_this(refused(error)))?;
        if position == 0 {
            proved.times.setup = prover.setup();
        }
        let parts = proved.session.parts();
        let check_ms = if args.check {
            progress.stage("verifying");
            let key = key.get_or_insert_with(|| Key::make_for(&compiled, &[setting]));
            let check_ms = check(key, &compiled, &proved, &parts, setting);
            Some(check_ms.map_err(of_this)?)
        } else {
            None
        };
        let statement = &proved.session.statement;
        let bytes = encode(statement, &compiled.circuit, proved.session.nonce, &parts);
        files::write(output, &bytes)
            .map_err(|error| of_this(Failure::file(output, "write", &error)))?;
        drop(progress);

        let mut report = figures(&compiled, &proved, setting, bytes.len());
        if let Some(check_ms) = check_ms {
            report["verify_ms"] = json!(check_ms);
        }
        report["proof"] = json!(output.display().to_string());
        report["input"] = json!(input.display().to_string());
        if !json {
            say(&told(&compiled, &proved, setting, &report))?;
        }
        reports.push(report);
    }
    match (json, reports.as_slice()) {
        (false, _) => Ok(()),
        (true, [report]) => say(&report.to_string()),
        (true, _) => say(&json!({ "sessions": reports }).to_string()),
    }
}

/// A proof and its figures in words.
fn told(compiled: &Compiled, proved: &Proved, setting: Setting, report: &Value) -> String {
    let statement = &proved.session.statement;
    let account = account(&compiled.circuit, setting);
    format!(
        "{}: {} proved, plan {}\n  {} bytes ({} predicted), statement {} bytes\n  trace of {} \
         rows filled in {} ms; proved in {} ms in all\n  {}: {:.1} bits conjectured, {:.1} \
         proven\n",
        report["proof"].as_str().unwrap_or_default(),
        titled(&statement.circuit, &statement.params),
        statement.plan,
        report["packed_bytes"],
        report["predicted_bytes"],
        report["statement_bytes"],
        report["trace_rows"],
        report["trace_ms"].as_f64().unwrap_or(0.0).round(),
        report["prove_ms"].as_f64().unwrap_or(0.0).round(),
        setting,
        account.conjectured_bits,
        account.proven_bits,
    )
}

/// The proof file of every input, or `None` for the circuit's own name.
fn outputs(inputs: &[PathBuf], given: &[PathBuf]) -> Result<Option<Vec<PathBuf>>, Failure> {
    let outputs = match (inputs, given) {
        ([_], []) => return Ok(None),
        (_, [folder]) if folder.is_dir() => inputs
            .iter()
            .map(|input| {
                let stem = input.file_stem().unwrap_or(input.as_os_str());
                let mut name = stem.to_os_string();
                name.push(".proof");
                folder.join(name)
            })
            .collect(),
        _ if inputs.len() == given.len() => given.to_vec(),
        _ => {
            let (inputs, outputs) = (inputs.len(), given.len());
            return Err(Failure::misuse(format!(
                "there are {inputs} inputs and {outputs} outputs"
            ))
            .hint("give one folder that exists with -o, or -o once for every --input"));
        }
    };
    for (position, output) in outputs.iter().enumerate() {
        if outputs[..position].contains(output) {
            let output = output.display();
            return Err(Failure::misuse(format!(
                "two proofs would be written to {output}"
            )));
        }
    }
    Ok(Some(outputs))
}

/// The program, and the key with its program compiled if there is one.
fn load(args: &Args) -> Result<(Program, Option<(Key, Compiled)>), Failure> {
    let Some(path) = &args.key else {
        return match &args.file {
            Some(file) => Ok((Program::load_from(file, &args.params)?, None)),
            None => Err(Failure::misuse("give the program or a key")),
        };
    };
    let bad = |error| Failure::misuse(format!("{}: {error}", path.display()));
    let key = Key::read(path).map_err(bad)?;
    let compiled = key.compile().map_err(bad)?;
    let mut program = match &args.file {
        Some(file) => Program::load_from(file, &args.params)?,
        None => Program {
            file: format!("{} (source)", path.display()),
            source: key.source.clone(),
            ast: compiled.ast.clone(),
            graph: compiled.graph.clone(),
        },
    };
    if let Some((found, expected)) = differing(&program, args.plan.as_deref(), &key) {
        let file = program.file;
        return Err(Failure::misuse(format!(
            "{} is the key of {expected}, not of {found}",
            path.display()
        ))
        .hint(format!(
            "leave out {file}, -p and --plan to prove what the key is for"
        )));
    }
    let tables = program.graph.tables.iter_mut().zip(&compiled.graph.tables);
    tables.for_each(|(table, keyed)| table.entries.clone_from(&keyed.entries));
    Ok((program, Some((key, compiled))))
}

/// What was asked for and what the key is for, where they differ.
fn differing(program: &Program, plan: Option<&str>, key: &Key) -> Option<(String, String)> {
    let quoted = |what: &str, name: &str| format!("{what} `{name}`");
    if program.graph.name != key.circuit {
        let found = quoted("the circuit", &program.graph.name);
        return Some((found, quoted("the circuit", &key.circuit)));
    }
    let params = program.graph.params.iter();
    let params: Vec<(String, i64)> = params.map(|p| (p.name.clone(), p.value)).collect();
    if params != key.params {
        return Some((listed(&params), listed(&key.params)));
    }
    let program = program_digest(&program.ast.to_string(), &params);
    if program != key.program {
        let digest = |digest| format!("a program with the digest {digest}");
        return Some((digest(program), digest(key.program)));
    }
    let plan = plan.filter(|plan| *plan != key.plan)?;
    Some((quoted("the plan", plan), quoted("the plan", &key.plan)))
}

/// Says of which of several inputs a failure is, and what is written already.
fn among(failure: Failure, several: bool, input: &Path, written: &[PathBuf]) -> Failure {
    if !several {
        return failure;
    }
    let failure = failure.about(input);
    let written: Vec<String> = written.iter().map(|p| p.display().to_string()).collect();
    if written.is_empty() {
        return failure.hint("no proof is written");
    }
    failure.hint(format!(
        "the proofs before it are written: {}",
        written.join(", ")
    ))
}

/// The tables are the circuit's, so they are those of the key or of the first input.
fn same_tables(
    compiled: &Compiled,
    assignment: &Assignment,
    key_given: bool,
) -> Result<(), Failure> {
    let mut tables = compiled.graph.tables.iter().zip(&assignment.tables);
    match tables.find(|(table, entries)| table.entries != **entries) {
        Some((table, _)) => {
            let whose = if key_given { "key" } else { "first input" };
            Err(
                Failure::misuse(format!("table `{}` is not that of the {whose}", table.name))
                    .hint("a circuit has its tables: leave it out, or make another key"),
            )
        }
        None => Ok(()),
    }
}

/// A key is not recomputed when it is read, but here it can be.
fn same_roots(
    key: &Key,
    path: &Path,
    compiled: &Compiled,
    prover: &Prover<'_>,
    setting: Setting,
) -> Result<(), Failure> {
    let bad = |what: String| Failure::misuse(format!("{}: {what}", path.display()));
    let expected = key.expected(compiled, setting);
    let expected = expected.map_err(|error| bad(error.to_string()))?;
    if expected.preprocessed != prover.roots() {
        return Err(bad(
            "the key's preprocessed roots are not those of its program; it was changed, or made \
             by another attnc"
                .into(),
        ));
    }
    Ok(())
}

fn refused(error: ProveError) -> Failure {
    let hint = match error {
        // Bad luck, with its own remedy in the message.
        ProveError::Unlucky => return Failure::no(error.to_string()),
        _ => "this is a bug of attnc: please report it with the program and its input",
    };
    Failure::no(error.to_string()).hint(hint)
}

/// Verifies what was proved; the milliseconds that it took.
fn check(
    key: &Key,
    compiled: &Compiled,
    proved: &Proved,
    parts: &[Part<'_>],
    setting: Setting,
) -> Result<f64, Failure> {
    let expected = key
        .expected(compiled, setting)
        .map_err(|error| Failure::no(error.to_string()))?;
    let start = std::time::Instant::now();
    verify(
        &expected,
        &proved.session.statement,
        proved.session.nonce,
        parts,
    )
    .map_err(|rejection| Failure::no(format!("the proof does not verify: {rejection}")))?;
    Ok(milliseconds(start.elapsed()))
}

fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// What `prove --json` prints.
fn figures(compiled: &Compiled, proved: &Proved, setting: Setting, file_bytes: usize) -> Value {
    let circuit = &compiled.circuit;
    let session = &proved.session;
    let schemes = Scheme::of(circuit, setting);
    let mut breakdown = Breakdown::default();
    let mut proofs = Vec::new();
    let (mut json_bytes, mut size_estimate, mut packed_bytes) = (0, 0, 0);
    for (proof, (part, measured)) in session.proofs.iter().zip(&proved.measured).enumerate() {
        let figures = Figures::of_proof(circuit, proof);
        let packed = part_bytes(part.claims.len(), part.packed.len());
        packed_bytes += packed;
        let published = measured.json_bytes();
        json_bytes += published;
        size_estimate += measured.size_estimate();
        breakdown.sampled_values += measured.breakdown.sampled_values;
        breakdown.queried_values += measured.breakdown.queried_values;
        breakdown.fri_samples += measured.breakdown.fri_samples;
        breakdown.fri_decommitments += measured.breakdown.fri_decommitments;
        breakdown.trace_decommitments += measured.breakdown.trace_decommitments;
        breakdown.other += measured.breakdown.other;
        proofs.push(json!({
            "name": circuit.proofs[proof],
            "packed_bytes": packed,
            "json_bytes": published,
            "size_estimate": measured.size_estimate(),
            "predicted_bytes": predicted(circuit, proof, &schemes[proof]).map(|p| p.0),
            "breakdown": measured.breakdown,
            "lookup_claims": figures.lookup_claims,
            "trace_rows": figures.trace_rows,
            "columns": figures.columns,
            "cells": figures.cells,
            "components": part.claims.len(),
        }));
    }
    let packed_bytes = packed_bytes + attnc::proof::SESSION_BYTES;
    let figures = Figures::of(circuit.components.iter());
    let times = proved.times;
    json!({
        "circuit": circuit.name,
        "plan": circuit.plan,
        "choices": session.statement.choices,
        "packed_bytes": packed_bytes,
        "json_bytes": json_bytes,
        "size_estimate": size_estimate,
        "predicted_bytes": predicted_session(circuit, setting),
        "statement_bytes": session.statement.pack(circuit).len(),
        "file_bytes": file_bytes,
        "breakdown": breakdown,
        "lookup_claims": figures.lookup_claims,
        "trace_rows": figures.trace_rows,
        "columns": figures.columns,
        "cells": figures.cells,
        "trace_ms": milliseconds(times.fill),
        "prove_ms": milliseconds(times.total()),
        "stages_ms": {
            "setup": milliseconds(times.setup),
            "fill": milliseconds(times.fill),
            "commit": milliseconds(times.commit),
            "grind": milliseconds(times.grind),
            "bus": milliseconds(times.bus),
            "stark": milliseconds(times.stark),
        },
        "peak_rss_bytes": peak_rss_bytes(),
        "proofs": proofs,
        "security": security(setting, &account(circuit, setting)),
    })
}

/// The most memory that the process had resident, where the system tells.
pub fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
