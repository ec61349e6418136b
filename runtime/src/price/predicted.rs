//! The bytes of a proof file, before there is one.

use attnc_compiler::choice::cost::{predict, Prediction};
use attnc_compiler::circuit::Circuit;

use crate::files::proof::{part_bytes, SESSION_BYTES};
use crate::session::security::Setting;
use crate::session::Scheme;

/// The predicted bytes of one proof in a proof file, with its claims and lengths.
pub fn predicted(scheme: &Scheme) -> Option<(usize, Prediction)> {
    let prediction = predict(&scheme.shape, &scheme.fri)?;
    let bytes = part_bytes(scheme.claims, prediction.packed_bytes as usize);
    Some((bytes, prediction))
}

/// The predicted bytes of a proof file after the statement.
pub fn predicted_session(circuit: &Circuit, setting: Setting) -> Option<usize> {
    let mut bytes = SESSION_BYTES;
    for scheme in &Scheme::of(circuit, setting) {
        bytes += predicted(scheme)?.0;
    }
    Some(bytes)
}
