//! Digits of factors, and limbs of values that have a name: values of their own, which no program
//! names (spec 3.5).

use super::split::{Named, Term};
use super::Checker;
use crate::diagnostic::Span;
use crate::meaning::graph::{
    Domain, Expr, ExprId, ExprKind, Index, IndexExpr, IndexId, Interval, Place, Rounding, Source,
    Value, ValueId,
};

impl Checker<'_> {
    /// x as digits of so many bits, the last one signed: each of the digits before is what is left of
    /// a floored quotient by 2^bits.
    pub(super) fn digits(&mut self, id: ExprId) -> Option<Vec<Term>> {
        let bits = self.split()?.bits;
        let single = vec![Term { at: 0, expr: id }];
        if is_digit(self.interval(id), bits) {
            return Some(single);
        }
        let Expr { kind, span, .. } = self.graph.expr(id).clone();
        if self.all_static(&[id]) {
            return self.static_digits(id, bits, span);
        }
        let (source, at) = match kind {
            ExprKind::Read { source, at } if is_own(source) => {
                (source, at.into_iter().map(Place::Known).collect())
            }
            ExprKind::Pick { source, at } if is_own(source) => (source, at),
            _ => self.named_factor(id, span)?,
        };
        let digits = self.digits_of(source, &at, bits)?;
        let mut terms = Vec::new();
        for (place, digit) in (0..).zip(digits) {
            let expr = self.read_hidden(digit, &at, span)?;
            let at = place * bits;
            terms.push(Term { at, expr });
        }
        Some(terms)
    }

    fn static_digits(&mut self, id: ExprId, bits: u32, span: Span) -> Option<Vec<Term>> {
        let base = self.constant(1 << bits, span)?;
        let (mut terms, mut left) = (Vec::new(), id);
        while !is_digit(self.interval(left), bits) {
            let above = self.divide(Rounding::Floor, left, base, span)?;
            let whole = self.mul(base, above, span)?;
            let expr = self.sub(left, whole, span)?;
            let at = terms.len() as u32 * bits;
            terms.push(Term { at, expr });
            left = above;
        }
        let at = terms.len() as u32 * bits;
        terms.push(Term { at, expr: left });
        Some(terms)
    }

    /// An expression as a value of its own, and where to read it.
    fn named_factor(&mut self, id: ExprId, span: Span) -> Option<(Source, Vec<Place>)> {
        // Where a condition leaves terms out, the expression may be nowhere else.
        if self.wide.filtered > 0 || !self.is_proved(id) {
            return None;
        }
        let (value, at) = self.hide_here(id, "factor", span)?;
        Some((Source::Value(value), at))
    }

    /// What more than one expression has inside: a value of its own, so that it is proved once.
    pub(super) fn shared(&mut self, id: ExprId, what: &str, span: Span) -> Option<ExprId> {
        let is_read = matches!(self.graph.expr(id).kind, ExprKind::Read { .. });
        if is_read || self.wide.filtered > 0 || !self.is_proved(id) || self.all_static(&[id]) {
            return Some(id);
        }
        self.hidden(id, what, span)
    }

    /// A read of an expression that is a value of its own.
    pub(super) fn hidden(&mut self, id: ExprId, what: &str, span: Span) -> Option<ExprId> {
        let (value, at) = self.hide_here(id, what, span)?;
        self.read_hidden(value, &at, span)
    }

    /// Hides an expression over the indices that it depends on, where it is reached.
    fn hide_here(&mut self, id: ExprId, what: &str, span: Span) -> Option<(ValueId, Vec<Place>)> {
        let space = self.graph.free(id);
        let at = space
            .iter()
            .map(|&index| Place::Known(IndexExpr::Index(index)));
        let at = at.collect();
        let filter = self.scope_of(&space, span)?;
        let of = match &self.defining {
            Some(defined) => defined.clone(),
            None => self.read_first(id)?,
        };
        let value = self.hide(&of, what, (space, filter), id, span)?;
        Some((value, at))
    }

    /// The name of what an expression reads first.
    fn read_first(&self, id: ExprId) -> Option<String> {
        let graph = &self.graph;
        match &graph.expr(id).kind {
            ExprKind::Read { source, .. } | ExprKind::Pick { source, .. } => match *source {
                Source::Input(id) => Some(graph.input(id).name.clone()),
                Source::State(id) => Some(graph.state(id).name.clone()),
                Source::Value(id) => {
                    let value = graph.value(id);
                    Some(value.limb_of().unwrap_or(&value.name).to_owned())
                }
                Source::Static(_) => None,
            },
            kind => kind.proved().into_iter().find_map(|id| self.read_first(id)),
        }
    }

    /// The digits of a tensor or value, least first: the same for all that read it.
    fn digits_of(&mut self, source: Source, at: &[Place], bits: u32) -> Option<Vec<ValueId>> {
        if let Some(known) = self.wide.digits.get(&(source, bits)) {
            return Some(known.clone());
        }
        let (name, span, space, filter) = match source {
            Source::Input(id) => {
                let input = self.graph.input(id);
                let (name, span, shape) = (input.name.clone(), input.span, input.shape.clone());
                let space = self.space_like(&shape, at, span);
                (name, span, space, None)
            }
            Source::Value(id) => {
                let value = self.graph.value(id).clone();
                (value.name, value.span, value.space, value.filter)
            }
            Source::State(_) | Source::Static(_) => return None,
        };
        let places: Vec<Place> = space
            .iter()
            .map(|&index| Place::Known(IndexExpr::Index(index)))
            .collect();
        let base = self.constant(1 << bits, span)?;
        let mut digits = Vec::new();
        let interval = match source {
            Source::Input(id) => self.graph.input(id).range,
            Source::Value(id) => self.graph.value(id).interval,
            Source::State(_) | Source::Static(_) => return None,
        };
        let mut left = self.read_of(source, &places, interval, span)?;
        let scope = (space, filter);
        let mut last = None;
        for place in 0.. {
            if is_digit(self.interval(left), bits) {
                let digit = match last {
                    Some(last) => last,
                    None => self.hide(&name, "digit0", scope.clone(), left, span)?,
                };
                digits.push(digit);
                break;
            }
            let above = self.divide(Rounding::Floor, left, base, span)?;
            let is_last = is_digit(self.interval(above), bits);
            let what = match is_last {
                true => format!("digit{}", place + 1),
                false => format!("above{}", place + 1),
            };
            let above = self.hide(&name, &what, scope.clone(), above, span)?;
            let read = self.read_hidden(above, &places, span)?;
            let whole = self.mul(base, read, span)?;
            let digit = self.sub(left, whole, span)?;
            let what = format!("digit{place}");
            digits.push(self.hide(&name, &what, scope.clone(), digit, span)?);
            (left, last) = (read, Some(above));
        }
        self.wide.digits.insert((source, bits), digits.clone());
        Some(digits)
    }

    /// Indices over a tensor's dimensions, called as those that it is read at.
    fn space_like(&mut self, shape: &[u64], at: &[Place], span: Span) -> Vec<IndexId> {
        let mut space = Vec::new();
        for (position, &size) in shape.iter().enumerate() {
            let domain = Domain::Static(size);
            let like = match at.get(position) {
                Some(Place::Known(IndexExpr::Index(index))) => Some(self.graph.index(*index)),
                _ => None,
            };
            let like = like.filter(|index| index.domain == domain && index.first == 0);
            let index = match like {
                Some(index) => index.clone(),
                None => Index {
                    name: format!("i{position}"),
                    span,
                    domain,
                    first: 0,
                    over: None,
                },
            };
            space.push(IndexId(self.graph.indices.len() as u32));
            self.graph.indices.push(index);
        }
        space
    }

    /// Adds a value that no program names: what it is of, and what it is of that.
    fn hide(
        &mut self,
        of: &str,
        what: &str,
        (space, filter): (Vec<IndexId>, Option<ExprId>),
        expr: ExprId,
        span: Span,
    ) -> Option<ValueId> {
        if !self.is_proved(expr) {
            return None;
        }
        self.not_too_many("this", &space, span)?;
        let mut name = format!("{of}.{what}");
        let same = (2..).map(|n| format!("{of}.{what}#{n}"));
        for other in same {
            if self.named.get(&name).is_none_or(Vec::is_empty) {
                break;
            }
            name = other;
        }
        let interval = self.interval(expr);
        Some(self.add_value(Value {
            name,
            span,
            space,
            filter,
            expr,
            declared: None,
            interval,
            output: None,
        }))
    }

    fn read_hidden(&mut self, value: ValueId, at: &[Place], span: Span) -> Option<ExprId> {
        let interval = self.graph.value(value).interval;
        self.read_of(Source::Value(value), at, interval, span)
    }

    fn read_of(
        &mut self,
        source: Source,
        at: &[Place],
        interval: Interval,
        span: Span,
    ) -> Option<ExprId> {
        let known: Option<Vec<_>> = at.iter().map(|place| place.known().cloned()).collect();
        let kind = match known {
            Some(at) => ExprKind::Read { source, at },
            None => ExprKind::Pick {
                source,
                at: at.to_vec(),
            },
        };
        self.push(kind, span, interval)
    }

    /// The limbs of a value that is wide, where it is read: carried, with a value for each sum and for
    /// what is carried out of it.
    pub(super) fn named_terms(&mut self, id: ValueId, read: ExprId) -> Option<Vec<Term>> {
        let Expr { kind, span, .. } = self.graph.expr(read).clone();
        let at: Vec<Place> = match kind {
            ExprKind::Read { at, .. } => at.into_iter().map(Place::Known).collect(),
            ExprKind::Pick { at, .. } => at,
            _ => return None,
        };
        let named = self.named_limbs(id)?;
        let mut terms = Vec::new();
        let mut carried: Option<ExprId> = None;
        for (place, &(up, part)) in named.parts.iter().enumerate() {
            let mut limb = self.read_hidden(part, &at, span)?;
            if let Some(more) = carried.take() {
                limb = self.add(limb, more, span)?;
            }
            if let Some(&Some(carry)) = named.carries.get(place) {
                let more = self.read_hidden(carry, &at, span)?;
                let base = self.constant(1 << (named.parts[place + 1].0 - up), span)?;
                let whole = self.mul(base, more, span)?;
                limb = self.sub(limb, whole, span)?;
                carried = Some(more);
            }
            terms.push(Term { at: up, expr: limb });
        }
        Some(terms)
    }

    fn named_limbs(&mut self, id: ValueId) -> Option<Named> {
        let split = self.split()?;
        if let Some(known) = self.wide.named.get(&(id, split)) {
            return Some(known.clone());
        }
        let value = self.graph.value(id).clone();
        // What holds where the value is defined, not what holds here.
        let own = value.filter.into_iter().collect();
        let outer = std::mem::replace(&mut self.filters, own);
        let filtered = std::mem::take(&mut self.wide.filtered);
        let made = self.make_named(&value);
        self.filters = outer;
        self.wide.filtered = filtered;
        let made = made?;
        self.wide.named.insert((id, split), made.clone());
        Some(made)
    }

    fn make_named(&mut self, value: &Value) -> Option<Named> {
        let span = value.span;
        let terms = self.limbs(value.expr)?;
        let terms = self.spaced(&terms, span)?;
        let scope = (value.space.clone(), value.filter);
        let places = value.space.iter();
        let places: Vec<Place> = places
            .map(|&index| Place::Known(IndexExpr::Index(index)))
            .collect();
        let mut named = Named {
            parts: Vec::new(),
            carries: Vec::new(),
        };
        let mut carried: Option<ExprId> = None;
        for (place, term) in terms.iter().enumerate() {
            let what = format!("part{place}");
            let part = self.hide(&value.name, &what, scope.clone(), term.expr, span)?;
            named.parts.push((term.at, part));
            let mut sum = self.read_hidden(part, &places, span)?;
            if let Some(more) = carried.take() {
                sum = self.add(sum, more, span)?;
            }
            let Some(next) = terms.get(place + 1) else {
                break;
            };
            let base = 1_i128 << (next.at - term.at);
            let inside = Interval::new(0, base - 1);
            if inside.meet(self.interval(sum)) == Some(self.interval(sum)) {
                named.carries.push(None);
                continue;
            }
            let base = self.constant(base, span)?;
            let more = self.divide(Rounding::Floor, sum, base, span)?;
            let what = format!("carry{place}");
            let carry = self.hide(&value.name, &what, scope.clone(), more, span)?;
            carried = Some(self.read_hidden(carry, &places, span)?);
            named.carries.push(Some(carry));
        }
        Some(named)
    }
}

/// Whether it has digits over its own space.
fn is_own(source: Source) -> bool {
    matches!(source, Source::Input(_) | Source::Value(_))
}

/// Whether a number is one digit: of 0..2^bits, or as large with a sign.
fn is_digit(interval: Interval, bits: u32) -> bool {
    let most = 1_i128 << bits;
    interval.lo >= -most && interval.hi <= most && interval.fits()
}
