//! What the rules of `sum` and `blind` read and write where Stwo evaluates the composition polynomial.

use rayon::prelude::*;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::{CanonicCoset, CircleDomain};
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

/// Adds values times the next power of the composition's challenge.
pub fn accumulate(
    accumulator: &mut DomainEvaluationAccumulator<SimdBackend>,
    log: u32,
    value: impl Fn(usize) -> SecureField + Sync,
) {
    let [accumulated] = accumulator.columns([(log, 1)]);
    let power = accumulated.random_coeff_powers[0];
    let column = &*accumulated.col;
    let values: Vec<SecureField> = (0..1usize << log)
        .into_par_iter()
        .map(|i| column.at(i) + value(i) * power)
        .collect();
    for (i, value) in values.into_iter().enumerate() {
        accumulated.col.set(i, value);
    }
}

/// The four coordinates of a column over the extension field.
pub struct Secure<'a>([&'a [BaseField]; 4]);

impl<'a> Secure<'a> {
    /// That which begins at column `first` of a tree.
    pub fn of(trace: &'a Trace<'_, SimdBackend>, tree: usize, first: usize) -> Self {
        Self(std::array::from_fn(|i| {
            trace.polys[tree][first + i].evals.values.as_slice()
        }))
    }

    pub fn at(&self, place: usize) -> SecureField {
        SecureField::from_m31_array(self.0.map(|column| column[place]))
    }
}
