//! Measures the coefficients of the time prediction: proves some shapes, and fits (spec 8.4).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use attnc_compiler::choice::cost::{
    expected_nonces, predict_memory, units, Features, FriSetting, Stage, StageTimes, TimeTable,
};
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::meaning::eval::{evaluate, Assignment, Evaluation};
use attnc_compiler::{analyse, assemble, Compiled};
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::proof_of_work::GrindOps;
use stwo::prover::backend::simd::SimdBackend;

use crate::files::key::Identity;
use crate::files::sample::{learn_drawn, sample};
use crate::session::prove::{prove, ProveError};
use crate::session::security::{Custom, Setting};
use crate::session::Scheme;

/// The blowups that every subject is proved at.
pub const BLOWUPS: [u32; 3] = [2, 8, 32];
/// Grinds in a measurement, and their bits: enough that luck averages out.
const GRINDS: u64 = 64;
const GRIND_BITS: u32 = 18;
/// Rounds of the fit, each over all coefficients.
const ROUNDS: usize = 200_000;

/// A program at some of its parameters.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is called in a report.
    pub name: String,
    pub source: String,
    pub params: Vec<(String, i64)>,
    /// The lanes in which its contractions are evaluated; unrolled without.
    pub lanes: Option<u32>,
}

impl Subject {
    /// The subjects that a table is made with if no others are given: what a proof's time depends
    /// on (rows, columns, sends, rules) in different proportions.
    pub fn built_in() -> Vec<Self> {
        const DECODE: &str = include_str!("../../programs/decode.attn");
        const HEAD: &str = include_str!("../../programs/head.attn");
        const MATMUL: &str = include_str!("../../programs/matmul.attn");
        const WINDOW: &str = include_str!("../../programs/window.attn");
        let subject = |name: &str, source: &str, params: &[(&str, i64)]| Self {
            name: name.to_string(),
            source: source.to_string(),
            params: params
                .iter()
                .map(|(name, value)| (name.to_string(), *value))
                .collect(),
            lanes: None,
        };
        let evaluated = |subject: Self, lanes: u32| Self {
            lanes: Some(lanes),
            ..subject
        };
        let decode = |heads, width, steps| {
            let params = [("heads", heads), ("width", width), ("steps", steps)];
            subject("decode", DECODE, &params)
        };
        vec![
            decode(1, 8, 16),
            decode(4, 16, 64),
            decode(4, 64, 32),
            decode(4, 64, 64),
            evaluated(decode(4, 16, 64), 1),
            evaluated(decode(4, 64, 32), 2),
            evaluated(decode(4, 64, 64), 2),
            evaluated(decode(2, 8, 192), 1),
            subject("head", HEAD, &[("steps", 128)]),
            subject("matmul", MATMUL, &[("rows", 64), ("columns", 64)]),
            subject("window", WINDOW, &[("steps", 64)]),
        ]
    }
}

/// Why there is no measurement.
#[derive(Debug)]
pub enum CalibrateError {
    /// The program does not compile at these parameters, or not all inputs in range suit it.
    Program(Vec<Diagnostic>),
    Prove(ProveError),
}

/// A subject, compiled, with random inputs.
pub struct Case {
    pub compiled: Compiled,
    assignment: Assignment,
}

impl Case {
    /// # Errors
    /// [`CalibrateError::Program`].
    pub fn new(subject: &Subject) -> Result<Self, CalibrateError> {
        let bad = CalibrateError::Program;
        let (ast, mut graph) = analyse(&subject.source, &subject.params).map_err(bad)?;
        let assignment = sample(&graph, 1);
        for (table, entries) in graph.tables.iter_mut().zip(&assignment.tables) {
            if table.from_input {
                table.entries.clone_from(entries);
            }
        }
        learn_drawn(&mut graph, 1).map_err(|error| bad(vec![error.into()]))?;
        let mut choices = Choices::default();
        if let Some(lanes) = subject.lanes {
            let strategy = Strategy::Evaluated { lanes };
            choices = choices.with_all(strategy, contractions(&graph).len());
        }
        let compiled = assemble(ast, graph, None, &choices).map_err(bad)?;
        let case = Self {
            compiled,
            assignment,
        };
        case.evaluation()?;
        Ok(case)
    }

    fn evaluation(&self) -> Result<Evaluation<'_>, CalibrateError> {
        let evaluation = evaluate(&self.compiled.graph, &self.assignment);
        evaluation.map_err(|error| CalibrateError::Program(vec![error.into()]))
    }

    /// Proves once at a blowup, grinding nothing.
    ///
    /// A process that has proved before has its memory at hand, and takes a third less: for times
    /// as `attnc prove` has them, each proof needs a process of its own.
    ///
    /// # Errors
    /// [`CalibrateError::Prove`].
    pub fn prove(&self, blowup: u32) -> Result<StageTimes, CalibrateError> {
        let claimed = Identity::of(&self.compiled).claimed(String::new());
        let evaluation = self.evaluation()?;
        let circuit = &self.compiled.circuit;
        let proved = prove(circuit, &evaluation, setting(blowup), &claimed);
        let times = proved.map_err(CalibrateError::Prove)?.times;
        let ms = |time: Duration| 1e3 * time.as_secs_f64();
        Ok(StageTimes {
            fill: ms(times.fill),
            commit: ms(times.setup + times.commit),
            bus: ms(times.bus),
            stark: ms(times.stark),
            // Drawing the challenges: nothing is ground.
            grind: 0.0,
        })
    }
}

/// The setting at a blowup that grinds nothing. Its floor is low, so that no bus needs grinding.
fn setting(blowup: u32) -> Setting {
    match Custom::new(*Custom::FLOORS.start(), blowup.trailing_zeros(), 0) {
        Ok(custom) => Setting::Custom(custom),
        Err(error) => unreachable!("blowups are within bounds: {error}"),
    }
}

/// What one proof took, and what it was of.
#[derive(Clone, Debug)]
pub struct Measurement {
    pub subject: String,
    pub params: Vec<(String, i64)>,
    pub blowup: u32,
    pub measured: StageTimes,
    /// The most bytes that the prover had resident, if known.
    pub memory_bytes: Option<u64>,
    features: Features,
    fri: Vec<FriSetting>,
}

impl Measurement {
    /// Of a case proved at a blowup: the least time of each stage, and the most memory.
    pub fn new(case: &Case, blowup: u32, rounds: &[(StageTimes, Option<u64>)]) -> Self {
        let compiled = &case.compiled;
        let quicker = |a: StageTimes, b: StageTimes| StageTimes {
            fill: a.fill.min(b.fill),
            commit: a.commit.min(b.commit),
            bus: a.bus.min(b.bus),
            stark: a.stark.min(b.stark),
            grind: a.grind.min(b.grind),
        };
        let schemes = Scheme::of(&compiled.circuit, setting(blowup));
        let params = compiled.graph.params.iter();
        Self {
            subject: compiled.circuit.name.clone(),
            params: params.map(|it| (it.name.clone(), it.value)).collect(),
            blowup,
            measured: rounds
                .iter()
                .map(|round| round.0)
                .reduce(quicker)
                .unwrap_or_default(),
            memory_bytes: rounds.iter().filter_map(|round| round.1).max(),
            features: Features::of(&compiled.circuit),
            fri: schemes.iter().map(|scheme| scheme.fri).collect(),
        }
    }

    /// What a table says of the same proof.
    pub fn predicted(&self, table: &TimeTable) -> StageTimes {
        table.predict(&self.features, &self.fri, 0)
    }

    /// Predicted bytes of memory.
    pub fn predicted_memory(&self) -> f64 {
        predict_memory(&self.features, &self.fri)
    }
}

/// The table that fits some measurements best, in relative error, and what grinding takes here.
/// `with` says what they were made with.
pub fn fit(measurements: &[Measurement], with: &str) -> TimeTable {
    let mut nanoseconds = BTreeMap::new();
    for stage in Stage::ALL {
        let coefficients = match stage {
            Stage::Grind => vec![grind()],
            _ => {
                let rows = measurements.iter().map(|it| {
                    let ns = 1e6 * of(&it.measured, stage);
                    let units = units(stage, &it.features, &it.fri, 0);
                    units.into_iter().map(|units| units / ns.max(1.0)).collect()
                });
                least_squares(&rows.collect::<Vec<_>>())
            }
        };
        let terms = stage.terms().iter().map(ToString::to_string);
        // Four digits: more are not measured.
        let rounded = coefficients.into_iter().map(four_digits);
        nanoseconds.insert(stage, terms.zip(rounded).collect());
    }
    TimeTable {
        measured_with: with.to_string(),
        threads: rayon::current_num_threads(),
        nanoseconds,
    }
}

/// The time of one stage.
pub fn of(times: &StageTimes, stage: Stage) -> f64 {
    match stage {
        Stage::Fill => times.fill,
        Stage::Commit => times.commit,
        Stage::Bus => times.bus,
        Stage::Stark => times.stark,
        Stage::Grind => times.grind,
    }
}

/// Nanoseconds that a thread takes for a nonce.
fn grind() -> f64 {
    let start = Instant::now();
    for seed in 0..GRINDS {
        let mut channel = Blake2sChannel::default();
        channel.mix_u64(seed);
        SimdBackend::grind(&channel, GRIND_BITS);
    }
    let each = 1e9 * start.elapsed().as_secs_f64() / GRINDS as f64;
    each / expected_nonces(GRIND_BITS)
}

/// The x >= 0 with the least sum of (row * x - 1)^2 over the rows, by coordinate descent.
fn least_squares(rows: &[Vec<f64>]) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    // In units of each column's largest entry, so that one step size fits all.
    let scale: Vec<f64> = (0..width)
        .map(|k| {
            rows.iter()
                .map(|row| row[k])
                .fold(f64::MIN_POSITIVE, f64::max)
        })
        .collect();
    let product = |a: usize, b: usize| {
        let terms = rows
            .iter()
            .map(|row| row[a] / scale[a] * (row[b] / scale[b]));
        terms.sum::<f64>()
    };
    let gram: Vec<Vec<f64>> = (0..width)
        .map(|a| (0..width).map(|b| product(a, b)).collect())
        .collect();
    let target: Vec<f64> = (0..width)
        .map(|k| rows.iter().map(|row| row[k] / scale[k]).sum())
        .collect();
    let mut x = vec![0.0; width];
    for _ in 0..ROUNDS {
        for k in 0..width {
            let others: f64 = gram[k].iter().zip(&x).map(|(g, x)| g * x).sum();
            if gram[k][k] > 0.0 {
                x[k] = f64::max(0.0, x[k] + (target[k] - others) / gram[k][k]);
            }
        }
    }
    x.iter().zip(&scale).map(|(x, scale)| x / scale).collect()
}

fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_finds_what_made_the_times() {
        let truth = [3.0, 0.0, 0.25];
        let rows: Vec<Vec<f64>> = (1..12u32)
            .map(|i| {
                let units = [f64::from(i), f64::from(i * i), f64::from(100 - 7 * i)];
                let time: f64 = units.iter().zip(truth).map(|(u, t)| u * t).sum();
                units.iter().map(|units| units / time).collect()
            })
            .collect();
        for (found, truth) in least_squares(&rows).iter().zip(truth) {
            assert!((found - truth).abs() < 1e-6, "{found} {truth}");
        }
    }

    #[test]
    fn a_table_is_made_of_a_measurement() {
        let subject = Subject {
            name: "vote".into(),
            source: include_str!("../../programs/vote.attn").into(),
            params: vec![("count".into(), 9)],
            lanes: None,
        };
        let case = Case::new(&subject).unwrap();
        let measurements = BLOWUPS.map(|blowup| {
            let times = case.prove(blowup).unwrap();
            Measurement::new(&case, blowup, &[(times, Some(1)), (times, None)])
        });
        let table = fit(&measurements, "a test");
        assert_eq!(TimeTable::parse(&table.to_json()).unwrap(), table);
        for measurement in &measurements {
            assert!(measurement.measured.total() > 0.0);
            assert!(measurement.predicted(&table).total() > 0.0);
        }
        let broken = Subject {
            params: vec![("cuont".into(), 9)],
            ..subject
        };
        let error = Case::new(&broken).err().unwrap();
        assert!(matches!(error, CalibrateError::Program(_)));
    }
}
