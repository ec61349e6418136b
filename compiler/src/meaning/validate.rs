//! The invariants of a graph, checked after it is built.
//!
//! - `tiles`: parts that make a tensor. `walker`: expressions and conditions, in their scopes.

mod tiles;
mod walker;

use crate::meaning::graph::{
    Domain, Graph, Growing, Index, Input, Member, Pieces, PlanTarget, Source, State, ValueId,
};
pub(crate) use tiles::tiles;
use walker::{not_empty, Walker};

/// Checks that identifiers are in range, values come after those that they read, but for what a loop
/// carries from the iteration before, reads have
/// the right number of subscripts within their dimensions, indices are in scope, no part of an
/// index expression and no interval leaves 64 bits, intervals are not empty, outputs are laid out,
/// ragged tensors grow with what stands before, no entry of a cache is read that is only
/// counted, and the parts of a tensor have each of its points once, all before it is read.
///
/// # Errors
/// The first invariant that does not hold, in words. It is a bug of the compiler.
pub fn validate(graph: &Graph) -> Result<(), String> {
    for input in &graph.inputs {
        not_empty(&input.name, input.range)?;
        ragged(input)?;
    }
    for table in &graph.tables {
        not_empty(&table.name, table.range)?;
        if !table.from_input && table.entries.len() as i128 != table.domain.size() {
            return Err(format!(
                "`{}` has {} entries for {}",
                table.name,
                table.entries.len(),
                table.domain
            ));
        }
        if table
            .entries
            .iter()
            .any(|&entry| !table.range.contains(i128::from(entry)))
        {
            return Err(format!(
                "an entry of `{}` is outside {}",
                table.name, table.range
            ));
        }
    }
    for index in &graph.indices {
        let known = match index.domain {
            Domain::Static(_) => true,
            Domain::Cache { state, .. } => state.index() < graph.states.len(),
            Domain::Growing { base, .. } => base >= 1,
        };
        if let Some(with) = index.domain.follows() {
            let is_static = |with: &Index| matches!(with.domain, Domain::Static(_));
            let with = graph.indices.get(with.index());
            if !known || !with.is_some_and(is_static) {
                return Err(format!("the domain of `{}` is not there", index.name));
            }
        }
    }
    states(graph)?;
    graph.turns()?;
    for (position, value) in graph.values.iter().enumerate() {
        let mut walker = Walker {
            graph,
            before: position,
            filtered: false,
        };
        walker
            .space(&value.space)
            .map_err(|reason| format!("`{}`: {reason}", value.name))?;
        walker
            .filtered(&value.space, value.filter, &[value.expr])
            .map_err(|reason| format!("`{}`: {reason}", value.name))?;
        not_empty(&value.name, value.interval)?;
        if let Some(output) = value.output {
            let back = graph.outputs.get(output.index()).map(|output| output.value);
            if back != Some(ValueId(position as u32)) {
                return Err(format!("`{}` is not its output's value", value.name));
            }
        }
    }
    for (position, assert) in graph.asserts.iter().enumerate() {
        let mut walker = Walker {
            graph,
            before: graph.values.len(),
            filtered: false,
        };
        let mut sides = vec![assert.left, assert.right];
        sides.extend(assert.written.into_iter().flat_map(|(a, b)| [a, b]));
        walker
            .filtered(&assert.space, assert.filter, &sides)
            .map_err(|reason| format!("assertion {position}: {reason}"))?;
    }
    outputs(graph)?;
    plans(graph)
}

fn ragged(input: &Input) -> Result<(), String> {
    let grows = |dimension| {
        let mut growing = input.growing.iter();
        growing.any(|g| g.dimension == dimension)
    };
    let holds = |g: &Growing| {
        g.dimension < input.shape.len()
            && g.position < g.dimension
            && !grows(g.position)
            && g.position == input.growing[0].position
            && input.shape[g.dimension] + 1 == g.base + input.shape[g.position]
    };
    let once = |pair: &[Growing]| pair[0].dimension < pair[1].dimension;
    if input.growing.iter().all(holds) && input.growing.windows(2).all(once) {
        return Ok(());
    }
    Err(format!(
        "`{}` of shape {:?} cannot grow as {:?}",
        input.name, input.shape, input.growing
    ))
}

impl State {
    /// Whether it has only a number of entries.
    fn is_counted(&self) -> bool {
        let given = |append: &crate::meaning::graph::Append| append.source.is_some();
        let appended = self.append.as_ref().is_none_or(given);
        !appended || (self.seeded > 0 && self.seeds.is_empty())
    }
}

fn states(graph: &Graph) -> Result<(), String> {
    for state in &graph.states {
        let name = &state.name;
        not_empty(name, state.range)?;
        if !state.tiles.is_empty() {
            tiles(graph, state)?;
        }
        let mut seeded = 0;
        for &seed in state.seeds.iter().filter(|_| state.tiles.is_empty()) {
            let shape = match seed {
                Source::Input(id) => graph
                    .inputs
                    .get(id.index())
                    .map(|input| input.shape.clone()),
                Source::Value(id) => {
                    let value = graph.values.get(id.index());
                    value.map(|value| graph.space_sizes(&value.space))
                }
                Source::State(_) | Source::Static(_) => None,
            };
            let Some((entries, element)) = shape.as_deref().and_then(<[u64]>::split_first) else {
                return Err(format!("a seed of `{name}` is not there"));
            };
            if element != state.element {
                return Err(format!(
                    "a seed of `{name}` has entries of the shape {element:?}, not {:?}",
                    state.element
                ));
            }
            seeded += entries;
        }
        // A cache whose entries are only counted has no seeds.
        if seeded != state.seeded && !state.seeds.is_empty() && state.tiles.is_empty() {
            let expected = state.seeded;
            return Err(format!(
                "the seeds of `{name}` have {seeded} entries, not {expected}"
            ));
        }
        if let Some(append) = &state.append {
            let Some(source) = append.source else {
                continue;
            };
            let given = match source {
                Source::Input(id) => {
                    let input = graph.inputs.get(id.index());
                    input.map(|input| (input.shape.clone(), input.range))
                }
                Source::Value(id) => {
                    let value = graph.values.get(id.index());
                    value.map(|value| (graph.space_sizes(&value.space), value.interval))
                }
                Source::State(_) | Source::Static(_) => None,
            };
            let rank = given.as_ref().map(|(sizes, _)| sizes.len());
            if rank.map(|rank| rank + append.outer.len())
                != Some(append.at.len() + state.element.len())
            {
                return Err(format!(
                    "the append to `{name}` has {} subscripts",
                    append.at.len()
                ));
            }
            if let (true, Some((sizes, range))) = (state.is_carried(), &given) {
                if range.meet(state.range) != Some(*range) {
                    return Err(format!("what replaces `{name}` leaves its range"));
                }
                if sizes[append.at.len()..] != state.element[append.outer.len()..] {
                    return Err(format!("what replaces `{name}` has another shape"));
                }
            }
            let walker = Walker {
                graph,
                before: graph.values.len(),
                filtered: false,
            };
            let scope = [&append.outer[..], &[append.step]].concat();
            for subscript in &append.at {
                walker.index(subscript, &scope)?;
            }
            let around = graph.space_sizes(&append.outer);
            if !state.element.starts_with(&around) {
                return Err(format!("an entry of `{name}` has not the loops around it"));
            }
        }
    }
    Ok(())
}

fn outputs(graph: &Graph) -> Result<(), String> {
    for output in &graph.outputs {
        let name = &output.name;
        let Some(value) = graph.values.get(output.value.index()) else {
            return Err(format!("the output `{name}` has no value"));
        };
        let mut places = output.layout.clone();
        places.sort_unstable();
        if places != (0..value.space.len()).collect::<Vec<_>>() {
            return Err(format!(
                "the layout {:?} of `{name}` is no permutation",
                output.layout
            ));
        }
        let sizes = graph.space_sizes(&value.space);
        for (position, (&size, &place)) in output.shape.iter().zip(&output.layout).enumerate() {
            let before = match graph.index(value.space[place]).domain {
                Domain::Static(_) => true,
                Domain::Cache { step: with, .. } | Domain::Growing { with, .. } => {
                    let mut before = output.layout[..position].iter();
                    before.any(|&place| value.space[place] == with)
                }
            };
            if sizes[place] != size || !before {
                return Err(format!("a position of `{name}` is not covered"));
            }
        }
        if output.range.meet(value.interval).is_none() {
            return Err(format!("the range of `{name}` misses its value's interval"));
        }
    }
    Ok(())
}

fn plans(graph: &Graph) -> Result<(), String> {
    let known = |member: &Member| match member {
        Member::Input(id) => id.index() < graph.inputs.len(),
        Member::State(id) => id.index() < graph.states.len(),
        Member::Value(id) => id.index() < graph.values.len(),
        Member::Table(id) => id.index() < graph.tables.len(),
        Member::Static(id) => id.index() < graph.statics.len(),
    };
    if graph.plans.is_empty() {
        return Err("there is no plan".to_owned());
    }
    let terms = graph
        .plans
        .iter()
        .flat_map(|plan| &plan.proofs)
        .flat_map(|proof| &proof.terms);
    let targets_known = terms.into_iter().all(|term| match &term.target {
        PlanTarget::All => true,
        PlanTarget::Region(id) => id.index() < graph.regions.len(),
        PlanTarget::Member(member) => known(member),
    });
    if !targets_known
        || !graph
            .regions
            .iter()
            .flat_map(|region| &region.members)
            .all(known)
    {
        return Err("a region or plan names what is not there".to_owned());
    }
    for plan in &graph.plans {
        let is_pair = |(a, b): (usize, usize)| a < b && b < plan.proofs.len();
        if !plan
            .boundaries
            .iter()
            .all(|b| b.between.is_none_or(is_pair))
        {
            return Err(format!(
                "a boundary of plan `{}` is between no two proofs",
                plan.name
            ));
        }
        let cuts = plan.proofs.iter().flat_map(|proof| &proof.cuts);
        let holds = |pieces: &Pieces| match pieces {
            Pieces::By(group) => *group > 0,
            Pieces::Ranges(ranges) => !ranges.is_empty() && ranges.iter().all(|(a, b)| a < b),
        };
        if !cuts.into_iter().all(|cut| holds(&cut.pieces)) {
            return Err(format!("a cut of plan `{}` has an empty piece", plan.name));
        }
    }
    Ok(())
}
