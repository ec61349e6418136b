//! The account of a session: the least of its proofs'.

use std::fmt;

use attnc_compiler::circuit::{BusDegree, Circuit};
use serde::Serialize;

use super::bits::Bits;
use super::proof::Account;
use super::regime::{chosen, vanishing, ProofTerms};
use crate::session::air;
use crate::session::hiding;
use crate::session::scheme::Scheme;
use crate::session::security::Setting;
use crate::session::transcript::{bus_degree, session_pow_bits};

/// The security account of a session.
pub fn account(circuit: &Circuit, setting: Setting) -> SessionAccount {
    let schemes = Scheme::of(circuit, setting);
    let proofs = schemes
        .iter()
        .enumerate()
        .map(|(proof, scheme)| ProofTerms {
            fri: &scheme.fri,
            shape: &scheme.shape,
            constraints: air::constraints(circuit, proof)
                + hiding::constraints(circuit, scheme.masks),
        });
    SessionAccount::new(
        &proofs.collect::<Vec<_>>(),
        bus_degree(circuit, setting.masks()),
        session_pow_bits(circuit, setting),
    )
}

/// The security of all proofs of a session: the least of each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionAccount {
    /// The proofs' accounts, in plan order.
    pub proofs: Vec<Account>,
    /// The conjectured minimum.
    pub conjectured_bits: f64,
    /// The proven minimum.
    pub proven_bits: f64,
}

impl SessionAccount {
    /// The account of a session of proofs, on a bus of this degree in its challenges, before which
    /// `bus_pow_bits` were ground; one without proofs is worth nothing.
    pub fn new(proofs: &[ProofTerms<'_>], bus: BusDegree, bus_pow_bits: u32) -> Self {
        let regimes = chosen(proofs, vanishing(bus.total(), bus_pow_bits));
        let lists = regimes.iter().map(|regime| regime.list).sum();
        let accounts = proofs.iter().zip(&regimes);
        let proofs: Vec<Account> = accounts
            .map(|(proof, regime)| proof.account(regime, lists, bus, bus_pow_bits))
            .collect();
        let least = |bits: fn(&Account) -> f64| proofs.iter().map(bits).reduce(f64::min);
        Self {
            conjectured_bits: least(|proof| proof.conjectured_bits).unwrap_or(0.0),
            proven_bits: least(|proof| proof.proven_bits).unwrap_or(0.0),
            proofs,
        }
    }
}

/// What the conjectured bits rest on (spec 9), in lines.
pub const CONJECTURE: &str = "\
The conjectured bits rest on no attack on FRI being known that is better than to guess, at 1/blowup
a query. They once followed from a conjecture, that Reed-Solomon codes behave up to capacity, which
was refuted in 2025 (eprint 2025/2010, 2025/2046). The proven bits rest on no conjecture.";

impl fmt::Display for SessionAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, proof) in self.proofs.iter().enumerate() {
            if self.proofs.len() > 1 {
                writeln!(f, "proof {}:", position + 1)?;
            }
            writeln!(f, "{proof}")?;
        }
        write!(
            f,
            "in all: {} bits conjectured, {} proven",
            Bits(self.conjectured_bits),
            Bits(self.proven_bits)
        )
    }
}
