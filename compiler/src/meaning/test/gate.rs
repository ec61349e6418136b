//! The condition of what is expected: which points there are, and at which of them it is looked when the program
//! has run.

use super::shape::extents;
use crate::meaning::graph::Graph;
use crate::syntax::ast::{Condition, ConditionKind, Expr, ExprKind};

/// What stands after `where`, taken apart at its `and`s.
#[derive(Default)]
pub struct Apart {
    /// Of indices and constants alone: it leaves points out.
    pub known: Option<Condition>,
    /// Of what is given or computed.
    pub gate: Option<Condition>,
}

/// Which parts of a condition are known before any input.
pub fn apart(graph: &Graph, condition: Option<&Condition>) -> Apart {
    let mut found = Apart::default();
    let mut open: Vec<&Condition> = condition.into_iter().collect();
    while let Some(condition) = open.pop() {
        if let ConditionKind::And(left, right) = &condition.kind {
            open.extend([&**right, &**left]);
            continue;
        }
        let side = match depends(graph, condition) {
            true => &mut found.gate,
            false => &mut found.known,
        };
        *side = Some(match side.take() {
            None => condition.clone(),
            Some(before) => Condition {
                span: before.span.to(condition.span),
                kind: ConditionKind::And(Box::new(before), Box::new(condition.clone())),
            },
        });
    }
    found
}

/// Whether a condition depends on what is given.
fn depends(graph: &Graph, condition: &Condition) -> bool {
    condition.exprs().into_iter().any(|expr| reads(graph, expr))
}

fn reads(graph: &Graph, expr: &Expr) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(|expr| reads(graph, expr));
    let given = |name: &str| {
        let table = graph.tables.iter().find(|table| table.name == name);
        table.is_some_and(|table| table.from_input)
    };
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Every => false,
        ExprKind::Name(name) => extents(graph, &name.text).is_some(),
        ExprKind::Element { name, at } => extents(graph, &name.text).is_some() || any(at),
        ExprKind::Call { name, arguments } => given(&name.text) || any(arguments),
        // A definition is computed as values are.
        ExprKind::Apply(_) => true,
        ExprKind::Reduce { filter, body, .. } => {
            let filter = filter.as_ref();
            filter.is_some_and(|filter| depends(graph, filter)) || reads(graph, body)
        }
        ExprKind::Negate(inner) => reads(graph, inner),
        ExprKind::Binary { left, right, .. } => reads(graph, left) || reads(graph, right),
        ExprKind::Condition(condition) => depends(graph, condition),
    }
}
