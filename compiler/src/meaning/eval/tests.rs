//! Graphs built by hand, against plain loops.

use super::*;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::*;

/// A graph built by hand, one id after the other.
#[derive(Default)]
struct Builder(Graph);

const WIDE: Interval = Interval::new(-1_000_000, 1_000_000);

fn index(id: IndexId) -> IndexExpr {
    IndexExpr::Index(id)
}

impl Builder {
    fn index(&mut self, name: &str, domain: Domain) -> IndexId {
        let span = Span::default();
        self.0.indices.push(Index {
            name: name.into(),
            span,
            domain,
            over: None,
        });
        IndexId(self.0.indices.len() as u32 - 1)
    }

    fn input(&mut self, name: &str, shape: &[u64], range: Interval) -> Source {
        self.0.inputs.push(Input {
            name: name.into(),
            span: Span::new(1, 2),
            visibility: Visibility::Private,
            shape: shape.to_vec(),
            growing: Vec::new(),
            range,
        });
        Source::Input(InputId(self.0.inputs.len() as u32 - 1))
    }

    fn state(
        &mut self,
        seed: Option<u32>,
        seeded: u64,
        element: &[u64],
        append: Option<(Source, IndexId)>,
    ) -> StateId {
        self.0.states.push(State {
            name: "cache".into(),
            span: Span::default(),
            seeds: seed
                .map(|id| Source::Input(InputId(id)))
                .into_iter()
                .collect(),
            seeded,
            element: element.to_vec(),
            range: WIDE,
            append: append.map(|(source, step)| Append {
                source: Some(source),
                at: vec![index(step)],
                step,
                span: Span::default(),
            }),
        });
        StateId(self.0.states.len() as u32 - 1)
    }

    fn expr(&mut self, kind: ExprKind) -> ExprId {
        self.0.exprs.push(Expr {
            kind,
            span: Span::new(3, 4),
            interval: WIDE,
        });
        ExprId(self.0.exprs.len() as u32 - 1)
    }

    fn read(&mut self, source: Source, at: &[IndexId]) -> ExprId {
        let at = at.iter().copied().map(index).collect();
        self.expr(ExprKind::Read { source, at })
    }

    fn reduce(&mut self, op: Reduction, index: IndexId, body: ExprId) -> ExprId {
        self.expr(ExprKind::Reduce { op, index, body })
    }

    fn value(&mut self, name: &str, space: &[IndexId], expr: ExprId) -> Source {
        self.0.values.push(Value {
            name: name.into(),
            span: Span::new(5, 6),
            space: space.to_vec(),
            expr,
            declared: None,
            interval: WIDE,
            output: None,
        });
        Source::Value(ValueId(self.0.values.len() as u32 - 1))
    }

    fn output(&mut self, shape: &[u64], value: Source, layout: &[usize]) {
        let Source::Value(value) = value else {
            unreachable!()
        };
        self.0.values[value.index()].output = Some(OutputId(self.0.outputs.len() as u32));
        self.0.outputs.push(Output {
            name: "context".into(),
            span: Span::default(),
            visibility: Visibility::Public,
            shape: shape.to_vec(),
            range: WIDE,
            value,
            layout: layout.to_vec(),
        });
    }
}

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
        left: den,
        right: one,
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

/// One value over one index of the given size, from an expression made with it.
fn single(
    size: u64,
    make: impl FnOnce(&mut Builder, IndexId) -> ExprId,
) -> Result<Vec<i64>, &'static str> {
    let mut b = Builder::default();
    let i = b.index("i", Domain::Static(size));
    let expr = make(&mut b, i);
    b.value("x", &[i], expr);
    let assignment = Assignment::default();
    let result = evaluate(&b.0, &assignment);
    result
        .map(|evaluation| evaluation.value(ValueId(0)).data.clone())
        .map_err(|error| Diagnostic::from(error).code)
}

#[test]
fn every_kind_of_expression() {
    let number = |b: &mut Builder, i| {
        b.expr(ExprKind::Index(IndexExpr::Sub(
            Box::new(index(i)),
            Box::new(IndexExpr::Constant(2)),
        )))
    };
    let constant = |b: &mut Builder, value| b.expr(ExprKind::Constant(value));
    let unary = |kind: fn(ExprId) -> ExprKind| {
        single(5, |b, i| {
            let x = number(b, i);
            b.expr(kind(x))
        })
    };
    assert_eq!(unary(ExprKind::Neg), Ok(vec![2, 1, 0, -1, -2]));
    assert_eq!(unary(ExprKind::Abs), Ok(vec![2, 1, 0, 1, 2]));
    assert_eq!(
        unary(|arg| ExprKind::Clip { arg, lo: -1, hi: 1 }),
        Ok(vec![-1, -1, 0, 1, 1])
    );
    let binary = |kind: fn(ExprId, ExprId) -> ExprKind| {
        single(5, |b, i| {
            let (x, y) = (number(b, i), constant(b, 1));
            b.expr(kind(x, y))
        })
    };
    assert_eq!(binary(ExprKind::Add), Ok(vec![-1, 0, 1, 2, 3]));
    assert_eq!(binary(ExprKind::Max), Ok(vec![1, 1, 1, 1, 2]));
    assert_eq!(binary(ExprKind::Min), Ok(vec![-2, -1, 0, 1, 1]));
    let halved = |policy| {
        single(5, |b, i| {
            let (num, den) = (number(b, i), constant(b, 2));
            b.expr(ExprKind::Divide { policy, num, den })
        })
    };
    assert_eq!(halved(Rounding::Floor), Ok(vec![-1, -1, 0, 0, 1]));
    assert_eq!(halved(Rounding::Round), Ok(vec![-1, -1, 0, 1, 1]));
    // Reductions whose bodies are no reads, nested and with an index of their own.
    let nested = |op| {
        single(3, |b, i| {
            let (j, k) = (
                b.index("j", Domain::Static(3)),
                b.index("k", Domain::Static(2)),
            );
            let [x, y, z] = [i, j, k].map(|i| b.expr(ExprKind::Index(index(i))));
            let xy = b.expr(ExprKind::Mul(x, y));
            let xyz = b.expr(ExprKind::Sub(xy, z));
            let inner = b.reduce(op, k, xyz);
            b.reduce(op, j, inner)
        })
    };
    assert_eq!(nested(Reduction::Sum), Ok(vec![-3, 3, 9]));
    assert_eq!(nested(Reduction::Max), Ok(vec![0, 2, 4]));
    assert_eq!(nested(Reduction::Min), Ok(vec![-1, -1, -1]));
}

#[test]
fn undefined_arithmetic_is_an_error() {
    let constant = |b: &mut Builder, value| b.expr(ExprKind::Constant(value));
    let overflow = single(1, |b, _| {
        let x = constant(b, 1 << 62);
        b.expr(ExprKind::Mul(x, x))
    });
    assert_eq!(overflow, Err("bug"));
    let divided = single(1, |b, i| {
        let (num, den) = (constant(b, 1), b.expr(ExprKind::Index(index(i))));
        b.expr(ExprKind::Divide {
            policy: Rounding::Floor,
            num,
            den,
        })
    });
    assert_eq!(divided, Err("bug"));
    let empty = single(1, |b, i| {
        let j = b.index("j", Domain::Static(0));
        let x = b.expr(ExprKind::Index(index(i)));
        b.reduce(Reduction::Max, j, x)
    });
    assert_eq!(empty, Err("bug"));
}

#[test]
fn subscripts_that_are_not_affine() {
    // x[i] = sum(d in 4) key[i / 2, d % 3] * key[(i + 1) % 2, 3 - d], every address its own kind.
    let mut b = Builder::default();
    let key = b.input("key", &[2, 4], WIDE);
    let (i, d) = (
        b.index("i", Domain::Static(4)),
        b.index("d", Domain::Static(4)),
    );
    let constant = |value| Box::new(IndexExpr::Constant(value));
    let boxed = |id| Box::new(index(id));
    let half = IndexExpr::Div(boxed(i), constant(2));
    let third = IndexExpr::Mod(boxed(d), constant(3));
    let parity = IndexExpr::Mod(Box::new(IndexExpr::Add(boxed(i), constant(1))), constant(2));
    let back = IndexExpr::Sub(constant(3), boxed(d));
    let left = b.expr(ExprKind::Read {
        source: key,
        at: vec![half, third],
    });
    let right = b.expr(ExprKind::Read {
        source: key,
        at: vec![parity, back],
    });
    let product = b.expr(ExprKind::Mul(left, right));
    let sum = b.reduce(Reduction::Sum, d, product);
    b.value("x", &[i], sum);
    let tensor = Tensor {
        shape: vec![2, 4],
        data: vec![3, -1, 4, 1, -5, 9, 2, -6],
    };
    let assignment = Assignment {
        inputs: vec![tensor.clone()],
        tables: vec![],
    };
    let evaluation = evaluate(&b.0, &assignment).unwrap();
    for i in 0..4 {
        let at = |d: usize| tensor.get(&[i / 2, d % 3]) * tensor.get(&[(i + 1) % 2, 3 - d]);
        assert_eq!(
            evaluation.value(ValueId(0)).get(&[i as i64]),
            (0..4).map(at).sum::<i64>()
        );
    }
}
