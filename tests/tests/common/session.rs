//! Real sessions of real proofs: an honest prover's, and a liar's, who skips every check.

use attnc::session::bus::{columns_of, fixed_columns, tally, Column};
use attnc::session::challenges::Challenges;
use attnc::session::pack::pack;
use attnc::session::prove::{public_tensors, twiddles, Claimed, ProofPart, Session};
use attnc::session::security::Setting;
use attnc::session::statement::{layout_digest, Digest, Public, Statement, VERSION};
use attnc::session::trace::Trace;
use attnc::session::verify::{verify, Expected, Rejection};
use attnc::session::{absorb_claims, fork, session_pow_bits, Scheme};
use attnc::{session::air, session::prove};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::Interval;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::circle::CirclePoint;
use stwo::core::fields::qm31::{SecureField, SECURE_EXTENSION_DEGREE};
use stwo::core::proof::StarkProof;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::vcs_lifted::blake2_merkle::{Blake2sMerkleChannel, Blake2sMerkleHasher};
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::{CommitmentSchemeProver, ComponentProver, ComponentProvers};

use super::board::Board;
use super::mirror::F;
use super::programs::Case;

/// What the verifier of a case expects, from its own side.
#[derive(Clone)]
pub struct Verifier {
    pub circuit: Circuit,
    pub program: Digest,
    pub layout: Digest,
    pub choices: Choices,
    pub params: Vec<(String, i64)>,
    pub tables: Vec<(String, Digest)>,
    pub preprocessed: Vec<Digest>,
    pub min_security: f64,
    pub context: Option<String>,
}

/// What is proved besides public tensors.
pub fn claimed(case: &Case, context: &str) -> Claimed {
    let graph = &case.compiled.graph;
    let params = graph.params.iter().map(|p| (p.name.clone(), p.value));
    let tables = graph.tables.iter().map(|table| {
        let bytes: Vec<u8> = table.entries.iter().flat_map(|x| x.to_le_bytes()).collect();
        (table.name.clone(), Digest::of("test table", &bytes))
    });
    Claimed {
        program: Digest::of("test program", case.name.as_bytes()),
        layout: layout_digest(&case.compiled.circuit).unwrap(),
        choices: case.compiled.choices.clone(),
        params: params.collect(),
        tables: tables.collect(),
        context: context.into(),
    }
}

impl Verifier {
    /// The verifier's key is its own: here, the honest session's preprocessed roots.
    pub fn new(case: &Case, honest: &Session) -> Self {
        let claimed = claimed(case, "");
        Self {
            circuit: case.compiled.circuit.clone(),
            program: claimed.program,
            layout: claimed.layout,
            choices: claimed.choices,
            params: claimed.params,
            tables: claimed.tables,
            preprocessed: honest.statement.preprocessed.clone(),
            min_security: 0.0,
            context: None,
        }
    }

    pub fn verify(&self, session: &Session) -> Result<(), Rejection> {
        let parts = session.parts();
        let expected = Expected {
            circuit: &self.circuit,
            program: self.program,
            layout: self.layout,
            choices: &self.choices,
            params: &self.params,
            tables: &self.tables,
            preprocessed: &self.preprocessed,
            min_security: self.min_security,
            min_proven_security: 0.0,
            context: self.context.as_deref(),
        };
        verify(&expected, &session.statement, session.nonce, &parts)
    }
}

/// The honest prover's session.
pub fn honest(case: &Case, setting: Setting, context: &str) -> Session {
    let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
    let circuit = &case.compiled.circuit;
    let proved = prove::prove(circuit, &evaluation, setting, &claimed(case, context));
    match proved {
        Ok(proved) => proved.session,
        Err(error) => panic!("{}: {error}", case.name),
    }
}

/// The public tensors of the honest evaluation.
pub fn publics(case: &Case) -> Vec<Public> {
    let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
    public_tensors(&case.compiled.circuit, &evaluation)
}

/// A liar's choices.
pub struct Lie<'a> {
    /// What is proved; its preprocessed columns are committed to.
    pub circuit: &'a Circuit,
    pub trace: Trace,
    pub publics: Vec<Public>,
    /// The preprocessed roots that the statement names; the committed ones if `None`.
    pub named: Option<Vec<Digest>>,
    /// Changes the claims before they are absorbed.
    pub claims: &'a dyn Fn(usize, &mut Vec<SecureField>),
    /// Changes a component's interaction columns before they are committed to.
    pub interaction: &'a dyn Fn(usize, &mut Vec<Column>),
}

impl<'a> Lie<'a> {
    /// A board's own trace with other public tensors, and nothing else changed.
    pub fn of_publics(board: &'a Board, publics: Vec<Public>) -> Self {
        Self {
            circuit: &board.circuit,
            trace: trace(&board.trace),
            publics,
            named: None,
            claims: &as_they_are,
            interaction: &as_tallied,
        }
    }
}

/// Another element of the same range.
pub fn one_off(element: &mut i64, range: Interval) {
    *element += if i128::from(*element) < range.hi {
        1
    } else {
        -1
    };
}

/// A session without attnc's own checks; `None` if Stwo's prover sees the lie.
pub fn lie(lie: Lie<'_>, setting: Setting, claimed: &Claimed) -> Option<Session> {
    let honest =
        |components: &[&dyn ComponentProver<SimdBackend>],
         channel: &mut Blake2sChannel,
         scheme: Scheming<'_>| { stwo::prover::prove(components, channel, scheme).ok() };
    session_of(lie, setting, claimed, &honest)
}

/// A session without any check of a prover's, Stwo's included: what is wrong with it is for the
/// verifier to find.
pub fn lie_whatever(lie: Lie<'_>, setting: Setting, claimed: &Claimed) -> Session {
    let stubborn =
        |components: &[&dyn ComponentProver<SimdBackend>],
         channel: &mut Blake2sChannel,
         scheme: Scheming<'_>| Some(prove_whatever(components, channel, scheme));
    session_of(lie, setting, claimed, &stubborn).unwrap()
}

type Scheming<'a> = CommitmentSchemeProver<'a, SimdBackend, Blake2sMerkleChannel>;

/// The steps of Stwo's `prove_ex` without its last one, which compares the composition polynomial
/// with what the constraints come to.
fn prove_whatever(
    components: &[&dyn ComponentProver<SimdBackend>],
    channel: &mut Blake2sChannel,
    mut scheme: Scheming<'_>,
) -> StarkProof<Blake2sMerkleHasher> {
    let provers = ComponentProvers {
        components: components.to_vec(),
        n_preprocessed_columns: scheme.trees[0].polynomials.len(),
    };
    let random = channel.draw_secure_felt();
    let composition = provers.compute_composition_polynomial(
        random,
        &scheme.trace(),
        scheme.twiddles,
        scheme.config.fri_config.log_blowup_factor,
    );
    let mut tree = scheme.tree_builder();
    let (left, right) = composition.split_at_mid();
    tree.extend_polys(left.into_coordinate_polys());
    tree.extend_polys(right.into_coordinate_polys());
    tree.commit(channel);
    let point = CirclePoint::<SecureField>::get_random_point(channel);
    let log_size = scheme.trees.last().unwrap().commitment.layers.len() as u32 - 1;
    let lifted = scheme.config.lifting_log_size.unwrap_or(log_size);
    let bound = lifted - scheme.config.fri_config.log_blowup_factor;
    let mut points = provers.components().mask_points(point, bound, false);
    points.push(vec![vec![point]; 2 * SECURE_EXTENSION_DEGREE]);
    StarkProof(scheme.prove_values(points, channel).proof)
}

/// How one proof of a session is made.
type Prove<'a> = &'a dyn Fn(
    &[&dyn ComponentProver<SimdBackend>],
    &mut Blake2sChannel,
    Scheming<'_>,
) -> Option<StarkProof<Blake2sMerkleHasher>>;

fn session_of(
    lie: Lie<'_>,
    setting: Setting,
    claimed: &Claimed,
    prove: Prove<'_>,
) -> Option<Session> {
    let circuit = lie.circuit;
    let schemes = Scheme::of(circuit, setting);
    let twiddles = twiddles(&schemes);
    let fixed: Vec<Vec<Column>> = circuit.components.iter().map(fixed_columns).collect();
    let main: Vec<Vec<Column>> = lie
        .trace
        .columns
        .into_iter()
        .zip(&circuit.components)
        .map(|(columns, component)| columns_of(component, columns))
        .collect();
    let commit =
        |proof: usize,
         columns: &[Vec<Column>],
         channel: &mut _,
         prover: &mut CommitmentSchemeProver<'_, SimdBackend, Blake2sMerkleChannel>| {
            let mut tree = prover.tree_builder();
            for (number, _) in circuit.components_of(proof) {
                tree.extend_evals(columns[number].clone());
            }
            tree.commit(channel);
        };
    let new = |scheme: &Scheme| {
        CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(scheme.pcs, &twiddles)
    };
    let preprocessed = schemes.iter().enumerate().map(|(proof, scheme)| {
        let mut prover = new(scheme);
        commit(proof, &fixed, &mut Default::default(), &mut prover);
        Digest(prover.roots()[0].0)
    });
    let preprocessed: Vec<Digest> = preprocessed.collect();
    let statement = Statement {
        version: VERSION,
        circuit: circuit.name.clone(),
        program: claimed.program,
        params: claimed.params.clone(),
        plan: circuit.plan.clone(),
        part: circuit.part.clone(),
        choices: claimed.choices.clone(),
        tables: claimed.tables.clone(),
        layout: claimed.layout,
        preprocessed: lie.named.unwrap_or(preprocessed),
        security: setting.name().to_string(),
        context: claimed.context.clone(),
        publics: lie.publics,
    };
    let mut channel = statement.channel();
    let mut provers = Vec::new();
    for (proof, scheme) in schemes.iter().enumerate() {
        scheme.pcs.mix_into(&mut channel);
        let mut prover = new(scheme);
        commit(proof, &fixed, &mut channel, &mut prover);
        commit(proof, &main, &mut channel, &mut prover);
        provers.push(prover);
    }
    let nonce = match session_pow_bits(circuit, setting) {
        0 => 0,
        bits => SimdBackend::grind(&channel, bits),
    };
    channel.mix_u64(nonce);
    let challenges = Challenges::draw(&mut channel, circuit).unwrap();
    let mut proofs = Vec::new();
    for (proof, (scheme, mut prover)) in schemes.iter().zip(provers).enumerate() {
        let mut channel = fork(&channel, proof);
        let mut claims = Vec::new();
        let mut tree = prover.tree_builder();
        for (number, component) in circuit.components_of(proof) {
            let (mut columns, claim) = tally(
                circuit,
                component,
                &challenges,
                &fixed[number],
                &main[number],
            );
            (lie.interaction)(number, &mut columns);
            tree.extend_evals(columns);
            claims.push(claim);
        }
        tree.commit(&mut channel);
        (lie.claims)(proof, &mut claims);
        absorb_claims(&mut channel, &claims);
        let components = air::components(circuit, proof, &challenges, &claims);
        let components: Vec<&dyn ComponentProver<SimdBackend>> = components
            .iter()
            .map(|component| component as &dyn ComponentProver<SimdBackend>)
            .collect();
        let before = channel.clone();
        let stark = prove(&components, &mut channel, prover)?;
        let packed = pack(&stark, &scheme.shape, &scheme.fri, &before).unwrap();
        proofs.push(ProofPart { claims, packed });
    }
    Some(Session {
        statement,
        nonce,
        proofs,
    })
}

/// Claims as they are.
pub fn as_they_are(_: usize, _: &mut Vec<SecureField>) {}

/// Interaction columns as they are.
pub fn as_tallied(_: usize, _: &mut Vec<Column>) {}

/// A trace of given columns.
pub fn trace(columns: &[Vec<Vec<F>>]) -> Trace {
    Trace {
        columns: columns.to_vec(),
    }
}
