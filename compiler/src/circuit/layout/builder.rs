//! A component while it is laid out: operations, their degrees, and what is written only once.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::form::Bind;
use crate::circuit::bus::{Folded, Lane, Pole};
use crate::circuit::component::{log_rows, Component, Fixed, Kind};
use crate::circuit::field::P;
use crate::circuit::gadgets::clip::Bounds;
use crate::circuit::gadgets::maximum::Maximum;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Element, Form, Slot};
use crate::circuit::operation::{Op, Term};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{ExprId, IndexExpr, Interval, Member, TableId, ValueId};
use crate::meaning::rows::Rows;

/// A gather, and the address's parts: what is known, and slots by what they are multiplied with.
type Picked = (u32, Form, Vec<(Slot, i64)>);

/// What a clip has decomposed, put together again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rebuilt {
    /// y + e.
    pub slot: Slot,
    /// The clip's operation.
    pub clip: usize,
}

pub(crate) struct Builder {
    pub name: String,
    pub proof: usize,
    pub rows: Rows,
    /// Whether padding is told apart from real rows. Where every row has positions of its own,
    /// it need not be: what nothing is tied to is 0.
    pub gated: bool,
    pub ops: Vec<Op>,
    spans: Vec<Option<Span>>,
    degrees: Vec<u32>,
    fixed: Vec<Fixed>,
    fixed_slots: FxHashMap<Fixed, Slot>,
    constants: FxHashMap<i64, Slot>,
    constant_of: FxHashMap<Slot, i64>,
    differences: FxHashMap<(Slot, Slot), Slot>,
    offsets: FxHashMap<(Slot, i64), Slot>,
    products: FxHashMap<(Slot, Slot), Slot>,
    columns: FxHashMap<Slot, Slot>,
    weights: FxHashMap<Vec<Pole<Slot>>, usize>,
    folds: FxHashMap<Vec<Vec<Folded<Slot>>>, usize>,
    fold_stages: usize,
    /// Copies of operands, by their tie's family and address.
    copies: FxHashMap<(u32, Slot), Slot>,
    sums: BTreeMap<Slot, Vec<Term>>,
    /// Values written into this row, by the point that they are read at.
    pub inlined: FxHashMap<(ValueId, Vec<Bind>), Slot>,
    /// What arrived over a wire: element, subscripts, lanes.
    pub taken: FxHashMap<(Element, Vec<Form>, Vec<usize>), Slot>,
    /// Expressions that are made of others, by the point that they are at.
    pub lowered: FxHashMap<(ExprId, Vec<Bind>), Slot>,
    pub picked: FxHashMap<Picked, Slot>,
    pub looked_up: FxHashMap<(TableId, Slot), Slot>,
    /// The operation that made a clipped slot.
    pub clips: FxHashMap<Slot, usize>,
    /// The division that made a quotient which a clip may put together, and where that must lie.
    pub quotients: FxHashMap<Slot, (usize, Interval)>,
    /// For a slot, another that equals it and is not negative because a clip's parts are ranged so.
    pub not_negative: FxHashMap<Slot, Rebuilt>,
    pub maxima: Vec<(Maximum, Span)>,
    /// Members whose elements stand here.
    pub holds: Vec<Member>,
}

impl Builder {
    pub fn new(name: String, proof: usize, rows: Rows) -> Self {
        Self {
            name,
            proof,
            rows,
            gated: true,
            ops: Vec::new(),
            spans: Vec::new(),
            degrees: Vec::new(),
            fixed: Vec::new(),
            fixed_slots: FxHashMap::default(),
            constants: FxHashMap::default(),
            constant_of: FxHashMap::default(),
            differences: FxHashMap::default(),
            offsets: FxHashMap::default(),
            products: FxHashMap::default(),
            columns: FxHashMap::default(),
            weights: FxHashMap::default(),
            folds: FxHashMap::default(),
            fold_stages: 0,
            copies: FxHashMap::default(),
            sums: BTreeMap::new(),
            inlined: FxHashMap::default(),
            taken: FxHashMap::default(),
            lowered: FxHashMap::default(),
            picked: FxHashMap::default(),
            looked_up: FxHashMap::default(),
            clips: FxHashMap::default(),
            quotients: FxHashMap::default(),
            not_negative: FxHashMap::default(),
            maxima: Vec::new(),
            holds: Vec::new(),
        }
    }

    /// Adds an operation; returns its first slot.
    pub fn push(&mut self, op: Op, span: Option<Span>, degree: u32) -> Slot {
        let slot = Slot(self.degrees.len() as u32);
        self.degrees.extend((0..op.outputs()).map(|_| degree));
        self.ops.push(op);
        self.spans.push(span);
        slot
    }

    /// What holds a clipped slot.
    pub fn bounds(&mut self, y: Slot) -> Option<&mut Bounds> {
        match &mut self.ops[*self.clips.get(&y)?] {
            Op::Gadget(Gadget::Clip(clip)) => Some(&mut clip.bounds),
            Op::Gadget(Gadget::Divide(divide)) => divide.clipped.as_mut(),
            _ => None,
        }
    }

    /// The position of the operation added last.
    pub fn last_op(&self) -> usize {
        self.ops.len() - 1
    }

    pub fn degree(&self, slot: Slot) -> u32 {
        self.degrees[slot.0 as usize]
    }

    pub fn constant(&mut self, value: i64) -> Slot {
        if let Some(&slot) = self.constants.get(&value) {
            return slot;
        }
        let slot = self.push(Op::Constant(value), None, 0);
        self.constants.insert(value, slot);
        self.constant_of.insert(slot, value);
        slot
    }

    pub fn fixed(&mut self, fixed: Fixed) -> Slot {
        if let Some(&slot) = self.fixed_slots.get(&fixed) {
            return slot;
        }
        let slot = self.push(Op::Fixed(self.fixed.len()), None, 1);
        self.fixed.push(fixed.clone());
        self.fixed_slots.insert(fixed, slot);
        slot
    }

    /// An index function of the row, as a constant or a fixed column.
    pub fn form(&mut self, form: &Form) -> Slot {
        match form {
            IndexExpr::Constant(value) => self.constant(*value),
            _ => self.fixed(Fixed::Form(form.clone())),
        }
    }

    pub fn add(&mut self, a: Slot, b: Slot, span: Option<Span>) -> Slot {
        match self.constants_of(a, b) {
            (Some(0), _) => return b,
            (_, Some(0)) => return a,
            (Some(x), Some(y)) => {
                if let Some(sum) = x.checked_add(y) {
                    return self.constant(sum);
                }
            }
            _ => {}
        }
        self.push(Op::Add(a, b), span, self.degree(a).max(self.degree(b)))
    }

    /// `a + constant`, written once.
    pub fn offset(&mut self, a: Slot, constant: i64) -> Slot {
        if let Some(&slot) = self.offsets.get(&(a, constant)) {
            return slot;
        }
        let by = self.constant(constant);
        let slot = self.add(a, by, None);
        self.offsets.insert((a, constant), slot);
        slot
    }

    pub fn sub(&mut self, a: Slot, b: Slot, span: Option<Span>) -> Slot {
        match self.constants_of(a, b) {
            (_, Some(0)) => return a,
            (Some(x), Some(y)) => {
                if let Some(difference) = x.checked_sub(y) {
                    return self.constant(difference);
                }
            }
            _ => {}
        }
        if let Some(&slot) = self.differences.get(&(a, b)) {
            return slot;
        }
        let slot = self.push(Op::Sub(a, b), span, self.degree(a).max(self.degree(b)));
        self.differences.insert((a, b), slot);
        slot
    }

    pub fn scale(&mut self, a: Slot, factor: i64, span: Option<Span>) -> Slot {
        let constant = self.constant_of.get(&a);
        if let Some(product) = constant.and_then(|value| value.checked_mul(factor)) {
            return self.constant(product);
        }
        match factor {
            1 => a,
            0 => self.constant(0),
            _ => self.push(Op::Scale(a, factor), span, self.degree(a)),
        }
    }

    fn constants_of(&self, a: Slot, b: Slot) -> (Option<i64>, Option<i64>) {
        let of = |slot| self.constant_of.get(&slot).copied();
        (of(a), of(b))
    }

    /// A product of degree at most 2: a factor of degree 2 becomes a column first.
    pub fn mul(&mut self, a: Slot, b: Slot, span: Option<Span>) -> Slot {
        if let Some(&factor) = self.constant_of.get(&a) {
            return self.scale(b, factor, span);
        }
        if let Some(&factor) = self.constant_of.get(&b) {
            return self.scale(a, factor, span);
        }
        let (a, b) = (self.column(a, span), self.column(b, span));
        let factors = (a.min(b), a.max(b));
        if let Some(&product) = self.products.get(&factors) {
            return product;
        }
        let product = self.push(Op::Mul(a, b), span, 2);
        self.products.insert(factors, product);
        product
    }

    /// The sum of products of slots of degree 1, and of other slots.
    pub fn sum(
        &mut self,
        pairs: Vec<(Slot, Slot)>,
        mut terms: Vec<Slot>,
        span: Option<Span>,
    ) -> Slot {
        if !pairs.is_empty() {
            terms.push(self.push(Op::Dot(pairs), span, 2));
        }
        match terms[..] {
            [] => self.constant(0),
            [only] => only,
            _ => {
                let degree = terms
                    .iter()
                    .map(|&slot| self.degree(slot))
                    .max()
                    .unwrap_or(0);
                self.push(Op::Sum(terms), span, degree)
            }
        }
    }

    /// A slot of degree at most 1 with the same value.
    pub fn column(&mut self, slot: Slot, span: Option<Span>) -> Slot {
        if self.degree(slot) <= 1 {
            return slot;
        }
        if let Some(&column) = self.columns.get(&slot) {
            return column;
        }
        let column = self.push(Op::Cell(slot), span, 1);
        self.columns.insert(slot, column);
        column
    }

    /// The weight of the rows' lane `index`.
    pub fn lane_weight(&mut self, index: Slot) -> Lane {
        Lane::Column(self.weight(vec![Pole::Lane(index)]))
    }

    /// The position of a weight with these poles.
    pub fn weight(&mut self, poles: Vec<Pole<Slot>>) -> usize {
        if let Some(&position) = self.weights.get(&poles) {
            return position;
        }
        let position = self.weights.len();
        self.push(Op::Weight(poles.clone()), None, 0);
        self.weights.insert(poles, position);
        position
    }

    /// The position of the first stage of a fold.
    pub fn fold(&mut self, stages: Vec<Vec<Folded<Slot>>>) -> usize {
        if let Some(&position) = self.folds.get(&stages) {
            return position;
        }
        let keep = self.fixed(Fixed::After);
        let position = self.fold_stages;
        self.fold_stages += stages.len();
        let folding = Op::Fold {
            keep,
            stages: stages.clone(),
        };
        self.push(folding, None, 0);
        self.folds.insert(stages, position);
        position
    }

    /// A copy of what is weighed away at `address` in the family `tie`, tied.
    pub fn copy(&mut self, tie: u32, address: Slot, name: &str, span: Option<Span>) -> Slot {
        if let Some(&slot) = self.copies.get(&(tie, address)) {
            return slot;
        }
        let copy = Op::Copy {
            tie,
            address,
            name: name.to_string(),
        };
        let slot = self.push(copy, span, 1);
        self.copies.insert((tie, address), slot);
        let term = Term {
            family: tie,
            negative: false,
            lane: Lane::One,
            value: slot,
        };
        self.weigh(address, term);
        slot
    }

    /// Adds a term to the weighed sum at `address`.
    pub fn weigh(&mut self, address: Slot, term: Term) {
        self.sums.entry(address).or_default().push(term);
    }

    /// Writes the maxima, now that every clip that may range their difference is there.
    ///
    /// # Errors
    /// E111 where what such a clip admits leaves no room for a negative difference.
    pub fn finish_maxima(&mut self) -> Result<(), Box<Diagnostic>> {
        for (mut maximum, span) in std::mem::take(&mut self.maxima) {
            if let Some(&rebuilt) = self.not_negative.get(&maximum.difference) {
                self.leave_room(rebuilt, &maximum, span)?;
                maximum.difference = rebuilt.slot;
                maximum.bound = None;
            } else {
                maximum.difference = self.column(maximum.difference, Some(span));
            }
            self.push(Op::Gadget(Gadget::Maximum(maximum)), Some(span), 0);
        }
        Ok(())
    }

    /// The no-wrap inequality of a clip that stands in for a maximum's range (spec 4.2). The
    /// difference D is congruent to y + e, in 0..=hi + a'. That it is not negative is what is to be
    /// shown, so that nothing but D >= -most may be used, whatever the clip's argument is known to
    /// be: hi + a' + most < P.
    fn leave_room(
        &mut self,
        rebuilt: Rebuilt,
        maximum: &Maximum,
        span: Span,
    ) -> Result<(), Box<Diagnostic>> {
        let (Op::Gadget(Gadget::Clip(clip)), Some((most, _))) =
            (&mut self.ops[rebuilt.clip], maximum.bound)
        else {
            unreachable!("a clip rebuilds, and a maximum is ranged until it is written");
        };
        let hi = clip.bounds.hi;
        let (above, limit) = &mut clip.bounds.excess;
        let room = P - 1 - i128::from(hi) - i128::from(most);
        if i128::from(*above) > room {
            let needs = format!(
                "its differences reach {most}, and what clips them reaches {}",
                i128::from(hi) + i128::from(*above)
            );
            return Err(Box::new(
                Diagnostic::new("E111", "this maximum does not fit the field")
                    .at(span, needs)
                    .hint("together they must stay below 2^31 - 1: narrow what it is taken of"),
            ));
        }
        *limit = i128::from(*limit).min(room) as i64;
        Ok(())
    }

    pub fn finish_sums(&mut self) {
        for (address, terms) in std::mem::take(&mut self.sums) {
            self.push(Op::Weigh { address, terms }, None, 0);
        }
    }

    /// The component of so many rows, and at least 2^least with padding.
    pub fn into_component(mut self, rows: u64, least: Option<u32>) -> Component {
        // A proof whose main trace is empty cannot be committed to.
        if self.ops.iter().all(|op| !op.makes_column()) {
            let zero = self.constant(0);
            self.push(Op::Cell(zero), None, 1);
        }
        let log_rows = log_rows(rows, least);
        if self.gated && rows < 1 << log_rows {
            self.fixed.push(Fixed::Active);
        }
        Component {
            name: self.name,
            proof: self.proof,
            kind: Kind::Space(self.rows),
            from: 0,
            rows,
            log_rows,
            fixed: self.fixed,
            ops: self.ops,
            spans: self.spans,
            count: Default::default(),
            batches: Vec::new(),
            holds: self.holds,
        }
    }
}
