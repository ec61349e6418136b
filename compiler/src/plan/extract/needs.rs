//! What a part's values and assertions read, directly and through caches.

use std::collections::BTreeSet;

use crate::meaning::graph::{
    Assert, Domain, ExprId, ExprKind, Graph, IndexExpr, IndexId, InputId, Place, Source, StateId,
    ValueId,
};

/// The part that proves a value. One without is made by every part that needs it: what everyone knows,
/// a box of an input, what hints alone read.
pub type Homes = [Option<usize>];

/// What is read somewhere.
#[derive(Clone, Default)]
pub struct Needs {
    pub inputs: BTreeSet<InputId>,
    pub values: BTreeSet<ValueId>,
    /// Caches whose entries are read.
    pub read: BTreeSet<StateId>,
    /// Those, and caches that an index runs over.
    pub counted: BTreeSet<StateId>,
    pub indices: BTreeSet<IndexId>,
}

impl Needs {
    fn index(&mut self, graph: &Graph, index: IndexId) {
        self.indices.insert(index);
        let domain = graph.index(index).domain;
        self.indices.extend(domain.follows());
        if let Domain::Cache { state, .. } = domain {
            self.count(graph, state);
        }
    }

    fn subscripts(&mut self, graph: &Graph, at: &[IndexExpr]) {
        for subscript in at {
            subscript.indices(&mut |index| self.index(graph, index));
        }
    }

    fn count(&mut self, graph: &Graph, state: StateId) {
        self.counted.insert(state);
        let append = graph.state(state).append.as_ref();
        self.indices.extend(append.map(|append| append.step));
    }

    fn source(&mut self, (graph, home): (&Graph, &Homes), source: Source) {
        match source {
            Source::Static(_) => {}
            Source::Input(id) => drop(self.inputs.insert(id)),
            Source::Value(id) => {
                if self.values.insert(id) && home[id.index()].is_none() {
                    self.value((graph, home), id);
                }
            }
            Source::State(id) => {
                if self.read.insert(id) {
                    self.count(graph, id);
                    for source in graph.sources(id) {
                        self.source((graph, home), source);
                    }
                    if let Some(append) = &graph.state(id).append {
                        self.subscripts(graph, &append.at);
                        for &index in &append.outer {
                            self.index(graph, index);
                        }
                    }
                }
            }
        }
    }

    /// What it takes to compute a value.
    pub fn value(&mut self, (graph, home): (&Graph, &Homes), id: ValueId) {
        let value = graph.value(id);
        for &index in &value.space {
            self.index(graph, index);
        }
        for expr in value.filter.into_iter().chain([value.expr]) {
            self.expr((graph, home), expr);
        }
    }

    fn expr(&mut self, (graph, home): (&Graph, &Homes), id: ExprId) {
        let kind = &graph.expr(id).kind;
        match kind {
            ExprKind::Index(subscript) => {
                subscript.indices(&mut |index| self.index(graph, index));
            }
            ExprKind::Read { source, at } => {
                self.source((graph, home), *source);
                self.subscripts(graph, at);
            }
            ExprKind::Pick { source, at } => {
                self.source((graph, home), *source);
                for subscript in at.iter().filter_map(Place::known) {
                    subscript.indices(&mut |index| self.index(graph, index));
                }
            }
            ExprKind::Reduce { index, .. } => self.index(graph, *index),
            _ => {}
        }
        for child in kind.children() {
            self.expr((graph, home), child);
        }
    }

    pub fn assert(&mut self, (graph, home): (&Graph, &Homes), assert: &Assert) {
        for &index in &assert.space {
            self.index(graph, index);
        }
        for expr in assert.filter.into_iter().chain([assert.left, assert.right]) {
            self.expr((graph, home), expr);
        }
    }
}
