//! The *fill* reading: the main trace, in true integers.
//!
//! - `reading`: one row. `reductions`, `ties`, `uses`: what it must know of all rows.

mod reading;
mod reductions;
mod ties;
mod uses;

use attnc_compiler::circuit::{Circuit, Component, Kind};
use attnc_compiler::meaning::eval::Evaluation;
use rayon::prelude::*;
use stwo::core::fields::m31::BaseField;

use reading::Fill;
use reductions::Reductions;
use ties::Ties;
use uses::Uses;

/// Rows that one task fills.
const CHUNK: usize = 256;

/// The main trace: for every component of the circuit, its columns.
pub struct Trace {
    pub columns: Vec<Vec<Vec<BaseField>>>,
}

/// A row that does not obey its own circuit: a bug of the compiler, or an input that the
/// evaluation should have refused.
#[derive(Clone, Debug)]
pub struct FillError {
    pub component: String,
    pub row: usize,
    pub what: String,
}

impl std::fmt::Display for FillError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "row {} of component `{}`: {}",
            self.row, self.component, self.what
        )
    }
}

impl std::error::Error for FillError {}

/// Fills every component, tables last. How often its own rows were picked, no component knows
/// before all are filled: any may pick from any.
///
/// # Errors
/// The first row, if any, that breaks a rule or looks up what no table holds.
pub fn fill(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Result<Trace, FillError> {
    let reductions = Reductions::new(circuit, evaluation);
    let uses = Uses::new(circuit, evaluation);
    let mut columns: Vec<Vec<Vec<BaseField>>> = vec![Vec::new(); circuit.components.len()];
    let ties = Ties::new(circuit);
    // What copies operands comes after their homes, and what counts uses after all.
    let order = |component: &Component| match component.kind {
        Kind::Space(_) => u8::from(component.is_ordered()),
        _ => 2,
    };
    let mut numbers: Vec<usize> = (0..circuit.components.len()).collect();
    numbers.sort_by_key(|&number| order(&circuit.components[number]));
    for number in numbers {
        let component = &circuit.components[number];
        columns[number] =
            fill_component(circuit, component, evaluation, &reductions, &uses, &ties)?;
    }
    for (component, columns) in circuit.components.iter().zip(&mut columns) {
        for (column, offer) in component.offers(&circuit.ranges) {
            let mut row = 0;
            component.for_each_address(offer.address, |address| {
                let uses = uses.of_row(offer.tag(), address as usize);
                columns[column][row] = BaseField::from(uses);
                row += 1;
            });
        }
    }
    Ok(Trace { columns })
}

fn fill_component(
    circuit: &Circuit,
    component: &Component,
    evaluation: &Evaluation<'_>,
    reductions: &Reductions,
    uses: &Uses,
    ties: &Ties,
) -> Result<Vec<Vec<BaseField>>, FillError> {
    let rows = 1usize << component.log_rows;
    let width = component.count.columns;
    let fixed: Vec<Vec<i64>> = (0..component.fixed.len())
        .into_par_iter()
        .map(|column| component.fixed_values(column, circuit.known.as_deref()))
        .collect();
    let mut points: Vec<i64> = Vec::new();
    let mut rank = 0;
    component.for_each_row(|_, at| {
        rank = at.len();
        points.extend_from_slice(at);
    });
    // Padding rows of an index space are all alike: one stands for all of them.
    let distinct = match component.kind {
        Kind::Space(_) => rows.min(component.rows as usize + 1),
        _ => rows,
    };
    let chunks: Vec<Vec<BaseField>> = (0..distinct)
        .into_par_iter()
        .step_by(CHUNK)
        .map(|start| {
            let height = CHUNK.min(distinct - start);
            let mut out = vec![BaseField::from(0); height * width];
            let mut slots = Vec::new();
            for row in start..start + height {
                let real = (row as u64) < component.rows;
                let at = if real && rank > 0 {
                    &points[row * rank..(row + 1) * rank]
                } else {
                    &[][..]
                };
                let mut reading = Fill {
                    evaluation,
                    reductions,
                    uses,
                    ties,
                    fixed: &fixed,
                    row,
                    real,
                    at,
                    subscripts: Vec::with_capacity(8),
                    out: &mut out,
                    next: row - start,
                    height,
                    fault: None,
                };
                component.row_in(&circuit.ranges, &mut reading, &mut slots);
                if let Some(what) = reading.fault {
                    return Err(FillError {
                        component: component.title(),
                        row,
                        what,
                    });
                }
            }
            Ok(out)
        })
        .collect::<Result<_, _>>()?;
    let columns = (0..width)
        .into_par_iter()
        .map(|column| {
            let mut values = Vec::with_capacity(rows);
            for chunk in &chunks {
                let height = chunk.len() / width;
                values.extend_from_slice(&chunk[column * height..(column + 1) * height]);
            }
            let padding = values.last().copied().unwrap_or_default();
            values.resize(rows, padding);
            values
        })
        .collect();
    Ok(columns)
}
