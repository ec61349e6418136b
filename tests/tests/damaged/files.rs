//! Damaged keys, proofs and sets: each is refused with an error, or means what the whole one means.

use attnc::files::key::Key;
use attnc::files::proof::{set, Envelope, MAGIC, SET_MAGIC, VERSION};

use super::whole::{accepts, cases, printable, timed, whole};
use crate::common::damage::{garbled, Json};
use crate::common::fields::{proof_file, set_file, Field};
use crate::common::random::Random;

#[test]
fn damaged_keys() {
    let whole = whole();
    let honest = Json::parse(whole.key.to_json().as_bytes());
    let (mut compiled, mut verified) = (0, 0);
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        for _ in 0..1 + random.below(2) {
            damaged.damage(random);
        }
        let text = damaged.text();
        let (parsed, parts) = timed(&|| text.clone(), || {
            let parsed = Key::parse(text.as_bytes());
            let parts = parsed.as_ref().ok().map(|key| key.compile());
            (parsed, parts)
        });
        let (Ok(key), Some(parts)) = (&parsed, parts) else {
            printable(&parsed.unwrap_err().to_string());
            continue;
        };
        assert!(!damaged.doubled(), "a name twice: {text}");
        let parts = match parts {
            Ok(parts) => parts,
            Err(error) => {
                printable(&error.to_string());
                continue;
            }
        };
        compiled += 1;
        // It is another program's key, or the roots are others.
        let mut same = key.clone();
        for (part, own) in same.parts.iter_mut().zip(&whole.key.parts) {
            part.preprocessed.clone_from(&own.preprocessed);
        }
        let accepted = whole
            .proofs
            .iter()
            .filter(|file| accepts(key, &parts, file))
            .count();
        if accepted > 0 {
            assert_eq!(same, whole.key, "{text}");
            verified += 1;
        }
    }
    println!("{compiled} compiled, {verified} verified");
}

#[test]
fn damaged_proofs() {
    let whole = whole();
    let fields: Vec<Field> = whole.proofs.iter().map(|file| proof_file(file)).collect();
    for (fields, file) in fields.iter().zip(&whole.proofs) {
        assert_eq!(fields.bytes(), *file);
    }
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let number = random.below(fields.len());
        let honest = &whole.proofs[number];
        let damaged = match random.below(6) {
            0 => garbled(honest, random),
            _ => {
                let mut field = fields[number].clone();
                for _ in 0..1 + random.below(2) {
                    field.damage(random);
                }
                field.bytes()
            }
        };
        let accepted = timed(&|| format!("proof {seed}"), || {
            if let Err(error) = Envelope::open(&damaged) {
                printable(&error.to_string());
            }
            whole.accepts(&damaged)
        });
        assert_eq!(accepted, damaged == *honest, "{seed}");
    }
}

#[test]
fn damaged_sets() {
    let whole = whole();
    let honest = set_file(&whole.proofs, SET_MAGIC, VERSION);
    assert_eq!(honest.bytes(), set(&whole.proofs));
    let mut orders = Vec::new();
    for files in [&[0, 1][..], &[1, 0], &[0], &[1]] {
        let files: Vec<Vec<u8>> = files.iter().map(|&f| whole.proofs[f].clone()).collect();
        let bytes = set(&files);
        assert!(whole.accepts(&bytes));
        orders.push(bytes);
    }
    let nested = set(&[honest.bytes(), whole.proofs[0].clone()]);
    let other = [MAGIC.as_slice(), &honest.bytes()].concat();
    let empty = set(&[]);
    for file in [nested, set(&[set(&whole.proofs)]), other, empty] {
        assert!(!whole.accepts(&file));
    }
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        for _ in 0..1 + random.below(3) {
            damaged.damage(random);
        }
        let bytes = damaged.bytes();
        let accepted = timed(&|| format!("set {seed}"), || whole.accepts(&bytes));
        assert_eq!(accepted, orders.contains(&bytes), "{seed}");
    }
}
