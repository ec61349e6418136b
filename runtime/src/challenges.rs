//! The challenges of a session's bus, and the public terms that the verifier adds itself (spec 5).

use std::ops::Mul;

use attnc_compiler::circuit::{Circuit, PublicTensor, Tag};
use num_traits::{One, Zero};
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::fields::FieldExpOps;

/// What the bus is evaluated at. Drawn once a session, after every base trace is committed.
#[derive(Clone, Debug)]
pub struct Challenges {
    /// Where the poles are evaluated.
    pub z: SecureField,
    /// Separates the lanes of an address: lane d has the weight 1 / (lambda - d).
    pub lambda: SecureField,
    /// Powers of alpha, which separates the entries of a tuple; the tag has power 0.
    pub alpha: Vec<SecureField>,
    /// Powers of delta, which separates families of weighed sums.
    pub delta: Vec<SecureField>,
    /// The lanes' weights.
    pub lanes: Vec<SecureField>,
    /// By family and lane, for the lanes that are constants of a row: delta^family * the weight.
    pub laned: Vec<Vec<SecureField>>,
}

impl Challenges {
    /// Draws z, alpha, delta and lambda.
    ///
    /// `None` if lambda is one of the lanes, where a weight has a pole: chance 2^-110.
    pub fn draw(channel: &mut Blake2sChannel, circuit: &Circuit) -> Option<Self> {
        let drawn = channel.draw_secure_felts(4);
        let [z, alpha, delta, lambda] = drawn[..] else {
            unreachable!("four were drawn");
        };
        Self::new(z, alpha, delta, lambda, circuit)
    }

    fn new(
        z: SecureField,
        alpha: SecureField,
        delta: SecureField,
        lambda: SecureField,
        circuit: &Circuit,
    ) -> Option<Self> {
        let longest = circuit
            .components
            .iter()
            .map(|c| c.count.longest_tuple)
            .max()
            .unwrap_or(0)
            .max(1);
        let distances: Vec<SecureField> = (0..circuit.lanes)
            .map(|lane| lambda - SecureField::from(BaseField::from(lane)))
            .collect();
        if distances.iter().any(Zero::is_zero) {
            return None;
        }
        let lanes = match distances[..] {
            [] => Vec::new(),
            _ => SecureField::batch_inverse(&distances),
        };
        let delta = powers(delta, circuit.families as usize);
        let constant = &lanes[..circuit.constant_lanes()];
        let laned = delta
            .iter()
            .map(|&delta| constant.iter().map(|&weight| delta * weight).collect())
            .collect();
        Some(Self {
            z,
            lambda,
            alpha: powers(alpha, longest + 1),
            delta,
            lanes,
            laned,
        })
    }

    /// Challenges for reading a circuit's shape, which does not depend on them.
    pub fn placeholder(circuit: &Circuit) -> Self {
        let part = |i: u32| SecureField::from_u32_unchecked(i + 2, i + 3, i + 5, i + 7);
        match Self::new(part(1), part(2), part(3), part(4), circuit) {
            Some(challenges) => challenges,
            None => unreachable!("the placeholder is not in the base field"),
        }
    }

    /// The constant part of a tuple's denominator.
    pub fn pole(&self, tag: Tag) -> SecureField {
        SecureField::from(BaseField::from(tag.0)) - self.z
    }

    /// What the public tensors take off the bus: for each element its weighed value at its
    /// address, with the sign that cancels the components'.
    ///
    /// `elements` are in row-major order. `None` if an address is a pole: chance 2^-90.
    pub fn public_term(&self, tensor: &PublicTensor, elements: &[i64]) -> Option<SecureField> {
        let width = if tensor.laned {
            tensor.shape.last().map_or(1, |&n| n as usize)
        } else {
            1
        };
        let groups: Vec<SecureField> = elements
            .chunks(width.max(1))
            .map(|group| {
                if tensor.laned {
                    group
                        .iter()
                        .zip(&self.lanes)
                        .map(|(&x, &weight)| weight * field(x))
                        .fold(SecureField::zero(), |a, b| a + b)
                } else {
                    SecureField::from(field(group[0]))
                }
            })
            .collect();
        let pole = self.pole(Tag::TOTALS);
        let denominators: Vec<SecureField> = (0..groups.len())
            .map(|address| pole + self.alpha[1] * BaseField::from(address as u32))
            .collect();
        if denominators.iter().any(Zero::is_zero) {
            return None;
        }
        if denominators.is_empty() {
            return Some(SecureField::zero());
        }
        let inverses = SecureField::batch_inverse(&denominators);
        let sum = groups
            .iter()
            .zip(inverses)
            .map(|(&g, inverse)| g * inverse)
            .fold(SecureField::zero(), |a, b| a + b);
        Some(-(sum * self.delta[tensor.family as usize]))
    }
}

fn powers(base: SecureField, count: usize) -> Vec<SecureField> {
    let mut power = SecureField::one();
    (0..count)
        .map(|_| {
            let now = power;
            power *= base;
            now
        })
        .collect()
}

/// The field element that an integer is congruent to.
pub fn field(value: i64) -> BaseField {
    const P: i64 = (1 << 31) - 1;
    // Nearly all are below P in magnitude: they need no division.
    let residue = match value {
        0..P => value,
        _ if value < 0 && value > -P => value + P,
        _ => value.rem_euclid(P),
    };
    BaseField::from_u32_unchecked(residue as u32)
}

/// A weight of a row: its column, gate / (product of the poles), and its poles.
pub struct Weight<EF> {
    pub column: EF,
    pub poles: Vec<EF>,
}

impl<EF: Clone + Mul<EF, Output = EF>> Weight<EF> {
    /// `value` / one of the poles: the column times the others.
    pub fn over<F>(&self, pole: usize, value: F) -> EF
    where
        EF: Mul<F, Output = EF>,
    {
        let others = self.poles.iter().enumerate().filter(|(i, _)| *i != pole);
        let product = self.column.clone() * value;
        others.fold(product, |product, (_, other)| product * other.clone())
    }
}
