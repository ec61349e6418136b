//! A component of a proof that hides: its columns have twice the coefficients, and its sums end with the
//! row.

use num_traits::{One, Zero};
use stwo::core::air::accumulation::PointEvaluationAccumulator;
use stwo::core::air::Component;
use stwo::core::circle::CirclePoint;
use stwo::core::fields::qm31::{SecureField, SECURE_EXTENSION_DEGREE};
use stwo::core::pcs::TreeVec;
use stwo::core::{ColumnVec, Fraction};
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{
    EvalAtRow, FrameworkComponent, FrameworkEval, INTERACTION_TRACE_IDX,
};

use crate::session::air::Air;

/// A component whose columns have twice as many coefficients as its trace has rows.
pub struct Masked<E: FrameworkEval>(pub FrameworkComponent<E>);

impl<E: FrameworkEval> Component for Masked<E> {
    fn n_constraints(&self) -> usize {
        self.0.n_constraints()
    }
    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.0.max_constraint_log_degree_bound()
    }
    fn trace_log_degree_bounds(&self) -> TreeVec<ColumnVec<u32>> {
        self.0.trace_log_degree_bounds().map_cols(|log| log + 1)
    }
    fn mask_points(
        &self,
        point: CirclePoint<SecureField>,
        max_log: u32,
    ) -> TreeVec<ColumnVec<Vec<CirclePoint<SecureField>>>> {
        self.0.mask_points(point, max_log - 1)
    }
    fn preprocessed_column_indices(&self) -> ColumnVec<usize> {
        Component::preprocessed_column_indices(&self.0)
    }
    fn evaluate_constraint_quotients_at_point(
        &self,
        point: CirclePoint<SecureField>,
        mask: &TreeVec<ColumnVec<Vec<SecureField>>>,
        accumulator: &mut PointEvaluationAccumulator,
        max_log: u32,
    ) {
        self.0
            .evaluate_constraint_quotients_at_point(point, mask, accumulator, max_log - 1);
    }
}

/// A circuit's component, without a claim.
pub struct Rows<'a> {
    pub air: Air<'a>,
    /// Whether it is lower than the proof's tallest.
    pub low: bool,
}

impl FrameworkEval for Rows<'_> {
    fn log_size(&self) -> u32 {
        self.air.log_size()
    }
    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.air.log_size() + 2
    }
    fn evaluate<E: EvalAtRow>(&self, eval: E) -> E {
        let in_row = InRow {
            eval,
            fractions: Vec::new(),
            low: self.low,
        };
        self.air.evaluate(in_row).eval
    }
}

/// The total of a row, the next four columns of the interaction trace. That of a component lower than
/// the tallest is opened at the point twice: for nothing but that Stwo then makes sure that the column
/// is a lift (spec 5.5), without which what is summed of it would mean nothing.
pub fn total<E: EvalAtRow>(eval: &mut E, low: bool) -> E::EF {
    if low {
        let [_, total] = eval.next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0, 0]);
        return total;
    }
    let [total] = eval.next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0]);
    total
}

/// The same rules, read with sums that end with the row: the last is the row's total, and runs over none.
struct InRow<E: EvalAtRow> {
    eval: E,
    fractions: Vec<Fraction<E::EF, E::EF>>,
    low: bool,
}

impl<E: EvalAtRow> EvalAtRow for InRow<E> {
    type F = E::F;
    type EF = E::EF;

    fn get_preprocessed_column(&mut self, column: PreProcessedColumnId) -> E::F {
        self.eval.get_preprocessed_column(column)
    }
    fn next_interaction_mask<const N: usize>(
        &mut self,
        interaction: usize,
        offsets: [isize; N],
    ) -> [E::F; N] {
        self.eval.next_interaction_mask(interaction, offsets)
    }
    fn add_constraint<G>(&mut self, constraint: G)
    where
        Self::EF: std::ops::Mul<G, Output = Self::EF> + From<G>,
    {
        self.eval.add_constraint(constraint);
    }
    fn add_intermediate(&mut self, value: E::F) -> E::F {
        self.eval.add_intermediate(value)
    }
    fn add_extension_intermediate(&mut self, value: E::EF) -> E::EF {
        self.eval.add_extension_intermediate(value)
    }
    fn combine_ef(values: [E::F; SECURE_EXTENSION_DEGREE]) -> E::EF {
        E::combine_ef(values)
    }
    fn write_logup_frac(&mut self, fraction: Fraction<E::EF, E::EF>) {
        self.fractions.push(fraction);
    }
    fn finalize_logup_batched(&mut self, batching: &Vec<usize>) {
        assert_eq!(
            batching.len(),
            self.fractions.len(),
            "a batch for each fraction"
        );
        let last = batching.iter().copied().max().unwrap_or(0);
        let mut before = E::EF::zero();
        for batch in 0..=last {
            let (mut numerator, mut denominator) = (E::EF::zero(), E::EF::one());
            let own = self
                .fractions
                .iter()
                .zip(batching)
                .filter(|(_, of)| **of == batch);
            for (fraction, _) in own {
                numerator = numerator * fraction.denominator.clone()
                    + fraction.numerator.clone() * denominator.clone();
                denominator = denominator * fraction.denominator.clone();
            }
            let sum = match batch == last {
                true => total(&mut self.eval, self.low),
                false => {
                    let [sum] = self
                        .eval
                        .next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0]);
                    sum
                }
            };
            self.eval
                .add_constraint((sum.clone() - before) * denominator - numerator);
            before = sum;
        }
    }
}
