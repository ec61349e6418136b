//! Iterations of a loop that carries: dropped, swapped, doubled, begun with another seed, and followed
//! by what is not the last.

use attnc_compiler::circuit::{Circuit, Element, Op};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{Source, State, StateId};

use super::court::{court, Court};
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::Place;
use crate::common::carried::{LAYERS, NESTED};
use crate::common::from_source::ways;
use crate::common::mirror::field;
use crate::common::programs::Program;

/// A column in a row that takes an element of a carried state, or of a cache of a layer.
struct Taken {
    place: Place,
    state: StateId,
    /// The entry, the layer if it is of one, and the position in the entry.
    at: Vec<i64>,
}

/// The loops around a state.
fn layers(state: &State) -> usize {
    state.append.as_ref().map_or(0, |append| append.outer.len())
}

/// Every element of a carried state, or of a cache of a layer, that a row takes.
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
            if !graph.state(state).is_carried() && layers(graph.state(state)) == 0 {
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
                found.push(Taken {
                    place: (c, row, column),
                    state,
                    at,
                });
            });
        }
    }
    found
}

/// Every row that reads the entries for which `other` says another one, with that one in its place.
fn instead(court: &Court, taken: &[Taken], other: impl Fn(StateId, i64) -> i64) -> Overrides {
    elsewhere(court, taken, |state, at| at[0] = other(state, at[0]))
}

/// Every row with what it would read where `other` moves its reads.
fn elsewhere(court: &Court, taken: &[Taken], other: impl Fn(StateId, &mut [i64])) -> Overrides {
    let graph = &court.case.compiled.graph;
    let evaluation = evaluate(graph, &court.case.assignment).unwrap();
    let mut overrides = Overrides::new();
    for Taken { place, state, at } in taken {
        let mut at = at.clone();
        other(*state, &mut at);
        let element = graph.state(*state).element.iter().zip(&at[1..]);
        let read = element.fold(at[0] as usize, |flat, (&size, &i)| {
            flat * size as usize + i as usize
        });
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
        "nested",
    ];
    for name in names {
        let mut court = court(&format!("carried, {name}"));
        let mut taken = taken(&court);
        let graph = court.case.compiled.graph.clone();
        taken.retain(|taken| graph.state(taken.state).is_carried());
        let last = taken
            .iter()
            .map(|taken| last(&court, taken.state))
            .max()
            .unwrap();
        let mut lies = Vec::new();
        for t in 1..=last {
            // Dropped: the iteration before has not been. Doubled: it has been twice.
            lies.push(instead(&court, &taken, |_, e| e - i64::from(e == t)));
            lies.push(instead(&court, &taken, |state, e| {
                e + i64::from(e == t && e < self::last(&court, state))
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
        lies.push(instead(&court, &taken, |state, e| {
            if e == 0 {
                self::last(&court, state)
            } else {
                e
            }
        }));
        // In single rows.
        for one in taken.iter().filter(|taken| taken.at[0] > 0).take(6) {
            lies.push(instead(&court, std::slice::from_ref(one), |_, e| e - 1));
        }
        for lie in lies.iter().filter(|lie| !lie.is_empty()) {
            court.refuses_mended(lie);
        }
        assert!(court.refused > 6, "{name}: {}", court.refused);
    }
}

/// What a layer reads of its own caches and states is its own: not what another layer has, whole or in
/// one step of it, nor what the layer before has left where it begins anew.
#[test]
fn a_layer_reads_its_own() {
    for name in ["carried, nested", "carried, nested, evaluated in 2"] {
        let mut court = court(name);
        let graph = court.case.compiled.graph.clone();
        let mut taken = taken(&court);
        taken.retain(|taken| layers(graph.state(taken.state)) > 0);
        let carried = |id: StateId| graph.state(id).is_carried();
        assert!(taken.iter().any(|taken| carried(taken.state)), "{name}");
        assert!(taken.iter().any(|taken| !carried(taken.state)), "{name}");
        let mut lies = Vec::new();
        for l in 1..3 {
            // A layer dropped: the one before again. Doubled: the layer reads what the next one has.
            lies.push(elsewhere(&court, &taken, |_, at| {
                at[1] -= i64::from(at[1] == l)
            }));
            lies.push(elsewhere(&court, &taken, |_, at| {
                at[1] += i64::from(at[1] == l - 1)
            }));
            // Swapped with the one before.
            lies.push(elsewhere(&court, &taken, |_, at| {
                at[1] = match at[1] {
                    own if own == l => l - 1,
                    own if own == l - 1 => l,
                    own => own,
                }
            }));
            // It goes on where the layer before has ended.
            lies.push(elsewhere(&court, &taken, |state, at| {
                if (at[0], at[1]) == (0, l) && carried(state) {
                    (at[0], at[1]) = (last(&court, state), l - 1);
                }
            }));
            // In this layer alone, a step of it: dropped, doubled, swapped with the one before.
            for t in 1..3 {
                let within = |from: i64, to: i64, swap: bool| {
                    elsewhere(&court, &taken, |_, at| {
                        at[0] = match (at[1] == l, at[0]) {
                            (true, entry) if entry == from => to,
                            (true, entry) if entry == to && swap => from,
                            (_, entry) => entry,
                        }
                    })
                };
                lies.extend([within(t, t - 1, false), within(t - 1, t, false)]);
                lies.push(within(t, t - 1, true));
            }
        }
        // In single rows.
        for one in taken.iter().filter(|taken| taken.at[1] > 0).take(6) {
            let one = std::slice::from_ref(one);
            lies.push(elsewhere(&court, one, |_, at| at[1] -= 1));
        }
        for lie in lies.iter().filter(|lie| !lie.is_empty()) {
            court.refuses_mended(lie);
        }
        assert!(court.refused > 12, "{name}: {}", court.refused);
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
fn columns(source: &str, layers: i64, lanes: Option<u32>) -> [usize; 3] {
    let sizes = [("layers", layers), ("steps", 16), ("width", 8)];
    let mut program = Program::new("layers", source, &sizes, None);
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
    for source in [LAYERS, NESTED] {
        let (_, graph) = attnc_compiler::analyse(source, &[]).unwrap();
        for way in ways(&graph) {
            let one = columns(source, 1, way);
            for layers in [2, 5, 30] {
                let more = columns(source, layers, way);
                let (all, of_one): (usize, usize) = (more.iter().sum(), one.iter().sum());
                assert!(
                    all * 100 <= of_one * 105,
                    "{way:?}: {layers} layers {more:?}, one {one:?}"
                );
            }
        }
    }
}
