//! Files that are cut, put together of others, or of another version: errors say which.

use super::halves::{halves, prove_part, HALVES, PARTS, SEED};
use crate::house::TINY;

#[test]
fn cut_files_are_errors_wherever_they_end() {
    let house = halves();
    let join = [
        "join",
        "--key",
        "k.key",
        "a.proof",
        "b.proof",
        "-o",
        "set.proof",
    ];
    house.run(&join).works();
    for (name, line, code) in [
        (
            "a.proof",
            &["verify", "cut", "--key", "k.key"] as &[&str],
            1,
        ),
        ("set.proof", &["verify", "cut", "--key", "k.key"], 1),
        ("k.key", &["verify", "a.proof", "--key", "cut"], 2),
        ("b.proof", &["join", "a.proof", "cut", "--key", "k.key"], 1),
        ("in.json", &["run", "tiny.attn", "--input", "cut"], 2),
        ("in.json", &["prove", "--key", "k.key", "--input", "cut"], 2),
        ("tiny.attn", &["check", "cut"], 1),
    ] {
        let whole = house.read(name);
        let step = (whole.len() / 8).max(1);
        // The last byte of a text is the end of its last line.
        let before_last = whole.len() - 2;
        for length in (0..before_last).step_by(step).chain([before_last]) {
            house.write("cut", &whole[..length]);
            let said = house.run_with(line, &["--json"]);
            said.fails(code, &[]);
            let object = said.json();
            let words = match line[0] {
                "verify" if code == 1 => object["reason"].as_str(),
                _ => object["errors"][0]["message"].as_str(),
            };
            assert!(
                words.is_some_and(|words| words.len() > 10),
                "{name} {length}: {object}"
            );
        }
    }
    assert!(!house.path("tiny.proof").exists());
}

/// Where the statement stands in a proof file.
fn statement_of(proof: &[u8]) -> std::ops::Range<usize> {
    let length = u32::from_le_bytes(proof[12..16].try_into().unwrap());
    16..16 + length as usize
}

/// A set file of these proof files, without any look at them.
fn set(files: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"attncset".to_vec();
    let numbers = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
    numbers(&mut bytes, attnc::files::proof::VERSION as usize);
    numbers(&mut bytes, files.len());
    for file in files {
        numbers(&mut bytes, file.len());
        bytes.extend(*file);
    }
    bytes
}

#[test]
fn pieces_of_other_proofs_are_rejected() {
    let house = halves();
    for part in PARTS {
        prove_part(&house, part, "in2.json", &format!("{part}2.proof"));
    }
    let [a, b, a2, b2] = ["a", "b", "a2", "b2"].map(|name| house.read(&format!("{name}.proof")));
    let verify = |bytes: Vec<u8>| {
        house.write("x.proof", bytes);
        house.run_with(&["verify", "x.proof", "--whole"], &SEED)
    };
    // Sets that nothing is wrong with, in any order.
    verify(set(&[&a, &b])).works();
    verify(set(&[&b2, &a2])).works();
    // The statement of one proof before the proof of another, of the same length.
    for (of, before) in [(&a2, &a), (&b2, &b)] {
        let (from, to) = (statement_of(of), statement_of(before));
        let mut bytes = before.clone();
        assert_ne!(bytes[to.clone()], of[from.clone()]);
        bytes.splice(to, of[from].iter().copied());
        bytes[12..16].copy_from_slice(&of[12..16]);
        verify(bytes).fails(1, &["rejected: "]);
    }
    // A part of another run, a part twice, one that is missing.
    verify(set(&[&a, &b2])).fails(1, &["rejected: ", "part"]);
    verify(set(&[&a2, &b])).fails(1, &["rejected: ", "part"]);
    verify(set(&[&a, &a])).fails(1, &["part `a` is there twice"]);
    verify(set(&[&a])).fails(1, &["it covers 1 of the plan's 2 parts"]);
    verify(b.clone()).fails(1, &["it covers 1 of the plan's 2 parts"]);
    // A set in a set, a key in one, and none at all.
    let key = house.read("k.key");
    verify(set(&[&set(&[&a, &b])])).fails(1, &["not a proof file"]);
    verify(set(&[&a, &key])).fails(1, &["not a proof file"]);
    verify(set(&[])).fails(1, &["it is a set of 0 proofs"]);
}

#[test]
fn files_of_other_versions_say_which_and_what_to_do() {
    let house = halves();
    let join = [
        "join",
        "--key",
        "k.key",
        "a.proof",
        "b.proof",
        "-o",
        "set.proof",
    ];
    house.run(&join).works();
    let lenient = TINY.replace("assert[i in n] x[i] >= 1", "");
    house.write("lenient.attn", lenient);
    let sweep = ["sweep", "lenient.attn", "--security", "seed", "-o", "study"];
    house.run(&sweep).works();
    let says = |code: i32, line: &[&str], what: &str, reads: u32, found: u32, again: &str| {
        let (who, do_what) = match found > reads {
            true => ("a newer", "update attnc"),
            false => ("an older", again),
        };
        let said = format!(
            "{what} was made by {who} attnc: it has version {found}, this attnc reads version \
             {reads}; {do_what}"
        );
        house.run(line).fails(code, &[&said]);
    };
    let bytes = |name: &str, at: usize, version: u32| {
        let mut bytes = house.read(name);
        bytes[at..at + 4].copy_from_slice(&version.to_le_bytes());
        house.write("other", bytes);
    };
    let text = |name: &str, version: u32, other: u32| {
        let text = String::from_utf8(house.read(name)).unwrap();
        let [this, other] = [version, other].map(|v| format!("\"version\": {v},"));
        assert!(text.contains(&this), "{name}");
        text.replace(&this, &other)
    };
    let verify = ["verify", "other", "--key", "k.key", "--min-security", "13"];
    let by_program = [
        "verify",
        "other",
        "--program",
        "tiny.attn",
        "--plan",
        HALVES,
    ];
    let version = attnc::files::proof::VERSION;
    for found in [0, version - 1, version + 1, u32::MAX] {
        for line in [&verify[..], &by_program] {
            bytes("a.proof", 8, found);
            says(1, line, "the proof", version, found, "prove it again");
            bytes("set.proof", 8, found);
            let again = "prove its parts again, and join them";
            says(1, line, "the set", version, found, again);
            // The statement in it, which begins with its own.
            bytes("a.proof", 16, found);
            let version = attnc::session::statement::VERSION;
            says(1, line, "the statement", version, found, "prove it again");
        }
        let line = ["join", "b.proof", "other", "--key", "k.key"];
        says(1, &line, "the statement", version, found, "prove it again");
        let key = attnc::files::key::VERSION;
        house.write("other.key", text("k.key", key, found));
        let again = "make it again with `attnc key`";
        for line in [
            &["verify", "a.proof", "--key", "other.key"] as &[&str],
            &["prove", "--input", "in.json", "--key", "other.key"],
            &["join", "a.proof", "b.proof", "--key", "other.key"],
        ] {
            says(2, line, "the key", key, found, again);
        }
    }
    let version = attnc::laboratory::study::VERSION;
    let study = "study/study.json";
    for found in [version - 1, version + 1] {
        let other = text(study, version, found);
        let before = house.read(study);
        house.write(study, &other);
        for line in [&sweep[..], &["report", "study"]] {
            says(2, line, study, version, found, "sweep into another folder");
        }
        // It stays as it is.
        assert_eq!(house.read(study), other.as_bytes());
        house.write(study, before);
    }
    house.run(&sweep).works();
}
