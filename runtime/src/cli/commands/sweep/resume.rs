//! Whether a sweep goes on with a study, and what all of its rows have in common.

use std::path::Path;

use attnc::laboratory::study::folder::{self, Lock};
use attnc::laboratory::study::{Inputs, Machine, Study, Subject};
use attnc::session::security::Security;
use attnc::Program;
use sysinfo::System;

use super::{Args, GIB};
use crate::cli::commands::calibrate::measured_with;
use crate::cli::failure::Failure;

/// The study in the folder, or a new one, and the right to write it.
pub fn open(
    args: &Args,
    program: &Program,
    securities: &[Security],
) -> Result<(Study, Lock), Failure> {
    let subject = subject(args, program);
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
        continues(&study, &subject, args)?;
    }
    let lock = folder::lock(path).map_err(|error| Failure::file(path, "write", &error))?;
    let Some(lock) = lock else {
        let message = format!("another sweep is writing into {}", path.display());
        return Err(Failure::misuse(message).hint("wait until it ends, or give another folder"));
    };
    // Another sweep may have come first.
    let mut study = match known(&json)? {
        Some(study) => continues(&study, &subject, args).map(|()| study)?,
        None => Study::new(subject.clone()),
    };
    let floors = has_floors(&study) || securities.iter().any(|security| is_floor(*security));
    study.subject = Subject {
        flags: args.tuning.for_layouts(floors).flags(),
        ..subject
    };
    Ok((study, lock))
}

pub fn is_floor(security: Security) -> bool {
    matches!(security, Security::Floor(_))
}

/// Whether memory mattered to a row.
fn has_floors(study: &Study) -> bool {
    let securities = study.securities().into_iter();
    securities
        .filter_map(|text| text.parse().ok())
        .any(is_floor)
}

/// What this run's rows have in common, without flags.
fn subject(args: &Args, program: &Program) -> Subject {
    let mut system = System::new();
    system.refresh_memory();
    Subject {
        attnc: env!("CARGO_PKG_VERSION").to_string(),
        circuit: program.graph.name.clone(),
        file: args.file.display().to_string(),
        source: program.alone(),
        program: program.text_digest().to_string(),
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
        fixed: args.fixed.written(),
        flags: Vec::new(),
        machine: Machine {
            build: measured_with(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (system.total_memory() as f64 / GIB).round() as u64,
        },
    }
}

/// Whether rows may be added to a study: all of it must have been measured alike.
fn continues(study: &Study, new: &Subject, args: &Args) -> Result<(), Failure> {
    let old = &study.subject;
    let new_flags = args.tuning.for_layouts(has_floors(study)).flags();
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
    } else if old.flags != new_flags {
        format!(
            "it was made with {}, and this is {}",
            flags(&old.flags),
            flags(&new_flags)
        )
    } else if old.inputs != new.inputs {
        format!(
            "it was made with {}, and this is {}",
            inputs(&old.inputs),
            inputs(&new.inputs)
        )
    } else if old.fixed != new.fixed {
        let fixed = |fixed: &[String]| match fixed {
            [] => "no file of fixed inputs".to_string(),
            files => format!("the fixed inputs of {}", files.join(", ")),
        };
        format!(
            "it was made with {}, and this is {}",
            fixed(&old.fixed),
            fixed(&new.fixed)
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
        args.output.display()
    ))
    .hint("give another folder with -o: rows of one study are measured alike"))
}
