//! `attnc verify`: whether a proof holds, and in plain words what it then shows.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use attnc::claim::whole::{check, Demands, Reading};
use attnc::files::key::Key;
#[cfg(feature = "prove")]
use attnc::files::key::Subject;
use attnc::files::proof;
#[cfg(feature = "prove")]
use attnc::files::proof::Envelope;
#[cfg(feature = "prove")]
use attnc::session::security::Setting;
use attnc::session::statement::MAX_CONTEXT;
#[cfg(feature = "prove")]
use attnc::session::statement::{program_digest, table_digest};
#[cfg(feature = "prove")]
use attnc::session::verify::Rejection;
#[cfg(feature = "prove")]
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::diagnostic::visible;
#[cfg(feature = "prove")]
use attnc_compiler::lay_out_part;
#[cfg(feature = "prove")]
use attnc_compiler::plan::Plan;
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::cli::expectation::Expectations;
use crate::cli::failure::Failure;
use crate::cli::mistaken::{no_proof, unless_other, Kind};
use crate::cli::paths::apart;
#[cfg(feature = "prove")]
use crate::cli::program::Program;
use crate::cli::report::{say, say_json, security, statement};
#[cfg(feature = "prove")]
use crate::cli::tuning::Tuning;
use crate::cli::verdict::{listed_names, Verdict};

#[derive(clap::Args)]
pub struct Args {
    /// The proof file
    #[arg(value_name = "PROOF", required_unless_present = "schema")]
    proof: Option<PathBuf>,
    /// The verifying key
    #[arg(long, value_name = "KEY")]
    #[cfg_attr(feature = "prove", arg(required_unless_present_any = ["program", "schema"]))]
    #[cfg_attr(not(feature = "prove"), arg(required_unless_present = "schema"))]
    key: Option<PathBuf>,
    /// The program itself, in place of its key
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    program: Option<PathBuf>,
    /// With --program: set a parameter
    #[cfg(feature = "prove")]
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE",
          value_parser = crate::cli::program::parameter)]
    params: Vec<(String, i64)>,
    /// With --program: the plan, a name or a text
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    /// With --program: the input file, for the entries of tables that come from it
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Public tensors that the statement must have: .json with nested arrays by tensor name
    #[arg(long, value_name = "PUBLIC.json")]
    expect: Option<PathBuf>,
    /// Conjectured bits, at least
    #[arg(long, value_name = "BITS", default_value_t = 96.0, value_parser = bits)]
    min_security: f64,
    /// Proven bits, at least
    #[arg(long, value_name = "BITS", default_value_t = 0.0, value_parser = bits)]
    min_proven_security: f64,
    /// The context that the statement must have
    #[arg(long, value_name = "TEXT")]
    context: Option<String>,
    /// Refuse a proof that does not cover every part of the plan
    #[arg(long)]
    whole: bool,
    /// Print the JSON Schema of the statement that --json shows, and verify nothing
    #[cfg_attr(feature = "prove", arg(long, conflicts_with_all = [
        "proof", "key", "expect", "min_security", "min_proven_security", "context", "whole",
        "program", "params", "plan", "input"]))]
    #[cfg_attr(not(feature = "prove"), arg(long, conflicts_with_all = [
        "proof", "key", "expect", "min_security", "min_proven_security", "context", "whole"]))]
    schema: bool,
}

/// Draft 2020-12, of [`statement`] and of what [`Verdict::describe`] shows of a set.
const SCHEMA: &str = include_str!("../../../schema/statement.schema.json");

/// Cells of fixed columns, extended by the blowup, that are committed to for one proof at most.
#[cfg(feature = "prove")]
const MAX_EXTENDED_CELLS: u64 = 1 << 30;

fn bits(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(bits) if bits.is_finite() && bits >= 0.0 => Ok(bits),
        _ => Err("give a number of bits, for example 96".into()),
    }
}

/// Whether a statement can have a context.
pub fn fits(context: &str) -> Result<(), Failure> {
    match context.len() {
        0..=MAX_CONTEXT => Ok(()),
        bytes => Err(Failure::misuse(format!(
            "the context has {bytes} bytes, {MAX_CONTEXT} at most"
        ))
        .hint("give a digest of it")),
    }
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    if args.schema {
        return say_json(SCHEMA);
    }
    fits(args.context.as_deref().unwrap_or_default())?;
    let Some(path) = &args.proof else {
        return Err(Failure::misuse("give the proof file"));
    };
    #[cfg(feature = "prove")]
    only_for_a_program(args)?;
    let read = [Some(path), args.key.as_ref(), args.expect.as_ref()];
    #[cfg(feature = "prove")]
    let read = read
        .into_iter()
        .chain([args.program.as_ref(), args.input.as_ref()]);
    apart(read.into_iter().flatten().map(PathBuf::as_path), None)?;
    let bytes = proof::read(path).map_err(|error| Failure::file(path, "read", &error))?;
    let start = Instant::now();
    let loaded = load(args, &bytes)?;
    let loaded = match no_proof(&bytes) {
        Some(reason) => Err(reason),
        None => loaded,
    };
    let load_ms = milliseconds(start.elapsed());
    let expectations = match (&args.expect, &loaded) {
        (Some(path), Ok((_, parts))) => Expectations::read(path, parts)?,
        _ => Expectations::default(),
    };
    let mut readings = Vec::new();
    let demands = Demands {
        min_security: args.min_security,
        min_proven_security: args.min_proven_security,
        context: args.context.as_deref(),
    };
    let result = loaded.and_then(|(key, parts)| {
        let checked = check(&key, &parts, &bytes, &demands, &mut readings);
        checked.map_err(|refusal| refusal.to_string())?;
        let verdict = Verdict::of(&key, &parts, &readings);
        if args.whole && !verdict.missing().is_empty() {
            return Err(format!(
                "it covers {} of the plan's {} parts; {} missing: join it with the others' proofs",
                readings.len(),
                parts.len(),
                listed_names(&verdict.missing())
            ));
        }
        expectations.compare(&parts, &readings)?;
        Ok((key, parts))
    });
    let reason = result.as_ref().err();
    if json {
        let mut object = shown(&readings);
        object["verified"] = json!(reason.is_none());
        object["reason"] = json!(reason);
        object["load_ms"] = json!(load_ms);
        object["expected"] = json!(expectations.names());
        if let Ok((key, parts)) = &result {
            Verdict::of(key, parts, &readings).describe(&mut object);
        }
        say_json(&object.to_string())?;
    } else {
        say(&match &result {
            Ok((key, parts)) => {
                Verdict::of(key, parts, &readings).explain(path, &expectations, load_ms)
            }
            Err(reason) => format!(
                "rejected: {}\n  (loaded in {load_ms:.1} ms)",
                visible::line(reason)
            ),
        })?;
    }
    match reason {
        Some(_) => Err(Failure::said()),
        None => Ok(()),
    }
}

/// A key has its parameters, plan and tables: flags that would set them are not passed over. (With
/// `requires` clap lets them pass, because --key conflicts with what is required.)
#[cfg(feature = "prove")]
fn only_for_a_program(args: &Args) -> Result<(), Failure> {
    let given = [
        (!args.params.is_empty(), "-p", "parameters"),
        (args.plan.is_some(), "--plan", "plan"),
        (args.input.is_some(), "--input", "tables"),
    ];
    let given = given.into_iter().find(|(given, ..)| *given);
    match (&args.key, given) {
        (Some(key), Some((_, flag, what))) => Err(Failure::misuse(format!(
            "{flag} is for --program: the key {} has its {what}",
            key.display()
        ))
        .hint(format!("leave out {flag}, or verify with --program FILE"))),
        _ => Ok(()),
    }
}

/// A key and the parts of its plan, compiled; or why a proof is refused before that.
type Loaded = Result<(Key, Vec<Compiled>), String>;

/// The key, and its program compiled again. A key made here has the roots for the setting that
/// the proof claims, which is judged later.
fn load(args: &Args, bytes: &[u8]) -> Result<Loaded, Failure> {
    #[cfg(feature = "prove")]
    if let Some(path) = &args.program {
        let mut program = Program::load_from(path, &args.params)?;
        program.require_tables(args.input.as_deref())?;
        let plan = program.partition(args.plan.as_deref())?;
        return Ok(program_key(&program, plan, bytes));
    }
    #[cfg(not(feature = "prove"))]
    let _ = bytes;
    let Some(path) = &args.key else {
        return Err(Failure::misuse("give the verifying key with --key"));
    };
    read_key(path).map(Ok)
}

/// A key file, and its program compiled again.
pub fn read_key(path: &Path) -> Result<(Key, Vec<Compiled>), Failure> {
    let bad = |error| Failure::misuse(format!("{}: {error}", path.display()));
    let key = Key::read(path).map_err(|error| unless_other(bad(error), path, Kind::Key))?;
    let parts = key.compile().map_err(bad)?;
    Ok((key, parts))
}

/// The key of a program in the layouts of some proofs: any choices give a sound circuit of the
/// same part, so these may be the prover's.
#[cfg(feature = "prove")]
fn program_key(program: &Program, plan: Plan, bytes: &[u8]) -> Loaded {
    let unusable = |error| Rejection::from(error).to_string();
    let files = proof::files(bytes).map_err(unusable)?;
    let envelopes = files.into_iter().map(Envelope::open);
    let envelopes: Vec<Envelope<'_>> = envelopes.collect::<Result<_, _>>().map_err(unusable)?;
    about(program, &plan, &envelopes)?;
    let mut parts = Vec::new();
    let mut settings = Vec::new();
    for part in plan.parts {
        let proof = envelopes
            .iter()
            .find(|envelope| envelope.head.part == part.name);
        let choices = proof.map_or(Choices::default(), |proof| proof.head.choices.clone());
        // A part that is not there is laid out anyhow, so that it can be named.
        if proof.is_none() {
            let assembled =
                program.assemble_part(part, &Tuning::default(), Setting::Standard.into());
            parts.push(assembled.map_err(|failure| failure.summary())?.compiled);
            settings.push(None);
            continue;
        }
        // Only what the choices are to blame for is a reason to refuse.
        let compiled = lay_out_part(&program.ast, &program.graph, part, &choices);
        let compiled = compiled.map_err(|errors| {
            let errors: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            let errors = errors.join("; ");
            format!("the program has no layout with {choices}: {errors}")
        })?;
        let claimed = proof.and_then(|proof| proof.head.security.parse::<Setting>().ok());
        if let (Some(setting), Some(envelope)) = (claimed, proof) {
            affordable(envelope, &compiled, setting)?;
        }
        settings.push(claimed);
        parts.push(compiled);
    }
    let settings: Vec<&[Setting]> = settings.iter().map(Option::as_slice).collect();
    Ok((Key::make_for(&parts, &settings), parts))
}

/// What proofs are about is what was given, before anything is laid out as they say.
#[cfg(feature = "prove")]
fn about(program: &Program, plan: &Plan, envelopes: &[Envelope<'_>]) -> Result<(), String> {
    let graph = &program.graph;
    let params = graph.params.iter();
    let params: Vec<(String, i64)> = params.map(|p| (p.name.clone(), p.value)).collect();
    let tables = graph.tables.iter();
    let tables: Vec<_> = tables.map(|t| (t.name.clone(), table_digest(t))).collect();
    let subject = Subject {
        circuit: &graph.name,
        params: &params,
        program: program_digest(&program.ast.to_string(), &params),
        plan: &plan.name,
        tables: &tables,
        hints: [
            ": set them with -p",
            ": give it with --plan",
            ": give the input file that has it with --input",
        ],
    };
    for envelope in envelopes {
        if let Some(mismatch) = subject.mismatch(&envelope.head) {
            return Err(mismatch);
        }
        let part = &envelope.head.part;
        if !plan.parts.iter().any(|known| known.name == *part) {
            let known = plan.parts.iter().map(|part| part.name.as_str());
            return Err(format!(
                "the proof is about the part `{}`, the plan has {}",
                part,
                listed_names(&known.collect::<Vec<_>>())
            ));
        }
    }
    Ok(())
}

/// Before the work that a proof asks for is done: its file is whole, and the work is bounded.
#[cfg(feature = "prove")]
fn affordable(
    envelope: &Envelope<'_>,
    compiled: &Compiled,
    setting: Setting,
) -> Result<(), String> {
    let circuit = &compiled.circuit;
    let session = envelope.session(circuit);
    session.map_err(|error| Rejection::from(error).to_string())?;
    let fixed = circuit.components.iter();
    let cells: u64 = fixed.map(|c| (c.fixed.len() as u64) << c.log_rows).sum();
    let extended = cells.saturating_mul(setting.blowup().into());
    if extended > MAX_EXTENDED_CELLS {
        return Err(format!(
            "to make its key, {extended} cells of fixed columns would be extended, more than \
             {MAX_EXTENDED_CELLS}: make the key once with `attnc key --security \"{setting}\"`, \
             and verify with --key"
        ));
    }
    Ok(())
}

/// Milliseconds to the microsecond.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// What was read of a proof file or a set, verified or not.
fn shown(readings: &[Reading]) -> Value {
    let proofs: Vec<Value> = readings
        .iter()
        .map(|reading| {
            let account = reading.security.as_ref();
            json!({
                "statement": reading.statement.as_ref().map(statement),
                "security": account.map(|(setting, account)| security(*setting, account)),
                "verify_ms": reading.took.map(milliseconds),
            })
        })
        .collect();
    let took: Option<Duration> = readings.iter().map(|reading| reading.took).sum();
    let mut object = match proofs.as_slice() {
        // What a set shows in common is added where it verifies.
        [only] => only.clone(),
        _ => json!({ "statement": null, "security": null }),
    };
    object["verify_ms"] = json!(took.filter(|_| !readings.is_empty()).map(milliseconds));
    object["proofs"] = json!(proofs);
    object
}
