//! Parts of a program on the two sides of open boundaries: each computes what the whole does, is
//! proved alone, and states what crosses.

use std::collections::BTreeSet;

use attnc::claim::whole::Publics;
use attnc::session::security::Setting;
use attnc::session::statement::Statement;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::eval::{evaluate, Evaluation};
use attnc_compiler::meaning::graph::{
    BoundaryDecl, Graph, Member, OutputId, PlanTarget, PlanTerm, ProofDecl, Source, ValueId,
    Visibility,
};
use attnc_compiler::meaning::space::for_each_point;
use attnc_compiler::meaning::turns::Turn;
use attnc_compiler::plan::derived::{Origin, Whole};
use attnc_compiler::plan::extract::extract;
use attnc_compiler::plan::partition;
use attnc_compiler::{lay_out_part, Compiled};

use super::ragged::ragged;
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::parts::{around, cases_around, crosses_whole, divided};
use crate::common::programs::{self, Case, Program};
use crate::common::random::Random;
use crate::common::session::{claimed, honest, lie, one_off, publics, Lie, Verifier};

/// The values that a program can be divided around: no filtered value crosses then (E115), nor what
/// a loop carries (E104). What is known when the key is made is in no part, nor is what does not fit.
pub fn values(graph: &Graph) -> impl Iterator<Item = ValueId> + '_ {
    let turns = graph.turns().unwrap().into_iter();
    let one = turns.filter_map(|turn| match turn {
        Turn::Value(id) => Some(id),
        Turn::Loop { .. } => None,
    });
    let one = one.filter(|&id| graph.value(id).interval.fits() && !graph.is_known(id));
    one.filter(|&id| crosses_whole(graph, id))
}

pub fn value(graph: &Graph, name: &str) -> ValueId {
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
                    let once = seen.insert(origin.whole) || derived.graph.is_known(id);
                    assert!(once, "{origin:?} is computed twice");
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
            // What does not fit is in its limbs.
            let proved = graph.values.iter().filter(|value| value.interval.fits());
            assert_eq!(seen.len(), proved.count(), "{}", program.name);
        }
    }
    assert!(ragged > 10 && parts > 100, "{ragged} ragged of {parts}");
}

pub fn all() -> Vec<Program> {
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
            hides: false,
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
