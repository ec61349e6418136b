//! What the rules of `sum` and `blind` read and write where Stwo evaluates the composition polynomial.

use rayon::prelude::*;
use stwo::core::poly::circle::{CanonicCoset, CircleDomain};
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::m31::{PackedBaseField, LOG_N_LANES, N_LANES};
use stwo::prover::backend::simd::qm31::PackedSecureField;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::{DomainEvaluationAccumulator, EvaluationMode, Trace};

/// The points of the composition polynomial's part of 2^`log` coefficients.
///
/// # Panics
/// If components' degrees are not all alike: every component that hides has twice the coefficients of
/// its rows, and rules of four times.
pub fn domain(accumulator: &DomainEvaluationAccumulator<SimdBackend>, log: u32) -> CircleDomain {
    let log_expansion = match accumulator.evaluation_mode() {
        EvaluationMode::SubDomain { log_expansion } => log_expansion,
        EvaluationMode::ExtendToEvalDomain => unreachable!("every component has one expansion"),
    };
    let committed = CanonicCoset::new(log + log_expansion).circle_domain();
    committed.split(log_expansion).0
}

/// Adds values, sixteen of one number, times the next power of the composition's challenge.
pub fn accumulate(
    accumulator: &mut DomainEvaluationAccumulator<SimdBackend>,
    log: u32,
    value: impl Fn(usize) -> PackedSecureField + Sync,
) {
    let [accumulated] = accumulator.columns([(log, 1)]);
    let power = PackedSecureField::broadcast(accumulated.random_coeff_powers[0]);
    let values: Vec<PackedSecureField> = (0..1usize << (log - LOG_N_LANES))
        .into_par_iter()
        .map(|row| value(row) * power)
        .collect();
    for (row, value) in values.into_iter().enumerate() {
        let columns = accumulated.col.columns.iter_mut();
        for (column, coordinate) in columns.zip(value.into_packed_m31s()) {
            column.data[row] += coordinate;
        }
    }
}

/// The four coordinates of a column over the extension field.
pub struct Secure<'a>([&'a BaseColumn; 4]);

impl<'a> Secure<'a> {
    /// That which begins at column `first` of a tree.
    pub fn of(trace: &'a Trace<'_, SimdBackend>, tree: usize, first: usize) -> Self {
        Self(std::array::from_fn(|i| {
            &trace.polys[tree][first + i].evals.values
        }))
    }

    /// Sixteen neighbours.
    pub fn packed(&self, row: usize) -> PackedSecureField {
        PackedSecureField::from_packed_m31s(self.0.map(|column| column.data[row]))
    }

    /// Sixteen from anywhere.
    pub fn gathered(&self, places: [usize; N_LANES]) -> PackedSecureField {
        let coordinate = |column: &BaseColumn| {
            let values = column.as_slice();
            PackedBaseField::from_array(places.map(|place| values[place]))
        };
        PackedSecureField::from_packed_m31s(self.0.map(coordinate))
    }
}
