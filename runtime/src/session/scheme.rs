//! What a setting means for every proof of a circuit: its shape, its FRI parameters, Stwo's
//! configuration.

use attnc_compiler::choice::cost::{FriSetting, ProofShape};
use attnc_compiler::circuit::Circuit;
use stwo::core::pcs::PcsConfig;

use crate::session::security::{pcs_config, Setting};

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
