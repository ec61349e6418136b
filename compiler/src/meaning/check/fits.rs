//! Whether integers fit: equality modulo 2^31 - 1 must be equality (spec 3.5).

use super::{Checker, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Label, Span};
use crate::meaning::dims::product;
use crate::meaning::graph::{ExprId, ExprKind, Graph, IndexId, Interval, Member, Source};
use crate::meaning::statics::is_static;

/// Two integers are told apart if they differ by less than this.
pub(super) const LIMIT: i128 = (1 << 31) - 1;

/// How many causes a diagnostic shows.
const MAX_CAUSES: usize = 5;

/// Whether the two sides of an identity can be told apart wherever they differ.
pub(super) fn told_apart(left: Interval, right: Interval) -> bool {
    let difference = left - right;
    difference.lo > -LIMIT && difference.hi < LIMIT
}

impl Checker<'_> {
    /// Any two integers of the interval can be told apart (E034). `roots` are the causes.
    pub(super) fn fits(
        &mut self,
        what: &str,
        span: Span,
        interval: Interval,
        roots: &[ExprId],
    ) -> Option<()> {
        if interval.fits() {
            return Some(());
        }
        self.does_not_fit(what, span, &[("its value", interval)], roots);
        None
    }

    /// Whether an interval is too wide for what it is of to be proved as it is; what no proof computes is
    /// evaluated when the key is made, in 64 bits.
    pub(super) fn is_wide(&self, interval: Interval, of: &[ExprId]) -> bool {
        !interval.fits() && !self.all_static(of)
    }

    /// The interval of an expression; of a static one that is too wide by arithmetic, of its values.
    pub(super) fn exactly(&self, id: ExprId) -> Interval {
        let interval = self.interval(id);
        if interval.fits() || !self.all_static(&[id]) {
            return interval;
        }
        let exact = self.exact(id).and_then(|exact| exact.meet(interval));
        exact.unwrap_or(interval)
    }

    pub(super) fn all_static(&self, of: &[ExprId]) -> bool {
        of.iter().all(|&id| is_static(&self.graph, id))
    }

    pub(super) fn fits_alone(&mut self, what: &str, interval: Interval, span: Span) -> Option<()> {
        self.fits(what, span, interval, &[])
    }

    /// The two sides of an identity can be told apart wherever they differ (E034).
    pub(super) fn equal(
        &mut self,
        what: &str,
        span: Span,
        left: (&str, Interval),
        right: (&str, Interval),
        roots: &[ExprId],
    ) -> Option<()> {
        if told_apart(left.1, right.1) {
            return Some(());
        }
        self.does_not_fit(what, span, &[left, right], roots);
        None
    }

    pub(super) fn does_not_fit(
        &mut self,
        what: &str,
        span: Span,
        sides: &[(&str, Interval)],
        roots: &[ExprId],
    ) {
        let ranges: Vec<_> = sides
            .iter()
            .map(|(side, interval)| format!("{side} may lie anywhere in {interval}"))
            .collect();
        let mut diagnostic = Diagnostic::new(
            "E034",
            format!("{what} does not fit: {}", ranges.join(", ")),
        )
        .at(
            span,
            match sides {
                [(_, interval)] => format!(
                    "spans {} integers",
                    interval.hi.saturating_sub(interval.lo).saturating_add(1)
                ),
                _ => "its two sides may differ by too much".to_owned(),
            },
        );
        diagnostic.secondary = self.causes(roots);
        self.report(
            diagnostic
                .hint(format!(
                    "proofs are made in the field of 2^31 - 1 elements: two numbers that are compared must differ by less than {LIMIT}"
                ))
                .hint("declare narrower ranges, clip, or divide earlier"),
        );
    }

    /// As many points as a tensor may have elements (E015). Every point is evaluated.
    pub(super) fn not_too_many(&mut self, what: &str, space: &[IndexId], span: Span) -> Option<()> {
        let points = product(self.graph.space_sizes(space));
        if i128::from(points) <= MAX_SIZE {
            return Some(());
        }
        let points = match points {
            u64::MAX => "2^64 points or more".to_owned(),
            points => format!("{points} points"),
        };
        self.report(
            Diagnostic::new("E015", format!("{what} is over too much"))
                .at(span, format!("over {points}"))
                .hint(format!(
                    "its indices, enclosing loops included, have at most {MAX_SIZE} points together"
                )),
        );
        None
    }

    /// What the interval of an expression comes from, widest first: one label each.
    pub(super) fn causes(&self, roots: &[ExprId]) -> Vec<Label> {
        let mut found: Vec<(Member, Interval)> = Vec::new();
        let mut seen = vec![false; self.graph.exprs.len()];
        let mut stack: Vec<ExprId> = roots.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            let expr = self.graph.expr(id);
            let member = match &expr.kind {
                ExprKind::Read { source, .. } | ExprKind::Pick { source, .. } => {
                    if let Source::Value(id) = source {
                        stack.push(self.graph.value(*id).expr);
                    }
                    source.member()
                }
                ExprKind::Lookup { table, .. } => Member::Table(*table),
                _ => {
                    stack.extend(expr.kind.children().into_iter().rev());
                    continue;
                }
            };
            match found.iter_mut().find(|(known, _)| *known == member) {
                Some((_, interval)) => *interval = interval.hull(expr.interval),
                None => found.push((member, expr.interval)),
            }
        }
        found.sort_by_key(|(_, interval)| {
            std::cmp::Reverse(interval.lo.abs().max(interval.hi.abs()))
        });
        found.truncate(MAX_CAUSES);
        let label = |(member, interval): (Member, Interval)| {
            let (name, span) = named(&self.graph, member);
            Label {
                span,
                message: format!("`{name}` lies in {interval}"),
            }
        };
        found.into_iter().map(label).collect()
    }
}

impl Checker<'_> {
    /// Where a member is declared or defined.
    pub(super) fn member_span(&self, member: Member) -> Span {
        named(&self.graph, member).1
    }
}

fn named(graph: &Graph, member: Member) -> (&str, Span) {
    match member {
        Member::Input(id) => (&graph.input(id).name, graph.input(id).span),
        Member::State(id) => (&graph.state(id).name, graph.state(id).span),
        Member::Value(id) => (&graph.value(id).name, graph.value(id).span),
        Member::Table(id) => (&graph.table(id).name, graph.table(id).span),
        Member::Static(id) => (&graph.fixed(id).name, graph.fixed(id).span),
    }
}
