//! Programs that are divided into parts at a value, each part a case of its own.

use std::collections::BTreeMap;

use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::lay_out_part;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{Graph, Member, Source, ValueId};
use attnc_compiler::meaning::validate::validate;
use attnc_compiler::plan::derived::Derived;
use attnc_compiler::plan::extract::{extract, Extracted};
use attnc_compiler::plan::Part;

use super::programs::{Case, Program};

/// The values that a value reads, itself or through states, but for what is known when the key is
/// made: each part makes that itself.
fn read_by(graph: &Graph, id: ValueId) -> Vec<ValueId> {
    let sources = graph.reads(graph.value(id).expr).into_iter();
    let values = sources.flat_map(|member| match member {
        Member::Value(value) => vec![value],
        Member::State(state) => {
            let of_value = |source: Source| match source {
                Source::Value(value) => Some(value),
                _ => None,
            };
            let sources = graph.sources(state).into_iter();
            sources.filter_map(of_value).collect()
        }
        _ => Vec::new(),
    });
    values.filter(|&value| !graph.is_known(value)).collect()
}

/// What a value depends on, the value itself, and the rest: parts in an order in which each comes
/// after those that it reads. Everything that is no value is said to be in the first.
pub fn around(graph: &Graph, id: ValueId) -> (BTreeMap<Member, usize>, usize) {
    let mut before = vec![false; graph.values.len()];
    let mut stack = read_by(graph, id);
    while let Some(value) = stack.pop() {
        if !std::mem::replace(&mut before[value.index()], true) {
            stack.extend(read_by(graph, value));
        }
    }
    let first = usize::from(before.contains(&true));
    let part = |member: Member| match member {
        Member::Value(value) if value == id => first,
        Member::Value(value) if before[value.index()] || graph.is_known(value) => 0,
        Member::Value(_) => first + 1,
        _ => 0,
    };
    let part_of: BTreeMap<Member, usize> = graph
        .members()
        .into_iter()
        .map(|member| (member, part(member)))
        .collect();
    let last = part_of.values().copied().max().unwrap_or(0);
    (part_of, last + 1)
}

/// Whether what crosses between the parts around a value is there at every point.
pub fn crosses_whole(graph: &Graph, id: ValueId) -> bool {
    let (part_of, _) = around(graph, id);
    let whole = |reader: usize, member: &Member| match *member {
        Member::Value(read) => graph.value(read).filter.is_none() || part_of[member] == reader,
        _ => true,
    };
    let values = (0..).map(ValueId).zip(&graph.values);
    let mut values = values.map(|(id, value)| (part_of[&Member::Value(id)], value.expr));
    let of_values = values.all(|(part, expr)| graph.reads(expr).iter().all(|it| whole(part, it)));
    // An assertion goes where the last of what it reads goes.
    let of_asserts = graph.asserts.iter().all(|assert| {
        let mut reads = graph.reads(assert.left);
        reads.extend(graph.reads(assert.right));
        let values = reads.iter().filter(|it| matches!(it, Member::Value(_)));
        let last = values.map(|member| part_of[member]).max();
        last.is_none_or(|last| reads.iter().all(|it| whole(last, it)))
    });
    of_values && of_asserts
}

/// The parts of a program's graph around a value.
pub fn divided(graph: &Graph, id: ValueId) -> Vec<Extracted> {
    let (part_of, count) = around(graph, id);
    let parts = extract(&Derived::all(graph.clone()), &part_of, count);
    for part in &parts {
        assert_eq!(validate(&part.derived.graph), Ok(()), "{}", graph.name);
    }
    parts
}

/// A part as a case of its own: laid out in one proof, with what it is given of the whole
/// program's case.
pub fn case_of(program: &Program, whole: &Case, extracted: &Extracted, name: &str) -> Case {
    let derived = extracted.derived.clone();
    let graph = derived.graph.clone();
    let evaluation = evaluate(&whole.compiled.graph, &whole.assignment).unwrap();
    let assignment = derived.assignment(&evaluation);
    let members = graph.members().into_iter();
    let part = Part {
        hiding: false,
        plan: "divided".into(),
        name: name.into(),
        proofs: vec![name.into()],
        places: Vec::new(),
        proof_of: members.map(|member| (member, 0)).collect(),
        placed_tables: Vec::new(),
        derived,
    };
    let strategy = match program.lanes {
        Some(lanes) => Strategy::Evaluated { lanes },
        None => Strategy::Unrolled,
    };
    let choices = Choices {
        pairs: program.lanes.is_some_and(|lanes| lanes > 1),
        ..Choices::default()
    };
    let choices = choices.with_all(strategy, contractions(&graph).len());
    let name = format!("{}, {name}", program.name);
    let compiled = lay_out_part(&whole.compiled.ast, &graph, part, &choices)
        .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
    Case {
        name,
        compiled,
        assignment,
        hides: whole.hides,
    }
}

/// Every part of a program that is divided around a value.
pub fn cases_around(program: &Program, whole: &Case, id: ValueId) -> Vec<Case> {
    let graph = &whole.compiled.graph;
    let around = &graph.value(id).name;
    let parts = divided(graph, id);
    parts
        .iter()
        .enumerate()
        .map(|(number, part)| {
            case_of(
                program,
                whole,
                part,
                &format!("part {number} around {around}"),
            )
        })
        .collect()
}
