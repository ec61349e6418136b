//! Random programs: of every gadget, of sums of products, of sums over caches.

use super::gadgets::POLICIES;
use super::programs::Program;
use super::random::Random;

fn pick<'a>(random: &mut Random, choices: &[&'a str]) -> &'a str {
    choices[random.below(choices.len())]
}

/// An expression over `i`, and `j` if `inner`: a column index that is in scope.
fn expression(random: &mut Random, depth: usize, inner: bool) -> String {
    let leaf = depth == 0 || random.below(6) == 0;
    if leaf {
        let constant = random.within(-9, 9).to_string();
        let leaves = ["x[i]", "y[i]", "z[i]", "i", constant.as_str()];
        if random.below(5) == 0 {
            let at = |random: &mut Random, of: &str| {
                let element = pick(
                    random,
                    &["x[i]", "z[i]", "y[i] - i", "i + z[i]", "2 * y[i] - 3"],
                );
                format!("clip({element}, 0, {of} - 1)")
            };
            return match (inner, random.below(4)) {
                (true, 0) => format!("a[{}, j]", at(random, "n")),
                (true, 1) => "b[min(b[j], j)]".to_string(),
                (_, 2) => format!("a[{}, {}]", at(random, "n"), at(random, "w")),
                _ => format!("x[{}]", at(random, "n")),
            };
        }
        return match inner && random.below(2) == 0 {
            true => pick(random, &["a[i, j]", "b[j]", "j"]).to_string(),
            false => pick(random, &leaves).to_string(),
        };
    }
    let part = |random: &mut Random| expression(random, depth - 1, inner);
    match random.below(16) {
        0 => format!("({} + {})", part(random), part(random)),
        1 => format!("({} - {})", part(random), part(random)),
        2 => format!("(({}) * ({}))", part(random), part(random)),
        3 => format!("max({}, {})", part(random), part(random)),
        4 => format!("min({}, {})", part(random), part(random)),
        5 => format!("abs({})", part(random)),
        6 => {
            let lo = random.within(-20, 10);
            let hi = lo + random.within(0, 30);
            format!("clip({}, {lo}, {hi})", part(random))
        }
        7 | 8 => {
            let policy = POLICIES[random.below(6)];
            let divisor = match random.below(3) {
                0 => "y[i]".to_string(),
                1 => random.within(2, 12).to_string(),
                _ => format!("(1 + abs({}))", part(random)),
            };
            format!("{policy}(({}) / {divisor})", part(random))
        }
        9 => {
            let relation = pick(random, &["<", "<=", ">", ">=", "==", "!="]);
            let chosen = format!("{} {relation} {}", part(random), part(random));
            match random.below(3) {
                0 => format!("({chosen})"),
                1 => format!("({chosen} and not z[i] == 1)"),
                _ => format!(
                    "if({chosen} or y[i] > 7, {}, {})",
                    part(random),
                    part(random)
                ),
            }
        }
        10 => {
            let divisor = pick(random, &["4", "7", "y[i]", "-3"]);
            format!("(({}) % {divisor})", part(random))
        }
        11 => {
            let policy = POLICIES[random.below(6)];
            let below = format!("clip({}, 0, 30)", part(random));
            match random.below(3) {
                0 => format!(
                    "{policy}(clip({}, -70, 70) / sqrt(1 + {below}))",
                    part(random)
                ),
                _ => format!("{policy}(sqrt({below}))"),
            }
        }
        12 => match random.below(2) {
            0 => format!(
                "bits(clip({}, 0, 12), 4)[{}]",
                part(random),
                random.below(4)
            ),
            _ => format!("mixed({}, {})", part(random), part(random)),
        },
        13 => {
            let policy = POLICIES[random.below(6)];
            let by = random.within(2, 40);
            format!("clip({policy}(({}) / {by}), -9, 14)", part(random))
        }
        14 if !inner => {
            let body = expression(random, depth - 1, true);
            let op = pick(random, &["argmax", "argmin"]);
            format!("{op}(j in w) ({body})")
        }
        _ if inner => format!("f(clip({}, -3, 4))", part(random)),
        _ => {
            let body = expression(random, depth - 1, true);
            let op = pick(random, &["sum", "max", "min"]);
            format!("{op}(j in w) ({body})")
        }
    }
}

/// Two values and two outputs over inputs of several sizes; now and then a hint that an assertion pins.
pub fn program(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let (n, w) = (1 + random.below(20), 1 + random.below(5));
    let values: String = (0..2)
        .map(|k| format!("    v{k}[i in n] = {}\n", expression(&mut random, 3, false)))
        .collect();
    let hinted = match random.below(3) {
        0 => "    hint h[i in n] : -20..20 = clip(v0[i], -9, 9)
    left[i in n] : 0..=1 = h[i] - clip(v0[i], -9, 9)
    assert[i in n] h[i] <= clip(v0[i], -9, 9)
"
        .to_string(),
        _ => String::new(),
    };
    let source = format!(
        "def mixed(p, q) -> r {{
    twice = 2 * p - q
    r     = max(twice, q) - (twice > 3)
}}
circuit random(n = {n}, w = {w}) {{
    table f(g in -3..=4) = round(7 * exp(g / 3))
    private input x[n]   : -30..=30
    private input y[n]   : 1..=9
    public input z[n]    : -4..4
    private input a[n, w] : -10..10
    public input b[w]    : 0..3
    public output out[n]
    private output own[n, w]
{values}{hinted}    out[i in n] = v0[i] + 2 * v1[i]
    own[i in n, j in w] = {}
}}",
        expression(&mut random, 2, true)
    );
    Program::new(&format!("random {seed}"), &source, &[], None)
}

/// A sum over one or two indices of two or three tensors that share some of the others, in random
/// orders and sizes; in a step, over caches.
pub fn sum_of_products(seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0xabcd);
    let shuffled = |random: &mut Random, mut of: Vec<&'static str>| {
        for last in (1..of.len()).rev() {
            of.swap(last, random.below(last + 1));
        }
        of
    };
    let sizes: Vec<String> = ["h", "i", "j", "k", "l"]
        .map(|index| format!("n{index} = {}", 1 + random.below(4)))
        .into();
    let mut contracted = vec!["k"];
    if random.below(3) == 0 {
        contracted.push("l");
    }
    let (mut left, mut right) = (contracted.clone(), contracted.clone());
    let mut free = Vec::new();
    for (index, to_left, to_right) in [
        ("h", true, true),
        ("i", true, random.below(8) == 0),
        ("j", random.below(8) == 0, true),
    ] {
        if random.below(4) > 0 {
            if to_left {
                left.push(index);
            }
            if to_right {
                right.push(index);
            }
            free.push(index);
        }
    }
    if free.is_empty() {
        (left, free) = ([left, vec!["i"]].concat(), vec!["i"]);
    }
    let list = |of: &[&str], each: &dyn Fn(&str) -> String| -> String {
        of.iter()
            .map(|index| each(index))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let size = |index: &str| format!("n{index}");
    let plain = |index: &str| index.to_string();
    let binds = |index: &str| format!("{index} in n{index}");
    let (left, right) = (shuffled(&mut random, left), shuffled(&mut random, right));
    let free = shuffled(&mut random, free);
    let sums = shuffled(&mut random, contracted);
    let read = |name: &str, of: &[&str]| format!("{name}[{}]", list(of, &plain));
    let operand = |random: &mut Random, name: &str, of: &[&str]| {
        let read = read(name, of);
        match random.below(5) {
            0 => format!("({read} + 2)"),
            1 => format!("clip({read}, -3, 2)"),
            2 => format!("3 * {read}"),
            _ => read,
        }
    };
    let factors = [
        operand(&mut random, "a", &left),
        operand(&mut random, "b", &right),
    ];
    let source = format!(
        "circuit sums({}) {{
    private input a[{}] : -5..=5
    private input b[{}] : -5..=5
    public output c[{}]
    c[{}] = sum({}) {}
}}",
        sizes.join(", "),
        list(&left, &size),
        list(&right, &size),
        list(&free, &size),
        list(&free, &binds),
        list(&sums, &binds),
        factors.join(" * ")
    );
    Program::new(&format!("sum {seed}"), &source, &[], None)
}

/// A sum over the width of a query and the entries of a cache, and one over the entries.
pub fn sums_over_caches(seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0x1234);
    let heads = random.below(3);
    let kept = pick(&mut random, &["", ", h", ", h / 2"]);
    let (kept, bound) = if heads == 0 {
        ("", "")
    } else {
        (kept, ", h in heads")
    };
    let query = if heads == 0 { "" } else { ", h" };
    let shape = |read: &str| match read {
        "" => "",
        ", h" => ", heads",
        _ => ", heads / 2",
    };
    let factor = pick(&mut random, &["", " + 1", " - t"]);
    let weight = pick(
        &mut random,
        &["score[jH]", "clip(score[jH], -3, 4)", "(score[jH] - 1)"],
    );
    let weight = weight.replace('H', query);
    let source = format!(
        "circuit caches(steps = {}, width = {}, seeded = {}, heads = {}) {{
    private input q[steps{hq}, width]  : -4..=4
    private input x[steps{hk}, width]  : -4..=4
    private input s[seeded{hk}, width] : -4..=4
    state keys = s
    public output mixed[steps{hq}, width]
    public output most[steps]
    step t in steps {{
        keys <- x[t]
        score[j in keys{bound}] = sum(d in width) (q[t{query}, d]{factor}) * keys[j{kept}, d]
        mixed[t{bound}, d in width] = sum(j in keys) {weight} * keys[j{kept}, d]
        most[t] = max(j in keys) score[j{zero}]
    }}
}}",
        1 + random.below(4),
        1 + random.below(3),
        random.below(4),
        2 * heads.max(1),
        hq = shape(query),
        hk = shape(kept),
        zero = if heads == 0 { "" } else { ", 0" },
    );
    Program::new(&format!("caches {seed}"), &source, &[], None)
}

/// Up to three caches that grow by the same input, or start with it, or by a value; and what else
/// reads that input: at the step, further on or before, at a fixed place, in a window, whole, in
/// the loop and outside. Now and then a value that nothing reads.
pub fn shared_inputs(seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0x5eed);
    let (steps, width) = (2 + random.below(4), 1 + random.below(3));
    let seeded = if random.below(2) == 0 {
        0
    } else {
        1 + random.below(3)
    };
    let caches = &["k0", "k1", "k2"][..1 + random.below(3)];
    let (mut states, mut appends) = (String::new(), String::new());
    for cache in caches {
        // One that starts with what it grows by has as many entries more.
        let seed = pick(&mut random, &["empty", "s", "q", "r"]);
        states += &format!("    state {cache} = {seed}\n");
        let source = pick(&mut random, &["q[t]", "q[t]", "r[t]", "v", "u"]);
        appends += &format!("        {cache} <- {source}\n");
    }
    let cache = |random: &mut Random| pick(random, caches).to_string();
    let at = |random: &mut Random| {
        let forms = [
            "t",
            "0",
            "t / 2",
            "(t + 1) % steps",
            "steps - 1 - t",
            "steps - 1",
            "2 * (t / 2)",
        ];
        pick(random, &forms)
    };
    let mut term = |lane: &str| -> String {
        let random = &mut random;
        let input = pick(random, &["q", "r"]);
        match random.below(9) {
            0 => format!("sum(j in K) K[j, {lane}]").replace('K', &cache(random)),
            1 => format!("max(j in K) (K[j, {lane}] - {input}[{}, 0])", at(random))
                .replace('K', &cache(random)),
            2 => "sum(j in K, e in width) K[j, e] * q[0, e]".replace('K', &cache(random)),
            3 => format!("{}[t, {lane}]", cache(random)),
            4 => format!("sum(i in steps) {input}[i, {lane}]"),
            5 => "sum(e in width) u[e]".to_string(),
            6 => format!("sum(i in 2) {input}[(t + i) % steps, {lane}]"),
            _ => format!("{input}[{}, {lane}]", at(random)),
        }
    };
    let inner = [term("d"), term("d"), term("0")].join(" + ");
    let outer = [term("0"), term("width - 1")].join(" - ");
    let whole = ["sum(i in steps) q[i, 0] * r[steps - 1 - i, 0]", "r[0, 0]"];
    let whole = whole[random.below(2)];
    let unread = match random.below(3) {
        0 => "        w[d in width] = q[t, d] + r[0, d]\n",
        _ => "",
    };
    let source = format!(
        "circuit shared(steps = {steps}, width = {width}, seeded = {seeded}) {{
    private input q[steps, width]  : -3..=3
    private input r[steps, width]  : -3..=3
    private input s[seeded, width] : -3..=3
{states}    public output y[steps, width]
    private output z[steps]
    public output all
    step t in steps {{
        u[d in width] = clip(q[t, d] + r[t, 0], -2, 3)
        v[d in width] = 2 * r[t, d]
{unread}{appends}        y[t, d in width] = {inner}
        z[t] = {outer}
    }}
    all = {whole}
}}"
    );
    Program::new(&format!("shared {seed}"), &source, &[], None)
}
