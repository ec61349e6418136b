//! `attnc inspect`: what a program's proofs are made of, and what they will weigh.

#[cfg(feature = "prove")]
use std::path::{Path, PathBuf};

use attnc::laboratory::attribute::{attribute, Attribution};
use attnc::laboratory::by_line::ByLine;
#[cfg(feature = "prove")]
use attnc::laboratory::drawing::{draw, Section};
use attnc::library::figures::part as part_figures;
use attnc::library::layout::Assembled;
use attnc::price::{predicted, predicted_session, price};
use attnc::session::account::CONJECTURE;
use attnc::session::security::{Security, Setting};
use attnc::session::{account, Scheme};
#[cfg(feature = "prove")]
use attnc::Program;
use attnc_compiler::choice::cost::TimeTable;
use attnc_compiler::circuit::print::joined;
use attnc_compiler::circuit::{Circuit, Component};
use attnc_compiler::diagnostic::Source;
use serde_json::{json, Value};

use crate::cli::explained::Explained;
use crate::cli::failure::Failure;
#[cfg(feature = "prove")]
use crate::cli::paths::{apart, write};
use crate::cli::program::ProgramArgs;
use crate::cli::publishes::Publishes;
use crate::cli::report::{in_all, least, say, say_json, security, titled, warn_of_seed, Figures};
use crate::cli::tuning::Tuning;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The plan, a name or a text: 'proof a: * - x proof b: x'; the program's first one without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    #[command(flatten)]
    tuning: Tuning,
    /// How sure a verifier can be: seed, standard, fast, compact, or conjectured bits, 80 to 120,
    /// for the best setting that has them
    #[arg(long, value_name = "SETTING", default_value = "standard")]
    security: Security,
    /// Print the program with the columns, sends and predicted bytes of each line
    #[arg(long)]
    by_line: bool,
    /// Draw what is computed where and what crosses, as .svg or .dot
    #[cfg(feature = "prove")]
    #[arg(long, value_name = "PATH", conflicts_with = "by_line")]
    graph: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    warn_of_seed(args.security);
    args.tuning.require_floor(args.security)?;
    #[cfg(feature = "prove")]
    if let Some(path) = &args.graph {
        Format::of(path)?;
        apart(args.program.paths(), [path.as_path()])?;
        Failure::unless_writable(path)?;
    }
    let mut program = args.program.load()?;
    // Entries change no count.
    program.assume_tables();
    let assembled = program.assemble(&args.tuning.options(args.plan.as_deref(), args.security))?;
    let source = &program.sources;
    let params: Vec<(String, i64)> = program
        .graph
        .params
        .iter()
        .map(|param| (param.name.clone(), param.value))
        .collect();
    let settle = |part: &Assembled| args.tuning.settle(&part.compiled, args.security);
    let settings: Vec<Setting> = assembled.iter().map(settle).collect::<Result<_, _>>()?;
    let title = titled(&program.graph.name, &params);
    let plan = assembled[0].compiled.circuit.plan.clone();
    #[cfg(feature = "prove")]
    if let Some(path) = &args.graph {
        let compiled = assembled.iter().map(|part| &part.compiled);
        let sections: Vec<Section<'_>> = compiled
            .zip(&settings)
            .map(|(compiled, &setting)| Section {
                part: &compiled.part,
                circuit: &compiled.circuit,
                setting,
            })
            .collect();
        return drawn(&program, &sections, path, args.security, json);
    }
    if args.by_line {
        let circuits = assembled.iter().map(|part| &part.compiled.circuit);
        let parts: Vec<(&Circuit, Setting)> = circuits.zip(settings.iter().copied()).collect();
        let Some(found) = attribute(&program.graph, source, &parts) else {
            return Err(does_not_fit(args.security));
        };
        if json {
            return say_json(
                &by_line(&program.graph.name, &plan, args.security, &found)?.to_string(),
            );
        }
        return say(&format!(
            "{title}, plan {plan}, at {}\n\n{}",
            args.security,
            ByLine(&found)
        ));
    }
    let publishes = assembled.iter().map(|part| &part.compiled.part);
    let publishes = Publishes::of(&program.graph, source, publishes);
    let parts = assembled.iter().zip(settings);
    if json {
        let objects = parts.map(|(part, setting)| {
            let choices = Explained::of(part, &args.tuning, args.security, source);
            let mut object = part_figures(&part.compiled.circuit, source, setting);
            object["choices"] = choices.object();
            object
        });
        let mut objects: Vec<Value> = objects.collect();
        let mut all = match objects.len() {
            1 => objects.remove(0),
            _ => summed(&objects),
        };
        all["publishes"] = publishes.objects();
        return say_json(&all.to_string());
    }
    let mut text = format!("{title}, plan {plan}\n");
    if assembled.len() > 1 {
        text += &publishes.text(&plan, 2);
    }
    let accounts = parts
        .clone()
        .map(|(part, setting)| security(setting, &account(&part.compiled.circuit, setting)));
    let accounts: Vec<Value> = accounts.collect();
    for (number, (part, setting)) in parts.enumerate() {
        if assembled.len() > 1 {
            let (number, count) = (number + 1, assembled.len());
            text += &format!(
                "\npart {number} of {count}: {}\n",
                part.compiled.circuit.part
            );
        }
        text += &inspected(part, setting, args, source);
    }
    if accounts.len() > 1 {
        text += &format!(
            "\nall {} parts: {}\n",
            accounts.len(),
            in_all(&least(&accounts))
        );
    }
    say(&format!("{text}\n{CONJECTURE}\n"))
}

/// What the parts of a plan come to, and each.
fn summed(parts: &[Value]) -> Value {
    let sum = |name: &str| -> Option<f64> { parts.iter().map(|part| part[name].as_f64()).sum() };
    let whole = |name: &str| json!(sum(name).map(|sum| sum as u64));
    let most = |name: &str| json!(parts.iter().filter_map(|part| part[name].as_u64()).max());
    let accounts: Vec<Value> = parts.iter().map(|part| part["security"].clone()).collect();
    json!({
        "circuit": parts[0]["circuit"],
        "plan": parts[0]["plan"],
        "predicted_bytes": whole("predicted_bytes"),
        "predicted_ms": sum("predicted_ms"),
        "predicted_memory_bytes": parts
            .iter()
            .filter_map(|part| part["predicted_memory_bytes"].as_f64())
            .reduce(f64::max),
        "lookup_claims": whole("lookup_claims"),
        "trace_rows": most("trace_rows"),
        "columns": whole("columns"),
        "cells": whole("cells"),
        "security": least(&accounts),
        "parts": parts,
    })
}

/// A part's components, choices, predictions and security.
fn inspected(part: &Assembled, setting: Setting, args: &Args, source: &dyn Source) -> String {
    let circuit = &part.compiled.circuit;
    let choices = Explained::of(part, &args.tuning, args.security, source);
    let mut text = String::new();
    let schemes = Scheme::of(circuit, setting);
    let figures = Figures::of(circuit.components.iter());
    for (proof, name) in circuit.proofs.iter().enumerate() {
        let figures = Figures::of_proof(circuit, proof);
        text += &format!("\nproof {name}\n");
        text += &format!(
            "{:>9} {:>9} {:>6} {:>6} {:>12} {:>6} {:>6} {:>6}  component, lines\n",
            "rows", "padded", "fixed", "main", "interaction", "sends", "rules", "degree"
        );
        for (_, component) in circuit.components_of(proof) {
            text += &row(component, source);
        }
        let bytes = match predicted(&schemes[proof]) {
            Some((bytes, _)) => format!("{bytes} bytes predicted"),
            None => "the setting does not fit its rows".to_string(),
        };
        text += &format!(
            "  {} columns, {} cells, {} lookup claims; {bytes}\n",
            figures.columns, figures.cells, figures.lookup_claims
        );
    }
    text += &format!(
        "\nin all {} columns, {} cells, {} lookup claims, {} trace rows; {} bytes predicted \
         after the statement\n",
        figures.columns,
        figures.cells,
        figures.lookup_claims,
        figures.trace_rows,
        predicted_session(circuit, setting).map_or("no".to_string(), |b| b.to_string())
    );
    text += &format!("\n{choices}\n");
    if let Some(price) = price(circuit, setting.into(), args.tuning.objective()) {
        let threads = TimeTable::committed().threads;
        text += &format!(
            "predicted with {threads} cores: {:.0} ms to fill and prove, {:.0} MiB of memory\n",
            price.ms,
            price.memory_bytes / f64::from(1 << 20)
        );
    }
    let account = account(circuit, setting);
    text + &format!("\nsecurity {setting}\n{account}\n")
}

#[cfg(feature = "prove")]
enum Format {
    Svg,
    Dot,
}

#[cfg(feature = "prove")]
impl Format {
    /// By a file's extension.
    fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("dot") => Ok(Self::Dot),
            _ => {
                let message = format!("{} is no name for a drawing", path.display());
                Err(Failure::misuse(message).hint("end it with .svg or .dot"))
            }
        }
    }
}

#[cfg(feature = "prove")]
fn drawn(
    program: &Program,
    sections: &[Section<'_>],
    path: &Path,
    security: Security,
    json: bool,
) -> Result<(), Failure> {
    let format = Format::of(path)?;
    let Some(drawing) = draw(&program.graph, &program.sources, sections) else {
        return Err(does_not_fit(security));
    };
    let text = match format {
        Format::Svg => drawing.svg("attnc-graph"),
        Format::Dot => drawing.dot(),
    };
    write(path, text.as_bytes())?;
    if json {
        return say_json(
            &json!({ "graph": path.display().to_string(), "bytes": text.len() }).to_string(),
        );
    }
    say(&format!(
        "{}: {}",
        crate::cli::report::shown(path),
        drawing.title
    ))
}

fn does_not_fit(security: Security) -> Failure {
    Failure::misuse(format!(
        "the setting {security} does not fit the rows of a proof"
    ))
    .hint("make the shape larger, or choose another --security")
}

/// What `inspect --by-line --json` prints (spec 8.5).
fn by_line(
    circuit: &str,
    plan: &str,
    security: Security,
    found: &Attribution,
) -> Result<Value, Failure> {
    let mut object = json!({
        "circuit": circuit,
        "plan": plan,
        "setting": security.to_string(),
    });
    let costs = serde_json::to_value(found)
        .map_err(|error| Failure::misuse(format!("cannot write the costs: {error}")))?;
    if let (Some(object), Value::Object(costs)) = (object.as_object_mut(), costs) {
        object.extend(costs);
    }
    Ok(object)
}

fn row(component: &Component, source: &dyn Source) -> String {
    let count = &component.count;
    let lines = match joined(&component.lines(source)) {
        lines if lines.is_empty() => String::new(),
        lines => format!(", lines {lines}"),
    };
    format!(
        "{:>9} {:>9} {:>6} {:>6} {:>12} {:>6} {:>6} {:>6}  {}{}{lines}\n",
        component.rows,
        1u64 << component.log_rows,
        component.fixed.len(),
        count.columns,
        count.interaction_columns(),
        count.sends.len(),
        count.constraints(),
        count.max_degree(),
        component.name,
        component.block(),
    )
}
