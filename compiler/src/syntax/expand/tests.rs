//! Programs with definitions, and what they stand for.

use super::Loaded;
use crate::circuit::choices::Choices;
use crate::diagnostic::{render, render_texts, Diagnostic};
use crate::syntax::parse::parse;
use crate::{analyse, analyse_with, assemble};

const NORM: &str = "def norm(x[n], gain[n], eps = 1) -> y[n] {
    square = sum(i in n) x[i] * x[i] + eps
    y[i in n] = round_half_up(x[i] * gain[i] / square)
}
";

const HEAD: &str = "circuit c(steps = 2, layers = 3, hidden = 4) {
    private input x[steps, hidden] : -9..=9
    private input gain[layers, hidden] : -9..=9
    private output z[steps, hidden]
";

fn shown(source: &str, errors: &[Diagnostic]) -> String {
    render(errors, "program.attn", source, false)
}

/// The canonical text, which is one of the same program.
fn text(source: &str) -> String {
    let (ast, graph) = analyse(source, &[]).unwrap_or_else(|e| panic!("{}", shown(source, &e)));
    let text = ast.to_string();
    let again = analyse(&text, &[]).unwrap_or_else(|e| panic!("{text}\n{}", shown(&text, &e)));
    assert_eq!(again.0.to_string(), text);
    assert_eq!(again.1.to_string(), graph.to_string());
    text
}

fn codes(source: &str) -> Vec<&'static str> {
    let errors = match analyse(source, &[]) {
        Ok((ast, _)) => panic!("{ast}"),
        Err(errors) => errors,
    };
    errors.iter().map(|error| error.code).collect()
}

/// The statements and tables of the expanded circuit, flush left.
fn body(source: &str) -> String {
    let text = text(source);
    let lines = text.lines().filter(|line| {
        let declares = ["circuit", "public", "private", "fixed", "}"];
        !declares.iter().any(|word| line.trim().starts_with(word))
    });
    lines.map(|line| format!("{}\n", line.trim())).collect()
}

/// The circuit's shape: all that it prints, without names and lines.
fn circuit(source: &str) -> String {
    let (ast, graph) = analyse(source, &[]).unwrap_or_else(|e| panic!("{}", shown(source, &e)));
    let compiled = assemble(ast, graph, None, &Choices::default());
    let compiled = compiled.unwrap_or_else(|e| panic!("{}", shown(source, &e)));
    let text = compiled.circuit.show(&source).to_string();
    let lines = text.lines().map(|line| match line.rsplit_once(" line ") {
        Some((line, _)) => line.trim_end().to_string(),
        None => line.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_call_under_binders_becomes_values_over_the_indices_of_its_arguments() {
    let source = format!(
        "{NORM}{HEAD}
            z[t in steps, c in hidden] = norm(x[t], gain[1])[c]
        }}"
    );
    assert_eq!(
        body(&source),
        "norm#1.square[t in steps] = sum(i in hidden) x[t, i] * x[t, i] + 1
norm#1.y[t in steps, i in hidden] = round_half_up(x[t, i] * gain[1, i] / norm#1.square[t])
z[t in steps, c in hidden] = norm#1.y[t, c]
"
    );
}

#[test]
fn a_call_costs_what_a_person_would_write() {
    let called = format!(
        "{NORM}{HEAD}
            for l in layers {{ n[t in steps, c in hidden] = norm(x[t], gain[l])[c] }}
            z[t in steps, c in hidden] = n[0, t, c] + n[2, t, c]
        }}"
    );
    let by_hand = format!(
        "{HEAD}
            for l in layers {{
                square[t in steps] = sum(i in hidden) x[t, i] * x[t, i] + 1
                y[t in steps, i in hidden] = round_half_up(x[t, i] * gain[l, i] / square[t])
                n[t in steps, c in hidden] = y[t, c]
            }}
            z[t in steps, c in hidden] = n[0, t, c] + n[2, t, c]
        }}"
    );
    let named = circuit(&by_hand);
    let named = named.replace("square", "norm#1.square");
    let called = circuit(&called);
    assert!(called.contains("norm#1.y"), "{called}");
    assert_eq!(called.replace("norm#1.y", "y"), named);
}

#[test]
fn equal_calls_are_one() {
    let source = format!(
        "{NORM}{HEAD}
            a[t in steps, c in hidden] = norm(x[t], gain[1])[c] + norm(x[t], gain[1], 1)[c]
            z[s in steps, c in hidden] = a[s, c] + norm(x[s], gain[1])[c] + norm(x[s], gain[2])[c]
        }}"
    );
    let body = body(&source);
    for (made, times) in [
        ("norm#1.y[", 3),
        ("norm#2.y[", 2),
        ("norm#3.y[", 2),
        ("norm#4", 0),
    ] {
        assert_eq!(body.matches(made).count(), times, "{made}\n{body}");
    }
}

#[test]
fn a_call_in_a_reduction_has_its_index_and_its_condition() {
    let source = "def twice(k) -> y { y = 2 * k }
        circuit c(n = 4) {
            private input x[n, n] : -9..=9
            private output z[n]
            z[i in n] = sum(j in 0..=i where i - j < 2) twice(x[i, j] + 1)
        }";
    assert_eq!(
        body(source),
        "twice#1.k[i in n, j in 0..=i where i - j < 2] = x[i, j] + 1
twice#1.y[i in n, j in 0..=i where i - j < 2] = 2 * twice#1.k[i, j]
z[i in n] = sum(j in 0..=i where i - j < 2) twice#1.y[i, j]
"
    );
}

#[test]
fn indices_of_a_definition_are_none_of_its_callers() {
    let source = format!(
        "{NORM}{HEAD}
            z[i in steps, n in hidden] = norm(x[i], gain[1])[n]
        }}"
    );
    let body = body(&source);
    assert!(
        body.contains("sum(norm#1.i in hidden) x[i, norm#1.i]"),
        "{body}"
    );
}

#[test]
fn in_a_step_a_call_may_read_what_a_cache_holds() {
    let source = "def mean(q[d], k[j, d], v[j]) -> y {
            w[a in j] = sum(i in d) q[i] * k[a, i] + 300
            y = round(sum(a in j) w[a] * v[a] / max(sum(a in j) w[a], 1))
        }
        circuit c(steps = 3, heads = 2, width = 4) {
            private input q[steps, heads, width] : -4..=4
            private input k[steps, heads, width] : -4..=4
            private input v[steps, heads] : -4..=4
            private output z[steps, heads]
            state keys = empty
            state values = empty
            step t in steps {
                keys <- k[t]
                values <- v[t]
                z[t, h in heads] = mean(q[t, h], keys[.., h], values[.., h])
            }
        }";
    let body = body(source);
    let wanted =
        "mean#1.w[h in heads, a in keys] = sum(i in width) q[t, h, i] * keys[a, h, i] + 300";
    assert!(body.contains(wanted), "{body}");
}

#[test]
fn definitions_call_definitions_and_give_several_results() {
    let source = format!(
        "{NORM}
        def both(x[n], g[n]) -> (low, y[n]) {{
            half[i in n] = floor(x[i] / 2)
            for k in 2 {{ p[i in n] = half[i] + k }}
            y[i in n] = norm(p[1], g)[i] + norm(half, g, eps = 3)[i]
            low = min(i in n) y[i]
        }}
        {HEAD}
            a[t in steps] = both(x[t], gain[0]).low
            z[t in steps, c in hidden] = both(x[t], gain[0]).y[c] + a[t]
        }}"
    );
    let body = body(&source);
    for wanted in [
        "both#1.p[t in steps, i in hidden] = both#1.half[t, i] + k",
        "norm#1.square[t in steps] = sum(i in hidden) both#1.p[1, t, i] * both#1.p[1, t, i] + 1",
        "norm#2.square[t in steps] = sum(i in hidden) both#1.half[t, i] * both#1.half[t, i] + 3",
        "z[t in steps, c in hidden] = both#1.y[t, c] + a[t]",
    ] {
        assert!(body.contains(wanted), "{wanted}\n{body}");
    }
    assert!(!body.contains("both#2"), "{body}");
}

#[test]
fn tables_of_equal_entries_are_one() {
    let source = "def soft(x[n], scale = 4) -> y[n] {
            table weight(d in 0..=20) = round(16 * exp(-d / scale))
            top = max(i in n) x[i]
            w[i in n] = weight(top - x[i])
            y[i in n] = round(16 * w[i] / max(sum(j in n) w[j], 1))
        }
        circuit c(steps = 2, d = 4) {
            private input x[steps, d] : -9..=9
            private output z[steps, d]
            z[t in steps, c in d] = soft(x[t])[c] + soft(x[1])[c] + soft(x[t], 2 * d)[c]
        }";
    let body = body(source);
    assert_eq!(body.matches("table ").count(), 2, "{body}");
    assert!(
        body.contains("table soft#3.weight(d_ in 0..=20) = round(16 * exp(-d_ / (2 * d)))"),
        "{body}"
    );
    assert!(
        body.contains("soft#2.w[i in d] = soft#1.weight(soft#2.top - x[1, i])"),
        "{body}"
    );
}

#[test]
fn names_that_a_call_would_make_are_left_to_the_program() {
    let source = format!(
        "{NORM}{HEAD}
            norm#1.y = 3
            z[t in steps, c in hidden] = norm(x[t], gain[1])[c] + norm#1.y
        }}"
    );
    assert!(body(&source).contains("norm#2.y[t, c] + norm#1.y"));
}

#[test]
fn programs_without_definitions_stay_as_they_are() {
    for s in [
        include_str!("../../../../examples/decode.attn"),
        include_str!("../../../../examples/head.attn"),
        include_str!("../../../../examples/window.attn"),
        include_str!("../../../../examples/norm.attn"),
    ] {
        assert_eq!(analyse(s, &[]).unwrap().0.items, parse(s).unwrap().items);
    }
}

const FILES: [(&str, &str); 5] = [
    (
        "a.attn",
        "use \"parts/b.attn\"\ndef a(x) -> y { y = b(x) + f(1) }\ntable f(x in 0..4) = x * 3",
    ),
    (
        "parts/b.attn",
        "use \"c.attn\" def b(x) -> y { y = x + c(x) }",
    ),
    ("parts/c.attn", "def c(x) -> y { y = 3 * x }"),
    ("loop.attn", "use \"./loop.attn\" def l(x) -> y { y = x }"),
    ("broken.attn", "def a(x -> y { y = x }"),
];

fn load(path: &str) -> Result<Loaded, String> {
    let found = FILES.iter().find(|(name, _)| *name == path);
    let (name, text) = found.ok_or("no such file")?;
    Ok(Loaded {
        name: format!("there/{name}"),
        bytes: text.as_bytes().to_vec(),
    })
}

fn used(uses: &str) -> Result<String, String> {
    let source =
        format!("{uses}\ncircuit c {{ private input x : 0..9 private output z z = a(x) }}");
    match analyse_with(&source, &[], &load) {
        Ok(found) => Ok(found.ast.to_string()),
        Err(refused) => {
            let texts = refused.sources.texts("there/c.attn");
            Err(render_texts(&refused.errors, &texts, false))
        }
    }
}

#[test]
fn files_are_used_from_their_own_folders() {
    let text = used("use \"a.attn\"").unwrap();
    assert!(text.contains("table a#1.f(x_ in 0..4) = x_ * 3"), "{text}");
    assert!(text.contains("c#1.y = 3 * x"), "{text}");
    assert!(text.contains("a#1.y = b#1.y + a#1.f(1)"), "{text}");
}

#[test]
fn what_is_wrong_with_a_file_is_shown_where_it_is() {
    for (uses, parts) in [
        (
            "use \"b.attn\"",
            ["error[E090]: `b.attn` cannot be read", "no such file"],
        ),
        (
            "use \"../a.attn\"",
            ["error[E090]", "is no path beside the program"],
        ),
        (
            "use \"/etc/a.attn\"",
            ["error[E090]", "is no path beside the program"],
        ),
        ("use other", ["error[E090]", "it ships `nn`"]),
        (
            "use \"loop.attn\"",
            ["`loop.attn` uses itself", "there/loop.attn:1:1"],
        ),
        (
            "use \"broken.attn\"",
            ["error[E003]", "there/broken.attn:1:6"],
        ),
        (
            "use \"parts/b.attn\"",
            ["error[E025]", "there is no function `a`"],
        ),
    ] {
        let errors = used(uses).unwrap_err();
        for part in parts {
            assert!(errors.contains(part), "{uses}: no {part}\n{errors}");
        }
    }
}

#[test]
fn an_error_in_a_definition_shows_the_definition_and_the_call() {
    let source = format!(
        "{NORM}{HEAD}
            z[t in steps, c in hidden] = norm(x[t], gain[0], -1)[c] + norm(x[t], gain[1], -1)[c]
        }}"
    );
    let errors = analyse(&source, &[]).unwrap_err();
    let text = shown(&source, &errors);
    assert_eq!(text.matches("error[E028]").count(), 1, "{text}");
    for part in ["program.attn:3:48", "`norm` is called here"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_call_has_its_code() {
    for (call, code) in [
        ("norm(x[t])[c]", "E024"),
        ("norm(x[t], gain[0], 1, 2)[c]", "E024"),
        ("norm(x[t], gain[0], eps = 1, eps = 1)[c]", "E024"),
        ("norm(x[t], gain[0], epsilon = 1)[c]", "E024"),
        ("nrom(x[t], gain[0]).y[c]", "E025"),
        ("clip(x[t, c], lo = 1, hi = 2)", "E025"),
        ("norm(x[t], 3)[c]", "E092"),
        ("norm(x, gain[0])[c]", "E092"),
        ("norm(x[t], gain[0], x)[c]", "E092"),
        ("norm(x[t], x[.., c])[c]", "E092"),
        ("norm(x[t], gone[0])[c]", "E010"),
        ("norm(x[t], gain[0])", "E020"),
        ("norm(x[t], gain[0])[c, c]", "E020"),
        ("norm(x[t], gain[0]).z[c]", "E094"),
        ("x[t, ..]", "E095"),
        ("wrong(x[t])[c]", "E094"),
        ("shape(x[t])[c]", "E094"),
        ("endless(x[t, c])", "E091"),
        ("sees(x[t, c])", "E010"),
        ("looks(x[t, c])", "E025"),
    ] {
        let definitions = [
            "def wrong(x[n]) -> y[n] { z[i in n] = x[i] }",
            "def shape(x[n]) -> y[n] { y[i in 3] = x[i] }",
            "def endless(x) -> y { y = endless(x + 1) }",
            "def sees(x) -> y { y = x + hidden }",
            "def looks(x) -> y { y = f(x) }",
        ];
        let is_called = |it: &&&str| it[4..].split('(').next() == call.split('(').next();
        let called = definitions.iter().find(is_called);
        let source = format!(
            "{NORM}{}
            {HEAD}
            table f(x in -9..=9) = x
            z[t in steps, c in hidden] = {call}
        }}",
            called.unwrap_or(&"")
        );
        assert_eq!(codes(&source), [code], "{call}\n{}", {
            let errors = analyse(&source, &[]).unwrap_err();
            shown(&source, &errors)
        });
    }
}

#[test]
fn calls_that_double_are_not_followed_for_ever() {
    let mut source = "def f0(x) -> y { y = x + 1 }\n".to_string();
    for depth in 1..40 {
        let before = depth - 1;
        source += &format!("def f{depth}(x) -> y {{ y = f{before}(x) + f{before}(x + 1) }}\n");
    }
    source += "circuit c { private input x : 0..9 private output z z = f39(x) }";
    let found = codes(&source);
    assert_eq!(found, ["E096"]);
    let mut deep = "def f0(x) -> y { y = x }\n".to_string();
    for depth in 1..70 {
        let before = depth - 1;
        deep += &format!("def f{depth}(x) -> y {{ y = f{before}(x) }}\n");
    }
    deep += "circuit c { private input x : 0..9 private output z z = f69(x) }";
    assert_eq!(codes(&deep), ["E096"]);
}

#[test]
fn every_definition_of_the_library_can_be_called() {
    let source = "use nn
        circuit c(steps = 3, heads = 4, share = 2, width = 4, d = 8) {
            private input x[steps, d] : -127..=127
            private input w[d, d] : -127..=127
            fixed input g[d] : -128..=127
            private input q[steps, heads, width] : -128..=127
            private input k[steps, heads / share, width] : -128..=127
            private input r[steps, 2, width] : -128..=127
            private input p[steps, width, 2] : -128..=127
            public output a[steps, d]
            public output b[steps, 2, width]
            public output e[steps, width, 2]
            public output f[steps, heads, width]
            public output h[steps]
            state keys = empty
            a[t in steps, c in d] = softmax(x[t])[c] + rmsnorm(x[t], g)[c]
                + layernorm(x[t], g, g)[c] + gelu(projection(x[t], w, 9)[c])
                + rmsnorm_table(x[t], g)[c] + layernorm_table(x[t], g, g)[c]
                + swiglu(x[t], w[0])[c] + requantise(linear(x[t], w, g)[c], 9)
            b[t in steps, i in 2, j in width] = rope_half(r[t], t, steps)[i, j]
            e[t in steps, i in width, j in 2] = rope_pairs(p[t], t, steps)[i, j]
            h[t in steps] = greedy(x[t])
            step t in steps {
                keys <- k[t]
                f[t, n in heads, c in width] = grouped(q[t], keys, keys, share)[n, c]
                    + windowed(q[t, n], keys[.., 0], keys[.., 1], t, 2)[c]
            }
        }";
    let text = text(source);
    assert_eq!(text.matches("table ").count(), 7, "{text}");
}
