//! Whether the parts of a tensor are all of it, and no point is in two.

use crate::meaning::graph::{Graph, Source, State, TileDimension};

/// Parts that are within the tensor, meet nowhere, and together are as large as it is: so they are it.
pub(super) fn tiles(graph: &Graph, state: &State) -> Result<(), String> {
    let name = &state.name;
    let sizes: Vec<u64> = [state.seeded]
        .into_iter()
        .chain(state.element.iter().copied())
        .collect();
    let mut boxes: Vec<Vec<(u64, u64)>> = Vec::new();
    for (&seed, tile) in state.seeds.iter().zip(&state.tiles) {
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
        let Some(shape) = shape else {
            return Err(format!("a part of `{name}` is not there"));
        };
        let places: Vec<usize> = tile
            .0
            .iter()
            .filter_map(|dimension| dimension.place)
            .collect();
        let mut sorted = places.clone();
        sorted.sort_unstable();
        let all = tile.0.len() == sizes.len() && sorted.iter().copied().eq(0..shape.len());
        let ends = |dimension: &TileDimension| {
            let size = dimension.place.map_or(1, |place| shape[place]);
            (dimension.from, dimension.from + size)
        };
        if !all || tile.0.iter().zip(&sizes).any(|(d, &size)| ends(d).1 > size) {
            return Err(format!("a part of `{name}` lies outside of it"));
        }
        let own: Vec<(u64, u64)> = tile.0.iter().map(ends).collect();
        let meets =
            |other: &Vec<(u64, u64)>| own.iter().zip(other).all(|(a, b)| a.0 < b.1 && b.0 < a.1);
        if boxes.iter().any(meets) {
            return Err(format!("two parts of `{name}` meet"));
        }
        boxes.push(own);
    }
    let points = |of: &Vec<(u64, u64)>| of.iter().map(|(from, to)| to - from).product::<u64>();
    let covered: u64 = boxes.iter().map(points).sum();
    if state.tiles.len() != state.seeds.len()
        || state.append.is_some()
        || covered != sizes.iter().product::<u64>()
    {
        return Err(format!("the parts of `{name}` are not all of it"));
    }
    Ok(())
}
