//! Rounded quotients by a square root: `round(c * x / sqrt(n))` (spec 3.4).

use super::ratio::Ratio;
use super::Checker;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, Interval, Rounding};
use crate::meaning::rounding::root;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind as Written, Relation};

/// A product over one root: its other factors, those of the divisor marked, and what the root is of.
pub(super) struct OverRoot<'e> {
    factors: Vec<(&'e Expr, bool)>,
    root: &'e [Expr],
}

impl<'e> OverRoot<'e> {
    /// What is written as one.
    pub(super) fn of(expr: &'e Expr) -> Option<Self> {
        fn flatten<'e>(expr: &'e Expr, below: bool, factors: &mut Vec<(&'e Expr, bool)>) {
            match &expr.kind {
                Written::Binary {
                    op: op @ (BinaryOp::Mul | BinaryOp::Div),
                    left,
                    right,
                } => {
                    flatten(left, below, factors);
                    flatten(right, below != (*op == BinaryOp::Div), factors);
                }
                _ => factors.push((expr, below)),
            }
        }
        let mut factors = Vec::new();
        flatten(expr, false, &mut factors);
        let root = |(expr, below): &(&'e Expr, bool)| match &expr.kind {
            Written::Call { name, arguments } if *below && name.text == "sqrt" => {
                Some(arguments.as_slice())
            }
            _ => None,
        };
        let at = factors.iter().position(|factor| root(factor).is_some())?;
        let (expr, below) = factors.remove(at);
        let root = root(&(expr, below))?;
        Some(Self { factors, root })
    }
}

impl Checker<'_> {
    /// `policy(a / sqrt(n))`.
    ///
    /// With F(x) for floor(sqrt(x)) and m = |a|: floor(m / sqrt(n)) is F(floor(m^2 / n)), because the
    /// floor of a root is that of its argument's floor. It is m / sqrt(n) itself where its square times n
    /// is m^2, and else the ceiling is one more. The nearest integer is floor((F(floor(4 m^2 / n)) + 1) /
    /// 2), a half rounded up; there is a half where (2 q - 1)^2 n is 4 m^2.
    pub(super) fn over_root(
        &mut self,
        policy: Rounding,
        written: &OverRoot<'_>,
        span: Span,
    ) -> Option<ExprId> {
        if !self.arity("sqrt", written.root.len(), &[1], span) {
            return None;
        }
        let (a, n) = self.over(written, span)?;
        let of = self.interval(n);
        if of.lo < 1 {
            let inside = self.graph.expr(n).span;
            let mut diagnostic =
                Diagnostic::new("E028", "the root in this divisor may be 0, or of less")
                    .at(inside, format!("may lie anywhere in {of}"));
            diagnostic.secondary = self.causes(&[n]);
            self.report(diagnostic.hint(
                "if it never is, give it a name and say so: `assert n >= 1`; or add a constant to it",
            ));
            return None;
        }
        let interval = self.interval(a);
        let m = self.abs(a, span)?;
        let nearest = !matches!(policy, Rounding::Floor | Rounding::Ceil | Rounding::Trunc);
        let square = self.mul(m, m, span)?;
        let four = self.constant(4, span)?;
        let square = if nearest {
            self.mul(four, square, span)?
        } else {
            square
        };
        let ratio = self.divide(Rounding::Floor, square, n, span)?;
        let mut q = self.rooted(false, ratio, span)?;
        if nearest {
            let (one, two) = (self.constant(1, span)?, self.constant(2, span)?);
            let more = self.add(q, one, span)?;
            q = self.divide(Rounding::Floor, more, two, span)?;
        }
        // What a magnitude's quotient is above or below q: where a is not negative, and where it is.
        let none = self.constant(0, span)?;
        // times m sqrt(n) + times / 2 * n, at the most.
        let most = self.interval(m).hi;
        let reach = |times: i128| {
            let product = most.saturating_mul(most).saturating_mul(of.hi);
            let product =
                i64::try_from(product).map_or(i128::MAX >> 8, |x| i128::from(root(false, x)) + 1);
            times * product + (times / 2) * of.hi
        };
        let [plus, minus] = match policy {
            Rounding::Trunc | Rounding::Round => [none, none],
            Rounding::Floor | Rounding::Ceil => {
                // 0 <= m^2 - q^2 n < (2 q + 1) n.
                let apart = Interval::new(0, reach(2));
                let exact = self.squares_to(q, n, square, apart, span)?;
                let more = self.opposite(exact, span)?;
                match policy {
                    Rounding::Ceil => [more, none],
                    _ => [none, more],
                }
            }
            Rounding::RoundHalfUp | Rounding::RoundHalfEven => {
                let two = self.constant(2, span)?;
                let twice = self.mul(two, q, span)?;
                let one = self.constant(1, span)?;
                let odd_root = self.sub(twice, one, span)?;
                // Where q is 0 it is no half: 4 m^2 < n. Else 0 <= 4 m^2 - (2 q - 1)^2 n < 8 q n, and
                // q <= m / sqrt(n) + 1/2.
                let apart = Interval::new(-of.hi, reach(8));
                let half = self.squares_to(odd_root, n, square, apart, span)?;
                let less = self.neg(half, span)?;
                match policy {
                    Rounding::RoundHalfUp => [none, less],
                    _ => {
                        let odd = self.rest(q, two, span)?;
                        let less = self.mul(less, odd, span)?;
                        [less, less]
                    }
                }
            }
        };
        if interval.lo >= 0 {
            return self.add(q, plus, span);
        }
        let below = self.add(q, minus, span)?;
        let below = self.neg(below, span)?;
        if interval.hi <= 0 {
            return Some(below);
        }
        let above = self.add(q, plus, span)?;
        let zero = self.constant(0, span)?;
        let positive = self.compare(a, Relation::AtLeast, zero, span)?;
        self.one_of(positive, (above, below), span)
    }

    /// The numerator, and what it is divided by the root of.
    fn over(&mut self, written: &OverRoot<'_>, span: Span) -> Option<(ExprId, ExprId)> {
        let one = self.constant(1, span)?;
        let mut ratio = Ratio {
            num: one,
            den: None,
        };
        for (factor, below) in &written.factors {
            let factor = self.ratio(factor, true)?;
            let op = if *below { BinaryOp::Div } else { BinaryOp::Mul };
            ratio = self.combine(op, ratio, factor, span)?;
        }
        let n = self.expr(&written.root[0])?;
        match ratio.den {
            None => Some((ratio.num, n)),
            Some(den) => {
                let square = self.mul(den, den, span)?;
                let n = self.mul(square, n, span)?;
                // The sign goes with the numerator.
                match self.interval(den).hi < 0 {
                    true => Some((self.neg(ratio.num, span)?, n)),
                    false => Some((ratio.num, n)),
                }
            }
        }
    }

    /// 1 where root^2 * n is `square`, else 0; the difference is known to be in an interval.
    fn squares_to(
        &mut self,
        root: ExprId,
        n: ExprId,
        square: ExprId,
        known: Interval,
        span: Span,
    ) -> Option<ExprId> {
        let product = self.mul(root, root, span)?;
        let product = self.mul(product, n, span)?;
        let apart = self.sub(square, product, span)?;
        let interval = &mut self.graph.exprs[apart.index()].interval;
        *interval = interval.meet(known).unwrap_or(*interval);
        self.zero(apart, span)
    }
}
