//! Tables with known entries, ties, exactness and errors.

mod budget;
mod precision;

use super::evaluator::Evaluator;
use super::precise::MAX_ENTRY;
use super::*;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::Rounding;
use crate::syntax::ast::{BinaryOp, Binder, Expr, ExprKind, Name, Over};

/// The entry of a table at `at`: `body` with `argument` set to it, and the parameters.
fn evaluate(
    body: &Expr,
    argument: &str,
    params: &[(String, i64)],
    at: i64,
) -> Result<i64, Diagnostic> {
    let table = Entries {
        body,
        arguments: vec![(argument, at..=at)],
        params,
    };
    let mut evaluator = Evaluator::new(&table)?;
    match evaluator.entry(&table, &[at], u64::MAX / 2).0 {
        Some(entry) => entry,
        None => Err(Diagnostic::new("E074", "an entry without end").at(body.span, "this")),
    }
}

fn make(kind: ExprKind) -> Expr {
    Expr {
        kind,
        span: Span::new(3, 7),
    }
}
fn named(text: &str) -> Name {
    Name {
        text: text.into(),
        span: Span::new(1, 2),
    }
}
fn n(text: &str) -> Expr {
    make(ExprKind::Number(text.into()))
}
fn v(text: &str) -> Expr {
    make(ExprKind::Name(named(text)))
}
fn neg(inner: Expr) -> Expr {
    make(ExprKind::Negate(Box::new(inner)))
}
fn bin(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    make(ExprKind::Binary {
        op,
        left: Box::new(left),
        right: Box::new(right),
    })
}
fn add(left: Expr, right: Expr) -> Expr {
    bin(BinaryOp::Add, left, right)
}
fn mul(left: Expr, right: Expr) -> Expr {
    bin(BinaryOp::Mul, left, right)
}
fn div(left: Expr, right: Expr) -> Expr {
    bin(BinaryOp::Div, left, right)
}
fn pow(left: Expr, right: Expr) -> Expr {
    bin(BinaryOp::Pow, left, right)
}
fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    make(ExprKind::Call {
        name: named(name),
        arguments,
    })
}
fn f(name: &str, argument: Expr) -> Expr {
    call(name, vec![argument])
}
fn at(body: &Expr, x: i64) -> i64 {
    evaluate(body, "x", &[("width".into(), 64)], x).unwrap()
}
fn code(body: &Expr, x: i64) -> &'static str {
    evaluate(body, "x", &[("width".into(), 64)], x)
        .unwrap_err()
        .code
}

#[test]
fn half_powers_of_two_are_the_known_table() {
    let body = f(
        "round",
        mul(n("256"), pow(n("2"), div(neg(v("x")), n("2")))),
    );
    let entries: Vec<i64> = (0..=8).map(|x| at(&body, x)).collect();
    assert_eq!(entries, [256, 181, 128, 91, 64, 45, 32, 23, 16]);
}

#[test]
fn ties_follow_the_policy() {
    let half = div(v("x"), n("2"));
    let row = |x| Rounding::ALL.map(|policy| at(&f(policy.name(), half.clone()), x));
    assert_eq!(row(1), [0, 1, 0, 1, 1, 0]);
    assert_eq!(row(3), [1, 2, 1, 2, 2, 2]);
    assert_eq!(row(-1), [-1, 0, 0, -1, 0, 0]);
    assert_eq!(row(-3), [-2, -1, -1, -2, -1, -2]);
    assert_eq!(row(-5), [-3, -2, -2, -3, -2, -2]);
    assert_eq!(row(-4), [-2; 6]);
}

#[test]
fn real_functions_have_their_known_digits() {
    let scaled = |inner| f("floor", mul(n("1000000000"), inner));
    assert_eq!(at(&scaled(f("exp", n("0.5"))), 0), 1_648_721_270);
    assert_eq!(at(&scaled(f("ln", n("2"))), 0), 693_147_180);
    assert_eq!(at(&scaled(f("ln", n("0.2"))), 0), -1_609_437_913);
    assert_eq!(at(&scaled(f("sqrt", n("2"))), 0), 1_414_213_562);
    assert_eq!(at(&scaled(f("sin", n("1"))), 0), 841_470_984);
    assert_eq!(at(&scaled(f("cos", n("1"))), 0), 540_302_305);
    assert_eq!(at(&scaled(f("cos", n("100"))), 0), 862_318_872);
    assert_eq!(at(&scaled(f("tanh", n("0.3"))), 0), 291_312_612);
    assert_eq!(at(&scaled(f("sigmoid", neg(n("1")))), 0), 268_941_421);
    assert_eq!(at(&scaled(f("log2", n("3"))), 0), 1_584_962_500);
    assert_eq!(at(&scaled(div(v("pi"), n("2"))), 0), 1_570_796_326);
    assert_eq!(at(&scaled(div(v("e"), n("2"))), 0), 1_359_140_914);
    assert_eq!(at(&scaled(pow(v("pi"), neg(n("3")))), 0), 32_251_534);
    assert_eq!(at(&f("round", pow(neg(v("pi")), n("3"))), 0), -31);
}

#[test]
fn what_is_exact_stays_exact() {
    assert_eq!(at(&pow(n("4"), div(n("1"), n("2"))), 0), 2);
    assert_eq!(
        at(
            &mul(n("2"), pow(div(n("8"), n("27")), neg(div(n("1"), n("3"))))),
            0
        ),
        3
    );
    assert_eq!(at(&mul(n("3"), f("sqrt", div(n("4"), n("9")))), 0), 2);
    assert_eq!(at(&f("exp", n("0")), 0), 1);
    assert_eq!(at(&f("log2", div(n("1"), n("8"))), 0), -3);
    assert_eq!(at(&f("round", mul(n("255"), f("sigmoid", n("0")))), 0), 128);
    // 63.5, a tie that no enclosure could decide.
    let wave = mul(n("127"), f("sin", div(mul(v("x"), v("pi")), n("6"))));
    assert_eq!(at(&f("round", wave.clone()), 1), 64);
    assert_eq!(at(&f("round_half_even", wave.clone()), 7), -64);
    assert_eq!(at(&f("round_half_up", wave), 7), -63);
    assert_eq!(at(&f("cos", v("pi")), 0), -1);
    assert_eq!(at(&div(v("width"), n("2")), 0), 32);
    assert_eq!(at(&bin(BinaryOp::Mod, neg(n("7")), n("4")), 0), 1);
    assert_eq!(at(&mul(n("0.5"), v("x")), -6), -3);
    assert_eq!(at(&div(pow(neg(n("2")), n("31")), n("2")), 0), -(1 << 30));
    assert_eq!(at(&pow(n("0"), n("0")), 0), 1);
}

#[test]
fn a_close_call_takes_more_bits() {
    // exp(2^-200) is above 1 by less than 128 bits can show.
    let close = f("exp", pow(n("2"), neg(n("200"))));
    assert_eq!(at(&f("ceil", close.clone()), 0), 2);
    assert_eq!(at(&f("floor", close), 0), 1);
    // exp(pi * sqrt(163)) is an integer but for 7.5e-13.
    let ramanujan = f("exp", mul(v("pi"), f("sqrt", n("163"))));
    let rest = bin(BinaryOp::Mod, ramanujan, n("1"));
    assert_eq!(at(&f("floor", mul(n("1000000000"), rest)), 0), 999_999_999);
}

#[test]
fn reductions_and_extremes() {
    let binder = |name: &str, size| Binder {
        index: named(name),
        domain: Over::Size(size),
    };
    let reduce = |name: &str, binders, body| {
        make(ExprKind::Reduce {
            name: named(name),
            binders,
            filter: None,
            body: Box::new(body),
        })
    };
    let sum = reduce(
        "sum",
        vec![binder("j", v("x")), binder("k", n("2"))],
        add(v("j"), v("k")),
    );
    assert_eq!(at(&sum, 3), 9);
    assert_eq!(at(&sum, 0), 0);
    assert_eq!(
        code(&reduce("max", vec![binder("j", v("x"))], v("j")), 0),
        "E072"
    );
    assert_eq!(at(&call("clip", vec![v("x"), neg(n("2")), n("5")]), 9), 5);
    assert_eq!(at(&call("max", vec![v("x"), n("4"), n("2")]), 3), 4);
    assert_eq!(at(&call("min", vec![v("x"), f("exp", n("1"))]), 2), 2);
    assert_eq!(at(&f("abs", v("x")), -7), 7);
}

#[test]
fn a_large_table_is_quick() {
    let body = f(
        "round",
        mul(n("4095"), f("exp", neg(div(v("x"), n("512"))))),
    );
    let entries: Vec<i64> = (0..4096).map(|x| at(&body, x)).collect();
    assert_eq!((entries[0], entries[512], entries[4095]), (4095, 1506, 1));
}

#[test]
fn errors_have_their_codes() {
    assert_eq!(code(&f("exp", v("x")), 1), "E070");
    assert_eq!(code(&div(v("x"), n("2")), 1), "E070");
    assert_eq!(code(&pow(n("2"), v("x")), 31), "E071");
    assert_eq!(at(&add(pow(n("2"), v("x")), neg(n("2"))), 31), MAX_ENTRY);
    assert_eq!(code(&div(n("1"), v("x")), 0), "E072");
    assert_eq!(code(&f("round", f("ln", v("x"))), 0), "E072");
    assert_eq!(code(&f("round", f("sqrt", v("x"))), -1), "E072");
    assert_eq!(code(&f("round", pow(v("x"), n("0.3"))), -2), "E072");
    assert_eq!(code(&pow(n("0"), v("x")), -2), "E072");
    let two = mul(f("sqrt", n("2")), f("sqrt", n("2")));
    assert_eq!(code(&f("floor", two), 0), "E073");
    assert_eq!(code(&pow(n("10"), pow(n("10"), n("10"))), 0), "E074");
    assert_eq!(
        code(&f("floor", f("exp", pow(n("10"), n("10")))), 0),
        "E074"
    );
    assert_eq!(at(&f("floor", f("exp", neg(pow(n("10"), n("10"))))), 0), 0);
    assert_eq!(code(&v("widht"), 0), "E075");
    assert_eq!(code(&f("rond", v("x")), 0), "E075");
    assert_eq!(code(&call("round", vec![]), 0), "E076");
    let deep = (0..5000).fold(n("1"), |inner, _| neg(inner));
    assert_eq!(code(&deep, 0), "E074");
    let element = make(ExprKind::Element {
        name: named("query"),
        at: vec![],
    });
    assert_eq!(code(&element, 0), "E077");
    let hint = evaluate(&f("rond", v("x")), "x", &[], 0).unwrap_err().hints;
    assert_eq!(hint, ["did you mean `round`?"]);
}

fn whole(body: &Expr) -> Entries<'_> {
    Entries {
        body,
        arguments: vec![("x", 0..=65_535)],
        params: &[],
    }
}
