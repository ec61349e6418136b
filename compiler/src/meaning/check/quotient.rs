//! Rounded quotients: their intervals, and the identity n = q*d + r (spec 4.5).

use super::fits::told_apart;
use super::order::mean;
use super::Checker;
use crate::diagnostic::Span;
use crate::meaning::graph::{ExprId, ExprKind, IndexExpr, Interval, Rounding};
use crate::meaning::rounding::divide;

/// The interval of the rounded quotient of two intervals; `den` is positive. Exact, since
/// every policy is monotone in the quotient.
pub(super) fn quotient(policy: Rounding, num: Interval, den: Interval) -> Interval {
    let smallest = if num.lo < 0 { den.lo } else { den.hi };
    let largest = if num.hi < 0 { den.hi } else { den.lo };
    Interval::new(
        divide(policy, num.lo, smallest),
        divide(policy, num.hi, largest),
    )
}

/// The interval of the remainder `num - q * den` for divisors up to `den.hi`.
pub(super) fn remainder(policy: Rounding, num: Interval, den: Interval) -> Interval {
    let most = den.hi - 1;
    let half = den.hi / 2;
    match policy {
        Rounding::Floor => Interval::new(0, most),
        Rounding::Ceil => Interval::new(-most, 0),
        Rounding::Trunc => Interval::new(
            if num.lo < 0 { -most } else { 0 },
            if num.hi > 0 { most } else { 0 },
        ),
        Rounding::Round | Rounding::RoundHalfUp | Rounding::RoundHalfEven => {
            Interval::new(-half, half)
        }
    }
}

impl Checker<'_> {
    /// `a % n` is a - n * floor(a / n): it has the sign of n, which is never 0.
    pub(super) fn rest(&mut self, a: ExprId, n: ExprId, span: Span) -> Option<ExprId> {
        self.divisor(n)?;
        let whole = self.divide(Rounding::Floor, a, n, span)?;
        let whole = self.mul(n, whole, span)?;
        self.sub(a, whole, span)
    }

    /// `num / den`, rounded; `den` is never 0.
    pub(super) fn divide(
        &mut self,
        policy: Rounding,
        num: ExprId,
        den: ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let (mut num, mut den) = (num, den);
        if self.interval(den).hi < 0 {
            num = self.neg(num, span)?;
            den = self.neg(den, span)?;
        }
        let (n, d) = (self.interval(num), self.interval(den));
        match (self.constant_of(num), self.constant_of(den)) {
            (_, Some(1)) => return Some(num),
            (Some(n), Some(d)) => return self.constant(divide(policy, n, d), span),
            _ => {}
        }
        let mut interval = quotient(policy, n, d);
        if let (ExprKind::Index(index), Some(divisor), Rounding::Floor) =
            (&self.graph.expr(num).kind, self.constant_of(den), policy)
        {
            if let Ok(divisor) = i64::try_from(divisor) {
                let index = Box::new(index.clone());
                let kind = IndexExpr::Div(index, Box::new(IndexExpr::Constant(divisor)));
                return self.push(ExprKind::Index(kind), span, interval);
            }
        }
        if let Some((values, by)) = mean(&self.graph, &self.shapes, num, den) {
            let hull = quotient(policy, values, Interval::point(by));
            interval = interval.meet(hull).unwrap_or(hull);
        }
        let whole = interval * d + remainder(policy, n, d);
        let wide = !told_apart(n, whole) && !self.all_static(&[num, den]);
        self.push_wide(ExprKind::Divide { policy, num, den }, span, interval, wide)
    }
}
