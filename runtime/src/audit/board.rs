//! A circuit with its honest trace, as checked without a proof.

use std::collections::{BTreeMap, HashSet};

use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Component, Element, Kind, Op};
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::{Graph, Source};
use num_traits::Zero;

use super::mirror::{add, field, see, Bus, Carried, Effect, Key, Seen, F};
use super::random::Random;
use crate::session::prove::public_tensors;
use crate::session::trace::{fill, FillError};

/// Component, row, column.
pub type Place = (usize, usize, usize);

pub struct Board {
    pub name: String,
    pub circuit: Circuit,
    pub graph: Graph,
    pub fixed: Vec<Vec<Vec<i64>>>,
    /// The main trace: component, column, row.
    pub trace: Vec<Vec<Vec<F>>>,
    pub publics: Vec<Vec<i64>>,
    /// For every component and row.
    pub seen: Vec<Vec<Seen>>,
    /// For every component and column, the operation that made it and which of its columns it is.
    pub origins: Vec<Vec<(usize, usize)>>,
    /// What tables serve.
    pub served: HashSet<Key>,
}

/// What is wrong with a trace.
#[derive(Debug, Default)]
pub struct Faults {
    /// Component, row, rule.
    pub broken: Vec<Place>,
    pub unbalanced: Bus,
}

impl Faults {
    pub fn none(&self) -> bool {
        self.broken.is_empty() && self.unbalanced.is_empty()
    }
}

impl Board {
    /// The honest trace of a circuit of `graph` on an evaluation of it.
    ///
    /// # Errors
    /// The first row that does not obey the circuit.
    pub fn new(
        name: &str,
        circuit: Circuit,
        graph: &Graph,
        evaluation: &Evaluation<'_>,
    ) -> Result<Self, FillError> {
        let trace = fill(&circuit, evaluation)?.columns;
        let publics = public_tensors(&circuit, evaluation)
            .into_iter()
            .map(|public| public.elements)
            .collect();
        let fixed: Vec<Vec<Vec<i64>>> = circuit
            .components
            .iter()
            .map(|c| {
                (0..c.fixed.len())
                    .map(|k| c.fixed_values(k, circuit.known.as_deref()))
                    .collect()
            })
            .collect();
        let origins = circuit
            .components
            .iter()
            .map(|component| origins(component, &circuit))
            .collect();
        let mut board = Self {
            name: name.to_string(),
            circuit,
            graph: graph.clone(),
            fixed,
            trace,
            publics,
            seen: Vec::new(),
            origins,
            served: HashSet::new(),
        };
        for c in 0..board.circuit.components.len() {
            let mut seen: Vec<Seen> = Vec::new();
            for row in 0..1 << board.circuit.components[c].log_rows {
                let carried = seen.last().map(|seen| &seen.carried);
                let cells = board.cells(c, row);
                seen.push(board.see_after(c, row, &cells, carried.unwrap_or(&Carried::new())));
            }
            board.seen.push(seen);
        }
        for (c, component) in board.circuit.components.iter().enumerate() {
            if !matches!(component.kind, Kind::Space(_)) {
                for row in 0..1 << component.log_rows {
                    // With every multiplicity 1, what is on the bus is what is served.
                    let ones = vec![field(1); board.trace[c].len()];
                    let seen = board.see(c, row, &ones);
                    board.served.extend(seen.effect.bus.into_keys());
                }
            }
        }
        Ok(board)
    }

    pub fn cells(&self, component: usize, row: usize) -> Vec<F> {
        self.trace[component]
            .iter()
            .map(|column| column[row])
            .collect()
    }

    /// A row with these cells after the honest row before it.
    pub fn see(&self, component: usize, row: usize, cells: &[F]) -> Seen {
        let before = match row.checked_sub(1) {
            Some(before) => self.seen[component].get(before),
            None => None,
        };
        let carried = before.map(|seen| &seen.carried);
        self.see_after(component, row, cells, carried.unwrap_or(&Carried::new()))
    }

    /// A row with these cells after one that carries `before`.
    pub fn see_after(&self, component: usize, row: usize, cells: &[F], before: &Carried) -> Seen {
        let fixed = &self.fixed[component];
        see(&self.circuit, component, fixed, row, cells, before)
    }

    /// What changes if one row has these cells and all others are honest: the rules that it
    /// breaks, and the difference on the bus, in the rows that its folds reach too.
    pub fn change(&self, component: usize, row: usize, cells: &[F]) -> Effect {
        self.changes(component, &BTreeMap::from([(row, cells.to_vec())]))
    }

    /// What changes if some rows of a component have these cells and all others are honest.
    pub fn changes(&self, component: usize, changed: &BTreeMap<usize, Vec<F>>) -> Effect {
        let rows = &self.seen[component];
        let mut change = Effect::default();
        let Some(&first) = changed.keys().next() else {
            return change;
        };
        // What the row before carries, where it is not what the honest one does.
        let mut carried: Option<Carried> = None;
        let mut row = first;
        while row < rows.len() {
            let honest = &rows[row];
            let reached = carried.is_some() && honest.continues;
            if !reached && !changed.contains_key(&row) {
                carried = None;
                // On to the next row that was changed.
                match changed.range(row..).next() {
                    Some((&next, _)) => row = next,
                    None => break,
                }
                continue;
            }
            let own;
            let cells = match changed.get(&row) {
                Some(cells) => cells,
                None => {
                    own = self.cells(component, row);
                    &own
                }
            };
            let seen = match carried.take().filter(|_| reached) {
                Some(before) => self.see_after(component, row, cells, &before),
                None => self.see(component, row, cells),
            };
            change.broken.extend(&seen.effect.broken);
            for (key, &value) in &seen.effect.bus {
                add(&mut change.bus, key, value);
            }
            for (key, &value) in &honest.effect.bus {
                add(&mut change.bus, key, -value);
            }
            carried = (seen.carried != honest.carried).then_some(seen.carried);
            row += 1;
        }
        change
    }

    /// Whether what stands in a row can matter: it is not padding behind a gate.
    pub fn counts(&self, component: usize, row: usize) -> bool {
        let component = &self.circuit.components[component];
        (row as u64) < component.rows || component.is_ordered()
    }

    pub fn op(&self, component: usize, column: usize) -> (&Op, usize) {
        let (op, offset) = self.origins[component][column];
        (&self.circuit.components[component].ops[op], offset)
    }

    /// Whether a column holds an input's elements: another value is another input.
    pub fn is_input(&self, component: usize, column: usize) -> bool {
        let of_input = |element: &Element| matches!(element, Element::Of(Source::Input(_)));
        match self.op(component, column) {
            (Op::Private { witness, .. }, 0) => of_input(&witness.element),
            (Op::Pinned { witness, .. }, _) => {
                of_input(&witness.element) && witness.lanes.is_empty()
            }
            _ => false,
        }
    }

    /// The sign of a signed quotient whose numerator is 0 is free, and changes nothing.
    pub fn is_sign_of_zero(&self, place: Place) -> bool {
        self.is_sign_of_zero_in(&self.trace, place)
    }

    /// The same in another honest trace.
    pub fn is_sign_of_zero_in(&self, trace: &[Vec<Vec<F>>], (c, row, column): Place) -> bool {
        let (op, offset) = self.op(c, column);
        let signed = matches!(op, Op::Gadget(Gadget::Divide(divide)) if divide.signed.is_some());
        signed && offset == 0 && trace[c][column + 1][row].is_zero()
    }

    /// Whether a column says how often its row's elements are picked.
    pub fn is_offered(&self, (c, _, column): Place) -> bool {
        matches!(self.op(c, column).0, Op::Gadget(Gadget::Offer(_)))
    }

    /// Whether a column flags where a maximum is attained: the last of its columns, behind what
    /// ranges the difference.
    pub fn is_flag(&self, (c, _, column): Place) -> bool {
        let (op, _) = self.op(c, column);
        let next = self.origins[c].get(column + 1);
        matches!(op, Op::Gadget(Gadget::Maximum(_)))
            && next.is_none_or(|&(of, _)| of != self.origins[c][column].0)
    }

    /// Every rule of every row, and the whole bus.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        for (c, rows) in self.seen.iter().enumerate() {
            for (row, seen) in rows.iter().enumerate() {
                faults
                    .broken
                    .extend(seen.effect.broken.iter().map(|&rule| (c, row, rule)));
                for (key, &value) in &seen.effect.bus {
                    add(&mut faults.unbalanced, key, value);
                }
            }
        }
        for (tensor, elements) in self.publics.iter().enumerate() {
            for (position, &element) in elements.iter().enumerate() {
                let key = self.public_key(tensor, position);
                add(&mut faults.unbalanced, &key, -field(element));
            }
        }
        faults
    }

    /// Where an element of a public tensor stands on the bus.
    pub fn public_key(&self, tensor: usize, position: usize) -> Key {
        let public = &self.circuit.publics[tensor];
        let mut points = Vec::new();
        public.for_each_point(|at| points.push(at.to_vec()));
        let (mut outer, mut lane) = (&points[position][..], None);
        if let (true, Some((&last, leading))) = (public.laned, outer.split_last()) {
            (outer, lane) = (leading, Some(last as u32));
        }
        let sized = outer.iter().zip(&public.shape);
        let address = sized.fold(0, |address, (&i, &size)| address * size as u32 + i as u32);
        Key::Total {
            family: public.family,
            address,
            lane,
        }
    }

    /// The real rows of a component: all if there are few, else the ends and some others.
    pub fn sample_rows(&self, component: usize, random: &mut Random) -> Vec<usize> {
        let rows = self.circuit.components[component].rows as usize;
        if rows <= 8 {
            return (0..rows).collect();
        }
        let mut sample = vec![0, rows - 1];
        sample.extend((0..4).map(|_| random.below(rows)));
        sample.sort_unstable();
        sample.dedup();
        sample
    }
}

/// The operation of every column, from the counts of ever longer beginnings of the row.
fn origins(component: &Component, circuit: &Circuit) -> Vec<(usize, usize)> {
    let mut origins = Vec::new();
    let mut beginning = component.clone();
    let mut last = 0;
    for op in 0..component.ops.len() {
        beginning.ops = component.ops[..=op].to_vec();
        let columns = beginning.recount(&circuit.ranges).columns;
        origins.extend((last..columns).map(|column| (op, column - last)));
        last = columns;
    }
    origins
}
