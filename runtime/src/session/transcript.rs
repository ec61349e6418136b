//! The steps that prover and verifier share (spec 6): grinding, forks of the transcript, claims, and
//! their balance with the public terms.

use attnc_compiler::circuit::Circuit;
use num_traits::Zero;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::qm31::SecureField;

use crate::session::challenges::Challenges;
use crate::session::security::{bus_pow_bits, Setting};
use crate::session::statement::Statement;

/// Bits to grind before the session's challenges.
pub fn session_pow_bits(circuit: &Circuit, setting: Setting) -> u32 {
    bus_pow_bits(setting, circuit.bus_degree().total())
}

/// Step 4: the channel of one proof, with its position absorbed.
pub fn fork(channel: &Blake2sChannel, position: usize) -> Blake2sChannel {
    let mut channel = channel.clone();
    channel.mix_u32s(&[0x666f_726b, position as u32]);
    channel
}

/// Step 4, after the interaction trace is committed: the components' claims.
pub fn absorb_claims(channel: &mut Blake2sChannel, claims: &[SecureField]) {
    channel.mix_felts(claims);
}

/// Step 5: the sum of all claims and of the public terms; zero if the bus balances. `None` if a
/// challenge is a pole.
pub fn balance(
    circuit: &Circuit,
    statement: &Statement,
    challenges: &Challenges,
    claims: &[Vec<SecureField>],
) -> Option<SecureField> {
    let mut sum = claims
        .iter()
        .flatten()
        .fold(SecureField::zero(), |a, &b| a + b);
    for (tensor, public) in circuit.publics.iter().zip(&statement.publics) {
        sum += challenges.public_term(tensor, &public.elements)?;
    }
    Some(sum)
}
