//! `attnc prove`: a proof file that a program, on some inputs, gives its public outputs.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use attnc::claim::whole::{self, Demands};
use attnc::files::key::{listed, Identity, Key};
use attnc::files::proof::{self, encode, part_bytes};
use attnc::files::{is_standard_input, is_standard_output};
use attnc::session::prove::{ProveError, Proved, Prover, Stage};
use attnc::session::security::{Security, Setting};
use attnc::session::statement::program_digest;
use attnc::session::{account, Scheme};
use attnc_compiler::choice::cost::Breakdown;
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::diagnostic::visible;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::plan::text::is_text;
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::cli::commands::verify::{fits, read_key};
use crate::cli::failure::Failure;
use crate::cli::paths::{apart, say_of, unless_printed, write};
use crate::cli::program::{parameter, Program};
use crate::cli::progress::Progress;
use crate::cli::publishes::Publishes;
use crate::cli::report::{
    in_all, least, predicted, predicted_session, say_json, security, titled, warn_of_seed, Figures,
};
use crate::cli::tuning::Tuning;
use crate::cli::verdict::listed_names;

#[derive(clap::Args)]
pub struct Args {
    /// The program; with --key it may be left out
    #[arg(value_name = "FILE", required_unless_present = "key")]
    file: Option<PathBuf>,
    /// Set a parameter of the program
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    params: Vec<(String, i64)>,
    /// The key: its program, parameters, plan and tables are proved
    #[arg(long, value_name = "KEY", conflicts_with_all = ["contract", "optimize", "memory"])]
    key: Option<PathBuf>,
    /// The program's inputs: .json with nested arrays by tensor name, or .npz; give it again for
    /// another proof
    #[arg(long, value_name = "FILE", required = true)]
    input: Vec<PathBuf>,
    /// The plan, a name or a text: 'proof a: * - x proof b: x'; without it the key's, or the
    /// program's first one
    #[arg(long, value_name = "PLAN")]
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
    /// Prove only the part of the plan that has this proof, where boundaries are open; `attnc join`
    /// puts parts together
    #[arg(long, value_name = "PROOF")]
    only: Option<String>,
    /// The proof file; <circuit>.proof without it. For several inputs as many files, or a folder
    /// in which every proof has its input's name
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    fits(&args.context)?;
    args.tuning.require_floor(args.security)?;
    let outputs = outputs(&args.input, &args.output)?;
    let held = |outputs: &[PathBuf]| {
        let read = args.file.iter().chain(&args.key).chain(&args.input);
        let written = outputs.iter().map(PathBuf::as_path);
        apart(read.map(PathBuf::as_path), written.clone())?;
        written
            .into_iter()
            .try_for_each(|output| unless_printed(output, json))
    };
    held(outputs.as_deref().unwrap_or_default())?;
    warn_of_seed(args.security);
    let progress = Progress::start("reading");
    let (mut program, keyed) = load(args)?;
    let several = args.input.len() > 1;
    let first = program
        .read_input(&args.input[0])
        .map_err(|failure| among(failure, several, &args.input[0], &[]))?;
    progress.stage("compiling");
    let (parts, mut key) = match keyed {
        Some((key, parts)) => (parts, Some(key)),
        None => {
            let assembled = program.assemble(args.plan.as_deref(), &args.tuning, args.security)?;
            (assembled.into_iter().map(|a| a.compiled).collect(), None)
        }
    };
    let key_given = key.is_some();
    let wanted = wanted(&parts, args.only.as_deref())?;
    let default = || {
        let circuit = &parts[0].circuit;
        let name = match &args.only {
            Some(_) => format!(
                "{}.{}.proof",
                circuit.name, parts[wanted[0]].circuit.proofs[0]
            ),
            None => format!("{}.proof", circuit.name),
        };
        vec![PathBuf::from(name)]
    };
    let outputs = outputs.unwrap_or_else(default);
    held(&outputs)?;
    for (input, output) in args.input.iter().zip(&outputs) {
        Failure::unless_writable(output).map_err(|failure| among(failure, several, input, &[]))?;
    }
    let settle = |part: &Compiled| args.tuning.settle(&part.circuit, args.security);
    let settings: Vec<Setting> = parts.iter().map(settle).collect::<Result<_, _>>()?;
    drop(progress);

    let provers: Vec<OnceCell<Prover<'_>>> = parts.iter().map(|_| OnceCell::new()).collect();
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
        same_tables(&parts[0], &assignment, key_given).map_err(of_this)?;
        progress.stage("evaluating");
        let evaluation = program.evaluate(&assignment).map_err(of_this)?;
        let mut files = Vec::new();
        let mut figures = Vec::new();
        for &part in &wanted {
            let (compiled, setting) = (&parts[part], settings[part]);
            let of_part = match parts.len() {
                1 => String::new(),
                _ => format!("part {}: ", compiled.circuit.part),
            };
            progress.stage(format!("{of_part}preprocessing"));
            let prover = provers[part].get_or_init(|| Prover::new(&compiled.circuit, setting));
            if let (Some(key), Some(path)) = (&key, &args.key) {
                same_roots(key, path, &parts, part, prover, setting)?;
            }
            let watch = |stage| {
                let stage = match stage {
                    Stage::Preprocessing => "preprocessing",
                    Stage::Filling => "filling",
                    Stage::Committing => "committing",
                    Stage::Challenges => "drawing challenges",
                    Stage::Proving => "proving",
                };
                progress.stage(format!("{of_part}{stage}"));
            };
            let derived = &compiled.part.derived;
            // A plan that divides nothing proves the evaluation that is there.
            let given = (!derived.is_whole).then(|| derived.assignment(&evaluation));
            let own = given.as_ref().map(|given| evaluate(&derived.graph, given));
            let own = own.transpose();
            let own = own.map_err(|error| of_this(program.failure(vec![error.into()])))?;
            let claimed = Identity::of(compiled).claimed(args.context.clone());
            let mut proved = prover
                .prove_watched(own.as_ref().unwrap_or(&evaluation), &claimed, &watch)
                .map_err(|error| of_this(refused(error)))?;
            if position == 0 {
                proved.times.setup = prover.setup();
            }
            let proofs = proved.session.parts();
            let (statement, nonce) = (&proved.session.statement, proved.session.nonce);
            let bytes = encode(statement, &compiled.circuit, nonce, &proofs);
            figures.push(self::figures(compiled, &proved, setting, bytes.len()));
            files.push(bytes);
        }
        let bytes = match files.len() {
            1 => files.concat(),
            _ => proof::set(&files),
        };
        let check_ms = if args.check {
            progress.stage("verifying");
            let one: Vec<&[Setting]> = settings.iter().map(std::slice::from_ref).collect();
            let key = key.get_or_insert_with(|| Key::make_for(&parts, &one));
            Some(check(key, &parts, &bytes).map_err(of_this)?)
        } else {
            None
        };
        write(output, &bytes).map_err(of_this)?;
        drop(progress);

        let mut report = together(figures, bytes.len(), wanted.len() == parts.len());
        if let Some(check_ms) = check_ms {
            report["verify_ms"] = json!(check_ms);
        }
        report["proof"] = json!(output.display().to_string());
        report["input"] = json!(input.display().to_string());
        let shown: Vec<&Compiled> = wanted.iter().map(|&part| &parts[part]).collect();
        let published = shown.iter().map(|part| &part.part);
        let published = Publishes::of(&program.graph, &program.source, published);
        report["publishes"] = published.objects();
        if !json {
            let mut text = told(&shown, parts.len(), &report);
            if parts.len() > 1 {
                text += &published.text(&parts[0].circuit.plan, 2);
            }
            say_of(output, &text)?;
        }
        reports.push(report);
    }
    match (json, reports.as_slice()) {
        (false, _) => Ok(()),
        (true, [report]) => say_json(&report.to_string()),
        (true, _) => say_json(&json!({ "sessions": reports }).to_string()),
    }
}

/// The parts to prove: all, or the one that has a proof.
fn wanted(parts: &[Compiled], only: Option<&str>) -> Result<Vec<usize>, Failure> {
    let Some(only) = only else {
        return Ok((0..parts.len()).collect());
    };
    let found = parts.iter().position(|part| {
        part.circuit.part == only || part.circuit.proofs.iter().any(|proof| proof == only)
    });
    let proofs = || {
        parts
            .iter()
            .flat_map(|part| &part.circuit.proofs)
            .map(String::as_str)
    };
    let Some(found) = found else {
        let plan = &parts[0].circuit.plan;
        let failure = Failure::misuse(format!("plan `{plan}` has no proof `{only}`"));
        return Err(failure.hint(match suggest(only, proofs()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", listed_names(&proofs().collect::<Vec<_>>())),
        }));
    };
    let part = &parts[found].circuit;
    if parts.len() == 1 && part.proofs.len() > 1 {
        let others: Vec<&str> = part
            .proofs
            .iter()
            .map(String::as_str)
            .filter(|p| *p != only)
            .collect();
        return Err(Failure::misuse(format!(
            "proof `{only}` is linked to {}: they share their challenges, so none can be made alone",
            listed_names(&others)
        ))
        .hint("leave out --only, or open the boundary in the plan"));
    }
    Ok(vec![found])
}

/// A proof file and its figures in words.
fn told(parts: &[&Compiled], of: usize, report: &Value) -> String {
    let circuit = &parts[0].circuit;
    let params = parts[0].graph.params.iter();
    let params: Vec<(String, i64)> = params.map(|p| (p.name.clone(), p.value)).collect();
    let covered = match (parts, of) {
        (_, 1) => String::new(),
        ([part], _) => format!(", only the part {} of {of}", part.circuit.part),
        (_, _) => format!(", in {of} parts that verify alone"),
    };
    let ms = |name: &str| report[name].as_f64().unwrap_or(0.0).round();
    let security = &report["security"];
    format!(
        "{}: {} proved, plan {}{covered}\n  {} bytes ({} predicted), statement {} bytes\n  trace \
         of {} rows filled in {} ms; proved in {} ms in all\n  {}: {}\n",
        visible::line(report["proof"].as_str().unwrap_or_default()),
        titled(&circuit.name, &params),
        circuit.plan,
        report["packed_bytes"],
        report["predicted_bytes"],
        report["statement_bytes"],
        report["trace_rows"],
        ms("trace_ms"),
        ms("prove_ms"),
        security["setting"].as_str().unwrap_or_default(),
        in_all(security),
    )
}

/// What `prove --json` prints of a proof file: the figures of its parts, and what they come to.
/// Sums, but for the rows, of which the most count, and the security, which is the least.
fn together(mut parts: Vec<Value>, file_bytes: usize, whole: bool) -> Value {
    let mut all = match parts.len() {
        1 => parts.remove(0),
        _ => summed(&parts),
    };
    all["file_bytes"] = json!(file_bytes);
    all["whole"] = json!(whole);
    all["parts"] = json!(parts);
    all
}

fn summed(parts: &[Value]) -> Value {
    let mut all = parts[0].clone();
    for part in &parts[1..] {
        for name in SUMMED {
            all[*name] = sum(&all[*name], &part[*name]);
        }
        all["trace_rows"] = json!(all["trace_rows"].as_u64().max(part["trace_rows"].as_u64()));
        if let (Some(proofs), Some(more)) =
            (all["proofs"].as_array_mut(), part["proofs"].as_array())
        {
            proofs.extend(more.iter().cloned());
        }
    }
    let texts = |name: &str, between: &str| {
        let each: Vec<&str> = parts
            .iter()
            .filter_map(|part| part[name].as_str())
            .collect();
        json!(each.join(between))
    };
    let accounts: Vec<Value> = parts.iter().map(|part| part["security"].clone()).collect();
    all["security"] = least(&accounts);
    all["part"] = Value::Null;
    all["choices"] = texts("choices", " | ");
    all["peak_rss_bytes"] = json!(peak_rss_bytes());
    all
}

/// The figures of parts that add up; objects field by field.
const SUMMED: &[&str] = &[
    "packed_bytes",
    "json_bytes",
    "size_estimate",
    "predicted_bytes",
    "statement_bytes",
    "breakdown",
    "lookup_claims",
    "columns",
    "cells",
    "trace_ms",
    "prove_ms",
    "stages_ms",
];

fn sum(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let fields = a.iter().map(|(name, a)| (name.clone(), sum(a, &b[name])));
            Value::Object(fields.collect())
        }
        _ => match (a.as_u64(), b.as_u64()) {
            (Some(a), Some(b)) => json!(a + b),
            _ => match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => json!(((a + b) * 1e3).round() / 1e3),
                _ => Value::Null,
            },
        },
    }
}

/// The proof file of every input, or `None` for the circuit's own name.
fn outputs(inputs: &[PathBuf], given: &[PathBuf]) -> Result<Option<Vec<PathBuf>>, Failure> {
    let inside = |folder: &PathBuf| {
        let outputs = inputs.iter().map(|input| {
            if is_standard_input(input) {
                let message = "standard input, `-`, has no name for its proof in the folder";
                return Err(Failure::misuse(message).hint("name the proof with -o"));
            }
            let stem = input.file_stem().unwrap_or(input.as_os_str());
            let mut name = stem.to_os_string();
            name.push(".proof");
            Ok(folder.join(name))
        });
        outputs.collect::<Result<Vec<PathBuf>, Failure>>()
    };
    let is_folder = |path: &PathBuf| {
        let bytes = path.as_os_str().as_encoded_bytes();
        bytes
            .last()
            .is_some_and(|&b| std::path::is_separator(b.into()))
    };
    let outputs = match (inputs, given) {
        ([_], []) => return Ok(None),
        (_, [folder]) if folder.is_dir() && !is_standard_output(folder) => inside(folder)?,
        (_, [folder]) if inputs.len() > 1 || is_folder(folder) => {
            let no_folder = match folder.exists() {
                true => format!("{} is not a folder", folder.display()),
                false => format!("there is no folder {}", folder.display()),
            };
            return Err(match inputs.len() {
                1 => Failure::misuse(no_folder).hint("make it first, or name the proof"),
                inputs => Failure::misuse(format!(
                    "there are {inputs} inputs and 1 outputs, and {no_folder}"
                ))
                .hint("make the folder first, or give -o once for every --input"),
            });
        }
        _ if inputs.len() == given.len() => given.to_vec(),
        _ => {
            let (inputs, outputs) = (inputs.len(), given.len());
            return Err(Failure::misuse(format!(
                "there are {inputs} inputs and {outputs} outputs"
            ))
            .hint("give one folder that exists with -o, or -o once for every --input"));
        }
    };
    Ok(Some(outputs))
}

/// A key with its program compiled.
type Keyed = (Key, Vec<Compiled>);

/// The program, and the key if there is one.
fn load(args: &Args) -> Result<(Program, Option<Keyed>), Failure> {
    let Some(path) = &args.key else {
        return match &args.file {
            Some(file) => Ok((Program::load_from(file, &args.params)?, None)),
            None => Err(Failure::misuse("give the program or a key")),
        };
    };
    if args.file.is_none() && !args.params.is_empty() {
        return Err(Failure::misuse(format!(
            "-p sets parameters of a program, and the key {} has them already",
            path.display()
        ))
        .hint("leave out -p, or give FILE, the program, to see whether the key is for it"));
    }
    let (key, parts) = read_key(path)?;
    let compiled = &parts[0];
    let mut program = match &args.file {
        Some(file) => Program::load_from(file, &args.params)?,
        None => Program {
            file: format!("{} (source)", path.display()),
            source: key.source.clone(),
            ast: compiled.ast.clone(),
            graph: compiled.graph.clone(),
        },
    };
    if let Some((found, expected)) = differing(&program, args.plan.as_deref(), &key)? {
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
    Ok((program, Some((key, parts))))
}

/// What was asked for and what the key is for, where they differ.
fn differing(
    program: &Program,
    plan: Option<&str>,
    key: &Key,
) -> Result<Option<(String, String)>, Failure> {
    let quoted = |what: &str, name: &str| format!("{what} `{name}`");
    if program.graph.name != key.circuit {
        let found = quoted("the circuit", &program.graph.name);
        return Ok(Some((found, quoted("the circuit", &key.circuit))));
    }
    let params = program.graph.params.iter();
    let params: Vec<(String, i64)> = params.map(|p| (p.name.clone(), p.value)).collect();
    if params != key.params {
        return Ok(Some((listed(&params), listed(&key.params))));
    }
    let digest = program_digest(&program.ast.to_string(), &params);
    if digest != key.program {
        let with = |digest| format!("a program with the digest {digest}");
        return Ok(Some((with(digest), with(key.program))));
    }
    let asked = match plan {
        None => return Ok(None),
        Some(text) if is_text(text) => program.plan(Some(text))?.name.clone(),
        Some(name) => name.to_string(),
    };
    let differs = asked != key.plan;
    Ok(differs.then(|| (quoted("the plan", &asked), quoted("the plan", &key.plan))))
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
    parts: &[Compiled],
    part: usize,
    prover: &Prover<'_>,
    setting: Setting,
) -> Result<(), Failure> {
    let bad = |what: String| Failure::misuse(format!("{}: {what}", path.display()));
    let expected = key.expected(parts, part, setting);
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
fn check(key: &Key, parts: &[Compiled], bytes: &[u8]) -> Result<f64, Failure> {
    let mut readings = Vec::new();
    whole::check(key, parts, bytes, &Demands::default(), &mut readings)
        .map_err(|refusal| Failure::no(format!("the proof does not verify: {refusal}")))?;
    Ok(milliseconds(
        readings.iter().filter_map(|reading| reading.took).sum(),
    ))
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
            "part": circuit.part,
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
    let packed_bytes = packed_bytes + attnc::files::proof::SESSION_BYTES;
    let figures = Figures::of(circuit.components.iter());
    let times = proved.times;
    json!({
        "circuit": circuit.name,
        "plan": circuit.plan,
        "part": circuit.part,
        "choices": session.statement.choices.to_string(),
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
