//! Graphs built by hand, against plain loops.

mod carry;
mod decode;
mod over_root;

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
            first: 0,
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
            tiles: Vec::new(),
            carried: false,
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
                outer: Vec::new(),
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
        self.expr(ExprKind::Reduce {
            op,
            index,
            body,
            filter: Filter::default(),
        })
    }

    fn value(&mut self, name: &str, space: &[IndexId], expr: ExprId) -> Source {
        self.0.values.push(Value {
            name: name.into(),
            span: Span::new(5, 6),
            space: space.to_vec(),
            filter: None,
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
