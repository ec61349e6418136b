//! Programs whose reductions and values leave points out: by bounds, by conditions on indices, and
//! by conditions on what is given.

use super::programs::Program;

/// A step sees the last three entries.
pub const WINDOW: &str = "circuit filtered_window(steps = 6, width = 3, reach = 3, entries = 8) {
    table weigh(gap in 0..entries) = entries - gap
    private input q[steps, width] : -2..=2
    private input k[steps, width] : -2..=2
    private input v[steps, width] : -9..=9
    state ks = empty
    state vs = empty
    public output o[steps, width]
    step t in steps {
        ks <- k[t]
        vs <- v[t]
        s[j in ks where t - j < reach] = sum(d in width) q[t, d] * ks[j, d]
        m = max(j in ks where t - j < reach) s[j]
        w[j in ks where t - j < reach] = weigh(min(floor((m - s[j]) / 2), entries - 1))
        z = sum(j in ks where t - j < reach) w[j]
        assert z >= 1
        o[t, d in width] = floor(sum(j in ks where t - j < reach) w[j] * vs[j, d] / z)
    }
}";

/// The first entries and the last, without a cache: lower and upper bounds, and a condition.
const SINKS: &str = "circuit filtered_sinks(n = 6, sinks = 1, reach = 2) {
    private input x[n] : -9..=9
    private input y[n] : 0..=9
    public output o[n]
    public output p[n]
    s[t in n, j in 0..=t where t - j < reach or j < sinks] = x[j] * y[t] + j
    m[t in n] = max(j in 0..=t where t - j < reach or j < sinks) s[t, j]
    gap[t in n, j in 0..=t where t - j < reach or j < sinks] : 0..=500 = m[t] - s[t, j]
    assert[t in n, j in 0..=t where t - j < reach] gap[t, j] <= 400
    o[t in n] = sum(j in 0..=t where j < sinks or t - j < reach) clip(gap[t, j], 0, 30)
    p[t in n] = min(j in t..n where not j == t + 1) x[j] - sum(j in t + 1..n) y[j]
}";

/// Reductions over rows within a value that is not everywhere, and nested ones.
const TRIANGLE: &str = "circuit filtered_triangle(n = 5, m = 3) {
    private input x[n]    : -9..=9
    private input y[n, m] : 0..=9
    public output o[n]
    public output pairs[m]
    public output odd
    low[i in 1..n, j in 0..i] = min(d in m where d + j != i) y[i - j, d] * x[j]
    for h in 1..=2 {
        for i in h..n {
            far = max(j in 0..=i) abs(x[j] - h)
            assert far >= 0
            spread[j in 0..i where j % 2 == 0] = clip(far - x[j], 0, 9)
            high[j in 0..i where j % 2 == 0] : 0..=9 = max(d in m) clip(y[j, d] - spread[j], 0, 9)
        }
    }
    o[i in n] = sum(j in 0..n where j < i) low[i, j]
    pairs[d in m] = max(i in n, j in n where i < j and j - i <= d + 1) (y[i, d] - y[j, d])
    odd = sum(i in n where i % 2 == 1) x[i] * x[i]
}";

/// Padding that is given: masked terms count for nothing.
pub fn padded(visibility: &str) -> String {
    format!(
        "circuit filtered_padding(n = 4, m = 3) {{
    table weigh(gap in 0..=7) = 8 - gap
    {visibility} input real[n]  : 0..=1
    private input x[m, n] : -9..=9
    private input v[n]    : -9..=9
    public output o[m]
    public output low[m]
    m0[t in m] = max(j in n where real[j]) x[t, j]
    w[t in m, j in n] = weigh(min(real[j] * (m0[t] - x[t, j]), 7))
    z[t in m] = max(sum(j in n where real[j]) w[t, j], 1)
    o[t in m] = floor(sum(j in n where real[j]) w[t, j] * v[j] / z[t])
    low[t in m] = min(j in n where j <= t + 1 and (real[j] or j == t)) (x[t, j] + v[j])
    assert[t in m, j in n where real[j] and j != t] m0[t] >= x[t, j]
    assert[j in n where real[j] == 0] real[j] * v[j] == 0
}}"
    )
}

/// A head whose terms `only` lets through, or whose scores a mask changes.
pub fn head(only: &str, score: &str, mask: &str) -> String {
    let (keep, n) = match mask.is_empty() {
        true => ("", "s[j]".to_string()),
        false => ("keep[j] * ", "n[j]".to_string()),
    };
    let masked = match mask.is_empty() {
        true => String::new(),
        false => format!("n[j in ks] = {score}"),
    };
    format!(
        "circuit head(steps = 8, width = 4, reach = 4, sinks = 2) {{
    table exp2(gap in 0..=63) = round(255 * 2 ^ (-gap / 8))
    private input q[steps, width] : -4..4
    private input k[steps, width] : -4..4
    private input v[steps, width] : -4..4
    state ks = empty
    state vs = empty
    public output o[steps, width]
    step t in steps {{
        ks <- k[t]
        vs <- v[t]
        {mask}
        s[j in ks{only}] = sum(d in width) q[t, d] * ks[j, d]
        {masked}
        m = max(j in ks{only}) {n}
        w[j in ks{only}] = {keep}exp2(min(floor((m - {n}) / 4), 63))
        z = sum(j in ks{only}) w[j]
        assert z >= 1
        o[t, d in width] = floor(sum(j in ks{only}) w[j] * vs[j, d] / z)
    }}
}}"
    )
}

/// Attention over all steps of which some are padding: by conditions, or by masks.
pub fn encoder(plain: bool) -> String {
    let body = match plain {
        true => {
            "m = max(j in steps where real[j]) s[j]
        w[j in steps] = exp2(min(floor(real[j] * (m - s[j]) / 4), 63))
        z = max(sum(j in steps where real[j]) w[j], 1)
        o[t, d in width] = floor(sum(j in steps where real[j]) w[j] * v[j, d] / z)"
        }
        false => {
            "n[j in steps] = real[j] * (s[j] + 64) - 64
        m = max(j in steps) n[j]
        w[j in steps] = real[j] * exp2(min(floor((m - n[j]) / 4), 63))
        z = max(sum(j in steps) w[j], 1)
        o[t, d in width] = floor(sum(j in steps) w[j] * v[j, d] / z)"
        }
    };
    format!(
        "circuit encoder(steps = 8, width = 4) {{
    table exp2(gap in 0..=63) = round(255 * 2 ^ (-gap / 8))
    public input real[steps] : 0..=1
    private input q[steps, width] : -4..4
    private input k[steps, width] : -4..4
    private input v[steps, width] : -4..4
    public output o[steps, width]
    for t in steps {{
        s[j in steps] = sum(d in width) q[t, d] * k[j, d]
        {body}
    }}
}}"
    )
}

/// Tensors that are defined by parts, read by rows, whole, and by addresses.
const PARTS: &str = "circuit by_parts(n = 4, m = 3) {
    private input x[n, m] : -8..8
    private input at[n]   : 0..n
    public output y[n]
    public output z[m]
    public output w[n]
    a[0, j in m] = x[0, j]
    a[i in 1..n, j in m] = clip(x[i, j] + x[i - 1, j], -8, 7)
    y[0] = sum(j in m) a[0, j] * x[1, j]
    y[i in 1..n] = sum(j in m) a[i, j] * x[i, j]
    z[j in m] = max(i in n) a[i, j]
    w[i in n] = a[at[i], 1]
}";

pub fn programs() -> Vec<Program> {
    vec![
        Program::new("by parts", PARTS, &[], None),
        Program::new("window, filtered", WINDOW, &[], None),
        Program::new("sinks, filtered", SINKS, &[], None),
        Program::new("triangle, filtered", TRIANGLE, &[], None),
        Program::new("padding, private", &padded("private"), &[], None),
        Program::new("padding, public", &padded("public"), &[], None),
    ]
}
