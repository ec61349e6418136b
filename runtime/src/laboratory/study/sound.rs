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

#[cfg(test)]
mod tests {
    use serde_json::{json, Value};

    use crate::laboratory::study::folder::{self, StudyError};
    use crate::laboratory::study::{Inputs, Machine, Subject};

    use super::*;

    fn study() -> Study {
        let row = |n: i64| Row {
            params: [("n".to_string(), n)].into(),
            plan: "fused".into(),
            security: "seed".into(),
            status: Status::Failed,
            reason: None,
            command: "attnc prove".into(),
            structure: None,
            predicted: None,
            measured: None,
        };
        let mut study = Study::new(Subject {
            attnc: "0.1.0".into(),
            circuit: "c".into(),
            file: "c.attn".into(),
            source: String::new(),
            program: String::new(),
            parameters: vec!["n".into()],
            inputs: Inputs::Seed(0),
            flags: Vec::new(),
            machine: Machine {
                build: String::new(),
                cores: 2,
                memory_gib: 8,
            },
        });
        study.rows = vec![row(1), row(2)];
        study
    }

    /// What is said of a study's file with these bytes.
    fn read(bytes: &[u8]) -> Result<Study, String> {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join(folder::JSON), bytes).unwrap();
        folder::read(place.path()).map_err(|error| match &error {
            StudyError::Broken(..) => error.to_string(),
            other => panic!("{other}"),
        })
    }

    /// What is said of a study that was changed.
    fn changed(change: impl Fn(&mut Value)) -> String {
        let mut value = serde_json::to_value(study()).unwrap();
        change(&mut value);
        read(value.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn what_cannot_be_is_damage() {
        let text = serde_json::to_string(&study()).unwrap();
        assert_eq!(read(text.as_bytes()), Ok(study()));
        assert_eq!(read(format!("\u{feff}{text}").as_bytes()), Ok(study()));
        let twice = text.replacen("\"plan\"", "\"plan\":\"other\",\"plan\"", 1);
        let said = read(twice.as_bytes()).unwrap_err();
        assert!(said.contains("`plan` stands twice at line 1"), "{said}");

        let said = changed(|study| study["rows"][1]["params"]["n"] = json!(1));
        assert!(
            said.ends_with("row 2: another row is of the same cell"),
            "{said}"
        );
        let said = changed(|study| study["rows"][0]["status"] = json!("done"));
        assert!(
            said.contains("row 1: what is done has measured figures"),
            "{said}"
        );
        for figure in [-1.0, 1e16, 1e300] {
            let predicted = json!({ "bytes": 1.0, "ms": figure, "memory_bytes": null });
            let said = changed(|study| study["rows"][1]["predicted"] = predicted.clone());
            assert!(
                said.contains("row 2: `predicted.ms` is ")
                    && said.ends_with("no figure of a proof"),
                "{said}"
            );
        }
        let said = changed(|study| study["rows"][0]["params"]["n"] = json!(1.5));
        assert!(said.contains("expected i64"), "{said}");
        let row = &study().rows[0];
        let many = (0..=MAX_ROWS as i64).map(|n| Row {
            params: [("n".to_string(), n)].into(),
            ..row.clone()
        });
        let mut large = study();
        large.rows = many.collect();
        let said = sound(&large).unwrap_err();
        assert_eq!(said, "it has 65537 rows, 65536 at most");
    }
}
