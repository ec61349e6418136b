//! `attnc audit` catches what is loose: for each kind of attack a circuit or a verifier that was
//! weakened on purpose, and the same one whole.

mod common;

use attnc::audit::sessions::{self, Verifier as Offered};
use attnc::audit::traces::{self, Subject};
use attnc::audit::{Findings, Kind, Options, Survivor};
use attnc::proof::{encode, Envelope};
use attnc::prove::{ProofPart, Session};
use attnc::security::Setting;
use attnc_compiler::circuit::{Circuit, Element, Fixed, Form, Op, Witness};
use attnc_compiler::eval::evaluate;
use attnc_compiler::gadgets::division::Policy;
use attnc_compiler::gadgets::Gadget;
use attnc_compiler::graph::{InputId, Source};
use common::programs::{self, Case, Program};
use common::session::{honest, Verifier};
use num_traits::Zero;
use stwo::core::fields::qm31::SecureField;

const OPTIONS: Options = Options { rows: 8, seed: 3 };

/// The audit of a circuit's traces; the circuit may be another than the program's.
fn audited(case: &Case, circuit: &Circuit) -> Findings {
    let graph = &case.compiled.graph;
    let mut circuit = circuit.clone();
    for component in &mut circuit.components {
        component.count = component.recount(&circuit.ranges);
        component.batches = component.count.batches();
    }
    let evaluation = evaluate(graph, &case.assignment).unwrap();
    let subject = Subject {
        name: &case.name,
        circuit: &circuit,
        graph,
        assignment: &case.assignment,
        evaluation: &evaluation,
    };
    traces::attack(&subject, OPTIONS, &|_| ()).unwrap()
}

fn of_kind(findings: &Findings, kind: Kind) -> Vec<&Survivor> {
    let survivors = findings.survivors.iter();
    survivors.filter(|survivor| survivor.kind == kind).collect()
}

/// Nothing survives in the program's own circuit; in the weakened one something of `kind` does.
fn caught(case: &Case, kind: Kind, weaken: impl Fn(&mut Circuit)) -> Vec<Survivor> {
    let whole = audited(case, &case.compiled.circuit);
    assert_eq!(whole.survivors, [], "{}", case.name);
    assert_eq!(whole.undecided(), 0, "{}", case.name);
    assert!(whole.tallies[&kind].tried > 0, "{}: {kind}", case.name);
    let mut circuit = case.compiled.circuit.clone();
    weaken(&mut circuit);
    let found = audited(case, &circuit);
    let survivors = of_kind(&found, kind);
    assert!(!survivors.is_empty(), "{}: {kind}", case.name);
    survivors.into_iter().cloned().collect()
}

fn named(name: &str) -> Case {
    let mut programs = programs::all().into_iter();
    let found = programs.find(|program| program.name == name);
    found.unwrap_or_else(|| panic!("{name}")).case(1)
}

fn ops(circuit: &mut Circuit) -> impl Iterator<Item = &mut Op> {
    circuit.components.iter_mut().flat_map(|c| &mut c.ops)
}

fn gadgets(circuit: &mut Circuit) -> impl Iterator<Item = &mut Gadget> {
    ops(circuit).filter_map(|op| match op {
        Op::Gadget(gadget) => Some(gadget),
        _ => None,
    })
}

/// Removes operations; none that makes a slot.
fn without(circuit: &mut Circuit, remove: impl Fn(&Op) -> bool) {
    for component in &mut circuit.components {
        let kept = component.ops.iter().map(|op| !remove(op));
        let kept: Vec<bool> = kept.collect();
        let mut keep = kept.iter();
        component
            .ops
            .retain(|op| *keep.next().unwrap() || op.outputs() > 0);
        let mut keep = kept.iter();
        component.spans.retain(|_| *keep.next().unwrap());
        assert_eq!(component.ops.len(), component.spans.len());
    }
}

/// Weighed sums tie nothing any more.
fn without_sums(circuit: &mut Circuit) {
    for op in ops(circuit) {
        if let Op::Weigh { terms, .. } = op {
            terms.clear();
        }
    }
}

/// Two public inputs and their sum: without its weighed sums nothing holds a column.
fn plain() -> Case {
    let source = "circuit plain(n = 4) {
        public input x[n] : 0..8
        public input y[n] : 0..8
        public output o[n]
        o[i in n] = x[i] + y[i]
    }";
    Program::new("plain", source, &[], None).case(1)
}

fn without_weighing(circuit: &mut Circuit) {
    without(circuit, |op| matches!(op, Op::Weigh { .. }));
}

#[test]
fn a_column_that_nothing_constrains() {
    let survivors = caught(&plain(), Kind::Cell, without_weighing);
    let cell = &survivors[0].cells[0];
    assert!(cell.span.is_some(), "{cell:?}");
    assert_ne!(cell.honest, cell.other);
}

#[test]
fn a_quotient_that_is_not_ranged() {
    let survivors = caught(&named("floor"), Kind::Hint, |circuit| {
        for gadget in gadgets(circuit) {
            if let Gadget::Divide(divide) = gadget {
                divide.public = true;
            }
        }
    });
    let forged = survivors
        .iter()
        .find(|survivor| !survivor.outputs.is_empty());
    let output = &forged.unwrap().outputs[0];
    assert_ne!(output.honest, output.claimed);
}

/// A sign and a quotient, a bit and a half: together they are a second quotient.
#[test]
fn two_hints_that_are_not_ranged() {
    let mut found = Vec::new();
    for policy in ["trunc", "round", "floor", "round_half_even"] {
        let case = named(policy);
        let mut circuit = case.compiled.circuit.clone();
        for gadget in gadgets(&mut circuit) {
            if let Gadget::Divide(divide) = gadget {
                divide.public = divide.policy != Policy::HalfEven;
            }
        }
        found.extend(audited(&case, &circuit).survivors);
    }
    assert!(found.iter().any(|survivor| survivor.kind == Kind::Pair));
}

#[test]
fn a_private_input_with_a_wider_range() {
    let source = "circuit wide(n = 4) {
        private input x[n] : 0..=30
        private input y[n] : 0..=31
        public output o[n]
        o[i in n] = 2 * x[i] + y[i]
    }";
    let case = Program::new("wide", source, &[], None).case(1);
    caught(&case, Kind::Range, |circuit| {
        for op in ops(circuit) {
            if let Op::Private { hi, .. } = op {
                *hi = 31;
            }
        }
    });
}

#[test]
fn a_maximum_that_is_only_attained() {
    caught(&named("extrema"), Kind::Peak, |circuit| {
        for gadget in gadgets(circuit) {
            if let Gadget::Maximum(maximum) = gadget {
                maximum.bound = None;
            }
        }
    });
}

/// The multiplicities' column is there, and nothing reads it.
#[test]
fn a_table_that_is_not_on_the_bus() {
    let case = programs::decode("fused").case(1);
    let rank = case.compiled.graph.inputs[0].shape.len();
    caught(&case, Kind::Multiplicity, |circuit| {
        for op in ops(circuit) {
            if let Op::Serve { .. } = op {
                let witness = Witness {
                    element: Element::Of(Source::Input(InputId(0))),
                    at: vec![Form::Constant(0); rank],
                    lanes: Vec::new(),
                    name: "free".into(),
                };
                *op = Op::Pinned { witness, lanes: 1 };
            }
        }
    });
}

#[test]
fn rows_that_nothing_holds_in_place() {
    caught(
        &programs::decode("sidecar").case(1),
        Kind::Rows,
        without_sums,
    );
}

#[test]
fn padding_without_a_gate() {
    caught(&programs::two_clips().case(1), Kind::Padding, |circuit| {
        for fixed in circuit.components.iter_mut().flat_map(|c| &mut c.fixed) {
            if *fixed == Fixed::Active {
                *fixed = Fixed::Values {
                    values: vec![1],
                    rest: 1,
                };
            }
        }
    });
}

#[test]
fn a_component_that_nothing_misses() {
    caught(&plain(), Kind::Component, without_weighing);
}

/// The audit of a real session before a verifier that `session` and `file` may weaken.
fn tampered(
    session: impl Fn(&Session, &Session) -> Session + Sync,
    file: impl Fn(&[u8], usize) -> Vec<u8> + Sync,
) -> Findings {
    let case = programs::decode("sidecar").case(1);
    let circuit = &case.compiled.circuit;
    let honest = honest(&case, Setting::Standard, "");
    let mut verifier = Verifier::new(&case, &honest);
    verifier.min_security = 96.0;
    let length = encode(&honest.statement, circuit, honest.nonce, &honest.parts()).len();
    let accepts = |offered: &Session| verifier.verify(&session(offered, &honest)).is_ok();
    let reads = |bytes: &[u8]| {
        let bytes = file(bytes, length);
        let Ok(envelope) = Envelope::open(&bytes) else {
            return false;
        };
        let (Ok(statement), Ok((nonce, parts))) =
            (envelope.statement(circuit), envelope.session(circuit))
        else {
            return false;
        };
        let proofs = parts.into_iter().map(|part| ProofPart {
            claims: part.claims,
            packed: part.packed.to_vec(),
        });
        let session = Session {
            statement,
            nonce,
            proofs: proofs.collect(),
        };
        verifier.verify(&session).is_ok()
    };
    assert!(accepts(&honest));
    let offered = Offered {
        session: &accepts,
        file: &reads,
    };
    sessions::attack(circuit, &honest, &offered, OPTIONS, &|_| ())
}

fn as_offered(offered: &Session, _: &Session) -> Session {
    offered.clone()
}

fn as_read(bytes: &[u8], _: usize) -> Vec<u8> {
    bytes.to_vec()
}

#[test]
fn the_verifier_refuses_everything() {
    let found = tampered(as_offered, as_read);
    assert_eq!(found.survivors, []);
    for kind in [Kind::Claims, Kind::Statement, Kind::File] {
        assert!(found.tallies[&kind].tried >= 50, "{kind}");
    }
}

#[test]
fn a_verifier_that_only_adds_claims_up() {
    let sum = |session: &Session| {
        let claims = session.proofs.iter().flat_map(|proof| &proof.claims);
        claims.fold(SecureField::zero(), |sum, &claim| sum + claim)
    };
    let found = tampered(
        |offered, honest| {
            let mut seen = offered.clone();
            if sum(offered) == sum(honest) && seen.proofs.len() == honest.proofs.len() {
                for (proof, own) in seen.proofs.iter_mut().zip(&honest.proofs) {
                    proof.claims.clone_from(&own.claims);
                }
            }
            seen
        },
        as_read,
    );
    assert!(!of_kind(&found, Kind::Claims).is_empty());
}

#[test]
fn a_verifier_that_does_not_look_at_outputs() {
    let found = tampered(
        |offered, honest| {
            let mut seen = offered.clone();
            seen.statement.publics.clone_from(&honest.statement.publics);
            seen
        },
        as_read,
    );
    let survivors = of_kind(&found, Kind::Statement);
    assert!(survivors.iter().any(|it| it.what.starts_with("element")));
}

#[test]
fn a_verifier_that_reads_no_further_than_it_must() {
    let found = tampered(as_offered, |bytes, length| {
        bytes[..bytes.len().min(length)].to_vec()
    });
    let survivors = of_kind(&found, Kind::File);
    assert!(survivors
        .iter()
        .any(|it| it.what.contains("after the file's end")));
}

/// The floor: small shapes of `decode` and `head`.
#[test]
fn decode_and_head_have_no_survivor_in_two_thousand_attacks() {
    for name in ["decode", "head"] {
        let case = named(name);
        let found = audited(&case, &case.compiled.circuit);
        assert_eq!(found.survivors, [], "{name}");
        assert!(found.tried() >= 2000, "{name}: {}", found.tried());
    }
}
