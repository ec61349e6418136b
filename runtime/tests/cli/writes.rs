//! What attnc writes: nothing that was there is lost, by whatever name a file goes.

use serde_json::Value;

use super::halves::halves;
use crate::house::{House, TINY};

pub const PROVE: [&str; 6] = [
    "prove",
    "tiny.attn",
    "--security",
    "seed",
    "--input",
    "in.json",
];

pub const SEED: [&str; 2] = ["--min-security", "13"];

/// Every verb that writes a file, with its line without the file, and a file that it reads.
fn writers() -> Vec<(Vec<&'static str>, &'static str)> {
    let lines: [(&[&str], &str); 12] = [
        (&["emit", "circuit", "tiny.attn", "-o"], "tiny.attn"),
        (&["sample", "tiny.attn", "-o"], "tiny.attn"),
        (&["run", "tiny.attn", "--input", "in.json", "-o"], "in.json"),
        (&["key", "tiny.attn", "-o"], "tiny.attn"),
        (&["key", "tiny.attn", "--input", "in.json", "-o"], "in.json"),
        (
            &["prove", "tiny.attn", "--input", "in.json", "-o"],
            "in.json",
        ),
        (
            &["prove", "--key", "k.key", "--input", "in.json", "-o"],
            "k.key",
        ),
        (
            &["join", "--key", "k.key", "a.proof", "b.proof", "-o"],
            "b.proof",
        ),
        (
            &["jobs", "tiny.attn", "--input", "in.json", "-o"],
            "in.json",
        ),
        (&["report", "study", "-o"], "study/study.json"),
        (&["inspect", "tiny.attn", "--graph"], "tiny.attn"),
        (&["calibrate", "tiny.attn", "-o"], "tiny.attn"),
    ];
    lines.map(|(line, read)| (line.to_vec(), read)).into()
}

#[cfg(unix)]
#[test]
fn nothing_is_written_over_what_is_read() {
    let house = halves();
    std::fs::create_dir(house.path("study")).unwrap();
    house.write("study/study.json", "{}");
    for (line, read) in writers() {
        let before = house.read(read);
        let _ = std::fs::remove_file(house.path("soft.svg"));
        let _ = std::fs::remove_file(house.path("hard.svg"));
        std::os::unix::fs::symlink(house.path(read), house.path("soft.svg")).unwrap();
        std::fs::hard_link(house.path(read), house.path("hard.svg")).unwrap();
        let twisted = format!("./study/../{read}");
        for name in [read, &twisted, "soft.svg", "hard.svg"] {
            // A drawing's name says its format.
            if line[0] == "inspect" && !name.ends_with(".svg") {
                continue;
            }
            let said = house.run(&[&line[..], &[name]].concat());
            said.fails(2, &[name, "would be written over, and is read"]);
            assert_eq!(house.read(read), before, "{line:?} {name}");
        }
    }
    // Nor where standard input is that file.
    for (line, read) in [
        (vec!["sample", "-", "-o", "tiny.attn"], "tiny.attn"),
        (vec!["key", "-", "-o", "tiny.attn"], "tiny.attn"),
        (
            vec!["run", "tiny.attn", "--input", "-", "-o", "in.json"],
            "in.json",
        ),
    ] {
        let before = house.read(read);
        let script = format!("exec \"$ATTNC\" \"$@\" < {read}");
        let said = house.shell(&script, &line);
        said.fails(2, &[read, "would be written over, and is read"]);
        assert_eq!(house.read(read), before, "{line:?}");
    }
    // The programs of a sweep and its inputs, too.
    std::fs::remove_file(house.path("study/study.json")).unwrap();
    std::os::unix::fs::symlink("../tiny.attn", house.path("study/study.json")).unwrap();
    let line = ["sweep", "tiny.attn", "--security", "seed", "-o", "study"];
    house.run(&line).fails(2, &["would be written over"]);
    assert_eq!(house.read("tiny.attn"), TINY.as_bytes());
}

#[cfg(unix)]
#[test]
fn no_two_files_become_one() {
    let house = halves();
    std::fs::create_dir(house.path("deep")).unwrap();
    std::os::unix::fs::symlink("deep/new.proof", house.path("one")).unwrap();
    std::os::unix::fs::symlink("./deep/new.proof", house.path("two")).unwrap();
    let two = [&PROVE[..], &["--input", "in2.json"]].concat();
    for [a, b] in [
        ["one", "two"],
        ["x", "./x"],
        ["deep/new.proof", "two"],
        ["-", "-"],
    ] {
        let said = house.run(&[&two[..], &["-o", a, "-o", b]].concat());
        said.fails(2, &["two files would be written to"]);
        assert!(said.out.is_empty() && house.names("deep").is_empty());
    }
    house
        .run(&[&two[..], &["-o", "one", "-o", "x"]].concat())
        .works();
    assert_eq!(house.names("deep"), ["new.proof"]);
    // What is printed has a file already.
    for into in [">", ">>"] {
        house.write("log", "before\n");
        let script = format!("exec \"$ATTNC\" \"$@\" {into} log");
        let said = house.shell(&script, &["key", "tiny.attn", "-o", "log"]);
        said.fails(2, &["standard output goes to log already"]);
    }
    assert_eq!(house.read("log"), b"before\n");
}

#[test]
fn there_is_a_folder_or_it_is_missed_by_name() {
    let house = halves();
    let before = house.names("");
    let one = [&PROVE[..], &["-o", "none/"]].concat();
    house.run(&one).fails(2, &["there is no folder none/"]);
    let two = [&PROVE[..], &["--input", "in2.json", "-o", "none"]].concat();
    house.run(&two).fails(2, &["there is no folder none"]);
    let two = [&PROVE[..], &["--input", "in2.json", "-o", "k.key"]].concat();
    house.run(&two).fails(2, &["k.key is not a folder"]);
    assert_eq!(house.names(""), before);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_log_had_stays_when_more_is_appended() {
    let house = halves();
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"] {
        house.write("log", "before\n");
        let append = "exec \"$ATTNC\" \"$@\" >> log";
        let said = house
            .shell(append, &["sample", "tiny.attn", "-o", name])
            .works();
        assert!(said.err.is_empty());
        let said = house
            .shell(append, &["key", "tiny.attn", "-o", name])
            .works();
        // Not among what was asked for.
        assert!(said.err.contains("key of tiny"), "{}", said.err);
        let log = String::from_utf8(house.read("log")).unwrap();
        let rest = log.strip_prefix("before\n").unwrap();
        let values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let values: Vec<Value> = values.map(Result::unwrap).collect();
        assert_eq!(values.len(), 2, "{name}");
        assert!(values[0]["x"].is_array() && values[1]["format"] == "attnc-key");
        // From the beginning, and where the shell was.
        let script = "{ echo first; \"$ATTNC\" \"$@\"; echo last; } > log";
        house
            .shell(script, &["sample", "tiny.attn", "-o", name])
            .works();
        let log = String::from_utf8(house.read("log")).unwrap();
        assert!(
            log.starts_with("first\n{") && log.ends_with("}\nlast\n"),
            "{log}"
        );
    }
    house.write("log", "before\n");
    let script = "exec \"$ATTNC\" \"$@\" 2>> log";
    house
        .shell(script, &["sample", "tiny.attn", "-o", "/dev/stderr"])
        .works();
    assert!(house.read("log").starts_with(b"before\n{"));
    // A number that attnc knows nothing of.
    house.write("log", "before\n");
    let script = "exec \"$ATTNC\" \"$@\" 3>> log";
    let said = house.shell(script, &["sample", "tiny.attn", "-o", "/dev/fd/3"]);
    said.fails(2, &["cannot write /dev/fd/3", "give its name"]);
    assert_eq!(house.read("log"), b"before\n");
    // A pipe under a number is a pipe.
    let script = "{ \"$ATTNC\" \"$@\" 3>&1 >&2; } | cat";
    let said = house.shell(script, &["sample", "tiny.attn", "-o", "/dev/fd/3"]);
    assert!(said.works().json()["x"].is_array());
}

#[cfg(unix)]
#[test]
fn modes_are_the_umasks_but_for_private_tensors() {
    use std::os::unix::fs::PermissionsExt;
    let house = halves();
    let mode = |name: &str| {
        let there = std::fs::metadata(house.path(name)).unwrap();
        there.permissions().mode() & 0o777
    };
    for (umask, shared) in [
        ("027", 0o640),
        ("077", 0o600),
        ("000", 0o666),
        ("022", 0o644),
    ] {
        let script = format!("umask {umask}; exec \"$ATTNC\" \"$@\"");
        let made = |line: &[&str], name: &str| {
            let _ = std::fs::remove_file(house.path(name));
            house
                .shell(&script, &[line, &["-o", name]].concat())
                .works();
            mode(name)
        };
        assert_eq!(
            made(&["key", "tiny.attn", "--security", "seed"], "new.key"),
            shared
        );
        assert_eq!(made(&PROVE, "new.proof"), shared);
        assert_eq!(made(&["emit", "ast", "tiny.attn"], "new.attn"), shared);
        assert_eq!(made(&["sample", "tiny.attn"], "new.json"), 0o600);
        assert_eq!(made(&["sample", "tiny.attn"], "new.npz"), 0o600);
        let run = ["run", "tiny.attn", "--input", "in.json"];
        assert_eq!(made(&run, "out.json"), 0o600);
    }
    // What is there keeps its own.
    let permissions = std::fs::Permissions::from_mode(0o751);
    std::fs::set_permissions(house.path("new.json"), permissions).unwrap();
    house
        .run(&["sample", "tiny.attn", "-o", "new.json"])
        .works();
    assert_eq!(mode("new.json"), 0o751);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_what_the_dead_left_is_removed() {
    let house = halves();
    std::fs::create_dir(house.path("deep")).unwrap();
    std::os::unix::fs::symlink("deep/there.json", house.path("link")).unwrap();
    house.write("deep/.there.json.abc123.part", "half of it");
    house.run(&["sample", "tiny.attn", "-o", "link"]).works();
    assert!(house.path("link").is_symlink());
    assert_eq!(house.names("deep"), ["there.json"]);
    for length in [250, 255] {
        let name = "n".repeat(length);
        house.run(&["sample", "tiny.attn", "-o", &name]).works();
        let line = [&PROVE[..], &["-o", &name]].concat();
        house.run(&line).works();
        assert!(!house.read(&name).starts_with(b"{"));
    }
    let line = ["sample", "tiny.attn", "-o", &"n".repeat(256)];
    house.run(&line).fails(2, &["File name too long"]);
}

#[cfg(unix)]
#[test]
fn a_sweeps_lock_is_a_file_of_its_own() {
    let house = House::new();
    house.write("tiny.attn", TINY.replace("assert[i in n] x[i] >= 1", ""));
    house.write("precious", "do not lose");
    std::fs::create_dir(house.path("study")).unwrap();
    let sweep = ["sweep", "tiny.attn", "--security", "seed", "-o", "study"];
    std::os::unix::fs::symlink("../precious", house.path("study/.lock")).unwrap();
    house
        .run(&sweep)
        .fails(2, &["cannot write study", ".lock is not a file"]);
    assert_eq!(house.read("precious"), b"do not lose");
    assert_eq!(house.names("study"), [".lock"]);
    std::fs::remove_file(house.path("study/.lock")).unwrap();
    // Nobody reads from this.
    house.shell("mkfifo study/.lock", &[]).works();
    house.run(&sweep).fails(2, &[".lock is not a file"]);
    std::fs::remove_file(house.path("study/.lock")).unwrap();
    // Of a sweep that was killed; what is in it is nobody's business.
    house.write("study/.lock", "x");
    house.run(&sweep).works();
    assert_eq!(house.names("study"), ["study.csv", "study.json"]);
}

#[test]
fn a_studys_file_has_a_limit() {
    let house = House::new();
    std::fs::create_dir(house.path("study")).unwrap();
    house.write("study/study.json", "{");
    let file = std::fs::File::options()
        .write(true)
        .open(house.path("study/study.json"));
    file.unwrap().set_len((256 << 20) + 1).unwrap();
    let said = house.run(&["report", "study"]);
    said.fails(2, &["study.json has more than 268435456 bytes"]);
}
