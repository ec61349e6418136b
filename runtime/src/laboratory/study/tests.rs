//! A study that was damaged is refused.

use serde_json::{json, Value};

use super::folder::{self, StudyError};
use super::sound::sound;
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
        fixed: Vec::new(),
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
            said.contains("row 2: `predicted.ms` is ") && said.ends_with("no figure of a proof"),
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
