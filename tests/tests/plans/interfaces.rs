//! The public tensors of parts: what crosses, named so that both sides agree, and nothing else.

use attnc::session::security::Setting;
use attnc_compiler::meaning::graph::{Member, Source, ValueId, Visibility};

use super::parts::{value, values};
use crate::common::gadgets;
use crate::common::parts::{cases_around, divided};
use crate::common::programs::{self, Program};
use crate::common::session::{honest, Verifier};

/// What crosses is given as it is defined: the same box, range and raggedness on both sides.
#[test]
fn both_sides_of_a_boundary_have_the_same_tensor() {
    for program in programs::examples().iter().chain(&gadgets::all()) {
        let case = program.case(3);
        let graph = &case.compiled.graph;
        for id in values(graph) {
            let divided = divided(graph, id);
            for part in &divided {
                for &input in &part.crossing_in {
                    let Member::Value(_) = part.members[&Member::Input(input)] else {
                        continue;
                    };
                    let (own, origin) = (
                        part.derived.graph.input(input),
                        &part.derived.inputs[input.index()],
                    );
                    let given: Vec<_> = divided
                        .iter()
                        .flat_map(|other| {
                            let graph = &other.derived.graph;
                            other.crossing_out.iter().map(move |&id| {
                                let output = graph.output(id);
                                let value = output.value;
                                (
                                    output,
                                    graph.value(value),
                                    &other.derived.values[value.index()],
                                )
                            })
                        })
                        .filter(|(_, _, other)| *other == origin)
                        .collect();
                    let [(output, value, _)] = given[..] else {
                        panic!(
                            "{}: {} is given {} times",
                            program.name,
                            own.name,
                            given.len()
                        );
                    };
                    assert_eq!((&own.name, own.range), (&output.name, value.interval));
                }
            }
        }
    }
}

fn listed<'a>(names: impl Iterator<Item = (&'a String, Visibility)>) -> Vec<String> {
    names
        .map(|(name, visibility)| match visibility {
            Visibility::Public => format!("public {name}"),
            Visibility::Private => name.clone(),
        })
        .collect()
}

/// Inputs and outputs of every part around a value.
fn interfaces(source: &str, params: &[(&str, i64)], name: &str) -> Vec<[Vec<String>; 2]> {
    let params: Vec<(String, i64)> = params.iter().map(|&(n, v)| (n.to_string(), v)).collect();
    let (_, graph) = attnc_compiler::analyse(source, &params).unwrap();
    divided(&graph, value(&graph, name))
        .iter()
        .map(|part| {
            let graph = &part.derived.graph;
            [
                listed(
                    graph
                        .inputs
                        .iter()
                        .map(|input| (&input.name, input.visibility)),
                ),
                listed(
                    graph
                        .outputs
                        .iter()
                        .map(|output| (&output.name, output.visibility)),
                ),
            ]
        })
        .collect()
}

#[test]
fn only_what_crosses_becomes_public() {
    let decode = programs::decode("fused").source;
    let parts = interfaces(&decode, &[], "score");
    assert_eq!(
        parts,
        [
            [vec!["query", "key", "seed_key"], vec!["public score"]],
            [
                vec!["value", "seed_value", "public score"],
                vec!["public context"]
            ]
        ]
    );
    // The rest counts the entries of `keys`, and has none.
    let parts = interfaces(&decode, &[], "mass");
    assert_eq!(parts[1][0], ["public weight"]);
    assert_eq!(parts[1][1], ["public mass"]);
    assert_eq!(
        parts[2][0],
        ["value", "seed_value", "public weight", "public mass"]
    );
}

#[test]
fn what_several_parts_read_is_public_in_each() {
    let source = "circuit shared(n = 4) {
        private input x[n] : -4..4
        private input y[n] : -4..4
        public input z[n]  : -4..4
        private output own[n]
        public output last[n]
        a[i in n]   = x[i] + z[i]
        own[i in n] = a[i] * 2
        last[i in n] = own[i] + x[i] + y[i]
        assert[i in n] y[i] >= -4
        assert[i in n] last[i] + y[i] <= 100
    }";
    let parts = interfaces(source, &[], "own");
    assert_eq!(
        parts,
        [
            [vec!["public x", "public z"], vec!["public a"]],
            [vec!["public a"], vec!["public own"]],
            [vec!["public x", "y", "public own"], vec!["public last"]],
        ]
        .map(|part| part.map(|names| names.into_iter().map(String::from).collect::<Vec<_>>())),
    );
}

#[test]
fn values_of_one_name_are_told_apart() {
    let source = "circuit names(n = 3) {
        private input x[n] : 0..8
        public output y[n]
        public output z[n]
        for i in n { half = floor(x[i] / 2)   y[i] = half + 1 }
        for i in n { half = floor(x[i] / 3)   z[i] = half + 1 }
    }";
    let (_, graph) = attnc_compiler::analyse(source, &[]).unwrap();
    let halves: Vec<ValueId> = values(&graph)
        .filter(|&id| graph.value(id).name == "half")
        .collect();
    let names: Vec<String> = halves
        .iter()
        .map(|&id| {
            let part = &divided(&graph, id)[0];
            part.derived.graph.output(part.crossing_out[0]).name.clone()
        })
        .collect();
    assert_eq!(names, ["half", "half#2"]);
}

/// A cache that is filled by a value of another part, and one that is seeded and only counted.
#[test]
fn caches_follow_their_readers() {
    let source = "circuit caches(steps = 4, seeded = 2) {
        private input seed[seeded] : -3..=3
        private input x[steps]     : -3..=3
        state past = seed
        public output most[steps]
        public output count[steps]
        step t in steps {
            double = 2 * x[t]
            past <- double
            peak = max(j in past) past[j]
            count[t] = sum(j in past) (j + peak)
            most[t] = peak
        }
    }";
    let program = Program::new("caches", source, &[], None);
    let case = program.case(1);
    let graph = &case.compiled.graph;
    let parts = divided(graph, value(graph, "peak"));
    let [before, peak, after] = &parts[..] else {
        panic!("three parts");
    };
    assert!(before.derived.graph.states.is_empty());
    let fed = peak.derived.graph.states[0].append.as_ref().unwrap();
    let crossing = peak.crossing_in[0];
    assert_eq!(fed.source, Some(Source::Input(crossing)));
    assert_eq!(
        peak.members[&Member::Input(crossing)],
        Member::Value(value(graph, "double"))
    );
    let counted = &after.derived.graph.states[0];
    assert_eq!((counted.seeded, counted.seeds.len()), (2, 0));
    assert_eq!(counted.append.as_ref().unwrap().source, None);
    for case in cases_around(&program, &case, value(graph, "peak")) {
        let session = honest(&case, Setting::Seed, "");
        assert_eq!(
            Verifier::new(&case, &session).verify(&session),
            Ok(()),
            "{}",
            case.name
        );
    }
}
