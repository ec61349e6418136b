//! What a proof weighs, as it was measured and as it was predicted.

use attnc::files::proof::{part_bytes, SESSION_BYTES};
use attnc::price::{predicted, predicted_session};
use attnc::session::prove::Proved;
use attnc::session::{account, Scheme};
use attnc::Setting;
use attnc_compiler::choice::cost::Breakdown;
use attnc_compiler::diagnostic::visible;
use attnc_compiler::meaning::graph::{Input, Visibility};
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::cli::report::{in_all, least, milliseconds, security, titled, Figures};

/// A proof file and its figures in words.
pub fn told(parts: &[&Compiled], of: usize, report: &Value) -> String {
    let circuit = &parts[0].circuit;
    let params = parts[0].graph.params.iter();
    let params: Vec<(String, i64)> = params.map(|p| (p.name.clone(), p.value)).collect();
    let covered = match (parts, of) {
        (_, 1) => String::new(),
        ([part], _) => format!(", only the part {} of {of}", part.circuit.part),
        (_, _) => format!(", in {of} parts that verify alone"),
    };
    let ms = |name: &str| report[name].as_f64().unwrap_or(0.0).round();
    let security = &report["security"];
    let keeps = |part: &&Compiled| {
        let graph = &part.graph;
        let mut values = graph.values.iter();
        !graph.inputs.iter().all(is_public) || values.any(|value| value.is_hint(graph))
    };
    let tells = match security["hiding"] == false && parts.iter().any(keeps) {
        true => "  it does not hide what is private, as one with --hiding does\n",
        false => "",
    };
    let told = format!(
        "{}: {} proved, plan {}{covered}\n  {} bytes ({} predicted), statement {} bytes\n  trace \
         of {} rows filled in {} ms; proved in {} ms in all\n  {}: {}\n",
        visible::line(report["proof"].as_str().unwrap_or_default()),
        titled(&circuit.name, &params),
        circuit.plan,
        report["packed_bytes"],
        report["predicted_bytes"],
        report["statement_bytes"],
        report["trace_rows"],
        ms("trace_ms"),
        ms("prove_ms"),
        security["setting"].as_str().unwrap_or_default(),
        in_all(security),
    );
    told + tells
}

fn is_public(input: &Input) -> bool {
    input.visibility == Visibility::Public
}

/// What `prove --json` prints of a proof file: the figures of its parts, and what they come to.
/// Sums, but for the rows, of which the most count, and the security, which is the least.
pub fn together(mut parts: Vec<Value>, file_bytes: usize, whole: bool) -> Value {
    let mut all = match parts.len() {
        1 => parts.remove(0),
        _ => summed(&parts),
    };
    all["file_bytes"] = json!(file_bytes);
    all["whole"] = json!(whole);
    all["parts"] = json!(parts);
    all
}

fn summed(parts: &[Value]) -> Value {
    let mut all = parts[0].clone();
    for part in &parts[1..] {
        for name in SUMMED {
            all[*name] = sum(&all[*name], &part[*name]);
        }
        all["trace_rows"] = json!(all["trace_rows"].as_u64().max(part["trace_rows"].as_u64()));
        if let (Some(proofs), Some(more)) =
            (all["proofs"].as_array_mut(), part["proofs"].as_array())
        {
            proofs.extend(more.iter().cloned());
        }
    }
    let texts = |name: &str, between: &str| {
        let each: Vec<&str> = parts
            .iter()
            .filter_map(|part| part[name].as_str())
            .collect();
        json!(each.join(between))
    };
    let accounts: Vec<Value> = parts.iter().map(|part| part["security"].clone()).collect();
    all["security"] = least(&accounts);
    all["part"] = Value::Null;
    all["choices"] = texts("choices", " | ");
    all["peak_rss_bytes"] = json!(peak_rss_bytes());
    all
}

/// The figures of parts that add up; objects field by field.
const SUMMED: &[&str] = &[
    "packed_bytes",
    "json_bytes",
    "size_estimate",
    "predicted_bytes",
    "statement_bytes",
    "breakdown",
    "lookup_claims",
    "columns",
    "cells",
    "trace_ms",
    "prove_ms",
    "stages_ms",
];

fn sum(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let fields = a.iter().map(|(name, a)| (name.clone(), sum(a, &b[name])));
            Value::Object(fields.collect())
        }
        _ => match (a.as_u64(), b.as_u64()) {
            (Some(a), Some(b)) => json!(a + b),
            _ => match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => json!(((a + b) * 1e3).round() / 1e3),
                _ => Value::Null,
            },
        },
    }
}

/// What `prove --json` prints.
pub fn figures(compiled: &Compiled, proved: &Proved, setting: Setting, file_bytes: usize) -> Value {
    let circuit = &compiled.circuit;
    let session = &proved.session;
    let schemes = Scheme::of(circuit, setting);
    let mut breakdown = Breakdown::default();
    let mut proofs = Vec::new();
    let (mut json_bytes, mut size_estimate, mut packed_bytes) = (0, 0, 0);
    for (proof, (part, measured)) in session.proofs.iter().zip(&proved.measured).enumerate() {
        let figures = Figures::of_proof(circuit, proof);
        let packed = part_bytes(part.claims.len(), part.packed.len());
        packed_bytes += packed;
        let published = measured.json_bytes();
        json_bytes += published;
        size_estimate += measured.size_estimate();
        breakdown.sampled_values += measured.breakdown.sampled_values;
        breakdown.queried_values += measured.breakdown.queried_values;
        breakdown.fri_samples += measured.breakdown.fri_samples;
        breakdown.fri_decommitments += measured.breakdown.fri_decommitments;
        breakdown.trace_decommitments += measured.breakdown.trace_decommitments;
        breakdown.other += measured.breakdown.other;
        proofs.push(json!({
            "name": circuit.proofs[proof],
            "part": circuit.part,
            "packed_bytes": packed,
            "json_bytes": published,
            "size_estimate": measured.size_estimate(),
            "predicted_bytes": predicted(&schemes[proof]).map(|p| p.0),
            "breakdown": measured.breakdown,
            "lookup_claims": figures.lookup_claims,
            "trace_rows": figures.trace_rows,
            "columns": figures.columns,
            "cells": figures.cells,
            "components": circuit.components_of(proof).count(),
        }));
    }
    let packed_bytes = packed_bytes + SESSION_BYTES;
    let figures = Figures::of(circuit.components.iter());
    let times = proved.times;
    json!({
        "circuit": circuit.name,
        "plan": circuit.plan,
        "part": circuit.part,
        "choices": session.statement.choices.to_string(),
        "packed_bytes": packed_bytes,
        "json_bytes": json_bytes,
        "size_estimate": size_estimate,
        "predicted_bytes": predicted_session(circuit, setting),
        "statement_bytes": session.statement.pack(circuit).len(),
        "file_bytes": file_bytes,
        "breakdown": breakdown,
        "lookup_claims": figures.lookup_claims,
        "trace_rows": figures.trace_rows,
        "columns": figures.columns,
        "cells": figures.cells,
        "trace_ms": milliseconds(times.fill),
        "prove_ms": milliseconds(times.total()),
        "stages_ms": {
            "setup": milliseconds(times.setup),
            "fill": milliseconds(times.fill),
            "commit": milliseconds(times.commit),
            "grind": milliseconds(times.grind),
            "bus": milliseconds(times.bus),
            "stark": milliseconds(times.stark),
        },
        "peak_rss_bytes": peak_rss_bytes(),
        "proofs": proofs,
        "security": security(setting, &account(circuit, setting)),
    })
}

/// The most memory that the process had resident, where the system tells.
pub fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
