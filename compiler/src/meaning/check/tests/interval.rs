//! The intervals of arithmetic, quotients, extremes and means.

use super::*;

#[test]
fn arithmetic_has_exact_intervals() {
    for (expr, lo, hi) in [
        ("x[0] + x[1] * 2", -9, 9),
        ("-x[0] - 4", -7, -1),
        ("x[0] * x[1]", -9, 9),
        ("x[0] * x[0]", 0, 9),
        ("x[0] ^ 3", -27, 27),
        ("-x[0] ^ 2", -9, 0),
        ("abs(x[0])", 0, 3),
        ("max(x[0], 1)", 1, 3),
        ("min(x[0], x[1], 1)", -3, 1),
        ("clip(x[0], -1, 2)", -1, 2),
        ("clip(x[0], 7, 9)", 7, 7),
        ("clip(x[0], x[1], 9)", -3, 3),
        ("sum(d in width) x[d]", -12, 12),
        ("sum(d in width, e in 2) x[d] * e", -24, 24),
        ("max(d in width) x[d] + 1", -2, 4),
        ("sum(d in width) d", 0, 12),
        ("floor(x[0] / 2)", -2, 1),
        ("ceil(x[0] / 2)", -1, 2),
        ("trunc(x[0] / 2)", -1, 1),
        ("round(x[0] / 2)", -2, 2),
        ("round_half_up(x[0] / 2)", -1, 2),
        ("round_half_even(x[0] / 2)", -2, 2),
        ("floor(0.5 * x[0] + 0.25)", -2, 1),
        ("floor(x[0] / -2)", -2, 1),
        ("floor(1 / 2 + x[0])", -3, 3),
        ("floor(12 / (x[0] + 4))", 1, 12),
        ("floor(7 / 2) + width / 2", 5, 5),
        ("max(2, 3) * 2 ^ 3", 24, 24),
    ] {
        assert_eq!(of("-3..=3", expr), Interval::new(lo, hi), "{expr}");
    }
}

#[test]
fn a_rational_is_brought_to_one_quotient() {
    let printed = |expr: &str| {
        let graph = graph(&around("1..=8", &format!("y = floor({expr})")));
        let text = graph.to_string();
        let line = text
            .lines()
            .find(|line| line.starts_with("value y"))
            .map(str::to_owned);
        line.and_then(|line| Some(line.split_once(" = ")?.1.to_owned()))
            .expect("a line for y")
    };
    assert_eq!(
        printed("x[0] / x[1] + x[2]"),
        "floor((x[0] + x[2] * x[1]) / x[1])"
    );
    assert_eq!(printed("x[0] / x[1] * x[2]"), "floor(x[0] * x[2] / x[1])");
    assert_eq!(printed("x[0] / x[1] / x[2]"), "floor(x[0] / (x[1] * x[2]))");
    assert_eq!(
        printed("x[0] / x[1] - x[2] / x[1]"),
        "floor((x[0] - x[2]) / x[1])"
    );
    assert_eq!(printed("x[0] / (x[1] / x[2])"), "floor(x[0] * x[2] / x[1])");
    assert_eq!(printed("x[0] / -x[1]"), "floor(-x[0] / x[1])");
    assert_eq!(printed("-(x[0] / 3)"), "floor(-x[0] / 3)");
    assert_eq!(printed("x[0] + 1"), "x[0] + 1");
}

#[test]
fn a_maximum_is_not_below_its_terms() {
    let gap = |body: &str| interval(&graph(&around("-3..=3", body)), "gap");
    let named = "peak = max(d in width) x[d]  gap[e in width] = peak - x[e]";
    assert_eq!(gap(named), Interval::new(0, 6));
    assert_eq!(
        gap("gap[e in width] = max(d in width) x[d] - x[e]"),
        Interval::new(0, 6)
    );
    assert_eq!(
        gap("gap[e in width] = x[e] - min(d in width) x[d]"),
        Interval::new(0, 6)
    );
    assert_eq!(
        gap("gap[e in width] = x[e] - max(d in width) x[d]"),
        Interval::new(-6, 0)
    );
    assert_eq!(
        gap("gap = max(d in 3) x[d + 1] - x[3]"),
        Interval::new(-6, 6)
    );
    assert_eq!(
        gap("gap[e in 3] = max(d in 3) x[d + 1] - x[e + 1]"),
        Interval::new(0, 6)
    );
    // Another domain, other terms: nothing is known.
    assert_eq!(
        gap("gap[e in width] = max(d in 3) x[d] - x[e]"),
        Interval::new(-6, 6)
    );
    assert_eq!(
        gap("gap[e in width] = max(d in width) x[0] - x[e]"),
        Interval::new(-6, 6)
    );
    let through = "s[d in width] = x[d] + 1  peak = max(d in width) s[d]  gap[e in width] = peak - (x[e] + 1)";
    assert_eq!(gap(through), Interval::new(0, 6));
    assert_eq!(gap("gap = max(x[0], x[1]) - x[1]"), Interval::new(0, 6));
    // An index bound inside both sides is no index of the maximum.
    let captured = "circuit c(n = 2) { private input a[n, n] : 0..=1
        gap = max(j in n) (sum(i in n) a[j, i]) - sum(i in n) a[i, i] }";
    assert_eq!(interval(&graph(captured), "gap"), Interval::new(-2, 2));
}

#[test]
fn a_mean_lies_among_its_values() {
    let mean = |expr: &str| {
        let source = format!(
            "circuit m(n = 4) {{ private input w[n] : 1..=9  private input v[n] : -5..=7
             private input u[n] : -1..=9
             mass = sum(i in n) w[i]
             y = {expr} }}"
        );
        interval(&graph(&source), "y")
    };
    let values = Interval::new(-5, 7);
    assert_eq!(mean("floor(sum(j in n) w[j] * v[j] / mass)"), values);
    assert_eq!(
        mean("ceil(sum(j in n) v[j] * w[j] / sum(k in n) w[k])"),
        values
    );
    assert_eq!(
        mean("floor(-3 * sum(j in n) w[j] * v[j] / mass)"),
        Interval::new(-21, 15)
    );
    assert_eq!(
        mean("floor(sum(j in n) 4 * v[j] * w[j] / mass * 2)"),
        Interval::new(-40, 56)
    );
    assert_eq!(
        mean("round(sum(j in n) w[j] * v[j] / (3 * mass))"),
        Interval::new(-2, 2)
    );
    assert_eq!(
        mean("floor(sum(j in n) w[j] * v[j] * u[j] / mass)"),
        Interval::new(-45, 63)
    );
    assert_eq!(
        mean("floor(sum(j in n) w[j] * w[j] * v[j] / sum(j in n) w[j] * w[j])"),
        values
    );
    assert_eq!(
        mean("floor(sum(i in n, j in n) w[j] * v[i] / sum(a in n, b in n) w[b])"),
        values
    );
    // Other weights, another domain, negative weights: nothing is known.
    let wide = Interval::new(-45, 63);
    assert_eq!(mean("floor(sum(j in n) w[3 - j] * v[j] / mass)"), wide);
    assert_eq!(mean("floor(sum(j in 4) w[0] * v[j] / mass)"), wide);
    assert_ne!(
        mean("floor(sum(j in n) u[j] * v[j] / max(1, sum(j in n) u[j]))"),
        values
    );
}
