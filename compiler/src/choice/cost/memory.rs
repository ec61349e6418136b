//! The most memory that a prover will have resident (spec 8.4).

use super::{Features, FriSetting, TimeTable, COMPOSITION_COLUMNS, HASH_BYTES};

/// Bytes of a base field element in memory.
const ELEMENT: f64 = 4.0;
/// Bytes of the program itself, its compiler and its threads' stacks.
const PROCESS: f64 = 7e6;
/// Cells from which on the prover drops coefficients.
const MANY_CELLS: u64 = 1 << 29;

/// Whether the prover keeps the columns' coefficients, which makes opening them faster for a
/// share more of memory.
pub fn keeps_coefficients(features: &Features) -> bool {
    features.cells() < MANY_CELLS as f64
}

/// The most bytes that a prover of a session at `settings`, one for each proof, has resident:
/// what Stwo 2.3.0 still holds when it folds. That is each column of every tree, extended by the
/// blowup, and the two hashes that every point of a tree takes; the columns as they were filled and,
/// unless there are many, their coefficients; the twiddles; and FRI's first layer with the
/// quotients that go into it. As many proofs as there are threads are proved side by side, so that
/// many, the largest, hold an interaction and a composition tree at once.
pub fn predict_memory(features: &Features, settings: &[FriSetting]) -> f64 {
    let kept = keeps_coefficients(features);
    let mut traces = 0.0;
    let mut proving_each = Vec::new();
    let mut twiddles: f64 = 0.0;
    for (proof, setting) in features.proofs.iter().zip(settings) {
        let blowup = (1u64 << setting.log_blowup) as f64;
        let rows = (1u64 << proof.profile.max_log_rows) as f64;
        let domain = rows * blowup;
        let tree = 2.0 * HASH_BYTES as f64 * domain;
        let copies = blowup + if kept { 1.0 } else { 0.0 };
        let composition = rows * COMPOSITION_COLUMNS as f64;
        let proving = (proof.interaction_cells + composition) * ELEMENT * copies + 2.0 * tree;
        // Quotients, and a layer of them with its tree, of leaves of four points.
        let folding = domain * 8.0 * ELEMENT + tree / 4.0;
        proving_each.push(proving + folding);
        let trees = f64::from(proof.profile.trees.saturating_sub(2));
        let filled = proof.filled_cells * ELEMENT;
        traces += proof.trace_cells * ELEMENT * copies + filled + trees * tree;
        twiddles = twiddles.max(domain * ELEMENT);
    }
    proving_each.sort_by(|a, b| b.total_cmp(a));
    let at_once: f64 = proving_each
        .iter()
        .take(TimeTable::committed().threads)
        .sum();
    PROCESS + traces + at_once + twiddles
}
