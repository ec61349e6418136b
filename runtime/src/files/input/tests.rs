//! Input files, good and bad; here those of JSON.

mod npz;
mod real;

use attnc_compiler::diagnostic::Span;
use attnc_compiler::meaning::graph::{Axis, Input, Interval, Table, Visibility};
use attnc_compiler::meaning::tensor::Tensor;

use super::*;
use crate::files::nested::{to_json, to_npz};
use crate::files::sample::sample;

/// `query[2, 3] : -8..=7`, `seed[0, 2]`, a number `scale`, a table of its own and one from input.
pub(crate) fn graph() -> Graph {
    let input = |name: &str, shape: &[u64]| Input {
        name: name.into(),
        span: Span::default(),
        visibility: Visibility::Private,
        shape: shape.to_vec(),
        growing: Vec::new(),
        range: Interval::new(-8, 7),
    };
    let table = |name: &str, entries: Vec<i64>| Table {
        name: name.into(),
        span: Span::default(),
        domain: Interval::new(0, 3),
        axes: vec![Axis {
            name: "x".into(),
            domain: Interval::new(0, 3),
        }],
        range: Interval::new(0, 15),
        from_input: entries.is_empty(),
        entries,
    };
    Graph {
        inputs: vec![
            input("query", &[2, 3]),
            input("seed", &[0, 2]),
            input("scale", &[]),
        ],
        tables: vec![table("own", vec![0, 1, 2, 3]), table("weight", vec![])],
        ..Graph::default()
    }
}

fn message(json: &str) -> String {
    parse(json.as_bytes(), &graph()).unwrap_err().to_string()
}

/// The message for a file whose `query` is this.
fn query(query: &str) -> String {
    message(&format!(
        r#"{{"weight": [3, 2, 1, 0], "scale": 1, "query": {query}}}"#
    ))
}

/// A table of several arguments is an array with a dimension for each.
#[test]
fn a_table_has_a_dimension_for_each_argument() {
    let mut graph = graph();
    let axis = |lo, hi| Axis {
        name: "x".into(),
        domain: Interval::new(lo, hi),
    };
    graph.tables[1].axes = vec![axis(-1, 0), axis(5, 6)];
    let text = |weight: &str| {
        format!(r#"{{"query": [[1, 2, 3], [4, 5, 6]], "scale": -8, "weight": {weight}}}"#)
    };
    let assignment = parse(text("[[15, 1], [0, 2]]").as_bytes(), &graph).unwrap();
    assert_eq!(assignment.tables[1], [15, 1, 0, 2]);
    let again = to_json(&graph, &assignment);
    assert_eq!(again["weight"].to_string(), "[[15,1],[0,2]]");
    assert!(parse(text("[15, 1, 0, 2]").as_bytes(), &graph).is_err());
    let bytes = to_npz(&graph, &assignment).unwrap();
    assert_eq!(parse(&bytes, &graph), Ok(assignment));
    let high = parse(text("[[15, 1], [16, 2]]").as_bytes(), &graph);
    assert!(high.unwrap_err().to_string().contains("weight[1, 0]"));
}

#[test]
fn json_goes_round() {
    let graph = graph();
    let assignment = sample(&graph, 5);
    let text = to_json(&graph, &assignment).to_string();
    assert_eq!(parse(text.as_bytes(), &graph), Ok(assignment));
    let short = r#" {"query": [[1, 2, 3], [4, 5.0, -6e0]], "scale": -8, "weight": [15, 1, 0, 0]} "#;
    let assignment = parse(short.as_bytes(), &graph).unwrap();
    assert_eq!(assignment.inputs[0].data, [1, 2, 3, 4, 5, -6]);
    assert_eq!(
        assignment.inputs[1],
        Tensor {
            shape: vec![0, 2],
            data: vec![]
        }
    );
    assert_eq!(assignment.tables, [[0, 1, 2, 3], [15, 1, 0, 0]]);
}

#[test]
fn what_is_wrong_with_json_is_named() {
    let remedy = "give `query` in the shape [2, 3], or set the program's parameters with -p";
    assert_eq!(
        query("[[1, 2, 3], [4, 5, 9]]"),
        "`query[1, 2]` is 9, outside its range -8..=7 (line 1, column 66); clip it first, or declare a wider range"
    );
    assert_eq!(
        query("[[1, 2, 3], [4, 5, 0.5]]"),
        "`query[1, 2]` is 0.5, which is not an integer (line 1, column 68); quantize it first"
    );
    let short = query("[[1, 2, 3], [4, 5]]");
    assert!(
        short.starts_with("`query[1]` has length 2, not 3 (line 1, column ")
            && short.ends_with(remedy),
        "{short}"
    );
    assert!(query("[[1, 2, 3, 4], [4, 5]]").starts_with("`query[0]` has more than 3 elements"));
    assert!(query("[[1, 2, 3]]").starts_with("`query` has length 1, not 2"));
    assert!(query("[1, 2]").starts_with("`query[0]` is a number, not an array"));
    assert!(query("[[[1], 2, 3]]").starts_with("`query[0, 0]` is an array, not an integer"));
    assert!(query("[[\"1\", 2, 3]]").starts_with("`query[0, 0]` is a string, not an integer"));
    assert!(query("[[\"1\", 2, 3]]").ends_with("; write the number without quotes"));
    assert!(query("[[null, 2, 3]]").ends_with("; write an integer there"));
    // Where an array is wanted the shape is what to say.
    assert!(query("\"123\"").ends_with(remedy) && query("[[[1], 2, 3]]").ends_with(remedy));
    assert!(query("[[null, 2, 3]]").starts_with("`query[0, 0]` is null"));
    assert!(query("{}").starts_with("`query` is an object, not an array"));
    assert!(query("[[18446744073709551616, 2, 3]]").contains("outside its range"));
    assert!(query("[[1e300, 2, 3]]").contains("outside its range"));
    assert_eq!(
        query("[[NaN, 2, 3]]"),
        "the input file is not JSON: expected value (line 1, column 49)"
    );
    assert!(query("[[1, 2, 3], [4, 5, 6]], \"query\": []").starts_with("`query` stands twice"));
    assert!(query("[[1, 2, 3], [4, 5, 6]], \"own\": []")
        .starts_with("`own` is computed by the program"));
    assert!(query("[[1, 2, 3], [4, 5, 6]], \"quary\": []").contains("did you mean `query`?"));
    assert!(
        query("[[1, 2, 3], [4, 5, 6]], \"zzz\": 0").contains("it has query, seed, scale, weight")
    );
    assert!(query(&"[".repeat(100_000)).contains("is an array, not an integer"));
    assert_eq!(
        message("{}"),
        "the input file lacks `query`; add it with the shape [2, 3]"
    );
    assert!(message("[1]").starts_with("the input file does not hold an object"));
    assert!(message("").starts_with("the input file is not JSON: EOF"));
    assert!(message("{\"query\": \u{0}}").contains("not JSON"));
    assert!(
        message("{} {}").contains("trailing characters") || message("{} {}").contains("not JSON")
    );
    assert!(parse(b"\xff\xfe", &graph())
        .unwrap_err()
        .to_string()
        .contains("not JSON"));
}

#[test]
fn a_file_that_is_not_there() {
    let error = read(Path::new("no/such/file.json"), &graph())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("cannot read no/such/file.json: "),
        "{error}"
    );
}

#[test]
fn numbers_of_json_are_exact() {
    let first = |number: &str| {
        let graph = wide();
        let text = format!("{{\"q\": [{number}, 0]}}");
        let read = parse(text.as_bytes(), &graph);
        read.map(|assignment| assignment.inputs[0].data[0])
            .map_err(|error| error.diagnostic(&graph))
    };
    for (number, element) in [
        ("1.0", 1),
        ("1e2", 100),
        ("-0", 0),
        ("-0.0e9", 0),
        ("0e999999999", 0),
        ("120e-1", 12),
        // No float is this one.
        ("9007199254740993", 9_007_199_254_740_993),
        ("9007199254740993.0", 9_007_199_254_740_993),
        ("-9007199254740993e0", -9_007_199_254_740_993),
        ("900719925474099300000e-5", 9_007_199_254_740_993),
    ] {
        assert_eq!(first(number), Ok(element), "{number}");
    }
    for (number, what) in [
        ("1.0000000000000000001", "which is not an integer"),
        ("1e-999999999", "which is not an integer"),
        ("9007199254740992.5", "which is not an integer"),
        ("1e19", "outside its range"),
        ("1e300", "outside its range"),
        ("1e999999999", "outside its range"),
        ("-1e99999999999999999999", "outside its range"),
        ("18446744073709551616", "outside its range"),
    ] {
        let error = first(number).unwrap_err();
        let said = &error.message;
        assert_eq!(error.code, "E081", "{number}");
        assert!(
            said.contains(what) && said.contains(number),
            "{number}: {said}"
        );
    }
    // The texts of numbers are those in their places, whatever is between.
    let mut graph = wide();
    graph.inputs[0].name = "\u{e4}".into();
    let text = r#" {"\u00e4" : [ 7.00 , 3 ] } "#;
    let data = parse(text.as_bytes(), &graph).unwrap().inputs[0]
        .data
        .clone();
    assert_eq!(data, [7, 3]);
    let text = r#"{"weight": [3, 2e0, 1, 0], "scale": 1.0, "query": [[1, 2.0, 3], [4, 5, 6.5]]}"#;
    assert!(message(text).starts_with("`query[1, 2]` is 6.5, which"));
    assert!(query("[[1, 2, 3], 1e999]").starts_with("`query[1]` is a number, not an array"));
    // What follows a number at once is refused as it is.
    for number in [
        "12-3",
        "9999999999999999999999999-99",
        "1.5.5",
        "1e5e5",
        "1+1",
    ] {
        let error = first(number).unwrap_err();
        assert!(
            ["E078", "E081"].contains(&error.code),
            "{number}: {}",
            error.code
        );
    }
}

/// `q[2]` of almost any size.
fn wide() -> Graph {
    let mut graph = graph();
    graph.inputs.truncate(1);
    graph.tables.truncate(1);
    graph.inputs[0].name = "q".into();
    graph.inputs[0].shape = vec![2];
    graph.inputs[0].range = Interval::new(-(1 << 62), 1 << 62);
    graph
}

#[test]
fn a_byte_order_mark_is_no_part_of_json() {
    let graph = graph();
    let text = to_json(&graph, &sample(&graph, 5)).to_string();
    let marked = format!("\u{feff}{text}");
    assert_eq!(
        parse(marked.as_bytes(), &graph),
        parse(text.as_bytes(), &graph)
    );
}
