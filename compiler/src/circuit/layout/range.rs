//! Ranges, declared and asserted, and the bounds that a range check holds.

use super::form::identity;
use super::layout::{Layout, Result};
use crate::circuit::field::P;
use crate::circuit::names::Slot;
use crate::circuit::operation::Op;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Interval, REACH};

impl Layout<'_> {
    /// Enforces a declared range, exactly.
    pub(super) fn range(
        &mut self,
        component: usize,
        x: Slot,
        interval: Interval,
        range: Interval,
        span: Span,
        name: &str,
    ) -> Result<()> {
        if range.hi - range.lo >= REACH {
            return Err(self.too_wide(&format!("`{name}`"), range, span));
        }
        if range.hi - interval.lo >= P || interval.hi - range.lo >= P {
            return Err(Box::new(
                Diagnostic::new(
                    "E111",
                    format!("the range of `{name}` does not fit the field"),
                )
                .at(
                    span,
                    format!("the value is in {interval}, its range is {range}"),
                )
                .hint("narrow what it is computed from"),
            ));
        }
        let (lo, hi) = self.small(range, span)?;
        self.builders[component].push(
            Op::Range {
                x,
                lo,
                hi,
                limit: hi,
            },
            Some(span),
            0,
        );
        Ok(())
    }

    pub(super) fn assertion(&mut self, number: usize) -> Result<()> {
        let graph = self.graph;
        let assert = &graph.asserts[number];
        let rows = self.rows(&assert.space, assert.filter, assert.span)?;
        let label = self.label(&assert.space);
        let component = self.component(rows, self.owner[&assert.left], &label);
        let env = identity(&assert.space);
        let (a, b) = (
            self.lower(component, assert.left, &env)?,
            self.lower(component, assert.right, &env)?,
        );
        let interval = graph.expr(assert.left).interval - graph.expr(assert.right).interval;
        if assert.equal {
            return self.equality(component, (a, b), interval, assert.span);
        }
        let (most, limit) = self.bounded(
            interval.hi.max(0),
            P - 1 + interval.lo.min(0),
            interval,
            assert.span,
        )?;
        let builder = &mut self.builders[component];
        let difference = builder.sub(a, b, Some(assert.span));
        let x = builder.column(difference, Some(assert.span));
        builder.push(
            Op::Range {
                x,
                lo: 0,
                hi: most,
                limit,
            },
            Some(assert.span),
            0,
        );
        Ok(())
    }

    /// a - b = 0 in every row that there is: of integers, as the two differ by less than P.
    fn equality(
        &mut self,
        component: usize,
        (a, b): (Slot, Slot),
        apart: Interval,
        span: Span,
    ) -> Result<()> {
        self.small(apart, span)?;
        let builder = &mut self.builders[component];
        let x = builder.sub(a, b, Some(span));
        let (lo, hi, limit) = (0, 0, 0);
        builder.push(Op::Range { x, lo, hi, limit }, Some(span), 0);
        Ok(())
    }

    pub(super) fn fits(&self, value: i128, span: Span) -> Result<i64> {
        if value.abs() < P {
            Ok(value as i64)
        } else {
            Err(Box::new(
                Diagnostic::new("E111", format!("{value} does not fit the field"))
                    .at(span, "this number")
                    .hint("numbers must be below 2^31 - 1 in magnitude"),
            ))
        }
    }

    pub(super) fn small(&self, interval: Interval, span: Span) -> Result<(i64, i64)> {
        Ok((self.fits(interval.lo, span)?, self.fits(interval.hi, span)?))
    }

    pub(super) fn too_wide(&self, what: &str, interval: Interval, span: Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::new(
                "E110",
                format!("the range of {what} is too wide to be enforced"),
            )
            .at(span, format!("{interval} has more than 2^30 integers"))
            .hint("declare a narrower range, or divide earlier"),
        )
    }

    pub(super) fn reachable(&self, most: i128, interval: Interval, span: Span) -> Result<i64> {
        if most < REACH {
            Ok(most as i64)
        } else {
            let wide = self.too_wide("this value", interval, span);
            Err(Box::new(wide.hint(
                "what is compared, as in a `max` or `argmax`, differs by less than 2^30: clip it or divide it, \
                 `argmax(j in n) floor(x[j] / 4)`",
            )))
        }
    }

    /// A bound that a range check holds, and the most that the no-wrap inequality admits.
    pub(super) fn bounded(
        &self,
        most: i128,
        limit: i128,
        interval: Interval,
        span: Span,
    ) -> Result<(i64, i64)> {
        let most = self.reachable(most, interval, span)?;
        if i128::from(most) > limit {
            return Err(Box::new(
                Diagnostic::new("E111", "this does not fit the field")
                    .at(span, format!("the value is in {interval}"))
                    .hint("narrow what it is computed from"),
            ));
        }
        Ok((most, limit.min(P - 1) as i64))
    }
}
