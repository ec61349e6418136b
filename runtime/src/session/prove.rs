//! The prover of a session. Its numbered steps are those of `verify.rs` and of spec 6.
//!
//! - `prover`: what all proofs of a circuit share. `claimed`: what their statement says.
//! - `session`, `measured`: the proofs, and what they took.

mod claimed;
mod measured;
mod prover;
mod session;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use attnc_compiler::choice::cost::{keeps_coefficients, Features};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::Evaluation;
use num_traits::Zero;
use rayon::prelude::*;
use stwo::core::channel::Channel;
use stwo::core::fields::qm31::SecureField;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::{CommitmentSchemeProver, ComponentProver};

use crate::session::air;
use crate::session::bus::{columns_of, tally, Column};
use crate::session::challenges::Challenges;
use crate::session::pack::{pack_measured, PackError};
use crate::session::security::Setting;
use crate::session::statement::{Public, Statement, VERSION};
use crate::session::trace::{fill, FillError, Trace};
use crate::session::transcript::{absorb_claims, balance, fork, session_pow_bits};

pub use claimed::{public_tensors, Claimed};
pub use measured::{Measured, Proved, Times};
pub use prover::{preprocess, twiddles, Preprocessed, Prover};
pub use session::{ProofPart, Session};

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
            Self::Pack(error) => write!(f, "the proof cannot be packed: {error}"),
            Self::Cancelled => write!(f, "the proof was cancelled"),
        }
    }
}

impl std::error::Error for ProveError {}

/// One proof of a session with what it took.
struct ProvedPart {
    part: ProofPart,
    measured: Measured,
    bus: Duration,
    stark: Duration,
}

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
    let Prover {
        circuit,
        setting,
        schemes,
        twiddles,
        preprocessed,
        ..
    } = prover;
    let (circuit, setting) = (*circuit, *setting);
    let mut times = Times::default();
    let mut clock = Instant::now();
    let mut lap = || {
        let now = Instant::now();
        std::mem::replace(&mut clock, now).elapsed()
    };
    let mut columns: Vec<Vec<Column>> = trace
        .columns
        .into_iter()
        .zip(&circuit.components)
        .map(|(columns, component)| columns_of(component, columns))
        .collect();

    // 1. Absorb the statement.
    let statement = Statement {
        version: VERSION,
        circuit: circuit.name.clone(),
        program: claimed.program,
        params: claimed.params.clone(),
        plan: circuit.plan.clone(),
        part: circuit.part.clone(),
        choices: claimed.choices.clone(),
        tables: claimed.tables.clone(),
        fixed: claimed.fixed.clone(),
        layout: claimed.layout,
        preprocessed: prover.roots(),
        security: setting.name().to_string(),
        context: claimed.context.clone(),
        publics,
    };
    let mut channel = statement.channel();

    // 2. Absorb every proof's configuration, preprocessed root and base root, in plan order.
    let mut provers = Vec::new();
    let keeps = keeps_coefficients(&Features::of(circuit));
    for (proof, (scheme, preprocessed)) in schemes.iter().zip(preprocessed).enumerate() {
        scheme.pcs.mix_into(&mut channel);
        let mut prover =
            CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(scheme.pcs, twiddles);
        if keeps {
            prover.set_store_polynomials_coefficients();
        }
        prover.commit_tree(
            stwo::core::utils::MaybeOwned::Borrowed(&preprocessed.tree),
            &mut channel,
        );
        let mut tree = prover.tree_builder();
        for (number, _) in circuit.components_of(proof) {
            tree.extend_evals(columns[number].par_iter().cloned().collect());
        }
        tree.commit(&mut channel);
        provers.push(prover);
    }
    times.commit = lap();
    go_on(watch(Stage::Challenges))?;

    // 3. Grind, then draw the session's challenges.
    let bits = session_pow_bits(circuit, setting);
    let nonce = if bits > 0 {
        SimdBackend::grind(&channel, bits)
    } else {
        0
    };
    channel.mix_u64(nonce);
    let challenges = Challenges::draw(&mut channel, circuit).ok_or(ProveError::Unlucky)?;
    times.grind = lap();
    go_on(watch(Stage::Proving))?;

    // 4. For every proof, side by side: fork, commit the interaction trace, absorb the claims,
    // prove.
    let mut work = Vec::new();
    for (proof, prover) in provers.into_iter().enumerate() {
        let numbers = circuit.components_of(proof).map(|(number, _)| number);
        let main: Vec<Vec<Column>> = numbers.map(|n| std::mem::take(&mut columns[n])).collect();
        work.push((proof, prover, main));
    }
    let proved: Vec<ProvedPart> = work
        .into_par_iter()
        .map(|(proof, mut prover, main)| {
            let start = Instant::now();
            let scheme = &schemes[proof];
            let mut channel = fork(&channel, proof);
            let mut claims = Vec::new();
            let mut tree = prover.tree_builder();
            let fixed = &preprocessed[proof].columns;
            let components = circuit.components_of(proof);
            for (((_, component), fixed), main) in components.zip(fixed).zip(main) {
                let (interaction, claim) = tally(circuit, component, &challenges, fixed, &main);
                tree.extend_evals(interaction);
                claims.push(claim);
            }
            tree.commit(&mut channel);
            absorb_claims(&mut channel, &claims);
            let bus = start.elapsed();
            let start = Instant::now();
            let components = air::components(circuit, proof, &challenges, &claims);
            let components: Vec<&dyn ComponentProver<SimdBackend>> = components
                .iter()
                .map(|component| component as &dyn ComponentProver<SimdBackend>)
                .collect();
            let before = channel.clone();
            let stark = stwo::prover::prove(&components, &mut channel, prover)
                .map_err(|_| ProveError::Constraints)?;
            let (packed, breakdown) = pack_measured(&stark, &scheme.shape, &scheme.fri, &before)
                .map_err(ProveError::Pack)?;
            Ok(ProvedPart {
                part: ProofPart { claims, packed },
                measured: Measured { breakdown, stark },
                bus,
                stark: start.elapsed(),
            })
        })
        .collect::<Result<_, ProveError>>()?;
    // Side by side, the stages take their share of the wall time.
    let wall = lap();
    let sum = |of: fn(&ProvedPart) -> Duration| proved.iter().map(of).sum::<Duration>();
    let (bus, stark) = (sum(|part| part.bus), sum(|part| part.stark));
    let share = bus.as_secs_f64() / (bus + stark).as_secs_f64().max(f64::MIN_POSITIVE);
    times.bus = wall.mul_f64(share);
    times.stark = wall - times.bus;
    let (parts, measured): (Vec<ProofPart>, Vec<Measured>) = proved
        .into_iter()
        .map(|proved| (proved.part, proved.measured))
        .unzip();

    // 5. The claims and the public terms cancel.
    let claims: Vec<Vec<SecureField>> = parts.iter().map(|part| part.claims.clone()).collect();
    let sum = balance(circuit, &statement, &challenges, &claims).ok_or(ProveError::Unlucky)?;
    if !sum.is_zero() {
        return Err(ProveError::Bus);
    }
    Ok(Proved {
        session: Session {
            statement,
            nonce,
            proofs: parts,
        },
        measured,
        times,
    })
}
