//! Every kind of boundary: cut graphs and parts mean what the program means, prove, verify, join,
//! and refuse what does not fit together (spec 3.7, 3.8, 6.1).

use attnc::claim::whole::Refusal;
use attnc::files::proof::{encode, set};
use attnc::files::sample::sample;
use attnc::session::verify::Rejection;
use attnc_compiler::analyse;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::validate;
use attnc_compiler::plan::candidates::candidates;
use attnc_compiler::plan::derived::Whole;
use attnc_compiler::plan::Plan;

use super::small::{decode, key, projection, source, verify, Small, HALVED};
use crate::common::from_source::example;

fn smalls() -> Vec<Small> {
    vec![
        decode(),
        Small::new(example("head"), &[("steps", 4), ("width", 4)]),
        Small::new(example("norm"), &[]),
        Small::new(example("vote"), &[]),
        Small::new(projection(), &[]),
        source(HALVED),
    ]
}

/// The derived graphs of every candidate plan are valid and compute the boxes that they say.
#[test]
fn every_plan_means_what_the_program_means() {
    let (mut plans, mut open) = (0, 0);
    for small in smalls() {
        let (_, graph) = analyse(&small.source, &small.params).unwrap();
        for candidate in candidates(&graph) {
            let Ok(plan) = small.plan(&candidate.text) else {
                continue;
            };
            plans += 1;
            open += usize::from(plan.parts.len() > 1);
            same_meaning(&small, &plan, &candidate.text);
        }
    }
    assert!(plans > 50 && open >= 20, "{plans} {open}");
}

fn same_meaning(small: &Small, plan: &Plan, text: &str) {
    let (_, mut graph) = analyse(&small.source, &small.params).unwrap();
    for (table, entries) in graph.tables.iter_mut().zip(&small.assignment.tables) {
        table.entries.clone_from(entries);
    }
    let whole = evaluate(&graph, &small.assignment).unwrap();
    for part in &plan.parts {
        assert_eq!(validate::validate(part.graph()), Ok(()), "{text}");
        let given = part.derived.assignment(&whole);
        let own = evaluate(part.graph(), &given).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        for (number, origin) in part.derived.values.iter().enumerate() {
            let value = &part.graph().values[number];
            let of = match origin.whole {
                Whole::Value(of) => of,
                // What a cache is given of an input.
                Whole::Input(_) if value.name.starts_with("entries of ") => continue,
                _ => panic!("{text}: a value is a box of a value"),
            };
            let elements = own.value(attnc_compiler::meaning::graph::ValueId(number as u32));
            attnc_compiler::meaning::space::for_each_point(part.graph(), &value.space, |at| {
                let there: Vec<i64> = at
                    .iter()
                    .zip(&origin.from)
                    .map(|(&at, &from)| at + from as i64)
                    .collect();
                let expected = whole.value(of).get(&there);
                assert_eq!(elements.get(at), expected, "{text}: {} {at:?}", value.name);
            });
        }
    }
}

#[test]
fn steps_heads_regions_and_values_prove_linked_and_open() {
    let small = decode();
    for text in [
        "proof all: *",
        "proof arithmetic: * - lookup proof table: lookup",
        "proof half: * steps 0..2 | 2..4",
        "proof half: * open steps 0..1 | 1..4",
        "proof head: * by head",
        "proof head: * open by head",
        "proof piece: * by head steps 0..2 | 2..4",
        "proof piece: * open by head open steps 0..2 | 2..4",
        "proof piece: * open by head steps 0..2 | 2..4",
        "proof scores: score proof rest: * - score open *",
        "proof scores: score + peak proof rest: * - score - peak open scores | rest",
        "proof table: lookup proof rest: * - lookup steps 0..2 | 2..4",
        "proof last: context proof rest: * - context open by head open *",
    ] {
        small.holds(text, None);
        small.holds(text, Some(2));
    }
}

#[test]
fn reductions_over_what_is_cut_prove() {
    let small = Small::new(projection(), &[]);
    for text in [
        "proof head: * by head",
        "proof head: * by 2 heads",
        "proof heads: * - out - most open by 2 heads proof out: out + most open *",
        "proof part: * steps 0..1 | 1..3 | 3..4",
        "proof part: * open steps 0..1 | 1..4",
    ] {
        small.holds(text, None);
        small.holds(text, Some(1));
    }
}

/// A part alone verifies, and says which it is; parts of other runs, other contexts, twice the
/// same, or with another crossing tensor do not make a whole.
#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let small = decode();
    let text = "proof scores: score proof rest: * - score open *";
    let parts = small.parts(text, None);
    let key = key(&parts);
    let honest = small.prove(&parts, "");
    for (position, (file, _)) in honest.iter().enumerate() {
        let mut readings = Vec::new();
        verify(&key, &parts, file, &mut readings).unwrap();
        assert_eq!(readings[0].part, Some(position));
    }
    let refused = |files: &[&[u8]], what: &str| {
        let files: Vec<Vec<u8>> = files.iter().map(|file| file.to_vec()).collect();
        match verify(&key, &parts, &set(&files), &mut Vec::new()) {
            Err(refusal) => refusal,
            Ok(()) => panic!("{what} is accepted"),
        }
    };
    let (scores, rest) = (&honest[0].0, &honest[1].0);
    let twice = refused(&[scores, scores], "a part twice");
    assert!(
        matches!(twice, Refusal::Rejected(Rejection::Set(_))),
        "{twice}"
    );

    let other_context = small.prove(&parts, "another");
    let mixed = refused(&[scores, &other_context[1].0], "two contexts");
    assert!(
        matches!(mixed, Refusal::Rejected(Rejection::Set(_))),
        "{mixed}"
    );

    // Other inputs: each part holds, but of different scores.
    let mut other = decode();
    let (_, graph) = analyse(&other.source, &other.params).unwrap();
    other.assignment = sample(&graph, 2);
    let others = other.prove(&parts, "");
    let crossed = refused(&[scores, &others[1].0], "parts of two runs");
    assert!(
        matches!(crossed, Refusal::Rejected(Rejection::Crossing { .. })),
        "{crossed}"
    );

    // A proof of one part under the other's name, and a changed element on either side.
    for (position, (_, proved)) in honest.iter().enumerate() {
        let session = &proved.session;
        let circuit = &parts[position].circuit;
        for (tensor, public) in circuit.publics.iter().zip(&session.statement.publics) {
            for at in 0..public.elements.len() {
                let mut lie = session.statement.clone();
                let number = lie
                    .publics
                    .iter()
                    .position(|p| p.name == tensor.name)
                    .unwrap();
                let element = &mut lie.publics[number].elements[at];
                *element = match tensor.range.contains((*element + 1).into()) {
                    true => *element + 1,
                    false => *element - 1,
                };
                let file = encode(&lie, circuit, session.nonce, &session.parts());
                let result = verify(&key, &parts, &file, &mut Vec::new());
                assert!(result.is_err(), "{}[{at}] changed", tensor.name);
            }
        }
        let mut renamed = session.statement.clone();
        renamed.part.clone_from(&parts[1 - position].circuit.part);
        let file = encode(&renamed, circuit, session.nonce, &session.parts());
        assert!(verify(&key, &parts, &file, &mut Vec::new()).is_err());
    }
    let mut broken = set(&[scores.clone(), rest.clone()]);
    broken.truncate(broken.len() - 1);
    assert!(verify(&key, &parts, &broken, &mut Vec::new()).is_err());
    broken = set(&[scores.clone(), rest.clone()]);
    for byte in 8..16 {
        let mut changed = broken.clone();
        changed[byte] ^= 0x81;
        assert!(
            verify(&key, &parts, &changed, &mut Vec::new()).is_err(),
            "byte {byte}"
        );
    }
}

/// A cache that is read in a row before what is appended to it has a home; an appended value that
/// is cut by heads.
#[test]
fn caches_of_values_prove_whole_and_cut() {
    let small = source(
        "circuit c(steps = 4) { private input x[steps, 2] : -4..5
        state r = empty
        state s = empty
        public output y[steps]
        step t in steps { s <- x[t]
            v = max(x[t, 0], 1)
            r <- v
            y[t] = r[t] + sum(j in s) s[j, 0] } }",
    );
    let by_heads = source(
        "circuit c(steps = 4, heads = 2) { private input x[steps, heads] : -4..5
        state s = empty
        public output y[steps, heads]
        step t in steps {
            v[h in heads] = max(x[t, h], 3)
            s <- v
            y[t, h in heads] = sum(j in s) s[j, h] } }",
    );
    for lanes in [None, Some(1)] {
        small.holds("proof all: *", lanes);
        small.holds("proof half: * steps 0..2 | 2..4", lanes);
        by_heads.holds("proof head: * by heads", lanes);
        by_heads.holds("proof head: * open by heads", lanes);
        by_heads.holds("proof head: * open steps 0..1 | 1..4", lanes);
    }
}

/// What is appended is read at another step than its own as well, or grows several caches.
#[test]
fn steps_are_cut_where_what_is_appended_is_read_elsewhere() {
    let fixed = source(
        "circuit ka(T = 4) { private input q[T] : 0..=9
        state K = empty
        public output y[T]
        step t in T { K <- q[t]
            y[t] = sum(j in K) K[j] + q[0] } }",
    );
    let wide = source(
        "circuit p2d(steps = 4, width = 2) { private input key[steps, width] : -8..8
        state keys = empty
        state more = empty
        public output o[steps, width]
        step t in steps { keys <- key[t]
            more <- key[t]
            o[t, d in width] = sum(j in keys) keys[j, d] - key[0, d] + max(j in more) more[j, 0] } }",
    );
    let halved = source(HALVED);
    for text in [
        "proof a: * by t",
        "proof a: * open by t",
        "proof a: * t 0..1 | 1..4",
        "proof a: * by 2 t",
    ] {
        for small in [&fixed, &wide, &halved] {
            small.holds(text, None);
            small.holds(text, Some(1));
        }
    }
    for text in [
        "proof a: * by width open steps 0..2 | 2..4",
        "proof a: * open by width steps 0..2 | 2..4",
        "proof a: * - o proof b: o by t",
    ] {
        wide.holds(text, None);
    }
    let given: Assignment = Assignment {
        inputs: vec![attnc_compiler::meaning::tensor::Tensor {
            shape: vec![4],
            data: vec![1, 2, 3, 4],
        }],
        tables: Vec::new(),
    };
    let (_, graph) = analyse(&fixed.source, &[]).unwrap();
    let outputs = evaluate(&graph, &given).unwrap();
    let y = outputs.output(attnc_compiler::meaning::graph::OutputId(0));
    assert_eq!(y.data, [2, 4, 7, 11]);
}

/// A cache that is carried from steps to steps over open boundaries: the first or the last of them
/// of another run, with other seeds; steps left out, doubled, or in the place of others.
#[test]
fn a_carried_state_whose_first_or_last_iteration_is_another() {
    let small = decode();
    let parts = small.parts("proof some: * open steps 0..1 | 1..3 | 3..4", None);
    assert_eq!(parts.len(), 3);
    let key = key(&parts);
    let of = |small: &Small| -> Vec<Vec<u8>> {
        let proved = small.prove(&parts, "").into_iter();
        proved.map(|(file, _)| file).collect()
    };
    let honest = of(&small);
    let mut other = decode();
    let (_, graph) = analyse(&other.source, &other.params).unwrap();
    other.assignment = sample(&graph, 2);
    // The same but for one element of what the first step finds in a cache.
    let mut seeded = decode();
    let seed = graph.states[0].seeds[0];
    let attnc_compiler::meaning::graph::Source::Input(seed) = seed else {
        panic!("a cache that begins as an input");
    };
    let range = graph.input(seed).range;
    let element = &mut seeded.assignment.inputs[seed.index()].data[0];
    *element += if range.contains((*element + 1).into()) {
        1
    } else {
        -1
    };
    let verdict = |files: &[&Vec<u8>]| {
        let files: Vec<Vec<u8>> = files.iter().map(|file| file.to_vec()).collect();
        verify(&key, &parts, &set(&files), &mut Vec::new())
    };
    let crossing = |files: &[&Vec<u8>], what: &str| match verdict(files) {
        Err(Refusal::Rejected(Rejection::Crossing { .. })) => {}
        Err(refusal) => panic!("{what}: {refusal}"),
        Ok(()) => panic!("{what} is accepted"),
    };
    let [first, middle, last] = &honest[..] else {
        panic!("three parts");
    };
    assert!(verdict(&[first, middle, last]).is_ok());
    for (run, what) in [(of(&other), "another run"), (of(&seeded), "another seed")] {
        assert!(verdict(&[&run[0], &run[1], &run[2]]).is_ok());
        crossing(&[&run[0], middle, last], what);
        crossing(&[first, &run[1], last], what);
        crossing(&[first, middle, &run[2]], what);
    }
    for files in [
        &[first, middle, last, last][..],
        &[first, first, middle, last],
        &[first, middle, middle],
    ] {
        let refusal = verdict(files).unwrap_err();
        assert!(
            matches!(refusal, Refusal::Rejected(Rejection::Set(_))),
            "{refusal}"
        );
    }
    // Steps in the place of others: their proof under the others' statement.
    let proved = small.prove(&parts, "");
    for (own, place) in [(0, 2), (2, 0), (1, 2)] {
        let (taken, given) = (&proved[own].1.session, &proved[place].1.session);
        let circuit = &parts[place].circuit;
        let mut named = taken.statement.clone();
        named.part.clone_from(&circuit.part);
        for statement in [&named, &given.statement] {
            let file = encode(statement, &parts[own].circuit, taken.nonce, &taken.parts());
            assert!(verify(&key, &parts, &file, &mut Vec::new()).is_err());
        }
    }
}
