//! Elements at subscripts that are known only when the program runs: picked, and offered by their homes.

use super::form::{flat, fold, positions, spread, Bind, Env, Fold};
use super::layout::{Gather, Home, Layout, Result};
use super::wire::lane_of;
use crate::circuit::gadgets::gather::{Offer, Pick};
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Element, Form, Slot};
use crate::circuit::operation::Op;
use crate::diagnostic::Span;
use crate::meaning::dims::{max_sizes, product};
use crate::meaning::graph::{ExprId, IndexExpr, IndexId, Place, Source};

/// From so many lanes on, a vector is picked by one lookup: its component costs some columns that
/// fewer lookups save.
const VECTOR: u64 = 8;

impl Layout<'_> {
    /// A slot of `component` that holds an element of `source`.
    pub(super) fn pick(
        &mut self,
        component: usize,
        source: Source,
        at: &[Place],
        env: &Env,
        span: Span,
    ) -> Result<Slot> {
        let element = Element::Of(source);
        let dims = self.element_dims(&element);
        let sizes = max_sizes(&dims);
        // What is known of every subscript; 0 stands for what is not.
        let zero = || Bind {
            form: IndexExpr::Constant(0),
            lane: false,
        };
        let known: Vec<Bind> = at
            .iter()
            .map(|place| {
                place
                    .known()
                    .map_or_else(zero, |at| Fold::new(env).bind(at))
            })
            .collect();
        let mut lanes: Vec<usize> = (0..at.len()).filter(|&i| known[i].lane).collect();
        // An address that differs from lane to lane is one of an element.
        let runs = at.iter().filter_map(Place::run);
        let mut free = runs.flat_map(|run| self.free(run));
        let differs = free.any(|index| env.get(&index).is_some_and(|bind| bind.lane));
        drop(free);
        let vectors = self.vectors.contains_key(&(element.clone(), lanes.clone()));
        let wide = product(lanes.iter().map(|&p| sizes[p])) >= VECTOR;
        let lane = match differs || !(wide || vectors) {
            true => None,
            false => lane_of(&dims, &lanes, &known),
        };
        match lane {
            Some(_) => self.vector(&element, &lanes, span)?,
            None => lanes.clear(),
        }
        let kept: Vec<usize> = (0..at.len()).filter(|i| !lanes.contains(i)).collect();
        let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
        let forms: Vec<Form> = kept.iter().map(|&i| known[i].form.clone()).collect();
        let fixed = flat(&forms, &kept_sizes);
        let mut parts = Vec::new();
        let mut stride = 1;
        for (&position, &size) in kept.iter().zip(&kept_sizes).rev() {
            if let Place::Run(expr) = at[position] {
                parts.push((self.placed(component, expr, env)?, stride));
            }
            stride *= size as i64;
        }
        let gather = self.gather(&element, &lanes);
        let key = (gather, fixed.clone(), parts.clone());
        let first = match self.builders[component].picked.get(&key) {
            Some(&slot) => slot,
            None => {
                let (witness, lanes) =
                    self.vector_witness(&element, &lanes, &apart(&kept_sizes), &sizes);
                let builder = &mut self.builders[component];
                let mut address = builder.form(&fixed);
                for (slot, stride) in parts {
                    let scaled = builder.scale(slot, stride, Some(span));
                    address = builder.add(address, scaled, Some(span));
                }
                let address = builder.column(address, Some(span));
                let gadget = Gadget::Pick(Pick {
                    gather,
                    entries: product(kept_sizes.iter().copied()),
                    address,
                    witness,
                    lanes,
                });
                let slot = builder.push(Op::Gadget(gadget), Some(span), 1);
                builder.picked.insert(key, slot);
                slot
            }
        };
        Ok(Slot(first.0 + lane.unwrap_or(0) as u32))
    }

    /// A subscript's slot, written once for each point that it is read at.
    fn placed(&mut self, component: usize, expr: ExprId, env: &Env) -> Result<Slot> {
        // Not all of its caches' steps need be bound in an operand's rows.
        let free = self.free(expr).into_iter();
        let at = free.filter_map(|index| env.get(&index).cloned());
        let key = (expr, at.collect::<Vec<_>>());
        if let Some(&slot) = self.builders[component].placed.get(&key) {
            return Ok(slot);
        }
        let slot = self.lower(component, expr, env)?;
        self.builders[component].placed.insert(key, slot);
        Ok(slot)
    }

    fn gather(&mut self, element: &Element, lanes: &[usize]) -> u32 {
        let known = |gather: &Gather| gather.element == *element && gather.lanes == lanes;
        let number = self.gathers.iter().position(known).unwrap_or_else(|| {
            self.gathers.push(Gather {
                element: element.clone(),
                lanes: lanes.to_vec(),
            });
            self.gathers.len() - 1
        });
        number as u32
    }

    /// Where the tuples of a gather stand: in the tensor's homes, or with its vectors.
    fn shelves(&mut self, number: usize) -> Result<Vec<Home>> {
        let (element, lanes) = (
            self.gathers[number].element.clone(),
            self.gathers[number].lanes.clone(),
        );
        if lanes.is_empty() {
            return self.homes(&element);
        }
        let rank = self.element_dims(&element).len();
        let at = spread(rank, &lanes, &positions(rank - lanes.len()));
        let (component, slot, _) = self.vectors[&(element, lanes)];
        Ok(vec![Home {
            component,
            slot,
            at,
        }])
    }

    /// Lays out the homes of what is picked; returns how many gathers there are.
    pub(super) fn shelve(&mut self, from: usize) -> Result<usize> {
        let mut number = from;
        while number < self.gathers.len() {
            self.shelves(number)?;
            number += 1;
        }
        Ok(number)
    }

    /// Every home of what is picked offers its rows' elements.
    pub(super) fn offer(&mut self) -> Result<()> {
        for number in 0..self.gathers.len() {
            let lanes = self.gathers[number].lanes.clone();
            let element = self.gathers[number].element.clone();
            let sizes = max_sizes(&self.element_dims(&element));
            let kept: Vec<usize> = (0..sizes.len()).filter(|i| !lanes.contains(i)).collect();
            let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
            let width: u64 = product(lanes.iter().map(|&p| sizes[p]));
            for home in self.shelves(number)? {
                let at: Vec<Form> = kept.iter().map(|&p| home.at[p].clone()).collect();
                let builder = &mut self.builders[home.component];
                let elements: Vec<Slot> = (0..width as u32)
                    .map(|lane| builder.column(Slot(home.slot.0 + lane), None))
                    .collect();
                let address = builder.form(&flat(&at, &kept_sizes));
                let offer = Gadget::Offer(Offer {
                    gather: number as u32,
                    address,
                    elements,
                });
                builder.push(Op::Gadget(offer), None, 0);
            }
        }
        Ok(())
    }
}

/// The subscripts of the point of an address, as functions of it: index 0.
fn apart(sizes: &[u64]) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut below = 1;
    for (position, &size) in sizes.iter().enumerate().rev() {
        let constant = |value: u64| Box::new(IndexExpr::Constant(value as i64));
        let address = Box::new(IndexExpr::Index(IndexId(0)));
        let mut form = fold(IndexExpr::Div(address, constant(below)));
        if position > 0 {
            form = IndexExpr::Mod(Box::new(form), constant(size));
        }
        forms.push(form);
        below *= size;
    }
    forms.reverse();
    forms
}
