//! Plans that cannot be, and what a cut is of: each is refused with its code, or means what it says.

use super::small::{decode, source, Small};

#[test]
fn plans_that_cannot_be_are_refused() {
    let small = decode();
    for (text, code) in [
        (
            "proof arithmetic: * - lookup proof table: lookup open *",
            "E104",
        ),
        ("proof half: * steps 0..2 | 3..4", "E107"),
        ("proof half: * steps 0..2 | 2..5", "E107"),
        ("proof half: * steps 0..2", "E107"),
        ("proof half: * steps 0..2 | 2..4 steps 0..4", "E107"),
        (
            "proof a: score proof b: peak proof c: * - score - peak open a | b",
            "E109",
        ),
        (
            "proof table: exp2_half by head proof rest: * - exp2_half",
            "E108",
        ),
    ] {
        assert_eq!(small.plan(text).err().as_deref(), Some(code), "{text}");
    }
}

/// An assertion over another index of the same name is neither cut short nor stretched.
#[test]
fn assertions_are_whole_after_a_cut() {
    let shorter = "circuit c() { private input x[8] : 0..16
        public output y[4]
        for h in 4 { y[h] = x[h] }
        assert[h in 8] x[h] >= 0 }";
    for text in ["proof a: * by h", "proof a: * open by h"] {
        assert_eq!(source(shorter).plan(text).err().as_deref(), Some("E107"));
    }
    let longer = "circuit c(heads = 4, k = 4) { private input x[heads] : 0..16
        public output y[heads]
        public output z[k]
        for h in heads { y[h] = x[h] * x[h] }
        for head in k { z[head] = x[head] + 1 }
        assert[head in 2] x[head] >= 0 }";
    assert_eq!(
        source(longer)
            .plan("proof a: * by k by head")
            .err()
            .as_deref(),
        Some("E107")
    );
    source(longer).holds("proof a: * by heads", None);
}

/// A value that cannot be cut is said to be so, and not what is made of those after it.
#[test]
fn a_value_across_pieces_is_refused_before_a_cache() {
    let small = source(
        "circuit c(steps = 4) { private input x[steps] : -9..=9
        state s = empty
        public output y[steps]
        v[t in steps] = x[t] * t
        y[t in steps] = v[2 * t % steps]
        step t in steps {
            a = clip(v[t], -4, 5)
            s <- a
            assert[c in s] s[c] <= 5 } }",
    );
    assert_eq!(
        small.plan("proof a: * by 2 t").err().as_deref(),
        Some("E105")
    );
}

/// The index that is named is cut, not another over the same parameter.
#[test]
fn a_cut_is_of_the_index_that_is_named() {
    let small = source(
        "circuit c(n = 4) { private input x[n, 2] : 0..4
        private input w[n, 2] : 0..4
        public output y[n, n]
        y[i in n, j in n] = x[i, 0] * w[j, 1] }",
    );
    let parts = small.parts("proof a: * open by j", None);
    for part in &parts {
        let names: Vec<&str> = part
            .circuit
            .publics
            .iter()
            .map(|t| t.name.as_str())
            .collect();
        assert!(names.contains(&"x"), "{names:?}: `x` is shared, `w` is not");
        assert!(!names.iter().any(|name| name.starts_with('w')), "{names:?}");
    }
    small.holds("proof a: * open by j", None);
}

/// A proof that nothing stands in is refused before anything is laid out, wherever it stands in
/// the plan and whatever would keep it company.
#[test]
fn a_proof_of_nothing_is_refused() {
    let unread = source(
        "circuit p1b(n = 4) { private input x[n] : 0..=9
        table f(k in 0..=9) = k * k
        public output y[n]
        v[i in n] = x[i] + 1
        y[i in n] = x[i] * 2 }",
    );
    let pieces = source(
        "circuit n6() { private input x[4] : 0..=3
        public output y
        public output z
        y = x[0]
        for h in 4 { u = x[h] }
        z = x[1] + 1 }",
    );
    let first = source(
        "circuit c(n = 4) { private input x[n] : 0..=9
        public output y
        for h in n { v = max(x[h], 2) * x[0]
            w = max(v, 3) }
        y = x[0] }",
    );
    for (small, text, code) in [
        (&unread, "proof a: * - v proof b: v", "E103"),
        (&unread, "proof b: v proof a: * - v", "E103"),
        (&unread, "proof a: * - v proof b: v open *", "E103"),
        (&unread, "proof a: * - f proof b: f", "E103"),
        (&unread, "proof a: * - f proof b: f open *", "E103"),
        (&unread, "proof a: * - x proof b: x open *", "E103"),
        (&pieces, "proof a: * by h", "E108"),
        (&pieces, "proof a: * open by h", "E108"),
        (&pieces, "proof a: * - u proof b: u by 2 h", "E108"),
        (&first, "proof a: * by n", "E108"),
        (&first, "proof a: * - w - v proof b: w + v", "E103"),
    ] {
        assert_eq!(small.plan(text).err().as_deref(), Some(code), "{text}");
    }
    // An input is proved where it stands, if only it is read.
    unread.holds("proof a: * - x proof b: x", None);
    for nothing in [
        "private input x : 0..=1",
        "assert 2 >= 1",
        "private input x : 0..4 assert 2 >= 1",
        "fixed input x : 0..4 assert x >= 0",
    ] {
        let small = source(&format!("circuit p1a {{ {nothing} }}"));
        let plan = small.plan("proof all: *");
        assert_eq!(plan.err().as_deref(), Some("E103"), "{nothing}");
    }
    // Constants and what is public have something to prove; so has a range that is declared.
    for body in [
        "public output y y = 3",
        "public input x : 0..4",
        "public input x[0] : 0..4",
        "private input x : 0..4 v : 0..4 = x",
        "private input x : 0..4 assert x >= 0",
    ] {
        source(&format!("circuit c {{ {body} }}")).holds("proof all: *", None);
    }
}

#[test]
fn a_plan_has_so_many_proofs_and_no_more() {
    let many = Small::new(
        "circuit c(n = 2000) { private input x[n] : 0..4
        public output y[n]
        y[i in n] = x[i] * x[i] }"
            .to_string(),
        &[],
    );
    assert_eq!(many.plan("proof a: * by n").err().as_deref(), Some("E107"));
    assert!(many.plan("proof a: * by 2 n").is_ok());
}
