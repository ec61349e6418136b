//! What attnc reads and writes: nothing that was there is lost, by whatever name a file goes, and
//! nothing is read otherwise than it is written.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod house;

use std::path::{Path, PathBuf};

use house::{House, Said, TINY};
use serde_json::{json, Value};

const HALVES: &str = "proof a: * - z proof b: z open *";
const INPUT: &str = r#"{"x": [1, 5, 8], "shift": -3}"#;
/// Everything that it computes is public.
const OPEN: &str = "circuit open(n = 2, m = 3) {
    private input x[n, m] : -200..=300
    private input s : -5..=5
    public output y[n, m]
    y[i in n, j in m] = x[i, j] * 2 + s
}";

/// A house with the tiny program, its input, a key of two parts and their proofs.
fn house() -> House {
    let house = House::new();
    house.write("tiny.attn", TINY);
    house.write("in.json", INPUT);
    house.write("in2.json", r#"{"x": [2, 7, 3], "shift": 1}"#);
    let key = ["key", "tiny.attn", "--plan", HALVES, "--security", "seed"];
    house.run_with(&key, &["-o", "k.key"]).works();
    for part in ["a", "b"] {
        let proof = format!("{part}.proof");
        let line = [
            "prove",
            "--key",
            "k.key",
            "--security",
            "seed",
            "--only",
            part,
        ];
        let line = [&line[..], &["--input", "in.json", "-o", &proof]].concat();
        house.run(&line).works();
    }
    house
}

const PROVE: [&str; 6] = [
    "prove",
    "tiny.attn",
    "--security",
    "seed",
    "--input",
    "in.json",
];
const SEED: [&str; 2] = ["--min-security", "13"];

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
    let house = house();
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
    let house = house();
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
    let house = house();
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
    let house = house();
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
fn standard_input_and_output_take_one_file_each() {
    let house = house();
    house.write("free.attn", TINY.replace("assert[i in n] x[i] >= 1", ""));
    // The same on the way through pipes as through files.
    let script = "\"$ATTNC\" sample free.attn -o - | \"$ATTNC\" run free.attn --input - -o -";
    let piped = house.shell(script, &[]).works();
    house.run(&["sample", "free.attn", "-o", "s.npz"]).works();
    let line = ["run", "free.attn", "--input", "s.npz", "--json"];
    assert_eq!(piped.json(), house.run(&line).works().json());
    let script = "\"$ATTNC\" run free.attn --input - --json < s.npz";
    assert_eq!(piped.json(), house.shell(script, &[]).works().json());

    house
        .run(&["key", "tiny.attn", "--security", "seed", "-o", "t.key"])
        .works();
    let script =
        "\"$ATTNC\" \"$@\" -o - < in.json | tee x.proof | \"$ATTNC\" verify - --key t.key \
                  --min-security 13";
    let prove = ["prove", "tiny.attn", "--security", "seed", "--input", "-"];
    let said = house.shell(script, &prove).works();
    assert!(said.out.contains("verified in"), "{}", said.out);
    assert!(said.err.contains("-: tiny"), "{}", said.err);
    house
        .run(&[&PROVE[..], &["-o", "y.proof"]].concat())
        .works();
    assert_eq!(house.read("x.proof"), house.read("y.proof"));
    let script =
        "\"$ATTNC\" join --key k.key a.proof - -o - < b.proof | \"$ATTNC\" verify - --whole \
                  --key k.key --min-security 13";
    house.shell(script, &[]).works();
    let script = "echo '{\"y\": [-3, -1, 1]}' | exec \"$ATTNC\" verify x.proof --key t.key \"$@\"";
    house
        .shell(script, &[&SEED[..], &["--expect", "-"]].concat())
        .works();

    let misuse = |line: &[&str], what: &str| {
        let before = house.names("");
        let said = house.shell("exec \"$ATTNC\" \"$@\" < in.json", line);
        said.fails(2, &[what]);
        assert_eq!(house.names(""), before, "{line:?}");
        said
    };
    let twice = "is given for two files";
    misuse(&["verify", "-", "--key", "t.key", "--expect", "-"], twice);
    misuse(&["join", "-", "-", "--key", "k.key"], twice);
    misuse(
        &[
            "prove",
            "tiny.attn",
            "--input",
            "-",
            "--input",
            "-",
            "-o",
            "a",
            "-o",
            "b",
        ],
        twice,
    );
    for line in [
        &["jobs", "tiny.attn", "--input", "-"] as &[&str],
        &["explore", "tiny.attn", "--input", "-"],
        &["sweep", "tiny.attn", "--input", "-"],
    ] {
        misuse(line, "can be read only once");
    }
    let folder = [&prove[..], &["-o", "."]].concat();
    misuse(&folder, "has no name for its proof");
    for line in [
        &["key", "tiny.attn"] as &[&str],
        &PROVE,
        &["join", "--key", "k.key", "a.proof", "b.proof"],
    ] {
        for name in ["-", "/dev/stdout"] {
            let line = [line, &["--json", "-o", name]].concat();
            let said = misuse(&line, "is for the object alone");
            assert!(!said.out.contains("attnc-key") && said.out.lines().count() <= 1);
        }
    }
    // A file that has that name has another one as well.
    house.write("-", INPUT);
    let line = ["run", "tiny.attn", "--input", "./-", "--json"];
    house.run(&line).works();
}

#[cfg(unix)]
#[test]
fn modes_are_the_umasks_but_for_private_tensors() {
    use std::os::unix::fs::PermissionsExt;
    let house = house();
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
    let house = house();
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

#[test]
fn names_do_not_lie() {
    let house = House::new();
    house.write("open.attn", OPEN);
    let sample = |name: &str| house.run(&["sample", "open.attn", "-o", name]);
    let run = |input: &str, more: &[&str]| {
        house.run(&[&["run", "open.attn", "--input", input], more].concat())
    };
    for name in ["v.npz", "v.NPZ", "v.json", "v", "v.txt"] {
        sample(name).works();
        let is_npz = house.read(name).starts_with(b"PK");
        assert_eq!(is_npz, name.to_lowercase().ends_with(".npz"), "{name}");
    }
    let before = house.names("");
    sample("v.npy").fails(2, &["v.npy would be one array without a name", ".npz"]);
    assert_eq!(house.names(""), before);
    // One output is one array.
    run("v.json", &["-o", "o.npy"]).works();
    assert!(house.read("o.npy").starts_with(b"\x93NUMPY"));
    // What is read is what it is, whatever it is called.
    let outputs = run("v.json", &["--json"]).works().json();
    for (from, to) in [("v.npz", "npz.json"), ("v.json", "json.npz")] {
        std::fs::copy(house.path(from), house.path(to)).unwrap();
        assert_eq!(run(to, &["--json"]).works().json(), outputs, "{to}");
    }
    run("v.npz", &["-o", "o.npz"]).works();
    run("v.npz", &["-o", "o.json"]).works();
    let file = std::fs::File::open(house.path("o.npz")).unwrap();
    let mut reader = ndarray_npy::NpzReader::new(file).unwrap();
    let y: ndarray::Array2<i64> = reader.by_name("y").unwrap();
    let rows: Vec<Vec<i64>> = y.rows().into_iter().map(|row| row.to_vec()).collect();
    assert_eq!(json!({ "outputs": { "y": rows } }), outputs);
    // Either can be expected.
    house
        .run(&["key", "open.attn", "--security", "seed"])
        .works();
    let prove = ["prove", "--key", "open.key", "--security", "seed"];
    house.run_with(&prove, &["--input", "v.npz"]).works();
    let verify = |expect: &str| {
        let line = [
            "verify",
            "open.proof",
            "--key",
            "open.key",
            "--expect",
            expect,
        ];
        house.run_with(&line, &SEED)
    };
    verify("o.npz").works();
    verify("o.json").works();
    house.write(
        "other.json",
        json!({ "y": [[0, 0, 0], [0, 0, 0]] }).to_string(),
    );
    verify("other.json").fails(1, &["is expected"]);
    // A name that counts twice, and numbers that only look like integers.
    house.write(
        "twice.json",
        format!("{{\"y\": {0}, \"y\": {0}}}", json!(rows)),
    );
    verify("twice.json").fails(2, &["twice.json", "`y` stands twice"]);
    let off = json!(rows)
        .to_string()
        .replacen(']', ".0000000000000000001]", 1);
    house.write("off.json", format!("{{\"y\": {off}}}"));
    verify("off.json").fails(2, &["off.json", "which is not an integer"]);
    let twice = house.read("open.key");
    let twice = String::from_utf8(twice).unwrap();
    house.write(
        "open.key",
        twice.replacen(
            "\"entries\"",
            "\"entries\": {\"f\": [], \"f\": []},\"entries\"",
            1,
        ),
    );
    verify("o.json").fails(2, &["open.key", "`f` stands twice"]);
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures/inputs")
        .join(name)
}

#[test]
fn inputs_are_read_exactly_or_refused() {
    let house = House::new();
    house.write("open.attn", OPEN);
    house.write(
        "flat.attn",
        OPEN.replace("m = 3", "m = 1").replace("n = 2", "n = 1"),
    );
    let run = |program: &str, input: &Path| -> Said {
        let input = input.display().to_string();
        house.run(&["run", program, "--input", &input, "--json"])
    };
    let said = run("open.attn", &fixture("float16.npz")).works();
    assert_eq!(said.json()["outputs"]["y"], json!([[1, 3, 5], [7, 9, 11]]));
    run("open.attn", &fixture("twice.npz")).fails(2, &["E079", "`x` stands twice"]);
    let how = "numpy.savez(\\\"in.npz\\\", x=numpy.load(\\\"in.npy\\\"))";
    run("open.attn", &fixture("single.npy")).fails(2, &["E078", "one npy array", how]);
    let file = |text: &str| {
        house.write("in.json", text);
        run("flat.attn", &house.path("in.json"))
    };
    let y = |text: &str| file(text).works().json()["outputs"]["y"][0][0].clone();
    assert_eq!(y("\u{feff}{\"x\": [[1.0]], \"s\": 0}"), 2);
    assert_eq!(y("{\"x\": [[1e2]], \"s\": -0.0}"), 200);
    for number in ["1.0000000000000000001", "1e-999999999", "1e999999999"] {
        let said = file(&format!("{{\"x\": [[{number}]], \"s\": 0}}"));
        said.fails(2, &["E081", &format!("`x[0, 0]` is {number}")]);
    }
    file("{\"x\": [[1]], \"s\": 0, \"x\": [[1]]}").fails(2, &["E079", "`x` stands twice"]);
}
