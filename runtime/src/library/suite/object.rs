//! What came of a test, as data: the same for `attnc test --json` and for editors.

use attnc_compiler::diagnostic::{located, texts};
use serde_json::{json, Value};

use super::{Failed, Outcome};
use crate::files::nested::nest;

/// As docs/json.md says of `test`.
pub fn object(outcome: &Outcome<'_>) -> Value {
    let Outcome {
        test,
        runs,
        proofs,
        failed,
        ..
    } = outcome;
    let errors = failed.as_ref().map(|Failed { errors, .. }| {
        let texts = texts(&errors.file, &errors.source, &errors.used);
        json!(located(&errors.diagnostics, &texts))
    });
    let unmet = failed.iter().flat_map(|failed| &failed.unmet).map(|unmet| {
        let mismatches = unmet.mismatches.iter().map(|it| {
            // Those that may have more than 64 bits are texts.
            let number = |number: i128| match i64::try_from(number) {
                Ok(number) => json!(number),
                Err(_) => json!(number.to_string()),
            };
            json!({ "place": it.place, "got": number(it.got), "expected": it.expected.map(number) })
        });
        json!({
            "places": unmet.places,
            "wrong": unmet.wrong,
            "relation": unmet.relation.to_string(),
            "mismatches": mismatches.collect::<Vec<_>>(),
            "got": unmet.tensors.as_ref().map(|(got, _)| nest(got)),
            "expected": unmet.tensors.as_ref().map(|(_, expected)| nest(expected)),
        })
    });
    json!({
        "name": test.name,
        "line": test.line,
        "fails": test.fails,
        "passed": failed.is_none(),
        "runs": runs,
        "proofs": proofs,
        "seed": failed.as_ref().and_then(|failed| failed.seed),
        "errors": errors.unwrap_or(json!([])),
        "unmet": unmet.collect::<Vec<_>>(),
    })
}
