//! `attnc prove`: a proof file that a program, on some inputs, gives its public outputs.

mod figures;
mod keyed;
mod outputs;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use attnc::library::words::listed_names;
use attnc::printed::publishes::Publishes;
use attnc::{verify, Demands, Inputs, Key, Program, Proof, Prover, Security, Step};
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::Compiled;
use serde_json::json;

use crate::cli::commands::verify::fits;
use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::given::{self, Given};
use crate::cli::paths::{apart, named, say_of, unless_printed, write};
use crate::cli::program::parameter;
use crate::cli::progress::Progress;
use crate::cli::report::{milliseconds, say_json, warn_of_seed};
use crate::cli::tuning::Tuning;
use figures::{figures, together, told};
use keyed::{keyed, of_key};
use outputs::outputs;

pub use figures::peak_rss_bytes;

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
    /// The program's inputs: .npz, .json, .safetensors with tensors by name, or .npy for a program
    /// with one; give it again for another proof. NAME=FILE gives one tensor alone, to every proof
    #[arg(long, value_name = "FILE", required = true, value_parser = given::parser())]
    input: Vec<Given>,
    #[command(flatten)]
    fixed: Fixed,
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
    let sessions = given::sessions(&args.input);
    let inputs: Vec<PathBuf> = sessions
        .iter()
        .map(|all| all[0].path.to_path_buf())
        .collect();
    let several = inputs.len() > 1;
    if several {
        // What all of them have is read again for each.
        named(sessions[0][1..].iter().map(|source| source.path))?;
    }
    let outputs = outputs(&inputs, &args.output)?;
    let held = |outputs: &[PathBuf]| {
        let read = args.file.iter().chain(&args.key).map(PathBuf::as_path);
        let read = read
            .chain(given::paths(&args.input))
            .chain(args.fixed.paths());
        let written = outputs.iter().map(PathBuf::as_path);
        apart(read, written.clone())?;
        written
            .into_iter()
            .try_for_each(|output| unless_printed(output, json))
    };
    held(outputs.as_deref().unwrap_or_default())?;
    warn_of_seed(args.security);
    let progress = Progress::start("reading");
    let options = args.tuning.options(args.plan.as_deref(), args.security);
    let of_first = |failure| among(failure, several, &inputs[0], &[]);
    let read_first =
        |program: &Program| Inputs::read_all(program, &sessions[0]).map_err(|e| of_first(e.into()));
    let (layout, mut key, first) = match (&args.key, &args.file) {
        (Some(path), file) => {
            let mut key = keyed(path, file.as_ref(), &args.params, &options)?;
            let wrong = |error| of_key(path, error);
            if args.fixed.is_given() {
                key.read_fixed(&args.fixed.sources()).map_err(wrong)?;
            }
            let program = key.program();
            Fixed::require(&program)?;
            let first = read_first(&program)?;
            key.take_tables(&first).map_err(wrong)?;
            (key.layout(&options).map_err(wrong)?, Some(key), first)
        }
        (None, Some(file)) => {
            let mut program = Program::read(file, &args.params)?;
            args.fixed.read(&mut program)?;
            Fixed::require(&program)?;
            let first = read_first(&program)?;
            program.take_tables(&first)?;
            progress.stage("compiling");
            (program.lay_out(&options)?, None, first)
        }
        (None, None) => return Err(Failure::misuse("give the program or a key")),
    };
    let parts = &layout.compiled;
    let wanted = wanted(parts, args.only.as_deref())?;
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
    for (input, output) in inputs.iter().zip(&outputs) {
        Failure::unless_writable(output).map_err(|failure| among(failure, several, input, &[]))?;
    }
    drop(progress);

    let prover = Prover::new(&layout);
    let mut first = Some(first);
    let mut reports = Vec::new();
    for (position, (input, output)) in inputs.iter().zip(&outputs).enumerate() {
        let progress = Progress::start("reading");
        let written = &outputs[..position];
        let of_this = |failure| among(failure, several, input, written);
        let given = match first.take() {
            Some(given) => given,
            None => Inputs::read_all(&layout.program, &sessions[position])
                .map_err(|e| of_this(e.into()))?,
        };
        let watch = |at: attnc::Progress<'_>| {
            let of_part = at
                .part
                .map_or(String::new(), |part| format!("part {part}: "));
            progress.stage(format!("{of_part}{}", doing(at.step)));
            ControlFlow::Continue(())
        };
        let made = prover.sessions(&wanted, &given, &args.context, &watch);
        let made = made.map_err(|error| {
            of_this(match &args.key {
                Some(path) => of_key(path, error),
                None => error.into(),
            })
        })?;
        let mut figures = Vec::new();
        let mut files = Vec::new();
        for made in made {
            let (part, setting) = (&parts[made.part], layout.settings[made.part]);
            figures.push(self::figures(part, &made.proved, setting, made.file.len()));
            files.push(made.file);
        }
        let proof = Proof::of_files(files);
        let check_ms = if args.check {
            progress.stage("verifying");
            let key = key.get_or_insert_with(|| Key::make_for(&layout));
            Some(check(key, &proof).map_err(of_this)?)
        } else {
            None
        };
        write(output, proof.bytes()).map_err(of_this)?;
        drop(progress);

        let whole = wanted.len() == parts.len();
        let mut report = together(figures, proof.bytes().len(), whole);
        if let Some(check_ms) = check_ms {
            report["verify_ms"] = json!(check_ms);
        }
        report["proof"] = json!(output.display().to_string());
        report["input"] = json!(input.display().to_string());
        let shown: Vec<&Compiled> = wanted.iter().map(|&part| &parts[part]).collect();
        let published = shown.iter().map(|part| &part.part);
        let program = &layout.program;
        let published = Publishes::of(&program.graph, &program.sources, published);
        report["publishes"] = published.objects();
        if !json {
            let mut text = told(&shown, parts.len(), &report);
            if parts.len() > 1 {
                text += &published.text(layout.plan(), 2);
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

fn doing(step: Step) -> &'static str {
    match step {
        Step::Evaluating => "evaluating",
        Step::Preprocessing => "preprocessing",
        Step::Filling => "filling",
        Step::Committing => "committing",
        Step::Challenges => "drawing challenges",
        _ => "proving",
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

/// Verifies what was proved, whatever it is worth; the milliseconds that it took.
fn check(key: &Key, proof: &Proof) -> Result<f64, Failure> {
    let verdict = verify(key, proof, &Demands::nothing_more()).map_err(|rejected| {
        Failure::no(format!("the proof does not verify: {}", rejected.reason))
    })?;
    let took: Duration = verdict.parts().iter().map(|part| part.took).sum();
    Ok(milliseconds(took))
}
