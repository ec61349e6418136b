//! Whether what a study's file says can be so: a damaged one is an error, not a page without end.

use std::collections::BTreeSet;

use super::{Measured, Predicted, Row, Stages, Status, Structure, Study, MAX_ROWS};

/// Bytes, counts and milliseconds are less: more are of no proof.
const MOST: f64 = 1e15;

/// Whether a study is one that `attnc sweep` can have written, as far as figures and charts rely
/// on it.
///
/// # Errors
/// What is wrong, with its row.
pub(super) fn sound(study: &Study) -> Result<(), String> {
    if study.rows.len() > MAX_ROWS {
        let rows = study.rows.len();
        return Err(format!("it has {rows} rows, {MAX_ROWS} at most"));
    }
    let mut places = BTreeSet::new();
    for (number, row) in study.rows.iter().enumerate() {
        let in_row = |what: &str| format!("row {}: {what}", number + 1);
        if !places.insert(row.place()) {
            return Err(in_row("another row is of the same cell"));
        }
        if (row.status == Status::Done) != row.measured.is_some() {
            return Err(in_row(
                "what is done has measured figures, and nothing else has",
            ));
        }
        let figures = figures(row);
        if let Some((name, figure)) = figures.into_iter().find(|figure| !possible(figure)) {
            return Err(in_row(&format!(
                "`{name}` is {figure}, no figure of a proof"
            )));
        }
        if row.measured.as_ref().is_some_and(parts_are_more) {
            return Err(in_row(
                "the sections of the proof have more bytes than the proof",
            ));
        }
    }
    Ok(())
}

type Figure = (&'static str, f64);

/// A proof has bytes and took time; anything else may be 0.
fn possible((name, figure): &Figure) -> bool {
    let least = match *name {
        "packed_bytes" | "json_bytes" | "prove_ms" => f64::MIN_POSITIVE,
        _ => 0.0,
    };
    (least..=MOST).contains(figure)
}

fn parts_are_more(measured: &Measured) -> bool {
    let parts = sections(measured).map(|(_, bytes)| bytes);
    parts.into_iter().fold(0, u64::saturating_add) > measured.packed_bytes
}

/// All numbers of a row, with their names.
fn figures(row: &Row) -> Vec<Figure> {
    let counts = row.structure.iter().flat_map(structure);
    let predicted = row.predicted.iter().flat_map(predicted);
    let measured = row.measured.iter().flat_map(measured);
    counts.chain(predicted).chain(measured).collect()
}

fn structure(structure: &Structure) -> Vec<Figure> {
    let Structure {
        lookup_claims,
        trace_rows,
        columns,
        cells,
        components,
        proofs,
        parts,
    } = *structure;
    vec![
        ("lookup_claims", lookup_claims as f64),
        ("trace_rows", trace_rows as f64),
        ("columns", columns as f64),
        ("cells", cells as f64),
        ("components", components as f64),
        ("proofs", proofs as f64),
        ("parts", parts as f64),
    ]
}

fn predicted(predicted: &Predicted) -> Vec<Figure> {
    let Predicted {
        bytes,
        ms,
        memory_bytes,
    } = *predicted;
    let figures = [
        ("predicted.bytes", bytes),
        ("predicted.ms", ms),
        ("predicted.memory_bytes", memory_bytes),
    ];
    let known = figures.into_iter();
    known
        .filter_map(|(name, figure)| Some((name, figure?)))
        .collect()
}

fn sections(measured: &Measured) -> [(&'static str, u64); 6] {
    let parts = &measured.breakdown;
    [
        ("sampled_values", parts.sampled_values),
        ("queried_values", parts.queried_values),
        ("fri_samples", parts.fri_samples),
        ("fri_decommitments", parts.fri_decommitments),
        ("trace_decommitments", parts.trace_decommitments),
        ("other", parts.other),
    ]
}

fn measured(measured: &Measured) -> Vec<Figure> {
    let sizes = [
        ("packed_bytes", measured.packed_bytes),
        ("json_bytes", measured.json_bytes),
        ("size_estimate", measured.size_estimate),
        ("statement_bytes", measured.statement_bytes),
        ("file_bytes", measured.file_bytes),
        ("memory_bytes", measured.memory_bytes.unwrap_or(0)),
    ];
    let Stages {
        setup,
        fill,
        commit,
        grind,
        bus,
        stark,
    } = measured.stages_ms;
    let sizes = sizes.into_iter().chain(sections(measured));
    let mut figures: Vec<Figure> = sizes.map(|(name, size)| (name, size as f64)).collect();
    figures.extend([
        ("conjectured_bits", measured.conjectured_bits),
        ("proven_bits", measured.proven_bits),
        ("trace_ms", measured.trace_ms),
        ("prove_ms", measured.prove_ms),
        ("verify_ms", measured.verify_ms),
        ("stages_ms.setup", setup),
        ("stages_ms.fill", fill),
        ("stages_ms.commit", commit),
        ("stages_ms.grind", grind),
        ("stages_ms.bus", bus),
        ("stages_ms.stark", stark),
    ]);
    figures
}
