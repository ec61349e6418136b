//! The count reading is what Stwo sees: columns, openings, constraints and degrees.

use attnc::session::air::{self, preprocessed_ids, Air};
use attnc::session::challenges::Challenges;
use attnc::session::hiding::{self, Parts};
use attnc::session::security::Setting;
use attnc::session::shape::shape_of;
use attnc_compiler::choice::cost::{extensions as extensions_of, Extension, ProofShape};
use attnc_compiler::circuit::row::MAX_DEGREE;
use num_traits::Zero;
use stwo::core::air::Component;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::{FrameworkEval, InfoEvaluator};

use crate::common::programs;

#[test]
fn count_is_what_the_info_evaluator_counts() {
    for program in programs::all() {
        let case = program.case(0);
        let circuit = &case.compiled.circuit;
        let challenges = Challenges::placeholder(circuit);
        for (number, component) in circuit.components.iter().enumerate() {
            let what = format!("{}: `{}`", case.name, component.name);
            let air = Air {
                number,
                component,
                ranges: &circuit.ranges,
                challenges: &challenges,
            };
            let evaluator = InfoEvaluator::new(component.log_rows, Vec::new(), SecureField::zero());
            let info = air.evaluate(evaluator);
            let count = &component.count;
            let columns = |interaction: usize| {
                info.mask_offsets
                    .get(interaction)
                    .map_or(0, |columns| columns.len())
            };
            assert_eq!(
                info.n_constraints,
                count.constraints(),
                "{what}: constraints"
            );
            assert_eq!(columns(1), count.columns, "{what}: main columns");
            assert_eq!(
                columns(2),
                count.interaction_columns(),
                "{what}: interaction columns"
            );
            assert_eq!(info.mask_offsets.len(), 3, "{what}: interactions");
            assert!(
                info.mask_offsets[1]
                    .iter()
                    .all(|offsets| offsets[..] == [0]),
                "{what}"
            );
            // Rows are islands but for the last stage of a fold and the running sum, which look one
            // row back.
            let sums = (1..count.logup_columns()).map(|_| 1).chain([2]);
            let openings = count.extensions.iter().copied().chain(sums);
            let expected: Vec<Vec<isize>> = openings
                .flat_map(|openings| {
                    let offsets = if openings == 2 { vec![-1, 0] } else { vec![0] };
                    vec![offsets; 4]
                })
                .collect();
            let offsets: Vec<Vec<isize>> =
                info.mask_offsets[2].iter().map(|o| o.to_vec()).collect();
            assert_eq!(offsets, expected, "{what}: mask points");
            // Every preprocessed column is read, so that the key binds it.
            let mut read: Vec<_> = info
                .preprocessed_columns
                .iter()
                .map(|id| id.id.clone())
                .collect();
            read.sort();
            read.dedup();
            assert_eq!(
                read.len(),
                component.fixed.len(),
                "{what}: preprocessed columns"
            );
            assert_eq!(*count, component.recount(&circuit.ranges), "{what}: stored");
            assert!(count.max_degree() <= MAX_DEGREE, "{what}: degree");
            assert_eq!(component.batches, count.batches(), "{what}: batches");
        }
    }
}

#[test]
fn the_shape_is_what_stwos_components_say() {
    for program in programs::all() {
        let case = program.case(0);
        let circuit = &case.compiled.circuit;
        let challenges = Challenges::placeholder(circuit);
        for proof in 0..circuit.proofs.len() {
            let claims = vec![SecureField::zero(); circuit.components_of(proof).count()];
            let components = air::components(circuit, proof, &challenges, &claims);
            let components: Vec<&dyn Component> = components
                .iter()
                .map(|component| component as &dyn Component)
                .collect();
            let fixed = preprocessed_ids(circuit, proof).len();
            let extensions = circuit.components_of(proof);
            let extensions: Vec<_> = extensions.map(|(_, c)| extensions_of(c)).collect();
            let shape = shape_of(&components, fixed, &extensions, false).unwrap();
            assert_eq!(
                shape,
                ProofShape::of(circuit, proof),
                "{} {proof}",
                case.name
            );
            let constraints: usize = components.iter().map(|c| c.n_constraints()).sum();
            assert_eq!(constraints, air::constraints(circuit, proof));
        }
    }
}

/// The same of proofs that hide: with the sum over all rows, masks, and the ring of linked ones.
#[test]
fn the_shape_of_proofs_that_hide_is_what_stwos_components_say() {
    let mut low_rings = 0;
    for program in programs::all() {
        let case = program.hiding(Setting::Seed).case(0);
        let circuit = &case.compiled.circuit;
        let challenges = Challenges::placeholder(circuit);
        let masks = case.at(Setting::Seed).masks().unwrap();
        for proof in 0..circuit.proofs.len() {
            let what = format!("{} {proof}", case.name);
            let total = SecureField::zero();
            let parts = Parts::new(circuit, proof, &challenges, masks, total);
            let components = parts.components();
            let fixed = preprocessed_ids(circuit, proof).len();
            let extensions = hiding::extensions(circuit, proof, masks);
            let ring = extensions.iter().rev().nth(2);
            let low = masks.tallest(circuit, proof) > masks.least_bits;
            if circuit.is_linked() && low {
                // What a lower ring puts on the bus is a lift, as a component's total is.
                assert_eq!(ring, Some(&vec![Extension::LowTotal]), "{what}");
                low_rings += 1;
            }
            let shape = shape_of(&components, fixed, &extensions, true).unwrap();
            assert_eq!(shape, ProofShape::hiding(circuit, proof, &masks), "{what}");
            let constraints: usize = components.iter().map(|c| c.n_constraints()).sum();
            let own = air::constraints(circuit, proof);
            let more = hiding::constraints(circuit, Some(masks));
            assert_eq!(constraints, own + more, "{what}");
            // No rule needs a larger domain than the shape says.
            let degrees = components
                .iter()
                .map(|c| c.max_constraint_log_degree_bound());
            let rows = shape.trace_log_rows();
            assert!(degrees.max().unwrap() <= rows + 2, "{what}");
        }
    }
    assert!(low_rings > 0);
}
