//! States of pieces: what they start with, and what is appended to them or replaces them.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::divide::Split;
use super::rewrite::Crossing;
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{
    Append, Domain, Expr, ExprId, ExprKind, Index, IndexExpr, IndexId, InputId, Member, Source,
    State, StateId, Value, ValueId,
};

impl Builder<'_> {
    /// All of the states but where their entries come from.
    pub fn add_states(&mut self) {
        for (number, state) in self.given.graph.states.iter().enumerate() {
            let id = StateId(number as u32);
            let split = self.split(Source::State(id));
            for piece in self.each(split.is_some()) {
                let mut made = State {
                    name: self.name(&state.name, piece),
                    ..state.clone()
                };
                match (split, piece) {
                    (Some(Split { dimension: 0, .. }), _) if state.is_carried() => {}
                    (Some(Split { dimension: 0, .. }), Some(piece)) => {
                        made.seeded += self.breaks[piece];
                    }
                    (Some(Split { dimension, breaks }), Some(piece)) => {
                        made.element[dimension - 1] = breaks[piece + 1] - breaks[piece];
                    }
                    _ => {}
                }
                if let Some(append) = &mut made.append {
                    append.step = self.piece(&self.indices[append.step.index()], piece);
                    for index in &mut append.outer {
                        *index = self.piece(&self.indices[index.index()], piece);
                    }
                }
                let new = StateId(self.graph.states.len() as u32);
                self.pieces
                    .insert(Member::State(new), self.place(Member::State(id), piece));
                self.graph.states.push(made);
            }
        }
    }

    /// For what is appended along cut steps from an input that is not cut there, a value that is
    /// the piece: a tensor that other pieces can start with.
    pub fn entries(&mut self) -> BTreeMap<StateId, Source> {
        let mut entries = BTreeMap::new();
        for number in 0..self.graph.states.len() {
            let id = StateId(number as u32);
            let (Member::State(given), piece) = self.pieces[&Member::State(id)] else {
                unreachable!("a cache is a piece of a cache");
            };
            let (Some(Split { dimension: 0, .. }), Some(piece)) =
                (self.split(Source::State(given)), piece)
            else {
                continue;
            };
            let grows = |state: &&State| !state.is_carried();
            let grown = Some(self.given.graph.state(given)).filter(grows);
            let Some(append) = grown.and_then(|state| state.append.as_ref()) else {
                continue;
            };
            let Some(source @ Source::Input(_)) = append.source else {
                continue;
            };
            if self.split(source).is_some() {
                continue;
            }
            let scope = Scope::of(Some(piece));
            let Ok((Source::Input(input), at)) = self.read(source, &append.at, &scope) else {
                continue;
            };
            let step = self.piece(&self.indices[append.step.index()], Some(piece));
            let begin = self.breaks[piece];
            let plain = IndexExpr::Index(step);
            let box_of = IndexExpr::Add(
                Box::new(plain.clone()),
                Box::new(IndexExpr::Constant(begin as i64)),
            );
            if at != [box_of] && !(at == [plain] && begin == 0) {
                continue;
            }
            entries.insert(id, self.entry(id, input, at, (step, begin)));
            let made = Member::Value(ValueId(self.graph.values.len() as u32 - 1));
            self.pieces
                .insert(made, (Member::State(given), Some(piece)));
        }
        entries
    }

    /// A value over the step and the cache's element that is the input's box from `begin` on.
    fn entry(
        &mut self,
        state: StateId,
        input: InputId,
        mut at: Vec<IndexExpr>,
        (step, begin): (IndexId, u64),
    ) -> Source {
        let (name, span) = {
            let state = self.graph.state(state);
            (state.name.clone(), state.span)
        };
        let mut space = vec![step];
        for size in self.graph.state(state).element.clone() {
            self.graph.indices.push(Index {
                name: "element".into(),
                span,
                domain: Domain::Static(size),
                first: 0,
                over: None,
            });
            space.push(IndexId(self.graph.indices.len() as u32 - 1));
        }
        at.extend(space[1..].iter().copied().map(IndexExpr::Index));
        let interval = self.graph.input(input).range;
        let source = Source::Input(input);
        let kind = ExprKind::Read { source, at };
        self.graph.exprs.push(Expr {
            kind,
            span,
            interval,
        });
        let mut from = self.inputs_from[input.index()].clone();
        from.from[0] += begin;
        self.values_from.push(from);
        self.graph.values.push(Value {
            name: format!("entries of {name}"),
            span,
            space,
            filter: None,
            expr: ExprId(self.graph.exprs.len() as u32 - 1),
            declared: None,
            interval,
            output: None,
        });
        Source::Value(ValueId(self.graph.values.len() as u32 - 1))
    }

    /// Where the states' entries come from.
    pub fn fill_states(
        &mut self,
        entries: &BTreeMap<StateId, Source>,
        handed: &BTreeMap<StateId, Source>,
    ) {
        for (number, state) in self.given.graph.states.iter().enumerate() {
            let id = StateId(number as u32);
            let split = self.split(Source::State(id));
            let through = self.is_through(state);
            let by_step = !through && split.is_some_and(|split| split.dimension == 0);
            let mut before: Vec<Source> = Vec::new();
            for piece in self.each(split.is_some()) {
                let made = self.piece(&self.states[number], piece);
                let seeds = state.seeds.iter().flat_map(|&seed| {
                    let pieces = match self.split(seed) {
                        Some(split) if split.dimension == 0 && state.tiles.is_empty() => {
                            self.each(true)
                        }
                        _ => vec![piece],
                    };
                    pieces.into_iter().map(move |piece| (seed, piece))
                });
                let seeds = seeds.map(|(seed, piece)| self.source(seed, piece));
                let mut seeds: Vec<Source> = seeds.chain(before.iter().copied()).collect();
                let append = match &state.append {
                    None => None,
                    Some(append) => match self.append(append, piece, entries.get(&made)) {
                        Ok(append) => Some(append),
                        Err(crossing) => {
                            let what = format!("the state `{}`", state.name);
                            self.crossed(&what, &crossing, append.span);
                            break;
                        }
                    },
                };
                if let (Some(append), true) = (&append, by_step) {
                    before.extend(append.source);
                    if append.source.is_none() {
                        // Only counted.
                        seeds.clear();
                    } else if !self.is_piece(append) {
                        self.diagnostics.push(
                            Diagnostic::new("E105", format!("the cache `{}` cannot be cut along `{}`", state.name, self.axis.name))
                                .at(self.span, "by this cut")
                                .also(append.span, "what is appended is not one whole entry a step")
                                .hint("define a value in the step that reads what is appended, and append that"),
                        );
                        break;
                    }
                }
                let handed = handed.get(&made);
                let made = &mut self.graph.states[made.index()];
                if let Some(&handed) = handed {
                    (seeds, made.tiles) = (vec![handed], vec![Self::first_entry(state)]);
                }
                (made.seeds, made.append) = (seeds, append);
            }
        }
    }

    fn append(
        &self,
        append: &Append,
        piece: Option<usize>,
        entry: Option<&Source>,
    ) -> Result<Append, Crossing> {
        let step = self.piece(&self.indices[append.step.index()], piece);
        let scope = Scope::of(piece);
        let (source, at) = match (entry, append.source) {
            (Some(&entry), _) => (Some(entry), vec![IndexExpr::Index(step)]),
            (None, Some(source)) => {
                let (source, at) = self.read(source, &append.at, &scope)?;
                (Some(source), at)
            }
            (None, None) => {
                let at = append.at.iter().map(|at| self.subscript(at, &scope));
                (None, at.collect())
            }
        };
        let outer = append.outer.iter();
        let outer = outer.map(|index| self.piece(&self.indices[index.index()], piece));
        Ok(Append {
            source,
            at,
            outer: outer.collect(),
            step,
            span: append.span,
        })
    }

    /// Whether what is appended over all steps is a whole tensor, an entry a step.
    fn is_piece(&self, append: &Append) -> bool {
        let steps = self.graph.index(append.step).domain;
        let entries = match append.source {
            Some(Source::Input(id)) => self.graph.input(id).shape.first().copied(),
            Some(Source::Value(id)) => match self.graph.value(id).space.first() {
                Some(&first) => match self.graph.index(first).domain {
                    Domain::Static(size) => Some(size),
                    Domain::Cache { .. } | Domain::Growing { .. } => None,
                },
                None => None,
            },
            Some(Source::State(_) | Source::Static(_)) | None => None,
        };
        append.at == [IndexExpr::Index(append.step)]
            && entries.is_some_and(|entries| steps == Domain::Static(entries))
    }
}
