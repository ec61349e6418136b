//! Random programs through the whole way: the reference evaluator and attnc's agree, the trace
//! satisfies the circuit, the proof verifies, and no changed output does.
//!
//! 500 programs, or `PROPTEST_CASES`; with `-- --nocapture` it says what was done. What fails is shrunk and printed: its program belongs into `fixtures/programs`.

mod common;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use attnc::security::Setting;
use attnc::verify::Rejection;
use attnc_compiler::eval::evaluate;
use attnc_compiler::graph::OutputId;
use common::programs::{self, Case, Program};
use common::random::Random;
use common::reference::{self, Tensors};
use common::session::{claimed, honest, lie_whatever, one_off, publics, Lie, Verifier};
use common::trees;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestError, TestRunner};

#[derive(Debug, Default)]
struct Counts {
    programs: usize,
    /// By the compiler: they do not fit the field, or a divisor may be 0.
    refused: usize,
    proofs: usize,
    outputs_refused: usize,
}

/// The reference evaluator gives what attnc's does.
fn agrees(case: &Case) {
    let graph = &case.compiled.graph;
    let wide = |data: &[i64]| data.iter().map(|&x| i128::from(x)).collect::<Vec<_>>();
    let inputs: Tensors = graph
        .inputs
        .iter()
        .zip(&case.assignment.inputs)
        .map(|(input, tensor)| {
            let shape = tensor.shape.iter().map(|&size| size as i128).collect();
            (input.name.clone(), (shape, wide(&tensor.data)))
        })
        .collect();
    let tables: BTreeMap<String, Vec<i128>> = graph
        .tables
        .iter()
        .zip(&case.assignment.tables)
        .filter(|(table, _)| table.from_input)
        .map(|(table, entries)| (table.name.clone(), wide(entries)))
        .collect();
    let params = graph.params.iter().map(|p| (p.name.clone(), p.value));
    let params: Vec<(String, i64)> = params.collect();
    let found = reference::evaluate(&case.compiled.ast, &params, &inputs, &tables);
    let found = found.unwrap_or_else(|stop| panic!("{}: {stop}", case.name));
    let evaluation = evaluate(graph, &case.assignment).unwrap();
    assert_eq!(found.len(), graph.outputs.len(), "{}", case.name);
    for (output, number) in graph.outputs.iter().zip(0..) {
        let tensor = evaluation.output(OutputId(number));
        let (shape, data) = &found[&output.name];
        assert_eq!(
            shape.len(),
            tensor.shape.len(),
            "{}: {}",
            case.name,
            output.name
        );
        assert_eq!(*data, wide(&tensor.data), "{}: {}", case.name, output.name);
    }
}

/// Everything that must hold of a program on some inputs.
fn whole_way(case: &Case, random: &mut Random, counts: &mut Counts) {
    agrees(case);
    let board = case.board();
    let faults = board.faults();
    assert!(faults.none(), "{}: {faults:?}", case.name);
    let session = honest(case, Setting::Seed, "");
    let verifier = Verifier::new(case, &session);
    assert_eq!(verifier.verify(&session), Ok(()), "{}", case.name);
    counts.proofs += 1;
    for tensor in 0..session.statement.publics.len() {
        let public = &session.statement.publics[tensor];
        if public.input || public.elements.is_empty() {
            continue;
        }
        let range = board.circuit.publics[tensor].range;
        if range.lo == range.hi {
            continue;
        }
        let position = random.below(public.elements.len());
        // In the honest proof's statement, and with a real proof made for it.
        let mut edited = session.clone();
        one_off(
            &mut edited.statement.publics[tensor].elements[position],
            range,
        );
        let mut other = publics(case);
        one_off(&mut other[tensor].elements[position], range);
        let lie = Lie::of_publics(&board, other);
        let forged = lie_whatever(lie, Setting::Seed, &claimed(case, ""));
        assert_eq!(
            verifier.verify(&forged),
            Err(Rejection::Bus),
            "{}",
            case.name
        );
        assert!(verifier.verify(&edited).is_err(), "{}", case.name);
        counts.outputs_refused += 2;
    }
}

/// One of the ways to lay a program out.
fn laid_out(program: Program, way: u8) -> Program {
    let mut ways = program.ways();
    let way = usize::from(way) % ways.len();
    ways.swap_remove(way)
}

#[test]
fn random_programs_go_the_whole_way() {
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(500, |cases| cases.parse().unwrap()),
        max_shrink_iters: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "fixtures/whole_way.regressions",
        ))),
        ..Config::default()
    };
    let counts = RefCell::new(Counts::default());
    let result = TestRunner::new(config).run(&trees::programs(), |random| {
        let counts = &mut counts.borrow_mut();
        counts.programs += 1;
        let program = Program::new("random", &random.source(), &[], Some(random.plan()));
        if program.compile(random.seed).is_err() {
            counts.refused += 1;
            return Ok(());
        }
        let case = laid_out(program, random.way).case(random.seed);
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            whole_way(&case, &mut Random::new(random.seed), counts);
        }));
        found.map_err(|cause| {
            let texts = (cause.downcast_ref::<String>(), cause.downcast_ref::<&str>());
            let text = texts.0.map(String::as_str).or(texts.1.copied());
            TestCaseError::fail(text.unwrap_or("it panics").to_string())
        })
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, random)) => panic!(
            "{why}\nway {}, seed {}; for fixtures/programs:\n{}",
            random.way,
            random.seed,
            random.source()
        ),
        Err(error) => panic!("{error}"),
    }
    let counts = counts.into_inner();
    println!("{counts:?}");
    assert!(4 * counts.refused <= counts.programs, "{counts:?}");
    assert!(counts.outputs_refused >= counts.proofs, "{counts:?}");
}

/// Programs that once failed, or are worth trying again: in every way and on several inputs.
#[test]
fn fixtures_go_the_whole_way() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/programs");
    let mut counts = Counts::default();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        for way in Program::new(&name, &source, &[], None).ways() {
            for seed in 0..3 {
                whole_way(&way.case(seed), &mut Random::new(seed), &mut counts);
            }
        }
    }
    assert!(counts.proofs >= 12, "{counts:?}");
}

#[test]
fn the_reference_evaluator_agrees_on_every_program() {
    for program in programs::all() {
        for seed in 0..3 {
            agrees(&program.case(seed));
        }
    }
}
