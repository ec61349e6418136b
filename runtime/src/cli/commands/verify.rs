//! `attnc verify`: whether a proof holds, and in plain words what it then shows.

use std::path::{Path, PathBuf};
use std::time::Instant;

use attnc::files::key::KeyError;
use attnc::files::kind::Kind;
use attnc::printed::verdict::{object, told};
use attnc::session::statement::MAX_CONTEXT;
#[cfg(feature = "prove")]
use attnc::Program;
use attnc::{verify, Demands, Error, Expectations, Key, Proof, Rejected};

use crate::cli::failure::Failure;
#[cfg(feature = "prove")]
use crate::cli::fixed::Fixed;
use crate::cli::mistaken::unless_other;
use crate::cli::paths::apart;
use crate::cli::report::{milliseconds, say, say_json};

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
    #[cfg(feature = "prove")]
    #[command(flatten)]
    fixed: Fixed,
    /// Public tensors that the statement must have: .npz or .json with tensors by name, or as `attnc
    /// run -o` writes them
    #[arg(long, value_name = "FILE")]
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
        "program", "params", "plan", "input", "fixed"]))]
    #[cfg_attr(not(feature = "prove"), arg(long, conflicts_with_all = [
        "proof", "key", "expect", "min_security", "min_proven_security", "context", "whole"]))]
    schema: bool,
}

/// Draft 2020-12, of what [`object`] shows of a statement, or of a set's.
const SCHEMA: &str = include_str!("../../../schema/statement.schema.json");

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
    let read = read.into_iter().flatten().map(PathBuf::as_path);
    #[cfg(feature = "prove")]
    let read = read.chain(args.fixed.paths());
    apart(read, None)?;
    let proof = Proof::read(path)?;
    let start = Instant::now();
    let loaded = load(args, &proof)?;
    let load_ms = milliseconds(start.elapsed());
    let mut demands = Demands {
        min_security: args.min_security,
        min_proven_security: args.min_proven_security,
        context: args.context.clone(),
        whole: args.whole,
        expected: Expectations::default(),
    };
    if let (Some(path), Ok(key)) = (&args.expect, &loaded) {
        demands.expected = Expectations::read(key, path)?;
        if demands.expected.names().is_empty() {
            let what = format!("{} expects nothing", path.display());
            return Err(Failure::misuse(what).hint("name a public tensor of the program in it"));
        }
    }
    let result = match &loaded {
        Ok(key) => verify(key, &proof, &demands),
        Err(rejected) => Err(rejected.clone()),
    };
    if json {
        say_json(&object(&result, &demands.expected, load_ms).to_string())?;
    } else {
        let name = path.display().to_string();
        say(&told(&result, &name, &demands.expected, load_ms))?;
    }
    match result {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::said()),
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
        (args.fixed.is_given(), "--fixed", "fixed inputs' digests"),
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

/// The key, and its program compiled again; or why a proof is refused before that.
fn load(args: &Args, proof: &Proof) -> Result<Result<Key, Rejected>, Failure> {
    #[cfg(feature = "prove")]
    if let Some(path) = &args.program {
        let mut program = Program::read(path, &args.params)?;
        args.fixed.read(&mut program)?;
        program.require_fixed().map_err(|error| {
            Failure::from(error).hint("to verify with --key needs none of them")
        })?;
        program.read_tables(args.input.as_deref())?;
        return Ok(Key::for_proof(&program, args.plan.as_deref(), proof)?);
    }
    #[cfg(not(feature = "prove"))]
    let _ = proof;
    let Some(path) = &args.key else {
        return Err(Failure::misuse("give the verifying key with --key"));
    };
    read_key(path).map(Ok)
}

/// A key file, and its program compiled again.
pub fn read_key(path: &Path) -> Result<Key, Failure> {
    Key::read(path).map_err(|error| match error {
        Error::Key(error @ (KeyError::Program(_) | KeyError::Differs(_))) => bad_key(path, &error),
        Error::Key(error) => unless_other(bad_key(path, &error), path, Kind::Key),
        other => other.into(),
    })
}

/// What is wrong with a key's file.
pub fn bad_key(path: &Path, error: &KeyError) -> Failure {
    Failure::misuse(format!("{}: {error}", path.display()))
}
