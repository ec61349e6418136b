//! The parts of a definition made one tensor, if they cover each of its points once (spec 3.3).

use super::parts::Part;
use super::{Checker, Growth, OutputDefinition, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, ExprId, Index, IndexExpr, IndexId, Interval, Member, Place, Source, State, StateId,
    Tile, TileDimension,
};
use crate::syntax::ast::Name;

impl Checker<'_> {
    /// All parts are known: a tensor of them, if they cover each of its points once.
    pub(super) fn join(&mut self, number: usize) -> Option<()> {
        let parts = &self.parts[number];
        let (name, span, output) = (parts.name.clone(), parts.span, parts.output);
        let rank = parts.parts[0].positions.len();
        let shape: Vec<u64> = match output {
            Some(position) => self.outputs[position].shape.clone(),
            None => {
                let end = |k: usize| parts.parts.iter().map(move |part| part.positions[k].end());
                let ends = (0..rank).map(|k| end(k).max().unwrap_or(0));
                ends.map(|end| end.clamp(0, MAX_SIZE + 1) as u64).collect()
            }
        };
        self.covers(number, &shape)?;
        // The indices of loops come first, but in an output they are positions.
        let around = match output {
            Some(_) => Vec::new(),
            None => self.parts[number].loops.clone(),
        };
        let sizes = around.iter().map(|&index| self.graph.index(index).domain);
        let sizes = sizes.map(|domain| match domain {
            Domain::Static(size) => Some(size),
            Domain::Cache { .. } | Domain::Growing { .. } => None,
        });
        let Some(sizes) = sizes.collect::<Option<Vec<u64>>>() else {
            self.report(
                self.not_covered(number, span)
                    .label(
                        "a loop around it has not the same number of points everywhere".to_owned(),
                    )
                    .hint("define it at once, or reduce over the cache"),
            );
            return None;
        };
        let element: Vec<u64> = sizes.into_iter().chain(shape.iter().copied()).collect();
        let all = element
            .iter()
            .fold(1i128, |all, &size| all.saturating_mul(size.into()));
        if all > MAX_SIZE {
            self.report(
                Diagnostic::new("E015", format!("`{name}` is too large"))
                    .at(span, format!("has {all} elements"))
                    .hint(format!("a tensor has at most {MAX_SIZE} elements")),
            );
            return None;
        }
        let parts = &self.parts[number].parts;
        let fixed = |from, place| TileDimension { from, place };
        let tiles = parts.iter().map(|part| {
            let own = part.positions.iter().map(|p| fixed(p.from as u64, p.place));
            let around = (0..around.len()).map(|place| fixed(0, Some(place)));
            Tile(
                [fixed(0, None)]
                    .into_iter()
                    .chain(around)
                    .chain(own)
                    .collect(),
            )
        });
        let tiles: Vec<Tile> = tiles.collect();
        let ranges = parts
            .iter()
            .map(|part| self.known(Source::Value(part.value)));
        let range = ranges.reduce(|a, b| a.hull(b))?;
        let seeds = parts.iter().map(|part| Source::Value(part.value)).collect();
        self.fits_alone(&format!("the range of `{name}`"), range, span)?;
        let id = StateId(self.graph.states.len() as u32);
        self.growth.push(Growth {
            by: None,
            appended: false,
            outer: Vec::new(),
        });
        self.graph.states.push(State {
            name: name.clone(),
            span,
            seeds,
            tiles,
            carried: false,
            seeded: 1,
            element,
            range,
            append: None,
        });
        let named = self.named.entry(name).or_default();
        named.push(Member::State(id));
        self.parts[number].whole = Some((id, shape));
        match output {
            Some(position) => self.output_of_parts(number, position, id),
            None => Some(()),
        }
    }

    /// Reports the first point of a tensor that no part has, or that two have (E064).
    fn covers(&mut self, number: usize, shape: &[u64]) -> Option<()> {
        let parts = &self.parts[number];
        let rank = parts.parts[0].positions.len();
        let last = parts.parts[parts.parts.len() - 1].span;
        if rank != shape.len() {
            self.report(
                self.not_covered(number, parts.span)
                    .label(format!(
                        "has {rank} subscripts, and {} positions",
                        shape.len()
                    ))
                    .hint("an output is defined over all its positions"),
            );
            return None;
        }
        for part in &parts.parts {
            let outside = part.positions.iter().zip(shape);
            let outside = outside.filter(|(p, &size)| p.from < 0 || p.end() > size.into());
            if let Some((position, size)) = outside.map(|(p, &size)| (*p, size)).next() {
                let (from, to) = (position.from, position.end() - 1);
                let span = part.span;
                self.report(
                    self.not_covered(number, span)
                        .label(format!("has the positions {from}..={to}"))
                        .hint(format!("this dimension has the positions 0..={}", size - 1)),
                );
                return None;
            }
        }
        let all: Vec<&Part> = parts.parts.iter().collect();
        let Some((point, doubly)) = uncovered(&all, shape, &mut Vec::new()) else {
            return Some(());
        };
        let at = format!("{}{point:?}", parts.name);
        let error = match doubly {
            Some((a, b)) => self
                .not_covered(number, b)
                .label(format!("has `{at}`"))
                .also(a, "so has this part")
                .hint("let each part begin where another ends"),
            None => self
                .not_covered(number, last)
                .label(format!("`{at}` is in no part"))
                .hint("define the points that are missing, or let a part begin earlier"),
        };
        self.report(error);
        None
    }

    /// What an output's index at a position is called: as that of all its parts, if each has one
    /// that runs over all of it.
    fn shared_index(&self, number: usize, k: usize, size: u64) -> (String, Option<String>) {
        let called = self.parts[number].parts.iter().map(|part| {
            let position = &part.positions[k];
            let place = position.place.filter(|_| position.size == size)?;
            let index = self.graph.index(self.graph.value(part.value).space[place]);
            Some((index.name.clone(), index.over.clone()))
        });
        let called: Option<Vec<_>> = called.collect();
        match called.as_deref() {
            Some([first, rest @ ..]) if rest.iter().all(|other| other == first) => first.clone(),
            _ => (format!("i{k}"), None),
        }
    }

    /// The output's value: a read of the parts at each of its points.
    fn output_of_parts(&mut self, number: usize, position: usize, parts: StateId) -> Option<()> {
        let (name, span) = (self.parts[number].name.clone(), self.parts[number].span);
        let loops = self.parts[number].loops.clone();
        // Each part has each of them once: where, is the same in all.
        let of_loops = |part: &Part| -> Vec<Option<usize>> {
            let places = part.positions.iter().map(|position| position.place);
            let loops = places.map(|place| place.filter(|&place| place < loops.len()));
            loops.collect()
        };
        let parts_of = &self.parts[number].parts;
        let first = of_loops(&parts_of[0]);
        if let Some(other) = parts_of.iter().find(|part| of_loops(part) != first) {
            let (at, other) = (parts_of[0].span, other.span);
            self.report(
                self.not_covered(number, other)
                    .label("has a loop's index at another position".to_owned())
                    .also(at, "than this part")
                    .hint(
                        "write the index of every loop around it at the same position of each part",
                    ),
            );
            return None;
        }
        let (mut space, mut layout) = (loops.clone(), Vec::new());
        for (k, size) in self.outputs[position].shape.clone().into_iter().enumerate() {
            let own = first[k];
            layout.push(own.unwrap_or(space.len()));
            if own.is_none() {
                let (name, over) = self.shared_index(number, k, size);
                self.graph.indices.push(Index {
                    name,
                    span,
                    domain: Domain::Static(size),
                    first: 0,
                    over,
                });
                space.push(IndexId(self.graph.indices.len() as u32 - 1));
            }
        }
        let subscripts = layout.iter().map(|&place| IndexExpr::Index(space[place]));
        let at = [IndexExpr::Constant(0)].into_iter().chain(subscripts);
        let at = at.map(Place::Known).collect();
        let expr: ExprId = self.read(Source::State(parts), at, span)?;
        let name = Name { text: name, span };
        let ranges = [self.outputs[position].range, None];
        let value = self.held_in(&name, span, (space, expr), ranges, span)?;
        let value = self.whole(value, position)?;
        let value = self.add_value(value);
        self.outputs[position].definition = OutputDefinition::Is { value, layout };
        Some(())
    }
}

/// The first point of a tensor that not exactly one part has, and of two that have it where they are.
#[allow(clippy::type_complexity)]
fn uncovered(
    parts: &[&Part],
    shape: &[u64],
    before: &mut Vec<u64>,
) -> Option<(Vec<u64>, Option<(Span, Span)>)> {
    let point = |before: &[u64]| {
        let rest = vec![0; shape.len() - before.len()];
        [before, &rest].concat()
    };
    match parts {
        [] => return Some((point(before), None)),
        [a, b, ..] if before.len() == shape.len() => {
            return Some((point(before), Some((a.span, b.span))))
        }
        _ if before.len() == shape.len() => return None,
        _ => {}
    }
    // Between two ends of parts nothing changes.
    let k = before.len();
    let ends = parts.iter().flat_map(|part| {
        let position = &part.positions[k];
        [position.from as u64, position.end() as u64]
    });
    let mut ends: Vec<u64> = ends.chain([0]).filter(|&end| end < shape[k]).collect();
    ends.sort_unstable();
    ends.dedup();
    for from in ends {
        let held = parts.iter().copied().filter(|part| {
            let position = &part.positions[k];
            position.holds(Interval::point(from.into()))
        });
        let held: Vec<&Part> = held.collect();
        before.push(from);
        let found = uncovered(&held, shape, before);
        before.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}
