//! What of a circuit its proving time and memory are predicted from.

use super::masks::Masks;
use super::shape::Profile;
use super::ProofShape;
use crate::circuit::Circuit;

/// The sizes of one proof.
#[derive(Clone, Debug, PartialEq)]
pub struct ProofFeatures {
    pub profile: Profile,
    /// Coefficients of the fixed and main columns: as many as padded rows, or twice as many if the
    /// proof hides, and those of the masks.
    pub trace_cells: f64,
    /// Padded rows times fixed and main columns.
    pub filled_cells: f64,
    /// Padded rows times main columns.
    pub main_cells: f64,
    /// Coefficients of the interaction columns.
    pub interaction_cells: f64,
    /// Padded rows times sends.
    pub sends: f64,
    /// Padded rows times rules, the running sums' included; twice as many if the proof hides, as
    /// they are evaluated over twice the domain.
    pub rules: f64,
}

impl ProofFeatures {
    fn of(circuit: &Circuit, proof: usize) -> Self {
        let mut features = Self {
            profile: ProofShape::of(circuit, proof).profile(),
            trace_cells: 0.0,
            filled_cells: 0.0,
            main_cells: 0.0,
            interaction_cells: 0.0,
            sends: 0.0,
            rules: 0.0,
        };
        for (_, component) in circuit.components_of(proof) {
            let rows = (1u64 << component.log_rows) as f64;
            let count = &component.count;
            features.trace_cells += rows * (component.fixed.len() + count.columns) as f64;
            features.filled_cells += rows * (component.fixed.len() + count.columns) as f64;
            features.main_cells += rows * count.columns as f64;
            features.interaction_cells += rows * count.interaction_columns() as f64;
            features.sends += rows * count.sends.len() as f64;
            features.rules += rows * count.constraints() as f64;
        }
        features
    }

    /// The ring's sends are not counted: they are few.
    fn hiding(circuit: &Circuit, proof: usize, masks: &Masks) -> Self {
        let plain = Self::of(circuit, proof);
        let shape = ProofShape::hiding(circuit, proof, masks);
        let cells = |columns: &[u32]| -> f64 {
            let each = columns.iter().map(|log| (1u64 << log) as f64);
            each.sum()
        };
        let [fixed, main, interaction, _] = shape.trees();
        // A rule each of the sum and of the masks, and of the ring if there is one.
        let mut rules = 2.0 * (1u64 << shape.max_log_rows()) as f64;
        if let Some(rows) = masks.ring(circuit) {
            rules += (2u64 << rows) as f64;
        }
        Self {
            profile: shape.profile(),
            trace_cells: cells(&fixed) + cells(&main),
            interaction_cells: cells(&interaction),
            rules: 2.0 * plain.rules + rules,
            ..plain
        }
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

    /// The same if the proofs hide, with the masks of the setting's queries.
    pub fn hiding(circuit: &Circuit, masks: &Masks) -> Self {
        let proofs = 0..circuit.proofs.len();
        Self {
            proofs: proofs
                .map(|proof| ProofFeatures::hiding(circuit, proof, masks))
                .collect(),
        }
    }

    /// log2 of the coefficients of the session's tallest column.
    pub fn max_log_rows(&self) -> u32 {
        let heights = self.proofs.iter().map(|proof| proof.profile.max_log_rows);
        heights.max().unwrap_or(0)
    }

    /// Cells of all trees of all proofs but the compositions'.
    pub fn cells(&self) -> f64 {
        self.proofs.iter().map(ProofFeatures::cells).sum()
    }
}
