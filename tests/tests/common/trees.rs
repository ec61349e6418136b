//! Random well-typed programs as trees that proptest shrinks.

use std::fmt::Write;

use proptest::prelude::*;

use super::programs::POLICIES;

/// An expression over `i`, and over `j` where a column is in scope.
#[derive(Clone, Debug)]
pub enum Tree {
    /// One of the elements and numbers that are in scope.
    Leaf(u8),
    Constant(i8),
    Infix(char, Box<[Tree; 2]>),
    Call(&'static str, Box<[Tree; 2]>),
    Abs(Box<Tree>),
    Clip(Box<Tree>, i8, u8),
    /// Policy, numerator, kind of divisor.
    Divide(u8, Box<Tree>, u8),
    Table(Box<Tree>),
    Reduce(&'static str, Box<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        3 => any::<u8>().prop_map(Tree::Leaf),
        1 => (-9i8..=9).prop_map(Tree::Constant),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| Box::new([a, b]));
        let one = inner.prop_map(Box::new);
        prop_oneof![
            3 => (prop_oneof![Just('+'), Just('-'), Just('*')], two.clone())
                .prop_map(|(op, two)| Tree::Infix(op, two)),
            2 => (prop_oneof![Just("max"), Just("min")], two)
                .prop_map(|(name, two)| Tree::Call(name, two)),
            1 => one.clone().prop_map(Tree::Abs),
            1 => (one.clone(), -20i8..=10, 0u8..=30).prop_map(|(x, lo, by)| Tree::Clip(x, lo, by)),
            2 => (any::<u8>(), one.clone(), any::<u8>())
                .prop_map(|(policy, x, by)| Tree::Divide(policy, x, by)),
            1 => one.clone().prop_map(Tree::Table),
            2 => (prop_oneof![Just("sum"), Just("max"), Just("min")], one)
                .prop_map(|(name, x)| Tree::Reduce(name, x)),
        ]
    })
}

impl Tree {
    /// `leaves` are what may be read; with a column the index `j` is bound.
    fn text(&self, column: bool) -> String {
        let plain = ["x[i]", "y[i]", "z[i]", "i"];
        let inner = ["a[i, j]", "b[j]", "j", "x[i]", "y[i]"];
        match self {
            Tree::Leaf(which) => {
                let leaves: &[&str] = if column { &inner } else { &plain };
                leaves[usize::from(*which) % leaves.len()].to_string()
            }
            Tree::Constant(value) => format!("({value})"),
            Tree::Infix(op, two) => {
                format!("(({}) {op} ({}))", two[0].text(column), two[1].text(column))
            }
            Tree::Call(name, two) => {
                format!("{name}({}, {})", two[0].text(column), two[1].text(column))
            }
            Tree::Abs(x) => format!("abs({})", x.text(column)),
            Tree::Clip(x, lo, by) => {
                let hi = i32::from(*lo) + i32::from(*by);
                format!("clip({}, {lo}, {hi})", x.text(column))
            }
            Tree::Divide(policy, x, by) => {
                let policy = POLICIES[usize::from(*policy) % 6];
                let divisor = match by % 3 {
                    0 => "y[i]".to_string(),
                    1 => (2 + by / 25).to_string(),
                    _ => "(1 + abs(z[i]))".to_string(),
                };
                format!("{policy}(({}) / {divisor})", x.text(column))
            }
            Tree::Table(x) => format!("f(clip({}, -3, 4))", x.text(column)),
            Tree::Reduce(name, x) if !column => {
                format!("({name}(j in w) ({}))", x.text(true))
            }
            // One index is enough.
            Tree::Reduce(_, x) => x.text(column),
        }
    }
}

/// A cache, and what is read from it.
#[derive(Clone, Debug)]
pub struct Cached {
    pub steps: u8,
    pub seeded: u8,
    pub policy: u8,
    pub clip: u8,
    pub appended: bool,
}

/// A random program.
#[derive(Clone, Debug)]
pub struct Random {
    pub n: u8,
    pub w: u8,
    pub first: Tree,
    pub second: Tree,
    pub own: Tree,
    pub cached: Option<Cached>,
    pub asserted: bool,
    /// Two proofs rather than one.
    pub apart: bool,
    /// Which way to lay it out, and what the inputs are drawn from.
    pub way: u8,
    pub seed: u64,
}

/// Programs of every gadget, one or two values, sums of products, a step with a cache or none.
pub fn programs() -> impl Strategy<Value = Random> {
    let cached = (1u8..5, 0u8..4, any::<u8>(), 1u8..6, any::<bool>()).prop_map(
        |(steps, seeded, policy, clip, appended)| Cached {
            steps,
            seeded,
            policy,
            clip,
            appended,
        },
    );
    let sizes = (1u8..20, 1u8..6);
    let trees = (tree(), tree(), tree());
    let rest = (any::<bool>(), any::<bool>(), any::<u8>(), any::<u64>());
    (sizes, trees, proptest::option::of(cached), rest).prop_map(
        |((n, w), (first, second, own), cached, (asserted, apart, way, seed))| Random {
            n,
            w,
            first,
            second,
            own,
            cached,
            asserted,
            apart,
            way,
            seed,
        },
    )
}

impl Random {
    pub fn plan(&self) -> &'static str {
        if self.apart {
            "apart"
        } else {
            "fused"
        }
    }

    pub fn source(&self) -> String {
        let (n, w) = (self.n, self.w);
        let (mut declared, mut body) = (String::new(), String::new());
        if let Some(cached) = &self.cached {
            let (steps, seeded, clip) = (cached.steps, cached.seeded, cached.clip);
            let policy = POLICIES[usize::from(cached.policy) % 6];
            write!(
                declared,
                "    private input q[{steps}, w] : -4..=4
    private input k[{steps}, w] : -4..=4
    private input s[{seeded}, w] : -4..=4
    state keys = s
    public output mixed[{steps}, w]
    public output most[{steps}]
"
            )
            .unwrap();
            let append = if cached.appended {
                "moved[d in w] = clip(k[t, d] + 1, -4, 4)\n        keys <- moved"
            } else {
                "keys <- k[t]"
            };
            write!(
                body,
                "    step t in {steps} {{
        {append}
        score[j in keys] = sum(d in w) q[t, d] * keys[j, d]
        peak = max(j in keys) score[j]
        weight[j in keys] = 1 + clip({clip} - (peak - score[j]), 0, {clip})
        mass = sum(j in keys) weight[j]
        mixed[t, d in w] = {policy}(sum(j in keys) weight[j] * keys[j, d] / mass)
        most[t] = peak
    }}
"
            )
            .unwrap();
        }
        let asserted = if self.asserted {
            "    assert[i in n] x[i] + 30 >= z[i] - 4\n"
        } else {
            ""
        };
        format!(
            "circuit random(n = {n}, w = {w}) {{
    table f(g in -3..=4) = round(7 * exp(g / 3))
    private input x[n]    : -30..=30
    private input y[n]    : 1..=9
    public input z[n]     : -4..4
    private input a[n, w] : -10..10
    public input b[w]     : 0..3
    public output out[n]
    private output own[n, w]
{declared}{asserted}    v[i in n] = {}
    u[i in n] = {}
    out[i in n] = v[i] + 2 * u[i]
    own[i in n, j in w] = {}
{body}    region side {{ u }}
    plan fused {{ proof all: * }}
    plan apart {{ proof one: * - side   proof two: side }}
}}
",
            self.first.text(false),
            self.second.text(false),
            self.own.text(true),
        )
    }
}
