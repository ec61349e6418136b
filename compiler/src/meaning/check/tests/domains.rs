//! What indices run over, against what a program is then evaluated to.

use super::{codes, graph};
use crate::meaning::eval::{evaluate, Assignment, EvalError};
use crate::meaning::graph::Graph;
use crate::meaning::tensor::Tensor;

/// The first output of a program whose inputs are 1, 2, 3, ...
fn first(graph: &Graph) -> Vec<i64> {
    evaluated(graph).unwrap_or_else(|error| panic!("{error:?}"))
}

fn evaluated(graph: &Graph) -> Result<Vec<i64>, EvalError> {
    let inputs = graph.inputs.iter().map(|input| {
        let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
        let data = (1..=shape.iter().product::<usize>() as i64).collect();
        Tensor { shape, data }
    });
    let assignment = Assignment {
        inputs: inputs.collect(),
        tables: vec![Vec::new(); graph.tables.len()],
    };
    let evaluation = evaluate(graph, &assignment)?;
    let output = graph.values.iter().find_map(|value| value.output);
    Ok(evaluation.output(output.expect("an output")).data)
}

fn of(body: &str) -> Vec<i64> {
    first(&graph(&around(body)))
}

fn wrong(body: &str) -> Vec<&'static str> {
    codes(&around(body))
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

#[test]
fn a_static_condition_leaves_terms_out() {
    assert_eq!(of("public output o o = sum(i in n where i != 1) x[i]"), [8]);
    assert_eq!(
        of("public output o[n] o[i in n] = sum(j in n where j <= i and not (j == 0 or j == 2)) x[j]"),
        [0, 2, 2, 6]
    );
    assert_eq!(
        of("public output o[n] o[i in n] = max(j in n where i - j < 2 and j <= i) j * (3 - j)"),
        [0, 2, 2, 2]
    );
    assert_eq!(
        of("public output o[n] o[i in n] = sum(j in 0..=i) x[j] + 100 * min(k in i..n) x[k]"),
        [101, 203, 306, 410]
    );
    assert_eq!(
        of("public output o[2] o[i in 2] = sum(j in n, k in n where j + k == i) x[j] * x[k]"),
        [1, 4]
    );
    assert_eq!(
        of("public output o[n] o[i in n] = max(j in n, k in n where j + k == i) x[j] * x[k]"),
        [1, 2, 4, 6]
    );
    // A subscript need lie within where it is reached alone.
    assert_eq!(
        of("public output o[n] o[i in n] = sum(j in 0..n - i) x[i + j]"),
        [10, 9, 7, 4]
    );
    assert_eq!(
        of("public output o[n] o[i in n] = sum(j in n where i + j < n) x[i + j]"),
        [10, 9, 7, 4]
    );
}

#[test]
fn a_value_is_there_where_its_domain_is() {
    assert_eq!(
        of("public output o[n] s[i in n, j in 0..=i] = x[i] * x[j]
            o[i in n] = max(j in 0..=i) s[i, j]"),
        [1, 4, 9, 16]
    );
    assert_eq!(
        of(
            "public output o[n] s[i in n, j in i + 1..=n where j != 2] = x[j - 1] + 10 * i
            o[i in n] = sum(j in i + 1..=n where j != 2) s[i, j]"
        ),
        [8, 27, 47, 34]
    );
    assert_eq!(
        of("public output o[n]
            for i in n { for j in 0..=i { s = x[j]  y[d in 0..=j] = s + d  assert[d in 0..=j] y[d] >= d } }
            o[i in n] = x[i]"),
        [1, 2, 3, 4]
    );
    let steps = "state keys = empty public output o[n]
        step t in n { keys <- x[t]
            s[j in keys where t - j < 2] = keys[j] * (t + 1)
            peak = max(j in keys where t - j < 2) s[j]
            w[j in keys where t - j < 2] = peak - s[j]
            o[t] = sum(j in t - 1..=t where j >= 0) w[j] }";
    assert_eq!(of(steps), [0, 2, 3, 4]);
    assert_eq!(wrong("s[i in n, j in 0..=i] = x[j] y = s[0, 1]"), ["E022"]);
    assert_eq!(
        wrong("s[i in n, j in n where j <= i] = x[j] y = s[0, 1]"),
        ["E068"]
    );
    assert_eq!(
        wrong("s[i in n, j in 0..=i] = x[j] y[i in n] = sum(j in n) s[i, j]"),
        ["E022"]
    );
    assert_eq!(
        wrong("s[i in n, j in n where j <= i] = x[j] y[i in n] = sum(j in n) s[i, j]"),
        ["E068"]
    );
    assert_eq!(
        wrong("public output o[n] o[i in n where i != 2] = x[i]"),
        ["E039"]
    );
    assert_eq!(wrong("y[i in n] = max(j in n where j < i) x[j]"), ["E066"]);
    assert_eq!(wrong("y[i in n where x[i] >= 2] = x[i]"), ["E067"]);
    assert_eq!(wrong("y = sum(i in n where x[i]) 1"), ["E065"]);
    assert_eq!(wrong("y = max(i in n, j in n where x[i] == j) 1"), ["E067"]);
    assert_eq!(
        wrong("y[i in 4096] = sum(j in 4096 where j < i) 1"),
        ["E069"]
    );
}

#[test]
fn a_condition_on_what_is_given_counts_terms() {
    assert_eq!(
        of("public output o o = sum(i in n where x[i] >= 3) x[i]"),
        [7]
    );
    assert_eq!(
        of("public output o o = max(i in n where x[i] != 4 and i > 0) x[i]"),
        [3]
    );
    assert_eq!(
        of("public output o o = min(i in n where not x[i] == 1) x[i]"),
        [2]
    );
    assert_eq!(
        of("public output o assert[i in n where x[i] > 2] x[i] >= 3
            assert[i in n where i > 2 and x[i] > 2] x[i] == 4  o = 1"),
        [1]
    );
    let none = graph(&around(
        "public output o o = max(i in n where x[i] > 9) x[i]",
    ));
    let error = evaluated(&none).unwrap_err();
    assert_eq!(crate::diagnostic::Diagnostic::from(error).code, "E086");
}

#[test]
fn structure_tells_of_filtered_terms() {
    let around = |body: &str| {
        let graph = graph(&around(&format!(
            "state keys = empty step t in n {{ keys <- x[t] {body} }}"
        )));
        super::interval(&graph, "y")
    };
    let window = "peak = max(j in keys where t - j < 2) keys[j]";
    let of = |body: &str| around(&format!("{window} {body}"));
    assert_eq!(of("y[j in keys where t - j < 2] = peak - keys[j]").lo, 0);
    assert_eq!(of("y[j in keys where t - j < 1] = peak - keys[j]").lo, 0);
    assert_eq!(of("y = peak - keys[t]").lo, 0);
    assert_eq!(of("y[j in keys where t - j < 3] = peak - keys[j]").lo, -99);
    assert_eq!(of("y[j in keys] = peak - keys[j]").lo, -99);
    let mean = |above: &str, below: &str| {
        of(&format!(
            "z = sum(j in keys where {below}) keys[j] assert z >= 1
             y = floor(sum(j in keys where {above}) keys[j] * (j + 2) / z)"
        ))
    };
    assert_eq!(mean("t - j < 2", "t - j < 2"), super::Interval::new(2, 5));
    assert_ne!(mean("t - j < 3", "t - j < 2"), super::Interval::new(2, 5));
    let gated = |y: &str| {
        let of = format!(
            "real[i in n] = clip(x[i] - 2, 0, 1) best = max(j in n where real[j]) x[j] {y}"
        );
        super::interval(&graph(&self::around(&of)), "y").lo
    };
    assert_eq!(gated("y[j in n] = real[j] * (best - x[j])"), 0);
    assert_eq!(gated("y[j in n] = real[n - 1 - j] * (best - x[j])"), -99);
    assert_eq!(gated("y[j in n] = best - x[j]"), -99);
    let count = |body: &str| super::interval(&graph(&self::around(body)), "y");
    assert_eq!(
        count("y[i in n] = sum(j in n where i - j < 2 and j <= i) 1"),
        super::Interval::new(1, 2)
    );
}
