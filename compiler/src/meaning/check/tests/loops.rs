//! What loops define after them, what caches grow by, and definitions by parts.

use super::{codes, graph, interval};
use crate::meaning::graph::{ExprKind, IndexExpr, Interval, Source};

/// A program over two inputs and a cache.
fn program(body: &str) -> String {
    format!(
        "circuit test(n = 4, m = 3, heads = 3) {{
            private input x[n, m]     : -9..=9
            private input y[n, heads] : -9..=9
            private input first[1, m] : -9..=9
            state keys = first
            {body}
        }}"
    )
}

fn accepts(bodies: &[&str]) {
    for body in bodies {
        let found = codes(&program(body));
        assert!(found.is_empty(), "{body}: {found:?}");
    }
}

#[test]
fn what_a_loop_defines_is_read_with_its_index() {
    let body = "step t in n {
            keys <- x[t]
            for h in heads {
                v[d in m] = x[t, d] * y[t, h]
                s[j in keys] = keys[j, h] - v[0]
            }
            w = sum(h in heads, d in m) v[h, d] + s[heads - 1, t]
        }
        z[t in n] = w[t] + v[t, 1, 2] + s[t, 0, t] + s[n - 1, 0, t]";
    let graph = graph(&program(body));
    let z = graph.values.iter().find(|value| value.name == "z").unwrap();
    let mut reads = Vec::new();
    let mut stack = vec![z.expr];
    while let Some(id) = stack.pop() {
        let kind = &graph.expr(id).kind;
        if let ExprKind::Read {
            source: Source::Value(id),
            at,
        } = kind
        {
            let indices = at.iter().filter(|at| matches!(at, IndexExpr::Index(_)));
            reads.push((graph.value(*id).name.clone(), at.len(), indices.count()));
        }
        stack.extend(kind.children());
    }
    reads.sort();
    let expected = [("s", 3, 1), ("s", 3, 2), ("v", 3, 1), ("w", 1, 1)];
    let expected = expected.map(|(name, rank, indices)| (name.to_string(), rank, indices));
    assert_eq!(reads, expected);
}

#[test]
fn names_that_meant_something_still_do() {
    let twice = "for h in heads { v = y[0, h] }  for h in heads { v = y[1, h] }";
    assert!(codes(&program(twice)).is_empty());
    let own = "for h in heads { v = y[0, h] }  v = x[0, 0]  z = v";
    assert!(codes(&program(own)).is_empty());
    let inner = "for h in heads { for i in m { v = x[0, i] }  v = y[0, h] }  z = v[1]";
    assert!(codes(&program(inner)).is_empty());
}

#[test]
fn what_is_not_clear_or_not_there_is_refused() {
    let cases = [
        ("for h in heads { v = y[0, h] }  z = v", "E020"),
        ("for h in heads { v = y[0, h] }  z = v[heads]", "E022"),
        (
            "for h in heads { v = 1 }  for h in heads { v = 2 }  z = v[0]",
            "E063",
        ),
        (
            "step t in n { keys <- x[t]  s[j in keys] = keys[j, 0] }  z[t in n] = s[0, t]",
            "E023",
        ),
        (
            "step t in n { keys <- x[t] }  step t in n { keys <- x[t] }",
            "E045",
        ),
        (
            "step t in n { keys <- x[t] }  step u in n { z = keys[0, 0] }",
            "E046",
        ),
    ];
    for (body, code) in cases {
        assert_eq!(codes(&program(body)), [code], "{body}");
    }
}

#[test]
fn caches_grow_by_what_there_is() {
    let good = [
        "v[i in n, d in m] = 2 * x[i, d]  step t in n { keys <- v[n - 1 - t] }",
        "v[h in heads, i in n, d in m] = y[i, h] + d  step t in n { keys <- v[1, t / 2] }",
        "step t in n { for h in heads { v = y[t, h] }  keys <- v }",
        "public output o[n, m]  step t in n { o[t, d in m] = x[t, d]  keys <- o[t] }",
        "v[i in 2, d in m] = x[i, d]  state more = v  step t in n { more <- x[t]  keys <- x[t] }",
    ];
    accepts(&good);
    let bad = [
        (
            "public output o[n, m]  step t in n { o[t, d in m] = x[t, d]  keys <- o[0] }",
            "E040",
        ),
        (
            "public output o[m, n]  o[d in m, i in n] = 1  step t in n { keys <- o }",
            "E047",
        ),
        (
            "public output o[m, n]  for i in n { o[d in m, i] = 1 }  state s = o",
            "E048",
        ),
        (
            "step t in n { keys <- x[t]  s[j in keys] = keys[j, 0] }  state more = s",
            "E048",
        ),
    ];
    for (body, code) in bad {
        let found = codes(&program(body));
        assert_eq!(found.concat(), code, "{body}");
    }
}

#[test]
fn parts_cover_each_point_once() {
    let good = [
        "v[0] = 1  v[i in 1..n] = x[i, 0]  z = v[0] + v[n - 1]",
        "v[i in 2..n] = x[i, 0]  v[i in 0..2] = 1  z[i in n] = v[i]",
        "v[0, i in n] = 1  v[j in 1..m, 0] = 2  v[j in 1..m, i in 1..n] = 3  z = v[m - 1, n - 1]",
        "for h in heads { v[0] = y[0, h]  v[i in 1..=2] = y[i, h] }  z = v[1, 2]",
        "for h in 1..=2 { v[0] = y[0, h]  v[i in 1..=2] = y[i, h] }  z = v[2, 2]",
        "v[0] = 0  v[i in 1..n] = 1  z = sum(i in n where v[i]) x[i, 0]",
        "v[0] = 0  v[i in 1..n] = x[i, 0]  z[i in n] = max(j in 0..=i where j != 1) v[j]",
        "v[0] = 0  v[i in 1..n] = x[i, 0]  z = v[clip(x[0, 0], 0, n - 1)]",
    ];
    accepts(&good);
    let bad = [
        ("v[0] = 1  v[i in 2..n] = 1", "E064"),
        ("v[i in 0..=1] = 1  v[i in 1..n] = 1", "E064"),
        ("v[i in 1..2] = 1  v[i in 2..n] = 1", "E064"),
        (
            "v[0, 0] = 1  v[0, i in 1..n] = 1  v[1, i in 1..n] = 1",
            "E064",
        ),
        ("v[0] = 1  v[i in 1..n] = v[i - 1]", "E062"),
        ("v[0] = 1  z = v[0]  v[i in 1..n] = 1", "E062"),
        ("v[0] = 1  v[i in 1..n] = 1  z = v[n]", "E022"),
        (
            "v[0] = 0  v[i in 1..n] = 1  z = v[clip(x[0, 0], 0, n)]",
            "E022",
        ),
        ("v[0] = 1  v[i in 1..n where i % 2 == 0] = 1", "E064"),
        (
            "public output o[n, 2]  for t in 2 { o[t, j in 2] = 1  o[i in 2..n, t] = 2 }",
            "E064",
        ),
        (
            "public output o[3]  for t in 1..=2 { o[0] = 1  o[t] = 2 }",
            "E064",
        ),
        (
            "public output o[2, 2]  for t in 2 { o[0, t] = 1  for u in 2 { o[1, 0] = 1 }  o[1, t] = 1 }",
            "E038",
        ),
        ("for h in heads { v[0] = 1  v[i in 1..=h + 1] = 2 }", "E064"),
        (
            "for h in heads { for i in 0..=h { v[0] = 1  v[j in 1..n] = 2 } }",
            "E064",
        ),
        (
            "step t in n { keys <- x[t]  v[0] = 1  v[j in keys] = 2 }",
            "E064",
        ),
        (
            "step t in n { keys <- x[t]  for j in keys { v[0] = 1  v[i in 1..n] = 2 } }",
            "E064",
        ),
        (
            "v[0] = 1  v[i in 1..n] = 2  step t in n { keys <- v[t] }",
            "E050",
        ),
        ("v[0] = 1  v[i in 1..n] = 2  state more = v", "E048"),
        (
            "v[0] = 1  v[i in 1..n] = 1  z[i in n where v[i]] = 1",
            "E067",
        ),
    ];
    for (body, code) in bad {
        assert_eq!(codes(&program(body)), [code], "{body}");
    }
}

#[test]
fn a_read_of_one_part_is_of_its_interval() {
    let body = "v[0] = 100  v[i in 1..n] = x[i, 0]  one = v[2]  other = v[0]  any[i in n] = v[i]";
    let graph = graph(&program(body));
    assert_eq!(interval(&graph, "one"), Interval::new(-9, 9));
    assert_eq!(interval(&graph, "other"), Interval::new(100, 100));
    assert_eq!(interval(&graph, "any"), Interval::new(-9, 100));
}
