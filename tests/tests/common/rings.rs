//! The rings of a liar's linked proofs that hide: rows of tuples that cancel over the session, as they do in
//! an honest one, but with nothing random in them.

use attnc::session::bus::Column;
use attnc::session::challenges::Challenges;
use attnc::session::hiding::ring_fraction;
use attnc_compiler::choice::cost::{Masks, RING_TUPLE};
use attnc_compiler::circuit::Circuit;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SECURE_EXTENSION_DEGREE;
use stwo::core::poly::circle::CanonicCoset;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::poly::circle::CircleEvaluation;

use super::hidden::{Hidden, Tuple};

pub struct Rings<'a> {
    log_rows: u32,
    /// Of how many proofs; 0 of one that stands alone.
    proofs: usize,
    lies: Hidden<'a>,
}

impl<'a> Rings<'a> {
    pub fn new(circuit: &Circuit, masks: Masks, lies: Hidden<'a>) -> Self {
        Self {
            log_rows: masks.least_bits,
            proofs: match circuit.is_linked() {
                true => circuit.proofs.len(),
                false => 0,
            },
            lies,
        }
    }

    fn rows(&self) -> usize {
        1 << self.log_rows
    }

    fn tuple(&self, proof: usize, row: usize) -> Tuple {
        let first = RING_TUPLE * ((proof % self.proofs) * self.rows() + row);
        std::array::from_fn(|i| BaseField::from((first + i) as u32))
    }

    /// A proof's tuples in a row: r, and s, which is the next proof's r.
    fn tuples(&self, proof: usize, row: usize) -> [Tuple; 2] {
        let mut tuples = [proof, proof + 1].map(|proof| self.tuple(proof, row));
        (self.lies.ring)(proof, row, &mut tuples);
        tuples
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
        let columns = (0..2).flat_map(|side| (0..RING_TUPLE).map(move |i| (side, i)));
        let rows = |side: usize, i: usize| {
            (0..self.rows()).map(move |row| self.tuples(proof, row)[side][i])
        };
        columns
            .map(|(side, i)| self.column(rows(side, i)))
            .collect()
    }

    /// What its rows have on the bus.
    pub fn fractions(&self, proof: usize, challenges: &Challenges) -> Vec<Column> {
        let rows = 0..self.rows();
        let fractions = rows.map(|row| {
            let [r, s] = self.tuples(proof, row);
            ring_fraction(challenges, r, s).to_m31_array()
        });
        let fractions: Vec<_> = fractions.collect();
        let coordinates = 0..SECURE_EXTENSION_DEGREE;
        coordinates
            .map(|i| self.column(fractions.iter().map(|value| value[i])))
            .collect()
    }
}
