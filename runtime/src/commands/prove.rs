//! `attnc prove`: a proof file that a program, on some inputs, gives its public outputs.

use std::path::PathBuf;

use attnc::files;
use attnc::key::{Identity, Key};
use attnc::price::settle;
use attnc::proof::{encode, part_bytes};
use attnc::prove::{prove_watched, Claimed, ProveError, Proved, Stage};
use attnc::security::{Security, Setting};
use attnc::session::{account, Scheme};
use attnc::statement::MAX_CONTEXT;
use attnc::verify::{verify, Part};
use attnc_compiler::cost::{Breakdown, Objective};
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::program::{Program, ProgramArgs};
use crate::progress::Progress;
use crate::report::{predicted, predicted_session, say, security, titled, warn_of_seed, Figures};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs: .json with nested arrays by tensor name, or .npz
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The plan; the program's first one without it
    #[arg(long, value_name = "NAME")]
    plan: Option<String>,
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
    /// The proof file; <circuit>.proof without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    if args.context.len() > MAX_CONTEXT {
        return Err(Failure::misuse(format!(
            "the context has {} bytes, {MAX_CONTEXT} at most",
            args.context.len()
        )));
    }
    warn_of_seed(args.security);
    let progress = Progress::start("reading");
    let mut program = Program::load(&args.program)?;
    let assignment = program.read_input(&args.input)?;
    progress.stage("compiling");
    let compiled = program.assemble(args.plan.as_deref())?;
    progress.stage("evaluating");
    let evaluation = program.evaluate(&assignment)?;
    let identity = Identity::of(&compiled);
    let claimed = Claimed {
        program: identity.program,
        layout: identity.layout,
        params: identity.params,
        tables: identity.tables,
        context: args.context.clone(),
    };
    let watch = |stage| {
        progress.stage(match stage {
            Stage::Filling => "filling",
            Stage::Committing => "committing",
            Stage::Challenges => "drawing challenges",
            Stage::Proving => "proving",
        });
    };
    let circuit = &compiled.circuit;
    let setting = settle(circuit, args.security, Objective::default())
        .map_err(|error| Failure::misuse(error.to_string()))?;
    let proved = prove_watched(circuit, &evaluation, setting, &claimed, &watch).map_err(refused)?;
    let parts = proved.session.parts();
    let check_ms = if args.check {
        progress.stage("verifying");
        Some(check(&compiled, &proved, &parts, setting)?)
    } else {
        None
    };
    let statement = &proved.session.statement;
    let bytes = encode(statement, circuit, proved.session.nonce, &parts);
    let default = || PathBuf::from(format!("{}.proof", circuit.name));
    let path = args.output.clone().unwrap_or_else(default);
    files::write(&path, &bytes).map_err(|error| Failure::file(&path, "write", &error))?;
    drop(progress);

    let mut report = figures(&compiled, &proved, setting, bytes.len());
    if let Some(check_ms) = check_ms {
        report["verify_ms"] = json!(check_ms);
    }
    report["proof"] = json!(path.display().to_string());
    if json {
        return say(&report.to_string());
    }
    let account = account(circuit, setting);
    say(&format!(
        "{}: {} proved, plan {}\n  {} bytes ({} predicted), statement {} bytes\n  trace of {} \
         rows filled in {} ms; proved in {} ms in all\n  {}: {:.1} bits conjectured, {:.1} \
         proven\n",
        path.display(),
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
    ))
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
    compiled: &Compiled,
    proved: &Proved,
    parts: &[Part<'_>],
    setting: Setting,
) -> Result<f64, Failure> {
    let key = Key::make_for(compiled, &[setting]);
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
    let prove = times.fill + times.commit + times.grind + times.bus + times.stark;
    json!({
        "circuit": circuit.name,
        "plan": circuit.plan,
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
        "prove_ms": milliseconds(prove),
        "stages_ms": {
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
