//! One cell of a sweep: predicted, and proved if it fits.

use std::path::{Path, PathBuf};

use attnc::laboratory::figures::{measured, predicted, structure};
use attnc::laboratory::measure::Ended;
use attnc::laboratory::study::{Row, Status};
use attnc::session::security::Security;
use attnc::Program;
use sysinfo::System;
use tempfile::TempDir;

use super::resume::is_floor;
use super::{Args, GIB};
use crate::cli::failure::Failure;
use crate::cli::grid::Shape;
use crate::cli::measure::Cell;

/// A cell of the grid.
pub struct Wanted<'a> {
    pub shape: &'a Shape,
    pub plan: &'a str,
    pub security: &'a Security,
    /// Whether the fixed inputs are drawn with the others.
    pub draws_fixed: bool,
}

/// A folder for what cells leave behind, with the program as it was when the sweep began.
pub struct Scratch {
    folder: TempDir,
    pub program: PathBuf,
}

impl Scratch {
    pub fn new(args: &Args, program: &Program) -> Result<Self, Failure> {
        let wrong = |error| Failure::file(&std::env::temp_dir(), "write into", &error);
        let folder = tempfile::tempdir().map_err(wrong)?;
        let name = args.file.file_name().unwrap_or("program.attn".as_ref());
        let path = folder.path().join(name);
        std::fs::write(&path, program.alone()).map_err(wrong)?;
        Ok(Self {
            folder,
            program: path,
        })
    }
}

impl Wanted<'_> {
    /// The cell, with the program at a path.
    pub fn cell<'a>(&'a self, args: &'a Args, program: &'a Path) -> Cell<'a> {
        Cell {
            program,
            params: &self.shape.given,
            fixed: &args.fixed,
            draws_fixed: self.draws_fixed,
            plan: self.plan,
            security: self.security.to_string(),
            tuning: args.tuning.for_layouts(is_floor(*self.security)),
        }
    }

    /// Its row before anything is known of it.
    pub fn row(&self, args: &Args) -> Row {
        let typed = self.cell(args, &args.file);
        let input = args.input.as_deref().ok_or(args.seed);
        Row {
            params: self.shape.params.iter().cloned().collect(),
            plan: self.plan.to_string(),
            security: self.security.to_string(),
            status: Status::Failed,
            reason: None,
            command: typed.command(input),
            structure: None,
            predicted: None,
            measured: None,
        }
    }
}

/// The user asked attnc to end.
pub struct Stop;

fn failed(row: &mut Row, ended: Ended) -> Result<(), Stop> {
    match ended {
        Ended::Stopped => Err(Stop),
        Ended::Failed(why) => {
            row.reason = Some(why);
            Ok(())
        }
    }
}

/// Predicts a cell, and proves it if it fits; what comes of it goes into the row.
pub fn measure_cell(
    args: &Args,
    cell: &Cell,
    scratch: &Scratch,
    row: &mut Row,
) -> Result<(), Stop> {
    let folder = scratch.folder.path();
    let inspected = match cell.inspect(folder) {
        Ok(inspected) => inspected,
        Err(ended) => return failed(row, ended),
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
    let drawn = folder.join("in.json");
    if args.input.is_none() {
        if let Err(ended) = cell.sample(args.seed, &drawn, folder) {
            return failed(row, ended);
        }
    }
    // The children run in the same folder as attnc, so the path is theirs too.
    let input = args.input.as_deref().unwrap_or(&drawn);
    let mut proved = Vec::new();
    for _ in 0..args.repeat {
        match cell.prove(input, folder) {
            Ok(printed) => proved.push(printed),
            Err(ended) => return failed(row, ended),
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
