//! `attnc explore`: which plans a program could have, what each would cost, and the best of them
//! measured (spec 8.8).

use std::path::{Path, PathBuf};

use attnc::laboratory::measure::Ended;
use attnc::library::layout::Assembled;
use attnc::price::price;
use attnc::session::security::Security;
use attnc::{Inputs, Program};
use attnc_compiler::choice::cost::TimeTable;
use attnc_compiler::plan::candidates::{candidates, Candidate};
use serde::Serialize;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::measure::Cell;
use crate::cli::paths::named;
use crate::cli::program::ProgramArgs;
use crate::cli::progress::Progress;
use crate::cli::report::{say, say_json, titled, warn_of_seed};
use crate::cli::tuning::Tuning;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs; without it random ones, as `attnc sample` draws them, and the fixed ones
    /// too where no --fixed gives them
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    #[command(flatten)]
    tuning: Tuning,
    /// How sure a verifier can be, as `attnc prove` takes it
    #[arg(long, value_name = "SETTING", default_value = "standard")]
    security: Security,
    /// Of the plans that are not declared, prove so many
    #[arg(long, value_name = "N", default_value_t = 4)]
    prove: usize,
    /// Print every plan that was tried, not only the best
    #[arg(long)]
    all: bool,
}

/// What a plan costs, predicted or measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Costs {
    /// Of all proofs, after their statements.
    bytes: f64,
    /// Of all statements' public tensors; measured, of the statements.
    statement_bytes: f64,
    /// Milliseconds to fill and prove one part after the other.
    ms: f64,
    /// The most bytes that proving one part has resident.
    memory_bytes: f64,
}

/// A plan that was tried.
#[derive(Clone, Debug, Serialize)]
struct Tried {
    /// The declared name, or the text that `--plan` takes.
    plan: String,
    what: String,
    declared: bool,
    parts: usize,
    proofs: usize,
    predicted: Costs,
    /// The part that takes longest: what all of them take on enough machines.
    predicted_longest_ms: f64,
    measured: Option<Costs>,
    /// Whether no other plan is as good in bytes, time and memory and better in one: among all
    /// as predicted, and among those that were proved as measured.
    predicted_best: bool,
    measured_best: Option<bool>,
    /// What proved it.
    command: Option<String>,
}

impl Costs {
    fn dimensions(&self) -> [f64; 3] {
        [
            self.bytes + self.statement_bytes,
            self.ms,
            self.memory_bytes,
        ]
    }

    /// Whether another plan need not be looked at for the sake of this.
    fn is_beaten_by(&self, other: &Self) -> bool {
        let mut both = self.dimensions().into_iter().zip(other.dimensions());
        both.clone().all(|(own, other)| other <= own) && both.any(|(own, other)| other < own)
    }
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    args.tuning.require_floor(args.security)?;
    named(args.program.paths().chain(args.input.as_deref()))?;
    warn_of_seed(args.security);
    let mut program = args.program.load()?;
    if let Some(input) = &args.input {
        Fixed::require(&program)?;
        let inputs = Inputs::read(&program, input)?;
        program.take_tables(&inputs)?;
    }
    program.assume_tables();
    let progress = Progress::start("looking for plans");
    let declared: Vec<Candidate> = program
        .graph
        .plans
        .iter()
        .map(|plan| Candidate {
            text: plan.name.clone(),
            what: "declared".into(),
        })
        .collect();
    let count = declared.len();
    let all: Vec<Candidate> = declared
        .into_iter()
        .chain(candidates(&program.graph))
        .collect();
    let mut tried: Vec<Tried> = Vec::new();
    let mut impossible = Vec::new();
    for (number, candidate) in all.iter().enumerate() {
        progress.stage(format!(
            "plan {} of {}: {}",
            number + 1,
            all.len(),
            candidate.text
        ));
        let assembled =
            program.assemble(&args.tuning.options(Some(&candidate.text), args.security));
        match assembled {
            // What a program declares must work.
            Err(failure) if number < count => return Err(failure.into()),
            Err(failure) => impossible.push((candidate, failure.summary())),
            Ok(parts) => {
                let Some(new) = predicted(args, candidate, number < count, &parts) else {
                    impossible.push((candidate, "the setting does not fit its rows".into()));
                    continue;
                };
                // Another way to write a plan that is there already costs the same.
                let same = |known: &Tried| {
                    known.predicted == new.predicted
                        && (known.parts, known.proofs) == (new.parts, new.proofs)
                };
                if new.declared || !tried.iter().any(same) {
                    tried.push(new);
                }
            }
        }
    }
    let costs: Vec<Costs> = tried.iter().map(|tried| tried.predicted).collect();
    for tried in &mut tried {
        tried.predicted_best = !costs
            .iter()
            .any(|other| tried.predicted.is_beaten_by(other));
    }
    let folder = tempfile::tempdir();
    let folder = folder.map_err(|error| Failure::file(Path::new("."), "write", &error))?;
    let input = sampled(args, &program, folder.path())?;
    for number in chosen(&tried, args.prove) {
        progress.stage(format!("proving {}", tried[number].plan));
        let measured = measured(args, &program, &input, folder.path(), &tried[number].plan)?;
        tried[number].command = Some(measured.0);
        tried[number].measured = Some(measured.1);
    }
    drop(progress);
    let costs: Vec<Costs> = tried.iter().filter_map(|tried| tried.measured).collect();
    for tried in &mut tried {
        let beaten = |own: Costs| costs.iter().any(|other| own.is_beaten_by(other));
        tried.measured_best = tried.measured.map(|own| !beaten(own));
    }
    tried.sort_by(|a, b| {
        let bytes = |tried: &Tried| tried.predicted.dimensions()[0];
        bytes(a).total_cmp(&bytes(b))
    });
    if json {
        let impossible: Vec<_> = impossible
            .iter()
            .map(|(candidate, why)| json!({ "plan": candidate.text, "why": why }))
            .collect();
        return say_json(
            &json!({
                "circuit": program.graph.name,
                "security": args.security.to_string(),
                "threads": TimeTable::committed().threads,
                "plans": tried,
                "impossible": impossible,
            })
            .to_string(),
        );
    }
    say(&table(args, &program, &tried, impossible.len()))
}

fn predicted(
    args: &Args,
    candidate: &Candidate,
    declared: bool,
    parts: &[Assembled],
) -> Option<Tried> {
    let mut costs = Costs {
        bytes: 0.0,
        statement_bytes: 0.0,
        ms: 0.0,
        memory_bytes: 0.0,
    };
    let mut longest: f64 = 0.0;
    for part in parts {
        let circuit = &part.compiled.circuit;
        let price = price(circuit, args.security, args.tuning.aim())?;
        costs.bytes += price.bytes;
        costs.statement_bytes += attnc::session::statement::public_bytes(circuit) as f64;
        costs.ms += price.ms;
        costs.memory_bytes = costs.memory_bytes.max(price.memory_bytes);
        longest = longest.max(price.ms);
    }
    Some(Tried {
        plan: candidate.text.clone(),
        what: candidate.what.clone(),
        declared,
        parts: parts.len(),
        proofs: parts
            .iter()
            .map(|part| part.compiled.circuit.proofs.len())
            .sum(),
        predicted: costs,
        predicted_longest_ms: longest,
        measured: None,
        predicted_best: false,
        measured_best: None,
        command: None,
    })
}

/// The plans to prove: those that are declared, and of the best predicted the one with the least
/// of each dimension, then those with the least product of all.
fn chosen(tried: &[Tried], most: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = (0..tried.len()).filter(|&n| tried[n].declared).collect();
    let best: Vec<usize> = (0..tried.len())
        .filter(|&n| tried[n].predicted_best && !tried[n].declared)
        .collect();
    let mut order: Vec<usize> = Vec::new();
    for dimension in 0..3 {
        let cost = |n: &usize| tried[*n].predicted.dimensions()[dimension];
        order.extend(
            best.iter()
                .copied()
                .min_by(|a, b| cost(a).total_cmp(&cost(b))),
        );
    }
    let mut rest = best;
    let product = |n: &usize| -> f64 { tried[*n].predicted.dimensions().iter().product() };
    rest.sort_by(|a, b| product(a).total_cmp(&product(b)));
    order.extend(rest);
    let mut more = 0;
    for number in order {
        if more < most && !chosen.contains(&number) {
            chosen.push(number);
            more += 1;
        }
    }
    chosen
}

/// The plans, cheapest in bytes first: those that are best, declared or proved.
fn table(args: &Args, program: &Program, tried: &[Tried], impossible: usize) -> String {
    let graph = &program.graph;
    let params: Vec<(String, i64)> = graph
        .params
        .iter()
        .map(|param| (param.name.clone(), param.value))
        .collect();
    let mut text = format!(
        "{}, {}: {} plans tried, {impossible} more cannot be (--json says why)\n\n",
        titled(&graph.name, &params),
        args.security,
        tried.len()
    );
    text += &format!(
        "  {:>19} {:>19} {:>15} {:>15} {:>6}\n",
        "bytes", "ms", "MiB", "statement bytes", "proofs"
    );
    text += &format!(
        "  {:>9} {:>9} {:>9} {:>9} {:>7} {:>7} {:>7} {:>7}\n",
        "predicted", "measured", "predicted", "measured", "pred.", "meas.", "pred.", "meas."
    );
    for tried in tried {
        if !(args.all || tried.declared || tried.predicted_best || tried.measured.is_some()) {
            continue;
        }
        let cell = |of: fn(&Costs) -> f64, width: usize| {
            let measured = tried
                .measured
                .as_ref()
                .map_or("-".to_string(), |m| format!("{:.0}", of(m)));
            format!("{:>width$.0} {measured:>width$}", of(&tried.predicted))
        };
        let mark = match (tried.measured_best, tried.predicted_best) {
            (Some(true), _) => "*",
            (None, true) => "o",
            _ => " ",
        };
        text += &format!(
            "{mark} {} {} {} {} {:>6}  {}\n",
            cell(|costs| costs.bytes, 9),
            cell(|costs| costs.ms, 9),
            cell(|costs| costs.memory_bytes / f64::from(1 << 20), 7),
            cell(|costs| costs.statement_bytes, 7),
            tried.proofs,
            if tried.declared {
                format!("{} (declared)", tried.plan)
            } else {
                tried.plan.clone()
            }
        );
    }
    text += &format!(
        "\n* measured, and no other that was proved is as good in bytes (with the statement), time \
         and memory\no predicted to be so; --prove {} proves more of these\n",
        args.prove + 4
    );
    if !args.all {
        text += "--all shows every plan that was tried\n";
    }
    text
}

/// Proves a plan in a process of its own, so that its memory is its own: the command as one would
/// run it again, and what it took.
fn measured(
    args: &Args,
    program: &Program,
    input: &Path,
    folder: &Path,
    plan: &str,
) -> Result<(String, Costs), Failure> {
    let cell = cell(args, program, plan);
    let shown = cell.command(args.input.as_deref().ok_or(0));
    let figures = cell.prove(input, folder);
    let figures = figures.map_err(|ended| why(&shown, ended))?;
    let number = |name: &str| figures[name].as_f64().unwrap_or(f64::NAN);
    let costs = Costs {
        bytes: number("packed_bytes"),
        statement_bytes: number("statement_bytes"),
        ms: number("prove_ms"),
        memory_bytes: number("peak_rss_bytes"),
    };
    Ok((shown, costs))
}

/// A plan's cell.
fn cell<'a>(args: &'a Args, program: &Program, plan: &'a str) -> Cell<'a> {
    Cell {
        program: &args.program.file,
        params: &args.program.params,
        fixed: &args.program.fixed,
        draws_fixed: program.wants_fixed() && !args.program.fixed.is_given(),
        plan,
        security: args.security.to_string(),
        tuning: args.tuning.clone(),
    }
}

fn why(shown: &str, ended: Ended) -> Failure {
    match ended {
        Ended::Failed(why) => Failure::no(format!("`{shown}` failed: {why}")),
        Ended::Stopped => Failure::no("stopped"),
    }
}

/// Inputs in a file: those that were given, or those that `attnc sample` draws.
fn sampled(args: &Args, program: &Program, folder: &Path) -> Result<PathBuf, Failure> {
    if let Some(input) = &args.input {
        return Ok(input.clone());
    }
    let path = folder.join("in.json");
    let drawn = cell(args, program, "").sample(0, &path, folder);
    drawn.map_err(|ended| why("attnc sample", ended))?;
    Ok(path)
}
