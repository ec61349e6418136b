//! Defects that published audits found elsewhere, each as a real proof that a verifier refuses.
//! Every test is named after its defect. The prover is `session::lie_whatever`: it lies where it is
//! told to, checks nothing, and still hands over a proof.
//!
//! The other lines of that list are tests of these names elsewhere: in `liars.rs`
//! `lookup_multiplicities_unchecked`, `table_identity_taken_from_the_proof`,
//! `claims_that_cancel_in_the_wrong_place`; in `tampered.rs`
//! `model_weights_inputs_or_outputs_not_bound`, `public_inputs_or_sizes_not_in_the_transcript`,
//! `challenges_not_bound_to_what_was_committed`, `verifier_loops_over_what_the_proof_contains`,
//! `weak_parameters_accepted`; in `plans/parts.rs`, for open boundaries,
//! `a_changed_crossing_element_is_refused_on_each_side`; in `plans/boundaries.rs`
//! `a_carried_state_whose_first_or_last_iteration_is_another`; in `audit.rs`, for a hint that nothing
//! pins, `a_quotient_that_is_not_ranged` and `a_column_that_nothing_constrains`. A fixed operand is
//! today a table's entry (`table_identity_taken_from_the_proof`), and nothing takes a subscript at run
//! time. What is tried here in a few places `witnesses.rs` and `attnc audit` try in all of them,
//! without a proof.

use std::fs;
use std::path::{Path, PathBuf};

use attnc::session::security::Setting;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Element, Kind, Op};
use num_traits::Zero;

use super::court::{courts, tries, Court};
use crate::common::attack::{Attacker, Overrides};
use crate::common::gadgets;
use crate::common::mirror::{field, Effect};
use crate::common::programs::Program;
use crate::common::session::{
    as_tallied, as_they_are, claimed, honest, lie_whatever, one_off, publics, trace, Lie,
};

/// Each column of each component in one row; and each component left out of what is proved.
#[test]
fn an_operator_claimed_but_not_constrained() {
    for mut court in courts("decode") {
        for c in 0..court.board.trace.len() {
            for column in 0..court.board.trace[c].len() {
                let place = (c, 0, column);
                let value = court.at(place) + field(1);
                let mut cells = court.board.cells(c, 0);
                cells[column] = value;
                // The sign of a zero is free.
                if court.board.change(c, 0, &cells) == Effect::default() {
                    assert!(court.board.is_sign_of_zero(place), "{place:?}");
                    continue;
                }
                court.refuses_cells(&[(place, value)]);
            }
        }
        for c in 0..court.board.circuit.components.len() {
            let mut circuit = court.board.circuit.clone();
            circuit.components.remove(c);
            let mut columns = court.board.trace.clone();
            columns.remove(c);
            let lie = Lie {
                circuit: &circuit,
                trace: trace(&columns),
                publics: publics(&court.case),
                named: Some(court.verifier.preprocessed.clone()),
                claims: &as_they_are,
                interaction: &as_tallied,
            };
            let setting = court.case.at(Setting::Seed);
            let session = lie_whatever(lie, setting, &claimed(&court.case, ""));
            let verdict = court.verifier.verify(&session);
            // Without claims to count it is the proof's length that is another.
            let refused = match court.case.hides {
                true => matches!(verdict, Err(Rejection::Structure { .. })),
                false => matches!(verdict, Err(Rejection::File(_))),
            };
            assert!(refused, "{verdict:?}");
        }
        assert!(court.refused > 50, "{}", court.refused);
    }
}

/// Another quotient, field-solved or not, with the remainder and the output that fit it.
#[test]
fn quotient_or_reciprocal_unranged_so_it_wraps_the_field() {
    for mut court in ["floor", "round_half_even"].into_iter().flat_map(courts) {
        for (c, columns) in court.gadgets(|gadget| matches!(gadget, Gadget::Divide(_))) {
            for value in tries(&court, (c, 3, columns[0]), 3) {
                court.refuses_mended(&Overrides::from([((c, 3, columns[0]), value)]));
            }
        }
        assert!(court.refused > 10, "{}: {}", court.case.name, court.refused);
    }
}

/// A digit changed alone, and two digits changed so that their sum by the base stays.
#[test]
fn digits_not_linked_to_the_value_that_they_decompose() {
    for mut court in ["floor", "clips"].into_iter().flat_map(courts) {
        let base = field(court.board.circuit.ranges.base());
        for (c, columns) in court.gadgets(|_| true) {
            for pair in columns.windows(2) {
                let [low, high] = [pair[0], pair[1]].map(|column| (c, 1, column));
                court.refuses_cells(&[(high, court.at(high) + field(1))]);
                let carried = [
                    (low, court.at(low) + base),
                    (high, court.at(high) - field(1)),
                ];
                court.refuses_cells(&carried);
            }
        }
        assert!(court.refused > 10, "{}: {}", court.case.name, court.refused);
    }
}

/// Another total of a row, with the outputs that fit it.
#[test]
fn softmax_row_sum_or_denominator_free() {
    for mut court in courts("decode") {
        let mut totals = Vec::new();
        for (c, component) in court.board.circuit.components.iter().enumerate() {
            for column in 0..court.board.trace[c].len() {
                let (Op::Pinned { witness, .. }, _) = court.board.op(c, column) else {
                    continue;
                };
                if matches!(witness.element, Element::Reduction { .. }) && witness.lanes.is_empty()
                {
                    totals.extend([0, component.rows as usize - 1].map(|row| (c, row, column)));
                }
            }
        }
        assert!(totals.len() >= 4, "{totals:?}");
        for place in totals {
            for by in [1, -1] {
                let value = court.at(place) + field(by);
                court.refuses_mended(&Overrides::from([(place, value)]));
            }
        }
    }
}

/// The peak plus 1 with all gaps shifted, and the peak of another row with its flag.
#[test]
fn maximum_not_attained_or_not_a_maximum() {
    for mut court in ["decode", "extrema"].into_iter().flat_map(courts) {
        let groups: Vec<_> = Attacker::new(&court.board).groups.into_values().collect();
        for group in groups.into_iter().take(6) {
            let peak = group.peak.unwrap();
            let honest = court.at(peak);
            court.refuses_mended(&Overrides::from([(peak, honest + field(1))]));
            let other = group.flags.iter().find_map(|&(c, row, flag)| {
                let mut attained = court.board.seen[c][row].attained.iter();
                let (_, difference) = attained.find(|(column, _)| *column == flag)?;
                (!difference.is_zero()).then_some(((c, row, flag), *difference))
            });
            let Some((place, difference)) = other else {
                continue;
            };
            let lower = if group.largest {
                honest - difference
            } else {
                honest + difference
            };
            let mut overrides = Overrides::from([(peak, lower)]);
            for &flag in &group.flags {
                overrides.insert(flag, field(i64::from(flag == place)));
            }
            court.refuses_mended(&overrides);
        }
        assert!(court.refused >= 6, "{}: {}", court.case.name, court.refused);
    }
}

/// Every output plus or minus 1: alone, and with everything before it made to fit.
#[test]
fn tolerance_instead_of_equality() {
    for mut court in ["head", "round_half_up", "lookups"]
        .into_iter()
        .flat_map(courts)
    {
        for tensor in 0..court.board.circuit.publics.len() {
            let public = &court.board.circuit.publics[tensor];
            if public.input {
                continue;
            }
            let range = public.range;
            for position in [0, court.board.publics[tensor].len() - 1] {
                let mut other = publics(&court.case);
                one_off(&mut other[tensor].elements[position], range);
                court.refuses(&[], other);
            }
        }
        for (c, columns) in court.gadgets(|_| true).into_iter().take(8) {
            for by in [1, -1] {
                let place = (c, 0, columns[0]);
                let value = court.at(place) + field(by);
                court.refuses_mended(&Overrides::from([(place, value)]));
            }
        }
        assert!(court.refused >= 8, "{}: {}", court.case.name, court.refused);
    }
}

/// Two components of the same form, each with the other's trace, or with the other's claim.
#[test]
fn no_domain_separation_between_equal_components() {
    let source = "circuit twins(n = 5, m = 6) {
        private input x[n] : 0..=9
        private input y[m] : 0..=9
        public output a[n]
        public output b[m]
        a[i in n] = clip(x[i] - 2, 0, 4)
        b[j in m] = clip(y[j] - 2, 0, 4)
    }";
    let mut court = Court::new(Program::new("twins", source, &[], None).case(1));
    let components = &court.board.circuit.components;
    let spaces: Vec<usize> = (0..components.len())
        .filter(|&c| matches!(components[c].kind, Kind::Space(_)))
        .collect();
    let [a, b] = spaces[..] else {
        panic!("two components, not {}", spaces.len());
    };
    assert_eq!(components[a].log_rows, components[b].log_rows);
    assert_eq!(court.board.trace[a].len(), court.board.trace[b].len());
    let mut swapped = Vec::new();
    for column in 0..court.board.trace[a].len() {
        for row in 0..components[a].rows as usize {
            swapped.push(((a, row, column), court.at((b, row, column))));
            swapped.push(((b, row, column), court.at((a, row, column))));
        }
    }
    court.refuses_cells(&swapped);
    let mut session = honest(&court.case, Setting::Seed, "");
    session.proofs[0].claims.swap(a, b);
    let verdict = court.verifier.verify(&session);
    // The proof was made for other claims: its grinding may fail before a rule does.
    let refused = matches!(
        verdict,
        Err(Rejection::Stark { .. } | Rejection::Structure { .. })
    );
    assert!(refused, "{verdict:?}");
}

/// The sources ask for one variable, which is about colours.
#[test]
fn environment_variables_that_relax_the_verifier() {
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["compiler/src", "runtime/src"] {
        sources(&root.join(folder), &mut found);
    }
    assert!(found.len() > 50);
    let mut asked = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let reads = ["env::var", "env!(", "env::vars", "var_os("];
            if reads.iter().any(|call| line.contains(call)) {
                asked.push(line.trim().to_string());
            }
        }
    }
    asked.retain(|line| !line.contains("CARGO_"));
    assert!(!asked.is_empty());
    for line in &asked {
        assert!(line.contains("NO_COLOR"), "{line}");
    }
}

/// Ties, negative numerators, divisor 1, the largest and smallest values, zeros: what is proved is
/// what the definition says, and one more or less is refused.
#[test]
fn rounding_at_the_boundary() {
    let source = "circuit corners(n = 18) {
        private input x[n] : -40..=40
        private input y[n] : 1..=9
        public output o[n]
        o[i in n] = P(x[i] / y[i])
    }";
    let corners: [(i64, i64); 18] = [
        (0, 1),
        (0, 9),
        (1, 2),
        (-1, 2),
        (3, 2),
        (-3, 2),
        (5, 2),
        (-5, 2),
        (40, 1),
        (-40, 1),
        (40, 9),
        (-40, 9),
        (9, 6),
        (-9, 6),
        (27, 6),
        (-27, 6),
        (8, 9),
        (-8, 9),
    ];
    for policy in gadgets::POLICIES {
        let program = Program::new(
            policy,
            &source.replace("P(", &format!("{policy}(")),
            &[],
            None,
        );
        let mut case = program.case(1);
        let number = |name: &str| {
            let mut inputs = case.compiled.graph.inputs.iter();
            inputs.position(|input| input.name == name).unwrap()
        };
        let (x, y) = (number("x"), number("y"));
        case.assignment.inputs[x].data = corners.map(|(x, _)| x).to_vec();
        case.assignment.inputs[y].data = corners.map(|(_, y)| y).to_vec();
        let mut court = Court::new(case);
        let expected = corners.map(|(x, y)| {
            let floor = x.div_euclid(y);
            // Twice the part above the floor, against the divisor.
            let above = 2 * x.rem_euclid(y);
            match policy {
                "floor" => floor,
                "ceil" => -(-x).div_euclid(y),
                "trunc" => x / y,
                "round_half_up" => floor + i64::from(above >= y),
                "round_half_even" => floor + i64::from(above > y || (above == y && floor % 2 != 0)),
                // Halves away from zero.
                "round" if x < 0 => -((2 * -x + y).div_euclid(2 * y)),
                "round" => (2 * x + y).div_euclid(2 * y),
                other => panic!("{other}"),
            }
        });
        assert_eq!(court.board.publics[0], expected, "{policy}");
        for position in 0..corners.len() {
            let range = court.board.circuit.publics[0].range;
            let mut other = publics(&court.case);
            one_off(&mut other[0].elements[position], range);
            court.refuses(&[], other);
        }
    }
}

/// One entry of a cache on one side of a linked boundary, for each place that holds one.
#[test]
fn state_carried_across_a_boundary_not_the_same_on_both_sides() {
    for mut court in courts("decode, sidecar") {
        assert_eq!(court.board.circuit.proofs.len(), 2);
        let mut places = Vec::new();
        for (c, component) in court.board.circuit.components.iter().enumerate() {
            for column in 0..court.board.trace[c].len() {
                let crosses = match court.board.op(c, column).0 {
                    Op::Take { .. } | Op::Copy { .. } => true,
                    Op::Pinned { witness, .. } => !witness.lanes.is_empty(),
                    _ => false,
                };
                if crosses {
                    places.extend([0, component.rows as usize - 1].map(|row| (c, row, column)));
                }
            }
        }
        assert!(places.len() > 10, "{places:?}");
        for place in places {
            let value = court.at(place) + field(1);
            court.refuses_cells(&[(place, value)]);
        }
    }
}
