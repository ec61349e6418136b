//! Each rule of the checker, against source text.

use super::check;
use crate::diagnostic::render;
use crate::graph::{Graph, Interval};
use crate::parse::parse;

fn graph_with(source: &str, overrides: &[(&str, i64)]) -> Graph {
    let ast = match parse(source) {
        Ok(ast) => ast,
        Err(errors) => panic!("{}", render(&errors, "test.attn", source, false)),
    };
    let overrides: Vec<_> = overrides
        .iter()
        .map(|(n, v)| ((*n).to_owned(), *v))
        .collect();
    match check(&ast, &overrides) {
        Ok(graph) => graph,
        Err(errors) => panic!("{}", render(&errors, "test.attn", source, false)),
    }
}

fn graph(source: &str) -> Graph {
    graph_with(source, &[])
}

/// The codes of the errors, in source order.
fn codes(source: &str) -> Vec<&'static str> {
    let ast = match parse(source) {
        Ok(ast) => ast,
        Err(errors) => panic!("{}", render(&errors, "test.attn", source, false)),
    };
    match check(&ast, &[]) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| error.code).collect(),
    }
}

fn interval(graph: &Graph, name: &str) -> Interval {
    let found = graph.values.iter().find(|value| value.name == name);
    found
        .map(|value| value.interval)
        .expect("a value of that name")
}

const DECODE: &str = include_str!("../../../examples/decode.attn");
const HEAD: &str = include_str!("../../../examples/head.attn");

#[test]
fn decode_checks_at_all_parameters() {
    for heads in [1, 3, 16] {
        for width in [4, 64, 256] {
            for steps in [1, 64, 128] {
                for seeded in 0..4 {
                    let overrides = [
                        ("heads", heads),
                        ("width", width),
                        ("steps", steps),
                        ("seeded", seeded),
                    ];
                    let graph = graph_with(DECODE, &overrides);
                    assert_eq!(interval(&graph, "context"), Interval::new(-32, 31));
                    assert_eq!(interval(&graph, "gap"), Interval::new(0, 8));
                }
            }
        }
    }
}

#[test]
fn head_checks_at_the_real_shapes() {
    for (steps, width, shift) in [(64, 8, 3), (128, 64, 8)] {
        let graph = graph_with(
            HEAD,
            &[("steps", steps), ("width", width), ("shift", shift)],
        );
        assert_eq!(interval(&graph, "context"), Interval::new(-2048, 2032));
    }
    // The same with 128 among the values: 2,147,221,440 of 2,147,483,646.
    let wide = HEAD.replace("-value_bound..value_bound", "-value_bound..=value_bound");
    graph_with(&wide, &[("steps", 128), ("width", 64), ("shift", 8)]);
}
