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
            Statement::State(state) => self.state(state),
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
        let is_layer = |frame: &Frame| frame.kind == Repeats::Layer;
        let in_layer = kind == Repeats::Step && self.frames.len() == 1;
        let outer = self
            .frames
            .first()
            .filter(|outer| !(in_layer && is_layer(outer)));
        if let Some(outer) = outer {
            let span = self.graph.index(outer.index).span;
            self.report(
                Diagnostic::new(
                    "E041",
                    match kind {
                        Repeats::Layer => "a `layer` stands at the top level of the circuit",
                        Repeats::Step | Repeats::For => {
                            "a `step` stands at the top level of the circuit, or directly in a `layer`"
                        }
                    },
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
                Statement::State(state) => {
                    self.wrong.insert(state.name.text.clone());
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
            let over = (&space[..], filter);
            let _ = self.assert_gated(gate, (more, less, gap), both, over, assert.span);
            return;
        }
        let before = (self.interval(more), self.interval(less));
        if filter.is_none() {
            self.note_norm(less, before.0.hi - gap, &space);
        }
        let over = (&space[..], filter);
        let held = match both {
            true => self.assert_equal(more, less, over, assert.span),
            false => self.assert_at_least((more, less, gap), over, assert.span),
        };
        if held.is_none() {
            return;
        }
        self.narrow(more, Interval::new(before.1.lo + gap, before.0.hi), filter);
        self.narrow(less, Interval::new(before.1.lo, before.0.hi - gap), filter);
        if both {
            self.narrow(more, Interval::new(before.0.lo, before.1.hi), filter);
            self.narrow(less, Interval::new(before.0.lo, before.1.hi), filter);
        }
    }

    /// Adds `gate * (more - less - gap) >= 0`, or that it is 0: it says nothing where the gate is 0.
    fn assert_gated(
        &mut self,
        gate: ExprId,
        (more, less, gap): (ExprId, ExprId, i128),
        both: bool,
        over: (&[IndexId], Option<ExprId>),
        span: Span,
    ) -> Option<()> {
        let gap = self.constant(gap, span)?;
        let by = self.sub(more, less, span)?;
        let by = self.sub(by, gap, span)?;
        let by = self.mul(gate, by, span)?;
        let nothing = self.constant(0, span)?;
        match both {
            true => self.assert_equal(by, nothing, over, span),
            false => self.assert_at_least((by, nothing, 0), over, span),
        }
    }

    /// Adds `a == b`; of what is wide, two assertions.
    fn assert_equal(
        &mut self,
        a: ExprId,
        b: ExprId,
        over: (&[IndexId], Option<ExprId>),
        span: Span,
    ) -> Option<()> {
        self.can_hold((a, b, 0), span)?;
        self.can_hold((b, a, 0), span)?;
        let statically = self.assert_statically((a, b), over, span);
        if statically && self.assert_statically((b, a), over, span) {
            return Some(());
        }
        if self.are_comparable(a, b) {
            self.add_assert((a, b), true, None, over, span);
            return Some(());
        }
        let Some((last, all)) = self.cheapest(|checker| checker.apart_in_limbs(a, b, span)) else {
            return self.incomparable(a, b, span);
        };
        let nothing = self.constant(0, span)?;
        self.add_assert((last, nothing), false, Some((a, b)), over, span);
        self.add_assert((nothing, all), false, Some((b, a)), over, span);
        Some(())
    }

    fn add_assert(
        &mut self,
        (left, right): (ExprId, ExprId),
        equal: bool,
        written: Option<(ExprId, ExprId)>,
        (space, filter): (&[IndexId], Option<ExprId>),
        span: Span,
    ) {
        self.graph.asserts.push(Assert {
            span,
            space: space.to_vec(),
            filter,
            left,
            right,
            equal,
            written,
        });
    }

    /// Whether two expressions and their difference fit.
    fn are_comparable(&self, a: ExprId, b: ExprId) -> bool {
        let apart = self.interval(a) - self.interval(b);
        self.is_proved(a) && self.is_proved(b) && apart.fits()
    }

    /// Says that two expressions cannot be compared, and that limbs do not help (E034).
    fn incomparable(&mut self, a: ExprId, b: ExprId, span: Span) -> Option<()> {
        for side in [a, b] {
            self.fits(
                "one side of this assertion",
                span,
                self.interval(side),
                &[side],
            )?;
        }
        let apart = self.interval(a) - self.interval(b);
        let what = "the difference of this assertion's sides";
        self.does_not_fit(what, span, &[("its value", apart)], &[a, b]);
        None
    }

    /// `more >= less + gap` does not fail everywhere (E036).
    fn can_hold(&mut self, (more, less, gap): (ExprId, ExprId, i128), span: Span) -> Option<()> {
        let (above, below) = (self.interval(more), self.interval(less));
        if above.hi >= below.lo + gap {
            return Some(());
        }
        let (left, right) = (self.graph.expr(more).span, self.graph.expr(less).span);
        let mut diagnostic = Diagnostic::new("E036", "this assertion can never hold")
            .at(span, "always false")
            .also(left, format!("lies in {above}"))
            .also(right, format!("lies in {below}"));
        diagnostic.secondary.extend(self.causes(&[more, less]));
        self.report(diagnostic);
        None
    }

    /// Adds `more >= less + gap`.
    fn assert_at_least(
        &mut self,
        (more, less, gap): (ExprId, ExprId, i128),
        over: (&[IndexId], Option<ExprId>),
        span: Span,
    ) -> Option<()> {
        self.can_hold((more, less, gap), span)?;
        let right = match gap {
            0 => less,
            gap => {
                let gap = self.constant(gap, span)?;
                self.add(less, gap, span)?
            }
        };
        if self.assert_statically((more, right), over, span) {
            return Some(());
        }
        if self.are_comparable(more, right) && self.is_proved(less) {
            self.add_assert((more, right), false, None, over, span);
            return Some(());
        }
        let limbs = self.cheapest(|checker| checker.apart_in_limbs(more, right, span));
        let Some((last, _)) = limbs else {
            return self.incomparable(more, right, span);
        };
        let nothing = self.constant(0, span)?;
        self.add_assert((last, nothing), false, Some((more, right)), over, span);
        Some(())
    }
}
