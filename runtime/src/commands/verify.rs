//! `attnc verify`: whether a proof holds, and in plain words what it then shows.

use std::path::{Path, PathBuf};
use std::time::Instant;

use attnc::account::SessionAccount;
use attnc::key::{listed, Key};
use attnc::proof::{self, Envelope};
use attnc::security::Setting;
use attnc::session::account;
use attnc::statement::Statement;
use attnc::verify::{verify, Rejection};
use attnc_compiler::graph::Visibility;
use attnc_compiler::Compiled;
use serde_json::json;

use crate::expectation::Expectations;
use crate::failure::Failure;
#[cfg(feature = "prove")]
use crate::program::Program;
use crate::report::{say, security, shaped, statement as shown, titled};

#[derive(clap::Args)]
pub struct Args {
    /// The proof file
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    /// The verifying key
    #[arg(long, value_name = "KEY")]
    #[cfg_attr(feature = "prove", arg(required_unless_present = "program"))]
    #[cfg_attr(not(feature = "prove"), arg(required = true))]
    key: Option<PathBuf>,
    /// The program itself, in place of its key
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    program: Option<PathBuf>,
    /// With --program: set a parameter
    #[cfg(feature = "prove")]
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", requires = "program",
          value_parser = crate::program::parameter)]
    params: Vec<(String, i64)>,
    /// With --program: the plan
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "NAME", requires = "program")]
    plan: Option<String>,
    /// With --program: the input file, for the entries of tables that come from it
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "FILE", requires = "program")]
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
}

/// Cells of fixed columns, extended by the blowup, that are committed to for one proof at most.
#[cfg(feature = "prove")]
const MAX_EXTENDED_CELLS: u64 = 1 << 30;

fn bits(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(bits) if bits.is_finite() && bits >= 0.0 => Ok(bits),
        _ => Err("give a number of bits, for example 96".into()),
    }
}

/// What became of a proof, as far as it was read.
#[derive(Default)]
struct Verdict {
    statement: Option<Statement>,
    security: Option<(Setting, SessionAccount)>,
    /// Milliseconds that `verify` took.
    took: Option<f64>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let bytes =
        proof::read(&args.proof).map_err(|error| Failure::file(&args.proof, "read", &error))?;
    let start = Instant::now();
    let loaded = load(args, &bytes)?;
    let load_ms = milliseconds(start);
    let expectations = match (&args.expect, &loaded) {
        (Some(path), Ok((_, compiled))) => Expectations::read(path, &compiled.circuit)?,
        _ => Expectations::default(),
    };
    let mut verdict = Verdict::default();
    let result = loaded.and_then(|(key, compiled)| {
        decide(args, &key, &compiled, &expectations, &bytes, &mut verdict)?;
        Ok(compiled)
    });
    let reason = result.as_ref().err();
    if json {
        let object = json!({
            "verified": reason.is_none(),
            "reason": reason,
            "verify_ms": verdict.took,
            "load_ms": load_ms,
            "statement": verdict.statement.as_ref().map(shown),
            "security": verdict.security.as_ref().map(|(setting, account)| security(*setting, account)),
            "expected": expectations.names(),
        });
        say(&object.to_string())?;
    } else {
        say(&match &result {
            Ok(compiled) => explain(&args.proof, compiled, &expectations, &verdict),
            Err(reason) => format!("rejected: {reason}"),
        })?;
    }
    match reason {
        Some(_) => Err(Failure::said()),
        None => Ok(()),
    }
}

/// The key, and its program compiled again; or why the proof is refused before that. A key
/// made here has the roots for the setting that the proof claims, which is judged later.
fn load(args: &Args, bytes: &[u8]) -> Result<Result<(Key, Compiled), String>, Failure> {
    #[cfg(feature = "prove")]
    if let Some(path) = &args.program {
        let mut program = Program::load_from(path, &args.params)?;
        program.require_tables(args.input.as_deref())?;
        return program_key(&program, args, bytes);
    }
    #[cfg(not(feature = "prove"))]
    let _ = bytes;
    let Some(path) = &args.key else {
        return Err(Failure::misuse("give the verifying key with --key"));
    };
    let bad = |error| Failure::misuse(format!("{}: {error}", path.display()));
    let key = Key::read(path).map_err(bad)?;
    let compiled = key.compile().map_err(bad)?;
    Ok(Ok((key, compiled)))
}

/// The key of a program in the layout of a proof: any choices give a sound circuit of the same
/// program, so these may be the prover's.
#[cfg(feature = "prove")]
fn program_key(
    program: &Program,
    args: &Args,
    bytes: &[u8],
) -> Result<Result<(Key, Compiled), String>, Failure> {
    let envelope = match Envelope::open(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Ok(Err(Rejection::from(error).to_string())),
    };
    let choices = &envelope.head.choices;
    // Only what the choices are to blame for is a reason to refuse.
    let part = program.partition(args.plan.as_deref())?.only();
    let part = part.map_err(|diagnostics| program.failure(diagnostics))?;
    Ok(match program.lay_out(part, choices) {
        Ok(compiled) => {
            let claimed = envelope.head.security.parse::<Setting>().ok();
            if let Some(setting) = claimed {
                if let Err(refusal) = affordable(&envelope, &compiled, setting) {
                    return Ok(Err(refusal));
                }
            }
            Ok((Key::make_for(&compiled, claimed.as_slice()), compiled))
        }
        Err(errors) => {
            let errors: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            let errors = errors.join("; ");
            Err(format!(
                "the program has no layout with {choices}: {errors}"
            ))
        }
    })
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

fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

/// The reason why not, if the proof does not hold.
fn decide(
    args: &Args,
    key: &Key,
    compiled: &Compiled,
    expectations: &Expectations,
    bytes: &[u8],
    verdict: &mut Verdict,
) -> Result<(), String> {
    let circuit = &compiled.circuit;
    let unusable = |error| Rejection::from(error).to_string();
    let envelope = Envelope::open(bytes).map_err(unusable)?;
    if let Some(mismatch) = key.mismatch(&envelope.head) {
        return Err(mismatch);
    }
    let setting: Setting = envelope
        .head
        .security
        .parse()
        .map_err(|error| format!("the proof is not of this attnc: {error}"))?;
    let mut expected = key
        .expected(compiled, setting)
        .map_err(|error| error.to_string())?;
    expected.min_security = args.min_security;
    expected.min_proven_security = args.min_proven_security;
    expected.context = args.context.as_deref();
    verdict.security = Some((setting, account(circuit, setting)));
    let statement = envelope.statement(circuit).map_err(unusable)?;
    let statement = verdict.statement.insert(statement);
    expectations.compare(statement)?;
    let (nonce, parts) = envelope.session(circuit).map_err(unusable)?;
    let start = Instant::now();
    let result = verify(&expected, statement, nonce, &parts);
    verdict.took = Some(milliseconds(start));
    result.map_err(|rejection| rejection.to_string())
}

/// What was proved and what was not.
fn explain(
    path: &Path,
    compiled: &Compiled,
    expectations: &Expectations,
    verdict: &Verdict,
) -> String {
    let (Some(statement), Some((setting, account))) = (&verdict.statement, &verdict.security)
    else {
        unreachable!("a verified proof has a statement");
    };
    let graph = &compiled.graph;
    let title = titled(&statement.circuit, &[]);
    let mut text = format!(
        "{}: verified in {:.1} ms\n\nWhat was proved\n",
        path.display(),
        verdict.took.unwrap_or(0.0)
    );
    let mut line = |name: &str, what: String| text += &format!("  {name:<11} {what}\n");
    line("program", format!("{title}, digest {}", statement.program));
    line("parameters", listed(&statement.params));
    let proofs = compiled.circuit.proofs.join(", ");
    line(
        "plan",
        format!("{}, of the proofs {proofs}", statement.plan),
    );
    for (name, digest) in &statement.tables {
        line("table", format!("{name}, digest {digest}"));
    }
    for (public, tensor) in statement.publics.iter().zip(&compiled.circuit.publics) {
        let kind = if public.input { "input" } else { "output" };
        let how = match expectations.names().contains(&public.name.as_str()) {
            true => "as you expect it",
            false => "as the statement gives it (--json prints it)",
        };
        let name = shaped(&public.name, &public.shape);
        line(
            "public",
            format!("{kind} {name}, each in {}, {how}", tensor.range),
        );
    }
    line("context", format!("{:?}", statement.context));
    let private = graph
        .inputs
        .iter()
        .filter(|i| i.visibility == Visibility::Private);
    let private: Vec<String> = private
        .map(|input| format!("{} in {}", shaped(&input.name, &input.shape), input.range))
        .collect();
    text += "\n  Whoever made the proof knew private inputs";
    if private.is_empty() {
        text += " (there are none)";
    } else {
        text += &format!("\n    {}\n ", private.join("\n    "));
    }
    text += " with which the program gives these public tensors, exactly, with every rounding,\n  \
             clip and table as the program says it, and every assertion holding.\n";
    text += &format!(
        "\nHow surely ({setting})\n{}\n",
        indented(&account.to_string())
    );
    text += "\nWhat was not proved\n  \
             The private tensors are not shown: they are bound only to their ranges and to the\n  \
             public tensors, and nothing says where they come from.\n  \
             Stwo's proofs are not zero-knowledge: the proof may tell something of them.\n";
    if *setting == Setting::Seed {
        text += "\nwarning: `seed` is for reproducing published figures; 13 bits protect nothing\n";
    }
    text
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
