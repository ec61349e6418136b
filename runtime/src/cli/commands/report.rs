//! `attnc report`: a study as one page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attnc::files;
use attnc::files::kind::Kind;
use attnc::laboratory::attribute::attribute;
use attnc::laboratory::drawing::{draw, Section};
use attnc::laboratory::fidelity::Fidelity;
use attnc::laboratory::page::{series, Page, Picture};
use attnc::laboratory::study::compare::Comparison;
use attnc::laboratory::study::{folder, Study};
use attnc::session::security::{Security, Setting};
use attnc::Program;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::diagnostic::json;
use clap::Parser;
use serde_json::json as object;

use crate::cli::failure::Failure;
use crate::cli::mistaken::unless_other;
use crate::cli::misuse;
use crate::cli::paths::{apart, page, say_of, unless_printed, write};
use crate::cli::progress::Progress;
use crate::cli::report::{say_json, shown, typed};
use crate::cli::tuning::Tuning;

/// Bytes of a fidelity's file at most.
const MAX_FIDELITY: u64 = 64 << 20;

#[derive(clap::Args)]
pub struct Args {
    /// The folder that `attnc sweep` wrote
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// Set beside it how near the program's integers come to real numbers: what `attnc fidelity --json`
    /// printed, or `Fidelity.to_json()` of the Python package
    #[arg(long, value_name = "FILE")]
    fidelity: Option<PathBuf>,
    /// The page; report.html in the study's folder without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    // The study may be given by its file, too.
    let place = match args.study.is_dir() {
        true => args.study.clone(),
        false => args.study.with_file_name(""),
    };
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| place.join("report.html"));
    unless_printed(&output, json)?;
    let study = [folder::JSON, folder::CSV].map(|name| place.join(name));
    let read = [&args.study, &study[0], &study[1]]
        .into_iter()
        .chain(&args.fidelity);
    apart(read.map(PathBuf::as_path), [output.as_path()])?;
    page(&output)?;
    let fidelity = args.fidelity.as_deref().map(fidelity).transpose()?;
    let progress = Progress::start("reading");
    let study = folder::read(&args.study)
        .map_err(|error| Failure::misuse(error.to_string()).hint("attnc sweep makes a study"))
        .map_err(|failure| unless_other(failure, &args.study, Kind::Study))?;
    if study.rows.is_empty() {
        return Err(
            Failure::misuse(format!("{} has no rows yet", args.study.display()))
                .hint("let `attnc sweep` finish a cell"),
        );
    }
    if let (Some(path), Some(fidelity)) = (&args.fidelity, &fidelity) {
        of_study(path, fidelity, &study)?;
    }
    progress.stage("compiling");
    let base = base(&study)?;
    let pictures = pictures(&study, &base)?;
    let page = Page {
        comparison: Comparison::of(&study),
        study: &study,
        base,
        command: command(args, &output),
        pictures,
        fidelity,
    };
    progress.stage("writing");
    let html = page.html();
    write(&output, html.as_bytes())?;
    drop(progress);
    if json {
        return say_json(
            &object!({
                "report": output.display().to_string(),
                "circuit": study.subject.circuit,
                "rows": study.rows.len(),
                "bytes": html.len(),
                "fidelity": args.fidelity.as_ref().map(|path| path.display().to_string()),
            })
            .to_string(),
        );
    }
    let told = format!(
        "{}: {} rows of {}, {} bytes",
        shown(&output),
        study.rows.len(),
        study.subject.circuit,
        html.len()
    );
    say_of(&output, &told)
}

fn command(args: &Args, output: &Path) -> String {
    let mut words = vec!["report".to_string(), args.study.display().to_string()];
    if let Some(path) = &args.fidelity {
        words.extend(["--fidelity".into(), path.display().to_string()]);
    }
    words.extend(["-o".into(), output.display().to_string()]);
    typed(&words)
}

fn fidelity(path: &Path) -> Result<Fidelity, Failure> {
    let bytes =
        files::read(path, MAX_FIDELITY).map_err(|error| Failure::file(path, "read", &error))?;
    let wrong = |why: String| {
        Failure::misuse(format!("{} is no fidelity: {why}", path.display()))
            .hint("`attnc fidelity --json` prints one")
    };
    let bytes = bytes.ok_or_else(|| wrong(format!("it has more than {MAX_FIDELITY} bytes")))?;
    let found: Fidelity = json::read(&bytes).map_err(|error| wrong(error.to_string()))?;
    found.require_in_range().map_err(wrong)?;
    Ok(found)
}

/// That a fidelity is of the study's program, as far as it says whose it is.
fn of_study(path: &Path, of: &Fidelity, study: &Study) -> Result<(), Failure> {
    let (subject, path) = (&study.subject, path.display());
    let message = match (&of.circuit, &of.program) {
        (Some(circuit), _) if *circuit != subject.circuit => {
            let studied = &subject.circuit;
            format!("{path} is the fidelity of `{circuit}`, and the study is of `{studied}`")
        }
        (_, Some(program)) if *program != subject.program => {
            let (circuit, studied) = (&subject.circuit, &subject.program);
            format!(
                "{path} is the fidelity of another program than the study's `{circuit}`: its \
                 digest is {program}, the study's {studied}"
            )
        }
        _ => return Ok(()),
    };
    Err(Failure::misuse(message).hint("`attnc fidelity --json` of the study's program prints one"))
}

/// What a study's program says, compiled again; it was checked when it was measured.
fn program(study: &Study, params: &[(String, i64)]) -> Result<Program, Failure> {
    let subject = &study.subject;
    let file = format!("{} (as studied)", subject.file);
    Ok(Program::check(&file, &subject.source, params)?)
}

/// The value of every parameter where another varies: the program's own if the study has it, else
/// the largest.
fn base(study: &Study) -> Result<BTreeMap<String, i64>, Failure> {
    let usual = program(study, &[])?.graph.params;
    let of = |name: &String| {
        let values = study.values(name);
        let usual = usual
            .iter()
            .find(|param| param.name == *name)
            .map(|param| param.value);
        let value = usual
            .filter(|value| values.contains(value))
            .or(values.last().copied())?;
        Some((name.clone(), value))
    };
    Ok(study.subject.parameters.iter().filter_map(of).collect())
}

/// Every plan at the base, at the last of the study's settings.
fn pictures(study: &Study, base: &BTreeMap<String, i64>) -> Result<Vec<Picture>, Failure> {
    let params: Vec<(String, i64)> = base.iter().map(|(n, v)| (n.clone(), *v)).collect();
    let mut program = program(study, &params)?;
    program.assume_tables();
    let tuning = tuning(study)?;
    let mut pictures: Vec<Picture> = Vec::new();
    let series = series(study);
    for &(plan, _) in &series {
        if pictures.iter().any(|picture| picture.plan == plan) {
            continue;
        }
        let settings = series.iter().rev().find(|(other, _)| *other == plan);
        let security = settings.map_or("standard", |(_, security)| security);
        let parsed: Security = security.parse().map_err(|error| {
            Failure::misuse(format!("the study's security `{security}`: {error}"))
        })?;
        // A plan may not exist at these parameters: then its rows say so.
        let Ok(parts) = program.assemble(&tuning.options(Some(plan), parsed)) else {
            continue;
        };
        let settings: Vec<Setting> = parts
            .iter()
            .map(|part| tuning.settle(&part.compiled, parsed))
            .collect::<Result<_, _>>()?;
        let sections: Vec<Section<'_>> = parts
            .iter()
            .zip(&settings)
            .map(|(part, &setting)| Section {
                part: &part.compiled.part,
                circuit: &part.compiled.circuit,
                setting,
            })
            .collect();
        let circuits: Vec<(&Circuit, Setting)> = sections
            .iter()
            .map(|section| (section.circuit, section.setting))
            .collect();
        let drawn = draw(&program.graph, &program.sources, &sections);
        let costs = attribute(&program.graph, &program.sources, &circuits);
        let (Some(drawn), Some(costs)) = (drawn, costs) else {
            continue;
        };
        pictures.push(Picture {
            plan: plan.to_string(),
            security: security.to_string(),
            graph: drawn.svg(&format!("graph{}", pictures.len())),
            costs,
            command: inspect(study, &params, plan, security),
        });
    }
    Ok(pictures)
}

/// The command that inspects what a picture shows.
fn inspect(study: &Study, params: &[(String, i64)], plan: &str, security: &str) -> String {
    let mut words = vec![
        "attnc".to_string(),
        "inspect".into(),
        study.subject.file.clone(),
    ];
    for (name, value) in params {
        words.extend(["-p".into(), format!("{name}={value}")]);
    }
    words.extend([
        "--plan".into(),
        plan.into(),
        "--security".into(),
        security.into(),
    ]);
    words.extend(study.subject.flags.iter().cloned());
    shell_words::join(words)
}

/// The flags that a study's circuits were laid out with.
fn tuning(study: &Study) -> Result<Tuning, Failure> {
    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        tuning: Tuning,
    }
    let words = ["attnc".to_string()]
        .into_iter()
        .chain(study.subject.flags.iter().cloned());
    let parsed = Flags::try_parse_from(words);
    let parsed = parsed
        .map_err(|error| misuse::failure(&error).before("the study's flags cannot be read"))?;
    Ok(parsed.tuning)
}
