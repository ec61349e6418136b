//! What a proof will weigh, from its columns and its FRI setting, before anything is proved (spec 8).

use serde::Serialize;
use std::fmt;

/// Bits of a packed base field element, p = 2^31 - 1.
pub const ELEMENT_BITS: u64 = 31;
/// Base field elements in a secure field element.
pub const SECURE_ELEMENTS: u64 = 4;
/// Bytes of a hash.
pub const HASH_BYTES: u64 = 32;
/// Columns of the composition tree: two halves of four coordinates.
pub const COMPOSITION_COLUMNS: usize = 8;
/// log2 of the points that share a leaf in a FRI tree that folds by more than one.
const LOG_PACKED_LEAF: u32 = 2;
/// log2 of the largest evaluation domain; Stwo's circle group allows a little more.
const MAX_LOG_DOMAIN: u32 = 29;

/// What fixes a proof's size: the trees' columns, each as log2 of its rows.
///
/// The composition tree is not listed: constraints have degree at most 3, so it has
/// [`COMPOSITION_COLUMNS`] columns of the tallest component's rows, each opened once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProofShape {
    /// log2 rows of each preprocessed column; every one is opened once.
    pub preprocessed: Vec<u32>,
    /// log2 rows of each main trace column; every one is opened once.
    pub base: Vec<u32>,
    /// log2 rows and openings, 1 or 2, of each interaction column.
    pub interaction: Vec<(u32, u32)>,
}

/// A shape that Stwo cannot prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShapeError {
    /// The main or the interaction trace has no column: Stwo then counts its trees wrong.
    EmptyTrace,
    /// A column's log2 rows are 0 or over 24.
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
    /// log2 rows of the tallest column.
    pub fn max_log_rows(&self) -> u32 {
        let interaction = self.interaction.iter().map(|column| &column.0);
        let columns = self.preprocessed.iter().chain(&self.base);
        columns.chain(interaction).copied().max().unwrap_or(0)
    }

    /// log2 rows of every column, by tree: preprocessed, base, interaction, composition.
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
        self.openings()
            .iter()
            .flatten()
            .map(|n| u64::from(*n))
            .sum()
    }
}

/// The parameters of FRI and of the grinding before its queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FriSetting {
    /// log2 of evaluation domain over trace length.
    pub log_blowup: u32,
    /// Queries drawn, before equal ones are merged.
    pub queries: u32,
    /// log2 of how much a layer shrinks.
    pub fold_step: u32,
    /// log2 of the coefficients of the last layer's polynomial.
    pub log_last_layer: u32,
    /// Zero bits that the nonce before the queries must produce.
    pub pow_bits: u32,
}

/// One committed FRI layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FriLayer {
    /// log2 of the points the layer commits to.
    pub log_domain: u32,
    /// log2 of how much the layer is folded.
    pub fold: u32,
    /// log2 of the points in a leaf of its tree.
    pub log_leaf: u32,
}

impl FriLayer {
    fn new(log_domain: u32, fold: u32) -> Self {
        let packed = fold > 1 && log_domain >= LOG_PACKED_LEAF;
        let log_leaf = if packed { LOG_PACKED_LEAF } else { 0 };
        Self {
            log_domain,
            fold,
            log_leaf,
        }
    }
}

impl FriSetting {
    /// The committed layers for a trace of 2^`log_rows` rows, first layer first, as Stwo lays them
    /// out; `None` if Stwo refuses the combination.
    pub fn layers(&self, log_rows: u32) -> Option<Vec<FriLayer>> {
        let possible = (1..=16).contains(&self.log_blowup)
            && self.queries > 0
            && self.fold_step > 0
            && self.log_last_layer <= 10
            && log_rows + self.log_blowup <= MAX_LOG_DOMAIN
            && self.fold_step + self.log_last_layer <= log_rows;
        if !possible {
            return None;
        }
        let mut layers = vec![FriLayer::new(log_rows + self.log_blowup, self.fold_step)];
        let mut log_degree = log_rows - self.fold_step;
        while log_degree > self.log_last_layer {
            let fold = self.fold_step.min(log_degree - self.log_last_layer);
            layers.push(FriLayer::new(log_degree + self.log_blowup, fold));
            log_degree -= fold;
        }
        Some(layers)
    }

    /// The setting with the fold step (1 to 4) and last layer that make FRI's part of the packed
    /// proof smallest for a trace of 2^`log_rows` rows; of equals, the smaller fold step and then
    /// the smaller last layer. The same on every platform: only sums and products are compared.
    pub fn with_cheapest_folding(mut self, log_rows: u32) -> Self {
        let mut best = f64::INFINITY;
        for fold_step in 1..=4 {
            for log_last_layer in 0..=10 {
                let candidate = Self {
                    fold_step,
                    log_last_layer,
                    ..self
                };
                let Some(layers) = candidate.layers(log_rows) else {
                    continue;
                };
                let (elements, hashes) = expect_fri(&layers, &candidate);
                let bytes = secure_bytes(elements) + hash_bytes(hashes);
                if bytes < best {
                    best = bytes;
                    (self.fold_step, self.log_last_layer) = (fold_step, log_last_layer);
                }
            }
        }
        self
    }
}

/// Bytes of a packed proof, divided as Stwo's `StarkProofSizeBreakdown` divides them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Breakdown {
    /// Openings out of the domain.
    pub sampled_values: u64,
    /// Trace and composition values at the queries.
    pub queried_values: u64,
    /// FRI siblings and the last layer's polynomial.
    pub fri_samples: u64,
    /// FRI roots and witness hashes.
    pub fri_decommitments: u64,
    /// Trace and composition roots and witness hashes.
    pub trace_decommitments: u64,
    /// The nonce and padding.
    pub other: u64,
}

impl Breakdown {
    /// The sum of all parts.
    pub fn total(&self) -> u64 {
        self.sampled_values
            + self.queried_values
            + self.fri_samples
            + self.fri_decommitments
            + self.trace_decommitments
            + self.other
    }
}

/// The expected bytes of a packed proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Prediction {
    /// The whole packed proof.
    pub packed_bytes: u64,
    /// Its parts, each rounded.
    pub breakdown: Breakdown,
}

/// The expected size of the packed proof (`runtime/src/pack.rs`), over the queries' randomness;
/// `None` if Stwo refuses the setting for the shape's rows.
///
/// With q queries, V(l) = 2^l (1 - (1 - 2^-l)^q) distinct nodes are expected at depth l of a tree;
/// a tree of height h needs the sum over l < h of 2 V(l) - V(l + 1) witness hashes, and a column of
/// 2^l points opens V(l) values. A FRI layer of 2^d points folded by k opens whole cosets: of its
/// V(d - k) 2^k points all but the V(d) known ones are sent, and the hashes start at depth d - k.
pub fn predict(shape: &ProofShape, setting: &FriSetting) -> Option<Prediction> {
    let log_rows = shape.max_log_rows();
    let layers = setting.layers(log_rows)?;
    let height = log_rows + setting.log_blowup;
    let queries = setting.queries;

    let mut queried = 0.0;
    // Three roots: the verifier has the preprocessed one already.
    let mut trace_hashes = 3.0;
    for tree in shape.trees() {
        for log in &tree {
            queried += distinct_nodes(log + setting.log_blowup, queries);
        }
        if !tree.is_empty() {
            trace_hashes += witness_hashes(height, queries);
        }
    }
    let (fri_elements, fri_hashes) = expect_fri(&layers, setting);

    let breakdown = Breakdown {
        sampled_values: secure_bytes(shape.sampled_values() as f64).round() as u64,
        queried_values: (queried * ELEMENT_BITS as f64 / 8.0).round() as u64,
        fri_samples: secure_bytes(fri_elements).round() as u64,
        fri_decommitments: hash_bytes(fri_hashes).round() as u64,
        trace_decommitments: hash_bytes(trace_hashes).round() as u64,
        // The nonce; two paddings of half a byte on average.
        other: 9,
    };
    Some(Prediction {
        packed_bytes: breakdown.total(),
        breakdown,
    })
}

/// Expected secure field elements (siblings, last layer) and hashes (roots, witnesses) of FRI.
fn expect_fri(layers: &[FriLayer], setting: &FriSetting) -> (f64, f64) {
    let queries = setting.queries;
    let mut elements = (1u64 << setting.log_last_layer) as f64;
    let mut hashes = layers.len() as f64;
    for layer in layers {
        let cosets = distinct_nodes(layer.log_domain - layer.fold, queries);
        let points = cosets * (1u64 << layer.fold) as f64;
        elements += points - distinct_nodes(layer.log_domain, queries);
        hashes += witness_hashes(layer.log_domain - layer.fold, queries);
    }
    (elements, hashes)
}

/// Expected distinct values of `queries` uniform draws out of 2^`log`.
fn distinct_nodes(log: u32, queries: u32) -> f64 {
    let nodes = (1u64 << log) as f64;
    // Not `powi`, whose rounding may differ between platforms.
    let missed = (0..queries).fold(1.0, |missed, _| missed * (1.0 - 1.0 / nodes));
    nodes * (1.0 - missed)
}

/// Expected witness hashes of `queries` uniform paths down to depth `height`.
fn witness_hashes(height: u32, queries: u32) -> f64 {
    (0..height)
        .map(|l| 2.0 * distinct_nodes(l, queries) - distinct_nodes(l + 1, queries))
        .sum()
}

fn secure_bytes(elements: f64) -> f64 {
    elements * (SECURE_ELEMENTS * ELEMENT_BITS) as f64 / 8.0
}

fn hash_bytes(hashes: f64) -> f64 {
    hashes * HASH_BYTES as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: FriSetting = FriSetting {
        log_blowup: 4,
        queries: 20,
        fold_step: 3,
        log_last_layer: 0,
        pow_bits: 16,
    };

    #[test]
    fn layers_end_at_the_last_layer() {
        let setting = FriSetting {
            log_last_layer: 1,
            ..STANDARD
        };
        let folds: Vec<_> = setting
            .layers(12)
            .unwrap()
            .iter()
            .map(|layer| (layer.log_domain, layer.fold, layer.log_leaf))
            .collect();
        assert_eq!(folds, [(16, 3, 2), (13, 3, 2), (10, 3, 2), (7, 2, 2)]);
        assert_eq!(setting.layers(4).unwrap().len(), 1);
        assert!(setting.layers(3).is_none());
    }

    #[test]
    fn one_query_opens_one_path() {
        assert_eq!(distinct_nodes(9, 1), 1.0);
        assert_eq!(witness_hashes(9, 1), 9.0);
        assert_eq!(distinct_nodes(0, 20), 1.0);
    }

    #[test]
    fn impossible_shapes_are_refused() {
        let mut shape = ProofShape {
            preprocessed: vec![],
            base: vec![5, 6],
            interaction: vec![],
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

    #[test]
    fn cheapest_folding_is_always_possible() {
        for log_rows in 4..=24 {
            for (log_blowup, queries) in [(1, 80), (4, 20), (5, 16)] {
                let setting = FriSetting {
                    log_blowup,
                    queries,
                    ..STANDARD
                };
                let chosen = setting.with_cheapest_folding(log_rows);
                assert!(chosen.layers(log_rows).is_some(), "{log_rows} {chosen:?}");
            }
        }
    }
}
