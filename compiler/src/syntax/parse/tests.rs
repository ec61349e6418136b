//! Tests of the parser: precedence, reductions, limits, several errors in one run.

use std::collections::BTreeSet;

use super::*;
use crate::diagnostic::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Item, Statement};

/// With every operator in brackets, so that the tree can be read off.
fn shown(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(shown).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Apply(_) | ExprKind::Every => expr.to_string(),
        ExprKind::Element { name, at } => format!("{}[{}]", name.text, list(at)),
        ExprKind::Call { name, arguments } => format!("{}({})", name.text, list(arguments)),
        ExprKind::Reduce {
            name,
            binders,
            body,
            ..
        } => {
            let over: Vec<&str> = binders.iter().map(|b| b.index.text.as_str()).collect();
            format!("<{} {}: {}>", name.text, over.join(" "), shown(body))
        }
        ExprKind::Negate(operand) => format!("(-{})", shown(operand)),
        ExprKind::Binary { op, left, right } => {
            let sign = match op {
                BinaryOp::Add => "+",
                BinaryOp::Sub => "-",
                BinaryOp::Mul => "*",
                BinaryOp::Div => "/",
                BinaryOp::Mod => "%",
                BinaryOp::Pow => "^",
            };
            format!("({}{sign}{})", shown(left), shown(right))
        }
        ExprKind::Condition(condition) => format!("?{condition}?"),
    }
}

#[test]
fn conditions_are_numbers_where_nothing_stands_beside_them() {
    for (text, shown) in [
        ("a > 0", "?a > 0?"),
        ("(a > 0) * 2", "(?a > 0?*2)"),
        ("if(a and not b, 1, a == 2)", "if(?a and not b? 1 ?a == 2?)"),
        ("((a or b)) and c", "?(a or b) and c?"),
        ("and", "and"),
        ("not + or", "(not+or)"),
        ("argmax(j in n) x[j] + 1", "(<argmax j: x[j]>+1)"),
    ] {
        assert_eq!(tree(text), shown, "{text}");
        let source = format!("circuit c {{\n    x = {text}\n}}\n");
        let printed = parse(&source).unwrap().to_string();
        assert_eq!(parse(&printed).unwrap().to_string(), printed, "{text}");
    }
}

fn tree(text: &str) -> String {
    match parse(&format!("circuit c {{ x = {text} }}"))
        .unwrap()
        .items
        .as_slice()
    {
        [Item::Statement(Statement::Define(define))] => shown(&define.expr),
        items => panic!("{items:?}"),
    }
}

fn first_error(source: &str) -> Diagnostic {
    parse(source).unwrap_err().remove(0)
}

#[test]
fn operators_bind_as_in_the_spec() {
    for (text, expected) in [
        ("a + b * c - d", "((a+(b*c))-d)"),
        ("a - b - c", "((a-b)-c)"),
        ("a / b * c % d", "(((a/b)*c)%d)"),
        ("2 ^ 3 ^ 4", "(2^(3^4))"),
        ("-x ^ 2", "(-(x^2))"),
        ("2 ^ -3 * 4", "((2^(-3))*4)"),
        ("2 ^ -gap / 2", "((2^(-gap))/2)"),
        ("2 ^ -3 ^ 2", "(2^(-(3^2)))"),
        ("-a * b", "((-a)*b)"),
        ("a * -b * c", "((a*(-b))*c)"),
        ("a - -b", "(a-(-b))"),
        ("(a + b) * 0.5", "((a+b)*0.5)"),
        ("f(-a, b[i / 2, 3])", "f((-a) b[(i/2) 3])"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn the_body_of_a_reduction_is_a_product() {
    for (text, expected) in [
        (
            "sum(j in keys) w[j] * v[j] / mass",
            "(<sum j: (w[j]*v[j])>/mass)",
        ),
        ("f * sum(j in keys) a * b / c", "((f*<sum j: (a*b)>)/c)"),
        ("sum(j in n) a % 2", "(<sum j: a>%2)"),
        (
            "sum(j in n) a + sum(k in m) b - c",
            "((<sum j: a>+<sum k: b>)-c)",
        ),
        ("sum(j in n) -a ^ 2 * b", "<sum j: ((-(a^2))*b)>"),
        ("sum(j in n, k in m) a * b", "<sum j k: (a*b)>"),
        (
            "sum(j in n) a * max(k in m) b * c",
            "<sum j: (a*<max k: (b*c)>)>",
        ),
        ("-min(j in n) a * b", "(-<min j: (a*b)>)"),
        ("sum(j in n) (a + b) * c", "<sum j: ((a+b)*c)>"),
        ("max(a, b) * c", "(max(a b)*c)"),
        ("max(sum(j in n) a, 0)", "max(<sum j: a> 0)"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn a_proof_may_be_called_table() {
    let ast = parse("circuit c { plan p { proof a: * - x proof table: x + y } }").unwrap();
    let [Item::Plan(plan)] = ast.items.as_slice() else {
        panic!("{ast:?}")
    };
    assert_eq!(plan.proofs[1].name.text, "table");
    let signs: Vec<bool> = plan.proofs[0].terms.iter().map(|t| t.subtract).collect();
    assert_eq!(signs, [false, true]);
    assert!(plan.proofs[0].terms[0].target.is_none());
}

#[test]
fn cuts_and_boundaries_are_told_apart() {
    let shown = |text: &str| {
        let plan = parse_plan(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let proofs = plan.proofs.iter();
        let counts: Vec<_> = proofs.map(|p| (p.terms.len(), p.cuts.len())).collect();
        (counts, plan.boundaries.len())
    };
    for (text, proofs, boundaries) in [
        ("proof a: x open a | b", vec![(1, 0)], 1),
        ("proof a: x open a 0..2 | 2..4", vec![(1, 1)], 0),
        ("proof a: x open by | b open b | by", vec![(1, 0)], 2),
        ("proof a: open - by by 2 x linked *", vec![(2, 1)], 1),
        ("proof a: x steps 0..n heads 0..2 by 2 k", vec![(1, 3)], 0),
        ("proof a: x by n heads steps 0..2", vec![(1, 2)], 0),
        ("proof a: x by heads steps 0..2", vec![(1, 2)], 0),
        ("proof a: x by heads by step by n step", vec![(1, 3)], 0),
        ("open * proof a: x by n proof b: y", vec![(1, 1), (1, 0)], 1),
    ] {
        assert_eq!(shown(text), (proofs, boundaries), "{text}");
    }
    for text in [
        "proof a: x by by",
        "proof a: x steps 0..2 |",
        "open a",
        "open a | b | c",
        "by x",
    ] {
        assert_eq!(parse_plan(text).unwrap_err().code, "E003", "{text}");
    }
}

#[test]
fn spans_of_a_plans_text_are_its_own() {
    let text = " proof a: * - x steps 0..n / 2 | f(b[i])..-(sum(j in m) j)  open a | b ";
    let plan = parse_plan(text).unwrap();
    let of = |span: Span| {
        let local =
            span.start - crate::diagnostic::PLAN_TEXT..span.end - crate::diagnostic::PLAN_TEXT;
        text[local].to_string()
    };
    let value = serde_json::to_value(&plan).unwrap();
    let mut open = vec![value];
    let mut spans = 0;
    while let Some(next) = open.pop() {
        match next {
            serde_json::Value::Object(fields) => {
                if let Some(span) = fields.get("span") {
                    let end = |name: &str| span[name].as_u64().unwrap() as usize;
                    let covered = of(Span::new(end("start"), end("end")));
                    if let Some(name) = fields.get("text").and_then(|name| name.as_str()) {
                        assert!(covered == name || name.is_empty(), "{covered} {name}");
                    }
                    spans += 1;
                }
                open.extend(fields.into_iter().map(|(_, value)| value));
            }
            serde_json::Value::Array(elements) => open.extend(elements),
            _ => {}
        }
    }
    assert!(spans > 25, "{spans}");
    assert_eq!(
        of(plan.proofs[0].cuts[0].span),
        "steps 0..n / 2 | f(b[i])..-(sum(j in m) j)"
    );
}

#[test]
fn spans_are_the_text() {
    let source = "circuit c {\n  // note\n  total = (a + b) * sum(j in n) c\n}";
    let ast = parse(source).unwrap();
    let [Item::Statement(Statement::Define(define))] = ast.items.as_slice() else {
        panic!("{ast:?}")
    };
    let text = |span: Span| &source[span.start..span.end];
    assert_eq!(text(define.span), "total = (a + b) * sum(j in n) c");
    let ExprKind::Binary { left, right, .. } = &define.expr.kind else {
        panic!("{define:?}")
    };
    assert_eq!(text(left.span), "(a + b)");
    assert_eq!(text(right.span), "sum(j in n) c");
}

#[test]
fn deep_nesting_is_refused_without_an_overflow() {
    let chains = [
        format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}a", "-".repeat(10_000)),
        format!("{}a", "- ".repeat(10_000)),
        format!("2{}", " ^ 2".repeat(10_000)),
        format!("2{}", " ^ -2".repeat(10_000)),
        format!("a{}", " + a".repeat(10_000)),
        format!("{}a", "sum(j in n) ".repeat(10_000)),
        format!("{}a", "sum(j in n) -".repeat(10_000)),
        "f(".repeat(10_000),
    ];
    for chain in chains {
        let error = first_error(&format!("circuit c {{ x = {chain} }}"));
        assert_eq!(error.code, "E002", "{}", &chain[..20]);
    }
    let comment = format!("circuit c {{ // {}\n }}", "(".repeat(10_000));
    assert!(parse(&comment).is_ok());
}

#[test]
fn what_the_limits_allow_fits_a_small_stack() {
    let brackets = MAX_NESTING - 1;
    let deepest = [
        format!("{}a{}", "-(".repeat(brackets), ")".repeat(brackets)),
        format!("{}a", "-".repeat(MAX_OPERATORS)),
        format!("2{}", " ^ 2".repeat(MAX_OPERATORS)),
        format!("{}a", "sum(j in n) ".repeat(brackets - 1)),
        format!("{}a{}", "f(2 ^ -".repeat(brackets), ")".repeat(brackets)),
    ];
    let work = move || {
        for text in &deepest {
            let source = format!("circuit c {{ x = {text} }}");
            assert!(parse(&source).is_ok(), "{text}: {:?}", parse(&source));
        }
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    thread.spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_source_over_the_limit_is_refused() {
    let source = format!("circuit c {{ }}{}", " ".repeat(MAX_SOURCE));
    assert_eq!(first_error(&source).code, "E001");
}

#[test]
fn text_that_is_not_utf8_says_where() {
    let error = decode(b"circuit c {\n \xff }").unwrap_err();
    assert_eq!(error.code, "E004");
    assert!(error.message.contains("byte 13, on line 2"), "{error:?}");
    assert_eq!(decode("\u{feff}x".as_bytes()), Ok("x"));
}

#[test]
fn lines_end_alike_for_the_grammar_the_scanner_and_the_errors() {
    // What follows a lone carriage return in a comment is shown as a line of its own.
    for hidden in [
        "\r", "\r\r\n", "\u{b}", "\u{85}", "\u{2028}", "\u{202e}", "\u{2069}", "\0",
    ] {
        for text in [
            format!("circuit c {{ // a{hidden} x = 1\n}}"),
            format!("circuit c {{ x = 1 {hidden} }}"),
        ] {
            let error = first_error(&text);
            let at = error.primary.unwrap().span.start;
            assert_eq!(
                (error.code, at),
                ("E005", text.find(hidden).unwrap()),
                "{text:?}"
            );
        }
        assert_eq!(
            parse_plan(&format!("proof a: *{hidden}")).unwrap_err().code,
            "E005"
        );
    }
    let lone = "circuit c { // a\r x = 1\n}";
    assert!(
        Grammar::parse(Rule::program, lone).is_err(),
        "the grammar alone too"
    );
    let unix = "circuit c {\n  // note\n  x = 1 // more\n  y = x +\n}\n";
    for text in [unix.to_string(), unix.replace('\n', "\r\n")] {
        let tokens = scan::tokens(&text);
        let lines = tokens.iter().filter(|token| token.first_on_line).count();
        assert_eq!(lines, 4, "{text:?}");
        let span = first_error(&text).primary.unwrap().span;
        let place = crate::diagnostic::line_and_column(&text, span.start);
        assert_eq!(place, (4, 9), "{text:?}");
    }
    // Other blanks are no blanks, and where one stands is where the error is.
    for blank in ["\u{a0}", "\u{2003}", "\u{200b}", "\u{feff}"] {
        let text = format!("circuit c {{ x = 1{blank}+ 2 }}");
        let error = first_error(&text);
        let span = error.primary.unwrap().span;
        assert_eq!(&text[span.start..span.end], blank);
        assert!(
            error.hints[0].contains("write a plain space"),
            "{:?}",
            error.hints
        );
        assert!(parse(&format!("circuit c {{ x = 1 // {blank}\n }}")).is_ok());
    }
}

#[test]
fn what_can_be_read_is_left_where_it_stands() {
    let source = "circuit c(n = 2) {\n a = 1 +\n b[i in n] = a\n for h on n { d = b[h] }
        assert b[0] >>= 1\n e = 5\n step t in n { f = * 1\n g = 2 } }";
    let (ast, lost) = *parse_most(source).unwrap_err().rest.unwrap();
    let names: Vec<&str> = ast
        .items
        .iter()
        .map(|item| match item {
            Item::Statement(Statement::Define(define)) => {
                let span = define.name.span;
                assert_eq!(&source[span.start..span.end], define.name.text);
                define.name.text.as_str()
            }
            Item::Statement(Statement::Step(step)) => {
                assert_eq!(step.body.len(), 1);
                "step"
            }
            item => panic!("{item:?}"),
        })
        .collect();
    assert_eq!(names, ["b", "e", "step"]);
    let words = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&lost.names), "a assert b d f for h n on");
    assert_eq!(words(&lost.asserted), "assert b");
    assert!(parse_most("circuit c(n = ) { x = 1 }")
        .unwrap_err()
        .rest
        .is_none());
    assert!(parse_most("circuit c { x = (1 }")
        .unwrap_err()
        .rest
        .is_none());
}

#[test]
fn several_syntax_errors_in_one_run() {
    let source = "circuit c(a = 1) {
        x = 1 +
        y = 2
        step t on steps {
            z[j in keys] = * 2
            w = 3
        }
        region r { a b + }
        private input k[3 : 0..4
    }";
    // The last line's bracket is the only error until it is closed.
    assert_eq!(parse(source).unwrap_err().len(), 1);
    let errors = parse(&source.replace("[3 ", "[3] = ")).unwrap_err();
    let lines: Vec<usize> = errors
        .iter()
        .map(|e| {
            crate::diagnostic::line_and_column(source, e.primary.as_ref().unwrap().span.start).0
        })
        .collect();
    assert_eq!(lines, [2, 4, 5, 8, 9], "{errors:#?}");
}

#[test]
fn no_text_makes_the_parser_panic() {
    let plans = "circuit c { plan p { proof a: * - x by heads open steps 0..2 | 2..n  open a | b
        linked * } }";
    for example in [include_str!("../../../../examples/decode.attn"), plans] {
        no_damage_makes_the_parser_panic(example);
    }
}

fn no_damage_makes_the_parser_panic(example: &str) {
    let extra = [
        "(", ")", "[", "}", "=", "-", "^", "in", "sum", "region", "λ", "0.", ";", "x", "|", "..",
        "open", "by",
    ];
    for token in scan::tokens(example) {
        let Span { start, end } = token.span();
        let (before, after) = (&example[..start], &example[end..]);
        let mut damaged = vec![
            format!("{before}{after}"),
            before.to_string(),
            after.to_string(),
        ];
        damaged.extend(extra.map(|token| format!("{before}{token}{after}")));
        for source in damaged {
            let Err(errors) = parse(&source) else {
                continue;
            };
            assert!(!errors.is_empty());
            for error in &errors {
                let label = error.primary.as_ref();
                assert!(label
                    .is_none_or(|label| source.get(label.span.start..label.span.end).is_some()));
            }
            assert!(!crate::diagnostic::render(&errors, "f.attn", &source, false).is_empty());
        }
    }
}
