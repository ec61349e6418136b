//! The packed form of a proof: only what the verifier cannot work out (spec 8).
//!
//! Nothing in the bytes is a length. The shape and the setting, which the verifier has from the
//! key, fix the head. The head and the channel fix the query positions ([`crate::session::replay`]), and
//! the positions fix the tail. So a proof is read in two steps, [`Packed::parse`] and
//! [`Packed::open`], and what comes out has exactly the structure that Stwo's verifier assumes.
//!
//! Head:
//! 1. roots, 32 bytes each: base, interaction, composition;
//! 2. roots of the FRI layers, 32 bytes each, first layer first;
//! 3. the nonce, 8 bytes, little endian;
//! 4. elements: the openings out of the domain, by tree (preprocessed, base, interaction,
//!    composition), column and point; then the last layer's coefficients in bit-reversed order.
//!
//! Tail:
//!
//! 5. elements: for each tree and column, the values at the distinct rows that the queries fall
//!    on, in order of first appearance along the sorted positions; then each FRI layer's siblings;
//! 6. hashes, 32 bytes each: the witness of each tree that has columns, then of each FRI layer.
//!
//! Elements are 31 bits each, a secure field element four of them (1, i, u, iu), least significant
//! bit first, without gaps; a run of elements ends with zero bits up to a whole byte. 2^31 - 1 is
//! not an element. There is nothing after step 6. So a proof has one packed form.
//!
//! Why Stwo's `verify` cannot panic on an opened proof, by the checks it leaves to its caller:
//! - `commitments.last()`, `zip_eq` over trees and columns, one opening for each mask point,
//!   `extract_composition_oods_eval`: step 4 reads these counts from the shape, which the caller
//!   takes from its own components ([`crate::session::shape::shape_of`]).
//! - Queried values as many as distinct positions (`fri_answers`' assert, `next().unwrap()` and
//!   "all consumed" in the Merkle verifier): step 5 reads them by the replayed positions. Equal
//!   rows are one value in the bytes, so the assert that they agree holds.
//! - Positions increasing in every tree, one root left at the end: all trees have the height of
//!   the composition's, because [`pcs_config`] lifts them where they would not.
//! - FRI: layers, siblings and hashes are as many as [`FriSetting::layers`] and the positions say;
//!   the last polynomial has 2^k coefficients; folded queries stay in range.
//! - `inverse` of zero, `assert_ne!` on the sample point: refused in [`crate::session::replay`].
//! - Allocation: everything read is in the bytes; their number bounds it.

use attnc_compiler::choice::cost::{Breakdown, FriLayer, FriSetting, ProofShape};
use stwo::core::channel::Blake2sChannel;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::fri::{FriLayerProof, FriProof};
use stwo::core::pcs::quotients::CommitmentSchemeProof;
use stwo::core::pcs::TreeVec;
use stwo::core::poly::line::LinePoly;
use stwo::core::proof::StarkProof;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo::core::vcs_lifted::verifier::MerkleDecommitmentLifted;

use crate::session::bits::{BitReader, BitWriter};
pub use crate::session::pack_error::PackError;
use crate::session::replay::{distinct_rows, query_positions, Head, Openings};
use crate::session::security::pcs_config;

/// A proof as Stwo makes and verifies it.
pub type Proof = StarkProof<Blake2sMerkleHasher>;

/// Packs a proof. `channel` is as it was handed to Stwo's `prove`.
///
/// # Errors
/// [`PackError::Structure`] and kin if the proof is not one that Stwo's prover makes for the shape,
/// the setting and the channel.
pub fn pack(
    proof: &Proof,
    shape: &ProofShape,
    setting: &FriSetting,
    channel: &Blake2sChannel,
) -> Result<Vec<u8>, PackError> {
    Ok(pack_measured(proof, shape, setting, channel)?.0)
}

/// [`pack`], with what each part of the proof takes.
pub fn pack_measured(
    proof: &Proof,
    shape: &ProofShape,
    setting: &FriSetting,
    channel: &Blake2sChannel,
) -> Result<(Vec<u8>, Breakdown), PackError> {
    let layers = check(shape, setting)?;
    let head = head_of(proof, shape, setting, &layers)?;
    let positions = query_positions(channel.clone(), &head, shape, setting)?;
    let height = shape.max_log_rows() + setting.log_blowup;
    let openings = Openings::new(&positions, height, &layers);

    let mut out = Vec::new();
    for root in [head.base_root, head.interaction_root, head.composition_root] {
        out.extend(root.0);
    }
    for root in &head.fri_roots {
        out.extend(root.0);
    }
    out.extend(head.nonce.to_le_bytes());
    let mut bits = BitWriter::new(out);
    head.sampled.iter().for_each(|value| bits.secure(*value));
    head.last_layer.iter().for_each(|value| bits.secure(*value));

    let mut bits = BitWriter::new(bits.finish());
    let mut queried = 0;
    for (logs, columns) in shape.trees().iter().zip(proof.queried_values.iter()) {
        same(columns.len(), logs.len(), "queried columns")?;
        for (log, column) in logs.iter().zip(columns) {
            same(column.len(), positions.len(), "queried values")?;
            let (ranks, rows) = distinct_rows(&positions, height, log + setting.log_blowup);
            let mut sent: Vec<BaseField> = Vec::with_capacity(rows);
            for (rank, value) in ranks.iter().zip(column) {
                match sent.get(*rank) {
                    Some(first) if first == value => {}
                    Some(_) => return Err(PackError::Structure("queried values")),
                    None => sent.push(*value),
                }
            }
            sent.iter().for_each(|value| bits.element(*value));
            queried += rows as u64;
        }
    }
    let fri = || fri_layers(proof).zip(&openings.fri);
    for (layer, (siblings, _)) in fri() {
        same(layer.fri_witness.len(), *siblings, "FRI siblings")?;
        layer.fri_witness.iter().for_each(|v| bits.secure(*v));
    }

    let mut out = bits.finish();
    let mut put = |decommitment: &MerkleDecommitmentLifted<Blake2sMerkleHasher>, count| {
        same(decommitment.hash_witness.len(), count, "hashes")?;
        for hash in &decommitment.hash_witness {
            out.extend(hash.0);
        }
        Ok(count as u64)
    };
    let mut trace_hashes = 3;
    for (logs, decommitment) in shape.trees().iter().zip(proof.decommitments.iter()) {
        let count = if logs.is_empty() {
            0
        } else {
            openings.trace_hashes
        };
        trace_hashes += put(decommitment, count)?;
    }
    let mut fri_hashes = layers.len() as u64;
    for (layer, (_, hashes)) in fri() {
        fri_hashes += put(&layer.decommitment, *hashes)?;
    }

    let siblings: usize = openings.fri.iter().map(|layer| layer.0).sum();
    let bytes = |elements: u64| (elements * 31 + 4) / 8;
    let mut breakdown = Breakdown {
        sampled_values: bytes(4 * head.sampled.len() as u64),
        queried_values: bytes(queried),
        fri_samples: bytes(4 * (siblings + head.last_layer.len()) as u64),
        fri_decommitments: 32 * fri_hashes,
        trace_decommitments: 32 * trace_hashes,
        other: 0,
    };
    // The nonce and what rounding left: always a few bytes.
    breakdown.other = (out.len() as u64).saturating_sub(breakdown.total());
    Ok((out, breakdown))
}

/// A packed proof whose head has been read.
#[derive(Clone, Debug)]
pub struct Packed<'a> {
    head: Head,
    tail: &'a [u8],
    shape: &'a ProofShape,
    setting: &'a FriSetting,
    layers: Vec<FriLayer>,
}

impl<'a> Packed<'a> {
    /// Reads the head (steps 1 to 4).
    ///
    /// # Errors
    /// Any [`PackError`] but those that need the channel.
    pub fn parse(
        bytes: &'a [u8],
        shape: &'a ProofShape,
        setting: &'a FriSetting,
    ) -> Result<Self, PackError> {
        let layers = check(shape, setting)?;
        let mut rest = bytes;
        let [base_root, interaction_root, composition_root] =
            [hash(&mut rest)?, hash(&mut rest)?, hash(&mut rest)?];
        let fri_roots = hashes(&mut rest, layers.len())?;
        let (nonce, elements) = rest.split_first_chunk().ok_or(PackError::Truncated)?;
        let mut bits = BitReader::new(elements);
        let sampled = bits.secures(shape.sampled_values() as usize)?;
        let last_layer = bits.secures(1 << setting.log_last_layer)?;
        Ok(Self {
            head: Head {
                base_root,
                interaction_root,
                composition_root,
                fri_roots,
                nonce: u64::from_le_bytes(*nonce),
                sampled,
                last_layer,
            },
            tail: bits.finish()?,
            shape,
            setting,
            layers,
        })
    }

    /// The roots and openings, with which the caller brings its channel to where `verify` starts.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Reads the tail (steps 5 and 6) and puts the proof together. `channel` is as it will be
    /// handed to Stwo's `verify`; `preprocessed_root` is the key's, not the proof's.
    ///
    /// # Errors
    /// A [`PackError`] if the bytes are not a proof's. The result has the structure that Stwo's
    /// `verify` assumes; whether it convinces is for `verify` to say.
    pub fn open(
        self,
        channel: &Blake2sChannel,
        preprocessed_root: Blake2sHash,
    ) -> Result<Proof, PackError> {
        let Self {
            head,
            tail,
            shape,
            setting,
            layers,
        } = self;
        let positions = query_positions(channel.clone(), &head, shape, setting)?;
        let height = shape.max_log_rows() + setting.log_blowup;
        let openings = Openings::new(&positions, height, &layers);

        let mut bits = BitReader::new(tail);
        let mut queried = Vec::new();
        for logs in shape.trees() {
            let mut columns = Vec::with_capacity(logs.len());
            for log in logs {
                let (ranks, rows) = distinct_rows(&positions, height, log + setting.log_blowup);
                let sent = bits.elements(rows)?;
                columns.push(ranks.iter().map(|rank| sent[*rank]).collect());
            }
            queried.push(columns);
        }
        let mut siblings = Vec::new();
        for (count, _) in &openings.fri {
            siblings.push(bits.secures(*count)?);
        }

        let mut rest = bits.finish()?;
        let mut decommitments = Vec::new();
        for logs in shape.trees() {
            let count = if logs.is_empty() {
                0
            } else {
                openings.trace_hashes
            };
            let hash_witness = hashes(&mut rest, count)?;
            decommitments.push(MerkleDecommitmentLifted { hash_witness });
        }
        let mut fri = Vec::new();
        for ((fri_witness, root), (_, count)) in
            siblings.into_iter().zip(&head.fri_roots).zip(&openings.fri)
        {
            let hash_witness = hashes(&mut rest, *count)?;
            fri.push(FriLayerProof {
                fri_witness,
                decommitment: MerkleDecommitmentLifted { hash_witness },
                commitment: *root,
            });
        }
        if !rest.is_empty() {
            return Err(PackError::Trailing(rest.len()));
        }

        let mut sampled = head.sampled.into_iter();
        let mut column = |points: u32| sampled.by_ref().take(points as usize).collect();
        let sampled_values = shape
            .openings()
            .into_iter()
            .map(|tree| tree.into_iter().map(&mut column).collect())
            .collect();
        let first_layer = fri.remove(0);
        Ok(StarkProof(CommitmentSchemeProof {
            config: pcs_config(setting, shape),
            commitments: TreeVec(vec![
                preprocessed_root,
                head.base_root,
                head.interaction_root,
                head.composition_root,
            ]),
            sampled_values: TreeVec(sampled_values),
            decommitments: TreeVec(decommitments),
            queried_values: TreeVec(queried),
            proof_of_work: head.nonce,
            fri_proof: FriProof {
                first_layer,
                inner_layers: fri,
                last_layer_poly: LinePoly::new(head.last_layer),
            },
        }))
    }
}

fn check(shape: &ProofShape, setting: &FriSetting) -> Result<Vec<FriLayer>, PackError> {
    shape.validate().map_err(PackError::Shape)?;
    setting
        .layers(shape.max_log_rows())
        .ok_or(PackError::Setting)
}

fn head_of(
    proof: &Proof,
    shape: &ProofShape,
    setting: &FriSetting,
    layers: &[FriLayer],
) -> Result<Head, PackError> {
    let [_, base_root, interaction_root, composition_root] = proof.commitments[..] else {
        return Err(PackError::Structure("trees"));
    };
    same(proof.queried_values.len(), 4, "trees")?;
    same(proof.decommitments.len(), 4, "trees")?;
    let openings = |tree: &Vec<Vec<SecureField>>| tree.iter().map(|c| c.len() as u32).collect();
    let found: Vec<Vec<u32>> = proof.sampled_values.iter().map(openings).collect();
    if found[..] != shape.openings() {
        return Err(PackError::Structure("openings"));
    }
    if proof.config != pcs_config(setting, shape) {
        return Err(PackError::Structure("configuration"));
    }
    let fri_roots: Vec<_> = fri_layers(proof).map(|layer| layer.commitment).collect();
    same(fri_roots.len(), layers.len(), "FRI layers")?;
    let last_layer = proof.fri_proof.last_layer_poly.to_vec();
    same(last_layer.len(), 1 << setting.log_last_layer, "last layer")?;
    Ok(Head {
        base_root,
        interaction_root,
        composition_root,
        fri_roots,
        nonce: proof.proof_of_work,
        sampled: proof.sampled_values.clone().flatten_cols(),
        last_layer,
    })
}

fn fri_layers(proof: &Proof) -> impl Iterator<Item = &FriLayerProof<Blake2sMerkleHasher>> {
    let fri = &proof.fri_proof;
    std::iter::once(&fri.first_layer).chain(&fri.inner_layers)
}

fn same(found: usize, wanted: usize, what: &'static str) -> Result<(), PackError> {
    if found == wanted {
        Ok(())
    } else {
        Err(PackError::Structure(what))
    }
}

fn hash(rest: &mut &[u8]) -> Result<Blake2sHash, PackError> {
    let (hash, after) = rest.split_first_chunk().ok_or(PackError::Truncated)?;
    *rest = after;
    Ok(Blake2sHash(*hash))
}

fn hashes(rest: &mut &[u8], count: usize) -> Result<Vec<Blake2sHash>, PackError> {
    (0..count).map(|_| hash(rest)).collect()
}
