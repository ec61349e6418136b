//! The rings of a liar's linked proofs that hide: rows of tuples that cancel over the session, as they do in
//! an honest one, but with nothing random in them.

use attnc::session::bus::Column;
use attnc::session::challenges::Challenges;
use attnc::session::hiding::ring_fraction;
use attnc_compiler::choice::cost::{Masks, RING_TUPLE as TUPLE};
use attnc_compiler::circuit::Circuit;
use num_traits::Zero;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::CanonicCoset;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::poly::circle::CircleEvaluation;

pub struct Rings {
    log_rows: u32,
    /// Of how many proofs; 0 of one that stands alone.
    proofs: usize,
}

impl Rings {
    pub fn new(circuit: &Circuit, masks: Masks) -> Self {
        Self {
            log_rows: masks.least_bits,
            proofs: match circuit.is_linked() {
                true => circuit.proofs.len(),
                false => 0,
            },
        }
    }

    fn rows(&self) -> usize {
        1 << self.log_rows
    }

    /// A proof's tuple r in a row. Its s are the next proof's.
    fn tuple(&self, proof: usize, row: usize) -> [BaseField; TUPLE] {
        let first = TUPLE * ((proof % self.proofs) * self.rows() + row);
        std::array::from_fn(|i| BaseField::from((first + i) as u32))
    }

    fn column(&self, values: impl Iterator<Item = BaseField>) -> Column {
        let domain = CanonicCoset::new(self.log_rows).circle_domain();
        CircleEvaluation::new(domain, BaseColumn::from_iter(values))
    }

    /// A proof's main columns of its ring: none if it stands alone.
    pub fn columns(&self, proof: usize) -> Vec<Column> {
        if self.proofs == 0 {
            return Vec::new();
        }
        let sides = [proof, proof + 1].into_iter();
        let columns = sides.flat_map(|side| (0..TUPLE).map(move |i| (side, i)));
        columns
            .map(|(side, i)| self.column((0..self.rows()).map(|row| self.tuple(side, row)[i])))
            .collect()
    }

    /// What its rows have on the bus, and the sum of it.
    pub fn fractions(&self, proof: usize, challenges: &Challenges) -> (Vec<Column>, SecureField) {
        let rows = 0..self.rows();
        let fractions = rows.map(|row| {
            let (r, s) = (self.tuple(proof, row), self.tuple(proof + 1, row));
            ring_fraction(challenges, r, s)
        });
        let fractions: Vec<SecureField> = fractions.collect();
        let coordinates = (0..4).map(|i| {
            let values = fractions.iter().map(|value| value.to_m31_array()[i]);
            self.column(values)
        });
        let sum = fractions
            .iter()
            .fold(SecureField::zero(), |sum, &it| sum + it);
        (coordinates.collect(), sum)
    }
}
