//! The prover of a session. Its numbered steps are those of `verify.rs` and of spec 6.
//!
//! - `prover`: what all proofs of a circuit share. `claimed`: what their statement says.
//! - `starks`: the proofs as Stwo makes them; `hidden`: masks of those that hide.
//! - `session`, `measured`: the proofs, packed, and what they took.

mod claimed;
mod hidden;
mod measured;
mod prover;
mod session;
mod starks;

use std::ops::ControlFlow;
use std::time::Instant;

use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::Evaluation;
use rayon::prelude::*;

use crate::session::hiding::{self, Coins};
use crate::session::pack::{pack_measured, PackError};
use crate::session::security::Setting;
use crate::session::statement::Public;
use crate::session::trace::{fill, FillError, Trace};

pub use claimed::{public_tensors, Claimed};
pub use measured::{Measured, Proved, Times};
pub use prover::{preprocess, twiddles, Preprocessed, Prover};
pub use session::{ProofPart, Session};
pub use starks::{Made, Starks};

/// Why there is no proof.
#[derive(Debug)]
pub enum ProveError {
    /// The trace cannot be filled.
    Fill(FillError),
    /// Stwo found a rule broken.
    Constraints,
    /// The bus does not balance.
    Bus,
    /// A challenge hit a pole: try again with another context. Chance below 2^-80.
    Unlucky,
    /// The operating system has no randomness to give, which a proof that hides needs.
    Coins(String),
    /// The circuit's layout is not for proofs at this setting: they hide, and it has too few rows for their masks,
    /// or they do not, and it has rows for masks.
    Layout,
    /// The proof cannot be packed.
    Pack(PackError),
    /// The one who watched broke.
    Cancelled,
}

impl std::fmt::Display for ProveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fill(error) => write!(f, "the trace does not obey the circuit: {error}"),
            Self::Constraints => write!(f, "the trace breaks a rule of the circuit"),
            Self::Bus => write!(f, "the bus does not balance"),
            Self::Unlucky => write!(
                f,
                "a challenge hit a pole; prove again with another --context"
            ),
            Self::Coins(error) => write!(f, "there is no randomness to hide with: {error}"),
            Self::Layout => write!(f, "the layout is not for proofs at this setting"),
            Self::Pack(error) => write!(f, "the proof cannot be packed: {error}"),
            Self::Cancelled => write!(f, "the proof was cancelled"),
        }
    }
}

impl std::error::Error for ProveError {}

/// What the prover turns to next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Making the circuit's [`Prover`].
    Preprocessing,
    Filling,
    Committing,
    /// Grinding, then drawing the challenges.
    Challenges,
    Proving,
}

impl Prover<'_> {
    /// Proves the session of one evaluation, and tells `watch` of every stage.
    ///
    /// # Errors
    /// As [`prove`].
    pub fn prove_watched(
        &self,
        evaluation: &Evaluation<'_>,
        claimed: &Claimed,
        watch: Watch<'_>,
    ) -> Result<Proved, ProveError> {
        go_on(watch(Stage::Filling))?;
        let start = Instant::now();
        let trace = fill(self.circuit, evaluation).map_err(ProveError::Fill)?;
        let fill_time = start.elapsed();
        let publics = public_tensors(self.circuit, evaluation);
        let mut proved = prove_trace_watched(self, trace, publics, claimed, watch)?;
        proved.times.fill = fill_time;
        Ok(proved)
    }
}

/// Who is told of every stage before it begins, and may end the proof there by breaking.
pub type Watch<'a> = &'a dyn Fn(Stage) -> ControlFlow<()>;

fn go_on(flow: ControlFlow<()>) -> Result<(), ProveError> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ProveError::Cancelled),
    }
}

/// Proves a session.
///
/// # Errors
/// [`ProveError`]; none for an evaluation of the circuit's own program, but for bad luck.
pub fn prove(
    circuit: &Circuit,
    evaluation: &Evaluation<'_>,
    setting: Setting,
    claimed: &Claimed,
) -> Result<Proved, ProveError> {
    prove_watched(circuit, evaluation, setting, claimed, &|_| {
        ControlFlow::Continue(())
    })
}

/// [`prove`], which tells `watch` of every stage.
///
/// # Errors
/// As [`prove`].
pub fn prove_watched(
    circuit: &Circuit,
    evaluation: &Evaluation<'_>,
    setting: Setting,
    claimed: &Claimed,
    watch: Watch<'_>,
) -> Result<Proved, ProveError> {
    go_on(watch(Stage::Preprocessing))?;
    let prover = Prover::new(circuit, setting);
    let mut proved = prover.prove_watched(evaluation, claimed, watch)?;
    proved.times.setup = prover.setup;
    Ok(proved)
}

/// Proves a session whose trace is given, honest or not.
///
/// # Errors
/// [`ProveError::Constraints`] or [`ProveError::Bus`] if the trace does not satisfy the circuit.
pub fn prove_trace(
    circuit: &Circuit,
    trace: Trace,
    publics: Vec<Public>,
    setting: Setting,
    claimed: &Claimed,
) -> Result<Proved, ProveError> {
    let prover = Prover::new(circuit, setting);
    let mut proved = prove_trace_watched(&prover, trace, publics, claimed, &|_| {
        ControlFlow::Continue(())
    })?;
    proved.times.setup = prover.setup;
    Ok(proved)
}

fn prove_trace_watched(
    prover: &Prover<'_>,
    trace: Trace,
    publics: Vec<Public>,
    claimed: &Claimed,
    watch: Watch<'_>,
) -> Result<Proved, ProveError> {
    go_on(watch(Stage::Committing))?;
    let (circuit, setting, schemes) = (prover.circuit, prover.setting, &prover.schemes);
    if !hiding::is_for(circuit, &claimed.choices, setting) {
        return Err(ProveError::Layout);
    }
    let coins = match setting.hides() {
        false => None,
        true => Some(Coins::fresh().map_err(|error| ProveError::Coins(error.to_string()))?),
    };
    // 1. Absorb the statement.
    let statement = claimed.statement(circuit, setting, prover.roots(), publics);
    let made = prover.starks(trace, &statement.publics, statement.channel(), coins, watch)?;
    let start = Instant::now();
    let packed = made.proofs.into_par_iter().zip(schemes);
    let (parts, measured): (Vec<ProofPart>, Vec<Measured>) = packed
        .map(|(made, scheme)| {
            let before = &made.before;
            let (packed, breakdown) =
                pack_measured(&made.stark, &scheme.shape, &scheme.fri, before)
                    .map_err(ProveError::Pack)?;
            let (claims, stark) = (made.claims, made.stark);
            Ok((ProofPart { claims, packed }, Measured { breakdown, stark }))
        })
        .collect::<Result<Vec<_>, ProveError>>()?
        .into_iter()
        .unzip();
    let mut times = made.times;
    times.stark += start.elapsed();
    Ok(Proved {
        session: Session {
            statement,
            nonce: made.nonce,
            proofs: parts,
        },
        measured,
        times,
    })
}
