//! A whole proof against its floor: Stwo committing, opening and folding columns of the same
//! heights under the same configuration, with nothing filled and no constraint.
//!
//! `cargo bench -p attnc --bench floor` prints every pair and the median ratio, at `standard` and
//! at `seed`; `-- --shape heads=4,width=64,steps=64 --security standard --plan fused --pairs 5`
//! takes another shape of `examples/decode.attn`, or one setting. `--program FILE --fixed FILE
//! --input FILE` takes another program, its fixed inputs and an input; without an input one is drawn.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use attnc::files::key::Identity;
use attnc::session::prove::{prove, twiddles};
use attnc::session::security::Setting;
use attnc::session::Scheme;
use attnc::{Inputs, Options, Program, Source};
use attnc_compiler::choice::cost::{keeps_coefficients, Features};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::evaluate;
use clap::Parser;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::circle::CirclePoint;
use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::TreeVec;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::{CircleCoefficients, CircleEvaluation};
use stwo::prover::poly::BitReversedOrder;
use stwo::prover::CommitmentSchemeProver;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// Parameters of the program, as `heads=4,width=64,steps=64`
    #[arg(long, value_delimiter = ',', value_parser = parameter)]
    shape: Vec<(String, i64)>,
    /// A program's file; without it `examples/decode.attn`, at heads=4,width=64,steps=64
    #[arg(long)]
    program: Option<PathBuf>,
    /// The program's fixed inputs
    #[arg(long, requires = "program")]
    fixed: Vec<PathBuf>,
    /// An input; drawn without it
    #[arg(long, requires = "program")]
    input: Option<PathBuf>,
    /// One setting; `standard` and `seed` without it
    #[arg(long)]
    security: Option<Setting>,
    #[arg(long, default_value = "fused")]
    plan: String,
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    pairs: u32,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn parameter(text: &str) -> Result<(String, i64), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value")?;
    let value = value.parse().map_err(|_| "not an integer")?;
    Ok((name.to_string(), value))
}

fn random_column(generator: &mut ChaCha8Rng, log_rows: u32) -> BaseColumn {
    let values = (0..1u32 << log_rows).map(|_| BaseField::from(generator.next_u32() % P));
    BaseColumn::from_iter(values)
}

/// The columns of one proof's trees.
struct Columns {
    trees: [Vec<CircleEvaluation<SimdBackend, BaseField, BitReversedOrder>>; 3],
    composition: Vec<CircleCoefficients<SimdBackend>>,
}

impl Columns {
    fn random(scheme: &Scheme, generator: &mut ChaCha8Rng) -> Self {
        let [preprocessed, base, interaction, composition] = scheme.shape.trees();
        let trees = [preprocessed, base, interaction].map(|logs| {
            let column = |log: u32| {
                let domain = CanonicCoset::new(log).circle_domain();
                CircleEvaluation::new(domain, random_column(generator, log))
            };
            logs.into_iter().map(column).collect()
        });
        // Stwo commits to coefficients of the composition polynomial.
        let coefficients = |log| CircleCoefficients::new(random_column(generator, log));
        Self {
            trees,
            composition: composition.into_iter().map(coefficients).collect(),
        }
    }
}

/// Where a proof of this scheme opens its columns.
fn openings(
    scheme: &Scheme,
    point: CirclePoint<SecureField>,
) -> TreeVec<Vec<Vec<CirclePoint<SecureField>>>> {
    let shape = &scheme.shape;
    let step = CanonicCoset::new(shape.max_log_rows()).step();
    let previous = point + step.mul_signed(-1).into_ef();
    let [preprocessed, base, _, composition] = shape
        .trees()
        .map(|columns| vec![vec![point]; columns.len()]);
    let interaction = shape.interaction.iter().map(|&(_, times)| match times {
        1 => vec![point],
        _ => vec![previous, point],
    });
    TreeVec::new(vec![preprocessed, base, interaction.collect(), composition])
}

/// Commits, opens and folds as the proofs of a circuit do.
fn floor(circuit: &Circuit, schemes: &[Scheme], seed: u64) -> Duration {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let columns: Vec<Columns> = schemes
        .iter()
        .map(|scheme| Columns::random(scheme, &mut generator))
        .collect();
    let keeps = keeps_coefficients(&Features::of(circuit));
    let start = Instant::now();
    let twiddles = twiddles(schemes);
    let mut channel = Blake2sChannel::default();
    channel.mix_u64(seed);
    for (scheme, columns) in schemes.iter().zip(columns) {
        let mut prover =
            CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(scheme.pcs, &twiddles);
        if keeps {
            prover.set_store_polynomials_coefficients();
        }
        for tree in columns.trees {
            let mut builder = prover.tree_builder();
            builder.extend_evals(tree);
            builder.commit(&mut channel);
        }
        let mut builder = prover.tree_builder();
        builder.extend_polys(columns.composition);
        builder.commit(&mut channel);
        let point = CirclePoint::<SecureField>::get_random_point(&mut channel);
        prover.prove_values(openings(scheme, point), &mut channel);
    }
    start.elapsed()
}

/// The program that is measured, with an input.
fn program(args: &Args) -> Result<(Program, Inputs), Box<dyn Error>> {
    let Some(path) = &args.program else {
        let decode = include_str!("../../examples/decode.attn");
        let shape = [("heads", 4), ("width", 64), ("steps", 64)];
        let mut shape: Vec<_> = shape.map(|(name, size)| (name.to_string(), size)).into();
        // Of one name the last is taken.
        for (name, size) in &args.shape {
            shape.retain(|(known, _)| known != name);
            shape.push((name.clone(), *size));
        }
        let program = Program::check("decode.attn", decode, &shape)?;
        let inputs = Inputs::sample(&program, 1);
        return Ok((program, inputs));
    };
    let mut program = Program::read(path, &args.shape)?;
    let files = args.fixed.iter();
    let sources: Vec<Source<'_>> = files.map(|path| Source { name: None, path }).collect();
    program.read_fixed(&sources)?;
    let inputs = match &args.input {
        Some(path) => Inputs::read(&program, path)?,
        None => Inputs::sample(&program, 1),
    };
    Ok((program, inputs))
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let (program, inputs) = program(&args)?;
    let plan = Some(args.plan.clone());
    let layout = program.lay_out(&Options {
        plan,
        ..Options::default()
    })?;
    let [compiled] = &layout.compiled[..] else {
        return Err("the plan has several parts: name one of one part".into());
    };
    let circuit = &compiled.circuit;
    let evaluation = evaluate(&compiled.graph, inputs.assignment(&program)?)?;
    let identity = Identity::of(compiled);
    let settings = match args.security {
        Some(setting) => vec![setting],
        None => vec![Setting::Standard, Setting::Seed],
    };
    for setting in settings {
        let schemes = Scheme::of(circuit, setting);
        let mut ratios = Vec::new();
        for pair in 0..=args.pairs {
            // Another transcript, so other luck with grinding.
            let claimed = identity.clone().claimed(format!("pair {pair}"));
            let start = Instant::now();
            let proved = prove(circuit, &evaluation, setting, &claimed)?;
            let whole = start.elapsed();
            let floor = floor(circuit, &schemes, u64::from(pair));
            let ratio = whole.as_secs_f64() / floor.as_secs_f64();
            let note = match pair {
                0 => " (warm-up, not counted)",
                _ => "",
            };
            println!("{setting}: proved in {whole:.1?}, floor {floor:.1?}: ratio {ratio:.3}{note}");
            if pair == args.pairs {
                println!("{setting}: stages of the last: {:.1?}", proved.times);
            }
            if pair > 0 {
                ratios.push(ratio);
            }
        }
        ratios.sort_by(f64::total_cmp);
        println!("{setting}: median ratio {:.3}", ratios[ratios.len() / 2]);
    }
    Ok(())
}
