//! Statements: loops, appends, definitions, assertions (spec 3.3).

use super::scope::Symbol;
use super::{Checker, Frame, OutputDefinition};
use crate::ast::{self, Comparison, Define, Loop, Name, Statement, Subscript};
use crate::diagnostic::{Diagnostic, Span};
use crate::graph::{
    Append, Assert, Domain, ExprId, IndexExpr, IndexId, Interval, Source, Value, ValueId,
};

impl Checker<'_> {
    pub(super) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Step(inner) => self.step(inner),
            Statement::For(inner) => self.repeat(inner, None),
            Statement::Append {
                state,
                source,
                at,
                span,
            } => self.append(state, source, at, *span),
            Statement::Define(define) => self.definition(define),
            Statement::Assert(assert) => self.assert(assert),
        }
    }

    fn step(&mut self, step: &Loop) {
        if let Some(outer) = self.frames.first() {
            let span = self.graph.index(outer.index).span;
            self.report(
                Diagnostic::new("E041", "a `step` stands at the top level of the circuit")
                    .at(step.binder.index.span, "inside another loop")
                    .also(span, "this one")
                    .hint("use `for` inside a step"),
            );
            self.skip(&step.body);
            return;
        }
        let number = self.steps;
        self.steps += 1;
        self.repeat(step, Some(number));
    }

    fn repeat(&mut self, repeated: &Loop, step: Option<usize>) {
        self.scopes.open();
        let known = self.narrowed.len();
        if let Some(index) = self.bind(&repeated.binder) {
            if step.is_some() && !matches!(self.graph.index(index).domain, Domain::Static(_)) {
                unreachable!("a cache cannot be read outside a step");
            }
            self.frames.push(Frame { index, step });
            for statement in &repeated.body {
                self.statement(statement);
            }
            self.frames.pop();
        } else {
            self.skip(&repeated.body);
        }
        self.narrowed.truncate(known);
        self.scopes.close();
    }

    /// Passes over statements whose loop is wrong: what they define is wrong too.
    fn skip(&mut self, statements: &[Statement]) {
        for statement in statements {
            match statement {
                Statement::Define(define) => {
                    let name = &define.name;
                    match self.scopes.get(&name.text) {
                        Some((Symbol::Output(position), _)) => {
                            let output = &mut self.outputs[position];
                            if matches!(output.definition, OutputDefinition::Missing) {
                                output.definition = OutputDefinition::Wrong(name.span);
                            }
                        }
                        _ => {
                            self.wrong.insert(name.text.clone());
                        }
                    }
                }
                Statement::Append { state, .. } => self.scopes.replace(&state.text, Symbol::Wrong),
                Statement::Step(inner) | Statement::For(inner) => self.skip(&inner.body),
                Statement::Assert(_) => {}
            }
        }
    }

    fn append(&mut self, state: &Name, source: &Name, at: &[ast::Expr], span: Span) {
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
        if held.seed.is_some() && held.element != element {
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
        held.range = if held.seed.is_some() {
            held.range.hull(range)
        } else {
            range
        };
        held.element = element;
        held.append = Some(Append {
            source: from,
            at: full,
            step,
            span,
        });
        let whole = held.range;
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
    ) -> Option<(Source, Vec<Domain>, Interval, Span, Vec<IndexId>)> {
        match self.resolve(source)? {
            (Symbol::Input(id), span) => {
                let input = self.graph.input(id);
                let dims = input
                    .shape
                    .iter()
                    .map(|&size| Domain::Static(size))
                    .collect();
                Some((Source::Input(id), dims, input.range, span, Vec::new()))
            }
            (Symbol::Value(id), span) => {
                let space = self.graph.value(id).space.clone();
                let dims = space
                    .iter()
                    .map(|&index| self.graph.index(index).domain)
                    .collect();
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
        dims: &[Domain],
        declared: Span,
    ) -> Option<Vec<u64>> {
        let sizes: Option<Vec<u64>> = dims
            .iter()
            .map(|domain| match domain {
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

    fn definition(&mut self, define: &Define) {
        self.told.clear();
        let name = &define.name;
        let output = match self.scopes.get(&name.text) {
            Some((Symbol::Output(position), _)) => Some(position),
            _ => None,
        };
        match output {
            Some(position) => self.output(define, position),
            None => match self.value(define) {
                Some(value) => {
                    let id = self.add_value(value);
                    if !self.define(name, Symbol::Value(id)) {
                        self.wrong.insert(name.text.clone());
                    }
                }
                None => self.define_wrong(name),
            },
        }
    }

    fn add_value(&mut self, value: Value) -> ValueId {
        let id = ValueId(self.graph.values.len() as u32);
        self.named.entry(value.name.clone()).or_default().push(id);
        self.implicit.push(self.frames.len());
        self.graph.values.push(value);
        id
    }

    fn loop_indices(&self) -> Vec<IndexId> {
        self.frames.iter().map(|frame| frame.index).collect()
    }

    fn value(&mut self, define: &Define) -> Option<Value> {
        self.scopes.open();
        let mut space = Some(self.loop_indices());
        for subscript in &define.subscripts {
            match subscript {
                Subscript::Binds(binder) => match (self.bind(binder), &mut space) {
                    (Some(index), Some(space)) => space.push(index),
                    _ => space = None,
                },
                Subscript::Bound(index) => {
                    self.loop_index_on_left(define, index);
                    space = None;
                }
            }
        }
        let value = self.body(define, space, None);
        self.scopes.close();
        value
    }

    fn loop_index_on_left(&mut self, define: &Define, index: &Name) {
        let name = &define.name.text;
        let Some((symbol, span)) = self.resolve(index) else {
            return;
        };
        let diagnostic = Diagnostic::new(
            "E051",
            format!("`{}` is not bound by this definition", index.text),
        )
        .at(index.span, "stands alone")
        .also(span, "defined here");
        self.report(match symbol {
            Symbol::Index(_) => diagnostic.hint(format!(
                "the loop's index is implicit in `{name}`: leave it out, here and where `{name}` is read"
            )),
            _ => diagnostic.hint(format!("bind an index: `{name}[i in {}]`", index.text)),
        });
    }

    /// The right-hand side, over `space`. The scope holds the indices.
    fn body(
        &mut self,
        define: &Define,
        space: Option<Vec<IndexId>>,
        ranged: Option<Interval>,
    ) -> Option<Value> {
        let name = &define.name;
        let own = match &define.range {
            Some(range) => self.range(range).map(Some),
            None => Some(None),
        };
        let expr = self.expr(&define.expr);
        let (own, expr, space) = (own?, expr?, space?);
        let computed = self.interval(expr);
        self.fits(
            &format!("`{}`", name.text),
            define.expr.span,
            computed,
            &[expr],
        )?;
        let mut interval = computed;
        let mut declared: Option<Interval> = None;
        for range in [ranged, own].into_iter().flatten() {
            let span = define.range.as_ref().map_or(name.span, |range| range.span);
            let Some(common) = interval.meet(range) else {
                let mut diagnostic = Diagnostic::new(
                    "E035",
                    format!("`{}` can never lie in its declared range", name.text),
                )
                .at(define.expr.span, format!("lies in {computed}"))
                .also(span, format!("declared to lie in {range}"));
                diagnostic.secondary.extend(self.causes(&[expr]));
                self.report(diagnostic.hint("declare a range that its values can reach"));
                return None;
            };
            interval = common;
            declared = Some(declared.map_or(range, |known| known.meet(range).unwrap_or(common)));
        }
        if let Some(range) = declared {
            let reach = Interval::new(range.lo.max(computed.lo), range.hi.min(computed.hi));
            self.equal(
                &format!("the declared range of `{}`", name.text),
                name.span,
                ("its value", computed),
                ("its range", reach),
                &[expr],
            )?;
        }
        Some(Value {
            name: name.text.clone(),
            span: name.span,
            space,
            expr,
            declared,
            interval,
            output: None,
        })
    }

    fn output(&mut self, define: &Define, position: usize) {
        let earlier = match self.outputs[position].definition {
            OutputDefinition::Missing => None,
            OutputDefinition::Wrong(span) => Some(span),
            OutputDefinition::Is { value, .. } => Some(self.graph.value(value).span),
        };
        if let Some(earlier) = earlier {
            self.report(
                Diagnostic::new(
                    "E038",
                    format!("the output `{}` is defined twice", define.name.text),
                )
                .at(define.name.span, "defined again")
                .also(earlier, "first defined here")
                .hint("every element of an output is defined once"),
            );
            return;
        }
        self.scopes.open();
        let space = self.output_space(define, position);
        let ranged = self.outputs[position].range;
        let (space, layout) = space.unzip();
        let value = self.body(define, space, ranged);
        self.scopes.close();
        self.outputs[position].definition = match (value, layout) {
            (Some(value), Some(layout)) => OutputDefinition::Is {
                value: self.add_value(value),
                layout,
            },
            _ => OutputDefinition::Wrong(define.name.span),
        };
    }

    /// The space of an output's value, and which of its indices runs over each position (E039).
    fn output_space(
        &mut self,
        define: &Define,
        position: usize,
    ) -> Option<(Vec<IndexId>, Vec<usize>)> {
        let (name, declared) = (&define.name.text, self.outputs[position].span);
        let shape = self.outputs[position].shape.clone();
        let mut space = self.loop_indices();
        let mut layout = Vec::new();
        let mut spans = Vec::new();
        let mut right = true;
        for subscript in &define.subscripts {
            let (index, span) = match subscript {
                Subscript::Binds(binder) => {
                    let bound = self.bind(binder);
                    space.extend(bound);
                    (bound, binder.index.span.to(binder.domain.span))
                }
                Subscript::Bound(index) => match self.resolve(index) {
                    Some((Symbol::Index(id), _)) => (Some(id), index.span),
                    Some((symbol, at)) => {
                        self.report(
                            Diagnostic::new(
                                "E039",
                                format!("a position of `{name}` is not an index"),
                            )
                            .at(index.span, format!("is {}", symbol.noun()))
                            .also(at, "defined here")
                            .hint(format!("bind an index: `i in {}`", index.text)),
                        );
                        (None, index.span)
                    }
                    None => (None, index.span),
                },
            };
            spans.push(span);
            match index.and_then(|index| space.iter().position(|&known| known == index)) {
                Some(place) => layout.push(place),
                None => right = false,
            }
        }
        if !right {
            return None;
        }
        let problem = |message: String, span: Span, label: String| {
            Diagnostic::new("E039", message)
                .at(span, label)
                .also(declared, format!("declared with the shape {shape:?}"))
                .hint("an output is defined over all its positions, each once")
        };
        if layout.len() != shape.len() {
            self.report(problem(
                format!("`{name}` has {} positions", shape.len()),
                define.name.span,
                format!("defined over {}", layout.len()),
            ));
            return None;
        }
        for (place, &size) in shape.iter().enumerate() {
            let index = self.graph.index(space[layout[place]]);
            let (text, domain) = (index.name.clone(), index.domain);
            if layout[..place].contains(&layout[place]) {
                self.report(problem(
                    format!("`{text}` stands at two positions of `{name}`"),
                    spans[place],
                    "again here".to_owned(),
                ));
                return None;
            }
            let label = match domain {
                Domain::Static(points) if points == size => continue,
                Domain::Static(points) => {
                    format!("`{text}` runs over {points} points, this position has {size}")
                }
                Domain::Cache { .. } => {
                    format!("`{text}` runs over a cache, this position always has {size}")
                }
            };
            self.report(problem(
                format!("a position of `{name}` is not covered"),
                spans[place],
                label,
            ));
            return None;
        }
        if let Some(missing) = (0..space.len()).find(|place| !layout.contains(place)) {
            let index = self.graph.index(space[missing]);
            let (text, span) = (index.name.clone(), index.span);
            self.report(
                problem(
                    format!("`{name}` would be defined once for every `{text}`"),
                    define.name.span,
                    format!("`{text}` is not among its positions"),
                )
                .also(span, "this loop"),
            );
            return None;
        }
        Some((space, layout))
    }

    fn assert(&mut self, assert: &ast::Assert) {
        self.told.clear();
        self.scopes.open();
        let binders: Vec<_> = assert
            .binders
            .iter()
            .map(|binder| self.bind(binder))
            .collect();
        let (left, right) = (self.expr(&assert.left), self.expr(&assert.right));
        self.scopes.close();
        let binders: Option<Vec<_>> = binders.into_iter().collect();
        let (Some(left), Some(right), Some(binders)) = (left, right, binders) else {
            return;
        };
        let mut space = self.loop_indices();
        space.extend(binders);
        let (more, less, gap) = match assert.comparison {
            Comparison::AtLeast | Comparison::Equal => (left, right, 0),
            Comparison::More => (left, right, 1),
            Comparison::AtMost => (right, left, 0),
            Comparison::Less => (right, left, 1),
        };
        let both = assert.comparison == Comparison::Equal;
        let before = (self.interval(more), self.interval(less));
        if self
            .assert_at_least(more, less, gap, &space, assert.span)
            .is_none()
        {
            return;
        }
        if both
            && self
                .assert_at_least(less, more, 0, &space, assert.span)
                .is_none()
        {
            return;
        }
        self.narrow(more, Interval::new(before.1.lo + gap, before.0.hi));
        self.narrow(less, Interval::new(before.1.lo, before.0.hi - gap));
        if both {
            self.narrow(more, Interval::new(before.0.lo, before.1.hi));
            self.narrow(less, Interval::new(before.0.lo, before.1.hi));
        }
    }

    /// Adds `more >= less + gap` (E036 if it can never hold).
    fn assert_at_least(
        &mut self,
        more: ExprId,
        less: ExprId,
        gap: i128,
        space: &[IndexId],
        span: Span,
    ) -> Option<()> {
        let (above, below) = (self.interval(more), self.interval(less));
        if above.hi < below.lo + gap {
            let (left, right) = (self.graph.expr(more).span, self.graph.expr(less).span);
            let mut diagnostic = Diagnostic::new("E036", "this assertion can never hold")
                .at(span, "always false")
                .also(left, format!("lies in {above}"))
                .also(right, format!("lies in {below}"));
            diagnostic.secondary.extend(self.causes(&[more, less]));
            self.report(diagnostic);
            return None;
        }
        self.fits("one side of this assertion", span, above, &[more])?;
        self.fits("one side of this assertion", span, below, &[less])?;
        let slack = above - below - Interval::point(gap);
        self.fits(
            "the difference of this assertion's sides",
            span,
            slack,
            &[more, less],
        )?;
        let right = match gap {
            0 => less,
            gap => {
                let gap = self.constant(gap, span)?;
                self.add(less, gap, span)?
            }
        };
        self.graph.asserts.push(Assert {
            span,
            space: space.to_vec(),
            left: more,
            right,
        });
        Some(())
    }
}
