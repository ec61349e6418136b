//! Sums of products of which some factors are known: each term counts as much as these say (spec 3.4).

use super::Checker;
use crate::meaning::graph::{Expr, ExprId, ExprKind, Filter, IndexId, Interval, Reduction};

impl Checker<'_> {
    /// The interval of a sum of so many terms.
    pub(super) fn sum_within(
        &mut self,
        (index, filter): (IndexId, Filter),
        body: ExprId,
        counts: Interval,
    ) -> Interval {
        let all = self.interval(body) * counts;
        let weighed = self.weighed(index, filter, body);
        weighed.and_then(|some| all.meet(some)).unwrap_or(all)
    }

    /// An interval of the sum of `body`, if it has factors whose elements are known and others that lie
    /// in a..=b: where the known ones' product is w, a term is no less than the smaller of w * a and
    /// w * b, and no more than the larger.
    fn weighed(&mut self, index: IndexId, filter: Filter, body: ExprId) -> Option<Interval> {
        let (mut sums, body) = self.sums(body);
        sums.insert(0, (index, filter));
        let mut known = Vec::new();
        let mut rest = Some(Interval::point(1));
        self.apart_by_what_is_known(body, &mut known, &mut rest);
        let (rest, &first) = (rest?, known.first()?);
        let before = self.graph.exprs.len();
        let weight = known[1..].iter().fold(first, |product, &factor| {
            self.unchecked(ExprKind::Mul(product, factor))
        });
        let ends = [rest.lo, rest.hi].map(|end| {
            let end = self.unchecked(ExprKind::Constant(end));
            self.unchecked(ExprKind::Mul(weight, end))
        });
        let mut total = |term: ExprKind| {
            let term = self.unchecked(term);
            let sum = sums.iter().rev().fold(term, |body, &(index, filter)| {
                self.unchecked(ExprKind::Reduce {
                    op: Reduction::Sum,
                    index,
                    body,
                    filter,
                })
            });
            self.exact(sum)
        };
        let least = total(ExprKind::Min(ends[0], ends[1]));
        let most = total(ExprKind::Max(ends[0], ends[1]));
        self.drop_exprs(before);
        Some(Interval::new(least?.lo, most?.hi))
    }

    /// The factors of a product: those that are known, and the interval of the others' product, which
    /// is `None` where it is beyond 128 bits.
    fn apart_by_what_is_known(
        &self,
        id: ExprId,
        known: &mut Vec<ExprId>,
        rest: &mut Option<Interval>,
    ) {
        let by = match self.graph.expr(id).kind {
            _ if self.all_static(&[id]) => return known.push(id),
            ExprKind::Mul(a, b) => {
                self.apart_by_what_is_known(a, known, rest);
                return self.apart_by_what_is_known(b, known, rest);
            }
            ExprKind::Neg(a) => {
                self.apart_by_what_is_known(a, known, rest);
                Interval::point(-1)
            }
            _ => self.interval(id),
        };
        *rest = rest.and_then(|rest| rest.times(by));
    }

    /// An expression that is evaluated and given up, so that its interval is never asked for.
    fn unchecked(&mut self, kind: ExprKind) -> ExprId {
        let expr = Expr {
            kind,
            span: Default::default(),
            interval: Interval::point(0),
        };
        self.add_expr(expr, 1)
    }
}
