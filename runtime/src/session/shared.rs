//! The steps that prover and verifier share: forks of the transcript, claims, public terms (spec 6).

use attnc_compiler::choice::cost::{FriSetting, ProofShape};
use attnc_compiler::circuit::Circuit;
use num_traits::Zero;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::PcsConfig;

use crate::session::account::{ProofTerms, SessionAccount};
use crate::session::air;
use crate::session::challenges::Challenges;
use crate::session::security::{bus_pow_bits, pcs_config, Setting};
use crate::session::statement::Statement;

/// What a setting means for one proof of a circuit.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub shape: ProofShape,
    pub fri: FriSetting,
    pub pcs: PcsConfig,
}

impl Scheme {
    /// The parameters of every proof of a circuit.
    pub fn of(circuit: &Circuit, setting: Setting) -> Vec<Self> {
        (0..circuit.proofs.len())
            .map(|proof| {
                let shape = ProofShape::of(circuit, proof);
                let fri = setting.fri_setting(shape.max_log_rows());
                Self {
                    pcs: pcs_config(&fri, &shape),
                    shape,
                    fri,
                }
            })
            .collect()
    }
}

/// Bits to grind before the session's challenges.
pub fn session_pow_bits(circuit: &Circuit, setting: Setting) -> u32 {
    bus_pow_bits(setting, circuit.bus_degree().total())
}

/// The security account of a session.
pub fn account(circuit: &Circuit, setting: Setting) -> SessionAccount {
    let schemes = Scheme::of(circuit, setting);
    let proofs = schemes
        .iter()
        .enumerate()
        .map(|(proof, scheme)| ProofTerms {
            fri: &scheme.fri,
            shape: &scheme.shape,
            constraints: air::constraints(circuit, proof),
        });
    SessionAccount::new(
        &proofs.collect::<Vec<_>>(),
        circuit.bus_degree(),
        session_pow_bits(circuit, setting),
    )
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
