//! The reference meaning of a program over the integers: what proofs are about (spec 4).
//!
//! Values are evaluated one after the other over their whole spaces, those of a loop that carries
//! iteration by iteration. Otherwise that is the order of the program, since a cache is appended to
//! before anything in the step reads it.
//!
//! - `assignment`: what is given. `schedule`: what is done when. `address`: where `elements` lie;
//!   `caches`: entries of states. `expr`: one expression at one point; `exact`: one that does not fit.
//!   `stopped`: what there was before an error.

mod address;
mod assignment;
mod caches;
mod elements;
mod exact;
mod expr;
mod schedule;
mod stopped;

pub use crate::meaning::fault::{EvalError, Point, Ranged};
pub use assignment::Assignment;
pub use elements::Elements;
pub use stopped::Stopped;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::meaning::graph::{
    Assert, ExprId, Graph, IndexId, InputId, Known, OutputId, Source, StateId, StaticExpr, TableId,
    ValueId,
};
use crate::meaning::rows::{Conditions, Rows};
use crate::meaning::space::{domain_size, for_each_point, try_each_point_of, Layout};
use crate::meaning::tensor::Tensor;
use address::Address;
use assignment::{checked_inputs, checked_tables, known};
use expr::Fault;
use schedule::{schedule, Stage};

/// The value of every index, by `IndexId`; only those in scope are looked at.
pub type Env = [i64];

/// Every element of every value of a program on one assignment.
pub struct Evaluation<'a> {
    graph: &'a Graph,
    inputs: Vec<&'a [i64]>,
    tables: Vec<&'a [i64]>,
    /// The elements of what is known when the key is made.
    known: Cow<'a, Known>,
    /// All entries that each state ever holds, oldest first.
    states: Vec<Vec<i64>>,
    values: Vec<Elements>,
    /// Where the element of each `Read` lies, by `ExprId`.
    addresses: Vec<Option<Address>>,
    conditions: Conditions,
    /// Each condition of a reduction by itself, over all indices.
    filters: BTreeMap<ExprId, StaticExpr>,
    guess: Option<Guess>,
}

/// An element of a hint that a prover chooses for himself.
#[derive(Clone, Copy, Debug)]
pub struct Guess {
    pub hint: ValueId,
    /// In the lexicographic order of its points.
    pub offset: usize,
    pub element: i64,
}

/// Evaluates every value, and checks every range and assertion: inputs E080 to E083, assertions
/// E084, declared ranges E085.
pub fn evaluate<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
) -> Result<Evaluation<'a>, EvalError> {
    evaluate_far(graph, assignment).map_err(|stopped| stopped.error)
}

/// As [`evaluate`]; of what comes to an error also what it had until then.
pub fn evaluate_far<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
) -> Result<Evaluation<'a>, Stopped<'a>> {
    far(graph, assignment, None)
}

/// As [`evaluate`], with one element of a hint that is not what the program says.
pub fn evaluate_with<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
    guess: Option<Guess>,
) -> Result<Evaluation<'a>, EvalError> {
    far(graph, assignment, guess).map_err(|stopped| stopped.error)
}

fn far<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
    guess: Option<Guess>,
) -> Result<Evaluation<'a>, Stopped<'a>> {
    let mut evaluation = Evaluation {
        graph,
        inputs: checked_inputs(graph, assignment)?,
        tables: checked_tables(graph, assignment)?,
        known: known(graph, assignment)?,
        states: Vec::new(),
        values: Vec::new(),
        addresses: Vec::new(),
        conditions: Conditions::default(),
        filters: BTreeMap::new(),
        guess,
    };
    let layouts: Vec<Layout> = graph
        .values
        .iter()
        .map(|value| Layout::new(graph, &value.space))
        .collect();
    evaluation.addresses = address::addresses(graph, &layouts);
    if graph.is_filtered() {
        evaluation.conditions = Conditions::new(graph);
        evaluation.filters = expr::filters(graph, &evaluation.conditions);
    }
    for id in 0..graph.states.len() {
        let entries = evaluation.seeded(StateId(id as u32));
        evaluation.states.push(entries);
    }
    evaluation.append_from(None, &[]);
    let empty = |layout: Layout| Elements {
        data: Vec::with_capacity(layout.len()),
        wide: Vec::new(),
        layout,
    };
    evaluation.values = layouts.into_iter().map(empty).collect();
    let turns = match graph.turns() {
        Ok(turns) => turns,
        Err(reason) => unreachable!("a graph that cannot be evaluated: {reason}"),
    };
    match evaluation.run(&schedule(graph, &turns), &mut Vec::new()) {
        Ok(()) => Ok(evaluation),
        Err(error) => Err(Stopped {
            error,
            so_far: Some(Box::new(evaluation)),
        }),
    }
}

impl<'a> Evaluation<'a> {
    /// The program.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// The points of a space at which the conditions hold.
    pub fn rows(&self, space: &[IndexId], conditions: impl IntoIterator<Item = ExprId>) -> Rows {
        match self.conditions.rows(self.graph, space, conditions) {
            Some(rows) => rows,
            None => unreachable!("the checker has asked each condition at every point"),
        }
    }

    /// Goes through the stages of the program, or of an iteration of the loops around them: `at` has
    /// the iteration of each.
    fn run(&mut self, stages: &[Stage], at: &mut Vec<i64>) -> Result<(), EvalError> {
        for stage in stages {
            match stage {
                Stage::Hold(id) => self.hold(&self.graph.asserts[id.index()], at)?,
                Stage::Define(id) => {
                    self.define(*id, at)?;
                    self.append_from(Some(*id), at);
                    self.seed_from(*id, at);
                }
                Stage::Repeat(index, stages) => {
                    for i in 0..domain_size(self.graph, *index, |_| 0) {
                        at.push(i);
                        self.run(stages, at)?;
                        at.pop();
                    }
                }
            }
        }
        Ok(())
    }

    fn hold(&self, assert: &Assert, around: &[i64]) -> Result<(), EvalError> {
        let mut env = vec![0; self.graph.indices.len()];
        let rows = self.rows(&assert.space, assert.filter);
        try_each_point_of(self.graph, &assert.space, around, |at| {
            if !rows.has(at) {
                return Ok(());
            }
            for (index, &at) in assert.space.iter().zip(at) {
                env[index.index()] = at;
            }
            let fault = |fault| self.fault(fault, &assert.space, at);
            let (left, right) = match assert.written {
                None => {
                    let left = self.eval(assert.left, &mut env).map_err(fault)?;
                    let right = self.eval(assert.right, &mut env).map_err(fault)?;
                    (left.into(), right.into())
                }
                Some((left, right)) => {
                    let left = self.exact(left, &mut env).map_err(fault)?;
                    (left, self.exact(right, &mut env).map_err(fault)?)
                }
            };
            if left < right || (assert.equal && left > right) {
                let point = self.point(&assert.space, at);
                let span = assert.span;
                return Err(EvalError::Assertion {
                    span,
                    at: point,
                    left,
                    right,
                    equal: assert.equal,
                    hints: self.graph.hints_of(&[assert.left, assert.right]),
                    known: false,
                });
            }
            Ok(())
        })
    }

    /// Evaluates a value over its space, or over what it has in an iteration of the loops around it.
    fn define(&mut self, id: ValueId, around: &[i64]) -> Result<(), EvalError> {
        let value = self.graph.value(id);
        let output = value.output.map(|output| &self.graph.output(output).range);
        // Its points come in lexicographic order, with the iterations first.
        if !value.interval.fits() {
            return self.define_wide(id, around);
        }
        let mut data = std::mem::take(&mut self.values[id.index()].data);
        let mut env = vec![0; self.graph.indices.len()];
        let rows = self.rows(&value.space, value.filter);
        try_each_point_of(self.graph, &value.space, around, |at| {
            if !rows.has(at) {
                // Nothing reads it.
                data.push(0);
                return Ok(());
            }
            for (index, &at) in value.space.iter().zip(at) {
                env[index.index()] = at;
            }
            let fault = |fault| self.fault(fault, &value.space, at);
            let guess = self
                .guess
                .filter(|guess| (guess.hint, guess.offset) == (id, data.len()));
            let element = match guess {
                Some(guess) => guess.element,
                None => self.eval(value.expr, &mut env).map_err(fault)?,
            };
            for range in value.declared.iter().chain(output) {
                if !range.contains(element.into()) {
                    return Err(EvalError::ValueRange {
                        name: value.name.clone(),
                        span: value.span,
                        at: self.point(&value.space, at),
                        value: element,
                        range: *range,
                        of: self.graph.ranged(id),
                    });
                }
            }
            debug_assert!(
                value.interval.contains(element.into()),
                "`{}` is {element}, outside its interval {}",
                value.name,
                value.interval
            );
            data.push(element);
            Ok(())
        })?;
        self.values[id.index()].data = data;
        Ok(())
    }

    /// As [`Self::define`], for a value that no proof has: it may not fit.
    fn define_wide(&mut self, id: ValueId, around: &[i64]) -> Result<(), EvalError> {
        let value = self.graph.value(id);
        let mut made = Vec::new();
        let mut env = vec![0; self.graph.indices.len()];
        let rows = self.rows(&value.space, value.filter);
        try_each_point_of(self.graph, &value.space, around, |at| {
            if !rows.has(at) {
                made.push(0);
                return Ok(());
            }
            for (index, &at) in value.space.iter().zip(at) {
                env[index.index()] = at;
            }
            let fault = |fault| self.fault(fault, &value.space, at);
            made.push(self.exact(value.expr, &mut env).map_err(fault)?);
            Ok(())
        })?;
        let wide = self.is_beyond(id);
        let elements = &mut self.values[id.index()];
        match wide {
            true => elements.wide.extend(made),
            false => {
                let narrow = made.into_iter().map(i64::try_from);
                elements.data.extend(narrow.flatten());
            }
        }
        Ok(())
    }

    fn point(&self, space: &[IndexId], at: &[i64]) -> Point {
        let named = |(index, at): (&IndexId, &i64)| {
            let index = self.graph.index(*index);
            (index.name.clone(), index.first + at)
        };
        Point(space.iter().zip(at).map(named).collect())
    }

    fn fault(&self, fault: Fault, space: &[IndexId], at: &[i64]) -> EvalError {
        let at = self.point(space, at);
        match fault {
            Fault::Overflow(expr) => EvalError::Overflow {
                span: self.graph.expr(expr).span,
                at,
            },
            Fault::Divisor(expr, value) => EvalError::Divisor {
                span: self.graph.expr(expr).span,
                at,
                value,
            },
            Fault::NoTerm(expr) => EvalError::NoTerm {
                span: self.graph.expr(expr).span,
                at,
            },
            Fault::Empty(expr) => EvalError::Empty {
                span: self.graph.expr(expr).span,
                at,
            },
            Fault::Subscript(expr, value) => EvalError::Subscript {
                span: self.graph.expr(expr).span,
                at,
                value,
                range: self.graph.expr(expr).interval,
            },
            Fault::Outside(expr, table, argument) => EvalError::OutsideTable {
                name: self.graph.table(table).name.clone(),
                span: self.graph.expr(expr).span,
                at,
                argument,
                domain: self.graph.table(table).domain,
            },
        }
    }

    /// What is known when the key is made.
    pub fn statics(&self) -> &Known {
        &self.known
    }

    /// An input by its id, row-major.
    pub fn input(&self, id: InputId) -> &'a [i64] {
        self.inputs[id.index()]
    }

    /// A table's entries, for `domain.lo` first.
    pub fn table(&self, id: TableId) -> &'a [i64] {
        self.tables[id.index()]
    }

    /// All entries that a state ever holds, row-major: its seed, then one for each step.
    pub fn state(&self, id: StateId) -> &[i64] {
        &self.states[id.index()]
    }

    /// A value over its space.
    pub fn value(&self, id: ValueId) -> &Elements {
        &self.values[id.index()]
    }

    /// Whether all of a value is there: not in what [`Stopped`] before it.
    pub fn has(&self, id: ValueId) -> bool {
        let elements = self.value(id);
        elements.data.len().max(elements.wide.len()) == elements.layout.len()
    }

    /// One element: `at` is a position in an input, an entry and a position in it for a state,
    /// a point of its space for a value.
    pub fn element(&self, source: Source, at: &[i64]) -> i64 {
        let dense = |sizes: &mut dyn Iterator<Item = u64>| {
            at.iter().zip(sizes).fold(0, |offset, (&at, size)| {
                offset * size as usize + at as usize
            })
        };
        match source {
            Source::Input(id) => {
                let shape = &self.graph.input(id).shape;
                self.inputs[id.index()][dense(&mut shape.iter().copied())]
            }
            Source::State(id) => {
                let element = &self.graph.state(id).element;
                self.states[id.index()]
                    [dense(&mut std::iter::once(0).chain(element.iter().copied()))]
            }
            Source::Value(id) => self.value(id).get(at),
            Source::Static(id) => {
                let layout = Layout::of(&self.known.dims[id.index()]);
                self.known.elements(id)[layout.offset(|k| at[k])]
            }
        }
    }

    /// An expression at a point of its scope. Its reductions' own indices are not looked at.
    ///
    /// # Panics
    /// Where the arithmetic is undefined or overflows; it is not at any point at which
    /// [`evaluate`] evaluated the expression.
    pub fn expr(&self, id: ExprId, env: &Env) -> i64 {
        let mut small = [0; 16];
        let result = match small.get_mut(..env.len()) {
            Some(copy) => {
                copy.copy_from_slice(env);
                self.eval(id, copy)
            }
            None => self.eval(id, &mut env.to_vec()),
        };
        match result {
            Ok(value) => value,
            Err(fault) => unreachable!("an expression outside its scope: {fault:?}"),
        }
    }

    /// An output in its own shape; 0 where a ragged one has no element.
    pub fn output(&self, id: OutputId) -> Tensor {
        let output = self.graph.output(id);
        let shape: Vec<usize> = output.shape.iter().map(|&size| size as usize).collect();
        let mut tensor = Tensor::zeros(&shape);
        let mut elements = self.value(output.value).data.iter();
        let mut position = vec![0; shape.len()];
        for_each_point(self.graph, &self.graph.value(output.value).space, |at| {
            for (position, &place) in position.iter_mut().zip(&output.layout) {
                *position = at[place] as usize;
            }
            let offset = tensor.offset(&position);
            if let Some(&element) = elements.next() {
                tensor.data[offset] = element;
            }
        });
        tensor
    }
}

#[cfg(test)]
mod tests;
