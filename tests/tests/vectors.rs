//! Real attention heads: `examples/head.attn` gives exactly the outputs that were published.

use std::fs;
use std::path::Path;

use attnc_compiler::check::check;
use attnc_compiler::eval::{evaluate, Assignment};
use attnc_compiler::graph::{Graph, OutputId};
use attnc_compiler::parse::parse;
use attnc_compiler::tensor::Tensor;
use serde_json::Value;

fn matrix(value: &Value) -> Vec<Vec<i64>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn tensor(rows: Vec<Vec<i64>>) -> Tensor {
    Tensor {
        shape: vec![rows.len(), rows.first().map_or(0, Vec::len)],
        data: rows.concat(),
    }
}

/// `examples/head.attn` with the sizes of a file of heads and one head's shift.
fn program(file: &Value, shift: &Value) -> Graph {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/head.attn");
    let ast = parse(&fs::read_to_string(path).unwrap()).unwrap();
    let params = [
        ("steps", &file["T"]),
        ("width", &file["d"]),
        ("shift", shift),
    ];
    let params = params.map(|(name, value)| (name.to_string(), value.as_i64().unwrap()));
    check(&ast, &params).unwrap()
}

/// Evaluates every head of a file and compares every row that the file lists; how many it did,
/// or `None` if the file is not there.
fn compare(name: &str) -> Option<usize> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/vectors")
        .join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return None;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut rows = 0;
    for head in file["heads"].as_array().unwrap() {
        let graph = program(&file, &head["shift"]);
        let key = matrix(&head["k"]);
        // Rows that are not listed may take any query.
        let listed: Vec<usize> = serde_json::from_value(head["q_rows"].clone()).unwrap();
        let mut query = vec![vec![0; key[0].len()]; key.len()];
        for (&row, listed) in listed.iter().zip(matrix(&head["q"])) {
            query[row] = listed;
        }
        let (query, key, value) = (tensor(query), tensor(key), tensor(matrix(&head["v"])));
        let named = |name: &str| match name {
            "query" => query.clone(),
            "key" => key.clone(),
            "value" => value.clone(),
            _ => panic!("head.attn has an input `{name}`"),
        };
        let assignment = Assignment {
            inputs: graph
                .inputs
                .iter()
                .map(|input| named(&input.name))
                .collect(),
            tables: vec![serde_json::from_value(head["table"].clone()).unwrap()],
        };
        let context = evaluate(&graph, &assignment).unwrap().output(OutputId(0));
        for (&row, out) in listed.iter().zip(matrix(&head["out"])) {
            let width = out.len();
            let found = &context.data[row * width..(row + 1) * width];
            assert_eq!(
                found, out,
                "layer {} head {} row {row}",
                head["layer"], head["head"]
            );
            rows += 1;
        }
    }
    Some(rows)
}

#[test]
fn every_head_of_stories260k() {
    if let Some(rows) = compare("stories260K_qk8.json") {
        assert_eq!(rows, 40 * 64);
    }
}

#[test]
fn every_head_of_smollm2() {
    if let Some(rows) = compare("smollm2_qk8.json") {
        assert_eq!(rows, 12 * 4);
    }
}
