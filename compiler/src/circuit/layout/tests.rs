//! Layouts of the examples whose components all have a number of rows at the least.

use super::*;
use crate::circuit::choices::Strategy;
use crate::circuit::component::{Component, Fixed, Kind};
use crate::plan::partition;

const VOTE: &str = include_str!("../../../../examples/vote.attn");
const MATMUL: &str = include_str!("../../../../examples/matmul.attn");
const DECODE: &str = include_str!("../../../../examples/decode.attn");
const HEAD: &str = include_str!("../../../../examples/head.attn");

/// The parts of an example, under each of its plans.
fn parts(source: &str) -> Vec<Part> {
    let (_, graph) = crate::analyse(source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
    let plans = graph.plans.iter();
    let plans = plans.map(|plan| partition(&graph, plan).unwrap().parts);
    plans.flatten().collect()
}

/// Choices of every kind for a part; with blocks of 2^tallest rows.
fn ways(part: &Part, tallest: u32) -> Vec<Choices> {
    let count = contractions(part.graph()).len();
    let all = |strategy| Choices::default().with_all(strategy, count);
    vec![
        all(Strategy::Unrolled),
        Choices {
            rows: (0..short_sums(part.graph()).len() as u32).collect(),
            pairs: true,
            ..all(Strategy::Rows)
        },
        Choices {
            block_bits: Some(6),
            tallest_bits: Some(tallest),
            ..all(Strategy::Evaluated { lanes: 2 })
        },
    ]
}

/// Folds look at the row before, and end before the padding: it needs no gate.
fn is_of_segments(component: &Component) -> bool {
    component.name.starts_with("segments of ")
}

fn check_gate(component: &Component) {
    let Kind::Space(_) = &component.kind else {
        assert_eq!(component.active(), None);
        return;
    };
    let size = 1u64 << component.log_rows;
    assert!(component.rows <= size);
    let Some(gate) = component.active() else {
        let name = &component.name;
        assert!(
            component.rows == size || is_of_segments(component),
            "{name}"
        );
        return;
    };
    assert!(component.rows < size && component.fixed.last() == Some(&Fixed::Active));
    let values = component.fixed_values(gate, None).into_iter().zip(0..);
    let mut right = values.map(|(value, row)| value == i64::from(row < component.rows));
    assert!(right.all(|right| right));
}

/// How many rows each space has, in all its blocks.
fn rows(circuit: &Circuit) -> Vec<(usize, &str, u64)> {
    let mut found: Vec<(usize, &str, u64)> = Vec::new();
    for component in &circuit.components {
        let (proof, name) = (component.proof, component.name.as_str());
        match found.iter_mut().find(|it| (it.0, it.1) == (proof, name)) {
            Some((_, _, rows)) => *rows += component.rows,
            None => found.push((proof, name, component.rows)),
        }
    }
    found.retain(|it| it.1 != "ranges");
    found.sort_unstable();
    found
}

/// Every component has the least rows, and a gate where padding is. What was as tall without is the
/// same circuit.
#[test]
fn components_have_the_least_rows_and_a_gate_where_padding_is() {
    let (mut raised, mut same, mut gated, mut blocks) = (0, 0, 0, 0);
    for (source, tallest) in [(VOTE, 7), (MATMUL, 6), (DECODE, 10), (HEAD, 10)] {
        for part in parts(source) {
            for way in ways(&part, tallest) {
                let plain = lay_out(&part, &way).unwrap();
                for least in Choices::LEAST_BITS {
                    let choices = Choices {
                        least_bits: Some(least),
                        ..way.clone()
                    };
                    let circuit = lay_out(&part, &choices).unwrap();
                    for component in &circuit.components {
                        assert!(component.log_rows >= least, "{}", component.title());
                        check_gate(component);
                        gated += usize::from(component.active().is_some());
                        blocks += usize::from(component.from > 0);
                    }
                    assert_eq!(rows(&circuit), rows(&plain));
                    let is_lower = |component: &Component| component.log_rows < least;
                    match plain.components.iter().any(is_lower) {
                        true => raised += 1,
                        false => {
                            assert_eq!(format!("{circuit:?}"), format!("{plain:?}"));
                            same += 1;
                        }
                    }
                }
            }
        }
    }
    println!("{raised} raised, {same} the same; {gated} gates, {blocks} blocks");
    assert!(raised > 20 && same > 5 && gated > 100 && blocks > 5);
}

/// A space that fills what it was padded to has no gate, and needs one where it is padded to more.
#[test]
fn a_full_component_has_a_gate_once_it_is_padded() {
    let source = "circuit c(n = 32) {
        private input x[n] : -100..100
        public output y[n]
        y[i in n] = x[i] * x[i]
    }";
    let part = &parts(source)[0];
    let gate = |least_bits| {
        let choices = Choices {
            least_bits,
            ..Choices::default()
        };
        let circuit = lay_out(part, &choices).unwrap();
        let mut spaces = circuit.components.iter();
        let space = spaces.find(|c| matches!(c.kind, Kind::Space(_))).unwrap();
        (space.log_rows, space.active().is_some())
    };
    assert_eq!(gate(None), (5, false));
    assert_eq!(gate(Some(5)), (5, false));
    assert_eq!(gate(Some(6)), (6, true));
    assert_eq!(gate(Some(9)), (9, true));
}
