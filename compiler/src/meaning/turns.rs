//! In what order values are computed: one after the other, those of a loop that carries one
//! iteration after the other (spec 3.10).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::meaning::graph::{
    ExprKind, Graph, IndexExpr, IndexId, Member, Place, Source, State, ValueId,
};

/// What is computed next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A value, at all its points; inside a loop at those of the iteration.
    Value(ValueId),
    /// What a carried state depends on and what it is read by: for each value of the index all of
    /// it, in this order. The index stands in the spaces of all these values, behind those of the
    /// loops around it. Its own loop carries, or one within it.
    Loop { index: IndexId, turns: Vec<Turn> },
}

impl Turn {
    /// Every value in it, in order.
    pub fn values(&self) -> Vec<ValueId> {
        match self {
            Self::Value(id) => vec![*id],
            Self::Loop { turns, .. } => turns.iter().flat_map(Self::values).collect(),
        }
    }
}

impl State {
    /// Whether an iteration replaces it.
    pub fn is_carried(&self) -> bool {
        self.carried && self.append.is_some()
    }
}

/// A value that is read, and the loop whose iteration before it is read of, if it is carried.
type Dependency = (ValueId, Option<IndexId>);

impl Graph {
    /// The values in an order in which they can be computed.
    ///
    /// # Errors
    /// What depends on itself otherwise than through what a loop around it carries, in words. It is
    /// a bug of the compiler.
    pub fn turns(&self) -> Result<Vec<Turn>, String> {
        let all: Vec<ValueId> = (0..self.values.len() as u32).map(ValueId).collect();
        if !self.states.iter().any(State::is_carried) {
            return Ok(all.into_iter().map(Turn::Value).collect());
        }
        let reads: Vec<Vec<Dependency>> = all.iter().map(|&id| self.dependencies(id)).collect();
        self.turns_of(&all, &mut Vec::new(), &reads)
    }

    fn dependencies(&self, id: ValueId) -> Vec<Dependency> {
        let mut found = Vec::new();
        for member in self.reads(self.value(id).expr) {
            match member {
                Member::Value(read) => found.push((read, None)),
                Member::State(state) => {
                    let state = self.state(state);
                    let value = |source: &Source| match *source {
                        Source::Value(value) => Some(value),
                        _ => None,
                    };
                    found.extend(state.seeds.iter().filter_map(value).map(|v| (v, None)));
                    if let Some(append) = &state.append {
                        let carries = state.is_carried().then_some(append.step);
                        found.extend(append.source.iter().filter_map(value).map(|v| (v, carries)));
                    }
                }
                Member::Input(_) | Member::Table(_) | Member::Static(_) => {}
            }
        }
        found
    }

    /// The turns of some values, within an iteration of the loops that are `open`.
    fn turns_of(
        &self,
        values: &[ValueId],
        open: &mut Vec<IndexId>,
        reads: &[Vec<Dependency>],
    ) -> Result<Vec<Turn>, String> {
        let mut flow: DiGraph<ValueId, Option<IndexId>> = DiGraph::new();
        let mut nodes: BTreeMap<ValueId, NodeIndex> = BTreeMap::new();
        for &id in values {
            nodes.insert(id, flow.add_node(id));
        }
        for &id in values {
            for (read, carries) in &reads[id.index()] {
                // What an iteration reads of the one before is there.
                let before = carries.is_some_and(|index| open.contains(&index));
                if let (Some(&from), false) = (nodes.get(read), before) {
                    flow.add_edge(from, nodes[&id], *carries);
                }
            }
        }
        let mut groups = kosaraju_scc(&flow);
        for group in &mut groups {
            group.sort_unstable();
        }
        let mut group_of = vec![0; flow.node_count()];
        for (number, group) in groups.iter().enumerate() {
            for node in group {
                group_of[node.index()] = number;
            }
        }
        // Each group after those that it reads; in the order of the program where that leaves a
        // choice.
        let mut waits = vec![0usize; groups.len()];
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
        let mut carried: Vec<Vec<IndexId>> = vec![Vec::new(); groups.len()];
        for edge in flow.edge_indices() {
            let Some((from, to)) = flow.edge_endpoints(edge) else {
                continue;
            };
            let (from, to) = (group_of[from.index()], group_of[to.index()]);
            match from == to {
                true => carried[to].extend(flow[edge]),
                false => {
                    waits[to] += 1;
                    readers[from].push(to);
                }
            }
        }
        let first = |group: usize| Reverse((groups[group][0], group));
        let ready = (0..groups.len()).filter(|&group| waits[group] == 0);
        let mut ready: BinaryHeap<Reverse<(NodeIndex, usize)>> = ready.map(first).collect();
        let mut turns = Vec::new();
        while let Some(Reverse((_, group))) = ready.pop() {
            let own: Vec<ValueId> = groups[group].iter().map(|&node| flow[node]).collect();
            let by_itself = groups[group]
                .iter()
                .any(|&node| flow.contains_edge(node, node));
            turns.push(match own[..] {
                [one] if !by_itself => Turn::Value(one),
                _ => self.repeated(&own, &carried[group], open, reads)?,
            });
            for &reader in &readers[group] {
                waits[reader] -= 1;
                if waits[reader] == 0 {
                    ready.push(first(reader));
                }
            }
        }
        Ok(turns)
    }

    /// A loop of values that depend on each other through what it carries.
    fn repeated(
        &self,
        values: &[ValueId],
        carried: &[IndexId],
        open: &mut Vec<IndexId>,
        reads: &[Vec<Dependency>],
    ) -> Result<Turn, String> {
        let name = &self.value(values[0]).name;
        // The outermost loop that is not open: what carries may be one within it.
        let inner = self.value(values[0]).space.get(open.len()..);
        let index = match inner.unwrap_or_default() {
            loops @ [index, ..] if loops.iter().any(|it| carried.contains(it)) => *index,
            _ => return Err(format!("`{name}` depends on itself")),
        };
        let around = [&open[..], &[index]].concat();
        for &id in values {
            let value = self.value(id);
            if !value.space.starts_with(&around) {
                return Err(format!(
                    "`{}` is outside of the loop that it is read in",
                    value.name
                ));
            }
            self.of_its_iteration(id, values, &around)?;
        }
        open.push(index);
        let turns = self.turns_of(values, open, reads);
        open.pop();
        Ok(Turn::Loop {
            index,
            turns: turns?,
        })
    }

    /// Whether a value of a loop reads the loop's other values at its own iteration, what the
    /// loop carries at the entry that the iteration begins with, and states of an iteration in it.
    fn of_its_iteration(
        &self,
        id: ValueId,
        group: &[ValueId],
        around: &[IndexId],
    ) -> Result<(), String> {
        let mut stack = vec![self.value(id).expr];
        let is = |at: Option<&IndexExpr>, index: IndexId| at == Some(&IndexExpr::Index(index));
        while let Some(expr) = stack.pop() {
            let kind = &self.expr(expr).kind;
            let (source, at): (_, Vec<Option<&IndexExpr>>) = match kind {
                ExprKind::Read { source, at } => (Some(*source), at.iter().map(Some).collect()),
                ExprKind::Pick { source, at } => {
                    (Some(*source), at.iter().map(Place::known).collect())
                }
                _ => (None, Vec::new()),
            };
            let right = match source {
                Some(Source::Value(read)) if group.contains(&read) => {
                    let mut at = at.iter().zip(around);
                    at.all(|(at, &index)| is(*at, index))
                }
                Some(Source::State(state)) => {
                    let state = self.state(state);
                    let loops = state.append.iter().flat_map(|append| {
                        let step = state.is_carried().then_some(&append.step);
                        let outer = append.outer.iter().zip(1..);
                        step.into_iter().map(|step| (step, 0)).chain(outer)
                    });
                    loops
                        .filter(|(index, _)| around.contains(index))
                        .all(|(&index, place)| is(at.get(place).copied().flatten(), index))
                }
                _ => true,
            };
            if !right {
                let name = &self.value(id).name;
                return Err(format!("`{name}` reads another iteration of its own loop"));
            }
            stack.extend(kind.children());
        }
        Ok(())
    }
}
