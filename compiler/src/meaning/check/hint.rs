//! Hints: what a trace is filled with, and what they may be (spec 3.3).

use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{ExprId, ExprKind};
use crate::syntax::ast::Define;

impl Checker<'_> {
    /// The right side of a definition: of a hint, no more than a number in its range (E061).
    pub(super) fn hinted(&mut self, define: &Define, expr: ExprId) -> Option<ExprId> {
        if !define.hint {
            return Some(expr);
        }
        let name = &define.name;
        let problem = |what: String, label: &str| {
            Diagnostic::new("E061", what)
                .at(name.span, label.to_owned())
                .hint("a hint is a value of its own with a range: `hint r[i in n] : 1..=9 = ...`")
        };
        let output = matches!(self.scopes.get(&name.text), Some((Symbol::Output(_), _)));
        if output || self.parts_of(name).is_some() {
            let what = match output {
                true => "an output",
                false => "defined by parts",
            };
            self.report(problem(
                format!("`{}` cannot be a hint", name.text),
                &format!("is {what}"),
            ));
            return None;
        }
        let Some(range) = &define.range else {
            self.report(problem(
                format!("the hint `{}` has no range", name.text),
                "nothing else holds it",
            ));
            return None;
        };
        let range = self.range(range)?;
        self.push(ExprKind::Hint(expr), define.expr.span, range)
    }
}
