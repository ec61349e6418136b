//! `attnc sweep`: a program proved at every cell of a grid (spec 8.9).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attnc::security::Security;
use attnc::statement::Digest;
use attnc::study::folder::{self, Lock};
use attnc::study::{Axis, Inputs, Machine, Row, Run, Status, Study, Subject};
use serde_json::json;
use sysinfo::System;
use tempfile::TempDir;

use crate::commands::calibrate::measured_with;
use crate::failure::Failure;
use crate::figures::{measured, predicted, structure};
use crate::grid::{axis, plans, securities, shapes, Shape};
use crate::measure::{catch_stop, stopped, Cell, Ended};
use crate::program::Program;
use crate::progress::Progress;
use crate::report::{say, warn_of_seed};
use crate::tuning::Tuning;

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
    /// The inputs of every cell are those that `attnc sample` draws with this seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The inputs of every cell, where one file fits all
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    input: Option<PathBuf>,
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

/// A cell of the grid.
struct Wanted<'a> {
    shape: &'a Shape,
    plan: &'a str,
    security: &'a Security,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let securities = securities(&args.security)?;
    securities
        .iter()
        .for_each(|security| warn_of_seed(*security));
    let grid = shapes(&args.file, &args.params)?;
    let plans = plans(&args.plans, &grid.program)?;
    if let Some(input) = &args.input {
        // Whether it fits each shape is each cell's own matter.
        std::fs::metadata(input).map_err(|error| Failure::file(input, "read", &error))?;
    }
    let (mut study, _lock) = open(args, &grid.program, &securities)?;
    let mut cells: Vec<Wanted> = Vec::new();
    for shape in &grid.shapes {
        for security in &securities {
            let of_shape = plans.iter().map(|plan| Wanted {
                shape,
                plan,
                security,
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
        say(&json!({
            "study": path.display().to_string(),
            "csv": csv.display().to_string(),
            "cells": rows,
            "kept": told.kept(),
            "done": done,
            "failed": failed,
            "skipped": skipped,
            "rows": study.rows.len(),
        })
        .to_string())?;
    } else {
        say(&told.text(&study, &args.output))?;
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::said()),
    }
}

/// The study in the folder, or a new one, and the right to write it.
fn open(args: &Args, program: &Program, securities: &[Security]) -> Result<(Study, Lock), Failure> {
    let subject = subject(args, program, securities);
    let path = &args.output;
    if path.exists() && !path.is_dir() {
        return Err(
            Failure::misuse(format!("{} is not a folder", path.display()))
                .hint("give the study a folder with -o"),
        );
    }
    let (json, csv) = (path.join(folder::JSON), path.join(folder::CSV));
    if csv.exists() && !json.exists() {
        let message = format!("{} is there, but no {}", csv.display(), folder::JSON);
        return Err(Failure::misuse(message).hint("give the study a folder of its own with -o"));
    }
    let known = |path: &Path| match path.exists() {
        false => Ok(None),
        true => folder::read(path).map(Some).map_err(|error| {
            Failure::misuse(error.to_string()).hint("give another folder with -o, or remove it")
        }),
    };
    // Before anything is written.
    if let Some(study) = known(&json)? {
        continues(&study, &subject, path)?;
    }
    let lock = folder::lock(path).map_err(|error| Failure::file(path, "write", &error))?;
    let Some(lock) = lock else {
        let message = format!("another sweep is writing into {}", path.display());
        return Err(Failure::misuse(message).hint("wait until it ends, or give another folder"));
    };
    let mut study = match known(&json)? {
        Some(study) => study,
        None => Study::new(subject.clone()),
    };
    study.subject = subject;
    Ok((study, lock))
}

fn subject(args: &Args, program: &Program, securities: &[Security]) -> Subject {
    let floors = securities.iter().any(|s| matches!(s, Security::Floor(_)));
    let mut system = System::new();
    system.refresh_memory();
    Subject {
        attnc: env!("CARGO_PKG_VERSION").to_string(),
        circuit: program.graph.name.clone(),
        file: args.file.display().to_string(),
        source: program.source.clone(),
        program: Digest::of("attnc study 1", program.ast.to_string().as_bytes()).to_string(),
        parameters: program
            .graph
            .params
            .iter()
            .map(|p| p.name.clone())
            .collect(),
        inputs: match &args.input {
            Some(input) => Inputs::File(input.display().to_string()),
            None => Inputs::Seed(args.seed),
        },
        flags: args.tuning.for_layouts(floors).flags(),
        machine: Machine {
            build: measured_with(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (system.total_memory() as f64 / GIB).round() as u64,
        },
    }
}

/// Whether rows may be added to a study: all of it must have been measured alike.
fn continues(study: &Study, new: &Subject, path: &Path) -> Result<(), Failure> {
    let old = &study.subject;
    let flags = |flags: &[String]| match flags {
        [] => "no flags".to_string(),
        _ => format!("`{}`", flags.join(" ")),
    };
    let inputs = |inputs: &Inputs| match inputs {
        Inputs::Seed(seed) => format!("inputs of seed {seed}"),
        Inputs::File(file) => format!("the inputs of {file}"),
    };
    let machine = |machine: &Machine| {
        format!(
            "{}, {} cores, {} GiB",
            machine.build, machine.cores, machine.memory_gib
        )
    };
    let differs = if old.program != new.program {
        format!(
            "it is of another program, `{}` from {}",
            old.circuit, old.file
        )
    } else if old.flags != new.flags {
        format!(
            "it was made with {}, and this is {}",
            flags(&old.flags),
            flags(&new.flags)
        )
    } else if old.inputs != new.inputs {
        format!(
            "it was made with {}, and this is {}",
            inputs(&old.inputs),
            inputs(&new.inputs)
        )
    } else if old.attnc != new.attnc {
        format!(
            "it was made with attnc {}, and this is {}",
            old.attnc, new.attnc
        )
    } else if old.machine != new.machine {
        format!(
            "it was made with {}, and this is {}",
            machine(&old.machine),
            machine(&new.machine)
        )
    } else {
        return Ok(());
    };
    Err(Failure::misuse(format!(
        "cannot go on with the study in {}: {differs}",
        path.display()
    ))
    .hint("give another folder with -o: rows of one study are measured alike"))
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
    for security in &securities {
        words.extend(["--security".to_string(), security.clone()]);
    }
    match &args.input {
        Some(input) => words.extend(["--input".to_string(), input.display().to_string()]),
        None if args.seed != 0 => words.extend(["--seed".to_string(), args.seed.to_string()]),
        None => {}
    }
    if args.repeat != 1 {
        words.extend(["--repeat".to_string(), args.repeat.to_string()]);
    }
    words.extend(args.tuning.flags());
    words.extend(["-o".to_string(), args.output.display().to_string()]);
    let run = Run {
        command: format!("attnc {}", shell_words::join(&words)),
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

    fn text(&self, study: &Study, folder: &Path) -> String {
        let mut text = String::new();
        for (row, _) in self.0.iter().filter(|(row, _)| row.status != Status::Done) {
            let reason = row.reason.as_deref().unwrap_or_default();
            text += &format!("{}: {}: {reason}\n", row.status.name(), titled(row, study));
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
            folder.join(folder::JSON).display(),
            folder.join(folder::CSV).display(),
            study.rows.len(),
        );
        text
    }
}

/// `steps=8 width=64, fused, standard`, with the parameters that vary.
fn titled(row: &Row, study: &Study) -> String {
    let varied = study.varied();
    let params = varied.iter().filter_map(|name| {
        let value = row.params.get(*name)?;
        Some(format!("{name}={value}"))
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
        let cell = wanted.cell(args, &scratch);
        let mut row = wanted.row(args);
        let title = titled(&row, study);
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

/// A folder for what cells leave behind, with the program as it was when the sweep began.
struct Scratch {
    folder: TempDir,
    program: PathBuf,
}

impl Scratch {
    fn new(args: &Args, program: &Program) -> Result<Self, Failure> {
        let wrong = |error| Failure::file(&std::env::temp_dir(), "write into", &error);
        let folder = tempfile::tempdir().map_err(wrong)?;
        let name = args.file.file_name().unwrap_or("program.attn".as_ref());
        let path = folder.path().join(name);
        std::fs::write(&path, &program.source).map_err(wrong)?;
        Ok(Self {
            folder,
            program: path,
        })
    }
}

impl Wanted<'_> {
    fn cell<'a>(&'a self, args: &'a Args, scratch: &'a Scratch) -> CellOf<'a> {
        CellOf {
            program: &scratch.program,
            params: &self.shape.given,
            plan: self.plan,
            security: self.security.to_string(),
            tuning: args
                .tuning
                .for_layouts(matches!(self.security, Security::Floor(_))),
        }
    }

    /// Its row before anything is known of it.
    fn row(&self, args: &Args) -> Row {
        let floor = matches!(self.security, Security::Floor(_));
        let typed = CellOf {
            program: &args.file,
            params: &self.shape.given,
            plan: self.plan,
            security: self.security.to_string(),
            tuning: args.tuning.for_layouts(floor),
        };
        let input = args.input.as_deref().ok_or(args.seed);
        Row {
            params: self
                .shape
                .params
                .iter()
                .cloned()
                .collect::<BTreeMap<_, _>>(),
            plan: self.plan.to_string(),
            security: self.security.to_string(),
            status: Status::Failed,
            reason: None,
            command: typed.borrowed().command(input),
            structure: None,
            predicted: None,
            measured: None,
        }
    }
}

/// A cell that owns what it is made of.
struct CellOf<'a> {
    program: &'a Path,
    params: &'a [(String, i64)],
    plan: &'a str,
    security: String,
    tuning: Tuning,
}

impl CellOf<'_> {
    fn borrowed(&self) -> Cell<'_> {
        Cell {
            program: self.program,
            params: self.params,
            plan: self.plan,
            security: &self.security,
            tuning: &self.tuning,
        }
    }
}

/// The user asked attnc to end.
struct Stop;

/// Predicts a cell, and proves it if it fits; what comes of it goes into the row.
fn measure_cell(args: &Args, cell: &CellOf, scratch: &Scratch, row: &mut Row) -> Result<(), Stop> {
    let cell = cell.borrowed();
    let folder = scratch.folder.path();
    let mut failed = |ended: Ended| match ended {
        Ended::Stopped => Err(Stop),
        Ended::Failed(why) => {
            row.reason = Some(why);
            Ok(())
        }
    };
    let inspected = match cell.inspect(folder) {
        Ok(inspected) => inspected,
        Err(ended) => return failed(ended),
    };
    let (structure, prediction) = (structure(&inspected), predicted(&inspected));
    let needs = prediction.and_then(|predicted| predicted.memory_bytes);
    let fits = needs.map_or(Ok(()), |needs| fits(args, needs));
    row.structure = structure;
    row.predicted = prediction;
    if let Err(reason) = fits {
        row.status = Status::Skipped;
        row.reason = Some(reason);
        return Ok(());
    }
    let mut failed = |ended: Ended| match ended {
        Ended::Stopped => Err(Stop),
        Ended::Failed(why) => {
            row.reason = Some(why);
            Ok(())
        }
    };
    let drawn = folder.join("in.json");
    if args.input.is_none() {
        if let Err(ended) = cell.sample(args.seed, &drawn, folder) {
            return failed(ended);
        }
    }
    // The children run in the same folder as attnc, so the path is theirs too.
    let input = args.input.as_deref().unwrap_or(&drawn);
    let mut proved = Vec::new();
    for _ in 0..args.repeat {
        match cell.prove(input, folder) {
            Ok(printed) => proved.push(printed),
            Err(ended) => return failed(ended),
        }
    }
    match measured(&proved) {
        Some(measured) => {
            row.status = Status::Done;
            row.measured = Some(measured);
        }
        None => row.reason = Some("what attnc printed of the proof cannot be read".into()),
    }
    Ok(())
}

/// Whether so many bytes are there to be used, or why not.
fn fits(args: &Args, needs: f64) -> Result<(), String> {
    let gib = |bytes: f64| format!("{:.1} GiB", bytes / GIB);
    let (limit, what) = match args.tuning.memory_given() {
        Some(limit) => (limit * GIB, "--memory allows"),
        None => match available() {
            Some(available) => (available, "the machine has free"),
            None => return Ok(()),
        },
    };
    if needs <= limit {
        return Ok(());
    }
    Err(format!(
        "predicted to need {} of memory, and {what} {}",
        gib(needs),
        gib(limit)
    ))
}

/// Bytes of memory that are free, within the limits of a container; where the system tells.
fn available() -> Option<f64> {
    let mut system = System::new();
    system.refresh_memory();
    let free = system.available_memory();
    let limits = system.cgroup_limits();
    let within = limits.map_or(free, |limits| limits.free_memory.min(free));
    (free > 0).then_some(within as f64)
}
