//! Programs with loops that carry: over steps and over layers.

use super::programs::Program;

/// A running maximum, two states that are replaced by each other, and one by an input.
const RUNNING: &str = "circuit carried_running(steps = 6) {
    private input x[steps] : -9..=9
    state best : -9..=9 = -9
    state a : 0..=40 = 0
    state b : 0..=40 = 1
    state last : -9..=9 = 3
    public output y[steps]
    public output fib[steps]
    public output delayed[steps]
    public output end
    step t in steps {
        kept = max(best, x[t])
        best <- kept
        a <- b
        c = a + b
        b <- c
        last <- x[t]
        y[t] = kept
        fib[t] = a
        delayed[t] = last
    }
    end = best + a + last
}";

/// `s + k v^T` where a gate keeps part of it: a delta rule, and what a query reads of it. The state
/// begins with a tensor that is given.
const DELTA: &str = "circuit carried_delta(steps = 4, width = 2) {
    private input q[steps, width] : -3..=3
    private input k[steps, width] : -3..=3
    private input v[steps, width] : -3..=3
    private input g[steps] : 0..=8
    private input first[width, width] : -9..=9
    state s[width, width] : -64..=64 = first
    state seen = empty
    public output o[steps, width]
    public output total[steps]
    public output left[width, width]
    step t in steps {
        old[j in width] = sum(i in width) k[t, i] * s[i, j]
        new[i in width, j in width] =
            clip(floor(g[t] * s[i, j] / 8) + k[t, i] * (v[t, j] - clip(old[j], -9, 9)), -64, 64)
        s <- new
        read[j in width] = sum(i in width) q[t, i] * new[i, j]
        seen <- read
        o[t, j in width] = read[j]
        total[t] = sum(e in seen) seen[e, 0]
    }
    left[i in width, j in width] = s[i, j]
}";

/// A selective scan by channels, whose range is enforced, and a cache of what it leaves.
const SCAN: &str = "circuit carried_scan(steps = 5, heads = 2, width = 2) {
    private input x[steps, heads] : -4..=4
    private input d[steps, heads, width] : 0..=4
    state h[heads, width] : -40..=40 = 0
    public output y[steps]
    step t in steps {
        for c in heads {
            n[i in width] = floor(d[t, c, i] * h[c, i] / 4) + (i + 1) * x[t, c]
        }
        all[c in heads, i in width] = n[c, i]
        h <- all
        y[t] = max(c in heads, i in width) all[c, i]
    }
}";

/// Causal attention in every layer, with weights, a shift and a scale of its own.
pub const LAYERS: &str = "circuit carried_layers(layers = 3, steps = 4, width = 2, mid = 3) {
    table weigh(gap in 0..=15) = round(16 * 2 ^ (-gap / 4))
    table shift(l in 0..layers) = 2 + l
    private input x0[steps, width] : -8..=8
    private input wq[layers, width, width] : -2..=2
    private input wu[layers, mid, width] : -2..=2
    private input wd[layers, width, mid] : -2..=2
    state x[steps, width] : -8..=8 = x0
    public output y[steps, width]
    layer l in layers {
        q[t in steps, i in width] = sum(c in width) wq[l, i, c] * x[t, c]
        s[t in steps, j in 0..=t] = sum(i in width) q[t, i] * x[j, i]
        peak[t in steps] = max(j in 0..=t) s[t, j]
        w[t in steps, j in 0..=t] = weigh(min(peak[t] - s[t, j], 15))
        mass[t in steps] = sum(j in 0..=t) w[t, j]
        o[t in steps, i in width] = floor(sum(j in 0..=t) w[t, j] * x[j, i] / mass[t])
        up[t in steps, m in mid] = max(sum(i in width) wu[l, m, i] * o[t, i], 0)
        down[t in steps, i in width] = sum(m in mid) wd[l, i, m] * up[t, m]
        next[t in steps, i in width] = clip(x[t, i] + floor(down[t, i] / shift(l)), -8, 8)
        x <- next
    }
    y[t in steps, i in width] = x[t, i]
}";

/// Steps within layers: a cache of each layer, begun by entries of its own, a recurrence that begins
/// with what the layer says, a count that begins anew, and what layers hand on.
pub const NESTED: &str = "circuit carried_nested(layers = 3, steps = 3, width = 2) {
    private input x0[steps, width] : -6..=6
    private input w[layers, width] : -3..=3
    private input before[layers, 1, width] : -9..=9
    state x[steps, width] : -12..=12 = x0
    public output y[steps, width]
    public output ends[layers]
    public output scores[layers, steps]
    layer l in layers {
        begin[i in width] = 2 * w[l, i] + x[0, i]
        past[j in 1, i in width] = before[l, j, i]
        state run[width] : -60..=60 = begin
        state count : 0..=999 = 0
        state keys = past
        state seen = empty
        step t in steps {
            k[i in width] = x[t, i] + w[l, i]
            keys <- k
            seen <- run
            s[j in keys] = sum(i in width) x[t, i] * keys[j, i]
            most = max(j in keys) s[j]
            next[i in width] = clip(run[i] + floor(most / 4) - seen[0, i], -60, 60)
            run <- next
            more = count + l + 1
            count <- more
            half[i in width] = clip(floor(next[i] / 4) - count, -12, 12)
            scores[l, t] = sum(j in keys) s[j]
        }
        ends[l] = run[0] + count
        x <- half
    }
    y[t in steps, i in width] = x[t, i]
}";

pub fn programs() -> Vec<Program> {
    let program = |name, source| Program::new(name, source, &[], None);
    vec![
        program("carried, running", RUNNING),
        program("carried, delta", DELTA),
        program("carried, scan", SCAN),
        program("carried, layers", LAYERS),
        program("carried, nested", NESTED),
    ]
}
