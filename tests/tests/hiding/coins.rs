//! The verifier's coins fixed, and the prover's chosen: what then varies in a proof is the prover's alone.

use std::ops::ControlFlow;

use attnc::session::hiding::Coins;
use attnc::session::prove::{public_tensors, Prover};
use attnc::session::security::Setting;
use attnc::session::statement::Public;
use attnc::session::trace::{fill, Trace};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::evaluate;
use stwo::core::channel::{Channel, MerkleChannel};
use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::BackendForChannel;

use super::hull::M;
use crate::common::programs::Case;

/// A channel whose draws are the same whatever is mixed into it, but for words: those of a setting, and
/// of a fork's number.
#[derive(Clone, Debug)]
pub struct Fixed {
    words: u64,
    draws: u64,
}

impl Default for Fixed {
    fn default() -> Self {
        Self { words: 1, draws: 0 }
    }
}

/// Splitmix64.
fn scrambled(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Fixed {
    fn state(&mut self) -> u64 {
        self.draws += 1;
        self.words.wrapping_mul(0x1234_5678_9abc_def1) ^ (self.draws << 32)
    }
}

impl Channel for Fixed {
    const BYTES_PER_HASH: usize = 32;

    fn verify_pow_nonce(&self, _: u32, _: u64) -> bool {
        true
    }
    fn mix_u32s(&mut self, data: &[u32]) {
        for &word in data {
            self.words = self.words.wrapping_mul(31).wrapping_add(word.into());
        }
    }
    fn mix_felts(&mut self, _: &[SecureField]) {}
    fn mix_u64(&mut self, _: u64) {}
    fn draw_secure_felt(&mut self) -> SecureField {
        let mut state = self.state();
        let mut element = || loop {
            let word = (scrambled(&mut state) >> 33) as u32;
            if word < P {
                return BaseField::from(word);
            }
        };
        SecureField::from_m31_array(std::array::from_fn(|_| element()))
    }
    fn draw_secure_felts(&mut self, n: usize) -> Vec<SecureField> {
        (0..n).map(|_| self.draw_secure_felt()).collect()
    }
    fn draw_u32s(&mut self) -> Vec<u32> {
        let mut state = self.state();
        (0..8).map(|_| scrambled(&mut state) as u32).collect()
    }
}

#[derive(Default)]
pub struct FixedMerkle;

impl MerkleChannel for FixedMerkle {
    type C = Fixed;
    type H = Blake2sMerkleHasher;
    fn mix_root(_: &mut Fixed, _: Blake2sHash) {}
}

impl GrindOps<Fixed> for SimdBackend {
    fn grind(_: &Fixed, _: u32) -> u64 {
        0
    }
}

impl BackendForChannel<FixedMerkle> for SimdBackend {}

/// The setting with the fewest queries, three, and the least blowup: views are small.
pub const TINY: Setting = Setting::Seed;

/// Proofs of one trace, for a verifier with fixed coins.
pub struct Viewed<'c> {
    prover: Prover<'c, FixedMerkle>,
    trace: Trace,
    publics: Vec<Public>,
}

impl<'c> Viewed<'c> {
    pub fn new(case: &'c Case) -> Self {
        let circuit: &Circuit = &case.compiled.circuit;
        let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
        Self {
            prover: Prover::new(circuit, TINY.hiding()),
            trace: fill(circuit, &evaluation).unwrap(),
            publics: public_tensors(circuit, &evaluation),
        }
    }

    pub fn publics(&self) -> &[Public] {
        &self.publics
    }

    /// Every element that the verifier sees, but the fixed columns'.
    pub fn view(&self, coins: Coins) -> Vec<u64> {
        let columns = self.trace.columns.clone();
        let channel = Fixed::default();
        let made = self
            .prover
            .starks(
                Trace { columns },
                &self.publics,
                channel,
                Some(coins),
                &|_| ControlFlow::Continue(()),
            )
            .unwrap();
        let mut view = Vec::new();
        for made in &made.proofs {
            secure(&made.claims, &mut view);
            let stark = &made.stark;
            for tree in 1..4 {
                let sampled = &stark.sampled_values[tree];
                sampled.iter().for_each(|values| secure(values, &mut view));
                let queried = stark.queried_values[tree].iter().flatten();
                view.extend(queried.map(element));
            }
            let fri = &stark.fri_proof;
            for layer in std::iter::once(&fri.first_layer).chain(&fri.inner_layers) {
                secure(&layer.fri_witness, &mut view);
            }
            secure(&fri.last_layer_poly, &mut view);
        }
        view
    }
}

/// Stwo may write 0 as P.
fn element(element: &BaseField) -> u64 {
    u64::from(element.0) % M
}

fn secure(values: &[SecureField], view: &mut Vec<u64>) {
    for value in values {
        view.extend(value.to_m31_array().iter().map(element));
    }
}
