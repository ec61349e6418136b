//! A low component with another trace in each of the copies that Stwo's lifted trees have of it
//! (spec 5.5).

use attnc::session::pack::PackError;
use attnc::session::security::Setting;
use attnc::session::shape::shape_of;
use attnc::session::verify::Rejection;
use attnc_compiler::choice::cost::extensions;
use num_traits::Zero;

use super::court::Court;
use crate::common::board::Board;
use crate::common::lift::{self, Lift, Lifted};
use crate::common::mirror::{field, Effect, F};
use crate::common::programs::{Case, Program};
use crate::common::session::{claimed, publics};

/// A row of two factors lower than the table of their ranges.
fn product(a: i64, b: i64) -> Case {
    let source = "circuit product(n = 1) {
        private input a[n] : 0..=40
        private input b[n] : 0..=40
        public output y[n]
        y[i in n] = a[i] * b[i]
    }";
    let mut case = Program::new("product", source, &[], None).case(1);
    for (tensor, element) in case.assignment.inputs.iter_mut().zip([a, b]) {
        tensor.data = vec![element];
    }
    case
}

/// A proof in which every second copy of low components has the trace `odd`, all others `even`, and
/// tables have been looked up as often as in both on average.
fn lifted(case: &Case, even: &Board, odd: &Board, y: i64, context: &str, thrice: bool) -> Lifted {
    let heights = even.circuit.components.iter().map(|c| c.log_rows);
    let tallest = heights.clone().max().unwrap();
    let half = |a: &F, b: &F| (*a + *b) / field(2);
    let traces = even.trace.iter().zip(&odd.trace).zip(heights);
    let copies = traces.map(|((even, odd), height)| {
        if height < tallest {
            return vec![even.clone(), odd.clone()];
        }
        let columns = even.iter().zip(odd);
        vec![columns
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| half(a, b)).collect())
            .collect()]
    });
    let mut publics = publics(case);
    publics[0].elements = vec![y];
    let lift = Lift {
        circuit: &even.circuit,
        copies: copies.collect(),
        publics,
        thrice,
    };
    lift::prove(lift, Setting::Seed, &claimed(case, context))
}

/// The verdict on such a proof. Where two queries meet in copies that differ, it cannot be written:
/// the liar tries again.
fn verdict_on_lifted(court: &Court, even: &Board, odd: &Board, y: i64) -> Result<(), Rejection> {
    for attempt in 0..200 {
        let lifted = lifted(&court.case, even, odd, y, &attempt.to_string(), false);
        if let Some(session) = lifted.session(&court.board.circuit, Setting::Seed) {
            return court.verifier.verify(&session);
        }
    }
    panic!("every proof has queries that meet");
}

/// Two honest traces averaged: every rule holds in every copy, the claims and the bus are right, and
/// the output is that of neither. What refuses it is that the running sum is no lift.
#[test]
fn a_low_component_with_a_different_witness_in_each_lifted_copy() {
    let court = Court::new(product(1, 1));
    let circuit = &court.board.circuit;
    let heights: Vec<u32> = circuit.components.iter().map(|c| c.log_rows).collect();
    assert!(heights.len() == 2 && heights[0] > heights[1], "{heights:?}");
    let other = product(3, 3).board();
    // 1 and 9: neither is 5, and no a has a^2 = 5 but in the field.
    match verdict_on_lifted(&court, &court.board, &other, 5) {
        // Not where the rules are compared with the composition: they hold.
        Err(Rejection::Stark { reason, .. }) => {
            assert!(reason.contains("queries do not resolve"), "{reason}");
        }
        verdict => panic!("{verdict:?}"),
    }

    // Opened thrice, so that Stwo asks of no column that it be a lift, the same lie is a proof.
    let lifted = lifted(&court.case, &court.board, &other, 5, "", true);
    let (verdict, sum) = lifted.by_stwo(circuit, Setting::Seed);
    assert!(verdict.is_ok(), "{verdict:?}");
    assert!(sum.is_zero());
    // attnc does not even look at a proof of such a component.
    let columns: Vec<_> = circuit.components.iter().map(extensions).collect();
    let fixed = circuit.components.iter().map(|c| c.fixed.len()).sum();
    let seen =
        |thrice| lift::with_components(circuit, thrice, |c| shape_of(c, fixed, &columns, false));
    assert!(seen(false).is_ok());
    assert_eq!(
        seen(true),
        Err(PackError::Openings {
            column: "the running sum",
            found: 3,
            wanted: 2
        })
    );
}

/// Copies may differ in whatever leaves no trace in a row's fractions: each is then a witness of its
/// own. Nothing makes a column that is opened once a lift, and nothing needs to (spec 5.5).
#[test]
fn control_lifted_copies_that_are_each_a_witness() {
    let court = Court::new(product(1, 3));
    assert_eq!(
        verdict_on_lifted(&court, &court.board, &court.board, 3),
        Ok(())
    );
    let swapped = product(3, 1).board();
    let low = court.board.circuit.components.len() - 1;
    assert_ne!(swapped.trace[low], court.board.trace[low]);
    assert_eq!(verdict_on_lifted(&court, &court.board, &swapped, 3), Ok(()));
    assert!(verdict_on_lifted(&court, &court.board, &swapped, 4).is_err());
    // Padding behind the gate.
    let mut padded = product(1, 3).board();
    let rows = padded.circuit.components[low].rows as usize;
    let first = padded.cells(low, 0);
    for row in rows..1 << padded.circuit.components[low].log_rows {
        assert_eq!(padded.see(low, row, &first).effect, Effect::default());
        for (column, &cell) in padded.trace[low].iter_mut().zip(&first) {
            column[row] = cell;
        }
    }
    assert_ne!(padded.trace[low], court.board.trace[low]);
    assert_eq!(verdict_on_lifted(&court, &court.board, &padded, 3), Ok(()));
}
