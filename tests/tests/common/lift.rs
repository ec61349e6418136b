//! A prover who lies in the lift: what he commits to for a low component is another trace in each
//! of the copies that Stwo's lifted trees have of it (spec 5.5).

use attnc::session::air::{preprocessed_ids, Air};
use attnc::session::bus::{columns_of, fixed_columns, Column};
use attnc::session::challenges::Challenges;
use attnc::session::pack::pack;
use attnc::session::prove::{twiddles, Claimed, ProofPart, Session};
use attnc::session::security::Setting;
use attnc::session::statement::{Public, Statement};
use attnc::session::{absorb_claims, balance, fork, public_terms, Scheme};
use attnc_compiler::circuit::Circuit;
use num_traits::{One, Zero};
use stwo::core::air::Component;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::{SecureField, SECURE_EXTENSION_DEGREE};
use stwo::core::pcs::quotients::{
    accumulate_row_quotients, quotient_constants, ColumnSampleBatch, CommitmentSchemeProof,
    PointSample,
};
use stwo::core::pcs::{CommitmentSchemeVerifier, TreeVec};
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::proof::StarkProof;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::utils::{
    bit_reverse_index, circle_domain_index_to_coset_index, coset_index_to_circle_domain_index,
    MaybeOwned,
};
use stwo::core::vcs_lifted::blake2_merkle::{Blake2sMerkleChannel, Blake2sMerkleHasher};
use stwo::core::verifier::{verify, VerificationError};
use stwo::core::Fraction;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::Column as _;
use stwo::prover::fri::FriProver;
use stwo::prover::mempool::BaseColumnPool;
use stwo::prover::poly::circle::{CircleCoefficients, CircleEvaluation, PolyOps, SecureEvaluation};
use stwo::prover::poly::twiddles::TwiddleTree;
use stwo::prover::poly::BitReversedOrder;
use stwo::prover::secure_column::SecureColumnByCoords;
use stwo::prover::{CommitmentTreeProver, ComponentProver};
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{
    EvalAtRow, FrameworkComponent, FrameworkEval, TraceLocationAllocator,
};

use super::hidden::Hidden;
use super::mirror::F;
use super::session::as_tallied;
use super::steps::{compose, Committed, MadeProof, Steps};

/// What is claimed of a circuit of one proof.
pub struct Lift<'a> {
    pub circuit: &'a Circuit,
    /// For every component the traces (column, row) that its copies have in turn.
    pub copies: Vec<Vec<Vec<Vec<F>>>>,
    pub publics: Vec<Public>,
    /// Every column that is opened at two points is opened at a third.
    pub thrice: bool,
}

/// A proof by Stwo's steps.
pub struct Lifted {
    pub statement: Statement,
    nonce: u64,
    proof: MadeProof,
    thrice: bool,
}

/// A column over the tallest domain: the copies' values in turn, where a lift has its one.
pub fn lifted(copies: &[&Column], log: u32) -> Column {
    let low = copies[0].domain.log_size();
    let values = (0..1usize << log).map(|place| {
        let point = circle_domain_index_to_coset_index(bit_reverse_index(place, log), log);
        let (copy, row) = (point >> low, point % (1 << low));
        let from = bit_reverse_index(coset_index_to_circle_domain_index(row, low), low);
        copies[copy % copies.len()].values.at(from)
    });
    let values = BaseColumn::from_iter(values.collect::<Vec<BaseField>>());
    CircleEvaluation::new(CanonicCoset::new(log).circle_domain(), values)
}

/// A component's rules, of as many rows as it is told; opened thrice, where it is told to.
struct Opened<'a> {
    air: Air<'a>,
    claim: SecureField,
    thrice: bool,
}

impl FrameworkEval for Opened<'_> {
    fn log_size(&self) -> u32 {
        self.air.log_size()
    }
    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.air.max_constraint_log_degree_bound()
    }
    fn evaluate<E: EvalAtRow>(&self, eval: E) -> E {
        if !self.thrice {
            return self.air.evaluate(eval);
        }
        let thrice = Thrice {
            eval,
            fractions: Vec::new(),
            share: self.claim / BaseField::from(1u32 << self.log_size()),
        };
        self.air.evaluate(thrice).eval
    }
}

/// The same rules, but what is opened at this row and the one before is opened at the next too:
/// Stwo checks that a column is a lift where it has exactly two openings.
struct Thrice<E: EvalAtRow> {
    eval: E,
    fractions: Vec<Fraction<E::EF, E::EF>>,
    share: SecureField,
}

impl<E: EvalAtRow> EvalAtRow for Thrice<E> {
    type F = E::F;
    type EF = E::EF;

    fn get_preprocessed_column(&mut self, column: PreProcessedColumnId) -> E::F {
        self.eval.get_preprocessed_column(column)
    }
    fn next_interaction_mask<const N: usize>(
        &mut self,
        interaction: usize,
        offsets: [isize; N],
    ) -> [E::F; N] {
        if N != 2 {
            return self.eval.next_interaction_mask(interaction, offsets);
        }
        let thrice = [offsets[0], offsets[1], offsets[1] + 1];
        let cells = self.eval.next_interaction_mask(interaction, thrice);
        std::array::from_fn(|i| cells[i].clone())
    }
    fn add_constraint<G>(&mut self, constraint: G)
    where
        Self::EF: std::ops::Mul<G, Output = Self::EF> + From<G>,
    {
        self.eval.add_constraint(constraint);
    }
    fn combine_ef(values: [E::F; SECURE_EXTENSION_DEGREE]) -> E::EF {
        E::combine_ef(values)
    }
    fn write_logup_frac(&mut self, fraction: Fraction<E::EF, E::EF>) {
        self.fractions.push(fraction);
    }
    /// As in Stwo's own.
    fn finalize_logup_batched(&mut self, batching: &Vec<usize>) {
        let last = batching.iter().copied().max().unwrap();
        let mut before = E::EF::zero();
        for batch in 0..=last {
            let (mut numerator, mut denominator) = (E::EF::zero(), E::EF::one());
            for (fraction, _) in self
                .fractions
                .iter()
                .zip(batching)
                .filter(|f| *f.1 == batch)
            {
                numerator = numerator * fraction.denominator.clone()
                    + fraction.numerator.clone() * denominator.clone();
                denominator = denominator * fraction.denominator.clone();
            }
            let sum = if batch < last {
                let [sum] = self.next_extension_interaction_mask(2, [0]);
                let more = sum.clone() - before;
                before = sum;
                more
            } else {
                let [row_before, sum] = self.next_extension_interaction_mask(2, [-1, 0]);
                sum - row_before - before.clone() + self.share
            };
            self.eval.add_constraint(sum * denominator - numerator);
        }
    }
}

/// The components of a circuit's one proof.
fn components<'a>(
    circuit: &'a Circuit,
    challenges: &'a Challenges,
    claims: &[SecureField],
    thrice: bool,
) -> Vec<FrameworkComponent<Opened<'a>>> {
    let ids = preprocessed_ids(circuit, 0);
    let mut allocator = TraceLocationAllocator::new_with_preprocessed_columns(&ids);
    let components = circuit.components.iter().enumerate().zip(claims);
    let components = components.map(|((number, component), &claim)| {
        let air = Air {
            number,
            component,
            ranges: &circuit.ranges,
            challenges,
        };
        let opened = Opened { air, claim, thrice };
        FrameworkComponent::new(&mut allocator, opened, claim)
    });
    components.collect()
}

/// What a verifier would see of components that are opened thrice.
pub fn with_components<T>(
    circuit: &Circuit,
    thrice: bool,
    with: impl FnOnce(&[&dyn Component]) -> T,
) -> T {
    let challenges = Challenges::placeholder(circuit);
    let claims = vec![SecureField::zero(); circuit.components.len()];
    let components = components(circuit, &challenges, &claims, thrice);
    let components = components.iter().map(|it| it as &dyn Component);
    with(&components.collect::<Vec<_>>())
}

/// Proves by Stwo's steps, without a check, with every component as tall as the tallest.
pub fn prove(lift: Lift<'_>, setting: Setting, claimed: &Claimed) -> Lifted {
    let circuit = lift.circuit;
    assert_eq!(circuit.proofs.len(), 1);
    let scheme = Scheme::of(circuit, setting).remove(0);
    let log = scheme.shape.max_log_rows();
    let twiddles = twiddles(std::slice::from_ref(&scheme));
    let mut raised = circuit.clone();
    for component in &mut raised.components {
        component.log_rows = log;
    }
    let raise = |copies: Vec<Vec<Column>>| -> Vec<Column> {
        let columns = 0..copies[0].len();
        let columns = columns.map(|column| {
            let copies: Vec<&Column> = copies.iter().map(|copy| &copy[column]).collect();
            lifted(&copies, log)
        });
        columns.collect()
    };
    let fixed = circuit.components.iter();
    let main = circuit.components.iter().zip(lift.copies);
    // Every row of a low component is in so many copies of it.
    let copies = circuit.components.iter();
    let copies = copies.map(|component| BaseField::from(1u32 << (log - component.log_rows)));
    let copies: Vec<BaseField> = copies.collect();
    let trees = scheme.shape.trees();
    let steps = Steps {
        circuit,
        tallied: &raised,
        fixed: fixed
            .map(|c| raise(vec![fixed_columns(c, circuit.known.as_deref())]))
            .collect(),
        main: main
            .map(|(component, copies)| {
                let copies = copies.into_iter();
                raise(copies.map(|copy| columns_of(component, copy)).collect())
            })
            .collect(),
        publics: lift.publics,
        named: None,
        claims: &|_, claims| {
            for (claim, &copies) in claims.iter_mut().zip(&copies) {
                *claim /= copies;
            }
        },
        interaction: &as_tallied,
        hidden: Hidden::HONEST,
        commit: &|_, number, columns, prover, channel| {
            let polynomials = SimdBackend::interpolate_columns(columns, &twiddles);
            let tree = tree(polynomials, &trees[number], &scheme, &twiddles);
            prover.commit_tree(MaybeOwned::Owned(tree), channel);
        },
        stark: &|_, challenges, claims, channel, prover| {
            let sums = claims.iter().zip(&copies);
            let sums: Vec<SecureField> = sums.map(|(&claim, &copies)| claim * copies).collect();
            let components = components(&raised, challenges, &sums, lift.thrice);
            let components = components.iter();
            let components: Vec<&dyn ComponentProver<SimdBackend>> =
                components.map(|it| it as _).collect();
            Some(stark(&components, channel, prover, &scheme))
        },
    };
    let mut made = steps.take(setting, claimed).unwrap();
    Lifted {
        statement: made.statement,
        nonce: made.nonce,
        proof: made.proofs.remove(0),
        thrice: lift.thrice,
    }
}

/// The commitment to polynomials that are all as tall as the tallest. In a leaf they stand by the
/// heights that the verifier takes them to have.
pub fn tree(
    polynomials: Vec<CircleCoefficients<SimdBackend>>,
    logs: &[u32],
    scheme: &Scheme,
    twiddles: &TwiddleTree<SimdBackend>,
) -> CommitmentTreeProver<SimdBackend, Blake2sMerkleChannel> {
    let mut placed: Vec<_> = polynomials.into_iter().enumerate().collect();
    placed.sort_by_key(|(column, _)| logs[*column]);
    let (order, polynomials): (Vec<usize>, Vec<_>) = placed.into_iter().unzip();
    let mut tree = CommitmentTreeProver::new(
        polynomials,
        scheme.fri.log_blowup,
        twiddles,
        true,
        scheme.pcs.lifting_log_size,
        &BaseColumnPool::new(),
    );
    let mut placed: Vec<_> = order.into_iter().zip(tree.polynomials).collect();
    placed.sort_by_key(|(column, _)| *column);
    tree.polynomials = placed
        .into_iter()
        .map(|(_, polynomial)| polynomial)
        .collect();
    tree
}

/// Stwo's `prove_ex` and `prove_values`. Where the verifier takes a column to be a lift, the
/// quotient has what the column is there.
pub fn stark(
    components: &[&dyn ComponentProver<SimdBackend>],
    channel: &mut Blake2sChannel,
    mut prover: Committed<'_>,
    scheme: &Scheme,
) -> StarkProof<Blake2sMerkleHasher> {
    let fri = prover.config.fri_config;
    let blowup = fri.log_blowup_factor;
    let height = scheme.shape.max_log_rows() + blowup;
    let points = compose(components, channel, &mut prover);

    let sampled = prover.polynomials().zip_cols(&points);
    let sampled_values: TreeVec<Vec<Vec<SecureField>>> = sampled.map_cols(|(poly, points)| {
        let points = points.iter();
        points.map(|&at| poly.eval_at_point(at, None)).collect()
    });
    let polynomials = prover.polynomials();
    channel.mix_felts(&sampled_values.clone().flatten_cols());
    let random = channel.draw_secure_felt();
    let mut power = SecureField::one();
    let mut next = || {
        let next = power * random;
        std::mem::replace(&mut power, next)
    };
    let step = CanonicCoset::new(height).step();
    let mut samples: Vec<Vec<(PointSample, SecureField)>> = Vec::new();
    for (tree, logs) in scheme.shape.trees().iter().enumerate() {
        for (column, log) in logs.iter().enumerate() {
            let (points, poly) = (&points[tree][column], polynomials[tree][column]);
            let mut own = Vec::new();
            if let [_, at] = points[..] {
                let at = at + step.repeated_double(log + blowup).into_ef();
                own.push(at);
            }
            own.extend(points);
            let own = own.into_iter().map(|point| {
                let value = poly.eval_at_point(point, None);
                (PointSample { point, value }, next())
            });
            samples.push(own.collect());
        }
    }
    let batches = ColumnSampleBatch::new_vec(&samples.iter().collect::<Vec<_>>());
    let constants = quotient_constants(&batches);
    let domain = CanonicCoset::new(height).circle_domain();
    let evaluations: Vec<_> = polynomials.flatten();
    let evaluations: Vec<_> = evaluations.iter().map(|poly| poly.evals.to_cpu()).collect();
    let mut quotients = SecureColumnByCoords::<SimdBackend>::zeros(1 << height);
    for place in 0..1usize << height {
        let row: Vec<BaseField> = evaluations.iter().map(|of| of.values[place]).collect();
        let at = domain.at(bit_reverse_index(place, height));
        let value = accumulate_row_quotients(&batches, &row, &constants, at);
        quotients.set(place, value);
    }
    let quotients = SecureEvaluation::<SimdBackend, BitReversedOrder>::new(domain, quotients);
    let folded = FriProver::<SimdBackend, Blake2sMerkleChannel>::commit(
        channel,
        fri,
        &quotients,
        prover.twiddles,
    );
    let proof_of_work = SimdBackend::grind(channel, prover.config.pow_bits);
    channel.mix_u64(proof_of_work);
    let decommitted = folded.decommit(channel);
    let (mut queried, mut decommitments) = (Vec::new(), Vec::new());
    for tree in prover.trees.iter() {
        let columns = tree.polynomials.iter().map(|poly| &poly.evals.values);
        let (values, decommitment) = tree
            .commitment
            .decommit(&decommitted.query_positions, columns.collect());
        queried.push(values);
        decommitments.push(decommitment.decommitment);
    }
    StarkProof(CommitmentSchemeProof {
        config: prover.config,
        commitments: prover.roots(),
        sampled_values,
        decommitments: TreeVec(decommitments),
        queried_values: TreeVec(queried),
        proof_of_work,
        fri_proof: decommitted.fri_proof.proof,
    })
}

impl Lifted {
    /// As a session for attnc's verifier; `None` if two queries meet where copies differ, so that the
    /// proof cannot even be written (spec 8.1).
    pub fn session(&self, circuit: &Circuit, setting: Setting) -> Option<Session> {
        let scheme = Scheme::of(circuit, setting).remove(0);
        let packed = pack(
            &self.proof.stark,
            &scheme.shape,
            &scheme.fri,
            &self.proof.before,
        )
        .ok()?;
        Some(Session {
            statement: self.statement.clone(),
            nonce: self.nonce,
            proofs: vec![ProofPart {
                claims: self.proof.claims.clone(),
                packed,
            }],
        })
    }

    /// What Stwo's verifier alone says of the proof, and the sum of its claims and public terms.
    pub fn by_stwo(
        &self,
        circuit: &Circuit,
        setting: Setting,
    ) -> (Result<(), VerificationError>, SecureField) {
        let scheme = Scheme::of(circuit, setting).remove(0);
        let mut channel = self.statement.channel();
        scheme.pcs.mix_into(&mut channel);
        let mut verifier = CommitmentSchemeVerifier::<Blake2sMerkleChannel>::new(scheme.pcs);
        let [fixed, main, interaction, _] = scheme.shape.trees();
        let roots = &self.proof.stark.commitments;
        verifier.commit(roots[0], &fixed, &mut channel);
        verifier.commit(roots[1], &main, &mut channel);
        channel.mix_u64(self.nonce);
        let challenges = Challenges::draw(&mut channel, circuit).unwrap();
        let mut channel = fork(&channel, 0);
        verifier.commit(roots[2], &interaction, &mut channel);
        absorb_claims(&mut channel, &self.proof.claims);
        let components = components(circuit, &challenges, &self.proof.claims, self.thrice);
        let components: Vec<&dyn Component> =
            components.iter().map(|it| it as &dyn Component).collect();
        let stark = self.proof.stark.clone();
        let verdict = verify(&components, &mut channel, &mut verifier, stark);
        let public = public_terms(circuit, &self.statement.publics, &challenges).unwrap();
        (verdict, balance(&self.proof.claims, public))
    }
}
