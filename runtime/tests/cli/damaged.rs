//! Damaged files that only the command line reads: studies and expectations. Every one ends in an error
//! that says so or means what the whole one means: no panic, soon, in little memory, and nothing that a
//! terminal would act on.
//!
//! 60 of each, or `DAMAGED_CASES`.

use std::time::{Duration, Instant};

use attnc::audit::random::Random;
use damage::{garbled, Json};

use crate::house::{House, Said};

// The same faults as in the tests of the library's readers.
#[path = "../../../tests/tests/common/damage.rs"]
#[allow(dead_code)]
mod damage;

/// What a run may take, and its KiB of addresses.
const PATIENCE: Duration = Duration::from_secs(10);

const LIMITED: &str = "ulimit -v 4000000; exec \"$ATTNC\" \"$@\"";

fn cases() -> u64 {
    std::env::var("DAMAGED_CASES").map_or(60, |cases| cases.parse().unwrap())
}

/// A run that ends by itself, with success or an error for its user.
fn run(house: &House, line: &[&str], what: &dyn Fn() -> String) -> Said {
    let start = Instant::now();
    let said = house.shell(LIMITED, line);
    let took = start.elapsed();
    assert!(took < PATIENCE, "{took:?}: {}", what());
    let text = format!("{}{}", said.out, said.err);
    assert!(
        [0, 1, 2].contains(&said.code),
        "{}: {text}: {}",
        said.code,
        what()
    );
    assert!(said.code == 0 || !text.is_empty(), "{}", what());
    for word in ["panicked", "bug of attnc", "RUST_BACKTRACE"] {
        assert!(!text.contains(word), "{text}: {}", what());
    }
    let marks = ['\u{1b}', '\u{7}', '\u{0}', '\r', '\u{202e}', '\u{2066}'];
    assert!(!text.contains(marks), "{text:?}: {}", what());
    said
}

fn study() -> House {
    let house = House::new();
    house.write(
        "tiny.attn",
        "circuit tiny(n = 3, top = 8) {
    table half(x in 0..=8) = floor(x / 2)
    private input x[n] : 0..=top
    public output y[n]
    z[i in n] = half(x[i])
    y[i in n] = z[i] + 1
    region looked { z }
    plan fused { proof all: * }
    plan split { proof rest: * - looked  proof lookups: looked }
}",
    );
    let line = [
        "sweep",
        "tiny.attn",
        "-p",
        "n=3,5",
        "--plans",
        "fused,split",
    ];
    house
        .run_with(&line, &["--security", "seed", "-o", "study"])
        .works();
    house.run(&["report", "study", "-o", "page.html"]).works();
    house
}

#[test]
fn damaged_studies() {
    let house = study();
    let whole = house.read("study/study.json");
    let honest = Json::parse(&whole);
    let mut reported = 0;
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let bytes = match random.below(8) {
            0 => garbled(&whole, random),
            _ => {
                let mut damaged = honest.clone();
                for _ in 0..1 + random.below(3) {
                    damaged.damage(random);
                }
                damaged.text().into_bytes()
            }
        };
        let text = || format!("{seed}: {}", String::from_utf8_lossy(&bytes));
        house.write("study/study.json", &bytes);
        let said = run(&house, &["report", "study", "-o", "page.html"], &text);
        if said.code == 0 {
            reported += 1;
            let page = house.read("page.html");
            assert!(page.len() < 4 << 20, "{} bytes: {}", page.len(), text());
            let page = String::from_utf8(page).unwrap();
            // The page's script asks whether a number is one.
            let numbers = page.replace("isNaN", "");
            assert!(
                !numbers.contains("NaN") || text().contains("NaN"),
                "{}",
                text()
            );
        }
        // A sweep goes on from what is there, or refuses it; it makes nothing of what is damaged.
        if seed % 8 == 0 {
            let line = [
                "sweep",
                "tiny.attn",
                "-p",
                "n=3",
                "--security",
                "seed",
                "-o",
                "study",
            ];
            run(&house, &line, &text);
        }
    }
    println!("{reported} reported");
}

/// Numbers in every row that charts cannot take as they are.
#[test]
fn studies_of_numbers_at_their_ends() {
    let house = study();
    let whole = String::from_utf8(house.read("study/study.json")).unwrap();
    let fields = [
        "prove_ms",
        "verify_ms",
        "packed_bytes",
        "json_bytes",
        "memory_bytes",
        "conjectured_bits",
        "lookup_claims",
        "trace_rows",
        "cells",
        "columns",
        "repeats",
        "bytes",
        "ms",
    ];
    let numbers = [
        "0",
        "-1",
        "1e300",
        "-1e300",
        "1e-300",
        "5e-324",
        "1.7976931348623157e308",
        "1e400",
        "18446744073709551615",
        "9223372036854775807",
        "null",
        "\"NaN\"",
    ];
    let random = &mut Random::new(1);
    for seed in 0..cases() {
        let field = fields[random.below(fields.len())];
        let number = numbers[random.below(numbers.len())];
        let mut study = String::new();
        for (place, part) in whole.split(&format!("\"{field}\": ")).enumerate() {
            let rest = match part.find([',', '\n', '}']) {
                // In all rows, or in one.
                Some(end) if place > 0 && (seed % 2 == 0 || place == 1) => {
                    study += &format!("\"{field}\": {number}");
                    &part[end..]
                }
                _ if place > 0 => {
                    study += &format!("\"{field}\": ");
                    part
                }
                _ => part,
            };
            study += rest;
        }
        house.write("study/study.json", &study);
        let what = || format!("{field} is {number}");
        let said = run(&house, &["report", "study", "-o", "page.html"], &what);
        if said.code == 0 {
            let bytes = house.read("page.html").len();
            assert!(bytes < 4 << 20, "{bytes} bytes: {}", what());
        }
    }
}

/// The tiny program's public tensors, as its proof states them.
const EXPECTED: &str = r#"{"shift": -3, "y": [-3, -1, 1]}"#;

#[test]
fn damaged_expectations() {
    let house = House::tiny();
    let line = [
        "verify",
        "tiny.proof",
        "--key",
        "tiny.key",
        "--expect",
        "expected.json",
    ];
    house.write("expected.json", EXPECTED);
    house.run(&line).works();
    let honest = Json::parse(EXPECTED.as_bytes());
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        damaged.damage(random);
        let text = damaged.text();
        house.write("expected.json", &text);
        let said = run(&house, &line, &|| text.clone());
        // What is accepted says nothing else: it may say less, or a number in another way.
        let Json::Object(honest) = &honest else {
            unreachable!()
        };
        let less = match &damaged {
            Json::Object(fields) => fields.iter().all(|(name, value)| {
                let known = honest.iter().find(|(known, _)| known == name);
                let same = known.is_some_and(|(_, known)| alike(known, value));
                same && fields.iter().filter(|(other, _)| other == name).count() == 1
            }),
            _ => false,
        };
        assert!(less || said.code != 0, "{text}");
        assert!(
            said.code == 0 || damaged != Json::Object(honest.clone()),
            "{text}"
        );
    }
}

/// The same numbers in the same lists.
fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::List(a), Json::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Json::Word(a), Json::Word(b)) => {
            a == b || a.parse::<f64>().ok().is_some_and(|a| b.parse() == Ok(a))
        }
        _ => false,
    }
}
