//! Programs that use every gadget in every case.

use super::programs::Program;

pub const POLICIES: [&str; 6] = [
    "floor",
    "ceil",
    "trunc",
    "round",
    "round_half_up",
    "round_half_even",
];

const CLIPS: &str = "circuit clips(n = 19) {
    private input x[n] : -300..300
    public output above[n]
    public output below[n]
    public output both[n]
    public output bit[n]
    public output point[n]
    public output wide[n]
    above[i in n] = clip(x[i], -300, 8)
    below[i in n] = clip(x[i], -4, 400)
    both[i in n]  = clip(x[i], -5, 9)
    bit[i in n]   = clip(x[i], 0, 1)
    point[i in n] = clip(x[i], 3, 3) + clip(x[i], 3, 4)
    wide[i in n]  = clip(x[i] * x[i], 10, 80000)
}";

const SELECTIONS: &str = "circuit selections(n = 18) {
    private input x[n] : -20..=20
    private input y[n] : -3..=900
    public output larger[n]
    public output smaller[n]
    public output magnitude[n]
    public output near[n]
    public output bits[n]
    larger[i in n]    = max(x[i], y[i], 2)
    smaller[i in n]   = min(x[i], y[i] - 1)
    magnitude[i in n] = abs(x[i]) + 2 * abs(x[i] * y[i])
    near[i in n]      = max(x[i], 19) - min(-19, x[i])
    bits[i in n]      = clip(x[i], y[i] - 5, y[i])
}";

const EXTREMA: &str = "circuit extrema(n = 5, w = 3) {
    public input a[n, w] : -8..8
    public input b[w]    : 0..4
    private input c[n]   : 0..2
    public output o[n, w]
    public output s[n]
    public output tie[n]
    private output p[n]
    o[i in n, j in w] = a[i, j] * b[j] + c[i]
    s[i in n]   = max(j in w) a[i, j] * b[j]
    p[i in n]   = min(j in w) a[i, j]
    tie[i in n] = max(j in w) clip(a[i, j], 0, 1) + min(j in w) b[j]
}";

const CACHES: &str = "circuit caches(steps = 5, width = 3, seeded = 2) {
    private input seed[seeded, width] : 0..=3
    private input x[steps, width]     : -3..=3
    state past = seed
    state own  = empty
    public output total[steps, width]
    public output lowest[steps]
    public output gaps[steps]
    step t in steps {
        k[d in width] = clip(x[t, d] * 2, -3, 3)
        past <- k
        own  <- x[t]
        total[t, d in width] = sum(j in past) past[j, d] * (t - j)
        low = min(j in own) own[j, 0]
        far[j in own] = clip(own[j, 0] - low, 0, 2)
        lowest[t] = low
        gaps[t] = sum(j in own) far[j]
    }
}";

const LOOKUPS: &str = "circuit lookups(n = 17) {
    table square(i in -4..=4) = round(i * i)
    table given(i in 0..=20) : 0..=500 from input
    private input x[n] : -9..=9
    private input y[n] : 0..=20
    public output plain[n]
    public output clipped[n]
    public output nested[n]
    plain[i in n]   = given(y[i])
    clipped[i in n] = square(clip(x[i], -4, 4))
    nested[i in n]  = given(min(square(clip(x[i], -3, 3)), y[i]))
}";

/// Tables of several arguments, looked up at inputs, at indices, and at both.
const GRIDS: &str = "circuit grids(n = 9, half = 3) {
    table cosine(t in 0..n, i in 0..half) = round(100 * cos(t * 10 ^ (-i / half)))
    table square(x in -4..=4, y in -1..=1) = x * x + y
    table given(i in 0..n, j in -1..=3) : 0..=500 from input
    table small(x in 0..2, y in 0..2, z in 1..3) = [[[1, -2], [3, n]], [[5, 6], [7, 0]]]
    private input x[n] : -9..=9
    private input y[n] : 0..=1
    public output turned[n]
    public output squared[n]
    public output nested[n]
    turned[t in n]  = sum(i in half) cosine(t, i) * x[t] + given(t, 3 - t % half)
    squared[i in n] = square(clip(x[i], -4, 4), y[i]) + given(i, y[i] - 1)
    nested[i in n]  = given(clip(small(y[i], i % 2, 2 - y[i]), 0, n - 1), y[i])
}";

const RANGES: &str = "circuit ranges(n = 16) {
    private input one[n]     : 5..=5
    private input bit[n]     : 0..2
    private input three[n]   : -1..=1
    private input hundred[n] : 0..100
    private input byte[n]    : 0..256
    private input nine[n]    : 0..512
    private input digits[n]  : -50000..50000
    private input wide[n]    : 0..200000000
    public output all[n]
    public output spread[n]
    between[i in n] : 0..=110 = max(hundred[i], three[i]) - min(hundred[i], three[i])
    spread[i in n] = between[i] + 1
    assert[i in n] max(hundred[i], bit[i]) >= bit[i]
    assert[i in n] digits[i] + 60000 > three[i]
    assert[i in n] abs(three[i]) * abs(three[i]) == three[i] * three[i]
    all[i in n] = one[i] + 2 * bit[i] + 3 * three[i] + hundred[i] - byte[i] + nine[i] + digits[i] + wide[i]
}";

/// Elements at subscripts that are known only when the program runs, of every source.
const PICKS: &str = "circuit picks(n = 5, w = 8, steps = 3, seeded = 2) {
    private input x[n, w]  : -8..8
    public input z[n]      : -4..4
    private input at[n]    : 0..n
    private input lane[n]  : 0..w
    private input s[seeded, 2] : 0..=3
    private input p[steps] : 0..=seeded
    private input q[steps] : 0..9
    state past = s
    public output open[n]
    public output two[n]
    public output mixed[n]
    public output dot[n]
    public output nested[n]
    private output own[n, n]
    public output held[steps]
    public output most[steps]
    public output known[n]
    hill[j in n, d in 2] = j * j - d
    turn[j in n] = (2 * j + 1) % n
    known[i in n] = sum(d in 2) hill[at[i], d] * x[i, d] + hill[at[i], 1] + x[turn[i], lane[i]]
    square[i in n] = clip(x[i, 0] * x[i, 1], -9, 9)
    open[i in n]   = z[at[i]]
    two[i in n]    = x[at[i], lane[i]]
    mixed[i in n]  = x[clip(at[i] + i - 1, 0, n - 1), i] + x[i, 7 - lane[i]]
    dot[i in n]    = sum(d in w) x[at[i], d] * x[i, d]
    nested[i in n] = square[at[at[i]]] + z[at[4 * clip(z[i], 0, 1)]]
    own[i in n, j in n] = two[at[i]] - two[at[j]]
    step t in steps {
        k[d in 2] = clip(x[t, d], 0, 5)
        past <- k
        far[j in past] = past[j, 0] * past[j, 1]
        held[t] = past[p[t], 0] + past[min(q[t], t + seeded), 1] + far[p[t]]
        most[t] = max(i in n) x[i, min(q[t], w - 1)]
    }
}";

/// Products beyond the field, and in padding beyond 64 bits, that the whole is small for.
const RESIDUES: &str = "circuit residues(n = 3) {
    private input a[n]    : 0..=1048576
    private input b[n, 2] : 0..=1048576
    private input z[n]    : 0..=0
    private input y[2, n] : 0..=0
    private input m[n]    : 1000000..=1000001
    private input p[n]    : 2147483646..=2147483646
    public output gone[n]
    public output cubed[n]
    public output summed[n]
    public output clipped[n]
    public output mixed[n, n]
    public output near[n]
    public output halves[n]
    gone[i in n]    = a[i] * a[i] * z[i]
    cubed[i in n]   = (m[i] - 1000000) * (m[i] - 1000000) * (m[i] - 1000000)
    summed[i in n]  = sum(j in 2) b[i, j] * b[i, j] * z[i] + (a[i] - a[i]) * z[i] + m[i]
    clipped[i in n] = clip(a[i] * a[i] * z[i] + a[i], 5, 900)
    mixed[i in n, j in n] = sum(k in 2) b[i, k] * b[i, k] * y[k, j]
    near[i in n]    = p[i] * p[i] - p[i] * p[i] + max(m[i] - 1000000, z[i] * a[i] * a[i])
    halves[i in n]  = round_half_up((m[i] - 1000000) * m[i] / 4) + trunc((999999 - m[i]) / 3)
}";

/// Parts beyond the field in real rows, and beyond 64 bits in padding.
pub fn residues() -> Program {
    Program::new("residues", RESIDUES, &[], None)
}

fn division(policy: &str) -> String {
    "circuit divisions(n = 20) {
    private input x[n] : -40..=40
    private input y[n] : 1..=9
    private input z[n] : 1..=2
    private input w[n] : 1..=3000
    public output constant[n]
    public output variable[n]
    public output inner[n]
    public output negative[n]
    public output positive[n]
    public output halves[n]
    public output two[n]
    public output wide[n]
    constant[i in n] = P(x[i] / 6)
    variable[i in n] = P(x[i] / y[i])
    inner[i in n]    = 3 * P(x[i] / 6) - P(x[i] / y[i]) + P(x[i] / 7)
    negative[i in n] = P((x[i] - 41) / y[i]) + P((x[i] - 41) / 4)
    positive[i in n] = P((x[i] + 41) / y[i]) + P((x[i] + 41) / 5)
    halves[i in n]   = P((2 * x[i] + 1) / (2 * y[i]))
    two[i in n]      = P(x[i] / 2) + P(x[i] / z[i])
    wide[i in n]     = P(x[i] * 1000 / w[i])
}"
    .replace("P(", &format!("{policy}("))
}

/// One program for each gadget and policy, at least.
pub fn all() -> Vec<Program> {
    let mut programs = vec![
        Program::new("clips", CLIPS, &[], None),
        Program::new("selections", SELECTIONS, &[], None),
        Program::new("extrema", EXTREMA, &[], None),
        Program::new("caches", CACHES, &[], None),
        Program::new("lookups", LOOKUPS, &[], None),
        Program::new("grids", GRIDS, &[], None),
        Program::new("picks", PICKS, &[], None),
        Program::new("ranges", RANGES, &[], None),
    ];
    programs.extend(super::choices::programs());
    for policy in POLICIES {
        programs.push(Program::new(policy, &division(policy), &[], None));
    }
    programs
}
