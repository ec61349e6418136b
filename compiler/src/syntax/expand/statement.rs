//! Statements, once more: as they are in the circuit, and of a definition as a call makes them.

use super::expander::{Block, Expander, Local, Place};
use super::view::Dim;
use super::visit::{conjuncts, joined};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{
    Assert, Binder, Condition, Define, Expr, ExprKind, Item, Loop, Name, Over, Range, Statement,
    Subscript,
};

impl Expander<'_> {
    /// The body of a definition.
    pub fn body(&mut self, place: &mut Place, items: &[Item]) -> Option<()> {
        for item in items {
            match item {
                Item::Table(table) => {
                    let name = self.table(place, table)?;
                    self.local(place, &table.name, Local::Table(name))?;
                }
                Item::Statement(statement) => self.statement(place, statement)?,
                _ => unreachable!("a definition has tables and statements alone"),
            }
        }
        Some(())
    }

    /// Gives a name of a definition its meaning (E011).
    pub fn local(&mut self, place: &mut Place, name: &Name, local: Local) -> Option<()> {
        let text = &name.text;
        let what = if place.locals.contains_key(text) {
            format!("the name `{text}` is already taken")
        } else if text.contains('#') {
            format!("`{text}` is a name that only a call makes")
        } else {
            place.locals.insert(text.clone(), local);
            return Some(());
        };
        self.report(
            Diagnostic::new("E011", what)
                .at(place.span(name.span), "defined again")
                .hint("choose another name"),
        );
        None
    }

    pub fn statement(&mut self, place: &mut Place, statement: &Statement) -> Option<()> {
        match statement {
            Statement::Define(define) => self.define(place, define),
            Statement::Assert(assert) => self.assertion(place, assert),
            Statement::State(state) => {
                self.state(state);
                self.emit(statement.clone());
                Some(())
            }
            Statement::For(block) => {
                let block = self.repeat(place, block)?;
                self.emit(Statement::For(block));
                Some(())
            }
            Statement::Step(block) => {
                let block = self.repeat(place, block)?;
                self.emit(Statement::Step(block));
                Some(())
            }
            Statement::Layer(block) => {
                let block = self.repeat(place, block)?;
                self.emit(Statement::Layer(block));
                Some(())
            }
            Statement::Append {
                state,
                source,
                at,
                span,
            } => {
                if place.made.is_some() {
                    self.report(
                        Diagnostic::new("E095", "a definition appends to nothing")
                            .at(place.span(*span), "a cache grows in a step of the circuit")
                            .hint("append what it gives there"),
                    );
                    return None;
                }
                let at = self.exprs(place, at)?;
                self.grow(state, source, &at);
                self.emit(Statement::Append {
                    state: state.clone(),
                    source: source.clone(),
                    at,
                    span: *span,
                });
                Some(())
            }
        }
    }

    /// What an entry of a cache is, of what is appended first.
    fn grow(&mut self, state: &Name, source: &Name, at: &[Expr]) {
        let is_pending = self.shape(&state.text).is_some_and(|shape| shape.pending);
        let entry = self.view(&source.text);
        let entry = entry.and_then(|entry| entry.at(at.iter().cloned().map(Some).collect()));
        let (true, Some(entry)) = (is_pending, entry) else {
            return;
        };
        let mut blocks = self.blocks.iter_mut().rev();
        if let Some(shape) = blocks.find_map(|block| block.names.get_mut(&state.text)) {
            shape.dims.extend(entry.open().cloned());
            shape.pending = false;
        }
    }

    fn repeat(&mut self, place: &mut Place, block: &Loop) -> Option<Loop> {
        let binder = self.bind(place, &block.binder)?;
        let index = place.binders.pop().map(|_| &block.binder.index.text);
        self.open.push(self.loops.len());
        self.loops.push(binder.clone());
        self.blocks.push(Block::default());
        let mut right = Some(());
        for statement in &block.body {
            if self.statement(place, statement).is_none() {
                right = None;
                if place.made.is_some() {
                    break;
                }
                self.leave_out(statement);
            }
        }
        self.open.pop();
        let ended = self.blocks.pop().unwrap_or_default();
        for (name, shape) in ended.names {
            self.block().names.entry(name).or_insert(shape);
        }
        if let Some(index) = index {
            self.unbind(place, index);
        }
        if place.made.is_some() {
            right?;
        }
        Some(Loop {
            binder,
            body: ended.statements,
            span: place.span(block.span),
        })
    }

    /// Binds an index, of a definition by a name that is free where its call stands.
    pub fn bind(&mut self, place: &mut Place, binder: &Binder) -> Option<Binder> {
        let domain = self.domain(place, &binder.domain)?;
        let mut index = place.name(&binder.index);
        if let Some(made) = place.made.clone() {
            let loops = self.open.iter().map(|number| &self.loops[*number]);
            let mut active = loops.chain(&place.binders);
            let taken = active.any(|other| other.index.text == index.text);
            if taken || self.globals.contains(&index.text) {
                index.text = format!("{made}.{}", index.text);
            }
            self.local(place, &binder.index, Local::Index(index.text.clone()))?;
        }
        let bound = Binder { index, domain };
        place.binders.push(bound.clone());
        Some(bound)
    }

    pub fn unbind(&mut self, place: &mut Place, index: &str) {
        if place.made.is_some() {
            place.locals.remove(index);
        }
    }

    /// Unbinds all indices but the first so many, whose names were these in the text.
    pub fn unbind_all(&mut self, place: &mut Place, left: usize, written: &[&Binder]) {
        place.binders.truncate(left);
        for binder in written {
            self.unbind(place, &binder.index.text);
        }
    }

    pub fn domain(&mut self, place: &mut Place, domain: &Over) -> Option<Over> {
        match domain {
            Over::Size(size) => {
                if let ExprKind::Name(name) = &size.kind {
                    if let Some(Local::Size(over)) = place.locals.get(&name.text) {
                        return Some(moved(over.clone(), place.span(size.span)));
                    }
                }
                Some(Over::Size(self.expr(place, size)?))
            }
            Over::Range(range) => Some(Over::Range(self.range(place, range)?)),
        }
    }

    pub fn range(&mut self, place: &mut Place, range: &Range) -> Option<Range> {
        Some(Range {
            lo: self.expr(place, &range.lo)?,
            hi: self.expr(place, &range.hi)?,
            inclusive: range.inclusive,
            span: place.span(range.span),
        })
    }

    fn define(&mut self, place: &mut Place, define: &Define) -> Option<()> {
        let (left, held) = (place.binders.len(), place.conditions.len());
        let written: Vec<&Binder> = define
            .subscripts
            .iter()
            .filter_map(|subscript| match subscript {
                Subscript::Binds(binder) => Some(binder),
                _ => None,
            })
            .collect();
        let made = self.defined(place, define);
        self.unbind_all(place, left, &written);
        place.conditions.truncate(held);
        let (made, dims) = made?;
        let text = made.name.text.clone();
        let is_output = place.made.is_none() && self.outputs.contains(&text);
        if place.made.is_some()
            && !matches!(place.locals.get(&define.name.text), Some(Local::Own(_)))
        {
            self.local(place, &define.name, Local::Own(text.clone()))?;
        }
        if !is_output {
            let lead = super::visit::indices(&place.binders[..place.lead]);
            self.note_made(&text, lead, dims, false);
        }
        self.emit(Statement::Define(made));
        Some(())
    }

    fn defined(&mut self, place: &mut Place, define: &Define) -> Option<(Define, Vec<Dim>)> {
        let lead = place.binders[..place.lead].iter().cloned();
        let mut subscripts: Vec<Subscript> = lead.map(Subscript::Binds).collect();
        let mut dims = Vec::new();
        for subscript in &define.subscripts {
            let at = match subscript {
                Subscript::Binds(binder) => {
                    let binder = self.bind(place, binder)?;
                    dims.push(Dim::of(&binder));
                    subscripts.push(Subscript::Binds(binder));
                    continue;
                }
                Subscript::Bound(name) if place.made.is_none() => {
                    subscripts.push(Subscript::Bound(name.clone()));
                    dims.push(Dim::size(&super::visit::named(&name.text)));
                    continue;
                }
                Subscript::Bound(name) => Expr {
                    kind: ExprKind::Name(name.clone()),
                    span: name.span,
                },
                Subscript::At(expr) => expr.clone(),
            };
            let at = self.expr(place, &at)?;
            dims.push(part(&at));
            subscripts.push(match &at.kind {
                ExprKind::Name(name) => Subscript::Bound(name.clone()),
                _ => Subscript::At(at),
            });
        }
        let own = self.filter(place, define.filter.as_ref())?;
        let range = match &define.range {
            Some(range) => Some(self.range(place, range)?),
            None => None,
        };
        let mut name = place.name(&define.name);
        if let Some(made) = &place.made {
            name.text = format!("{made}.{}", name.text);
        }
        let define = Define {
            hint: define.hint,
            name,
            subscripts,
            filter: self.with_lead(place, own),
            range,
            expr: self.expr(place, &define.expr)?,
            span: place.span(define.span),
        };
        Some((define, dims))
    }

    /// A condition of a definition's statement with those that its call stands under.
    fn with_lead(&self, place: &Place, own: Option<Condition>) -> Option<Condition> {
        if place.made.is_none() {
            return own;
        }
        let own_parts = own.iter().flat_map(conjuncts).count();
        let lead = place.conditions.len().saturating_sub(own_parts);
        joined(place.conditions[..lead].iter().cloned().chain(own))
    }

    /// A condition; its parts hold in what follows, until they are taken back.
    pub fn filter(
        &mut self,
        place: &mut Place,
        filter: Option<&Condition>,
    ) -> Option<Option<Condition>> {
        let Some(filter) = filter else {
            return Some(None);
        };
        let filter = self.condition(place, filter)?;
        place.conditions.extend(conjuncts(&filter));
        Some(Some(filter))
    }

    fn assertion(&mut self, place: &mut Place, assert: &Assert) -> Option<()> {
        let (left, held) = (place.binders.len(), place.conditions.len());
        let made = self.asserted(place, assert);
        let written: Vec<&Binder> = assert.binders.iter().collect();
        self.unbind_all(place, left, &written);
        place.conditions.truncate(held);
        self.emit(Statement::Assert(made?));
        Some(())
    }

    fn asserted(&mut self, place: &mut Place, assert: &Assert) -> Option<Assert> {
        let mut binders = place.binders[..place.lead].to_vec();
        for binder in &assert.binders {
            binders.push(self.bind(place, binder)?);
        }
        let own = self.filter(place, assert.filter.as_ref())?;
        Some(Assert {
            binders,
            filter: self.with_lead(place, own),
            left: self.expr(place, &assert.left)?,
            comparison: assert.comparison,
            right: self.expr(place, &assert.right)?,
            span: place.span(assert.span),
        })
    }
}

/// The positions up to one that a part defines.
fn part(at: &Expr) -> Dim {
    Dim {
        index: None,
        over: Over::Range(Range {
            lo: Expr {
                kind: ExprKind::Number("0".to_string()),
                span: at.span,
            },
            hi: at.clone(),
            inclusive: true,
            span: at.span,
        }),
    }
}

/// A domain that stands somewhere else.
fn moved(mut over: Over, span: crate::diagnostic::Span) -> Over {
    match &mut over {
        Over::Size(size) => size.span = span,
        Over::Range(range) => range.span = span,
    }
    over
}
