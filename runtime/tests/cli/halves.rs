//! The tiny program in two parts that are proved apart.

use crate::house::{House, INPUT, TINY};

/// Two parts, each with a proof file of its own.
pub const HALVES: &str = "proof a: * - z proof b: z open *";

pub const PARTS: [&str; 2] = ["a", "b"];

/// A house with a key of two parts and their proofs.
pub fn halves() -> House {
    let house = House::new();
    house.write("tiny.attn", TINY);
    house.write("in.json", INPUT);
    house.write("in2.json", r#"{"x": [2, 7, 3], "shift": 1}"#);
    let key = ["key", "tiny.attn", "--plan", HALVES, "--security", "seed"];
    house.run_with(&key, &["-o", "k.key"]).works();
    for part in PARTS {
        prove_part(&house, part, "in.json", &format!("{part}.proof"));
    }
    house
}

pub fn prove_part(house: &House, part: &str, input: &str, proof: &str) {
    let line = [
        "prove",
        "--key",
        "k.key",
        "--security",
        "seed",
        "--only",
        part,
    ];
    house
        .run_with(&line, &["--input", input, "-o", proof])
        .works();
}

pub const SEED: [&str; 4] = ["--min-security", "13", "--key", "k.key"];
