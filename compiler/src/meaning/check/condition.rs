//! Conditions: which points of the indices before them there are, and which count (spec 3.3).

use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, Expr, ExprId, ExprKind, Filter, IndexExpr, IndexId, Interval, Place, Reduction,
    Rounding, MOST_DIVISOR,
};
use crate::syntax::ast::{self, Condition, ConditionKind, Relation};

/// What stands for an index, or the index.
fn standing(own: &[(IndexId, IndexId)], index: IndexId) -> IndexId {
    let found = own.iter().rev().find(|(known, _)| *known == index);
    found.map_or(index, |(_, stands)| *stands)
}

impl Checker<'_> {
    /// What stands after `where`: what is known before any input holds from here on, and what is
    /// known when the program runs is given back, as one. Each part is 0 or 1; one that is always
    /// true is left out.
    #[allow(clippy::option_option)]
    pub(super) fn passed(&mut self, condition: Option<&Condition>) -> Option<Option<ExprId>> {
        let mut gate = None;
        match condition {
            Some(condition) => self.pass(condition, &mut gate).then_some(gate),
            None => Some(None),
        }
    }

    fn pass(&mut self, condition: &Condition, gate: &mut Option<ExprId>) -> bool {
        if let ConditionKind::And(left, right) = &condition.kind {
            // Both are looked at, the right where the left holds.
            return self.pass(left, gate) & self.pass(right, gate);
        }
        let Some(test) = self.test(condition) else {
            return false;
        };
        if self.constant_of(test) == Some(1) {
            return true;
        }
        if self.is_known(test) {
            self.filters.push(test);
            return true;
        }
        match self.both(*gate, Some(test), condition.span) {
            Some(all) => {
                *gate = all;
                true
            }
            None => false,
        }
    }

    /// Whether a condition depends on nothing that is given.
    fn is_known(&mut self, condition: ExprId) -> bool {
        let free = self.graph.free(condition);
        let forms = (0..).zip(free.iter().copied());
        let forms = forms.map(|(k, index)| (index, IndexExpr::Index(IndexId(k))));
        let (conditions, forms) = (self.conditions(), forms.collect());
        let closed = conditions.closed(&self.graph, condition, &forms, free.len());
        closed.is_some()
    }

    /// Where both hold; nothing where neither says anything.
    #[allow(clippy::option_option)]
    pub(super) fn both(
        &mut self,
        a: Option<ExprId>,
        b: Option<ExprId>,
        span: Span,
    ) -> Option<Option<ExprId>> {
        match (a, b) {
            (Some(a), Some(b)) => self.mul(a, b, span).map(Some),
            (a, b) => Some(a.or(b)),
        }
    }

    /// A condition as an expression that is 0 or 1.
    pub(super) fn test(&mut self, condition: &Condition) -> Option<ExprId> {
        self.descend(condition.span, |checker| checker.test_at(condition))
    }

    fn test_at(&mut self, condition: &Condition) -> Option<ExprId> {
        let span = condition.span;
        match &condition.kind {
            ConditionKind::Holds(expr) => self.flag(expr),
            ConditionKind::Compare {
                left,
                relation,
                right,
            } => {
                let (left, right) = (self.expr(left), self.expr(right));
                self.compare(left?, *relation, right?, span)
            }
            ConditionKind::Not(inner) => {
                let inner = self.test(inner)?;
                self.opposite(inner, span)
            }
            ConditionKind::And(left, right) => {
                let (left, right) = (self.test(left), self.test(right));
                self.mul(left?, right?, span)
            }
            ConditionKind::Or(left, right) => {
                let (left, right) = (self.test(left), self.test(right));
                let (left, right) = (self.opposite(left?, span)?, self.opposite(right?, span)?);
                let neither = self.mul(left, right, span)?;
                self.opposite(neither, span)
            }
        }
    }

    fn flag(&mut self, expr: &ast::Expr) -> Option<ExprId> {
        let flag = self.expr(expr)?;
        let interval = self.interval(flag);
        if interval.lo >= 0 && interval.hi <= 1 {
            return Some(flag);
        }
        self.not_a_flag(expr.span, &format!("may lie anywhere in {interval}"));
        let causes = self.causes(&[flag]);
        if let Some(last) = self.diagnostics.last_mut() {
            last.secondary = causes;
        }
        None
    }

    pub(super) fn not_a_flag(&mut self, span: Span, label: &str) {
        self.report(
            Diagnostic::new("E065", "a condition is 0 or 1")
                .at(span, label)
                .hint("compare it: `x >= 1`, `x != 0`"),
        );
    }

    /// `if(condition, then, otherwise)`: otherwise + condition * (then - otherwise).
    pub(super) fn choice(&mut self, arguments: &[ast::Expr], span: Span) -> Option<ExprId> {
        if !self.arity("if", arguments.len(), &[3], span) {
            return None;
        }
        let flag = self.flag(&arguments[0]);
        let (then, otherwise) = (self.expr(&arguments[1]), self.expr(&arguments[2]));
        let (flag, then, otherwise) = (flag?, then?, otherwise?);
        match self.constant_of(flag) {
            Some(0) => return Some(otherwise),
            Some(_) => return Some(then),
            None => {}
        }
        self.one_of(flag, (then, otherwise), span)
    }

    /// `then` where a flag is 1, `otherwise` where it is 0.
    pub(super) fn one_of(
        &mut self,
        flag: ExprId,
        (then, otherwise): (ExprId, ExprId),
        span: Span,
    ) -> Option<ExprId> {
        let either = self.interval(then).hull(self.interval(otherwise));
        let by = self.sub(then, otherwise, span)?;
        let more = self.mul(flag, by, span)?;
        let chosen = self.add(otherwise, more, span)?;
        let interval = &mut self.graph.exprs[chosen.index()].interval;
        *interval = interval.meet(either).unwrap_or(*interval);
        Some(chosen)
    }

    /// 1 - flag.
    pub(super) fn opposite(&mut self, flag: ExprId, span: Span) -> Option<ExprId> {
        let one = self.constant(1, span)?;
        self.sub(one, flag, span)
    }

    /// `a >= b`: of what is known when the key is made, clip(a - b + 1, 0, 1); else
    /// floor((a - b) / m) + 1 with an m that is larger than |a - b|. `a == b` has a gadget.
    pub(super) fn compare(
        &mut self,
        left: ExprId,
        relation: Relation,
        right: ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let (more, less, gap) = match relation {
            Relation::AtLeast => (left, right, 1),
            Relation::AtMost => (right, left, 1),
            Relation::More => (left, right, 0),
            Relation::Less => (right, left, 0),
            Relation::Equal | Relation::Different => {
                let apart = self.sub(left, right, span)?;
                if !self.all_static(&[apart]) {
                    let equal = self.zero(apart, span)?;
                    return match relation {
                        Relation::Equal => Some(equal),
                        _ => self.opposite(equal, span),
                    };
                }
                let apart = self.abs(apart, span)?;
                let apart = self.clipped(apart, Interval::new(0, 1), span)?;
                return match relation {
                    Relation::Equal => self.opposite(apart, span),
                    _ => Some(apart),
                };
            }
        };
        let by = self.sub(more, less, span)?;
        if !self.all_static(&[by]) {
            return self.sign(by, gap, span);
        }
        let gap = self.constant(gap, span)?;
        let by = self.add(by, gap, span)?;
        self.clipped(by, Interval::new(0, 1), span)
    }

    /// 1 where `x` is 0, else 0.
    pub(super) fn zero(&mut self, x: ExprId, span: Span) -> Option<ExprId> {
        let interval = self.interval(x);
        if !interval.contains(0) {
            return self.constant(0, span);
        }
        if interval == Interval::point(0) {
            return self.constant(1, span);
        }
        let wide = self.is_wide(interval, &[x]);
        self.push_wide(ExprKind::Zero(x), span, Interval::new(0, 1), wide)
    }

    /// 1 where `x + gap` is positive, else 0.
    pub(super) fn sign(&mut self, x: ExprId, gap: i128, span: Span) -> Option<ExprId> {
        let less = self.constant(1 - gap, span)?;
        let x = self.sub(x, less, span)?;
        let Interval { lo, hi } = self.interval(x);
        if lo >= 0 {
            return self.constant(1, span);
        }
        if hi < 0 {
            return self.constant(0, span);
        }
        // A power of two is ranged by one lookup a digit.
        let power = |Interval { lo, hi }: Interval| {
            let most = (hi + 1).max(-lo).unsigned_abs();
            most.next_power_of_two() as i128
        };
        let mut x = x;
        while power(self.interval(x)) > MOST_DIVISOR && self.is_proved(x) {
            let by = self.constant(MOST_DIVISOR, span)?;
            x = self.divide(Rounding::Floor, x, by, span)?;
        }
        let more = self.constant(power(self.interval(x)), span)?;
        let below = self.divide(Rounding::Floor, x, more, span)?;
        let one = self.constant(1, span)?;
        self.add(below, one, span)
    }

    /// Adds the condition that `form` is not negative to those that hold here.
    pub(super) fn hold_not_negative(&mut self, form: IndexExpr, span: Span) -> Option<()> {
        let interval = match crate::meaning::index::bounds(&self.graph, &form) {
            Ok(interval) => interval,
            Err(beyond) => {
                self.report(beyond.diagnostic(span));
                return None;
            }
        };
        if interval.lo >= 0 {
            return Some(());
        }
        let by = self.push(ExprKind::Index(form), span, interval)?;
        let one = self.constant(1, span)?;
        let by = self.add(by, one, span)?;
        let holds = self.clipped(by, Interval::new(0, 1), span)?;
        self.filters.push(holds);
        Some(())
    }

    /// All the conditions from `mark` on, as one.
    #[allow(clippy::option_option)]
    pub(super) fn all_from(&mut self, mark: usize, span: Span) -> Option<Option<ExprId>> {
        let filters = self.filters[mark..].to_vec();
        let mut all = None;
        for filter in filters {
            all = self.both(all, Some(filter), span)?;
        }
        Some(all)
    }

    /// What a condition says where these indices are of no account: that it holds for some value
    /// of each.
    pub(super) fn for_some(
        &mut self,
        condition: ExprId,
        indices: &[IndexId],
        span: Span,
    ) -> Option<ExprId> {
        let free = self.graph.free(condition);
        // Indices of its own: it may be asked where these are bound.
        let mut own = Vec::new();
        for &index in indices.iter().filter(|index| free.contains(index)) {
            self.renew(index, &mut own);
        }
        let mut condition = self.renamed(condition, &own)?;
        for &(_, index) in own.iter().rev() {
            let kind = ExprKind::Reduce {
                op: Reduction::Max,
                index,
                body: condition,
                filter: Filter::default(),
            };
            condition = self.push(kind, span, self.interval(condition))?;
        }
        Some(condition)
    }

    /// Another index with the domain of one, among those that stand for others.
    fn renew(&mut self, index: IndexId, own: &mut Vec<(IndexId, IndexId)>) -> IndexId {
        let stands = |index| standing(own, index);
        let mut fresh = self.graph.index(index).clone();
        fresh.domain = match fresh.domain {
            Domain::Static(size) => Domain::Static(size),
            Domain::Cache { state, step } => Domain::Cache {
                state,
                step: stands(step),
            },
            Domain::Growing { base, with } => Domain::Growing {
                base,
                with: stands(with),
            },
        };
        let id = IndexId(self.graph.indices.len() as u32);
        self.graph.indices.push(fresh);
        own.push((index, id));
        id
    }

    /// An expression with other indices in the place of some.
    fn renamed(&mut self, id: ExprId, own: &[(IndexId, IndexId)]) -> Option<ExprId> {
        let free = self.graph.free(id);
        if !own.iter().any(|(index, _)| free.contains(index)) {
            return Some(id);
        }
        let Expr {
            kind,
            span,
            interval,
        } = self.graph.expr(id).clone();
        let mut own = own.to_vec();
        let kind = match kind {
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => {
                let index = self.renew(index, &mut own);
                ExprKind::Reduce {
                    op,
                    index,
                    body,
                    filter,
                }
            }
            ExprKind::Index(form) => ExprKind::Index(form.renamed(&|i| standing(&own, i))),
            ExprKind::Read { source, at } => {
                let at = at.iter().map(|form| form.renamed(&|i| standing(&own, i)));
                let at = at.collect();
                ExprKind::Read { source, at }
            }
            ExprKind::Pick { source, at } => {
                let at = at.into_iter().map(|place| match place {
                    Place::Known(form) => Place::Known(form.renamed(&|i| standing(&own, i))),
                    run @ Place::Run(_) => run,
                });
                let at = at.collect();
                ExprKind::Pick { source, at }
            }
            other => other,
        };
        let kind = kind.map(|child| self.renamed(child, &own).ok_or(()));
        self.push(kind.ok()?, span, interval)
    }
}
