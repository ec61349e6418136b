//! Loops that carry, against plain loops.

use super::*;
use crate::meaning::turns::Turn;

fn graph(source: &str) -> Graph {
    let (_, graph) = crate::analyse(source, &[]).unwrap_or_else(|errors| panic!("{errors:#?}"));
    graph
}

/// The outputs of a program whose inputs are `i * i % 19 - 9`, with these inputs.
fn run(source: &str) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
    let graph = graph(source);
    let inputs: Vec<Tensor> = graph.inputs.iter().map(drawn).collect();
    let given: Vec<Vec<i64>> = inputs.iter().map(|tensor| tensor.data.clone()).collect();
    let assignment = Assignment {
        inputs,
        tables: vec![],
    };
    let evaluation = evaluate(&graph, &assignment).unwrap();
    let outputs = (0..graph.outputs.len() as u32).map(OutputId);
    let outputs = outputs.map(|id| evaluation.output(id).data).collect();
    (given, outputs)
}

fn drawn(input: &Input) -> Tensor {
    let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
    let mut tensor = Tensor::zeros(&shape);
    let elements = tensor.data.iter_mut().zip(0i64..);
    elements.for_each(|(x, i)| *x = (i * i + 3 * i) % 19 - 9);
    tensor
}

#[test]
fn a_running_maximum() {
    let source = "circuit test(steps = 7) {
        private input x[steps] : -9..=9
        state best : -9..=9 = -9
        public output y[steps]
        public output last
        before = best
        step t in steps {
            y[t] = max(best, x[t])
            kept = max(best, x[t], before)
            best <- kept
            now = best
        }
        last = best + 100 * before + 1000 * now[3]
    }";
    let (given, outputs) = run(source);
    let (mut best, mut each, mut held) = (-9, vec![], vec![]);
    for &x in &given[0] {
        held.push(best);
        best = best.max(x);
        each.push(best);
    }
    assert_eq!(outputs[0], each);
    assert_eq!(outputs[1], [best - 900 + 1000 * held[3]]);
}

/// Two states that are replaced by each other, one of them by a sum; all reads are of the values
/// before.
#[test]
fn states_that_read_each_other() {
    let source = "circuit test(steps = 10) {
        state a : 0..100 = 0
        state b : 0..100 = 1
        public output y[steps]
        step t in steps {
            a <- b
            c = a + b
            y[t] = a
            b <- c
        }
    }";
    let (_, outputs) = run(source);
    assert_eq!(outputs[0], [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]);
}

/// `s = s + k v^T`, read by a query: linear attention, with a cache beside it.
#[test]
fn linear_attention() {
    let source = "circuit test(steps = 5, width = 3) {
        private input q[steps, width] : -9..=9
        private input k[steps, width] : -9..=9
        private input v[steps, width] : -9..=9
        private input first[width, width] : -9..=9
        state s[width, width] : -1000..=1000 = first
        state seen = empty
        public output y[steps, width]
        public output z[steps]
        step t in steps {
            next[i in width, j in width] = s[i, j] + k[t, i] * v[t, j]
            s <- next
            o[j in width] = sum(i in width) q[t, i] * next[i, j]
            seen <- o
            y[t, j in width] = o[j]
            z[t] = sum(e in seen) seen[e, 0]
        }
    }";
    let graph = graph(source);
    let turns = graph.turns().unwrap();
    let loops = turns
        .iter()
        .filter(|turn| matches!(turn, Turn::Loop { .. }));
    assert_eq!(loops.count(), 1);
    let (given, outputs) = run(source);
    let mut s = given[3].clone();
    let (mut y, mut z) = (vec![], vec![]);
    for t in 0..5 {
        for i in 0..3 {
            for j in 0..3 {
                s[i * 3 + j] += given[1][t * 3 + i] * given[2][t * 3 + j];
            }
        }
        for j in 0..3 {
            y.push(
                (0..3)
                    .map(|i| given[0][t * 3 + i] * s[i * 3 + j])
                    .sum::<i64>(),
            );
        }
        z.push((0..=t).map(|e| y[e * 3]).sum());
    }
    assert_eq!(outputs, [y, z]);
}

/// A cache of what the carried state makes is read in the loop: all of it goes step by step.
#[test]
fn a_cache_within_what_is_carried() {
    let source = "circuit test(steps = 5) {
        state s : 0..=60000 = 1
        state seen = empty
        public output y[steps]
        step t in steps {
            made = s + t
            seen <- made
            total = sum(e in seen) seen[e]
            s <- total
            y[t] = total
        }
    }";
    let (_, outputs) = run(source);
    let (mut s, mut seen, mut y) = (1, vec![], vec![]);
    for t in 0..5 {
        seen.push(s + t);
        s = seen.iter().sum();
        y.push(s);
    }
    assert_eq!(outputs[0], y);
}

/// Attention over all positions in each layer, with weights that differ from layer to layer.
#[test]
fn layers() {
    for layers in [1, 2, 30] {
        let source = format!(
            "circuit test(layers = {layers}, steps = 4, width = 2) {{
            private input x0[steps, width] : -9..=9
            private input w[layers, width, width] : -9..=9
            state x[steps, width] : -100..=100 = x0
            public output y[steps, width]
            public output inner
            layer l in layers {{
                q[t in steps, i in width] = sum(c in width) w[l, i, c] * x[t, c]
                s[t in steps, j in 0..=t] = sum(i in width) q[t, i] * x[j, i]
                best[t in steps] = max(j in 0..=t) s[t, j]
                half[t in steps, i in width] = clip(x[t, i] + q[t, i] - best[t] + l, -100, 100)
                x <- half
            }}
            y[t in steps, i in width] = x[t, i]
            inner = best[layers - 1, 2]
        }}"
        );
        let (given, outputs) = run(&source);
        let mut x = given[0].clone();
        let mut best = [0; 4];
        for l in 0..layers {
            let w = &given[1][4 * l..];
            let q = |t: usize, i: usize| w[2 * i] * x[2 * t] + w[2 * i + 1] * x[2 * t + 1];
            let mut next = vec![];
            for t in 0..4 {
                let s = |j: usize| q(t, 0) * x[2 * j] + q(t, 1) * x[2 * j + 1];
                best[t] = (0..=t).map(s).max().unwrap();
                for i in 0..2 {
                    let half = x[2 * t + i] + q(t, i) - best[t] + l as i64;
                    next.push(half.clamp(-100, 100));
                }
            }
            x = next;
        }
        assert_eq!(outputs, [x, vec![best[2]]], "{layers} layers");
    }
}

/// What leaves its range at some iteration is refused there, and an assertion within the loop is
/// held before what it guards.
#[test]
fn ranges_and_assertions_are_held_iteration_by_iteration() {
    let wrong = |body: &str| {
        let source = format!(
            "circuit test(steps = 6) {{
                private input x[steps] : 0..=9
                state s : 0..=20 = 0
                public output y[steps]
                step t in steps {{ {body} }}
            }}"
        );
        let graph = graph(&source);
        let data = (1..7).collect();
        let inputs = vec![Tensor {
            shape: vec![6],
            data,
        }];
        let assignment = Assignment {
            inputs,
            tables: vec![],
        };
        evaluate(&graph, &assignment).err().unwrap()
    };
    let error = wrong("n = s + x[t]  y[t] = n  s <- n");
    let EvalError::ValueRange {
        name,
        at,
        value,
        of: Ranged::State { by, .. },
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(
        (name.as_str(), by.as_str(), at.to_string().as_str(), value),
        ("s", "n", " at t = 5", 21)
    );
    let error = wrong("assert s <= 9  n = clip(s + x[t], 0, 20)  y[t] = n  s <- n");
    let EvalError::Assertion {
        at, left, right, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!((at.to_string().as_str(), left, right), (" at t = 4", 9, 10));
    // What no state takes in is made after the loop; an assertion of it and of the turn waits for it.
    let error = wrong("n = floor((s + x[t]) / 2)  y[t] = n  rest = s + x[t] - 2 * n  assert n <= 3 + rest  s <- n");
    let EvalError::Assertion {
        at, left, right, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!((at.to_string().as_str(), left, right), (" at t = 4", 3, 4));
}

/// A layer around steps: caches and a recurrence of each layer, and what the layers hand on.
#[test]
fn steps_within_layers() {
    let source = "circuit test(layers = 3, steps = 4, width = 2) {
        private input x0[steps, width] : -9..=9
        private input w[layers, width] : -9..=9
        state x[steps, width] : -100..=100 = x0
        public output y[steps, width]
        public output kept[layers, steps]
        layer l in layers {
            first[i in width] = w[l, i] + x[0, i]
            past[j in 2, i in width] = w[l, i] - j
            state keys = past
            state all = w
            state run[width] : -999..=999 = first
            state count : 0..=100 = 0
            step t in steps {
                k[i in width] = clip(x[t, i] + w[l, i], -20, 20)
                keys <- k
                all <- k
                s[j in keys] = sum(i in width) x[t, i] * keys[j, i]
                next[i in width] = clip(run[i] + max(j in keys) s[j], -999, 999)
                run <- next
                more = count + t
                of_all = sum(j in all) all[j, 1]
                count <- more
                half[i in width] = clip(next[i] - count, -100, 100)
            }
            kept[l, t in steps] = run[0] + half[t, 1] + count + of_all[t]
            x <- half
        }
        y[t in steps, i in width] = x[t, i]
    }";
    let (given, outputs) = run(source);
    let (mut x, mut kept) = (given[0].clone(), vec![]);
    for l in 0..3 {
        let w = &given[1][2 * l..2 * l + 2];
        let mut run = [w[0] + x[0], w[1] + x[1]];
        let mut keys = vec![[w[0], w[1]], [w[0] - 1, w[1] - 1]];
        let (mut of_all, mut sums) = (given[1].iter().skip(1).step_by(2).sum::<i64>(), vec![]);
        let (mut half, mut count) = (vec![], 0);
        for t in 0..4 {
            let row = [x[2 * t], x[2 * t + 1]];
            keys.push([0, 1].map(|i| (row[i] + w[i]).clamp(-20, 20)));
            of_all += keys[keys.len() - 1][1];
            sums.push(of_all);
            let scores = keys.iter().map(|key| row[0] * key[0] + row[1] * key[1]);
            let best = scores.max().unwrap();
            run = run.map(|r: i64| (r + best).clamp(-999, 999));
            half.extend(run.map(|r| (r - count).clamp(-100, 100)));
            count += t as i64;
        }
        kept.extend((0..4).map(|t| run[0] + half[2 * t + 1] + count + sums[t]));
        x = half;
    }
    assert_eq!(outputs, [x, kept]);
}
