//! Reading elements of tensors, caches and values (spec 3.3).

use super::dimension::Dimension;
use super::same::{Closed, Matcher};
use super::scope::Symbol;
use super::subscript::{runs_within, sizes, within};
use super::{Checker, OutputDefinition};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, ExprId, ExprKind, Index, IndexExpr, IndexId, Interval, Place, Source, ValueId,
};
use crate::meaning::index::{bounds, last_at, last_of};
use crate::syntax::ast::{Expr, Name};

impl Checker<'_> {
    /// Reads one element: of an input, a cache, a value or an output.
    pub(super) fn element(&mut self, name: &Name, at: &[Expr], span: Span) -> Option<ExprId> {
        let found = self.resolve(name);
        let subscripts: Vec<_> = at.iter().map(|expr| self.place(expr)).collect();
        let (symbol, declared) = found?;
        let (domains, implicit, source): (Vec<Dimension>, _, _) = match symbol {
            Symbol::Input(id) => {
                let input = self.graph.input(id);
                let domains = input.shape.iter().map(|&size| Dimension::of_size(size));
                (domains.collect(), Vec::new(), Source::Input(id))
            }
            Symbol::State(id) => {
                let entries = self.cache(id, name)?;
                let outer = self.growth[id.index()].outer.clone();
                let element = &self.graph.state(id).element[outer.len()..];
                let mut domains = vec![Dimension::from_0(entries)];
                domains.extend(element.iter().map(|&size| Dimension::of_size(size)));
                let mut at = self.subscripts_in(name, declared, at, subscripts, &domains, span)?;
                let outer = outer.into_iter().map(IndexExpr::Index);
                at.splice(1..1, outer.map(Place::Known));
                return self.read(Source::State(id), at, span);
            }
            Symbol::Carried(id) => {
                let subscripts = (at, subscripts);
                return self.carried_element(id, name, declared, subscripts, span);
            }
            Symbol::Value(id) => {
                let (implicit, own) = self.apart(symbol);
                let domains = own.iter().map(|&i| self.dimension(i));
                (domains.collect(), implicit, Source::Value(id))
            }
            Symbol::Fixed(id) | Symbol::Static(id) => {
                let (domains, implicit) = self.static_domains(id);
                (domains, implicit, Source::Static(id))
            }
            Symbol::Output(position) => {
                return self.output_element(position, name, at, subscripts, span)
            }
            Symbol::Parts(number) => {
                return self.element_of_parts(number, name, declared, at, subscripts, span)
            }
            Symbol::Param(_) | Symbol::Index(_) | Symbol::Table(_) | Symbol::Wrong => {
                let hint = match symbol {
                    Symbol::Table(_) => format!("look an entry up: `{}(...)`", name.text),
                    _ => "it takes no subscripts".to_owned(),
                };
                self.report(
                    Diagnostic::new("E019", format!("`{}` has no elements", name.text))
                        .at(name.span, format!("is {}", symbol.noun()))
                        .also(declared, "defined here")
                        .hint(hint),
                );
                return None;
            }
        };
        let own = self.subscripts_in(name, declared, at, subscripts, &domains, span)?;
        let implicit = implicit.into_iter().map(IndexExpr::Index);
        let mut full: Vec<_> = implicit.map(Place::Known).collect();
        full.extend(own);
        self.read(source, full, span)
    }

    /// Subscripts, as many as there are domains and each within its own (E020, E022, E023).
    pub(super) fn subscripts_in(
        &mut self,
        name: &Name,
        declared: Span,
        at: &[Expr],
        subscripts: Vec<Option<Place>>,
        domains: &[Dimension],
        span: Span,
    ) -> Option<Vec<Place>> {
        let text = &name.text;
        if subscripts.len() != domains.len() {
            let plural = |n: usize| {
                if n == 1 {
                    "1 subscript".to_owned()
                } else {
                    format!("{n} subscripts")
                }
            };
            let more = subscripts.len() > domains.len();
            let symbol = self.scopes.get(text).map(|(symbol, _)| symbol);
            let carried = matches!(symbol, Some(Symbol::Carried(_)));
            let given = matches!(symbol, Some(Symbol::Input(_) | Symbol::Fixed(_)));
            let hint = match self.after_its_loops(name) {
                None if carried && more => format!(
                    "a carried state has no subscript for its loop: in it `{text}` is what the iteration \
                     before has left, after it what the last has left; a value of the loop is read with its \
                     index first"
                ),
                Some(read) => format!(
                    "the indices of loops that have ended are its first subscripts: `{read}`"
                ),
                None if given => {
                    "an input has all its subscripts written, those of the enclosing loops too".into()
                }
                None => {
                    "the indices of enclosing loops are implicit; all others are written".into()
                }
            };
            self.report(
                Diagnostic::new("E020", format!("`{text}` takes {}", plural(domains.len())))
                    .at(span, format!("has {}", plural(subscripts.len())))
                    .also(declared, "defined here")
                    .hint(hint),
            );
            return None;
        }
        let mut from_0 = Vec::new();
        let mut right = true;
        for (position, subscript) in subscripts.into_iter().enumerate() {
            let (domain, place) = (domains[position], at[position].span);
            let shifted = subscript.and_then(|it| self.counted_from_0(it, domain, place));
            match shifted {
                Some(it) => {
                    right &= self.is_held(name, &it, &from_0)
                        || self.subscript_in(&it, domain, place, name, declared);
                    from_0.push(it);
                }
                None => right = false,
            }
        }
        right.then_some(from_0)
    }

    /// What an index is called, and what its positions are.
    pub(super) fn dimension(&self, index: IndexId) -> Dimension {
        let Index { domain, first, .. } = *self.graph.index(index);
        Dimension { domain, first }
    }

    /// A subscript as the graph has it: from 0.
    pub(super) fn counted_from_0(
        &mut self,
        subscript: Place,
        dimension: Dimension,
        span: Span,
    ) -> Option<Place> {
        let first = i128::from(dimension.first);
        match subscript {
            place if first == 0 => Some(place),
            Place::Known(subscript) => self.moved(subscript, -first, span).map(Place::Known),
            Place::Run(expr) => {
                let first = self.constant(first, span)?;
                self.sub(expr, first, span).map(Place::Run)
            }
        }
    }

    fn subscript_in(
        &mut self,
        subscript: &Place,
        dimension: Dimension,
        span: Span,
        name: &Name,
        declared: Span,
    ) -> bool {
        let Dimension { domain, first } = dimension;
        let first = i128::from(first);
        let text = &name.text;
        let range = match subscript {
            Place::Known(subscript) if within(&self.graph, subscript, domain) => return true,
            Place::Known(subscript)
                if self.lies_within(subscript, &last_of(&self.graph, domain)) =>
            {
                return true
            }
            Place::Known(subscript) => match bounds(&self.graph, subscript) {
                Ok(range) => range,
                Err(beyond) => {
                    self.report(beyond.diagnostic(span));
                    return false;
                }
            },
            Place::Run(expr) if runs_within(&self.graph, *expr, domain) => return true,
            Place::Run(expr) => self.graph.expr(*expr).interval,
        };
        let range = range + Interval::point(first);
        let mut diagnostic = match domain {
            Domain::Static(size) => {
                Diagnostic::new("E022", format!("a subscript of `{text}` is out of bounds"))
                    .at(span, format!("goes over {range}"))
                    .also(
                        declared,
                        format!(
                            "this dimension has the positions {first}..={}",
                            first + i128::from(size) - 1
                        ),
                    )
            }
            Domain::Growing { with, .. } => {
                let with = &self.graph.index(with).name;
                Diagnostic::new("E022", format!("a subscript of `{text}` is out of bounds"))
                    .at(span, format!("goes over {range}"))
                    .also(
                        declared,
                        format!("how many positions there are grows with `{with}`"),
                    )
            }
            Domain::Cache { .. } => {
                let held = sizes(&self.graph, domain);
                let held = if held.lo == held.hi {
                    format!("holds {} entries", held.lo)
                } else {
                    format!(
                        "holds {} entries at the first step, {} at the last",
                        held.lo, held.hi
                    )
                };
                Diagnostic::new("E023", format!("`{text}` may not hold this entry yet"))
                    .at(span, format!("goes over {range}"))
                    .also(declared, held)
            }
        };
        diagnostic = match (subscript, domain) {
            (Place::Known(_), Domain::Static(_) | Domain::Growing { .. }) => diagnostic,
            (Place::Known(_), Domain::Cache { .. }) => diagnostic.hint(match self.after_its_loops(name) {
                Some(_) => "at another step than this it had other entries: reduce it in its loop, or read a position that every step has".to_owned(),
                None => format!("run over the entries that there are: `j in {text}`, or over a cache that grows with it"),
            }),
            (Place::Run(_), _) => {
                let most = first + sizes(&self.graph, domain).lo - 1;
                diagnostic.hint(format!(
                    "it is known only when the program runs, and has to lie in {first}..={most} \
                     whatever the inputs are: declare the range of what it is made of, write \
                     `clip(..., {first}, {most})`, or assert it before"
                ))
            }
        };
        if let (Place::Run(_), Domain::Cache { state, step }) = (subscript, domain) {
            let step = &self.graph.index(step).name;
            let last = match self.graph.state(state).seeded {
                0 => step.clone(),
                seeded => format!("{step} + {seeded}"),
            };
            diagnostic = diagnostic.hint(format!(
                "the smaller of two is within what is held if one of them is: `min(..., {last})`"
            ));
        }
        self.report(diagnostic);
        false
    }

    /// The value of an output that is defined, and its layout (E040).
    pub(super) fn defined_output(
        &mut self,
        position: usize,
        name: &Name,
        span: Span,
    ) -> Option<(ValueId, Vec<usize>)> {
        let output = &self.outputs[position];
        let declared = output.span;
        match &output.definition {
            OutputDefinition::Is { value, layout } => return Some((*value, layout.clone())),
            OutputDefinition::Wrong(_) => {}
            OutputDefinition::Missing | OutputDefinition::Parts(_)
                if self.defining.as_ref() == Some(&name.text) =>
            {
                let error = self.by_itself("E040", &name.text, span);
                self.report(error);
            }
            OutputDefinition::Missing | OutputDefinition::Parts(_) => self.report(
                Diagnostic::new(
                    "E040",
                    format!("the output `{}` is read before it is defined", name.text),
                )
                .at(span, "read here")
                .also(declared, "declared here")
                .hint("move its definition before its first use"),
            ),
        }
        None
    }

    /// Reads an output: by all its positions, after its definition (E040).
    fn output_element(
        &mut self,
        position: usize,
        name: &Name,
        at: &[Expr],
        subscripts: Vec<Option<Place>>,
        span: Span,
    ) -> Option<ExprId> {
        let (value, layout) = self.defined_output(position, name, span)?;
        let output = &self.outputs[position];
        let (declared, shape) = (output.span, output.shape.iter());
        let domains: Vec<_> = shape.map(|&size| Dimension::of_size(size)).collect();
        let own = self.subscripts_in(name, declared, at, subscripts, &domains, span)?;
        let mut full = own.clone();
        for (subscript, &place) in own.into_iter().zip(&layout) {
            full[place] = subscript;
        }
        self.at_its_point(name, value, &full, span)?;
        self.read(Source::Value(value), full, span)
    }

    /// Whether the leading subscripts of an output's value have the index of every loop that is
    /// open and defines it (E040): no other point of it is known yet.
    pub(super) fn at_its_point(
        &mut self,
        name: &Name,
        value: ValueId,
        full: &[Place],
        span: Span,
    ) -> Option<()> {
        let space = &self.graph.value(value).space;
        let open = |index: &IndexId| self.frames.iter().any(|frame| frame.index == *index);
        let elsewhere = |(place, index): &(usize, &IndexId)| {
            open(index) && full.get(*place) != Some(&Place::Known(IndexExpr::Index(**index)))
        };
        let Some((_, index)) = space.iter().enumerate().find(elsewhere) else {
            return Some(());
        };
        let bound = self.graph.index(*index);
        let (text, bound) = (bound.name.clone(), bound.span);
        self.report(
            Diagnostic::new(
                "E040",
                format!(
                    "`{}` is read at another point of the loop that defines it",
                    name.text
                ),
            )
            .at(span, format!("must stand at `{text}` itself here"))
            .also(bound, "in this loop")
            .hint("read other points after the loop"),
        );
        None
    }

    pub(super) fn read(&mut self, source: Source, at: Vec<Place>, span: Span) -> Option<ExprId> {
        let interval = match source {
            Source::Input(id) => self.graph.input(id).range,
            Source::State(id) => self.graph.state(id).range,
            Source::Static(_) | Source::Value(_) => self.known(source),
        };
        let known: Option<Vec<_>> = at.iter().map(|place| place.known().cloned()).collect();
        if let Source::Value(id) = source {
            match &known {
                Some(at) => self.defined_at(id, at, span)?,
                None => self.defined_whole(id, span)?,
            }
        }
        let kind = match known {
            Some(at) => ExprKind::Read { source, at },
            None => ExprKind::Pick { source, at },
        };
        self.push(kind, span, interval)
    }

    /// What is known of a value here: its interval, and the assertions that hold.
    pub(super) fn known(&self, source: Source) -> Interval {
        let own = match source {
            Source::Input(id) => self.graph.input(id).range,
            Source::State(id) => self.graph.state(id).range,
            Source::Value(id) => self.graph.value(id).interval,
            Source::Static(id) => self.graph.fixed(id).interval,
        };
        let said = self.narrowed.iter().filter(|(known, _)| *known == source);
        said.fold(own, |known, (_, interval)| {
            known.meet(*interval).unwrap_or(known)
        })
    }

    /// After an assertion: `expr`, if it reads a value over its whole scope, lies in `interval`.
    /// A condition on the assertion must be the value's own.
    pub(super) fn narrow(&mut self, expr: ExprId, interval: Interval, filter: Option<ExprId>) {
        let ExprKind::Read { source, at } = &self.graph.expr(expr).kind else {
            return;
        };
        // The indices that run over the whole of it, and its domains.
        let domain = |index: IndexId| (Some(index), self.graph.index(index).domain);
        let dims: Vec<(Option<IndexId>, Domain)> = match source {
            Source::Value(id) => {
                let space = self.graph.value(*id).space.iter();
                space.map(|&index| domain(index)).collect()
            }
            Source::Static(id) => {
                let space = &self.spaces[id.index()].0;
                match self.graph.fixed(*id).expr {
                    Some(_) => space.iter().map(|&index| domain(index)).collect(),
                    None => {
                        let domains = self.static_domains(*id).0;
                        let domains = domains.into_iter().map(|dim| (None, dim.domain));
                        domains.collect()
                    }
                }
            }
            Source::Input(_) | Source::State(_) => return,
        };
        let mut used = Vec::new();
        let dims: Vec<_> = dims.into_iter().collect();
        let stands: Vec<(IndexId, IndexExpr)> = dims
            .iter()
            .zip(at)
            .filter_map(|((own, _), subscript)| Some(((*own)?, subscript.clone())))
            .collect();
        for (subscript, (own, domain)) in at.iter().zip(dims) {
            let IndexExpr::Index(bound) = subscript else {
                return;
            };
            let whole = Some(*bound) == own
                || !self.frames.iter().any(|frame| frame.index == *bound)
                    && last_at(&self.graph, domain, &stands)
                        == Some(last_of(&self.graph, self.graph.index(*bound).domain));
            if !whole || used.contains(bound) {
                return;
            }
            used.push(*bound);
        }
        if let Some(filter) = filter {
            let Source::Value(id) = source else {
                return;
            };
            let value = self.graph.value(*id);
            let Some(own) = value.filter else {
                return;
            };
            let stands = value.space.iter().copied().zip(at.iter().cloned());
            let own = Closed {
                expr: own,
                at: stands.collect(),
            };
            if !Matcher::new(&self.graph, &self.shapes, &[]).same(&own, &Closed::plain(filter)) {
                return;
            }
        }
        let source = *source;
        self.narrowed.push((source, interval));
    }
}
