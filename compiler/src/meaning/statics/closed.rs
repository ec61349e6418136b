//! Which expressions are static, and each by itself: over the positions of a point.

use std::collections::BTreeMap;

use crate::meaning::graph::{
    ExprId, ExprKind, Extent, Graph, IndexExpr, IndexId, Source, StaticExpr,
};
use crate::meaning::index::fold;

/// What indices stand for: functions of a point's positions.
pub type Forms = BTreeMap<IndexId, IndexExpr>;

/// Whether all that an expression reads is known when the key is made.
pub fn is_static(graph: &Graph, id: ExprId) -> bool {
    let kind = &graph.expr(id).kind;
    let own = match kind {
        ExprKind::Read { source, .. } => matches!(source, Source::Static(_)),
        ExprKind::Pick { .. } | ExprKind::Hint(_) | ExprKind::Limbs { .. } => false,
        _ => true,
    };
    own && kind
        .children()
        .into_iter()
        .all(|child| is_static(graph, child))
}

/// A static expression by itself, over the positions of a point, of which there are `rank`: `forms`
/// says what the free indices stand for. `None` if it is not static, if an index stands for nothing,
/// or if a constant does not fit 64 bits.
pub fn closed(graph: &Graph, id: ExprId, forms: &Forms, rank: usize) -> Option<StaticExpr> {
    let inner = |id: ExprId| closed(graph, id, forms, rank).map(Box::new);
    Some(match &graph.expr(id).kind {
        ExprKind::Constant(value) => StaticExpr::Constant(i64::try_from(*value).ok()?),
        ExprKind::Index(subscript) => match bound(subscript, forms)? {
            IndexExpr::Constant(value) => StaticExpr::Constant(value),
            form => StaticExpr::Form(form),
        },
        ExprKind::Read {
            source: Source::Static(of),
            at,
        } => StaticExpr::Read {
            of: *of,
            at: at
                .iter()
                .map(|at| bound(at, forms))
                .collect::<Option<_>>()?,
        },
        ExprKind::Read { .. }
        | ExprKind::Pick { .. }
        | ExprKind::Hint(_)
        | ExprKind::Limbs { .. } => return None,
        ExprKind::Zero(a) => StaticExpr::Zero(inner(*a)?),
        ExprKind::Root { nearest, arg } => StaticExpr::Root {
            nearest: *nearest,
            arg: inner(*arg)?,
        },
        ExprKind::Lookup { table, arg } => StaticExpr::Lookup {
            table: *table,
            arg: inner(*arg)?,
        },
        ExprKind::Neg(a) => StaticExpr::Neg(inner(*a)?),
        ExprKind::Abs(a) => StaticExpr::Abs(inner(*a)?),
        ExprKind::Add(a, b) => StaticExpr::Add(inner(*a)?, inner(*b)?),
        ExprKind::Sub(a, b) => StaticExpr::Sub(inner(*a)?, inner(*b)?),
        ExprKind::Mul(a, b) => StaticExpr::Mul(inner(*a)?, inner(*b)?),
        ExprKind::Max(a, b) => StaticExpr::Max(inner(*a)?, inner(*b)?),
        ExprKind::Min(a, b) => StaticExpr::Min(inner(*a)?, inner(*b)?),
        ExprKind::Clip { arg, lo, hi } => StaticExpr::Clip {
            arg: inner(*arg)?,
            lo: i64::try_from(*lo).ok()?,
            hi: i64::try_from(*hi).ok()?,
        },
        ExprKind::Divide { policy, num, den } => StaticExpr::Divide {
            policy: *policy,
            num: inner(*num)?,
            den: inner(*den)?,
        },
        ExprKind::Reduce { filter, .. } if filter.gate.is_some() => return None,
        ExprKind::Reduce {
            op,
            index,
            body,
            filter,
        } => {
            let domain = graph.index(*index).domain;
            let extent = Extent {
                base: graph.least(domain),
                more: match graph.growth(domain) {
                    Some((_, with)) => Some(forms.get(&with)?.clone()),
                    None => None,
                },
            };
            let mut forms = forms.clone();
            forms.insert(*index, IndexExpr::Index(IndexId(rank as u32)));
            let rows = match filter.rows {
                Some(rows) => Some(Box::new(closed(graph, rows, &forms, rank + 1)?)),
                None => None,
            };
            StaticExpr::Reduce {
                op: *op,
                extent,
                filter: rows,
                body: Box::new(closed(graph, *body, &forms, rank + 1)?),
            }
        }
    })
}

/// An index expression over positions, constants folded.
fn bound(subscript: &IndexExpr, forms: &Forms) -> Option<IndexExpr> {
    let both =
        |a: &IndexExpr, b: &IndexExpr, join: fn(Box<IndexExpr>, Box<IndexExpr>) -> IndexExpr| {
            let (a, b) = (bound(a, forms)?, bound(b, forms)?);
            Some(fold(join(Box::new(a), Box::new(b))))
        };
    match subscript {
        IndexExpr::Index(index) => forms.get(index).cloned(),
        IndexExpr::Constant(value) => Some(IndexExpr::Constant(*value)),
        IndexExpr::Add(a, b) => both(a, b, IndexExpr::Add),
        IndexExpr::Sub(a, b) => both(a, b, IndexExpr::Sub),
        IndexExpr::Mul(a, b) => both(a, b, IndexExpr::Mul),
        IndexExpr::Div(a, b) => both(a, b, IndexExpr::Div),
        IndexExpr::Mod(a, b) => both(a, b, IndexExpr::Mod),
        IndexExpr::Pow(a, b) => both(a, b, IndexExpr::Pow),
    }
}
