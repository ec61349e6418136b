//! Which inputs and caches a cut divides: those of which every piece reads a range of its own.

use std::collections::BTreeMap;

use super::place;
use crate::graph::{ExprId, ExprKind, Graph, IndexExpr, IndexId, InputId, Source, StateId};

/// A dimension of an input or a state; a state's first is its entries.
type Place = (Source, usize);

/// Where inputs and states are divided: the dimension, and the ends of the pieces, from 0 to the
/// dimension's size.
pub(super) struct Divided(BTreeMap<Source, (usize, Vec<u64>)>);

impl Divided {
    pub fn input(&self, id: InputId) -> Option<&(usize, Vec<u64>)> {
        self.0.get(&Source::Input(id))
    }

    pub fn state(&self, id: StateId) -> Option<&(usize, Vec<u64>)> {
        self.0.get(&Source::State(id))
    }
}

/// What is read along one dimension: by each piece, the least and the most subscript; `None` if
/// something reads it otherwise.
type Seen = Option<Vec<Option<(i64, i64)>>>;

struct Images<'a> {
    graph: &'a Graph,
    over: &'a str,
    breaks: &'a [u64],
    seen: BTreeMap<Place, Seen>,
    /// Dimensions that hold the same: a state's, its seeds' and its append's.
    same: Vec<(Place, Place)>,
}

pub(super) fn images(graph: &Graph, over: &str, breaks: &[u64]) -> Divided {
    let mut images = Images {
        graph,
        over,
        breaks,
        seen: BTreeMap::new(),
        same: Vec::new(),
    };
    for value in &graph.values {
        images.expr(value.expr, cut_index(graph, over, &value.space));
    }
    for assert in &graph.asserts {
        let index = cut_index(graph, over, &assert.space);
        images.expr(assert.left, index);
        images.expr(assert.right, index);
    }
    for number in 0..graph.states.len() {
        images.state(StateId(number as u32));
    }
    images.unify();
    images.divided()
}

fn cut_index(graph: &Graph, over: &str, space: &[IndexId]) -> Option<IndexId> {
    place(graph, over, space).map(|place| space[place])
}

impl Images<'_> {
    fn expr(&mut self, id: ExprId, index: Option<IndexId>) {
        let kind = &self.graph.expr(id).kind;
        if let ExprKind::Read { source, at } = kind {
            if !matches!(source, Source::Value(_)) {
                for (dimension, subscript) in at.iter().enumerate() {
                    // A cache's entries are divided by its steps, not by what reads them.
                    let entries = matches!(source, Source::State(_)) && dimension == 0;
                    let image = if entries {
                        None
                    } else {
                        self.image(subscript, index)
                    };
                    self.read((*source, dimension), image);
                }
            }
        }
        for child in kind.children() {
            self.expr(child, index);
        }
    }

    /// What each piece reads through a subscript of the cut index alone.
    fn image(&self, subscript: &IndexExpr, index: Option<IndexId>) -> Option<Vec<(i64, i64)>> {
        let index = index?;
        let mut indices = Vec::new();
        subscript.indices(&mut |index| indices.push(index));
        if indices.is_empty() || indices.iter().any(|&other| other != index) {
            return None;
        }
        let pieces = self.breaks.windows(2).map(|ends| {
            let values = (ends[0]..ends[1]).map(|value| subscript.value(&|_| value as i64));
            let (mut least, mut most) = (i64::MAX, i64::MIN);
            for value in values {
                (least, most) = (least.min(value), most.max(value));
            }
            (least, most)
        });
        Some(pieces.collect())
    }

    fn read(&mut self, place: Place, image: Option<Vec<(i64, i64)>>) {
        let nothing = || Some(vec![None; self.breaks.len() - 1]);
        let seen = self.seen.entry(place).or_insert_with(nothing);
        let Some(image) = image else {
            *seen = None;
            return;
        };
        for (seen, (lo, hi)) in seen.iter_mut().flatten().zip(image) {
            *seen = Some(seen.map_or((lo, hi), |(a, b)| (a.min(lo), b.max(hi))));
        }
    }

    /// What a state's entries are made of is read as the state is.
    fn state(&mut self, id: StateId) {
        let state = self.graph.state(id);
        let own = Source::State(id);
        for &seed in &state.seeds {
            // A seed's entries belong to every piece.
            self.read((seed, 0), None);
            for dimension in 1..=state.element.len() {
                self.same.push(((own, dimension), (seed, dimension)));
            }
        }
        let Some(append) = &state.append else {
            return;
        };
        let Some(source) = append.source else {
            return;
        };
        let step = cut_index(self.graph, self.over, &[append.step]);
        for (dimension, subscript) in append.at.iter().enumerate() {
            let image = self.image(subscript, step);
            self.read((source, dimension), image);
        }
        for dimension in 1..=state.element.len() {
            let there = append.at.len() + dimension - 1;
            self.same.push(((own, dimension), (source, there)));
        }
    }

    /// Gives dimensions that hold the same what is seen of any of them.
    fn unify(&mut self) {
        // A value's dimension is what its space says.
        for (number, value) in self.graph.values.iter().enumerate() {
            let source = Source::Value(crate::graph::ValueId(number as u32));
            let cut = place(self.graph, self.over, &value.space);
            for dimension in 0..value.space.len() {
                let seen = (cut == Some(dimension)).then(|| {
                    let ends = self.breaks.windows(2);
                    ends.map(|ends| Some((ends[0] as i64, ends[1] as i64 - 1)))
                        .collect()
                });
                self.seen.insert((source, dimension), seen);
            }
        }
        let nothing: Seen = Some(vec![None; self.breaks.len() - 1]);
        loop {
            let mut changed = false;
            for &(a, b) in &self.same {
                let of = |place: &Place| self.seen.get(place).cloned().unwrap_or(nothing.clone());
                let (x, y) = (of(&a), of(&b));
                let joined = match (&x, &y) {
                    (Some(x), Some(y)) => Some(
                        x.iter()
                            .zip(y)
                            .map(|pair| match pair {
                                (Some((a, b)), Some((c, d))) => Some((*a.min(c), *b.max(d))),
                                (one, other) => one.or(*other),
                            })
                            .collect(),
                    ),
                    _ => None,
                };
                changed |= x != joined || y != joined;
                self.seen.insert(a, joined.clone());
                self.seen.insert(b, joined);
            }
            if !changed {
                break;
            }
        }
    }

    fn divided(self) -> Divided {
        let mut divided = BTreeMap::new();
        for (&(source, dimension), seen) in &self.seen {
            let size = match source {
                Source::Input(id) => self.graph.input(id).shape[dimension],
                Source::State(id) if dimension > 0 => self.graph.state(id).element[dimension - 1],
                _ => continue,
            };
            let Some(ends) = seen.as_ref().and_then(|seen| ends(seen, size)) else {
                continue;
            };
            divided.entry(source).or_insert((dimension, ends));
        }
        // A state is divided as what it holds is, or not at all.
        let at = |divided: &BTreeMap<Source, (usize, Vec<u64>)>, (source, dimension): Place| {
            match source {
                Source::Value(id) => {
                    let cut = place(self.graph, self.over, &self.graph.value(id).space);
                    (cut == Some(dimension)).then(|| self.breaks.to_vec())
                }
                source => {
                    let found = divided
                        .get(&source)
                        .filter(|(place, _)| *place == dimension);
                    found.map(|(_, ends)| ends.clone())
                }
            }
        };
        loop {
            let apart = self.same.iter().find_map(|&(a, b)| {
                let (x, y) = (at(&divided, a), at(&divided, b));
                let here = |place: Place, found: &Option<Vec<u64>>| {
                    (found.is_some() && !matches!(place.0, Source::Value(_))).then_some(place.0)
                };
                (x != y).then(|| here(a, &x).or(here(b, &y))).flatten()
            });
            match apart {
                Some(source) => drop(divided.remove(&source)),
                None => break,
            }
        }
        Divided(divided)
    }
}

/// Where a dimension is divided so that each piece has all that it reads: `None` if two pieces
/// read the same, or in another order.
fn ends(seen: &[Option<(i64, i64)>], size: u64) -> Option<Vec<u64>> {
    let mut ends = vec![0];
    let mut last = -1;
    for (number, piece) in seen.iter().enumerate() {
        let (lo, hi) = (*piece)?;
        if lo <= last {
            return None;
        }
        last = hi;
        if number > 0 {
            ends.push(u64::try_from(lo).ok()?);
        }
    }
    ends.push(size);
    (u64::try_from(last).ok()? < size).then_some(ends)
}
