//! What static assertions say of the sums of statics' magnitudes, and what that says of sums of
//! products (spec 3.5).

use super::Checker;
use crate::meaning::graph::{
    Domain, ExprId, ExprKind, Filter, IndexExpr, IndexId, Interval, Reduction, Source, StaticId,
};

/// `sum over some positions of |elements|` is at most `bound`, at every point of the others.
pub(super) struct Norm {
    of: StaticId,
    /// By position, whether it is summed over.
    summed: Vec<bool>,
    bound: i128,
}

impl Checker<'_> {
    /// After an assertion that `sum`, over `space`, is at most `bound`: what it says of a static.
    ///
    /// It says something if it is a sum of magnitudes of elements of one static, over some of its
    /// whole dimensions, at every point of all the others.
    pub(super) fn note_norm(&mut self, sum: ExprId, bound: i128, space: &[IndexId]) {
        let (sums, body) = self.sums(sum);
        if sums.iter().any(|(_, filter)| !filter.is_none()) {
            return;
        }
        let indices: Vec<IndexId> = sums.into_iter().map(|(index, _)| index).collect();
        let (magnitude, inner) = match self.graph.expr(body).kind {
            ExprKind::Abs(inner) => (true, inner),
            _ => (false, body),
        };
        let expr = self.graph.expr(inner);
        let ExprKind::Read {
            source: Source::Static(of),
            at,
        } = &expr.kind
        else {
            return;
        };
        if indices.is_empty() || !(magnitude || expr.interval.lo >= 0) {
            return;
        }
        let domains: Vec<Domain> = match self.graph.fixed(*of).expr {
            None => {
                let dims = self.static_domains(*of).0.into_iter();
                dims.map(|dim| dim.domain).collect()
            }
            Some(_) => {
                let space = self.spaces[of.index()].0.iter();
                space.map(|&index| self.graph.index(index).domain).collect()
            }
        };
        let mut used = Vec::new();
        let mut summed = Vec::new();
        for (subscript, domain) in at.iter().zip(domains) {
            let (IndexExpr::Index(index), Domain::Static(size)) = (subscript, domain) else {
                return;
            };
            let whole = self.graph.index(*index).domain == Domain::Static(size);
            let loops = self.frames.iter().any(|frame| frame.index == *index);
            let known = indices.contains(index) || space.contains(index) && !loops;
            if !whole || !known || used.contains(index) {
                return;
            }
            used.push(*index);
            summed.push(indices.contains(index));
        }
        if indices.iter().all(|index| used.contains(index)) {
            let of = *of;
            self.norms.push(Norm { of, summed, bound });
        }
    }

    /// A chain of sums, the outermost first, with their conditions; and what is summed.
    pub(super) fn sums(&self, id: ExprId) -> (Vec<(IndexId, Filter)>, ExprId) {
        let (mut sums, mut body) = (Vec::new(), id);
        while let ExprKind::Reduce {
            op: Reduction::Sum,
            index,
            body: inner,
            filter,
        } = self.graph.expr(body).kind
        {
            sums.push((index, filter));
            body = inner;
        }
        (sums, body)
    }

    /// What a norm says of a sum: `|sum of w * x|` is at most the norm of w times the largest |x|,
    /// where each index of the sum runs along another position that the norm is summed over, and all
    /// other positions stay where they are.
    pub(super) fn normed(&self, sum: ExprId) -> Option<Interval> {
        // Fewer terms have no larger sum of magnitudes.
        let (sums, body) = self.sums(sum);
        let indices: Vec<IndexId> = sums.into_iter().map(|(index, _)| index).collect();
        let mut factors = Vec::new();
        self.factors(body, &mut factors);
        let bounds = factors.iter().enumerate().filter_map(|(place, &factor)| {
            let norm = self.norm_of(factor, &indices)?;
            let others = factors
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place);
            others
                .map(|(_, &other)| self.interval(other))
                .try_fold(norm, |most, interval| {
                    most.checked_mul(interval.hi.max(interval.lo.checked_neg()?).max(0))
                })
        });
        bounds.min().map(|most| Interval::new(-most, most))
    }

    fn factors(&self, id: ExprId, factors: &mut Vec<ExprId>) {
        match self.graph.expr(id).kind {
            ExprKind::Mul(a, b) => {
                self.factors(a, factors);
                self.factors(b, factors);
            }
            ExprKind::Neg(a) => self.factors(a, factors),
            _ => factors.push(id),
        }
    }

    /// The least norm that a factor has along the indices of a sum.
    fn norm_of(&self, factor: ExprId, indices: &[IndexId]) -> Option<i128> {
        let inner = match self.graph.expr(factor).kind {
            ExprKind::Abs(inner) => inner,
            _ => factor,
        };
        let ExprKind::Read {
            source: Source::Static(of),
            at,
        } = &self.graph.expr(inner).kind
        else {
            return None;
        };
        let along = |norm: &&Norm| {
            let mut used = Vec::new();
            let fits = at.iter().zip(&norm.summed).all(|(subscript, summed)| {
                let mut mentioned = Vec::new();
                subscript.indices(&mut |index| mentioned.push(index));
                let inside = mentioned.iter().any(|index| indices.contains(index));
                match subscript {
                    IndexExpr::Index(index) if inside => {
                        let first = !used.contains(index);
                        used.push(*index);
                        *summed && first
                    }
                    _ => !inside,
                }
            });
            fits && norm.of == *of && indices.iter().all(|index| used.contains(index))
        };
        let found = self.norms.iter().filter(along);
        found.map(|norm| norm.bound.max(0)).min()
    }
}
