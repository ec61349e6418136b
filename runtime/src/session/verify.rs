//! The verifier of a session. Its numbered steps are those of `prove.rs` and of spec 6.

use std::fmt;

use attnc_compiler::choice::cost::extensions as extensions_of;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::graph::Growing;
use num_traits::Zero;
use stwo::core::air::Component;
use stwo::core::channel::Channel;
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::CommitmentSchemeVerifier;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::core::verifier::verify as verify_stark;

use crate::session::account::account;
use crate::session::air;
use crate::session::hiding::{self, Parts};
use crate::session::pack::{PackError, Packed};
pub use crate::session::rejection::Rejection;
use crate::session::scheme::Scheme;
use crate::session::security::Setting;
use crate::session::shape::shape_of;
use crate::session::statement::{Digest, Statement, VERSION};
use crate::session::transcript::{
    absorb_claims, balance, draw, fork, public_terms, session_pow_bits,
};

/// What the verifier holds itself: never taken from the proof.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    pub circuit: &'a Circuit,
    pub program: Digest,
    pub layout: Digest,
    pub choices: &'a Choices,
    pub params: &'a [(String, i64)],
    pub tables: &'a [(String, Digest)],
    pub fixed: &'a [(String, Digest)],
    /// The preprocessed roots at the statement's setting.
    pub preprocessed: &'a [Digest],
    /// Conjectured bits, at least.
    pub min_security: f64,
    /// Proven bits, at least.
    pub min_proven_security: f64,
    pub context: Option<&'a str>,
}

/// One proof of a session as read from a file.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    pub claims: Vec<SecureField>,
    pub packed: &'a [u8],
}

/// Contexts are the user's and may be long: both are named, as far as a line can.
fn same_context(found: &str, expected: &str) -> Result<(), Rejection> {
    let (found, expected) = match differing(found, expected) {
        None => return Ok(()),
        Some(named) => named,
    };
    Err(Rejection::Statement {
        field: "context",
        found,
        expected,
    })
}

/// Two texts that differ, quoted and cut to a line.
pub(crate) fn differing(a: &str, b: &str) -> Option<(String, String)> {
    const SHOWN: usize = 64;
    let cut = |text: &str| match text.char_indices().nth(SHOWN) {
        None => (format!("{text:?}"), false),
        Some((end, _)) => {
            let (start, bytes) = (&text[..end], text.len());
            (format!("{start:?}... ({bytes} bytes)"), true)
        }
    };
    let at = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    if a == b {
        return None;
    }
    let ((a, a_cut), (mut b, b_cut)) = (cut(a), cut(b));
    if a_cut || b_cut {
        b += &format!(", which differs from byte {at} on");
    }
    Some((a, b))
}

fn same<T: PartialEq + fmt::Debug>(
    field: &'static str,
    found: &T,
    expected: &T,
) -> Result<(), Rejection> {
    if found == expected {
        return Ok(());
    }
    Err(Rejection::Statement {
        field,
        found: format!("{found:?}"),
        expected: format!("{expected:?}"),
    })
}

/// All of the statement but its public tensors is what the verifier expects.
///
/// # Errors
/// The first field that differs.
pub fn check_head(statement: &Statement, expected: &Expected<'_>) -> Result<Setting, Rejection> {
    same("version", &statement.version, &VERSION)?;
    same("circuit", &statement.circuit, &expected.circuit.name)?;
    same("parameters", &statement.params.as_slice(), &expected.params)?;
    same("program", &statement.program, &expected.program)?;
    same("plan", &statement.plan, &expected.circuit.plan)?;
    same("part", &statement.part, &expected.circuit.part)?;
    same(
        "layout choices",
        &statement.choices.to_string(),
        &expected.choices.to_string(),
    )?;
    same("tables", &statement.tables.as_slice(), &expected.tables)?;
    same("fixed inputs", &statement.fixed.as_slice(), &expected.fixed)?;
    same("layout", &statement.layout, &expected.layout)?;
    let setting: Setting = statement
        .security
        .parse()
        .map_err(|_| Rejection::Statement {
            field: "security setting",
            found: statement.security.clone(),
            expected: "one that attnc knows".into(),
        })?;
    if !hiding::is_for(expected.circuit, expected.choices, setting) {
        let hide = match expected.choices.least_bits {
            Some(bits) => format!("hide with components of 2^{bits} rows"),
            None => "do not hide".to_string(),
        };
        return Err(Rejection::Statement {
            field: "security setting",
            found: statement.security.clone(),
            expected: format!("one of proofs that {hide}, as the key's layout is for"),
        });
    }
    same(
        "preprocessed roots",
        &statement.preprocessed.as_slice(),
        &expected.preprocessed,
    )?;
    if let Some(context) = expected.context {
        same_context(&statement.context, context)?;
    }
    let account = account(expected.circuit, setting);
    for (bits, wanted, proven) in [
        (account.conjectured_bits, expected.min_security, false),
        (account.proven_bits, expected.min_proven_security, true),
    ] {
        // A floor that is no number would hold nobody off.
        if bits < wanted || wanted.is_nan() {
            return Err(Rejection::Security {
                bits,
                wanted,
                proven,
            });
        }
    }
    Ok(setting)
}

/// The statement is the one that the verifier expects (spec 7.2).
///
/// # Errors
/// The first field that differs.
pub fn check_statement(
    statement: &Statement,
    expected: &Expected<'_>,
) -> Result<Setting, Rejection> {
    let setting = check_head(statement, expected)?;
    if statement.publics.len() != expected.circuit.publics.len() {
        return Err(Rejection::File(
            "the number of public tensors is wrong".into(),
        ));
    }
    for (public, tensor) in statement.publics.iter().zip(&expected.circuit.publics) {
        let wrong = |what: String| Rejection::Public {
            name: tensor.name.clone(),
            what,
        };
        if public.name != tensor.name
            || public.input != tensor.input
            || public.shape != tensor.shape
            || public.growing != tensor.growing
        {
            return Err(wrong(format!(
                "expected shape {:?}{}, found `{}` of shape {:?}{}",
                tensor.shape,
                ragged(&tensor.growing),
                public.name,
                public.shape,
                ragged(&public.growing)
            )));
        }
        if public.elements.len() as u64 != tensor.elements() {
            return Err(wrong(format!(
                "it has {} elements, not {}",
                public.elements.len(),
                tensor.elements()
            )));
        }
        if let Some(outside) = public
            .elements
            .iter()
            .find(|&&x| !tensor.range.contains(x.into()))
        {
            return Err(wrong(format!("{outside} is outside {}", tensor.range)));
        }
    }
    Ok(setting)
}

fn ragged(growing: &[Growing]) -> String {
    match growing {
        [] => String::new(),
        _ => format!(", growing as {growing:?}"),
    }
}

/// Verifies a session against what the verifier expects.
///
/// # Errors
/// The first check that fails.
pub fn verify(
    expected: &Expected<'_>,
    statement: &Statement,
    nonce: u64,
    parts: &[Part<'_>],
) -> Result<(), Rejection> {
    let circuit = expected.circuit;
    let setting = check_statement(statement, expected)?;
    let schemes = Scheme::of(circuit, setting);
    if parts.len() != schemes.len() {
        return Err(Rejection::File(format!(
            "it holds {} proofs, the plan has {}",
            parts.len(),
            schemes.len()
        )));
    }
    let structure = |proof: usize| {
        let proof = circuit.proofs[proof].clone();
        move |error| Rejection::Structure {
            proof: proof.clone(),
            error,
        }
    };
    if expected.preprocessed.len() != schemes.len() {
        return Err(Rejection::File(format!(
            "the key has {} preprocessed roots, the plan has {} proofs",
            expected.preprocessed.len(),
            schemes.len()
        )));
    }
    let mut packed = Vec::new();
    for (proof, (part, scheme)) in parts.iter().zip(&schemes).enumerate() {
        if part.claims.len() != scheme.claims {
            return Err(Rejection::File(format!(
                "proof `{}` has {} claims",
                circuit.proofs[proof],
                part.claims.len()
            )));
        }
        packed.push(
            Packed::parse(part.packed, &scheme.shape, &scheme.fri).map_err(structure(proof))?,
        );
    }

    // 1. Absorb the statement.
    let mut channel = statement.channel();

    // 2. Absorb every proof's configuration, preprocessed root and base root, in plan order.
    let mut verifiers = Vec::new();
    for ((scheme, packed), root) in schemes.iter().zip(&packed).zip(expected.preprocessed) {
        scheme.pcs.mix_into(&mut channel);
        let mut verifier = CommitmentSchemeVerifier::<Blake2sMerkleChannel>::new(scheme.pcs);
        verifier.commit(
            Blake2sHash(root.0),
            &scheme.shape.preprocessed,
            &mut channel,
        );
        verifier.commit(packed.head().base_root, &scheme.shape.base, &mut channel);
        verifiers.push(verifier);
    }

    // 3. Check the work, then draw the session's challenges.
    if !channel.verify_pow_nonce(session_pow_bits(circuit, setting), nonce) {
        return Err(Rejection::Grinding);
    }
    channel.mix_u64(nonce);
    let challenges = draw(&mut channel, circuit, setting).ok_or(Rejection::Unlucky)?;
    let public =
        public_terms(circuit, &statement.publics, &challenges).ok_or(Rejection::Unlucky)?;

    // 4. For every proof: fork, absorb the interaction root and the claims, verify.
    for (proof, (packed, mut verifier)) in packed.into_iter().zip(verifiers).enumerate() {
        let (scheme, part) = (&schemes[proof], &parts[proof]);
        let mut channel = fork(&channel, proof);
        let sizes: Vec<u32> = scheme
            .shape
            .interaction
            .iter()
            .map(|column| column.0)
            .collect();
        verifier.commit(packed.head().interaction_root, &sizes, &mut channel);
        if !part.claims.is_empty() {
            absorb_claims(&mut channel, &part.claims);
        }
        let (airs, parts);
        let (components, extensions): (Vec<&dyn Component>, Vec<_>) = match scheme.masks {
            None => {
                airs = air::components(circuit, proof, &challenges, &part.claims);
                let made = airs.iter().map(|component| component as &dyn Component);
                let extensions = circuit.components_of(proof);
                let extensions = extensions.map(|(_, made)| extensions_of(made));
                (made.collect(), extensions.collect())
            }
            Some(masks) => {
                // A proof that stands alone has nothing to state: its total is what the public
                // tensors leave.
                let total = part.claims.first().map_or(-public, |&total| total);
                parts = Parts::new(circuit, proof, &challenges, masks, total);
                let extensions = hiding::extensions(circuit, proof, masks);
                (parts.components(), extensions)
            }
        };
        // What `Packed` assumes of the components is what they are.
        let fixed = scheme.shape.preprocessed.len();
        let shape = shape_of(&components, fixed, &extensions, scheme.masks.is_some())
            .map_err(structure(proof))?;
        if shape != scheme.shape {
            return Err(structure(proof)(PackError::Structure("columns")));
        }
        let root = Blake2sHash(expected.preprocessed[proof].0);
        let stark = packed.open(&channel, root).map_err(structure(proof))?;
        verify_stark(&components, &mut channel, &mut verifier, stark)
            .map_err(|error| Rejection::stark(&circuit.proofs[proof], &error))?;
    }

    // 5. The claims and the public terms cancel; of a proof that hides and stands alone, in step 4.
    if schemes.iter().all(|scheme| scheme.claims == 0) {
        return Ok(());
    }
    match balance(parts.iter().flat_map(|part| &part.claims), public).is_zero() {
        true => Ok(()),
        false => Err(Rejection::Bus),
    }
}
