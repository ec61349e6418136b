//! What does not fit and is proved by its limbs: which expressions, and how their factors are split
//! (spec 3.5).
//!
//! An expression is *wide* if no proof is made of it as it is. It may stand in others that are wide,
//! and where one of these fits again (a clip, a comparison, a rounded quotient) that one is proved by
//! limbs. There are several ways to split; all are tried, and the one that costs least is kept.

use std::collections::HashMap;

use super::split::{Mode, Named, Side, Split, Term};
use super::Checker;
use crate::meaning::dims::product;
use crate::meaning::graph::{
    Expr, ExprId, ExprKind, IndexId, Interval, Reduction, Source, ValueId, MOST_DIVISOR, REACH,
};

/// Bits of a digit, those first that are taken where it makes no difference.
const BITS: [u32; 18] = [
    8, 9, 7, 10, 6, 11, 12, 5, 13, 14, 4, 15, 16, 3, 18, 20, 22, 24,
];

const LARGE_DIVISOR: &str =
    "a divisor is 2^28 at most: divide it and what it divides by a power of two first";

/// A range check of more bits takes another lookup.
const LOOKUP: u32 = 14;

#[derive(Default)]
pub(super) struct Wide {
    /// For each expression, whether it is wide.
    flags: Vec<bool>,
    /// How many terms a sum has.
    counts: HashMap<ExprId, Interval>,
    /// What is defined is a value that only expressions read.
    pub(super) plain: bool,
    /// What is written now stands inside a hint: nothing is proved of it.
    pub(super) hinting: bool,
    /// What is written now are limbs.
    pub(super) split: Option<Split>,
    /// Sums with conditions on their terms that are open.
    pub(super) filtered: usize,
    pub(super) terms: HashMap<(ExprId, Mode), Vec<Term>>,
    /// The digits of tensors and values, least first, by their bits.
    pub(super) digits: HashMap<(Source, u32), Vec<ValueId>>,
    pub(super) named: HashMap<(ValueId, Split), Named>,
}

impl Wide {
    pub(super) fn add(&mut self) {
        self.flags.push(false);
    }

    pub(super) fn set(&mut self, id: ExprId, wide: bool) {
        self.flags[id.index()] = wide;
    }

    pub(super) fn has(&self, id: ExprId) -> bool {
        self.flags[id.index()]
    }

    pub(super) fn truncate(&mut self, from: usize) {
        self.flags.truncate(from);
        self.counts.retain(|id, _| id.index() < from);
    }

    pub(super) fn count(&mut self, sum: ExprId, terms: Interval) {
        self.counts.insert(sum, terms);
    }

    pub(super) fn counted(&self, sum: ExprId) -> Option<Interval> {
        self.counts.get(&sum).copied()
    }

    /// Forgets values from here on.
    fn forget(&mut self, values: usize) {
        let kept = |ids: &[ValueId]| ids.iter().all(|id| id.index() < values);
        self.digits.retain(|_, ids| kept(ids));
        let part = |named: &Named| named.parts.iter().map(|(_, id)| *id).collect::<Vec<_>>();
        self.named.retain(|_, named| {
            let carries: Vec<_> = named.carries.iter().flatten().copied().collect();
            kept(&part(named)) && kept(&carries)
        });
    }
}

impl Checker<'_> {
    /// Whether something inside is wide, so that no proof is made of this as it is.
    pub(super) fn is_of_wide(&self, kind: &ExprKind) -> bool {
        let read = match kind {
            ExprKind::Read { source, .. } | ExprKind::Pick { source, .. } => match source {
                Source::Value(id) => !self.graph.value(*id).interval.fits(),
                Source::Input(_) | Source::State(_) | Source::Static(_) => false,
            },
            _ => false,
        };
        read || kind.proved().iter().any(|&child| self.wide.has(child))
    }

    /// Whether a value may be wide: one without a range that nothing but expressions can read. What
    /// others may be, appends and outputs too, is judged by its interval.
    pub(super) fn may_be_wide(&self, ranges: &[Option<Interval>]) -> bool {
        self.wide.plain && ranges.iter().all(Option::is_none)
    }

    /// An expression that is wide and fits, by its limbs (E034 if these do not help).
    pub(super) fn by_limbs(&mut self, id: ExprId) -> Option<ExprId> {
        if self.wide.hinting || self.wide.split.is_some() {
            return Some(id);
        }
        let Some(limbs) = self.cheapest(|checker| checker.lowered(id)) else {
            self.refuse(id);
            return None;
        };
        let Expr { span, interval, .. } = *self.graph.expr(id);
        self.push(ExprKind::Limbs { whole: id, limbs }, span, interval)
    }

    /// A reduction that may be wide.
    pub(super) fn summed(&mut self, id: ExprId) -> Option<ExprId> {
        let interval = self.interval(id);
        if !self.is_wide(interval, &[id]) && !self.wide.has(id) {
            return Some(id);
        }
        let sum = matches!(
            self.graph.expr(id).kind,
            ExprKind::Reduce {
                op: Reduction::Sum,
                ..
            }
        );
        if !sum && !self.wide.hinting {
            self.refuse(id);
            return None;
        }
        self.wide.set(id, true);
        match interval.fits() {
            true => self.by_limbs(id),
            false => Some(id),
        }
    }

    /// The best of what can be written, in every way to split; nothing that is reported on the way
    /// counts.
    pub(super) fn cheapest<T>(
        &mut self,
        mut write: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let mut best: Option<(u128, Split)> = None;
        for summands in [false, true] {
            for side in [Side::Smaller, Side::Larger, Side::Both] {
                for bits in BITS {
                    let split = Split {
                        bits,
                        side,
                        summands,
                    };
                    let mark = self.graph.exprs.len();
                    let (values, indices) = (self.graph.values.len(), self.graph.indices.len());
                    let told = self.diagnostics.len();
                    let made = self.in_split(split, &mut write);
                    let made = made.filter(|_| self.is_in_reach(mark));
                    let cost = self.cost_from(mark);
                    self.drop_exprs(mark);
                    self.drop_values(values);
                    self.graph.indices.truncate(indices);
                    self.diagnostics.truncate(told);
                    if made.is_some() && best.is_none_or(|(least, _)| cost < least) {
                        best = Some((cost, split));
                    }
                }
            }
            if best.is_some() {
                break;
            }
        }
        best.and_then(|(_, split)| self.in_split(split, &mut write))
    }

    fn in_split<T>(
        &mut self,
        split: Split,
        write: &mut impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.wide.split = Some(split);
        self.wide.terms.clear();
        let filtered = self.wide.filtered;
        let made = write(self);
        self.wide.split = None;
        self.wide.filtered = filtered;
        made
    }

    fn drop_values(&mut self, from: usize) {
        for value in self.graph.values.drain(from..) {
            if let Some(named) = self.named.get_mut(&value.name) {
                named.pop();
            }
        }
        self.implicit.truncate(from);
        self.wide.forget(from);
    }

    /// Whether the expressions from here on can be laid out, as far as ranges decide.
    fn is_in_reach(&self, from: usize) -> bool {
        let of = |id: ExprId| self.interval(id);
        let size = |interval: Interval| interval.hi - interval.lo;
        self.graph.exprs[from..].iter().all(|expr| match expr.kind {
            ExprKind::Divide { den, .. } => {
                size(expr.interval) < REACH && of(den).hi <= MOST_DIVISOR
            }
            ExprKind::Clip { arg, lo, hi } => {
                let arg = of(arg);
                arg.hi - hi < REACH && lo - arg.lo < REACH && size(expr.interval) < REACH
            }
            _ => true,
        })
    }

    /// About how many elements of the prover's the expressions from here on take.
    fn cost_from(&self, from: usize) -> u128 {
        let mut cost = 0;
        for id in (from..self.graph.exprs.len()).map(|id| ExprId(id as u32)) {
            let lookups = |interval: Interval| {
                let size = interval.hi.saturating_sub(interval.lo).max(1);
                u128::from(size.ilog2() / LOOKUP + 1)
            };
            let expr = self.graph.expr(id);
            let each = match expr.kind {
                ExprKind::Divide { den, .. } => {
                    1 + lookups(expr.interval) + lookups(self.interval(den))
                }
                ExprKind::Clip { .. } | ExprKind::Zero(_) => 3,
                ExprKind::Max(..) | ExprKind::Min(..) | ExprKind::Abs(_) => 3,
                ExprKind::Reduce { .. } => 1,
                _ => 0,
            };
            if each > 0 && !self.all_static(&[id]) {
                cost += each * u128::from(self.count_of(&self.graph.free(id)));
            }
        }
        cost
    }

    pub(super) fn count_of(&self, space: &[IndexId]) -> u64 {
        product(self.graph.space_sizes(space))
    }

    /// Says that an expression does not fit, and that limbs do not help (E034).
    fn refuse(&mut self, id: ExprId) {
        let Expr {
            kind,
            span,
            interval,
        } = self.graph.expr(id).clone();
        let of = |id: ExprId| self.interval(id);
        let (what, sides, roots) = match kind {
            ExprKind::Clip { arg, .. } => ("the argument of this `clip`", vec![of(arg)], vec![arg]),
            ExprKind::Root { arg, .. } => ("the argument of this root", vec![of(arg)], vec![arg]),
            ExprKind::Zero(arg) => ("this difference", vec![of(arg)], vec![arg]),
            ExprKind::Abs(arg) => {
                let either = of(arg).hull(-of(arg));
                ("the argument of this `abs`", vec![either], vec![arg])
            }
            ExprKind::Max(a, b) => {
                let both = of(a).hull(of(b));
                ("the arguments of this `max`", vec![both], vec![a, b])
            }
            ExprKind::Min(a, b) => {
                let both = of(a).hull(of(b));
                ("the arguments of this `min`", vec![both], vec![a, b])
            }
            ExprKind::Divide { policy, num, den } => {
                let rest = super::quotient::remainder(policy, of(num), of(den));
                let whole = interval * of(den) + rest;
                ("this division", vec![of(num), whole], vec![num, den])
            }
            ExprKind::Reduce { op, .. } => {
                let what = match op {
                    Reduction::Sum => "this sum",
                    Reduction::Max => "this max",
                    Reduction::Min => "this min",
                };
                (what, vec![interval], vec![id])
            }
            _ => ("this expression", vec![interval], vec![id]),
        };
        let names: &[&str] = match sides.len() {
            1 => &["its value"],
            _ => &["the numerator", "quotient * divisor + remainder"],
        };
        let sides: Vec<_> = names.iter().copied().zip(sides).collect();
        let told = self.diagnostics.len();
        self.does_not_fit(what, span, &sides, &roots);
        let way_out = self.way_out(id);
        if let (Some(told), Some(hint)) = (self.diagnostics.get_mut(told), way_out) {
            told.hints.push(hint);
        }
    }

    /// What to write in the place of something that limbs do not help.
    fn way_out(&self, id: ExprId) -> Option<String> {
        let of = |id: ExprId| self.interval(id);
        let divided = |kind: &ExprKind| match *kind {
            ExprKind::Divide { den, .. } => of(den).hi > MOST_DIVISOR,
            _ => false,
        };
        let kind = &self.graph.expr(id).kind;
        let four = |arg: ExprId| match self.graph.expr(arg).kind {
            ExprKind::Mul(a, b) => {
                self.constant_of(a) == Some(4) && of(b).lo == 0 && of(b).hi < REACH
                    || self.constant_of(b) == Some(4) && of(a).lo == 0 && of(a).hi < REACH
            }
            _ => false,
        };
        let hint = match kind {
            ExprKind::Root { arg, .. } if four(*arg) => {
                "`round(sqrt(x))` of an x that may be 0 is made of four times it: add 1 to it, assert that it is \
                 at least 1, or take `floor(sqrt(x))`"
            }
            ExprKind::Root { .. } => "divide under the root: `floor(sqrt(floor(x / 2 ^ 20)))`",
            ExprKind::Reduce { .. } => {
                "divide or clip its terms: `max(i in n) floor(x[i] / 2 ^ 16)`"
            }
            ExprKind::Clip { arg, .. } if divided(&self.graph.expr(*arg).kind) => LARGE_DIVISOR,
            _ if divided(kind) => LARGE_DIVISOR,
            ExprKind::Clip { lo, hi, .. } if hi - lo >= REACH => {
                "clip to fewer than 2^30 integers: wider ones are not ranged"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
