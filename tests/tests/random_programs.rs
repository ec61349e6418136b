//! Random programs: what compiles has a trace that satisfies it, a proof that verifies, and no
//! second witness.

mod common;

use attnc::security::Setting;
use attnc_compiler::circuit::Kind;
use common::attack::{Attacker, Outcome, Overrides};
use common::board::Board;
use common::programs::{Program, POLICIES};
use common::random::Random;
use common::session::{honest, Verifier};

const CASES: u64 = 120;

fn pick<'a>(random: &mut Random, choices: &[&'a str]) -> &'a str {
    choices[random.below(choices.len())]
}

/// An expression over `i`, and `j` if `inner`: a column index that is in scope.
fn expression(random: &mut Random, depth: usize, inner: bool) -> String {
    let leaf = depth == 0 || random.below(6) == 0;
    if leaf {
        let constant = random.within(-9, 9).to_string();
        let leaves = ["x[i]", "y[i]", "z[i]", "i", constant.as_str()];
        return match inner && random.below(2) == 0 {
            true => pick(random, &["a[i, j]", "b[j]", "j"]).to_string(),
            false => pick(random, &leaves).to_string(),
        };
    }
    let part = |random: &mut Random| expression(random, depth - 1, inner);
    match random.below(10) {
        0 => format!("({} + {})", part(random), part(random)),
        1 => format!("({} - {})", part(random), part(random)),
        2 => format!("(({}) * ({}))", part(random), part(random)),
        3 => format!("max({}, {})", part(random), part(random)),
        4 => format!("min({}, {})", part(random), part(random)),
        5 => format!("abs({})", part(random)),
        6 => {
            let lo = random.within(-20, 10);
            let hi = lo + random.within(0, 30);
            format!("clip({}, {lo}, {hi})", part(random))
        }
        7 | 8 => {
            let policy = POLICIES[random.below(6)];
            let divisor = match random.below(3) {
                0 => "y[i]".to_string(),
                1 => random.within(2, 12).to_string(),
                _ => format!("(1 + abs({}))", part(random)),
            };
            format!("{policy}(({}) / {divisor})", part(random))
        }
        _ if inner => format!("f(clip({}, -3, 4))", part(random)),
        _ => {
            let body = expression(random, depth - 1, true);
            let op = pick(random, &["sum", "max", "min"]);
            format!("{op}(j in w) ({body})")
        }
    }
}

fn program(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let (n, w) = (1 + random.below(20), 1 + random.below(5));
    let values: String = (0..2)
        .map(|k| format!("    v{k}[i in n] = {}\n", expression(&mut random, 3, false)))
        .collect();
    let source = format!(
        "circuit random(n = {n}, w = {w}) {{
    table f(g in -3..=4) = round(7 * exp(g / 3))
    private input x[n]   : -30..=30
    private input y[n]   : 1..=9
    public input z[n]    : -4..4
    private input a[n, w] : -10..10
    public input b[w]    : 0..3
    public output out[n]
    private output own[n, w]
{values}    out[i in n] = v0[i] + 2 * v1[i]
    own[i in n, j in w] = {}
}}",
        expression(&mut random, 2, true)
    );
    Program::new(&format!("random {seed}"), &source, &[], None)
}

#[test]
fn random_programs_are_complete_and_sound() {
    let (mut compiled, mut proved) = (0, 0);
    for seed in 0..CASES {
        let program = program(seed);
        // Some do not fit the field, or have a divisor that may be 0: that is for the compiler.
        let Ok(case) = program.compile(seed) else {
            continue;
        };
        compiled += 1;
        if compiled % 8 == 0 {
            let session = honest(&case, Setting::Seed, "");
            let verdict = Verifier::new(&case, &session).verify(&session);
            assert_eq!(verdict, Ok(()), "{}", program.source);
            proved += 1;
        }
        let board = Board::new(case);
        let faults = board.faults();
        assert!(faults.none(), "{faults:?}\n{}", program.source);
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
                        "{place:?}: {outcome:?}\n{}",
                        program.source
                    );
                }
            }
        }
    }
    assert!(
        compiled >= CASES / 2,
        "{compiled} compiled, {proved} proved"
    );
}
