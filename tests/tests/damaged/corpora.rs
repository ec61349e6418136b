//! The fuzzers' targets on their committed corpora and on what they once found, as an ordinary test.

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/src/lib.rs"]
#[allow(dead_code)]
mod targets;

#[test]
fn every_corpus_runs_through_its_target() {
    type Target = (&'static str, fn(&[u8]));
    let all: [Target; 4] = [
        ("source", targets::source),
        ("input", targets::input),
        ("key", targets::key),
        ("proof", targets::proof),
    ];
    for (name, target) in all {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fuzz/corpus")
            .join(name);
        let mut files = 0;
        for entry in fs::read_dir(folder).unwrap() {
            target(&fs::read(entry.unwrap().path()).unwrap());
            files += 1;
        }
        assert!((1..=48).contains(&files), "{name}: {files} files");
    }
}

/// The seeds are of this attnc; if not, `fuzz/seeds.sh` makes them again.
#[test]
fn the_seeds_verify() {
    for seed in [&targets::OPEN, &targets::HIDING] {
        assert!(seed.accepts(seed.proof), "run fuzz/seeds.sh");
    }
    // Neither key takes the other's proof.
    assert!(!targets::OPEN.accepts(targets::HIDING.proof));
    assert!(!targets::HIDING.accepts(targets::OPEN.proof));
}

/// A bit in every byte of a proof file, its lengths inflated, its end cut off: all are refused.
#[test]
fn every_byte_of_a_proof_counts() {
    for seed in [&targets::OPEN, &targets::HIDING] {
        let whole = seed.proof;
        for position in 0..whole.len() {
            let mut file = whole.to_vec();
            file[position] ^= 1 << (position % 8);
            assert!(!seed.accepts(&file), "byte {position}");
        }
        // Whatever stands at a place, were it a length: one more, and the largest of each size. Both proofs
        // are read by the same reader: of one that hides only each third place.
        let places = if std::ptr::eq(seed, &targets::OPEN) {
            1
        } else {
            3
        };
        for position in (0..whole.len() - 8).step_by(places) {
            for (size, value) in [
                (4, 1 << 16),
                (4, u64::from(u32::MAX)),
                (8, 1 << 31),
                (8, u64::MAX),
            ] {
                let mut file = whole.to_vec();
                file[position..position + size].copy_from_slice(&value.to_le_bytes()[..size]);
                assert!(
                    !seed.accepts(&file) || file == whole,
                    "{size} bytes at {position}"
                );
            }
        }
        for length in 0..whole.len() {
            assert!(!seed.accepts(&whole[..length]), "{length} bytes");
        }
        for more in [1, 8, 1 << 16] {
            let mut file = whole.to_vec();
            file.resize(whole.len() + more, 0);
            assert!(!seed.accepts(&file), "{more} bytes more");
        }
    }
}

/// A bit in every byte of a key: it is refused, or is the key of something else, or says the same.
#[test]
fn every_byte_of_a_key_is_read() {
    let whole = targets::OPEN.key;
    for position in 0..whole.len() {
        for bit in [0, 3, 5] {
            let mut file = whole.to_vec();
            file[position] ^= 1 << bit;
            targets::key(&file);
        }
        targets::key(&whole[..position]);
    }
}
