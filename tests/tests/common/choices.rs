//! Programs that choose: comparisons and conditions as numbers, `if`, remainders, `argmax`, rounded roots, and
//! hints that assertions pin.

use super::programs::Program;

const CONDITIONS: &str = "circuit conditions(n = 6) {
    table ramp(x in -4..=4) = if(x > 0 and x != 3, x, if(x == -4, 9, 0)) + (x >= 2)
    private input x[n] : -300..=300
    private input y[n] : -9..=9
    private input b[n] : 0..=1
    public output more[n]
    public output same[n]
    public output joined[n]
    public output chosen[n]
    public output counted
    public output gated
    more[i in n] = x[i] > 20 * y[i]
    same[i in n] = (y[i] == 2) + 2 * (x[i] != -300) + 4 * (x[i] >= -299)
    joined[i in n] = not (x[i] < y[i] or b[i]) and i != 3
    chosen[i in n] = if(x[i] <= 7, if(b[i], y[i], x[i]), 3 - y[i]) + ramp(clip(y[i], -4, 4))
    counted = sum(i in n) (x[i] >= 0) + sum(i in n where y[i] > 0) 1
    gated = max(i in n where b[i] or y[i] >= -9) (x[i] * (y[i] == y[0]))
}";

const REMAINDERS: &str = "circuit remainders(n = 6) {
    private input x[n] : -300..=300
    private input d[n] : 1..=9
    public output low[n]
    public output odd[n]
    public output rest[n]
    public output shifted[n]
    low[i in n] = x[i] % 16
    odd[i in n] = (x[i] + 1) % 2
    rest[i in n] = x[i] % d[i]
    shifted[i in n] = x[i] % 2 ^ i
}";

/// Ties, static and open conditions, ranges that begin elsewhere, and one over the entries of a cache.
const PLACES: &str = "circuit places(n = 5, m = 4) {
    private input x[n, m] : -2..=2
    private input z[n]    : -100..=100
    public output first[n] : 0..m
    public output least[n] : 0..m
    public output later[n] : 2..=4
    public output known[n]
    public output seen[n]
    state zs = empty
    first[i in n] = argmax(j in m) x[i, j]
    least[i in n] = argmin(j in m) x[i, j]
    later[i in n] = argmax(j in 2..=4 where j != 3) x[j % n, i % m]
    known[i in n] = argmin(j in m where j + i >= 2) x[i, j] + first[i]
    step t in n {
        zs <- z[t]
        seen[t] = argmax(j in zs) zs[j]
    }
}";

const ROOTS: &str = "circuit roots(n = 6) {
    private input x[n] : 0..=200000
    private input y[n] : 0..=12
    public output down[n]
    public output up[n]
    public output near[n]
    public output even[n]
    public output small[n]
    public output part[n]
    down[i in n]  = floor(sqrt(x[i]))
    up[i in n]    = ceil(sqrt(x[i])) - ceil(sqrt(y[i] + 1))
    near[i in n]  = round(sqrt(x[i] + 1)) + round_half_up(sqrt(y[i] + 100 * i + 1))
    even[i in n]  = round_half_even(sqrt(x[i]))
    small[i in n] = trunc(sqrt(y[i])) + round(sqrt(y[i]))
    part[i in n]  = floor(sqrt(x[i] / (y[i] + 1)))
}";

/// Products over a root, of either sign and of one (every policy: `eval/tests/over_root.rs`).
const OVER_ROOTS: &str = "circuit over_roots(n = 3) {
    private input x[n] : -9..=9
    private input z[n] : 1..=6
    public output down[n]
    public output half[n]
    down[i in n] = floor(x[i] / sqrt(z[i]))
    half[i in n] = round_half_up(abs(x[i]) / sqrt(4 * (z[i] % 2) + 4))
}";

/// Clipped quotients, by numbers and by what is given; that are read unclipped too, clipped twice, looked
/// up, public, public by another name, of a declared range that is read, and clipped.
const QUOTIENTS: &str = "circuit quotients(n = 3) {
    table gate(x in -8..8) = x * x - x
    private input x[n, 4] : -300..=300
    private input w[4]    : -9..=9
    private input d[n]    : 1..=9
    public output held[n]
    public output both[n]
    public output given[n]
    public output looked[n]
    public output shown[n]
    public output tight[n]
    z[i in n]      = sum(j in 4) x[i, j] * w[j]
    held[i in n]   = clip(round_half_up(z[i] / 2 ^ 4), -128, 127)
    q[i in n]      = floor(z[i] / 32)
    both[i in n]   = clip(q[i], -100, 90) + 3 * clip(q[i], -5, 200) + q[i] % 4
    given[i in n]  = clip(ceil(z[i] / d[i]), -2000, 2000) - clip(floor(z[i] / d[i]), -50, 50)
    named[i in n]  = floor((z[i] + x[i, 2]) / 48)
    shown[i in n]  = named[i]
    near[i in n] : -40..=50 = round_half_up((z[i] - x[i, 3]) / 96)
    tight[i in n]  = 2 * near[i] - clip(near[i], -3, 4)
    looked[i in n] = gate(clip(round_half_up(x[i, 0] / 16), -8, 7)) + max(min(trunc(x[i, 1] / 8), 9), -9)
}";

/// Sums beyond 2^31, and what their limbs are taken for: quotients that are clipped, clips, comparisons,
/// an assertion.
const WIDE: &str = "circuit wide(n = 2, m = 3) {
    private input x[n, m] : -2 ^ 15..2 ^ 15
    private input w[m]    : -2 ^ 18..=2 ^ 18
    public output y[n]
    public output held[n]
    z[i in n]    = sum(j in m) x[i, j] * w[j]
    y[i in n]    = clip(round_half_up(z[i] / 2 ^ 16), -2 ^ 15, 2 ^ 15 - 1)
    held[i in n] = clip(z[i], -9, 90) + (z[i] > 1000 * x[i, 0])
    assert[i in n] z[i] <= 2 ^ 36
}";

/// Long division by what is given, what is left of it, and an argmax of numbers whose keys do not fit.
const WIDE_QUOTIENTS: &str = "circuit wide_quotients(n = 3) {
    private input a[n] : -2 ^ 15..2 ^ 15
    private input b[n] : -2 ^ 15..2 ^ 15
    private input d[n] : 1..=100
    public output even[n]
    public output first
    z[i in n]    = a[i] * 2 ^ 17 + a[i] * b[i]
    even[i in n] = clip(round_half_even(z[i] / d[i]), -99, 99) + (z[i] == 5)
    first        = argmax(i in n) 8192 * a[i]
}";

/// Sums that may stand over rows: of squares, of what gadgets make, with a condition, of a value of no
/// other index.
const SQUARES: &str = "circuit squares(n = 3, m = 6) {
    private input x[n, m] : -9..=9
    private input z       : 0..=9
    public output y[n]
    public output even[n]
    public output all
    y[i in n] = sum(j in m) x[i, j] * x[i, j] + z
    even[i in n] = sum(j in m where j % 2 == 0) max(x[i, j], 0) * z
    all = sum(j in m) z * z + sum(j in m) abs(x[n - 1, j])
}";

/// 36 causal pairs, in blocks of 32 rows and of 4.
const BLOCKS: &str = "circuit blocks(steps = 8, width = 2) {
    table exp2(gap in 0..=15) = round(64 * 2 ^ (-gap / 4))
    private input q[steps, width] : -3..=3
    private input k[steps, width] : -3..=3
    state keys = empty
    public output o[steps]
    step t in steps {
        keys <- k[t]
        score[j in keys] = sum(d in width) q[t, d] * keys[j, d]
        peak = max(j in keys) score[j]
        share[j in keys] = exp2(min(peak - score[j], 15))
        mass = sum(j in keys) share[j]
        o[t] = round_half_up(sum(j in keys) share[j] * keys[j, 0] * 64 / mass)
    }
}";

/// As many rows as they are padded to, of which there is no gate.
const FULL: &str = "circuit full(n = 128) {
    private input x[n] : -9..9
    public output y[n]
    y[i in n] = max(x[i], 0) * x[i]
}";

/// Each hint has one value.
const HINTS: &str = "circuit hints(n = 5) {
    private input x[n] : 0..=20000
    public output y[n]
    hint r[i in n] : 0..=142 = floor(sqrt(x[i]))
    assert[i in n] r[i] * r[i] <= x[i]
    assert[i in n] x[i] < (r[i] + 1) * (r[i] + 1)
    for i in n {
        hint q : 0..=2857 = floor(x[i] / 7)
        left : 0..=6 = x[i] - 7 * q
    }
    y[i in n] = r[i] + q[i]
}";

pub fn programs() -> Vec<Program> {
    let all = [
        ("conditions", CONDITIONS),
        ("remainders", REMAINDERS),
        ("places", PLACES),
        ("roots", ROOTS),
        ("over roots", OVER_ROOTS),
        ("quotients", QUOTIENTS),
        ("wide", WIDE),
        ("wide quotients", WIDE_QUOTIENTS),
        ("squares", SQUARES),
        ("blocks", BLOCKS),
        ("hints", HINTS),
    ];
    let programs = all.map(|(name, source)| Program::new(name, source, &[], None));
    // 78 pairs, and 128 rows, in blocks of 64 at most.
    let capped = [
        Program::new("capped", BLOCKS, &[("steps", 12)], None),
        Program::new("capped full", FULL, &[], None),
    ];
    programs.into_iter().chain(capped).collect()
}
