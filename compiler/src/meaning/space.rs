//! Index spaces: their points in lexicographic order, and where each point's element is stored.
//!
//! A space may be ragged: an index over a cache runs over as many entries as the cache holds at
//! the step, whose index stands earlier in the space.

use crate::meaning::dims::Dim;
use crate::meaning::graph::{Domain, Graph, IndexId, StateId};
use crate::meaning::tensor::Tensor;

/// How many values the index takes; `of` gives the step's index, if the domain is a cache.
pub fn domain_size(graph: &Graph, index: IndexId, of: impl Fn(IndexId) -> i64) -> i64 {
    let domain = graph.index(index).domain;
    match graph.growth(domain) {
        Some((base, with)) => base as i64 + of(with),
        None => graph.least(domain) as i64,
    }
}

impl Graph {
    /// How many points a domain has where the index that it grows with is 0, and this index; `None` if
    /// it does not grow.
    pub fn growth(&self, domain: Domain) -> Option<(u64, IndexId)> {
        match domain {
            Domain::Static(_) => None,
            Domain::Cache { state, step } => {
                let state = self.state(state);
                state.append.as_ref().map(|_| (state.seeded + 1, step))
            }
            Domain::Growing { base, with } => Some((base, with)),
        }
    }

    /// The least number of points that a domain has anywhere.
    pub fn least(&self, domain: Domain) -> u64 {
        match (self.growth(domain), domain) {
            (Some((base, _)), _) => base,
            (None, Domain::Static(size)) => size,
            (None, Domain::Cache { state, .. }) => self.state(state).seeded,
            (None, Domain::Growing { base, .. }) => base,
        }
    }

    /// Entries that a state holds in the end.
    pub fn entries(&self, id: StateId) -> u64 {
        let state = self.state(id);
        let steps = state.append.as_ref();
        state.seeded + steps.map_or(0, |append| self.space_sizes(&[append.step])[0])
    }

    /// How many entries a state holds in the end, and the shape of one.
    pub fn state_sizes(&self, id: StateId) -> Vec<u64> {
        let element = self.state(id).element.iter().copied();
        std::iter::once(self.entries(id)).chain(element).collect()
    }

    /// The most values that each index of a space takes.
    pub fn space_sizes(&self, space: &[IndexId]) -> Vec<u64> {
        let last = |step| domain_size(self, step, |_| 0) - 1;
        let sizes = space.iter().map(|&index| domain_size(self, index, last));
        sizes.map(|size| size as u64).collect()
    }

    /// The dimensions of a space.
    pub fn dims(&self, space: &[IndexId]) -> Vec<Dim> {
        space
            .iter()
            .map(|&index| {
                let domain = self.index(index).domain;
                let Some((base, with)) = self.growth(domain) else {
                    return Dim::Static(self.least(domain));
                };
                match space.iter().position(|&other| other == with) {
                    Some(position) => Dim::Growing { base, position },
                    None => unreachable!("an index stands inside what it grows with"),
                }
            })
            .collect()
    }
}

/// Where in a point of `space` the index stands. The step of a cache's index always does.
fn place(space: &[IndexId], index: IndexId) -> usize {
    match space.iter().position(|&other| other == index) {
        Some(place) => place,
        None => unreachable!("an index over a cache without its step in the space"),
    }
}

/// Calls `f` with each point of the space, in lexicographic order.
pub fn for_each_point(graph: &Graph, space: &[IndexId], mut f: impl FnMut(&[i64])) {
    let _ = try_each_point(graph, space, |at| {
        f(at);
        Ok::<(), ()>(())
    });
}

/// As [`for_each_point`], until `f` errs.
pub fn try_each_point<E>(
    graph: &Graph,
    space: &[IndexId],
    f: impl FnMut(&[i64]) -> Result<(), E>,
) -> Result<(), E> {
    try_each_point_of(graph, space, &[], f)
}

/// As [`try_each_point`], of the points that begin with `around`.
pub fn try_each_point_of<E>(
    graph: &Graph,
    space: &[IndexId],
    around: &[i64],
    mut f: impl FnMut(&[i64]) -> Result<(), E>,
) -> Result<(), E> {
    let mut at = around.to_vec();
    at.resize(space.len(), 0);
    let mut sizes = vec![0; space.len()];
    // Descend to `depth`: every index from there on starts at 0, and may be empty.
    let mut depth = around.len();
    loop {
        while depth < space.len() {
            at[depth] = 0;
            sizes[depth] = domain_size(graph, space[depth], |step| at[place(space, step)]);
            if sizes[depth] == 0 {
                break;
            }
            depth += 1;
        }
        if depth == space.len() {
            f(&at)?;
        }
        loop {
            if depth == around.len() {
                return Ok(());
            }
            depth -= 1;
            at[depth] += 1;
            if at[depth] < sizes[depth] {
                depth += 1;
                break;
            }
        }
    }
}

/// The product of sizes; the largest number stands for more.
fn product(sizes: &[usize]) -> usize {
    sizes.iter().copied().fold(1, usize::saturating_mul)
}

/// How many points the space has.
pub fn count_points(graph: &Graph, space: &[IndexId]) -> u64 {
    Layout::new(graph, space).len() as u64
}

/// Where the element of each point of a space is stored: row-major, without gaps.
#[derive(Clone, Debug)]
pub struct Layout {
    /// For a ragged space, the position of the step's index.
    step: Option<usize>,
    /// Of a dense space, or of the positions before the step.
    strides: Vec<usize>,
    /// The offset of each step, within one value of the outer indices.
    prefix: Vec<usize>,
    /// For each step, the strides of the positions after it.
    inner: Vec<Vec<usize>>,
    len: usize,
}

impl Layout {
    pub fn new(graph: &Graph, space: &[IndexId]) -> Self {
        Self::of(&graph.dims(space))
    }

    /// Of a space of these dimensions.
    pub fn of(dims: &[Dim]) -> Self {
        let step = dims.iter().find_map(|dim| match dim {
            Dim::Growing { position, .. } => Some(*position),
            Dim::Static(_) => None,
        });
        let same = |dim: &Dim| match *dim {
            Dim::Growing { position, .. } => Some(position) == step,
            Dim::Static(_) => true,
        };
        debug_assert!(dims.iter().all(same), "a space grows with one index");
        let sizes = |dims: &[Dim], t: u64| -> Vec<usize> {
            let sizes = dims.iter().map(|dim| match *dim {
                Dim::Static(size) => size as usize,
                Dim::Growing { base, .. } => (base + t) as usize,
            });
            sizes.collect()
        };
        let Some(step) = step else {
            let sizes = sizes(dims, 0);
            return Self {
                step: None,
                strides: Tensor::strides(&sizes),
                prefix: Vec::new(),
                inner: Vec::new(),
                len: product(&sizes),
            };
        };
        let Dim::Static(steps) = dims[step] else {
            unreachable!("a step is a static dimension")
        };
        let (mut prefix, mut inner, mut len) = (Vec::new(), Vec::new(), 0);
        for t in 0..steps {
            let inner_sizes = sizes(&dims[step + 1..], t);
            prefix.push(len);
            len += product(&inner_sizes);
            inner.push(Tensor::strides(&inner_sizes));
        }
        let outer = sizes(&dims[..step], 0);
        let strides = Tensor::strides(&outer).iter().map(|s| s * len).collect();
        Self {
            step: Some(step),
            strides,
            prefix,
            inner,
            len: len.saturating_mul(product(&outer)),
        }
    }

    /// How many points the space has.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The position of the step's index, if the space is ragged.
    pub fn step(&self) -> Option<usize> {
        self.step
    }

    /// The offset of the point whose k-th index is `at(k)`.
    pub fn offset(&self, at: impl Fn(usize) -> i64) -> usize {
        let outer = self.strides.iter().enumerate();
        let mut offset: i64 = outer.map(|(k, &stride)| at(k) * stride as i64).sum();
        if let Some(step) = self.step {
            let t = at(step) as usize;
            offset += self.prefix[t] as i64;
            for (k, &stride) in self.inner[t].iter().enumerate() {
                offset += at(step + 1 + k) * stride as i64;
            }
        }
        offset as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;
    use crate::meaning::graph::{
        Append, Index, IndexExpr, InputId, Interval, Source, State, StateId,
    };

    /// Steps 3 and heads 2, a cache seeded with 1 entry, one that never grows, and one empty.
    fn graph() -> Graph {
        let index = |name: &str, domain| Index {
            name: name.into(),
            span: Span::default(),
            domain,
            first: 0,
            over: None,
        };
        let cache = |state| Domain::Cache {
            state: StateId(state),
            step: IndexId(1),
        };
        let state = |seeded, append| State {
            name: "keys".into(),
            span: Span::default(),
            seeds: Vec::new(),
            tiles: Vec::new(),
            carried: false,
            seeded,
            element: vec![],
            range: Interval::new(0, 1),
            append,
        };
        let append = Append {
            source: Some(Source::Input(InputId(0))),
            at: vec![IndexExpr::Index(IndexId(1))],
            outer: Vec::new(),
            step: IndexId(1),
            span: Span::default(),
        };
        Graph {
            states: vec![state(1, Some(append)), state(2, None), state(0, None)],
            indices: vec![
                index("h", Domain::Static(2)),
                index("t", Domain::Static(3)),
                index("j", cache(0)),
                index("i", cache(0)),
                index("k", cache(1)),
                index("n", cache(2)),
            ],
            ..Graph::default()
        }
    }

    #[test]
    fn points_are_lexicographic_and_stored_without_gaps() {
        let graph = graph();
        let spaces: [(&[u32], usize); 9] = [
            (&[], 1),
            (&[0, 1], 6),
            (&[1, 2], 2 + 3 + 4),
            (&[0, 1, 2], 2 * 9),
            (&[1, 0, 2], 2 * 9),
            (&[1, 2, 3], 4 + 9 + 16),
            (&[0, 1, 2, 4, 3], 2 * 2 * 29),
            (&[1, 4], 6),
            (&[1, 5, 2], 0),
        ];
        for (space, count) in spaces {
            let space: Vec<IndexId> = space.iter().copied().map(IndexId).collect();
            let layout = Layout::new(&graph, &space);
            assert_eq!(layout.len(), count);
            assert_eq!(count_points(&graph, &space), count as u64);
            let (mut seen, mut last) = (0, None);
            for_each_point(&graph, &space, |at| {
                assert_eq!(layout.offset(|k| at[k]), seen);
                assert!(last
                    .as_ref()
                    .is_none_or(|last: &Vec<i64>| last.as_slice() < at));
                last = Some(at.to_vec());
                seen += 1;
            });
            assert_eq!(seen, count);
        }
    }
}
