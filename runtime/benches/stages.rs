//! Time by stage (compile, fill, commit, bus, compose, FRI, verify) of four shapes, and of whole
//! tables, with criterion.
//!
//! `cargo bench -p attnc --bench stages` runs all at `standard`; `-- decode/4x64x64` or `-- tables`
//! what matches.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use attnc::files::key::{Identity, Key};
use attnc::files::sample::sample;
use attnc::session::prove::{Claimed, Proved, Prover};
use attnc::session::security::Setting;
use attnc::session::trace::fill;
use attnc::session::verify::verify;
use attnc::{Options, Program};
use attnc_compiler::meaning::eval::{evaluate, Assignment, Evaluation};
use attnc_compiler::{analyse, Compiled};
use criterion::{criterion_group, criterion_main, Criterion, SamplingMode};
use tracing::span::Id;
use tracing::Subscriber;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SETTING: Setting = Setting::Standard;
const DECODE: &str = include_str!("../../examples/decode.attn");
const HEAD: &str = include_str!("../../examples/head.attn");

/// Nanoseconds that Stwo spent in its spans of a name.
struct Spans {
    name: &'static str,
    spent: AtomicU64,
}

/// Constraint evaluation, and the commitment to the composition polynomial.
static COMPOSE: Spans = Spans::new("Composition");
/// Work that FRI demands: a matter of luck, so not of its time.
static GRIND: Spans = Spans::new("Grind");

impl Spans {
    const fn new(name: &'static str) -> Self {
        let spent = AtomicU64::new(0);
        Self { name, spent }
    }

    /// The time since this was last called.
    fn take(&self) -> Duration {
        Duration::from_nanos(self.spent.swap(0, Ordering::Relaxed))
    }
}

/// Adds up the spans that are measured. Only these are ever made: Stwo has one for every FFT.
struct Stopwatch;

struct Entered(Instant);

impl Stopwatch {
    fn of(name: &str) -> Option<&'static Spans> {
        [&COMPOSE, &GRIND]
            .into_iter()
            .find(|spans| spans.name == name)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Stopwatch {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.is_span() && Self::of(metadata.name()).is_some()
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Entered(Instant::now()));
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let entered = span.extensions_mut().remove::<Entered>();
        if let (Some(entered), Some(spans)) = (entered, Self::of(span.name())) {
            let spent = entered.0.elapsed().as_nanos() as u64;
            spans.spent.fetch_add(spent, Ordering::Relaxed);
        }
    }
}

fn compile(source: &str, params: &[(String, i64)], tables: &[Vec<i64>]) -> Compiled {
    let mut program = Program::check("decode.attn", source, params).expect("an example");
    for (table, entries) in program.graph.tables.iter_mut().zip(tables) {
        table.entries.clone_from(entries);
    }
    let assembled = program.assemble(&Options::default());
    assembled.expect("an example").remove(0).compiled
}

fn evaluated<'a>(compiled: &'a Compiled, assignment: &'a Assignment) -> Evaluation<'a> {
    evaluate(&compiled.graph, assignment).expect("a sample")
}

fn prove(prover: &Prover<'_>, evaluation: &Evaluation<'_>, claimed: &Claimed) -> Proved {
    let proved = prover.prove_watched(evaluation, claimed, &|_| ControlFlow::Continue(()));
    proved.expect("an honest evaluation")
}

fn shape(criterion: &mut Criterion, name: &str, source: &str, params: &[(&str, i64)]) {
    let params: Vec<(String, i64)> = params
        .iter()
        .map(|(name, value)| (name.to_string(), *value))
        .collect();
    let (_, graph) = analyse(source, &params).expect("an example");
    let assignment = sample(&graph, 1);
    let compiled = compile(source, &params, &assignment.tables);
    let evaluation = evaluated(&compiled, &assignment);
    let claimed = Identity::of(&compiled).claimed(String::new());
    let prover = Prover::new(&compiled.circuit, SETTING);

    let mut group = criterion.benchmark_group(name);
    // Few and long runs.
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("compile", |bencher| {
        bencher.iter(|| compile(black_box(source), &params, &assignment.tables))
    });
    group.bench_function("fill", |bencher| {
        bencher.iter_with_large_drop(|| {
            fill(&compiled.circuit, &evaluation).expect("an honest evaluation")
        })
    });
    // These stages are told apart within whole proofs.
    type TimeOf = fn(&Proved) -> Duration;
    let stages: [(&str, TimeOf); 4] = [
        ("commit", |proved| proved.times.commit),
        ("bus", |proved| proved.times.bus),
        ("compose", |_| COMPOSE.take()),
        ("fri", |proved| {
            let other = COMPOSE.take() + GRIND.take();
            proved.times.stark.saturating_sub(other)
        }),
    ];
    for (stage, time) in stages {
        group.bench_function(stage, |bencher| {
            bencher.iter_custom(|count| {
                let once = || {
                    COMPOSE.take();
                    GRIND.take();
                    time(&prove(&prover, &evaluation, &claimed))
                };
                (0..count).map(|_| once()).sum()
            })
        });
    }
    let proved = prove(&prover, &evaluation, &claimed);
    let parts = std::slice::from_ref(&compiled);
    let key = Key::make(parts);
    let expected = key.expected(parts, 0, SETTING).expect("every setting");
    let session = &proved.session;
    let parts = session.parts();
    group.bench_function("verify", |bencher| {
        bencher.iter(|| {
            verify(&expected, &session.statement, session.nonce, &parts).expect("an honest proof")
        })
    });
    group.finish();
}

/// The 65,536 entries of a table, by its function.
fn tables(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tables");
    for function in ["exp", "tanh", "sigmoid", "sin"] {
        let table = format!("table f(x in 0..65536) = round(1000 * {function}(x / 6000))");
        let rest = "private input x : 0..9 public output y y = f(x)";
        let source = format!("circuit tables() {{ {table} {rest} }}");
        group.bench_function(function, |bencher| {
            bencher.iter(|| analyse(black_box(&source), &[]).expect("a right program"))
        });
    }
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let stopwatch = tracing_subscriber::registry().with(Stopwatch);
    tracing::subscriber::set_global_default(stopwatch).expect("the only one");
    for [heads, width, steps] in [[1, 8, 8], [4, 64, 32], [4, 64, 64]] {
        let params = [("heads", heads), ("width", width), ("steps", steps)];
        let name = format!("decode/{heads}x{width}x{steps}");
        shape(criterion, &name, DECODE, &params);
    }
    shape(criterion, "head", HEAD, &[]);
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(2));
    targets = stages, tables
}
criterion_main!(all);
