//! Which points of its scope a place of the program is reached at (spec 3.3).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::same::{Closed, Substitution};
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::dim_size;
use crate::meaning::graph::{ExprId, IndexExpr, IndexId, Interval, ValueId};
use crate::meaning::index::Linear;
use crate::meaning::rows::{Conditions, Rows, MOST_POINTS};
use crate::meaning::statics::Forms;

/// A point: indices with what they are there, as written.
type Named = Vec<(String, i64)>;

impl Checker<'_> {
    /// What conditions are evaluated with.
    pub(super) fn conditions(&self) -> Arc<Conditions> {
        let mut known = self.known_conditions.borrow_mut();
        let statics = self.graph.statics.len();
        match &*known {
            Some((of, conditions)) if *of == statics => conditions.clone(),
            _ => {
                let conditions = Arc::new(Conditions::new(&self.graph));
                *known = Some((statics, conditions.clone()));
                conditions
            }
        }
    }

    /// Indices with those that they grow with, and those that the conditions that hold here tie
    /// them to; and these conditions.
    fn tied(&self, wanted: &[IndexId]) -> (Vec<IndexId>, Vec<ExprId>) {
        let mut indices: BTreeSet<IndexId> = wanted.iter().copied().collect();
        let mut used = vec![false; self.filters.len()];
        loop {
            let steps = indices.iter();
            let steps = steps.filter_map(|&i| self.graph.index(i).domain.follows());
            let steps: Vec<IndexId> = steps.collect();
            indices.extend(steps);
            let next = self
                .filters
                .iter()
                .zip(&mut used)
                .find_map(|(&filter, used)| {
                    let free = self.graph.free(filter);
                    let ties = !*used && free.iter().any(|index| indices.contains(index));
                    ties.then(|| {
                        *used = true;
                        free
                    })
                });
            match next {
                Some(free) => indices.extend(free),
                None => break,
            }
        }
        let conditions = self.filters.iter().zip(used);
        let conditions = conditions.filter(|(_, used)| *used).map(|(&id, _)| id);
        (indices.into_iter().collect(), conditions.collect())
    }

    /// The points of some indices that are reached here; `None` if they are too many to follow.
    pub(super) fn reached(&self, wanted: &[IndexId]) -> Option<(Vec<IndexId>, Rows)> {
        let (space, conditions) = self.tied(wanted);
        let rows = self.conditions().rows(&self.graph, &space, conditions)?;
        let most = crate::meaning::dims::product(crate::meaning::dims::max_sizes(&rows.dims));
        (most <= MOST_POINTS).then_some((space, rows))
    }

    /// The first point reached at which a test fails, if any; `None` if they are too many to follow.
    #[allow(clippy::option_option)]
    fn fails(
        &self,
        wanted: &[IndexId],
        mut test: impl FnMut(&dyn Fn(IndexId) -> i64) -> bool,
    ) -> Option<Option<Named>> {
        let (space, rows) = self.reached(wanted)?;
        let mut failed = None;
        rows.for_each(&mut |_, at| {
            if failed.is_some() {
                return;
            }
            let of = |index: IndexId| match space.iter().position(|&known| known == index) {
                Some(place) => at[place],
                None => unreachable!("a point has all the indices that are wanted"),
            };
            if !test(&of) {
                failed = Some(self.named(&space, at));
            }
        });
        Some(failed)
    }

    fn named(&self, space: &[IndexId], at: &[i64]) -> Named {
        let each = space.iter().zip(at).map(|(&index, &at)| {
            let index = self.graph.index(index);
            (index.name.clone(), index.first + at)
        });
        each.collect()
    }

    /// Whether a subscript lies in `0..=last` wherever it is reached.
    pub(super) fn lies_within(&self, subscript: &IndexExpr, last: &Linear) -> bool {
        if self.filters.is_empty() {
            return false;
        }
        let mut wanted: Vec<IndexId> = last.indices().collect();
        subscript.indices(&mut |index| wanted.push(index));
        let failed = self.fails(&wanted, |of| {
            let (value, last) = (subscript.checked(&of), last.value(of));
            let both = value.zip(last);
            both.is_some_and(|(value, last)| value >= 0 && i128::from(value) <= last)
        });
        matches!(failed, Some(None))
    }

    /// Every element that is read is one of the value's (E068, E069).
    pub(super) fn defined_at(&mut self, id: ValueId, at: &[IndexExpr], span: Span) -> Option<()> {
        let value = self.graph.value(id);
        let Some(filter) = value.filter else {
            return Some(());
        };
        let rows = self.conditions().rows(&self.graph, &value.space, [filter]);
        let mut wanted = Vec::new();
        at.iter()
            .for_each(|at| at.indices(&mut |index| wanted.push(index)));
        let failed = rows.and_then(|rows| {
            self.fails(&wanted, |of| {
                let here: Option<Vec<i64>> = at.iter().map(|at| at.checked(&of)).collect();
                here.is_some_and(|here| rows.has(&here))
            })
        });
        let (name, declared) = (value.name.clone(), value.span);
        match failed {
            Some(None) => Some(()),
            Some(Some(point)) => {
                self.report(
                    Diagnostic::new("E068", format!("`{name}` is not defined everywhere here"))
                        .at(span, format!("there is no such element{}", shown(&point)))
                        .also(declared, "defined for some points alone")
                        .hint("read it where it is defined: under the same condition, or within the same bounds"),
                );
                None
            }
            None => {
                self.asked_too_often(span);
                None
            }
        }
    }

    /// What is read at a subscript that is known only when the program runs has all its elements
    /// (E068).
    pub(super) fn defined_whole(&mut self, id: ValueId, span: Span) -> Option<()> {
        let value = self.graph.value(id);
        if value.filter.is_none() {
            return Some(());
        }
        let (name, declared) = (value.name.clone(), value.span);
        self.report(
            Diagnostic::new("E068", format!("`{name}` is not defined everywhere here"))
                .at(span, "where it is read is known only when the program runs")
                .also(declared, "defined for some points alone")
                .hint("define it everywhere, or read it at indices"),
        );
        None
    }

    pub(super) fn asked_too_often(&mut self, span: Span) {
        self.report(
            Diagnostic::new("E069", "a condition goes over too many points to be followed")
                .at(span, "here")
                .hint(format!(
                    "all the indices that it and those around it depend on have at most {MOST_POINTS} points together"
                )),
        );
    }

    /// A condition, if it leaves points of a space out (E069).
    #[allow(clippy::option_option)]
    pub(super) fn partial(
        &mut self,
        condition: ExprId,
        space: &[IndexId],
        span: Span,
    ) -> Option<Option<ExprId>> {
        match self.conditions().rows(&self.graph, space, [condition]) {
            Some(rows) => Some(rows.filter.is_some().then_some(condition)),
            None => {
                self.asked_too_often(span);
                None
            }
        }
    }

    /// What the conditions that hold here say of the indices that an expression depends on.
    #[allow(clippy::option_option)]
    pub(super) fn scope_of(&mut self, free: &[IndexId], span: Span) -> Option<Option<ExprId>> {
        let (space, conditions) = self.tied(free);
        let mut all = None;
        for condition in conditions {
            all = self.both(all, Some(condition), span)?;
        }
        let Some(all) = all else {
            return Some(None);
        };
        let others: Vec<IndexId> = space.into_iter().filter(|i| !free.contains(i)).collect();
        let said = self.for_some(all, &others, span)?;
        let space = self.graph.free(said);
        self.partial(said, &space, span)
    }

    /// How many values of an index a condition lets through, at least and at most, where another
    /// holds; and a point at which it lets none through.
    pub(super) fn counts(
        &mut self,
        index: IndexId,
        rows: ExprId,
        within: Option<ExprId>,
        span: Span,
    ) -> Option<(Interval, Option<Named>)> {
        let graph = &self.graph;
        let mut outer: BTreeSet<IndexId> = graph.free(rows).into_iter().collect();
        outer.extend(within.into_iter().flat_map(|within| graph.free(within)));
        outer.extend(graph.index(index).domain.follows());
        outer.remove(&index);
        let outer: Vec<IndexId> = outer.into_iter().collect();
        let whole = [&outer[..], &[index]].concat();
        let conditions = self.conditions();
        let here = conditions.rows(graph, &outer, within);
        let Some((here, terms)) = here.zip(conditions.rows(graph, &whole, [rows])) else {
            self.asked_too_often(span);
            return None;
        };
        let size = terms.dims[outer.len()];
        let (mut least, mut most, mut nothing) = (i64::MAX, 0, None);
        here.for_each(&mut |_, at| {
            let mut point = [at, &[0]].concat();
            let mut count = 0;
            for i in 0..dim_size(size, at) {
                point[at.len()] = i;
                count += i64::from(terms.has(&point));
            }
            if count == 0 && nothing.is_none() {
                nothing = Some(self.named(&outer, at));
            }
            (least, most) = (least.min(count), most.max(count));
        });
        let counts = Interval::new(least.min(most).into(), most.into());
        Some((counts, nothing))
    }

    /// Whether a condition, where these stand for its indices, holds wherever it is reached.
    pub(super) fn always(&self, condition: &Closed) -> bool {
        let graph = &self.graph;
        let free = graph.free(condition.expr);
        let stands = |index: IndexId| stands_for(&condition.at, index);
        let mut wanted = Vec::new();
        for &index in &free {
            stands(index).indices(&mut |index| wanted.push(index));
        }
        if !wanted.iter().all(|index| self.is_bound(*index)) {
            return false;
        }
        let Some((space, rows)) = self.reached(&wanted) else {
            return false;
        };
        let place = |index: IndexId| match space.iter().position(|&known| known == index) {
            Some(place) => IndexId(place as u32),
            None => unreachable!("a point has all the indices that are wanted"),
        };
        let forms = free
            .iter()
            .map(|&index| (index, stands(index).renamed(&place)));
        let forms: Forms = forms.collect();
        let conditions = self.conditions();
        let Some(closed) = conditions.closed(graph, condition.expr, &forms, space.len()) else {
            return false;
        };
        let mut all = true;
        rows.for_each(&mut |_, at| all = all && conditions.holds(&closed, &mut at.to_vec()));
        all
    }

    /// Whether an index is bound where this is read.
    fn is_bound(&self, index: IndexId) -> bool {
        self.bound.contains(&index) || self.frames.iter().any(|frame| frame.index == index)
    }
}

fn stands_for(at: &Substitution, index: IndexId) -> IndexExpr {
    let found = at.iter().rev().find(|(known, _)| *known == index);
    found.map_or(IndexExpr::Index(index), |(_, stands)| stands.clone())
}

/// ` at t = 3, j = 0`.
pub(super) fn shown(point: &Named) -> String {
    crate::meaning::fault::Point(point.clone()).to_string()
}
