//! `attnc explore`: which plans a program could have, what each would cost, and the best of them
//! measured (spec 8.8).

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use attnc::laboratory::measure::Ended;
use attnc::library::exploration::Impossible;
use attnc::session::security::Security;
use attnc::{Costs, Explored, Inputs, Program};
use attnc_compiler::choice::cost::TimeTable;
use attnc_compiler::diagnostic::visible::line;
use serde::Serialize;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::measure::Cell;
use crate::cli::paths::named;
use crate::cli::program::ProgramArgs;
use crate::cli::progress::Progress;
use crate::cli::report::{many, say, say_json, titled, warn_of_seed};
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
    /// Beside the plans that are declared, prove so many of those that are predicted to be best
    #[arg(long, value_name = "N", default_value_t = 4)]
    prove: usize,
    /// Print every plan that was tried, not only the best
    #[arg(long)]
    all: bool,
}

/// A plan that was tried.
#[derive(Clone, Debug, Serialize)]
struct Tried {
    #[serde(flatten)]
    explored: Explored,
    measured: Option<Costs>,
    /// As `predicted_best`, among those that were proved as measured.
    measured_best: Option<bool>,
    /// What proved it.
    command: Option<String>,
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
    let options = args.tuning.options(None, args.security);
    let explored = program.explore(&options, &|number, count, plan| {
        progress.stage(format!("plan {number} of {count}: {plan}"));
        ControlFlow::Continue(())
    })?;
    let tried = explored.plans.into_iter().map(|explored| Tried {
        explored,
        measured: None,
        measured_best: None,
        command: None,
    });
    let mut tried: Vec<Tried> = tried.collect();
    let impossible = explored.impossible;
    let folder = tempfile::tempdir();
    let folder = folder.map_err(|error| Failure::file(Path::new("."), "write", &error))?;
    let input = sampled(args, &program, folder.path())?;
    for number in chosen(&tried, args.prove) {
        let plan = &tried[number].explored.plan;
        progress.stage(format!("proving {plan}"));
        let measured = measured(args, &program, &input, folder.path(), plan)?;
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
        let bytes = |tried: &Tried| tried.explored.predicted.dimensions()[0];
        bytes(a).total_cmp(&bytes(b))
    });
    if json {
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
    say(&table(args, &program, &tried, &impossible))
}

/// The plans to prove: those that are declared, and of the best predicted the one with the least
/// of each dimension, then those with the least product of all.
fn chosen(tried: &[Tried], most: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = (0..tried.len())
        .filter(|&n| tried[n].explored.declared)
        .collect();
    let best: Vec<usize> = (0..tried.len())
        .filter(|&n| tried[n].explored.predicted_best && !tried[n].explored.declared)
        .collect();
    let mut order: Vec<usize> = Vec::new();
    for dimension in 0..3 {
        let cost = |n: &usize| tried[*n].explored.predicted.dimensions()[dimension];
        order.extend(
            best.iter()
                .copied()
                .min_by(|a, b| cost(a).total_cmp(&cost(b))),
        );
    }
    let mut rest = best;
    let product = |n: &usize| -> f64 { tried[*n].explored.predicted.dimensions().iter().product() };
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

/// Whether a plan is printed without being asked for.
fn shows(tried: &Tried) -> bool {
    let explored = &tried.explored;
    explored.declared || explored.predicted_best || tried.measured.is_some()
}

/// The plans, cheapest in bytes first: those that are best, declared or proved.
fn table(args: &Args, program: &Program, tried: &[Tried], impossible: &[Impossible]) -> String {
    let asked = args.tuning.options(None, args.security);
    let others = match (impossible.len(), args.all) {
        (0, _) => String::new(),
        (count, true) => format!(", {count} more cannot be (below)"),
        (count, false) => format!(", {count} more cannot be"),
    };
    let mut text = format!(
        "{}, {}: {} tried{others}\n\n",
        titled(&program.graph.name, &program.params()),
        asked.asked(),
        many(tried.len(), "plan")
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
        let explored = &tried.explored;
        if !(args.all || shows(tried)) {
            continue;
        }
        let cell = |of: fn(&Costs) -> f64, width: usize| {
            let measured = tried
                .measured
                .as_ref()
                .map_or("-".to_string(), |m| format!("{:.0}", of(m)));
            format!("{:>width$.0} {measured:>width$}", of(&explored.predicted))
        };
        let mark = match (tried.measured_best, explored.predicted_best) {
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
            explored.proofs,
            match (explored.declared, explored.hiding && !asked.hides()) {
                (true, false) => format!("{} (declared)", explored.plan),
                (true, true) => format!("{} (declared, hiding)", explored.plan),
                // What is not declared says it in its text.
                (false, _) => explored.plan.clone(),
            }
        );
    }
    text += "\n* measured, and no other that was proved is as good in bytes (with the statement), time \
             and memory\n";
    let is_open = |it: &&Tried| it.measured_best.is_none() && it.explored.predicted_best;
    let open = tried.iter().filter(is_open).count();
    if open > 0 {
        text += &format!(
            "o predicted to be so, and not proved; --prove {} proves these too\n",
            args.prove + open
        );
    }
    let hidden = tried.iter().filter(|it| !shows(it)).count();
    match args.all {
        true => {
            for Impossible { plan, why } in impossible {
                text += &format!("cannot be: {plan}: {}\n", line(why));
            }
        }
        false if hidden > 0 || !impossible.is_empty() => {
            text += "--all shows every plan that was tried, and why others cannot be\n";
        }
        false => {}
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
