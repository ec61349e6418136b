//! A circuit at a setting, with what all its proofs share.

use std::time::{Duration, Instant};

use attnc_compiler::choice::cost::keeps_coefficients;
use attnc_compiler::circuit::Circuit;
use rayon::prelude::*;
use stwo::core::channel::MerkleChannel;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::vcs_lifted::blake2_merkle::{Blake2sMerkleChannel, Blake2sMerkleHasher};
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::BackendForChannel;
use stwo::prover::mempool::BaseColumnPool;
use stwo::prover::poly::circle::PolyOps;
use stwo::prover::poly::twiddles::TwiddleTree;
use stwo::prover::CommitmentTreeProver;

use crate::session::bus::{fixed_columns, Column};
use crate::session::hiding::masked;
use crate::session::scheme::{features, Scheme};
use crate::session::security::Setting;
use crate::session::statement::Digest;

/// The commitment to one proof's preprocessed columns, with the columns.
pub struct Preprocessed<MC: MerkleChannel<H = Blake2sMerkleHasher> = Blake2sMerkleChannel>
where
    SimdBackend: BackendForChannel<MC>,
{
    pub(super) tree: CommitmentTreeProver<SimdBackend, MC>,
    pub(super) columns: Vec<Vec<Column>>,
}

impl<MC: MerkleChannel<H = Blake2sMerkleHasher>> Preprocessed<MC>
where
    SimdBackend: BackendForChannel<MC>,
{
    pub fn root(&self) -> Digest {
        Digest(self.tree.commitment.root().0)
    }
}

/// Twiddles for a session's largest domain.
pub fn twiddles(schemes: &[Scheme]) -> TwiddleTree<SimdBackend> {
    let log = schemes
        .iter()
        .map(|s| s.shape.max_log_rows() + s.fri.log_blowup.max(1))
        .max()
        .unwrap_or(5);
    SimdBackend::precompute_twiddles(CanonicCoset::new(log).circle_domain().half_coset)
}

/// Commits to the preprocessed columns of one proof.
pub fn preprocess(
    circuit: &Circuit,
    proof: usize,
    scheme: &Scheme,
    twiddles: &TwiddleTree<SimdBackend>,
) -> Preprocessed {
    preprocess_over(circuit, proof, scheme, twiddles)
}

/// As [`preprocess`], over any channel.
fn preprocess_over<MC: MerkleChannel<H = Blake2sMerkleHasher>>(
    circuit: &Circuit,
    proof: usize,
    scheme: &Scheme,
    twiddles: &TwiddleTree<SimdBackend>,
) -> Preprocessed<MC>
where
    SimdBackend: BackendForChannel<MC>,
{
    let columns: Vec<Vec<Column>> = circuit
        .components_of(proof)
        .map(|(_, component)| fixed_columns(component, circuit.known.as_deref()))
        .collect();
    let flat: Vec<Column> = columns.iter().flatten().cloned().collect();
    let mut polynomials = SimdBackend::interpolate_columns(flat, twiddles);
    if scheme.masks.is_some() {
        // Known to all, and so without a mask; of as many coefficients as the others have.
        let doubled = polynomials.par_iter().map(|rows| masked(rows, &[]));
        polynomials = doubled.collect();
    }
    let tree = CommitmentTreeProver::new(
        polynomials,
        scheme.fri.log_blowup,
        twiddles,
        keeps_coefficients(&features(circuit, scheme.masks)),
        scheme.pcs.lifting_log_size,
        &BaseColumnPool::new(),
    );
    Preprocessed { tree, columns }
}

/// A circuit at a setting, with what all its proofs share: the twiddles and the commitments to
/// the preprocessed columns.
pub struct Prover<'c, MC: MerkleChannel<H = Blake2sMerkleHasher> = Blake2sMerkleChannel>
where
    SimdBackend: BackendForChannel<MC>,
{
    pub(super) circuit: &'c Circuit,
    pub(super) setting: Setting,
    pub(super) schemes: Vec<Scheme>,
    pub(super) twiddles: TwiddleTree<SimdBackend>,
    pub(super) preprocessed: Vec<Preprocessed<MC>>,
    pub(super) setup: Duration,
}

impl<'c, MC: MerkleChannel<H = Blake2sMerkleHasher>> Prover<'c, MC>
where
    SimdBackend: BackendForChannel<MC>,
{
    pub fn new(circuit: &'c Circuit, setting: Setting) -> Self {
        let start = Instant::now();
        let schemes = Scheme::of(circuit, setting);
        let twiddles = twiddles(&schemes);
        let preprocessed = schemes
            .iter()
            .enumerate()
            .map(|(proof, scheme)| preprocess_over(circuit, proof, scheme, &twiddles))
            .collect();
        Self {
            circuit,
            setting,
            schemes,
            twiddles,
            preprocessed,
            setup: start.elapsed(),
        }
    }

    /// How long [`Prover::new`] took.
    pub fn setup(&self) -> Duration {
        self.setup
    }

    /// The preprocessed root of every proof, in plan order: what a key holds.
    pub fn roots(&self) -> Vec<Digest> {
        self.preprocessed.iter().map(Preprocessed::root).collect()
    }
}
