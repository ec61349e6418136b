//! Iterations of a loop that carries: dropped, swapped, doubled, begun with another seed, and followed
//! by what is not the last.

use attnc_compiler::circuit::{Circuit, Element, Op};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{Source, StateId};

use super::court::{court, Court};
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::Place;
use crate::common::carried::LAYERS;
use crate::common::from_source::ways;
use crate::common::mirror::field;
use crate::common::programs::Program;

/// A column in a row that takes an element of a carried state.
struct Taken {
    place: Place,
    state: StateId,
    entry: i64,
    /// The position in the entry.
    at: usize,
}

/// Every element of a carried state that a row takes.
fn taken(court: &Court) -> Vec<Taken> {
    let graph = &court.case.compiled.graph;
    let mut found = Vec::new();
    for (c, component) in court.board.circuit.components.iter().enumerate() {
        for column in 0..court.board.trace[c].len() {
            let (Op::Take { witness, .. }, lane) = court.board.op(c, column) else {
                continue;
            };
            let Element::Of(Source::State(state)) = witness.element else {
                continue;
            };
            if !graph.state(state).is_carried() {
                continue;
            }
            component.for_each_row(|row, point| {
                let form = |form: &attnc_compiler::meaning::graph::IndexExpr| {
                    form.value(&|k| point[k.index()])
                };
                let mut at: Vec<i64> = witness.at.iter().map(form).collect();
                let mut rest = lane as i64;
                for &(position, size) in witness.lanes.iter().rev() {
                    at[position] = rest % size as i64;
                    rest /= size as i64;
                }
                let element = graph.state(state).element.iter().zip(&at[1..]);
                let flat = element.fold(0, |flat, (&size, &i)| flat * size as usize + i as usize);
                found.push(Taken {
                    place: (c, row, column),
                    state,
                    entry: at[0],
                    at: flat,
                });
            });
        }
    }
    found
}

/// Every row that reads the entries for which `other` says another one, with that one in its place.
fn instead(court: &Court, taken: &[Taken], other: impl Fn(StateId, i64) -> i64) -> Overrides {
    let graph = &court.case.compiled.graph;
    let evaluation = evaluate(graph, &court.case.assignment).unwrap();
    let mut overrides = Overrides::new();
    for Taken {
        place,
        state,
        entry,
        at,
    } in taken
    {
        let size: u64 = graph.state(*state).element.iter().product();
        let read = other(*state, *entry) as usize * size as usize + at;
        let value = field(evaluation.state(*state)[read]);
        if value != court.at(*place) {
            overrides.insert(*place, value);
        }
    }
    overrides
}

fn last(court: &Court, state: StateId) -> i64 {
    let graph = &court.case.compiled.graph;
    let step = graph.state(state).append.as_ref().unwrap().step;
    graph.space_sizes(&[step])[0] as i64
}

/// What an iteration reads is the one before: not the one before that, nor what it leaves itself,
/// nor another's.
#[test]
fn an_iteration_reads_the_one_before() {
    let names = [
        "running",
        "delta",
        "scan",
        "layers",
        "layers, evaluated in 2",
    ];
    for name in names {
        let mut court = court(&format!("carried, {name}"));
        let taken = taken(&court);
        let last = taken
            .iter()
            .map(|taken| last(&court, taken.state))
            .max()
            .unwrap();
        let mut lies = Vec::new();
        for t in 1..=last {
            // Dropped: the iteration before has not been. Doubled: it has been twice.
            lies.push(instead(&court, &taken, |_, e| e - i64::from(e == t)));
            lies.push(instead(&court, &taken, |_, e| match e == t && e < last {
                true => e + 1,
                false => e,
            }));
            // Swapped with the one before.
            lies.push(instead(&court, &taken, |_, e| match e {
                e if e == t => t - 1,
                e if e == t - 1 => t,
                e => e,
            }));
        }
        // All of them begin with the seed; the first with what the last leaves.
        lies.push(instead(&court, &taken, |_, _| 0));
        lies.push(instead(
            &court,
            &taken,
            |_, e| if e == 0 { last } else { e },
        ));
        // In single rows.
        for one in taken.iter().filter(|taken| taken.entry > 0).take(6) {
            lies.push(instead(&court, std::slice::from_ref(one), |_, e| e - 1));
        }
        for lie in lies.iter().filter(|lie| !lie.is_empty()) {
            court.refuses_mended(lie);
        }
        assert!(court.refused > 6, "{name}: {}", court.refused);
    }
}

/// The same circuit whose rows read what they like of what is carried.
fn weakened(court: &Court) -> Circuit {
    let graph = &court.case.compiled.graph;
    let mut circuit = court.board.circuit.clone();
    let mut free = Vec::new();
    for op in circuit.components.iter_mut().flat_map(|c| &mut c.ops) {
        let Op::Take {
            wire,
            witness,
            lanes,
            ..
        } = op
        else {
            continue;
        };
        if matches!(witness.element, Element::Of(Source::State(id)) if graph.state(id).is_carried())
        {
            free.push(*wire);
            *op = Op::Pinned {
                witness: witness.clone(),
                lanes: *lanes,
            };
        }
    }
    for component in &mut circuit.components {
        let gives = |op: &Op| matches!(op, Op::Give { wire, .. } if free.contains(wire));
        while let Some(at) = component.ops.iter().position(gives) {
            component.ops.remove(at);
            component.spans.remove(at);
        }
    }
    circuit
}

/// Control: without the bus between iterations the same lies get through.
#[test]
fn rows_that_read_what_they_like_get_through() {
    let court = court("carried, running");
    let taken = taken(&court);
    let lie = instead(&court, &taken, |_, e| e - i64::from(e == 2));
    assert!(!lie.is_empty());
    let weak = court.case.board_of(weakened(&court));
    let outcome = Attacker::new(&weak).run(&lie);
    assert!(!matches!(outcome, Outcome::Rejected), "{outcome:?}");
}

/// Columns of a circuit of so many layers: main, interaction and fixed.
fn columns(layers: i64, lanes: Option<u32>) -> [usize; 3] {
    let sizes = [("layers", layers), ("steps", 16), ("width", 8), ("mid", 16)];
    let mut program = Program::new("layers", LAYERS, &sizes, None);
    program.lanes = lanes;
    let circuit = program.case(1).compiled.circuit;
    let mut all = [0; 3];
    for component in &circuit.components {
        all[0] += component.count.columns;
        all[1] += component.count.interaction_columns();
        all[2] += component.fixed.len();
    }
    println!(
        "{layers} layers in {} components: {all:?}",
        circuit.components.len()
    );
    all
}

/// Five layers are one layer's columns, and thirty.
#[test]
fn layers_share_their_columns() {
    let (_, graph) = attnc_compiler::analyse(LAYERS, &[]).unwrap();
    for way in ways(&graph) {
        let one = columns(1, way);
        for layers in [5, 30] {
            let more = columns(layers, way);
            let (all, of_one): (usize, usize) = (more.iter().sum(), one.iter().sum());
            assert!(
                all * 100 <= of_one * 105,
                "{way:?}: {layers} layers {more:?}, one {one:?}"
            );
        }
    }
}
