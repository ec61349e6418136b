//! Statements: loops and assertions (spec 3.3).

use super::parts::by_parts;
use super::scope::Symbol;
use super::{Checker, Frame, OutputDefinition, Repeats};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Assert, Domain, ExprId, IndexId, Interval};
use crate::syntax::ast::{self, Comparison, Loop, Over, Statement};

impl Checker<'_> {
    pub(super) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Step(inner) => self.carrying(inner, Repeats::Step),
            Statement::Layer(inner) => self.carrying(inner, Repeats::Layer),
            Statement::For(inner) => self.repeat(inner, Repeats::For),
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

    /// A loop whose iterations come one after the other.
    fn carrying(&mut self, step: &Loop, kind: Repeats) {
        let word = match kind {
            Repeats::Layer => "layer",
            Repeats::Step | Repeats::For => "step",
        };
        if let Some(outer) = self.frames.first() {
            let span = self.graph.index(outer.index).span;
            self.report(
                Diagnostic::new(
                    "E041",
                    format!("a `{word}` stands at the top level of the circuit"),
                )
                .at(step.binder.index.span, "inside another loop")
                .also(span, "this one")
                .hint(format!("use `for` inside a {word}")),
            );
            self.skip(&step.body);
            return;
        }
        if let Over::Range(range) = &step.binder.domain {
            self.report(
                Diagnostic::new("E016", format!("a `{word}` counts from 0"))
                    .at(range.span, "a range")
                    .hint(format!("give its size: `{word} t in {word}s`")),
            );
            self.define(&step.binder.index, Symbol::Wrong);
            self.skip(&step.body);
            return;
        }
        self.repeat(step, kind);
    }

    fn repeat(&mut self, repeated: &Loop, kind: Repeats) {
        self.scopes.open();
        let known = self.narrowed.len();
        let (bound, mark) = (self.bound.len(), self.filters.len());
        if let Some(index) = self.bind(&repeated.binder) {
            let is_static = matches!(self.graph.index(index).domain, Domain::Static(_));
            if kind != Repeats::For && !is_static {
                unreachable!("a cache cannot be read outside a step");
            }
            let at = repeated.span.start;
            self.frames.push(Frame { index, kind, at });
            self.by_parts
                .push(by_parts(repeated.body.iter(), &self.lost.names));
            for statement in &repeated.body {
                self.statement(statement);
            }
            self.by_parts.pop();
            self.frames.pop();
        } else {
            self.skip(&repeated.body);
        }
        self.filters.truncate(mark);
        self.bound.truncate(bound);
        self.narrowed.truncate(known);
        self.scopes.end_loop();
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
                Statement::Step(inner) | Statement::Layer(inner) | Statement::For(inner) => {
                    self.skip(&inner.body);
                }
                Statement::Assert(_) => {}
            }
        }
    }

    fn assert(&mut self, assert: &ast::Assert) {
        self.told.clear();
        self.ended.clear();
        self.scopes.open();
        let (bound, mark) = (self.bound.len(), self.filters.len());
        let binders: Vec<_> = assert
            .binders
            .iter()
            .map(|binder| self.bind(binder))
            .collect();
        let gate = self.passed(assert.filter.as_ref());
        let (left, right) = (self.expr(&assert.left), self.expr(&assert.right));
        let filter = self.all_from(0, assert.span);
        self.filters.truncate(mark);
        self.bound.truncate(bound);
        self.scopes.close();
        let binders: Option<Vec<_>> = binders.into_iter().collect();
        let (Some(left), Some(right), Some(binders)) = (left, right, binders) else {
            return;
        };
        let (Some(gate), Some(filter)) = (gate, filter) else {
            return;
        };
        let mut space = self.loop_indices();
        space.extend(binders);
        let filter = match filter {
            Some(filter) => match self.partial(filter, &space, assert.span) {
                Some(filter) => filter,
                None => return,
            },
            None => None,
        };
        if self
            .not_too_many("this assertion", &space, assert.span)
            .is_none()
        {
            return;
        }
        let (more, less, gap) = match assert.comparison {
            Comparison::AtLeast | Comparison::Equal => (left, right, 0),
            Comparison::More => (left, right, 1),
            Comparison::AtMost => (right, left, 0),
            Comparison::Less => (right, left, 1),
        };
        let both = assert.comparison == Comparison::Equal;
        if let Some(gate) = gate {
            let gated = self.assert_gated(gate, (more, less, gap), (&space, filter), assert.span);
            if both && gated.is_some() {
                let _ = self.assert_gated(gate, (less, more, 0), (&space, filter), assert.span);
            }
            return;
        }
        let before = (self.interval(more), self.interval(less));
        if filter.is_none() {
            self.note_norm(less, before.0.hi - gap, &space);
        }
        if self
            .assert_at_least((more, less, gap), (&space, filter), assert.span)
            .is_none()
        {
            return;
        }
        if both
            && self
                .assert_at_least((less, more, 0), (&space, filter), assert.span)
                .is_none()
        {
            return;
        }
        self.narrow(more, Interval::new(before.1.lo + gap, before.0.hi), filter);
        self.narrow(less, Interval::new(before.1.lo, before.0.hi - gap), filter);
        if both {
            self.narrow(more, Interval::new(before.0.lo, before.1.hi), filter);
            self.narrow(less, Interval::new(before.0.lo, before.1.hi), filter);
        }
    }

    /// Adds `gate * (more - less - gap) >= 0`: it says nothing where the gate is 0.
    fn assert_gated(
        &mut self,
        gate: ExprId,
        (more, less, gap): (ExprId, ExprId, i128),
        over: (&[IndexId], Option<ExprId>),
        span: Span,
    ) -> Option<()> {
        let gap = self.constant(gap, span)?;
        let by = self.sub(more, less, span)?;
        let by = self.sub(by, gap, span)?;
        let by = self.mul(gate, by, span)?;
        let nothing = self.constant(0, span)?;
        self.assert_at_least((by, nothing, 0), over, span)
    }

    /// Adds `more >= less + gap` (E036 if it can never hold).
    fn assert_at_least(
        &mut self,
        (more, less, gap): (ExprId, ExprId, i128),
        (space, filter): (&[IndexId], Option<ExprId>),
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
        let right = match gap {
            0 => less,
            gap => {
                let gap = self.constant(gap, span)?;
                self.add(less, gap, span)?
            }
        };
        if self.assert_statically((more, right), (space, filter), span) {
            return Some(());
        }
        let slack = above - below - Interval::point(gap);
        if !(self.is_proved(more) && self.is_proved(right) && slack.fits()) {
            if let Some(lowered) = self.cheapest(|checker| checker.at_least_in_limbs(more, right, span)) {
                let nothing = self.constant(0, span)?;
                self.graph.asserts.push(Assert {
                    span,
                    space: space.to_vec(),
                    filter,
                    left: lowered,
                    right: nothing,
                    written: Some((more, right)),
                });
                return Some(());
            }
        }
        self.fits("one side of this assertion", span, above, &[more])?;
        self.fits("one side of this assertion", span, below, &[less])?;
        self.fits(
            "the difference of this assertion's sides",
            span,
            slack,
            &[more, less],
        )?;
        self.graph.asserts.push(Assert {
            span,
            space: space.to_vec(),
            filter,
            left: more,
            right,
            written: None,
        });
        Some(())
    }
}
