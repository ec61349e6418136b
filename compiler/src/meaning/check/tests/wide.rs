//! What does not fit, by its limbs: against 128 bits, at the ends of ranges and between them.

use super::*;
use crate::meaning::eval::{evaluate, Assignment, EvalError};
use crate::meaning::graph::OutputId;
use crate::meaning::rounding::divide;
use crate::meaning::tensor::Tensor;

type Numbers<'a> = (&'a [i128], &'a [i128], i128);

/// E is x . w, of 40 bits.
fn dot((x, w, _): Numbers) -> i128 {
    x.iter().zip(w).map(|(x, w)| x * w).sum()
}

const N: usize = 5;

fn program(body: &str) -> String {
    format!(
        "circuit c(n = {N}) {{
            private input x[n] : -32768..=32767
            private input w[n] : -(2 ^ 21)..=2 ^ 21
            private input d : 1..=1000
            {body}
        }}"
    )
}

fn given((x, w, d): Numbers) -> Assignment {
    let tensor = |data: &[i128], shape: &[usize]| {
        let mut tensor = Tensor::zeros(shape);
        tensor.data = data.iter().map(|&x| x as i64).collect();
        tensor
    };
    Assignment {
        inputs: vec![tensor(x, &[N]), tensor(w, &[N]), tensor(&[d], &[])],
        tables: Vec::new(),
    }
}

/// Numbers at the ends of their ranges, and between them.
fn drawn() -> Vec<(Vec<i128>, Vec<i128>, i128)> {
    let mut state = 11u64;
    let mut draw = |lo: i128, hi: i128| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let kind = (state >> 60) % 8;
        match kind {
            0 => lo,
            1 => hi,
            2 => 0.clamp(lo, hi),
            3 => (-1_i128).clamp(lo, hi),
            _ => lo + i128::from(state >> 20) % (hi - lo + 1),
        }
    };
    let mut all = Vec::new();
    for (x, w) in [
        (-32768, -(1 << 21)),
        (-32768, 1 << 21),
        (32767, 1 << 21),
        (32767, -(1 << 21)),
        (0, 5),
        (1, 1),
        (-1, 1),
    ] {
        for d in [1, 2, 1000] {
            all.push((vec![x; N], vec![w; N], d));
        }
    }
    // Near a multiple of a half, from both sides.
    for (w, more) in [(1 << 10, 0), (1 << 10, 1), (1 << 10, -1)] {
        for x in [512, -512, 1536, -1536] {
            let xs = vec![x, 1, 0, 0, 0];
            all.push((xs, vec![w, more, 0, 0, 0], 512));
        }
    }
    for _ in 0..150 {
        let x = (0..N).map(|_| draw(-32768, 32767)).collect();
        let w = (0..N).map(|_| draw(-(1 << 21), 1 << 21)).collect();
        let d = draw(1, 1000);
        all.push((x, w, d));
    }
    all
}

/// What is defined, over 128 bits and of the limbs that are proved.
fn agrees(body: &str, expected: impl Fn(Numbers) -> i128) {
    let source = program(body);
    let whole = graph(&source);
    let limbs = whole.clone().in_limbs();
    for (x, w, d) in drawn() {
        let numbers = (&x[..], &w[..], d);
        let wanted = expected(numbers);
        for (graph, of) in [(&whole, "128 bits"), (&limbs, "limbs")] {
            let assignment = given(numbers);
            let run = match evaluate(graph, &assignment) {
                Ok(run) => run,
                Err(error) => panic!("{body} of {numbers:?}: {error}"),
            };
            let y = run.output(OutputId(0)).data[0];
            assert_eq!(
                i128::from(y),
                wanted,
                "{body} of {numbers:?}, {of}\n{whole}"
            );
        }
    }
}

const DOT: &str = "sum(i in n) x[i] * w[i]";

/// A relation as it is written, and what it means.
type Relation = (&'static str, fn(i128, i128) -> bool);

#[test]
fn quotients_by_all_policies() {
    for policy in crate::meaning::graph::Rounding::ALL {
        for by in [1 << 20, 1 << 12, 1000, 999, 3, 1 << 24] {
            let name = policy.name();
            // One that fits, and one that is clipped once it is divided.
            for bounds in [(-100, 90), (-(1 << 20), 1 << 20)] {
                let (lo, hi) = bounds;
                agrees(
                    &format!("public output y y = clip({name}(({DOT}) / {by}), {lo}, {hi})"),
                    |of| divide(policy, dot(of), by).clamp(lo, hi),
                );
            }
        }
        let name = policy.name();
        agrees(
            &format!("public output y y = clip({name}(({DOT}) / d), -1000, 1000)"),
            |of| divide(policy, dot(of), of.2).clamp(-1000, 1000),
        );
        agrees(
            &format!("public output y y = clip({name}(({DOT}) / (7 * d)), -99, 1 << 18)")
                .replace("1 << 18", "2 ^ 18"),
            |of| divide(policy, dot(of), 7 * of.2).clamp(-99, 1 << 18),
        );
        agrees(
            &format!(
                "public output y z = {DOT} y = {name}(z / -(2 ^ 20)) + {name}(z / (3 * 2 ^ 20))"
            ),
            |of| divide(policy, -dot(of), 1 << 20) + divide(policy, dot(of), 3 << 20),
        );
    }
}

#[test]
fn clips() {
    for (lo, hi) in [
        (-1, 1),
        (0, 255),
        (-(1 << 26), 1 << 26),
        (-(1 << 27), 12345),
        (7, 7),
        (1 << 20, 1 << 21),
        (-(1 << 21), -(1 << 20) - 1),
    ] {
        agrees(
            &format!("public output y y = clip({DOT}, {lo}, {hi})"),
            |of| dot(of).clamp(lo, hi),
        );
    }
}

#[test]
fn comparisons_by_all_relations() {
    let relations: [Relation; 6] = [
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
        ("==", |a, b| a == b),
        ("!=", |a, b| a != b),
    ];
    for (relation, holds) in relations {
        agrees(
            &format!("public output y z = {DOT} y = if(z {relation} 1024 * x[0], 3, d)"),
            |of| match holds(dot(of), 1024 * of.0[0]) {
                true => 3,
                false => of.2,
            },
        );
        agrees(
            &format!("public output y z = {DOT} y = (z {relation} 0) + 2 * (0 {relation} -z)"),
            |of| i128::from(holds(dot(of), 0)) + 2 * i128::from(holds(0, -dot(of))),
        );
    }
    agrees(
        "public output y y = sum(i in n where (sum(k in n) x[k] * w[k]) > x[i] * 2 ^ 20) x[i]",
        |of| {
            let e = dot(of);
            of.0.iter().filter(|&&x| e > x << 20).sum()
        },
    );
}

#[test]
fn choices_and_remainders() {
    agrees(
        &format!("public output y y = clip(abs({DOT}), 5, 1000)"),
        |of| dot(of).abs().clamp(5, 1000),
    );
    agrees(
        &format!("public output y z = {DOT} y = floor(max(z, -z, 2 ^ 35) / 2 ^ 16)"),
        |of| dot(of).abs().max(1 << 35) >> 16,
    );
    agrees(
        &format!("public output y z = {DOT} y = min(max(z, x[0]), d + 5000) + min(x[1], max(-2 ^ 17, z))"),
        |of| {
            let e = dot(of);
            e.max(of.0[0]).min(of.2 + 5000) + e.max(-(1 << 17)).min(of.0[1])
        },
    );
    for by in [2, 7, 64, 1 << 20, 99_999] {
        agrees(&format!("public output y z = {DOT} y = z % {by}"), |of| {
            dot(of).rem_euclid(by)
        });
    }
    agrees(&format!("public output y z = {DOT} y = z % d"), |of| {
        dot(of).rem_euclid(of.2)
    });
    agrees(
        &format!("public output y z = {DOT} y = if(x[0] > 0, floor(z / 2 ^ 22), clip(z, 0, 9))"),
        |of| match of.0[0] > 0 {
            true => dot(of) >> 22,
            false => dot(of).clamp(0, 9),
        },
    );
}

#[test]
fn the_first_of_equals_of_wide_numbers() {
    let first = |x: &[i128], larger: bool| {
        let best = match larger {
            true => x.iter().max(),
            false => x.iter().min(),
        };
        x.iter().position(|x| Some(x) == best).unwrap() as i128
    };
    for (name, larger) in [("argmax", true), ("argmin", false)] {
        let body = format!("public output y y = {name}(i in n) 10000 * x[i]");
        assert!(graph(&program(&body))
            .values
            .iter()
            .any(|value| value.name == "y.extreme"));
        agrees(&body, |(x, ..)| first(x, larger));
        agrees(
            &format!("public output y y = {name}(i in 1..n where i != 2) 5000 * (x[i] - x[0])"),
            |(x, ..)| {
                let left = [x[1], x[3], x[4]];
                [1, 3, 4][first(&left, larger) as usize]
            },
        );
    }
    // What is left out is not there to be written in limbs.
    agrees(
        "public output y y = argmax(i in n where i >= 2) 16000 * (x[i] - x[i - 2])",
        |(x, ..)| {
            let gaps = [x[2] - x[0], x[3] - x[1], x[4] - x[2]];
            2 + first(&gaps, true)
        },
    );
    // Ties at first, in the middle, last; of negative numbers too.
    let graph = graph(&program(
        "public output y y = 10 * (argmax(i in n) 9999 * x[i]) + (argmin(i in n) 9999 * x[i])",
    ));
    for (x, wanted) in [
        ([5, 5, -5, -5, 0], 2),
        ([-9, -7, -7, -8, -9], 10),
        ([-32768, -32768, -32768, 32767, 32767], 30),
        ([0, 0, 0, 0, 0], 0),
        ([-3, -2, -2, -3, -1], 40),
    ] {
        let numbers = (&x[..], &[0; N][..], 1);
        for graph in [&graph, &graph.clone().in_limbs()] {
            let assignment = given(numbers);
            let run = evaluate(graph, &assignment).unwrap();
            assert_eq!(run.output(OutputId(0)).data[0], wanted, "{x:?}");
        }
    }
}

#[test]
fn beyond_64_bits() {
    agrees(
        "public output y z = x[0] * w[0] * w[1] * x[1] y = floor(z / 2 ^ 60)",
        |(x, w, _)| (x[0] * w[0] * w[1] * x[1]) >> 60,
    );
}

#[test]
fn a_wide_value_is_read_by_several_and_has_one_set_of_limbs() {
    let graph = graph(&program(&format!(
        "public output y[2] z = {DOT} y[j in 2] = clip(z, -j, j) + (z > j) + floor(z / 2 ^ 20)"
    )));
    let named = |start: &str| {
        let names = graph.values.iter().map(|value| value.name.as_str());
        names.filter(|name| name.starts_with(start)).count()
    };
    assert_eq!(named("z.carry"), named("z.part") - 1, "{graph}");
    assert!(named("x.digit") + named("w.digit") >= 2, "{graph}");
    assert!(!interval(&graph, "z").fits());
    assert_eq!(interval(&graph, "y"), interval(&graph, "y"));
}

#[test]
fn what_is_narrowed_by_an_assertion_is_read_as_it_is() {
    let body = format!("public output y z = {DOT} assert z >= -5 assert z <= 2 ^ 22 y = z + 1");
    let source = program(&body);
    let whole = graph(&source);
    let limbs = whole.clone().in_limbs();
    let mut held = 0;
    for (x, w, d) in drawn() {
        let e = dot((&x, &w, d));
        for graph in [&whole, &limbs] {
            let assignment = given((&x, &w, d));
            match evaluate(graph, &assignment) {
                Ok(run) => {
                    held += 1;
                    assert!((-5..=1 << 22).contains(&e));
                    assert_eq!(i128::from(run.output(OutputId(0)).data[0]), e + 1);
                }
                Err(EvalError::Assertion { .. }) => {
                    assert!(!(-5..=1 << 22).contains(&e), "{e} of {x:?} {w:?}\n{graph}");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(held > 10);
}

#[test]
fn assertions_hold_exactly_where_they_are_written_to() {
    let relations: [Relation; 5] = [
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
        ("==", |a, b| a == b),
    ];
    for (relation, holds) in relations {
        for gate in ["", "[where x[1] > 0]"] {
            let body = format!("public output y y = d assert{gate} {DOT} {relation} 2 ^ 10 * x[0]");
            let body = match gate {
                "" => body,
                _ => format!(
                    "public output y y = d assert[j in 1 where x[1] > 0] {DOT} {relation} 2 ^ 10 * x[j]"
                ),
            };
            let whole = graph(&program(&body));
            let limbs = whole.clone().in_limbs();
            for (x, w, d) in drawn() {
                let wanted = holds(dot((&x, &w, d)), x[0] << 10) || !gate.is_empty() && x[1] <= 0;
                for graph in [&whole, &limbs] {
                    let assignment = given((&x, &w, d));
                    let held = evaluate(graph, &assignment).is_ok();
                    assert_eq!(held, wanted, "{body} of {x:?} {w:?}\n{graph}");
                }
            }
        }
    }
}

#[test]
fn a_hint_is_of_what_does_not_fit_without_limbs() {
    let body =
        format!("public output y hint q : -1000000..=1000000 = floor(({DOT}) / 2 ^ 22) y = q");
    agrees(&body, |of| dot(of) >> 22);
    let graph = graph(&program(&body));
    assert_eq!(graph.values.len(), 2, "{graph}");
}

#[test]
fn no_limbs_help_what_is_shown_stored_or_looked_up() {
    for body in [
        format!("public output y y = {DOT}"),
        format!("private output y y = {DOT}"),
        format!("public output y z : -4..=9 = {DOT} y = z"),
        format!("public output y y = floor(sqrt(max({DOT}, 0)))"),
        format!("public output y[2] y[0] = {DOT} y[1] = d"),
        "public output y y = max(i in n) x[i] * w[i]".to_owned(),
    ] {
        assert_eq!(codes(&program(&body)), ["E034"], "{body}");
    }
    let cache = "circuit c(steps = 2, n = 5) {
        private input x[steps, n] : -32768..=32767
        private input w[n] : -(2 ^ 21)..=2 ^ 21
        public output y[steps]
        state keys = empty
        step t in steps {
            z = sum(i in n) x[t, i] * w[i]
            assert z <= 5
            assert z >= 0
            keys <- z
            y[t] = sum(j in keys) keys[j]
        }
    }";
    assert_eq!(codes(cache), ["E034"]);
}
