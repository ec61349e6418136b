//! The names in tests: what is set, given and expected of the circuit, and the indices of their own.

use super::collect::{Collector, Place};
use super::symbols::{Kind, Role};
use crate::diagnostic::Span;
use crate::syntax::ast::{
    Claim, Condition, Expect, Expr, ExprKind, Give, Listed, Name, Test, TestLine,
};

impl Collector<'_> {
    pub fn test(&mut self, test: &Test, place: &Place) {
        for set in &test.settings {
            self.occurs(&set.name, Role::Read);
            self.expr(&set.default);
        }
        for line in &test.lines {
            match line {
                TestLine::Give(give) => self.give(give, place),
                TestLine::Expect(expect) => self.expect(expect, place),
                TestLine::Sample(_) | TestLine::Prove(_) => {}
            }
        }
    }

    fn give(&mut self, give: &Give, place: &Place) {
        self.occurs(&give.name, Role::Read);
        for index in &give.indices {
            let visible = Span::new(index.span.end, give.span.end);
            self.define(index, Kind::Index, index.span, visible, place);
        }
        match &give.elements {
            Listed::One(expr) => self.expr(expr),
            Listed::List(list) => self.list(list),
        }
    }

    fn expect(&mut self, expect: &Expect, place: &Place) {
        let end = expect.span.end;
        self.binders(&expect.binders, end, place);
        let bound = expect.binders.iter().map(|it| it.index.text.clone());
        let mut free = Free {
            collector: self,
            bound: bound.collect(),
            found: Vec::new(),
        };
        free.condition(expect.filter.as_ref());
        match &expect.claim {
            Claim::Listed { tensor, .. } => free.expr(tensor),
            Claim::Holds(condition) => free.condition(Some(condition)),
        }
        let found = free.found;
        for index in &found {
            self.define(index, Kind::Index, index.span, expect.span, place);
        }
        let mark = self.symbols.occurrences.len();
        expect.filter.iter().for_each(|it| self.condition(it));
        match &expect.claim {
            Claim::Listed { tensor, list } => {
                self.expr(tensor);
                self.list(list);
            }
            Claim::Holds(condition) => self.condition(condition),
        }
        // Where an index is first named it is there already.
        let read = self.symbols.occurrences.split_off(mark);
        let again = |span: Span| found.iter().any(|index| index.span == span);
        let read = read
            .into_iter()
            .filter(|occurrence| !again(occurrence.span));
        self.symbols.occurrences.extend(read);
    }
}

/// Indices that stand alone as subscripts and that nothing else is called, each where it does first.
struct Free<'c, 's> {
    collector: &'c Collector<'s>,
    bound: Vec<String>,
    found: Vec<Name>,
}

impl Free<'_, '_> {
    fn is_known(&self, name: &str) -> bool {
        let symbols = &self.collector.symbols;
        let known = symbols.by_name.get(name).into_iter().flatten();
        let mut known = known.map(|number| &symbols.symbols[*number]);
        self.bound.iter().any(|bound| bound == name)
            || self.found.iter().any(|found| found.text == name)
            || known
                .any(|it| it.def.is_none() && (it.kind.is_member() || it.kind == Kind::Parameter))
    }

    fn condition(&mut self, condition: Option<&Condition>) {
        let exprs = condition.map_or(Vec::new(), Condition::exprs);
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Every => {}
            ExprKind::Element { at, .. } => {
                for at in at {
                    match &at.kind {
                        ExprKind::Name(index) if !self.is_known(&index.text) => {
                            self.found.push(index.clone());
                        }
                        _ => self.expr(at),
                    }
                }
            }
            ExprKind::Call { arguments, .. } => arguments.iter().for_each(|it| self.expr(it)),
            ExprKind::Apply(apply) => {
                let given = apply.given.iter().map(|given| &given.value);
                given.chain(&apply.at).for_each(|it| self.expr(it));
            }
            ExprKind::Reduce {
                binders,
                filter,
                body,
                ..
            } => {
                let before = self.bound.len();
                let own = binders.iter().map(|binder| binder.index.text.clone());
                self.bound.extend(own);
                self.condition(filter.as_deref());
                self.expr(body);
                self.bound.truncate(before);
            }
            ExprKind::Negate(inner) => self.expr(inner),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Condition(condition) => self.condition(Some(condition)),
        }
    }
}
