//! What a proof that hides has besides the circuit's components (spec 9.1).
//!
//! - `masked`: the circuit's components, without claims. `ring`: what blinds the totals of linked proofs.
//! - `sum`: one running sum for all of them. `blind`: columns that mask the composition and FRI.
//! - `masking`, `coins`, `columns`: what is masked, the prover's randomness, and the polynomials that it
//!   commits to. `evaluated`: what the rules of `sum` and `blind` read there.

mod blind;
#[cfg(feature = "prove")]
mod coins;
#[cfg(feature = "prove")]
mod columns;
#[cfg(feature = "prove")]
mod evaluated;
mod masked;
#[cfg(feature = "prove")]
mod masking;
mod ring;
mod sum;

use attnc_compiler::choice::cost::{hiding_extensions, Extension, Masks};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Circuit;
use num_traits::Zero;
use stwo::core::air::Component;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::{FrameworkComponent, TraceLocationAllocator};

use crate::session::air::{preprocessed_ids, Air};
use crate::session::challenges::Challenges;
use crate::session::security::Setting;
use ring::Ring;

pub use blind::{Blind, COLUMNS as BLIND_COLUMNS};
#[cfg(feature = "prove")]
pub use coins::Coins;
#[cfg(feature = "prove")]
pub use columns::{masked, uniform, Polynomial};
pub use masked::{Masked, Rows};
#[cfg(feature = "seeded")]
pub use masking::Masking;
#[cfg(feature = "prove")]
pub use ring::ring_fraction;
#[cfg(feature = "prove")]
pub use sum::running;
pub use sum::{Sum, Term};

/// The components of one proof, in the order in which Stwo combines their rules and lays their columns.
pub struct Parts<'a> {
    airs: Vec<Masked<Rows<'a>>>,
    ring: Option<Masked<Ring<'a>>>,
    sum: Sum,
    blind: Blind,
}

impl<'a> Parts<'a> {
    /// `total` is what all fractions of the proof add up to.
    pub fn new(
        circuit: &'a Circuit,
        proof: usize,
        challenges: &'a Challenges,
        masks: Masks,
        total: SecureField,
    ) -> Self {
        let log_rows = masks.tallest(circuit, proof);
        let ids = preprocessed_ids(circuit, proof);
        let mut allocator = TraceLocationAllocator::new_with_preprocessed_columns(&ids);
        let airs: Vec<Masked<Rows<'a>>> = circuit
            .components_of(proof)
            .map(|(number, component)| {
                let air = Air {
                    number,
                    component,
                    ranges: &circuit.ranges,
                    challenges,
                };
                let low = component.log_rows < log_rows;
                let rows = Rows { air, low };
                Masked(FrameworkComponent::new(
                    &mut allocator,
                    rows,
                    SecureField::zero(),
                ))
            })
            .collect();
        let ring = masks.ring(circuit).map(|rows| {
            let ring = Ring {
                log_rows: rows,
                challenges,
                low: rows < log_rows,
            };
            Masked(FrameworkComponent::new(
                &mut allocator,
                ring,
                SecureField::zero(),
            ))
        });
        let spans = airs
            .iter()
            .map(|air| (air.0.trace_locations(), air.0.air.component.log_rows));
        let spans = spans.chain(
            ring.iter()
                .map(|it| (it.0.trace_locations(), it.0.log_rows)),
        );
        let (mut main, mut interaction, mut terms) = (0, 0, Vec::new());
        for (spans, log) in spans {
            main = main.max(spans[1].col_end);
            interaction = interaction.max(spans[2].col_end);
            terms.push(Term::new(spans[2].col_end - 4, log_rows, log));
        }
        Self {
            sum: Sum {
                offset: interaction,
                log_rows,
                terms,
                total,
            },
            blind: Blind {
                offset: main,
                log: log_rows + 1,
                log_overflow: masks.mu,
            },
            airs,
            ring,
        }
    }

    pub fn components(&self) -> Vec<&dyn Component> {
        let airs = self.airs.iter().map(|air| air as &dyn Component);
        let ring = self.ring.iter().map(|ring| ring as &dyn Component);
        let rest: [&dyn Component; 2] = [&self.sum, &self.blind];
        airs.chain(ring).chain(rest).collect()
    }

    #[cfg(feature = "prove")]
    pub fn provers(
        &self,
    ) -> Vec<&dyn stwo::prover::ComponentProver<stwo::prover::backend::simd::SimdBackend>> {
        let airs = self.airs.iter().map(|air| air as _);
        let ring = self.ring.iter().map(|ring| ring as _);
        let rest: [&dyn stwo::prover::ComponentProver<_>; 2] = [&self.sum, &self.blind];
        airs.chain(ring).chain(rest).collect()
    }
}

#[cfg(feature = "prove")]
impl<E> stwo::prover::ComponentProver<stwo::prover::backend::simd::SimdBackend> for Masked<E>
where
    E: stwo_constraint_framework::FrameworkEval + Sync,
{
    fn evaluate_constraint_quotients_on_domain(
        &self,
        trace: &stwo::prover::Trace<'_, stwo::prover::backend::simd::SimdBackend>,
        accumulator: &mut stwo::prover::DomainEvaluationAccumulator<
            stwo::prover::backend::simd::SimdBackend,
        >,
    ) {
        self.0
            .evaluate_constraint_quotients_on_domain(trace, accumulator);
    }
}

/// Whether every component has the rows that the setting's masks need.
pub fn fits(circuit: &Circuit, setting: Setting) -> bool {
    let mut components = circuit.components.iter();
    setting
        .masks()
        .is_none_or(|masks| components.all(|component| masks.fit(component.log_rows)))
}

/// Whether a layout by these choices is for proofs at this setting: one that hides has the rows for its masks,
/// and nothing else is proved of a layout that has rows for masks.
pub fn is_for(circuit: &Circuit, choices: &Choices, setting: Setting) -> bool {
    setting.hides() == choices.hides() && fits(circuit, setting)
}

/// The interaction columns of every component, in the order of [`Parts::components`].
pub fn extensions(circuit: &Circuit, proof: usize, masks: Masks) -> Vec<Vec<Extension>> {
    let log_rows = masks.tallest(circuit, proof);
    let airs = circuit.components_of(proof);
    let airs = airs.map(|(_, component)| hiding_extensions(component, log_rows));
    let ring = masks.ring(circuit);
    let ring = ring.map(|rows| vec![Extension::total(rows, log_rows)]);
    airs.chain(ring)
        .chain([vec![Extension::RunningSum], vec![]])
        .collect()
}

/// Rules that a proof that hides has besides its components': of S, of A, and of the ring.
pub fn constraints(circuit: &Circuit, masks: Option<Masks>) -> usize {
    masks.map_or(0, |_| 2 + usize::from(circuit.is_linked()))
}
