//! Two proofs of one input: with masks nothing that is private is in both; without, they are the same bytes.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use attnc::{verify, Demands, Inputs, Key, Layout, Options, Program, Progress, Proof, Prover};

use super::opened::{open, Opened};

const VOTE: &str = include_str!("../../../examples/vote.attn");
/// A value crosses, in the proofs alone.
const LINKED: &str = "circuit linked(n = 3) {
    private input x[n] : 0..9
    public output y : 0..900
    s[i in n] = x[i] * x[i]
    y = sum(i in n) s[i]
    plan two { proof front: * - y  proof back: y }
}";

fn layout(source: &str, hiding: bool) -> Layout {
    let program = Program::check("p.attn", source, &[]).unwrap();
    let options = Options {
        hiding,
        ..Options::default()
    };
    program.lay_out(&options).unwrap()
}

fn go_on(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Two proofs of one input by one prover, and what of each is opened.
fn twice(layout: &Layout, json: &str) -> [(Proof, Vec<Opened>); 2] {
    let inputs = Inputs::parse(&layout.program, json.as_bytes()).unwrap();
    let prover = Prover::new(layout);
    [(); 2].map(|()| {
        let made = prover.sessions(&[0], &inputs, "one", &go_on).unwrap();
        let made = made.into_iter().next().unwrap();
        let circuit = &layout.compiled[0].circuit;
        let opened = open(circuit, &made.proved.session);
        (Proof::of_files(vec![made.file]), opened)
    })
}

const CASES: [(&str, &str, usize); 2] = [
    (VOTE, r#"{"ballot": [3, 9, 0, 7]}"#, 1),
    (LINKED, r#"{"x": [1, 2, 8]}"#, 2),
];

#[test]
fn two_proofs_that_hide_share_nothing_private() {
    for (source, json, proofs) in CASES {
        let layout = layout(source, true);
        let key = Key::make(&layout);
        let both = twice(&layout, json);
        for (proof, opened) in &both {
            assert!(verify(&key, proof, &Demands::default()).is_ok());
            assert_eq!(opened.len(), proofs);
        }
        let [(_, first), (_, second)] = &both;
        let (mut compared, mut shared) = (0, Vec::new());
        for (proof, (a, b)) in first.iter().zip(second).enumerate() {
            let roots = [&a.stark.commitments, &b.stark.commitments];
            assert_eq!(roots[0][0], roots[1][0], "fixed columns have no mask");
            let mut hashes = BTreeSet::new();
            for root in roots {
                hashes.extend(root[1..].iter().map(|root| root.0));
            }
            assert_eq!(hashes.len(), 6, "a tree is in both");
            for tree in 1..4 {
                let columns = [a, b].map(|it| &it.stark.queried_values[tree]);
                for (column, (a, b)) in columns[0].iter().zip(columns[1]).enumerate() {
                    let seen: BTreeSet<u32> = a.iter().map(|x| x.0).collect();
                    let again = b.iter().filter(|x| seen.contains(&x.0));
                    shared.extend(again.map(|x| (proof, tree, column, x.0)));
                    compared += 1;
                }
            }
            // Out of the domain, and what masks FRI.
            let points = |it: &Opened| -> BTreeSet<[u32; 4]> {
                let values = it.stark.sampled_values[1..].iter().flatten().flatten();
                values.map(|x| x.to_m31_array().map(|x| x.0)).collect()
            };
            assert!(points(a).is_disjoint(&points(b)));
        }
        assert!(compared > 40, "{compared} columns");
        // By chance two of 19 times 19 values are equal in one of 2^31 / 361 columns; a column without a
        // mask has few values, or the same ones.
        assert!(shared.len() < 3, "{shared:?}");
    }
}

#[test]
fn two_plain_proofs_are_the_same_bytes() {
    for (source, json, _) in CASES {
        let layout = layout(source, false);
        let [(first, _), (second, _)] = twice(&layout, json);
        assert!(verify(&Key::make(&layout), &first, &Demands::default()).is_ok());
        assert_eq!(first.bytes(), second.bytes());
    }
}
