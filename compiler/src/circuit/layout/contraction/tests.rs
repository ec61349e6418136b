//! Which sums are contractions, and what their operands are.

use super::*;

/// `batch | contracted | rows | columns` of every sum that can be evaluated; rows with the
/// seeds that they are shifted by.
fn parts(body: &str) -> Vec<String> {
    let source = format!(
        "circuit test(n = 3, m = 2, seeded = 2) {{
        private input x[n, m]    : -9..=9
        private input y[m, n]    : -9..=9
        private input z[n, m, n] : -9..=9
        private input v[m]       : -9..=9
        private input seed[seeded, m] : -9..=9
        state keys = seed
        {body} }}"
    );
    let (_, graph) = crate::analyse(&source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
    let names = |of: &[IndexId]| -> String {
        let names = of.iter().map(|&i| graph.index(i).name.as_str());
        names.collect::<Vec<_>>().join(",")
    };
    let found = contractions(&graph).into_iter();
    let parts = found.filter_map(|id| contraction(&graph, id));
    parts
        .map(|c| {
            let shift = c.causal.map(|seeded| format!("+{seeded}"));
            format!(
                "{} | {} | {}{} | {}",
                names(&c.batch),
                names(&c.contracted),
                names(&c.rows),
                shift.unwrap_or_default(),
                names(&c.columns)
            )
        })
        .collect()
}

fn product(left: &str, body: &str) -> Vec<String> {
    parts(&format!(
        "public output o[n, n] o[i in n, j in n] = {left}{body}"
    ))
}

#[test]
fn operands_are_told_apart_by_what_they_depend_on() {
    assert_eq!(
        product("", "sum(k in m) x[i, k] * y[k, j]"),
        [" | k | i | j"]
    );
    assert_eq!(
        product("3 * ", "sum(k in m) 2 * y[k, j] * x[i, k]"),
        [" | k | j | i"]
    );
    assert_eq!(
        product("", "sum(k in m) z[i, k, j] * v[k]"),
        [" | k | i,j | "]
    );
    assert_eq!(
        product("", "sum(k in m) z[i, k, j] * x[j, k]"),
        ["j | k | i | "]
    );
    assert_eq!(
        product("", "sum(k in m, l in n) z[i, k, l] * z[j, k, l]"),
        [" | k,l | i | j"]
    );
}

#[test]
fn a_sum_of_results_is_one_over_them() {
    let outer = "sum(l in n) sum(k in m) x[l, k] * y[k, j]";
    assert_eq!(product("", outer), [" | k | l | j"]);
}

#[test]
fn other_sums_are_not_contractions() {
    for body in [
        "sum(k in m) x[i, k]",
        "sum(k in m) x[i, k] * x[i, k]",
        "sum(k in m) v[k] * v[k]",
        "sum(k in m) (x[i, k] * y[k, j] + 1)",
        "max(k in m) x[i, k] * y[k, j]",
    ] {
        assert!(product("", body).is_empty(), "{body}");
    }
}

#[test]
fn what_is_left_out_is_left_out_of_an_operand() {
    let product = |filter: &str, term: &str| {
        parts(&format!(
            "w[i in n, k in m where k <= i] = clip(x[i, k], 0, 3)
             public output o[n, n]
             o[i in n, j in n] = sum(k in m where {filter}) {term}"
        ))
    };
    assert_eq!(product("k <= i", "w[i, k] * y[k, j]"), [" | k | i | j"]);
    assert_eq!(product("k <= j", "x[i, k] * y[k, j]"), [" | k | i | j"]);
    assert_eq!(product("k < i", "x[i, k] * y[k, j]"), [" | k | i | j"]);
    assert_eq!(product("k == 0", "w[i, k] * y[k, j]"), [" | k | i | j"]);
    let own = product("k == 0", "x[i, k] * w[k, k] * y[k, j] * v[k]");
    assert_eq!(own, [" | k | i | j"]);
    // A condition on both, an operand that is not everywhere, and a result that is not.
    for (filter, term) in [
        ("k + i <= j", "x[i, k] * y[k, j]"),
        ("k <= i", "w[i, k] * w[j, 0] * y[k, j]"),
    ] {
        assert!(product(filter, term).is_empty(), "{filter} {term}");
    }
}

#[test]
fn a_growing_range_is_the_column_as_a_cache_is() {
    let table = "public output o[n] s[i in n, j in 0..=i] = sum(k in m) x[i, k] * x[j, k]";
    let sums = "o[i in n] = sum(j in 0..=i) s[i, j]";
    assert_eq!(parts(&format!("{table} {sums}")), [" | k | i+0 | j"]);
}

#[test]
fn a_growing_cache_is_the_column() {
    let step = |body: &str| {
        parts(&format!(
            "public output o[n] step t in n {{ keys <- x[t] {body} }}"
        ))
    };
    assert_eq!(
        step("s[j in keys] = sum(d in m) x[t, d] * keys[j, d] o[t] = max(j in keys) s[j]"),
        [" | d | t+2 | j"]
    );
    // Heads of the query alone: the keys are repeated for each.
    assert_eq!(
        step(
            "s[h in n, j in keys] = sum(d in m) z[t, d, h] * keys[j, d]
             o[t] = max(j in keys) s[0, j]"
        ),
        ["h | d | t+2 | j"]
    );
    assert_eq!(
        step(
            "w[j in keys] = clip(keys[j, 0], 0, 3)
             s[d in m] = sum(j in keys) w[j] * keys[j, d] o[t] = s[0]"
        ),
        [" | j | t | d"]
    );
}
