//! Expressions of pieces: subscripts shifted, reads led to the piece that they lie in, reductions
//! split where they run over several.

use super::builder::Builder;
use super::scope::Scope;
use super::subscript::{at_value, mentions, minus, replaced};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, Expr, ExprId, ExprKind, Filter, Graph, Index, IndexExpr, IndexId, Interval, Place,
    Reduction, Source, StateId,
};
use crate::meaning::index::bounds;

/// A read that lies in no single piece of what is read.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Of the given graph.
    pub source: Source,
    /// Of the derived one: the subscript where the source is cut; `None` if it is known only when
    /// the program runs.
    pub subscript: Option<IndexExpr>,
    /// The read; `None` if it is an append.
    pub expr: Option<ExprId>,
}

impl Builder<'_> {
    /// What an index is in a piece, and how far it is shifted.
    fn index(&self, index: IndexId, scope: &Scope) -> (IndexId, i64) {
        if let Some(&split) = scope.split.get(&index) {
            return split;
        }
        let shift = match scope.piece {
            Some(piece) if self.axis.indices.contains(&index) => self.breaks[piece] as i64,
            _ => 0,
        };
        (self.piece(&self.indices[index.index()], scope.piece), shift)
    }

    pub fn subscript(&self, subscript: &IndexExpr, scope: &Scope) -> IndexExpr {
        replaced(&self.graph, subscript, &|index| self.index(index, scope))
    }

    /// What is read at `at`, of the given graph: the piece of the source, and the subscripts in
    /// it.
    pub fn read(
        &self,
        source: Source,
        at: &[IndexExpr],
        scope: &Scope,
    ) -> Result<(Source, Vec<IndexExpr>), Crossing> {
        let at: Vec<Place> = at.iter().cloned().map(Place::Known).collect();
        let (source, at, _) = self.element(source, at, scope)?;
        Ok((
            source,
            at.iter().filter_map(Place::known).cloned().collect(),
        ))
    }

    /// As [`Builder::read`], where subscripts that are known when the program runs are of the
    /// derived graph. Also which piece it is.
    fn element(
        &self,
        source: Source,
        mut at: Vec<Place>,
        scope: &Scope,
    ) -> Result<(Source, Vec<Place>, Option<usize>), Crossing> {
        for place in &mut at {
            if let Place::Known(subscript) = place {
                *subscript = self.subscript(subscript, scope);
            }
        }
        let mut piece = scope.piece;
        if let Some(split) = self.division.of(source) {
            // A cache's piece for the same steps holds all entries up to there; the dimensions
            // that an append leaves open are those of the cache's own piece.
            let grows = |id: StateId| !self.given.graph.state(id).is_carried();
            let by_step = matches!(source, Source::State(id) if grows(id)) && split.dimension == 0;
            if let Some(place) = at.get_mut(split.dimension) {
                let found = match (by_step, &*place) {
                    (true, _) => scope.piece,
                    (false, Place::Known(subscript)) => {
                        holding(&self.graph, subscript, &split.breaks)
                    }
                    (false, Place::Run(_)) => None,
                };
                let Some(found) = found else {
                    return Err(Crossing {
                        source,
                        subscript: place.known().cloned(),
                        expr: None,
                    });
                };
                if let (false, Place::Known(subscript)) = (by_step, place) {
                    *subscript = minus(&self.graph, subscript.clone(), split.breaks[found]);
                }
                piece = Some(found);
            }
        }
        Ok((self.source(source, piece), at, piece))
    }

    /// How many entries a dimension has in a piece, if it is of a cache that is cut by steps.
    fn held(&self, source: Source, dimension: usize, piece: usize) -> Option<u64> {
        let given = &self.given.graph;
        let state = match source {
            Source::State(id) if dimension == 0 => id,
            Source::Value(id) => match given.index(given.value(id).space[dimension]).domain {
                Domain::Cache { state, .. } => state,
                Domain::Static(_) | Domain::Growing { .. } => return None,
            },
            _ => return None,
        };
        let split = self.division.of(Source::State(state));
        let split = split.filter(|split| split.dimension == 0)?;
        Some(given.state(state).seeded + split.breaks[piece + 1])
    }

    /// The piece of a tensor, or the tensor if it is not cut.
    pub fn source(&self, source: Source, piece: Option<usize>) -> Source {
        match source {
            Source::Input(id) => Source::Input(self.piece(&self.inputs[id.index()], piece)),
            Source::State(id) => Source::State(self.piece(&self.states[id.index()], piece)),
            Source::Value(id) => Source::Value(self.piece(&self.values[id.index()], piece)),
            // What is known to everyone is whole for everyone.
            Source::Static(id) => Source::Static(id),
        }
    }

    /// Writes an expression of the given graph into a piece.
    pub fn expr(&mut self, id: ExprId, scope: &mut Scope) -> Result<ExprId, Crossing> {
        self.written.clear();
        self.part(id, scope)
    }

    /// Writes a part of an expression, once.
    fn part(&mut self, id: ExprId, scope: &mut Scope) -> Result<ExprId, Crossing> {
        let key = (id, scope.clone());
        if let Some(&written) = self.written.get(&key) {
            return Ok(written);
        }
        let written = self.anew(id, scope)?;
        self.written.insert(key, written);
        Ok(written)
    }

    /// Takes back all expressions from a place on.
    fn take_back(&mut self, from: usize) {
        self.graph.exprs.truncate(from);
        self.written.retain(|_, written| written.index() < from);
    }

    fn anew(&mut self, id: ExprId, scope: &mut Scope) -> Result<ExprId, Crossing> {
        let given = self.given.graph.expr(id);
        let kind = match &given.kind {
            ExprKind::Index(index) => ExprKind::Index(self.subscript(index, scope)),
            ExprKind::Read { source, at } => {
                let read = self.read(*source, at, scope);
                let (source, at) = read.map_err(|crossing| Crossing {
                    expr: Some(id),
                    ..crossing
                })?;
                ExprKind::Read { source, at }
            }
            ExprKind::Pick { source, at } => {
                let mut places = Vec::new();
                for place in at {
                    places.push(match place {
                        Place::Known(subscript) => Place::Known(subscript.clone()),
                        // Its interval may become narrower here than elsewhere.
                        Place::Run(expr) => Place::Run(self.anew(*expr, scope)?),
                    });
                }
                let picked = self.element(*source, places, scope);
                let (picked, at, piece) = picked.map_err(|crossing| Crossing {
                    expr: Some(id),
                    ..crossing
                })?;
                // At each step it is nowhere beyond what the cache holds then (spec 3.3), and so
                // not beyond what the piece holds at its last.
                for (dimension, place) in at.iter().enumerate() {
                    let held = piece.and_then(|piece| self.held(*source, dimension, piece));
                    if let (Place::Run(run), Some(held)) = (place, held) {
                        let interval = &mut self.graph.exprs[run.index()].interval;
                        let held = Interval::new(0, i128::from(held) - 1);
                        *interval = interval.meet(held).unwrap_or(*interval);
                    }
                }
                ExprKind::Pick { source: picked, at }
            }
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => {
                let reduction = (id, *op, *index, *body);
                return self.reduce(reduction, *filter, scope);
            }
            other => other.clone().map(|child| self.part(child, scope))?,
        };
        let interval = self.narrowed(&kind, given.interval);
        Ok(self.push(kind, id, interval))
    }

    /// What is known in a piece of an index, or the lesser or larger of one and something else: a
    /// cache's piece may hold no more than such a subscript reaches there.
    fn narrowed(&self, kind: &ExprKind, whole: Interval) -> Interval {
        let of = |id: &ExprId| self.graph.expr(*id).interval;
        let own = match kind {
            ExprKind::Index(index) => bounds(&self.graph, index).ok(),
            ExprKind::Min(a, b) => {
                let (a, b) = (of(a), of(b));
                Some(Interval::new(a.lo.min(b.lo), a.hi.min(b.hi)))
            }
            ExprKind::Max(a, b) => {
                let (a, b) = (of(a), of(b));
                Some(Interval::new(a.lo.max(b.lo), a.hi.max(b.hi)))
            }
            _ => None,
        };
        own.and_then(|own| own.meet(whole)).unwrap_or(whole)
    }

    fn push(&mut self, kind: ExprKind, given: ExprId, interval: Interval) -> ExprId {
        let span = self.given.graph.expr(given).span;
        let expr = Expr {
            kind,
            span,
            interval,
        };
        self.graph.exprs.push(expr);
        ExprId(self.graph.exprs.len() as u32 - 1)
    }

    fn reduce(
        &mut self,
        reduction: (ExprId, Reduction, IndexId, ExprId),
        filter: Filter,
        scope: &mut Scope,
    ) -> Result<ExprId, Crossing> {
        let (id, op, index, body) = reduction;
        let given = self.given;
        let exprs = self.graph.exprs.len();
        let (new, _) = self.index(index, scope);
        let crossing = match self.part(body, scope) {
            // The conditions move with the indices that they are about.
            Ok(body) => {
                let kind = ExprKind::Reduce {
                    op,
                    index: new,
                    body,
                    filter: filter.map(|part| self.part(part, scope))?,
                };
                return Ok(self.push(kind, id, given.graph.expr(id).interval));
            }
            Err(crossing) => crossing,
        };
        // A part of a filtered reduction may have no term: then a sum is 0, and a maximum is nothing.
        let size = match given.graph.index(index).domain {
            Domain::Static(size) if filter.is_none() || op == Reduction::Sum => size,
            _ => return Err(crossing),
        };
        let ends = self.turns(&crossing, new, size).ok_or(crossing)?;
        self.take_back(exprs);
        let mut parts = Vec::new();
        for range in ends.windows(2) {
            self.partial(reduction, filter, (range[0], range[1]), scope, &mut parts)?;
        }
        let whole = given.graph.expr(id).interval;
        let mut parts = parts.into_iter();
        let Some(mut all) = parts.next() else {
            unreachable!("a reduction is over at least one value");
        };
        for part in parts {
            let (a, b) = (
                self.graph.expr(all).interval,
                self.graph.expr(part).interval,
            );
            let (kind, interval) = match op {
                Reduction::Sum => (ExprKind::Add(all, part), a + b),
                Reduction::Max => {
                    let interval = Interval::new(a.lo.max(b.lo), a.hi.max(b.hi));
                    (ExprKind::Max(all, part), interval)
                }
                Reduction::Min => {
                    let interval = Interval::new(a.lo.min(b.lo), a.hi.min(b.hi));
                    (ExprKind::Min(all, part), interval)
                }
            };
            all = self.push(kind, id, interval);
        }
        let interval = &mut self.graph.exprs[all.index()].interval;
        *interval = interval.meet(whole).unwrap_or(whole);
        Ok(all)
    }

    /// Adds the reduction over `from..to` to `parts`, in as many parts as it takes.
    fn partial(
        &mut self,
        reduction: (ExprId, Reduction, IndexId, ExprId),
        filter: Filter,
        (from, to): (u64, u64),
        scope: &mut Scope,
        parts: &mut Vec<ExprId>,
    ) -> Result<(), Crossing> {
        let (id, op, index, body) = reduction;
        let mark = (self.graph.indices.len(), self.graph.exprs.len());
        let new = self.fresh(index, to - from);
        scope.split.insert(index, (new, from as i64));
        let written = self.part(body, scope);
        let filtered = filter.map(|part| self.part(part, scope));
        scope.split.remove(&index);
        let crossing = match (written, filtered) {
            (Ok(written), Ok(filter)) => {
                let each = self.given.graph.expr(body).interval;
                let fewest = match filter.is_none() {
                    true => i128::from(to - from),
                    false => 0,
                };
                let interval = match op {
                    Reduction::Sum => each * Interval::new(fewest, i128::from(to - from)),
                    Reduction::Max | Reduction::Min => each,
                };
                let (index, body) = (new, written);
                let kind = ExprKind::Reduce {
                    op,
                    index,
                    body,
                    filter,
                };
                parts.push(self.push(kind, id, interval));
                return Ok(());
            }
            (Err(crossing), _) | (_, Err(crossing)) => crossing,
        };
        let ends = self.turns(&crossing, new, to - from).ok_or(crossing)?;
        self.graph.indices.truncate(mark.0);
        self.take_back(mark.1);
        for range in ends.windows(2) {
            let range = (from + range[0], from + range[1]);
            self.partial(reduction, filter, range, scope, parts)?;
        }
        Ok(())
    }

    /// From 0 to `size`, where the piece changes in which a read lies as the index runs; `None`
    /// if it does not depend on the index alone.
    fn turns(&self, crossing: &Crossing, index: IndexId, size: u64) -> Option<Vec<u64>> {
        let crossed = crossing.subscript.as_ref();
        let crossed = crossed.filter(|subscript| mentions(subscript, index))?;
        let breaks = &self.division.of(crossing.source)?.breaks;
        let mut ends = Vec::new();
        let mut last = None;
        for at in 0..size {
            let subscript = at_value(crossed, index, at as i64);
            let piece = Some(holding(&self.graph, &subscript, breaks)?);
            if piece != last {
                ends.push(at);
            }
            last = piece;
        }
        ends.push(size);
        (ends.len() > 2).then_some(ends)
    }

    /// Another index of so many values, named as one of the given graph.
    pub fn fresh(&mut self, like: IndexId, size: u64) -> IndexId {
        let like = self.given.graph.index(like);
        self.graph.indices.push(Index {
            domain: Domain::Static(size),
            ..like.clone()
        });
        IndexId(self.graph.indices.len() as u32 - 1)
    }

    /// Says that a read crosses.
    pub fn crossed(&mut self, reader: &str, crossing: &Crossing, span: Span) {
        let name = self.given.graph.member_name(crossing.source.member());
        let span = crossing
            .expr
            .map_or(span, |id| self.given.graph.expr(id).span);
        let axis = &self.axis.name;
        let label = match crossing.subscript {
            Some(_) => format!("lies in no single piece of `{name}`"),
            None => format!("in which piece of `{name}` is known only when the program runs"),
        };
        self.diagnostics.push(
            Diagnostic::new(
                "E105",
                format!("{reader} reads `{name}` across the pieces of `{axis}`"),
            )
            .at(span, label)
            .also(self.span, format!("`{name}` is cut here"))
            .hint(format!(
                "a piece reads another's elements if it is known which: run over `{axis}` here \
                 too, or read them in a sum, maximum or minimum over `{axis}`, or through a cache; \
                 else cut elsewhere"
            )),
        );
    }
}

/// The piece that a subscript lies in at every point of its scope.
fn holding(graph: &Graph, subscript: &IndexExpr, breaks: &[u64]) -> Option<usize> {
    let range = bounds(graph, subscript).ok()?;
    let lo = u64::try_from(range.lo).ok()?;
    let piece = breaks.partition_point(|&end| end <= lo).checked_sub(1)?;
    let end = *breaks.get(piece + 1)?;
    (range.hi < i128::from(end)).then_some(piece)
}
