//! The column S, which runs over the rows of all components of a proof: one sum in place of a claim for
//! each (spec 5.5).

use stwo::core::air::accumulation::PointEvaluationAccumulator;
use stwo::core::air::Component;
use stwo::core::circle::CirclePoint;
use stwo::core::constraints::coset_vanishing;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::fields::FieldExpOps;
use stwo::core::pcs::TreeVec;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::ColumnVec;

/// S less S in the row before is the sum of the components' totals of the row, each divided by how often
/// the tallest domain meets it, less the row's even share of `total`.
pub struct Sum {
    /// Of S in the interaction tree.
    pub offset: usize,
    /// log2 of the tallest component's rows.
    pub log_rows: u32,
    /// Each component's total.
    pub terms: Vec<Term>,
    /// What all fractions of the proof add up to.
    pub total: SecureField,
}

/// A component's total, as S reads it.
pub struct Term {
    /// Of its columns in the interaction tree.
    pub first: usize,
    /// By how many doublings its columns are lower than the tallest's.
    pub by: u32,
    /// By how much it counts.
    pub weight: BaseField,
    /// Which of its openings is read.
    pub opening: usize,
}

impl Term {
    /// Of a component of 2^`log` rows beside 2^`tallest`.
    pub fn new(first: usize, tallest: u32, log: u32) -> Self {
        Self {
            first,
            by: tallest - log,
            weight: weight(tallest, log),
            // Of a low component's two openings both are at the point; the rules read the second.
            opening: usize::from(log < tallest),
        }
    }
}

impl Sum {
    fn share(&self) -> SecureField {
        self.total / BaseField::from(1u32 << self.log_rows)
    }
}

/// By how much a row of a component counts, of 2^`log` rows beside 2^`tallest`.
pub fn weight(tallest: u32, log: u32) -> BaseField {
    BaseField::from(1u32 << (tallest - log)).inverse()
}

/// Where the place `i` of the tallest falls in a column that is 2^`by` times lower.
#[cfg(feature = "prove")]
pub fn lifted(i: usize, by: u32) -> usize {
    ((i >> (by + 1)) << 1) + (i & 1)
}

impl Component for Sum {
    fn n_constraints(&self) -> usize {
        1
    }
    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.log_rows + 2
    }
    fn trace_log_degree_bounds(&self) -> TreeVec<ColumnVec<u32>> {
        TreeVec::new(vec![vec![], vec![], vec![self.log_rows + 1; 4]])
    }
    fn mask_points(
        &self,
        point: CirclePoint<SecureField>,
        max_log: u32,
    ) -> TreeVec<ColumnVec<Vec<CirclePoint<SecureField>>>> {
        let step = CanonicCoset::new(max_log - 1).step();
        let points = vec![point + step.mul_signed(-1).into_ef(), point];
        TreeVec::new(vec![vec![], vec![], vec![points; 4]])
    }
    fn preprocessed_column_indices(&self) -> ColumnVec<usize> {
        vec![]
    }
    fn evaluate_constraint_quotients_at_point(
        &self,
        point: CirclePoint<SecureField>,
        mask: &TreeVec<ColumnVec<Vec<SecureField>>>,
        accumulator: &mut PointEvaluationAccumulator,
        max_log: u32,
    ) {
        let read = |first: usize, opening: usize| {
            let values = std::array::from_fn(|i| mask[2][first + i][opening]);
            SecureField::from_partial_evals(values)
        };
        let mut value = read(self.offset, 1) - read(self.offset, 0) + self.share();
        for term in &self.terms {
            value -= read(term.first, term.opening) * term.weight;
        }
        let vanishing = coset_vanishing(CanonicCoset::new(max_log - 1).coset, point);
        accumulator.accumulate(value * vanishing.inverse());
    }
}

#[cfg(feature = "prove")]
mod prover {
    use num_traits::Zero;
    use stwo::core::constraints::coset_vanishing;
    use stwo::core::fields::m31::BaseField;
    use stwo::core::fields::qm31::SecureField;
    use stwo::core::poly::circle::CanonicCoset;
    use stwo::core::utils::{bit_reverse_index, offset_bit_reversed_circle_domain_index};
    use stwo::prover::backend::simd::column::BaseColumn;
    use stwo::prover::backend::simd::m31::{PackedBaseField, N_LANES};
    use stwo::prover::backend::simd::prefix_sum::inclusive_prefix_sum;
    use stwo::prover::backend::simd::qm31::PackedSecureField;
    use stwo::prover::backend::simd::SimdBackend;
    use stwo::prover::poly::circle::CircleEvaluation;
    use stwo::prover::{ComponentProver, DomainEvaluationAccumulator, Trace};

    use super::super::evaluated::{accumulate, domain, Secure};
    use super::{lifted, weight, Sum};
    use crate::session::bus::Column;

    impl ComponentProver<SimdBackend> for Sum {
        fn evaluate_constraint_quotients_on_domain(
            &self,
            trace: &Trace<'_, SimdBackend>,
            accumulator: &mut DomainEvaluationAccumulator<SimdBackend>,
        ) {
            let (rows, log) = (self.log_rows, self.log_rows + 2);
            let points = domain(accumulator, log);
            let s = Secure::of(trace, 2, self.offset);
            let terms = self.terms.iter();
            let terms = terms.map(|it| (Secure::of(trace, 2, it.first), it.by, it.weight));
            let terms: Vec<_> = terms.collect();
            let inverses: Vec<BaseField> = (0..1usize << (log - rows))
                .map(|i| {
                    let point = points.at(bit_reverse_index(i << rows, log));
                    coset_vanishing(CanonicCoset::new(rows).coset, point).inverse()
                })
                .collect();
            let share = PackedSecureField::broadcast(self.share());
            accumulate(accumulator, log, |packed| {
                let places: [usize; N_LANES] = std::array::from_fn(|lane| packed * N_LANES + lane);
                let before =
                    places.map(|i| offset_bit_reversed_circle_domain_index(i, rows, log, -1));
                let mut value = s.packed(packed) - s.gathered(before) + share;
                for (total, by, weight) in &terms {
                    let total = match by {
                        0 => total.packed(packed),
                        _ => total.gathered(places.map(|i| lifted(i, *by))),
                    };
                    value -= total * PackedBaseField::broadcast(*weight);
                }
                // There are at least as many rows as lanes.
                value * PackedBaseField::broadcast(inverses[places[0] >> rows])
            });
        }
    }

    /// The column S over 2^`log_rows` rows, of the components' totals (four columns each, and log2 of
    /// their rows), which add up to `total`.
    pub fn running(
        totals: &[(Vec<Column>, u32)],
        log_rows: u32,
        total: SecureField,
    ) -> Vec<Column> {
        let domain = CanonicCoset::new(log_rows).circle_domain();
        let share = (total / BaseField::from(1u32 << log_rows)).to_m31_array();
        (0..4)
            .map(|i| {
                let parts: Vec<(&[BaseField], u32, BaseField)> = totals
                    .iter()
                    .map(|(columns, log)| {
                        let values = columns[i].values.as_slice();
                        (values, log_rows - log, weight(log_rows, *log))
                    })
                    .collect();
                let values = (0..1usize << log_rows).map(|row| {
                    let terms = parts.iter();
                    let terms =
                        terms.map(|(values, by, weight)| values[lifted(row, *by)] * *weight);
                    terms.fold(BaseField::zero(), |a, b| a + b) - share[i]
                });
                CircleEvaluation::new(domain, inclusive_prefix_sum(BaseColumn::from_iter(values)))
            })
            .collect()
    }
}

#[cfg(feature = "prove")]
pub use prover::running;
