//! The one prover who lies: attnc's steps and Stwo's, with none of their checks, and each open to
//! whoever wants to take it otherwise.

use attnc::session::bus::{row_sums, tally, Column};
use attnc::session::challenges::Challenges;
use attnc::session::hiding::running;
use attnc::session::prove::{twiddles, Claimed};
use attnc::session::security::Setting;
use attnc::session::statement::{Digest, Public, Statement};
use attnc::session::{absorb_claims, draw, fork, public_terms, session_pow_bits, Scheme};
use attnc_compiler::circuit::Circuit;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::circle::CirclePoint;
use stwo::core::fields::qm31::{SecureField, SECURE_EXTENSION_DEGREE};
use stwo::core::pcs::TreeVec;
use stwo::core::proof::StarkProof;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::vcs_lifted::blake2_merkle::{Blake2sMerkleChannel, Blake2sMerkleHasher};
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::Column as _;
use stwo::prover::{CommitmentSchemeProver, ComponentProver, ComponentProvers};

use super::hidden::{Closes, Hidden};
use super::rings::Rings;

/// What one proof has committed to.
pub type Committed<'a> = CommitmentSchemeProver<'a, SimdBackend, Blake2sMerkleChannel>;

/// The trees of a proof before the composition's.
pub const FIXED: usize = 0;
pub const MAIN: usize = 1;
pub const INTERACTION: usize = 2;

/// Commits to the columns of a tree: of which proof, of which tree.
type Commit<'a> = &'a dyn Fn(usize, usize, Vec<Column>, &mut Committed<'_>, &mut Blake2sChannel);

/// Proves one of the proofs, with these challenges and claims: of one that hides the one total of all its
/// fractions, whether it is stated or not.
type Prove<'a> = &'a dyn Fn(
    usize,
    &Challenges,
    &[SecureField],
    &mut Blake2sChannel,
    Committed<'_>,
) -> Option<StarkProof<Blake2sMerkleHasher>>;

/// What a liar does at every step.
pub struct Steps<'a> {
    /// What the statement and the transcript are about.
    pub circuit: &'a Circuit,
    /// The same components, as tall as their columns are: over what a bus is added up.
    pub tallied: &'a Circuit,
    /// Preprocessed and main columns of every component.
    pub fixed: Vec<Vec<Column>>,
    pub main: Vec<Vec<Column>>,
    pub publics: Vec<Public>,
    /// The preprocessed roots that the statement names; the committed ones if `None`.
    pub named: Option<Vec<Digest>>,
    /// Changes a proof's claims before they are absorbed: of one that hides, before S runs up to its total.
    pub claims: &'a dyn Fn(usize, &mut Vec<SecureField>),
    /// Changes a component's interaction columns before they are committed to.
    pub interaction: &'a dyn Fn(usize, &mut Vec<Column>),
    pub hidden: Hidden<'a>,
    pub commit: Commit<'a>,
    pub stark: Prove<'a>,
}

/// A session before it is packed.
pub struct Made {
    pub statement: Statement,
    pub nonce: u64,
    pub proofs: Vec<MadeProof>,
}

pub struct MadeProof {
    pub claims: Vec<SecureField>,
    pub stark: StarkProof<Blake2sMerkleHasher>,
    /// The transcript before the proof.
    pub before: Blake2sChannel,
}

impl Steps<'_> {
    /// Takes the steps; `None` if a proof cannot be made.
    pub fn take(self, setting: Setting, claimed: &Claimed) -> Option<Made> {
        let circuit = self.circuit;
        let schemes = Scheme::of(circuit, setting);
        let twiddles = twiddles(&schemes);
        let new = |scheme: &Scheme| {
            let mut prover = Committed::new(scheme.pcs, &twiddles);
            prover.set_store_polynomials_coefficients();
            prover
        };
        let of_proof = |proof: usize, columns: &[Vec<Column>]| -> Vec<Column> {
            let of = circuit.components_of(proof);
            of.flat_map(|(number, _)| columns[number].iter().cloned())
                .collect()
        };
        // The statement has the preprocessed roots, and is absorbed before them.
        let roots = schemes.iter().enumerate().map(|(proof, scheme)| {
            let mut prover = new(scheme);
            let fixed = of_proof(proof, &self.fixed);
            (self.commit)(proof, FIXED, fixed, &mut prover, &mut Default::default());
            Digest(prover.roots()[0].0)
        });
        let roots: Vec<Digest> = roots.collect();
        let named = self.named.clone().unwrap_or(roots);
        let statement = claimed.statement(circuit, setting, named, self.publics.clone());
        let mut channel = statement.channel();
        let mut provers = Vec::new();
        let rings = setting
            .masks()
            .map(|masks| Rings::new(circuit, masks, self.hidden));
        for (proof, scheme) in schemes.iter().enumerate() {
            scheme.pcs.mix_into(&mut channel);
            let mut prover = new(scheme);
            let fixed = of_proof(proof, &self.fixed);
            (self.commit)(proof, FIXED, fixed, &mut prover, &mut channel);
            let mut main = of_proof(proof, &self.main);
            main.extend(rings.iter().flat_map(|rings| rings.columns(proof)));
            (self.commit)(proof, MAIN, main, &mut prover, &mut channel);
            provers.push(prover);
        }
        let nonce = match session_pow_bits(circuit, setting) {
            0 => 0,
            bits => SimdBackend::grind(&channel, bits),
        };
        channel.mix_u64(nonce);
        let challenges = draw(&mut channel, circuit, setting).unwrap();
        let mut proofs = Vec::new();
        for (proof, mut prover) in provers.into_iter().enumerate() {
            let mut channel = fork(&channel, proof);
            let (interaction, claims, read) = match &rings {
                None => {
                    let (columns, mut claims) = self.tallies(proof, &challenges);
                    (self.claims)(proof, &mut claims);
                    (columns, claims.clone(), claims)
                }
                Some(rings) => self.sums(proof, &challenges, rings),
            };
            (self.commit)(proof, INTERACTION, interaction, &mut prover, &mut channel);
            if !claims.is_empty() {
                absorb_claims(&mut channel, &claims);
            }
            let before = channel.clone();
            let stark = (self.stark)(proof, &challenges, &read, &mut channel, prover)?;
            proofs.push(MadeProof {
                claims,
                stark,
                before,
            });
        }
        Some(Made {
            statement,
            nonce,
            proofs,
        })
    }
}

impl Steps<'_> {
    /// The interaction columns of a proof's components, and their claims.
    fn tallies(&self, proof: usize, challenges: &Challenges) -> (Vec<Column>, Vec<SecureField>) {
        let (mut claims, mut interaction) = (Vec::new(), Vec::new());
        for (number, component) in self.tallied.components_of(proof) {
            let (fixed, main) = (&self.fixed[number], &self.main[number]);
            let (mut columns, claim) = tally(self.tallied, component, challenges, fixed, main);
            (self.interaction)(number, &mut columns);
            interaction.extend(columns);
            claims.push(claim);
        }
        (interaction, claims)
    }

    /// Those of a proof that hides: what is stated, and the total that S runs up to, which of a proof that
    /// stands alone is the one that its verifier expects, if the liar does not say otherwise.
    fn sums(
        &self,
        proof: usize,
        challenges: &Challenges,
        rings: &Rings<'_>,
    ) -> (Vec<Column>, Vec<SecureField>, Vec<SecureField>) {
        let (mut interaction, mut totals) = (Vec::new(), Vec::new());
        let mut add = |columns: Vec<Column>| {
            let last = columns[columns.len() - SECURE_EXTENSION_DEGREE..].to_vec();
            totals.push((last, columns[0].domain.log_size()));
            interaction.extend(columns);
        };
        for (number, component) in self.circuit.components_of(proof) {
            let (fixed, main) = (&self.fixed[number], &self.main[number]);
            let (mut columns, _) = row_sums(self.circuit, component, challenges, fixed, main);
            (self.interaction)(number, &mut columns);
            add(columns);
        }
        let linked = self.circuit.is_linked();
        if linked {
            let mut fractions = rings.fractions(proof, challenges);
            (self.hidden.fractions)(proof, &mut fractions);
            add(fractions);
        }
        let total = SecureField::from_m31_array(std::array::from_fn(|i| {
            let columns = totals.iter().map(|(columns, _)| &columns[i].values);
            columns.flat_map(|values| values.to_cpu()).sum()
        }));
        let mut claims = Vec::new();
        let read = match self.hidden.closes {
            Closes::Expected if !linked => {
                -public_terms(self.circuit, &self.publics, challenges).unwrap()
            }
            Closes::Truly if !linked => total,
            _ => {
                claims.push(total);
                (self.claims)(proof, &mut claims);
                claims[0]
            }
        };
        let log_rows = totals.iter().map(|total| total.1).max().unwrap();
        let mut sum = running(&totals, log_rows, read);
        (self.hidden.sum)(proof, &mut sum);
        interaction.extend(sum);
        (interaction, claims, vec![read])
    }
}

/// The steps of Stwo's `prove_ex` up to the points where columns are opened, without its last one,
/// which compares the composition polynomial with what the constraints come to.
pub fn compose(
    components: &[&dyn ComponentProver<SimdBackend>],
    channel: &mut Blake2sChannel,
    prover: &mut Committed<'_>,
) -> TreeVec<Vec<Vec<CirclePoint<SecureField>>>> {
    let provers = ComponentProvers {
        components: components.to_vec(),
        n_preprocessed_columns: prover.trees[FIXED].polynomials.len(),
    };
    let blowup = prover.config.fri_config.log_blowup_factor;
    let random = channel.draw_secure_felt();
    let composition =
        provers.compute_composition_polynomial(random, &prover.trace(), prover.twiddles, blowup);
    let mut tree = prover.tree_builder();
    let (left, right) = composition.split_at_mid();
    tree.extend_polys(left.into_coordinate_polys());
    tree.extend_polys(right.into_coordinate_polys());
    tree.commit(channel);
    let point = CirclePoint::<SecureField>::get_random_point(channel);
    let height = prover.trees.last().unwrap().commitment.layers.len() as u32 - 1;
    let bound = prover.config.lifting_log_size.unwrap_or(height) - blowup;
    let mut points = provers.components().mask_points(point, bound, false);
    points.push(vec![vec![point]; 2 * SECURE_EXTENSION_DEGREE]);
    points
}
