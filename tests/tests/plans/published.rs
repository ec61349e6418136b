//! What an open boundary publishes: what crosses it and nothing else.

use attnc::claim::whole::{statements, Publics};
use attnc::files::proof::set;
use attnc_compiler::plan::published;
use attnc_compiler::{analyse, Compiled};

use super::small::{decode, key, source, verify, Small};

/// Private tensors stay out of a linked session's statement, and out of an open one's but for
/// what crosses.
#[test]
fn only_what_crosses_an_open_boundary_is_shown() {
    let small = decode();
    let names = |text: &str| -> Vec<Vec<String>> {
        let parts = small.parts(text, None);
        let of = |part: &Compiled| {
            part.circuit
                .publics
                .iter()
                .map(|t| t.name.clone())
                .collect()
        };
        parts.iter().map(of).collect()
    };
    assert_eq!(
        names("proof arithmetic: * - lookup proof table: lookup"),
        [["context"]]
    );
    let halves = names("proof half: * steps 0..2 | 2..4");
    assert_eq!(halves.len(), 1);
    assert_eq!(halves[0].len(), 2, "{halves:?}");
    let open = names("proof scores: score proof rest: * - score open *");
    assert!(open[0].iter().any(|name| name == "score"), "{open:?}");
    assert!(!open[0].iter().any(|name| name == "value"), "{open:?}");
    let heads = names("proof head: * open by head");
    assert!(
        heads.iter().all(|names| names.len() == 1),
        "heads share nothing: {heads:?}"
    );
}

/// What a part is given it does not show, and a private output that crosses keeps its places.
#[test]
fn a_part_shows_what_it_defines() {
    let small = source(
        "circuit c() { private input x[2] : 0..8
        public output y[2]
        public output z[2]
        y[i in 2] = 2 * x[i]
        z[i in 2] = y[i] + 1 }",
    );
    let text = "proof a: y + x proof b: z open *";
    let parts = small.parts(text, None);
    let key = key(&parts);
    let files = small.prove(&parts, "");
    let shown = |file: &[u8]| -> Vec<String> {
        let mut readings = Vec::new();
        verify(&key, &parts, file, &mut readings).unwrap();
        let read = statements(&readings);
        let publics = Publics::of(&parts, &read).unwrap().complete();
        publics.into_iter().map(|public| public.name).collect()
    };
    assert_eq!(shown(&files[0].0), ["y"]);
    assert_eq!(shown(&files[1].0), ["z"]);
    assert_eq!(
        shown(&set(&[files[0].0.clone(), files[1].0.clone()])),
        ["y", "z"]
    );
    source(
        "circuit c(n = 3) { private input x[n, n] : 0..8
        private output u[n, n]
        public output last[n]
        step t in n { for h in n { u[h, t] = 2 * x[t, h] } }
        last[h in n] = max(t in n) u[h, t] }",
    )
    .plan("proof a: u + x proof b: last open *")
    .ok();
}

/// What is read only for a value that nothing depends on stays private; a declared range, an
/// assertion or an output that depends on it makes the same reads count.
#[test]
fn what_nothing_depends_on_publishes_nothing() {
    let program = |range: &str, more: &str| {
        source(&format!(
            "circuit c(n = 4) {{
            private input x[n] : 0..8
            private input w[n] : 0..8
            public output y[n]
            public output z[n]
            v[i in n] = 3 * x[i]
            y[i in n] = x[i] + 1
            u[i in n] {range} = w[i] + x[i] + v[i]
            again = sum(i in n) u[i]
            z[i in n] = w[i] * 2
            {more} }}"
        ))
    };
    let text = "proof a: y + v + x proof b: * - y - v - x open *";
    let shown = |small: &Small| -> Vec<Vec<String>> {
        let parts = small.parts(text, None);
        let names = |part: &Compiled| -> Vec<String> {
            let publics = part.circuit.publics.iter();
            publics.map(|tensor| tensor.name.clone()).collect()
        };
        parts.iter().map(names).collect()
    };
    let said = |small: &Small| -> Vec<String> {
        let (_, graph) = analyse(&small.source, &[]).unwrap();
        let plan = small.plan(text).unwrap();
        let found = published(&graph, &plan.parts).into_iter();
        let said = found.map(|found| {
            assert_eq!((found.elements, found.of), (4, 4));
            assert_eq!(found.parts.len(), 2);
            format!("{} {}", found.what.name(), found.name)
        });
        said.collect()
    };
    let unread = program("", "");
    assert_eq!(shown(&unread), [["y"], ["z"]]);
    assert_eq!(said(&unread), Vec::<String>::new());
    unread.holds(text, None);
    for (range, more) in [
        (": 0..64", ""),
        ("", "assert again >= 0"),
        ("", "private output all all = again"),
    ] {
        let read = program(range, more);
        assert_eq!(
            said(&read),
            ["private input x", "value v"],
            "{range} {more}"
        );
        read.holds(text, None);
    }
}

/// A value that nothing depends on makes no part depend on another, so that neither could be first.
#[test]
fn what_nothing_depends_on_makes_no_cycle() {
    let small = source(
        "circuit c(n = 4) {
        private input x[n] : 0..8
        public output y[n]
        public output z[n]
        y[i in n] = max(x[i], 2)
        z[i in n] = y[i] + 1
        u[i in n] = max(z[i], 3) }",
    );
    let text = "proof a: y + u + x proof b: z open *";
    small.holds(text, None);
    let (_, graph) = analyse(&small.source, &[]).unwrap();
    let found = published(&graph, &small.plan(text).unwrap().parts);
    assert_eq!(found, []);
}

/// Of what a cut publishes, only the pieces that cross count, each once.
#[test]
fn pieces_that_cross_are_counted() {
    let small = source(
        "circuit c(steps = 4, width = 3) { private input x[steps, width] : 0..8
        state past = empty
        private output top[width, steps]
        public output y[steps]
        step t in steps { past <- x[t]
            for h in width { top[h, t] = max(j in past) past[j, h] }
            y[t] = x[t, 0] }
        }",
    );
    let said = |text: &str| -> Vec<(String, u64, u64, usize)> {
        let (_, graph) = analyse(&small.source, &[]).unwrap();
        let found = published(&graph, &small.plan(text).unwrap().parts);
        let found = found.into_iter();
        found
            .map(|f| (f.name, f.elements, f.of, f.parts.len()))
            .collect()
    };
    // The last steps are read by the last part alone.
    let three = "proof a: * open steps 0..2 | 2..3 | 3..4";
    assert_eq!(said(three), [("x".to_string(), 9, 12, 3)]);
    assert_eq!(said("proof a: * steps 0..2 | 2..4"), []);
    small.holds(three, None);
}
