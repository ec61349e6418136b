//! Whether the parts of a tensor are all of it, and no point is in two.

use crate::meaning::graph::{Domain, Graph, Interval, Source, State, TileDimension};

/// Parts that are within the tensor, meet nowhere, and together are as large as it is: so they are
/// it. Each is there at all its points.
pub fn tiles(graph: &Graph, state: &State) -> Result<(), String> {
    let name = &state.name;
    let sizes: Vec<u64> = [state.seeded]
        .into_iter()
        .chain(state.element.iter().copied())
        .collect();
    let mut boxes: Vec<Vec<(u64, u64)>> = Vec::new();
    for (&seed, tile) in state.seeds.iter().zip(&state.tiles) {
        let Some((shape, range)) = part(graph, seed) else {
            return Err(format!(
                "a part of `{name}` is not there, or not everywhere"
            ));
        };
        if range.meet(state.range) != Some(range) {
            return Err(format!("a part of `{name}` leaves its range"));
        }
        let mut places: Vec<usize> = tile.0.iter().filter_map(|d| d.place).collect();
        places.sort_unstable();
        let all = tile.0.len() == sizes.len() && places.iter().copied().eq(0..shape.len());
        let ends = |dimension: &TileDimension| {
            let size = dimension.place.map_or(1, |place| shape[place]);
            Some((dimension.from, dimension.from.checked_add(size)?))
        };
        let own: Option<Vec<(u64, u64)>> = match all {
            true => tile.0.iter().map(ends).collect(),
            false => None,
        };
        let within = |own: &Vec<(u64, u64)>| own.iter().zip(&sizes).all(|(a, &size)| a.1 <= size);
        let Some(own) = own.filter(within) else {
            return Err(format!("a part of `{name}` lies outside of it"));
        };
        let meets =
            |other: &Vec<(u64, u64)>| own.iter().zip(other).all(|(a, b)| a.0 < b.1 && b.0 < a.1);
        if boxes.iter().any(meets) {
            return Err(format!("two parts of `{name}` meet"));
        }
        boxes.push(own);
    }
    let points = |mut of: Box<dyn Iterator<Item = u64> + '_>| {
        of.try_fold(1u64, |points, size| points.checked_mul(size))
    };
    let covered = boxes
        .iter()
        .map(|of| points(Box::new(of.iter().map(|(from, to)| to - from))))
        .try_fold(0u64, |sum, points| sum.checked_add(points?));
    let whole = points(Box::new(sizes.iter().copied()));
    if state.tiles.len() != state.seeds.len()
        || (state.carried && state.seeded != 1)
        || covered.is_none()
        || covered != whole
    {
        return Err(format!("the parts of `{name}` are not all of it"));
    }
    Ok(())
}

/// The shape and the interval of a part; none if it has not all its elements.
fn part(graph: &Graph, source: Source) -> Option<(Vec<u64>, Interval)> {
    match source {
        Source::Input(id) => {
            let input = graph.inputs.get(id.index())?;
            let whole = input.growing.is_empty();
            whole.then(|| (input.shape.clone(), input.range))
        }
        Source::Value(id) => {
            let value = graph.values.get(id.index())?;
            let fixed = |index| match graph.index(index).domain {
                Domain::Static(size) => Some(size),
                Domain::Cache { .. } | Domain::Growing { .. } => None,
            };
            let shape: Vec<u64> = value
                .space
                .iter()
                .map(|&index| fixed(index))
                .collect::<Option<_>>()?;
            value.filter.is_none().then_some((shape, value.interval))
        }
        Source::State(_) | Source::Static(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::meaning::graph::{Graph, Interval, StateId, ValueId};
    use crate::meaning::validate::validate;

    /// What `validate` says of a tensor in three parts that somebody else has changed.
    fn after(change: impl FnOnce(&mut Graph)) -> Result<(), String> {
        let source = "circuit test(n = 4, m = 3) {
            private input x[n, m] : -9..=9
            public output o[n]
            a[0, j in m] = x[0, j]
            a[i in 1..n, 0] = x[i, 0]
            a[i in 1..n, j in 1..m] = 2 * x[i, j]
            even[i in n where i % 2 == 0] = x[i, 0]
            o[i in n] = sum(j in m) a[i, j]
        }";
        let (_, mut graph) = crate::analyse(source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
        assert_eq!(graph.state(StateId(0)).tiles.len(), 3);
        change(&mut graph);
        validate(&graph)
    }

    #[test]
    fn parts_are_all_of_it_and_no_point_is_in_two() {
        assert_eq!(after(|_| {}), Ok(()));
        let says = |change: fn(&mut Graph), what: &str| {
            let found = after(change);
            assert!(
                found.as_ref().is_err_and(|reason| reason.contains(what)),
                "{found:?}, not {what}"
            );
        };
        says(|graph| graph.states[0].tiles[2].0[1].from = 2, "outside");
        says(
            |graph| graph.states[0].tiles[2].0[1].from = u64::MAX,
            "outside",
        );
        says(|graph| graph.states[0].tiles[2].0[1].from = 0, "meet");
        says(|graph| graph.states[0].tiles[0].0[1].from = 1, "meet");
        says(
            |graph| graph.states[0].tiles[1].0[2].place = Some(0),
            "outside",
        );
        says(|graph| graph.states[0].element[0] = 5, "not all");
        let less = |graph: &mut Graph| {
            graph.states[0].tiles.pop();
            graph.states[0].seeds.pop();
        };
        says(less, "not all");
        says(|graph| drop(graph.states[0].tiles.pop()), "not all");
        let unsaid = |graph: &mut Graph| graph.states[0].seeds.truncate(2);
        says(unsaid, "not all");
        says(
            |graph| graph.states[0].range = Interval::point(0),
            "its range",
        );
        let filtered = |graph: &mut Graph| {
            let even = graph.values.iter().find(|value| value.name == "even");
            graph.values[1].filter = even.and_then(|even| even.filter);
        };
        says(filtered, "not everywhere");
        // A part that is a later value is not there where the tensor is read.
        let late = |graph: &mut Graph| {
            let last = graph.values.len() as u32 - 1;
            let again = graph.value(ValueId(2)).clone();
            graph.values[last as usize].output = None;
            graph.outputs.clear();
            graph.values.push(again);
            let later = ValueId(last + 1);
            graph.states[0].seeds[2] = crate::meaning::graph::Source::Value(later);
        };
        assert!(after(late).is_err());
    }
}
