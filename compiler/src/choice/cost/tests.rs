//! The shapes and sizes of proofs that hide, by hand and for examples.

use super::*;
use crate::circuit::choices::{Choices, Strategy};
use crate::circuit::layout::{contractions, lay_out};
use crate::circuit::Circuit;
use crate::plan::partition;

const VOTE: &str = include_str!("../../../../examples/vote.attn");
const MATMUL: &str = include_str!("../../../../examples/matmul.attn");
const DECODE: &str = include_str!("../../../../examples/decode.attn");

const LINKED: &str = "circuit c(n = 4) {
    private input x[n] : 0..=10
    public output y
    s[i in n] = x[i] * x[i] * x[i] * x[i]
    t[i in n] = floor(s[i] / 3)
    y = round_half_up(sum(i in n) t[i] / 4)
    plan linked { proof a: s  proof b: * - s }
}";

const SETTING: FriSetting = FriSetting {
    log_blowup: 1,
    queries: 3,
    fold_step: 1,
    log_last_layer: 0,
    pow_bits: 0,
};

/// The circuits of a program's first plan that is of one part, and of the others.
fn circuits(source: &str, least: u32) -> Vec<Circuit> {
    let (_, graph) = crate::analyse(source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
    let strategy = Strategy::Evaluated { lanes: 2 };
    let plans = graph.plans.iter();
    let parts = plans.flat_map(|plan| partition(&graph, plan).unwrap().parts);
    let laid_out = parts.map(|part| {
        let choices = Choices {
            least_bits: Some(least),
            ..Choices::default()
        };
        let count = contractions(part.graph()).len();
        lay_out(&part, &choices.with_all(strategy, count)).unwrap()
    });
    laid_out.collect()
}

/// What each component has: log2 rows, fixed and main columns, extension columns.
fn components(circuit: &Circuit, proof: usize) -> Vec<(u32, usize, usize, usize)> {
    let components = circuit.components_of(proof).map(|(_, c)| {
        let columns = extensions(c).len();
        (c.log_rows, c.fixed.len(), c.count.columns, columns)
    });
    components.collect()
}

fn repeated<T: Copy>(runs: &[(T, usize)]) -> Vec<T> {
    let each = runs.iter();
    each.flat_map(|&(item, times)| vec![item; times]).collect()
}

/// The ranges are tallest; the mean's row and the ballots' are lower.
#[test]
fn a_proof_by_hand() {
    let masks = Masks::of(3);
    let circuit = &circuits(VOTE, 5)[0];
    let known = [(8, 1, 1, 1), (5, 2, 9, 3), (5, 2, 1, 3)];
    assert_eq!(components(circuit, 0), known);
    let shape = ProofShape {
        preprocessed: repeated(&[(9, 1), (6, 2), (6, 2)]),
        // The last eight are the masks of FRI and of the composition.
        base: repeated(&[(9, 1), (6, 9), (6, 1), (9, 8)]),
        interaction: repeated(&[
            // The ranges' total, of full height.
            ((9, 1), 4),
            // Two sums of fractions and a low total; a weight, a sum and a low total.
            ((6, 1), 8),
            ((6, 2), 4),
            ((6, 1), 8),
            ((6, 2), 4),
            // The sum over all components.
            ((9, 2), 4),
        ]),
        hiding: true,
    };
    assert_eq!(ProofShape::hiding(circuit, 0, &masks), shape);
    assert_eq!((shape.max_log_rows(), shape.trace_log_rows()), (9, 8));
    assert_eq!(shape.sampled_values(), 5 + 19 + 44 + 8);
    assert_eq!(shape.validate(), Ok(()));
    let plain = ProofShape::of(circuit, 0);
    assert_eq!((plain.max_log_rows(), plain.trace_log_rows()), (8, 8));
    assert!(!plain.hiding);
}

/// In a linked session each proof has the ring: low in one, as tall as the tallest in the other.
#[test]
fn linked_proofs_by_hand() {
    let masks = Masks::of(3);
    let circuit = &circuits(LINKED, 5)[0];
    assert_eq!(circuit.proofs, ["a", "b"]);
    assert_eq!(components(circuit, 0), [(8, 1, 1, 1), (5, 3, 4, 1)]);
    assert_eq!(components(circuit, 1), [(5, 2, 9, 3), (5, 3, 4, 6)]);
    let first = ProofShape {
        preprocessed: repeated(&[(9, 1), (6, 3)]),
        base: repeated(&[(9, 1), (6, 4), (6, 8), (9, 8)]),
        interaction: repeated(&[((9, 1), 4), ((6, 2), 4), ((6, 2), 4), ((9, 2), 4)]),
        hiding: true,
    };
    let second = ProofShape {
        preprocessed: vec![6; 5],
        base: vec![6; 9 + 4 + 8 + 8],
        interaction: repeated(&[((6, 1), 4 * (3 + 6 + 1)), ((6, 2), 4)]),
        hiding: true,
    };
    for (proof, shape) in [first, second].into_iter().enumerate() {
        assert_eq!(ProofShape::hiding(circuit, proof, &masks), shape);
        assert_eq!(shape.validate(), Ok(()));
    }
    // The ring is as tall as its masks ask for, and not as the layout's least rows.
    let circuit = &circuits(LINKED, 8)[0];
    let shape = ProofShape::hiding(circuit, 1, &Masks::of(19));
    assert_eq!(shape.base, repeated(&[(9, 13), (8, 8), (9, 8)]));
    let [.., ring, sum] = shape.interaction.chunks(4).collect::<Vec<_>>()[..] else {
        panic!("{shape:?}");
    };
    assert_eq!((ring, sum), (&[(8, 2); 4][..], &[(9, 2); 4][..]));
}

#[test]
fn the_extension_columns_are_those_of_a_proof_that_does_not_hide_but_for_the_last() {
    let circuit = &circuits(MATMUL, 5)[0];
    let components = circuit.components.iter();
    let segments = components.clone().find(|c| c.is_ordered()).unwrap();
    use Extension::{Fold, Fractions, LowTotal, RunningSum, Total, Weight};
    assert_eq!(
        extensions(segments),
        [Weight, Weight, Fold, Fold, Fractions, RunningSum]
    );
    assert_eq!(
        hiding_extensions(segments, 8),
        [Weight, Weight, Fold, Fold, Fractions, LowTotal]
    );
    assert_eq!(
        hiding_extensions(segments, segments.log_rows).last(),
        Some(&Total)
    );
    for component in components {
        let (plain, hiding) = (extensions(component), hiding_extensions(component, 8));
        assert_eq!(plain.len(), hiding.len());
        assert_eq!(plain[..plain.len() - 1], hiding[..hiding.len() - 1]);
    }
}

/// What a hiding shape has more than the plain one of the same circuit.
#[test]
fn hiding_shapes_are_sound_for_examples() {
    for source in [VOTE, MATMUL, DECODE, LINKED] {
        for circuit in circuits(source, 8) {
            let linked = circuit.is_linked();
            for queries in [3, 15, 19, 76] {
                let masks = Masks::of(queries);
                for proof in 0..circuit.proofs.len() {
                    let plain = ProofShape::of(&circuit, proof);
                    let shape = ProofShape::hiding(&circuit, proof, &masks);
                    assert_eq!(shape.validate(), Ok(()));
                    let mut heights = circuit.components_of(proof).map(|(_, c)| c.log_rows);
                    assert!(heights.all(|log| masks.fit(log)));
                    assert_eq!(shape.trace_log_rows(), plain.max_log_rows());
                    assert_eq!(shape.max_log_rows(), plain.max_log_rows() + 1);
                    let twice = plain.preprocessed.iter().map(|log| log + 1);
                    assert!(shape.preprocessed.iter().copied().eq(twice));
                    let main = plain.base.len();
                    let twice = plain.base.iter().map(|log| log + 1);
                    assert!(shape.base[..main].iter().copied().eq(twice));
                    assert_eq!(shape.base.len(), main + 8 + 8 * usize::from(linked));
                    let own = plain.interaction.len();
                    let twice = plain.interaction.iter().map(|column| column.0 + 1);
                    let found = shape.interaction[..own].iter().map(|column| column.0);
                    assert!(found.eq(twice));
                    let more = own + 4 + 4 * usize::from(linked);
                    assert_eq!(shape.interaction.len(), more);
                }
            }
        }
    }
}

/// The proof of [`a_proof_by_hand`]: 256 rows of the ranges, twice 32 of the others.
#[test]
fn sizes_by_hand() {
    let circuit = &circuits(VOTE, 5)[0];
    let masks = Masks::of(3);
    let [plain, hiding] = [Features::of(circuit), Features::hiding(circuit, &masks)];
    let [before, after] = [&plain.proofs[0], &hiding.proofs[0]];
    assert_eq!(before.trace_cells, 256.0 * 2.0 + 32.0 * 14.0);
    assert_eq!(before.filled_cells, before.trace_cells);
    assert_eq!(before.interaction_cells, 256.0 * 4.0 + 32.0 * 24.0);
    assert_eq!(before.rules, 256.0 + 32.0 * 6.0);
    assert_eq!(after.filled_cells, before.filled_cells);
    assert_eq!(after.main_cells, before.main_cells);
    assert_eq!(after.sends, before.sends);
    assert_eq!(after.trace_cells, 2.0 * before.trace_cells + 8.0 * 512.0);
    let interaction = 2.0 * before.interaction_cells + 4.0 * 512.0;
    assert_eq!(after.interaction_cells, interaction);
    assert_eq!(after.rules, 2.0 * before.rules + 2.0 * 512.0);
    let shape = ProofShape::hiding(circuit, 0, &masks);
    assert_eq!(after.profile, shape.profile());
    assert_eq!(hiding.max_log_rows(), 9);
    // The ring: 8 main columns, 4 of the interaction, a rule, of 64 coefficients.
    let linked = &circuits(LINKED, 5)[0];
    let [plain, hiding] = [Features::of(linked), Features::hiding(linked, &masks)];
    let [before, after] = [&plain.proofs[1], &hiding.proofs[1]];
    let trace = 2.0 * before.trace_cells + (8.0 + 8.0) * 64.0;
    assert_eq!(after.trace_cells, trace);
    let interaction = 2.0 * before.interaction_cells + (4.0 + 4.0) * 64.0;
    assert_eq!(after.interaction_cells, interaction);
    assert_eq!(after.rules, 2.0 * before.rules + (1.0 + 2.0) * 64.0);
}

/// Filling takes what it took; all else takes more, and about twice as much.
#[test]
fn prices_of_a_proof_that_hides() {
    for circuit in circuits(DECODE, 8) {
        let masks = Masks::of(SETTING.queries);
        let settings = vec![SETTING; circuit.proofs.len()];
        let features = [Features::of(&circuit), Features::hiding(&circuit, &masks)];
        let table = TimeTable::committed();
        let [before, after] = features
            .each_ref()
            .map(|features| table.predict(features, &settings, 0));
        assert_eq!(before.fill, after.fill);
        for [before, after] in [
            [before.commit, after.commit],
            [before.bus, after.bus],
            [before.stark, after.stark],
        ] {
            assert!(before < after && after < 3.0 * before, "{before} {after}");
        }
        let [before, after] = features
            .each_ref()
            .map(|features| predict_memory(features, &settings));
        assert!(before < after && after < 3.0 * before, "{before} {after}");
        assert!(features.iter().all(keeps_coefficients));
    }
}
