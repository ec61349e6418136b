//! Full disks and places where no file can be: an error says so, and what was there stays.

use std::time::Instant;

use super::halves::{halves, prove_part, HALVES, PARTS, SEED};
use crate::house::{House, TINY};

const OLD: &str = "what was there before";

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
