//! Declarations: inputs, outputs, caches (spec 3.2).

use super::scope::Symbol;
use super::{Checker, Growth, OutputDefinition, PendingOutput, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, Input, InputId, Interval, Member, Source, State, StateId, ValueId, Visibility,
};
use crate::syntax::ast::{self, Item, Statement};

impl Checker<'_> {
    /// A name whose definition is wrong: taken, and silent.
    pub(super) fn define_wrong(&mut self, name: &ast::Name) {
        self.wrong.insert(name.text.clone());
        self.define(name, Symbol::Wrong);
    }

    pub(super) fn tensor(&mut self, tensor: &ast::Tensor) {
        let name = &tensor.name;
        // An input of no entries is a seed that a cache may start from.
        let least = i64::from(!tensor.input);
        let shape = self.shape_of(name, &tensor.shape, least);
        let range = match &tensor.range {
            None => Some(None),
            Some(range) => self.range(range).and_then(|interval| {
                self.fits_alone(
                    &format!("the range of `{}`", name.text),
                    interval,
                    range.span,
                )?;
                Some(Some(interval))
            }),
        };
        if tensor.input && tensor.range.is_none() {
            self.report(
                Diagnostic::new("E018", format!("the input `{}` has no range", name.text))
                    .at(name.span, "an input's elements lie in a declared range")
                    .hint("declare it, for instance `: -128..128`"),
            );
        }
        let visibility = match tensor.visibility {
            ast::Visibility::Public => Visibility::Public,
            ast::Visibility::Private | ast::Visibility::Fixed => Visibility::Private,
        };
        let fixed = tensor.visibility == ast::Visibility::Fixed;
        match (shape, range) {
            (Some(shape), Some(Some(range))) if fixed => self.fixed_input(name, &shape, range),
            (Some(shape), Some(Some(range))) if tensor.input => {
                let id = InputId(self.graph.inputs.len() as u32);
                if self.define(name, Symbol::Input(id)) {
                    self.graph.inputs.push(Input {
                        name: name.text.clone(),
                        span: name.span,
                        visibility,
                        shape,
                        growing: Vec::new(),
                        range,
                    });
                }
            }
            (Some(shape), Some(range)) if !tensor.input => {
                let symbol = Symbol::Output(self.outputs.len());
                if self.define(name, symbol) {
                    self.outputs.push(PendingOutput {
                        name: name.text.clone(),
                        span: name.span,
                        visibility,
                        shape,
                        range,
                        definition: OutputDefinition::Missing,
                    });
                }
            }
            _ => self.define_wrong(name),
        }
    }

    /// Sizes as written, the first of which is at least `least` and the others 1.
    pub(super) fn shape_of(
        &mut self,
        name: &ast::Name,
        written: &[ast::Expr],
        least: i64,
    ) -> Option<Vec<u64>> {
        let sizes: Vec<_> = written.iter().map(|size| self.integer(size)).collect();
        let mut shape = Vec::new();
        let mut product: i128 = 1;
        let mut wrong = false;
        for (position, size) in sizes.into_iter().enumerate() {
            let Some(size) = size else {
                wrong = true;
                continue;
            };
            let span = written[position].span;
            if size < if position == 0 { least } else { 1 } {
                let hint = if size == 0 {
                    "only the first dimension of an input that seeds a cache may be 0"
                } else {
                    "a dimension is a number of elements"
                };
                let message = format!("a dimension of `{}` is {size}", name.text);
                self.report(
                    Diagnostic::new("E015", message)
                        .at(span, format!("is {size}"))
                        .hint(hint),
                );
                wrong = true;
                continue;
            }
            shape.push(size as u64);
            product = product.saturating_mul(i128::from(size.max(1)));
        }
        if wrong {
            return None;
        }
        if product > MAX_SIZE {
            self.report(
                Diagnostic::new("E015", format!("`{}` is too large", name.text))
                    .at(name.span, format!("has {product} elements"))
                    .hint(format!("a tensor has at most {MAX_SIZE} elements")),
            );
            return None;
        }
        Some(shape)
    }

    pub(super) fn state(&mut self, state: &ast::State) {
        let name = &state.name;
        if let Some(range) = &state.range {
            return self.carried_state(state, range);
        }
        if let Some(size) = state.shape.first() {
            self.report(
                Diagnostic::new("E052", format!("`{}` has a shape and no range", name.text))
                    .at(size.span, "what is replaced has a range")
                    .hint(format!(
                        "declare it, `state {}[...] : lo..hi = ...`; a cache, which grows, has the shape \
                         of what is appended",
                        name.text
                    )),
            );
            return self.define_wrong(name);
        }
        let by = self.first_append(&name.text, false);
        let mut tiles = Vec::new();
        let (seed, seeded, element, range) = match &state.seed {
            None if by.is_none() && !self.appended_anywhere(&name.text) => {
                if self.lost.names.contains(&name.text) {
                    return self.define_wrong(name);
                }
                self.never_taken(name, false);
                return self.define_wrong(name);
            }
            None => (None, 0, Vec::new(), Interval::point(0)),
            Some(seed) if !self.frames.is_empty() => {
                let Some(found) = self.seed_of_layer(name, seed) else {
                    return self.define_wrong(name);
                };
                tiles.push(found.tile);
                (
                    Some(found.source),
                    found.entries,
                    found.element,
                    found.range,
                )
            }
            Some(seed) => {
                let Some((source, shape, range)) = self.seed(name, seed) else {
                    return self.define_wrong(name);
                };
                let (seeded, element) = (shape[0], shape[1..].to_vec());
                (Some(source), seeded, element, range)
            }
        };
        let id = StateId(self.graph.states.len() as u32);
        if self.define(name, Symbol::State(id)) {
            self.growth.push(Growth {
                by,
                appended: false,
                outer: self.loop_indices(),
            });
            if !self.frames.is_empty() {
                let named = self.named.entry(name.text.clone()).or_default();
                named.push(Member::State(id));
            }
            self.graph.states.push(State {
                name: name.text.clone(),
                span: name.span,
                seeds: seed.into_iter().collect(),
                tiles,
                carried: false,
                seeded,
                element,
                range,
                append: None,
            });
        }
    }

    /// What a cache begins with: a tensor of one dimension or more, its shape and its range (E048).
    fn seed(&mut self, name: &ast::Name, seed: &ast::Expr) -> Option<(Source, Vec<u64>, Interval)> {
        let ast::ExprKind::Name(seed) = &seed.kind else {
            self.no_seed(name, seed);
            return None;
        };
        let (symbol, span) = self.resolve(seed)?;
        let found = match symbol {
            Symbol::Input(id) => {
                let input = self.graph.input(id);
                Ok((Source::Input(id), input.shape.clone(), input.range))
            }
            Symbol::Value(id) => self.whole_value(id),
            Symbol::Fixed(id) | Symbol::Static(id) => {
                let value = self.as_value(id);
                self.whole_value(value)
            }
            Symbol::Output(position) => {
                let (id, layout) = self.defined_output(position, seed, seed.span)?;
                match layout.is_sorted() {
                    true => self.whole_value(id),
                    false => Err("has its positions turned around".to_owned()),
                }
            }
            _ => Err(format!("is {}", symbol.noun())),
        };
        let what = match found {
            Ok(found) if !found.1.is_empty() => return Some(found),
            Ok(_) => "has no dimensions".to_owned(),
            Err(what) => what,
        };
        self.report(
            Diagnostic::new("E048", format!("`{}` cannot seed a cache", seed.text))
                .at(seed.span, what)
                .also(span, "defined here")
                .hint(
                    "a seed is an input, value or output of shape [entries, ...]; or write `empty`",
                ),
        );
        None
    }

    /// Reports a state that nothing replaces, or a cache to which nothing is appended (E049).
    pub(super) fn never_taken(&mut self, name: &ast::Name, carried: bool) {
        let text = &name.text;
        let (what, keeps) = match carried {
            true => (
                format!("`{text}` is never replaced"),
                "keeps what it begins with",
            ),
            false => (
                format!("the cache `{text}` never holds anything"),
                "starts empty, and nothing is appended to it",
            ),
        };
        let error = Diagnostic::new("E049", what);
        self.report(match (self.defined_within(text), carried) {
            (Some(define), _) => error
                .at(define, "`=` defines another value, of this iteration alone")
                .also(name.span, keeps)
                .hint(format!(
                    "give the value a name of its own, and let the state take it in: `new_{text} = ...`, then \
                     `{text} <- new_{text}`"
                )),
            (None, true) => error.at(name.span, keeps).hint(format!(
                "replace it at the end of an iteration: `{text} <- ...`, in a `step` or a `layer`"
            )),
            (None, false) => error
                .at(name.span, keeps)
                .hint(format!("append to it in a step: `{text} <- ...`")),
        });
    }

    /// E052 for a state without a range that begins with a number, E048 for any other that begins with no
    /// name.
    pub(super) fn no_seed(&mut self, name: &ast::Name, seed: &ast::Expr) {
        let text = &name.text;
        self.report(match self.is_constant(seed) {
            true => Diagnostic::new("E052", format!("`{text}` begins with a number and has no range"))
                .at(name.span, "what is replaced has a range")
                .also(seed.span, "begins with this")
                .hint(format!(
                    "declare it: `state {text} : lo..hi = {seed}`; a cache, which grows, begins with a tensor \
                     or `empty`"
                )),
            false => Diagnostic::new("E048", "a cache begins with a tensor, by its name")
                .at(seed.span, "is none")
                .hint(format!(
                    "a state that is replaced has a range, and may begin with a constant: `state {text} : \
                     lo..hi = 0`"
                )),
        });
    }

    fn whole_value(&self, id: ValueId) -> Result<(Source, Vec<u64>, Interval), String> {
        let space = self.graph.value(id).space.iter();
        let sizes = space.map(|&index| match self.graph.index(index).domain {
            Domain::Static(size) => Ok(size),
            Domain::Cache { .. } => Err("runs over a cache".to_owned()),
            Domain::Growing { .. } => Err("runs over a range that grows".to_owned()),
        });
        Ok((
            Source::Value(id),
            sizes.collect::<Result<_, _>>()?,
            self.known(Source::Value(id)),
        ))
    }

    /// The first loop that appends to a cache, or replaces a carried state, at its own level; by where
    /// it stands, and where it does.
    pub(super) fn first_append(&self, name: &str, carried: bool) -> Option<(usize, Span)> {
        fn within(statement: &Statement, name: &str, carried: bool) -> Option<(usize, Span)> {
            let (repeated, counts) = match statement {
                Statement::Step(step) => (step, true),
                Statement::Layer(layer) => (layer, carried),
                _ => return None,
            };
            let own = repeated.body.iter().find_map(|statement| match statement {
                Statement::Append { state, span, .. } if counts && state.text == name => {
                    Some((repeated.span.start, *span))
                }
                _ => None,
            });
            let mut inner = repeated.body.iter();
            own.or_else(|| inner.find_map(|inner| within(inner, name, carried)))
        }
        let around = self.frames.last().map(|frame| frame.at);
        let top = self.ast.items.iter().filter_map(|item| match item {
            Item::Statement(statement) => Some(statement),
            _ => None,
        });
        let mut all = top.flat_map(|statement| match (statement, around) {
            // Of a layer that it is declared in.
            (Statement::Layer(layer), Some(at)) if layer.span.start == at => {
                layer.body.iter().collect()
            }
            (_, Some(_)) => Vec::new(),
            (statement, None) => vec![statement],
        });
        all.find_map(|statement| within(statement, name, carried))
    }

    /// Where a loop defines a value of this name, as if `=` replaced a state.
    pub(super) fn defined_within(&self, name: &str) -> Option<Span> {
        fn within(statement: &Statement, name: &str, inside: bool) -> Option<Span> {
            match statement {
                Statement::Define(define) => {
                    (inside && define.name.text == name).then_some(define.name.span)
                }
                Statement::Step(inner) | Statement::Layer(inner) | Statement::For(inner) => {
                    let mut body = inner.body.iter();
                    body.find_map(|statement| within(statement, name, true))
                }
                Statement::Append { .. } | Statement::Assert(_) | Statement::State(_) => None,
            }
        }
        self.ast.items.iter().find_map(|item| match item {
            Item::Statement(statement) => within(statement, name, false),
            _ => None,
        })
    }

    /// Whether anything appends to a state, rightly or wrongly.
    pub(super) fn appended_anywhere(&self, name: &str) -> bool {
        fn within(statement: &Statement, name: &str) -> bool {
            match statement {
                Statement::Append { state, .. } => state.text == name,
                Statement::Step(inner) | Statement::Layer(inner) | Statement::For(inner) => {
                    inner.body.iter().any(|statement| within(statement, name))
                }
                Statement::Define(_) | Statement::Assert(_) | Statement::State(_) => false,
            }
        }
        self.ast
            .items
            .iter()
            .any(|item| matches!(item, Item::Statement(statement) if within(statement, name)))
    }
}
