//! What indices run over, against what a program is then evaluated to.

use super::{codes, graph};
use crate::meaning::eval::{evaluate, Assignment};
use crate::meaning::graph::Graph;
use crate::meaning::tensor::Tensor;

/// The first output of a program whose inputs are 1, 2, 3, ...
fn first(graph: &Graph) -> Vec<i64> {
    let inputs = graph.inputs.iter().map(|input| {
        let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
        let data = (1..=shape.iter().product::<usize>() as i64).collect();
        Tensor { shape, data }
    });
    let assignment = Assignment {
        inputs: inputs.collect(),
        tables: vec![Vec::new(); graph.tables.len()],
    };
    let evaluation = evaluate(graph, &assignment).unwrap_or_else(|error| panic!("{error:?}"));
    evaluation
        .output(
            graph
                .values
                .iter()
                .find_map(|v| v.output)
                .expect("an output"),
        )
        .data
}

fn of(body: &str) -> Vec<i64> {
    first(&graph(&around(body)))
}

fn around(body: &str) -> String {
    format!(
        "circuit domains(n = 4, m = 2) {{
            private input x[n] : 0..100
            private input q[n, m] : 0..100
            {body}
        }}"
    )
}

#[test]
fn an_index_keeps_the_numbers_of_its_range() {
    assert_eq!(of("public output o o = sum(i in 1..n) x[i]"), [9]);
    assert_eq!(of("public output o o = sum(i in 1..=2) i * x[i]"), [8]);
    assert_eq!(
        of("public output o o = max(i in -1..2) x[i + 1] * (3 - i)"),
        [6]
    );
    assert_eq!(
        of("public output o y[i in 1..n] = x[i] o = y[1] + 10 * y[n - 1]"),
        [42]
    );
    assert_eq!(
        of(
            "public output o[n] y[i in 2..4] = x[i] z[k in 0..2] = y[k + 2]
            o[i in 0..n] = z[i % 2]"
        ),
        [3, 4, 3, 4]
    );
    assert_eq!(
        of(
            "public output o[2] for t in 2..4 { y[e in 1..=m] = q[t, e - 1] + t
            assert[e in 1..=m] y[e] >= t  b = sum(e in 1..=m) y[e]
            }
            o[i in 2] = i"
        ),
        [0, 1]
    );
    assert_eq!(
        of("table f(i in 0..=3) = sum(k in 1..=i) k  public output o o = f(clip(x[1], 0, 3))"),
        [3]
    );
}

#[test]
fn what_is_outside_of_a_range_is_not_read() {
    assert_eq!(codes(&around("y[i in 1..n] = x[i] z = y[0]")), ["E022"]);
    assert_eq!(codes(&around("y[i in 1..n] = x[i] z = y[n]")), ["E022"]);
    assert_eq!(codes(&around("y = sum(i in 1..=n) x[i]")), ["E022"]);
    assert_eq!(codes(&around("y = sum(i in 3..3) x[i]")), ["E017"]);
    assert_eq!(
        codes(&around("public output o[n] o[i in 1..=n] = x[i - 1]")),
        ["E039"]
    );
    assert_eq!(codes(&around("step t in 1..n { y = x[t] }")), ["E016"]);
}
