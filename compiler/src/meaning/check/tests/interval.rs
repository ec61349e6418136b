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
        ("sum(d in width, e in 2) x[d] * e", -12, 12),
        ("max(d in width) x[d] + 1", -2, 4),
        ("sum(d in width) d", 6, 6),
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

#[test]
fn a_remainder_is_less_than_its_divisor() {
    let rest = |body: &str| interval(&graph(&around("-40..=70", body)), "rest");
    let all = Interval::new(0, 7);
    assert_eq!(rest("rest = x[0] - 8 * floor(x[0] / 8)"), all);
    assert_eq!(rest("rest[d in width] = x[d] - floor(x[d] / 8) * 8"), all);
    assert_eq!(rest("q = floor(x[1] / 8)  rest = x[1] - 8 * q"), all);
    assert_eq!(
        rest("q[d in width] = floor(x[d] / 8)  p[d in width] = 8 * q[d]  rest[e in 2] = x[e + 1] - p[e + 1]"),
        all
    );
    assert_eq!(
        rest("n[d in width] = x[d] + 3  q[d in width] = floor((x[d] + 3) / 8)  rest[d in width] = n[d] - 8 * q[d]"),
        all
    );
    assert_eq!(
        rest("rest = x[0] - 8 * ceil(x[0] / 8)"),
        Interval::new(-7, 0)
    );
    assert_eq!(
        rest("rest = x[0] - 8 * trunc(x[0] / 8)"),
        Interval::new(-7, 7)
    );
    assert_eq!(
        rest("rest = x[0] - 8 * round(x[0] / 8)"),
        Interval::new(-4, 4)
    );
    assert_eq!(
        rest("d = clip(x[1], 1, 9)  q = floor(x[0] / d)  rest = x[0] - q * d"),
        Interval::new(0, 8)
    );
    // Another divisor, another numerator, another point: nothing more is known.
    for other in [
        "rest = x[0] - 7 * floor(x[0] / 8)",
        "rest = x[0] + 1 - 8 * floor(x[0] / 8)",
        "rest = x[1] - 8 * floor(x[0] / 8)",
        "q[d in width] = floor(x[d] / 8)  rest[e in 2] = x[e] - 8 * q[e + 1]",
        "rest = x[0] - 8 * floor(x[0] / 8) * x[1]",
    ] {
        let found = rest(other);
        assert!(found.lo < -7 && found.hi > 7, "{other}: {found}");
    }
}

#[test]
fn a_square_is_not_negative() {
    let square = |body: &str| interval(&graph(&around("-3..=4", body)), "square");
    for (body, most) in [
        ("square = (x[0] - x[1]) * (x[0] - x[1])", 49),
        (
            "z = x[1]  square[d in width] = (x[d] - z) * (x[d] - x[1])",
            49,
        ),
        ("c[d in width] = x[d] - 1  square = c[2] * (x[2] - 1)", 16),
        (
            "square = sum(d in width) (x[d] - x[0]) * (x[d] - x[0])",
            196,
        ),
        ("square = 2 * x[0] * x[0]", 32),
        ("square = x[0] * (x[1] * x[0]) * x[1]", 256),
    ] {
        assert_eq!(square(body), Interval::new(0, most), "{body}");
    }
    assert_eq!(square("square = -x[0] * x[0]"), Interval::new(-16, 0));
    assert_eq!(
        square("square = x[0] * x[0] * x[1]"),
        Interval::new(-48, 64)
    );
    assert_eq!(square("square = (x[0] - x[1]) * (x[1] - x[0])").lo, -49);
    assert_eq!(square("square = (x[0] - x[1]) * (x[0] - x[2])").lo, -49);
}

#[test]
fn a_mean_over_a_sum_that_may_be_nothing_lies_among_its_values_and_0() {
    let mean = |expr: &str| {
        let source = format!(
            "circuit m(n = 4) {{ private input w[n] : 0..=9  private input v[n] : 5..=7
             private input u[n] : -1..=9
             mass = sum(i in n) w[i]
             held = max(mass, 1)
             y = {expr} }}"
        );
        interval(&graph(&source), "y")
    };
    for (expr, lo, hi) in [
        ("floor(sum(j in n) w[j] * v[j] / max(mass, 1))", 0, 7),
        ("floor(sum(j in n) w[j] * v[j] / held)", 0, 7),
        (
            "floor(sum(j in n) w[j] * v[j] / max(5, sum(i in n) w[i]))",
            0,
            7,
        ),
        ("floor(-2 * sum(j in n) v[j] * w[j] / held)", -14, 0),
        ("floor(6 * sum(j in n) w[j] * v[j] / (3 * held))", 0, 14),
        (
            "floor(sum(j in n) 3 * w[j] * v[j] / max(3 * mass, 4))",
            0,
            7,
        ),
        // Other weights, or negative ones, or a floor that is an element.
        ("floor(sum(j in n) w[3 - j] * v[j] / held)", 0, 252),
        (
            "floor(sum(j in n) u[j] * v[j] / max(sum(i in n) u[i], 1))",
            -28,
            252,
        ),
        ("floor(sum(j in n) w[j] * v[j] / max(mass, v[0]))", 0, 50),
    ] {
        assert_eq!(mean(expr), Interval::new(lo, hi), "{expr}");
    }
}

/// Where linear reasoning does not decide, a subscript is tried at every point.
#[test]
fn a_subscript_is_bounded_by_its_points() {
    let found = |at: &str| {
        let source = format!(
            "circuit c(width = 8, half = 4) {{ private input q[2, width] : 0..=1
             r[h in 2, d in width] = q[h, {at}] }}"
        );
        codes(&source)
    };
    assert!(found("d + 1 - 2 * (d % 2)").is_empty());
    assert!(
        found("(d + half) % width - 4 * ((d + half) % width / half) + 4 * (d / half)").is_empty()
    );
    assert_eq!(found("d + 2 - 2 * (d % 2)"), ["E022"]);
    assert_eq!(found("d - 1 + 2 * (d % 3)"), ["E022"]);
    let large =
        "circuit c(n = 65538) { private input q[n] : 0..=1 r[d in n] = q[d + 1 - 2 * (d % 2)] }";
    assert_eq!(codes(large), ["E022"]);
}

/// A value may double the subscript of the one that it reads: nobody writes that out.
#[test]
fn chains_of_values_take_no_time() {
    let chain = |line: &dyn Fn(usize) -> String| {
        let lines: Vec<String> = (1..60).map(line).collect();
        let source = format!(
            "circuit c(n = 8) {{ private input x[n] : -8..8  s0[i in n] = x[i]  t0[i in n] = x[i] {} }}",
            lines.join(" ")
        );
        graph(&source)
    };
    let both = |k: usize, of: &dyn Fn(&str) -> String| {
        let (s, t) = (of(&format!("s{}", k - 1)), of(&format!("t{}", k - 1)));
        format!("s{k}[i in n] = {s} t{k}[i in n] = {t} d{k}[i in n] = max(s{k}[i], 0) - t{k}[i]")
    };
    chain(&|k| both(k, &|v| format!("{v}[(i + i) % n]")));
    let found = chain(&|k| {
        both(k, &|v| {
            format!("clip({v}[i] + {v}[(i + 1) % n] * {v}[i], -9, 9)")
        })
    });
    // The same all the way down.
    assert_eq!(interval(&found, "d3"), Interval::new(0, 18));
    chain(&|k| {
        both(k, &|v| {
            let other = if k % 2 == 0 { "i" } else { "(i + 3) % n" };
            format!("clip({v}[{other}] * {v}[i] + {v}[(i + 1) % n], -9, 9)")
        })
    });
}

#[test]
fn a_power_of_an_index_is_known_at_every_point() {
    let y = |body: &str| interval(&graph(&around("0..256", body)), "y");
    assert_eq!(y("y[k in 8] = 2 ^ k"), Interval::new(1, 128));
    // Of indices alone: exactly.
    assert_eq!(y("y[k in 8] = 2 ^ (7 - k) + k"), Interval::new(8, 128));
    assert_eq!(y("y[k in 8] = 2 ^ (7 - k) + x[0]"), Interval::new(1, 383));
    assert_eq!(y("y[k in 8] = floor(x[0] / 2 ^ k)"), Interval::new(0, 255));
    assert_eq!(
        y("y[k in 4] = floor(x[0] / 2 ^ (k + 2))"),
        Interval::new(0, 63)
    );
    assert_eq!(
        y("y[k in 8] = x[0] - 2 ^ k * floor(x[0] / 2 ^ k)"),
        Interval::new(0, 127)
    );
    assert_eq!(y("y[k in 2] = x[2 ^ k]"), Interval::new(0, 255));
    let code = |body: &str| codes(&around("0..256", body));
    assert_eq!(code("y[k in 3] = x[2 ^ k]"), ["E022"]);
    assert_eq!(code("y[k in 3] = 2 ^ (0 - k)"), ["E030"]);
    assert_eq!(code("y[k in 3] = (-2) ^ k"), ["E030"]);
    assert_eq!(code("y[k in 64] = 2 ^ k * 0"), ["E014"]);
    assert_eq!(code("y[k in 3] = x[0] ^ k"), ["E030"]);
    assert_eq!(code("y[k in 3] = k ^ k"), ["E030"]);
}

#[test]
fn a_static_value_leaves_what_is_known_of_those_after_it() {
    let graph = graph(
        "circuit c(n = 4) { private input x[n] : -8..8 public output o[n]
        keep[i in n] = clip(2 - i, 0, 1)
        top          = max(i in n) x[i]
        gap[i in n]  = top - x[i]
        o[i in n]    = gap[i] * keep[i] }",
    );
    assert_eq!(interval(&graph, "gap"), Interval::new(0, 15));
}

/// No proof computes a static value: it is evaluated in 64 bits, and only its elements are in the field.
#[test]
fn what_is_static_is_no_number_of_the_field_on_its_way() {
    let with = |body: &str| {
        format!(
            "circuit c(n = 4) {{ fixed input w[n] : -60000..=60000 private input x[n] : 0..4
            public output y[n] {body} y[i in n] = x[i] * d[i] }}"
        )
    };
    let decay = graph(&with("d[i in 16] = floor(256 * 7 ^ i / 8 ^ i)"));
    assert_eq!(interval(&decay, "y"), Interval::new(0, 3 * 256));
    graph(&with(
        "assert sum(i in n) w[i] * w[i] <= 2 ^ 33
        d[i in n] = floor(max(w[i] * w[i], 5) / 2 ^ 12)",
    ));
    assert_eq!(codes(&with("d[i in n] = w[i] * w[i]")), ["E034"]);
    assert_eq!(codes(&with("d[i in n] = x[i] * w[i] * w[i]")), ["E034"]);
}
