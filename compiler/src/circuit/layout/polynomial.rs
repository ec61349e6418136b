//! Which values may be written into the rows that read them.

use crate::meaning::graph::{Domain, ExprId, ExprKind, Graph, Reduction, ValueId};
use crate::meaning::statics::is_static;

/// A contraction over at most this many points is written into one row.
pub(super) const UNROLLED: u64 = 256;

/// The values that need no column, unless it is chosen ([`Choices::columns`]) or their sums are
/// evaluated: polynomials of others that are neither outputs nor declared with a range.
///
/// [`Choices::columns`]: crate::circuit::choices::Choices::columns
pub fn polynomials(graph: &Graph) -> Vec<ValueId> {
    let values = (0..).map(ValueId).zip(&graph.values);
    values
        .filter(|(_, value)| value.output.is_none() && value.declared.is_none())
        .filter(|(_, value)| is_polynomial(graph, value.expr, &|sum| is_short(graph, sum)))
        .map(|(id, _)| id)
        .collect()
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
