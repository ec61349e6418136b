//! Carried states: declared with a range, read as the iteration before has left them, and replaced
//! at the end of an iteration (spec 3.10).

use super::append::Appended;
use super::dimension::Dimension;
use super::scope::Symbol;
use super::{Checker, Frame, Growth, Repeats, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::product;
use crate::meaning::graph::{
    Append, Domain, ExprId, Index, IndexExpr, IndexId, Interval, Place, Source, State, StateId,
    Tile, TileDimension,
};
use crate::syntax::ast::{self, Expr, ExprKind as Written, Name};

/// What a cache of a layer begins with, and where it lies in it.
pub(super) struct LayerSeed {
    pub(super) source: Source,
    pub(super) tile: Tile,
    pub(super) entries: u64,
    pub(super) element: Vec<u64>,
    pub(super) range: Interval,
}

impl Checker<'_> {
    pub(super) fn carried_state(&mut self, state: &ast::State, range: &ast::Range) {
        let name = &state.name;
        match self.carried_parts(state, range) {
            Some((held, by)) => {
                let id = StateId(self.graph.states.len() as u32);
                if self.define(name, Symbol::Carried(id)) {
                    self.named
                        .entry(name.text.clone())
                        .or_default()
                        .push(crate::meaning::graph::Member::State(id));
                    self.growth.push(Growth {
                        by,
                        appended: false,
                        outer: self.loop_indices(),
                    });
                    self.graph.states.push(held);
                }
            }
            None => self.define_wrong(name),
        }
    }

    /// The state as it begins, and the loop that replaces it.
    fn carried_parts(
        &mut self,
        state: &ast::State,
        range: &ast::Range,
    ) -> Option<(State, Option<(usize, Span)>)> {
        let name = &state.name;
        let element = self.shape_of(name, &state.shape, 1);
        let interval = self.range(range).and_then(|interval| {
            let what = format!("the range of `{}`", name.text);
            self.fits_alone(&what, interval, range.span)?;
            Some(interval)
        });
        let Some(seed) = &state.seed else {
            self.report(
                Diagnostic::new(
                    "E052",
                    format!("`{}` is carried, and begins with nothing", name.text),
                )
                .at(
                    state.span,
                    "has a range, so that every iteration replaces it",
                )
                .hint(format!(
                    "say what the first iteration reads: `state {} : lo..hi = 0`",
                    name.text
                ))
                .hint("a cache, which grows, has no range"),
            );
            return None;
        };
        let by = self.first_append(&name.text, true);
        let lost = self.lost.names.contains(&name.text);
        if by.is_none() && !lost && !self.appended_anywhere(&name.text) {
            self.never_taken(name, true);
            return None;
        }
        let (element, interval) = (element?, interval?);
        let source = self.carried_seed(name, seed, &element, (interval, range.span))?;
        let fixed = |from, place| TileDimension { from, place };
        let element = [self.graph.space_sizes(&self.loop_indices()), element].concat();
        let places = (0..element.len()).map(|place| fixed(0, Some(place)));
        let held = State {
            name: name.text.clone(),
            span: name.span,
            seeds: vec![source],
            tiles: vec![Tile([fixed(0, None)].into_iter().chain(places).collect())],
            carried: true,
            seeded: 1,
            element,
            range: interval,
            append: None,
        };
        Some((held, by))
    }

    /// What a carried state begins with: a tensor of its shape, or a constant.
    fn carried_seed(
        &mut self,
        name: &Name,
        seed: &Expr,
        element: &[u64],
        (range, declared_at): (Interval, Span),
    ) -> Option<Source> {
        let tensor = match &seed.kind {
            Written::Name(tensor) => match self.resolve(tensor)? {
                (Symbol::Param(_), _) => None,
                _ => Some(tensor),
            },
            _ => None,
        };
        let Some(tensor) = tensor else {
            let known = self.diagnostics.len();
            let Some(value) = self.integer(seed) else {
                if let Some(error) = self.diagnostics.get_mut(known) {
                    error.hints = vec![
                        "a state begins with a constant, or with a tensor of its shape: define what it begins \
                         with as a value before it, and write its name"
                            .into(),
                    ];
                }
                return None;
            };
            let own = self.element_space(element, name.span);
            let space = [self.loop_indices(), own].concat();
            let expr = self.constant(value.into(), seed.span)?;
            let within = (!range.contains(value.into())).then_some(range);
            let ranges = [None, within];
            let value = self.held_in(name, seed.span, (space, expr), ranges, declared_at)?;
            return Some(Source::Value(self.add_value(value)));
        };
        let found = self.appended(tensor, "E048")?;
        let sizes = found.dims.iter().map(|dimension| match dimension.domain {
            Domain::Static(size) => Some(size),
            Domain::Cache { .. } | Domain::Growing { .. } => None,
        });
        let sizes: Option<Vec<u64>> = sizes.collect();
        let turned = found
            .layout
            .as_ref()
            .is_some_and(|layout| !layout.is_sorted());
        if sizes.as_deref() != Some(element) || turned {
            let has = match (&sizes, turned) {
                (Some(_), true) => "has its positions turned around".to_owned(),
                (Some(sizes), false) => format!("has the shape {sizes:?}"),
                (None, _) => "has not the same positions everywhere".to_owned(),
            };
            self.report(
                Diagnostic::new(
                    "E048",
                    format!("`{}` cannot begin with `{}`", name.text, tensor.text),
                )
                .at(seed.span, has)
                .also(name.span, format!("has the shape {element:?}"))
                .hint("a carried state begins with a tensor of its own shape, or with a constant"),
            );
            return None;
        }
        let at = found.implicit.iter().copied().map(IndexExpr::Index);
        let at: Vec<IndexExpr> = at.collect();
        // One of each iteration of the loops around the state.
        let whole = found.implicit.len() == self.frames.len();
        let entry = (&found, &at[..], element);
        self.within(name, entry, seed.span, (range, declared_at), whole)
            .map(|(source, _)| source)
    }

    /// What a cache of a layer begins with: entries of each layer, or the same for all.
    pub(super) fn seed_of_layer(&mut self, name: &Name, seed: &Expr) -> Option<LayerSeed> {
        let Written::Name(tensor) = &seed.kind else {
            self.no_seed(name, seed);
            return None;
        };
        let found = self.appended(tensor, "E048")?;
        let sizes = found.dims.iter().map(|dimension| match dimension.domain {
            Domain::Static(size) if dimension.first == 0 => Some(size),
            _ => None,
        });
        let sizes: Option<Vec<u64>> = sizes.collect();
        let sorted = found.layout.as_ref().is_none_or(|it| it.is_sorted());
        let Some(sizes) = sizes.filter(|sizes| !sizes.is_empty() && sorted) else {
            self.report(
                Diagnostic::new("E048", format!("`{}` cannot seed a cache", tensor.text))
                    .at(seed.span, "has not the shape [entries, ...]")
                    .also(found.span, "defined here")
                    .hint("a seed is an input, value or output of shape [entries, ...]; or write `empty`"),
            );
            return None;
        };
        let at: Vec<IndexExpr> = found
            .implicit
            .iter()
            .copied()
            .map(IndexExpr::Index)
            .collect();
        let whole = found.implicit.len() == self.frames.len();
        let range = (found.range, found.span);
        let (source, _) = self.within(name, (&found, &at, &sizes), seed.span, range, whole)?;
        let loops = self.loop_indices();
        let fixed = |place| TileDimension {
            from: 0,
            place: Some(place),
        };
        let places = [loops.len()].into_iter().chain(0..loops.len());
        let places = places.chain(loops.len() + 1..loops.len() + sizes.len());
        Some(LayerSeed {
            source,
            tile: Tile(places.map(fixed).collect()),
            entries: sizes[0],
            element: [self.graph.space_sizes(&loops), sizes[1..].to_vec()].concat(),
            range: found.range,
        })
    }

    /// Indices over the elements of an entry.
    fn element_space(&mut self, element: &[u64], span: Span) -> Vec<IndexId> {
        let first = self.graph.indices.len() as u32;
        self.graph.indices.extend(element.iter().map(|&size| Index {
            name: "element".into(),
            span,
            domain: Domain::Static(size),
            first: 0,
            over: None,
        }));
        (first..first + element.len() as u32).map(IndexId).collect()
    }

    /// What replaces or begins a state, in its range: as it is where its interval says so, and else
    /// as a value that declares the range.
    fn within(
        &mut self,
        name: &Name,
        (entry, at, element): (&Appended, &[IndexExpr], &[u64]),
        span: Span,
        (range, declared_at): (Interval, Span),
        whole: bool,
    ) -> Option<(Source, Vec<IndexExpr>)> {
        let within = range.meet(entry.range) == Some(entry.range);
        if within && whole {
            return Some((entry.from, at.to_vec()));
        }
        let loops = self.loop_indices();
        let rest = self.element_space(element, name.span);
        let subscripts = at
            .iter()
            .cloned()
            .chain(rest.iter().copied().map(IndexExpr::Index));
        let subscripts = subscripts.map(Place::Known).collect();
        let expr = self.read(entry.from, subscripts, span)?;
        let lead = loops.iter().copied().map(IndexExpr::Index).collect();
        let space = [loops, rest].concat();
        let ranges = [None, (!within).then_some(range)];
        let value = self.held_in(name, span, (space, expr), ranges, declared_at)?;
        Some((Source::Value(self.add_value(value)), lead))
    }

    /// Where a carried state stands that is read here: in its loop the entry that the iteration begins
    /// with, after it the last one. Before the loop it is the seed.
    fn here(&self, id: StateId) -> (Source, Option<IndexExpr>) {
        let (growth, state) = (&self.growth[id.index()], self.graph.state(id));
        let by = growth.by.map(|(by, _)| by);
        let open = self.frames.iter().find(|frame| by == Some(frame.at));
        let entry = match (open, &state.append) {
            (Some(frame), _) => IndexExpr::Index(frame.index),
            (None, Some(append)) => {
                IndexExpr::Constant(self.graph.space_sizes(&[append.step])[0] as i64)
            }
            (None, None) => return (state.seeds[0], None),
        };
        (Source::State(id), Some(entry))
    }

    /// Reads an element of a carried state.
    pub(super) fn carried_element(
        &mut self,
        id: StateId,
        name: &Name,
        declared: Span,
        (at, subscripts): (&[Expr], Vec<Option<Place>>),
        span: Span,
    ) -> Option<ExprId> {
        let outer = self.growth[id.index()].outer.clone();
        let sizes = self.graph.state(id).element[outer.len()..].to_vec();
        let sizes: Vec<Dimension> = sizes.into_iter().map(Dimension::of_size).collect();
        let own = self.subscripts_in(name, declared, at, subscripts, &sizes, span)?;
        let (source, entry) = self.here(id);
        let lead = outer.into_iter().map(IndexExpr::Index);
        let lead = entry.into_iter().chain(lead).map(Place::Known);
        let full = lead.chain(own).collect();
        self.read(source, full, span)
    }

    /// A carried state, as it is here, as a value: for another state to begin with, to be replaced
    /// by, or to grow by.
    pub(super) fn carried_value(&mut self, id: StateId, name: &Name) -> Option<Appended> {
        let State {
            element,
            range,
            span,
            ..
        } = self.graph.state(id).clone();
        let loops = self.loop_indices();
        let outer = self.growth[id.index()].outer.clone();
        let element = element[outer.len()..].to_vec();
        let rest = self.element_space(&element, name.span);
        let (source, entry) = self.here(id);
        let rest_at = outer.iter().chain(&rest).copied().map(IndexExpr::Index);
        let at = entry.into_iter().chain(rest_at).map(Place::Known).collect();
        let expr = self.read(source, at, name.span)?;
        let space = [&loops[..], &rest].concat();
        let value = self.held_in(name, name.span, (space, expr), [None, None], span)?;
        Some(Appended {
            from: Source::Value(self.add_value(value)),
            dims: element.into_iter().map(Dimension::of_size).collect(),
            range,
            span,
            implicit: loops,
            layout: None,
        })
    }

    /// `state <- source[at]` of a carried state, which is declared at `declared`.
    pub(super) fn replace(
        &mut self,
        (id, state, declared): (StateId, &Name, Span),
        source: &Name,
        at: &[Expr],
        span: Span,
    ) -> Option<()> {
        let text = &state.text;
        let outer = self.growth[id.index()].outer.clone();
        let inner = self.frames.last();
        let Some(&Frame {
            index: step,
            at: number,
            ..
        }) = inner
            .filter(|frame| frame.kind != Repeats::For && self.frames.len() == outer.len() + 1)
        else {
            let hint = match self.frames.is_empty() {
                true => "move it into a `step` or a `layer`",
                false if self.is_of_a_layer(&outer) => {
                    "declare it in the layer: it is then one of each layer"
                }
                false if self.frames.iter().all(|frame| frame.kind == Repeats::For) => {
                    "a `for` carries nothing from one iteration to the next: make it a `step` or a `layer`"
                }
                false => "move it out of the inner loop",
            };
            self.report(
                Diagnostic::new(
                    "E042",
                    format!("`{text}` is replaced once an iteration, directly inside its loop"),
                )
                .at(span, "not here")
                .also(declared, "a `step` or a `layer` carries it")
                .hint(hint),
            );
            return None;
        };
        let growth = &self.growth[id.index()];
        let first = growth.by.map_or(declared, |(_, span)| span);
        if growth.by.is_some_and(|(by, _)| by != number) {
            self.report(
                Diagnostic::new("E045", format!("two loops replace `{text}`"))
                    .at(span, "this loop replaces it too")
                    .also(first, "the first one, here")
                    .hint(format!(
                        "declare a state for each loop: the second may begin with the first, \
                         `state other : lo..hi = {text}`"
                    )),
            );
            return None;
        }
        if growth.appended {
            self.report(
                Diagnostic::new(
                    "E043",
                    format!("`{text}` is replaced twice in an iteration"),
                )
                .at(span, "replaced again")
                .also(first, "first here")
                .hint("all reads are of the value before: replace it once, by what is to be left"),
            );
            return None;
        }
        let (entry, at, rest) = self.entry_of(source, at, span)?;
        let element = [self.graph.space_sizes(&outer), rest.clone()].concat();
        let held = self.graph.state(id);
        if held.element != element {
            let expected = format!("has the shape {:?}", &held.element[outer.len()..]);
            self.report(
                Diagnostic::new("E047", format!("this does not have the shape of `{text}`"))
                    .at(span, format!("has the shape {rest:?}"))
                    .also(declared, expected)
                    .hint("choose the subscripts so that the rest has that shape"),
            );
            return None;
        }
        let range = held.range;
        let steps = self.graph.space_sizes(&[step])[0];
        let elements = product([steps + 1].iter().chain(&element).copied());
        if i128::from(elements) > MAX_SIZE {
            self.report(
                Diagnostic::new("E015", format!("`{text}` becomes too large"))
                    .at(span, format!("is replaced {steps} times"))
                    .also(
                        declared,
                        format!("has {elements} elements over all iterations"),
                    )
                    .hint(format!(
                        "a state has at most {MAX_SIZE} elements over all iterations"
                    )),
            );
            return None;
        }
        let entry = (&entry, &at[..], &rest[..]);
        let (from, at) = self.within(state, entry, span, (range, declared), true)?;
        self.graph.states[id.index()].append = Some(Append {
            source: Some(from),
            at,
            outer,
            step,
            span,
        });
        self.growth[id.index()].appended = true;
        Some(())
    }
}
