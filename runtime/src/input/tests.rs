//! Input files, good and bad.

use std::io::{Cursor, Write};

use attnc_compiler::diagnostic::Span;
use attnc_compiler::graph::{Input, Table, Visibility};
use ndarray::{Array, Array2, ShapeBuilder};
use ndarray_npy::{NpzWriter, WritableElement};

use super::*;
use crate::nested::to_json;
use crate::sample::sample;

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

/// An npz by the reference writer, with `query` as given and the rest right.
fn npz<T: WritableElement>(query: Array2<T>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new_compressed(&mut bytes);
    writer.add_array("query", &query).unwrap();
    writer
        .add_array("scale", &Array::from_elem((), 1u8))
        .unwrap();
    writer
        .add_array("weight", &Array::from_vec(vec![3u16, 2, 1, 0]))
        .unwrap();
    writer.finish().unwrap();
    bytes.into_inner()
}

#[test]
fn npz_of_every_dtype() {
    let graph = graph();
    let matrix = |at: (usize, usize)| 3 * at.0 as i32 - at.1 as i32;
    let expected = vec![0, -1, -2, 3, 2, 1];
    let dims = (2, 3);
    let files = [
        npz(Array::from_shape_fn(dims, |at| matrix(at) as i8)),
        npz(Array::from_shape_fn(dims, |at| matrix(at) as i16)),
        npz(Array::from_shape_fn(dims, matrix)),
        npz(Array::from_shape_fn(dims, |at| i64::from(matrix(at)))),
        npz(Array::from_shape_fn(dims, |at| matrix(at) as f32)),
        npz(Array::from_shape_fn(dims, |at| f64::from(matrix(at)))),
        npz(Array::from_shape_fn(dims.f(), matrix)),
    ];
    for bytes in files {
        let assignment = parse(&bytes, &graph).unwrap();
        assert_eq!(assignment.inputs[0].data, expected);
        assert_eq!(assignment.inputs[2].data, [1]);
        assert_eq!(assignment.tables[1], [3, 2, 1, 0]);
    }
}

#[test]
fn what_is_wrong_with_npz_is_named() {
    let graph = graph();
    let message = |bytes: &[u8]| parse(bytes, &graph).unwrap_err().to_string();
    let single = |value: f64| {
        npz(Array::from_shape_fn((2, 3), |at| {
            if at == (1, 0) {
                value
            } else {
                0.0
            }
        }))
    };
    assert!(message(&single(f64::NAN)).starts_with("`query[1, 0]` is NaN, which is not an integer"));
    assert!(message(&single(f64::INFINITY)).starts_with("`query[1, 0]` is inf"));
    assert!(message(&single(0.25)).starts_with("`query[1, 0]` is 0.25"));
    assert!(message(&single(1e17)).contains("outside its range -8..=7"));
    assert!(message(&single(-9.0)).contains("`query[1, 0]` is -9, outside its range -8..=7"));
    assert!(message(&npz(Array::from_elem((2, 3), u64::MAX)))
        .contains("is 18446744073709551615, outside"));
    let wide = message(&npz(Array::from_elem((2, 4), 0i64)));
    assert!(
        wide.starts_with("`query` has the shape [2, 4], but the program wants [2, 3]"),
        "{wide}"
    );
    let good = npz(Array::from_elem((2, 3), 0i64));
    assert!(message(&good[..good.len() / 2]).contains("not an npz archive"));
    assert!(message(b"PK\x03\x04 nothing").contains("not an npz archive"));
}

/// An npz with one stored member `query.npy` of these bytes.
fn member(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("query.npy", options).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap().into_inner()
}

fn npy(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(vec![0; data]);
    member(&bytes)
}

#[test]
fn npz_that_lies_about_its_size_is_refused_unread() {
    let graph = graph();
    let message = |bytes: &[u8]| parse(bytes, &graph).unwrap_err().to_string();
    let mut huge = b"\x93NUMPY\x02\x00".to_vec();
    huge.extend(u32::MAX.to_le_bytes());
    assert!(message(&member(&huge)).contains("its header claims 4294967295 bytes"));
    let giant = "{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000, 1000000000)}";
    assert!(message(&npy(giant, 48)).contains("has the shape [1000000000, 1000000000]"));
    let right = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3)}";
    assert!(message(&npy(right, 47)).contains("bytes, not the"));
    assert!(message(&npy(right, 1 << 20)).contains("bytes, not the"));
    let half = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3)}";
    assert!(message(&npy(half, 12)).contains("its dtype is <f2"));
    assert!(message(&npy("{'descr': 1}", 0)).contains("its header is not understood"));
    assert!(message(&member(b"text")).contains("`query` in the npz archive"));
    assert!(message(&member(b"\x93NUMPX\x01\x00")).contains("not an npy array"));
    assert_eq!(
        message(&npy(right, 48)),
        "the input file lacks `scale`; add it with the shape []"
    );
}
