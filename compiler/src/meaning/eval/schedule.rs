//! What is done when: values in turn, and each assertion as soon as what it reads is known.

use std::collections::BTreeMap;

use crate::meaning::graph::{Assert, AssertId, ExprId, ExprKind, Graph, IndexId, Source, ValueId};
use crate::meaning::turns::Turn;

pub(super) enum Stage {
    Define(ValueId),
    Hold(AssertId),
    /// Once for each iteration of a loop that carries.
    Repeat(IndexId, Vec<Stage>),
}

/// Every value and assertion of a graph, in order. An assertion within a loop that carries is held
/// iteration by iteration: before what it guards.
pub(super) fn schedule(graph: &Graph, turns: &[Turn]) -> Vec<Stage> {
    let asserts = (0..graph.asserts.len() as u32).map(AssertId);
    let asserts = asserts.map(|id| {
        let assert = &graph.asserts[id.index()];
        let mut reads = Reads::default();
        reads.of(graph, assert.left);
        reads.of(graph, assert.right);
        (id, reads)
    });
    stages(graph, turns, &mut Vec::new(), asserts.collect())
}

/// The values that an assertion reads, itself or through a state; those of a carried state with the
/// loop that carries it.
#[derive(Default)]
struct Reads(Vec<(ValueId, Option<IndexId>)>);

impl Reads {
    fn of(&mut self, graph: &Graph, id: ExprId) {
        let kind = &graph.expr(id).kind;
        if let ExprKind::Read { source, .. } | ExprKind::Pick { source, .. } = kind {
            match *source {
                Source::Value(value) => self.0.push((value, None)),
                Source::State(state) => {
                    let held = graph.state(state);
                    let append = held.append.as_ref().filter(|_| held.is_carried());
                    let sources = graph.sources(state).into_iter();
                    self.0.extend(sources.filter_map(|source| match source {
                        Source::Value(value) => Some((value, append.map(|append| append.step))),
                        _ => None,
                    }));
                }
                Source::Input(_) | Source::Static(_) => {}
            }
        }
        for child in kind.children() {
            self.of(graph, child);
        }
    }
}

/// Whether an assertion is one of the iterations of these loops: it reads what they make, and nothing
/// that is made after them.
fn is_within(
    assert: &Assert,
    around: &[IndexId],
    (turns, after): (&[Turn], &[Turn]),
    reads: &Reads,
) -> bool {
    let made = |turns: &[Turn]| turns.iter().flat_map(Turn::values).collect::<Vec<_>>();
    let (within, after) = (made(turns), made(after));
    let is_late = |(value, carries): &(ValueId, Option<IndexId>)| {
        let before = carries.is_some_and(|index| around.contains(&index));
        after.contains(value) && !before
    };
    assert.space.starts_with(around)
        && reads.0.iter().any(|(value, _)| within.contains(value))
        && !reads.0.iter().any(is_late)
}

fn stages(
    graph: &Graph,
    turns: &[Turn],
    open: &mut Vec<IndexId>,
    mut asserts: Vec<(AssertId, Reads)>,
) -> Vec<Stage> {
    let mut made: Vec<Stage> = Vec::new();
    let mut loops: BTreeMap<usize, Vec<Stage>> = BTreeMap::new();
    for (place, turn) in turns.iter().enumerate() {
        if let Turn::Loop { index, turns: own } = turn {
            let after = &turns[place + 1..];
            open.push(*index);
            let within = |(id, reads): &(AssertId, Reads)| {
                is_within(&graph.asserts[id.index()], open, (own, after), reads)
            };
            let (within, others) = asserts.into_iter().partition(within);
            asserts = others;
            loops.insert(place, stages(graph, own, open, within));
            open.pop();
        }
    }
    let mut place_of: BTreeMap<ValueId, usize> = BTreeMap::new();
    for (place, turn) in turns.iter().enumerate() {
        place_of.extend(turn.values().into_iter().map(|value| (value, place)));
    }
    // How many turns have to be over; what the iteration before has left is there.
    let ready = |reads: &Reads| {
        let here = |(value, carries): &(ValueId, Option<IndexId>)| {
            let before = carries.is_some_and(|index| open.contains(&index));
            let place = place_of.get(value).filter(|_| !before);
            place.map_or(0, |place| place + 1)
        };
        reads.0.iter().map(here).max().unwrap_or(0)
    };
    let mut due: Vec<Vec<AssertId>> = vec![Vec::new(); turns.len() + 1];
    for (id, reads) in &asserts {
        due[ready(reads)].push(*id);
    }
    for (place, turn) in turns.iter().enumerate() {
        made.extend(due[place].drain(..).map(Stage::Hold));
        made.push(match turn {
            Turn::Value(id) => Stage::Define(*id),
            Turn::Loop { index, .. } => {
                Stage::Repeat(*index, loops.remove(&place).unwrap_or_default())
            }
        });
    }
    made.extend(due[turns.len()].drain(..).map(Stage::Hold));
    made
}
