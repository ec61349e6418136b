//! The expected bytes of a packed proof (spec 8.4).

use serde::{Deserialize, Serialize};

use super::shape::Profile;
use super::{FriLayer, FriSetting, ProofShape, ELEMENT_BITS, HASH_BYTES, SECURE_ELEMENTS};

/// Bytes of a packed proof, divided as Stwo's `StarkProofSizeBreakdown` divides them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// The expected size of the packed proof (`runtime/src/session/pack.rs`), over the queries' randomness;
/// `None` if Stwo refuses the setting for the shape's rows.
///
/// With q queries, V(l) = 2^l (1 - (1 - 2^-l)^q) distinct nodes are expected at depth l of a tree;
/// a tree of height h needs the sum over l < h of 2 V(l) - V(l + 1) witness hashes, and a column of
/// 2^l points opens V(l) values. A FRI layer of 2^d points folded by k opens whole cosets: of its
/// V(d - k) 2^k points all but the V(d) known ones are sent, and the hashes start at depth d - k.
pub fn predict(shape: &ProofShape, setting: &FriSetting) -> Option<Prediction> {
    Expected::new(setting.queries).predict(&shape.profile(), setting)
}

/// log2 of the largest tree, and a level more.
const LEVELS: usize = 33;

/// Fraction bits of what is expected: a choice that prover and verifier make from it by themselves
/// is one between integers, the same on every platform (spec 9).
const FRACTION: u32 = 64;

/// What a number of uniform queries is expected to hit, and to send, in units of 2^-64.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Distinct nodes by depth: V.
    nodes: [i128; LEVELS],
    /// Witness hashes by height.
    witnesses: [i128; LEVELS],
}

impl Expected {
    /// For this many queries, before equal ones are merged.
    pub fn new(queries: u32) -> Self {
        let one = 1i128 << FRACTION;
        let mut nodes = [0; LEVELS];
        for (log, distinct) in nodes.iter_mut().enumerate() {
            let missed = (0..queries).fold(one, |missed, _| (missed * ((1 << log) - 1)) >> log);
            *distinct = (one - missed) << log;
        }
        let mut witnesses = [0; LEVELS];
        for height in 1..LEVELS {
            witnesses[height] = witnesses[height - 1] + (2 * nodes[height - 1] - nodes[height]);
        }
        Self { nodes, witnesses }
    }

    /// Expected bytes of a column's values at the queries, on a domain of 2^`log_domain` points.
    pub fn column_bytes(&self, log_domain: u32) -> f64 {
        self.distinct(log_domain) * ELEMENT_BITS as f64 / 8.0
    }

    /// Expected distinct values among draws out of 2^`log`.
    fn distinct(&self, log: u32) -> f64 {
        real(self.nodes[log as usize])
    }

    /// Expected witness hashes of paths down to depth `height`.
    fn witnesses(&self, height: u32) -> f64 {
        real(self.witnesses[height as usize])
    }

    /// [`predict`], for a shape's profile; the queries must be those of `self`.
    pub fn predict(&self, profile: &Profile, setting: &FriSetting) -> Option<Prediction> {
        let parts = self.parts(profile, setting)?;
        let [sampled_values, queried_values, fri_samples, fri_decommitments, trace_decommitments, other] =
            parts.map(|bytes| bytes.round() as u64);
        let breakdown = Breakdown {
            sampled_values,
            queried_values,
            fri_samples,
            fri_decommitments,
            trace_decommitments,
            other,
        };
        Some(Prediction {
            packed_bytes: breakdown.total(),
            breakdown,
        })
    }

    /// Expected bytes of the packed proof, not rounded.
    pub fn bytes(&self, profile: &Profile, setting: &FriSetting) -> Option<f64> {
        Some(self.parts(profile, setting)?.iter().sum())
    }

    /// Bytes in the order of [`Breakdown`]'s fields.
    fn parts(&self, profile: &Profile, setting: &FriSetting) -> Option<[f64; 6]> {
        let layers = setting.layers(profile.max_log_rows)?;
        let height = setting.log_domain(profile.max_log_rows);
        let columns = profile.columns.iter().zip(0..);
        let queried: f64 = columns
            .filter(|(columns, _)| **columns > 0)
            .map(|(columns, log)| *columns as f64 * self.distinct(setting.log_domain(log)))
            .sum();
        // Three roots: the verifier has the preprocessed one already.
        let trace_hashes = 3.0 + profile.trees as f64 * self.witnesses(height);
        let (fri_elements, fri_hashes) = self.fri(&layers, setting);
        Some([
            secure_bytes(profile.sampled_values as f64),
            queried * ELEMENT_BITS as f64 / 8.0,
            secure_bytes(real(fri_elements)),
            hash_bytes(real(fri_hashes)),
            hash_bytes(trace_hashes),
            // The nonce; two paddings of half a byte on average.
            9.0,
        ])
    }

    /// Expected bits of FRI's part of a packed proof, in units of 2^-64.
    pub(super) fn fri_bits(&self, layers: &[FriLayer], setting: &FriSetting) -> i128 {
        let (elements, hashes) = self.fri(layers, setting);
        elements * (SECURE_ELEMENTS * ELEMENT_BITS) as i128 + hashes * (8 * HASH_BYTES) as i128
    }

    /// Expected secure field elements (siblings, last layer) and hashes (roots, witnesses) of FRI,
    /// in units of 2^-64.
    fn fri(&self, layers: &[FriLayer], setting: &FriSetting) -> (i128, i128) {
        let mut elements = 1 << (FRACTION + setting.log_last_layer);
        let mut hashes = (layers.len() as i128) << FRACTION;
        for layer in layers {
            let cosets = (layer.log_domain - layer.fold) as usize;
            elements += (self.nodes[cosets] << layer.fold) - self.nodes[layer.log_domain as usize];
            hashes += self.witnesses[cosets];
        }
        (elements, hashes)
    }
}

/// A number of units of 2^-64.
fn real(units: i128) -> f64 {
    units as f64 / (1u128 << FRACTION) as f64
}

/// Bytes of a secure field element, as of an opening out of the domain.
pub fn opening_bytes() -> f64 {
    secure_bytes(1.0)
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

    #[test]
    fn one_query_opens_one_path() {
        let one = Expected::new(1);
        assert_eq!(one.distinct(9), 1.0);
        assert_eq!(one.witnesses(9), 9.0);
        assert_eq!(Expected::new(20).distinct(0), 1.0);
    }
}
