//! Operations that need a gadget, with their no-wrap inequalities.

use super::builder::Rebuilt;
use super::form::Env;
use super::layout::{Layout, Result};
use crate::circuit::field::P;
use crate::circuit::gadgets::clip::{Bounds, Clip};
use crate::circuit::gadgets::division::{Divide, Policy};
use crate::circuit::gadgets::root::{self, Root};
use crate::circuit::gadgets::selection::Select;
use crate::circuit::gadgets::sign::Sign;
use crate::circuit::gadgets::table::Lookup;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::Slot;
use crate::circuit::operation::Op;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, ExprKind, Interval, Rounding, TableId, MOST_DIVISOR, REACH};
use crate::meaning::rounding::root;

/// A numerator may lie far from 0 if it is narrow, but is halved and doubled in 64 bits.
const NUMERATOR: i128 = 1 << 62;

impl Layout<'_> {
    pub(super) fn clip(
        &mut self,
        component: usize,
        arg: ExprId,
        lo: i128,
        hi: i128,
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let interval = self.graph.expr(arg).interval;
        let x = self.lower(component, arg, env)?;
        if interval.lo >= lo && interval.hi <= hi {
            return Ok(x);
        }
        let bounds = Interval::new(lo, hi);
        if interval.hi <= lo || interval.lo >= hi {
            let value = self.fits(if interval.hi <= lo { lo } else { hi }, span)?;
            return Ok(self.builders[component].constant(value));
        }
        // Bounds that nothing reaches are brought in, so that the range of y stays narrow.
        let (lo, hi) = (lo.max(interval.lo), hi.min(interval.hi));
        let (above, below) = (interval.hi > bounds.hi, interval.lo < bounds.lo);
        if lo == hi {
            let value = self.fits(lo, span)?;
            return Ok(self.builders[component].constant(value));
        }
        let most = [(above, interval.hi - hi), (below, lo - interval.lo)];
        let most = most.into_iter().filter(|(there, _)| *there);
        let most = most.map(|(_, most)| most).max().unwrap_or(0);
        // A peak less its own elements may be known not to be negative only through this clip: the
        // no-wrap inequality must hold for whatever the two sides can be. Where the difference has
        // a name it is tested when the clip takes the place of the maximum's range.
        let reach = match self.graph.expr(arg).kind {
            ExprKind::Sub(a, b) => self.graph.expr(a).interval - self.graph.expr(b).interval,
            _ => interval,
        };
        if hi - lo >= REACH {
            return Err(self.too_wide("a clip", Interval::new(lo, hi), span));
        }
        let limit = (P - 1 + reach.lo - hi).min(P - 1 - reach.hi + lo);
        let excess = self.bounded(most, limit, interval, span)?;
        let (lo, hi) = (self.fits(lo, span)?, self.fits(hi, span)?);
        let bounds = Bounds {
            lo,
            hi,
            above,
            below,
            excess,
            ranged: true,
        };
        let builder = &mut self.builders[component];
        if let Some(y) = builder.clip_quotient(x, &bounds) {
            return Ok(y);
        }
        let clip = Clip { arg: x, bounds };
        let y = builder.push(Op::Gadget(Gadget::Clip(clip)), Some(span), 1);
        builder.clips.insert(y, builder.last_op());
        if above && !below && lo >= 0 {
            let rebuilt = builder.add(y, Slot(y.0 + 1), Some(span));
            let clip = builder.clips[&y];
            builder.not_negative.insert(
                x,
                Rebuilt {
                    slot: rebuilt,
                    clip,
                },
            );
        }
        Ok(y)
    }

    pub(super) fn root(
        &mut self,
        component: usize,
        nearest: bool,
        arg: ExprId,
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let of = self.graph.expr(arg).interval;
        let x = self.lower(component, arg, env)?;
        let end = |x: i128| i64::try_from(x).ok().map(|x| root(nearest, x));
        let (lo, hi) = match (end(of.lo), end(of.hi)) {
            (Some(lo), Some(hi)) if of.hi < P && hi <= root::MOST => (lo, hi),
            _ => {
                let error = Diagnostic::new("E111", "this root does not fit the field")
                    .at(span, format!("the argument is in {of}"));
                let error = match nearest || of.lo > 0 {
                    true => error,
                    false => error.hint(
                        "a root to the nearest is one of four times its argument where that may be 0: add 1 to \
                         it, or assert that it is at least 1",
                    ),
                };
                return Err(Box::new(
                    error
                        .hint(format!(
                            "a root has an argument of at most {}: assert it or clip it, or take the root of a \
                             part, `16 * round(sqrt(round(x / 256)))`",
                            root::largest(nearest)
                        )),
                ));
            }
        };
        let builder = &mut self.builders[component];
        let arg = builder.column(x, Some(span));
        let gadget = Gadget::Root(Root {
            nearest,
            arg,
            lo,
            hi,
        });
        Ok(builder.push(Op::Gadget(gadget), Some(span), 1))
    }

    pub(super) fn look_up(
        &mut self,
        component: usize,
        table: TableId,
        x: Slot,
        span: Span,
    ) -> Slot {
        let declared = self.graph.table(table);
        let entries = self.entries[table.index()].clone();
        let builder = &mut self.builders[component];
        let arg = builder.column(x, Some(span));
        if let Some(&slot) = builder.looked_up.get(&(table, arg)) {
            return slot;
        }
        // The lookup ranges its argument: a clip to the table's domain need not.
        if let Some(bounds) = builder.bounds(arg) {
            if declared.domain == Interval::new(bounds.lo.into(), bounds.hi.into()) {
                bounds.ranged = false;
            }
        }
        let lookup = Lookup {
            table,
            arg,
            first: declared.domain.lo as i64,
            entries,
        };
        let slot = builder.push(Op::Gadget(Gadget::Lookup(lookup)), Some(span), 1);
        builder.looked_up.insert((table, arg), slot);
        slot
    }

    pub(super) fn select(
        &mut self,
        component: usize,
        a: ExprId,
        b: ExprId,
        larger: bool,
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let (left, right) = (self.graph.expr(a).interval, self.graph.expr(b).interval);
        let (slot_a, slot_b) = (
            self.lower(component, a, env)?,
            self.lower(component, b, env)?,
        );
        if left.lo >= right.hi {
            return Ok(if larger { slot_a } else { slot_b });
        }
        if right.lo >= left.hi {
            return Ok(if larger { slot_b } else { slot_a });
        }
        let reach = (left.hi - right.lo).max(right.hi - left.lo);
        let (to_a, to_b) = if larger {
            (right.hi - left.lo, left.hi - right.lo)
        } else {
            (left.hi - right.lo, right.hi - left.lo)
        };
        let to_a = self.bounded(to_a, P - 1 - reach, left, span)?;
        let to_b = self.bounded(to_b, P - 1 - reach, right, span)?;
        let builder = &mut self.builders[component];
        let (a, b) = (
            builder.column(slot_a, Some(span)),
            builder.column(slot_b, Some(span)),
        );
        let gadget = Gadget::Select(Select {
            a,
            b,
            larger,
            to_a,
            to_b,
        });
        Ok(builder.push(Op::Gadget(gadget), Some(span), 1))
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn divide(
        &mut self,
        component: usize,
        id: ExprId,
        policy: Rounding,
        num: ExprId,
        den: ExprId,
        env: &Env,
        public: bool,
    ) -> Result<Slot> {
        let graph = self.graph;
        let span = graph.expr(id).span;
        let (n, d) = (graph.expr(num).interval, graph.expr(den).interval);
        let q = graph.expr(id).interval;
        let mut numerator = self.lower(component, num, env)?;
        if d == Interval::point(1) {
            return Ok(numerator);
        }
        let denominator = self.lower(component, den, env)?;
        if d.hi > MOST_DIVISOR {
            return Err(self.too_wide("this divisor", d, span));
        }
        let (policy, negate, signed) = match policy {
            Rounding::Floor => (Policy::Floor, false, false),
            Rounding::Ceil => (Policy::Floor, true, false),
            Rounding::RoundHalfUp => (Policy::HalfUp, false, false),
            Rounding::RoundHalfEven => (Policy::HalfEven, false, false),
            Rounding::Trunc => (Policy::Floor, n.hi <= 0, n.lo < 0 && n.hi > 0),
            Rounding::Round => (Policy::HalfUp, n.hi <= 0, n.lo < 0 && n.hi > 0),
        };
        let (n, q) = if negate { (-n, -q) } else { (n, q) };
        let builder = &mut self.builders[component];
        let constant = d.lo == d.hi;
        let den = if constant {
            builder.constant(d.lo as i64)
        } else {
            builder.column(denominator, Some(span))
        };
        if constant || signed {
            // Of degree 1, so that the remainder by a constant is an expression.
            numerator = builder.column(numerator, Some(span));
        }
        if negate {
            numerator = builder.scale(numerator, -1, Some(span));
        }
        // Whether it is negative is all that this quotient says.
        let size = n.hi.max(-n.lo - 1) + 1;
        let is_sign = constant && policy == Policy::Floor && q == Interval::new(-1, 0);
        if is_sign && !public && size < REACH {
            let size = size as i64;
            let sign = Gadget::Sign(Sign {
                arg: numerator,
                size,
            });
            let slot = builder.push(Op::Gadget(sign), Some(span), 1);
            return Ok(builder.scale(slot, if negate { 1 } else { -1 }, Some(span)));
        }
        let (n, q, magnitude) = if signed {
            let most = n.hi.max(-n.lo);
            (
                Interval::new(0, most),
                Interval::new(0, q.hi.max(-q.lo)),
                Some(self.bounded(most, P - 1 - most, n, span)?),
            )
        } else {
            (n, q, None)
        };
        let (r_lo, r_hi) = match policy {
            Policy::Floor => (0, d.hi - 1),
            Policy::HalfUp | Policy::HalfEven => (-(d.hi / 2), d.hi / 2),
        };
        // Half even writes q = 2h + b: with its h, either b is admitted.
        let admitted = match policy {
            Policy::HalfEven => Interval::new(2 * q.lo.div_euclid(2), 2 * q.hi.div_euclid(2) + 1),
            _ => q,
        };
        // The least q must not reach past n, and the largest that is admitted neither: q * d is
        // largest at the largest d, or at the least where q is negative.
        let least = (admitted.lo * d.lo).min(admitted.lo * d.hi) + r_lo;
        let room = P - 1 + n.lo - r_hi;
        let limit = room.div_euclid(if room < 0 { d.lo } else { d.hi });
        let below = P - 1 - n.hi + r_lo;
        let least_of_all = -below.div_euclid(if below < 0 { d.lo } else { d.hi });
        let far = n.lo < -NUMERATOR || n.hi > NUMERATOR;
        if far || n.hi - least >= P || limit < admitted.hi {
            return Err(Box::new(
                Diagnostic::new("E111", "this division does not fit the field")
                    .at(span, format!("numerator {n}, divisor {d}, quotient {q}"))
                    .also(graph.expr(num).span, format!("the numerator is in {n}"))
                    .hint("n - q * d must stay below 2^31 - 1: narrow the inputs, or declare a range for the result"),
            ));
        }
        if !public && q.hi - q.lo >= REACH {
            return Err(self.too_wide("this quotient", q, span));
        }
        let quotient = (
            self.fits(q.lo, span)?,
            self.fits(q.hi, span)?,
            limit.min(P - 1) as i64,
        );
        // Its quotient is one column, that something else may range.
        let plain = !signed && policy != Policy::HalfEven;
        let (public, clips) = (plain && public, plain && !public);
        let gadget = Divide {
            policy,
            num: numerator,
            den,
            divisor: (d.lo as i64, d.hi as i64),
            quotient,
            public,
            signed: magnitude,
            clips,
            clipped: None,
        };
        let builder = &mut self.builders[component];
        let slot = builder.push(Op::Gadget(Gadget::Divide(gadget)), Some(span), 1);
        if clips {
            let room = Interval::new(least_of_all, limit);
            builder.quotients.insert(slot, (builder.last_op(), room));
        }
        Ok(if negate {
            builder.scale(slot, -1, Some(span))
        } else {
            slot
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::circuit::choices::Choices;
    use crate::circuit::circuit::Circuit;
    use crate::circuit::field::P;
    use crate::circuit::gadgets::clip::Clip;
    use crate::circuit::gadgets::Gadget;
    use crate::circuit::operation::Op;
    use crate::meaning::graph::{ExprKind, Graph, Interval};

    /// A clip of a peak less its elements, which has a name, takes the place of the peak's range.
    fn laid_out(change: impl Fn(&mut Graph)) -> Result<Circuit, String> {
        let source = "circuit named() {
            private input x[4] : 0..=100
            public output y[4]
            peak = max(j in 4) x[j]
            gap[e in 4] = peak - x[e]
            y[e in 4] = clip(gap[e], 0, 50)
        }";
        let (ast, mut graph) = crate::analyse(source, &[]).unwrap();
        change(&mut graph);
        match crate::assemble(ast, graph, None, &Choices::default()) {
            Ok(compiled) => Ok(compiled.circuit),
            Err(errors) => Err(errors[0].code.to_string()),
        }
    }

    fn gadgets(circuit: &Circuit) -> Vec<&Gadget> {
        let ops = circuit.components.iter().flat_map(|c| &c.ops);
        let gadgets = ops.filter_map(|op| match op {
            Op::Gadget(gadget) => Some(gadget),
            _ => None,
        });
        gadgets.collect()
    }

    #[test]
    fn a_clip_in_place_of_a_maximums_range_leaves_room_for_a_negative_difference() {
        let circuit = laid_out(|_| ()).unwrap();
        let [Gadget::Clip(Clip { bounds, .. }), Gadget::Maximum(maximum)] = gadgets(&circuit)[..]
        else {
            panic!("{:?}", gadgets(&circuit));
        };
        assert_eq!(maximum.bound, None);
        let (above, limit) = bounds.excess;
        assert_eq!((bounds.lo, bounds.hi, above), (0, 50, 50));
        // The largest difference is 100, and as the least one -100 must be told apart.
        assert!(i128::from(bounds.hi + limit + 100) < P, "{limit}");
    }

    /// No program has such intervals: ranges end before. The inequality does not rest on that.
    #[test]
    fn a_clip_that_leaves_no_room_is_refused() {
        let reaching = |last: i128| {
            laid_out(|graph| {
                let clips = graph
                    .exprs
                    .iter_mut()
                    .filter_map(|expr| match &mut expr.kind {
                        ExprKind::Clip { arg, hi, .. } => {
                            *hi = last - 10;
                            Some(*arg)
                        }
                        _ => None,
                    });
                for arg in clips.collect::<Vec<_>>() {
                    graph.exprs[arg.index()].interval = Interval::new(last - 1000, last);
                }
            })
        };
        assert!(reaching(P - 1 - 100).is_ok());
        assert_eq!(reaching(P - 100).unwrap_err(), "E111");
    }
}
