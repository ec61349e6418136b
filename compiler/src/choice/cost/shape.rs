//! What fixes a proof's size: how many columns of what height every tree has.

use serde::Serialize;
use std::fmt;

use super::extension::{hiding_extensions, Extension};
use super::masks::{Masks, RING_TUPLE};
use super::COMPOSITION_COLUMNS;
use crate::circuit::Circuit;

/// Base field columns of each of the two masks of a proof that hides: FRI's, the composition's.
const MASK_COLUMNS: usize = 4;

/// What fixes a proof's size: the trees' columns, each as log2 of its coefficients. These are as
/// many as its rows, or twice as many if the proof hides.
///
/// The composition tree is not listed: constraints have degree at most 3, so it has
/// [`COMPOSITION_COLUMNS`] columns as tall as the tallest, each opened once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProofShape {
    /// log2 coefficients of each preprocessed column; every one is opened once.
    pub preprocessed: Vec<u32>,
    /// log2 coefficients of each main trace column; every one is opened once.
    pub base: Vec<u32>,
    /// log2 coefficients and openings, 1 or 2, of each interaction column.
    pub interaction: Vec<(u32, u32)>,
    /// Whether the columns have twice as many coefficients as rows.
    pub hiding: bool,
}

/// What of a shape decides its bytes, its time and its memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// By log2 of their coefficients, the columns of all trees, the composition's included.
    pub columns: [u64; 32],
    /// Trees with columns.
    pub trees: u32,
    /// Secure field elements opened out of the domain.
    pub sampled_values: u64,
    pub max_log_rows: u32,
}

/// A shape that Stwo cannot prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShapeError {
    /// The main or the interaction trace has no column: Stwo then counts its trees wrong.
    EmptyTrace,
    /// log2 of a column's rows, or of its coefficients if it hides, is 0 or over 24.
    Rows(u32),
    /// An interaction column has this many openings.
    Openings(u32),
    /// There is no preprocessed column and a trace is lower than the other, which Stwo cannot lift.
    EmptyPreprocessed,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyTrace => write!(f, "a trace without columns"),
            Self::Rows(log) => write!(f, "a column of 2^{log} rows (2^1 to 2^24 are possible)"),
            Self::Openings(n) => write!(f, "an interaction column opened {n} times"),
            Self::EmptyPreprocessed => {
                write!(
                    f,
                    "traces of different heights without a preprocessed column"
                )
            }
        }
    }
}

impl std::error::Error for ShapeError {}

impl ProofShape {
    /// The shape of one proof of a circuit, in the order in which its trees commit to columns.
    pub fn of(circuit: &Circuit, proof: usize) -> Self {
        let mut shape = Self {
            preprocessed: vec![],
            base: vec![],
            interaction: vec![],
            hiding: false,
        };
        for (_, component) in circuit.components_of(proof) {
            let (log, count) = (component.log_rows, &component.count);
            let fixed = component.fixed.len();
            shape.preprocessed.extend(std::iter::repeat_n(log, fixed));
            shape.base.extend(std::iter::repeat_n(log, count.columns));
            // The last logup column also sees the row before, as do folds.
            let sums = std::iter::repeat_n(1, count.logup_columns().saturating_sub(1));
            for openings in count.extensions.iter().copied().chain(sums).chain([2]) {
                shape.interaction.extend([(log, openings); 4]);
            }
        }
        shape
    }

    /// The shape of one proof of a circuit if it hides, in the order in which its trees commit to
    /// columns: those of the components; if other proofs share its session, the ring's, by which its
    /// total is hidden; those of the sum over all components, and the masks of FRI and of the
    /// composition.
    ///
    /// The masks need room in each component: see [`Masks::fit`].
    pub fn hiding(circuit: &Circuit, proof: usize, masks: &Masks) -> Self {
        let tallest = masks.tallest(circuit, proof);
        let mut shape = Self {
            preprocessed: vec![],
            base: vec![],
            interaction: vec![],
            hiding: true,
        };
        for (_, component) in circuit.components_of(proof) {
            let (log, main) = (component.log_rows + 1, component.count.columns);
            let fixed = std::iter::repeat_n(log, component.fixed.len());
            shape.preprocessed.extend(fixed);
            shape.base.extend(std::iter::repeat_n(log, main));
            for extension in hiding_extensions(component, tallest) {
                let column = (log, extension.openings());
                shape.interaction.extend([column; 4]);
            }
        }
        if let Some(rows) = masks.ring(circuit) {
            shape.base.extend([rows + 1; 2 * RING_TUPLE]);
            let total = Extension::total(rows, tallest);
            let column = (rows + 1, total.openings());
            shape.interaction.extend([column; 4]);
        }
        // The sum reads the row before, as a running sum does.
        let sum = (tallest + 1, Extension::RunningSum.openings());
        shape.interaction.extend([sum; 4]);
        shape.base.extend([tallest + 1; 2 * MASK_COLUMNS]);
        shape
    }

    /// log2 of the rows of the tallest component.
    pub fn trace_log_rows(&self) -> u32 {
        let coefficients = self.max_log_rows();
        coefficients.saturating_sub(u32::from(self.hiding))
    }

    /// log2 of the coefficients of the tallest column; its rows, if the proof does not hide.
    pub fn max_log_rows(&self) -> u32 {
        let interaction = self.interaction.iter().map(|column| &column.0);
        let columns = self.preprocessed.iter().chain(&self.base);
        columns.chain(interaction).copied().max().unwrap_or(0)
    }

    /// The columns of each height.
    pub fn profile(&self) -> Profile {
        let max_log_rows = self.max_log_rows();
        let mut columns = [0; 32];
        let interaction = self.interaction.iter().map(|column| &column.0);
        for log in self
            .preprocessed
            .iter()
            .chain(&self.base)
            .chain(interaction)
        {
            columns[(*log as usize).min(31)] += 1;
        }
        columns[(max_log_rows as usize).min(31)] += COMPOSITION_COLUMNS as u64;
        let present = [
            !self.preprocessed.is_empty(),
            !self.base.is_empty(),
            !self.interaction.is_empty(),
            true,
        ];
        Profile {
            columns,
            trees: present.map(u32::from).iter().sum(),
            sampled_values: self.sampled_values(),
            max_log_rows,
        }
    }

    /// log2 coefficients of every column, by tree: preprocessed, base, interaction, composition.
    pub fn trees(&self) -> [Vec<u32>; 4] {
        [
            self.preprocessed.clone(),
            self.base.clone(),
            self.interaction.iter().map(|column| column.0).collect(),
            vec![self.max_log_rows(); COMPOSITION_COLUMNS],
        ]
    }

    /// Openings of every column, in the order of [`ProofShape::trees`].
    pub fn openings(&self) -> [Vec<u32>; 4] {
        [
            vec![1; self.preprocessed.len()],
            vec![1; self.base.len()],
            self.interaction.iter().map(|column| column.1).collect(),
            vec![1; COMPOSITION_COLUMNS],
        ]
    }

    /// Whether some tree's columns are all lower than the tallest column, so that Stwo must be
    /// told the height to which it lifts every tree. Without that, its Merkle verifier refuses
    /// honest proofs whose queries meet in such a tree.
    pub fn is_uneven(&self) -> bool {
        let height = self.max_log_rows();
        let lower = |tree: &Vec<u32>| tree.iter().max().is_some_and(|max| *max < height);
        self.trees().iter().any(lower)
    }

    /// Whether Stwo can prove the shape; see [`ShapeError`].
    pub fn validate(&self) -> Result<(), ShapeError> {
        let trees = self.trees();
        if self.base.is_empty() || self.interaction.is_empty() {
            return Err(ShapeError::EmptyTrace);
        }
        if let Some(log) = trees.iter().flatten().find(|log| !(1..=24).contains(*log)) {
            return Err(ShapeError::Rows(*log));
        }
        if let Some(column) = self.interaction.iter().find(|c| !(1..=2).contains(&c.1)) {
            return Err(ShapeError::Openings(column.1));
        }
        if self.is_uneven() && self.preprocessed.is_empty() {
            return Err(ShapeError::EmptyPreprocessed);
        }
        Ok(())
    }

    /// Secure field elements opened out of the domain, over all trees.
    pub fn sampled_values(&self) -> u64 {
        let once = self.preprocessed.len() + self.base.len() + COMPOSITION_COLUMNS;
        let interaction = self.interaction.iter().map(|column| u64::from(column.1));
        once as u64 + interaction.sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_shapes_are_refused() {
        let mut shape = ProofShape {
            preprocessed: vec![],
            base: vec![5, 6],
            interaction: vec![],
            hiding: false,
        };
        assert_eq!(shape.validate(), Err(ShapeError::EmptyTrace));
        shape.interaction = vec![(6, 3)];
        assert_eq!(shape.validate(), Err(ShapeError::Openings(3)));
        shape.interaction = vec![(6, 2)];
        assert_eq!(shape.validate(), Ok(()));
        shape.interaction = vec![(5, 2)];
        assert_eq!(shape.validate(), Err(ShapeError::EmptyPreprocessed));
        shape.preprocessed = vec![5];
        assert_eq!(shape.validate(), Ok(()));
        assert!(shape.is_uneven());
        shape.preprocessed = vec![25];
        assert_eq!(shape.validate(), Err(ShapeError::Rows(25)));
    }
}
