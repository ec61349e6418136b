//! Tables with known entries, ties, exactness and errors.

use super::*;

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
    let row = |x| {
        [
            "floor",
            "ceil",
            "trunc",
            "round",
            "round_half_up",
            "round_half_even",
        ]
        .map(|policy| at(&f(policy, half.clone()), x))
    };
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
        domain: size,
    };
    let reduce = |name: &str, binders, body| {
        make(ExprKind::Reduce {
            name: named(name),
            binders,
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

/// An entry with words alone, and with long numbers alone.
fn both(body: &Expr, x: i64) -> (Option<i64>, Result<i64, &'static str>) {
    let params = [("width".to_string(), 64)];
    let table = Entries {
        body,
        argument: "x",
        params: &params,
        points: x..=x,
    };
    let mut evaluator = Evaluator::new(&table).unwrap();
    let quick = evaluator.short.entry(body, x, u64::MAX).ok();
    let (sure, _) = evaluator.long_entry(&table, x, u64::MAX / 2);
    (quick, sure.unwrap().map_err(|diagnostic| diagnostic.code))
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn constant(&mut self) -> Expr {
        let numbers = [
            "0",
            "1",
            "2",
            "3",
            "7",
            "0.5",
            "0.1",
            "1000",
            "4096",
            "65537",
            "0.7978845608028654",
            "20000",
            "100000",
            "1234567890123456789012345",
            "0.0000000000000000000000000001",
        ];
        match self.below(12) {
            0 => v("pi"),
            1 => v("e"),
            2 => v("width"),
            _ => n(numbers[self.below(numbers.len() as u64) as usize]),
        }
    }

    fn expr(&mut self, depth: u64) -> Expr {
        if depth == 0 || self.below(8) == 0 {
            return if self.below(2) == 0 {
                v("x")
            } else {
                self.constant()
            };
        }
        let mut inner = || self.expr(depth - 1);
        let (a, b, c) = (inner(), inner(), inner());
        let functions = [
            "exp",
            "ln",
            "log2",
            "sqrt",
            "sin",
            "cos",
            "tanh",
            "sigmoid",
            "abs",
            "floor",
            "round",
            "round_half_even",
            "ceil",
        ];
        match self.below(26) {
            0 | 1 => add(a, b),
            2 | 3 => bin(BinaryOp::Sub, a, b),
            4 | 5 => mul(a, b),
            6..=8 => div(a, b),
            9 => bin(BinaryOp::Mod, a, b),
            10 | 11 => pow(a, b),
            12 => call("max", vec![a, b]),
            13 => call("min", vec![a, b]),
            14 => call("clip", vec![a, b, c]),
            15 => neg(a),
            _ => f(functions[self.below(functions.len() as u64) as usize], a),
        }
    }
}

/// Words decide nothing that long numbers do not decide alike, whatever the expression.
#[test]
fn words_never_matter() {
    let mut dice = Dice(7);
    let policies = [
        "floor",
        "ceil",
        "trunc",
        "round",
        "round_half_up",
        "round_half_even",
    ];
    let (mut decided, mut sure_alone, mut wrong) = (0, 0, 0);
    for _ in 0..500 {
        let depth = 1 + dice.below(4);
        let inner = dice.expr(depth);
        let policy = policies[dice.below(6) as usize];
        let body = f(
            policy,
            mul(n(["1", "127", "1000000"][dice.below(3) as usize]), inner),
        );
        for x in [
            0,
            1,
            -1,
            2,
            dice.below(200) as i64 - 100,
            dice.below(70_000) as i64,
        ] {
            match both(&body, x) {
                (Some(quick), sure) => {
                    assert_eq!(Ok(quick), sure, "at {x}: {body:?}");
                    decided += 1;
                }
                (None, Ok(_)) => sure_alone += 1,
                (None, Err(_)) => wrong += 1,
            }
        }
    }
    // All three happen; words decide nearly all that can be.
    assert!(
        decided > 500 && wrong > 100,
        "{decided} {sure_alone} {wrong}"
    );
    assert!(
        sure_alone > 0 && sure_alone * 10 < decided,
        "{decided} {sure_alone} {wrong}"
    );
}

/// Near a step, words decide nothing; at a limit that is never reached, they do.
#[test]
fn near_ties_and_limits() {
    // 1 + exp(-x) is above 1, by less and less.
    for x in [40, 50, 100, 1000, 1500, 19_000] {
        let near = add(n("1"), f("exp", neg(v("x"))));
        assert_eq!(both(&f("floor", near.clone()), x), (Some(1), Ok(1)), "{x}");
        assert_eq!(both(&f("ceil", near.clone()), x), (Some(2), Ok(2)), "{x}");
        // A saturated function under a floor takes no more bits than another.
        let saturated = mul(n("255"), f("tanh", v("x")));
        assert_eq!(both(&f("floor", saturated), x), (Some(254), Ok(254)), "{x}");
        let rest = mul(
            n("255"),
            bin(BinaryOp::Sub, n("1"), f("sigmoid", neg(v("x")))),
        );
        assert_eq!(both(&f("floor", rest), x), (Some(254), Ok(254)), "{x}");
    }
    // A tie but for 2^-80 or for nothing is for long numbers.
    let tie = |off: Expr| {
        f(
            "round",
            add(mul(n("0.5"), f("sqrt", mul(v("x"), v("x")))), off),
        )
    };
    assert_eq!(both(&tie(pow(n("2"), neg(n("80")))), 3), (Some(2), Ok(2)));
    let third = |sign: Expr| {
        let close = mul(sign, f("exp", neg(n("60"))));
        f("round", add(f("exp", f("ln", n("2.5"))), close))
    };
    assert_eq!(both(&third(n("1")), 0), (None, Ok(3)));
    assert_eq!(both(&third(neg(n("1"))), 0), (None, Ok(2)));
    assert_eq!(both(&third(n("0")), 0), (None, Err("E073")));
    // An angle too large for words.
    let sine = f("round", mul(n("1000"), f("sin", pow(n("2"), n("40")))));
    let (quick, sure) = both(&sine, 0);
    assert_eq!((quick, sure.is_ok()), (None, true));
}

/// Words alone decide whole tables of the usual functions: that is what makes them quick.
#[test]
fn usual_tables_need_no_long_numbers() {
    let thousandth = || div(v("x"), n("1000"));
    let bodies = [
        f("exp", neg(thousandth())),
        f("tanh", thousandth()),
        f("sigmoid", bin(BinaryOp::Sub, thousandth(), n("30"))),
        f("sin", thousandth()),
        f("ln", add(thousandth(), n("1"))),
        pow(n("2"), pow(div(v("x"), n("65537")), div(n("1"), n("3")))),
    ];
    for body in &bodies {
        for policy in ["floor", "round", "ceil"] {
            let body = f(policy, mul(n("1000"), body.clone()));
            let mut evaluator = Evaluator::new(&whole(&body)).unwrap();
            let slow = (0..65_536_i64).step_by(7).find(|x| {
                let (entry, _) = evaluator.entry(&whole(&body), *x, u64::MAX / 2);
                !matches!(entry, Some(Ok(_))) || evaluator.long.is_some()
            });
            assert_eq!(slow, None, "{policy} of {body:?}");
        }
    }
}

fn whole(body: &Expr) -> Entries<'_> {
    Entries {
        body,
        argument: "x",
        params: &[],
        points: 0..=65_535,
    }
}

/// What all threads together make of a table is what one makes of its entries in order.
#[test]
fn all_entries_at_once_are_those_one_by_one() {
    let body = f("round", mul(n("500"), f("sin", div(v("x"), n("100")))));
    let table = Entries {
        points: -3000..=5000,
        ..whole(&body)
    };
    let all = entries(&table, &mut Budget::default()).unwrap();
    let one_by_one: Vec<i64> = (-3000..=5000).map(|x| at(&body, x)).collect();
    assert_eq!(all, one_by_one);
    // The first bad entry is told, whoever finds another first.
    let bad = div(
        n("1"),
        mul(
            bin(BinaryOp::Sub, v("x"), n("4000")),
            bin(BinaryOp::Sub, v("x"), n("700")),
        ),
    );
    let bad = f("floor", bad);
    for _ in 0..5 {
        let error = entries(&whole(&bad), &mut Budget::default()).unwrap_err();
        assert_eq!(error.code, "E072");
        assert!(
            error.message.starts_with("at x = 700 "),
            "{}",
            error.message
        );
    }
}

/// The budget ends a table at the same entry every time, and what is left is for the next.
#[test]
fn a_budget_is_spent_alike_every_time() {
    let body = f("round", mul(n("500"), f("exp", div(neg(v("x")), n("100")))));
    let each = weight(&body);
    let table = |last| Entries {
        points: 0..=last,
        ..whole(&body)
    };
    let mut budget = Budget::of(each * 3000);
    assert_eq!(entries(&table(1999), &mut budget).unwrap().len(), 2000);
    assert!(budget.has(u128::from(each * 1000)) && !budget.has(u128::from(each * 1000 + 1)));
    for _ in 0..5 {
        let mut rest = Budget::of(each * 1000);
        let error = entries(&whole(&body), &mut rest).unwrap_err();
        assert_eq!(error.code, "E033");
        assert_eq!(error.primary.unwrap().message, "no more after x = 512");
    }
    assert_eq!(entries(&table(999), &mut budget).unwrap().len(), 1000);
    assert_eq!(entries(&table(0), &mut budget).unwrap_err().code, "E033");
    // A sum has its steps counted, and a close call its bits.
    let steps = make(ExprKind::Reduce {
        name: named("sum"),
        binders: vec![Binder {
            index: named("j"),
            domain: n("900000"),
        }],
        body: Box::new(v("j")),
    });
    let mut budget = Budget::of(1_000_000);
    assert!(budget.has(u128::from(weight(&steps) * 1000)));
    assert_eq!(
        entries(&whole(&steps), &mut budget).unwrap_err().code,
        "E033"
    );
    let tie = f("floor", mul(f("sqrt", n("2")), f("sqrt", n("2"))));
    let mut budget = Budget::of(100_000);
    assert_eq!(entries(&whole(&tie), &mut budget).unwrap_err().code, "E033");
    let mut budget = Budget::default();
    assert_eq!(entries(&whole(&tie), &mut budget).unwrap_err().code, "E073");
}
