//! What blinds the totals of linked proofs: rows of random tuples under a tag of their own.

use attnc_compiler::choice::cost::RING_TUPLE;
use attnc_compiler::circuit::Tag;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval};

use super::masked::total;
use crate::session::challenges::Challenges;

/// In every row + 1 at r and - 1 at s. A proof's s are the next proof's r, the last one's the first's, so
/// that all of it cancels over the session.
pub struct Ring<'a> {
    pub log_rows: u32,
    pub challenges: &'a Challenges,
    /// Whether it is lower than the proof's tallest.
    pub low: bool,
}

/// The fraction of a row: 1 / the pole of r - 1 / the pole of s.
#[cfg(feature = "prove")]
pub fn ring_fraction(
    challenges: &Challenges,
    r: [BaseField; RING_TUPLE],
    s: [BaseField; RING_TUPLE],
) -> SecureField {
    use stwo::core::fields::FieldExpOps;
    let pole = |tuple: [BaseField; RING_TUPLE]| {
        let mut pole = tag(challenges);
        for (element, &power) in tuple.into_iter().zip(&challenges.alpha[1..]) {
            pole += power * element;
        }
        pole
    };
    pole(r).inverse() - pole(s).inverse()
}

fn tag(challenges: &Challenges) -> SecureField {
    SecureField::from(BaseField::from(Tag::RING.0)) - challenges.z
}

impl FrameworkEval for Ring<'_> {
    fn log_size(&self) -> u32 {
        self.log_rows
    }
    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.log_rows + 2
    }
    fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
        let mut pole = || {
            let mut pole = E::EF::from(tag(self.challenges));
            for &power in &self.challenges.alpha[1..=RING_TUPLE] {
                pole += E::EF::from(eval.next_trace_mask()) * power;
            }
            pole
        };
        let (r, s) = (pole(), pole());
        let sum = total(&mut eval, self.low);
        eval.add_constraint(sum * r.clone() * s.clone() - (s - r));
        eval
    }
}
