//! `attnc fidelity`: how near a program's integers come to real numbers, tensor by tensor (spec 8.12).

use std::path::{Path, PathBuf};

use attnc::files::input::read_reals;
use attnc::files::real::Real;
use attnc::laboratory::fidelity::{Compared, Comparison};
use attnc::laboratory::page::fidelity_page;
use attnc::library::named::{self, Named};
use attnc::library::run::Run;
use attnc::{Inputs, Program};
use attnc_compiler::meaning::dims::{for_each_point, max_sizes, Dim};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::given::{self, Given};
use crate::cli::paths::{apart, say_of, unless_printed, write};
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
    #[arg(long, value_name = "NAME")]
    tokens: Option<String>,
    /// Write it as a page, with a plot
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a reference has: reals, and what one of an integer is.
const UNIT: &str = ".unit";
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
    let program = args.program.load()?;
    Fixed::require(&program)?;
    let mut comparison = Comparison::default();
    for (sources, reference) in texts.iter().zip(&args.reference) {
        let inputs = Inputs::read_all(&program, sources)?;
        let mut program = program.clone();
        program.take_tables(&inputs)?;
        let run = program.run(&inputs)?;
        let compared = compared(args, &run, reference)?;
        let (logits, tokens) = tokens(args, &program, &inputs, &compared)?;
        comparison.add(&compared, logits, tokens.as_deref());
    }
    let found = comparison.fidelity(Vec::new());
    let found = found.ok_or_else(|| Failure::misuse("there is nothing to compare"))?;
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

/// The tensors that a reference has, in the order of computation, layer by layer.
fn compared(args: &Args, run: &Run<'_>, reference: &Path) -> Result<Vec<Compared>, Failure> {
    let evaluation = run.evaluation();
    let all = named::names(evaluation);
    let circuit = &evaluation.graph().name;
    let one = |name: &str| match named::find(&all, circuit, name)?.as_slice() {
        [only] => Ok(*only),
        several => {
            let names: Vec<&str> = several.iter().map(|known| known.name.as_str()).collect();
            Err(attnc::Error::Refused {
                message: format!("`{name}` is one of {}", names.join(", ")),
                hint: Some("call the array as one of them".into()),
            })
        }
    };
    let fits = |name: &str, shape: &[usize]| {
        let known = one(tensor_of(name)).map_err(|error| error.summary())?;
        let dims = known.dims(evaluation);
        match name.ends_with(UNIT) {
            true => broadcasts(&dims, shape),
            false => covers(&dims, shape),
        }
    };
    let reals =
        read_reals(reference, &fits).map_err(|error| unread(reference, &error.to_string()))?;
    let is_first = |known: &Named| match (&args.by, known.first_index(evaluation.graph())) {
        (Some(by), Some(first)) => by == first,
        _ => false,
    };
    let mut found: Vec<(Option<u64>, usize, Compared)> = Vec::new();
    for (place, known) in all.iter().enumerate() {
        let own = |real: &&Real| {
            !real.name.ends_with(UNIT) && one(&real.name).is_ok_and(|it| it.name == known.name)
        };
        let mut own = reals.iter().filter(own);
        let Some(real) = own.next() else { continue };
        if own.next().is_some() {
            let what = format!("`{}` is there twice, by two names", known.name);
            return Err(unread(reference, &what));
        }
        let unit = reals
            .iter()
            .find(|unit| unit.name == format!("{}{UNIT}", real.name));
        let elements = known.elements(evaluation);
        let integers: Vec<f64> = match elements.wide.is_empty() {
            true => elements
                .narrow
                .iter()
                .map(|&element| element as f64)
                .collect(),
            false => elements
                .wide
                .iter()
                .map(|&element| element as f64)
                .collect(),
        };
        let by_layer = is_first(known);
        for (layer, positions) in divided(&elements.dims, &integers, real, unit, by_layer) {
            let tensor = known.name.clone();
            let compared = Compared {
                tensor,
                layer,
                positions,
            };
            found.push((layer, place, compared));
        }
    }
    if found.is_empty() {
        return Err(unread(reference, "it has no tensor of the program"));
    }
    if let Some(by) = args
        .by
        .as_ref()
        .filter(|_| found.iter().all(|(layer, ..)| layer.is_none()))
    {
        let graph = evaluation.graph();
        let mut indices: Vec<&str> = all.iter().filter_map(|it| it.first_index(graph)).collect();
        indices.sort_unstable();
        indices.dedup();
        let message = format!(
            "`{by}` is the first index of no tensor in {}",
            reference.display()
        );
        let hint = format!("first indices are {}", indices.join(", "));
        return Err(Failure::misuse(message).hint(hint));
    }
    // What has no layer stands before the layers, or behind them.
    let first = found
        .iter()
        .filter(|(layer, ..)| layer.is_some())
        .map(|(_, place, _)| *place)
        .min();
    found.sort_by_key(|&(layer, place, _)| match (layer, first) {
        (None, Some(first)) if place > first => (2, 0, place),
        (Some(layer), _) => (1, layer, place),
        _ => (0, 0, place),
    });
    Ok(found.into_iter().map(|(.., compared)| compared).collect())
}

fn unread(path: &Path, why: &str) -> Failure {
    Failure::misuse(format!("{}: {why}", path.display()))
        .hint("arrays have the names and shapes of what `attnc run --show all` shows")
}

fn tensor_of(name: &str) -> &str {
    name.strip_suffix(UNIT).unwrap_or(name)
}

fn sizes(dims: &[Dim]) -> Vec<usize> {
    max_sizes(dims)
        .into_iter()
        .map(|size| size as usize)
        .collect()
}

fn grows(dims: &[Dim]) -> bool {
    dims.iter().any(|dim| matches!(dim, Dim::Growing { .. }))
}

/// Reals have the tensor's shape, with its largest sizes, or lie one behind the other as they exist.
fn covers(dims: &[Dim], shape: &[usize]) -> Result<(), String> {
    let flat = [attnc_compiler::meaning::dims::count_points(dims) as usize];
    match shape == sizes(dims) || (grows(dims) && shape == flat) {
        true => Ok(()),
        false => Err(format!(
            "it has the shape {shape:?}, and the tensor {:?}",
            sizes(dims)
        )),
    }
}

/// Units stretch over the tensor as NumPy broadcasts: the last dimensions fit, or are 1.
fn broadcasts(dims: &[Dim], shape: &[usize]) -> Result<(), String> {
    let whole = sizes(dims);
    let last = whole
        .len()
        .checked_sub(shape.len())
        .map(|before| &whole[before..]);
    let fits = |last: &[usize]| {
        last.iter()
            .zip(shape)
            .all(|(&own, &size)| size == own || size == 1)
    };
    match last.is_some_and(fits) {
        true => Ok(()),
        false => Err(format!(
            "it has the shape {shape:?}, which does not stretch over {whole:?}"
        )),
    }
}

type Positions = Vec<Vec<(f64, f64)>>;

/// Pairs of a real and an integer in its unit, by layer if the first index is one, and by position.
fn divided(
    dims: &[Dim],
    integers: &[f64],
    real: &Real,
    unit: Option<&Real>,
    by_layer: bool,
) -> Vec<(Option<u64>, Positions)> {
    let whole = sizes(dims);
    let is_flat = real.shape != whole;
    let offset = |shape: &[usize], at: &[i64]| {
        let last = &at[at.len() - shape.len()..];
        let within = last
            .iter()
            .zip(shape)
            .map(|(&at, &size)| (at as usize).min(size - 1));
        within
            .zip(shape)
            .fold(0, |offset, (at, size)| offset * size + at)
    };
    let mut found: Vec<(Option<u64>, Positions)> = Vec::new();
    let mut before: Option<(Option<u64>, Option<i64>)> = None;
    for_each_point(dims, &mut |row, at| {
        let (layer, rest) = match by_layer {
            true => (Some(at[0] as u64), &at[1..]),
            false => (None, at),
        };
        let here = (layer, rest.first().copied());
        if found.last().is_none_or(|(known, _)| *known != layer) {
            found.push((layer, Vec::new()));
        }
        let number = real.data[if is_flat {
            row
        } else {
            offset(&real.shape, at)
        }];
        let unit = unit.map_or(1.0, |unit| unit.data[offset(&unit.shape, at)]);
        if let Some((_, positions)) = found.last_mut() {
            if before != Some(here) {
                positions.push(Vec::new());
            }
            if let Some(position) = positions.last_mut() {
                position.push((number, integers[row] * unit));
            }
        }
        before = Some(here);
    });
    found
}

/// The tensor that has logits, and the text's tokens.
fn tokens<'a>(
    args: &'a Args,
    program: &Program,
    inputs: &Inputs,
    compared: &[Compared],
) -> Result<(Option<&'a str>, Option<Vec<i64>>), Failure> {
    let of = |name: &str| {
        compared
            .iter()
            .find(|it| it.tensor == name && it.layer.is_none())
    };
    let (logits, asked) = match &args.logits {
        Some(name) => (name.as_str(), true),
        None => (LOGITS, false),
    };
    let Some(found) = of(logits) else {
        return match asked {
            false => Ok((None, None)),
            true => Err(
                Failure::misuse(format!("the reference has no `{logits}`, whole"))
                    .hint("--logits names a tensor that every reference has"),
            ),
        };
    };
    let assignment = inputs.assignment(program)?;
    let all: Vec<(&str, &[i64])> = program
        .inputs()
        .zip(&assignment.inputs)
        .map(|(input, tensor)| (input.name, tensor.data.as_slice()))
        .collect();
    let name = args.tokens.as_deref().unwrap_or(TOKENS);
    let given = all.iter().find(|(known, _)| *known == name);
    let tokens = given.filter(|(_, tokens)| tokens.len() == found.positions.len());
    match (tokens, &args.tokens) {
        (None, Some(name)) => {
            let positions = found.positions.len();
            let message = format!("`{name}` is no input of {positions} tokens, one a position");
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            Err(Failure::misuse(message).hint(format!("inputs are {}", names.join(", "))))
        }
        (tokens, _) => Ok((Some(logits), tokens.map(|(_, tokens)| tokens.to_vec()))),
    }
}
