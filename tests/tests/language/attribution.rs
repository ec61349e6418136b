//! What is said of where the bytes are adds up to what is predicted, and to the circuit's counts.

use attnc::files::proof::{part_bytes, SESSION_BYTES};
use attnc::laboratory::attribute::{attribute, Attribution, Cost};
use attnc::session::security::Setting;
use attnc::session::Scheme;
use attnc_compiler::choice::cost::predict;
use attnc_compiler::circuit::ledger::{ledger, Place};
use attnc_compiler::circuit::{Circuit, Kind};

use crate::common::programs::{self, Program};

const SETTINGS: [Setting; 4] = [
    Setting::Seed,
    Setting::Standard,
    Setting::Fast,
    Setting::Compact,
];

/// The programs under every plan that they declare.
fn under_every_plan() -> Vec<Program> {
    let programs = programs::all().into_iter();
    programs
        .flat_map(|program| {
            let (_, graph) = attnc_compiler::analyse(&program.source, &program.overrides).unwrap();
            let plans = graph.plans.iter().map(|plan| plan.name.clone());
            let plans: Vec<String> = plans.collect();
            plans.into_iter().map(move |plan| Program {
                name: format!("{}, plan {plan}", program.name),
                plan: Some(plan.leak()),
                ..program.clone()
            })
        })
        .collect()
}

fn sum<'a>(costs: impl Iterator<Item = &'a Cost>) -> Cost {
    costs.fold(Cost::default(), |mut sum, cost| {
        sum.columns.fixed += cost.columns.fixed;
        sum.columns.main += cost.columns.main;
        sum.columns.interaction += cost.columns.interaction;
        sum.cells += cost.cells;
        sum.sends += cost.sends;
        sum.lookup_claims += cost.lookup_claims;
        sum.bytes += cost.bytes;
        sum
    })
}

fn assert_same(a: &Cost, b: &Cost, what: &str) {
    assert_eq!(a.bytes, b.bytes, "{what}: bytes");
    let near = |a: f64, b: f64, of: &str| {
        assert!((a - b).abs() <= 1e-9 * a.max(1.0), "{what}: {of} {a} {b}");
    };
    near(a.columns.fixed, b.columns.fixed, "fixed");
    near(a.columns.main, b.columns.main, "main");
    near(a.columns.interaction, b.columns.interaction, "interaction");
    near(a.cells, b.cells, "cells");
    near(a.sends, b.sends, "sends");
    near(a.lookup_claims, b.lookup_claims, "lookup claims");
}

fn counted(circuit: &Circuit) -> Cost {
    let mut cost = Cost::default();
    for component in &circuit.components {
        let count = &component.count;
        cost.columns.fixed += component.fixed.len() as f64;
        cost.columns.main += count.columns as f64;
        cost.columns.interaction += count.interaction_columns() as f64;
        cost.cells += component.cells() as f64;
        cost.sends += count.sends.len() as f64;
        if let Kind::Space(_) = component.kind {
            cost.lookup_claims += (count.table_uses as u64 * component.rows) as f64;
        }
    }
    cost
}

fn predicted(circuit: &Circuit, setting: Setting) -> u64 {
    let schemes = Scheme::of(circuit, setting);
    let proofs = schemes.iter().enumerate().map(|(proof, scheme)| {
        let packed = predict(&scheme.shape, &scheme.fri).unwrap().packed_bytes;
        let claims = match setting.hides() {
            true => usize::from(circuit.proofs.len() > 1),
            false => circuit.components_of(proof).count(),
        };
        part_bytes(claims, packed as usize)
    });
    (SESSION_BYTES + proofs.sum::<usize>()) as u64
}

#[test]
fn own_and_shared_bytes_are_the_prediction() {
    for program in under_every_plan() {
        let compiled = program.case(0).compiled;
        let circuit = &compiled.circuit;
        for setting in SETTINGS {
            let what = format!("{} at {setting}", program.name);
            let found = attribute(&compiled.graph, &program.source, &[(circuit, setting)]).unwrap();
            assert_eq!(found.bytes, predicted(circuit, setting), "{what}");
            assert_eq!(found.own.bytes + found.shared.bytes(), found.bytes);
            let proofs: u64 = found.proofs.iter().map(|proof| proof.bytes).sum();
            assert_eq!(proofs + SESSION_BYTES as u64, found.bytes, "{what}");
            let mut own = counted(circuit);
            own.bytes = found.own.bytes;
            assert_same(&found.own, &own, &what);
            let components = found.proofs.iter().flat_map(|proof| &proof.components);
            assert_same(&sum(components.map(|c| &c.cost)), &own, &what);
            let rest: Vec<&Cost> = found.rest.iter().map(|rest| &rest.cost).collect();
            let lines = found.lines.iter().map(|line| &line.cost);
            assert_same(&sum(lines.chain(rest.iter().copied())), &own, &what);
            let members = found.members.iter().map(|member| &member.cost);
            assert_same(&sum(members.chain(rest)), &own, &what);
        }
    }
}

/// What hides is nobody's line; what it costs is among the shared bytes, and in the sum.
#[test]
fn of_proofs_that_hide_too() {
    let mut linked = 0;
    for program in under_every_plan() {
        let program = program.hiding(Setting::Standard);
        let compiled = program.case(0).compiled;
        let circuit = &compiled.circuit;
        let setting = Setting::Standard.hiding();
        let found = attribute(&compiled.graph, &program.source, &[(circuit, setting)]).unwrap();
        assert_eq!(found.bytes, predicted(circuit, setting), "{}", program.name);
        assert_eq!(found.own.bytes + found.shared.bytes(), found.bytes);
        let proofs: u64 = found.proofs.iter().map(|proof| proof.bytes).sum();
        assert_eq!(proofs + SESSION_BYTES as u64, found.bytes);
        linked += usize::from(circuit.proofs.len() > 1);
    }
    assert!(linked > 0);
}

#[test]
fn several_circuits_add_up() {
    let program = &programs::examples()[0];
    let compiled = program.case(0).compiled;
    let parts = [
        (&compiled.circuit, Setting::Standard),
        (&compiled.circuit, Setting::Seed),
    ];
    let both = attribute(&compiled.graph, &program.source, &parts).unwrap();
    let each = parts.map(|part| attribute(&compiled.graph, &program.source, &[part]).unwrap());
    assert_eq!(both.bytes, each[0].bytes + each[1].bytes);
    assert_eq!(
        both.shared.bytes(),
        each[0].shared.bytes() + each[1].shared.bytes()
    );
}

/// Every column that an expression asks for has a place in the source.
#[test]
fn only_fillers_and_ranges_have_no_line() {
    for program in under_every_plan() {
        let circuit = program.case(0).compiled.circuit;
        for (component, found) in circuit.components.iter().zip(ledger(&circuit)) {
            for (place, made) in found {
                let expected = match place {
                    Place::Source(at) => at < program.source.len(),
                    Place::Ranges => component.kind == Kind::Ranges,
                    Place::Padding => component.active().is_some(),
                    // A column or a sum of nothing: Stwo proves no empty trace.
                    Place::Nothing => made.main <= 1.0 && made.interaction <= 4.0,
                };
                let what = format!("{}: {} {place:?}", program.name, component.name);
                assert!(expected, "{what}");
            }
        }
    }
}

fn decode() -> (String, Attribution) {
    let program = &programs::examples()[0];
    let compiled = program.case(0).compiled;
    let circuit = [(&compiled.circuit, Setting::Standard)];
    let found = attribute(&compiled.graph, &program.source, &circuit).unwrap();
    (program.source.clone(), found)
}

#[test]
fn a_line_has_the_cost_of_what_it_says() {
    let (source, found) = decode();
    let cost = |text: &str| {
        let line = source.lines().position(|line| line.contains(text)).unwrap();
        found.lines[line].cost
    };
    // A lookup: its column, its send, and every pair of the cache looked up.
    let weight = cost("weight[j in keys] = exp2_half");
    assert_eq!(weight.columns.main, 1.0);
    assert_eq!(weight.lookup_claims, 52.0);
    assert!(weight.sends >= 1.0 && weight.bytes > 0);
    assert!(cost("region lookup").is_nothing());
    assert!(cost("// Bounded").is_nothing());
    let named = |of: &[attnc::laboratory::attribute::Named], name: &str| {
        of.iter().find(|found| found.name == name).unwrap().cost
    };
    assert_eq!(
        named(&found.regions, "lookup"),
        named(&found.members, "weight")
    );
    assert_eq!(named(&found.members, "weight"), weight);
}
