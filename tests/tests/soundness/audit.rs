//! `attnc audit` catches what is loose in a circuit: for each kind of attack one that was weakened on
//! purpose, and the same one whole.

use attnc::audit::traces::{self, Subject};
use attnc::audit::{Findings, Kind, Options, Survivor};
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Element, Fixed, Form, Op, Witness};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{IndexId, InputId, Interval, Source, ValueId};

use super::audit_verifiers::{as_offered, as_read, tampered_of};
use crate::common::generated::{program, sum_of_products, sums_over_caches};
use crate::common::programs::{self, Case, Program};
use crate::common::random::Random;

pub const OPTIONS: Options = Options { rows: 8, seed: 3 };

/// The audit of a circuit's traces; the circuit may be another than the program's.
fn audited(case: &Case, circuit: &Circuit) -> Findings {
    audited_with(case, circuit, OPTIONS)
}

fn audited_with(case: &Case, circuit: &Circuit, options: Options) -> Findings {
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
    traces::attack(&subject, options, &|_| ()).unwrap()
}

pub fn of_kind(findings: &Findings, kind: Kind) -> Vec<&Survivor> {
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
    programs::named(name).case(1)
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

/// A bit and a half: together they are a second quotient. 4369 * 983055 is 1 modulo P, and odd.
#[test]
fn two_hints_that_are_not_ranged() {
    let source = "circuit halves(n = 2) {
        private input x[n] : -2000000..=2000000
        public output y[n]
        y[i in n] = round_half_even(x[i] / 4369)
    }";
    let case = Program::new("halves", source, &[], None).case(1);
    let mut circuit = case.compiled.circuit.clone();
    for gadget in gadgets(&mut circuit) {
        if let Gadget::Divide(divide) = gadget {
            divide.quotient = (divide.quotient.0, 1 << 24, 1 << 30);
        }
    }
    circuit.publics[0].range = Interval::new(-(1 << 24), 1 << 24);
    let pairs = |circuit: &Circuit, seed| {
        let found = audited_with(&case, circuit, Options { seed, ..OPTIONS });
        of_kind(&found, Kind::Pair).len()
    };
    // A few of all pairs of values are tried at a time.
    let whole = (0..30).map(|seed| pairs(&case.compiled.circuit, seed));
    assert_eq!(whole.sum::<usize>(), 0);
    assert!((0..30).any(|seed| pairs(&circuit, seed) > 0));
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

/// The program with these inputs, in the order in which it declares them.
fn given(name: &str, source: &str, inputs: &[&[i64]]) -> Case {
    let mut case = Program::new(name, source, &[], None).case(1);
    assert_eq!(case.assignment.inputs.len(), inputs.len());
    for (tensor, data) in case.assignment.inputs.iter_mut().zip(inputs) {
        assert_eq!(tensor.data.len(), data.len());
        tensor.data = data.to_vec();
    }
    case
}

/// Nothing gets through, in the trace or before the verifier.
fn holds(case: &Case, options: Options) -> Findings {
    let found = audited_with(case, &case.compiled.circuit, options);
    assert_eq!(found.survivors, [], "{}", case.name);
    let mut all = tampered_of(case, as_offered, as_read);
    assert_eq!(all.survivors, [], "{}", case.name);
    all.merge(found);
    all
}

/// There is no public tensor to leave out, and any private input is as good as another.
#[test]
fn a_program_without_public_tensors() {
    let source = "circuit a1() {
        private input x : 0..=3
        private output y
        y = x
    }";
    let found = holds(&given("a1", source, &[&[2]]), OPTIONS);
    assert!(found.tallies[&Kind::Statement].tried > 10);
    // Another input of which the trace is honest too: two rows that are exchanged.
    let source = "circuit pair() {
        private input x[2] : 0..=3
        private output y[2]
        y[i in 2] = x[i] * x[i]
    }";
    let found = holds(&given("pair", source, &[&[1, 3]]), OPTIONS);
    assert!(found.tallies[&Kind::Rows].harmless > 0);
}

/// An empty public input has no elements to leave out.
#[test]
fn an_empty_public_input() {
    let source = "circuit n5() {
        public input s[0] : 0..=3
        private input a[2] : 0..=3
        state st = s
        public output y[2]
        step t in 2 { st <- a[t]
            y[t] = max(j in st) st[j] - min(j in st) st[j] }
    }";
    let found = holds(&given("n5", source, &[&[], &[1, 3]]), OPTIONS);
    assert!(found.tallies[&Kind::Statement].tried > 10);
}

/// Two elements that nothing reads change places, and with them which of two rows attains a
/// minimum that both attain: another private input, and a tie, at once.
#[test]
fn rows_swapped_with_a_tie_in_them() {
    let source = include_str!("../../fixtures/programs/audit_rows_swapped.attn");
    let in4 = [-7, -9, -9, -5, -9, -2, -2, -9, -3];
    let case = given("rows", source, &[&[100], &in4]);
    let options = Options {
        rows: 6,
        seed: 100_651,
    };
    let found = holds(&case, options);
    assert!(found.tallies[&Kind::Rows].harmless > 0);
    for seed in 0..8 {
        let found = audited_with(&case, &case.compiled.circuit, Options { rows: 6, seed });
        assert_eq!(found.survivors, [], "{seed}");
    }
}

/// Whatever a random program does with its inputs, nothing gets through and nothing is given up for
/// a survivor.
#[test]
fn random_programs_have_no_survivor() {
    let (mut audited, mut tried) = (0, 0);
    for seed in 0..200 {
        let program = match seed % 4 {
            0 => sum_of_products(seed),
            1 => sums_over_caches(seed),
            _ => program(seed),
        };
        if program.compile(seed).is_err() {
            continue;
        }
        let lanes = [None, Some(1), Some(2)];
        let lanes = lanes[Random::new(seed).below(3)];
        let way = match lanes {
            Some(lanes) => program.evaluated(lanes),
            None => program,
        };
        let case = way.case(seed);
        let found = audited_with(&case, &case.compiled.circuit, Options { rows: 4, seed });
        assert_eq!(found.survivors, [], "{}: {}", way.name, way.source);
        audited += 1;
        tried += found.tried();
    }
    assert!(audited >= 120, "{audited}");
    assert!(tried >= 100_000, "{tried}");
}

/// One flag to each maximum, and none of the digits that range its difference.
#[test]
fn a_maximum_has_one_flag() {
    let mut ranged = 0;
    for program in programs::all() {
        let board = program.case(1).board();
        for (c, component) in board.circuit.components.iter().enumerate() {
            let maxima = component.ops.iter().filter_map(|op| match op {
                Op::Gadget(Gadget::Maximum(maximum)) => Some(maximum),
                _ => None,
            });
            let maxima: Vec<_> = maxima.collect();
            ranged += maxima.iter().filter(|it| it.bound.is_some()).count();
            let columns = 0..board.trace[c].len();
            let flags: Vec<usize> = columns.filter(|&k| board.is_flag((c, 0, k))).collect();
            assert_eq!(flags.len(), maxima.len(), "{}", program.name);
            let mut attained: Vec<usize> =
                board.seen[c][0].attained.iter().map(|it| it.0).collect();
            attained.sort_unstable();
            assert_eq!(flags, attained, "{}", program.name);
        }
    }
    assert!(ranged > 0);
}

/// A trace of private inputs that the program refuses proves nothing true, though every rule holds
/// and no output changes: here rows change places between two columns that an assertion compares.
#[test]
fn an_assertion_that_nothing_enforces() {
    let source = "circuit ordered() {
        private input x[4] : 0..=30
        private input y[4] : 0..=30
        public output o
        assert[i in 4] x[i] >= y[i]
        o = sum(i in 4) x[i]
    }";
    let case = given("ordered", source, &[&[10, 20, 25, 30], &[10, 20, 25, 30]]);
    let survivors = caught(&case, Kind::Rows, |circuit| {
        without(circuit, |op| matches!(op, Op::Range { .. }));
    });
    assert!(survivors.iter().all(|survivor| survivor.outputs.is_empty()));
}

/// Exchanged with what they belong to, rows are another honest trace; with the product of their own
/// they are not, and nothing public tells.
#[test]
fn a_private_value_that_is_another_rows() {
    let source = "circuit squares() {
        private input x[4] : 0..=30
        private output y[4] : 0..=900
        y[i in 4] = x[i] * x[i]
    }";
    let case = given("squares", source, &[&[3, 8, 20, 30]]);
    caught(&case, Kind::Rows, |circuit| {
        // The column is there, and nothing ties it to the product.
        for component in &mut circuit.components {
            let rank = case.compiled.graph.inputs[0].shape.len();
            for op in &mut component.ops {
                if let Op::Cell(_) = op {
                    let witness = Witness {
                        element: Element::Of(Source::Value(ValueId(0))),
                        at: vec![Form::Index(IndexId(0)); rank],
                        lanes: Vec::new(),
                        name: "free".into(),
                    };
                    *op = Op::Pinned { witness, lanes: 1 };
                }
            }
        }
    });
}
