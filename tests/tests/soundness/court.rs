//! A court: a case with its honest trace and a verifier, before whom a prover lies in single cells.

use attnc::session::security::Setting;
use attnc::session::statement::Public;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::Op;

use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::{Board, Place};
use crate::common::mirror::F;
use crate::common::programs::{named, Case};
use crate::common::random::Random;
use crate::common::session::{
    as_tallied, as_they_are, claimed, honest, lie_whatever, publics, trace, Lie, Verifier,
};

/// A case with its honest trace, and a verifier who has accepted the honest proof.
pub struct Court {
    pub case: Case,
    pub board: Board,
    pub verifier: Verifier,
    pub refused: usize,
}

impl Court {
    pub fn new(case: Case) -> Self {
        let session = honest(&case, case.at(Setting::Seed), "");
        let verifier = Verifier::new(&case, &session);
        assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
        Self {
            board: case.board(),
            verifier,
            case,
            refused: 0,
        }
    }

    /// The verdict on a proof with these cells and public tensors.
    pub fn verdict(&self, cells: &[(Place, F)], publics: Vec<Public>) -> Result<(), Rejection> {
        let mut columns = self.board.trace.clone();
        for &((c, row, column), value) in cells {
            columns[c][column][row] = value;
        }
        let lie = Lie {
            circuit: &self.board.circuit,
            trace: trace(&columns),
            publics,
            named: None,
            claims: &as_they_are,
            interaction: &as_tallied,
        };
        let setting = self.case.at(Setting::Seed);
        let session = lie_whatever(lie, setting, &claimed(&self.case, ""));
        self.verifier.verify(&session)
    }

    /// The proof is refused: a rule does not hold, or the bus does not balance.
    pub fn refuses(&mut self, cells: &[(Place, F)], publics: Vec<Public>) {
        let verdict = self.verdict(cells, publics);
        assert!(
            matches!(verdict, Err(Rejection::Stark { .. } | Rejection::Bus)),
            "{}: {cells:?}: {verdict:?}",
            self.case.name
        );
        self.refused += 1;
    }

    pub fn refuses_cells(&mut self, cells: &[(Place, F)]) {
        let publics = publics(&self.case);
        self.refuses(cells, publics);
    }

    /// These cells with all that follows from them, public outputs too, are refused.
    pub fn refuses_mended(&mut self, overrides: &Overrides) {
        let (cells, publics) = {
            // Without the tables' check an attacker gets as far as the public outputs.
            let mut attacker = Attacker::new(&self.board);
            attacker.lookups_checked = false;
            let mut publics = publics(&self.case);
            if let Outcome::Forged(forged) = attacker.run(overrides) {
                for (tensor, position, _, claimed) in forged {
                    publics[tensor].elements[position] = claimed;
                }
            }
            let mut cells: Vec<(Place, F)> = Vec::new();
            for ((c, row), changed) in attacker.cells(overrides) {
                let changed = changed.into_iter().enumerate();
                cells.extend(changed.map(|(column, value)| ((c, row, column), value)));
            }
            (cells, publics)
        };
        self.refuses(&cells, publics);
    }

    /// The columns of the gadgets for which `of` holds: component, columns of one gadget.
    pub fn gadgets(&self, of: impl Fn(&Gadget) -> bool) -> Vec<(usize, Vec<usize>)> {
        let mut found = Vec::new();
        for (c, component) in self.board.circuit.components.iter().enumerate() {
            for (op, made) in component.ops.iter().enumerate() {
                if matches!(made, Op::Gadget(gadget) if of(gadget)) {
                    let columns = 0..self.board.trace[c].len();
                    let own = columns.filter(|&k| self.board.origins[c][k].0 == op);
                    found.push((c, own.collect()));
                }
            }
        }
        found
    }

    pub fn at(&self, (c, row, column): Place) -> F {
        self.board.trace[c][column][row]
    }
}

pub fn court(name: &str) -> Court {
    Court::new(named(name).case(1))
}

/// Over proofs that do not hide, and over such that do.
pub fn courts(name: &str) -> [Court; 2] {
    let modes = named(name).modes(Setting::Seed);
    modes.map(|program| Court::new(program.case(1)))
}

/// A few of the values that an attacker tries in a place.
pub fn tries(court: &Court, place: Place, most: usize) -> Vec<F> {
    let mut random = Random::new(place.2 as u64);
    let mut values = Attacker::new(&court.board).candidates(place, &mut random);
    while values.len() > most {
        values.swap_remove(random.below(values.len()));
    }
    values
}
