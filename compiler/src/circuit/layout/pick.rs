//! Elements at subscripts that are known only when the program runs: picked, and offered by their homes.

use super::form::{flat, fold, positions, spread, Bind, Env, Fold};
use super::layout::{Gather, Layout, Result};
use super::wire::lane_of;
use crate::circuit::component::Fixed;
use crate::circuit::gadgets::gather::{Offer, Pick};
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Element, Form, Slot};
use crate::circuit::operation::Op;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::{max_sizes, product, Dim};
use crate::meaning::graph::{IndexExpr, IndexId, Place, Source, StaticExpr, StaticId};

/// From so many lanes on, a vector is picked by one lookup: its component costs some columns that
/// fewer lookups save.
const VECTOR: u64 = 8;

impl Layout<'_> {
    /// What rule 4 of [`Pick`] rests on, asked again of the graph that is laid out: a subscript that is
    /// known only when the program runs lies in its dimension (E111).
    fn lies_within(&self, place: &Place, size: u64, span: Span) -> Result<()> {
        let Place::Run(expr) = place else {
            return Ok(());
        };
        let range = self.graph.expr(*expr).interval;
        if range.lo >= 0 && range.hi < i128::from(size) {
            return Ok(());
        }
        Err(Box::new(
            Diagnostic::new("E111", "this subscript may leave what it is of")
                .at(span, format!("goes over {range}, of {size} positions"))
                .hint("narrow what it is made of"),
        ))
    }

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
        for (place, &size) in at.iter().zip(&sizes) {
            self.lies_within(place, size, span)?;
        }
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
        // The vectors of what is known are fixed columns, tied to nothing.
        let vectors = matches!(source, Source::Static(_))
            || self.vectors.contains_key(&(element.clone(), lanes.clone()));
        let wide = product(lanes.iter().map(|&p| sizes[p])) >= VECTOR;
        // A ragged static has no element at some lanes.
        let ragged = dims.iter().any(|dim| matches!(dim, Dim::Growing { .. }));
        let ragged = ragged && matches!(source, Source::Static(_));
        let lane = match differs || ragged || !(wide || vectors) {
            true => None,
            false => lane_of(&dims, &lanes, &known),
        };
        match (lane, source) {
            (None, _) => lanes.clear(),
            (Some(_), Source::Static(_)) => {}
            (Some(_), _) => self.vector(&element, &lanes, span)?,
        }
        let kept: Vec<usize> = (0..at.len()).filter(|i| !lanes.contains(i)).collect();
        let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
        let forms: Vec<Form> = kept.iter().map(|&i| known[i].form.clone()).collect();
        let fixed = flat(&forms, &kept_sizes);
        let mut parts = Vec::new();
        let mut stride = 1;
        for (&position, &size) in kept.iter().zip(&kept_sizes).rev() {
            if let Place::Run(expr) = at[position] {
                parts.push((self.lower(component, expr, env)?, stride));
            }
            stride *= size as i64;
        }
        let gather = self.gather(component, &element, &lanes);
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

    fn gather(&mut self, component: usize, element: &Element, lanes: &[usize]) -> u32 {
        let known = |gather: &Gather| gather.element == *element && gather.lanes == lanes;
        let number = self.gathers.iter().position(known).unwrap_or_else(|| {
            self.gathers.push(Gather {
                element: element.clone(),
                lanes: lanes.to_vec(),
                proof: self.builders[component].proof,
            });
            self.gathers.len() - 1
        });
        number as u32
    }

    /// Where the tuples of a gather stand: in the tensor's homes, with its vectors, or, of what is
    /// known when the key is made, as fixed columns.
    fn shelves(&mut self, number: usize) -> Result<Vec<Shelf>> {
        let Gather {
            ref element,
            ref lanes,
            proof,
        } = self.gathers[number];
        let (element, lanes) = (element.clone(), lanes.clone());
        let dims = self.element_dims(&element);
        if let Element::Of(Source::Static(id)) = element {
            return Ok(vec![self.fixed_shelf(id, &lanes, proof)]);
        }
        if lanes.is_empty() {
            let homes = self.homes(&element)?.into_iter();
            let shelves = homes.map(|home| Shelf {
                component: home.component,
                at: home.at,
                elements: vec![home.slot],
            });
            return Ok(shelves.collect());
        }
        let at = spread(dims.len(), &lanes, &positions(dims.len() - lanes.len()));
        let (component, first, width) = self.vectors[&(element, lanes)];
        Ok(vec![Shelf {
            component,
            at,
            elements: (0..width).map(|lane| Slot(first.0 + lane)).collect(),
        }])
    }

    /// A row for each point of the subscripts that are no lanes, with what is known there.
    fn fixed_shelf(&mut self, of: StaticId, lanes: &[usize], proof: usize) -> Shelf {
        let fixed = self.graph.fixed(of);
        let (name, dims) = (fixed.name.clone(), fixed.dims.clone());
        let sizes = max_sizes(&dims);
        let kept = self.kept_dims(&dims, lanes);
        let at = spread(dims.len(), lanes, &positions(kept.len()));
        let component = self.component(kept, proof, &name);
        let lane_sizes: Vec<u64> = lanes.iter().map(|&p| sizes[p]).collect();
        let elements = (0..product(lane_sizes.iter().copied())).map(|lane| {
            let mut at = at.clone();
            let mut rest = lane as i64;
            for (&position, &size) in lanes.iter().zip(&lane_sizes).rev() {
                at[position] = IndexExpr::Constant(rest % size as i64);
                rest /= size as i64;
            }
            let expr = StaticExpr::Read { of, at };
            let column = Fixed::Static { expr, within: None };
            self.builders[component].fixed(column)
        });
        let elements = elements.collect();
        Shelf {
            component,
            at,
            elements,
        }
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
            let (element, lanes) = (&self.gathers[number].element, &self.gathers[number].lanes);
            let sizes = max_sizes(&self.element_dims(element));
            let kept: Vec<usize> = (0..sizes.len()).filter(|i| !lanes.contains(i)).collect();
            let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
            for shelf in self.shelves(number)? {
                let at: Vec<Form> = kept.iter().map(|&p| shelf.at[p].clone()).collect();
                let builder = &mut self.builders[shelf.component];
                let elements = shelf.elements.into_iter();
                let elements = elements.map(|slot| builder.column(slot, None)).collect();
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

/// Rows that offer: their component, the subscripts as functions of a row (0 for lanes), and what
/// stands in it.
struct Shelf {
    component: usize,
    at: Vec<Form>,
    elements: Vec<Slot>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::choices::Choices;

    /// The lanes of every pick and of every offer.
    fn laid_out(body: &str) -> (Vec<u32>, Vec<usize>) {
        let source = format!(
            "circuit test(n = 3, w = 8) {{
            private input x[n, w]    : -9..=9
            private input y[n, 3, w] : -9..=9
            private input at[w]      : 0..n
            hill[j in n, d in 2] = j * j - d
            public output o[n]
            {body} }}"
        );
        let (ast, graph) = crate::analyse(&source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
        let compiled = crate::assemble(ast, graph, None, &Choices::default()).unwrap();
        let (mut picks, mut offers) = (Vec::new(), Vec::new());
        for op in compiled.circuit.components.iter().flat_map(|c| &c.ops) {
            match op {
                Op::Gadget(Gadget::Pick(pick)) => picks.push(pick.lanes),
                Op::Gadget(Gadget::Offer(offer)) => offers.push(offer.elements.len()),
                _ => {}
            }
        }
        (picks, offers)
    }

    #[test]
    fn a_row_picks_a_vector_once() {
        let (picks, offers) = laid_out("o[i in n] = sum(d in w) x[at[i], d] * x[at[i], w - 1 - d]");
        assert_eq!((picks, offers), (vec![8], vec![8]));
        let (picks, offers) = laid_out("o[i in n] = sum(d in w) y[at[i], at[i + 1], d] * d");
        assert_eq!((picks, offers), (vec![8], vec![8]));
    }

    #[test]
    fn few_lanes_and_lanes_with_addresses_of_their_own_are_picked_one_by_one() {
        let (picks, offers) = laid_out("o[i in n] = sum(d in 3) y[at[i], d, i] * d");
        assert_eq!((picks, offers), (vec![1; 3], vec![1]));
        let (picks, offers) = laid_out("o[i in n] = sum(d in w) x[at[d], d] * i");
        assert_eq!((picks, offers), (vec![1; 8], vec![1]));
    }

    #[test]
    fn what_is_known_when_the_key_is_made_offers_vectors_of_fixed_columns() {
        let (picks, offers) = laid_out("o[i in n] = sum(d in 2) hill[at[i], d] * x[i, d]");
        assert_eq!((picks, offers), (vec![2], vec![2]));
        let (picks, offers) = laid_out("o[i in n] = hill[at[i], 1] + hill[i, 0]");
        assert_eq!((picks, offers), (vec![1], vec![1]));
    }

    #[test]
    fn a_cache_offers_each_entry_from_one_row() {
        let (picks, offers) = laid_out(
            "private input s[2] : 0..3
            state past = s
            step t in n { k = x[t, 0] * 2
            past <- k
            o[t] = past[at[t]] + past[min(at[t + 1], t + 2)] }",
        );
        assert_eq!((picks, offers), (vec![1; 2], vec![1; 2]));
    }
}
