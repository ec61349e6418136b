//! The *tally* reading: the interaction trace, packed, and the claims.

use attnc_compiler::circuit::{Circuit, Component, RangeTables, Tag, Witness};
use attnc_compiler::row::{Lane, Numerator, Reading, Send};
use num_traits::Zero;
use rayon::prelude::*;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::fields::FieldExpOps;
use stwo::core::poly::circle::CanonicCoset;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::m31::{PackedBaseField, N_LANES};
use stwo::prover::backend::simd::prefix_sum::inclusive_prefix_sum;
use stwo::prover::backend::simd::qm31::PackedSecureField;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::CircleEvaluation;
use stwo::prover::poly::BitReversedOrder;

use crate::challenges::{field, Challenges};

/// A column as Stwo commits it.
pub type Column = CircleEvaluation<SimdBackend, BaseField, BitReversedOrder>;

/// A column over the canonic domain of its length. Rows are islands: their order is the trace's.
pub fn column(values: Vec<BaseField>) -> Column {
    let log = values.len().trailing_zeros();
    CircleEvaluation::new(
        CanonicCoset::new(log).circle_domain(),
        BaseColumn::from_iter(values),
    )
}

/// The interaction columns of one component, in the order in which *constrain* reads them, and
/// its claim: the sum of all its fractions.
pub fn tally(
    circuit: &Circuit,
    component: &Component,
    challenges: &Challenges,
    fixed: &[Column],
    main: &[Column],
) -> (Vec<Column>, SecureField) {
    let packed_rows = (1usize << component.log_rows) / N_LANES;
    let batches = component.count.logup_columns();
    let lane_weights = component.count.lane_weights;
    let width = lane_weights + batches;
    // Row-major: the lane weights, then the running sum over the batches of the row.
    let mut rows = vec![PackedSecureField::zero(); packed_rows * width];
    rows.par_chunks_mut(width)
        .enumerate()
        .for_each(|(row, out)| {
            let mut reading = Tally {
                challenges,
                ranges: &circuit.ranges,
                fixed,
                main,
                row,
                next: 0,
                lane_weights: Vec::with_capacity(lane_weights),
                fractions: vec![None; batches],
                batches: &component.batches,
                sends: 0,
            };
            component.row(reading.ranges, &mut reading);
            out[..lane_weights].copy_from_slice(&reading.lane_weights);
            let mut sum = PackedSecureField::zero();
            for (out, fraction) in out[lane_weights..].iter_mut().zip(reading.fractions) {
                if let Some((numerator, denominator)) = fraction {
                    sum += numerator * denominator.inverse();
                }
                *out = sum;
            }
        });

    let coordinates = |position: usize| -> [Vec<PackedBaseField>; 4] {
        let mut columns: [Vec<PackedBaseField>; 4] =
            std::array::from_fn(|_| Vec::with_capacity(packed_rows));
        for row in 0..packed_rows {
            let parts = rows[row * width + position].into_packed_m31s();
            for (column, part) in columns.iter_mut().zip(parts) {
                column.push(part);
            }
        }
        columns
    };
    let domain = CanonicCoset::new(component.log_rows).circle_domain();
    let mut columns: Vec<Column> = (0..width - 1)
        .into_par_iter()
        .flat_map_iter(coordinates)
        .map(|data| CircleEvaluation::new(domain, BaseColumn::from_simd(data)))
        .collect();
    // The last column runs over the rows too, less the claim's even share of each row, so that
    // one rule holds everywhere.
    let last = coordinates(width - 1);
    let sums = last.each_ref().map(|column| {
        column
            .iter()
            .copied()
            .fold(PackedBaseField::zero(), |a, b| a + b)
            .pointwise_sum()
    });
    let claim = SecureField::from_m31_array(sums);
    let share = claim / BaseField::from_u32_unchecked(1 << component.log_rows);
    for (mut data, share) in last.into_iter().zip(share.to_m31_array()) {
        let share = PackedBaseField::broadcast(share);
        data.iter_mut().for_each(|x| *x -= share);
        let summed = inclusive_prefix_sum(BaseColumn::from_simd(data));
        columns.push(CircleEvaluation::new(domain, summed));
    }
    (columns, claim)
}

struct Tally<'a> {
    challenges: &'a Challenges,
    ranges: &'a RangeTables,
    fixed: &'a [Column],
    main: &'a [Column],
    row: usize,
    next: usize,
    lane_weights: Vec<PackedSecureField>,
    fractions: Vec<Option<(PackedSecureField, PackedSecureField)>>,
    batches: &'a [usize],
    sends: usize,
}

impl Tally<'_> {
    fn column(&mut self) -> PackedBaseField {
        self.next += 1;
        self.main[self.next - 1].values.data[self.row]
    }
}

fn secure(value: PackedBaseField) -> PackedSecureField {
    PackedSecureField::from(value)
}

impl Reading for Tally<'_> {
    type Value = PackedBaseField;

    fn constant(&mut self, value: i64) -> PackedBaseField {
        PackedBaseField::broadcast(field(value))
    }
    fn fixed(&mut self, column: usize) -> PackedBaseField {
        self.fixed[column].values.data[self.row]
    }
    fn add(&mut self, a: &PackedBaseField, b: &PackedBaseField) -> PackedBaseField {
        *a + *b
    }
    fn sub(&mut self, a: &PackedBaseField, b: &PackedBaseField) -> PackedBaseField {
        *a - *b
    }
    fn mul(&mut self, a: &PackedBaseField, b: &PackedBaseField) -> PackedBaseField {
        *a * *b
    }
    fn scale(&mut self, a: &PackedBaseField, factor: i64) -> PackedBaseField {
        *a * field(factor)
    }
    fn advice(&mut self, _: &[&PackedBaseField], _: &dyn Fn(&[i64]) -> i64) -> PackedBaseField {
        self.column()
    }
    fn witness(&mut self, _: &Witness, _: u32) -> PackedBaseField {
        self.column()
    }
    fn multiplicity(&mut self, _: Tag) -> PackedBaseField {
        self.column()
    }
    fn zero(&mut self, _: PackedBaseField) {}
    fn send(&mut self, send: Send<'_, PackedBaseField>) {
        let challenges = self.challenges;
        let mut denominator = PackedSecureField::broadcast(challenges.pole(send.tag));
        for (&element, &power) in send.tuple().zip(&challenges.alpha[1..]) {
            denominator += PackedSecureField::broadcast(power) * element;
        }
        let numerator = match send.numerator {
            Numerator::Times { value, negative } => secure(if negative { -value } else { value }),
            Numerator::Weighed { terms, gate } => {
                let (mut gated, mut laned) = (PackedSecureField::zero(), PackedSecureField::zero());
                for term in terms {
                    let delta = challenges.delta[term.family as usize];
                    let delta = if term.negative { -delta } else { delta };
                    match term.lane {
                        Lane::One => gated += PackedSecureField::broadcast(delta) * *term.value,
                        Lane::Constant(lane) => {
                            let weight = challenges.laned[term.family as usize][lane as usize];
                            let weight = if term.negative { -weight } else { weight };
                            gated += PackedSecureField::broadcast(weight) * *term.value;
                        }
                        Lane::Column(position) => {
                            let weight = self.lane_weights[position] * *term.value;
                            laned += weight * PackedSecureField::broadcast(delta);
                        }
                    }
                }
                gated * gate + laned
            }
        };
        let slot = &mut self.fractions[self.batches[self.sends]];
        self.sends += 1;
        *slot = Some(match *slot {
            None => (numerator, denominator),
            Some((n, d)) => (n * denominator + numerator * d, d * denominator),
        });
    }
    fn lane_weight(&mut self, index: &PackedBaseField, gate: &PackedBaseField) -> usize {
        let distance = PackedSecureField::broadcast(self.challenges.lambda) - secure(*index);
        let weight = distance.inverse() * *gate;
        self.lane_weights.push(weight);
        self.lane_weights.len() - 1
    }
}
