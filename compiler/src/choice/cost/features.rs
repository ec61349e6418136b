//! What of a circuit its proving time and memory are predicted from.

use super::shape::Profile;
use super::ProofShape;
use crate::circuit::Circuit;

/// The sizes of one proof.
#[derive(Clone, Debug, PartialEq)]
pub struct ProofFeatures {
    pub profile: Profile,
    /// Padded rows times fixed and main columns.
    pub trace_cells: f64,
    /// Padded rows times main columns.
    pub main_cells: f64,
    /// Padded rows times interaction columns.
    pub interaction_cells: f64,
    /// Padded rows times sends.
    pub sends: f64,
    /// Padded rows times rules, the running sums' included.
    pub rules: f64,
}

impl ProofFeatures {
    fn of(circuit: &Circuit, proof: usize) -> Self {
        let mut features = Self {
            profile: ProofShape::of(circuit, proof).profile(),
            trace_cells: 0.0,
            main_cells: 0.0,
            interaction_cells: 0.0,
            sends: 0.0,
            rules: 0.0,
        };
        for (_, component) in circuit.components_of(proof) {
            let rows = (1u64 << component.log_rows) as f64;
            let count = &component.count;
            features.trace_cells += rows * (component.fixed.len() + count.columns) as f64;
            features.main_cells += rows * count.columns as f64;
            features.interaction_cells += rows * count.interaction_columns() as f64;
            features.sends += rows * count.sends.len() as f64;
            features.rules += rows * count.constraints() as f64;
        }
        features
    }

    /// Cells of all trees but the composition's.
    pub fn cells(&self) -> f64 {
        self.trace_cells + self.interaction_cells
    }
}

/// The sizes of a session's proofs, in plan order.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    pub proofs: Vec<ProofFeatures>,
}

impl Features {
    /// Read off the counts: no row is walked.
    pub fn of(circuit: &Circuit) -> Self {
        let proofs = 0..circuit.proofs.len();
        Self {
            proofs: proofs
                .map(|proof| ProofFeatures::of(circuit, proof))
                .collect(),
        }
    }

    /// log2 rows of the session's tallest column.
    pub fn max_log_rows(&self) -> u32 {
        let heights = self.proofs.iter().map(|proof| proof.profile.max_log_rows);
        heights.max().unwrap_or(0)
    }

    /// Cells of all trees of all proofs but the compositions'.
    pub fn cells(&self) -> f64 {
        self.proofs.iter().map(ProofFeatures::cells).sum()
    }
}
