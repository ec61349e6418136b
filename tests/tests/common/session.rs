//! Real sessions of real proofs: an honest prover's, and a liar's, who skips every check.

use attnc::session::bus::{columns_of, fixed_columns, Column};
use attnc::session::hiding::{masked, uniform, Parts, Polynomial, BLIND_COLUMNS};
use attnc::session::pack::pack;
use attnc::session::prove::{public_tensors, Claimed, ProofPart, Session};
use attnc::session::security::Setting;
use attnc::session::statement::{layout_digest, Digest, Public};
use attnc::session::trace::Trace;
use attnc::session::verify::{verify, Expected, Rejection};
use attnc::session::Scheme;
use attnc::{session::air, session::prove};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::Interval;
use num_traits::One;
use stwo::core::channel::Blake2sChannel;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::proof::StarkProof;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::PolyOps;
use stwo::prover::ComponentProver;

use super::board::Board;
use super::hidden::Hidden;
use super::mirror::F;
use super::programs::Case;
use super::steps::{compose, Committed, Steps, FIXED, MAIN};

/// What the verifier of a case expects, from its own side.
#[derive(Clone)]
pub struct Verifier {
    pub circuit: Circuit,
    pub program: Digest,
    pub layout: Digest,
    pub choices: Choices,
    pub params: Vec<(String, i64)>,
    pub tables: Vec<(String, Digest)>,
    pub fixed: Vec<(String, Digest)>,
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
    let fixed = graph.fixed_inputs().map(|(id, fixed)| {
        let elements = graph.known.as_ref().unwrap().elements(id);
        let bytes: Vec<u8> = elements.iter().flat_map(|x| x.to_le_bytes()).collect();
        (fixed.name.clone(), Digest::of("test fixed", &bytes))
    });
    Claimed {
        program: Digest::of("test program", case.name.as_bytes()),
        layout: layout_digest(&case.compiled.circuit).unwrap(),
        choices: case.compiled.choices.clone(),
        params: params.collect(),
        tables: tables.collect(),
        fixed: fixed.collect(),
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
            fixed: claimed.fixed,
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
            fixed: &self.fixed,
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

/// The honest session, and a verifier who accepts it, and what a liar makes who tells no lie: whatever else of
/// that liar's it refuses, it refuses for the lie.
pub fn accepted(case: &Case, setting: Setting) -> (Session, Verifier) {
    let session = honest(case, setting, "");
    let verifier = Verifier::new(case, &session);
    assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
    let board = case.board();
    let truth = Lie::of_publics(&board, publics(case));
    let told = lie_whatever(truth, setting, &claimed(case, ""));
    assert_eq!(verifier.verify(&told), Ok(()), "{}, by a liar", case.name);
    (session, verifier)
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
    pub hidden: Hidden<'a>,
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
            hidden: Hidden::HONEST,
        }
    }
}

/// Whether proofs state nothing of what their fractions add up to.
pub fn states_nothing(circuit: &Circuit, setting: Setting) -> bool {
    setting.hides() && !circuit.is_linked()
}

/// Whether a proof all of whose rules hold is refused for a bus that does not balance: its claims do not cancel.
/// One that states none, where S runs up to its true total, does not run up to what the verifier expects.
pub fn off_balance(circuit: &Circuit, setting: Setting, rejection: &Rejection) -> bool {
    match states_nothing(circuit, setting) {
        true => matches!(rejection, Rejection::Stark { .. }),
        false => *rejection == Rejection::Bus,
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
    let honest: Stark<'_> =
        &|components, channel, scheme| stwo::prover::prove(components, channel, scheme).ok();
    session_of(lie, setting, claimed, honest)
}

/// A session without any check of a prover's, Stwo's included: what is wrong with it is for the
/// verifier to find.
pub fn lie_whatever(lie: Lie<'_>, setting: Setting, claimed: &Claimed) -> Session {
    let stubborn: Stark<'_> = &|components, channel, mut scheme| {
        let points = compose(components, channel, &mut scheme);
        Some(StarkProof(scheme.prove_values(points, channel).proof))
    };
    session_of(lie, setting, claimed, stubborn).unwrap()
}

/// How a proof is made of what is committed to.
type Stark<'a> = &'a dyn Fn(
    &[&dyn ComponentProver<SimdBackend>],
    &mut Blake2sChannel,
    Committed<'_>,
) -> Option<StarkProof<Blake2sMerkleHasher>>;

fn session_of(
    lie: Lie<'_>,
    setting: Setting,
    claimed: &Claimed,
    stark: Stark<'_>,
) -> Option<Session> {
    let circuit = lie.circuit;
    let main = lie.trace.columns.into_iter().zip(&circuit.components);
    let schemes = Scheme::of(circuit, setting);
    let steps = Steps {
        circuit,
        tallied: circuit,
        fixed: circuit
            .components
            .iter()
            .map(|component| fixed_columns(component, circuit.known.as_deref()))
            .collect(),
        main: main
            .map(|(columns, component)| columns_of(component, columns))
            .collect(),
        publics: lie.publics,
        named: lie.named,
        claims: lie.claims,
        interaction: lie.interaction,
        hidden: lie.hidden,
        commit: &|proof, tree, columns, prover, channel| {
            let twiddles = prover.twiddles;
            let mut builder = prover.tree_builder();
            match setting.masks() {
                None => {
                    builder.extend_evals(columns);
                }
                Some(masks) => {
                    let rows = SimdBackend::interpolate_columns(columns, twiddles);
                    // A mask that is no secret: what hides is not what a liar needs.
                    let mask = match tree {
                        FIXED => Vec::new(),
                        _ => (1..=masks.twice).map(BaseField::from).collect(),
                    };
                    let mut polynomials: Vec<Polynomial> =
                        rows.iter().map(|rows| masked(rows, &mask)).collect();
                    if tree == MAIN {
                        let blind =
                            vec![BaseField::one(); 1 << schemes[proof].shape.max_log_rows()];
                        polynomials.extend((0..BLIND_COLUMNS).map(|_| uniform(&blind)));
                    }
                    builder.extend_polys(polynomials);
                }
            }
            builder.commit(channel);
        },
        stark: &|proof, challenges, claims, channel, prover| {
            let (airs, parts);
            let components: Vec<&dyn ComponentProver<SimdBackend>> = match setting.masks() {
                None => {
                    airs = air::components(circuit, proof, challenges, claims);
                    airs.iter().map(|it| it as _).collect()
                }
                Some(masks) => {
                    parts = Parts::new(circuit, proof, challenges, masks, claims[0]);
                    parts.provers()
                }
            };
            stark(&components, channel, prover)
        },
    };
    let made = steps.take(setting, claimed)?;
    let proofs = made.proofs.into_iter().zip(schemes);
    let proofs = proofs.map(|(made, scheme)| ProofPart {
        packed: pack(&made.stark, &scheme.shape, &scheme.fri, &made.before).unwrap(),
        claims: made.claims,
    });
    Some(Session {
        statement: made.statement,
        nonce: made.nonce,
        proofs: proofs.collect(),
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
