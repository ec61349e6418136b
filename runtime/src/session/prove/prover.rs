//! A circuit at a setting, with what all its proofs share.

use std::time::{Duration, Instant};

use attnc_compiler::choice::cost::{keeps_coefficients, Features};
use attnc_compiler::circuit::Circuit;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::mempool::BaseColumnPool;
use stwo::prover::poly::circle::PolyOps;
use stwo::prover::poly::twiddles::TwiddleTree;
use stwo::prover::CommitmentTreeProver;

use crate::session::bus::{fixed_columns, Column};
use crate::session::scheme::Scheme;
use crate::session::security::Setting;
use crate::session::statement::Digest;

/// The commitment to one proof's preprocessed columns, with the columns.
pub struct Preprocessed {
    pub(super) tree: CommitmentTreeProver<SimdBackend, Blake2sMerkleChannel>,
    pub(super) columns: Vec<Vec<Column>>,
}

impl Preprocessed {
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
    let columns: Vec<Vec<Column>> = circuit
        .components_of(proof)
        .map(|(_, component)| fixed_columns(component, circuit.known.as_deref()))
        .collect();
    let flat: Vec<Column> = columns.iter().flatten().cloned().collect();
    let polynomials = SimdBackend::interpolate_columns(flat, twiddles);
    let tree = CommitmentTreeProver::new(
        polynomials,
        scheme.fri.log_blowup,
        twiddles,
        keeps_coefficients(&Features::of(circuit)),
        scheme.pcs.lifting_log_size,
        &BaseColumnPool::new(),
    );
    Preprocessed { tree, columns }
}

/// A circuit at a setting, with what all its proofs share: the twiddles and the commitments to
/// the preprocessed columns.
pub struct Prover<'c> {
    pub(super) circuit: &'c Circuit,
    pub(super) setting: Setting,
    pub(super) schemes: Vec<Scheme>,
    pub(super) twiddles: TwiddleTree<SimdBackend>,
    pub(super) preprocessed: Vec<Preprocessed>,
    pub(super) setup: Duration,
}

impl<'c> Prover<'c> {
    pub fn new(circuit: &'c Circuit, setting: Setting) -> Self {
        let start = Instant::now();
        let schemes = Scheme::of(circuit, setting);
        let twiddles = twiddles(&schemes);
        let preprocessed = schemes
            .iter()
            .enumerate()
            .map(|(proof, scheme)| preprocess(circuit, proof, scheme, &twiddles))
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
