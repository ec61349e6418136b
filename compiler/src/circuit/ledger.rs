//! Which place of the source every column and send of a circuit is there for (spec 8.10).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::circuit::bus::Lane;
use crate::circuit::circuit::Circuit;
use crate::circuit::component::{Component, Kind};
use crate::circuit::count::{Before, Count};
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::Slot;
use crate::circuit::operation::Op;
use crate::diagnostic::Span;
use crate::meaning::graph::{ExprId, Graph, Member};

/// What something is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Place {
    /// The expression or declaration that begins at this byte of the source.
    Source(usize),
    /// The range tables, which every range shares.
    Ranges,
    /// The column that tells real rows from padding.
    Padding,
    /// A column or a sum of nothing, where Stwo needs one.
    Nothing,
}

/// What a place has in a component. Where several places share something, each has an equal part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Made {
    /// Base field columns by tree.
    pub fixed: f64,
    pub main: f64,
    pub interaction: f64,
    /// Openings out of the domain, of all trees.
    pub openings: f64,
    pub sends: f64,
    /// Uses of declared tables a row.
    pub table_uses: f64,
}

impl Made {
    pub fn columns(&self) -> f64 {
        self.fixed + self.main + self.interaction
    }

    fn add(&mut self, other: &Self, part: f64) {
        self.fixed += other.fixed * part;
        self.main += other.main * part;
        self.interaction += other.interaction * part;
        self.openings += other.openings * part;
        self.sends += other.sends * part;
        self.table_uses += other.table_uses * part;
    }
}

type Places = BTreeSet<usize>;

/// What every place has in every component, in the circuit's order. The sums of a component are
/// its columns, openings and sends.
pub fn ledger(circuit: &Circuit) -> Vec<BTreeMap<Place, Made>> {
    let rows = traced(circuit).into_iter();
    rows.map(|row| row.made(&row.operations(circuit))).collect()
}

/// An operation with what it makes in the main and the interaction trace, and the places of the
/// source that it is there for.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub made: Made,
    pub places: BTreeSet<usize>,
}

/// Every operation of every component.
pub(crate) fn entries(circuit: &Circuit) -> Vec<Vec<Entry>> {
    let rows = traced(circuit).into_iter();
    rows.map(|row| {
        let made = row.operations(circuit);
        let each = made.into_iter().zip(row.places);
        each.map(|(made, places)| Entry { made, places }).collect()
    })
    .collect()
}

fn traced(circuit: &Circuit) -> Vec<Traced<'_>> {
    let mut rows: Vec<Traced<'_>> = circuit.components.iter().map(Traced::new).collect();
    rows.iter_mut().for_each(Traced::look_forward);
    let mut families: BTreeMap<u32, Places> = BTreeMap::new();
    for row in &rows {
        row.name_families(&mut families);
    }
    for row in &mut rows {
        row.place_sums(&families);
        row.look_back();
    }
    rows
}

/// A component with the places of its operations.
struct Traced<'a> {
    component: &'a Component,
    places: Vec<Places>,
    /// The operation that makes each slot.
    maker: Vec<usize>,
    /// The operation of each weight and of each stage of a fold.
    weights: Vec<usize>,
    stages: Vec<usize>,
}

impl<'a> Traced<'a> {
    fn new(component: &'a Component) -> Self {
        let ops = &component.ops;
        let (mut maker, mut weights, mut stages) = (Vec::new(), Vec::new(), Vec::new());
        for (at, op) in ops.iter().enumerate() {
            maker.extend((0..op.outputs()).map(|_| at));
            match op {
                Op::Weight(_) => weights.push(at),
                Op::Fold { stages: made, .. } => stages.extend(made.iter().map(|_| at)),
                _ => {}
            }
        }
        let starts = component.spans.iter().map(|span| span.map(|s| s.start));
        Self {
            component,
            places: starts.map(|start| start.into_iter().collect()).collect(),
            maker,
            weights,
            stages,
        }
    }

    fn places_of(&self, slot: Slot) -> &Places {
        &self.places[self.maker[slot.0 as usize]]
    }

    /// The operations that an operation reads.
    fn reads(&self, op: &Op) -> Vec<usize> {
        let made = op.operands().into_iter();
        let mut found: Vec<usize> = made.map(|slot| self.maker[slot.0 as usize]).collect();
        match op {
            Op::Fold { stages, .. } => {
                let terms = stages.iter().flatten();
                found.extend(terms.map(|term| self.weights[term.weight]));
            }
            Op::Product { left, right, .. } => {
                found.extend([self.stages[*left], self.stages[*right]]);
            }
            Op::Weigh { terms, .. } => found.extend(terms.iter().filter_map(|t| match t.lane {
                Lane::Column(weight) => Some(self.weights[weight]),
                Lane::Fold(stage) => Some(self.stages[stage]),
                Lane::One | Lane::Constant(_) => None,
            })),
            _ => {}
        }
        found
    }

    /// An operation without a place is there for what it reads.
    fn look_forward(&mut self) {
        for (at, op) in self.component.ops.iter().enumerate() {
            // A weighed sum's terms may have places through their families.
            if self.places[at].is_empty() && !matches!(op, Op::Weigh { .. }) {
                let read = self.reads(op).into_iter();
                self.places[at] = read.flat_map(|other| self.places[other].clone()).collect();
            }
        }
    }

    /// Adds the places that weigh in each family.
    fn name_families(&self, families: &mut BTreeMap<u32, Places>) {
        for (op, places) in self.component.ops.iter().zip(&self.places) {
            let mut add = |family: u32, places: &Places| {
                families.entry(family).or_default().extend(places);
            };
            match op {
                Op::Weigh { terms, .. } => terms
                    .iter()
                    .for_each(|term| add(term.family, self.places_of(term.value))),
                Op::Product { family, .. } | Op::Copy { tie: family, .. } => add(*family, places),
                Op::Gadget(Gadget::Maximum(maximum)) => add(maximum.family, places),
                _ => {}
            }
        }
    }

    /// A weighed sum is there for its terms; a term that is a constant, for all that weigh in its
    /// family.
    fn place_sums(&mut self, families: &BTreeMap<u32, Places>) {
        for (at, op) in self.component.ops.iter().enumerate() {
            if let Op::Weigh { terms, .. } = op {
                for term in terms {
                    let own = self.places_of(term.value);
                    let family = families.get(&term.family);
                    let places = if own.is_empty() { family } else { Some(own) };
                    let places = places.cloned().unwrap_or_default();
                    self.places[at].extend(places);
                }
            }
        }
    }

    /// What still has no place, such as a column of addresses, is there for what reads it.
    fn look_back(&mut self) {
        let placed: Vec<bool> = self.places.iter().map(|p| !p.is_empty()).collect();
        for (at, op) in self.component.ops.iter().enumerate().rev() {
            for read in self.reads(op) {
                if !placed[read] {
                    let places = self.places[at].clone();
                    self.places[read].extend(places);
                }
            }
        }
    }

    /// What every operation makes in the main and the interaction trace.
    fn operations(&self, circuit: &Circuit) -> Vec<Made> {
        let mut count = Count::by_operation();
        self.component.row(&circuit.ranges, &mut count);
        let mut before = count.before.take().unwrap_or_default();
        before.push(count.now());
        let sums = count.logup_columns();
        let made = |step: &[Before]| {
            let [from, to] = step else {
                unreachable!("windows of two")
            };
            let main = (to.columns - from.columns) as f64;
            let mut made = Made {
                main,
                openings: main,
                table_uses: (to.table_uses - from.table_uses) as f64,
                ..Made::default()
            };
            for openings in &count.extensions[from.extensions..to.extensions] {
                made.interaction += 4.0;
                made.openings += 4.0 * f64::from(*openings);
            }
            for batch in &self.component.batches[from.sends..to.sends] {
                let shared = self.component.batches.iter().filter(|b| *b == batch);
                let part = 4.0 / shared.count() as f64;
                // The last running sum also sees the row before.
                let openings = if batch + 1 == sums { 2.0 } else { 1.0 };
                made.interaction += part;
                made.openings += part * openings;
                made.sends += 1.0;
            }
            made
        };
        before.windows(2).map(made).collect()
    }

    fn made(&self, operations: &[Made]) -> BTreeMap<Place, Made> {
        let mut found: BTreeMap<Place, Made> = BTreeMap::new();
        let mut add = |places: &Places, made: &Made| {
            let mut give = |place, part| found.entry(place).or_default().add(made, part);
            if self.component.kind == Kind::Ranges {
                give(Place::Ranges, 1.0);
            } else if places.is_empty() {
                give(Place::Nothing, 1.0);
            }
            let part = 1.0 / places.len() as f64;
            for &place in places {
                give(Place::Source(place), part);
            }
        };
        let fixed = Made {
            fixed: 1.0,
            openings: 1.0,
            ..Made::default()
        };
        let ops = self.component.ops.iter().zip(&self.places);
        for ((op, places), made) in ops.zip(operations) {
            add(places, made);
            if let Op::Fixed(_) = op {
                add(places, &fixed);
            }
        }
        let is_read = |op: &&Op| matches!(op, Op::Fixed(_));
        let read = self.component.ops.iter().filter(is_read).count();
        for _ in read..self.component.fixed.len() {
            found.entry(Place::Padding).or_default().add(&fixed, 1.0);
        }
        found.retain(|_, made| *made != Made::default());
        found
    }
}

/// The parts of the source that declare a member or define it, as bytes from and to.
pub fn extent(graph: &Graph, member: Member) -> Vec<Span> {
    let mut spans = Vec::new();
    match member {
        Member::Input(id) => spans.push(graph.input(id).span),
        Member::Table(id) => spans.push(graph.table(id).span),
        Member::Static(id) => spans.push(graph.fixed(id).span),
        Member::State(id) => {
            let state = graph.state(id);
            spans.push(state.span);
            spans.extend(state.append.as_ref().map(|append| append.span));
        }
        Member::Value(id) => {
            spans.push(graph.value(id).span);
            expressions(graph, graph.value(id).expr, &mut spans);
        }
    }
    spans
}

fn expressions(graph: &Graph, expr: ExprId, spans: &mut Vec<Span>) {
    spans.push(graph.expr(expr).span);
    for child in graph.expr(expr).kind.proved() {
        expressions(graph, child, spans);
    }
}
