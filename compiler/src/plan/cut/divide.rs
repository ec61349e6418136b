//! Which tensors are cut, along which of their dimensions, and where: decided on the given graph.

use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;

use super::axis::Axis;
use super::subscript::mentions;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    ExprId, ExprKind, Graph, IndexExpr, IndexId, InputId, Place, Source, State, StateId, Tile,
    ValueId,
};

/// How one tensor is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// For a cache, 0 is its entries: each piece holds what was appended before as well.
    pub dimension: usize,
    /// Where pieces end, ascending from 0 to the dimension's size.
    pub breaks: Vec<u64>,
}

/// What is cut; all else stays whole.
#[derive(Default)]
pub struct Division {
    splits: BTreeMap<Source, Split>,
}

impl Division {
    /// How a tensor is cut; `None` if it is not.
    pub fn of(&self, source: Source) -> Option<&Split> {
        self.splits.get(&source)
    }

    /// Values are cut where the index stands in their spaces, caches along the steps that they
    /// grow by, and inputs and the elements of caches where every read has a subscript there that
    /// tells the pieces apart.
    ///
    /// # Errors
    /// E105 if a cache holds both what is cut and what is not.
    pub fn new(
        graph: &Graph,
        axis: &Axis,
        breaks: &[u64],
        span: Span,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut division = Self::default();
        for (number, value) in graph.values.iter().enumerate() {
            if let Some(dimension) = place(axis, &value.space) {
                division.cut(Source::Value(ValueId(number as u32)), dimension, breaks);
            }
        }
        for (number, state) in graph.states.iter().enumerate() {
            let Some(append) = &state.append else {
                continue;
            };
            let id = Source::State(StateId(number as u32));
            if axis.indices.contains(&append.step) {
                division.splits.insert(id, Split::of_entries(state, breaks));
            } else if let Some(outer) = place(axis, &append.outer) {
                division.cut(id, 1 + outer, breaks);
            }
        }
        let classes = Classes::new(graph, axis, breaks, &division);
        let diagnostics = classes.divide(graph, axis, breaks, &mut division, span);
        match diagnostics.is_empty() {
            true => Ok(division),
            false => Err(diagnostics),
        }
    }

    fn cut(&mut self, source: Source, dimension: usize, breaks: &[u64]) {
        let breaks = breaks.to_vec();
        self.splits.insert(source, Split { dimension, breaks });
    }
}

/// Where in a space the index stands.
pub fn place(axis: &Axis, space: &[IndexId]) -> Option<usize> {
    space.iter().position(|index| axis.indices.contains(index))
}

/// Dimensions of inputs and of caches' elements that have to be cut alike: a cache's with those
/// of what it holds.
struct Classes {
    /// Tensors with the number of their first dimension.
    first: BTreeMap<Source, usize>,
    union: UnionFind<usize>,
    of: BTreeMap<usize, Class>,
}

#[derive(Default)]
struct Class {
    /// Tensor and dimension.
    members: Vec<(Source, usize)>,
    /// A cut value that a cache of the class holds.
    cut: Option<Source>,
    /// What keeps it whole: a value that is not cut, or a read elsewhere than in one piece.
    whole: bool,
    /// A value among those.
    whole_value: bool,
    /// For each piece, the least and the largest subscript.
    images: Option<Vec<(i64, i64)>>,
}

impl Classes {
    fn new(graph: &Graph, axis: &Axis, breaks: &[u64], division: &Division) -> Self {
        let mut members = Vec::new();
        let mut first = BTreeMap::new();
        let inputs = graph.inputs.iter().enumerate();
        let inputs = inputs.map(|(n, t)| (Source::Input(InputId(n as u32)), 0..t.shape.len()));
        let states = graph.states.iter().enumerate();
        let states =
            states.map(|(n, s)| (Source::State(StateId(n as u32)), 1..1 + s.element.len()));
        for (source, dimensions) in inputs.chain(states) {
            // So that a dimension's number is `first + dimension`, for caches as well.
            first.insert(source, members.len());
            members.extend((0..dimensions.end).map(|dimension| (source, dimension)));
        }
        let mut union = UnionFind::new(members.len());
        let (mut values, mut parts) = (Vec::new(), Vec::new());
        for (number, state) in graph.states.iter().enumerate() {
            let state_id = Source::State(StateId(number as u32));
            // The loops around a state are cut as its steps are, whatever it holds.
            let outer = state.append.as_ref().map_or(0, |it| it.outer.len());
            let appended = state
                .append
                .iter()
                .filter_map(|append| Some((append.source?, append.at.len())));
            for (&seed, tile) in state.seeds.iter().zip(&state.tiles) {
                for (k, dimension) in tile.0.iter().enumerate().skip(1 + outer) {
                    let element = first[&state_id] + k;
                    parts.push((
                        element,
                        seed,
                        dimension.place,
                        is_all(graph, state, seed, k, tile),
                    ));
                }
            }
            let seeds = state.seeds.iter().map(|&seed| (seed, 1));
            let seeds = seeds.filter(|_| state.tiles.is_empty());
            for (source, lead) in seeds.chain(appended) {
                for k in 0..state.element.len() - outer {
                    let element = first[&state_id] + 1 + outer + k;
                    match first.get(&source) {
                        Some(first) => drop(union.union(element, first + lead + k)),
                        None => values.push((element, source, lead + k)),
                    }
                }
            }
        }
        let mut classes = Self {
            first,
            union,
            of: BTreeMap::new(),
        };
        for (number, member) in members.into_iter().enumerate() {
            let class = classes.class(number);
            class.members.push(member);
            // A cache's entries are cut along its steps alone.
            class.whole |= matches!(member, (Source::State(_), 0));
        }
        for (element, value, dimension) in values {
            let class = classes.class(element);
            if division
                .of(value)
                .is_some_and(|split| split.dimension == dimension)
            {
                class.cut = Some(value);
            } else {
                class.whole = true;
                class.whole_value = true;
            }
        }
        // A tensor that is defined by parts is cut where each of them is cut, from end to end.
        for (element, part, place, all) in parts {
            let class = classes.class(element);
            let split = division.of(part);
            if place.is_some() && split.is_some_and(|split| Some(split.dimension) == place) {
                class.cut = Some(part);
                class.whole_value |= !all;
            } else {
                class.whole = true;
                class.whole_value = true;
            }
        }
        for value in &graph.values {
            let cut = place(axis, &value.space).map(|place| value.space[place]);
            classes.reads(graph, value.expr, cut, breaks);
        }
        for assert in &graph.asserts {
            let cut = place(axis, &assert.space).map(|place| assert.space[place]);
            classes.reads(graph, assert.left, cut, breaks);
            classes.reads(graph, assert.right, cut, breaks);
        }
        for append in graph
            .states
            .iter()
            .filter_map(|state| state.append.as_ref())
        {
            let mut loops = append.outer.iter().chain([&append.step]);
            let cut = loops.find(|index| axis.indices.contains(index)).copied();
            for (dimension, subscript) in append.at.iter().enumerate() {
                if let Some(source) = append.source {
                    classes.read(source, dimension, subscript, cut, breaks);
                }
            }
        }
        classes
    }

    fn class(&mut self, number: usize) -> &mut Class {
        self.of.entry(self.union.find(number)).or_default()
    }

    /// Takes note of what an expression reads, in a place where `cut` is the index that is cut.
    fn reads(&mut self, graph: &Graph, id: ExprId, cut: Option<IndexId>, breaks: &[u64]) {
        let kind = &graph.expr(id).kind;
        if let ExprKind::Read { source, at } = kind {
            for (dimension, subscript) in at.iter().enumerate() {
                self.read(*source, dimension, subscript, cut, breaks);
            }
        }
        if let ExprKind::Pick { source, at } = kind {
            for (dimension, place) in at.iter().enumerate() {
                match place {
                    Place::Known(subscript) => {
                        self.read(*source, dimension, subscript, cut, breaks);
                    }
                    // Which piece it lies in is not known.
                    Place::Run(_) => self.keep_whole(*source, dimension),
                }
            }
        }
        for child in kind.children() {
            self.reads(graph, child, cut, breaks);
        }
    }

    fn read(
        &mut self,
        source: Source,
        dimension: usize,
        subscript: &IndexExpr,
        cut: Option<IndexId>,
        breaks: &[u64],
    ) {
        let Some(first) = self.first.get(&source) else {
            return;
        };
        let class = self.class(first + dimension);
        let mut others = false;
        subscript.indices(&mut |index| others |= Some(index) != cut);
        match cut {
            Some(cut) if !others && mentions(subscript, cut) => {
                let pieces = breaks.windows(2);
                let images = pieces.map(|piece| {
                    let (mut lo, mut hi) = (i64::MAX, i64::MIN);
                    for at in piece[0]..piece[1] {
                        let value = subscript.value(&|_| at as i64);
                        (lo, hi) = (lo.min(value), hi.max(value));
                    }
                    (lo, hi)
                });
                let images: Vec<(i64, i64)> = images.collect();
                match &mut class.images {
                    None => class.images = Some(images),
                    Some(known) => {
                        for (known, image) in known.iter_mut().zip(images) {
                            *known = (known.0.min(image.0), known.1.max(image.1));
                        }
                    }
                }
            }
            _ => class.whole = true,
        }
    }

    fn keep_whole(&mut self, source: Source, dimension: usize) {
        if let Some(first) = self.first.get(&source) {
            self.class(first + dimension).whole = true;
        }
    }

    /// Cuts what can be cut; a class that holds a cut value must be.
    fn divide(
        self,
        graph: &Graph,
        axis: &Axis,
        breaks: &[u64],
        division: &mut Division,
        span: Span,
    ) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut classes: Vec<Class> = self.of.into_values().collect();
        classes.sort_by_key(|class| (class.cut.is_none(), class.members[0]));
        for class in classes {
            let sources = class.members.iter().map(|&(source, _)| source);
            let mut once: Vec<Source> = sources.collect();
            once.sort_unstable();
            once.dedup();
            let free = once.len() == class.members.len()
                && once.iter().all(|&source| division.of(source).is_none());
            if let Some(value) = class.cut {
                if !free || class.whole_value {
                    diagnostics.push(uneven(graph, axis, &class, value, span));
                    continue;
                }
                for (source, dimension) in class.members {
                    division.cut(source, dimension, breaks);
                }
                continue;
            }
            let Some(images) = class.images.filter(|_| free && !class.whole) else {
                continue;
            };
            if !images.windows(2).all(|pair| pair[0].1 < pair[1].0) {
                continue;
            }
            let size = |&(source, dimension): &(Source, usize)| match source {
                Source::Input(id) => graph.input(id).shape[dimension],
                Source::State(id) => graph.state(id).element[dimension - 1],
                Source::Value(_) | Source::Static(_) => {
                    unreachable!("a value or static is in no class")
                }
            };
            // A point that a condition leaves out may have an image that is none.
            let (least, most) = (images[0].0, images[images.len() - 1].1);
            let inside = |member| least >= 0 && (most as u64) < size(member);
            if !class.members.iter().all(inside) {
                continue;
            }
            for member in class.members {
                let (source, dimension) = member;
                let size = size(&member);
                let ends = images[1..].iter().map(|image| image.0 as u64);
                let breaks: Vec<u64> = [0].into_iter().chain(ends).chain([size]).collect();
                division.cut(source, dimension, &breaks);
            }
        }
        diagnostics
    }
}

/// Whether a part is as long as the tensor in a dimension.
fn is_all(graph: &Graph, state: &State, part: Source, dimension: usize, tile: &Tile) -> bool {
    let whole = state.element[dimension - 1];
    let size = match (part, tile.0[dimension].place) {
        (Source::Value(id), Some(place)) => graph.space_sizes(&graph.value(id).space)[place],
        (Source::Input(id), Some(place)) => graph.input(id).shape[place],
        _ => 1,
    };
    size == whole
}

fn uneven(graph: &Graph, axis: &Axis, class: &Class, value: Source, span: Span) -> Diagnostic {
    let state = class.members.iter().find_map(|&(source, _)| match source {
        Source::State(id) => Some(graph.state(id)),
        _ => None,
    });
    let (Some(state), Source::Value(value)) = (state, value) else {
        unreachable!("a cut value is in the class of a cache that holds it")
    };
    let value = graph.value(value);
    let (name, axis) = (&state.name, &axis.name);
    let (what, held, hint) = match state.tiles.is_empty() {
        true => (
            format!("the cache `{name}` cannot be cut along `{axis}`"),
            "what it holds is cut in part, or is cut otherwise as well",
            "let all that the cache starts with, and all that is appended to it, run over the same \
             index",
        ),
        false => (
            format!("`{name}`, which is defined by parts, cannot be cut along `{axis}`"),
            "not all of its parts are cut, from end to end",
            "cut elsewhere, or let each part run over all of that index",
        ),
    };
    Diagnostic::new("E105", what)
        .at(span, "by this cut")
        .also(state.span, held)
        .also(
            value.span,
            format!("`{}` is cut along `{axis}`", value.name),
        )
        .hint(hint)
}
