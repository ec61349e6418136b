//! `attnc run`: a program's outputs by its reference meaning, without proving anything.

use std::borrow::Cow;
use std::io::{stdout, IsTerminal};
use std::path::{Path, PathBuf};

use attnc::files::input::read_publics;
use attnc::files::nested::{nest, SHOWN};
use attnc::library::expectations::unread;
use attnc::library::run::Run;
use attnc::{Failed, Inputs, Program, Suite, Tensor};
use attnc_compiler::diagnostic::{located, texts};
use serde_json::{json, Map, Value};

use crate::cli::failed;
use crate::cli::failure::{more, Failure};
use crate::cli::fixed::Fixed;
use crate::cli::given::{self, one_input, Given};
use crate::cli::paths::{self, apart, say_written, write_private, Format};
use crate::cli::program::ProgramArgs;
use crate::cli::report::{complain, say, say_json, shaped};
use crate::cli::show::{self, Shown, Wanted};
use crate::cli::tensor;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs: .npz, .json, .safetensors with tensors by name, or .npy for a program
    /// with one; NAME=FILE for one tensor alone, and again for others
    #[arg(long, value_name = "FILE", required_unless_present = "test",
          value_parser = given::parser())]
    input: Vec<Given>,
    /// Run on what the test of this name sets and gives, in place of -p, --fixed and --input; what it
    /// expects and is not so ends the run with 1
    #[arg(long, value_name = "NAME", conflicts_with_all = ["input", "params", "fixed"])]
    test: Option<String>,
    /// The draw of a test that draws: what `sample N seed S` draws with S, S + 1, ...; the first without it
    #[arg(long, requires = "test")]
    seed: Option<u64>,
    /// Show values, inputs, fixed ones too, tables and caches, whole or in part: score,gap[0],keys[.., 2..4];
    /// all for all of them
    #[arg(long, value_name = "NAMES", value_parser = show::parse)]
    show: Vec<Vec<Wanted>>,
    /// Inputs and outputs that the run must have, as npz or JSON, or as run writes them
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write the outputs to a file, with what --show names: npz if it ends with .npz, one array if
    /// it ends with .npy, else JSON, as also for -. Without it a terminal has the ends of what is
    /// large, a pipe all of it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let format = output.map_or(Ok(Format::Json), Format::of)?;
    one_input(&args.input)?;
    let read = args.program.paths().chain(given::paths(&args.input));
    apart(read.chain(args.expect.as_deref()), output)?;
    let suite = args.test.as_ref().map(|_| Suite::read(&args.program.file));
    let suite = suite.transpose()?;
    let tested = suite.as_ref().zip(args.test.as_deref());
    let (program, inputs) = match tested {
        Some((suite, test)) => ground(suite, &args.program.file, test, args.seed)?,
        None => read_in(args)?,
    };
    let wanted: Vec<Wanted> = args.show.concat();
    let run = program.run_far(&inputs).map_err(|(error, so_far)| {
        if let Some(run) = so_far.filter(|_| !json && output.is_none()) {
            let shown = show::so_far(&run, &wanted);
            let outputs = Vec::new();
            // Nobody is left to show it to if this fails.
            let _ = say(&Outcome { outputs, shown }.text(stdout().is_terminal()));
        }
        error
    })?;
    let shown = show::shown(run.evaluation(), &wanted)?;
    let expected = match &args.expect {
        Some(path) => Some(compare(path, &program, &inputs, &run)?),
        None => None,
    };
    let outputs = run.outputs().collect();
    let result = Outcome { outputs, shown };
    let held = match (&args.expect, expected.as_deref()) {
        (Some(path), Some([])) => format!("{} expects nothing\n", path.display()),
        (Some(path), Some(names)) => {
            format!("as {} has it: {}\n", path.display(), names.join(", "))
        }
        _ => String::new(),
    };
    let failed = tested.and_then(|(suite, test)| suite.unmet(test, args.seed));
    let Some(path) = output else {
        match json {
            true => say_json(&result.json_of(expected, failed.as_ref()).to_string())?,
            false => say(&(result.text(stdout().is_terminal()) + &held))?,
        }
        return ended(failed, json);
    };
    let arrays = match format {
        Format::Json => Vec::new(),
        _ => result.arrays(path)?,
    };
    let bytes = paths::arrays(path, format, arrays, || result.json(None))?;
    write_private(path, &bytes)?;
    let what = json!({ "format": format.name(), "tensors": result.names() });
    say_written(path, json, what, &bytes)?;
    // What is said of a file has no errors of a test.
    ended(failed, false)
}

/// What a test expects and is not so ends the run as it ends the test, once its values are shown.
fn ended(failed: Option<Failed>, is_said: bool) -> Result<(), Failure> {
    let Some(failed) = failed else {
        return Ok(());
    };
    if !is_said {
        failed::tell(&failed, &failed.errors.diagnostics);
        complain(&more(&failed.errors.diagnostics));
    }
    Err(Failure::said())
}

/// The program and its inputs, from files.
fn read_in(args: &Args) -> Result<(Program, Inputs), Failure> {
    let mut program = args.program.load()?;
    Fixed::require(&program)?;
    let inputs = Inputs::read_all(&program, &given::sources(&args.input))?;
    program.take_tables(&inputs)?;
    Ok((program, inputs))
}

/// The program as a test has it, and what the test runs on.
fn ground(
    suite: &Suite<'_>,
    file: &Path,
    test: &str,
    seed: Option<u64>,
) -> Result<(Program, Inputs), Failure> {
    let given = suite.given(test, seed)?;
    let mut program = Program::read(file, &given.params)?;
    let named = given.inputs.iter();
    let named = named.map(|(name, tensor)| (name.as_str(), tensor.clone()));
    let inputs = Inputs::of(&program, named)?;
    program.take_tables(&inputs)?;
    if program.wants_fixed() {
        let fixed = given.fixed.iter();
        program.take_fixed(fixed.map(|(name, tensor)| (name.as_str(), tensor.clone())))?;
    }
    Ok((program, inputs))
}

/// What a run gave, and what of it is shown beside the outputs.
struct Outcome<'a> {
    outputs: Vec<(&'a str, Tensor)>,
    shown: Vec<Shown>,
}

impl Outcome<'_> {
    fn named(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.outputs.iter().map(|(name, tensor)| (*name, tensor))
    }

    /// Of what is written: an output that is shown too is written once.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.named().map(|(name, _)| name).collect();
        for shown in &self.shown {
            if !names.contains(&shown.name.as_str()) {
                names.push(&shown.name);
            }
        }
        names
    }

    /// As [`Self::json`], with what a test expects and is not so.
    fn json_of(&self, expected: Option<Vec<String>>, failed: Option<&Failed>) -> Value {
        let mut object = self.json(expected);
        if let Some(Failed { errors, .. }) = failed {
            let texts = texts(&errors.file, &errors.source, &errors.used);
            object["errors"] = json!(located(&errors.diagnostics, &texts));
        }
        object
    }

    /// With the names that `--expect` compared, if it did.
    fn json(&self, expected: Option<Vec<String>>) -> Value {
        let outputs = self
            .named()
            .map(|(name, tensor)| (name.to_string(), nest(tensor)));
        let mut object = json!({ "outputs": outputs.collect::<Map<_, _>>() });
        if !self.shown.is_empty() {
            let shown = self.shown.iter();
            let shown = shown.map(|shown| (shown.name.clone(), shown.nested.clone()));
            object[SHOWN] = shown.collect::<Map<_, _>>().into();
        }
        if let Some(expected) = expected {
            object["expected"] = json!(expected);
        }
        object
    }

    /// Whole, a line each; the ends of what is large, for a terminal.
    fn text(&self, terminal: bool) -> String {
        // An output that is shown stands there already.
        let is_shown = |name: &str| self.shown.iter().any(|shown| shown.name == name);
        let outputs = self.named().filter(|(name, _)| !is_shown(name));
        let outputs = outputs.map(|(name, tensor)| {
            let shape: Vec<u64> = tensor.shape.iter().map(|&size| size as u64).collect();
            (shaped(name, &shape), nest(tensor))
        });
        let shown = self.shown.iter();
        let shown = shown.map(|shown| (shown.title.clone(), shown.nested.clone()));
        let each = shown.chain(outputs).map(|(name, nested)| match terminal {
            true => tensor::head(&name, &nested),
            false => format!("{name} = {nested}\n"),
        });
        each.collect()
    }

    /// As arrays by name.
    fn arrays(&self, path: &Path) -> Result<Vec<(&str, Cow<'_, Tensor>)>, Failure> {
        let outputs = self
            .named()
            .map(|(name, tensor)| Ok((name, Cow::Borrowed(tensor))));
        let names: Vec<&str> = self.named().map(|(name, _)| name).collect();
        let shown = self.shown.iter();
        // An output is in the file already.
        let shown = shown.filter(|shown| !names.contains(&shown.name.as_str()));
        let shown = shown.map(|shown| match rectangular(&shown.nested) {
            Some(tensor) => Ok((shown.name.as_str(), Cow::Owned(tensor))),
            None => Err(Failure::misuse(format!(
                "{} has rows of several lengths, which {} cannot hold",
                shown.title,
                path.display()
            ))
            .hint(format!(
                "write JSON, or show a row of it: --show {}[0]",
                shown.name.split('[').next().unwrap_or_default()
            ))),
        });
        outputs.chain(shown).collect()
    }
}

/// Nested arrays as a tensor, if all that stand beside each other are of one shape.
fn rectangular(nested: &Value) -> Option<Tensor> {
    let Value::Array(elements) = nested else {
        return Some(Tensor {
            shape: Vec::new(),
            data: vec![nested.as_i64()?],
        });
    };
    let rows: Vec<Tensor> = elements.iter().map(rectangular).collect::<Option<_>>()?;
    let first = rows.first().map_or(&[][..], |row| row.shape.as_slice());
    if rows.iter().any(|row| row.shape != first) {
        return None;
    }
    let shape = [&[rows.len()], first].concat();
    let data = rows.iter().flat_map(|row| row.data.iter().copied());
    Some(Tensor {
        data: data.collect(),
        shape,
    })
}

/// Holds the inputs and outputs that a file has against those of the run; their names.
fn compare(
    path: &Path,
    program: &Program,
    inputs: &Inputs,
    run: &Run<'_>,
) -> Result<Vec<String>, Failure> {
    let given = program.inputs().zip(&inputs.assignment(program)?.inputs);
    let given = given.map(|(input, tensor)| (input.name, Cow::Borrowed(tensor)));
    let outputs = run
        .outputs()
        .map(|(name, tensor)| (name, Cow::Owned(tensor)));
    let known: Vec<(&str, Cow<'_, Tensor>)> = outputs.chain(given).collect();
    let shapes = known
        .iter()
        .map(|(name, tensor)| (*name, tensor.shape.clone()));
    let found = read_publics(path, shapes).map_err(|error| unread(path, &error))?;
    let mut names = Vec::new();
    for ((name, tensor), expected) in known.iter().zip(found) {
        let Some(expected) = expected else {
            continue;
        };
        let mut both = tensor.data.iter().zip(&expected);
        if let Some(offset) = both.position(|(own, expected)| own != expected) {
            let at = tensor.position(offset);
            let at = if at.is_empty() {
                String::new()
            } else {
                format!("{at:?}")
            };
            return Err(Failure::no(format!(
                "{name}{at} is {}, {} is expected, in {}",
                tensor.data[offset],
                expected[offset],
                path.display()
            )));
        }
        names.push(name.to_string());
    }
    Ok(names)
}
