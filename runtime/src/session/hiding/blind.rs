//! Columns under no rule of the circuit: R, which masks what FRI folds, and A, which masks the composition
//! polynomial.

use stwo::core::air::accumulation::PointEvaluationAccumulator;
use stwo::core::air::Component;
use stwo::core::circle::CirclePoint;
use stwo::core::constraints::coset_vanishing;
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::TreeVec;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::ColumnVec;

/// Main columns: four of R, four of A.
pub const COLUMNS: usize = 8;

/// One term of the composition: V A, where V vanishes on a domain of 2^`log_overflow` points, not divided
/// by anything. It is the last rule of all, so that its weight is 1.
pub struct Blind {
    /// Of R in the base tree; A follows.
    pub offset: usize,
    /// log2 of the coefficients of each.
    pub log: u32,
    pub log_overflow: u32,
}

impl Blind {
    fn small(&self) -> stwo::core::circle::Coset {
        CanonicCoset::new(self.log_overflow).coset
    }
}

impl Component for Blind {
    fn n_constraints(&self) -> usize {
        1
    }
    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.log + 1
    }
    fn trace_log_degree_bounds(&self) -> TreeVec<ColumnVec<u32>> {
        TreeVec::new(vec![vec![], vec![self.log; COLUMNS], vec![]])
    }
    fn mask_points(
        &self,
        point: CirclePoint<SecureField>,
        _: u32,
    ) -> TreeVec<ColumnVec<Vec<CirclePoint<SecureField>>>> {
        TreeVec::new(vec![vec![], vec![vec![point]; COLUMNS], vec![]])
    }
    fn preprocessed_column_indices(&self) -> ColumnVec<usize> {
        vec![]
    }
    fn evaluate_constraint_quotients_at_point(
        &self,
        point: CirclePoint<SecureField>,
        mask: &TreeVec<ColumnVec<Vec<SecureField>>>,
        accumulator: &mut PointEvaluationAccumulator,
        _: u32,
    ) {
        let a = std::array::from_fn(|i| mask[1][self.offset + 4 + i][0]);
        let factor = coset_vanishing(self.small(), point);
        accumulator.accumulate(SecureField::from_partial_evals(a) * factor);
    }
}

#[cfg(feature = "prove")]
mod prover {
    use rayon::prelude::*;
    use stwo::core::constraints::coset_vanishing;
    use stwo::core::fields::m31::BaseField;
    use stwo::core::utils::bit_reverse_index;
    use stwo::prover::backend::simd::m31::{PackedBaseField, N_LANES};
    use stwo::prover::backend::simd::SimdBackend;
    use stwo::prover::{ComponentProver, DomainEvaluationAccumulator, Trace};

    use super::super::evaluated::{accumulate, domain, Secure};
    use super::Blind;

    impl ComponentProver<SimdBackend> for Blind {
        fn evaluate_constraint_quotients_on_domain(
            &self,
            trace: &Trace<'_, SimdBackend>,
            accumulator: &mut DomainEvaluationAccumulator<SimdBackend>,
        ) {
            let log = self.log + 1;
            let points = domain(accumulator, log);
            let a = Secure::of(trace, 1, self.offset + 4);
            // In bit-reversed order the polynomial has one value on 2^log_overflow neighbours.
            let factors: Vec<BaseField> = (0..1usize << (log - self.log_overflow))
                .into_par_iter()
                .map(|i| {
                    let place = bit_reverse_index(i << self.log_overflow, log);
                    coset_vanishing(self.small(), points.at(place))
                })
                .collect();
            accumulate(accumulator, log, |row| {
                let factors = std::array::from_fn(|lane| {
                    factors[(row * N_LANES + lane) >> self.log_overflow]
                });
                a.packed(row) * PackedBaseField::from_array(factors)
            });
        }
    }
}
