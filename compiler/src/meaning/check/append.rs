//! Appends: how a cache grows by one entry a step (spec 3.3).

use super::element::Dimension;
use super::scope::Symbol;
use super::{Checker, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::product;
use crate::meaning::graph::{Append, Domain, IndexExpr, IndexId, Interval, Source};
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    pub(super) fn append(&mut self, state: &Name, source: &Name, at: &[ast::Expr], span: Span) {
        if self.append_parts(state, source, at, span).is_none() {
            // Readers of a cache whose append is wrong stay silent.
            if matches!(self.scopes.get(&state.text), Some((Symbol::State(_), _))) {
                self.scopes.replace(&state.text, Symbol::Wrong);
                self.wrong.insert(state.text.clone());
            }
        }
    }

    fn append_parts(
        &mut self,
        state: &Name,
        source: &Name,
        at: &[ast::Expr],
        span: Span,
    ) -> Option<()> {
        let (symbol, declared) = self.resolve(state)?;
        let Symbol::State(id) = symbol else {
            self.report(
                Diagnostic::new(
                    "E050",
                    format!("nothing can be appended to `{}`", state.text),
                )
                .at(state.span, format!("is {}", symbol.noun()))
                .also(declared, "defined here")
                .hint(format!("declare a cache: `state {} = empty`", state.text)),
            );
            return None;
        };
        let text = &state.text;
        let (number, step) = match (self.open_step(), self.frames.len()) {
            (Some(open), 1) => open,
            (open, _) => {
                let hint = if open.is_some() {
                    "move it out of the inner loop"
                } else {
                    "move it into a `step` loop"
                };
                self.report(
                    Diagnostic::new(
                        "E042",
                        format!("an append to `{text}` stands directly inside a step"),
                    )
                    .at(span, "not here")
                    .also(declared, "this cache grows by one entry a step")
                    .hint(hint),
                );
                return None;
            }
        };
        if let Some((by, first)) = self.first_grower() {
            if by != number {
                self.report(
                    Diagnostic::new("E045", "two step loops append to caches")
                        .at(span, "this loop appends too")
                        .also(first, "the first appends here")
                        .hint("put everything that grows into one step loop"),
                );
                return None;
            }
        }
        if self.growth[id.index()].appended {
            let first = self.growth[id.index()]
                .by
                .map_or(declared, |(_, span)| span);
            self.report(
                Diagnostic::new("E043", format!("`{text}` is appended to twice in a step"))
                    .at(span, "appended to again")
                    .also(first, "first here")
                    .hint(
                        "a cache grows by one entry a step; declare another for the other entries",
                    ),
            );
            return None;
        }
        let (from, dims, range, source_span, implicit) = self.append_source(source)?;
        let subscripts: Vec<_> = at.iter().map(|expr| self.subscript(expr)).collect();
        let open = dims.len() - implicit.len();
        if subscripts.len() > open {
            let domains = &dims[implicit.len()..];
            self.subscripts_in(source, source_span, at, subscripts, domains, span);
            return None;
        }
        let lead = implicit.len() + subscripts.len();
        let own = self.subscripts_in(
            source,
            source_span,
            at,
            subscripts,
            &dims[implicit.len()..lead],
            span,
        )?;
        let element = self.element_shape(source, &dims[lead..], source_span)?;
        let held = self.graph.state(id);
        if !held.seeds.is_empty() && held.element != element {
            let expected = format!("its seed's entries have the shape {:?}", held.element);
            self.report(
                Diagnostic::new(
                    "E047",
                    format!("this entry does not have the shape of `{text}`'s entries"),
                )
                .at(span, format!("has the shape {element:?}"))
                .also(declared, expected)
                .hint("choose the subscripts so that the rest has that shape"),
            );
            return None;
        }
        let mut full: Vec<_> = implicit.into_iter().map(IndexExpr::Index).collect();
        full.extend(own);
        let held = &mut self.graph.states[id.index()];
        held.range = if !held.seeds.is_empty() {
            held.range.hull(range)
        } else {
            range
        };
        held.element = element;
        held.append = Some(Append {
            source: Some(from),
            at: full,
            step,
            span,
        });
        let whole = held.range;
        let steps = self.graph.space_sizes(&[step]);
        let held = &self.graph.states[id.index()];
        let entries = held.seeded + steps[0];
        let elements = product([entries].iter().chain(&held.element).copied());
        if i128::from(elements) > MAX_SIZE {
            self.report(
                Diagnostic::new("E015", format!("`{text}` becomes too large"))
                    .at(span, format!("holds {entries} entries in the end"))
                    .also(declared, format!("then has {elements} elements"))
                    .hint(format!("a cache has at most {MAX_SIZE} elements")),
            );
            return None;
        }
        self.growth[id.index()].appended = true;
        self.fits_alone(&format!("the range of `{text}`"), whole, span)
    }

    /// The step loop that appends to caches, and the first append.
    fn first_grower(&self) -> Option<(usize, Span)> {
        self.growth
            .iter()
            .filter_map(|growth| growth.by)
            .min_by_key(|(_, span)| *span)
    }

    /// What is appended: its domains, its range, where it is defined, its implicit indices.
    #[allow(clippy::type_complexity)]
    fn append_source(
        &mut self,
        source: &Name,
    ) -> Option<(Source, Vec<Dimension>, Interval, Span, Vec<IndexId>)> {
        match self.resolve(source)? {
            (Symbol::Input(id), span) => {
                let input = self.graph.input(id);
                let dims = input.shape.iter().map(|&size| Dimension::of_size(size));
                Some((
                    Source::Input(id),
                    dims.collect(),
                    input.range,
                    span,
                    Vec::new(),
                ))
            }
            (Symbol::Value(id), span) if self.graph.value(id).filter.is_some() => {
                let what = format!("`{}` has no element at some points", source.text);
                self.report(
                    Diagnostic::new("E050", what)
                        .at(source.span, "is not one whole entry a step")
                        .also(span, "defined for some points alone")
                        .hint("define it at every point, and append that"),
                );
                None
            }
            (Symbol::Value(id), span) => {
                let space = self.graph.value(id).space.clone();
                let dims = space.iter().map(|&index| self.dimension(index)).collect();
                let implicit = space[..self.implicit[id.index()]].to_vec();
                Some((Source::Value(id), dims, self.known(id), span, implicit))
            }
            (symbol, span) => {
                self.report(
                    Diagnostic::new(
                        "E050",
                        format!("`{}` cannot be appended to a cache", source.text),
                    )
                    .at(source.span, format!("is {}", symbol.noun()))
                    .also(span, "defined here")
                    .hint("append an input or a value; give anything else a name first"),
                );
                None
            }
        }
    }

    fn element_shape(
        &mut self,
        source: &Name,
        dims: &[Dimension],
        declared: Span,
    ) -> Option<Vec<u64>> {
        let sizes: Option<Vec<u64>> = dims
            .iter()
            .map(|dimension| match &dimension.domain {
                Domain::Static(size) => Some(*size),
                Domain::Cache { .. } => None,
            })
            .collect();
        if sizes.is_none() {
            self.report(
                Diagnostic::new(
                    "E047",
                    format!(
                        "entries of `{}` would differ in size from step to step",
                        source.text
                    ),
                )
                .at(source.span, "runs over a cache")
                .also(declared, "defined here")
                .hint("reduce it over the cache first"),
            );
        }
        sizes
    }
}
