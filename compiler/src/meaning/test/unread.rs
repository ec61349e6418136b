//! Indices that an expectation binds and reads nowhere: it would say the same of one element many times.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Binder, Claim, Expect, Expr, ExprKind, Over};

/// What is wrong with the indices that an expectation binds (E120). One with a condition may bind one for that
/// alone: there is no `where` without.
pub fn unread(expect: &Expect) -> Vec<Diagnostic> {
    if expect.filter.is_some() {
        return Vec::new();
    }
    let mut read = BTreeSet::new();
    expect
        .binders
        .iter()
        .for_each(|binder| domain(binder, &mut read));
    match &expect.claim {
        Claim::Listed { tensor, .. } => names(tensor, &mut read),
        Claim::Holds(condition) => each(condition.exprs(), &mut read),
    }
    let unread = expect.binders.iter().map(|binder| &binder.index);
    let unread = unread.filter(|index| !read.contains(index.text.as_str()));
    unread
        .map(|index| {
            let what = format!("`{}` is read nowhere in what is expected", index.text);
            Diagnostic::new("E120", what)
                .at(index.span, "bound here")
                .hint("leave it out, or use it as a subscript")
        })
        .collect()
}

fn each<'e>(exprs: impl IntoIterator<Item = &'e Expr>, found: &mut BTreeSet<&'e str>) {
    exprs.into_iter().for_each(|expr| names(expr, found));
}

fn domain<'e>(binder: &'e Binder, found: &mut BTreeSet<&'e str>) {
    match &binder.domain {
        Over::Size(size) => names(size, found),
        Over::Range(range) => each([&range.lo, &range.hi], found),
    }
}

/// The names in an expression.
fn names<'e>(expr: &'e Expr, found: &mut BTreeSet<&'e str>) {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Every => {}
        ExprKind::Name(name) => {
            found.insert(&name.text);
        }
        ExprKind::Element { at, .. } => each(at, found),
        ExprKind::Call { arguments, .. } => each(arguments, found),
        ExprKind::Apply(apply) => {
            let given = apply.given.iter().map(|given| &given.value);
            each(given.chain(&apply.at), found);
        }
        ExprKind::Reduce {
            binders,
            filter,
            body,
            ..
        } => {
            binders.iter().for_each(|binder| domain(binder, found));
            each(filter.iter().flat_map(|filter| filter.exprs()), found);
            names(body, found);
        }
        ExprKind::Negate(inner) => names(inner, found),
        ExprKind::Binary { left, right, .. } => each([&**left, &**right], found),
        ExprKind::Condition(condition) => each(condition.exprs(), found),
    }
}
