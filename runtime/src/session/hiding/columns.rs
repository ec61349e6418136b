//! Columns as a proof that hides commits to them: polynomials with twice as many coefficients as the
//! column has rows.

use stwo::core::fields::m31::BaseField;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::fft::CACHED_FFT_LOG_SIZE;
use stwo::prover::backend::simd::m31::{LOG_N_LANES, N_LANES};
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::Column as _;
use stwo::prover::poly::circle::CircleCoefficients;

/// A column's polynomial.
pub type Polynomial = CircleCoefficients<SimdBackend>;

/// Where the packed vector of number `at` stands among 2^`log` coefficients: above 2^16 Stwo's
/// transforms leave the highest and the lowest bits of its number exchanged. Its own inverse.
fn place(at: usize, log: u32) -> usize {
    if log <= CACHED_FFT_LOG_SIZE {
        return at;
    }
    let bits = log - LOG_N_LANES;
    let half = bits / 2;
    let low = at & ((1 << half) - 1);
    let high = at >> (bits - half);
    let middle = at & !((1 << half) - 1) & ((1 << (bits - half)) - 1);
    (low << (bits - half)) | middle | high
}

/// A polynomial over the domain H of N rows, with 2N coefficients: `rows` + V * `mask`, where V is H's
/// vanishing polynomial and `mask` the coefficients of the first basis functions. On H it is `rows`.
///
/// Stwo's basis function number N + i is V times number i, for i < N.
pub fn masked(rows: &Polynomial, mask: &[BaseField]) -> Polynomial {
    let log = rows.log_size();
    let mut column = BaseColumn::zeros(2 << log);
    for at in 0..rows.coeffs.data.len() {
        column.data[place(at, log + 1)] = rows.coeffs.data[place(at, log)];
    }
    let elements = column.as_mut_slice();
    for (i, &coin) in mask.iter().enumerate() {
        let number = (1 << log) + i;
        elements[place(number / N_LANES, log + 1) * N_LANES + number % N_LANES] = coin;
    }
    CircleCoefficients::new(column)
}

/// A polynomial with these coefficients, all of them uniform: in whatever order.
pub fn uniform(coefficients: &[BaseField]) -> Polynomial {
    CircleCoefficients::new(BaseColumn::from_cpu(coefficients))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stwo::core::circle::{CirclePoint, SECURE_FIELD_CIRCLE_GEN};
    use stwo::core::constraints::coset_vanishing;
    use stwo::core::poly::circle::CanonicCoset;
    use stwo::prover::poly::circle::{CircleEvaluation, PolyOps};
    use stwo::prover::poly::BitReversedOrder;

    /// Below and above the size from which on coefficients are stored in another order.
    #[test]
    fn a_masked_column_is_its_rows_and_v_times_the_mask() {
        let mut state = 1u32;
        let mut element = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            BaseField::from(state >> 2)
        };
        for log in 5..=18 {
            let values: Vec<BaseField> = (0..1 << log).map(|_| element()).collect();
            let mask: Vec<BaseField> = (0..26).map(|_| element()).collect();
            let domain = CanonicCoset::new(log).circle_domain();
            let column = CircleEvaluation::<SimdBackend, BaseField, BitReversedOrder>::new(
                domain,
                BaseColumn::from_cpu(&values),
            );
            let twiddles = SimdBackend::precompute_twiddles(domain.half_coset);
            let rows = column.interpolate_with_twiddles(&twiddles);
            let made = masked(&rows, &mask);
            let point: CirclePoint<_> = SECURE_FIELD_CIRCLE_GEN;
            let low = CircleCoefficients::<SimdBackend>::new(BaseColumn::from_cpu(
                &[mask.clone(), vec![BaseField::from(0); 6]].concat(),
            ));
            let vanishing = coset_vanishing(CanonicCoset::new(log).coset, point);
            let wanted = rows.eval_at_point(point) + vanishing * low.eval_at_point(point);
            assert_eq!(made.eval_at_point(point), wanted, "2^{log}");
            assert_ne!(made.eval_at_point(point), rows.eval_at_point(point));
            assert_eq!(made.coeffs.len(), 2 << log);
        }
    }
}
