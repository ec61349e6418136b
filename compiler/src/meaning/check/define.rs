//! Definitions of values and outputs (spec 3.3).

use super::scope::Symbol;
use super::{Checker, OutputDefinition};
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::graph::{Domain, ExprId, IndexId, Interval, Member, Value, ValueId};
use crate::syntax::ast::{Define, Expr, ExprKind, Item, Name, Subscript};

const BY_PARTS: &str = "a constant on the left makes a definition one by parts";

impl Checker<'_> {
    pub(super) fn definition(&mut self, define: &Define) {
        self.told.clear();
        self.ended.clear();
        let name = &define.name;
        self.defining = Some(name.text.clone());
        let before = self.graph.exprs.len();
        if let Some(count) = self.parts_of(name) {
            self.part(define, count);
            self.defining = None;
            return;
        }
        let output = match self.scopes.get(&name.text) {
            Some((Symbol::Output(position), _)) => Some(position),
            _ => None,
        };
        match output {
            Some(position) => self.output(define, position),
            None => match self.value(define) {
                Some(value) => {
                    let symbol = match self.static_value(&value, before) {
                        Some(id) => Symbol::Static(id),
                        None => Symbol::Value(self.add_value(value)),
                    };
                    if !self.define(name, symbol) {
                        self.wrong.insert(name.text.clone());
                    }
                }
                None => self.define_wrong(name),
            },
        }
        self.defining = None;
    }

    pub(super) fn add_value(&mut self, value: Value) -> ValueId {
        let id = ValueId(self.graph.values.len() as u32);
        let named = self.named.entry(value.name.clone()).or_default();
        named.push(Member::Value(id));
        self.implicit.push(self.frames.len());
        self.graph.values.push(value);
        id
    }

    fn value(&mut self, define: &Define) -> Option<Value> {
        self.scopes.open();
        let (bound, mark) = (self.bound.len(), self.filters.len());
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
                Subscript::At(_) => unreachable!("{BY_PARTS}"),
            }
        }
        let space = self.domain_filter(define).and(space);
        self.wide.plain = true;
        let value = self.body(define, space, None);
        self.wide.plain = false;
        self.filters.truncate(mark);
        self.bound.truncate(bound);
        self.scopes.close();
        value
    }

    /// The condition after the binders: known before any input (E067).
    fn domain_filter(&mut self, define: &Define) -> Option<()> {
        let gate = self.passed(define.filter.as_ref())?;
        if let (Some(_), Some(condition)) = (gate, &define.filter) {
            self.report(
                Diagnostic::new(
                    "E067",
                    format!("where `{}` is defined is known only when the program runs", define.name.text),
                )
                .at(condition.span, "depends on what is given")
                .hint("define it everywhere, and put the condition where it is read: `sum(j in n where ...)`")
                .hint("or multiply by the condition"),
            );
            return None;
        }
        Some(())
    }

    pub(super) fn loop_index_on_left(&mut self, define: &Define, index: &Name) {
        let name = &define.name.text;
        let Some((symbol, span)) = self.resolve_on_left(define, index) else {
            return;
        };
        // Its declaration is wrong or could not be read: it may be an output.
        if self.lost.names.contains(name) || self.wrong.contains(name) {
            return;
        }
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

    /// An index that stands on the left without `in`; if nothing has its name it was to be bound,
    /// and is from here on.
    pub(super) fn resolve_on_left(
        &mut self,
        define: &Define,
        index: &Name,
    ) -> Option<(Symbol, Span)> {
        if self.scopes.get(&index.text).is_some() || self.wrong.contains(&index.text) {
            return self.resolve(index);
        }
        let name = &define.name.text;
        let size = self.size_of(define, index);
        let bound = format!("{} in {size}", index.text);
        let mut error = Diagnostic::new("E010", format!("there is no `{}`", index.text))
            .at(index.span, "not bound")
            .hint(format!("bind it here: `{name}[{bound}]`"))
            .replace(index.span, &bound);
        if let Some(near) = suggest(&index.text, self.scopes.names()) {
            error = error
                .hint(format!("or did you mean `{near}`?"))
                .replace(index.span, near);
        }
        self.report(error);
        self.define(index, Symbol::Wrong);
        None
    }

    /// How large the program says the dimension is that an index stands for: of the output that is
    /// defined, else of a tensor that is read at it.
    fn size_of(&self, define: &Define, index: &Name) -> String {
        let stands = |subscript: &Subscript| match subscript {
            Subscript::Bound(name) => name.text == index.text,
            Subscript::Binds(_) | Subscript::At(_) => false,
        };
        let own = define.subscripts.iter().position(stands);
        let own = own.and_then(|place| self.declared_size(&define.name.text, place));
        let size = own.or_else(|| self.size_where_read(&define.expr, &index.text));
        size.unwrap_or_else(|| "n".to_string())
    }

    fn declared_size(&self, tensor: &str, place: usize) -> Option<String> {
        self.ast.items.iter().find_map(|item| match item {
            Item::Tensor(found) if found.name.text == tensor => {
                Some(found.shape.get(place)?.to_string())
            }
            _ => None,
        })
    }

    fn size_where_read(&self, expr: &Expr, index: &str) -> Option<String> {
        let mut within: Vec<&Expr> = Vec::new();
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Apply(_) | ExprKind::Every => {}
            ExprKind::Element { name, at } => {
                let stands = |at: &Expr| matches!(&at.kind, ExprKind::Name(n) if n.text == index);
                let place = at.iter().position(stands);
                return place.and_then(|place| self.declared_size(&name.text, place));
            }
            ExprKind::Call { arguments, .. } => within.extend(arguments),
            ExprKind::Reduce { body, .. } => within.push(body),
            ExprKind::Negate(inner) => within.push(inner),
            ExprKind::Binary { left, right, .. } => within.extend([&**left, &**right]),
            ExprKind::Condition(condition) => within.extend(condition.exprs()),
        }
        within
            .into_iter()
            .find_map(|expr| self.size_where_read(expr, index))
    }

    /// The right-hand side, over `space`. The scope holds the indices.
    pub(super) fn body(
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
        self.wide.hinting = define.hint;
        let expr = self.expr(&define.expr);
        self.wide.hinting = false;
        let (own, expr, space) = (own?, self.hinted(define, expr?)?, space?);
        let span = define.range.as_ref().map_or(name.span, |range| range.span);
        self.held_in(name, define.expr.span, (space, expr), [ranged, own], span)
    }

    /// A value, with what `ranges`, declared at `declared_at`, say of it (E034, E035).
    pub(super) fn held_in(
        &mut self,
        name: &Name,
        at: Span,
        (space, expr): (Vec<IndexId>, ExprId),
        ranges: [Option<Interval>; 2],
        declared_at: Span,
    ) -> Option<Value> {
        self.not_too_many(&format!("`{}`", name.text), &space, name.span)?;
        let computed = self.exactly(expr);
        if !self.may_be_wide(&ranges) {
            self.fits(&format!("`{}`", name.text), at, computed, &[expr])?;
        }
        let mut interval = computed;
        let mut declared: Option<Interval> = None;
        for range in ranges.into_iter().flatten() {
            let Some(common) = interval.meet(range) else {
                let mut diagnostic = Diagnostic::new(
                    "E035",
                    format!("`{}` can never lie in its declared range", name.text),
                )
                .at(at, format!("lies in {computed}"))
                .also(declared_at, format!("declared to lie in {range}"));
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
        let filter = match self.all_from(0, name.span)? {
            Some(filter) => self.partial(filter, &space, name.span)?,
            None => None,
        };
        Some(Value {
            name: name.text.clone(),
            span: name.span,
            space,
            filter,
            expr,
            declared,
            interval,
            output: None,
        })
    }

    pub(super) fn output(&mut self, define: &Define, position: usize) {
        let earlier = match self.outputs[position].definition {
            OutputDefinition::Missing => None,
            OutputDefinition::Wrong(span) => Some(span),
            OutputDefinition::Is { value, .. } => Some(self.graph.value(value).span),
            OutputDefinition::Parts(number) => Some(self.span_of_parts(number)),
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
        let (bound, mark) = (self.bound.len(), self.filters.len());
        let mut space = self.output_space(define, position);
        if self.domain_filter(define).is_none() {
            space = None;
        }
        let ranged = self.outputs[position].range;
        let (space, layout) = space.unzip();
        let value = self.body(define, space, ranged);
        let value = value.and_then(|value| self.whole(value, position));
        self.filters.truncate(mark);
        self.bound.truncate(bound);
        self.scopes.close();
        self.outputs[position].definition = match (value, layout) {
            (Some(value), Some(layout)) => OutputDefinition::Is {
                value: self.add_value(value),
                layout,
            },
            _ => OutputDefinition::Wrong(define.name.span),
        };
    }

    /// Every element of an output is there (E039).
    pub(super) fn whole(&mut self, value: Value, position: usize) -> Option<Value> {
        if value.filter.is_none() {
            return Some(value);
        }
        let declared = self.outputs[position].span;
        let what = format!("elements of `{}` are left out", value.name);
        self.report(
            Diagnostic::new("E039", what)
                .at(value.span, "defined for some points alone")
                .also(declared, "declared with all of them")
                .hint("an output is defined over all its positions, each once"),
        );
        None
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
                    (bound, binder.index.span.to(binder.domain.span()))
                }
                Subscript::At(_) => unreachable!("{BY_PARTS}"),
                Subscript::Bound(index) => match self.resolve_on_left(define, index) {
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
            let indices = match shape.len() {
                1 => "1 index".to_owned(),
                indices => format!("{indices} indices"),
            };
            self.report(problem(
                format!("`{name}` is defined over {indices}, one for each dimension"),
                define.name.span,
                match layout.len() {
                    0 => "has none".to_owned(),
                    had => format!("has {had}"),
                },
            ));
            return None;
        }
        for (place, &size) in shape.iter().enumerate() {
            let index = self.graph.index(space[layout[place]]);
            let (text, domain, first) = (index.name.clone(), index.domain, index.first);
            if layout[..place].contains(&layout[place]) {
                self.report(problem(
                    format!("`{text}` stands at two positions of `{name}`"),
                    spans[place],
                    "again here".to_owned(),
                ));
                return None;
            }
            let label = match domain {
                Domain::Static(_) if first != 0 => {
                    format!("`{text}` begins at {first}, this position at 0")
                }
                Domain::Static(points) if points == size => continue,
                Domain::Static(points) => {
                    format!("`{text}` runs over {points} points, this position has {size}")
                }
                Domain::Cache { .. } => {
                    format!("`{text}` runs over a cache, this position always has {size}")
                }
                Domain::Growing { with, .. } => {
                    let with = &self.graph.index(with).name;
                    format!(
                        "the range of `{text}` ends with `{with}`, this position always has {size}"
                    )
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
}
