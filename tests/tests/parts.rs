//! Parts of a program on the two sides of open boundaries: each computes what the whole does, is
//! proved alone, and states what crosses.

mod common;

use std::collections::BTreeSet;

use attnc::claim::whole::Publics;
use attnc::session::security::Setting;
use attnc::session::statement::Statement;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::eval::{evaluate, Evaluation};
use attnc_compiler::meaning::graph::{
    BoundaryDecl, Graph, InputId, Member, OutputId, PlanTarget, PlanTerm, ProofDecl, Source,
    ValueId, Visibility,
};
use attnc_compiler::meaning::space::for_each_point;
use attnc_compiler::plan::derived::{Origin, Whole};
use attnc_compiler::plan::extract::extract;
use attnc_compiler::plan::partition;
use attnc_compiler::{lay_out_part, Compiled};
use common::attack::{Attacker, Outcome, Overrides};
use common::parts::{around, cases_around, divided};
use common::programs::{self, Case, Program};
use common::random::Random;
use common::session::{claimed, honest, lie, one_off, publics, Lie, Verifier};

fn values(graph: &Graph) -> impl Iterator<Item = ValueId> {
    (0..graph.values.len() as u32).map(ValueId)
}

fn value(graph: &Graph, name: &str) -> ValueId {
    let found = graph.values.iter().position(|value| value.name == name);
    ValueId(found.unwrap_or_else(|| panic!("no value {name}")) as u32)
}

/// The whole's element that a part's is.
fn of_whole(whole: &Evaluation<'_>, origin: &Origin, at: &[i64]) -> i64 {
    let from = at.iter().zip(&origin.from);
    let at: Vec<i64> = from.map(|(&at, &from)| at + from as i64).collect();
    match origin.whole {
        Whole::Input(id) => whole.element(Source::Input(id), &at),
        Whole::Value(id) => whole.element(Source::Value(id), &at),
        Whole::Output(id) => {
            let output = whole.graph().output(id);
            let mut point = vec![0; at.len()];
            for (&place, &i) in output.layout.iter().zip(&at) {
                point[place] = i;
            }
            whole.element(Source::Value(output.value), &point)
        }
    }
}

#[test]
fn parts_around_every_value_compute_what_the_whole_does() {
    let (mut ragged, mut parts) = (0, 0);
    for program in all().iter().filter(|program| program.lanes.is_none()) {
        let case = program.case(3);
        let graph = &case.compiled.graph;
        let whole = evaluate(graph, &case.assignment).unwrap();
        for id in values(graph) {
            let divided = divided(graph, id);
            let mut seen = BTreeSet::new();
            for part in &divided {
                let derived = &part.derived;
                let assignment = derived.assignment(&whole);
                let own = evaluate(&derived.graph, &assignment)
                    .unwrap_or_else(|error| panic!("{} around {id:?}: {error:?}", program.name));
                for (number, origin) in derived.values.iter().enumerate() {
                    let id = ValueId(number as u32);
                    for_each_point(&derived.graph, &derived.graph.value(id).space, |at| {
                        let (part, whole) = (own.value(id).get(at), of_whole(&whole, origin, at));
                        assert_eq!(part, whole, "{} {origin:?} at {at:?}", program.name);
                    });
                    assert!(seen.insert(origin.whole), "{origin:?} is computed twice");
                }
                for (number, origin) in derived.outputs.iter().enumerate() {
                    let id = OutputId(number as u32);
                    let tensor = own.output(id);
                    let output = derived.graph.output(id);
                    for_each_point(
                        &derived.graph,
                        &derived.graph.value(output.value).space,
                        |point| {
                            let at: Vec<i64> = output.layout.iter().map(|&p| point[p]).collect();
                            let place: Vec<usize> = at.iter().map(|&i| i as usize).collect();
                            assert_eq!(tensor.get(&place), of_whole(&whole, origin, &at));
                        },
                    );
                }
                let public = |member: Visibility| assert_eq!(member, Visibility::Public);
                for &id in &part.crossing_in {
                    let input = derived.graph.input(id);
                    public(input.visibility);
                    ragged += usize::from(!input.growing.is_empty());
                }
                for &id in &part.crossing_out {
                    public(derived.graph.output(id).visibility);
                }
                parts += 1;
            }
            assert_eq!(seen.len(), graph.values.len(), "{}", program.name);
        }
    }
    assert!(ragged > 10 && parts > 100, "{ragged} ragged of {parts}");
}

/// What crosses is given as it is defined: the same box, range and raggedness on both sides.
#[test]
fn both_sides_of_a_boundary_have_the_same_tensor() {
    for program in programs::examples().iter().chain(&programs::gadgets()) {
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

/// Values that grow in two dimensions, in one that is not the last, behind another loop; and a
/// cache that never grows.
const RAGGED: &str = "circuit ragged(steps = 4, heads = 2, width = 3, seeded = 1) {
    private input x[steps, heads, width]    : -3..=3
    private input first[seeded, heads, width] : -3..=3
    private input fixed[width]              : -3..=3
    state keys   = first
    state memory = fixed
    public output all[heads, steps]
    public output wide[steps, width]
    step t in steps {
        keys <- x[t]
        for h in heads {
            pair[i in keys, j in keys] = clip(keys[i, h, 0] * keys[j, h, 1], -3, 4)
            near[m in memory, j in keys] = max(keys[j, h, 2], memory[m])
            total = sum(i in keys, j in keys) pair[i, j] * j
            most = max(j in keys, m in memory) near[m, j]
            all[h, t] = total + most
        }
        row[j in keys, d in width] = floor(keys[j, 0, d] * keys[j, 1, d] / 2)
        wide[t, d in width] = sum(j in keys) row[j, d] * keys[j, 1, d]
    }
}";

fn ragged() -> Program {
    Program::new("ragged", RAGGED, &[], None)
}

fn all() -> Vec<Program> {
    let mut all = programs::all();
    all.extend(ragged().ways());
    all
}

/// Programs with caches, in every way to lay them out; the values around which they are divided.
fn with_caches() -> Vec<Program> {
    let named = [
        "decode",
        "decode, not seeded",
        "head",
        "window",
        "caches",
        "ragged",
    ];
    let chosen = all().into_iter().filter(|program| {
        let base = program.name.split(", evaluated").next().unwrap_or("");
        named.contains(&base)
    });
    chosen.collect()
}

#[test]
fn traces_of_parts_satisfy_their_circuits() {
    let mut ragged = 0;
    for program in all() {
        let case = program.case(5);
        for id in values(&case.compiled.graph) {
            for part in cases_around(&program, &case, id) {
                let board = part.board();
                let faults = board.faults();
                assert!(faults.none(), "{}: {faults:?}", board.name);
                // Every element that is stated has a place of its own on the bus.
                for (tensor, elements) in board.publics.iter().enumerate() {
                    let keys = (0..elements.len()).map(|at| board.public_key(tensor, at));
                    assert_eq!(keys.collect::<BTreeSet<_>>().len(), elements.len());
                }
                let publics = &board.circuit.publics;
                ragged += publics
                    .iter()
                    .filter(|tensor| !tensor.growing.is_empty())
                    .count();
            }
        }
    }
    assert!(ragged > 50, "{ragged}");
}

/// Given what crosses into it as it is, a part has one result.
#[test]
fn no_part_has_a_second_result() {
    let mut random = Random::new(17);
    for program in with_caches() {
        let case = program.case(5);
        for id in values(&case.compiled.graph) {
            for part in cases_around(&program, &case, id) {
                let board = part.board();
                let attacker = Attacker::new(&board);
                for c in 0..board.circuit.components.len() {
                    for row in board.sample_rows(c, &mut random).into_iter().take(3) {
                        for column in 0..board.trace[c].len() {
                            if board.is_input(c, column) {
                                continue;
                            }
                            let place = (c, row, column);
                            for value in attacker.candidates(place, &mut random) {
                                let outcome = attacker.run(&Overrides::from([(place, value)]));
                                assert!(
                                    !matches!(outcome, Outcome::Forged(_)),
                                    "{} {place:?}: {outcome:?}",
                                    board.name
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn parts_are_proved_alone() {
    for program in with_caches() {
        let case = program.case(5);
        for id in values(&case.compiled.graph) {
            for part in cases_around(&program, &case, id) {
                let session = honest(&part, Setting::Seed, "");
                let verdict = Verifier::new(&part, &session).verify(&session);
                assert_eq!(verdict, Ok(()), "{}", part.name);
            }
        }
    }
}

/// Every element of what crosses is tied, on the side that defines it and on the side that reads.
#[test]
fn a_changed_crossing_element_is_refused_on_each_side() {
    for program in with_caches() {
        let case = program.case(5);
        let graph = &case.compiled.graph;
        let crossing = match program.name.split(',').next() {
            Some("caches") => "far",
            Some("ragged") => "pair",
            _ => "score",
        };
        let crossing = values(graph).find(|&id| graph.value(id).name == crossing);
        for part in cases_around(&program, &case, crossing.unwrap()) {
            let session = honest(&part, Setting::Seed, "");
            let verifier = Verifier::new(&part, &session);
            let board = part.board();
            for (number, tensor) in board.circuit.publics.iter().enumerate() {
                for position in 0..board.publics[number].len() {
                    let mut tampered = session.clone();
                    let elements = &mut tampered.statement.publics[number].elements;
                    one_off(&mut elements[position], tensor.range);
                    // The transcript has absorbed another statement.
                    let verdict = verifier.verify(&tampered);
                    assert!(verdict.is_err(), "{} {position}", part.name);
                }
                // A liar states the change from the beginning.
                let last = board.publics[number].len().saturating_sub(1);
                for position in BTreeSet::from([0, last / 2, last]) {
                    let mut stated = publics(&part);
                    one_off(&mut stated[number].elements[position], tensor.range);
                    let lied = lie(
                        Lie::of_publics(&board, stated),
                        Setting::Seed,
                        &claimed(&part, ""),
                    );
                    let verdict = lied.map(|session| verifier.verify(&session));
                    assert_eq!(
                        verdict,
                        Some(Err(Rejection::Bus)),
                        "{} {position}",
                        part.name
                    );
                }
            }
        }
    }
}

/// Points beyond what a cache held at a step cannot be stated.
#[test]
fn a_ragged_tensor_has_no_other_points() {
    let program = programs::decode("fused");
    let case = program.case(5);
    let graph = &case.compiled.graph;
    for part in cases_around(&program, &case, value(graph, "score")) {
        let session = honest(&part, Setting::Seed, "");
        let verifier = Verifier::new(&part, &session);
        let tensors = session.statement.publics.iter();
        let number = tensors
            .clone()
            .position(|tensor| tensor.name == "score")
            .unwrap();
        let score = &session.statement.publics[number];
        // Steps 8, one head, two seeds: 3 + 4 + ... + 10 of 8 * 10.
        assert_eq!(
            (score.shape.as_slice(), score.elements.len()),
            (&[8, 1, 10][..], 52)
        );
        let changes: [&dyn Fn(&mut attnc::session::statement::Public); 5] = [
            &|tensor| tensor.elements.push(0),
            &|tensor| tensor.elements.resize(80, 0),
            &|tensor| tensor.elements.truncate(51),
            &|tensor| tensor.growing.clear(),
            &|tensor| tensor.growing[0].base += 1,
        ];
        for change in changes {
            let mut tampered = session.clone();
            change(&mut tampered.statement.publics[number]);
            let verdict = verifier.verify(&tampered);
            assert!(
                matches!(verdict, Err(Rejection::Public { .. })),
                "{verdict:?}"
            );
        }
        // Packed and read back by the circuit, which knows what exists.
        let circuit = &part.compiled.circuit;
        let packed = session.statement.pack(circuit);
        let read = attnc::session::statement::Statement::unpack(&packed, circuit);
        assert_eq!(read.as_ref(), Ok(&session.statement));
    }
}

#[test]
fn what_does_not_exist_in_a_ragged_input_is_not_looked_at() {
    let program = programs::decode("fused");
    let case = program.case(5);
    let graph = &case.compiled.graph;
    let parts = cases_around(&program, &case, value(graph, "score"));
    let rest = &parts[1];
    let graph = &rest.compiled.graph;
    let number = graph
        .inputs
        .iter()
        .position(|input| input.name == "score")
        .unwrap();
    let mut assignment = rest.assignment.clone();
    let tensor = &mut assignment.inputs[number];
    for offset in 0..tensor.data.len() {
        let at = tensor.position(offset);
        if at[2] >= 3 + at[0] {
            tensor.data[offset] = i64::MAX;
        }
    }
    let score = InputId(number as u32);
    assert!(!graph.input(score).has(&[0, 0, 3]) && graph.input(score).has(&[0, 0, 2]));
    let (one, other) = (
        evaluate(graph, &rest.assignment).unwrap(),
        evaluate(graph, &assignment).unwrap(),
    );
    assert_eq!(one.output(OutputId(0)), other.output(OutputId(0)));
    assignment.inputs[number].data[2] = i64::MAX;
    assert!(evaluate(graph, &assignment).is_err());
}

/// A step range begins where the cache already holds what was appended before it: the whole's
/// weights from step 4 on are those of four steps with four seeds more.
#[test]
fn a_box_of_a_ragged_value_begins_at_its_own_step() {
    let decode = programs::decode("fused").source;
    let program = |steps, seeded| {
        let params = [
            ("heads", 2),
            ("width", 4),
            ("steps", steps),
            ("seeded", seeded),
        ];
        Program::new("decode", &decode, &params, None)
    };
    let whole = program(8, 2).case(3);
    let evaluation = evaluate(&whole.compiled.graph, &whole.assignment).unwrap();
    let later = program(4, 6).case(3).compiled.graph;
    let mass = value(&later, "mass");
    let mut part = divided(&later, mass).swap_remove(1).derived;
    part.inputs[0].from[0] = 4;
    part.values[0].from[0] = 4;
    assert_eq!(part.graph.inputs[0].shape, [4, 2, 10]);
    let assignment = part.assignment(&evaluation);
    let own = evaluate(&part.graph, &assignment).unwrap();
    for (t, h) in [(0, 0), (1, 1), (3, 1)] {
        let expected = evaluation.value(mass).get(&[t + 4, h]);
        assert_eq!(own.value(ValueId(0)).get(&[t, h]), expected);
    }
}

/// A part of a part: its tensors are still those of the whole program.
#[test]
fn parts_of_parts_are_parts_of_the_whole() {
    let program = programs::decode("fused");
    let case = program.case(5);
    let graph = &case.compiled.graph;
    let whole = evaluate(graph, &case.assignment).unwrap();
    let rest = divided(graph, value(graph, "score")).swap_remove(1).derived;
    let (part_of, count) = around(&rest.graph, value(&rest.graph, "weight"));
    let mut found = 0;
    for part in extract(&rest, &part_of, count) {
        let derived = part.derived;
        let assignment = derived.assignment(&whole);
        let own = evaluate(&derived.graph, &assignment).unwrap();
        for (number, origin) in derived.values.iter().enumerate() {
            let id = ValueId(number as u32);
            for_each_point(&derived.graph, &derived.graph.value(id).space, |at| {
                assert_eq!(own.value(id).get(at), of_whole(&whole, origin, at));
            });
            found += 1;
        }
    }
    assert_eq!(found, rest.graph.values.len());
}

/// A plan with an open boundary, from the declaration to statements that fit together.
#[test]
fn statements_of_an_open_plan_fit_together() {
    let program = programs::decode("fused");
    let case = program.case(5);
    let (ast, graph) = (&case.compiled.ast, &case.compiled.graph);
    let score = Member::Value(value(graph, "score"));
    let mut declared = graph.plans[0].clone();
    let span = declared.span;
    let term = |subtract, target| PlanTerm {
        subtract,
        target,
        span,
    };
    let proof = |name: &str, terms| ProofDecl {
        name: name.into(),
        span,
        terms,
        cuts: Vec::new(),
    };
    declared.proofs = vec![
        proof(
            "rest",
            vec![
                term(false, PlanTarget::All),
                term(true, PlanTarget::Member(score)),
            ],
        ),
        proof("scores", vec![term(false, PlanTarget::Member(score))]),
    ];
    declared.boundaries = vec![BoundaryDecl {
        open: true,
        between: None,
        span,
    }];
    let plan = partition(graph, &declared).unwrap();
    let names: Vec<&str> = plan.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["scores", "rest"]);
    let evaluation = evaluate(graph, &case.assignment).unwrap();
    let mut parts = Vec::new();
    let mut statements = Vec::new();
    for part in plan.parts {
        let compiled = lay_out_part(ast, graph, part, &Choices::default()).unwrap();
        let own = Case {
            name: compiled.circuit.part.clone(),
            assignment: compiled.part.derived.assignment(&evaluation),
            compiled: Compiled {
                graph: compiled.part.graph().clone(),
                ..compiled.clone()
            },
        };
        let session = honest(&own, Setting::Seed, "");
        assert_eq!(Verifier::new(&own, &session).verify(&session), Ok(()));
        parts.push(compiled);
        statements.push(session.statement);
    }
    let both = |statements: &[Statement]| -> Result<Vec<String>, Rejection> {
        let numbered: Vec<(usize, &Statement)> = statements.iter().enumerate().collect();
        let complete = Publics::of(&parts, &numbered)?.complete();
        Ok(complete.into_iter().map(|public| public.name).collect())
    };
    assert_eq!(both(&statements), Ok(vec!["context".to_string()]));
    for (side, position) in [(0, 0), (0, 51), (1, 7), (1, 51)] {
        let mut other = statements.clone();
        let crossing = other[side].publics.iter_mut();
        let score = crossing.into_iter().find(|tensor| tensor.name == "score");
        score.unwrap().elements[position] += 1;
        let refused = both(&other);
        assert!(
            matches!(refused, Err(Rejection::Crossing { .. })),
            "{refused:?}"
        );
    }
}
