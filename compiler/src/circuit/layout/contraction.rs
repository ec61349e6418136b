//! Which sums of products can be checked at a random point, told apart by what their operands depend on
//! (spec 4.9).

#[cfg(test)]
mod tests;

use crate::circuit::field::P;
use crate::meaning::dims::max_sizes;
use crate::meaning::graph::{
    Dim, ExprId, ExprKind, Graph, IndexId, Interval, Place, Reduction, Source,
};
use crate::meaning::index::{bounds, WORD};

/// `sum over contracted of left * right`, told apart by which operand depends on what.
#[derive(Clone, Debug)]
pub(super) struct Contraction {
    pub(super) contracted: Vec<IndexId>,
    /// What both operands depend on, besides the contracted indices.
    pub(super) batch: Vec<IndexId>,
    /// What only the left one depends on.
    pub(super) rows: Vec<IndexId>,
    /// What only the right one depends on.
    pub(super) columns: Vec<IndexId>,
    pub(super) left: Operand,
    pub(super) right: Operand,
    /// The column runs over a cache that grows with the row: row t meets the columns up to
    /// this many entries beyond t.
    pub(super) causal: Option<u64>,
}

/// A product of expressions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Operand {
    pub(super) factors: Vec<ExprId>,
    pub(super) scale: i64,
    pub(super) space: Vec<IndexId>,
    /// It stands in the rows where this holds, and counts as 0 elsewhere.
    pub(super) rows: Option<ExprId>,
}

/// The sums of products that can be evaluated at a random point, in the order in which the
/// program's values and assertions hold them: what [`Choices::contract`] decides.
///
/// [`Choices::contract`]: crate::circuit::choices::Choices::contract
pub fn contractions(graph: &Graph) -> Vec<ExprId> {
    told_apart(graph).into_iter().map(|(id, _)| id).collect()
}

/// The [`contractions`], each with what it is.
pub(super) fn told_apart(graph: &Graph) -> Vec<(ExprId, Contraction)> {
    fn walk(graph: &Graph, expr: ExprId, found: &mut Vec<(ExprId, Contraction)>) {
        let mut known = found.iter().any(|(id, _)| *id == expr);
        if !known {
            if let Some(contraction) = contraction(graph, expr) {
                found.push((expr, contraction));
                known = true;
            }
        }
        let mut inner = expr;
        if known {
            // The sums inside are part of it.
            while let ExprKind::Reduce { body, .. } = graph.expr(inner).kind {
                inner = body;
            }
        }
        for child in graph.expr(inner).kind.proved() {
            walk(graph, child, found);
        }
    }
    let mut found = Vec::new();
    // What does not fit is proved by its limbs (spec 3.5).
    for value in graph.values.iter().filter(|value| value.interval.fits()) {
        walk(graph, value.expr, &mut found);
    }
    for assert in &graph.asserts {
        walk(graph, assert.left, &mut found);
        walk(graph, assert.right, &mut found);
    }
    found
}

/// The contraction that an expression is, if it is one that can be evaluated.
fn contraction(graph: &Graph, id: ExprId) -> Option<Contraction> {
    let (mut contracted, mut body) = (Vec::new(), id);
    let mut only = None;
    while let ExprKind::Reduce {
        op: Reduction::Sum,
        index,
        body: inner,
        filter,
    } = graph.expr(body).kind
    {
        if filter.scope.is_some() || filter.gate.is_some() || only.is_some() {
            return None;
        }
        only = filter.rows;
        contracted.push(index);
        body = inner;
    }
    if contracted.is_empty() || (only.is_none() && is_partial(graph, body)) {
        return None;
    }
    let (mut factors, mut scale) = (Vec::new(), 1i64);
    if !flatten(graph, body, &mut factors, &mut scale) {
        return None;
    }
    // The operands: what depends on as much as the factor that depends on most, and the rest.
    let spaces: Vec<Vec<IndexId>> = factors.iter().map(|&f| mentions(graph, f)).collect();
    let widest = (0..factors.len()).rev().max_by_key(|&i| spaces[i].len())?;
    let within = |space: &[IndexId]| space.iter().all(|i| spaces[widest].contains(i));
    let operand = |inside: bool, scale: i64| {
        let chosen = (0..factors.len()).filter(|&i| within(&spaces[i]) == inside);
        let chosen: Vec<usize> = chosen.collect();
        let mut space: Vec<IndexId> = chosen.iter().flat_map(|&i| spaces[i].clone()).collect();
        space.sort_unstable();
        space.dedup();
        Operand {
            factors: chosen.into_iter().map(|i| factors[i]).collect(),
            scale,
            space,
            rows: None,
        }
    };
    let (mut left, mut right) = (operand(true, scale), operand(false, 1));
    // A factor within the widest may be all that depends on it less: two of the same space are
    // one operand, and a second factor that is smaller is the other.
    if right.factors.is_empty() {
        let smaller: Vec<usize> = (0..factors.len())
            .filter(|&i| spaces[i].len() < spaces[widest].len())
            .collect();
        let [only] = smaller[..] else { return None };
        left.factors.retain(|&f| f != factors[only]);
        right.factors.push(factors[only]);
        right.space.clone_from(&spaces[only]);
    }
    if let Some(rows) = only {
        // What the sum leaves out, the operand leaves out that is as large as the condition.
        let asked = graph.free(rows);
        let holds = |operand: &Operand| {
            let follows = |i: &IndexId| graph.index(*i).domain.follows();
            asked.iter().all(|i| operand.space.contains(i))
                && (operand.space.iter().filter_map(follows)).all(|i| operand.space.contains(&i))
        };
        let whole = |operand: &Operand| operand.factors.iter().all(|&f| is_everywhere(graph, f));
        let operand = match (holds(&left) && whole(&right), holds(&right) && whole(&left)) {
            (true, _) => &mut left,
            (_, true) => &mut right,
            _ => return None,
        };
        operand.rows = Some(rows);
    }
    let both = |i: &IndexId| left.space.contains(i) && right.space.contains(i);
    if !contracted.iter().all(both) {
        return None;
    }
    let free = |space: &[IndexId], other: &[IndexId]| -> Vec<IndexId> {
        let outer = space.iter().filter(|i| !contracted.contains(i));
        outer.filter(|i| !other.contains(i)).copied().collect()
    };
    let batch: Vec<IndexId> = left.space.iter().copied().filter(both).collect();
    let mut batch = free(&batch, &[]);
    let (mut rows, mut columns) = (
        free(&left.space, &right.space),
        free(&right.space, &left.space),
    );
    let mut all: Vec<IndexId> = [&batch[..], &rows, &columns].concat();
    all.sort_unstable();
    let mut space = Vec::new();
    graph.free_indices(id, &mut Vec::new(), &mut space);
    space.sort_unstable();
    space.dedup();
    if all != space || (rows.is_empty() && columns.is_empty()) {
        return None;
    }
    // A cache's index on one side whose step is on the other: the cache's side is the columns.
    let meets = |caches: &[IndexId], steps: &[IndexId]| {
        caches
            .iter()
            .any(|&i| grows(graph, i).is_some_and(|(step, _)| steps.contains(&step)))
    };
    if rows.is_empty() || meets(&rows, &columns) {
        std::mem::swap(&mut left, &mut right);
        std::mem::swap(&mut rows, &mut columns);
    }
    if meets(&rows, &columns) {
        return None;
    }
    let grown = columns.iter().find_map(|&column| {
        let (step, seeded) = grows(graph, column)?;
        rows.contains(&step).then_some((step, column, seeded))
    });
    if grown.is_some() && only.is_some() {
        return None;
    }
    let causal = grown.map(|(step, column, seeded)| {
        // A row is a step and a column an entry. What else one operand depends on tells segments
        // apart, with the other operand repeated.
        let others = |of: &[IndexId], one: IndexId| -> Vec<IndexId> {
            of.iter().copied().filter(|&index| index != one).collect()
        };
        for (indices, operand) in [
            (others(&rows, step), &mut right),
            (others(&columns, column), &mut left),
        ] {
            operand.space.extend(&indices);
            operand.space.sort_unstable();
            batch.extend(indices);
        }
        (rows, columns) = (vec![step], vec![column]);
        seeded
    });
    if [&left, &right]
        .iter()
        .any(|it| !multiplies(graph, &it.factors, it.scale))
    {
        return None;
    }
    Some(Contraction {
        contracted,
        batch,
        rows,
        columns,
        left,
        right,
        causal,
    })
}

/// Whether rows are left out of what an expression reads or reduces: an operand stands in all the
/// rows of its space, but for those that the sum leaves out as well.
fn is_partial(graph: &Graph, id: ExprId) -> bool {
    let kind = &graph.expr(id).kind;
    let own = match kind {
        ExprKind::Read {
            source: Source::Value(id),
            ..
        } => graph.value(*id).filter.is_some(),
        ExprKind::Reduce { filter, .. } => !filter.is_none(),
        _ => false,
    };
    own || kind.proved().iter().any(|&child| is_partial(graph, child))
}

/// Whether a factor is an element that there is at all points of its indices, whatever conditions say.
fn is_everywhere(graph: &Graph, id: ExprId) -> bool {
    let ExprKind::Read { source, at } = &graph.expr(id).kind else {
        return matches!(graph.expr(id).kind, ExprKind::Constant(_));
    };
    let is_static = |dim: &Dim| matches!(dim, Dim::Static(_));
    let sizes: Vec<u64> = match source {
        Source::Input(id) => {
            let input = graph.input(*id);
            if !input.growing.is_empty() {
                return false;
            }
            input.shape.clone()
        }
        Source::State(id) => graph.state_sizes(*id),
        Source::Static(id) => {
            let dims = &graph.fixed(*id).dims;
            if !dims.iter().all(is_static) {
                return false;
            }
            max_sizes(dims)
        }
        Source::Value(id) => {
            let value = graph.value(*id);
            let dims = graph.dims(&value.space);
            if value.filter.is_some() || !dims.iter().all(is_static) {
                return false;
            }
            max_sizes(&dims)
        }
    };
    at.iter().zip(sizes).all(|(subscript, size)| {
        let within = |range: Interval| range.lo >= 0 && range.hi < i128::from(size);
        bounds(graph, subscript).is_ok_and(within)
    })
}

/// Whether factors are multiplied within 64 bits, one after the other: as a product that the program
/// need not have in it.
pub(super) fn multiplies(graph: &Graph, factors: &[ExprId], scale: i64) -> bool {
    let factors = factors.iter().map(|&f| graph.expr(f).interval);
    let factors = factors.chain([Interval::point(scale.into())]);
    let within = |product: Interval, factor: Interval| {
        let product = product.times(factor);
        product.filter(|&product| WORD.meet(product) == Some(product))
    };
    factors
        .into_iter()
        .try_fold(Interval::point(1), within)
        .is_some()
}

/// The factors of a product; false if a constant does not fit the field.
fn flatten(graph: &Graph, id: ExprId, factors: &mut Vec<ExprId>, scale: &mut i64) -> bool {
    match graph.expr(id).kind {
        ExprKind::Mul(a, b) => {
            flatten(graph, a, factors, scale) && flatten(graph, b, factors, scale)
        }
        ExprKind::Constant(value) => {
            let product = value.checked_mul(i128::from(*scale));
            match product.filter(|p| p.abs() < P) {
                Some(product) => *scale = product as i64,
                None => return false,
            }
            true
        }
        _ => {
            factors.push(id);
            true
        }
    }
}

/// The indices that an expression's elements depend on, in order. Unlike its free indices, not
/// the step of a cache that it only reads from.
pub(super) fn mentions(graph: &Graph, id: ExprId) -> Vec<IndexId> {
    fn walk(graph: &Graph, id: ExprId, bound: &mut Vec<IndexId>, found: &mut Vec<IndexId>) {
        let mut note = |index: IndexId, bound: &[IndexId]| {
            if !bound.contains(&index) {
                found.push(index);
            }
            // A sum inside may stand in rows of its own, which know the steps of all its caches.
            if !bound.is_empty() {
                found.extend(graph.index(index).domain.follows());
            }
        };
        match &graph.expr(id).kind {
            ExprKind::Index(subscript) => subscript.indices(&mut |i| note(i, bound)),
            ExprKind::Read { at, .. } => {
                at.iter().for_each(|s| s.indices(&mut |i| note(i, bound)));
            }
            ExprKind::Pick { at, .. } => {
                for subscript in at.iter().filter_map(Place::known) {
                    subscript.indices(&mut |i| note(i, bound));
                }
            }
            ExprKind::Reduce { index, .. } => {
                if let Some(step) = graph.index(*index).domain.follows() {
                    note(step, bound);
                }
                bound.push(*index);
            }
            _ => {}
        }
        for child in graph.expr(id).kind.proved() {
            walk(graph, child, bound, found);
        }
        if matches!(graph.expr(id).kind, ExprKind::Reduce { .. }) {
            bound.pop();
        }
    }
    let mut found = Vec::new();
    walk(graph, id, &mut Vec::new(), &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

/// What an index grows with, as with the step if it is over a cache, and how many more points than that
/// it has: a cache's seeds.
pub(super) fn grows(graph: &Graph, index: IndexId) -> Option<(IndexId, u64)> {
    let growth = graph.growth(graph.index(index).domain);
    growth.map(|(base, with)| (with, base - 1))
}
