//! What every plan of every example is laid out to: a change of these counts is a decision.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use attnc::files::sample::sample;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::Compiled;

use super::snapshot::assert_golden;
use crate::common::from_source::{compile, compile_parts, example, graph, name, ways};

/// One line a component, one for the whole.
fn table(circuit: &Circuit) -> String {
    let mut text = format!(
        "{:<24} {:>5} {:>7} {:>6} {:>5} {:>11} {:>5} {:>6}\n",
        "component", "proof", "rows", "fixed", "main", "interaction", "sends", "degree"
    );
    let mut total = [0; 4];
    for component in &circuit.components {
        let count = &component.count;
        let counts = [
            component.fixed.len(),
            count.columns,
            count.interaction_columns(),
            count.sends.len(),
        ];
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        writeln!(
            text,
            "{:<24} {:>5} {:>7} {:>6} {:>5} {:>11} {:>5} {:>6}",
            component.name,
            component.proof,
            format!("2^{}", component.log_rows),
            counts[0],
            counts[1],
            counts[2],
            counts[3],
            count.max_degree()
        )
        .unwrap();
    }
    writeln!(
        text,
        "{:<24} {:>5} {:>7} {:>6} {:>5} {:>11} {:>5}",
        format!("in all {}", circuit.components.len()),
        circuit.proofs.len(),
        "",
        total[0],
        total[1],
        total[2],
        total[3]
    )
    .unwrap();
    text
}

#[test]
fn structure() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|other| other == "attn"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for example_name in names {
        let source = example(&example_name);
        let graph = graph(&source, &[]);
        let assignment = sample(&graph, 1);
        let mut text = String::new();
        for plan in &graph.plans {
            for way in ways(&graph) {
                let parts = compile_parts(&source, &plan.name, &assignment, way);
                for Compiled { circuit, .. } in &parts {
                    let part = match parts.len() {
                        1 => String::new(),
                        _ => format!(", part {}", circuit.part),
                    };
                    let counts = table(circuit);
                    writeln!(text, "plan {}{part}, {}\n{counts}", plan.name, name(way)).unwrap();
                }
            }
        }
        assert_golden(&format!("{example_name}.structure"), text.trim_end());
    }
}

/// The pairs of a step and a cache entry, padded: what published figures count.
#[test]
fn rows_of_the_pair_space() {
    for (params, rows, claims) in [
        ([("heads", 4), ("width", 64), ("steps", 64)], 14, 8832),
        ([("heads", 2), ("width", 8), ("steps", 32)], 11, 1184),
        ([("heads", 1), ("width", 8), ("steps", 8)], 6, 52),
    ] {
        let source = example("decode");
        let assignment = sample(&graph(&source, &params), 1);
        for plan in ["fused", "sidecar"] {
            let circuit = compile(&source, &params, Some(plan), &assignment).circuit;
            let uses = circuit
                .components
                .iter()
                .map(|c| c.count.table_uses as u64 * c.rows);
            // The table's own component serves; it does not look up.
            let served = circuit
                .components
                .iter()
                .filter(|c| c.name.starts_with("table "))
                .map(|c| c.count.table_uses as u64 * c.rows)
                .sum::<u64>();
            assert_eq!(uses.sum::<u64>() - served, claims, "{plan} {params:?}");
            let pairs = circuit
                .components
                .iter()
                .find(|c| c.count.table_uses > 0 && !c.name.starts_with("table "));
            assert_eq!(pairs.map(|c| c.log_rows), Some(rows), "{plan} {params:?}");
        }
    }
}
