//! Why a proof is refused, and what that means where the reason is the protocol's.

use std::fmt;

use stwo::core::fri::FriVerificationError as Fri;
use stwo::core::verifier::VerificationError;

use crate::session::account::Bits;
use crate::session::pack_error::PackError;

/// Why a proof was refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Rejection {
    /// The file is not a whole proof file of this version.
    File(String),
    /// A field of the statement is not what the verifier expects.
    Statement {
        field: &'static str,
        found: String,
        expected: String,
    },
    /// A public tensor is not what the verifier expects.
    Public { name: String, what: String },
    /// The setting is worth too little.
    Security {
        bits: f64,
        wanted: f64,
        proven: bool,
    },
    /// A proof's bytes have the wrong structure.
    Structure { proof: String, error: PackError },
    /// The work before the session's challenges was not done.
    Grinding,
    /// A challenge hit a pole.
    Unlucky,
    /// Stwo's verifier refuses: for which reason, and what that means.
    Stark {
        proof: String,
        reason: String,
        meaning: &'static str,
    },
    /// The claims and the public terms do not cancel.
    Bus,
    /// Two parts disagree about an element that both have in their statement.
    Crossing {
        tensor: String,
        at: Vec<u64>,
        parts: [String; 2],
        elements: [i64; 2],
    },
    /// The proofs of a set are not parts of one session of one plan.
    Set(String),
}

// What a reason means.
const OPENINGS: &str = "The values that it opens do not belong to its commitments: the proof was \
                        changed, is of another key, or never was a proof of this.";
const EQUATIONS: &str = "What it opens at a random point does not satisfy the program's \
                         equations: the proof or its statement was changed, or it proves something else.";
const DEGREE: &str = "What it commits to are not columns of the length that they must have: the \
                      proof was changed, or is of no run of the program.";
const WORK: &str = "The work that a prover does before it learns what is asked of it does not fit \
                    the rest: the proof or its statement was changed, or never was a proof of this.";
const FORM: &str =
    "It does not have the form that this key's proofs have: the proof was changed or \
                    cut off, is of another key, or never was a proof of this.";
const BUS: &str = "What one part of it hands on is not what another takes: the statement or a \
                   proof was changed, or never was of a run of the program.";
const CHANCE: &str = "A random number fell where the check has no answer, which happens once in \
                      very many proofs: prove again with another context.";

impl Rejection {
    /// That Stwo's verifier refuses the proof of this name.
    pub fn stark(proof: &str, error: &VerificationError) -> Self {
        let meaning = match error {
            VerificationError::InvalidStructure(_) => FORM,
            VerificationError::Merkle(_) => OPENINGS,
            VerificationError::OodsNotMatching => EQUATIONS,
            VerificationError::ProofOfWork => WORK,
            VerificationError::Fri(error) => match error {
                // So many layers, witnesses or coefficients are not theirs.
                Fri::InvalidNumFriLayers
                | Fri::FirstLayerEvaluationsInvalid
                | Fri::InnerLayerEvaluationsInvalid { .. }
                | Fri::LastLayerDegreeInvalid => FORM,
                Fri::FirstLayerCommitmentInvalid { .. }
                | Fri::InnerLayerCommitmentInvalid { .. } => OPENINGS,
                Fri::LastLayerEvaluationsInvalid => DEGREE,
            },
        };
        Self::Stark {
            proof: proof.to_string(),
            reason: error.to_string(),
            meaning,
        }
    }

    /// What a reason of the protocol means to whoever does not know it: a sentence. The others say it
    /// themselves.
    pub fn meaning(&self) -> Option<&'static str> {
        match self {
            Self::Stark { meaning, .. } => Some(meaning),
            Self::Structure { error, .. } => Some(match error {
                PackError::Grinding => WORK,
                PackError::UnluckyPoint => CHANCE,
                PackError::Shape(_)
                | PackError::Setting
                | PackError::Truncated
                | PackError::Trailing(_)
                | PackError::Element
                | PackError::Padding
                | PackError::Openings { .. }
                | PackError::Structure(_) => FORM,
            }),
            Self::Grinding => Some(WORK),
            Self::Unlucky => Some(CHANCE),
            Self::Bus => Some(BUS),
            Self::File(_)
            | Self::Statement { .. }
            | Self::Public { .. }
            | Self::Security { .. }
            | Self::Crossing { .. }
            | Self::Set(_) => None,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(what) => write!(f, "the proof file is unusable: {what}"),
            Self::Statement { field, found, expected } => {
                write!(f, "the statement's {field} is {found}, expected {expected}")
            }
            Self::Public { name, what } => write!(f, "public tensor `{name}`: {what}"),
            Self::Security { bits, wanted, proven } => {
                let kind = if *proven { "proven" } else { "conjectured" };
                write!(f, "the proof is worth {} bits ({kind}), {wanted} are demanded", Bits(*bits))
            }
            Self::Structure { proof, error } => write!(f, "proof `{proof}`: {error}"),
            Self::Grinding => write!(f, "the proof of work before the challenges was not done"),
            Self::Unlucky => write!(f, "a challenge hit a pole"),
            Self::Stark { proof, reason, .. } => write!(f, "proof `{proof}` does not verify: {reason}"),
            Self::Crossing {
                tensor,
                at,
                parts: [a, b],
                elements: [x, y],
            } => write!(
                f,
                "the parts do not fit together: {tensor}{at:?} is {x} in part `{a}`, {y} in \
                 part `{b}`"
            ),
            Self::Set(what) => write!(f, "{what}"),
            Self::Bus => write!(f, "what the proofs claim and the public tensors do not add up: the bus does not balance"),
        }
    }
}

impl std::error::Error for Rejection {}
