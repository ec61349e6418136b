//! Random programs: what compiles has a trace that satisfies it, a proof that verifies, and no
//! second witness.

use attnc::session::security::Setting;
use attnc_compiler::circuit::Kind;

use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::generated::{program, sum_of_products, sums_over_caches};
use crate::common::programs::{Case, Program};
use crate::common::random::Random;
use crate::common::session::{honest, Verifier};

const CASES: u64 = 120;

/// The honest trace satisfies the circuit, as a proof if `prove`, and no other does.
fn complete_and_sound(case: Case, program: &Program, seed: u64, prove: bool) {
    let (name, source) = (&program.name, &program.source);
    if prove {
        let session = honest(&case, Setting::Seed, "");
        let verdict = Verifier::new(&case, &session).verify(&session);
        assert_eq!(verdict, Ok(()), "{name}: {source}");
    }
    let board = case.board();
    let faults = board.faults();
    assert!(faults.none(), "{faults:?}\n{name}: {source}");
    let attacker = Attacker::new(&board);
    let mut random = Random::new(seed);
    for (c, component) in board.circuit.components.iter().enumerate() {
        if !matches!(component.kind, Kind::Space(_)) {
            continue;
        }
        let row = random.below(component.rows as usize);
        for column in (0..board.trace[c].len()).filter(|&k| !board.is_input(c, k)) {
            let place = (c, row, column);
            for value in attacker.candidates(place, &mut random) {
                let outcome = attacker.run(&Overrides::from([(place, value)]));
                assert!(
                    !matches!(outcome, Outcome::Forged(_)),
                    "{place:?}: {outcome:?}\n{name}: {source}"
                );
            }
        }
    }
}

#[test]
fn random_sums_of_products_are_complete_and_sound() {
    let mut evaluated = 0;
    for seed in 0..CASES {
        let program = match seed % 2 {
            0 => sum_of_products(seed),
            _ => sums_over_caches(seed),
        };
        for way in program.ways() {
            evaluated += usize::from(way.lanes.is_some());
            complete_and_sound(way.case(seed), &way, seed, seed % 4 < 2);
        }
    }
    assert!(evaluated as u64 > CASES, "{evaluated} circuits");
}

#[test]
fn random_programs_are_complete_and_sound() {
    let (mut compiled, mut proved) = (0, 0);
    for seed in 0..CASES {
        let program = program(seed);
        // Some do not fit the field, or have a divisor that may be 0: that is for the compiler.
        if program.compile(seed).is_err() {
            continue;
        }
        compiled += 1;
        for way in program.ways() {
            let prove = compiled % 8 == 0 || way.lanes == Some(1);
            proved += usize::from(prove);
            complete_and_sound(way.case(seed), &way, seed, prove);
        }
    }
    assert!(
        compiled >= CASES / 2,
        "{compiled} compiled, {proved} proved"
    );
}
