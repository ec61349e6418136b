//! All proofs of a session, packed.

use stwo::core::fields::qm31::SecureField;

use crate::session::statement::Statement;
use crate::session::verify::Part;

/// One proof of a session, packed.
#[derive(Clone, Debug, PartialEq)]
pub struct ProofPart {
    /// The claims of its components, in order.
    pub claims: Vec<SecureField>,
    pub packed: Vec<u8>,
}

/// All proofs of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub statement: Statement,
    /// What was ground before the session's challenges.
    pub nonce: u64,
    pub proofs: Vec<ProofPart>,
}

impl Session {
    /// The proofs as a verifier reads them.
    pub fn parts(&self) -> Vec<Part<'_>> {
        self.proofs
            .iter()
            .map(|part| Part {
                claims: part.claims.clone(),
                packed: &part.packed,
            })
            .collect()
    }
}
