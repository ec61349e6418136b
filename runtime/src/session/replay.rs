//! The verifier's channel replayed from the start of Stwo's `verify` to the query positions.

use attnc_compiler::choice::cost::{FriLayer, FriSetting, ProofShape};
use num_traits::{One, Zero};
use stwo::core::channel::{Blake2sChannel, Channel, MerkleChannel};
use stwo::core::circle::CirclePoint;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::queries::{draw_queries, Queries};
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;

use crate::session::pack_error::PackError;

/// The part of a proof that Stwo's verifier absorbs: with the channel it fixes the queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Root of the main trace's tree.
    pub base_root: Blake2sHash,
    /// Root of the interaction trace's tree.
    pub interaction_root: Blake2sHash,
    /// Root of the composition polynomial's tree.
    pub composition_root: Blake2sHash,
    /// Roots of the FRI layers, first layer first.
    pub fri_roots: Vec<Blake2sHash>,
    /// The proof of work before the queries.
    pub nonce: u64,
    /// Openings out of the domain, by tree, column and point.
    pub sampled: Vec<SecureField>,
    /// Coefficients of the last layer's polynomial, in Stwo's (bit-reversed) order.
    pub last_layer: Vec<SecureField>,
}

/// The sorted distinct query positions that Stwo's `verify` will draw, out of
/// 2^(log rows + log blowup).
///
/// `channel` is as it will be handed to `verify`: the caller has absorbed the preprocessed, base
/// and interaction roots and whatever belongs to the statement. The steps are `verify_ex`'s,
/// `verify_values`' and `FriVerifier::commit`'s.
///
/// # Errors
/// [`PackError::Grinding`] if the nonce does not do its work, and [`PackError::UnluckyPoint`] if
/// the out-of-domain point would make Stwo divide by zero, or the quotients' challenge would not
/// mask them (chance 2^-61 a proof each).
pub fn query_positions(
    mut channel: Blake2sChannel,
    head: &Head,
    shape: &ProofShape,
    setting: &FriSetting,
) -> Result<Vec<usize>, PackError> {
    // The weights of the constraints, the composition root, the out-of-domain point.
    channel.draw_secure_felt();
    Blake2sMerkleChannel::mix_root(&mut channel, head.composition_root);
    draw_point(&mut channel, shape, setting)?;

    // The openings, the weights of the quotients.
    channel.mix_felts(&head.sampled);
    let batch = channel.draw_secure_felt();
    // The four columns that mask FRI would not be independent.
    if shape.hiding && batch.1.is_zero() {
        return Err(PackError::UnluckyPoint);
    }

    // FRI: a folding challenge after each root, then the last layer.
    for root in &head.fri_roots {
        Blake2sMerkleChannel::mix_root(&mut channel, *root);
        channel.draw_secure_felt();
    }
    channel.mix_felts(&head.last_layer);

    // Grinding, and the queries.
    if !channel.verify_pow_nonce(setting.pow_bits, head.nonce) {
        return Err(PackError::Grinding);
    }
    channel.mix_u64(head.nonce);
    let height = shape.max_log_rows() + setting.log_blowup;
    let raw = draw_queries(&mut channel, height, setting.queries as usize);
    Ok(Queries::new(&raw, height).positions)
}

/// Draws the out-of-domain point, and refuses one at which Stwo would panic.
fn draw_point(
    channel: &mut Blake2sChannel,
    shape: &ProofShape,
    setting: &FriSetting,
) -> Result<(), PackError> {
    // `get_random_point` divides by 1 + t^2.
    let t = channel.clone().draw_secure_felt();
    if (t * t + SecureField::one()).is_zero() {
        return Err(PackError::UnluckyPoint);
    }
    let point = CirclePoint::<SecureField>::get_random_point(channel);

    // A quotient's line joins a sample point to its conjugate, so their y must differ. Then the
    // line meets the circle nowhere else, no query lies on it, and no denominator is 0; nor is
    // the point in the trace's domain, whose vanishing polynomial Stwo divides by.
    let step = CanonicCoset::new(shape.trace_log_rows()).step();
    let mut shifts: Vec<CirclePoint<BaseField>> = vec![CirclePoint::zero(), step, step.conjugate()];
    let lifted = CanonicCoset::new(shape.max_log_rows() + setting.log_blowup).step();
    for &(log_rows, openings) in &shape.interaction {
        if openings == 2 {
            shifts.push(lifted.repeated_double(log_rows + setting.log_blowup));
        }
    }
    let degenerate = |shift: &CirclePoint<BaseField>| (point + shift.into_ef()).y.1.is_zero();
    if shifts.iter().any(degenerate) {
        return Err(PackError::UnluckyPoint);
    }
    Ok(())
}

/// How many elements and hashes a proof sends, once its query positions are known.
#[derive(Clone, Debug)]
pub struct Openings {
    /// Witness hashes of every trace tree that has columns.
    pub trace_hashes: usize,
    /// Siblings and witness hashes of each FRI layer.
    pub fri: Vec<(usize, usize)>,
}

impl Openings {
    /// The exact counts for `positions`, sorted and distinct, in a domain of 2^`height` points.
    pub fn new(positions: &[usize], height: u32, layers: &[FriLayer]) -> Self {
        let mut known = positions.to_vec();
        let mut fri = Vec::with_capacity(layers.len());
        for layer in layers {
            let cosets = parents(&known, layer.fold);
            let siblings = (cosets.len() << layer.fold) - known.len();
            // A coset's leaves are all there, so hashes are wanted above its root only.
            let hashes = witness_hashes(&cosets, layer.log_domain - layer.fold);
            fri.push((siblings, hashes));
            known = cosets;
        }
        Self {
            trace_hashes: witness_hashes(positions, height),
            fri,
        }
    }
}

/// Which rows of a column the positions fall on: for each position the rank of its row in order of
/// first appearance, and the number of distinct rows.
///
/// A column of 2^`log_domain` points in a tree of height `height` holds, at a position, the value
/// of the row made of the position's highest `log_domain` - 1 bits and its lowest bit.
pub fn distinct_rows(positions: &[usize], height: u32, log_domain: u32) -> (Vec<usize>, usize) {
    let row = |position: usize| (position >> (height - log_domain + 1) << 1) + (position & 1);
    let mut rows: Vec<usize> = Vec::new();
    // Positions are sorted, so only the two rows of the latest pair can come again.
    let rank = |position: &usize| {
        let row = row(*position);
        let recent = rows.len().saturating_sub(2);
        match rows[recent..].iter().position(|seen| *seen == row) {
            Some(i) => recent + i,
            None => {
                rows.push(row);
                rows.len() - 1
            }
        }
    };
    let ranks: Vec<usize> = positions.iter().map(rank).collect();
    (ranks, rows.len())
}

fn parents(positions: &[usize], levels: u32) -> Vec<usize> {
    let mut parents: Vec<usize> = positions.iter().map(|p| p >> levels).collect();
    parents.dedup();
    parents
}

fn witness_hashes(positions: &[usize], height: u32) -> usize {
    let mut nodes = positions.to_vec();
    let mut hashes = 0;
    for _ in 0..height {
        let above = parents(&nodes, 1);
        hashes += 2 * above.len() - nodes.len();
        nodes = above;
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_lower_column_repeat() {
        // Height 4, column of 2^2 points: rows are (top bit, lowest bit).
        let positions = [1, 2, 4, 5, 8, 15];
        let (ranks, rows) = distinct_rows(&positions, 4, 2);
        assert_eq!(ranks, [0, 1, 1, 0, 2, 3]);
        assert_eq!(rows, 4);
        assert_eq!(distinct_rows(&positions, 4, 4).1, 6);
    }

    #[test]
    fn witnesses_of_a_pair_and_of_one_leaf() {
        assert_eq!(witness_hashes(&[2, 3], 2), 1);
        assert_eq!(witness_hashes(&[2], 5), 5);
    }
}
