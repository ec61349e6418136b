//! An attack on private columns, with what any verifier has: a proof's bytes, the circuit and the key.
//!
//! An opened value is a linear equation in the coefficients of its column: one for each place that the
//! queries fall on, and four at the point out of the domain.

use std::collections::BTreeSet;
use std::ops::{Add, Mul, Sub};

use attnc::session::prove::Session;
use attnc::session::security::Setting;
use attnc::session::trace::fill;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::evaluate;
use num_traits::One;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::utils::bit_reverse_index;

use super::hull::{residue, solve, Span};
use super::opened::{open, Opened};
use super::programs::vote;
use crate::common::programs::Case;
use crate::common::session::{honest, Verifier};

/// A secret, and its mean.
const BALLOTS: [i64; 12] = [3, 9, 0, 7, 10, 2, 2, 8, 5, 1, 6, 4];
const TWELVE: &[(&str, i64)] = &[("count", 12)];

/// The values of Stwo's first `count` basis functions at a point.
fn basis<F>(x: F, y: F, count: usize) -> Vec<F>
where
    F: Copy + One + Mul<Output = F> + Add<Output = F> + Sub<Output = F>,
{
    let (mut factor, mut doubled) = (y, x);
    let mut values = vec![F::one()];
    while values.len() < count {
        let more: Vec<F> = values.iter().map(|&value| value * factor).collect();
        values.extend(more);
        factor = doubled;
        doubled = doubled * doubled + doubled * doubled - F::one();
    }
    values
}

/// The basis functions at a place of a column's evaluations, as they stand in memory.
fn at_place(place: usize, log: u32, count: usize) -> Vec<u64> {
    let domain = CanonicCoset::new(log).circle_domain();
    let point = domain.at(bit_reverse_index(place, log));
    let values = basis(point.x, point.y, count).into_iter();
    values.map(|value| value.0.into()).collect()
}

/// What a proof says of its columns of 2^`log` coefficients: the left sides of the equations; and each
/// column's right sides.
struct Equations {
    left: Vec<Vec<u64>>,
    right: Vec<(usize, Vec<u64>)>,
}

/// `main`: how many main columns are of the circuit's components, and not a mask's.
fn equations(opened: &Opened, log: u32, main: usize) -> Equations {
    let (shape, blowup) = (&opened.scheme.shape, opened.scheme.fri.log_blowup);
    let (max, size) = (shape.max_log_rows(), 1 << log);
    let mut seen = BTreeSet::new();
    let (mut left, mut queries) = (Vec::new(), Vec::new());
    for (query, &position) in opened.positions.iter().enumerate() {
        let place = ((position >> (max - log + 1)) << 1) + (position & 1);
        if seen.insert(place) {
            left.push(at_place(place, log + blowup, size));
            queries.push(query);
        }
    }
    let point = opened.point.repeated_double(max - log);
    let values = basis::<SecureField>(point.x, point.y, size);
    for i in 0..4 {
        let coordinates = values.iter().map(|value| value.to_m31_array()[i].0);
        left.push(coordinates.map(u64::from).collect());
    }
    let stark = &opened.stark;
    let columns = shape.base[..main].iter().enumerate();
    let columns = columns.filter(|(_, &own)| own == log);
    let right = columns.map(|(column, _)| {
        let [sample] = stark.sampled_values[1][column][..] else {
            panic!("a main column has one opening");
        };
        let queried = &stark.queried_values[1][column];
        let queried = queries.iter().map(|&query| queried[query]);
        let elements = queried.chain(sample.to_m31_array());
        (column, elements.map(|x| x.0.into()).collect())
    });
    let right = right.collect();
    Equations { left, right }
}

fn main_columns(circuit: &Circuit) -> usize {
    let components = circuit.components_of(0);
    components
        .map(|(_, component)| component.count.columns)
        .sum()
}

/// The main columns that a session's one proof tells in full, by their number: of each its rows.
fn recover(circuit: &Circuit, session: &Session) -> Vec<(usize, Vec<u64>)> {
    let opened = open(circuit, session).remove(0);
    let main = main_columns(circuit);
    let shape = &opened.scheme.shape;
    let logs: BTreeSet<u32> = shape.base[..main].iter().copied().collect();
    let mut told = Vec::new();
    for log in logs {
        let Equations { left, right } = equations(&opened, log, main);
        let size = 1usize << log;
        for (column, right) in right {
            let rows = left.iter().zip(&right);
            let rows = rows.map(|(left, &right)| left.iter().copied().chain([right]).collect());
            let Some(coefficients) = solve(rows.collect(), size) else {
                continue;
            };
            let log_rows = log - u32::from(shape.hiding);
            let values = (0..1usize << log_rows).map(|row| {
                let terms = at_place(row, log_rows, size);
                let terms = terms.into_iter().zip(&coefficients);
                terms.fold(0, |sum, (b, &c)| residue(sum + b * c))
            });
            told.push((column, values.collect()));
        }
    }
    told
}

/// The columns that the prover committed to.
fn committed(case: &Case) -> Vec<Vec<u64>> {
    let evaluation = evaluate(&case.compiled.graph, &case.assignment).unwrap();
    let trace = fill(&case.compiled.circuit, &evaluation).unwrap();
    let columns = trace.columns.into_iter().flatten();
    let elements = |column: Vec<BaseField>| column.into_iter().map(|x| x.0.into()).collect();
    columns.map(elements).collect()
}

fn accepted(case: &Case, setting: Setting) -> Session {
    let session = honest(case, setting, "published");
    assert_eq!(Verifier::new(case, &session).verify(&session), Ok(()));
    session
}

/// No weakness that takes luck: at the default setting, each ballot is read off the proof.
#[test]
fn a_plain_proof_tells_its_private_inputs() {
    let case = vote(TWELVE, None).case(&[&BALLOTS]);
    for setting in [Setting::Standard, Setting::Fast] {
        let session = accepted(&case, setting);
        let told = recover(&case.compiled.circuit, &session);
        let committed = committed(&case);
        // All columns but the tables of ranges.
        let low = committed.iter().filter(|column| column.len() <= 16).count();
        assert!(low >= 18 && told.len() >= low, "{} of {low}", told.len());
        for (column, rows) in &told {
            assert_eq!(*rows, committed[*column], "column {column}");
        }
        let ballots = BALLOTS.map(|ballot| ballot as u64);
        let found = told.iter().filter(|(_, rows)| rows.starts_with(&ballots));
        assert_eq!(found.count(), 1, "{setting}");
    }
}

/// Not one, and no linear combination of a column's rows either: what is seen and the values of all
/// rows are independent of each other.
#[test]
fn a_proof_that_hides_tells_no_column() {
    for (setting, least_bits) in [
        (Setting::Standard, 7),
        (Setting::Standard, 8),
        (Setting::Compact, 6),
        (Setting::Fast, 8),
    ] {
        let case = vote(TWELVE, Some(least_bits)).case(&[&BALLOTS]);
        let session = accepted(&case, setting.hiding());
        let circuit = &case.compiled.circuit;
        assert!(recover(circuit, &session).is_empty(), "{setting}");
        let opened = open(circuit, &session).remove(0);
        let main = main_columns(circuit);
        let columns = &opened.scheme.shape.base[..main];
        let logs: BTreeSet<u32> = columns.iter().copied().collect();
        let mut compared = 0;
        for log in logs {
            let Equations { left, right } = equations(&opened, log, main);
            compared += right.len();
            let equations = left.len();
            let mut span = Span::of(left);
            assert_eq!(span.dimension(), equations, "{setting}");
            for row in 0..1 << (log - 1) {
                let row = at_place(row, log - 1, 1 << log);
                assert!(span.add(row), "{setting}: a row is told");
            }
        }
        assert_eq!(compared, committed(&case).len());
    }
}
