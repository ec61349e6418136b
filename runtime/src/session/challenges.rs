//! The challenges of a session's bus, and the public terms that the verifier adds itself (spec 5).

use std::ops::Mul;

use attnc_compiler::choice::cost::RING_TUPLE;
use attnc_compiler::circuit::{Circuit, PublicTensor, Tag};
use attnc_compiler::meaning::dims::{dim_size, for_each_point};
use num_traits::{One, Zero};
use stwo::core::channel::Channel;
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
    pub fn draw(channel: &mut impl Channel, circuit: &Circuit) -> Option<Self> {
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
            .max(RING_TUPLE);
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

    /// What a public tensor takes off the bus: for each element its weighed value at its address,
    /// with the sign that cancels the components'.
    ///
    /// `elements` are those that exist, in lexicographic order of their subscripts. `None` if an
    /// address is a pole: chance 2^-90.
    pub fn public_term(&self, tensor: &PublicTensor, elements: &[i64]) -> Option<SecureField> {
        let dims = tensor.dims();
        // The last dimension is in the lanes; the others' row-major number is the address.
        let (outer, last) = match dims.split_last() {
            Some((&last, outer)) if tensor.laned => (outer, Some(last)),
            _ => (&dims[..], None),
        };
        let pole = self.pole(Tag::TOTALS);
        let (mut groups, mut denominators) = (Vec::new(), Vec::new());
        let mut rest = elements;
        for_each_point(outer, &mut |_, at| {
            let width = last.map_or(1, |last| dim_size(last, at) as usize);
            let (group, later) = rest.split_at(width.min(rest.len()));
            rest = later;
            groups.push(match last {
                Some(_) => group
                    .iter()
                    .zip(&self.lanes)
                    .map(|(&x, &weight)| weight * field(x))
                    .fold(SecureField::zero(), |a, b| a + b),
                None => group
                    .first()
                    .map_or(SecureField::zero(), |&x| field(x).into()),
            });
            let numbered = at.iter().zip(&tensor.shape);
            let address = numbered.fold(0, |address, (&i, &size)| address * size + i as u64);
            denominators.push(pole + self.alpha[1] * BaseField::from(address as u32));
        });
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
