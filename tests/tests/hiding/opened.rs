//! A proof's bytes as anyone reads them: the transcript replayed, the values that are opened, and where.

use attnc::session::pack::{Packed, Proof};
use attnc::session::prove::Session;
use attnc::session::replay::query_positions;
use attnc::session::security::Setting;
use attnc::session::{absorb_claims, draw, fork, session_pow_bits, Scheme};
use attnc_compiler::circuit::Circuit;
use stwo::core::channel::{Channel, MerkleChannel};
use stwo::core::circle::CirclePoint;
use stwo::core::fields::qm31::SecureField;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;

/// One proof of a session.
pub struct Opened {
    pub scheme: Scheme,
    pub stark: Proof,
    /// Of the queries, sorted and distinct.
    pub positions: Vec<usize>,
    /// The point out of the domain.
    pub point: CirclePoint<SecureField>,
}

/// Reads all proofs of a session; of a secret it knows nothing.
pub fn open(circuit: &Circuit, session: &Session) -> Vec<Opened> {
    let statement = &session.statement;
    let setting: Setting = statement.security.parse().unwrap();
    let schemes = Scheme::of(circuit, setting);
    let roots = statement
        .preprocessed
        .iter()
        .map(|root| Blake2sHash(root.0));
    let roots: Vec<Blake2sHash> = roots.collect();
    let packed = session.proofs.iter().zip(&schemes);
    let packed = packed
        .map(|(part, scheme)| Packed::parse(&part.packed, &scheme.shape, &scheme.fri).unwrap());
    let packed: Vec<Packed<'_>> = packed.collect();
    let mut channel = statement.channel();
    for ((scheme, packed), root) in schemes.iter().zip(&packed).zip(&roots) {
        scheme.pcs.mix_into(&mut channel);
        Blake2sMerkleChannel::mix_root(&mut channel, *root);
        Blake2sMerkleChannel::mix_root(&mut channel, packed.head().base_root);
    }
    assert!(channel.verify_pow_nonce(session_pow_bits(circuit, setting), session.nonce));
    channel.mix_u64(session.nonce);
    draw(&mut channel, circuit, setting).unwrap();
    let proofs = packed.into_iter().zip(&schemes).zip(&roots).enumerate();
    let proofs = proofs.map(|(number, ((packed, scheme), root))| {
        let (head, claims) = (packed.head().clone(), &session.proofs[number].claims);
        let mut channel = fork(&channel, number);
        Blake2sMerkleChannel::mix_root(&mut channel, head.interaction_root);
        if !claims.is_empty() {
            absorb_claims(&mut channel, claims);
        }
        let (shape, fri) = (&scheme.shape, &scheme.fri);
        let positions = query_positions(channel.clone(), &head, shape, fri).unwrap();
        let stark = packed.open(&channel, *root).unwrap();
        channel.draw_secure_felt();
        Blake2sMerkleChannel::mix_root(&mut channel, head.composition_root);
        Opened {
            scheme: scheme.clone(),
            stark,
            positions,
            point: CirclePoint::<SecureField>::get_random_point(&mut channel),
        }
    });
    proofs.collect()
}
