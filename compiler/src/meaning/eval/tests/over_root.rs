//! Quotients by a root, against the definition of each policy.

use super::*;

/// a / sqrt(n), rounded: its magnitude lies in k..k + 1.
fn expected(policy: &str, a: i64, n: i64) -> i64 {
    let k = (0..).find(|k| (k + 1) * (k + 1) * n > a * a).unwrap();
    let (sign, exact) = (a.signum(), k * k * n == a * a);
    let half = (2 * k + 1) * (2 * k + 1) * n - 4 * a * a;
    let up = match policy {
        "trunc" => false,
        "floor" => sign < 0 && !exact,
        "ceil" => sign > 0 && !exact,
        "round" => half <= 0,
        "round_half_up" => half < 0 || (half == 0 && sign > 0),
        _ => half < 0 || (half == 0 && k % 2 == 1),
    };
    sign * (k + i64::from(up))
}

#[test]
fn quotients_by_roots_are_rounded_once_by_every_policy() {
    for policy in Rounding::ALL.map(Rounding::name) {
        let source = format!(
            "circuit over_roots(n = 61, m = 40) {{
                private input x[n] : -30..=30
                private input z[m] : 1..=40
                public output y[n, m]
                public output s[n, m]
                y[i in n, j in m] = {policy}(x[i] / sqrt(z[j]))
                s[i in n, j in m] = {policy}(3 * x[i] / (2 * sqrt(z[j] * z[j])))
            }}"
        );
        let x: Vec<i64> = (-30..=30).collect();
        let z: Vec<i64> = (1..=40).collect();
        let (_, graph) = crate::analyse(&source, &[]).unwrap();
        let tensor = |data: &[i64]| {
            let mut tensor = Tensor::zeros(&[data.len()]);
            tensor.data.copy_from_slice(data);
            tensor
        };
        let assignment = Assignment {
            inputs: vec![tensor(&x), tensor(&z)],
            tables: vec![],
        };
        let evaluation = evaluate(&graph, &assignment).unwrap();
        let (y, s) = (
            evaluation.output(OutputId(0)),
            evaluation.output(OutputId(1)),
        );
        for (i, &a) in x.iter().enumerate() {
            for (j, &n) in z.iter().enumerate() {
                assert_eq!(y.get(&[i, j]), expected(policy, a, n), "{policy} {a} {n}");
                let whole = expected(policy, 3 * a, 4 * n * n);
                assert_eq!(s.get(&[i, j]), whole, "{policy} 3 * {a} / 2 sqrt {n}^2");
            }
        }
    }
}
