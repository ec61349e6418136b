//! Whether an accepted trace proves what is true.

use attnc_compiler::circuit::{Element, Kind as Space, Op};
use attnc_compiler::meaning::dims::eval_form;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Source;
use num_traits::Zero;

use super::places::{Changed, Traces};
use crate::audit::board::Place;
use crate::audit::mirror::{field, Bus, F};
use crate::session::prove::public_tensors;
use crate::session::trace::fill;

impl Traces<'_> {
    /// Whether an accepted trace with these cells proves what is true: it is the honest one of the
    /// private inputs that it has, for which the program gives the claimed public tensors, up to
    /// cells of which two values are as good.
    pub(super) fn is_true(&self, changed: &Changed, forged: &[(usize, usize, i64, i64)]) -> bool {
        let Some((assignment, touched)) = self.assignment_of(changed) else {
            return false;
        };
        if !touched {
            // The same inputs have the same outputs and the same trace.
            let trace = &self.board.trace;
            let mut cells = changed.iter();
            return forged.is_empty() && cells.all(|(&at, &cell)| self.is_free(trace, at, cell));
        }
        // An input that the program refuses, by an assertion or a declared range, is no input.
        let Ok(evaluation) = evaluate(self.subject.graph, &assignment) else {
            return false;
        };
        let mut claimed = self.board.publics.clone();
        for &(tensor, position, _, claim) in forged {
            claimed[tensor][position] = claim;
        }
        let publics = public_tensors(&self.board.circuit, &evaluation);
        let publics = publics.into_iter().map(|public| public.elements);
        if !publics.eq(claimed) {
            return false;
        }
        let Ok(honest) = fill(&self.board.circuit, &evaluation) else {
            return false;
        };
        let honest = honest.columns;
        let stands = |place: Place| -> F {
            let (c, row, column) = place;
            let changed = changed.get(&place).copied();
            changed.unwrap_or(self.board.trace[c][column][row])
        };
        self.spaces().all(|c| {
            let places = self.columns(c).flat_map(|column| {
                let rows = 0..self.board.trace[c][column].len();
                rows.map(move |row| (c, row, column))
            });
            let mut places = places.map(|place| (place, stands(place)));
            places.all(|(place, cell)| {
                let (c, row, column) = place;
                cell == honest[c][column][row] || self.is_free(&honest, place, cell)
            })
        }) && changed
            .keys()
            .all(|&place| !self.is_table(place.0) || self.is_served(place))
    }

    /// The inputs that a trace with these cells has, and whether one has changed; `None` if one is
    /// outside its range.
    fn assignment_of(&self, changed: &Changed) -> Option<(Assignment, bool)> {
        let mut assignment = self.subject.assignment.clone();
        let mut touched = false;
        for (&(c, row, column), &value) in changed {
            if !self.board.is_input(c, column) {
                continue;
            }
            let (Op::Private { witness, .. } | Op::Pinned { witness, .. }, _) =
                self.board.op(c, column)
            else {
                continue;
            };
            let Element::Of(Source::Input(input)) = witness.element else {
                continue;
            };
            let mut point = None;
            self.board.circuit.components[c].for_each_row(|number, at| {
                if number == row {
                    point = Some(at.to_vec());
                }
            });
            // Padding holds no element.
            let Some(point) = point else {
                continue;
            };
            let range = self.subject.graph.input(input).range;
            let above = i64::from((value - field(range.lo as i64)).0);
            let element = range.lo as i64 + above;
            if !range.contains(element.into()) {
                return None;
            }
            let tensor = &mut assignment.inputs[input.0 as usize];
            let at = witness.at.iter().zip(&tensor.shape);
            let offset = at.fold(0, |offset, (form, &size)| {
                offset * size + eval_form(form, &point) as usize
            });
            tensor.data[offset] = element;
            touched = true;
        }
        Some((assignment, touched))
    }

    /// Whether a cell may be other than in the honest trace, and what is stated stays the same:
    /// padding behind a gate, the sign of a zero, the flag of a row that attains a maximum, or of any
    /// row if it is 0, and how often a table serves from which of its rows, or a row what is picked, as
    /// far as the bus counts it.
    fn is_free(&self, honest: &[Vec<Vec<F>>], place: Place, cell: F) -> bool {
        let (c, row, _) = place;
        if self.is_table(c) {
            return self.is_served(place);
        }
        if !self.board.counts(c, row)
            || self.board.is_sign_of_zero_in(honest, place)
            || self.board.is_offered(place)
        {
            return true;
        }
        self.board.is_flag(place) && (cell.is_zero() || self.attains(honest, place))
    }

    /// Whether a flag's row attains its maximum.
    fn attains(&self, honest: &[Vec<Vec<F>>], (c, row, flag): Place) -> bool {
        let cells: Vec<F> = honest[c].iter().map(|column| column[row]).collect();
        let attained = self.board.see(c, row, &cells).attained;
        let own = attained.iter().find(|(column, _)| *column == flag);
        own.is_some_and(|(_, difference)| difference.is_zero())
    }

    fn is_table(&self, c: usize) -> bool {
        !matches!(self.board.circuit.components[c].kind, Space::Space(_))
    }

    /// Whether a table's row puts what this multiplicity counts on the bus.
    fn is_served(&self, (c, row, column): Place) -> bool {
        let mut once = vec![field(0); self.board.trace[c].len()];
        once[column] = field(1);
        self.board.see(c, row, &once).effect.bus != Bus::new()
    }
}
