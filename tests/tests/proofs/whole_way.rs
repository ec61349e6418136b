//! Random programs with random plans through the whole way: the reference evaluator and attnc's agree,
//! every trace satisfies its circuit, every proof verifies with a key that was read back, what the
//! verifier says is so, and no changed output is accepted. The compiler may refuse; nothing else may.
//!
//! 500 programs, or `PROPTEST_CASES`, from the seed `PROPTEST_RNG_SEED`; with `-- --nocapture` it says what
//! was done. What fails is shrunk and printed: its program belongs into `fixtures/programs`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

use attnc_compiler::circuit::layout::contractions;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner,
};

use crate::common::programs::{self, Case};
use crate::common::random::Random;
use crate::common::trees;
use crate::common::way::{agrees, go, Count, Way};
use crate::common::ways::WAYS;
use crate::common::written::Written;

#[derive(Debug, Default)]
struct Counts {
    programs: usize,
    /// By the compiler, by the first code.
    refused: BTreeMap<&'static str, usize>,
    /// No inputs were found that its assertions hold on.
    unmet: usize,
    went: usize,
    of: Count,
}

impl Counts {
    fn count(&mut self, end: Result<Count, Way>) {
        match end {
            Ok(count) => {
                self.went += 1;
                self.of += count;
            }
            Err(Way::Refused(code)) => *self.refused.entry(code).or_default() += 1,
            Err(Way::Unmet) => self.unmet += 1,
        }
    }
}

#[test]
fn random_programs_go_the_whole_way() {
    let usual = Config::default();
    let config = Config {
        // The same programs every time, unless `PROPTEST_RNG_SEED` asks for others.
        rng_seed: match usual.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            fixed => fixed,
        },
        cases: std::env::var("PROPTEST_CASES").map_or(500, |cases| cases.parse().unwrap()),
        max_shrink_iters: 3000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "fixtures/whole_way.regressions",
        ))),
        ..usual
    };
    let counts = RefCell::new(Counts::default());
    let result = TestRunner::new(config).run(&trees::programs(), |random| {
        let found = catch_unwind(AssertUnwindSafe(|| {
            go(&random.written(), random.way, &mut Random::new(random.seed))
        }));
        let counts = &mut counts.borrow_mut();
        counts.programs += 1;
        let end = found.map_err(|cause| {
            let texts = (cause.downcast_ref::<String>(), cause.downcast_ref::<&str>());
            let text = texts.0.map(String::as_str).or(texts.1.copied());
            TestCaseError::fail(text.unwrap_or("it panics").to_string())
        })?;
        counts.count(end);
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, random)) => {
            let Written {
                source,
                params,
                plan,
            } = random.written();
            panic!(
                "{why}\nway {}, seed {}, parameters {params:?}, plan {plan:?}; for \
                 fixtures/programs:\n{source}",
                random.way, random.seed
            )
        }
        Err(error) => panic!("{error}"),
    }
    let counts = counts.into_inner();
    println!("{counts:#?}");
    if counts.programs < 100 {
        return;
    }
    assert!(2 * counts.went >= counts.programs, "{counts:#?}");
    assert!(counts.of.outputs_refused >= counts.went, "{counts:#?}");
    assert!(10 * counts.of.several_parts >= counts.went, "{counts:#?}");
    assert!(50 * counts.of.evaluated >= counts.went, "{counts:#?}");
}

/// Programs that once failed, or are worth trying again: in every way and on several inputs. A first
/// line `// plan: ...` has a plan's text.
#[test]
fn fixtures_go_the_whole_way() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/programs");
    let mut counts = Counts::default();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        let plan = source.lines().next().unwrap().strip_prefix("// plan: ");
        let written = Written {
            plan: plan.map(str::to_string),
            params: Vec::new(),
            source,
        };
        // Each layout, and one of them hiding.
        for way in 0..=WAYS / 2 {
            let end = go(&written, way, &mut Random::new(way.into()));
            assert!(end.is_ok(), "{}: {end:?}", path.display());
            counts.count(end);
        }
    }
    assert!(counts.of.proofs >= 12, "{counts:?}");
}

#[test]
fn the_reference_evaluator_agrees_on_every_program() {
    for program in programs::all() {
        for seed in 0..3 {
            let Case {
                name,
                compiled,
                assignment,
                ..
            } = program.case(seed);
            let agreed = agrees(&compiled.ast, &compiled.graph, &assignment);
            assert!(agreed.is_some(), "{name}");
        }
    }
    let evaluated = programs::all();
    let evaluated = evaluated.iter().filter(|program| program.lanes.is_some());
    assert!(evaluated.count() > 20);
    let case = programs::decode("fused").case(0);
    assert!(!contractions(&case.compiled.graph).is_empty());
}
