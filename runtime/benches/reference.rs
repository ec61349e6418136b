//! A whole decode against the published layout's commitment, in one run: the trace filled and
//! proved at `seed`, and 3,191 columns of 2^14 rows committed with Stwo at the same setting.
//!
//! `cargo bench -p attnc --bench reference` prints every pair and the median ratio.

use std::error::Error;
use std::time::{Duration, Instant};

use attnc::files::sample::sample;
use attnc::session::prove::{prove, Claimed};
use attnc::session::security::Setting;
use attnc::session::statement::{layout_digest, Digest};
use attnc_compiler::meaning::eval::evaluate;
use stwo::core::channel::Blake2sChannel;
use stwo::core::fields::m31::BaseField;
use stwo::core::pcs::PcsConfig;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::{CircleEvaluation, PolyOps};
use stwo::prover::CommitmentSchemeProver;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COLUMNS: u32 = 3_191;
const LOG_ROWS: u32 = 14;
const PAIRS: usize = 5;

fn commit_reference() -> Duration {
    let domain = CanonicCoset::new(LOG_ROWS).circle_domain();
    let columns: Vec<_> = (0..COLUMNS)
        .map(|column| {
            let values =
                (0..1u32 << LOG_ROWS).map(|row| BaseField::from(row.wrapping_mul(column | 1) >> 2));
            CircleEvaluation::new(domain, BaseColumn::from_iter(values))
        })
        .collect();
    let config = PcsConfig::default();
    let start = Instant::now();
    let twiddles = SimdBackend::precompute_twiddles(
        CanonicCoset::new(LOG_ROWS + config.fri_config.log_blowup_factor)
            .circle_domain()
            .half_coset,
    );
    let mut scheme =
        CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(config, &twiddles);
    let mut tree = scheme.tree_builder();
    tree.extend_evals(columns);
    tree.commit(&mut Blake2sChannel::default());
    start.elapsed()
}

fn main() -> Result<(), Box<dyn Error>> {
    let source = include_str!("../../examples/decode.attn");
    let program = attnc::Program::check("decode.attn", source, &[])?;
    let compiled = program
        .assemble(&attnc::Options::default())?
        .remove(0)
        .compiled;
    let assignment = sample(&compiled.graph, 1);
    let evaluation = evaluate(&compiled.graph, &assignment)?;
    let claimed = Claimed {
        program: Digest::of("bench", source.as_bytes()),
        layout: layout_digest(&compiled.circuit)?,
        choices: compiled.choices.clone(),
        params: vec![],
        tables: vec![],
        fixed: vec![],
        context: String::new(),
    };
    let mut ratios = Vec::new();
    for pair in 0..=PAIRS {
        let start = Instant::now();
        let proved = prove(&compiled.circuit, &evaluation, Setting::Seed, &claimed)?;
        let ours = start.elapsed();
        let reference = commit_reference();
        let ratio = ours.as_secs_f64() / reference.as_secs_f64();
        let note = if pair == 0 {
            " (warm-up, not counted)"
        } else {
            ""
        };
        println!("decode filled and proved {ours:.0?}, reference committed {reference:.0?}: ratio {ratio:.3}{note}");
        if pair == PAIRS {
            println!("stages of the last: {:.1?}", proved.times);
        }
        if pair > 0 {
            ratios.push(ratio);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "median ratio {:.3} (wanted: at most 0.333)",
        ratios[PAIRS / 2]
    );
    Ok(())
}
