//! The graph of pieces while it is written: what each noun of the given one becomes, and is called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::axis::Axis;
use super::divide::{Division, Split};
use super::scope::Scope;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, ExprId, Graph, IndexId, InputId, Member, Source, StateId, ValueId,
};
use crate::plan::derived::{everything, Derived, Origin};

pub struct Builder<'a> {
    pub given: &'a Derived,
    pub axis: &'a Axis,
    pub breaks: &'a [u64],
    pub division: &'a Division,
    pub span: Span,
    pub graph: Graph,
    pub inputs_from: Vec<Origin>,
    pub outputs_from: Vec<Origin>,
    pub values_from: Vec<Origin>,
    pub pieces: BTreeMap<Member, (Member, Option<usize>)>,
    /// What each noun of the given graph becomes: one, or one for every piece.
    pub indices: Vec<Vec<IndexId>>,
    pub inputs: Vec<Vec<InputId>>,
    pub states: Vec<Vec<StateId>>,
    pub values: Vec<Vec<ValueId>>,
    /// What is written of one expression, by the given one and where: what it has twice, its piece has once.
    pub written: HashMap<(ExprId, Scope), ExprId>,
    /// What depends on what is carried through the cut.
    pub after: BTreeSet<Member>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    pub fn new(
        given: &'a Derived,
        axis: &'a Axis,
        breaks: &'a [u64],
        division: &'a Division,
        span: Span,
    ) -> Self {
        let graph = Graph {
            name: given.graph.name.clone(),
            params: given.graph.params.clone(),
            tables: given.graph.tables.clone(),
            statics: given.graph.statics.clone(),
            static_asserts: given.graph.static_asserts.clone(),
            known: given.graph.known.clone(),
            plans: vec![everything(span)],
            ..Graph::default()
        };
        Self {
            given,
            axis,
            breaks,
            division,
            span,
            graph,
            inputs_from: Vec::new(),
            outputs_from: Vec::new(),
            values_from: Vec::new(),
            pieces: BTreeMap::new(),
            indices: Vec::new(),
            inputs: Vec::new(),
            states: Vec::new(),
            values: Vec::new(),
            written: HashMap::new(),
            after: BTreeSet::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The one that a piece has to do with.
    pub fn piece<T: Copy>(&self, of: &[T], piece: Option<usize>) -> T {
        match of {
            [only] => *only,
            _ => of[piece.unwrap_or(0)],
        }
    }

    pub fn split(&self, source: Source) -> Option<&'a Split> {
        self.division.of(source)
    }

    /// The pieces to make of something.
    pub fn each(&self, cut: bool) -> Vec<Option<usize>> {
        match cut {
            true => (0..self.breaks.len() - 1).map(Some).collect(),
            false => vec![None],
        }
    }

    /// Numbers everything but values.
    pub fn number(&mut self) {
        fn numbered<T>(counts: impl Iterator<Item = usize>, id: fn(u32) -> T) -> Vec<Vec<T>> {
            let mut next = 0..;
            counts
                .map(|n| next.by_ref().take(n).map(id).collect())
                .collect()
        }
        let count = self.breaks.len() - 1;
        let given = &self.given.graph;
        let pieces = |source: Source| match self.division.of(source) {
            Some(_) => count,
            None => 1,
        };
        let inputs = (0..given.inputs.len() as u32).map(InputId);
        let inputs = numbered(inputs.map(|id| pieces(Source::Input(id))), InputId);
        let states = (0..given.states.len() as u32).map(StateId);
        let states = numbered(states.map(|id| pieces(Source::State(id))), StateId);
        // In the given order within every piece: rows and segments are ordered by it.
        let indices = (0..given.indices.len() as u32).map(IndexId).map(|index| {
            let cut = match given.index(index).domain {
                Domain::Static(_) => self.axis.indices.contains(&index),
                Domain::Cache { state, step } => {
                    self.axis.indices.contains(&step) || pieces(Source::State(state)) > 1
                }
                Domain::Growing { with, .. } => self.axis.indices.contains(&with),
            };
            if cut {
                count
            } else {
                1
            }
        });
        let indices = numbered(indices, IndexId);
        (self.inputs, self.states, self.indices) = (inputs, states, indices);
    }

    /// `name[heads 3]`, `name[steps 0..32, heads 3]`.
    pub fn name(&self, name: &str, piece: Option<usize>) -> String {
        let Some(piece) = piece else {
            return name.to_owned();
        };
        let label = self.label(piece);
        match name.strip_suffix(']') {
            Some(cut) => format!("{cut}, {label}]"),
            None => format!("{name}[{label}]"),
        }
    }

    fn label(&self, piece: usize) -> String {
        let (from, to) = (self.breaks[piece], self.breaks[piece + 1]);
        match to - from {
            1 => format!("{} {from}", self.axis.name),
            _ => format!("{} {from}..{to}", self.axis.name),
        }
    }
}
