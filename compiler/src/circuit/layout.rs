//! From a graph and a plan to a circuit: which component holds what, and how it crosses (spec 4.3).

mod builder;
mod contraction;
mod evaluation;
mod expression;
mod finish;
mod form;
mod home;
mod operation;
mod pairs;
mod pins;
mod reduction;
mod segments;
mod served;
mod space;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub use contraction::contractions;
use contraction::{told_apart, Contraction};
pub use expression::polynomials;

use builder::{Builder, Rebuilt};
use form::{flat, fold, identity, positions, spread, Bind, Env, Fold};

use crate::circuit::bus::Lane;
use crate::circuit::choices::{Choices, Strategy};
use crate::circuit::circuit::{Circuit, PublicTensor};
use crate::circuit::component::{log_rows, Component, Fixed, Kind};
use crate::circuit::field::P;
use crate::circuit::gadgets::clip::Clip;
use crate::circuit::gadgets::division::{self, Divide, Policy};
use crate::circuit::gadgets::magnitude::Magnitude;
use crate::circuit::gadgets::maximum::Maximum;
use crate::circuit::gadgets::selection::Select;
use crate::circuit::gadgets::table::Lookup;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Element, Form, Slot, Tag, Witness};
use crate::circuit::operation::{first_slots, Op, Ranged, Term};
use crate::circuit::ranges::RangeTables;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::{count_points, growing, max_sizes, product, Dim};
use crate::meaning::graph::{
    Domain, ExprId, ExprKind, Graph, IndexExpr, IndexId, InputId, Interval, Member, Reduction,
    Rounding, Source, StateId, TableId, ValueId, Visibility,
};
use crate::meaning::index::beyond;
use crate::plan::Part;

/// A contraction over at most this many points is written into one row.
const UNROLLED: u64 = 256;
/// Values that a range check can hold.
const REACH: i128 = 1 << 28;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Lays out the circuit of one part of a plan. Tables `from input` whose entries are not known yet count
/// as zeros, which changes no shape.
///
/// # Errors
/// E014 where a part of an index expression may leave 64 bits, E103 where nothing stands in a proof,
/// E110 where a range is wider than a range check holds, E111 where an identity may wrap around the
/// field, E112 for an append that is not plain, E113 where a component would be too large, E114 for
/// choices of another program.
pub fn lay_out(part: &Part, choices: &Choices) -> std::result::Result<Circuit, Vec<Diagnostic>> {
    // Cuts and parts have rewritten what the program says.
    if let Some((span, beyond)) = beyond(part.graph()) {
        return Err(vec![beyond.diagnostic(span)]);
    }
    let mut layout = Layout::new(part, choices);
    layout.choose().map_err(|diagnostic| vec![*diagnostic])?;
    layout.demand();
    if !layout.diagnostics.is_empty() {
        return Err(layout.diagnostics);
    }
    layout.finish().map_err(|diagnostic| vec![*diagnostic])
}

/// Where an element's column stands.
#[derive(Clone, Debug)]
struct Home {
    component: usize,
    slot: Slot,
    /// The element's subscripts as functions of the component's row.
    at: Vec<Form>,
}

struct Wire {
    element: Element,
    /// Positions of the subscripts that run inside the tuple.
    lanes: Vec<usize>,
    /// Component and the address that each of its rows takes.
    takers: Vec<(usize, Form)>,
}

struct Layout<'g> {
    graph: &'g Graph,
    part: &'g Part,
    choices: &'g Choices,
    entries: Vec<Arc<[i64]>>,
    builders: Vec<Builder>,
    component_of: HashMap<(Vec<Dim>, usize), usize>,
    values: HashMap<ValueId, Home>,
    inputs: HashMap<InputId, Home>,
    reductions: HashMap<ExprId, Home>,
    /// The sums that are evaluated, with the longer operand's lanes.
    evaluated: HashMap<ExprId, (Contraction, u32)>,
    segments_of: HashMap<(Vec<Dim>, usize), usize>,
    /// The family that ties a tensor's elements to copies at a place in a component.
    ties: HashMap<(Element, Form, usize), u32>,
    /// Which proof an expression belongs to.
    owner: HashMap<ExprId, usize>,
    vectors: HashMap<(Element, Vec<usize>), (usize, Slot, u32)>,
    wires: Vec<Wire>,
    wire_of: HashMap<(Element, Vec<usize>), u32>,
    families: u32,
    lanes: u32,
    publics: Vec<PublicTensor>,
    diagnostics: Vec<Diagnostic>,
}

impl<'g> Layout<'g> {
    fn new(part: &'g Part, choices: &'g Choices) -> Self {
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
            component_of: HashMap::new(),
            values: HashMap::new(),
            inputs: HashMap::new(),
            reductions: HashMap::new(),
            evaluated: HashMap::new(),
            segments_of: HashMap::new(),
            ties: HashMap::new(),
            owner: HashMap::new(),
            vectors: HashMap::new(),
            wires: Vec::new(),
            wire_of: HashMap::new(),
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
        for child in self.graph.expr(expr).kind.children() {
            self.own(child, proof);
        }
    }

    /// Lays out all that must hold: outputs, assertions, declared ranges, public inputs.
    fn demand(&mut self) {
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
    fn choose(&mut self) -> Result<()> {
        let contractions = told_apart(self.graph);
        let count = contractions.len();
        let polynomials = polynomials(self.graph);
        // They are in order.
        let known = |number: &u32| polynomials.binary_search(&ValueId(*number)).is_ok();
        if self.choices.contract.len() > count || !self.choices.columns.iter().all(known) {
            return Err(Box::new(
                Diagnostic::new("E114", "the layout's choices are not for this program").hint(
                    format!(
                        "it has {} contractions to choose for, and {} values that may be columns",
                        count,
                        polynomials.len()
                    ),
                ),
            ));
        }
        for (position, (id, contraction)) in contractions.into_iter().enumerate() {
            if let Strategy::Evaluated { lanes } = self.choices.strategy(position) {
                self.evaluated.insert(id, (contraction, lanes));
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
