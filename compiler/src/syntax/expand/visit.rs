//! What stands in an expression: every part of it, and the names.

use std::collections::BTreeSet;

use crate::syntax::ast::{Binder, Condition, ConditionKind, Expr, ExprKind, Name, Over, Range};

/// Every part of an expression, the whole last.
pub fn parts(expr: &mut Expr, each: &mut dyn FnMut(&mut Expr)) {
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Every => {}
        ExprKind::Element { at, .. } => at.iter_mut().for_each(|at| parts(at, each)),
        ExprKind::Call { arguments, .. } => {
            arguments.iter_mut().for_each(|it| parts(it, each));
        }
        ExprKind::Apply(apply) => {
            apply
                .given
                .iter_mut()
                .for_each(|given| parts(&mut given.value, each));
            apply.at.iter_mut().for_each(|at| parts(at, each));
        }
        ExprKind::Reduce {
            binders,
            filter,
            body,
            ..
        } => {
            binders
                .iter_mut()
                .for_each(|binder| over(&mut binder.domain, each));
            if let Some(filter) = filter {
                condition(filter, each);
            }
            parts(body, each);
        }
        ExprKind::Condition(of) => condition(of, each),
        ExprKind::Negate(inner) => parts(inner, each),
        ExprKind::Binary { left, right, .. } => {
            parts(left, each);
            parts(right, each);
        }
    }
    each(expr);
}

/// As [`parts`], of a domain.
pub fn over(domain: &mut Over, each: &mut dyn FnMut(&mut Expr)) {
    match domain {
        Over::Size(size) => parts(size, each),
        Over::Range(Range { lo, hi, .. }) => {
            parts(lo, each);
            parts(hi, each);
        }
    }
}

/// As [`parts`], of a condition.
pub fn condition(of: &mut Condition, each: &mut dyn FnMut(&mut Expr)) {
    match &mut of.kind {
        ConditionKind::Holds(expr) => parts(expr, each),
        ConditionKind::Compare { left, right, .. } => {
            parts(left, each);
            parts(right, each);
        }
        ConditionKind::Not(inner) => condition(inner, each),
        ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
            condition(left, each);
            condition(right, each);
        }
    }
}

fn note(found: &mut BTreeSet<String>, expr: &Expr) {
    if let ExprKind::Name(name) | ExprKind::Element { name, .. } = &expr.kind {
        found.insert(name.text.clone());
    }
}

/// The names that an expression reads.
pub fn names(expr: &Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    parts(&mut expr.clone(), &mut |part| note(&mut found, part));
    found
}

/// The names that a domain reads.
pub fn names_of_domain(domain: &Over) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    over(&mut domain.clone(), &mut |part| note(&mut found, part));
    found
}

/// The names that a condition reads.
pub fn names_of_condition(of: &Condition) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    condition(&mut of.clone(), &mut |part| note(&mut found, part));
    found
}

/// Puts an expression in the place of a name.
pub fn put<'a>(name: &'a str, by: &'a Expr) -> impl FnMut(&mut Expr) + 'a {
    move |part| {
        if matches!(&part.kind, ExprKind::Name(own) if own.text == name) {
            part.kind = by.kind.clone();
        }
    }
}

/// A name as an expression, of no place.
pub fn named(text: &str) -> Expr {
    let span = crate::diagnostic::Span::default();
    Expr {
        kind: ExprKind::Name(Name {
            text: text.to_string(),
            span,
        }),
        span,
    }
}

/// The conditions that hold together if this one does.
pub fn conjuncts(of: &Condition) -> Vec<Condition> {
    match &of.kind {
        ConditionKind::And(left, right) => {
            let mut all = conjuncts(left);
            all.extend(conjuncts(right));
            all
        }
        _ => vec![of.clone()],
    }
}

/// All of these conditions; nothing if there are none.
pub fn joined(conditions: impl IntoIterator<Item = Condition>) -> Option<Condition> {
    conditions.into_iter().reduce(|left, right| Condition {
        span: left.span,
        kind: ConditionKind::And(Box::new(left), Box::new(right)),
    })
}

/// The binders' indices.
pub fn indices(binders: &[Binder]) -> Vec<String> {
    let each = binders.iter().map(|binder| binder.index.text.clone());
    each.collect()
}
