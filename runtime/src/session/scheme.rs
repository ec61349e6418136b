//! What a setting means for every proof of a circuit: its shape, its FRI parameters, Stwo's
//! configuration.

use attnc_compiler::choice::cost::{Features, FriSetting, Masks, ProofShape};
use attnc_compiler::circuit::Circuit;
use stwo::core::pcs::PcsConfig;

use crate::session::security::{pcs_config, Setting};

/// What a setting means for one proof of a circuit.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub shape: ProofShape,
    pub fri: FriSetting,
    pub pcs: PcsConfig,
    /// If it hides.
    pub masks: Option<Masks>,
    /// How many sums the prover states: see [`claims`].
    pub claims: usize,
}

impl Scheme {
    /// The parameters of every proof of a circuit.
    pub fn of(circuit: &Circuit, setting: Setting) -> Vec<Self> {
        (0..circuit.proofs.len())
            .map(|proof| {
                let masks = setting.masks();
                let shape = match &masks {
                    None => ProofShape::of(circuit, proof),
                    Some(masks) => ProofShape::hiding(circuit, proof, masks),
                };
                let fri = setting.fri_setting(shape.max_log_rows());
                Self {
                    pcs: pcs_config(&fri, &shape),
                    shape,
                    fri,
                    masks,
                    claims: claims(circuit, proof, setting.hides()),
                }
            })
            .collect()
    }
}

/// The sizes of all proofs of a circuit, which hide if there are masks.
pub fn features(circuit: &Circuit, masks: Option<Masks>) -> Features {
    match masks {
        None => Features::of(circuit),
        Some(masks) => Features::hiding(circuit, &masks),
    }
}

/// How many sums the prover of a proof states: one for each component; of linked proofs that hide each its
/// total, and of one that hides and stands alone none.
pub fn claims(circuit: &Circuit, proof: usize, hides: bool) -> usize {
    match hides {
        true => usize::from(circuit.is_linked()),
        false => circuit.components_of(proof).count(),
    }
}
