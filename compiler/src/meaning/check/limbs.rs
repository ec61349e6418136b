//! What is wide as a sum of limbs: E = sum of 2^at * L, where every L fits (spec 3.5).

use std::collections::BTreeMap;

use super::split::{Mode, Side, Split, Term};
use super::Checker;
use crate::diagnostic::Span;
use crate::meaning::graph::{Expr, ExprId, ExprKind, Interval, Reduction, Rounding, Source};

/// The most bits between two limbs, so that a power of two between them fits.
pub(super) const MOST_BITS: u32 = 28;

/// A factor of no more is never written in digits.
const SMALL: Interval = Interval::new(-2, 2);

impl Checker<'_> {
    pub(super) fn split(&self) -> Option<Split> {
        self.wide.split
    }

    /// Whether a proof can be made of it as it is.
    pub(super) fn is_proved(&self, id: ExprId) -> bool {
        !self.wide.has(id) && self.interval(id).fits()
    }

    /// The limbs of an expression, in the way to split that is being tried.
    pub(super) fn limbs(&mut self, id: ExprId) -> Option<Vec<Term>> {
        let mode = match self.split()?.summands {
            true => Mode::Digits,
            false => Mode::Whole,
        };
        self.terms(id, mode)
    }

    pub(super) fn terms(&mut self, id: ExprId, mode: Mode) -> Option<Vec<Term>> {
        if let Some(known) = self.wide.terms.get(&(id, mode)) {
            return Some(known.clone());
        }
        let made = self.terms_of(id, mode)?;
        self.wide.terms.insert((id, mode), made.clone());
        Some(made)
    }

    fn terms_of(&mut self, id: ExprId, mode: Mode) -> Option<Vec<Term>> {
        let Expr { kind, span, .. } = self.graph.expr(id).clone();
        let fits = self.is_proved(id) || self.all_static(&[id]);
        let single = vec![Term { at: 0, expr: id }];
        if fits && (mode == Mode::Whole || self.all_static(&[id])) {
            return match mode {
                Mode::Digits => self.digits(id),
                Mode::Whole | Mode::Open if self.interval(id).fits() => Some(single),
                Mode::Whole | Mode::Open => self.digits(id),
            };
        }
        match kind {
            ExprKind::Neg(a) => {
                let a = self.terms(a, mode)?;
                self.negated(&a, span)
            }
            ExprKind::Add(a, b) => {
                let (a, b) = (self.terms(a, mode)?, self.terms(b, mode)?);
                self.merged(&[a, b].concat(), span)
            }
            ExprKind::Sub(a, b) => {
                let (a, b) = (self.terms(a, mode)?, self.terms(b, mode)?);
                self.difference(&a, &b, span)
            }
            ExprKind::Mul(a, b) => self.product_of(a, b, mode, span),
            ExprKind::Reduce {
                op: Reduction::Sum, ..
            } => self.sum_of(id, mode),
            _ if fits => match mode {
                Mode::Digits => self.digits(id),
                Mode::Whole | Mode::Open => Some(single),
            },
            ExprKind::Read {
                source: Source::Value(value),
                ..
            }
            | ExprKind::Pick {
                source: Source::Value(value),
                ..
            } => self.named_terms(value, id),
            _ => self.lowered_terms(id),
        }
    }

    /// Limbs at the same power of two as one.
    pub(super) fn merged(&mut self, terms: &[Term], span: Span) -> Option<Vec<Term>> {
        let mut all: BTreeMap<u32, ExprId> = BTreeMap::new();
        for term in terms {
            let sum = match all.get(&term.at) {
                Some(&known) => self.add(known, term.expr, span)?,
                None => term.expr,
            };
            all.insert(term.at, sum);
        }
        if all.len() > 1 {
            let graph = &self.graph;
            let zero = |id: ExprId| matches!(graph.expr(id).kind, ExprKind::Constant(0));
            all.retain(|_, expr| !zero(*expr));
        }
        if all.is_empty() {
            let expr = self.constant(0, span)?;
            return Some(vec![Term { at: 0, expr }]);
        }
        let terms = all.into_iter().map(|(at, expr)| Term { at, expr });
        Some(terms.collect())
    }

    pub(super) fn negated(&mut self, terms: &[Term], span: Span) -> Option<Vec<Term>> {
        let negated = terms.iter().map(|term| {
            let expr = self.neg(term.expr, span)?;
            Some(Term { expr, ..*term })
        });
        negated.collect()
    }

    pub(super) fn difference(&mut self, a: &[Term], b: &[Term], span: Span) -> Option<Vec<Term>> {
        // One at a time, so that what structure tells of a difference is found.
        let mut all: BTreeMap<u32, ExprId> = a.iter().map(|term| (term.at, term.expr)).collect();
        for term in b {
            let less = match all.get(&term.at) {
                Some(&known) => self.sub(known, term.expr, span)?,
                None => self.neg(term.expr, span)?,
            };
            all.insert(term.at, less);
        }
        let terms: Vec<Term> = all
            .into_iter()
            .map(|(at, expr)| Term { at, expr })
            .collect();
        self.merged(&terms, span)
    }

    /// Every limb times an expression that fits.
    pub(super) fn times(&mut self, terms: &[Term], by: ExprId, span: Span) -> Option<Vec<Term>> {
        let products = terms.iter().map(|term| {
            let expr = self.mul(by, term.expr, span)?;
            Some(Term { expr, ..*term })
        });
        products.collect()
    }

    fn product_of(&mut self, a: ExprId, b: ExprId, mode: Mode, span: Span) -> Option<Vec<Term>> {
        for (constant, other) in [(a, b), (b, a)] {
            if let Some(value) = self.constant_of(constant) {
                return self.scaled_by(other, value, mode, span);
            }
        }
        let small = |id: ExprId| SMALL.meet(self.interval(id)) == Some(self.interval(id));
        let (of_a, of_b) = match (small(a), small(b), self.split()?.side) {
            (true, false, _) => (false, true),
            (false, true, _) => (true, false),
            (_, _, Side::Both) => (true, true),
            (_, _, side) => {
                let first = self.is_before(a, b) == (side == Side::Smaller);
                (first, !first)
            }
        };
        let a = self.factor(a, of_a)?;
        let b = self.factor(b, of_b)?;
        let mut all = Vec::new();
        for x in &a {
            for y in &b {
                let expr = self.mul(x.expr, y.expr, span)?;
                let at = x.at + y.at;
                all.push(Term { at, expr });
            }
        }
        self.merged(&all, span)
    }

    fn factor(&mut self, id: ExprId, digits: bool) -> Option<Vec<Term>> {
        let mode = match digits {
            true => Mode::Digits,
            false => Mode::Whole,
        };
        let terms = self.terms(id, mode)?;
        if !digits {
            return Some(terms);
        }
        // What has limbs of its own may have larger ones.
        let most = 2 << self.split()?.bits;
        let small = Interval::new(-most, most);
        let mut all = Vec::new();
        for term in terms {
            let own = self.interval(term.expr);
            if small.meet(own) == Some(own) || self.all_static(&[term.expr]) {
                all.push(term);
                continue;
            }
            all.extend(self.digits(term.expr)?.into_iter().map(|digit| Term {
                at: digit.at + term.at,
                ..digit
            }));
        }
        Some(all)
    }

    /// Which of two factors is rather written in digits.
    fn is_before(&self, a: ExprId, b: ExprId) -> bool {
        let rank = |id: ExprId| {
            let points = self.count_of(&self.graph.free(id));
            (!self.all_static(&[id]), points)
        };
        rank(a) <= rank(b)
    }

    fn scaled_by(&mut self, id: ExprId, by: i128, mode: Mode, span: Span) -> Option<Vec<Term>> {
        let size = by.unsigned_abs();
        // Where digits are no more than this factor, they stand further up.
        let moved = size.is_power_of_two() && size.ilog2() >= self.split()?.bits.min(4);
        // A factor that is as large as a digit is as good as a sum of terms.
        let inner = match mode {
            Mode::Whole if !moved => Mode::Open,
            mode => mode,
        };
        let terms = self.terms(id, inner)?;
        if moved {
            let up = size.ilog2();
            let terms: Vec<Term> = terms
                .iter()
                .map(|term| Term {
                    at: term.at + up,
                    expr: term.expr,
                })
                .collect();
            return match by < 0 {
                true => self.negated(&terms, span),
                false => Some(terms),
            };
        }
        let by = self.constant(by, span)?;
        if self.interval(by).fits() {
            return self.times(&terms, by, span);
        }
        let by = self.digits(by)?;
        let mut all = Vec::new();
        for digit in by {
            for term in self.times(&terms, digit.expr, span)? {
                let at = term.at + digit.at;
                all.push(Term { at, ..term });
            }
        }
        self.merged(&all, span)
    }

    /// A sum of limbs of its terms.
    fn sum_of(&mut self, id: ExprId, mode: Mode) -> Option<Vec<Term>> {
        let Expr { kind, span, .. } = self.graph.expr(id).clone();
        let ExprKind::Reduce {
            op,
            index,
            body,
            filter,
        } = kind
        else {
            return None;
        };
        let counts = self.wide.counted(id)?;
        self.wide.filtered += usize::from(!filter.is_none());
        let inner = match mode {
            Mode::Whole => Mode::Open,
            mode => mode,
        };
        let terms = self.terms(body, inner);
        self.wide.filtered -= usize::from(!filter.is_none());
        let mut sums = Vec::new();
        for term in terms? {
            let kind = ExprKind::Reduce {
                op,
                index,
                body: term.expr,
                filter,
            };
            let interval = self.sum_within((index, filter), term.expr, counts);
            let sum = self.push(kind, span, interval)?;
            self.wide.count(sum, counts);
            if let Some(normed) = self.normed(sum) {
                let interval = &mut self.graph.exprs[sum.index()].interval;
                *interval = interval.meet(normed).unwrap_or(*interval);
            }
            sums.push(Term { expr: sum, ..term });
        }
        Some(sums)
    }

    /// The same in limbs that all but the last lie in 0..2^(where the next one stands): what is more
    /// is carried. These are unique.
    pub(super) fn carried(&mut self, terms: &[Term], span: Span) -> Option<Vec<Term>> {
        let mut terms = self.spaced(terms, span)?;
        for low in 0..terms.len() - 1 {
            let gap = terms[low + 1].at - terms[low].at;
            let (kept, more) = self.carry(terms[low].expr, gap, span)?;
            terms[low].expr = kept;
            if let Some(more) = more {
                terms[low + 1].expr = self.add(terms[low + 1].expr, more, span)?;
            }
        }
        Some(terms)
    }

    /// What is left of a limb below 2^gap, and what is carried.
    fn carry(&mut self, limb: ExprId, gap: u32, span: Span) -> Option<(ExprId, Option<ExprId>)> {
        let base = 1_i128 << gap;
        if Interval::new(0, base - 1).meet(self.interval(limb)) == Some(self.interval(limb)) {
            return Some((limb, None));
        }
        let base = self.constant(base, span)?;
        let more = self.divide(Rounding::Floor, limb, base, span)?;
        let more = self.shared(more, "carry", span)?;
        let whole = self.mul(base, more, span)?;
        Some((self.sub(limb, whole, span)?, Some(more)))
    }

    /// The same with more limbs, so that none is too far from the next.
    pub(super) fn spaced(&mut self, terms: &[Term], span: Span) -> Option<Vec<Term>> {
        let mut all: Vec<Term> = Vec::new();
        for &term in terms {
            while let Some(last) = all.last().filter(|last| term.at - last.at > MOST_BITS) {
                let at = last.at + MOST_BITS;
                let expr = self.constant(0, span)?;
                all.push(Term { at, expr });
            }
            all.push(term);
        }
        Some(all)
    }

    /// All limbs as one expression, of what is known to fit.
    pub(super) fn total(
        &mut self,
        terms: &[Term],
        interval: Interval,
        span: Span,
    ) -> Option<ExprId> {
        let mut total = self.constant(0, span)?;
        for term in terms {
            if term.at >= 31 || !self.is_proved(term.expr) {
                return None;
            }
            let base = self.constant(1 << term.at, span)?;
            let limb = self.mul(base, term.expr, span)?;
            total = self.add(total, limb, span)?;
        }
        let own = &mut self.graph.exprs[total.index()].interval;
        *own = own.meet(interval).unwrap_or(*own);
        Some(total)
    }
}
