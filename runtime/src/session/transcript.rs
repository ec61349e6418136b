//! The steps that prover and verifier share (spec 6): grinding, forks of the transcript, claims, and
//! their balance with the public terms.

use attnc_compiler::choice::cost::{Masks, RING_TUPLE};
use attnc_compiler::circuit::{BusDegree, Circuit};
use num_traits::Zero;
use stwo::core::channel::Channel;
use stwo::core::fields::qm31::SecureField;

use crate::session::challenges::Challenges;
use crate::session::security::{bus_pow_bits, Setting};
use crate::session::statement::Public;

/// What the degree of the bus's equation is made of, over all proofs of a session: linked proofs that hide
/// have a ring each, of two tuples a row (spec 9.1).
pub fn bus_degree(circuit: &Circuit, masks: Option<Masks>) -> BusDegree {
    let degree = circuit.bus_degree();
    match masks.and_then(|masks| masks.ring(circuit)) {
        Some(rows) => BusDegree {
            uses: degree.uses + ((2 * circuit.proofs.len() as u64) << rows),
            longest: degree.longest.max(RING_TUPLE as u64),
            ..degree
        },
        None => degree,
    }
}

/// Bits to grind before the session's challenges.
pub fn session_pow_bits(circuit: &Circuit, setting: Setting) -> u32 {
    bus_pow_bits(setting, bus_degree(circuit, setting.masks()).total())
}

/// Step 3: the session's challenges. `None` where one is such that prover and verifier end here: a lane's
/// weight has a pole; or, of linked proofs that hide, the elements of a tuple are not independent.
pub fn draw(channel: &mut impl Channel, circuit: &Circuit, setting: Setting) -> Option<Challenges> {
    let challenges = Challenges::draw(channel, circuit)?;
    let dependent = circuit.is_linked() && challenges.alpha[1].1.is_zero();
    (!setting.hides() || !dependent).then_some(challenges)
}

/// Step 4: the channel of one proof, with its position absorbed.
pub fn fork<C: Channel>(channel: &C, position: usize) -> C {
    let mut channel = channel.clone();
    channel.mix_u32s(&[0x666f_726b, position as u32]);
    channel
}

/// Step 4, after the interaction trace is committed: the components' claims.
pub fn absorb_claims(channel: &mut impl Channel, claims: &[SecureField]) {
    channel.mix_felts(claims);
}

/// Step 5: the sum of all claims and of the public terms; zero if the bus balances.
pub fn balance<'a>(
    claims: impl IntoIterator<Item = &'a SecureField>,
    public: SecureField,
) -> SecureField {
    claims.into_iter().fold(public, |sum, &claim| sum + claim)
}

/// What the public tensors put on the bus. `None` if a challenge is a pole.
pub fn public_terms(
    circuit: &Circuit,
    publics: &[Public],
    challenges: &Challenges,
) -> Option<SecureField> {
    let mut sum = SecureField::zero();
    for (tensor, public) in circuit.publics.iter().zip(publics) {
        sum += challenges.public_term(tensor, &public.elements)?;
    }
    Some(sum)
}
