//! Words decide nothing that long numbers do not decide alike.

use super::*;

/// An entry with words alone, and with long numbers alone.
fn both(body: &Expr, x: i64) -> (Option<i64>, Result<i64, &'static str>) {
    let params = [("width".to_string(), 64)];
    let table = Entries {
        body,
        arguments: vec![("x", x..=x)],
        params: &params,
    };
    let mut evaluator = Evaluator::new(&table).unwrap();
    let quick = evaluator.short.entry(body, &[x], u64::MAX).ok();
    let (sure, _) = evaluator.long_entry(&table, &[x], u64::MAX / 2);
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
    let policies = Rounding::ALL.map(Rounding::name);
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
                let (entry, _) = evaluator.entry(&whole(&body), &[*x], u64::MAX / 2);
                !matches!(entry, Some(Ok(_))) || evaluator.long.is_some()
            });
            assert_eq!(slow, None, "{policy} of {body:?}");
        }
    }
}
