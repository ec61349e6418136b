//! Definitions by parts, `y[0] = ...  y[i in 1..n] = ...`, which cover each point once (spec 3.3).

use std::collections::{BTreeMap, BTreeSet};

use super::dimension::Dimension;
use super::scope::Symbol;
use super::{Checker, OutputDefinition};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, ExprId, Index, IndexExpr, IndexId, Interval, Place, Source, StateId, ValueId,
};
use crate::meaning::index::bounds;
use crate::syntax::ast::{Define, Expr, Name, Over, Statement, Subscript};

/// Parts of one definition at most.
const MOST: usize = 64;

/// What is defined by parts.
pub(super) struct Parts {
    pub(super) name: String,
    /// Of its first part.
    pub(super) span: Span,
    /// The output that it is.
    pub(super) output: Option<usize>,
    /// The loops around its definitions, and how many blocks are open there.
    pub(super) loops: Vec<IndexId>,
    block: usize,
    /// Definitions still to come.
    pub(super) left: usize,
    pub(super) parts: Vec<Part>,
    /// One of them is wrong, and has been reported.
    pub(super) wrong: bool,
    /// All of it, once its last part is known: the positions, those of loops left out.
    pub(super) whole: Option<(StateId, Vec<u64>)>,
}

pub(super) struct Part {
    pub(super) value: ValueId,
    pub(super) span: Span,
    /// For each position: from where on, how many, and which index of the value runs over it.
    pub(super) positions: Vec<Position>,
}

#[derive(Clone, Copy)]
pub(super) struct Position {
    pub(super) from: i64,
    pub(super) size: u64,
    pub(super) place: Option<usize>,
}

impl Position {
    pub(super) fn end(&self) -> i128 {
        i128::from(self.from) + i128::from(self.size)
    }

    pub(super) fn holds(&self, range: Interval) -> bool {
        i128::from(self.from) <= range.lo && range.hi < self.end()
    }
}

/// What the statements of a block define by parts, and by how many; of names that are `lost`, some
/// may be missing.
pub(super) fn by_parts<'s>(
    statements: impl Iterator<Item = &'s Statement>,
    lost: &BTreeSet<String>,
) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, (usize, bool, bool)> = BTreeMap::new();
    for statement in statements {
        let Statement::Define(define) = statement else {
            continue;
        };
        let (count, at, range) = found.entry(define.name.text.clone()).or_default();
        *count += 1;
        for subscript in &define.subscripts {
            match subscript {
                Subscript::At(_) => *at = true,
                Subscript::Binds(binder) => *range |= matches!(binder.domain, Over::Range(_)),
                Subscript::Bound(_) => {}
            }
        }
    }
    let parts = found.into_iter();
    let parts = parts.filter(|(name, (count, at, range))| {
        *at || (*range && (*count > 1 || lost.contains(name)))
    });
    parts.map(|(name, (count, ..))| (name, count)).collect()
}

impl Checker<'_> {
    /// Where the first part stands.
    pub(super) fn span_of_parts(&self, number: usize) -> Span {
        self.parts[number].span
    }

    /// How many parts of this block define a name; `None` if it is defined at once.
    pub(super) fn parts_of(&self, name: &Name) -> Option<usize> {
        self.by_parts.last()?.get(&name.text).copied()
    }

    /// One part of a definition.
    pub(super) fn part(&mut self, define: &Define, count: usize) {
        let Some(number) = self.parts_at(define, count) else {
            return;
        };
        let part = self.read_part(define, number);
        let parts = &mut self.parts[number];
        parts.left -= 1;
        match part {
            Some(part) => parts.parts.push(part),
            None => parts.wrong = true,
        }
        if parts.left > 0 {
            return;
        }
        let whole = match parts.wrong || self.lost.names.contains(&define.name.text) {
            true => None,
            false => self.join(number),
        };
        if whole.is_none() {
            let (name, output) = (define.name.text.clone(), self.parts[number].output);
            match output {
                Some(position) => {
                    self.outputs[position].definition = OutputDefinition::Wrong(define.name.span);
                }
                None => self.scopes.replace(&name, Symbol::Wrong),
            }
            self.wrong.insert(name);
        }
    }

    /// Which definition a part belongs to; `None`, reported, if its name is taken.
    fn parts_at(&mut self, define: &Define, count: usize) -> Option<usize> {
        let (name, number) = (&define.name, self.parts.len());
        let block = self.by_parts.len();
        let open = |known: &Parts| known.left > 0 && known.block == block;
        let output = match self.scopes.get(&name.text) {
            Some((Symbol::Parts(known), _)) if open(&self.parts[known]) => return Some(known),
            Some((Symbol::Output(position), _)) => match self.outputs[position].definition {
                OutputDefinition::Missing => Some(position),
                OutputDefinition::Parts(known) if open(&self.parts[known]) => return Some(known),
                _ => {
                    // It is defined: this says so.
                    self.output(define, position);
                    return None;
                }
            },
            // Its name is taken, as its first part was told.
            Some(_) if self.wrong.contains(&name.text) => return None,
            _ => None,
        };
        match output {
            Some(position) => {
                self.outputs[position].definition = OutputDefinition::Parts(number);
            }
            None if !self.define(name, Symbol::Parts(number)) => {
                self.wrong.insert(name.text.clone());
                return None;
            }
            None => {}
        }
        self.parts.push(Parts {
            name: name.text.clone(),
            span: name.span,
            output,
            loops: self.loop_indices(),
            block: self.by_parts.len(),
            left: count,
            parts: Vec::new(),
            wrong: false,
            whole: None,
        });
        Some(number)
    }

    fn read_part(&mut self, define: &Define, number: usize) -> Option<Part> {
        if let Some(condition) = &define.filter {
            self.report(
                self.not_covered(number, condition.span)
                    .label("is for some points alone".to_owned())
                    .hint("define it at all its positions; a condition may stand where it is read"),
            );
            return None;
        }
        self.scopes.open();
        let (bound, mark) = (self.bound.len(), self.filters.len());
        let mut space = self.loop_indices();
        let positions: Vec<Option<Position>> = define
            .subscripts
            .iter()
            .map(|subscript| self.part_position(define, number, subscript, &mut space))
            .collect();
        let positions: Option<Vec<Position>> = positions.into_iter().collect();
        let value = self.body(define, positions.as_ref().map(|_| space), None);
        self.filters.truncate(mark);
        self.bound.truncate(bound);
        self.scopes.close();
        let (value, positions) = (value?, positions?);
        let span = define.name.span;
        if value.filter.is_some() && self.parts[number].wrong {
            return None;
        }
        if value.filter.is_some() {
            self.report(
                self.not_covered(number, span)
                    .label("is there at some points alone".to_owned())
                    .hint("let no bounds depend on indices, here and in the loops around it"),
            );
            return None;
        }
        if let Some(first) = self.parts[number].parts.first() {
            if first.positions.len() != positions.len() {
                let (rank, at) = (first.positions.len(), first.span);
                self.report(
                    self.not_covered(number, span)
                        .label(format!("has {} subscripts", positions.len()))
                        .also(at, format!("has {rank}"))
                        .hint("give every part of it as many subscripts"),
                );
                return None;
            }
        }
        if self.parts[number].parts.len() == MOST {
            self.report(
                self.not_covered(number, span)
                    .label(format!("is part {}", MOST + 1))
                    .hint(format!("a definition has at most {MOST} parts")),
            );
            return None;
        }
        if self.parts[number].output.is_some() {
            let places = || positions.iter().filter_map(|position| position.place);
            let once = |place: usize| places().filter(|&known| known == place).count() == 1;
            if !(0..self.frames.len()).all(once) {
                self.report(
                    self.not_covered(number, span)
                        .label("would be defined once for every iteration".to_owned())
                        .hint("write the index of every loop around it among its positions, once"),
                );
                return None;
            }
        }
        let value = self.add_value(value);
        Some(Part {
            value,
            span,
            positions,
        })
    }

    /// One position of a part: an index that it binds, a constant, or in an output a loop's index.
    fn part_position(
        &mut self,
        define: &Define,
        number: usize,
        subscript: &Subscript,
        space: &mut Vec<IndexId>,
    ) -> Option<Position> {
        let is_output = self.parts[number].output.is_some();
        let (index, span) = match subscript {
            Subscript::At(expr) => return self.fixed_position(expr),
            Subscript::Binds(binder) => {
                let index = self.bind(binder)?;
                space.push(index);
                (index, binder.index.span.to(binder.domain.span()))
            }
            Subscript::Bound(name) => match self.resolve_on_left(define, name)? {
                (Symbol::Param(from), _) => {
                    return Some(Position {
                        from,
                        size: 1,
                        place: None,
                    })
                }
                (Symbol::Index(index), _) if is_output => (index, name.span),
                _ => {
                    self.loop_index_on_left(define, name);
                    return None;
                }
            },
        };
        let place = space.iter().position(|&known| known == index)?;
        let Index { domain, first, .. } = *self.graph.index(index);
        match domain {
            Domain::Static(size) => Some(Position {
                from: first,
                size,
                place: Some(place),
            }),
            Domain::Cache { .. } | Domain::Growing { .. } => {
                self.report(
                    self.not_covered(number, span)
                        .label("has not the same positions everywhere".to_owned())
                        .hint("what is defined by parts has the same positions at every step"),
                );
                None
            }
        }
    }

    fn fixed_position(&mut self, expr: &Expr) -> Option<Position> {
        let from = self.integer(expr)?;
        Some(Position {
            from,
            size: 1,
            place: None,
        })
    }

    pub(super) fn not_covered(&self, number: usize, span: Span) -> Uncovered {
        let name = &self.parts[number].name;
        Uncovered(
            Diagnostic::new(
                "E064",
                format!("the parts of `{name}` do not make one tensor"),
            ),
            span,
        )
    }

    /// Reads an element of what is defined by parts: of one part, where it is known which.
    pub(super) fn element_of_parts(
        &mut self,
        number: usize,
        name: &Name,
        declared: Span,
        at: &[Expr],
        subscripts: Vec<Option<Place>>,
        span: Span,
    ) -> Option<ExprId> {
        let parts = &self.parts[number];
        let Some((state, shape)) = parts.whole.clone() else {
            let error = match self.defining.as_ref() == Some(&name.text) {
                true => self.by_itself("E062", &name.text, span),
                false => Diagnostic::new(
                    "E062",
                    format!("`{}` is read before its last part is defined", name.text),
                )
                .at(span, "read here")
                .also(declared, "its first part")
                .hint("move what reads it behind its last part"),
            };
            self.report(error);
            return None;
        };
        let loops = parts.loops.clone();
        let open = loops.iter().zip(&self.frames);
        let open = open
            .take_while(|(index, frame)| **index == frame.index)
            .count();
        let around = loops[open..].iter().map(|&index| self.dimension(index));
        let own = shape.iter().map(|&size| Dimension::of_size(size));
        let dimensions: Vec<Dimension> = around.chain(own).collect();
        let written = self.subscripts_in(name, declared, at, subscripts, &dimensions, span)?;
        let implicit = loops[..open].iter().copied().map(IndexExpr::Index);
        let full: Vec<Place> = implicit.map(Place::Known).chain(written).collect();
        let own = &full[loops.len()..];
        let zero = || Place::Known(IndexExpr::Constant(0));
        let Some((value, positions)) = self.part_of(number, own) else {
            let at = [zero()].into_iter().chain(full).collect();
            return self.read(Source::State(state), at, span);
        };
        let mut at = full[..loops.len()].to_vec();
        at.resize(self.graph.value(value).space.len(), zero());
        for (position, subscript) in positions.iter().zip(own) {
            if let Some(place) = position.place {
                let first = position.from;
                let domain = Domain::Static(position.size);
                let dimension = Dimension { domain, first };
                at[place] = self.counted_from_0(subscript.clone(), dimension, span)?;
            }
        }
        self.read(Source::Value(value), at, span)
    }

    /// The part that has all that these subscripts may be, and where it lies.
    fn part_of(&self, number: usize, at: &[Place]) -> Option<(ValueId, Vec<Position>)> {
        let range = |place: &Place| match place {
            Place::Known(subscript) => bounds(&self.graph, subscript).ok(),
            Place::Run(expr) => Some(self.graph.expr(*expr).interval),
        };
        let ranges: Vec<Interval> = at.iter().map(range).collect::<Option<_>>()?;
        let one = self.parts[number].parts.iter().find(|part| {
            let mut positions = part.positions.iter().zip(&ranges);
            positions.all(|(position, &range)| position.holds(range))
        });
        one.map(|part| (part.value, part.positions.clone()))
    }
}

/// E064 while it is written.
pub(super) struct Uncovered(Diagnostic, Span);

impl Uncovered {
    pub(super) fn label(self, label: String) -> Diagnostic {
        self.0.at(self.1, label)
    }
}
