//! Small programs for every sum of products that the language can write.

use super::programs::Program;

/// A program, and how many of its sums of products can be evaluated.
pub struct Contracted {
    pub program: Program,
    pub sums: usize,
}

const MATRIX: &str = "circuit matrix(n = 3, m = 4, p = 2) {
    private input a[n, m] : -9..=9
    private input b[m, p] : -9..=9
    public output c[n, p]
    c[i in n, j in p] = sum(k in m) a[i, k] * b[k, j]
    plan fused { proof all: * }
    plan parted { proof operands: a + b  proof result: * - a - b }
    plan apart { proof left: a  proof right: b  proof result: * - a - b }
    plan crossed { proof result: c + a  proof other: b }
}";

const ORDERS: &str = "circuit orders(n = 3, m = 2, p = 3) {
    private input x[m, n] : -9..=9
    private input y[m, p] : -9..=9
    public input z[p, m]  : -9..=9
    public output first[n, p]
    public output last[p, p]
    public output turned[p, n]
    first[i in n, j in p]  = sum(k in m) x[k, i] * y[k, j]
    last[j in p, i in p]   = sum(k in m) z[i, k] * z[j, k]
    turned[j in p, i in n] = sum(k in m) z[j, k] * x[k, i]
}";

const BATCH: &str = "circuit batch(h = 2, n = 3, m = 3, p = 2) {
    private input a[h, n, m] : -9..=9
    private input b[h, m, p] : -9..=9
    private input c[m, p, h] : -9..=9
    public output leading[h, n, p]
    public output trailing[n, p, h]
    public output two[h, n, p]
    leading[g in h, i in n, j in p]  = sum(k in m) a[g, i, k] * b[g, k, j]
    trailing[i in n, j in p, g in h] = sum(k in m) a[g, i, k] * c[k, j, g]
    two[g in h, i in n, j in p]      = sum(k in m, l in h) a[l, i, k] * b[g, k, j] * c[k, j, l]
}";

const CONTRACTED_TWICE: &str = "circuit twice(n = 3, m = 2, q = 3, p = 2) {
    private input a[n, m, q] : -9..=9
    private input b[q, m, p] : -9..=9
    public output c[n, p]
    public output d[n, p]
    c[i in n, j in p] = sum(k in m, l in q) a[i, k, l] * b[l, k, j]
    d[i in n, j in p] = sum(l in q) sum(k in m) a[i, k, l] * b[l, k, j]
}";

const OPERANDS: &str = "circuit operands(n = 3, m = 3, p = 2) {
    table square(i in -9..=9) = round(i * i)
    private input x[n, m] : -9..=9
    private input y[m, p] : -9..=9
    private input z[p]    : -3..=3
    public output shifted[n, p]
    public output clipped[n, p]
    public output three[n, p]
    public output scaled[n, p]
    public output looked[n, p]
    public output nothing[n, p]
    public output numbers[n, p]
    public output own[n, p]
    half[i in n, k in m] = floor(x[i, k] / 2)
    shifted[i in n, j in p] = sum(k in m) (x[i, k] + 3) * (y[k, j] - k)
    clipped[i in n, j in p] = sum(k in m) clip(x[i, k], -2, 4) * max(y[k, j], z[j])
    three[i in n, j in p]   = sum(k in m) x[i, k] * y[k, j] * z[j]
    scaled[i in n, j in p]  = sum(k in m) 2 * x[i, k] * -3 * y[k, j]
    looked[i in n, j in p]  = sum(k in m) square(x[i, k]) * y[k, j]
    nothing[i in n, j in p] = sum(k in m) 0 * x[i, k] * y[k, j]
    numbers[i in n, j in p] = sum(k in m) (i - 2 * k) * (k + j)
    own[i in n, j in p]     = sum(k in m) half[i, k] * y[k, j]
}";

const SHARED: &str = "circuit shared(n = 3, m = 3) {
    private input x[n, m] : -9..=9
    private input y[m, n] : -9..=9
    private input v[m]    : -9..=9
    public output one[n, n]
    public output other[m, m]
    public output gram[n, n]
    public output vector[n]
    public output counted[n]
    public output summed[n]
    one[i in n, j in n]   = sum(k in m) x[i, k] * y[k, j]
    other[i in m, j in m] = sum(k in n) x[k, i] * y[j, k]
    gram[i in n, j in n]  = sum(k in m) x[i, k] * x[j, k]
    vector[i in n]        = sum(k in m) x[i, k] * v[k]
    counted[i in n]       = sum(k in m) x[i, k] * k
    summed[j in n]        = sum(i in n) sum(k in m) x[i, k] * y[k, j]
    plan fused { proof all: * }
    plan parted { proof left: x + one + vector  proof right: * - x - one - vector }
}";

const CHAINED: &str = "circuit chained(n = 3, m = 2, p = 3) {
    private input a[n, m] : -3..=3
    private input b[m, p] : -3..=3
    private input c[p, n] : -3..=3
    public output end[n, n]
    public output square[n, n]
    public output within[n, n]
    ab[i in n, j in p]     = sum(k in m) a[i, k] * b[k, j]
    end[i in n, j in n]    = sum(l in p) ab[i, l] * c[l, j]
    square[i in n, j in n] = sum(l in p) ab[i, l] * ab[j, l]
    within[i in n, j in n] = sum(l in p) (sum(k in m) a[i, k] * b[k, l] * 1) * c[l, j]
    plan fused { proof all: * }
    plan parted { proof first: a + b + ab  proof second: * - a - b - ab }
}";

const AROUND: &str = "circuit around(n = 3, m = 3, p = 3) {
    private input a[n, m] : -4..=4
    private input b[m, p] : -4..=4
    public output most[n]
    public output held[n, p] : -7..=9
    public output mean[n, p]
    public output least[n, p]
    narrow[i in n, j in p] : -48..=48 = sum(k in m) a[i, k] * b[k, j]
    assert[i in n, j in p] sum(k in m) a[i, k] * b[k, j] + 48 >= narrow[i, j] - narrow[i, j]
    most[i in n]          = max(j in p) sum(k in m) a[i, k] * b[k, j]
    held[i in n, j in p]  = clip(sum(k in m) a[i, k] * b[k, j], -7, 9)
    mean[i in n, j in p]  = round_half_even((3 * sum(k in m) a[i, k] * b[k, j]) / 4)
    least[i in n, j in p] = min(narrow[i, j], 3)
}";

const CAUSAL: &str = "circuit causal(steps = 4, width = 2, seeded = 2) {
    private input q[steps, width]     : -5..=5
    private input k[steps, width]     : -5..=5
    private input v[steps, width]     : -5..=5
    private input sk[seeded, width]   : -5..=5
    private input sv[seeded, width]   : -5..=5
    state keys   = sk
    state values = sv
    public output mixed[steps, width]
    public output peak[steps]
    step t in steps {
        keys   <- k[t]
        values <- v[t]
        score[j in keys]     = sum(d in width) q[t, d] * keys[j, d]
        gap[j in keys]       = clip(score[j], 0, 6)
        mixed[t, d in width] = sum(j in keys) gap[j] * values[j, d]
        peak[t]              = max(j in keys) score[j]
    }
    region scores { score }
    plan fused { proof all: * }
    plan sidecar { proof arithmetic: * - scores  proof score: scores }
    plan cut { proof caches: q + k + v + sk + sv  proof rest: * - q - k - v - sk - sv }
}";

const UNSEEDED: &str = "circuit unseeded(steps = 5, width = 3) {
    private input q[steps, width] : -5..=5
    private input x[steps, width] : -5..=5
    state keys = empty
    public output total[steps]
    public output mixed[steps, width]
    step t in steps {
        key[d in width] = clip(x[t, d] * 2, -6, 7)
        keys <- key
        score[j in keys]     = sum(d in width) (q[t, d] + 1) * keys[j, d]
        total[t]             = sum(j in keys) score[j]
        mixed[t, d in width] = sum(j in keys) score[j] * keys[j, d]
    }
}";

const HEADS: &str = "circuit heads(steps = 3, heads = 4, share = 2, width = 2, seeded = 1) {
    private input q[steps, heads, width]          : -4..=4
    private input k[steps, heads / share, width]  : -4..=4
    private input s[seeded, heads / share, width] : -4..=4
    state keys = s
    public output mixed[steps, heads, width]
    step t in steps {
        keys <- k[t]
        for h in heads {
            score[j in keys]        = sum(d in width) q[t, h, d] * keys[j, h / share, d]
            mixed[t, h, d in width] = sum(j in keys) score[j] * keys[j, h / share, d]
        }
    }
}";

const GROWING: &str = "circuit growing(steps = 3, width = 2, seeded = 1) {
    private input x[steps, width]  : -3..=3
    private input s[seeded, width] : -3..=3
    state keys = s
    public output total[steps]
    public output mixed[steps]
    public output polynomial[steps]
    public output vector[steps]
    step t in steps {
        keys <- x[t]
        near[j in keys, d in width]  = clip(keys[j, d] * x[t, d], -4, 5)
        plain[j in keys, d in width] = keys[j, d] - x[t, d]
        gram[i in keys, j in keys]   = sum(d in width) near[i, d] * near[j, d]
        other[i in keys, j in keys]  = sum(d in width) plain[i, d] * near[j, d]
        along[j in keys]             = sum(d in width) near[j, d] * x[t, d]
        total[t]      = sum(i in keys, j in keys) gram[i, j]
        mixed[t]      = max(j in keys) other[j, t]
        polynomial[t] = sum(i in keys) sum(j in keys) other[i, j] * (i + 2 * j)
        vector[t]     = min(j in keys) along[j]
    }
}";

const SEEDS: &str = "circuit seeds(steps = 3, width = 2) {
    private input x[steps, width] : -3..=3
    private input y[steps, width] : -3..=3
    private input few[1, width]   : -3..=3
    private input many[3, width]  : -3..=3
    private input bias[6]         : -3..=3
    state small = few
    state large = many
    public output short[steps, width]
    public output long[steps, width]
    public output weighed[steps, width]
    step t in steps {
        small <- x[t]
        large <- y[t]
        weight[j in large] = clip(large[j, 0] - small[t, 1], -2, 2)
        short[t, d in width]   = sum(j in small) weight[j] * small[j, d]
        long[t, d in width]    = sum(j in large) weight[j] * large[j, d]
        weighed[t, d in width] = sum(j in large) (bias[j] - t) * large[j, d]
    }
}";

const ONE_KEY_HEAD: &str = "circuit one(steps = 3, heads = 2, width = 2, seeded = 1) {
    private input q[steps, heads, width]  : -4..=4
    private input k[steps, width]         : -4..=4
    private input w[steps, width, heads]  : -4..=4
    private input s[seeded, width]        : -4..=4
    private input r[seeded, width, heads] : -4..=4
    state keys = s
    state wide = r
    public output mixed[steps, heads, width]
    public output apart[steps, heads]
    step t in steps {
        keys <- k[t]
        wide <- w[t]
        for h in heads {
            score[j in keys]        = sum(d in width) q[t, h, d] * keys[j, d]
            mixed[t, h, d in width] = sum(j in keys) score[j] * keys[j, d]
        }
        split[j in wide, g in heads] = sum(d in width) k[t, d] * wide[j, d, g]
        apart[t, g in heads]         = max(j in wide) split[j, g]
    }
}";

/// Sums that are none of two operands: they are laid out as they always were.
const OTHERS: &str = "circuit others(n = 3, m = 3) {
    private input a[n, m] : -9..=9
    private input b[n, m] : -9..=9
    private input v[m]    : -9..=9
    public output one[n]
    public output rows[n]
    public output dot
    public output both[n, n]
    public output whole[m]
    one[i in n]            = sum(k in m) a[i, k]
    rows[i in n]           = sum(k in m) a[i, k] * b[i, k]
    dot                    = sum(k in m) v[k] * v[k]
    both[i in n, j in n]   = sum(k in m) (a[i, k] * b[j, k] + v[k])
    whole[k in m]          = sum(i in n) sum(j in n) a[i, k] * b[j, 0]
}";

/// Every form, in the sizes and under the plans that matter to it.
/// Caches that are read at the step itself: only what has been appended counts, although every
/// entry of the tensor is there in the end.
const AT_THE_STEP: &str = "circuit steps(n = 4, w = 3) {
    private input k[n, n] : -9..=9
    private input v[n, w] : -9..=9
    private input u[n]    : -9..=9
    state keys = empty
    state values = empty
    state scales = empty
    public output column[n, w]
    public output row[n, w]
    public output largest[n, w]
    step t in n {
        keys   <- k[t]
        values <- v[t]
        scales <- u[t]
        column[t, d in w]  = sum(j in keys) keys[j, t] * values[j, d]
        row[t, d in w]     = sum(j in keys) keys[t, j] * values[j, d]
        most[d in w]       = sum(j in keys) values[j, d] * scales[j] * max(e in n) keys[j, e]
        largest[t, d in w] = most[d]
    }
}";

pub fn contracted() -> Vec<Contracted> {
    let form = |source: &str, sums, overrides: &[(&str, i64)], plan: Option<&'static str>| {
        let name = source.split(['(', ' ']).nth(1).unwrap_or_default();
        let sizes: Vec<String> = overrides.iter().map(|(_, v)| v.to_string()).collect();
        let plan_name = plan.map(|plan| format!(", {plan}")).unwrap_or_default();
        let name = match sizes.is_empty() {
            true => format!("{name}{plan_name}"),
            false => format!("{name} {}{plan_name}", sizes.join("x")),
        };
        Contracted {
            program: Program::new(&name, source, overrides, plan),
            sums,
        }
    };
    let sizes = |n, m, p| [("n", n), ("m", m), ("p", p)];
    let cache = |steps, width, seeded| [("steps", steps), ("width", width), ("seeded", seeded)];
    vec![
        form(MATRIX, 1, &[], None),
        form(MATRIX, 1, &[], Some("parted")),
        form(MATRIX, 1, &[], Some("apart")),
        form(MATRIX, 1, &[], Some("crossed")),
        form(MATRIX, 1, &sizes(1, 1, 1), None),
        form(MATRIX, 1, &sizes(1, 3, 5), None),
        form(MATRIX, 1, &sizes(5, 1, 1), None),
        form(MATRIX, 1, &sizes(5, 3, 7), None),
        form(ORDERS, 3, &[], None),
        form(BATCH, 3, &[], None),
        form(CONTRACTED_TWICE, 2, &[], None),
        form(OPERANDS, 6, &[], None),
        form(SHARED, 6, &[], None),
        form(SHARED, 6, &[], Some("parted")),
        form(CHAINED, 5, &[], None),
        form(CHAINED, 5, &[], Some("parted")),
        form(AROUND, 5, &[], None),
        form(CAUSAL, 2, &[], Some("fused")),
        form(CAUSAL, 2, &[], Some("sidecar")),
        form(CAUSAL, 2, &[], Some("cut")),
        form(CAUSAL, 2, &cache(1, 1, 1), Some("fused")),
        form(CAUSAL, 2, &cache(3, 3, 0), Some("fused")),
        form(CAUSAL, 2, &cache(2, 1, 5), Some("sidecar")),
        form(UNSEEDED, 2, &[], None),
        form(HEADS, 2, &[], None),
        form(GROWING, 4, &[], None),
        form(SEEDS, 3, &[], None),
        form(ONE_KEY_HEAD, 3, &[], None),
        form(AT_THE_STEP, 3, &[], None),
        form(OTHERS, 0, &[], None),
    ]
}
