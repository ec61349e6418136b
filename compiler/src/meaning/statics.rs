//! What is known when the key is made: which expressions are, and their elements (spec 3.9).
//!
//! An expression is *static* if all that it reads is: indices, constants, tables, and other statics.
//! It is evaluated once a key and laid out as a fixed column wherever it is read, so that no circuit
//! and no statement depends on how it was computed. `closed`: which expressions are, each by itself.
//! `work`: what they take.

mod closed;
mod work;

use std::borrow::Cow;
use std::sync::Arc;

pub use closed::{closed, is_static, Forms};
pub use work::{work, CHECKED_WORK, MAX_WORK};

use crate::meaning::dims::{count_points, eval_form, for_each_point, max_sizes};
use crate::meaning::fault::{EvalError, Point, Ranged};
use crate::meaning::graph::{
    Graph, Known, Reduction, Static, StaticAssert, StaticExpr, StaticId, ValueId,
};
use crate::meaning::rounding::{divide, root};
use crate::meaning::space::Layout;
use crate::meaning::tensor::Tensor;

/// The statics that an expression reads, and whether it looks up a table.
fn reads(expr: &StaticExpr, statics: &mut Vec<StaticId>, tables: &mut Vec<usize>) {
    match expr {
        StaticExpr::Read { of, .. } => statics.push(*of),
        StaticExpr::Lookup { table, .. } => tables.push(table.index()),
        _ => {}
    }
    for child in expr.children() {
        reads(child, statics, tables);
    }
}

/// Where the elements of each static are stored.
pub fn layouts(known: &Known) -> Vec<Layout> {
    known.dims.iter().map(|dims| Layout::of(dims)).collect()
}

/// Statics with their elements, to evaluate expressions with.
pub struct Statics<'a> {
    known: &'a Known,
    layouts: Cow<'a, [Layout]>,
}

impl<'a> Statics<'a> {
    pub fn new(known: &'a Known) -> Self {
        Self {
            known,
            layouts: layouts(known).into(),
        }
    }

    /// With the [`layouts`] of what is known, made beforehand.
    pub fn with(known: &'a Known, layouts: &'a [Layout]) -> Self {
        Self {
            known,
            layouts: layouts.into(),
        }
    }

    /// An element of a static.
    pub fn element(&self, id: StaticId, at: impl Fn(usize) -> i64) -> i64 {
        self.known.elements(id)[self.layouts[id.index()].offset(at)]
    }

    /// The value of an expression at a point; `None` where it is beyond 64 bits or undefined, which
    /// the checker has shown not to be. The point's last positions are overwritten.
    pub fn value(&self, expr: &StaticExpr, at: &mut Vec<i64>) -> Option<i64> {
        let mut both = |a: &StaticExpr, b: &StaticExpr| {
            let a = self.value(a, at)?;
            Some((a, self.value(b, at)?))
        };
        match expr {
            StaticExpr::Constant(value) => Some(*value),
            StaticExpr::Form(form) => form.checked(&|position| at[position.index()]),
            StaticExpr::Read { of, at: subscripts } => {
                Some(self.element(*of, |k| eval_form(&subscripts[k], at)))
            }
            StaticExpr::Lookup { table, arg } => {
                let arg = self.value(arg, at)?;
                let (first, entries) = &self.known.tables[table.index()];
                let entry = usize::try_from(arg.checked_sub(*first)?).ok()?;
                entries.get(entry).copied()
            }
            StaticExpr::Neg(a) => self.value(a, at)?.checked_neg(),
            StaticExpr::Abs(a) => self.value(a, at)?.checked_abs(),
            StaticExpr::Zero(a) => Some(i64::from(self.value(a, at)? == 0)),
            StaticExpr::Root { nearest, arg } => {
                let arg = self.value(arg, at)?;
                (arg >= 0).then(|| root(*nearest, arg))
            }
            StaticExpr::Add(a, b) => both(a, b).and_then(|(a, b)| a.checked_add(b)),
            StaticExpr::Sub(a, b) => both(a, b).and_then(|(a, b)| a.checked_sub(b)),
            // The right side of a condition is there where the left one holds.
            StaticExpr::Mul(a, b) => match self.value(a, at)? {
                0 => Some(0),
                a => a.checked_mul(self.value(b, at)?),
            },
            StaticExpr::Max(a, b) => both(a, b).map(|(a, b)| a.max(b)),
            StaticExpr::Min(a, b) => both(a, b).map(|(a, b)| a.min(b)),
            StaticExpr::Clip { arg, lo, hi } => Some(self.value(arg, at)?.min(*hi).max(*lo)),
            StaticExpr::Divide { policy, num, den } => {
                let (num, den) = both(num, den)?;
                if den <= 0 {
                    return None;
                }
                i64::try_from(divide(*policy, num.into(), den.into())).ok()
            }
            StaticExpr::Reduce {
                op,
                extent,
                filter,
                body,
            } => {
                let more = extent.more.as_ref().map_or(0, |more| eval_form(more, at));
                let size = extent.base as i64 + more;
                let mut total: Option<i64> = None;
                for i in 0..size {
                    at.push(i);
                    let counts = match filter {
                        Some(filter) => self.value(filter, at).map(|counts| counts != 0),
                        None => Some(true),
                    };
                    let value = match counts {
                        Some(false) => {
                            at.pop();
                            continue;
                        }
                        Some(true) => self.value(body, at),
                        None => None,
                    };
                    at.pop();
                    let value = value?;
                    total = Some(match (total, op) {
                        (None, _) => value,
                        (Some(total), Reduction::Sum) => total.checked_add(value)?,
                        (Some(total), Reduction::Max) => total.max(value),
                        (Some(total), Reduction::Min) => total.min(value),
                    });
                }
                match op {
                    Reduction::Sum => Some(total.unwrap_or(0)),
                    Reduction::Max | Reduction::Min => total,
                }
            }
        }
    }
}

impl Known {
    /// Nothing but the tables whose entries are given.
    pub fn of_tables(graph: &Graph) -> Self {
        let tables = graph.tables.iter();
        let tables = tables.map(|table| (table.domain.lo as i64, table.entries.as_slice().into()));
        Self {
            tables: tables.collect(),
            ..Self::default()
        }
    }

    /// Whether all that an expression reads is known.
    pub fn has(&self, expr: &StaticExpr) -> bool {
        let (mut statics, mut tables) = (Vec::new(), Vec::new());
        reads(expr, &mut statics, &mut tables);
        let known = |id: &StaticId| matches!(self.elements.get(id.index()), Some(Some(_)));
        statics.iter().all(known) && tables.iter().all(|&table| !self.tables[table].1.is_empty())
    }

    /// Adds the elements of the next static, which are computed from those that are there.
    fn compute(&mut self, statics: &[Static], id: StaticId) -> Result<(), EvalError> {
        let fixed = &statics[id.index()];
        let Some(expr) = &fixed.expr else {
            unreachable!("a fixed input is given");
        };
        let of = Statics::new(self);
        let mut elements = Vec::with_capacity(count_points(&fixed.dims) as usize);
        let mut wrong = None;
        for_each_point(
            &fixed.dims,
            &mut |_, at| match of.value(expr, &mut at.to_vec()) {
                Some(value) => elements.push(value),
                None => {
                    wrong.get_or_insert_with(|| EvalError::Overflow {
                        span: fixed.span,
                        at: point(&fixed.indices, at),
                    });
                }
            },
        );
        match wrong {
            Some(wrong) => Err(wrong),
            None => {
                self.add(fixed, Some(elements));
                Ok(())
            }
        }
    }

    /// Leaves the place of a static's elements empty.
    pub fn skip(&mut self, fixed: &Static) {
        self.keep(fixed, None);
    }

    /// Adds the elements of the next static, which somebody has.
    pub fn keep(&mut self, fixed: &Static, elements: Option<Arc<[i64]>>) {
        self.dims.push(fixed.dims.clone());
        self.elements.push(elements);
    }

    fn add(&mut self, fixed: &Static, elements: Option<Vec<i64>>) {
        self.keep(fixed, elements.map(Into::into));
    }

    /// Adds the next static if all that it reads is known, and it takes no more than what is left of
    /// so much work; nothing in its place otherwise.
    pub fn take(
        &mut self,
        statics: &[Static],
        id: StaticId,
        left: &mut u64,
    ) -> Result<(), EvalError> {
        let fixed = &statics[id.index()];
        let known = fixed.expr.as_ref().filter(|expr| self.has(expr));
        let rest = known.and_then(|expr| left.checked_sub(work(expr, &fixed.dims)));
        if let Some(rest) = rest {
            *left = rest;
            return self.compute(statics, id);
        }
        self.add(fixed, None);
        Ok(())
    }

    /// Holds an assertion whose sides are known.
    pub fn hold(&self, assert: &StaticAssert) -> Result<(), EvalError> {
        let of = Statics::new(self);
        let mut wrong = None;
        for_each_point(&assert.dims, &mut |_, at| {
            if wrong.is_some() {
                return;
            }
            let mut here = at.to_vec();
            if let Some(filter) = &assert.filter {
                if of.value(filter, &mut here) == Some(0) {
                    return;
                }
            }
            let left = of.value(&assert.left, &mut here);
            let right = of.value(&assert.right, &mut here);
            let (span, at) = (assert.span, point(&assert.indices, at));
            wrong = match left.zip(right) {
                Some((left, right)) if left >= right => None,
                Some((left, right)) => Some(match &assert.declared {
                    None => EvalError::Assertion {
                        span,
                        at,
                        left: left.into(),
                        right: right.into(),
                        equal: false,
                        hints: Vec::new(),
                        known: true,
                    },
                    Some((name, range)) => EvalError::ValueRange {
                        name: name.clone(),
                        span,
                        at,
                        value: match assert.left {
                            StaticExpr::Constant(_) => right,
                            _ => left,
                        },
                        range: *range,
                        of: Ranged::Value,
                    },
                }),
                None => Some(EvalError::Overflow { span, at }),
            };
        });
        wrong.map_or(Ok(()), Err)
    }

    /// Holds the assertions of which both sides are known, and takes them out.
    fn hold_ready(&self, waiting: &mut Vec<&StaticAssert>) -> Result<(), EvalError> {
        let ready = |assert: &StaticAssert| {
            let sides = [&assert.left, &assert.right].into_iter();
            sides.chain(&assert.filter).all(|side| self.has(side))
        };
        let (now, later): (Vec<_>, Vec<_>) = waiting.drain(..).partition(|assert| ready(assert));
        *waiting = later;
        now.into_iter().try_for_each(|assert| self.hold(assert))
    }

    /// Everything that a graph's statics are, from its fixed inputs, in order, and its tables.
    ///
    /// # Errors
    /// E080 to E083 of a fixed input or table; E084 or E085 if a static assertion or declared range
    /// does not hold.
    fn all(graph: &Graph, fixed: Vec<Tensor>) -> Result<Self, EvalError> {
        let mut known = Self::of_tables(graph);
        let mut fixed = fixed.into_iter();
        // As soon as both sides are there: what comes after may rest on it.
        let mut waiting: Vec<&StaticAssert> = graph.static_asserts.iter().collect();
        for (number, given) in graph.statics.iter().enumerate() {
            known.hold_ready(&mut waiting)?;
            match &given.expr {
                None => {
                    let elements = checked(given, fixed.next())?;
                    known.add(given, Some(elements));
                }
                Some(_) => known.compute(&graph.statics, StaticId(number as u32))?,
            }
        }
        known.hold_ready(&mut waiting)?;
        Ok(known)
    }
}

/// A fixed input's elements, in its shape and range.
fn checked(given: &Static, tensor: Option<Tensor>) -> Result<Vec<i64>, EvalError> {
    let expected: Vec<usize> = max_sizes(&given.dims).iter().map(|&n| n as usize).collect();
    let tensor = tensor.unwrap_or_default();
    if tensor.shape != expected || tensor.data.len() != expected.iter().product::<usize>() {
        return Err(EvalError::InputShape {
            name: given.name.clone(),
            span: given.span,
            expected,
            found: tensor.shape,
        });
    }
    let outside = |value: &i64| !given.interval.contains((*value).into());
    match tensor.data.iter().position(outside) {
        None => Ok(tensor.data),
        Some(offset) => Err(EvalError::InputRange {
            name: given.name.clone(),
            span: given.span,
            at: tensor.position(offset),
            value: tensor.data[offset],
            range: given.interval,
        }),
    }
}

impl Graph {
    /// Takes the elements of the fixed inputs, one tensor for each, in order; evaluates what depends
    /// on them, and holds the static assertions. Tables from input have their entries by now.
    ///
    /// # Errors
    /// E080 and E081 for a tensor of another shape or out of range; E084 or E085 if a static assertion
    /// or declared range does not hold.
    pub fn learn(&mut self, fixed: Vec<Tensor>) -> Result<(), EvalError> {
        self.known = Some(Arc::new(Known::all(self, fixed)?));
        Ok(())
    }

    /// Evaluates the statics, if they are not known and all that they depend on is there: tables from
    /// input may have been given since the program was checked. An assertion that does not hold is
    /// said by [`Graph::learn`].
    pub fn know(&mut self) {
        let given = self.tables.iter().all(|table| !table.entries.is_empty());
        if self.known.is_none() && given && self.fixed_inputs().next().is_none() {
            let _ = self.learn(Vec::new());
        }
    }

    /// The fixed inputs' elements as they were given; none for one that was not.
    pub fn given_again(&self) -> Vec<Tensor> {
        let again = self.fixed_inputs().filter_map(|(id, fixed)| {
            let elements = self.known.as_ref()?.elements.get(id.index())?.as_ref()?;
            Some(Tensor {
                shape: max_sizes(&fixed.dims).iter().map(|&n| n as usize).collect(),
                data: elements.to_vec(),
            })
        });
        again.collect()
    }

    /// Whether a value is static, and there for a cache to hold: what everyone knows who has the key.
    pub fn is_known(&self, value: ValueId) -> bool {
        let value = self.value(value);
        value.output.is_none() && value.declared.is_none() && is_static(self, value.expr)
    }

    /// Whether static values depend on a table whose entries come from an input file.
    pub fn statics_want_tables(&self) -> bool {
        let sides = self.static_asserts.iter();
        let sides = sides.flat_map(|assert| [&assert.left, &assert.right]);
        let mut all = self
            .statics
            .iter()
            .filter_map(|fixed| fixed.expr.as_ref())
            .chain(sides);
        all.any(|expr| {
            let (mut statics, mut tables) = (Vec::new(), Vec::new());
            reads(expr, &mut statics, &mut tables);
            tables.iter().any(|&table| self.tables[table].from_input)
        })
    }
}

fn point(indices: &[String], at: &[i64]) -> Point {
    Point(indices.iter().cloned().zip(at.iter().copied()).collect())
}

#[cfg(test)]
mod tests;
