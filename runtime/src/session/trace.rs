//! The *fill* reading: the main trace, in true integers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::row::{Folded, Numerator, Pole, Reading, Send, P};
use attnc_compiler::circuit::{Circuit, Component, Element, Kind, Op, Tag, Witness};
use attnc_compiler::meaning::dims::eval_form;
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::{ExprKind, Reduction, Source};
use attnc_compiler::meaning::space::{for_each_point, Layout};
use rayon::prelude::*;
use stwo::core::fields::m31::BaseField;

use crate::session::challenges::field;

/// Rows that one task fills.
const CHUNK: usize = 256;

/// Integers in padding stay below it: hints may add to them, and double them.
const PADDING: u64 = 1 << 40;

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

/// Fills every component, tables last.
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
        .map(|column| component.fixed_values(column))
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
                component.row(&circuit.ranges, &mut reading);
                if let Some(what) = reading.fault {
                    return Err(FillError {
                        component: component.name.clone(),
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

/// Every reduction over rows that a circuit writes, evaluated once.
struct Reductions {
    totals: HashMap<u32, (Layout, Vec<i64>)>,
    /// Where a maximum or minimum is first attained.
    firsts: HashMap<u32, (Layout, Vec<i64>)>,
}

impl Reductions {
    fn new(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Self {
        let mut this = Self {
            totals: HashMap::new(),
            firsts: HashMap::new(),
        };
        for op in circuit
            .components
            .iter()
            .flat_map(|component| &component.ops)
        {
            let witness = match op {
                Op::Pinned { witness, .. } | Op::Take { witness, .. } => witness,
                Op::Gadget(Gadget::Maximum(maximum)) => &maximum.first,
                _ => continue,
            };
            this.evaluate(&witness.element, evaluation);
        }
        this
    }

    fn evaluate(&mut self, element: &Element, evaluation: &Evaluation<'_>) {
        let graph = evaluation.graph();
        let mut env = vec![0; graph.indices.len()];
        match element {
            Element::Of(_) => {}
            Element::Reduction { expr, space } => {
                self.totals.entry(expr.0).or_insert_with(|| {
                    let mut points: Vec<i64> = Vec::new();
                    for_each_point(graph, space, |at| points.extend_from_slice(at));
                    let evaluate = |env: &mut Vec<i64>, at: &[i64]| {
                        for (index, &i) in space.iter().zip(at) {
                            env[index.index()] = i;
                        }
                        evaluation.expr(*expr, env)
                    };
                    let data = if space.is_empty() {
                        vec![evaluate(&mut env, &[])]
                    } else {
                        points
                            .par_chunks(space.len())
                            .map_init(|| env.clone(), evaluate)
                            .collect()
                    };
                    (Layout::new(graph, space), data)
                });
            }
            Element::First { expr, space } => {
                let ExprKind::Reduce { op, body, index } = graph.expr(*expr).kind else {
                    unreachable!("only a reduction is attained");
                };
                let outer = &space[..space.len() - 1];
                self.firsts.entry(expr.0).or_insert_with(|| {
                    let layout = Layout::new(graph, outer);
                    let mut best: Vec<Option<(i64, i64)>> = vec![None; layout.len()];
                    for_each_point(graph, space, |at| {
                        for (index, &i) in space.iter().zip(at) {
                            env[index.index()] = i;
                        }
                        debug_assert_eq!(space.last(), Some(&index));
                        let value = evaluation.expr(body, &env);
                        let value = if op == Reduction::Min { -value } else { value };
                        let best = &mut best[layout.offset(|k| at[k])];
                        if best.is_none_or(|(most, _)| value > most) {
                            *best = Some((value, at[space.len() - 1]));
                        }
                    });
                    (
                        layout,
                        best.into_iter()
                            .map(|best| best.map_or(0, |(_, i)| i))
                            .collect(),
                    )
                });
            }
        }
    }
}

/// What is weighed away in the families whose elements are copied, by address.
struct Ties(HashMap<u32, Vec<AtomicI64>>);

impl Ties {
    fn new(circuit: &Circuit) -> Self {
        let mut sizes: HashMap<u32, usize> = HashMap::new();
        for component in &circuit.components {
            let mut here: HashMap<u32, usize> = HashMap::new();
            for op in &component.ops {
                if let Op::Copy { tie, .. } = op {
                    // One address a row and copy.
                    *here.entry(*tie).or_insert(0) += component.rows as usize;
                }
            }
            sizes.extend(here);
        }
        let zeros = |size| (0..size).map(|_| AtomicI64::new(0)).collect();
        let families = sizes.into_iter();
        Self(families.map(|(tie, size)| (tie, zeros(size))).collect())
    }

    fn of(&self, tie: u32, address: i64) -> Option<&AtomicI64> {
        self.0.get(&tie)?.get(usize::try_from(address).ok()?)
    }
}

/// How often each entry of each table was used. Every thread counts in a shard of its own, so
/// that entries which all rows use are not fought over.
struct Uses {
    tables: Vec<TableUses>,
}

struct TableUses {
    tag: Tag,
    first: i64,
    size: usize,
    /// The shards, one after the other.
    counts: Vec<AtomicU32>,
}

impl Uses {
    fn new(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Self {
        let shards = rayon::current_num_threads() + 1;
        let mut tables = Vec::new();
        let mut add = |tag: Tag, first: i64, size: usize| {
            let counts = (0..shards * size).map(|_| AtomicU32::new(0)).collect();
            tables.push(TableUses {
                tag,
                first,
                size,
                counts,
            });
        };
        for component in &circuit.components {
            match component.kind {
                Kind::Table(id) => {
                    let first = evaluation.graph().table(id).domain.lo as i64;
                    add(Tag::table(id), first, component.rows as usize);
                }
                Kind::Ranges => {
                    for size in circuit.ranges.sizes() {
                        add(Tag::range(size), 0, size as usize);
                    }
                    if let Some(size) = circuit.ranges.pairs {
                        add(Tag::pair(size), 0, (size * size) as usize);
                    }
                }
                Kind::Space(_) => {}
            }
        }
        Self { tables }
    }

    fn table(&self, tag: Tag) -> Option<&TableUses> {
        self.tables.iter().find(|table| table.tag == tag)
    }

    /// Counts one use; false if the table has no such entry.
    fn count(&self, tag: Tag, argument: i64) -> bool {
        let Some(table) = self.table(tag) else {
            return false;
        };
        let entry = usize::try_from(argument - table.first).ok();
        let Some(entry) = entry.filter(|&entry| entry < table.size) else {
            return false;
        };
        // Outside the pool the last shard serves.
        let shards = table.counts.len() / table.size;
        let shard = rayon::current_thread_index().map_or(shards - 1, |i| i % shards);
        table.counts[shard * table.size + entry].fetch_add(1, Ordering::Relaxed);
        true
    }

    fn of_row(&self, tag: Tag, row: usize) -> u32 {
        self.table(tag).map_or(0, |table| {
            let shards = table.counts.chunks(table.size);
            let counts = shards.filter_map(|shard| shard.get(row));
            counts.map(|count| count.load(Ordering::Relaxed)).sum()
        })
    }
}

struct Fill<'a, 'e> {
    evaluation: &'a Evaluation<'e>,
    reductions: &'a Reductions,
    uses: &'a Uses,
    ties: &'a Ties,
    fixed: &'a [Vec<i64>],
    row: usize,
    real: bool,
    at: &'a [i64],
    subscripts: Vec<i64>,
    /// The chunk's columns, one after the other; `next` is where this row's next element goes.
    out: &'a mut [BaseField],
    next: usize,
    height: usize,
    fault: Option<String>,
}

impl<'a> Fill<'a, '_> {
    fn column(&mut self, value: i64) -> i64 {
        if self.real && i128::from(value).abs() >= P {
            self.fail(|| format!("{value} does not fit the field"));
        }
        self.residue(value)
    }

    /// A column that a rule or a weighed sum gives: whatever integer it goes on with.
    fn residue(&mut self, value: i64) -> i64 {
        self.out[self.next] = field(value);
        self.next += self.height;
        value
    }

    fn fail(&mut self, what: impl FnOnce() -> String) {
        if self.fault.is_none() {
            self.fault = Some(what());
        }
    }

    /// What an operation gives; `wide` has it in 128 bits. In a real row it fits 64. In padding
    /// nothing is said of what stands there, and a residue does as well.
    fn checked(&mut self, value: Option<i64>, wide: impl FnOnce() -> i128) -> i64 {
        match value {
            Some(value) if self.real || value.unsigned_abs() < PADDING => value,
            _ if !self.real => (wide() % P) as i64,
            _ => {
                self.fail(|| "an integer overflow".into());
                0
            }
        }
    }

    /// The element that a witness names in this lane.
    fn element(&mut self, witness: &Witness, lane: u32) -> i64 {
        let (data, offset) = self.locate(witness, lane);
        if let Element::First { .. } = witness.element {
            return i64::from(self.subscripts.last() == Some(&data[offset]));
        }
        data[offset]
    }

    /// Where the element of a lane is stored.
    fn locate(&mut self, witness: &Witness, lane: u32) -> (&'a [i64], usize) {
        self.subscripts.clear();
        let at = self.at;
        self.subscripts
            .extend(witness.at.iter().map(|form| eval_form(form, at)));
        let mut rest = i64::from(lane);
        for &(position, size) in witness.lanes.iter().rev() {
            self.subscripts[position] = rest % size as i64;
            rest /= size as i64;
        }
        let at = &self.subscripts;
        let graph = self.evaluation.graph();
        let dense = |shape: &[u64], at: &[i64]| {
            at.iter()
                .zip(shape)
                .fold(0, |offset, (&i, &size)| offset * size as usize + i as usize)
        };
        let ragged = |(layout, data): &'a (Layout, Vec<i64>)| (&data[..], layout.offset(|k| at[k]));
        match &witness.element {
            Element::Of(Source::Input(id)) => (
                self.evaluation.input(*id),
                dense(&graph.input(*id).shape, at),
            ),
            Element::Of(Source::State(id)) => {
                let element = &graph.state(*id).element;
                let entry = element.iter().product::<u64>() as usize;
                (
                    self.evaluation.state(*id),
                    at[0] as usize * entry + dense(element, &at[1..]),
                )
            }
            Element::Of(Source::Value(id)) => {
                let elements = self.evaluation.value(*id);
                (&elements.data, elements.layout.offset(|k| at[k]))
            }
            Element::Reduction { expr, .. } => ragged(&self.reductions.totals[&expr.0]),
            Element::First { expr, .. } => ragged(&self.reductions.firsts[&expr.0]),
        }
    }
}

impl Reading for Fill<'_, '_> {
    type Value = i64;

    fn constant(&mut self, value: i64) -> i64 {
        value
    }
    fn fixed(&mut self, column: usize) -> i64 {
        self.fixed[column][self.row]
    }
    fn add(&mut self, a: &i64, b: &i64) -> i64 {
        self.checked(a.checked_add(*b), || i128::from(*a) + i128::from(*b))
    }
    fn sub(&mut self, a: &i64, b: &i64) -> i64 {
        self.checked(a.checked_sub(*b), || i128::from(*a) - i128::from(*b))
    }
    fn mul(&mut self, a: &i64, b: &i64) -> i64 {
        self.checked(a.checked_mul(*b), || i128::from(*a) * i128::from(*b))
    }
    fn scale(&mut self, a: &i64, factor: i64) -> i64 {
        self.mul(a, &factor)
    }
    fn cell(&mut self, value: &i64) -> i64 {
        self.residue(*value)
    }
    fn advice(&mut self, of: &[&i64], hint: &dyn Fn(&[i64]) -> i64) -> i64 {
        let value = match of {
            [a] => hint(&[**a]),
            [a, b] => hint(&[**a, **b]),
            _ => hint(&of.iter().map(|&&x| x).collect::<Vec<_>>()),
        };
        self.column(value)
    }
    fn witness(&mut self, witness: &Witness, lane: u32) -> i64 {
        let value = if self.real {
            self.element(witness, lane)
        } else {
            0
        };
        self.column(value)
    }
    fn vector(&mut self, witness: &Witness, lanes: u32) -> Vec<i64> {
        // A vector over one subscript lies evenly apart: its first two elements say how.
        if !self.real || witness.lanes.len() != 1 || lanes < 2 {
            return (0..lanes).map(|lane| self.witness(witness, lane)).collect();
        }
        let (data, first) = self.locate(witness, 0);
        let step = self.locate(witness, 1).1.wrapping_sub(first);
        (0..lanes as usize)
            .map(|lane| {
                let value = data[first.wrapping_add(step.wrapping_mul(lane))];
                self.column(value)
            })
            .collect()
    }
    fn multiplicity(&mut self, tag: Tag) -> i64 {
        let uses = self.uses.of_row(tag, self.row);
        self.column(uses.into())
    }
    fn zero(&mut self, rule: i64) {
        let holds = match self.real {
            true => rule == 0,
            false => i128::from(rule) % P == 0,
        };
        if !holds {
            self.fail(|| format!("a rule gives {rule}"));
        }
    }
    fn send(&mut self, send: Send<'_, i64>) {
        if let (Numerator::Weighed { terms, .. }, true) = (&send.numerator, self.real) {
            for term in terms.iter().filter(|term| term.negative) {
                if let Some(element) = self.ties.of(term.family, *send.first) {
                    element.store(*term.value, Ordering::Relaxed);
                }
            }
        }
        if !send.tag.is_table() {
            return;
        }
        if let Numerator::Times {
            value: 1,
            negative: true,
        } = send.numerator
        {
            let argument = *send.first;
            let entry = match (send.tag.pair_size(), send.rest) {
                (Some(size), [second]) if (0..size).contains(second) => argument * size + second,
                (Some(_), _) => -1,
                _ => argument,
            };
            if !self.uses.count(send.tag, entry) {
                let size = send.tag.range_size().or(send.tag.pair_size());
                self.fail(|| match size {
                    Some(size) => format!("{argument} is not in 0..{size}"),
                    None => format!("{argument} is not in the table's domain"),
                });
            }
        }
    }
    fn copied(&mut self, tie: u32, address: &i64) -> i64 {
        let value = match self.ties.of(tie, *address) {
            Some(element) if self.real => element.load(Ordering::Relaxed),
            _ => 0,
        };
        self.residue(value)
    }
    fn weight(&mut self, _: &[Pole<&i64>], _: &i64) -> usize {
        0
    }
    fn fold(&mut self, _: &i64, _: &[Vec<Folded<&i64>>]) -> usize {
        0
    }
    fn product(&mut self, _: u32, _: &i64, _: usize, _: usize) {}
}
