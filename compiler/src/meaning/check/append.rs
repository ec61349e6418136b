//! Appends: how a cache grows by one entry a step, and what a state is replaced by (spec 3.3, 3.10).

use super::dimension::Dimension;
use super::scope::Symbol;
use super::{Checker, Repeats, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::product;
use crate::meaning::graph::{Append, Domain, IndexExpr, IndexId, Interval, Place, Source, ValueId};
use crate::syntax::ast::{self, Name};

/// What entries are taken of: an input, a value or an output.
pub(super) struct Appended {
    pub(super) from: Source,
    /// Of its positions that are written: without the indices of loops around a value.
    pub(super) dims: Vec<Dimension>,
    pub(super) range: Interval,
    pub(super) span: Span,
    pub(super) implicit: Vec<IndexId>,
    /// Of an output: for each position, which index of its value runs over it.
    pub(super) layout: Option<Vec<usize>>,
}

impl Checker<'_> {
    pub(super) fn append(&mut self, state: &Name, source: &Name, at: &[ast::Expr], span: Span) {
        if self.append_parts(state, source, at, span).is_none() {
            // Readers of a cache whose append is wrong stay silent.
            let known = self.scopes.get(&state.text);
            if matches!(known, Some((Symbol::State(_) | Symbol::Carried(_), _))) {
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
        if let Symbol::Carried(id) = symbol {
            return self.replace((id, state, declared), source, at, span);
        }
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
        let outer = self.growth[id.index()].outer.clone();
        let (number, step) = match (self.open_step(), self.frames.len()) {
            (Some(open), depth) if depth == outer.len() + 1 => open,
            (open, _) => {
                let hint = if self.is_of_a_layer(&outer) {
                    "declare it in the layer: it is then one of each layer"
                } else if open.is_some() {
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
        if let Some((by, first)) = self.growth[id.index()].by {
            if by != number {
                self.report(
                    Diagnostic::new("E045", format!("`{text}` grows in two step loops"))
                        .at(span, "this loop appends too")
                        .also(first, "the first appends here")
                        .hint("declare a cache for each loop: `state other = empty`"),
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
        let (entry, at, rest) = self.entry_of(source, at, span)?;
        let element = [self.graph.space_sizes(&outer), rest].concat();
        let held = self.graph.state(id);
        if !held.seeds.is_empty() && held.element != element {
            let own = outer.len();
            let expected = format!(
                "its seed's entries have the shape {:?}",
                &held.element[own..]
            );
            self.report(
                Diagnostic::new(
                    "E047",
                    format!("this entry does not have the shape of `{text}`'s entries"),
                )
                .at(span, format!("has the shape {:?}", &element[own..]))
                .also(declared, expected)
                .hint("choose the subscripts so that the rest has that shape"),
            );
            return None;
        }
        let held = &mut self.graph.states[id.index()];
        held.range = if !held.seeds.is_empty() {
            held.range.hull(entry.range)
        } else {
            entry.range
        };
        held.element = element;
        held.append = Some(Append {
            source: Some(entry.from),
            at,
            outer,
            step,
            span,
        });
        let whole = held.range;
        let entries = self.graph.entries(id);
        let elements = product(self.graph.state_sizes(id));
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

    /// Whether it would grow here, or be replaced, if it were declared in the layer.
    pub(super) fn is_of_a_layer(&self, outer: &[IndexId]) -> bool {
        let kinds: Vec<Repeats> = self.frames.iter().map(|frame| frame.kind).collect();
        outer.is_empty() && kinds == [Repeats::Layer, Repeats::Step]
    }

    /// What stands right of an arrow: what it is of, at which leading subscripts, and the shape of
    /// what is left.
    pub(super) fn entry_of(
        &mut self,
        source: &Name,
        at: &[ast::Expr],
        span: Span,
    ) -> Option<(Appended, Vec<IndexExpr>, Vec<u64>)> {
        let entry = self.appended(source, "E050")?;
        let subscripts = at.iter().map(|expr| self.appended_at(expr));
        let subscripts: Vec<_> = subscripts.map(|at| at.map(Place::Known)).collect();
        let (count, declared_at) = (subscripts.len(), entry.span);
        let (lead, rest) = entry.dims.split_at(count.min(entry.dims.len()));
        let own = self.subscripts_in(source, declared_at, at, subscripts, lead, span)?;
        let own = own.iter().filter_map(Place::known).cloned().collect();
        let element = self.element_shape(source, rest, declared_at)?;
        let at = self.leading(source, &entry, own, span)?;
        Some((entry, at, element))
    }

    /// What an append may take an entry of; what may not has an error of this code.
    pub(super) fn appended(&mut self, source: &Name, code: &'static str) -> Option<Appended> {
        match self.resolve(source)? {
            (Symbol::Input(id), span) => {
                let input = self.graph.input(id);
                let dims = input.shape.iter().map(|&size| Dimension::of_size(size));
                Some(Appended {
                    from: Source::Input(id),
                    dims: dims.collect(),
                    range: input.range,
                    span,
                    implicit: Vec::new(),
                    layout: None,
                })
            }
            (Symbol::Value(id), span) if self.graph.value(id).filter.is_some() => {
                let what = format!("`{}` has no element at some points", source.text);
                self.report(
                    Diagnostic::new(code, what)
                        .at(source.span, "is not one whole entry a step")
                        .also(span, "defined for some points alone")
                        .hint("define it at every point, and append that"),
                );
                None
            }
            (Symbol::Value(id), span) => {
                let (implicit, own) = self.apart(Symbol::Value(id));
                let dims = own.iter().map(|&index| self.dimension(index));
                Some(Appended {
                    from: Source::Value(id),
                    dims: dims.collect(),
                    range: self.appendable(id),
                    span,
                    implicit,
                    layout: None,
                })
            }
            (symbol @ (Symbol::Fixed(id) | Symbol::Static(id)), span) => {
                let value = self.as_value(id);
                let (implicit, own) = match symbol {
                    Symbol::Static(_) => self.apart(symbol),
                    _ => (Vec::new(), self.graph.value(value).space.clone()),
                };
                let dims = own.iter().map(|&index| self.dimension(index));
                Some(Appended {
                    from: Source::Value(value),
                    dims: dims.collect(),
                    range: self.known(Source::Static(id)),
                    span,
                    implicit,
                    layout: None,
                })
            }
            (Symbol::Output(position), span) => {
                let (id, layout) = self.defined_output(position, source, source.span)?;
                let shape = self.outputs[position].shape.iter();
                Some(Appended {
                    from: Source::Value(id),
                    dims: shape.map(|&size| Dimension::of_size(size)).collect(),
                    range: self.known(Source::Value(id)),
                    span,
                    implicit: Vec::new(),
                    layout: Some(layout),
                })
            }
            (Symbol::Carried(id), _) => self.carried_value(id, source),
            (symbol, span) => {
                let what = match code {
                    "E050" => format!("`{}` cannot be appended to a cache", source.text),
                    _ => format!("nothing can begin with `{}`", source.text),
                };
                self.report(
                    Diagnostic::new(code, what)
                        .at(source.span, format!("is {}", symbol.noun()))
                        .also(span, "defined here")
                        .hint(
                            "take an input, a value or an output; give anything else a name first",
                        ),
                );
                None
            }
        }
    }

    /// What is known of a value whose column is appended: nothing more of one that has none.
    fn appendable(&self, id: ValueId) -> Interval {
        let own = self.graph.value(id).interval;
        match own.fits() {
            true => self.known(Source::Value(id)),
            false => own,
        }
    }

    /// The leading subscripts of what is appended; behind them an entry's elements follow in their
    /// own order.
    fn leading(
        &mut self,
        source: &Name,
        entry: &Appended,
        own: Vec<IndexExpr>,
        span: Span,
    ) -> Option<Vec<IndexExpr>> {
        let (Some(layout), Source::Value(id)) = (&entry.layout, entry.from) else {
            let implicit = entry.implicit.iter().copied().map(IndexExpr::Index);
            return Some(implicit.chain(own).collect());
        };
        let (lead, rest) = layout.split_at(own.len());
        if !rest.iter().copied().eq(own.len()..layout.len()) {
            self.report(
                Diagnostic::new(
                    "E047",
                    format!("the positions of `{}` are turned around", source.text),
                )
                .at(
                    span,
                    "its elements are not in the order of its definition's indices",
                )
                .also(entry.span, "declared here")
                .hint("define a value in the order that the entry is to have, and append that"),
            );
            return None;
        }
        let mut at = own.clone();
        for (&place, subscript) in lead.iter().zip(own) {
            at[place] = subscript;
        }
        let places: Vec<Place> = at.iter().cloned().map(Place::Known).collect();
        self.at_its_point(source, id, &places, span)?;
        Some(at)
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
                Domain::Cache { .. } | Domain::Growing { .. } => None,
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
                .at(
                    source.span,
                    "has not the same number of positions at every step",
                )
                .also(declared, "defined here")
                .hint("reduce it over the cache first"),
            );
        }
        sizes
    }
}
