//! Real attention heads: `examples/head.attn` gives exactly the outputs that were published, and
//! proves them.

use std::fs;
use std::path::Path;

use attnc::session::security::Setting;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::{Graph, OutputId};
use attnc_compiler::meaning::tensor::Tensor;
use serde_json::Value;

use crate::common::from_source::{compile, example, graph, prove_and_verify};

fn matrix(value: &Value) -> Vec<Vec<i64>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn tensor(rows: Vec<Vec<i64>>) -> Tensor {
    Tensor {
        shape: vec![rows.len(), rows.first().map_or(0, Vec::len)],
        data: rows.concat(),
    }
}

/// A file of heads; `None`, with a line that says so, if it is not there.
fn file(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/vectors")
        .join(name);
    match fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            println!("skipped: no {}", path.display());
            None
        }
    }
}

/// `examples/head.attn`'s parameters for one head of a file.
fn params(file: &Value, head: &Value) -> [(&'static str, i64); 3] {
    let number = |value: &Value| value.as_i64().unwrap();
    [
        ("steps", number(&file["T"])),
        ("width", number(&file["d"])),
        ("shift", number(&head["shift"])),
    ]
}

fn listed_rows(head: &Value) -> Vec<usize> {
    serde_json::from_value(head["q_rows"].clone()).unwrap()
}

/// A head's inputs. Rows that the file does not list take the query 0.
fn assignment(graph: &Graph, head: &Value) -> Assignment {
    let key = matrix(&head["k"]);
    let mut query = vec![vec![0; key[0].len()]; key.len()];
    for (row, listed) in listed_rows(head).into_iter().zip(matrix(&head["q"])) {
        query[row] = listed;
    }
    let (query, key, value) = (tensor(query), tensor(key), tensor(matrix(&head["v"])));
    let named = |name: &str| match name {
        "query" => query.clone(),
        "key" => key.clone(),
        "value" => value.clone(),
        _ => panic!("head.attn has an input `{name}`"),
    };
    let inputs = graph.inputs.iter().map(|input| named(&input.name));
    Assignment {
        inputs: inputs.collect(),
        tables: vec![serde_json::from_value(head["table"].clone()).unwrap()],
    }
}

/// Compares every row that the file lists; how many there are.
fn compare(head: &Value, context: &[i64]) -> usize {
    let rows = listed_rows(head);
    for (&row, out) in rows.iter().zip(matrix(&head["out"])) {
        let width = out.len();
        let found = &context[row * width..(row + 1) * width];
        assert_eq!(
            found, out,
            "layer {} head {} row {row}",
            head["layer"], head["head"]
        );
    }
    rows.len()
}

/// Evaluates every head of a file; how many heads and rows it compared.
fn run(name: &str) -> Option<(usize, usize)> {
    let file = file(name)?;
    let heads = file["heads"].as_array().unwrap();
    let rows = heads.iter().map(|head| {
        let graph = graph(&example("head"), &params(&file, head));
        let assignment = assignment(&graph, head);
        let evaluation = evaluate(&graph, &assignment).unwrap();
        compare(head, &evaluation.output(OutputId(0)).data)
    });
    Some((heads.len(), rows.sum()))
}

/// Proves and verifies one head under a plan, and compares what the statement says.
fn prove(file: &Value, number: usize, plan: &str) {
    let source = example("head");
    let head = &file["heads"][number];
    let params = params(file, head);
    let assignment = assignment(&graph(&source, &params), head);
    let compiled = compile(&source, &params, Some(plan), &assignment);
    let proved = prove_and_verify(&compiled, &assignment, Setting::Standard);
    let [context] = &proved.session.statement.publics[..] else {
        panic!("one public tensor");
    };
    compare(head, &context.elements);
}

#[test]
fn every_head_of_stories260k() {
    if let Some(compared) = run("stories260K_qk8.json") {
        assert_eq!(compared, (40, 40 * 64));
    }
}

#[test]
fn every_head_of_smollm2() {
    if let Some(compared) = run("smollm2_qk8.json") {
        assert_eq!(compared, (12, 12 * 4));
    }
}

#[test]
fn heads_of_stories260k_are_proved() {
    if let Some(file) = file("stories260K_qk8.json") {
        for number in [0, 13, 26, 39] {
            prove(&file, number, "fused");
        }
        prove(&file, 7, "sidecar");
    }
}

#[test]
fn a_head_of_smollm2_is_proved() {
    if let Some(file) = file("smollm2_qk8.json") {
        prove(&file, 0, "fused");
    }
}
