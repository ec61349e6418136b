//! A layout while it is made: its components, where elements stand, what crosses.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::builder::Builder;
use super::contraction::{told_apart, Contraction};
use super::polynomial::{polynomials, short_sums};
use crate::circuit::choices::{Choices, Strategy};
use crate::circuit::circuit::PublicTensor;
use crate::circuit::names::{Element, Form, Slot};
use crate::diagnostic::Diagnostic;
use crate::meaning::dims::Dim;
use crate::meaning::graph::{
    ExprId, ExprKind, Graph, InputId, Member, Source, StateId, ValueId, Visibility,
};
use crate::meaning::rows::{Conditions, Rows};
use crate::plan::Part;

pub(super) type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Where an element's column stands.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) component: usize,
    pub(super) slot: Slot,
    /// The element's subscripts as functions of the component's row.
    pub(super) at: Vec<Form>,
}

pub(super) struct Wire {
    pub(super) element: Element,
    /// Positions of the subscripts that run inside the tuple.
    pub(super) lanes: Vec<usize>,
    /// Component and the address that each of its rows takes.
    pub(super) takers: Vec<(usize, Form)>,
}

/// A tensor whose elements, or vectors, are picked by their address.
pub(super) struct Gather {
    pub(super) element: Element,
    /// Positions of the subscripts that run inside the tuple.
    pub(super) lanes: Vec<usize>,
    /// The proof of the row that picked first.
    pub(super) proof: usize,
}

pub(super) struct Layout<'g> {
    pub(super) graph: &'g Graph,
    pub(super) part: &'g Part,
    pub(super) choices: &'g Choices,
    pub(super) entries: Vec<Arc<[i64]>>,
    pub(super) builders: Vec<Builder>,
    pub(super) component_of: FxHashMap<(Rows, usize), usize>,
    pub(super) conditions: Conditions,
    pub(super) values: FxHashMap<ValueId, Home>,
    pub(super) inputs: FxHashMap<InputId, Home>,
    /// Entries that caches grow by, where they are no whole tensor's.
    pub(super) appended: FxHashMap<StateId, Home>,
    pub(super) reductions: FxHashMap<ExprId, Home>,
    /// The sums that are evaluated, with the longer operand's lanes.
    pub(super) evaluated: FxHashMap<ExprId, (Contraction, u32)>,
    /// The short sums whose terms have rows of their own.
    pub(super) spread: FxHashSet<ExprId>,
    pub(super) segments_of: FxHashMap<(Vec<Dim>, usize), usize>,
    /// The family that ties a tensor's elements to copies at a place in a component.
    pub(super) ties: FxHashMap<(Element, Form, usize), u32>,
    /// By expression, whether it is known when the key is made.
    pub(super) statics: Vec<bool>,
    /// Which proof an expression belongs to.
    pub(super) owner: FxHashMap<ExprId, usize>,
    pub(super) vectors: FxHashMap<(Element, Vec<usize>), (usize, Slot, u32)>,
    /// Vectors of what a loop carries, with their family: not yet tied to the homes, which read them.
    pub(super) untied: Vec<(Element, Vec<usize>, u32)>,
    pub(super) wires: Vec<Wire>,
    pub(super) wire_of: FxHashMap<(Element, Vec<usize>), u32>,
    pub(super) gathers: Vec<Gather>,
    pub(super) families: u32,
    pub(super) lanes: u32,
    pub(super) publics: Vec<PublicTensor>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// By expression, whether it is static. What is inside an expression comes before it.
fn all_statics(graph: &Graph) -> Vec<bool> {
    let mut statics: Vec<bool> = Vec::with_capacity(graph.exprs.len());
    for expr in &graph.exprs {
        let read = match expr.kind {
            ExprKind::Read { source, .. } => matches!(source, Source::Static(_)),
            ExprKind::Pick { .. } => false,
            _ => true,
        };
        let children = expr.kind.proved().into_iter();
        let mut all = children.map(|child| statics.get(child.index()).copied());
        let all = all.all(|child| child == Some(true));
        statics.push(read && all);
    }
    statics
}

impl<'g> Layout<'g> {
    pub(super) fn new(part: &'g Part, choices: &'g Choices, conditions: Conditions) -> Self {
        let graph = part.graph();
        let entries = graph
            .tables
            .iter()
            .map(|table| {
                if table.entries.is_empty() {
                    vec![0; table.domain.size() as usize].into()
                } else {
                    table.entries.clone().into()
                }
            })
            .collect();
        let mut layout = Self {
            graph,
            part,
            choices,
            entries,
            builders: Vec::new(),
            component_of: FxHashMap::default(),
            conditions,
            values: FxHashMap::default(),
            inputs: FxHashMap::default(),
            appended: FxHashMap::default(),
            reductions: FxHashMap::default(),
            evaluated: FxHashMap::default(),
            spread: FxHashSet::default(),
            segments_of: FxHashMap::default(),
            ties: FxHashMap::default(),
            statics: all_statics(graph),
            owner: FxHashMap::default(),
            vectors: FxHashMap::default(),
            untied: Vec::new(),
            wires: Vec::new(),
            wire_of: FxHashMap::default(),
            gathers: Vec::new(),
            families: 0,
            lanes: 0,
            publics: Vec::new(),
            diagnostics: Vec::new(),
        };
        for (position, value) in graph.values.iter().enumerate() {
            layout.own(
                value.expr,
                part.proof_of[&Member::Value(ValueId(position as u32))],
            );
        }
        for assert in &graph.asserts {
            let proof = part.proof_of_assert(assert);
            layout.own(assert.left, proof);
            layout.own(assert.right, proof);
        }
        layout
    }

    fn own(&mut self, expr: ExprId, proof: usize) {
        self.owner.insert(expr, proof);
        for child in self.graph.expr(expr).kind.proved() {
            self.own(child, proof);
        }
    }

    /// Lays out all that must hold: outputs, assertions, declared ranges, public inputs.
    pub(super) fn demand(&mut self) {
        for number in 0..self.graph.outputs.len() {
            let value = self.graph.outputs[number].value;
            self.attempt(|layout| layout.value_home(value).map(drop));
        }
        for position in 0..self.graph.values.len() {
            if self.graph.values[position].declared.is_some() {
                self.attempt(|layout| layout.value_home(ValueId(position as u32)).map(drop));
            }
        }
        for number in 0..self.graph.asserts.len() {
            self.attempt(|layout| layout.assertion(number));
        }
        for number in 0..self.graph.inputs.len() {
            if self.graph.inputs[number].visibility == Visibility::Public {
                self.attempt(|layout| layout.input_home(InputId(number as u32)).map(drop));
            }
        }
    }

    /// Takes up the choices; those of another program would be other texts for the same circuit.
    pub(super) fn choose(&mut self) -> Result<()> {
        let contractions = told_apart(self.graph);
        let count = contractions.len();
        let polynomials = polynomials(self.graph);
        // They are in order.
        let known = |number: &u32| polynomials.binary_search(&ValueId(*number)).is_ok();
        let sums = match self.choices.rows.is_empty() {
            true => Vec::new(),
            false => short_sums(self.graph),
        };
        let spread: Option<FxHashSet<ExprId>> = self
            .choices
            .rows
            .iter()
            .map(|&position| sums.get(position as usize).copied())
            .collect();
        let of_columns = self.choices.columns.iter().all(known);
        let Some(spread) = spread.filter(|_| self.choices.contract.len() <= count && of_columns)
        else {
            return Err(Box::new(
                Diagnostic::new("E114", "the layout's choices are not for this program").hint(
                    format!(
                    "it has {} contractions to choose for, {} values that may be columns, and {} \
                         sums that may have rows",
                    count,
                    polynomials.len(),
                    short_sums(self.graph).len()
                ),
                ),
            ));
        };
        self.spread = spread;
        for (position, (id, contraction)) in contractions.into_iter().enumerate() {
            match self.choices.strategy(position) {
                Strategy::Unrolled => {}
                Strategy::Rows => drop(self.spread.insert(id)),
                Strategy::Evaluated { lanes } => {
                    self.evaluated.insert(id, (contraction, lanes));
                }
            }
        }
        Ok(())
    }

    fn attempt(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) {
        if let Err(diagnostic) = work(self) {
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(*diagnostic);
            }
        }
    }
}
