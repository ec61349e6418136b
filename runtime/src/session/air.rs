//! The *constrain* reading: a circuit's components as Stwo evaluates them.

use attnc_compiler::circuit::row::{Folded, Lane, Numerator, Pole, Reading, Send};
use attnc_compiler::circuit::{Circuit, Component, RangeTables, Tag, Witness};
use num_traits::{One, Zero};
use stwo::core::fields::qm31::SecureField;
use stwo::core::Fraction;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{
    EvalAtRow, FrameworkComponent, FrameworkEval, TraceLocationAllocator, INTERACTION_TRACE_IDX,
};

use crate::session::challenges::{field, Challenges, Weight};

/// One component of a circuit under a session's challenges.
pub struct Air<'a> {
    /// Position in the circuit.
    pub number: usize,
    pub component: &'a Component,
    pub ranges: &'a RangeTables,
    pub challenges: &'a Challenges,
}

impl FrameworkEval for Air<'_> {
    fn log_size(&self) -> u32 {
        self.component.log_rows
    }

    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.component.log_rows + 1
    }

    fn evaluate<E: EvalAtRow>(&self, eval: E) -> E {
        let mut reading = Constrain {
            eval,
            air: self,
            weights: Vec::new(),
            folds: Vec::new(),
        };
        self.component.row(self.ranges, &mut reading);
        let mut eval = reading.eval;
        eval.finalize_logup_batched(&self.component.batches);
        eval
    }
}

/// A preprocessed column's name: unique in a circuit.
pub fn column_id(component: usize, column: usize) -> PreProcessedColumnId {
    PreProcessedColumnId {
        id: format!("{component}.{column}"),
    }
}

/// The names of the preprocessed columns of one proof, in the order of its tree.
pub fn preprocessed_ids(circuit: &Circuit, proof: usize) -> Vec<PreProcessedColumnId> {
    circuit
        .components_of(proof)
        .flat_map(|(number, component)| {
            (0..component.fixed.len()).map(move |column| column_id(number, column))
        })
        .collect()
}

/// The components of one proof, with their claims.
pub fn components<'a>(
    circuit: &'a Circuit,
    proof: usize,
    challenges: &'a Challenges,
    claims: &[SecureField],
) -> Vec<FrameworkComponent<Air<'a>>> {
    let ids = preprocessed_ids(circuit, proof);
    let mut allocator = TraceLocationAllocator::new_with_preprocessed_columns(&ids);
    circuit
        .components_of(proof)
        .zip(claims)
        .map(|((number, component), &claim)| {
            let air = Air {
                number,
                component,
                ranges: &circuit.ranges,
                challenges,
            };
            FrameworkComponent::new(&mut allocator, air, claim)
        })
        .collect()
}

/// The number of rules of one proof.
pub fn constraints(circuit: &Circuit, proof: usize) -> usize {
    circuit
        .components_of(proof)
        .map(|(_, component)| component.count.constraints())
        .sum()
}

struct Constrain<'a, E: EvalAtRow> {
    eval: E,
    air: &'a Air<'a>,
    weights: Vec<Weight<E::EF>>,
    folds: Vec<E::EF>,
}

impl<E: EvalAtRow> Reading for Constrain<'_, E> {
    type Value = E::F;

    fn constant(&mut self, value: i64) -> E::F {
        E::F::from(field(value))
    }
    fn fixed(&mut self, column: usize) -> E::F {
        self.eval
            .get_preprocessed_column(column_id(self.air.number, column))
    }
    fn add(&mut self, a: &E::F, b: &E::F) -> E::F {
        a.clone() + b.clone()
    }
    fn sub(&mut self, a: &E::F, b: &E::F) -> E::F {
        a.clone() - b.clone()
    }
    fn mul(&mut self, a: &E::F, b: &E::F) -> E::F {
        a.clone() * b.clone()
    }
    fn scale(&mut self, a: &E::F, factor: i64) -> E::F {
        a.clone() * field(factor)
    }
    fn advice(&mut self, _: &[&E::F], _: &dyn Fn(&[i64]) -> i64) -> E::F {
        self.eval.next_trace_mask()
    }
    fn witness(&mut self, _: &Witness, _: u32) -> E::F {
        self.eval.next_trace_mask()
    }
    fn multiplicity(&mut self, _: Tag) -> E::F {
        self.eval.next_trace_mask()
    }
    fn zero(&mut self, rule: E::F) {
        self.eval.add_constraint(rule);
    }
    fn send(&mut self, send: Send<'_, E::F>) {
        let challenges = self.air.challenges;
        let mut denominator = E::EF::from(challenges.pole(send.tag));
        for (element, &power) in send.tuple().zip(&challenges.alpha[1..]) {
            denominator += element.clone() * power;
        }
        let numerator = match send.numerator {
            Numerator::Times { value, negative } => {
                E::EF::from(if negative { -value } else { value })
            }
            Numerator::Weighed { terms, gate } => {
                let (mut gated, mut laned) = (E::EF::zero(), E::EF::zero());
                for term in terms {
                    let delta = challenges.delta[term.family as usize];
                    let delta = if term.negative { -delta } else { delta };
                    match term.lane {
                        Lane::One => gated += term.value.clone() * delta,
                        Lane::Constant(lane) => {
                            let weight = challenges.laned[term.family as usize][lane as usize];
                            let weight = if term.negative { -weight } else { weight };
                            gated += term.value.clone() * weight;
                        }
                        Lane::Column(position) => {
                            let weight = self.weights[position].column.clone() * delta;
                            laned += weight * term.value.clone();
                        }
                        Lane::Fold(position) => {
                            let weight = self.folds[position].clone() * delta;
                            laned += weight * term.value.clone();
                        }
                    }
                }
                gated * gate + laned
            }
        };
        self.eval
            .write_logup_frac(Fraction::new(numerator, denominator));
    }
    fn copied(&mut self, _: u32, _: &E::F) -> E::F {
        self.eval.next_trace_mask()
    }
    fn weight(&mut self, poles: &[Pole<&E::F>], gate: &E::F) -> usize {
        let challenges = self.air.challenges;
        let [column] = self
            .eval
            .next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0]);
        let poles: Vec<E::EF> = poles
            .iter()
            .map(|pole| match pole {
                Pole::Lane(lane) => E::EF::from(challenges.lambda) - E::EF::from((*lane).clone()),
                Pole::Address(address) => {
                    (*address).clone() * challenges.alpha[1] + challenges.pole(Tag::TOTALS)
                }
            })
            .collect();
        let product = poles
            .iter()
            .fold(column.clone(), |product, pole| product * pole.clone());
        self.eval
            .add_constraint(product - E::EF::from(gate.clone()));
        self.weights.push(Weight { column, poles });
        self.weights.len() - 1
    }
    fn fold(&mut self, keep: &E::F, stages: &[Vec<Folded<&E::F>>]) -> usize {
        let first = self.folds.len();
        let [before, last] = self
            .eval
            .next_extension_interaction_mask(INTERACTION_TRACE_IDX, [-1, 0]);
        let mut sum = before * keep.clone();
        for (position, terms) in stages.iter().enumerate() {
            for term in terms {
                sum += self.weights[term.weight].over(term.pole, term.value.clone());
            }
            let column = if position + 1 == stages.len() {
                last.clone()
            } else {
                let [column] = self
                    .eval
                    .next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0]);
                column
            };
            self.eval.add_constraint(column.clone() - sum);
            self.folds.push(column.clone());
            sum = column;
        }
        first
    }
    fn product(&mut self, family: u32, end: &E::F, left: usize, right: usize) {
        let delta = self.air.challenges.delta[family as usize];
        let numerator = self.folds[left].clone() * self.folds[right].clone() * end.clone() * delta;
        self.eval
            .write_logup_frac(Fraction::new(numerator, E::EF::one()));
    }
}
