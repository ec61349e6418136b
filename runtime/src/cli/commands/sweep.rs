//! `attnc sweep`: a program proved at every cell of a grid (spec 8.9).

mod cell;
mod resume;

use std::path::{Path, PathBuf};

use attnc::laboratory::measure::{catch_stop, stopped};
use attnc::laboratory::study::{folder, Axis, Row, Run, Status, Study, MAX_ROWS};
use attnc::session::security::Security;
use attnc::Program;
use attnc_compiler::diagnostic::visible;
use serde_json::json;

use crate::cli::commands::calibrate::warn_of_load;
use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::grid::{axis, plans, securities, shapes};
use crate::cli::paths::{apart, named};
use crate::cli::progress::Progress;
use crate::cli::report::{say, say_json, shown, typed, warn_of_seed};
use crate::cli::tuning::Tuning;
use cell::{measure_cell, Scratch, Wanted};
use resume::open;

const GIB: f64 = (1u64 << 30) as f64;

#[derive(clap::Args)]
pub struct Args {
    /// The program
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Values of a parameter, for example steps=8,16,32; the first parameter varies slowest
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE,...", value_parser = axis)]
    params: Vec<Axis>,
    /// Plans: names, or texts as `attnc prove` takes them; all that the program declares
    /// without it
    #[arg(long, value_name = "PLAN,...")]
    plans: Vec<String>,
    /// Settings or floors, as `attnc prove` takes them
    #[arg(long, value_name = "SETTING,...", default_value = "standard")]
    security: Vec<String>,
    /// The inputs of every cell are those that `attnc sample` draws with this seed; the fixed ones too,
    /// where no --fixed gives them
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The inputs of every cell, where one file fits all
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    input: Option<PathBuf>,
    #[command(flatten)]
    fixed: Fixed,
    /// Prove each cell so many times; times are medians
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: u32,
    #[command(flatten)]
    tuning: Tuning,
    /// The study's folder: a study that is in it goes on, or is extended
    #[arg(short, long, value_name = "FOLDER", default_value = "study")]
    output: PathBuf,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let securities = securities(&args.security)?;
    securities
        .iter()
        .for_each(|security| warn_of_seed(*security));
    let read = [Some(args.file.as_path()), args.input.as_deref()];
    let read = read.into_iter().flatten().chain(args.fixed.paths());
    named(read.clone())?;
    let study = [folder::JSON, folder::CSV].map(|name| args.output.join(name));
    apart(read, study.iter().map(PathBuf::as_path))?;
    let grid = shapes(&args.file, &args.params)?;
    let plans = plans(&args.plans, &grid.program)?;
    if let Some(input) = &args.input {
        // Whether it fits each shape is each cell's own matter.
        std::fs::metadata(input).map_err(|error| Failure::file(input, "read", &error))?;
        if grid.program.wants_fixed() && !args.fixed.is_given() {
            let message = "--input gives the inputs, and the program has fixed ones too";
            return Err(Failure::misuse(message).hint("give them with --fixed"));
        }
    }
    for path in args.fixed.paths() {
        std::fs::metadata(path).map_err(|error| Failure::file(path, "read", &error))?;
    }
    let count = grid.shapes.len() * securities.len();
    let count = count.saturating_mul(plans.len());
    if count > MAX_ROWS {
        let message = format!("the grid has {count} cells, and a study {MAX_ROWS} rows at most");
        return Err(Failure::misuse(message).hint("sweep a part of it, or into several folders"));
    }
    let (mut study, _lock) = open(args, &grid.program, &securities)?;
    warn_of_load();
    let mut cells: Vec<Wanted> = Vec::new();
    for shape in &grid.shapes {
        for security in &securities {
            let of_shape = plans.iter().map(|plan| Wanted {
                shape,
                plan,
                security,
                draws_fixed: grid.program.wants_fixed() && !args.fixed.is_given(),
            });
            cells.extend(of_shape);
        }
    }
    announce(&mut study, args, &grid.program, &plans, &securities);
    save(args, &study)?;
    let told = prove(args, &mut study, &grid.program, &cells)?;
    let (csv, path) = (
        args.output.join(folder::CSV),
        args.output.join(folder::JSON),
    );
    let [done, failed, skipped] =
        [Status::Done, Status::Failed, Status::Skipped].map(|status| told.count(status));
    if json {
        let rows: Vec<_> = told
            .0
            .iter()
            .map(|(row, _)| {
                json!({
                    "params": row.params, "plan": row.plan, "security": row.security,
                    "status": row.status, "reason": row.reason,
                })
            })
            .collect();
        say_json(
            &json!({
                "study": path.display().to_string(),
                "csv": csv.display().to_string(),
                "cells": rows,
                "kept": told.kept(),
                "done": done,
                "failed": failed,
                "skipped": skipped,
                "rows": study.rows.len(),
            })
            .to_string(),
        )?;
    } else {
        say(&told.text(&study, args))?;
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::said()),
    }
}

/// Adds this run to the study, if it asks for something new.
fn announce(
    study: &mut Study,
    args: &Args,
    program: &Program,
    plans: &[String],
    securities: &[Security],
) {
    let mut words = vec!["sweep".to_string(), args.file.display().to_string()];
    for axis in &args.params {
        let values: Vec<String> = axis.values.iter().map(i64::to_string).collect();
        words.extend([
            "-p".to_string(),
            format!("{}={}", axis.name, values.join(",")),
        ]);
    }
    let declared = program.graph.plans.iter().map(|plan| &plan.name);
    if !declared.eq(plans) {
        plans
            .iter()
            .for_each(|plan| words.extend(["--plans".to_string(), plan.clone()]));
    }
    let securities: Vec<String> = securities.iter().map(ToString::to_string).collect();
    // Several settings with commas of their own cannot share a flag.
    if securities.iter().any(|security| security.contains(',')) {
        for security in &securities {
            words.extend(["--security".to_string(), security.clone()]);
        }
    } else {
        words.extend(["--security".to_string(), securities.join(",")]);
    }
    match &args.input {
        Some(input) => words.extend(["--input".to_string(), input.display().to_string()]),
        None if args.seed != 0 => words.extend(["--seed".to_string(), args.seed.to_string()]),
        None => {}
    }
    words.extend(args.fixed.flags());
    if args.repeat != 1 {
        words.extend(["--repeat".to_string(), args.repeat.to_string()]);
    }
    words.extend(args.tuning.flags());
    words.extend(["-o".to_string(), args.output.display().to_string()]);
    let run = Run {
        command: typed(&words),
        grid: args.params.clone(),
        plans: plans.to_vec(),
        security: securities,
    };
    let same = |known: &Run| {
        (&known.grid, &known.plans, &known.security) == (&run.grid, &run.plans, &run.security)
    };
    if !study.runs.iter().any(same) {
        study.runs.push(run);
    }
}

/// What came of the cells that were asked for: their rows, and whether they were there before.
struct Told(Vec<(Row, bool)>);

impl Told {
    fn count(&self, status: Status) -> usize {
        self.0
            .iter()
            .filter(|(row, _)| row.status == status)
            .count()
    }

    fn kept(&self) -> usize {
        self.0.iter().filter(|(_, kept)| *kept).count()
    }

    fn text(&self, study: &Study, args: &Args) -> String {
        let mut text = String::new();
        for (row, _) in self.0.iter().filter(|(row, _)| row.status != Status::Done) {
            let reason = row.reason.as_deref().unwrap_or_default();
            text += &format!(
                "{}: {}: {}\n",
                row.status.name(),
                visible::line(&titled(row, &args.params)),
                visible::line(reason)
            );
        }
        let kept = match self.kept() {
            0 => String::new(),
            kept => format!(", {kept} of them before"),
        };
        text += &format!(
            "{} of {} cells done{kept}, {} failed, {} skipped\n{} and {} have {} rows\n",
            self.count(Status::Done),
            self.0.len(),
            self.count(Status::Failed),
            self.count(Status::Skipped),
            shown(&args.output.join(folder::JSON)),
            shown(&args.output.join(folder::CSV)),
            study.rows.len(),
        );
        text
    }
}

/// `steps=8 width=64, fused, standard`, with the parameters of the grid.
fn titled(row: &Row, grid: &[Axis]) -> String {
    let params = grid.iter().filter_map(|axis| {
        let value = row.params.get(&axis.name)?;
        Some(format!("{}={value}", axis.name))
    });
    let mut parts: Vec<String> = Vec::new();
    let params: Vec<String> = params.collect();
    if !params.is_empty() {
        parts.push(params.join(" "));
    }
    parts.extend([row.plan.clone(), row.security.clone()]);
    parts.join(", ")
}

fn save(args: &Args, study: &Study) -> Result<(), Failure> {
    folder::write(&args.output, study)
        .map_err(|error| Failure::file(&args.output, "write the study in", &error))
}

/// Proves the cells that are not there yet, one after the other: times must not contend.
fn prove(
    args: &Args,
    study: &mut Study,
    program: &Program,
    cells: &[Wanted],
) -> Result<Told, Failure> {
    catch_stop();
    let scratch = Scratch::new(args, program)?;
    let progress = Progress::start("sweeping");
    let mut told = Vec::new();
    for (number, wanted) in cells.iter().enumerate() {
        let cell = wanted.cell(args, &scratch.program);
        let mut row = wanted.row(args);
        let title = titled(&row, &args.params);
        progress.stage(format!("cell {} of {}: {title}", number + 1, cells.len()));
        let known = study
            .rows
            .iter()
            .position(|known| known.place() == row.place());
        let finished = known.filter(|&known| study.rows[known].status == Status::Done);
        if let Some(known) = finished {
            told.push((study.rows[known].clone(), true));
            continue;
        }
        if measure_cell(args, &cell, &scratch, &mut row).is_err() {
            drop(progress);
            return Err(interrupted(number, cells.len(), &args.output));
        }
        progress.line(format!("{:>7}  {title}", row.status.name()));
        match known {
            Some(known) => study.rows[known] = row.clone(),
            None => study.rows.push(row.clone()),
        }
        save(args, study)?;
        told.push((row, false));
    }
    if stopped() && told.len() < cells.len() {
        return Err(interrupted(told.len(), cells.len(), &args.output));
    }
    Ok(Told(told))
}

fn interrupted(finished: usize, of: usize, folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::no(format!(
        "stopped after {finished} of {of} cells, which are in {folder}"
    ))
    .hint("the same command goes on from there")
}
