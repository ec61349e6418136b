//! Sums of products, unrolled and evaluated at a random point: the same statement, proved twice,
//! and what a malicious prover of an evaluated one may try.

use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::circuit::{Circuit, Op};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{OutputId, Visibility};
use attnc_compiler::{assemble, Compiled};

use super::decode::is_off_balance;
use crate::common::contractions::contracted;
use crate::common::hidden::Hidden;
use crate::common::mirror::{add, field, Bus};
use crate::common::programs::{Case, Program};
use crate::common::session::{accepted, claimed, honest, lie, one_off, publics, Lie, Verifier};

/// Unrolled, and evaluated in one lane and in two.
fn ways(program: &Program) -> [Program; 3] {
    [program.clone(), program.evaluated(1), program.evaluated(2)]
}

fn is_evaluated(circuit: &Circuit) -> bool {
    circuit.components.iter().any(|c| c.is_ordered())
}

/// The public outputs by the reference evaluation.
fn reference(case: &Case) -> Vec<(String, Vec<i64>)> {
    let graph = &case.compiled.graph;
    let evaluation = evaluate(graph, &case.assignment).unwrap();
    let outputs = graph.outputs.iter().enumerate();
    let public = outputs.filter(|(_, output)| output.visibility == Visibility::Public);
    public
        .map(|(number, output)| {
            let elements = evaluation.output(OutputId(number as u32)).data;
            (output.name.clone(), elements)
        })
        .collect()
}

#[test]
fn the_sums_that_can_be_evaluated_are_known() {
    let mut wrong = Vec::new();
    for form in contracted() {
        for way in ways(&form.program) {
            let case = way.case(1);
            let graph = &case.compiled.graph;
            let found: Vec<String> = contractions(graph)
                .into_iter()
                .map(|id| {
                    let span = graph.expr(id).span;
                    way.source[span.start..span.end].to_string()
                })
                .collect();
            let evaluated = way.lanes.is_some() && form.sums > 0;
            if found.len() != form.sums || is_evaluated(&case.compiled.circuit) != evaluated {
                wrong.push(format!("{}: {} are {found:#?}", way.name, form.sums));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Both strategies prove what the reference evaluation says, and each other's statement.
#[test]
fn both_strategies_prove_the_same_statement() {
    for form in contracted() {
        for (seed, hides) in [(1, false), (2, false), (2, true)] {
            let mut said = Vec::new();
            for way in ways(&form.program) {
                let case = way.mode(Setting::Seed, hides).case(seed);
                let session = honest(&case, case.at(Setting::Seed), "");
                let verifier = Verifier::new(&case, &session);
                assert_eq!(verifier.verify(&session), Ok(()), "{}", way.name);
                let mut publics: Vec<_> = session
                    .statement
                    .publics
                    .iter()
                    .map(|p| (p.input, p.name.clone(), p.shape.clone(), p.elements.clone()))
                    .collect();
                publics.sort();
                for (name, elements) in reference(&case) {
                    let stated = publics.iter().find(|public| public.1 == name);
                    let stated = stated.map(|public| &public.3);
                    assert_eq!(stated, Some(&elements), "{}: {name}", way.name);
                }
                said.push(publics);
            }
            assert!(said.windows(2).all(|two| two[0] == two[1]));
        }
    }
}

/// The exact bus of both, on inputs at the ends of their ranges: every claim's formal sum, with
/// the public terms, is 0.
#[test]
fn both_strategies_balance_exactly() {
    for form in contracted() {
        for way in ways(&form.program) {
            for seed in 3..7 {
                let board = way.case(seed).board();
                let faults = board.faults();
                assert!(faults.none(), "{}: {faults:?}", way.name);
            }
        }
    }
}

/// Any other output: refused in a finished proof, and as the bus where a liar proves it.
#[test]
fn every_element_of_every_output_is_bound() {
    for form in contracted() {
        let modes = |way: Program| way.modes(Setting::Seed);
        for way in ways(&form.program).into_iter().flat_map(modes) {
            let case = way.case(1);
            let (session, verifier) = accepted(&case, case.at(Setting::Seed));
            let board = case.board();
            for (number, public) in session.statement.publics.iter().enumerate() {
                let range = board.circuit.publics[number].range;
                for position in 0..public.elements.len() {
                    let honest = public.elements[position];
                    let other = if i128::from(honest) < range.hi {
                        honest + 1
                    } else {
                        honest - 1
                    };
                    if !range.contains(other.into()) {
                        continue;
                    }
                    let mut tampered = session.clone();
                    tampered.statement.publics[number].elements[position] = other;
                    assert!(verifier.verify(&tampered).is_err(), "{}", way.name);
                    let mut unbalanced = board.faults().unbalanced;
                    let key = board.public_key(number, position);
                    add(&mut unbalanced, &key, field(honest - other));
                    assert_ne!(unbalanced, Bus::new(), "{}", way.name);
                }
            }
            let tensors = &board.circuit.publics;
            let output = tensors.iter().position(|public| !public.input).unwrap();
            let mut other = publics(&case);
            one_off(&mut other[output].elements[0], tensors[output].range);
            let lied = Lie {
                hidden: Hidden::TRUE_TOTALS,
                ..Lie::of_publics(&board, other)
            };
            let session = lie(lied, case.at(Setting::Seed), &claimed(&case, "")).unwrap();
            let verdict = verifier.verify(&session);
            let refused = is_off_balance(&case, Setting::Seed, &verdict);
            assert!(refused, "{}: {verdict:?}", way.name);
        }
    }
}

/// A copy is a column, a tie and nothing else: what the circuit of an evaluated sum has.
#[test]
fn segments_have_only_copies() {
    for form in contracted() {
        for way in ways(&form.program) {
            let case = way.case(1);
            for component in &case.compiled.circuit.components {
                let copies = component
                    .ops
                    .iter()
                    .filter(|op| matches!(op, Op::Copy { .. }))
                    .count();
                let columns = component.count.columns;
                let expected = if component.is_ordered() { columns } else { 0 };
                assert_eq!(copies, expected, "{}: `{}`", way.name, component.name);
                assert!(!component.is_ordered() || component.active().is_none());
            }
        }
    }
}

/// Each sum has a strategy of its own.
#[test]
fn strategies_mix() {
    let mut mixed = 0;
    for form in contracted() {
        let program = &form.program;
        let case = program.case(1);
        let evaluated = |sum: usize, parity: usize| match sum % 2 == parity {
            true => Strategy::Evaluated { lanes: 2 },
            false => Strategy::Unrolled,
        };
        for parity in (0..2).filter(|_| form.sums >= 2) {
            let choices = Choices {
                contract: (0..form.sums).map(|sum| evaluated(sum, parity)).collect(),
                ..Choices::default()
            };
            let Compiled { ast, graph, .. } = case.compiled.clone();
            let compiled = assemble(ast, graph, program.plan, &choices).unwrap();
            assert!(is_evaluated(&compiled.circuit));
            let case = Case {
                name: program.name.clone(),
                compiled,
                assignment: case.assignment.clone(),
                hides: false,
            };
            let session = honest(&case, Setting::Seed, "");
            let verifier = Verifier::new(&case, &session);
            assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
            assert_eq!(session.statement.publics, publics(&program.case(1)));
            assert!(case.board().faults().none());
            mixed += 1;
        }
    }
    assert!(mixed > 20);
}
