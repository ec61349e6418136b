//! Which decisions are alike: about expressions that differ in names alone, as a model's layers do.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::circuit::layout::{contractions, polynomials, short_sums};
use crate::meaning::graph::{
    Domain, ExprId, ExprKind, Graph, IndexExpr, IndexId, Place, Source, ValueId,
};

/// So many contractions and values are decided one by one; of more, those that are alike are decided
/// together: a layout of them all is made for each alternative.
const APART: usize = 16;

/// What is decided in a search, by what is decided together.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Positions of [`contractions`].
    pub contractions: Vec<Vec<usize>>,
    pub columns: Vec<Vec<ValueId>>,
    /// Positions of [`short_sums`].
    pub rows: Vec<Vec<u32>>,
}

impl Asked {
    pub fn of(graph: &Graph) -> Self {
        let (sums, values) = (contractions(graph), polynomials(graph));
        let short = short_sums(graph);
        if sums.len() + values.len() + short.len() <= APART {
            return Self::one_by_one(sums.len(), values, short.len());
        }
        let short = short.into_iter().map(|sum| Shape::of(graph, &[], sum));
        let sums = sums.into_iter().map(|sum| Shape::of(graph, &[], sum));
        let shape = |id: ValueId| {
            let value = graph.value(id);
            Shape::of(graph, &value.space, value.expr)
        };
        let columns = values.iter().map(|&id| (shape(id), id));
        Self {
            contractions: together(sums.zip(0..)),
            columns: together(columns),
            rows: together(short.zip(0..)),
        }
    }

    pub fn one_by_one(contractions: usize, columns: Vec<ValueId>, sums: usize) -> Self {
        Self {
            contractions: (0..contractions).map(|position| vec![position]).collect(),
            columns: columns.into_iter().map(|value| vec![value]).collect(),
            rows: (0..sums as u32).map(|position| vec![position]).collect(),
        }
    }

    /// How many contractions there are.
    pub fn count(&self) -> usize {
        self.contractions.iter().map(Vec::len).sum()
    }

    /// How many decisions there are to take.
    pub fn decisions(&self) -> usize {
        self.contractions.len() + self.columns.len() + self.rows.len()
    }
}

/// Those of one shape together, in the order of the first of each.
fn together<T: Copy + Ord>(of: impl Iterator<Item = (String, T)>) -> Vec<Vec<T>> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (shape, one) in of {
        groups.entry(shape).or_default().push(one);
    }
    let mut groups: Vec<Vec<T>> = groups.into_values().collect();
    groups.sort();
    groups
}

/// An expression as text, without the names of what it reads.
struct Shape<'a> {
    graph: &'a Graph,
    /// In the order in which they are met.
    indices: Vec<IndexId>,
    text: String,
}

impl<'a> Shape<'a> {
    fn of(graph: &'a Graph, space: &[IndexId], expr: ExprId) -> String {
        let mut shape = Self {
            graph,
            indices: Vec::new(),
            text: String::new(),
        };
        for &index in space {
            shape.index(index);
        }
        shape.expr(expr);
        shape.text
    }

    fn put(&mut self, what: impl std::fmt::Debug) {
        let _ = write!(self.text, "{what:?} ");
    }

    fn index(&mut self, index: IndexId) {
        let known = self.indices.iter().position(|&known| known == index);
        let number = known.unwrap_or(self.indices.len());
        self.put(number);
        if known.is_none() {
            self.indices.push(index);
            match self.graph.index(index).domain {
                Domain::Static(size) => self.put(size),
                domain => {
                    self.put((self.graph.least(domain), self.graph.space_sizes(&[index])));
                    if let Some(with) = domain.follows() {
                        self.index(with);
                    }
                }
            }
        }
    }

    fn subscript(&mut self, subscript: &IndexExpr) {
        use IndexExpr as I;
        match subscript {
            I::Index(index) => self.index(*index),
            I::Constant(value) => self.put(value),
            I::Add(a, b)
            | I::Sub(a, b)
            | I::Mul(a, b)
            | I::Div(a, b)
            | I::Mod(a, b)
            | I::Pow(a, b) => {
                self.put(std::mem::discriminant(subscript));
                self.subscript(a);
                self.subscript(b);
            }
        }
    }

    /// A tensor's kind and sizes.
    fn source(&mut self, source: Source) {
        let graph = self.graph;
        match source {
            Source::Input(id) => {
                let input = graph.input(id);
                self.put(("input", input.visibility, &input.shape));
            }
            Source::State(id) => self.put(("state", &graph.state(id).element)),
            Source::Value(id) => self.put(("value", graph.space_sizes(&graph.value(id).space))),
            Source::Static(id) => self.put(("static", &graph.fixed(id).dims)),
        }
    }

    fn expr(&mut self, id: ExprId) {
        use ExprKind as K;
        let expr = self.graph.expr(id);
        self.put(std::mem::discriminant(&expr.kind));
        match &expr.kind {
            K::Constant(value) => self.put(value),
            K::Index(subscript) => self.subscript(subscript),
            K::Read { source, at } => {
                self.source(*source);
                at.iter().for_each(|subscript| self.subscript(subscript));
            }
            K::Pick { source, at } => {
                self.source(*source);
                for subscript in at.iter().filter_map(Place::known) {
                    self.subscript(subscript);
                }
            }
            K::Reduce { op, index, .. } => {
                self.put(op);
                self.index(*index);
            }
            K::Clip { lo, hi, .. } => self.put((lo, hi)),
            K::Lookup { table, .. } => self.put(self.graph.table(*table).domain.size()),
            K::Divide { policy, .. } => self.put(policy),
            _ => {}
        }
        for child in expr.kind.proved() {
            self.expr(child);
        }
    }
}
