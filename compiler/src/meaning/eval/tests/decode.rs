//! A whole decode, and assignments that do not fit it.

use super::*;

const STEPS: usize = 5;
const HEADS: usize = 2;
const WIDTH: usize = 3;
const SEEDED: usize = 2;

/// Bounded-softmax decode of [STEPS, HEADS, WIDTH] over a cache of SEEDED entries; the keys are
/// appended from a value, twice the input; the output is [STEPS, WIDTH, HEADS].
fn decode() -> (Graph, Assignment) {
    let mut b = Builder::default();
    let range = Interval::new(-32, 31);
    let [steps, heads, width, seeded] = [STEPS, HEADS, WIDTH, SEEDED].map(|size| size as u64);
    let query = b.input("query", &[steps, heads, width], range);
    let key = b.input("key", &[steps, heads, width], range);
    let value = b.input("value", &[steps, heads, width], range);
    b.input("seed_key", &[seeded, heads, width], range);
    b.input("seed_value", &[seeded, heads, width], range);
    let t = b.index("t", Domain::Static(steps));
    let (hk, dk) = (
        b.index("h", Domain::Static(heads)),
        b.index("d", Domain::Static(width)),
    );
    let two = b.expr(ExprKind::Constant(2));
    let read = b.read(key, &[t, hk, dk]);
    let twice = b.expr(ExprKind::Mul(two, read));
    let fresh = b.value("fresh", &[t, hk, dk], twice);
    let keys = b.state(Some(3), seeded, &[heads, width], Some((fresh, t)));
    let values = b.state(Some(4), seeded, &[heads, width], Some((value, t)));

    let h = b.index("h", Domain::Static(heads));
    let over = |state| Domain::Cache { state, step: t };
    let (j, d) = (
        b.index("j", over(keys)),
        b.index("d", Domain::Static(width)),
    );
    let (q, k) = (
        b.read(query, &[t, h, d]),
        b.read(Source::State(keys), &[j, h, d]),
    );
    let product = b.expr(ExprKind::Mul(q, k));
    let sum = b.reduce(Reduction::Sum, d, product);
    let score = b.value("score", &[t, h, j], sum);
    let j = b.index("j", over(keys));
    let read = b.read(score, &[t, h, j]);
    let max = b.reduce(Reduction::Max, j, read);
    let peak = b.value("peak", &[t, h], max);
    let j = b.index("j", over(keys));
    let (top, read) = (b.read(peak, &[t, h]), b.read(score, &[t, h, j]));
    let below = b.expr(ExprKind::Sub(top, read));
    let gap = b.expr(ExprKind::Clip {
        arg: below,
        lo: 0,
        hi: 8,
    });
    b.0.tables.push(Table {
        name: "exp2".into(),
        span: Span::default(),
        domain: Interval::new(0, 8),
        axes: vec![Axis {
            name: "x".into(),
            domain: Interval::new(0, 8),
        }],
        range: Interval::new(0, 256),
        entries: vec![],
        from_input: true,
    });
    let lookup = b.expr(ExprKind::Lookup {
        table: TableId(0),
        arg: gap,
    });
    let weight = b.value("weight", &[t, h, j], lookup);
    let j = b.index("j", over(values));
    let read = b.read(weight, &[t, h, j]);
    let sum = b.reduce(Reduction::Sum, j, read);
    let mass = b.value("mass", &[t, h], sum);
    let (d, j) = (
        b.index("d", Domain::Static(width)),
        b.index("j", over(keys)),
    );
    let (w, v) = (
        b.read(weight, &[t, h, j]),
        b.read(Source::State(values), &[j, h, d]),
    );
    let product = b.expr(ExprKind::Mul(w, v));
    let num = b.reduce(Reduction::Sum, j, product);
    let den = b.read(mass, &[t, h]);
    let mean = b.expr(ExprKind::Divide {
        policy: Rounding::RoundHalfUp,
        num,
        den,
    });
    let context = b.value("context", &[t, h, d], mean);
    b.output(&[steps, width, heads], context, &[0, 2, 1]);
    let one = b.expr(ExprKind::Constant(1));
    b.0.asserts.push(Assert {
        span: Span::new(7, 8),
        space: vec![t, h],
        filter: None,
        left: den,
        right: one,
        equal: false,
        written: None,
    });

    let mut state = 7u64;
    let mut draw = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 58) as i64 - 32
    };
    let inputs = b.0.inputs.iter().map(|input| {
        let mut tensor =
            Tensor::zeros(&input.shape.iter().map(|&s| s as usize).collect::<Vec<_>>());
        tensor.data.iter_mut().for_each(|element| *element = draw());
        tensor
    });
    let inputs = inputs.collect();
    let tables = vec![vec![256, 181, 128, 91, 64, 45, 32, 23, 16]];
    (b.0, Assignment { inputs, tables })
}

#[test]
fn decode_is_what_plain_loops_say() {
    let (graph, assignment) = decode();
    let evaluation = evaluate(&graph, &assignment).unwrap();
    let context = evaluation.output(OutputId(0));
    assert_eq!(context.shape, [STEPS, WIDTH, HEADS]);
    let of = |input: usize, at: &[usize]| assignment.inputs[input].get(at);
    for t in 0..STEPS {
        for h in 0..HEADS {
            let held = SEEDED + t + 1;
            let key = |j: usize, d| match j.checked_sub(SEEDED) {
                None => of(3, &[j, h, d]),
                Some(step) => 2 * of(1, &[step, h, d]),
            };
            let value = |j: usize, d| match j.checked_sub(SEEDED) {
                None => of(4, &[j, h, d]),
                Some(step) => of(2, &[step, h, d]),
            };
            let score = |j| {
                (0..WIDTH)
                    .map(|d| of(0, &[t, h, d]) * key(j, d))
                    .sum::<i64>()
            };
            let peak = (0..held).map(score).max().unwrap();
            let weight = |j| assignment.tables[0][(peak - score(j)).clamp(0, 8) as usize];
            let mass: i64 = (0..held).map(weight).sum();
            for d in 0..WIDTH {
                let sum: i64 = (0..held).map(|j| weight(j) * value(j, d)).sum();
                let mean = (2 * sum + mass).div_euclid(2 * mass);
                assert_eq!(context.get(&[t, d, h]), mean);
            }
            let at = |j: usize| [t as i64, h as i64, j as i64];
            for j in 0..held {
                assert_eq!(evaluation.value(ValueId(1)).get(&at(j)), score(j));
                assert_eq!(
                    evaluation.element(Source::Value(ValueId(3)), &at(j)),
                    weight(j)
                );
                let entry = evaluation.element(Source::State(StateId(0)), &[j as i64, h as i64, 1]);
                assert_eq!(entry, key(j, 1));
                let mut env = vec![0; graph.indices.len()];
                (env[0], env[3], env[4]) = (t as i64, h as i64, j as i64);
                let score_expr = graph.value(ValueId(1)).expr;
                assert_eq!(evaluation.expr(score_expr, &env), score(j));
            }
        }
    }
}

fn failure(graph: &Graph, assignment: &Assignment) -> (String, &'static str) {
    let error = evaluate(graph, assignment).err().unwrap();
    (error.to_string(), Diagnostic::from(error).code)
}

#[test]
fn a_wrong_assignment_is_named() {
    let (graph, good) = decode();
    let mut bad = good.clone();
    bad.inputs[1].data[7] = 40;
    let message = "`key[1, 0, 1]` is 40, outside its range -32..=31";
    assert_eq!(failure(&graph, &bad), (message.into(), "E081"));
    let mut bad = good.clone();
    bad.inputs[0] = Tensor::zeros(&[5, 3, 2]);
    let message = "input `query` must have the shape [5, 2, 3], but has [5, 3, 2]";
    assert_eq!(failure(&graph, &bad), (message.into(), "E080"));
    let mut bad = good.clone();
    bad.tables[0].pop();
    assert_eq!(
        failure(&graph, &bad),
        ("table `exp2` must have 9 entries, but has 8".into(), "E082")
    );
    let mut bad = good.clone();
    bad.tables[0][2] = 300;
    assert_eq!(
        failure(&graph, &bad),
        (
            "`exp2(2)` is 300, outside the table's range 0..=256".into(),
            "E083"
        )
    );
    let mut bad = good.clone();
    bad.tables[0] = vec![0; 9];
    let message = "an assertion fails at t = 0, h = 0: 0 is less than 1";
    assert_eq!(failure(&graph, &bad), (message.into(), "E084"));
    let mut bad = good;
    bad.inputs.pop();
    assert_eq!(failure(&graph, &bad).1, "E080");
}

#[test]
fn declared_ranges_are_enforced() {
    let (mut graph, assignment) = decode();
    graph.values[2].declared = Some(Interval::new(0, 10));
    let (message, code) = failure(&graph, &assignment);
    assert!(
        message.starts_with("`peak` is ") && message.ends_with("outside its range 0..=10"),
        "{message}"
    );
    assert_eq!(code, "E085");
    let (mut graph, assignment) = decode();
    graph.outputs[0].range = Interval::new(0, 0);
    assert_eq!(failure(&graph, &assignment).1, "E085");
}
