//! What proofs make of what is wide: clips, comparisons, quotients, choices and assertions, of limbs
//! (spec 3.5).

use super::limbs::MOST_BITS;
use super::quotient::quotient;
use super::split::Term;
use super::Checker;
use crate::diagnostic::Span;
use crate::meaning::graph::{Expr, ExprId, ExprKind, Interval, Rounding};

/// What a last limb is ranged in, and how many bits go into another limb where it may be more.
const TOP: i128 = 1 << 26;
const TOP_BITS: u32 = 14;

impl Checker<'_> {
    /// An expression that is wide and fits, of what fits.
    pub(super) fn lowered(&mut self, id: ExprId) -> Option<ExprId> {
        let Expr {
            kind,
            span,
            interval,
        } = self.graph.expr(id).clone();
        let limbs = match kind {
            ExprKind::Clip { arg, lo, hi } => {
                let clipped = self.clipped_limbs(arg, Interval::new(lo, hi), span);
                match clipped.filter(|&id| self.is_proved(id)) {
                    Some(clipped) => clipped,
                    None => {
                        let terms = self.clip_by_choices(arg, (lo, hi), span)?;
                        self.total(&terms, interval, span)?
                    }
                }
            }
            ExprKind::Zero(arg) => {
                let terms = self.limbs(arg)?;
                let terms = self.carried(&terms, span)?;
                let mut all = self.constant(1, span)?;
                for term in terms {
                    let zero = self.zero(term.expr, span)?;
                    all = self.mul(all, zero, span)?;
                }
                all
            }
            _ => {
                let terms = self.limbs(id)?;
                self.total(&terms, interval, span)?
            }
        };
        let own = &mut self.graph.exprs[limbs.index()].interval;
        *own = own.meet(interval).unwrap_or(*own);
        self.is_proved(limbs).then_some(limbs)
    }

    /// What is not negative where `more` is at least `less`: the last of the carried limbs of their
    /// difference. And what is then not positive where they are equal: the sum of all these limbs, of
    /// which none but the last is ever negative.
    pub(super) fn apart_in_limbs(
        &mut self,
        more: ExprId,
        less: ExprId,
        span: Span,
    ) -> Option<(ExprId, ExprId)> {
        let (more, less) = (self.limbs(more)?, self.limbs(less)?);
        let by = self.difference(&more, &less, span)?;
        let by = self.topped(&by, span)?;
        let (last, rest) = by.split_last()?;
        let mut all = last.expr;
        for term in rest {
            all = self.add(all, term.expr, span)?;
        }
        let in_reach = |id: ExprId| self.is_proved(id) && self.interval(id).hi <= TOP;
        (in_reach(last.expr) && self.is_proved(all)).then_some((last.expr, all))
    }

    /// Limbs that are carried, with one more where the last is too large for a range check.
    fn topped(&mut self, terms: &[Term], span: Span) -> Option<Vec<Term>> {
        let mut terms = self.carried(terms, span)?;
        let last = terms.pop()?;
        let own = self.interval(last.expr);
        if own.lo >= -TOP && own.hi <= TOP {
            terms.push(last);
            return Some(terms);
        }
        let expr = self.constant(0, span)?;
        let at = last.at + TOP_BITS;
        let more = self.carried(&[last, Term { at, expr }], span)?;
        terms.extend(more);
        Some(terms)
    }

    /// The limbs of what is no sum or product.
    pub(super) fn lowered_terms(&mut self, id: ExprId) -> Option<Vec<Term>> {
        let Expr { kind, span, .. } = self.graph.expr(id).clone();
        match kind {
            ExprKind::Limbs { limbs, .. } => self.limbs(limbs),
            ExprKind::Divide { policy, num, den } => self.quotient_terms(id, policy, num, den),
            ExprKind::Abs(arg) => {
                let terms = self.limbs(arg)?;
                let terms = self.topped(&terms, span)?;
                let negative = self.is_negative(&terms, span)?;
                let two = self.constant(2, span)?;
                let twice = self.mul(two, negative, span)?;
                let one = self.constant(1, span)?;
                let sign = self.sub(one, twice, span)?;
                self.times(&terms, sign, span)
            }
            ExprKind::Max(a, b) => {
                let (a, b) = (self.limbs(a)?, self.limbs(b)?);
                self.chosen(true, &a, &b, span)
            }
            ExprKind::Min(a, b) => {
                let (a, b) = (self.limbs(a)?, self.limbs(b)?);
                self.chosen(false, &a, &b, span)
            }
            ExprKind::Clip { arg, lo, hi } => self.clip_by_choices(arg, (lo, hi), span),
            _ => None,
        }
    }

    /// The larger of two, or the smaller: b, and where a - b is not negative (not positive) that
    /// more.
    fn chosen(&mut self, larger: bool, a: &[Term], b: &[Term], span: Span) -> Option<Vec<Term>> {
        let more = match larger {
            true => self.difference(a, b, span)?,
            false => self.difference(b, a, span)?,
        };
        let more = self.topped(&more, span)?;
        let negative = self.is_negative(&more, span)?;
        let not = self.opposite(negative, span)?;
        let more = self.times(&more, not, span)?;
        match larger {
            true => self.merged(&[b, &more[..]].concat(), span),
            false => self.difference(b, &more, span),
        }
    }

    fn clip_by_choices(
        &mut self,
        arg: ExprId,
        (lo, hi): (i128, i128),
        span: Span,
    ) -> Option<Vec<Term>> {
        let of = self.interval(arg);
        let mut terms = self.limbs(arg)?;
        for (larger, bound, reached) in [(false, hi, of.hi > hi), (true, lo, of.lo < lo)] {
            if reached {
                let bound = self.constant(bound, span)?;
                let bound = self.limbs(bound)?;
                terms = self.chosen(larger, &terms, &bound, span)?;
            }
        }
        Some(terms)
    }

    /// 1 where limbs that are carried are of a negative number, else 0: that is so where the last one
    /// is.
    fn is_negative(&mut self, carried: &[Term], span: Span) -> Option<ExprId> {
        let top = carried.last()?.expr;
        let not = self.sign(top, 1, span)?;
        let negative = self.opposite(not, span)?;
        self.shared(negative, "sign", span)
    }

    /// From the last limb down: what is held one limb further is out of the bounds where the whole is.
    fn clipped_limbs(&mut self, arg: ExprId, to: Interval, span: Span) -> Option<ExprId> {
        let terms = self.limbs(arg)?;
        let terms = self.topped(&terms, span)?;
        let (last, rest) = terms.split_last()?;
        let (mut held, mut at) = (last.expr, last.at);
        for term in rest.iter().rev() {
            let base = 1_i128 << at;
            let around = Interval::new(to.lo.div_euclid(base) - 1, to.hi.div_euclid(base) + 1);
            held = self.clipped(held, around, span)?;
            let gap = self.constant(1 << (at - term.at), span)?;
            let up = self.mul(gap, held, span)?;
            held = self.add(up, term.expr, span)?;
            at = term.at;
        }
        if at > 0 {
            let base = 1_i128 << at;
            let around = Interval::new(to.lo.div_euclid(base) - 1, to.hi.div_euclid(base) + 1);
            held = self.clipped(held, around, span)?;
            let base = self.constant(base, span)?;
            held = self.mul(base, held, span)?;
        }
        self.clipped(held, to, span)
    }

    /// Every policy is a floor of something: with s = 1 where n is negative and o = 1 where floor(n/d)
    /// is odd, `ceil` is -floor(-n/d), `trunc` floor((n + s(d - 1))/d), `round_half_up`
    /// floor((2n + d)/2d), `round` floor((2n + d - s)/2d), `round_half_even`
    /// floor((2n + d - 1 + o)/2d). Where the floor is a long division, the last three are the floor
    /// and 1 more where what is left, r, has 2r >= d, 2r - s >= d, 2r + o > d.
    fn quotient_terms(
        &mut self,
        id: ExprId,
        policy: Rounding,
        num: ExprId,
        den: ExprId,
    ) -> Option<Vec<Term>> {
        let Expr { span, interval, .. } = *self.graph.expr(id);
        let known = Interval::new(interval.lo - 1, interval.hi + 1);
        let n = self.limbs(num)?;
        let by = self.constant_of(den);
        match policy {
            Rounding::Floor => return self.floored(&n, den, known, span),
            Rounding::Ceil => {
                let n = self.negated(&n, span)?;
                let floor = self.floored(&n, den, -known, span)?;
                return self.negated(&floor, span);
            }
            Rounding::Trunc => {
                let s = self.negative(num, &n, span)?;
                let one = self.constant(1, span)?;
                let less = self.sub(den, one, span)?;
                let more = self.mul(s, less, span)?;
                let n = self.more(&n, more, span)?;
                return self.floored(&n, den, known, span);
            }
            _ => {}
        }
        let is_shift = by.is_some_and(|by| by.unsigned_abs().is_power_of_two());
        if is_shift || by.is_some_and(|by| by % 2 != 0 || policy == Rounding::RoundHalfUp) {
            return self.nearest_of_half((num, n), (by?, den), policy, known, span);
        }
        let carried = self.carried(&n, span)?;
        let (floor, rest) = self.divided(&carried, den, known, span)?;
        let two = self.constant(2, span)?;
        let twice = self.mul(two, rest, span)?;
        let by = self.sub(twice, den, span)?;
        let up = match policy {
            Rounding::Round => {
                let negative = self.negative(num, &n, span)?;
                let by = self.sub(by, negative, span)?;
                self.sign(by, 1, span)?
            }
            Rounding::RoundHalfEven => {
                let odd = self.odd(&floor, span)?;
                let by = self.add(by, odd, span)?;
                self.sign(by, 0, span)?
            }
            _ => self.sign(by, 1, span)?,
        };
        self.more(&floor, up, span)
    }

    /// To the nearest, by a constant: of n and half of it, which is an integer or no quotient is one.
    fn nearest_of_half(
        &mut self,
        (num, n): (ExprId, Vec<Term>),
        (by, den): (i128, ExprId),
        policy: Rounding,
        known: Interval,
        span: Span,
    ) -> Option<Vec<Term>> {
        let half = self.constant(by / 2, span)?;
        let plain = self.with_constant(&n, half, span)?;
        if policy == Rounding::RoundHalfUp || by % 2 != 0 {
            return self.floored(&plain, den, known, span);
        }
        let less = match policy {
            Rounding::Round => self.negative(num, &n, span)?,
            _ => {
                let floor = self.floored(&n, den, known, span)?;
                let odd = self.odd(&floor, span)?;
                self.opposite(odd, span)?
            }
        };
        let less = self.neg(less, span)?;
        let n = self.more(&plain, less, span)?;
        self.floored(&n, den, known, span)
    }

    /// 1 where `num` is negative, of which these are limbs.
    fn negative(&mut self, num: ExprId, terms: &[Term], span: Span) -> Option<ExprId> {
        let of = self.interval(num);
        if of.lo >= 0 || of.hi < 0 {
            return self.constant(i128::from(of.hi < 0), span);
        }
        let terms = self.topped(terms, span)?;
        self.is_negative(&terms, span)
    }

    /// Whether limbs are of an odd number.
    fn odd(&mut self, terms: &[Term], span: Span) -> Option<ExprId> {
        let first = terms.first()?;
        if first.at > 0 {
            return self.constant(0, span);
        }
        let two = self.constant(2, span)?;
        let half = self.divide(Rounding::Floor, first.expr, two, span)?;
        let even = self.mul(two, half, span)?;
        self.sub(first.expr, even, span)
    }

    /// Limbs and a small number more.
    fn more(&mut self, terms: &[Term], more: ExprId, span: Span) -> Option<Vec<Term>> {
        let more = Term { at: 0, expr: more };
        self.merged(&[terms, &[more]].concat(), span)
    }

    /// Limbs and a constant more, of which each limb takes what it can.
    fn with_constant(&mut self, terms: &[Term], more: ExprId, span: Span) -> Option<Vec<Term>> {
        let mut left = self.constant_of(more)?;
        let mut all = terms.to_vec();
        for term in terms.iter().rev() {
            let base = 1_i128 << term.at;
            let expr = self.constant(left.div_euclid(base), span)?;
            all.push(Term { at: term.at, expr });
            left = left.rem_euclid(base);
        }
        let expr = self.constant(left, span)?;
        all.push(Term { at: 0, expr });
        self.merged(&all, span)
    }

    /// The largest integer not above n / d, which lies in `known`.
    fn floored(
        &mut self,
        n: &[Term],
        den: ExprId,
        known: Interval,
        span: Span,
    ) -> Option<Vec<Term>> {
        let by = self.constant_of(den);
        if let Some(by) = by.filter(|by| by.unsigned_abs().is_power_of_two()) {
            return self.shifted(n, by.unsigned_abs().ilog2(), span);
        }
        let n = self.carried(n, span)?;
        let (floor, _) = self.divided(&n, den, known, span)?;
        Some(floor)
    }

    /// floor(n / 2^down): limbs below are carried and left out, since what is left of them is less
    /// than one of the limb above.
    fn shifted(&mut self, n: &[Term], down: u32, span: Span) -> Option<Vec<Term>> {
        let mut n = self.spaced(n, span)?;
        // A number of which every limb stands higher is a multiple.
        if n[0].at >= down {
            for term in &mut n {
                term.at -= down;
            }
            return Some(n);
        }
        let kept = n.iter().rposition(|term| term.at <= down)?;
        let top = n[kept].at;
        let low = self.carried(&n[..=kept], span)?;
        let (mut expr, mut left) = (low.last()?.expr, down - top);
        while left > 0 {
            let step = left.min(MOST_BITS);
            let base = self.constant(1 << step, span)?;
            expr = self.divide(Rounding::Floor, expr, base, span)?;
            left -= step;
        }
        let above = n[kept + 1..].iter().map(|term| Term {
            at: term.at - down,
            expr: term.expr,
        });
        let above: Vec<Term> = above.collect();
        self.merged(&[&[Term { at: 0, expr }], &above[..]].concat(), span)
    }

    /// Long division, from the last limb down: what is left of one stands before the next. The floor,
    /// and what is left at the end.
    fn divided(
        &mut self,
        n: &[Term],
        den: ExprId,
        known: Interval,
        span: Span,
    ) -> Option<(Vec<Term>, ExprId)> {
        // What is left of a quotient by an element is known to be so.
        let den = self.shared(den, "divisor", span)?;
        let mut terms = Vec::new();
        let mut rest: Option<ExprId> = None;
        let mut above = 0;
        for term in n.iter().rev() {
            let (of, within) = match rest {
                None => {
                    let base = 1_i128 << term.at;
                    let lo = known.lo.div_euclid(base);
                    let within = Interval::new(lo, known.hi.div_euclid(base));
                    (term.expr, within)
                }
                Some(rest) => {
                    let base = 1_i128 << (above - term.at);
                    let up = self.constant(base, span)?;
                    let up = self.mul(up, rest, span)?;
                    let of = self.add(up, term.expr, span)?;
                    (of, Interval::new(0, base - 1))
                }
            };
            let q = self.quotient_in(of, den, within, span)?;
            let q = self.shared(q, "quotient", span)?;
            let whole = self.mul(den, q, span)?;
            rest = Some(self.sub(of, whole, span)?);
            above = term.at;
            terms.push(Term {
                at: term.at,
                expr: q,
            });
        }
        if above > 0 {
            return None;
        }
        terms.reverse();
        Some((terms, rest?))
    }

    /// floor(n / d), which lies in `known`.
    fn quotient_in(
        &mut self,
        num: ExprId,
        den: ExprId,
        known: Interval,
        span: Span,
    ) -> Option<ExprId> {
        if let (Some(_), Some(_)) = (self.constant_of(num), self.constant_of(den)) {
            return self.divide(Rounding::Floor, num, den, span);
        }
        let (n, d) = (self.interval(num), self.interval(den));
        let interval = quotient(Rounding::Floor, n, d);
        let interval = interval.meet(known).unwrap_or(interval);
        if interval.lo == interval.hi {
            return self.constant(interval.lo, span);
        }
        let rest = Interval::new(0, d.hi - 1);
        let wide = !super::fits::told_apart(n, interval * d + rest);
        let policy = Rounding::Floor;
        self.push_wide(ExprKind::Divide { policy, num, den }, span, interval, wide)
    }
}
