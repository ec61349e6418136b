//! A small AIR of any width and heights, proved and verified with Stwo alone.

use attnc::session::pack::{Packed, Proof};
use attnc::session::security::pcs_config;
use attnc::session::shape::shape_of;
use attnc_compiler::choice::cost::{Extension, FriSetting, ProofShape};
use stwo::core::air::Component;
use stwo::core::channel::Blake2sChannel;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::CommitmentSchemeVerifier;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::core::verifier::verify;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::qm31::PackedSecureField;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::{CircleEvaluation, PolyOps};
use stwo::prover::poly::BitReversedOrder;
use stwo::prover::{prove, CommitmentSchemeProver, ComponentProver};
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{
    relation, EvalAtRow, FrameworkComponent, FrameworkEval, LogupTraceGenerator, Relation,
    RelationEntry, TraceLocationAllocator,
};

relation!(Seen, 1);

/// One component: columns c0, c1 free, then c(i+2) = c(i+1) c(i) (p or 1), all of c0 and c1 seen
/// twice in two interaction batches.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub log_rows: u32,
    /// Main trace columns, at least 2.
    pub columns: usize,
    /// Whether it reads a preprocessed column.
    pub fixed: bool,
    /// Whether it has an interaction trace.
    pub sees: bool,
}

#[derive(Clone)]
struct PartEval {
    part: Part,
    index: usize,
    seen: Seen,
}

impl FrameworkEval for PartEval {
    fn log_size(&self) -> u32 {
        self.part.log_rows
    }

    fn max_constraint_log_degree_bound(&self) -> u32 {
        self.part.log_rows + 1
    }

    fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
        let fixed = self
            .part
            .fixed
            .then(|| eval.get_preprocessed_column(id(self.index)));
        let cells: Vec<E::F> = (0..self.part.columns)
            .map(|_| eval.next_trace_mask())
            .collect();
        for three in cells.windows(3) {
            let mut product = three[0].clone() * three[1].clone();
            if let Some(fixed) = &fixed {
                product *= fixed.clone();
            }
            eval.add_constraint(three[2].clone() - product);
        }
        if self.part.sees {
            for i in [0, 1, 0, 1] {
                let cell = [cells[i].clone()];
                eval.add_to_relation(RelationEntry::new(&self.seen, E::EF::from(one()), &cell));
            }
            eval.finalize_logup_in_pairs();
        }
        eval
    }
}

fn one() -> SecureField {
    SecureField::from(BaseField::from(1u32))
}

fn id(index: usize) -> PreProcessedColumnId {
    PreProcessedColumnId {
        id: format!("fixed{index}"),
    }
}

type Evaluation = CircleEvaluation<SimdBackend, BaseField, BitReversedOrder>;

/// Everything a verifier needs, and the proof.
pub struct Proved {
    pub proof: Proof,
    /// The channel right before Stwo's `prove` and `verify`.
    pub channel: Blake2sChannel,
    pub setting: FriSetting,
    pub shape: ProofShape,
    pub preprocessed_root: Blake2sHash,
    parts: Vec<Part>,
    seen: Seen,
    claims: Vec<SecureField>,
}

fn components(
    parts: &[Part],
    seen: &Seen,
    claims: &[SecureField],
) -> Vec<FrameworkComponent<PartEval>> {
    let ids: Vec<_> = (0..parts.len())
        .filter(|i| parts[*i].fixed)
        .map(id)
        .collect();
    let mut allocator = TraceLocationAllocator::new_with_preprocessed_columns(&ids);
    let component = |(index, (part, claim)): (usize, (&Part, &SecureField))| {
        let eval = PartEval {
            part: *part,
            index,
            seen: seen.clone(),
        };
        FrameworkComponent::new(&mut allocator, eval, *claim)
    };
    parts
        .iter()
        .zip(claims)
        .enumerate()
        .map(component)
        .collect()
}

fn fixed_count(parts: &[Part]) -> usize {
    parts.iter().filter(|part| part.fixed).count()
}

/// The parts' shape, as Stwo's components have it.
pub fn shape(parts: &[Part]) -> ProofShape {
    let claims = vec![one(); parts.len()];
    let components = components(parts, &Seen::dummy(), &claims);
    let dynamic: Vec<&dyn Component> = components.iter().map(|c| c as &dyn Component).collect();
    let extensions = parts.iter().map(|part| match part.sees {
        true => vec![Extension::Fractions, Extension::RunningSum],
        false => vec![],
    });
    let extensions: Vec<_> = extensions.collect();
    shape_of(&dynamic, fixed_count(parts), &extensions, false).unwrap()
}

fn column(log_rows: u32, values: impl Iterator<Item = u32>) -> Evaluation {
    let column: BaseColumn = values.map(BaseField::from).collect();
    CircleEvaluation::new(CanonicCoset::new(log_rows).circle_domain(), column)
}

/// Proves the parts; `seed` makes the trace, and so the queries.
pub fn prove_parts(parts: &[Part], setting: FriSetting, seed: u64) -> Proved {
    let shape = shape(parts);
    let config = pcs_config(&setting, &shape);
    let max = shape.max_log_rows();
    let twiddles = SimdBackend::precompute_twiddles(
        CanonicCoset::new(max + 1 + setting.log_blowup)
            .circle_domain()
            .half_coset,
    );
    let channel = &mut Blake2sChannel::default();
    let mut scheme =
        CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(config, &twiddles);

    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut random = move || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as u32 % ((1 << 31) - 1)
    };

    let mut builder = scheme.tree_builder();
    let fixed = |part: &Part| column(part.log_rows, (0..1 << part.log_rows).map(|i| i % 7 + 1));
    builder.extend_evals(parts.iter().filter(|part| part.fixed).map(fixed).collect());
    builder.commit(channel);

    let mut builder = scheme.tree_builder();
    let mut firsts = Vec::new();
    for part in parts {
        let rows = 1usize << part.log_rows;
        let mut cells: Vec<Vec<BaseField>> = (0..2)
            .map(|_| (0..rows).map(|_| BaseField::from(random())).collect())
            .collect();
        for i in 2..part.columns {
            let next = (0..rows)
                .map(|row| {
                    let factor = if part.fixed { row as u32 % 7 + 1 } else { 1 };
                    cells[i - 2][row] * cells[i - 1][row] * BaseField::from(factor)
                })
                .collect();
            cells.push(next);
        }
        let domain = CanonicCoset::new(part.log_rows).circle_domain();
        let columns: Vec<BaseColumn> = cells.into_iter().map(|c| c.into_iter().collect()).collect();
        firsts.push([columns[0].clone(), columns[1].clone()]);
        builder.extend_evals(
            columns
                .into_iter()
                .map(|c| CircleEvaluation::new(domain, c))
                .collect(),
        );
    }
    builder.commit(channel);

    let seen = Seen::draw(channel);
    let mut builder = scheme.tree_builder();
    let mut claims = Vec::new();
    for (part, firsts) in parts.iter().zip(&firsts) {
        if !part.sees {
            claims.push(SecureField::from(BaseField::from(0u32)));
            continue;
        }
        let mut generator = LogupTraceGenerator::new(part.log_rows);
        for _ in 0..2 {
            let fractions = (0..firsts[0].data.len()).map(|i| {
                let p: PackedSecureField = seen.combine(&[firsts[0].data[i]]);
                let q: PackedSecureField = seen.combine(&[firsts[1].data[i]]);
                (p + q, p * q)
            });
            generator.col_from_iter(fractions);
        }
        let (columns, claim) = generator.finalize_last();
        builder.extend_evals(columns);
        claims.push(claim);
    }
    builder.commit(channel);

    let components = components(parts, &seen, &claims);
    let provers: Vec<&dyn ComponentProver<SimdBackend>> = components
        .iter()
        .map(|c| c as &dyn ComponentProver<SimdBackend>)
        .collect();
    let before = channel.clone();
    let proof = prove(&provers, channel, scheme).unwrap();
    Proved {
        preprocessed_root: proof.commitments[0],
        proof,
        channel: before,
        setting,
        shape,
        parts: parts.to_vec(),
        seen,
        claims,
    }
}

impl Proved {
    /// Stwo's verdict on a proof of these parts.
    pub fn verify(&self, proof: Proof) -> bool {
        let components = components(&self.parts, &self.seen, &self.claims);
        let components: Vec<&dyn Component> =
            components.iter().map(|c| c as &dyn Component).collect();
        let mut scheme = CommitmentSchemeVerifier::<Blake2sMerkleChannel>::new(pcs_config(
            &self.setting,
            &self.shape,
        ));
        let trees = self.shape.trees();
        // These trees are in `self.channel` already.
        let spare = &mut Blake2sChannel::default();
        for (root, logs) in proof.commitments.iter().zip(&trees).take(3) {
            scheme.commit(*root, logs, spare);
        }
        verify(&components, &mut self.channel.clone(), &mut scheme, proof).is_ok()
    }

    /// The whole verdict on packed bytes: read, open, verify.
    pub fn accepts(&self, bytes: &[u8]) -> bool {
        let Ok(packed) = Packed::parse(bytes, &self.shape, &self.setting) else {
            return false;
        };
        // The caller absorbs these roots; here the channel is fixed, so they must be the proof's.
        let head = packed.head();
        if [head.base_root, head.interaction_root] != self.proof.commitments[1..3] {
            return false;
        }
        match packed.open(&self.channel, self.preprocessed_root) {
            Ok(proof) => self.verify(proof),
            Err(_) => false,
        }
    }
}
