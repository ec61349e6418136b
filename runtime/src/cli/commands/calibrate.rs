//! `attnc calibrate`: the table of coefficients that predictions of time are made from.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use attnc::laboratory::calibrate::{fit, of, CalibrateError, Case, Measurement, Subject, BLOWUPS};
use attnc::Program;
use attnc_compiler::choice::cost::{Stage, StageTimes, TimeTable};
use attnc_compiler::circuit::choices::Choices;
use serde::{Deserialize, Serialize};
use serde_json::{json, Map, Value};

use crate::cli::commands::prove::peak_rss_bytes;
use crate::cli::failure::Failure;
use crate::cli::paths::{apart, say_of, unless_printed, write};
use crate::cli::program::parameter;
use crate::cli::progress::Progress;
use crate::cli::report::{say, say_json, titled, warn};

#[derive(clap::Args)]
pub struct Args {
    /// A program to prove, in place of a built-in set
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Prove it at these parameters, for example steps=32,width=8; may be repeated
    #[arg(long, value_name = "NAME=VALUE,...", requires = "file", value_parser = parameters)]
    at: Vec<Parameters>,
    /// Proofs of each shape at each blowup, of which the quickest stages count
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Prove once at this blowup and print what it took: what attnc runs for every proof
    #[arg(long, value_name = "BLOWUP", requires = "file", hide = true, value_parser = blowup)]
    once: Option<u32>,
    /// Evaluate the program's contractions, with so many lanes
    #[arg(long, value_name = "N", requires = "file",
          value_parser = clap::value_parser!(u32).range(1..=i64::from(Choices::MAX_LANES)))]
    lanes: Option<u32>,
    /// Write the table to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Some parameters of a program.
#[derive(Clone, Debug)]
struct Parameters(Vec<(String, i64)>);

fn parameters(text: &str) -> Result<Parameters, String> {
    let each = text.split(',').map(parameter);
    each.collect::<Result<_, _>>().map(Parameters)
}

fn blowup(text: &str) -> Result<u32, String> {
    let known = |blowup: &u32| BLOWUPS.contains(blowup);
    text.parse()
        .ok()
        .filter(known)
        .ok_or_else(|| format!("one of {BLOWUPS:?}"))
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    apart(args.file.as_deref(), args.output.as_deref())?;
    let subjects = subjects(args)?;
    if let (Some(blowup), [subject]) = (args.once, subjects.as_slice()) {
        let case = Case::new(subject).map_err(|error| refused(subject, error))?;
        let times = case
            .prove(blowup)
            .map_err(|error| refused(subject, error))?;
        return say_json(
            &json!(Once {
                times,
                peak_rss_bytes: peak_rss_bytes()
            })
            .to_string(),
        );
    }
    if let Some(path) = &args.output {
        unless_printed(path, json)?;
        Failure::unless_writable(path)?;
    }
    warn_of_load();
    let progress = Progress::start("proving");
    let mut measurements = Vec::new();
    for subject in &subjects {
        let case = Case::new(subject).map_err(|error| refused(subject, error))?;
        for blowup in BLOWUPS {
            let rounds = (0..args.rounds).map(|_| in_its_own_process(subject, blowup));
            let rounds = rounds.collect::<Result<Vec<_>, _>>().map_err(|error| {
                Failure::no(format!("cannot measure {}: {error}", subject.name))
            })?;
            measurements.push(Measurement::new(&case, blowup, &rounds));
        }
    }
    progress.stage("fitting");
    let table = fit(&measurements, &measured_with());
    if let Some(path) = &args.output {
        write(path, table.to_json().as_bytes())?;
    }
    drop(progress);
    if json {
        return say_json(&object(args, &table, &measurements).to_string());
    }
    let text = text(&table, &measurements);
    match &args.output {
        Some(path) => say_of(path, &text),
        None => say(&text),
    }
}

/// What a process that proves once says.
#[derive(Serialize, Deserialize)]
struct Once {
    times: StageTimes,
    peak_rss_bytes: Option<u64>,
}

/// Proves once in a new process, which has no memory at hand.
fn in_its_own_process(
    subject: &Subject,
    blowup: u32,
) -> Result<(StageTimes, Option<u64>), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let program: &Path = &folder.path().join("subject.attn");
    std::fs::write(program, &subject.source)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("calibrate").arg(program);
    let params = subject.params.iter();
    let params: Vec<String> = params
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if !params.is_empty() {
        command.arg("--at").arg(params.join(","));
    }
    if let Some(lanes) = subject.lanes {
        command.arg("--lanes").arg(lanes.to_string());
    }
    command.arg("--once").arg(blowup.to_string());
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let once: Once = attnc_compiler::diagnostic::json::read(&output.stdout)?;
    Ok((once.times, once.peak_rss_bytes))
}

fn subjects(args: &Args) -> Result<Vec<Subject>, Failure> {
    let Some(path) = &args.file else {
        return Ok(Subject::built_in());
    };
    let defaults = [Parameters(Vec::new())];
    let at = if args.at.is_empty() {
        &defaults
    } else {
        args.at.as_slice()
    };
    at.iter()
        .map(|Parameters(params)| {
            let program = Program::read(path, params)?;
            Ok(Subject {
                name: program.graph.name.clone(),
                source: program.alone(),
                params: params.clone(),
                lanes: args.lanes,
            })
        })
        .collect()
}

fn refused(subject: &Subject, error: CalibrateError) -> Failure {
    match error {
        CalibrateError::Program(errors) => Failure::program(&subject.name, &subject.source, errors),
        CalibrateError::Prove(error) => Failure::no(format!("{}: {error}", subject.name)),
    }
}

/// Warns if other programs take time from what is measured.
pub fn warn_of_load() {
    if let Some(load) = load() {
        warn(&format!(
            "other programs are running (load {load}): what is measured is too long"
        ));
    }
}

/// The system's load over the last minute, where it tells and half a core or more is busy.
fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = text.split(' ').next()?.parse().ok()?;
    (load >= 0.5).then_some(load)
}

/// What this attnc is that measures.
pub fn measured_with() -> String {
    let features = [
        (cfg!(target_feature = "avx512f"), "AVX-512"),
        (cfg!(target_feature = "avx2"), "AVX2"),
        (cfg!(target_feature = "neon"), "NEON"),
    ];
    let simd = features.iter().find(|feature| feature.0);
    let build = if cfg!(debug_assertions) {
        "a development build"
    } else {
        "a release build"
    };
    format!(
        "{build} for {} with {}",
        std::env::consts::ARCH,
        simd.map_or("no wide registers", |feature| feature.1)
    )
}

fn text(table: &TimeTable, measurements: &[Measurement]) -> String {
    let mut text = format!(
        "{}, {} threads; nanoseconds for each unit\n",
        table.measured_with, table.threads
    );
    for stage in Stage::ALL {
        let terms = stage.terms().iter().map(|term| {
            let value = table.nanoseconds[&stage][*term];
            format!("{term} {value}")
        });
        let terms: Vec<String> = terms.collect();
        text += &format!("{:>7}  {}\n", stage.name(), terms.join(", "));
    }
    text += "\nmilliseconds and memory, predicted/measured\n";
    for stage in proved_stages() {
        text += &format!("{:>15}", stage.name());
    }
    text += "            all        MiB  blowup\n";
    for measurement in measurements {
        let predicted = measurement.predicted(table);
        let pair = |a: f64, b: f64| format!("{:>15}", format!("{a:.1}/{b:.1}"));
        for stage in proved_stages() {
            text += &pair(of(&predicted, stage), of(&measurement.measured, stage));
        }
        text += &pair(predicted.total(), measurement.measured.total());
        let mebibytes = |bytes: f64| bytes / f64::from(1 << 20);
        let resident = measurement.memory_bytes.unwrap_or(0) as f64;
        let memory = (
            mebibytes(measurement.predicted_memory()),
            mebibytes(resident),
        );
        text += &format!("{:>11}", format!("{:.0}/{:.0}", memory.0, memory.1));
        let title = titled(&measurement.subject, &measurement.params);
        text += &format!("{:>8}  {title}\n", measurement.blowup);
    }
    text
}

/// The stages of a proof that grinds nothing.
fn proved_stages() -> impl Iterator<Item = Stage> {
    Stage::ALL
        .into_iter()
        .filter(|&stage| stage != Stage::Grind)
}

fn object(args: &Args, table: &TimeTable, measurements: &[Measurement]) -> Value {
    let times = |times: &StageTimes| -> Map<String, Value> {
        proved_stages()
            .map(|stage| (stage.name().to_string(), json!(of(times, stage))))
            .collect()
    };
    let shapes = measurements.iter().map(|measurement| {
        let params = measurement.params.iter();
        json!({
            "circuit": measurement.subject,
            "params": params.map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>(),
            "blowup": measurement.blowup,
            "measured_ms": times(&measurement.measured),
            "predicted_ms": times(&measurement.predicted(table)),
            "peak_rss_bytes": measurement.memory_bytes,
            "predicted_memory_bytes": measurement.predicted_memory().round(),
        })
    });
    json!({
        "table": table,
        "written": args.output.as_ref().map(|path| path.display().to_string()),
        "shapes": shapes.collect::<Vec<_>>(),
    })
}
