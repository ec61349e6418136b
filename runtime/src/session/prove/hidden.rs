//! What a prover of proofs that hide commits to in place of columns: polynomials with masks (spec 9.1).

use attnc_compiler::choice::cost::{hiding_extensions, Extension, Masks, RING_TUPLE};
use attnc_compiler::circuit::Circuit;
use num_traits::Zero;
use rayon::prelude::*;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::CanonicCoset;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::Column as _;
use stwo::prover::poly::circle::{CircleEvaluation, PolyOps};
use stwo::prover::poly::twiddles::TwiddleTree;

use crate::session::bus::{row_sums, Column};
use crate::session::challenges::Challenges;
use crate::session::hiding::{
    masked, ring_fraction, running, uniform, Coins, Polynomial, BLIND_COLUMNS,
};
use crate::session::scheme::Scheme;

/// A session's masks and tuples.
pub struct Hidden {
    masks: Masks,
    coins: Coins,
    /// Of each proof that is linked, the tuples r of its ring.
    tuples: Vec<Vec<[BaseField; RING_TUPLE]>>,
}

/// One proof's, for what is committed after the challenges.
pub struct HiddenProof {
    masks: Masks,
    coins: Coins,
    /// log2 of the tallest component's rows.
    log_rows: u32,
    /// The ring's main columns, r and s; none of a proof that stands alone.
    ring: Vec<Column>,
}

impl Hidden {
    pub fn new(circuit: &Circuit, masks: Masks, mut coins: Coins) -> Self {
        let mut tuple = || std::array::from_fn(|_| coins.tuple_element());
        let tuples = circuit.proofs.iter().filter_map(|_| masks.ring(circuit));
        let tuples = tuples.map(|log| (0..1usize << log).map(|_| tuple()).collect());
        Self {
            masks,
            tuples: tuples.collect(),
            coins,
        }
    }

    /// The base tree of one proof, whose components have these main columns.
    pub fn base(
        &mut self,
        proof: usize,
        scheme: &Scheme,
        main: Vec<Column>,
        twiddles: &TwiddleTree<SimdBackend>,
    ) -> (Vec<Polynomial>, HiddenProof) {
        let ring = self.ring(proof);
        let columns: Vec<Column> = main.into_iter().chain(ring.iter().cloned()).collect();
        let kinds = vec![self.masks.once as usize; columns.len()];
        let mut polynomials = self.coins.masked(columns, &kinds, twiddles);
        let coefficients = 1usize << scheme.shape.max_log_rows();
        for column in 0..BLIND_COLUMNS {
            polynomials.push(uniform(&self.coins.blind(column, coefficients)));
        }
        let proof = HiddenProof {
            masks: self.masks,
            coins: self.coins.child(),
            log_rows: scheme.shape.trace_log_rows(),
            ring,
        };
        (polynomials, proof)
    }

    /// A proof's r, and the next one's, which are its s.
    fn ring(&self, proof: usize) -> Vec<Column> {
        if self.tuples.is_empty() {
            return Vec::new();
        }
        let sides = [
            &self.tuples[proof],
            &self.tuples[(proof + 1) % self.tuples.len()],
        ];
        let domain = CanonicCoset::new(self.masks.least_bits).circle_domain();
        let columns = sides
            .into_iter()
            .flat_map(|rows| (0..RING_TUPLE).map(move |i| rows.iter().map(move |row| row[i])));
        columns
            .map(|values| CircleEvaluation::new(domain, BaseColumn::from_iter(values)))
            .collect()
    }
}

impl HiddenProof {
    pub fn masks(&self) -> Masks {
        self.masks
    }

    /// The interaction tree, and the total of all fractions of the proof.
    pub fn interaction(
        &mut self,
        circuit: &Circuit,
        proof: usize,
        challenges: &Challenges,
        fixed: &[Vec<Column>],
        main: &[Vec<Column>],
        twiddles: &TwiddleTree<SimdBackend>,
    ) -> (Vec<Polynomial>, SecureField) {
        let log_rows = self.log_rows;
        let (mut columns, mut kinds) = (Vec::new(), Vec::new());
        let (mut totals, mut total) = (Vec::new(), SecureField::zero());
        let components = circuit.components_of(proof).zip(fixed).zip(main);
        for (((_, component), fixed), main) in components {
            let (made, sum) = row_sums(circuit, component, challenges, fixed, main);
            total += sum;
            totals.push((made[made.len() - 4..].to_vec(), component.log_rows));
            // By what a column is, and not by its openings: a low total is opened twice in its row alone.
            for extension in hiding_extensions(component, log_rows) {
                kinds.extend([extension.mask(&self.masks) as usize; 4]);
            }
            columns.extend(made);
        }
        if !self.ring.is_empty() {
            let log = self.masks.least_bits;
            let fractions: Vec<SecureField> = (0..1usize << log)
                .map(|row| {
                    let tuple = |side: usize| {
                        std::array::from_fn(|i| self.ring[RING_TUPLE * side + i].values.at(row))
                    };
                    ring_fraction(challenges, tuple(0), tuple(1))
                })
                .collect();
            total += fractions.iter().fold(SecureField::zero(), |a, &b| a + b);
            let made = secure_columns(&fractions, log);
            totals.push((made.clone(), log));
            kinds.extend([Extension::total(log, log_rows).mask(&self.masks) as usize; 4]);
            columns.extend(made);
        }
        columns.extend(running(&totals, log_rows, total));
        kinds.extend([Extension::RunningSum.mask(&self.masks) as usize; 4]);
        (self.coins.masked(columns, &kinds, twiddles), total)
    }
}

impl Coins {
    /// Columns with as many random coefficients each.
    fn masked(
        &mut self,
        columns: Vec<Column>,
        counts: &[usize],
        twiddles: &TwiddleTree<SimdBackend>,
    ) -> Vec<Polynomial> {
        assert_eq!(columns.len(), counts.len(), "a mask for each column");
        let masks: Vec<Vec<BaseField>> = counts.iter().map(|&count| self.mask(count)).collect();
        let rows = SimdBackend::interpolate_columns(columns, twiddles);
        let pairs = rows.into_par_iter().zip(masks);
        pairs.map(|(rows, mask)| masked(&rows, &mask)).collect()
    }
}

fn secure_columns(values: &[SecureField], log: u32) -> Vec<Column> {
    let domain = CanonicCoset::new(log).circle_domain();
    (0..4)
        .map(|i| {
            let values = values.iter().map(|value| value.to_m31_array()[i]);
            CircleEvaluation::new(domain, BaseColumn::from_iter(values))
        })
        .collect()
}
