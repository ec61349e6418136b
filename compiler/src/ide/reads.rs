//! Every name in an expression, with how it is looked up.

use super::collect::{Collector, Place};
use super::symbols::Role;
use crate::syntax::ast::{Condition, ConditionKind, Expr, ExprKind, Over, Range};

impl Collector<'_> {
    pub fn range(&mut self, range: &Range) {
        self.expr(&range.lo);
        self.expr(&range.hi);
    }

    pub fn over(&mut self, over: &Over) {
        match over {
            Over::Size(size) => self.expr(size),
            Over::Range(range) => self.range(range),
        }
    }

    pub fn condition(&mut self, condition: &Condition) {
        match &condition.kind {
            ConditionKind::Holds(expr) => self.expr(expr),
            ConditionKind::Compare { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ConditionKind::Not(inner) => self.condition(inner),
            ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
                self.condition(left);
                self.condition(right);
            }
        }
    }

    pub fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Every => {}
            ExprKind::Name(name) => self.occurs(name, Role::Read),
            ExprKind::Element { name, at } => {
                self.occurs(name, Role::Read);
                at.iter().for_each(|at| self.expr(at));
            }
            ExprKind::Call { name, arguments } => {
                self.occurs(name, Role::Call);
                arguments.iter().for_each(|argument| self.expr(argument));
            }
            ExprKind::Apply(apply) => {
                self.occurs(&apply.name, Role::Call);
                for given in &apply.given {
                    if let Some(name) = &given.name {
                        self.occurs(name, Role::Of(apply.name.text.clone()));
                    }
                    self.expr(&given.value);
                }
                if let Some(result) = &apply.result {
                    self.occurs(result, Role::Of(apply.name.text.clone()));
                }
                apply.at.iter().for_each(|at| self.expr(at));
            }
            ExprKind::Reduce {
                binders,
                filter,
                body,
                ..
            } => {
                // Not of a definition, but of all of this expression.
                let place = Place {
                    block: expr.span,
                    after: None,
                    def: self.symbols.def_at(expr.span.start),
                };
                self.binders(binders, expr.span.end, &place);
                filter.iter().for_each(|it| self.condition(it));
                self.expr(body);
            }
            ExprKind::Negate(inner) => self.expr(inner),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Condition(condition) => self.condition(condition),
        }
    }
}
