//! A row, read to fill it.

use std::sync::atomic::Ordering;

use attnc_compiler::circuit::row::{Folded, Numerator, Pole, Reading, Send, P};
use attnc_compiler::circuit::{Element, Tag, Witness};
use attnc_compiler::meaning::dims::eval_form;
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::Source;
use attnc_compiler::meaning::space::Layout;
use stwo::core::fields::m31::BaseField;

use super::reductions::Reductions;
use super::ties::Ties;
use super::uses::Uses;
use crate::session::challenges::field;

/// Integers in padding stay below it: hints may add to them, and double them.
const PADDING: u64 = 1 << 40;

pub(super) struct Fill<'a, 'e> {
    pub(super) evaluation: &'a Evaluation<'e>,
    pub(super) reductions: &'a Reductions,
    pub(super) uses: &'a Uses,
    pub(super) ties: &'a Ties,
    pub(super) fixed: &'a [Vec<i64>],
    pub(super) row: usize,
    pub(super) real: bool,
    pub(super) at: &'a [i64],
    pub(super) subscripts: Vec<i64>,
    /// The chunk's columns, one after the other; `next` is where this row's next element goes.
    pub(super) out: &'a mut [BaseField],
    pub(super) next: usize,
    pub(super) height: usize,
    pub(super) fault: Option<String>,
}

impl<'a> Fill<'a, '_> {
    fn column(&mut self, value: i64) -> i64 {
        if self.real && i128::from(value).abs() >= P {
            self.fail(|| format!("{value} does not fit the field"));
        }
        self.residue(value)
    }

    /// A column that a rule or a weighed sum gives: whatever integer it goes on with.
    fn residue(&mut self, value: i64) -> i64 {
        self.out[self.next] = field(value);
        self.next += self.height;
        value
    }

    fn fail(&mut self, what: impl FnOnce() -> String) {
        if self.fault.is_none() {
            self.fault = Some(what());
        }
    }

    /// What an operation gives; `wide` has it in 128 bits. In a real row it fits 64. In padding
    /// nothing is said of what stands there, and a residue does as well.
    fn checked(&mut self, value: Option<i64>, wide: impl FnOnce() -> i128) -> i64 {
        match value {
            Some(value) if self.real || value.unsigned_abs() < PADDING => value,
            _ if !self.real => (wide() % P) as i64,
            _ => {
                self.fail(|| "an integer overflow".into());
                0
            }
        }
    }

    /// The element that a witness names in this lane.
    fn element(&mut self, witness: &Witness, lane: u32) -> i64 {
        let (data, offset) = self.locate(witness, lane, self.at);
        if let Element::First { .. } = witness.element {
            return i64::from(self.subscripts.last() == Some(&data[offset]));
        }
        data[offset]
    }

    /// Where the element of a lane is stored; the subscripts are functions of `at`.
    fn locate(&mut self, witness: &Witness, lane: u32, at: &[i64]) -> (&'a [i64], usize) {
        self.subscripts.clear();
        self.subscripts
            .extend(witness.at.iter().map(|form| eval_form(form, at)));
        let mut rest = i64::from(lane);
        for &(position, size) in witness.lanes.iter().rev() {
            self.subscripts[position] = rest % size as i64;
            rest /= size as i64;
        }
        let at = &self.subscripts;
        let graph = self.evaluation.graph();
        let dense = |shape: &[u64], at: &[i64]| {
            at.iter()
                .zip(shape)
                .fold(0, |offset, (&i, &size)| offset * size as usize + i as usize)
        };
        let ragged = |(layout, data): &'a (Layout, Vec<i64>)| (&data[..], layout.offset(|k| at[k]));
        match &witness.element {
            Element::Of(Source::Input(id)) => (
                self.evaluation.input(*id),
                dense(&graph.input(*id).shape, at),
            ),
            Element::Of(Source::State(id)) => {
                let element = &graph.state(*id).element;
                let entry = element.iter().product::<u64>() as usize;
                (
                    self.evaluation.state(*id),
                    at[0] as usize * entry + dense(element, &at[1..]),
                )
            }
            Element::Of(Source::Static(id)) => {
                let known = self.evaluation.statics();
                let layout = Layout::of(&known.dims[id.index()]);
                (known.elements(*id), layout.offset(|k| at[k]))
            }
            Element::Of(Source::Value(id)) => {
                let elements = self.evaluation.value(*id);
                (&elements.data, elements.layout.offset(|k| at[k]))
            }
            Element::Reduction { expr, .. } => ragged(&self.reductions.totals[&expr.0]),
            Element::First { expr, .. } => ragged(&self.reductions.firsts[&expr.0]),
        }
    }
}

impl Reading for Fill<'_, '_> {
    type Value = i64;

    fn constant(&mut self, value: i64) -> i64 {
        value
    }
    fn fixed(&mut self, column: usize) -> i64 {
        self.fixed[column][self.row]
    }
    fn add(&mut self, a: &i64, b: &i64) -> i64 {
        self.checked(a.checked_add(*b), || i128::from(*a) + i128::from(*b))
    }
    fn sub(&mut self, a: &i64, b: &i64) -> i64 {
        self.checked(a.checked_sub(*b), || i128::from(*a) - i128::from(*b))
    }
    fn mul(&mut self, a: &i64, b: &i64) -> i64 {
        self.checked(a.checked_mul(*b), || i128::from(*a) * i128::from(*b))
    }
    fn scale(&mut self, a: &i64, factor: i64) -> i64 {
        self.mul(a, &factor)
    }
    fn cell(&mut self, value: &i64) -> i64 {
        self.residue(*value)
    }
    fn advice(&mut self, of: &[&i64], hint: &dyn Fn(&[i64]) -> i64) -> i64 {
        let value = match of {
            [a] => hint(&[**a]),
            [a, b] => hint(&[**a, **b]),
            _ => hint(&of.iter().map(|&&x| x).collect::<Vec<_>>()),
        };
        self.column(value)
    }
    fn witness(&mut self, witness: &Witness, lane: u32) -> i64 {
        let value = if self.real {
            self.element(witness, lane)
        } else {
            0
        };
        self.column(value)
    }
    fn vector(&mut self, witness: &Witness, lanes: u32) -> Vec<i64> {
        // A vector over one subscript lies evenly apart: its first two elements say how.
        if !self.real || witness.lanes.len() != 1 || lanes < 2 {
            return (0..lanes).map(|lane| self.witness(witness, lane)).collect();
        }
        let (data, first) = self.locate(witness, 0, self.at);
        let step = self.locate(witness, 1, self.at).1.wrapping_sub(first);
        (0..lanes as usize)
            .map(|lane| {
                let value = data[first.wrapping_add(step.wrapping_mul(lane))];
                self.column(value)
            })
            .collect()
    }
    fn picked(&mut self, witness: &Witness, address: &i64, lanes: u32) -> Vec<i64> {
        let element = |fill: &mut Self, lane| {
            let value = if fill.real {
                let (data, offset) = fill.locate(witness, lane, &[*address]);
                data[offset]
            } else {
                0
            };
            fill.column(value)
        };
        (0..lanes).map(|lane| element(self, lane)).collect()
    }
    fn multiplicity(&mut self, tag: Tag) -> i64 {
        // How often an element is picked is known only when all rows are filled.
        if tag.is_gather() {
            return self.column(0);
        }
        let uses = self.uses.of_row(tag, self.row);
        self.column(uses.into())
    }
    fn zero(&mut self, rule: i64) {
        let holds = match self.real {
            true => rule == 0,
            false => i128::from(rule) % P == 0,
        };
        if !holds {
            self.fail(|| format!("a rule gives {rule}"));
        }
    }
    fn congruent(&mut self, rule: i64) {
        if i128::from(rule) % P != 0 {
            self.fail(|| format!("a rule gives {rule}, and is to be a multiple of {P}"));
        }
    }
    fn send(&mut self, send: Send<'_, i64>) {
        if let (Numerator::Weighed { terms, .. }, true) = (&send.numerator, self.real) {
            for term in terms.iter().filter(|term| term.negative) {
                if let Some(element) = self.ties.of(term.family, *send.first) {
                    element.store(*term.value, Ordering::Relaxed);
                }
            }
        }
        if !send.tag.is_table() && !send.tag.is_gather() {
            return;
        }
        if let Numerator::Times {
            value: 1,
            negative: true,
        } = send.numerator
        {
            let argument = *send.first;
            let entry = match (send.tag.pair_size(), send.rest) {
                (Some(size), [second]) if (0..size).contains(second) => argument * size + second,
                (Some(_), _) => -1,
                _ => argument,
            };
            if !self.uses.count(send.tag, entry) {
                let size = send.tag.range_size().or(send.tag.pair_size());
                self.fail(|| match size {
                    Some(size) => format!("{argument} is not in 0..{size}"),
                    None if send.tag.is_gather() => format!("nothing stands at {argument}"),
                    None => format!("{argument} is not in the table's domain"),
                });
            }
        }
    }
    fn copied(&mut self, tie: u32, address: &i64) -> i64 {
        let value = match self.ties.of(tie, *address) {
            Some(element) if self.real => element.load(Ordering::Relaxed),
            _ => 0,
        };
        self.residue(value)
    }
    fn weight(&mut self, _: &[Pole<&i64>], _: &i64) -> usize {
        0
    }
    fn fold(&mut self, _: &i64, _: &[Vec<Folded<&i64>>]) -> usize {
        0
    }
    fn product(&mut self, _: u32, _: &i64, _: usize, _: usize) {}
}
