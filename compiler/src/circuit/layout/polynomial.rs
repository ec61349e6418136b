//! Which values may be written into the rows that read them.

use super::contraction::contractions;
use crate::meaning::graph::{Domain, ExprId, ExprKind, Graph, Reduction, ValueId};
use crate::meaning::statics::is_static;

/// A contraction over at most this many points is written into one row.
pub(super) const UNROLLED: u64 = 256;
/// A sum over fewer points has nothing to gain by rows.
const FEW: u64 = 4;

/// The values that need no column, unless it is chosen ([`Choices::columns`]) or their sums are
/// evaluated: polynomials of others that are neither outputs nor declared with a range.
///
/// [`Choices::columns`]: crate::circuit::choices::Choices::columns
pub fn polynomials(graph: &Graph) -> Vec<ValueId> {
    let values = (0..).map(ValueId).zip(&graph.values);
    values
        .filter(|(_, value)| {
            value.interval.fits() && value.output.is_none() && value.declared.is_none()
        })
        .filter(|(_, value)| is_polynomial(graph, value.expr, &|sum| is_short(graph, sum)))
        .map(|(id, _)| id)
        .collect()
}

/// The sums that stand in the row that reads them, unless their terms are to have rows of their own
/// ([`Choices::rows`]): short ones that are no contraction, in the order in which the program's values
/// and assertions hold them.
///
/// [`Choices::rows`]: crate::circuit::choices::Choices::rows
pub fn short_sums(graph: &Graph) -> Vec<ExprId> {
    fn walk(graph: &Graph, id: ExprId, apart: &[ExprId], found: &mut Vec<ExprId>) {
        if found.contains(&id) || is_static(graph, id) {
            return;
        }
        let mut inner = id;
        let is_sum = !apart.contains(&id) && is_short(graph, id);
        if is_sum || apart.contains(&id) {
            if is_sum && terms(graph, id) >= FEW {
                found.push(id);
            }
            // The sums inside are part of it.
            while let ExprKind::Reduce { body, .. } = graph.expr(inner).kind {
                inner = body;
            }
        }
        for child in graph.expr(inner).kind.proved() {
            walk(graph, child, apart, found);
        }
    }
    let apart = contractions(graph);
    let mut found = Vec::new();
    for value in graph.values.iter().filter(|value| value.interval.fits()) {
        walk(graph, value.expr, &apart, &mut found);
    }
    for assert in &graph.asserts {
        walk(graph, assert.left, &apart, &mut found);
        walk(graph, assert.right, &apart, &mut found);
    }
    found
}

/// The values of a short sum's index.
fn terms(graph: &Graph, id: ExprId) -> u64 {
    match graph.expr(id).kind {
        ExprKind::Reduce { index, .. } => match graph.index(index).domain {
            Domain::Static(size) => size,
            _ => 0,
        },
        _ => 0,
    }
}

/// Whether an expression is a polynomial of elements and of what is known when the key is made, with
/// sums as `unrolls` says.
pub(super) fn is_polynomial(graph: &Graph, expr: ExprId, unrolls: &dyn Fn(ExprId) -> bool) -> bool {
    if is_static(graph, expr) {
        return true;
    }
    let kind = &graph.expr(expr).kind;
    let own = match kind {
        ExprKind::Constant(_) | ExprKind::Index(_) | ExprKind::Read { .. } => true,
        ExprKind::Neg(_) | ExprKind::Add(..) | ExprKind::Sub(..) | ExprKind::Mul(..) => true,
        // Its conditions take no column.
        ExprKind::Reduce { body, .. } => {
            return unrolls(expr) && is_polynomial(graph, *body, unrolls);
        }
        _ => false,
    };
    let mut children = kind.children().into_iter();
    own && children.all(|child| is_polynomial(graph, child, unrolls))
}

/// Whether a sum is short enough to be written into a row, with the same terms in every row.
pub(super) fn is_short(graph: &Graph, expr: ExprId) -> bool {
    match &graph.expr(expr).kind {
        ExprKind::Reduce {
            op: Reduction::Sum,
            index,
            filter,
            ..
        } => {
            let same = filter
                .rows
                .is_none_or(|rows| graph.free(rows).iter().all(|free| free == index));
            same && matches!(graph.index(*index).domain, Domain::Static(n) if n <= UNROLLED)
        }
        _ => false,
    }
}
