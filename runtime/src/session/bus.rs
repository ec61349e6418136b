//! The *tally* reading: the interaction trace, packed, and the claims.

use attnc_compiler::circuit::row::{Folded, Lane, Numerator, Pole, Reading, Send};
use attnc_compiler::circuit::{Carried, Circuit, Component, Tag, Witness};
use attnc_compiler::meaning::graph::Known;
use num_traits::{One, Zero};
use rayon::prelude::*;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::{SecureField, SECURE_EXTENSION_DEGREE};
use stwo::core::fields::FieldExpOps;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::utils::{
    bit_reverse_index, circle_domain_index_to_coset_index, coset_index_to_circle_domain_index,
};
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::m31::{PackedBaseField, N_LANES};
use stwo::prover::backend::simd::prefix_sum::inclusive_prefix_sum;
use stwo::prover::backend::simd::qm31::PackedSecureField;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::CircleEvaluation;
use stwo::prover::poly::BitReversedOrder;

use crate::session::challenges::{field, Challenges, Weight};

/// A column as Stwo commits it.
pub type Column = CircleEvaluation<SimdBackend, BaseField, BitReversedOrder>;

/// A column over the canonic domain of its length. `ordered`: the rows of a component with folds
/// stand where the domain has them one after the other; all others are islands, whose order is
/// the trace's.
fn column(values: Vec<BaseField>, ordered: bool) -> Column {
    let log = values.len().trailing_zeros();
    let values = if ordered {
        let mut placed = vec![BaseField::from(0); values.len()];
        for (row, value) in values.into_iter().enumerate() {
            placed[place(row, log)] = value;
        }
        BaseColumn::from_cpu(&placed)
    } else {
        BaseColumn::from_iter(values)
    };
    CircleEvaluation::new(CanonicCoset::new(log).circle_domain(), values)
}

/// A component's columns of values, one a row, as Stwo commits them.
pub fn columns_of(component: &Component, values: Vec<Vec<BaseField>>) -> Vec<Column> {
    let ordered = component.is_ordered();
    let values = values.into_par_iter();
    values.map(|values| column(values, ordered)).collect()
}

/// A component's preprocessed columns.
pub fn fixed_columns(component: &Component, known: Option<&Known>) -> Vec<Column> {
    let columns = (0..component.fixed.len()).into_par_iter();
    let values = columns.map(|fixed| component.fixed_values(fixed, known));
    let values = values.map(|values| values.into_iter().map(field).collect());
    columns_of(component, values.collect())
}

/// Where the domain's `row`-th point stands in a column of 2^`log` bit-reversed evaluations.
fn place(row: usize, log: u32) -> usize {
    bit_reverse_index(coset_index_to_circle_domain_index(row, log), log)
}

/// The interaction columns of one component, in the order in which *constrain* reads them, and
/// its claim: the sum of all its fractions. The last column runs over the rows.
pub fn tally(
    circuit: &Circuit,
    component: &Component,
    challenges: &Challenges,
    fixed: &[Column],
    main: &[Column],
) -> (Vec<Column>, SecureField) {
    let (mut columns, claim) = row_sums(circuit, component, challenges, fixed, main);
    // Less the claim's even share of each row, so that one rule holds everywhere.
    let share = claim / BaseField::from_u32_unchecked(1 << component.log_rows);
    let last = columns.len() - SECURE_EXTENSION_DEGREE;
    for (column, share) in columns[last..].iter_mut().zip(share.to_m31_array()) {
        let share = PackedBaseField::broadcast(share);
        let mut values = std::mem::replace(&mut column.values, BaseColumn::from_simd(Vec::new()));
        values.data.iter_mut().for_each(|x| *x -= share);
        column.values = inclusive_prefix_sum(values);
    }
    (columns, claim)
}

/// As [`tally`], where the last column is the total of each row.
pub fn row_sums(
    circuit: &Circuit,
    component: &Component,
    challenges: &Challenges,
    fixed: &[Column],
    main: &[Column],
) -> (Vec<Column>, SecureField) {
    let packed_rows = (1usize << component.log_rows) / N_LANES;
    let batches = component.count.logup_columns();
    let extensions = component.count.extensions.len();
    let width = extensions + batches;
    let read = |row, folding, fractions| {
        let tally = Tally {
            challenges,
            fixed,
            main,
            row,
            next: 0,
            extensions: Vec::with_capacity(extensions),
            weights: Vec::new(),
            folds: Vec::new(),
            folding,
            fractions,
            batches: &component.batches,
            sends: 0,
        };
        tally.read(circuit, component)
    };
    let folds = component.is_ordered().then(|| {
        let stages = component.fold_stages().len();
        let mut increments = vec![SecureField::zero(); stages << component.log_rows];
        increments
            .par_chunks_mut(stages * N_LANES)
            .enumerate()
            .for_each(|(row, out)| {
                let collected = read(row, Folding::Collect(Vec::new()), Vec::new()).folding;
                if let Folding::Collect(collected) = collected {
                    for (stage, packed) in collected.into_iter().enumerate() {
                        for (lane, increment) in packed.to_array().into_iter().enumerate() {
                            out[lane * stages + stage] = increment;
                        }
                    }
                }
            });
        Folds::run(component, fixed, &increments)
    });
    // Row-major: the weights and folds, then the running sum over the batches of the row.
    let mut rows = vec![PackedSecureField::zero(); packed_rows * width];
    rows.par_chunks_mut(width)
        .enumerate()
        .for_each(|(row, out)| {
            let known = folds.as_ref().map_or(Vec::new(), |folds| folds.packed(row));
            let reading = read(row, Folding::Known(known), vec![None; batches]);
            out[..extensions].copy_from_slice(&reading.extensions);
            let mut sum = PackedSecureField::zero();
            for (out, fraction) in out[extensions..].iter_mut().zip(reading.fractions) {
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
    let columns: Vec<Column> = (0..width)
        .into_par_iter()
        .flat_map_iter(coordinates)
        .map(|data| CircleEvaluation::new(domain, BaseColumn::from_simd(data)))
        .collect();
    let last = &columns[SECURE_EXTENSION_DEGREE * (width - 1)..];
    let sums = std::array::from_fn(|i| {
        let column = last[i].values.data.iter().copied();
        column
            .fold(PackedBaseField::zero(), |a, b| a + b)
            .pointwise_sum()
    });
    let claim = SecureField::from_m31_array(sums);
    (columns, claim)
}

/// A numerator and a denominator.
type Sum = (PackedSecureField, PackedSecureField);

/// The stages of a component's folds in every row, in the rows' own order.
struct Folds {
    log_rows: u32,
    stages: usize,
    values: Vec<SecureField>,
}

impl Folds {
    /// Adds up what the stages add in every row, given in the order of the columns.
    fn run(component: &Component, fixed: &[Column], increments: &[SecureField]) -> Self {
        let log_rows = component.log_rows;
        let carried = component.fold_stages();
        let stages = carried.len();
        let keep = |carried: &Carried, row: usize| {
            let place = place(row, log_rows);
            fixed[carried.keep].values.data[place / N_LANES].to_array()[place % N_LANES]
        };
        // Segments are independent: tasks begin where nothing is carried.
        let length = component.segment();
        let chunk = length * CHUNK.div_ceil(length);
        let apart = (0..1usize << log_rows).step_by(chunk);
        let apart = apart.clone().all(|row| {
            let mut folds = carried.iter().flatten();
            folds.all(|carried| keep(carried, row).is_zero())
        });
        let chunk = if apart { chunk } else { 1 << log_rows };
        let mut values = vec![SecureField::zero(); increments.len()];
        values
            .par_chunks_mut(chunk * stages)
            .enumerate()
            .for_each(|(number, out)| {
                let mut last = vec![SecureField::zero(); stages];
                for (row, out) in (number * chunk..).zip(out.chunks_mut(stages)) {
                    let from = place(row, log_rows) * stages;
                    let mut sum = SecureField::zero();
                    for stage in 0..stages {
                        if let Some(carried) = &carried[stage] {
                            sum = last[carried.end] * keep(carried, row);
                        }
                        sum += increments[from + stage];
                        out[stage] = sum;
                    }
                    last.copy_from_slice(out);
                }
            });
        Self {
            log_rows,
            stages,
            values,
        }
    }

    /// The stages in one packed row of the columns.
    fn packed(&self, row: usize) -> Vec<PackedSecureField> {
        let rows: [usize; N_LANES] = std::array::from_fn(|lane| {
            let index = bit_reverse_index(row * N_LANES + lane, self.log_rows);
            circle_domain_index_to_coset_index(index, self.log_rows) * self.stages
        });
        (0..self.stages)
            .map(|stage| PackedSecureField::from_array(rows.map(|row| self.values[row + stage])))
            .collect()
    }
}

/// Rows, about, whose folds one task runs.
const CHUNK: usize = 1 << 12;

/// Whether a row collects what the stages of its folds add, or has their values.
enum Folding {
    Collect(Vec<PackedSecureField>),
    Known(Vec<PackedSecureField>),
}

struct Tally<'a> {
    challenges: &'a Challenges,
    fixed: &'a [Column],
    main: &'a [Column],
    row: usize,
    next: usize,
    /// Weights and folds in the order of their columns.
    extensions: Vec<PackedSecureField>,
    weights: Vec<Weight<PackedSecureField>>,
    folds: Vec<PackedSecureField>,
    folding: Folding,
    /// By batch; empty where only folds are wanted.
    fractions: Vec<Option<Sum>>,
    batches: &'a [usize],
    sends: usize,
}

impl Tally<'_> {
    fn read(mut self, circuit: &Circuit, component: &Component) -> Self {
        component.row(&circuit.ranges, &mut self);
        self
    }

    fn column(&mut self) -> PackedBaseField {
        self.next += 1;
        self.main[self.next - 1].values.data[self.row]
    }

    fn fraction(&mut self, numerator: PackedSecureField, denominator: PackedSecureField) {
        let slot = &mut self.fractions[self.batches[self.sends]];
        self.sends += 1;
        *slot = Some(match *slot {
            None => (numerator, denominator),
            Some((n, d)) => (n * denominator + numerator * d, d * denominator),
        });
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
        if self.fractions.is_empty() {
            return;
        }
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
                            let weight = self.weights[position].column * *term.value;
                            laned += weight * PackedSecureField::broadcast(delta);
                        }
                        Lane::Fold(position) => {
                            let weight = self.folds[position] * *term.value;
                            laned += weight * PackedSecureField::broadcast(delta);
                        }
                    }
                }
                gated * gate + laned
            }
        };
        self.fraction(numerator, denominator);
    }
    fn copied(&mut self, _: u32, _: &PackedBaseField) -> PackedBaseField {
        self.column()
    }
    fn weight(&mut self, poles: &[Pole<&PackedBaseField>], gate: &PackedBaseField) -> usize {
        let challenges = self.challenges;
        let poles: Vec<PackedSecureField> = poles
            .iter()
            .map(|pole| match pole {
                Pole::Lane(lane) => {
                    PackedSecureField::broadcast(challenges.lambda) - secure(**lane)
                }
                Pole::Address(address) => {
                    PackedSecureField::broadcast(challenges.alpha[1]) * **address
                        + PackedSecureField::broadcast(challenges.pole(Tag::TOTALS))
                }
            })
            .collect();
        let product = poles.iter().copied().reduce(|a, b| a * b);
        let column = match product {
            Some(product) => product.inverse() * *gate,
            None => secure(*gate),
        };
        self.extensions.push(column);
        self.weights.push(Weight { column, poles });
        self.weights.len() - 1
    }
    fn fold(&mut self, _: &PackedBaseField, stages: &[Vec<Folded<&PackedBaseField>>]) -> usize {
        let first = self.folds.len();
        for (position, terms) in stages.iter().enumerate() {
            if let Folding::Known(known) = &self.folding {
                self.folds.push(known[first + position]);
                continue;
            }
            let mut sum = PackedSecureField::zero();
            for term in terms {
                sum += self.weights[term.weight].over(term.pole, *term.value);
            }
            if let Folding::Collect(increments) = &mut self.folding {
                increments.push(sum);
            }
            self.folds.push(PackedSecureField::zero());
        }
        // The last stage's column comes first.
        self.extensions.push(self.folds[first + stages.len() - 1]);
        self.extensions
            .extend_from_slice(&self.folds[first..first + stages.len() - 1]);
        first
    }
    fn product(&mut self, family: u32, end: &PackedBaseField, left: usize, right: usize) {
        if self.fractions.is_empty() {
            return;
        }
        let delta = PackedSecureField::broadcast(self.challenges.delta[family as usize]);
        let numerator = self.folds[left] * self.folds[right] * delta * *end;
        self.fraction(numerator, PackedSecureField::one());
    }
}
