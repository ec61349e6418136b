//! Each rule of the checker, against source text.

mod domains;
mod interval;
mod loops;
mod table;
mod wide;

use super::check;
use crate::diagnostic::render;
use crate::meaning::graph::{Graph, Interval};
use crate::syntax::parse::parse;

fn graph_with(source: &str, overrides: &[(&str, i64)]) -> Graph {
    let ast = match parse(source) {
        Ok(ast) => ast,
        Err(errors) => panic!("{}", render(&errors, "test.attn", source, false)),
    };
    let overrides: Vec<_> = overrides
        .iter()
        .map(|(n, v)| ((*n).to_owned(), *v))
        .collect();
    match check(&ast, &overrides) {
        Ok(graph) => graph,
        Err(errors) => panic!("{}", render(&errors, "test.attn", source, false)),
    }
}

fn graph(source: &str) -> Graph {
    graph_with(source, &[])
}

/// The codes of the errors, in source order.
fn codes(source: &str) -> Vec<&'static str> {
    let ast = match parse(source) {
        Ok(ast) => ast,
        Err(errors) => panic!("{}", render(&errors, "test.attn", source, false)),
    };
    match check(&ast, &[]) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| error.code).collect(),
    }
}

fn interval(graph: &Graph, name: &str) -> Interval {
    let values = graph
        .values
        .iter()
        .map(|value| (&value.name, value.interval));
    let statics = graph
        .statics
        .iter()
        .map(|fixed| (&fixed.name, fixed.interval));
    let found = values.chain(statics).find(|(known, _)| *known == name);
    found.expect("a value of that name").1
}

const DECODE: &str = include_str!("../../../../examples/decode.attn");
const HEAD: &str = include_str!("../../../../examples/head.attn");

#[test]
fn decode_checks_at_all_parameters() {
    for heads in [1, 3, 16] {
        for width in [4, 64, 256] {
            for steps in [1, 64, 128] {
                for seeded in 0..4 {
                    let overrides = [
                        ("heads", heads),
                        ("width", width),
                        ("steps", steps),
                        ("seeded", seeded),
                    ];
                    let graph = graph_with(DECODE, &overrides);
                    assert_eq!(interval(&graph, "context"), Interval::new(-32, 31));
                    assert_eq!(interval(&graph, "gap"), Interval::new(0, 8));
                }
            }
        }
    }
}

#[test]
fn head_checks_at_the_real_shapes() {
    for (steps, width, shift) in [(64, 8, 3), (128, 64, 8)] {
        let graph = graph_with(
            HEAD,
            &[("steps", steps), ("width", width), ("shift", shift)],
        );
        assert_eq!(interval(&graph, "context"), Interval::new(-2048, 2032));
    }
    // The same with 128 among the values: 2,147,221,440 of 2,147,483,646.
    let wide = HEAD.replace("-value_bound..value_bound", "-value_bound..=value_bound");
    graph_with(&wide, &[("steps", 128), ("width", 64), ("shift", 8)]);
}

/// A program of one private `x[4]` in `lo..=hi` around some statements.
fn around(range: &str, body: &str) -> String {
    format!("circuit test(width = 4, none = 0) {{ private input x[width] : {range}\n{body} }}")
}

/// The interval of `y = expr`.
fn of(range: &str, expr: &str) -> Interval {
    let source = around(range, &format!("y = {expr}"));
    interval(&graph(&source), "y")
}

#[test]
fn an_assertion_narrows_what_follows_in_its_block() {
    let source = around(
        "0..=8",
        "total = sum(d in width) x[d]
         for r in 2 { assert total > r  inside = total }
         outside = total
         assert[d in width] twice[d] == 4",
    );
    let source = source.replace("outside =", "twice[d in width] = 2 * x[d] outside =");
    let source = source.replacen("== 4", "== 4 exact[d in width] = twice[d]", 1);
    let graph = graph(&source);
    assert_eq!(interval(&graph, "inside"), Interval::new(1, 32));
    assert_eq!(interval(&graph, "outside"), Interval::new(0, 32));
    assert_eq!(interval(&graph, "exact"), Interval::new(4, 4));
    // At least, and equal.
    assert_eq!(graph.asserts.len(), 2);
    // One element only: nothing is known of the others.
    let one = around(
        "0..=8",
        "t[d in width] = 2 * x[d] assert t[1] >= 4 after[d in width] = t[d]",
    );
    assert_eq!(interval(&self::graph(&one), "after"), Interval::new(0, 16));
}

#[test]
fn a_table_gives_the_range_of_what_it_can_be_asked() {
    let source = around(
        "-3..=3",
        "table square(i in -8..=8) = i ^ 2  y = square(x[0])  z = square(max(x[0], 2))",
    );
    let graph = graph(&source);
    assert_eq!(graph.tables[0].range, Interval::new(0, 64));
    assert_eq!(interval(&graph, "y"), Interval::new(0, 9));
    assert_eq!(interval(&graph, "z"), Interval::new(4, 9));
}

/// A cache `seen` of `seeded` entries that grows over four steps.
fn cache(seeded: u64, body: &str) -> String {
    format!(
        "circuit c(steps = 4) {{ private input x[steps] : 0..=9  private input first[{seeded}] : 0..=5
         state seen = first  state also = first  public output y[steps] : 0..100
         step t in steps {{ seen <- x[t]  also <- x[t]  {body}  y[t] = 1 }} }}"
    )
}

#[test]
fn a_cache_is_bounded_at_every_step() {
    let graph = graph(&cache(
        2,
        "total = sum(j in seen) seen[j]  back[j in seen] = t - j",
    ));
    assert_eq!(interval(&graph, "total"), Interval::new(0, 54));
    assert_eq!(interval(&graph, "back"), Interval::new(-2, 3));
    for right in [
        "a[j in seen] = also[j]",
        "a[j in seen] = seen[j / 2]",
        "a = seen[t + 2] - seen[t] - seen[2]",
        "a[j in seen] = seen[t + 2 - j]",
        "a[j in seen] = x[(t + 2 - j) % 4]",
        "b[j in seen] = seen[j]  a[j in also] = b[j]",
    ] {
        assert_eq!(codes(&cache(2, right)), [] as [&str; 0], "{right}");
    }
    for wrong in [
        "a = seen[t + 3]",
        "a = seen[3]",
        "a[j in seen] = seen[j + 1]",
        "a[j in seen] = seen[j - 1]",
        "a[j in seen] = seen[2 * j]",
    ] {
        assert_eq!(codes(&cache(2, wrong)), ["E023"], "{wrong}");
    }
    assert_eq!(codes(&cache(2, "a[j in seen] = x[j]")), ["E022"]);
}

#[test]
fn a_value_is_appended_by_what_is_left_of_its_space() {
    let source = "circuit c(steps = 4, heads = 2, width = 3) {
        private input x[steps, width] : 0..=9
        state keys = empty
        public output y[heads, steps]
        step t in steps {
            k[h in heads, d in width] = (h + 1) * x[t, d] - 4
            keys <- k
            for h in heads { y[h, t] = sum(j in keys, d in width) keys[j, h, d] }
        } }";
    let graph = graph(source);
    let keys = &graph.states[0];
    assert_eq!(
        (keys.element.as_slice(), keys.range),
        ([2, 3].as_slice(), Interval::new(-4, 14))
    );
    assert_eq!(keys.append.as_ref().map(|append| append.at.len()), Some(1));
    let y = &graph.outputs[0];
    assert_eq!(
        (y.shape.as_slice(), y.layout.as_slice()),
        ([2, 4].as_slice(), [1, 0].as_slice())
    );
    let (nodes, edges) = (graph.dataflow().node_count(), graph.dataflow().edge_count());
    assert_eq!((nodes, edges), (4, 3), "x -> k -> keys -> y");
}

#[test]
fn an_output_is_read_by_its_positions() {
    let source = "circuit c(rows = 2, width = 3) { private input x[rows, width] : 0..=9
        public output y[width, rows]
        for r in rows { y[d in width, r] = x[r, d]  last = y[2, r] }
        all = sum(r in rows, d in width) y[d, r] }";
    let graph = graph(source);
    assert_eq!(interval(&graph, "all"), Interval::new(0, 54));
    assert!(graph.to_string().contains("= y[r, 2]"), "{graph}");
}

#[test]
fn a_declared_range_narrows_and_is_kept() {
    let source = around(
        "0..=9",
        "public output y : 0..4  low : -5..=5 = x[0]  y : 2..100 = low",
    );
    let graph = graph(&source);
    assert_eq!(interval(&graph, "low"), Interval::new(0, 5));
    assert_eq!(interval(&graph, "y"), Interval::new(2, 3));
    assert_eq!(graph.outputs[0].range, Interval::new(0, 3));
    assert_eq!(graph.values[1].declared, Some(Interval::new(2, 3)));
}

#[test]
fn integers_fit_up_to_the_field() {
    // 2^31 - 2 integers apart is the most.
    let sum = |lo: i64, hi: i64| codes(&around(&format!("{lo}..={hi}"), "y = x[0] + 0 * x[1]"));
    assert_eq!(sum(0, 2_147_483_646), [] as [&str; 0]);
    assert_eq!(sum(0, 2_147_483_647), ["E034"]);
    assert_eq!(sum(-1_073_741_823, 1_073_741_823), [] as [&str; 0]);
    assert_eq!(sum(-1_073_741_823, 1_073_741_824), ["E034"]);
    let beyond = HEAD.replace("-value_bound..value_bound", "-value_bound..=value_bound");
    let beyond = beyond
        .replace("0..=4095", "0..=4096")
        .replace("steps = 64", "steps = 128");
    assert_eq!(codes(&beyond), ["E034"]);
}

#[test]
fn regions_and_plans_name_members_of_any_scope() {
    let source = around(
        "0..=9",
        "public output out
         for a in 2 { part = x[a] } for b in 2 { part = x[b + 1] }
         out = x[0]
         region r { part, x out }
         plan p { proof one: * - r  proof two: r - part  proof three: part }",
    );
    let mut graph = graph(&source);
    assert_eq!(graph.regions[0].members.len(), 4);
    assert_eq!(graph.plans[0].proofs[2].terms.len(), 2);
    assert!(
        graph
            .to_string()
            .contains("region r { part#0, part#1, x, out }"),
        "{graph}"
    );
    graph.regions[0]
        .members
        .push(crate::meaning::graph::Member::Value(
            crate::meaning::graph::ValueId(9),
        ));
    assert!(crate::meaning::validate::validate(&graph).is_err());
    let fused = self::graph(&around("0..=9", "y = x[0]"));
    assert!(fused.to_string().ends_with("plan fused { proof all: * }\n"));
}

#[test]
fn one_mistake_is_one_diagnostic() {
    for (body, expected) in [
        ("a = nothing + 1  b = a + 1  c = a * b", vec!["E010"]),
        (
            "private input q[nothing] : 0..2  a = q[0]  region r { a q }",
            vec!["E010"],
        ),
        (
            "for i in nothing { a = x[i]  b = a }  public output o",
            vec!["E037", "E010"],
        ),
        (
            "public output o[width]  for i in nothing { o[i] = x[i] }",
            vec!["E010"],
        ),
        (
            "state s = nothing  step t in 2 { s <- x[t]  a = sum(j in s) s[j] }",
            vec!["E010"],
        ),
        (
            "state s = empty  step t in 2 { s <- x[t + 9]  a = sum(j in s) s[j] }",
            vec!["E022"],
        ),
        ("table f(i in 0..nothing) = i  a = f(x[0])", vec!["E010"]),
        ("a = x[0] / 2 + x[1] / 2", vec!["E026", "E026"]),
        ("a = one + two  b = three[four]", vec!["E010"; 4]),
        (
            "state s = empty  step t in 2 { s <- x[t]  s <- x[t]  a = s[0] }",
            vec!["E043"],
        ),
        ("step t in x { a = 1 }", vec!["E016"]),
    ] {
        let mut found = codes(&around("0..=9", body));
        let mut expected = expected;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn parameters_are_set_by_name() {
    let graph = graph_with("circuit c(a = 2, b = a * 2, c = a + b) { }", &[("b", 7)]);
    let values: Vec<_> = graph.params.iter().map(|param| param.value).collect();
    assert_eq!(values, [2, 7, 9]);
    let ast = parse("circuit c(a = 2) { }").expect("it parses");
    let set = |name: &str| (name.to_owned(), 1);
    let wrong = check(&ast, &[set("b"), set("a"), set("a")]).expect_err("b is unknown, a twice");
    assert!(wrong.iter().all(|error| error.code == "E012"));
    assert_eq!(wrong.len(), 2);
}

#[test]
fn a_large_expression_is_an_error_not_a_crash() {
    // As long a chain as the parser lets through.
    let chain = vec!["x[0]"; 256].join(" + ");
    assert_eq!(of("0..=1", &chain), Interval::new(0, 256));
    let tower = (0..5).fold("x[0]".to_owned(), |inner, _| format!("({inner}) ^ 16"));
    assert_eq!(codes(&around("0..=1", &format!("y = {tower}"))), ["E055"]);
}
