//! The prover of a session. Its numbered steps are those of `verify.rs` and of spec 6.

use std::time::{Duration, Instant};

use attnc_compiler::choice::cost::{keeps_coefficients, Breakdown};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::Evaluation;
use num_traits::Zero;
use rayon::prelude::*;
use stwo::core::channel::Channel;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::mempool::BaseColumnPool;
use stwo::prover::poly::circle::PolyOps;
use stwo::prover::poly::twiddles::TwiddleTree;
use stwo::prover::{CommitmentSchemeProver, CommitmentTreeProver, ComponentProver};

use crate::session::air;
use crate::session::bus::{columns_of, fixed_columns, tally, Column};
use crate::session::challenges::Challenges;
use crate::session::pack::{pack_measured, PackError, Proof};
use crate::session::security::Setting;
use crate::session::statement::{Digest, Public, Statement};
use crate::session::trace::{fill, FillError, Trace};
use crate::session::verify::Part;
use crate::session::{absorb_claims, balance, fork, session_pow_bits, Scheme};

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
        }
    }
}

impl std::error::Error for ProveError {}

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

/// What one proof of a session takes.
#[derive(Clone, Debug)]
pub struct Measured {
    pub breakdown: Breakdown,
    stark: Proof,
}

impl Measured {
    /// Length of `serde_json` of `{"stark_proof": ...}`: what published figures count.
    pub fn json_bytes(&self) -> usize {
        json_bytes(&self.stark)
    }

    /// Stwo's own estimate of the proof's bytes.
    pub fn size_estimate(&self) -> usize {
        self.stark.size_estimate()
    }
}

/// One proof of a session with what it took.
struct ProvedPart {
    part: ProofPart,
    measured: Measured,
    bus: Duration,
    stark: Duration,
}

/// Times of a session's stages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// What the circuit's [`Prover`] took to make; zero if it was there.
    pub setup: Duration,
    pub fill: Duration,
    pub commit: Duration,
    pub grind: Duration,
    pub bus: Duration,
    pub stark: Duration,
}

impl Times {
    /// All stages together.
    pub fn total(&self) -> Duration {
        self.setup + self.fill + self.commit + self.grind + self.bus + self.stark
    }
}

/// A session with what it took.
pub struct Proved {
    pub session: Session,
    pub measured: Vec<Measured>,
    pub times: Times,
}

/// What a statement says besides its public tensors.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub program: Digest,
    pub layout: Digest,
    pub choices: Choices,
    pub params: Vec<(String, i64)>,
    pub tables: Vec<(String, Digest)>,
    pub context: String,
}

/// The commitment to one proof's preprocessed columns, with the columns.
pub struct Preprocessed {
    tree: CommitmentTreeProver<SimdBackend, Blake2sMerkleChannel>,
    columns: Vec<Vec<Column>>,
}

impl Preprocessed {
    pub fn root(&self) -> Digest {
        Digest(self.tree.commitment.root().0)
    }
}

/// Twiddles for a session's largest domain.
pub fn twiddles(schemes: &[Scheme]) -> TwiddleTree<SimdBackend> {
    let log = schemes
        .iter()
        .map(|s| s.shape.max_log_rows() + s.fri.log_blowup.max(1))
        .max()
        .unwrap_or(5);
    SimdBackend::precompute_twiddles(CanonicCoset::new(log).circle_domain().half_coset)
}

/// Commits to the preprocessed columns of one proof.
pub fn preprocess(
    circuit: &Circuit,
    proof: usize,
    scheme: &Scheme,
    twiddles: &TwiddleTree<SimdBackend>,
) -> Preprocessed {
    let columns: Vec<Vec<Column>> = circuit
        .components_of(proof)
        .map(|(_, component)| fixed_columns(component))
        .collect();
    let flat: Vec<Column> = columns.iter().flatten().cloned().collect();
    let polynomials = SimdBackend::interpolate_columns(flat, twiddles);
    let tree = CommitmentTreeProver::new(
        polynomials,
        scheme.fri.log_blowup,
        twiddles,
        keeps_coefficients(circuit),
        scheme.pcs.lifting_log_size,
        &BaseColumnPool::new(),
    );
    Preprocessed { tree, columns }
}

/// A circuit at a setting, with what all its proofs share: the twiddles and the commitments to
/// the preprocessed columns.
pub struct Prover<'c> {
    circuit: &'c Circuit,
    setting: Setting,
    schemes: Vec<Scheme>,
    twiddles: TwiddleTree<SimdBackend>,
    preprocessed: Vec<Preprocessed>,
    setup: Duration,
}

impl<'c> Prover<'c> {
    pub fn new(circuit: &'c Circuit, setting: Setting) -> Self {
        let start = Instant::now();
        let schemes = Scheme::of(circuit, setting);
        let twiddles = twiddles(&schemes);
        let preprocessed = schemes
            .iter()
            .enumerate()
            .map(|(proof, scheme)| preprocess(circuit, proof, scheme, &twiddles))
            .collect();
        Self {
            circuit,
            setting,
            schemes,
            twiddles,
            preprocessed,
            setup: start.elapsed(),
        }
    }

    /// How long [`Prover::new`] took.
    pub fn setup(&self) -> Duration {
        self.setup
    }

    /// The preprocessed root of every proof, in plan order: what a key holds.
    pub fn roots(&self) -> Vec<Digest> {
        self.preprocessed.iter().map(Preprocessed::root).collect()
    }

    /// Proves the session of one evaluation, and tells `watch` of every stage.
    ///
    /// # Errors
    /// As [`prove`].
    pub fn prove_watched(
        &self,
        evaluation: &Evaluation<'_>,
        claimed: &Claimed,
        watch: &dyn Fn(Stage),
    ) -> Result<Proved, ProveError> {
        watch(Stage::Filling);
        let start = Instant::now();
        let trace = fill(self.circuit, evaluation).map_err(ProveError::Fill)?;
        let fill_time = start.elapsed();
        let publics = public_tensors(self.circuit, evaluation);
        let mut proved = prove_trace_watched(self, trace, publics, claimed, watch)?;
        proved.times.fill = fill_time;
        Ok(proved)
    }
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
    prove_watched(circuit, evaluation, setting, claimed, &|_| ())
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
    watch: &dyn Fn(Stage),
) -> Result<Proved, ProveError> {
    watch(Stage::Preprocessing);
    let prover = Prover::new(circuit, setting);
    let mut proved = prover.prove_watched(evaluation, claimed, watch)?;
    proved.times.setup = prover.setup;
    Ok(proved)
}

/// The statement's public tensors.
pub fn public_tensors(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Vec<Public> {
    use attnc_compiler::meaning::graph::{InputId, OutputId};
    circuit
        .publics
        .iter()
        .map(|tensor| {
            let mut elements = if tensor.input {
                evaluation.input(InputId(tensor.number as u32)).to_vec()
            } else {
                evaluation.output(OutputId(tensor.number as u32)).data
            };
            if !tensor.growing.is_empty() {
                let mut existing = Vec::with_capacity(tensor.elements() as usize);
                tensor.for_each_point(|at| {
                    let sized = at.iter().zip(&tensor.shape);
                    let offset = sized.fold(0, |flat, (&i, &size)| flat * size + i as u64);
                    existing.push(elements[offset as usize]);
                });
                elements = existing;
            }
            Public {
                name: tensor.name.clone(),
                input: tensor.input,
                shape: tensor.shape.clone(),
                growing: tensor.growing.clone(),
                elements,
            }
        })
        .collect()
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
    let mut proved = prove_trace_watched(&prover, trace, publics, claimed, &|_| ())?;
    proved.times.setup = prover.setup;
    Ok(proved)
}

fn prove_trace_watched(
    prover: &Prover<'_>,
    trace: Trace,
    publics: Vec<Public>,
    claimed: &Claimed,
    watch: &dyn Fn(Stage),
) -> Result<Proved, ProveError> {
    watch(Stage::Committing);
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
        version: crate::session::statement::VERSION,
        circuit: circuit.name.clone(),
        program: claimed.program,
        params: claimed.params.clone(),
        plan: circuit.plan.clone(),
        part: circuit.part.clone(),
        choices: claimed.choices.clone(),
        tables: claimed.tables.clone(),
        layout: claimed.layout,
        preprocessed: prover.roots(),
        security: setting.name().to_string(),
        context: claimed.context.clone(),
        publics,
    };
    let mut channel = statement.channel();

    // 2. Absorb every proof's configuration, preprocessed root and base root, in plan order.
    let mut provers = Vec::new();
    for (proof, (scheme, preprocessed)) in schemes.iter().zip(preprocessed).enumerate() {
        scheme.pcs.mix_into(&mut channel);
        let mut prover =
            CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(scheme.pcs, twiddles);
        if keeps_coefficients(circuit) {
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
    watch(Stage::Challenges);

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
    watch(Stage::Proving);

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

/// Bytes of the JSON form that published figures count.
fn json_bytes(proof: &Proof) -> usize {
    #[derive(serde::Serialize)]
    struct Published<'a> {
        stark_proof: &'a Proof,
    }
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, &Published { stark_proof: proof }) {
        Ok(()) => counter.0,
        Err(error) => unreachable!("a proof serialises: {error}"),
    }
}
