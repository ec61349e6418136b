//! The proofs of a session as Stwo makes them: steps 2 to 5, over any channel.

use std::time::{Duration, Instant};

use attnc_compiler::choice::cost::keeps_coefficients;
use num_traits::Zero;
use rayon::prelude::*;
use stwo::core::channel::{Channel, MerkleChannel};
use stwo::core::fields::qm31::SecureField;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::utils::MaybeOwned;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::BackendForChannel;
use stwo::prover::{CommitmentSchemeProver, ComponentProver};

use super::hidden::{Hidden, HiddenProof};
use super::{go_on, ProveError, Prover, Stage, Times, Watch};
use crate::session::air;
use crate::session::bus::{columns_of, tally, Column};
use crate::session::hiding::{self, Coins, Parts};
use crate::session::pack::Proof;
use crate::session::scheme::features;
use crate::session::statement::Public;
use crate::session::trace::Trace;
use crate::session::transcript::{
    absorb_claims, balance, draw, fork, public_terms, session_pow_bits,
};

/// All proofs of a session, before they are packed.
pub struct Starks<C> {
    /// What was ground before the session's challenges.
    pub nonce: u64,
    /// In plan order.
    pub proofs: Vec<Made<C>>,
    pub times: Times,
}

/// One proof.
pub struct Made<C> {
    /// What the prover states besides: see [`claims`](crate::session::claims).
    pub claims: Vec<SecureField>,
    pub stark: Proof,
    /// The channel as it was handed to Stwo.
    pub before: C,
    bus: Duration,
    own: Duration,
}

impl<MC> Prover<'_, MC>
where
    MC: MerkleChannel<H = Blake2sMerkleHasher>,
    MC::C: Send + Sync,
    SimdBackend: BackendForChannel<MC>,
{
    /// Proves a trace. `channel` has absorbed the statement, whose public tensors are `publics`; `coins` are
    /// what hides, of a setting that does.
    ///
    /// # Errors
    /// [`ProveError`], but for what packing finds.
    pub fn starks(
        &self,
        trace: Trace,
        publics: &[Public],
        mut channel: MC::C,
        coins: Option<Coins>,
        watch: Watch<'_>,
    ) -> Result<Starks<MC::C>, ProveError> {
        let Self {
            circuit,
            setting,
            schemes,
            twiddles,
            preprocessed,
            ..
        } = self;
        let (circuit, setting) = (*circuit, *setting);
        let mut times = Times::default();
        let mut clock = Instant::now();
        let mut lap = || {
            let now = Instant::now();
            std::mem::replace(&mut clock, now).elapsed()
        };
        if !hiding::fits(circuit, setting) {
            return Err(ProveError::Layout);
        }
        let mut hidden = match (setting.masks(), coins) {
            (None, _) => None,
            (Some(masks), Some(coins)) => Some(Hidden::new(circuit, masks, coins)),
            (Some(_), None) => return Err(ProveError::Coins("none was given".into())),
        };
        let columns = trace.columns.into_iter().zip(&circuit.components);
        let mut columns: Vec<Vec<Column>> = columns
            .map(|(columns, component)| columns_of(component, columns))
            .collect();

        // 2. Absorb every proof's configuration, preprocessed root and base root, in plan order.
        let mut provers: Vec<(
            CommitmentSchemeProver<'_, SimdBackend, MC>,
            Option<HiddenProof>,
        )> = Vec::new();
        let keeps = keeps_coefficients(&features(circuit, setting.masks()));
        for (proof, (scheme, preprocessed)) in schemes.iter().zip(preprocessed).enumerate() {
            scheme.pcs.mix_into(&mut channel);
            let mut prover = CommitmentSchemeProver::new(scheme.pcs, twiddles);
            if keeps {
                prover.set_store_polynomials_coefficients();
            }
            prover.commit_tree(MaybeOwned::Borrowed(&preprocessed.tree), &mut channel);
            let mut tree = prover.tree_builder();
            let mut kept = None;
            match &mut hidden {
                None => {
                    for (number, _) in circuit.components_of(proof) {
                        tree.extend_evals(columns[number].par_iter().cloned().collect());
                    }
                }
                Some(hidden) => {
                    let numbers = circuit.components_of(proof).map(|(number, _)| number);
                    let main = numbers.flat_map(|number| columns[number].iter().cloned());
                    let (base, own) = hidden.base(proof, scheme, main.collect(), twiddles);
                    tree.extend_polys(base);
                    kept = Some(own);
                }
            }
            tree.commit(&mut channel);
            provers.push((prover, kept));
        }
        times.commit = lap();
        go_on(watch(Stage::Challenges))?;

        // 3. Grind, then draw the session's challenges.
        let bits = session_pow_bits(circuit, setting);
        let nonce = match bits {
            0 => 0,
            _ => <SimdBackend as GrindOps<MC::C>>::grind(&channel, bits),
        };
        channel.mix_u64(nonce);
        let challenges = draw(&mut channel, circuit, setting).ok_or(ProveError::Unlucky)?;
        let public = public_terms(circuit, publics, &challenges).ok_or(ProveError::Unlucky)?;
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
        let proofs: Vec<Made<MC::C>> = work
            .into_par_iter()
            .map(|(proof, (mut prover, hidden), main)| {
                let start = Instant::now();
                let mut channel = fork(&channel, proof);
                let mut claims = Vec::new();
                let mut tree = prover.tree_builder();
                let fixed = &preprocessed[proof].columns;
                let (airs, parts);
                let components: Vec<&dyn ComponentProver<SimdBackend>>;
                let bus;
                match hidden {
                    None => {
                        let components_of = circuit.components_of(proof);
                        for (((_, component), fixed), main) in components_of.zip(fixed).zip(main) {
                            let (made, claim) =
                                tally(circuit, component, &challenges, fixed, &main);
                            tree.extend_evals(made);
                            claims.push(claim);
                        }
                        tree.commit(&mut channel);
                        absorb_claims(&mut channel, &claims);
                        bus = start.elapsed();
                        airs = air::components(circuit, proof, &challenges, &claims);
                        components = airs.iter().map(|component| component as _).collect();
                    }
                    Some(mut hidden) => {
                        let (made, total) =
                            hidden.interaction(circuit, proof, &challenges, fixed, &main, twiddles);
                        tree.extend_polys(made);
                        tree.commit(&mut channel);
                        match circuit.is_linked() {
                            true => {
                                claims.push(total);
                                absorb_claims(&mut channel, &claims);
                            }
                            // Nothing is stated: the total is what the public tensors leave.
                            false if !(total + public).is_zero() => return Err(ProveError::Bus),
                            false => {}
                        }
                        bus = start.elapsed();
                        parts = Parts::new(circuit, proof, &challenges, hidden.masks(), total);
                        components = parts.provers();
                    }
                }
                let start = Instant::now();
                let before = channel.clone();
                let stark = stwo::prover::prove(&components, &mut channel, prover)
                    .map_err(|_| ProveError::Constraints)?;
                Ok(Made {
                    claims,
                    stark,
                    before,
                    bus,
                    own: start.elapsed(),
                })
            })
            .collect::<Result<_, ProveError>>()?;
        // Side by side, the stages take their share of the wall time.
        let wall = lap();
        let sum = |of: fn(&Made<MC::C>) -> Duration| proofs.iter().map(of).sum::<Duration>();
        let (bus, own) = (sum(|made| made.bus), sum(|made| made.own));
        let share = bus.as_secs_f64() / (bus + own).as_secs_f64().max(f64::MIN_POSITIVE);
        times.bus = wall.mul_f64(share);
        times.stark = wall - times.bus;

        // 5. The claims and the public terms cancel; of a proof that hides and stands alone, in step 4.
        let sum = balance(proofs.iter().flat_map(|made| &made.claims), public);
        if schemes.iter().any(|scheme| scheme.claims > 0) && !sum.is_zero() {
            return Err(ProveError::Bus);
        }
        Ok(Starks {
            nonce,
            proofs,
            times,
        })
    }
}
