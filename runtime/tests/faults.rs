//! Crashes, full disks and files that are not what they should be: nothing half-written is left
//! under a file's name, and every error says what is wrong.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod house;

use std::process::Stdio;
use std::time::{Duration, Instant};

use house::{House, TINY};

/// Every run is killed so many times, at moments spread over what it takes.
const KILLS: u32 = 12;
/// Two parts, each with a proof file of its own.
const HALVES: &str = "proof a: * - z proof b: z open *";
const PARTS: [&str; 2] = ["a", "b"];
const OLD: &str = "what was there before";

/// Starts attnc and kills it after a while, if it has not ended by then.
fn killed_after(house: &House, line: &[&str], time: Duration) {
    let mut command = house.command(line);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Runs a line whole, then kills it at moments spread over the time that it took; `after` sees to
/// what each has left.
fn killed_all_over(house: &House, line: &[&str], mut after: impl FnMut(u32)) {
    let start = Instant::now();
    house.run(line).works();
    let whole = start.elapsed();
    for kill in 0..KILLS {
        killed_after(house, line, whole * (2 * kill + 1) / (2 * KILLS));
        after(kill);
    }
}

/// Whether a name is one that a file has until it is whole.
fn is_unfinished(name: &str, of: &str) -> bool {
    name.starts_with(&format!(".{of}.")) && name.ends_with(".part")
}

/// A house with a key of two parts and their proofs.
fn halves() -> House {
    let house = House::new();
    house.write("tiny.attn", TINY);
    house.write("in.json", r#"{"x": [1, 5, 8], "shift": -3}"#);
    house.write("in2.json", r#"{"x": [2, 7, 3], "shift": 1}"#);
    let key = ["key", "tiny.attn", "--plan", HALVES, "--security", "seed"];
    house.run_with(&key, &["-o", "k.key"]).works();
    for part in PARTS {
        prove_part(&house, part, "in.json", &format!("{part}.proof"));
    }
    house
}

fn prove_part(house: &House, part: &str, input: &str, proof: &str) {
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

const SEED: [&str; 4] = ["--min-security", "13", "--key", "k.key"];

#[test]
fn a_killed_prove_leaves_a_whole_proof_or_none() {
    let house = House::tiny();
    let before = house.names("");
    let line = ["prove", "tiny.attn", "--input", "in.json", "-o", "x.proof"];
    let verify = ["verify", "x.proof", "--key", "tiny.key"];
    killed_all_over(&house, &line, |kill| {
        for name in house.names("") {
            let known = before.contains(&name) || name == "x.proof";
            assert!(known || is_unfinished(&name, "x.proof"), "{kill}: {name}");
        }
        // Those with an even number find an older proof, the others none.
        if house.path("x.proof").exists() {
            house.run(&verify).works();
        }
        match kill % 2 {
            0 => std::fs::remove_file(house.path("x.proof")).unwrap_or_default(),
            _ => {
                house.run(&line).works();
                house.run(&verify).works();
            }
        }
    });
}

#[test]
fn a_killed_join_leaves_a_whole_set_or_none() {
    let house = halves();
    let before = house.names("");
    let line = [
        "join", "--key", "k.key", "a.proof", "b.proof", "-o", "x.proof",
    ];
    let verify = || {
        house
            .run_with(&["verify", "x.proof", "--whole"], &SEED)
            .works()
    };
    killed_all_over(&house, &line, |kill| {
        for name in house.names("") {
            let known = before.contains(&name) || name == "x.proof";
            assert!(known || is_unfinished(&name, "x.proof"), "{kill}: {name}");
        }
        if house.path("x.proof").exists() {
            verify();
            std::fs::remove_file(house.path("x.proof")).unwrap();
        }
    });
    house.run(&line).works();
    verify();
}

#[test]
fn a_killed_sweep_leaves_a_whole_study_and_goes_on() {
    let house = House::new();
    house.write("tiny.attn", TINY.replace("assert[i in n] x[i] >= 1", ""));
    let line = [
        "sweep",
        "tiny.attn",
        "-p",
        "n=3,5,7",
        "--security",
        "seed",
        "-o",
    ];
    let study = |folder: &str| -> serde_json::Value {
        let bytes = house.read(&format!("{folder}/study.json"));
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{folder}: {error}"))
    };
    let rows = |folder: &str| study(folder)["rows"].as_array().unwrap().clone();
    let start = Instant::now();
    house.run_with(&line, &["whole"]).works();
    let whole = start.elapsed();
    assert_eq!(rows("whole").len(), 3);
    for kill in 0..KILLS {
        let folder = format!("cut{kill}");
        let line = [&line[..], &[&folder]].concat();
        killed_after(&house, &line, whole * (2 * kill + 1) / (2 * KILLS));
        let mut left = Vec::new();
        if house.path(&folder).join("study.json").exists() {
            // What is there is a study: rows of cells that are done, and a page can be made.
            left = rows(&folder);
            let report = ["report", &folder, "-o", "page.html"];
            match left.len() {
                0 => house.run(&report).fails(2, &["has no rows yet"]),
                _ => house.run(&report).works().fails(0, &["page.html"]),
            }
        }
        // As if it had been killed while it wrote, which takes no time.
        if house.path(&folder).is_dir() {
            for name in [".study.json.k1l2m3.part", ".study.csv.k1l2m3.part"] {
                house.write(&format!("{folder}/{name}"), "{");
            }
        }
        house.run(&line).works();
        let all = rows(&folder);
        for (kept, row) in left.iter().zip(&all) {
            assert_eq!(
                [&kept["params"], &kept["measured"]],
                [&row["params"], &row["measured"]]
            );
        }
        assert!(all.len() == 3 && all.iter().all(|row| row["status"] == "done"));
        assert_eq!(house.names(&folder), ["study.csv", "study.json"]);
    }
}

/// A house where every verb that writes a file can, and their lines, without the file.
fn writers() -> (House, Vec<Vec<&'static str>>) {
    let house = House::new();
    let wide = TINY.replace("n = 3", "n = 600");
    house.write("tiny.attn", wide.replace("assert[i in n] x[i] >= 1", ""));
    house.run(&["sample", "tiny.attn", "-o", "in.json"]).works();
    let key = ["key", "tiny.attn", "--plan", HALVES, "--security", "seed"];
    house.run_with(&key, &["-o", "k.key"]).works();
    for part in PARTS {
        prove_part(&house, part, "in.json", &format!("{part}.proof"));
    }
    let sweep = ["sweep", "tiny.attn", "--security", "seed", "-o", "study"];
    house.run(&sweep).works();
    let prove = [
        "prove",
        "tiny.attn",
        "--input",
        "in.json",
        "--security",
        "seed",
        "-o",
    ];
    let lines: [&[&str]; 10] = [
        &["emit", "circuit", "tiny.attn", "-o"],
        &["sample", "tiny.attn", "-o"],
        &["run", "tiny.attn", "--input", "in.json", "-o"],
        &["key", "tiny.attn", "--security", "seed", "-o"],
        &prove,
        &["join", "--key", "k.key", "a.proof", "b.proof", "-o"],
        &["jobs", "tiny.attn", "--input", "in.json", "-o"],
        &["report", "study", "-o"],
        &["inspect", "tiny.attn", "--graph"],
        &[
            "calibrate",
            "tiny.attn",
            "--at",
            "n=3",
            "--at",
            "n=4",
            "--rounds",
            "1",
            "-o",
        ],
    ];
    (house, lines.map(<[&str]>::to_vec).into())
}

/// Files are drawn by the ending of their names.
const FILE: &str = "out.svg";

#[test]
fn a_file_that_may_not_grow_is_an_error_and_leaves_what_was_there() {
    let (house, lines) = writers();
    if !cfg!(unix) {
        println!("skipped: there is no limit for the size of files");
        return;
    }
    let before = house.names("");
    for line in &lines {
        // Blocks of 512 or 1024 bytes, as the shell has it.
        let limited = || house.shell("ulimit -f 1; exec \"$ATTNC\" \"$@\"", &with(line, FILE));
        limited().fails(2, &["cannot write out.svg: File too large"]);
        assert_eq!(house.names(""), before, "{line:?}");
        house.write(FILE, OLD);
        limited().fails(2, &["cannot write out.svg: File too large"]);
        assert_eq!(house.read(FILE), OLD.as_bytes(), "{line:?}");
        std::fs::remove_file(house.path(FILE)).unwrap();
        assert_eq!(house.names(""), before, "{line:?}");
    }
    // A study too: what was whole stays, and the sweep can go on.
    let line = [
        "sweep",
        "tiny.attn",
        "--security",
        "seed,fast",
        "-o",
        "study",
    ];
    let study = house.read("study/study.json");
    let said = house.shell("ulimit -f 1; exec \"$ATTNC\" \"$@\"", &line);
    said.fails(2, &["cannot write the study in study: File too large"]);
    assert_eq!(house.read("study/study.json"), study);
    house.run(&line).works();
    assert_eq!(house.names("study"), ["study.csv", "study.json"]);
}

fn with<'a>(line: &[&'a str], path: &'a str) -> Vec<&'a str> {
    [line, &[path]].concat()
}

#[test]
fn a_full_or_read_only_disk_is_an_error_and_leaves_what_was_there() {
    let (house, lines) = writers();
    std::fs::create_dir(house.path("disk")).unwrap();
    let mount = "unshare -rm sh -c 'mount -t tmpfs -o size=4k none disk'";
    if house.shell(mount, &[]).code != 0 {
        println!("skipped: no disk can be mounted here");
        return;
    }
    // The disk is there only for this process, and is gone with it.
    let run = |then: &str, line: &[&str]| {
        let script = format!(
            "exec unshare -rm sh -c 'mount -t tmpfs -o size=8k none disk && \
             printf old > disk/{FILE} && {then}; \"$ATTNC\" \"$@\"; code=$?; \
             ls -A disk; cat disk/{FILE}; exit $code' sh \"$@\""
        );
        house.shell(&script, line)
    };
    let path = format!("disk/{FILE}");
    for line in &lines {
        // The old file takes one of two pages, and another the second.
        let full = run("printf x > disk/x", &with(line, &path));
        full.fails(
            2,
            &[&format!("cannot write {path}: No space left on device")],
        );
        assert!(
            full.out.ends_with(&format!("{FILE}\nx\nold")),
            "{line:?}: {}",
            full.out
        );
        let only = run("mount -o remount,ro disk", &with(line, &path));
        only.fails(2, &[&format!("cannot write {path}: Read-only file system")]);
        assert!(
            only.out.ends_with(&format!("{FILE}\nold")),
            "{line:?}: {}",
            only.out
        );
    }
}

#[test]
fn what_is_no_file_is_written_to_and_stays() {
    let (house, lines) = writers();
    if !std::path::Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    // Through a link, so that no device is lost if this goes wrong.
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/full", house.path(FILE)).unwrap();
    let before = house.names("");
    for line in &lines {
        let said = house.run(&with(line, FILE));
        said.fails(2, &["cannot write out.svg: No space left on device"]);
        assert!(house.path(FILE).is_symlink(), "{line:?}");
        assert_eq!(house.names(""), before, "{line:?}");
    }
    // What is printed has to arrive as well.
    let printed = house.shell(
        "exec \"$ATTNC\" \"$@\" > /dev/full",
        &["sample", "tiny.attn"],
    );
    printed.fails(2, &["No space left on device"]);
}

#[test]
fn an_output_that_cannot_be_is_refused_before_the_work() {
    let (house, lines) = writers();
    house.write("plain", OLD);
    std::fs::create_dir_all(house.path("taken.svg/in.proof")).unwrap();
    let before = house.names("");
    for line in &lines {
        let refused = |path: &str, why: &str| {
            let said = house.run(&with(line, path));
            said.fails(2, &["cannot write", path, why]);
            let text = format!("{}{}", said.out, said.err);
            assert!(!text.contains(".part"), "{line:?}: {text}");
            assert_eq!(house.names(""), before, "{line:?}");
        };
        refused("none/out.svg", "No such file or directory");
        refused("plain/out.svg", "Not a directory");
        // A proof may be written into a folder, under its input's name.
        refused("taken.svg", "is a directory");
        assert_eq!(house.names("taken.svg"), ["in.proof"]);
        assert_eq!(house.read("plain"), OLD.as_bytes());
    }
    // Nothing is proved before it is known that the proof can be written.
    let wrong = [
        "prove",
        "tiny.attn",
        "--input",
        "in.json",
        "--check",
        "-o",
        "none/x.proof",
    ];
    let start = Instant::now();
    house
        .run_with(&wrong, &["--security", "compact"])
        .fails(2, &["none/x.proof"]);
    let early = start.elapsed();
    let right = [&wrong[..5], &["-o", "x.proof", "--security", "compact"]].concat();
    let start = Instant::now();
    house.run(&right).works();
    assert!(early < start.elapsed() / 2, "{early:?}");

    // A folder that others may not write to; root may.
    let locked = "mkdir locked && chmod a-w locked && test ! -w locked";
    if house.shell(locked, &[]).code != 0 {
        println!("skipped: this user may write to every folder");
        return;
    }
    for line in &lines {
        house
            .run(&with(line, "locked/out.svg"))
            .fails(2, &["Permission denied"]);
    }
    assert!(house.names("locked").is_empty());
}

#[test]
fn files_that_are_taken_for_one_another_are_named() {
    let house = halves();
    let verify = |proof: &str, key: &str| {
        house.run(&["verify", proof, "--key", key, "--min-security", "13"])
    };
    verify("k.key", "k.key").fails(1, &["not a proof file"]);
    verify("in.json", "k.key").fails(1, &["not a proof file"]);
    verify("tiny.attn", "k.key").fails(1, &["not a proof file"]);
    for no_key in ["a.proof", "in.json", "tiny.attn"] {
        verify("a.proof", no_key).fails(2, &[no_key, "not a verifying key"]);
        let line = ["join", "a.proof", "b.proof", "--key", no_key];
        house.run(&line).fails(2, &[no_key, "not a verifying key"]);
        let line = ["prove", "--input", "in.json", "--key", no_key];
        house.run(&line).fails(2, &[no_key, "not a verifying key"]);
    }
    house.run(&["check", "k.key"]).fails(1, &["k.key", "E003"]);
    house
        .run(&["check", "a.proof"])
        .fails(1, &["E004", "not UTF-8"]);
    for no_input in ["k.key", "a.proof", "tiny.attn"] {
        let line = ["run", "tiny.attn", "--input", no_input];
        house.run(&line).fails(2, &[no_input]);
        let expect = ["verify", "a.proof", "--expect", no_input];
        house.run_with(&expect, &SEED).fails(2, &[no_input]);
    }
    let line = ["join", "a.proof", "k.key", "--key", "k.key"];
    house.run(&line).fails(1, &["k.key: ", "not a proof file"]);
    house
        .run(&["report", "k.key"])
        .fails(2, &["k.key is not the file of a study"]);
}

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
