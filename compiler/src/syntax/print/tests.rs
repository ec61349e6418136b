//! Printed programs, read again.

use crate::syntax::ast::Ast;
use crate::syntax::parse::{parse, parse_plan};
use serde_json::Value;

/// Takes the spans out of a tree.
pub(crate) fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("span");
            fields.values_mut().for_each(strip);
        }
        Value::Array(elements) => elements.iter_mut().for_each(strip),
        _ => {}
    }
}

fn without_spans(ast: &Ast) -> Value {
    let mut value = serde_json::to_value(ast).unwrap();
    strip(&mut value);
    value
}

fn assert_round_trip(source: &str) {
    let mut ast = parse(source).unwrap();
    // No printed text has them.
    ast.tests.clear();
    let printed = ast.to_string();
    let again = parse(&printed).unwrap_or_else(|errors| panic!("{printed}\n{errors:#?}"));
    assert_eq!(
        without_spans(&again),
        without_spans(&ast),
        "{source}\n{printed}"
    );
    assert_eq!(again.to_string(), printed);
}

#[test]
fn examples_print_as_themselves() {
    for source in [
        include_str!("../../../../examples/decode.attn"),
        include_str!("../../../../examples/head.attn"),
        include_str!("../../../../examples/matmul.attn"),
        include_str!("../../../../examples/window.attn"),
        include_str!("../../../../examples/norm.attn"),
    ] {
        assert_round_trip(source);
    }
}

#[test]
fn every_form_prints_as_itself() {
    assert_round_trip(
        "circuit c(a = 1, b = a * 2) {
            table f(x in -4..a) = exp(x / 2)
            table g(x in 0..=4) : 0..=9 = x
            table h(x in 0..=4) : 0..=9 from input
            table i(x in 0..2, y in -1..=b) = round(cos(x * y / 3))
            table j(x in 0..2, y in 0..3,) : 0..9 = [[1, 2, 3], [a, 5 + 1, b],]
            table k(x in 0..2, y in 0..2) : 0..9 from input
            public input scalar
            private output o[3] : 0..4
            state s = empty
            state u = scalar
            assert a > b assert a < b assert a == b assert a <= b
            assert[j in 3, k in a + 1] x[j] >= -k
            assert[j in 1..3, k in -1..=a + 1] sum(i in 0..a) x[i] >= max(i in (1)..=2, j in 2) -k
            assert[j in n where j < 2 and not (x[j] or j != 1)] j >= sum(i in where where not not) i
            v[t in n, j in 0..=t where t - j < r or (j < s or j == 1) and m[j] <= 1] = 1
            w[i in n, and where (((i < 2) or 1 >= (i)) and (i)) or (i) * 2 > and and or] = max(j in or where where) 1
            for h in -1..2 { p[t, i in 0..=2] = 1 }
            step t in 3 { s <- q  u <- q[t, t + 1] for h in 2 { p[t, i in 2] : 0..=3 = 1 } }
            region empty { }
            region table { a b, c }
            plan p { }
            plan q { proof table: * - x - y proof plan: x + y }
            plan r {
                linked table | plan
                proof table: open + by - linked by a
                open *
                proof plan: * open by 2 * a b s 0..a | a..=b + 1 open t 0..1 by t
                linked open | by
                proof open: by by n by a s -1..2
                proof by: * by (n) a s (1 + 2) * 3..4
                proof linked: * by -n a open s (1)..2 | 2..max(a, b) by n a
            }
        }",
    );
    assert_round_trip("circuit bare { }");
}

/// A deterministic stream of choices.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Text in which brackets, operators and reductions stand anyhow.
    fn expr(&mut self, depth: u64) -> String {
        if depth == 0 {
            return ["a", "b[j]", "7", "0.5", "f(x)"][self.roll(5) as usize].to_string();
        }
        let op = ["+", "-", "*", "/", "%", "^"][self.roll(6) as usize];
        let reducer = ["sum", "max", "min"][self.roll(3) as usize];
        match self.roll(8) {
            0 => format!("({})", self.expr(depth - 1)),
            1 => format!("-{}", self.expr(depth - 1)),
            2 => format!("-({})", self.expr(depth - 1)),
            3 => format!("{reducer}(j in n) {}", self.expr(depth - 1)),
            4 => format!("{reducer}(j in n, k in m + 1) ({})", self.expr(depth - 1)),
            5 => format!("{} {op} {}", self.expr(depth - 1), self.expr(depth - 1)),
            6 => format!("({}) {op} {}", self.expr(depth - 1), self.expr(depth - 1)),
            _ => format!("({}) {op} ({})", self.expr(depth - 1), self.expr(depth - 1)),
        }
    }
}

#[test]
fn any_plan_prints_as_itself() {
    let mut dice = Dice(2);
    let mut plan = || {
        let mut text = String::new();
        for _ in 0..=dice.roll(3) {
            text += ["proof a: *", "proof by: open + x", "proof b: x - *"][dice.roll(3) as usize];
            for _ in 0..dice.roll(4) {
                let depth = dice.roll(3);
                let (lo, hi) = (dice.expr(depth), dice.expr(depth));
                let open = ["", "open"][dice.roll(2) as usize];
                text += &match dice.roll(4) {
                    0 => format!(" {open} by a"),
                    // Brackets, or it may be read as `by a`.
                    1 => format!(" {open} by ({lo}) s"),
                    2 => format!(" {open} s {lo}..{hi} "),
                    _ => format!(" {open} steps ({lo})..={hi} | {lo}..({hi})"),
                };
            }
            text += ["", " open *", " linked a | b", " open by | linked "][dice.roll(4) as usize];
            text += " ";
        }
        text
    };
    for _ in 0..2_000 {
        let text = plan();
        assert_round_trip(&format!("circuit c {{ plan p {{ {text} }} }}"));
        let body = parse_plan(&text).unwrap().body();
        assert_eq!(parse_plan(&body).unwrap().body(), body);
    }
}

#[test]
fn any_expression_prints_as_itself() {
    let mut dice = Dice(1);
    for _ in 0..5_000 {
        let depth = dice.roll(6);
        assert_round_trip(&format!("circuit c {{ x = {} }}", dice.expr(depth)));
    }
}
