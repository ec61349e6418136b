//! `attnc fidelity`: how near a program's integers come to real numbers, tensor by tensor (spec 8.12).

mod reference;

use std::path::PathBuf;

use attnc::laboratory::fidelity::{Compared, Comparison};
use attnc::laboratory::page::fidelity_page;
use attnc::{Inputs, Program};
use attnc_compiler::diagnostic::suggest;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::given::{self, Given};
use crate::cli::paths::{apart, page, say_of, unless_printed, write};
use crate::cli::program::ProgramArgs;
use crate::cli::report::{say, say_json, shown, typed};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// A text's inputs, as `attnc run` takes them; again for each text
    #[arg(long, value_name = "FILE", required = true, value_parser = given::parser())]
    input: Vec<Given>,
    /// The real numbers of the same text: .npz, .safetensors or .json with arrays by the names of the
    /// program's tensors; NAME.unit is what one of an integer is, 1 without it. Again for each text, in
    /// the order of --input
    #[arg(long, value_name = "FILE", required = true)]
    reference: Vec<PathBuf>,
    /// A row for each value of the index that is the first of a tensor: that of a `layer` loop
    #[arg(long, value_name = "INDEX")]
    by: Option<String>,
    /// The tensor whose positions are logits; `logit` without it, if the reference has one
    #[arg(long, value_name = "NAME")]
    logits: Option<String>,
    /// The input that has the text's tokens; `token` without it, if it has one for each position
    #[arg(long, value_name = "NAME", conflicts_with = "no_tokens")]
    tokens: Option<String>,
    /// No perplexity: the logits are of something else than the text's next tokens
    #[arg(long)]
    no_tokens: bool,
    /// Write it as a page, with a plot
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a model's logits and tokens are called, where nothing else is said.
const LOGITS: &str = "logit";
const TOKENS: &str = "token";

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    if let Some(output) = &args.output {
        unless_printed(output, json)?;
    }
    let texts = given::sessions(&args.input);
    if texts.len() != args.reference.len() {
        return Err(Failure::misuse(format!(
            "{} inputs and {} references are given",
            texts.len(),
            args.reference.len()
        ))
        .hint("give one --reference for each --input, in the same order"));
    }
    let read = args.program.paths().chain(given::paths(&args.input));
    let read = read.chain(args.reference.iter().map(PathBuf::as_path));
    apart(read, args.output.as_deref())?;
    args.output.as_deref().map_or(Ok(()), page)?;
    let program = args.program.load()?;
    Fixed::require(&program)?;
    let mut comparison = Comparison::default();
    let mut notes: Vec<String> = Vec::new();
    for (number, (sources, path)) in texts.iter().zip(&args.reference).enumerate() {
        let inputs = Inputs::read_all(&program, sources)?;
        let mut program = program.clone();
        program.take_tables(&inputs)?;
        let run = program.run(&inputs)?;
        let compared = reference::compared(&program, args.by.as_deref(), &run, path)?;
        let mut note = |text: String| {
            if !notes.contains(&text) {
                notes.push(text);
            }
        };
        let of_text = |failure: Failure| failure.before(&format!("text {number}"));
        let logits = logits(args, &compared, &mut note).map_err(of_text)?;
        let tokens = tokens(args, &program, &inputs, logits, &mut note).map_err(of_text)?;
        let name = logits.map(|logits| logits.tensor.as_str());
        let added = comparison.add(&compared, name, tokens.as_deref());
        added.map_err(|why| {
            Failure::misuse(format!("{}, text {number}: {why}", path.display()))
                .hint("every reference has the same tensors, in units that their numbers are of")
        })?;
    }
    let mut found = comparison.fidelity(notes).map_err(|why| {
        Failure::misuse(why).hint("NAME.unit in a reference is what one of an integer is")
    })?;
    found.circuit = Some(program.name().to_string());
    found.params = Some(program.params().into_iter().collect());
    found.program = Some(program.text_digest().to_string());
    if let Some(path) = &args.output {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let page = fidelity_page(program.name(), &found, &typed(&words));
        write(path, page.as_bytes())?;
        if !json {
            return say_of(
                path,
                &format!("{found}{}: {} bytes", shown(path), page.len()),
            );
        }
    }
    match json {
        true => say_json(&json!(found).to_string()),
        false => say(&found.to_string()),
    }
}

/// The tensor that has logits.
fn logits<'c>(
    args: &Args,
    compared: &'c [Compared],
    note: &mut impl FnMut(String),
) -> Result<Option<&'c Compared>, Failure> {
    let name = args.logits.as_deref().unwrap_or(LOGITS);
    let mut names: Vec<&str> = compared.iter().map(|one| one.tensor.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let why = match compared.iter().find(|one| one.tensor == name) {
        None if args.logits.is_some() => {
            let known = names.iter().copied();
            let hint = match suggest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", names.join(", ")),
            };
            return Err(Failure::misuse(format!("the reference has no `{name}`")).hint(hint));
        }
        None => return Ok(None),
        Some(one) if one.layer.is_some() => {
            let by = args.by.as_deref().unwrap_or_default();
            format!("`{name}` is divided by --by {by}, and logits are whole")
        }
        Some(one) if one.positions.iter().any(|logits| logits.len() < 2) => {
            format!("`{name}` has positions of one element, and one logit a position says nothing")
        }
        Some(one) => return Ok(Some(one)),
    };
    match args.logits.is_some() {
        true => Err(Failure::misuse(why).hint("--logits names the tensor that has logits")),
        false => {
            note(format!("no logits are compared: {why}"));
            Ok(None)
        }
    }
}

/// The text's tokens, if there are logits to give the next of them.
fn tokens(
    args: &Args,
    program: &Program,
    inputs: &Inputs,
    logits: Option<&Compared>,
    note: &mut impl FnMut(String),
) -> Result<Option<Vec<i64>>, Failure> {
    let name = args.tokens.as_deref().unwrap_or(TOKENS);
    let Some(logits) = logits else {
        return match args.tokens.is_some() {
            false => Ok(None),
            true => Err(
                Failure::misuse(format!("--tokens {name}, and no logits are compared"))
                    .hint("--logits names the tensor that has logits, in every reference"),
            ),
        };
    };
    if args.no_tokens {
        return Ok(None);
    }
    let assignment = inputs.assignment(program)?;
    let all: Vec<(&str, &[i64])> = program
        .inputs()
        .zip(&assignment.inputs)
        .map(|(input, tensor)| (input.name, tensor.data.as_slice()))
        .collect();
    let (tensor, positions) = (&logits.tensor, logits.positions.len());
    let given = all.iter().find(|(known, _)| *known == name);
    match (given, args.tokens.is_some()) {
        (Some((_, tokens)), _) if tokens.len() == positions => {
            logits.require_logits(tokens).map_err(|why| {
                Failure::misuse(format!("`{name}`: {why} in `{tensor}`"))
                    .hint("--tokens names another input, --no-tokens compares without")
            })?;
            Ok(Some(tokens.to_vec()))
        }
        (None, false) => Ok(None),
        (Some((_, tokens)), false) => {
            let count = tokens.len();
            note(format!(
                "no perplexity: `{name}` has {count} elements, and `{tensor}` {positions} positions"
            ));
            Ok(None)
        }
        (found, true) => {
            let message = format!("`{name}` is no input of {positions} tokens, one a position");
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let near = suggest(name, names.iter().copied()).filter(|_| found.is_none());
            Err(Failure::misuse(message).hint(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("inputs are {}", names.join(", ")),
            }))
        }
    }
}
