//! What indices run over: sizes, ranges, and the entries of caches (spec 3.3).

use super::scope::Symbol;
use super::subscript::sizes;
use super::{Checker, Repeats, MAX_SIZE};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Domain, Index, IndexExpr, IndexId, StateId};
use crate::meaning::index::{bounds, linear};
use crate::syntax::ast::{BinaryOp, Binder, Expr, ExprKind as Written, Name, Over, Range};

/// A bound that depends on indices, and where it stands.
type End = (IndexExpr, Span);

/// What a range is: its points, the first, and the bounds that depend on indices, of which the upper
/// ones are marked.
type Between = (Domain, i64, Vec<(End, bool)>);

impl Checker<'_> {
    /// The indices of the loops that are open, the outermost first.
    pub(super) fn loop_indices(&self) -> Vec<IndexId> {
        self.frames.iter().map(|frame| frame.index).collect()
    }

    /// The step loop that is open: which one, and its index.
    pub(super) fn open_step(&self) -> Option<(usize, IndexId)> {
        let step = self.frames.iter().find(|frame| frame.kind == Repeats::Step);
        step.map(|frame| (frame.at, frame.index))
    }

    /// Binds an index in the innermost block, even if its domain is wrong.
    pub(super) fn bind(&mut self, binder: &Binder) -> Option<IndexId> {
        let found = match &binder.domain {
            Over::Size(size) => self.domain(size).map(|domain| (domain, 0, Vec::new())),
            Over::Range(range) => self.between(range),
        };
        let Some((domain, first, ends)) = found else {
            self.define(&binder.index, Symbol::Wrong);
            return None;
        };
        let id = IndexId(self.graph.indices.len() as u32);
        if !self.define(&binder.index, Symbol::Index(id)) {
            return None;
        }
        // A domain that is a name is a cache or a parameter.
        let over = match (&binder.domain, domain) {
            (Over::Size(size), Domain::Static(_)) => match &size.kind {
                Written::Name(name) => Some(name.text.clone()),
                _ => None,
            },
            _ => None,
        };
        self.graph.indices.push(Index {
            name: binder.index.text.clone(),
            span: binder.index.span,
            domain,
            first,
            over,
        });
        self.bound.push(id);
        for (end, upper) in ends {
            let index = self.moved(IndexExpr::Index(id), first.into(), end.1)?;
            let (more, less) = match upper {
                true => (end.0, index),
                false => (index, end.0),
            };
            let room = self.subscript_op(BinaryOp::Sub, more, less, end.1)?;
            self.hold_not_negative(room, end.1)?;
        }
        Some(id)
    }

    fn domain(&mut self, expr: &Expr) -> Option<Domain> {
        if let Written::Name(name) = &expr.kind {
            match self.resolve(name)? {
                (Symbol::State(state), _) => return self.cache(state, name),
                (Symbol::Param(_), _) => {}
                (symbol, span) => {
                    self.report(
                        Diagnostic::new(
                            "E016",
                            format!("an index cannot run over `{}`", name.text),
                        )
                        .at(name.span, format!("is {}", symbol.noun()))
                        .also(span, "defined here")
                        .hint("an index runs over a cache, `j in keys`, or over a size, `j in n`: 0 to n - 1"),
                    );
                    return None;
                }
            }
        }
        let size = self.integer(expr)?;
        self.points(size.into(), expr.span)
    }

    /// The points of `lo..hi`, and the first: with bounds that depend on indices, those between the
    /// least and the largest, and the bounds, of which the upper ones are marked.
    fn between(&mut self, range: &Range) -> Option<Between> {
        if self.is_constant(&range.lo) && self.is_constant(&range.hi) {
            let bounds = self.range(range)?;
            let domain = self.points(bounds.size(), range.span)?;
            return Some((domain, bounds.lo as i64, Vec::new()));
        }
        let (lo, hi) = (self.subscript(&range.lo), self.subscript(&range.hi));
        let (lo, mut last) = (lo?, hi?);
        if !range.inclusive {
            last = self.moved(last, -1, range.hi.span)?;
        }
        if let Some(found) = self.growing(&lo, &last) {
            return Some(found);
        }
        let reach = bounds(&self.graph, &lo).and_then(|lo| Ok((lo, bounds(&self.graph, &last)?)));
        let (least, most) = match reach {
            Ok((lo, last)) => (lo.lo, last.hi),
            Err(beyond) => {
                self.report(beyond.diagnostic(range.span));
                return None;
            }
        };
        if least > most {
            self.report(
                Diagnostic::new("E017", "this range is empty")
                    .at(range.span, format!("goes from {least} on, up to {most}")),
            );
            return None;
        }
        let domain = self.points(most - least + 1, range.span)?;
        let ends = [((lo, range.lo.span), false), ((last, range.hi.span), true)];
        let open = |end: &(End, bool)| !matches!(end.0 .0, IndexExpr::Constant(_));
        let ends = ends.into_iter().filter(open).collect();
        Some((domain, i64::try_from(least).ok()?, ends))
    }

    /// A range from a constant to what grows with an index that stands before it: it holds no fewer
    /// points than a cache would. An index of a reduction is not followed: no row of its own stands for it.
    fn growing(&self, lo: &IndexExpr, last: &IndexExpr) -> Option<Between> {
        let IndexExpr::Constant(first) = *lo else {
            return None;
        };
        let (with, constant) = linear(last)?.as_index()?;
        let Domain::Static(size) = self.graph.index(with).domain else {
            return None;
        };
        let place = self.bound.iter().position(|&bound| bound == with)?;
        let base = constant - i128::from(first) + 1;
        let fits = base >= 1 && base + i128::from(size) - 1 <= MAX_SIZE;
        let outside = self.reductions == 0 || place < self.outside;
        // A space grows with one index alone: with the step, where caches may be read.
        let alone = match self.open_step() {
            Some((_, step)) => step == with,
            None => self.bound.iter().all(|&bound| {
                let follows = self.graph.index(bound).domain.follows();
                follows.is_none_or(|other| other == with)
            }),
        };
        (fits && outside && alone).then(|| {
            let base = base as u64;
            (Domain::Growing { base, with }, first, Vec::new())
        })
    }

    fn points(&mut self, size: i128, span: Span) -> Option<Domain> {
        if !(1..=MAX_SIZE).contains(&size) {
            self.report(
                Diagnostic::new("E016", format!("an index cannot run over {size} points"))
                    .at(span, format!("is {size}"))
                    .hint(format!("an index runs over 1 to {MAX_SIZE} points")),
            );
            return None;
        }
        Some(Domain::Static(size as u64))
    }

    /// The entries that a cache holds here, if it may be read here (E016, E044, E046).
    pub(super) fn cache(&mut self, id: StateId, name: &Name) -> Option<Domain> {
        match self.held(id, name) {
            Ok(domain) => Some(domain),
            Err(diagnostic) => {
                if !self.told.contains(&id) {
                    self.told.push(id);
                    self.report(diagnostic);
                }
                None
            }
        }
    }

    fn held(&self, id: StateId, name: &Name) -> Result<Domain, Diagnostic> {
        let (declared, text) = (self.graph.state(id).span, &name.text);
        let growth = &self.growth[id.index()];
        let Some((open, step)) = self.open_step() else {
            return Err(Diagnostic::new(
                "E046",
                format!("the cache `{text}` is read outside a step"),
            )
            .at(name.span, "what it holds depends on the step")
            .also(declared, "declared here")
            .hint("read it inside a `step` loop"));
        };
        match growth.by {
            Some((by, span)) if by != open => {
                return Err(Diagnostic::new(
                    "E046",
                    format!("the cache `{text}` grows in another step loop"),
                )
                .at(name.span, "read in this one")
                .also(span, "grows here")
                .hint("read it in the loop that it grows in"));
            }
            Some((_, span)) if !growth.appended => {
                let message = format!("`{text}` is read before this step's entry is appended");
                return Err(Diagnostic::new("E044", message)
                    .at(name.span, "read here")
                    .also(span, "appended here")
                    .hint("move the append to the top of the step"));
            }
            _ => {}
        }
        let domain = Domain::Cache { state: id, step };
        if sizes(&self.graph, domain).lo < 1 {
            return Err(
                Diagnostic::new("E016", format!("the cache `{text}` is empty"))
                    .at(name.span, "holds no entries, and none is appended")
                    .also(declared, "declared here"),
            );
        }
        Ok(domain)
    }
}
