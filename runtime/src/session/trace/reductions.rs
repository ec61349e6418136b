//! Every reduction over rows that a circuit writes, evaluated once.

use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Element, Op};
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::{ExprId, ExprKind, IndexId, Reduction};
use attnc_compiler::meaning::space::{for_each_point, Layout};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Every reduction over rows that a circuit writes, evaluated once.
pub(super) struct Reductions {
    pub(super) totals: FxHashMap<u32, (Layout, Vec<i64>)>,
    /// Where a maximum or minimum is first attained.
    pub(super) firsts: FxHashMap<u32, (Layout, Vec<i64>)>,
}

impl Reductions {
    pub(super) fn new(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Self {
        let (mut totals, mut firsts) = (FxHashMap::default(), FxHashMap::default());
        let components = circuit.components.iter();
        for op in components.flat_map(|component| &component.ops) {
            let witness = match op {
                Op::Pinned { witness, .. } | Op::Take { witness, .. } => witness,
                Op::Gadget(Gadget::Maximum(maximum)) => &maximum.first,
                _ => continue,
            };
            match &witness.element {
                Element::Of(_) => None,
                Element::Reduction { expr, space } => totals.insert(expr.0, (*expr, &space[..])),
                Element::First { expr, space } => firsts.insert(expr.0, (*expr, &space[..])),
            };
        }
        let evaluated = |asked: FxHashMap<u32, (ExprId, &[IndexId])>, of: Evaluated| {
            let asked: Vec<_> = asked.into_iter().collect();
            let asked = asked.into_par_iter();
            asked
                .map(|(number, (expr, space))| (number, of(evaluation, expr, space)))
                .collect()
        };
        let (totals, firsts) = rayon::join(
            || evaluated(totals, totals_of),
            || evaluated(firsts, firsts_of),
        );
        Self { totals, firsts }
    }
}

/// What is computed of a reduction at every point of a space.
type Evaluated = fn(&Evaluation<'_>, ExprId, &[IndexId]) -> (Layout, Vec<i64>);

/// A reduction's value at every point.
fn totals_of(evaluation: &Evaluation<'_>, expr: ExprId, space: &[IndexId]) -> (Layout, Vec<i64>) {
    let graph = evaluation.graph();
    let env = vec![0; graph.indices.len()];
    let ExprKind::Reduce { filter, .. } = graph.expr(expr).kind else {
        unreachable!("a reduction");
    };
    // Where it is not read it may have no value.
    let rows = evaluation.rows(space, filter.scope);
    let mut points: Vec<i64> = Vec::new();
    for_each_point(graph, space, |at| points.extend_from_slice(at));
    let evaluate = |env: &mut Vec<i64>, at: &[i64]| {
        if !rows.has(at) {
            return 0;
        }
        for (index, &i) in space.iter().zip(at) {
            env[index.index()] = i;
        }
        evaluation.expr(expr, env)
    };
    let data = if space.is_empty() {
        vec![evaluate(&mut env.clone(), &[])]
    } else {
        points
            .par_chunks(space.len())
            .map_init(|| env.clone(), evaluate)
            .collect()
    };
    (Layout::new(graph, space), data)
}

/// Where a maximum or minimum over the last index of a space is first attained.
fn firsts_of(evaluation: &Evaluation<'_>, expr: ExprId, space: &[IndexId]) -> (Layout, Vec<i64>) {
    let graph = evaluation.graph();
    let mut env = vec![0; graph.indices.len()];
    let ExprKind::Reduce {
        op,
        body,
        index,
        filter,
    } = graph.expr(expr).kind
    else {
        unreachable!("only a reduction is attained");
    };
    let outer = &space[..space.len() - 1];
    let layout = Layout::new(graph, outer);
    let mut best: Vec<Option<(i64, i64)>> = vec![None; layout.len()];
    let conditions = [filter.scope, filter.rows].into_iter().flatten();
    let rows = evaluation.rows(space, conditions);
    rows.for_each(&mut |_, at| {
        for (index, &i) in space.iter().zip(at) {
            env[index.index()] = i;
        }
        if filter
            .gate
            .is_some_and(|gate| evaluation.expr(gate, &env) == 0)
        {
            return;
        }
        debug_assert_eq!(space.last(), Some(&index));
        let value = evaluation.expr(body, &env);
        let value = if op == Reduction::Min { -value } else { value };
        let best = &mut best[layout.offset(|k| at[k])];
        if best.is_none_or(|(most, _)| value > most) {
            *best = Some((value, at[space.len() - 1]));
        }
    });
    let firsts = best.into_iter();
    (
        layout,
        firsts.map(|best| best.map_or(0, |(_, i)| i)).collect(),
    )
}
