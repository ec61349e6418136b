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
        if let Some(figure) = figures(row).into_iter().find(|figure| !possible(*figure)) {
            return Err(in_row(&format!("{figure} is no figure of a proof")));
        }
    }
    Ok(())
}

fn possible(figure: f64) -> bool {
    (0.0..=MOST).contains(&figure)
}

/// All numbers of a row.
fn figures(row: &Row) -> Vec<f64> {
    let counts = row.structure.iter().flat_map(structure);
    let predicted = row.predicted.iter().flat_map(predicted);
    let measured = row.measured.iter().flat_map(measured);
    counts.chain(predicted).chain(measured).collect()
}

fn structure(structure: &Structure) -> Vec<f64> {
    let Structure {
        lookup_claims,
        trace_rows,
        columns,
        cells,
        components,
        proofs,
        parts,
    } = *structure;
    let counts = [
        lookup_claims,
        trace_rows,
        columns,
        cells,
        components,
        proofs,
        parts,
    ];
    counts.map(|count| count as f64).to_vec()
}

fn predicted(predicted: &Predicted) -> Vec<f64> {
    let Predicted {
        bytes,
        ms,
        memory_bytes,
    } = *predicted;
    [bytes, ms, memory_bytes].into_iter().flatten().collect()
}

fn measured(measured: &Measured) -> Vec<f64> {
    let sizes = [
        measured.packed_bytes,
        measured.json_bytes,
        measured.size_estimate,
        measured.statement_bytes,
        measured.file_bytes,
        measured.breakdown.sampled_values,
        measured.breakdown.queried_values,
        measured.breakdown.fri_samples,
        measured.breakdown.fri_decommitments,
        measured.breakdown.trace_decommitments,
        measured.breakdown.other,
        measured.memory_bytes.unwrap_or(0),
    ];
    let Stages {
        setup,
        fill,
        commit,
        grind,
        bus,
        stark,
    } = measured.stages_ms;
    let others = [
        measured.conjectured_bits,
        measured.proven_bits,
        measured.trace_ms,
        measured.prove_ms,
        measured.verify_ms,
    ];
    let mut figures = sizes.map(|size| size as f64).to_vec();
    figures.extend(others);
    figures.extend([setup, fill, commit, grind, bus, stark]);
    figures
}

#[cfg(test)]
mod tests {
    use serde_json::{json, Value};

    use crate::study::folder::{self, StudyError};
    use crate::study::{Inputs, Machine, Subject};

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
                said.contains("row 2: ") && said.ends_with("is no figure of a proof"),
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
