//! Ragged tensors that cross a boundary have the points that exist, and no others.

use attnc::session::security::Setting;
use attnc::session::verify::Rejection;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{InputId, OutputId, ValueId};

use super::parts::value;
use crate::common::parts::{cases_around, divided};
use crate::common::programs::{self, Program};
use crate::common::session::{honest, Verifier};

/// Values that grow in two dimensions, in one that is not the last, behind another loop; and a
/// cache that never grows.
const RAGGED: &str = "circuit ragged(steps = 4, heads = 2, width = 3, seeded = 1) {
    private input x[steps, heads, width]    : -3..=3
    private input first[seeded, heads, width] : -3..=3
    private input fixed[width]              : -3..=3
    state keys   = first
    state memory = fixed
    public output all[heads, steps]
    public output wide[steps, width]
    step t in steps {
        keys <- x[t]
        for h in heads {
            pair[i in keys, j in keys] = clip(keys[i, h, 0] * keys[j, h, 1], -3, 4)
            near[m in memory, j in keys] = max(keys[j, h, 2], memory[m])
            total = sum(i in keys, j in keys) pair[i, j] * j
            most = max(j in keys, m in memory) near[m, j]
            all[h, t] = total + most
        }
        row[j in keys, d in width] = floor(keys[j, 0, d] * keys[j, 1, d] / 2)
        wide[t, d in width] = sum(j in keys) row[j, d] * keys[j, 1, d]
    }
}";

pub fn ragged() -> Program {
    Program::new("ragged", RAGGED, &[], None)
}

/// Points beyond what a cache held at a step cannot be stated.
#[test]
fn a_ragged_tensor_has_no_other_points() {
    let program = programs::decode("fused");
    let case = program.case(5);
    let graph = &case.compiled.graph;
    for part in cases_around(&program, &case, value(graph, "score")) {
        let session = honest(&part, Setting::Seed, "");
        let verifier = Verifier::new(&part, &session);
        let tensors = session.statement.publics.iter();
        let number = tensors
            .clone()
            .position(|tensor| tensor.name == "score")
            .unwrap();
        let score = &session.statement.publics[number];
        // Steps 8, one head, two seeds: 3 + 4 + ... + 10 of 8 * 10.
        assert_eq!(
            (score.shape.as_slice(), score.elements.len()),
            (&[8, 1, 10][..], 52)
        );
        let changes: [&dyn Fn(&mut attnc::session::statement::Public); 5] = [
            &|tensor| tensor.elements.push(0),
            &|tensor| tensor.elements.resize(80, 0),
            &|tensor| tensor.elements.truncate(51),
            &|tensor| tensor.growing.clear(),
            &|tensor| tensor.growing[0].base += 1,
        ];
        for change in changes {
            let mut tampered = session.clone();
            change(&mut tampered.statement.publics[number]);
            let verdict = verifier.verify(&tampered);
            assert!(
                matches!(verdict, Err(Rejection::Public { .. })),
                "{verdict:?}"
            );
        }
        // Packed and read back by the circuit, which knows what exists.
        let circuit = &part.compiled.circuit;
        let packed = session.statement.pack(circuit);
        let read = attnc::session::statement::Statement::unpack(&packed, circuit);
        assert_eq!(read.as_ref(), Ok(&session.statement));
    }
}

#[test]
fn what_does_not_exist_in_a_ragged_input_is_not_looked_at() {
    let program = programs::decode("fused");
    let case = program.case(5);
    let graph = &case.compiled.graph;
    let parts = cases_around(&program, &case, value(graph, "score"));
    let rest = &parts[1];
    let graph = &rest.compiled.graph;
    let number = graph
        .inputs
        .iter()
        .position(|input| input.name == "score")
        .unwrap();
    let mut assignment = rest.assignment.clone();
    let tensor = &mut assignment.inputs[number];
    for offset in 0..tensor.data.len() {
        let at = tensor.position(offset);
        if at[2] >= 3 + at[0] {
            tensor.data[offset] = i64::MAX;
        }
    }
    let score = InputId(number as u32);
    assert!(!graph.input(score).has(&[0, 0, 3]) && graph.input(score).has(&[0, 0, 2]));
    let (one, other) = (
        evaluate(graph, &rest.assignment).unwrap(),
        evaluate(graph, &assignment).unwrap(),
    );
    assert_eq!(one.output(OutputId(0)), other.output(OutputId(0)));
    assignment.inputs[number].data[2] = i64::MAX;
    assert!(evaluate(graph, &assignment).is_err());
}

/// A step range begins where the cache already holds what was appended before it: the whole's
/// weights from step 4 on are those of four steps with four seeds more.
#[test]
fn a_box_of_a_ragged_value_begins_at_its_own_step() {
    let decode = programs::decode("fused").source;
    let program = |steps, seeded| {
        let params = [
            ("heads", 2),
            ("width", 4),
            ("steps", steps),
            ("seeded", seeded),
        ];
        Program::new("decode", &decode, &params, None)
    };
    let whole = program(8, 2).case(3);
    let evaluation = evaluate(&whole.compiled.graph, &whole.assignment).unwrap();
    let later = program(4, 6).case(3).compiled.graph;
    let mass = value(&later, "mass");
    let mut part = divided(&later, mass).swap_remove(1).derived;
    part.inputs[0].from[0] = 4;
    part.values[0].from[0] = 4;
    assert_eq!(part.graph.inputs[0].shape, [4, 2, 10]);
    let assignment = part.assignment(&evaluation);
    let own = evaluate(&part.graph, &assignment).unwrap();
    for (t, h) in [(0, 0), (1, 1), (3, 1)] {
        let expected = evaluation.value(mass).get(&[t + 4, h]);
        assert_eq!(own.value(ValueId(0)).get(&[t, h]), expected);
    }
}
