//! Static values against the values that they would be if something of them were known only when the
//! program runs; norms; what is refused.

use crate::analyse;
use crate::meaning::eval::{evaluate, Assignment};
use crate::meaning::graph::{Graph, Interval, OutputId};
use crate::meaning::tensor::Tensor;

fn graph(body: &str) -> Graph {
    let source = format!("circuit known(n = 5, m = 3, steps = 4) {{ {body} }}");
    match analyse(&source, &[]) {
        Ok((_, graph)) => graph,
        Err(errors) => panic!("{source}: {errors:#?}"),
    }
}

fn refused(body: &str) -> (&'static str, String) {
    let source = format!("circuit known(n = 5, m = 3, steps = 4) {{ {body} }}");
    let errors = analyse(&source, &[]).expect_err(&source);
    (errors[0].code, errors[0].message.clone())
}

/// The first output, on inputs of zeros.
fn output(graph: &Graph) -> Vec<i64> {
    let inputs = graph.inputs.iter();
    let inputs = inputs.map(|input| {
        let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
        Tensor::zeros(&shape)
    });
    let assignment = Assignment {
        inputs: inputs.collect(),
        tables: graph
            .tables
            .iter()
            .map(|table| table.entries.clone())
            .collect(),
    };
    evaluate(graph, &assignment)
        .unwrap()
        .output(OutputId(0))
        .data
}

/// The same right side with 0 from an input added to an index is not static, and means the same.
#[test]
fn a_static_value_means_what_it_would_mean_when_it_runs() {
    let bodies = [
        "Z + i * j - 2",
        "clip(i - Z - 2 * j, -3, 1)",
        "abs(Z + i - 2) * max(j, 1) - min(i, Z + j)",
        "f(Z + i) + f(i)",
        "round_half_even((Z + 7 * i - j) / 3) + floor((Z - i) / (1 + j))",
        "sum(k in n) (Z + k * i) + max(k in m) (k * (i - Z - 2))",
        "sum(k in n, l in m) (k * l + i + Z)",
        "g(i, j) - Z",
    ];
    for body in bodies {
        let program = |zero: &str| {
            format!(
                "table f(x in 0..9) = x * x - 4
                 table g(x in 0..5, y in 0..3) = 10 * x + y
                 private input z : 0..=0
                 public output o[n, m]
                 v[i in n, j in m] = {}
                 o[i in n, j in m] = 2 * v[i, j] + z",
                body.replace('Z', zero)
            )
        };
        let (known, run) = (graph(&program("0")), graph(&program("z")));
        assert_eq!((known.statics.len(), run.statics.len()), (1, 0), "{body}");
        assert_eq!(output(&known), output(&run), "{body}");
        let elements = known
            .known
            .as_ref()
            .unwrap()
            .elements(crate::meaning::graph::StaticId(0));
        let points = elements.iter().map(|&e| Interval::point(e.into()));
        assert_eq!(
            known.statics[0].interval,
            points.reduce(Interval::hull).unwrap(),
            "{body}"
        );
    }
}

#[test]
fn statics_over_a_cache_have_the_entries_that_there_are() {
    let program = |keep: &str| {
        graph(&format!(
            "table decay(x in 0..4) = 10 - x
             private input x[steps] : -3..=3
             private input seed[1] : 0..=0
             state keys = empty
             public output o[steps]
             step t in steps {{
                 keys <- x[t]
                 keep[j in keys] = {keep}
                 o[t] = sum(j in keys) keep[j] * (keys[j] + j + 1)
             }}"
        ))
    };
    // Beyond the entries of a step the table has none.
    let (known, run) = (program("decay(t - j)"), program("decay(t - j) + seed[0]"));
    assert_eq!((known.statics.len(), run.statics.len()), (1, 0));
    assert_eq!(
        known.known.as_ref().unwrap().elements[0]
            .as_ref()
            .unwrap()
            .len(),
        10
    );
    assert_eq!(output(&known), output(&run));
}

#[test]
fn fixed_inputs_are_known_once_they_are_given() {
    let mut graph = graph(
        "fixed input w[n, m] : -9..=9
         private input x[n] : 0..=1
         public output o[m]
         double[i in n, j in m] = 2 * w[i, j]
         assert[j in m] sum(i in n) abs(w[i, j]) <= 20
         o[j in m] = sum(i in n) (x[i] + 1) * double[i, j]",
    );
    assert!(graph.known.is_none());
    let tensor = |data: Vec<i64>| Tensor {
        shape: vec![5, 3],
        data,
    };
    let mut weights: Vec<i64> = (0..15).map(|k| (k * 7) % 9 - 4).collect();
    graph.learn(vec![tensor(weights.clone())]).unwrap();
    let sums = (0..3).map(|j| (0..5).map(|i| 2 * weights[3 * i + j]).sum::<i64>());
    assert_eq!(output(&graph), sums.collect::<Vec<_>>());
    // A shape, a range, an assertion.
    let wrong = graph
        .learn(vec![Tensor::zeros(&[3, 5])])
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("`w` must have the shape [5, 3]"), "{wrong}");
    weights[4] = 10;
    let wrong = graph
        .learn(vec![tensor(weights.clone())])
        .unwrap_err()
        .to_string();
    assert!(
        wrong.contains("`w[1, 1]` is 10, outside its range -9..=9"),
        "{wrong}"
    );
    let wrong = graph
        .learn(vec![tensor(vec![9; 15])])
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("20 is less than 45"), "{wrong}");
    assert!(wrong.contains("j = 0"), "{wrong}");
}

/// The interval of `s`.
fn interval(assertion: &str, sum: &str) -> Interval {
    let graph = graph(&format!(
        "fixed input w[n, m, m] : -100..=100
         private input x[n] : -7..=3
         private input y[m] : 0..=2
         public output s[n, m]
         {assertion}
         s[a in n, b in m] = {sum}"
    ));
    graph.values[0].interval
}

#[test]
fn norms_bound_sums_of_products() {
    let rows = "assert[i in m, k in m] sum(j in n) abs(w[j, i, k]) <= 50";
    let all = |sum: &str| interval(rows, sum);
    assert_eq!(
        all("sum(j in n) w[j, b, 0] * x[j]"),
        Interval::new(-350, 350)
    );
    assert_eq!(
        all("sum(j in n) x[j] * w[j, 2, b] * -3"),
        Interval::new(-1050, 1050)
    );
    assert_eq!(all("sum(j in n) abs(w[j, b, b])"), Interval::new(0, 50));
    // Indices of the sum where the norm does not run, or where a term may come twice.
    for sum in [
        "sum(j in m) w[0, j, b] * y[j]",
        "sum(j in n, i in m) w[j, i, b] * x[j]",
        "sum(j in n) w[0, b, b] * x[j]",
        "sum(j in n) w[floor(j / 2), b, b] * x[j]",
    ] {
        assert_eq!(all(sum), interval("", sum), "{sum}");
    }
    let planes = "assert[k in m] sum(j in n, i in m) abs(w[j, i, k]) <= 50";
    let sum = "sum(j in n, i in m) w[j, i, b] * x[j] * y[i]";
    assert_eq!(interval(planes, sum), Interval::new(-700, 700));
    let fewer = "sum(j in n) w[j, b, 0] * x[j]";
    assert_eq!(interval(planes, fewer), Interval::new(-350, 350));
    // What does not say it of every row says nothing.
    for assertion in [
        "assert[k in m] sum(j in n) abs(w[j, 0, k]) <= 50",
        "assert[k in m] sum(j in n) abs(w[j, k, k]) <= 50",
        "assert[i in m, k in m] sum(j in 4) abs(w[j, i, k]) <= 50",
        "assert[i in m, k in m] sum(j in n) w[j, i, k] <= 50",
        "assert[i in m, k in m] sum(j in n) abs(w[j, i, k]) >= 50",
    ] {
        assert_eq!(
            interval(assertion, fewer),
            interval("", fewer),
            "{assertion}"
        );
    }
}

/// n = 5, m = 3, x in -7..=3, y in 0..=2; the hulls are taken by hand.
#[test]
fn known_factors_weigh_the_terms_of_a_sum() {
    for (sum, lo, hi) in [
        ("sum(j in n) 2 ^ j * x[j]", -31 * 7, 31 * 3),
        ("sum(j in n) x[j] * -(2 ^ j)", -31 * 3, 31 * 7),
        // 3, 1 and 0 of weight 3, 2, 1, 0, -1 at a = 4 are the most of either sign.
        ("sum(j in n) (j - a) * x[j]", -10 * 7, 10 * 7),
        (
            "sum(i in m, j in n where j < 2) i * y[i] * x[j]",
            -2 * 42,
            2 * 18,
        ),
        ("sum(j in m, i in m) (i + j) * y[i]", 0, 36),
        ("sum(j in m) 2 ^ j * y[j] * y[j]", 0, 28),
        ("sum(j in m) y[j] * y[j] + sum(j in m) 2 ^ j * y[j]", 0, 26),
        // What a fixed input is, is not known.
        ("sum(j in m) w[a, j, b] * y[j]", -600, 600),
    ] {
        assert_eq!(interval("", sum), Interval::new(lo, hi), "{sum}");
    }
}

#[test]
fn static_assertions_are_held_while_a_program_is_checked() {
    let rest = "private input x : 0..9 public output y y = x";
    let (code, message) = refused(&format!(
        "{rest} f[i in n] = i * i assert[i in n] f[i] <= 15"
    ));
    assert_eq!(code, "E036");
    assert_eq!(message, "an assertion fails at i = 4: 15 is less than 16");
    let held = graph(&format!(
        "{rest} f[i in n] = i * i assert[i in n] f[i] <= 16"
    ));
    assert_eq!((held.asserts.len(), held.static_asserts.len()), (0, 1));
    let (code, message) = refused(&format!("{rest} f[i in n] : 0..=15 = i * i"));
    assert_eq!(code, "E035");
    assert_eq!(message, "`f` is 16 at i = 4, outside its range 0..=15");
}
